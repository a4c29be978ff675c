//! Who subscribes to what, and behind what: the Convex functions of an app, the components that subscribe to queries as they render, and
//! the gates around them on every way down from the roots.
//!
//! ```tsx
//! <Header />                                        // subscribes to nothing
//! <Authenticated><Mine /></Authenticated>           // subscribes to tasks:mine, which needs an identity: guarded
//! <Mine />                                          // not guarded: the query throws for who is not signed in
//! ```

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Deref;
use std::sync::Arc;

use change::{ImportedName, RelPath, TextRange};
use syntax::Value;

use crate::ahead::Ahead;
use crate::boundary::{is_client, on_server};
use crate::ctx::Ctx;
use crate::graph::backend::{BackendFunction, Kind};
use crate::graph::functions::{FunctionGraph, Identity, api_path};
use crate::graph::modules::Modules;
use crate::graph::render::RenderGraph;
use crate::graph::roots::{Given, Rendered, Roots, Route};
use crate::graph::sightings::{Component, Node, Place, Rendering, Wanted};
use crate::graph::sources::FileId;
use crate::graph::subscriptions::{Guard, Query, Subscription, Subscriptions};
use crate::known::{Gate, Provider, is_marked_or_gate, provider_or_gate};

/// Who subscribes to what in an app.
pub(crate) struct Access<'a> {
    pub(crate) modules: &'a Modules<'a>,
    pub(crate) roots: Roots<'a>,
    found: Arc<Found>,
}

/// What was found of an app in one state.
pub(crate) struct Found {
    pub(crate) graph: RenderGraph,
    pub(crate) functions: Vec<BackendFunction>,
    /// The functions of the app that subscribe, hooks included.
    pub(crate) consumers: BTreeMap<Component, Arc<Vec<Subscription>>>,
    /// What the queries that they subscribe to make of who asks.
    identities: BTreeMap<Vec<String>, Identity>,
    /// Queries that anybody may see already: server code gives them out.
    given_out: BTreeSet<Vec<String>>,
    /// The functions that ask Convex who is signed in, and render by that.
    asking: BTreeSet<Component>,
}

impl Deref for Access<'_> {
    type Target = Found;

    fn deref(&self) -> &Found {
        &self.found
    }
}

/// Which queries are for those who are signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Private {
    /// Those that need an identity.
    Needing,
    /// None needs one yet: all that server code does not give out.
    All,
}

impl Found {
    /// Looks at an app, whose functions' files are among the sources of `modules`.
    fn of(ctx: &Ctx<'_>, modules: &Modules<'_>, roots: &Roots<'_>) -> Self {
        let functions = ctx.functions();
        let is_backend =
            |file: &FileId| functions.is_some_and(|functions| modules.sources.path(*file).is_in(&functions.folder));
        // What takes nothing in subscribes to nothing: a bundle that lies about.
        let takes_in = |file: &FileId| !modules.sources.facts(*file).imports.is_empty();
        let files: Vec<FileId> = modules.sources.leading().filter(|file| !is_backend(file) && takes_in(file)).collect();
        let subscriptions = Subscriptions::new(modules);
        let components = subscriptions.all(files.iter().copied());
        let consumers: BTreeMap<Component, Arc<Vec<Subscription>>> =
            components.iter().map(|component| (*component, subscriptions.of(*component))).collect();
        let wanted = Wanted {
            provider: provider_or_gate,
            is_marked: is_marked_or_gate,
            components,
            pages: Some(roots.live.iter().flat_map(|root| pages(&root.what)).collect()),
        };
        let graph = RenderGraph::new(modules, &roots.live, &wanted);
        let known = functions.map(|functions| FunctionGraph::new(modules, &functions.folder));
        let paths =
            consumers.values().flat_map(|all| all.iter()).filter_map(|subscription| match &subscription.query {
                Query::Path(path) => Some(path),
                Query::Argument(_) | Query::Preloaded | Query::Unknown => None,
            });
        let identities = paths.filter_map(|path| Some((path.clone(), known.as_ref()?.identity(path)?))).collect();
        let mut given_out: BTreeSet<Vec<String>> = known.iter().flat_map(FunctionGraph::exposed).collect();
        // Code of a server, as far as the framework has one; a browser that asks by HTTP has no session either, but shows it to one person.
        let server = on_server(modules, roots);
        let has_server = (ctx.framework.secret)(ctx.workspace, ctx.app).is_some();
        let serves = |file: FileId| {
            let is_other = roots.server.is_empty() && has_server && roots.reach.has(file);
            !is_client(modules.sources.facts(file)) && (server.contains(&file) || is_other)
        };
        given_out.extend(files.iter().flat_map(|file| given_out_by(modules, *file, serves(*file))));
        let asking = subscriptions.asking(files.iter().copied());
        let functions = known.as_ref().map(FunctionGraph::all).unwrap_or_default();
        Self { graph, functions, consumers, identities, given_out, asking }
    }
}

impl<'a> Access<'a> {
    /// Looks at an app in one state, of which `modules` are.
    pub(crate) fn of(ctx: &Ctx<'_>, ahead: &Ahead, modules: &'a Modules<'a>) -> Self {
        let roots = Roots::of(ctx.workspace, ctx.app, modules, ctx.framework.roots);
        let found = ahead.found.get_or_init(|| Arc::new(Found::of(ctx, modules, &roots))).clone();
        Self { modules, roots, found }
    }

