//! React Router in framework mode.
//!
//! Guides: <https://clerk.com/docs/react-router/getting-started/quickstart> and <https://docs.convex.dev/auth/clerk>; Convex has no page for
//! this one.
//!
//! ```tsx
//! // app/root.tsx
//! export const middleware: Route.MiddlewareFunction[] = [clerkMiddleware()];
//!
//! export const loader = (args: Route.LoaderArgs) => rootAuthLoader(args);
//!
//! export default function App({ loaderData }: Route.ComponentProps) {
//!   return (
//!     <ClerkProvider loaderData={loaderData}>
//!       <ConvexProviderWithClerk client={convex} useAuth={useAuth}>
//!         <Outlet />
//!       </ConvexProviderWithClerk>
//!     </ClerkProvider>
//!   );
//! }
//! ```

use std::sync::Arc;

use change::{ImportedName, TextRange};
use syntax::{Value, default_function, on_deep_stack, returns, variable_value};

use super::{EnvConvention, Evidence, Framework, KeySource, Sdk, SdkLine, WEB_GATES};
use crate::added::{Added, Client};
use crate::graph::modules::Modules;
use crate::graph::nesting::{Nested, by_segments, listed, segments};
use crate::graph::render::{Node, Place};
use crate::graph::roots::{self, Begin, ClerkPlace, Given, PageData, Rendered, Root, Route};
use crate::graph::sources::FileId;
use crate::react_router::{self, Settings, root};
use crate::refusal::{Refusal, RefusalReason};
use crate::rules::{auth_gates, convex_auth_config, env_names, package_versions, plain_convex_provider, root_loader};
use crate::survey::Survey;
use crate::versions;
use crate::wiring::refuse;
use crate::workspace::{App, Workspace, join};

/// React Router in framework mode; an app that uses it as a library is React.
pub(crate) const FRAMEWORK: Framework = Framework {
    id: "react-router",
    summary: "React Router in framework mode, from 7.9 on.",
    text: "An app with `@react-router/dev` among its dependencies. One that has only `react-router` is the framework `react`.\n\n\
           `ClerkProvider` goes into the default export of app/root.tsx with the data of the root's loader, never into `Layout`; \
           `clerkMiddleware()` is the first of its `middleware`, and `rootAuthLoader` takes a loader that is there as its callback. On version 7 \
           react-router.config gets `future.v8_middleware`. With `ssr: false` there is no server: the provider gets the publishable \
           key.\n\nGuide: https://clerk.com/docs/react-router/getting-started/quickstart\n",
    guide: "https://docs.convex.dev/auth/clerk",
    quickstart: "https://clerk.com/docs/react-router/getting-started/quickstart",
    evidence: Evidence::with_file(&["@react-router/dev"], &["react-router.config", "app/root"]),
    sdk: Sdk {
        lines: &[
            line(versions::CLERK_REACT_ROUTER, versions::CLERK_REACT_ROUTER_PEER, false),
            line(versions::CLERK_REACT_ROUTER_CORE2, versions::CLERK_REACT_ROUTER_CORE2_PEER, true),
        ],
    },
    env: &[EnvConvention {
        dependency: "@react-router/dev",
        objects: &["import.meta.env"],
        prefixes: &["VITE_"],
        is_given: true,
        source: "https://vite.dev/guide/env-and-mode",
    }],
    key: KeySource::Package("VITE_CLERK_PUBLISHABLE_KEY"),
    extras: &[],
    secret: |workspace, app| Settings::of(workspace, app).ssr.then_some("CLERK_SECRET_KEY"),
    installer: None,
    in_dashboard: None,
    gates: &WEB_GATES,
    roots: begin,
    inner: Some(inner),
    rules: &[
        &plain_convex_provider::RULE,
        &root_loader::RULE,
        &package_versions::RULE,
        &convex_auth_config::RULE,
        &env_names::RULE,
        &auth_gates::RULE,
    ],
    server: Some(&react_router::SERVER),
    checks: &[],
};

const fn line(range: &'static str, taken: &'static str, is_core2: bool) -> SdkLine {
    let host = Some(("react-router", taken));
    let react = versions::CLERK_REACT_PEER;
    SdkLine { package: "@clerk/react-router", range, is_core2, optional_key_from: None, host, react }
}

