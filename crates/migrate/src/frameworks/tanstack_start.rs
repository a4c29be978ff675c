//! TanStack Start.
//!
//! Guides: <https://docs.convex.dev/client/tanstack/tanstack-start/clerk> and
//! <https://clerk.com/docs/tanstack-react-start/getting-started/quickstart>.
//!
//! ```tsx
//! // src/routes/__root.tsx
//! function RootComponent() {
//!   const context = useRouteContext({ from: Route.id });
//!
//!   return (
//!     <ClerkProvider>
//!       <ConvexProviderWithClerk client={context.convexClient} useAuth={useAuth}>
//!         <RootDocument>
//!           <Outlet />
//!         </RootDocument>
//!       </ConvexProviderWithClerk>
//!     </ClerkProvider>
//!   );
//! }
//! ```

use std::sync::Arc;

use change::{ImportedName, Location, TextRange};
use syntax::{FileFacts, Value, calls, is_exported, on_deep_stack};

use super::{EnvConvention, Evidence, Framework, KeySource, Sdk, SdkLine, WEB_GATES};
use crate::added::{Added, Client};
use crate::graph::modules::{Definition, Modules};
use crate::graph::nesting::{Nested, by_segments, segments};
use crate::graph::render::{Node, Place};
use crate::graph::roots::{self, Begin, ClerkPlace, Rendered, Root, Route};
use crate::graph::sources::FileId;
use crate::refusal::{Refusal, RefusalReason};
use crate::rules::{
    auth_gates, convex_auth_config, env_names, http_calls, package_versions, plain_convex_provider, start_session,
};
use crate::survey::Survey;
use crate::tanstack_start::{Files, QUERY, page, root_route, router};
use crate::versions;
use crate::wiring::refuse;
use crate::workspace::{App, Workspace};

/// TanStack Start.
pub(crate) const FRAMEWORK: Framework = Framework {
    id: "tanstack-start",
    summary: "TanStack Start, with TanStack Query or without.",
    text: "An app with `@tanstack/react-start` among its dependencies, its routes in `src/routes` or `app/routes`.\n\n\
           `clerkMiddleware()` runs as request middleware in start.ts. A provider in the root route gets `ConvexProviderWithClerk` inside \
           `ClerkProvider`. One in the router's `Wrap` stays, since ClerkProvider can't be there: the two providers are added in the root route, \
           with the client from the router's context, and `beforeLoad` gives the queries of the server the session's token.\n\nGuides: \
           https://docs.convex.dev/client/tanstack/tanstack-start/clerk and \
           https://clerk.com/docs/tanstack-react-start/getting-started/quickstart\n",
    guide: "https://docs.convex.dev/client/tanstack/tanstack-start/clerk",
    quickstart: "https://clerk.com/docs/tanstack-react-start/getting-started/quickstart",
    evidence: Evidence::with_file(
        &["@tanstack/react-start", "@tanstack/start"],
        &["src/routes/__root", "app/routes/__root"],
    ),
    sdk: Sdk {
        lines: &[
            line(versions::CLERK_START, versions::CLERK_START_PEER, false),
            line(versions::CLERK_START_CORE2, versions::CLERK_START_CORE2_PEER, true),
        ],
    },
    env: &[EnvConvention {
        dependency: "@tanstack/react-start",
        objects: &["import.meta.env"],
        prefixes: &["VITE_"],
        is_given: true,
        source: "https://tanstack.com/start/latest/docs/framework/react/guide/environment-variables",
    }],
    key: KeySource::Package("VITE_CLERK_PUBLISHABLE_KEY"),
    extras: &[],
    secret: |_, _| Some("CLERK_SECRET_KEY"),
    installer: None,
    in_dashboard: None,
    gates: &WEB_GATES,
    roots: begin,
    inner: Some(inner),
    rules: &[
        &plain_convex_provider::RULE,
        &start_session::RULE,
        &package_versions::RULE,
        &convex_auth_config::RULE,
        &env_names::RULE,
        &auth_gates::RULE,
    ],
    server: Some(&start_session::SESSION),
    checks: &[&http_calls::LOADER_TOKEN],
};

const fn line(range: &'static str, host: &'static str, is_core2: bool) -> SdkLine {
    SdkLine {
        package: "@clerk/tanstack-react-start",
        range,
        is_core2,
        optional_key_from: None,
        host: Some(("@tanstack/react-start", host)),
        react: versions::CLERK_REACT_PEER,
    }
}

