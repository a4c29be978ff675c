//! Where an app begins to render: `createRoot(…).render(<App />)` in the files that its pages load, or the files that a framework renders by
//! their names.
//!
//! ```html
//! <script type="module" src="/src/main.jsx"></script>   <!-- main.jsx is live; a main.tsx beside it is not -->
//! ```

use std::sync::Arc;

use change::{ImportedName, RelPath};
use syntax::{CallFlow, CallId, FileFacts, Value};

use super::modules::{Definition, Modules};
use super::reach::{Reach, Start};
use super::sources::FileId;
use crate::workspace::{App, Workspace, resolve};

/// Something that is rendered by nobody of the app.
#[derive(Clone, Debug)]
pub(crate) struct Root<'a> {
    pub(crate) file: FileId,
    /// What is rendered.
    pub(crate) what: Rendered<'a>,
    /// Where ClerkProvider belongs below it.
    pub(crate) place: ClerkPlace,
}

/// What a root renders.
#[derive(Clone, Debug)]
pub(crate) enum Rendered<'a> {
    /// An argument of a call.
    Argument(CallId, usize),
    /// An export of a file.
    Route(Arc<Route<'a>>),
    /// What a call makes a router of, which shows these routes within the `Wrap` of its options.
    Router(CallId, Vec<Arc<Route<'a>>>),
}

/// A file that a framework renders by its name, and with what.
///
/// `app/layout.tsx` is given `children`, the page or what is nested, and each `@slot` under its name; where `<Outlet />` stands in
/// `app/root.tsx`, or `<Stack />` in `app/_layout.tsx`, the routes within it are shown.
#[derive(Clone, Debug)]
pub(crate) struct Route<'a> {
    pub(crate) file: FileId,
    /// The export that is rendered.
    pub(crate) export: &'static str,
    /// What its props are; the same name more than once is one of several at a time.
    pub(crate) props: Vec<(&'a str, Given<'a>)>,
    /// What is shown where it has its outlet.
    pub(crate) outlet: Vec<Arc<Route<'a>>>,
    /// Whether ClerkProvider belongs around what it renders, where the framework has it so.
    pub(crate) is_page: bool,
    /// Whether it is shown in the place of a page that is not there yet, or that failed.
    pub(crate) stands_in: bool,
}

impl Route<'_> {
    /// The default export of a file.
    pub(crate) fn of(file: FileId) -> Self {
        Self { file, export: "default", props: Vec::new(), outlet: Vec::new(), is_page: false, stands_in: false }
    }

    /// The files of a route and of all that it is given.
    pub(crate) fn files(&self) -> Vec<FileId> {
        let given = self.props.iter().flat_map(|(_, given)| match given {
            Given::Element(route) => route.files(),
            Given::Component(file) => vec![*file],
        });
        let shown = self.outlet.iter().flat_map(|route| route.files());
        std::iter::once(self.file).chain(given).chain(shown).collect()
    }
}

/// What a framework gives a component as a prop.
#[derive(Clone, Debug)]
pub(crate) enum Given<'a> {
    /// An element.
    Element(Arc<Route<'a>>),
    /// The component itself: the default export of a file.
    Component(FileId),
}

/// Where ClerkProvider belongs below a root, and what it is given there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ClerkPlace {
    /// Around the Convex provider, with the key where its package does not read that itself.
    AroundConvex,
    /// Inside `<body>`, around what leads to Convex; the package reads the key itself. Around the document where Convex is, unless `only`.
    InBody { only: bool },
    /// Around what the root's component renders.
    AroundPage(PageData),
    /// There is no file that stands around every page.
    Nowhere,
}

/// What ClerkProvider is given around a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PageData {
    /// The `pageProps` of an `_app`.
    PageProps,
    /// What the loader of the root gives: `loaderData`.
    LoaderData,
    /// The key.
    Key,
}

/// What a framework says of where an app begins.
#[derive(Default)]
pub(crate) struct Begin<'a> {
    pub(crate) roots: Vec<Root<'a>>,
    /// Files that are loaded as they are.
    pub(crate) entries: Vec<FileId>,
    /// Files of which the framework may use every export.
    pub(crate) whole: Vec<FileId>,
    /// Files that run as Server Components.
    pub(crate) server: Vec<FileId>,
    /// A file that is rendered and can't be read: it may take in any other.
    pub(crate) unread: Option<String>,
}