/// What a route shows: its page, or one of these in its place.
const SHOWN: [&str; 3] = ["default", "ErrorBoundary", "HydrateFallback"];

fn begin<'a>(workspace: &Workspace, app: &App<'_>, modules: &Modules<'a>) -> Begin<'a> {
    let settings = Settings::of(workspace, app);
    let data = if settings.ssr { PageData::LoaderData } else { PageData::Key };
    let place = ClerkPlace::AroundPage(data);
    // `hydrateRoot(document, <HydratedRouter />)` of entry.client: around everything, and in the browser only.
    let entries = roots::in_browser(workspace, app, modules);
    let begin =
        Begin { roots: entries.roots.into_iter().map(|root| Root { place, ..root }).collect(), ..Begin::default() };
    let Some(root) = root(workspace, &settings.folder).and_then(|path| modules.sources.id(&path)) else { return begin };
    let routes = routes(workspace, modules, &settings.folder, root);
    let has = |file: FileId, name: &str| modules.export(file, &export_of(name)).is_some();
    let shown = |file: FileId| {
        SHOWN.into_iter().filter(move |name| has(file, name)).map(move |export| Route { export, ..Route::of(file) })
    };
    let list = workspace_list(modules, &settings.folder).and_then(|list| listed(modules, list, &settings.folder));
    let nested = list.unwrap_or_else(|| by_names(modules, &settings.folder, &routes));
    let outlet = outlets(&nested, &|file| shown(file).collect());
    let own = shown(root).map(|route| match route.export {
        "default" => Arc::new(Route { outlet: outlet.clone(), is_page: true, ..route }),
        _ => Arc::new(route),
    });
    let own: Vec<_> = own.collect();
    let all = match has(root, "Layout") {
        true => {
            let props = own.into_iter().map(|route| ("children", Given::Element(route))).collect();
            vec![Arc::new(Route { export: "Layout", props, ..Route::of(root) })]
        }
        false => own,
    };
    let whole = std::iter::once(root).chain(routes).collect();
    let roots = all.into_iter().map(|route| Root { file: root, what: Rendered::Route(route), place }).collect();
    begin.and(Begin { roots, whole, ..Begin::default() })
}

/// What routes show, each with those within it in its outlet.
fn outlets<'a>(routes: &[Nested], shown: &impl Fn(FileId) -> Vec<Route<'a>>) -> Vec<Arc<Route<'a>>> {
    let one = |nested: &Nested| -> Vec<Arc<Route<'a>>> {
        let inner = outlets(&nested.inner, shown);
        let own = shown(nested.file).into_iter().map(|route| match route.export {
            "default" => Arc::new(Route { outlet: inner.clone(), ..route }),
            _ => Arc::new(Route { stands_in: true, ..route }),
        });
        let own: Vec<_> = own.collect();
        // A route without a component of its own shows those within it.
        if own.is_empty() { inner } else { own }
    };
    routes.iter().flat_map(one).collect()
}

/// The file that lists the routes.
fn workspace_list(modules: &Modules<'_>, folder: &str) -> Option<FileId> {
    let mut paths =
        ["ts", "js", "tsx", "mts", "mjs"].iter().filter_map(|ending| join(folder, &format!("routes.{ending}")));
    paths.find_map(|path| modules.sources.id(&path))
}

/// Routes by the names of their files in `routes/`; of others it is not known which stand within which.
fn by_names(modules: &Modules<'_>, folder: &str, routes: &[FileId]) -> Vec<Nested> {
    let named = routes.iter().map(|file| {
        let path = modules.sources.path(*file).as_str();
        let below = path.strip_prefix(folder).unwrap_or(path).trim_start_matches('/');
        (segments(below.strip_prefix("routes/").unwrap_or(below)), *file)
    });
    by_segments(named.collect())
}

