//! Where the parts of a TanStack Start app are: the router, the root route and the file of the server's settings.
//!
//! <https://tanstack.com/start/latest/docs/framework/react/guide/routing>

use change::{Location, RelPath};
use syntax::{
    Bindings, CallPlace, ObjectFact, ParsedModule, PropertyFact, calls, function_at, function_named, object_in, returns,
};

use crate::workspace::{App, Workspace, join};

/// TanStack's router.
pub(crate) const ROUTER: &str = "@tanstack/react-router";
/// What gives TanStack Query what Convex sends.
pub(crate) const QUERY: &str = "@convex-dev/react-query";

/// The files of an app.
#[derive(Debug)]
pub(crate) struct Files {
    /// The folder of the source, `src` or `app`, from the base on.
    pub(crate) folder: String,
    /// `routes/__root.tsx`
    pub(crate) root: RelPath,
    /// `router.tsx`
    pub(crate) router: Option<RelPath>,
    /// `start.ts`
    pub(crate) start: Option<RelPath>,
}

impl Files {
    pub(crate) fn of(workspace: &Workspace, app: &App<'_>) -> Option<Self> {
        let is_root = |path: &&RelPath| path.file_name().split('.').next() == Some("__root");
        let root = workspace
            .sources_of(app.id.folder())
            .filter(is_root)
            .min_by_key(|path| path.as_str().matches('/').count())?;
        let folder = root.folder().rsplit_once('/').map_or("", |(above, _)| above).to_owned();
        let file = |stem: &str| {
            let names = ["tsx", "ts", "jsx", "js"].map(|ending| format!("{stem}.{ending}"));
            names.iter().filter_map(|name| join(&folder, name)).find(|path| workspace.sources.contains(path))
        };
        Some(Self { root: root.clone(), router: file("router"), start: file("start"), folder })
    }
}

/// The call that makes the router, and its options.
pub(crate) fn router(module: &ParsedModule, bindings: &Bindings) -> Option<(CallPlace, ObjectFact)> {
    let made = calls(module, bindings, &[ROUTER], "createRouter");
    let [call] = made.as_slice() else { return None };
    let options = object_in(module, *call.arguments.first()?)?;
    Some((call.clone(), options))
}

/// Another file of the app that makes a router of the same routes, of a test for example: its context would lack what the root route reads.
pub(crate) fn other_router(workspace: &Workspace, app: &App<'_>, own: &RelPath) -> Option<Location> {
    of_app(workspace, app).filter(|(path, _)| *path != own).find_map(|(path, text)| {
        let may = text.contains("createRouter") && text.contains("routeTree");
        let tree = may.then(|| workspace.tree(path)).flatten()?;
        let (module, bindings) = (&tree.module, &tree.bindings);
        let made = calls(module, bindings, &[ROUTER], "createRouter");
        made.first().map(|call| Location { path: path.clone(), range: call.range })
    })
}

/// A file that makes an object of the type of the context: it would lack what the type gains.
///
/// ```tsx
/// export function makeContext(queryClient: QueryClient): RouterContext {
///   return { queryClient };
/// }
/// ```
pub(crate) fn maker_of(workspace: &Workspace, app: &App<'_>, files: &Files, name: &str) -> Option<Location> {
    of_app(workspace, app).filter(|(path, _)| files.router.as_ref() != Some(*path)).find_map(|(path, text)| {
        let bare: String = text.split_whitespace().collect();
        let forms = [format!("):{name}"), format!(":{name}="), format!("satisfies{name}")];
        let is_made = forms.iter().any(|form| {
            let ends = bare.match_indices(form.as_str()).map(|(at, _)| bare.get(at + form.len()..));
            let mut goes_on = ends.map(|rest| rest.unwrap_or_default().starts_with(|c: char| c.is_alphanumeric()));
            goes_on.any(|goes_on| !goes_on)
        });
        is_made.then(|| Location::file(path.clone()))
    })
}

/// Whether the settings of the app give the router or the start file another place: `tanstackStart({ start: { entry: "./server/start.ts" } })`.
pub(crate) fn other_entry(workspace: &Workspace, app: &App<'_>) -> Option<Location> {
    let path = workspace.script(app.id.folder(), "vite.config")?;
    let tree = workspace.tree(&path)?;
    let (module, bindings) = (&tree.module, &tree.bindings);
    let plugin = "@tanstack/react-start/plugin/vite";
    calls(module, bindings, &[plugin], "tanstackStart").iter().find_map(|call| {
        let options = object_in(module, *call.arguments.first()?)?;
        let mut parts = ["start", "router"].iter().filter_map(|name| options.property(name));
        let moved = parts.find(|part| {
            object_in(module, part.value).is_none_or(|part| part.is_open() || part.property("entry").is_some())
        });
        Some(Location { path: path.clone(), range: moved?.value })
    })
}

/// The files of an app with their texts.
fn of_app<'a>(workspace: &'a Workspace, app: &'a App<'_>) -> impl Iterator<Item = (&'a RelPath, String)> {
    let own = app.id.folder();
    let files = workspace.sources_of(own);
    files.filter_map(|path| Some((path, workspace.text(path)?)))
}

/// The call that makes the root route, and its options.
pub(crate) fn root_route(module: &ParsedModule, bindings: &Bindings) -> Option<(CallPlace, ObjectFact)> {
    let names = ["createRootRoute", "createRootRouteWithContext"];
    let mut made = names.iter().flat_map(|name| calls(module, bindings, &[ROUTER], name));
    let call = made.next().filter(|_| made.next().is_none())?;
    let options = call.then.as_ref().unwrap_or(&call.arguments).first().copied()?;
    let options = object_in(module, options)?;
    Some((call, options))
}

/// The elements that the component of the root route renders, or the document that stands around it.
///
/// `component: RootComponent`, `component: () => <Root />`, `shellComponent: RootDocument`
pub(crate) fn page(module: &ParsedModule, options: &ObjectFact) -> Option<Page> {
    // `component: Outlet` adds nothing to the document.
    let is_outlet = |property: &&PropertyFact| {
        property.value.slice(module.text()) == Some("Outlet") && function_named(module, "Outlet").is_none()
    };
    let own = options.property("component").filter(|property| !is_outlet(property)).map(|property| (property, false));
    let (property, is_shell) = own.or_else(|| options.property("shellComponent").map(|property| (property, true)))?;
    let mut function = match function_at(module, property.value) {
        Some(function) => function,
        None => function_named(module, property.value.slice(module.text())?)?,
    };
    // `() => <Root />`: what it renders is written there.
    for _ in 0..4 {
        let [(_, Some(only))] = returns(module, function.range)[..] else { break };
        let tag = only.slice(module.text())?.strip_prefix('<').and_then(|rest| rest.strip_suffix("/>"));
        let Some(next) = tag.and_then(|tag| function_named(module, tag.trim())) else { break };
        function = next;
    }
    let elements: Option<Vec<_>> = returns(module, function.range).into_iter().map(|(_, value)| value).collect();
    Some(Page { elements: elements?, is_shell })
}

/// What a root route renders.
#[derive(Debug)]
pub(crate) struct Page {
    /// The elements that its component gives back.
    pub(crate) elements: Vec<change::TextRange>,
    /// Whether that is the document around it.
    pub(crate) is_shell: bool,
}