impl Root<'_> {
    /// The files that it renders by their names.
    pub(crate) fn files(&self) -> Vec<FileId> {
        match &self.what {
            Rendered::Argument(..) => vec![self.file],
            Rendered::Route(route) => route.files(),
            Rendered::Router(_, routes) => {
                std::iter::once(self.file).chain(routes.iter().flat_map(|route| route.files())).collect()
            }
        }
    }
}

impl Begin<'_> {
    /// Adds where else an app begins.
    pub(crate) fn and(mut self, other: Self) -> Self {
        self.roots.extend(other.roots);
        self.entries.extend(other.entries);
        self.whole.extend(other.whole);
        self.server.extend(other.server);
        self.unread = self.unread.or(other.unread);
        self
    }
}

/// How a framework finds where an app begins.
pub(crate) type FindRoots = for<'a> fn(&Workspace, &App<'_>, &Modules<'a>) -> Begin<'a>;

/// Where an app begins, and what its roots take in.
pub(crate) struct Roots<'a> {
    pub(crate) live: Vec<Root<'a>>,
    /// What they lead to.
    pub(crate) reach: Arc<Reach>,
    /// Files that run as Server Components.
    pub(crate) server: Vec<FileId>,
}

impl<'a> Roots<'a> {
    pub(crate) fn of(workspace: &Workspace, app: &App<'_>, modules: &Modules<'a>, find: FindRoots) -> Self {
        let begin = find(workspace, app, modules);
        let from = begin.roots.iter().map(|root| root.file).chain(begin.entries).collect();
        let start = Start { folder: app.id.folder().to_owned(), from, whole: begin.whole };
        let mut reach = Reach::of(modules, start);
        if let (Some(unread), Some(root)) = (begin.unread, begin.roots.first()) {
            Arc::make_mut(&mut reach).open_by(root.file, unread);
        }
        Self { live: begin.roots, reach, server: begin.server }
    }
}

/// The roots of an app that renders itself in the browser.
pub(crate) fn in_browser<'a>(workspace: &Workspace, app: &App<'_>, modules: &Modules<'a>) -> Begin<'a> {
    let own = |file: &FileId| workspace.package_of(modules.sources.path(*file)) == Some(app.id.folder());
    let all: Vec<Root<'a>> = modules.sources.ids().filter(own).flat_map(|file| roots_in(modules, file)).collect();
    let entries = entries(workspace, app, modules);
    let roots = all.into_iter().filter(|root| !is_twin(modules, root.file, &entries)).collect();
    Begin { roots, entries, ..Begin::default() }
}

/// The calls in a file that render something.
fn roots_in<'a>(modules: &Modules<'_>, file: FileId) -> Vec<Root<'a>> {
    let facts = modules.sources.facts(file);
    let calls = (0..).map(CallId).zip(&facts.flow.calls);
    calls
        .filter_map(|(id, call)| {
            let argument = rendered(modules, file, facts, call)?;
            Some(Root { file, what: Rendered::Argument(id, argument), place: ClerkPlace::AroundConvex })
        })
        .collect()
}

/// Which argument of a call is rendered.
fn rendered(modules: &Modules<'_>, file: FileId, facts: &FileFacts, call: &CallFlow) -> Option<usize> {
    let takes_react_dom = || facts.imports.iter().any(|import| import.module.starts_with("react-dom"));
    match &call.callee {
        Value::Imported(imported) => match modules.import(file, imported) {
            Definition::Package(module, name) if is_native_root(module, &name) => Some(0),
            Definition::Package(module, ImportedName::Named(name)) => rendered_by(Some(module), &name),
            _ => None,
        },
        Value::Member(object, name) => registered(modules, file, call).or_else(|| {
            let is_dom = takes_react_dom() || is_root(modules, file, object);
            is_dom.then(|| rendered_by(None, name)).flatten()
        }),
        _ => None,
    }
}

/// Which argument a function of a package renders; of a method, whose package is not known, by its name alone.
fn rendered_by(module: Option<&str>, name: &str) -> Option<usize> {
    let is_dom = module.is_none_or(|module| module.starts_with("react-dom") || module == "preact");
    let is_server = module.is_none_or(|module| module.contains("server"));
    match name {
        "render" | "hydrate" if is_dom => Some(0),
        "hydrateRoot" if is_dom => Some(1),
        name if name.starts_with("renderTo") && is_server => Some(0),
        _ => None,
    }
}