/// What is added in the page where the plain provider is in `Layout`, which is around errors too: there it stays.
///
/// ```tsx
/// <ClerkProvider loaderData={loaderData}>
///   <ConvexProviderWithClerk client={convex} useAuth={useAuth}>
///     <Outlet />
/// ```
fn inner(survey: &Survey<'_>, plain: Place) -> Result<Added, Refusal> {
    let settings = Settings::of(survey.workspace, survey.app);
    let path = root(survey.workspace, &settings.folder);
    let own = path.filter(|path| path == survey.path(plain.0));
    let in_layout = survey.graph.of(plain).all(|sighting| {
        survey.roots.live.get(sighting.root).is_some_and(|root| matches!(root.what, Rendered::Route(_)))
    });
    let outside = |message: &str| refuse(survey, RefusalReason::OutsidePage, message, plain);
    let Some(path) = own.filter(|_| in_layout) else {
        return outside(
            "ConvexProvider is rendered around the page, where ClerkProvider has no data of the session; render it in the default export of the root",
        );
    };
    let Some(client) = top_level(survey, plain) else {
        return outside(
            "ConvexProvider is in `Layout`, and its client is no constant of the file that the page could have",
        );
    };
    let elements = on_deep_stack(|| {
        let tree = survey.workspace.tree(&path)?;
        let function = default_function(&tree.module)?;
        returns(&tree.module, function.range).into_iter().map(|(_, value)| value).collect::<Option<Vec<_>>>()
    });
    let facts = survey.modules.sources.facts(plain.0);
    let at = |range: TextRange| {
        facts.elements_with_ids().find(|(_, fact)| fact.range == range).map(|(id, _)| (plain.0, Node::Jsx(id)))
    };
    let places: Option<Vec<Place>> = elements.and_then(|all| all.into_iter().map(at).collect());
    let data = if settings.ssr { PageData::LoaderData } else { PageData::Key };
    match places.filter(|places| !places.is_empty()) {
        Some(places) => Ok(Added { places, kind: ClerkPlace::AroundPage(data), client: Client::Own(client) }),
        None => outside(
            "ConvexProvider is in `Layout`, and what the page renders is no element that could hold ClerkProvider",
        ),
    }
}

/// The name of the client that a provider has, where the whole file has it.
fn top_level(survey: &Survey<'_>, plain: Place) -> Option<String> {
    let name = survey.attribute_name(plain, "client")?;
    let facts = survey.modules.sources.facts(plain.0);
    match survey.attribute(plain, "client")? {
        Value::Imported(_) => Some(name),
        Value::Variable(_) => {
            let declared = on_deep_stack(|| {
                let tree = survey.workspace.tree(survey.path(plain.0))?;
                variable_value(&tree.module, &name, None)
            })?;
            let is_inner = facts.flow.functions.iter().any(|function| function.range.covers(declared));
            (!is_inner).then_some(name)
        }
        _ => None,
    }
}

fn export_of(name: &str) -> ImportedName {
    if name == "default" { ImportedName::Default } else { ImportedName::Named(name.to_owned()) }
}

/// The files of routes: those that `routes.ts` names, and those in `routes/`, which its helpers find.
fn routes(workspace: &Workspace, modules: &Modules<'_>, folder: &str, root: FileId) -> Vec<FileId> {
    let own = |file: &FileId| modules.sources.path(*file).is_in(folder);
    let lists = modules.sources.ids().filter(own).filter(|file| {
        let path = modules.sources.path(*file);
        path.folder() == folder && path.file_name().split('.').next() == Some("routes")
    });
    let listed: String = lists.filter_map(|file| workspace.text(modules.sources.path(file))).collect();
    let is_route = |file: &FileId| {
        let path = modules.sources.path(*file).as_str();
        let below = path.strip_prefix(folder).unwrap_or(path).trim_start_matches('/');
        let stem = below.rsplit_once('.').map_or(below, |(stem, _)| stem);
        if stem == "routes" {
            return false;
        }
        let quoted = |text: &str| ["\"", "'", "`", "/"].iter().any(|quote| listed.contains(&format!("{quote}{text}")));
        below.starts_with("routes/") || quoted(below) || quoted(&format!("{stem}\"")) || quoted(&format!("{stem}'"))
    };
    modules.sources.ids().filter(own).filter(|file| *file != root && is_route(file)).collect()
}