fn begin<'a>(workspace: &Workspace, app: &App<'_>, modules: &Modules<'a>) -> Begin<'a> {
    // `hydrateRoot(document, <StartClient />)` of client.tsx renders the router, which is a root by its own file.
    let apart = roots::in_browser(workspace, app, modules);
    let begin = Begin { roots: apart.roots, ..Begin::default() };
    let Some(files) = Files::of(workspace, app) else { return begin };
    let Some(root) = modules.sources.id(&files.root) else { return begin };
    let folder = files.root.folder();
    let is_route = |file: &FileId| modules.sources.path(*file).is_in(folder) && *file != root;
    let routes: Vec<FileId> = modules.sources.ids().filter(is_route).collect();
    let route = |file: FileId| Route { export: "Route", ..Route::of(file) };
    let below = |file: &FileId| {
        let path = modules.sources.path(*file).as_str();
        (segments(path.strip_prefix(folder).unwrap_or(path).trim_start_matches('/')), *file)
    };
    let outlet = outlets(&by_segments(routes.iter().map(below).collect()), &route);
    let page = Arc::new(Route { outlet, is_page: true, ..route(root) });
    let made = files.router.as_ref().and_then(|path| modules.sources.id(path)).and_then(|file| {
        let facts = modules.sources.facts(file);
        let is_router = |callee: &Value| match callee {
            Value::Imported(imported) => {
                let name = ImportedName::Named("createRouter".to_owned());
                matches!(modules.import(file, imported), Definition::Package(_, export) if export == name)
            }
            _ => false,
        };
        let call = facts.flow.calls.iter().position(|call| is_router(&call.callee))?;
        Some((file, syntax::CallId(call as u32)))
    });
    let place = ClerkPlace::AroundConvex;
    let what = match made {
        Some((_, call)) => Rendered::Router(call, vec![page]),
        None => Rendered::Route(page),
    };
    let whole = std::iter::once(root).chain(routes).chain(made.map(|(file, _)| file)).collect();
    let file = made.map_or(root, |(file, _)| file);
    begin.and(Begin { roots: vec![Root { file, what, place }], whole, ..Begin::default() })
}

/// Routes, each with those within it in its outlet.
fn outlets<'a>(routes: &[Nested], route: &impl Fn(FileId) -> Route<'a>) -> Vec<Arc<Route<'a>>> {
    let one = |nested: &Nested| Arc::new(Route { outlet: outlets(&nested.inner, route), ..route(nested.file) });
    routes.iter().map(one).collect()
}

/// What is added in the root route where the plain provider is in the router's `Wrap`.
fn inner(survey: &Survey<'_>, plain: Place) -> Result<Added, Refusal> {
    let unproven = |message: &str| refuse(survey, RefusalReason::UnprovenForm, message, plain);
    let Some(files) = Files::of(survey.workspace, survey.app) else {
        return unproven("the app has no root route in which ClerkProvider could be");
    };
    let client = client(survey, &files, plain)?;
    let page = on_deep_stack(|| {
        let tree = survey.workspace.tree(&files.root)?;
        let (module, bindings) = (&tree.module, &tree.bindings);
        Some((page(module, &root_route(module, bindings)?.1)?, module.code_without_comments()))
    });
    let root = survey.modules.sources.id(&files.root);
    let places = page.zip(root).and_then(|((page, text), root)| {
        let facts = survey.modules.sources.facts(root);
        let at = |range: &TextRange| {
            let range = &only_element(facts, *range, &text)?;
            let element = facts.elements_with_ids().find(|(_, fact)| fact.range == *range).map(|(id, _)| id)?;
            if page.is_shell { children(survey, root, *range) } else { Some((root, Node::Jsx(element))) }
        };
        page.elements.iter().map(at).collect::<Option<Vec<Place>>>()
    });
    match places.filter(|places| !places.is_empty()) {
        Some(places) => Ok(Added { places, kind: ClerkPlace::AroundConvex, client }),
        None => {
            let message =
                "what the root route renders is not one element of this file, around which ClerkProvider could be";
            Err(Refusal::new(RefusalReason::UnprovenForm, message, Some(Location::file(files.root.clone()))))
        }
    }
}

/// An element, or the one that a fragment holds besides the router's tools for developers: `<><RootDocument>…</RootDocument></>`.
fn only_element(facts: &FileFacts, range: TextRange, text: &str) -> Option<TextRange> {
    if !range.slice(text)?.starts_with("<>") {
        return Some(range);
    }
    let mut rest = range.slice(text)?.trim_start_matches("<>").trim_end_matches("</>").to_owned();
    let within = |fact: &TextRange| range.covers(*fact) && *fact != range;
    let all: Vec<TextRange> = facts.elements_with_ids().map(|(_, fact)| fact.range).filter(within).collect();
    let outermost = all.iter().filter(|own| !all.iter().any(|other| other != *own && other.covers(**own)));
    let mut found = None;
    for element in outermost {
        let own = element.slice(text)?;
        rest = rest.replacen(own, "", 1);
        let is_tool = own.split(char::is_whitespace).next().is_some_and(|tag| tag.ends_with("Devtools"));
        if !is_tool && found.replace(*element).is_some() {
            return None;
        }
    }
    // `{/* the page */}`
    found.filter(|_| rest.chars().all(|c| c.is_whitespace() || matches!(c, '{' | '}')))
}