/// Which argument of a call is the component of a native app: `registerRootComponent(App)`,
/// `AppRegistry.registerComponent("app", () => App)`.
pub(crate) fn registered(modules: &Modules<'_>, file: FileId, call: &CallFlow) -> Option<usize> {
    let is = |value: &Value, wanted: fn(&str, &ImportedName) -> bool| match value {
        Value::Imported(imported) => {
            matches!(modules.import(file, imported), Definition::Package(module, name) if wanted(module, &name))
        }
        _ => false,
    };
    match &call.callee {
        Value::Member(object, name) => (name == "registerComponent" && is(object, is_app_registry)).then_some(1),
        callee => is(callee, is_native_root).then_some(0),
    }
}

fn is_app_registry(module: &str, name: &ImportedName) -> bool {
    module == "react-native" && matches!(name, ImportedName::Named(name) if name == "AppRegistry")
}

fn is_native_root(module: &str, name: &ImportedName) -> bool {
    module == "expo" && matches!(name, ImportedName::Named(name) if name == "registerRootComponent")
}

/// Whether a value is a root that another file made: `export const root = createRoot(…)`.
fn is_root(modules: &Modules<'_>, file: FileId, object: &Value) -> bool {
    let Value::Imported(imported) = object else { return false };
    let Definition::Value(file, Value::Variable(id)) = modules.import(file, imported) else { return false };
    let flow = &modules.sources.facts(file).flow;
    flow.variable(*id).iter().any(|value| match value {
        Value::Call(id) => flow.call(*id).is_some_and(|call| match &call.callee {
            Value::Imported(imported) => imported.module.starts_with("react-dom"),
            _ => false,
        }),
        _ => false,
    })
}

/// The files that the app's pages load.
fn entries(workspace: &Workspace, app: &App<'_>, modules: &Modules<'_>) -> Vec<FileId> {
    let pages = workspace
        .others
        .iter()
        .filter(|path| path.file_name().ends_with(".html") && workspace.package_of(path) == Some(app.id.folder()));
    let loaded = pages.flat_map(|page| {
        let text = workspace.text(page).unwrap_or_default();
        scripts(&text)
            .into_iter()
            .filter_map(|source| script_file(page, app.id.folder(), &source, modules))
            .collect::<Vec<_>>()
    });
    loaded.collect()
}

/// `/src/main.tsx` is below the app's folder; `./main.tsx` and `main.tsx` are beside the page.
fn script_file(page: &RelPath, folder: &str, source: &str, modules: &Modules<'_>) -> Option<FileId> {
    let source = source.split(['?', '#']).next().unwrap_or_default();
    let below = source.trim_start_matches('/');
    let beside = (!source.starts_with('/')).then(|| resolve(page.folder(), source)).flatten();
    let candidates = [beside, resolve(folder, below), resolve(page.folder(), below)];
    candidates.into_iter().flatten().find_map(|path| modules.sources.id(&path))
}

/// What the script tags of a page load, comments aside.
fn scripts(html: &str) -> Vec<String> {
    let mut rest = html;
    let mut visible = String::new();
    while let Some((before, after)) = rest.split_once("<!--") {
        visible.push_str(before);
        rest = after.split_once("-->").map_or("", |(_, after)| after);
    }
    visible.push_str(rest);
    let tags = visible.split("<script").skip(1).filter_map(|tag| tag.split_once('>').map(|(tag, _)| tag));
    tags.filter_map(|tag| {
        let value = tag.split_once("src=").map(|(_, value)| value.trim_start())?;
        let quote = value.chars().next().filter(|quote| ['"', '\''].contains(quote));
        let text = match quote {
            Some(quote) => value.get(1..)?.split(quote).next()?,
            None => value.split_whitespace().next()?,
        };
        Some(text.to_owned())
    })
    .collect()
}

/// Whether a file with a root is the dead twin of one that a page loads: `main.tsx` beside the `main.jsx` that index.html names.
fn is_twin(modules: &Modules<'_>, file: FileId, entries: &[FileId]) -> bool {
    let path = modules.sources.path(file);
    !entries.contains(&file)
        && entries.iter().any(|entry| {
            let entry = modules.sources.path(*entry);
            entry.folder() == path.folder() && stem(entry) == stem(path)
        })
}

fn stem(path: &RelPath) -> &str {
    path.file_name().split('.').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_of_a_page() {
        let html = "<body>\n<!-- <script src=\"/old.tsx\"></script> -->\n<script>inline()</script><script type=\"module\" src='/src/main.jsx'></script><script src=./a.ts async></script>";
        assert_eq!(scripts(html), ["/src/main.jsx", "./a.ts"]);
    }
}