    /// Which queries are private, by what the functions need.
    pub(crate) fn private(&self) -> Private {
        let needs = |function: &BackendFunction| {
            function.is_public && function.kind != Kind::HttpAction && function.identity == Identity::Needed
        };
        let is_any =
            self.functions.iter().any(needs) || self.identities.values().any(|identity| *identity == Identity::Needed);
        if is_any { Private::Needing } else { Private::All }
    }

    /// Whether a query is for those who are signed in.
    pub(crate) fn is_private(&self, query: &Query, private: Private) -> bool {
        let Query::Path(path) = query else { return false };
        match private {
            Private::Needing => self.identities.get(path) == Some(&Identity::Needed),
            Private::All => !self.given_out.contains(path),
        }
    }

    /// What a query makes of who asks; `None` where it could not be found.
    pub(crate) fn identity(&self, path: &[String]) -> Option<Identity> {
        self.identities.get(path).copied()
    }

    /// Whether some component asks Convex who is signed in, and may show by that what it likes.
    pub(crate) fn is_asked(&self) -> bool {
        !self.asking.is_empty()
    }

    /// The components that subscribe to what is private without asking Convex first who is signed in, each with those queries.
    pub(crate) fn to_guard(&self, private: Private) -> BTreeMap<Component, BTreeSet<Vec<String>>> {
        let queries = |all: &Arc<Vec<Subscription>>| -> BTreeSet<Vec<String>> {
            let bare = all.iter().filter(|one| one.guard != Guard::Convex && self.is_private(&one.query, private));
            bare.filter_map(|one| match &one.query {
                Query::Path(path) => Some(path.clone()),
                _ => None,
            })
            .collect()
        };
        let all = self.consumers.iter().map(|(component, all)| (*component, queries(all)));
        all.filter(|(_, queries)| !queries.is_empty()).collect()
    }

    /// Whether a rendering stands behind a gate of Convex, or in a component that asks Convex who is signed in.
    pub(crate) fn is_guarded(&self, rendering: &Rendering) -> bool {
        let gated = rendering.above.iter().any(|above| above.provider == Provider::Gate(Gate::Authenticated));
        gated || rendering.within.iter().any(|component| self.asking.contains(component))
    }

    /// The whole of what stands at a place.
    pub(crate) fn range(&self, place: Place) -> Option<TextRange> {
        let facts = self.modules.sources.facts(place.0);
        match place.1 {
            Node::Jsx(id) => facts.element(id).map(|element| element.range),
            Node::Call(id) => facts.flow.call(id).map(|call| call.range),
            Node::Child(id, index) => facts.flow.element(id)?.ranges.get(index as usize).copied(),
        }
    }

    /// The opening tag of what stands at a place.
    pub(crate) fn opening(&self, place: Place) -> Option<TextRange> {
        match place.1 {
            Node::Jsx(id) => self.modules.sources.facts(place.0).element(id).map(|element| element.opening),
            Node::Call(_) | Node::Child(..) => self.range(place),
        }
    }

    /// Where a component first subscribes.
    pub(crate) fn subscribes_at(&self, component: Component) -> Option<(&'a RelPath, TextRange)> {
        let range = self.consumers.get(&component)?.first()?.range;
        Some((self.modules.sources.path(component.0), range))
    }

    /// What a component is called.
    pub(crate) fn name(&self, component: Component) -> Option<&'a str> {
        let facts = self.modules.sources.facts(component.0);
        let range = facts.flow.function(component.1)?.range;
        let fact = facts.components.iter().find(|fact| fact.range == range)?;
        fact.name.as_deref()
    }
}

/// The files of a root's routes, those that are given to a component of one included.
fn pages(what: &Rendered<'_>) -> Vec<FileId> {
    fn of(route: &Route<'_>) -> Vec<FileId> {
        let given = route.props.iter().flat_map(|(_, given)| match given {
            Given::Element(route) => of(route),
            Given::Component(file) => vec![*file],
        });
        std::iter::once(route.file).chain(given).chain(route.outlet.iter().flat_map(|route| of(route))).collect()
    }
    match what {
        Rendered::Argument(..) => Vec::new(),
        Rendered::Route(route) => of(route),
        Rendered::Router(_, routes) => routes.iter().flat_map(|route| of(route)).collect(),
    }
}

/// The queries that a file asks for without a session of its own: `fetchQuery(api.tasks.list)`, `new ConvexHttpClient(url).query(api.tasks.list)`.
fn given_out_by(modules: &Modules<'_>, file: FileId, serves: bool) -> Vec<Vec<String>> {
    let facts = modules.sources.facts(file);
    let by_http = serves && facts.imports.iter().any(|import| import.module == "convex/browser");
    if is_client(facts) {
        return Vec::new();
    }
    let gives = |callee: &Value| match callee {
        Value::Imported(imported) => {
            imported.module == "convex/nextjs"
                && matches!(&imported.export, ImportedName::Named(name) if ["fetchQuery", "preloadQuery"].contains(&&**name))
        }
        Value::Member(_, name) => by_http && name == "query",
        _ => false,
    };
    let calls = facts.flow.calls.iter().filter(|call| gives(&call.callee));
    calls.filter_map(|call| api_path(modules, file, call.arguments.first()?)).collect()
}