/// The `{children}` within an element.
fn children(survey: &Survey<'_>, file: FileId, within: TextRange) -> Option<Place> {
    let facts = survey.modules.sources.facts(file);
    let elements = facts.elements_with_ids().zip(&facts.flow.elements);
    let is_prop = |value: &Value| match value {
        Value::Member(object, name) => name == "children" && matches!(**object, Value::Argument(..)),
        _ => false,
    };
    let is_children = |value: &Value| match value {
        Value::Variable(id) => facts.flow.variable(*id).iter().any(is_prop),
        value => is_prop(value),
    };
    let mut found = elements.filter(|((_, fact), _)| within.covers(fact.range)).flat_map(|((id, _), flow)| {
        (0..)
            .zip(&flow.children)
            .filter(|(_, value)| is_children(value))
            .map(move |(index, _)| (file, Node::Child(id, index)))
    });
    found.next().filter(|_| found.next().is_none())
}

/// The client that the plain provider has, as the root route gets it.
fn client(survey: &Survey<'_>, files: &Files, plain: Place) -> Result<Client, Refusal> {
    let unproven = |message: &str| refuse(survey, RefusalReason::UnprovenForm, message, plain);
    let own = survey.path(plain.0);
    let Some(path) = files.router.as_ref() else { return unproven("the router is made in no file called router") };
    let found = on_deep_stack(|| {
        let tree = survey.workspace.tree(path)?;
        let (module, bindings) = (&tree.module, &tree.bindings);
        let (call, _) = router(module, bindings)?;
        let queries = calls(module, bindings, &[QUERY], "ConvexQueryClient");
        let in_function = call.function.is_some();
        let is_shared = queries.iter().any(|query| query.function.is_none());
        Some((in_function, queries.len(), is_shared))
    });
    let Some((in_function, queries, is_shared)) = found else {
        return unproven("the options of the router are no object that is written out");
    };
    if is_shared || (queries > 0 && !in_function) {
        let message = "one ConvexQueryClient is shared by all requests of the server: the token of one person would be sent with the queries of others; make it where the router is made";
        return refuse(survey, RefusalReason::SharedClient, message, plain);
    }
    if queries > 1 {
        return unproven("there are several clients of Convex in the router's file");
    }
    if queries == 1 {
        return Ok(Client::Context);
    }
    match survey.attribute(plain, "client") {
        // The file of the router hands it on.
        Some(Value::Variable(_)) if own == path => Ok(Client::Context),
        Some(Value::Variable(_)) => {
            let name = survey.attribute_name(plain, "client").filter(|name| {
                on_deep_stack(|| survey.workspace.tree(own).is_some_and(|tree| is_exported(&tree.module, name)))
            });
            match name {
                Some(name) => Ok(Client::Import { module: between(files.root.folder(), own.as_str()), name }),
                None => unproven("the client is not exported by its file, so the root route can't have it"),
            }
        }
        Some(Value::Imported(imported)) => match &imported.export {
            ImportedName::Named(name) => {
                let is_relative = imported.module.starts_with('.');
                let target = survey.modules.target(plain.0, &imported.module).ok().flatten();
                let module = match target.filter(|_| is_relative) {
                    Some(file) => between(files.root.folder(), survey.path(file).as_str()),
                    None => imported.module.clone(),
                };
                Ok(Client::Import { module, name: name.clone() })
            }
            _ => unproven("the client is imported in a form that the root route can't repeat"),
        },
        _ => unproven("the client is made where it is handed to the provider, so the root route can't have it"),
    }
}

/// The specifier by which a file in `folder` takes in the file `path`.
fn between(folder: &str, path: &str) -> String {
    let stem = path.rsplit_once('.').map_or(path, |(stem, _)| stem);
    let (from, to): (Vec<&str>, Vec<&str>) = (folder.split('/').collect(), stem.split('/').collect());
    let shared = from.iter().zip(&to).take_while(|(one, other)| one == other).count();
    let up = from.len() - shared;
    let down = to.get(shared..).unwrap_or_default().join("/");
    if up == 0 { format!("./{down}") } else { format!("{}{down}", "../".repeat(up)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn specifiers_between_files() {
        assert_eq!(between("src/routes", "src/lib/convex.ts"), "../lib/convex");
        assert_eq!(between("src/routes", "src/routes/-client.ts"), "./-client");
        assert_eq!(between("app/routes", "shared/convex.ts"), "../../shared/convex");
    }
}
