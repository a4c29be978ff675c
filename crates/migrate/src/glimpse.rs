//! What the text of a source file tells without being parsed: most files of a large repository need no more.

use std::collections::BTreeSet;

use change::RelPath;
use memchr::memmem;
use rustc_hash::FxHashSet;
use syntax::specifiers;

use crate::graph::resolve::Resolver;
use crate::graph::sources::packages;
use crate::known::OTHER_AUTH;
use crate::late::Late;
use crate::names::has_word;
use crate::walk::has_escapes;
use crate::workspace::{App, LoadedFile, Workspace, is_test};

/// Names that walks look for in any file: what routers show, ways out, tokens that are handed over.
const NAMES: [&str; 5] = ["Route", "Outlet", "signOut", "setAuth", "setAdminAuth"];
/// What else they look for in a text.
const PARTS: [&str; 2] = ["expo-router", "secretKey"];
/// One of these is in a text of every app that renders a provider or hands its client tokens; the module stands for
/// `lazy(() => import("convex/react-clerk"))`, which names no provider. [`OTHER_AUTH`] has the rest.
const PROVIDERS: [&str; 4] = ["ConvexProvider", "ClerkProvider", "convex/react-clerk", "setAuth"];

/// What a text tells.
#[derive(Debug, Default)]
pub(crate) struct Glimpse {
    /// The modules that it names, be it in a comment; `None` where they can't be told.
    modules: Option<Box<[Box<str>]>>,
    /// Whether it may hold what walks look for in any file.
    is_marked: bool,
    /// Whether it may render a provider, or gives Convex an identity in another way.
    may_provide: bool,
}

impl Glimpse {
    /// Looks at a text.
    pub(crate) fn of(text: &str) -> Self {
        let has = |part: &str| memmem::find(text.as_bytes(), part.as_bytes()).is_some();
        // `Route`, not `RouteMap`
        let names = |name: &str| has(name) && has_word(text, name);
        // A name may be written with escapes.
        let is_escaped = has_escapes(text.as_bytes());
        Self {
            modules: specifiers(text).map(|all| all.into_iter().map(Into::into).collect()),
            is_marked: is_escaped || PARTS.into_iter().any(has) || NAMES.into_iter().any(names),
            may_provide: is_escaped
                || PROVIDERS.into_iter().any(has)
                || OTHER_AUTH.iter().any(|(module, name, _)| has(name.unwrap_or(module))),
        }
    }

    /// The modules that it names, where nothing else in it is looked for.
    pub(crate) fn leading_nowhere(&self) -> Option<&[Box<str>]> {
        self.modules.as_deref().filter(|_| !self.is_marked)
    }

    /// The same, where no provider is in it.
    fn providing_none(&self) -> Option<&[Box<str>]> {
        self.modules.as_deref().filter(|_| !self.may_provide)
    }
}

impl Workspace {
    /// What the text of a source file tells. One that can't be read may hold anything, in modules that can't be told.
    pub(crate) fn glimpse<'l>(&self, path: &RelPath, late: &'l Late) -> &'l Glimpse {
        late.glimpse(|| match self.files.get(path) {
            // What could not be read as text has none here.
            Some(file) if file.source.text.is_empty() => Glimpse::default(),
            Some(file) => Glimpse::of(&file.source.text),
            None => self.text(path).map_or_else(Glimpse::default, |text| Glimpse::of(&text)),
        })
    }
}

/// Where no file that may take part in rendering an app has a provider in its text: the files of other packages that it may take in. Of a
/// repository of hundreds of packages with Convex's hooks most are such, and none of their files has to be parsed to say so.
pub(crate) fn renders_none(workspace: &Workspace, app: &App<'_>) -> Option<BTreeSet<RelPath>> {
    let names_provider = |file: &LoadedFile| file.names.providers || file.may_render;
    if !workspace.files.values().any(names_provider) {
        return Some(BTreeSet::new());
    }
    // Where each platform may have files of its own, more leads to a file than its name.
    let has_platforms = app.declares("react-native") || app.declares("expo");
    if has_platforms || app.files.iter().any(|(_, file)| names_provider(file)) {
        return None;
    }
    let packages = packages(workspace, app).into_iter();
    let all = packages.flat_map(|package| workspace.sources_of(package).filter(|path| !is_test(path, package)));
    let mut seen = led_to(workspace, all.cloned().collect(), Glimpse::providing_none)?;
    let own = app.id.folder();
    seen.extend(taken_in_by_pages(workspace, own));
    Some(seen.into_iter().filter(|path| workspace.package_of(path) != Some(own)).collect())
}

/// What the pages in Markdown of the package in `folder` take in, which nobody parses.
///
/// ```mdx
/// import { Chart } from "../../web/src/chart";
///
/// # Sales
///
/// <Chart />
/// ```
pub(crate) fn taken_in_by_pages(workspace: &Workspace, folder: &str) -> FxHashSet<RelPath> {
    let pages = workspace.others.iter().filter(|path| path.extension() == "mdx");
    let own = pages.filter(|path| workspace.package_of(path) == Some(folder));
    let resolver = Resolver::quiet(workspace);
    let mut found = Vec::new();
    for page in own {
        let text = workspace.text(page).unwrap_or_default();
        found.extend(specifiers(&text).into_iter().flatten().filter_map(|module| resolver.file(page, module)));
    }
    // What a file takes in that can't be told is nothing here.
    led_to(workspace, found, |glimpse| Some(glimpse.modules.as_deref().unwrap_or_default())).unwrap_or_default()
}

/// The files that some lead to by what their texts name, themselves included; `None` as soon as `modules` has none for one of them.
fn led_to(
    workspace: &Workspace,
    from: Vec<RelPath>,
    modules: impl Fn(&Glimpse) -> Option<&[Box<str>]>,
) -> Option<FxHashSet<RelPath>> {
    let resolver = Resolver::quiet(workspace);
    let mut seen: FxHashSet<RelPath> = from.iter().cloned().collect();
    let mut queue = from;
    while let Some(path) = queue.pop() {
        let late = workspace.late(&path);
        for module in modules(workspace.glimpse(&path, &late))? {
            queue.extend(resolver.file(&path, module).filter(|next| seen.insert(next.clone())));
        }
    }
    Some(seen)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_a_provider() {
        for (text, may) in [
            ("export const Card = () => <p>Convex</p>;", false),
            ("import { useQuery } from \"convex/react\";", false),
            ("import { ConvexProvider } from \"convex/react\";", true),
            ("const Clerk = lazy(() => import(\"convex/react-clerk\"));", true),
            ("import { ConvexAuthProvider } from \"@convex-dev/auth/react\";", true),
            ("import { \\u0043onvexProvider } from \"convex/react\";", true),
            ("import { \"Convex\\x50rovider\" as P } from \"convex/react\";", true),
            ("convex.setAuth(fetchToken);", true),
            ("const all = import.meta.glob(\"./*.tsx\");", true),
        ] {
            assert_eq!(Glimpse::of(text).providing_none().is_none(), may, "{text}");
        }
    }
}
