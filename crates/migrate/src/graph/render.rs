//! A walk down everything that an app renders, from its roots to its providers.
//!
//! ```tsx
//! createRoot(el).render(<Shell><Home /></Shell>);                   // Home is rendered where Shell puts its children:
//! const Shell = ({ children }) => <ClerkProvider>{children}</ClerkProvider>;   // inside ClerkProvider
//! ```
//!
//! Components of the app are followed with what they are given. Those of packages are taken to render everything that they are given, in
//! their place; what a router's `<Outlet />` shows are the children of its route.

use std::collections::BTreeSet;
use std::rc::Rc;
use std::sync::Arc;

use change::ImportedName;
use rustc_hash::FxHashMap;
use syntax::{CallId, ElementFlow, FunctionId, JsxId, Value};

use super::at::{At, collect};
use super::evaluate::{Data, Evaluator, Frame, Held, Props, Scope, callee_name, is_compiled_jsx};
use super::modules::Modules;
use super::pages::{SHOWS, has_prop};
use super::relevance::{Relevance, RelevanceMap};
use super::roots::{Given, Rendered, Root, Route};
pub(crate) use super::sightings::{Above, Node, Place, Sighting, common};
use super::sightings::{Branch, Seen, Wanted};
use super::sources::FileId;
use crate::known::is_outlet;

/// How often a component may stand within itself.
const MAX_WITHIN_ITSELF: usize = 2;
/// How many components within each other are taken to render what they are given though they could not be followed.
const MAX_GUESSES: u8 = 3;
/// How often a component is gone into where every one that subscribes is looked for: more ways say nothing new of what is in it.
const MAX_VISITS: u32 = 12;
/// How many places of providers are kept.
const MAX_SIGHTINGS: usize = 4_000;

/// What an app renders.
pub(crate) struct RenderGraph {
    pub(crate) sightings: Vec<Sighting>,
    /// What else was looked for.
    pub(crate) seen: Seen,
    /// Whether there was too much to follow.
    pub(crate) is_exhausted: bool,
    /// The files that hold what is wanted, or lead to it by what they take in.
    leading: BTreeSet<FileId>,
    /// The roots within functions that are not called exactly once, as far as is known.
    repeated: BTreeSet<usize>,
}

impl RenderGraph {
    /// Walks down from `roots` to what is wanted.
    pub(crate) fn new<'a>(modules: &Modules<'a>, roots: &[Root<'a>], wanted: &Wanted) -> Self {
        let mut walk = Walk {
            evaluator: match wanted.pages {
                Some(_) => Evaluator::for_all(modules),
                None => Evaluator::new(modules),
            },
            relevance: RelevanceMap::new(modules, wanted),
            wanted,
            seen: Seen::default(),
            sightings: Vec::new(),
            calls: Vec::new(),
            visits: FxHashMap::default(),
            met: BTreeSet::new(),
            root: 0,
            outlets: 0,
            repeated: BTreeSet::new(),
        };
        for (index, root) in roots.iter().enumerate() {
            walk.root = index;
            walk.root(root);
        }
        let is_exhausted = walk.is_over();
        let (sightings, seen, repeated) = (walk.sightings, walk.seen, walk.repeated);
        Self { sightings, seen, is_exhausted, leading: walk.relevance.into_files(), repeated }
    }

    /// Whether what makes a root may run several times: `nodes.forEach((node) => createRoot(node).render(<App />))`.
    pub(crate) fn is_repeated(&self, root: usize) -> bool {
        self.repeated.contains(&root)
    }

    /// Whether a file holds what is wanted, or leads to it by what it takes in.
    pub(crate) fn leads(&self, file: FileId) -> bool {
        self.leading.contains(&file)
    }

    /// Where an element is rendered.
    pub(crate) fn of(&self, place: Place) -> impl Iterator<Item = &Sighting> {
        self.sightings.iter().filter(move |sighting| sighting.place == place)
    }
}

pub(super) struct Walk<'a, 'm> {
    pub(super) evaluator: Evaluator<'a, 'm>,
    relevance: RelevanceMap<'a, 'm>,
    pub(super) wanted: &'m Wanted,
    sightings: Vec<Sighting>,
    pub(super) seen: Seen,
    /// The components that are being rendered.
    pub(super) calls: Vec<(FileId, FunctionId)>,
    /// How often each was, where pages matter.
    visits: FxHashMap<(FileId, FunctionId), u32>,
    /// The elements of components that were not gone into.
    met: BTreeSet<((FileId, FunctionId), Place)>,
    pub(super) root: usize,
    /// How many outlets were met.
    outlets: usize,
    repeated: BTreeSet<usize>,
}

impl<'a> Walk<'a, '_> {
    fn is_over(&self) -> bool {
        // Gates are many.
        let most = if self.wanted.pages.is_some() { 8 * MAX_SIGHTINGS } else { MAX_SIGHTINGS };
        self.evaluator.is_exhausted() || self.sightings.len().max(self.seen.renderings.len()) >= most
    }

    fn root(&mut self, root: &Root<'a>) {
        match &root.what {
            Rendered::Argument(call, argument) => self.argument(root.file, *call, *argument),
            Rendered::Route(route) => self.render(&Data::Route(route.clone()), &At::default()),
            Rendered::Router(call, routes) => self.router(root.file, *call, routes),
        }
    }

    /// Renders what a root is given; a root within a function is given what the function is called with.
    ///
    /// `export function mount(node) { createRoot(el).render(<Shell>{node}</Shell>); }`
    fn argument(&mut self, file: FileId, call: CallId, argument: usize) {
        let flow = self.evaluator.flow(file);
        let Some(call) = flow.call(call) else { return };
        let Some(value) = call.arguments.get(argument) else { return };
        let scopes = call.owner.map(|owner| self.calls_of(file, owner)).unwrap_or_default();
        if call.owner.is_some() && scopes.len() != 1 {
            self.repeated.insert(self.root);
        }
        if scopes.is_empty() {
            return self.render(&Data::Code(file, value, None), &At::default());
        }
        for scope in scopes {
            self.render(&Data::Code(file, value, scope), &At::default());
        }
    }

    /// Renders an export of a file with what a framework gives it.
    fn route(&mut self, route: &Route<'a>, at: &At<'a>) {
        let given = route.props.iter().map(|(name, given)| {
            let data = match given {
                Given::Element(route) => Data::Route(route.clone()),
                Given::Component(file) => Data::File(*file),
            };
            (Some(*name), data)
        });
        let props = Rc::new(Props { named: given.collect(), children: Vec::new() });
        let shown: Vec<Data<'a>> = route.outlet.iter().map(|route| Data::Route(route.clone())).collect();
        // The options of a route say themselves whether it shows anything.
        let at = &self.page(at, Branch::File(route.file), !route.stands_in && route.export != "Route");
        let inside = at.with_outlet(shown.clone());
        let inside = if route.is_page { inside.in_page() } else { inside };
        let outlets = self.outlets;
        for found in self.evaluator.exported(route.file, route.export) {
            match &found {
                // `export const Route = createFileRoute("/")({ component: Home })`
                Data::Held(_) | Data::Object(..) if route.export == "Route" => self.render(&found, &inside),
                found => self.component(found, props.clone(), &inside),
            }
        }
        // `const Tabs = withLayoutContext(Navigator)`: where it shows them could not be followed.
        if self.outlets == outlets {
            self.render_all(&shown, &at.uncertain_unless(false));
        }
    }

    /// Renders what a router shows, in the component that its options put around.
    ///
    /// `createRouter({ routeTree, Wrap: ({ children }) => <ConvexProvider client={convex}>{children}</ConvexProvider> })`
    fn router(&mut self, file: FileId, call: CallId, routes: &[Arc<Route<'a>>]) {
        let options = self.evaluator.flow(file).call(call).and_then(|call| call.arguments.first());
        let options = options.map(|value| self.evaluator.value(file, value, &None)).unwrap_or_default();
        let mut shown: Vec<Data<'a>> = routes.iter().map(|route| Data::Route(route.clone())).collect();
        for name in ["InnerWrap", "Wrap"] {
            let around: Vec<Data<'a>> =
                options.iter().flat_map(|options| self.evaluator.member(options, name)).collect();
            if around.is_empty() {
                continue;
            }
            let props = Rc::new(Props { named: Vec::new(), children: shown });
            shown = around.into_iter().map(|wrap| Data::Made(Rc::new((wrap, props.clone())))).collect();
        }
        self.render_all(&shown, &At::default());
    }

    /// The calls of a function in the files that lead to providers.
    fn calls_of(&self, file: FileId, function: FunctionId) -> Vec<Scope<'a>> {
        let modules = self.evaluator.modules;
        let files = modules.sources.ids().filter(|id| self.relevance.file(*id));
        let calls = files.flat_map(|at| self.evaluator.flow(at).calls.iter().map(move |call| (at, call)));
        let named = calls.filter(|(_, call)| matches!(call.callee, Value::Imported(_) | Value::Variable(_)));
        let same = named.filter(|(at, call)| {
            let callees = self.evaluator.value(*at, &call.callee, &None);
            callees.iter().any(|callee| matches!(callee, Data::Function(f, id, _) if (*f, *id) == (file, function)))
        });
        same.map(|(at, call)| {
            let arguments = self.evaluator.codes(at, &call.arguments, &None);
            Some(Rc::new(Frame { file, function, arguments, carries: true, parent: None }))
        })
        .collect()
    }

    /// Renders whatever `data` may be.
    fn render(&mut self, data: &Data<'a>, at: &At<'a>) {
        if self.is_over() || !self.is_relevant(data) {
            return;
        }
        for data in self.evaluator.force(data) {
            self.render_forced(&data, at);
        }
    }

    fn render_all(&mut self, all: &[Data<'a>], at: &At<'a>) {
        for data in all {
            self.render(data, at);
        }
    }

    fn render_forced(&mut self, data: &Data<'a>, at: &At<'a>) {
        if !self.is_relevant(data) {
            return;
        }
        let at = &at.by(None);
        match data {
            Data::Code(..) => self.render(data, at),
            Data::Element(file, id, scope) => self.element(*file, *id, scope, at),
            Data::CreateElement(file, id, scope) => self.created(*file, *id, scope, at),
            Data::List(items) => self.render_all(items, at),
            Data::Held(held) => self.held(held, at),
            Data::Route(route) => self.route(route, at),
            Data::Made(made) => self.component(&made.0, made.1.clone(), at),
            // A render prop, or a component that a package was handed.
            Data::Function(..) | Data::Package(..) | Data::File(_) => self.component(data, Rc::default(), at),
            Data::Object(file, props, scope) => self.object(*file, props, scope, at),
            Data::Props(_) | Data::Unknown => {}
        }
    }

    /// Whether something can lead to a provider, as far as its text and what it was given tell.
    fn is_relevant(&self, data: &Data<'a>) -> bool {
        let (found, scope) = match data {
            Data::Code(file, value, _) if self.is_table(*file, value) => return true,
            Data::Code(file, value, scope) => (self.relevance.value(*file, value), scope),
            Data::Element(file, id, scope) => (self.relevance.value(*file, &Value::Element(*id)), scope),
            Data::CreateElement(file, id, scope) => (self.relevance.value(*file, &Value::Call(*id)), scope),
            Data::Function(file, id, scope) => (self.relevance.value(*file, &Value::Function(*id)), scope),
            // Each of a router's routes, whatever it shows.
            Data::Object(file, props, _) if self.is_route(*file, props) => return true,
            Data::Object(file, props, scope) => {
                let most = props.iter().map(|(_, value)| self.relevance.value(*file, value)).max();
                (most.unwrap_or(Relevance::No), scope)
            }
            Data::List(items) => return items.iter().any(|item| self.is_relevant(item)),
            Data::Held(held) => return held.items.iter().chain(&held.routes).any(|item| self.is_relevant(item)),
            Data::Props(props) => {
                let named = props.named.iter().map(|(_, data)| data);
                return named.chain(&props.children).any(|data| self.is_relevant(data));
            }
            Data::File(file) => return self.relevance.file(*file),
            Data::Route(route) => return self.is_route_relevant(route),
            Data::Made(made) => {
                return self.is_relevant(&made.0) || self.is_relevant(&Data::Props(made.1.clone()));
            }
            Data::Package(module, name) => return (self.wanted.is_marked)(module, name),
            Data::Unknown => return false,
        };
        match found {
            Relevance::Yes => true,
            Relevance::No => false,
            // A component without a call around was made by nobody that could be followed.
            Relevance::Given => std::iter::successors(scope.as_ref(), |frame| frame.parent.as_ref()).any(|f| f.carries),
        }
    }

    fn is_route_relevant(&self, route: &Route<'a>) -> bool {
        self.relevance.file(route.file)
            || route.outlet.iter().any(|route| self.is_route_relevant(route))
            || route.props.iter().any(|(_, given)| match given {
                Given::Element(route) => self.is_route_relevant(route),
                Given::Component(file) => self.relevance.file(*file),
            })
    }

    /// What a package was given.
    fn held(&mut self, held: &Rc<Held<'a>>, at: &At<'a>) {
        let at = at.uncertain_unless(held.is_certain);
        if held.routes.is_empty() {
            return self.render_all(&held.items, &at);
        }
        let inside = at.with_outlet(held.routes.clone());
        self.render_all(&held.items, &inside);
    }

    /// What is in an object that a package was given: a route of a table has its children in its outlet.
    ///
    /// `{ path: "/", element: <Layout />, children: [{ index: true, Component: Home }] }`
    fn object(&mut self, file: FileId, props: &'a [(Option<String>, Value)], scope: &Scope<'a>, at: &At<'a>) {
        let code = |value| Data::Code(file, value, scope.clone());
        let branch = Branch::Object(file, props.as_ptr() as usize);
        let at = &if self.is_route(file, props) { self.page(at, branch, true) } else { at.copy() };
        let is_layout = has_prop(props, "children") && SHOWS.iter().any(|name| has_prop(props, name));
        let inner = props.iter().filter(|(name, _)| is_layout && name.as_deref() == Some("children"));
        let inside = at.with_outlet(inner.map(|(_, value)| code(value)).collect());
        // The document of a root route of TanStack Start, around its component.
        let shell = props.iter().find(|(name, _)| name.as_deref() == Some("shellComponent"));
        if let Some((_, shell)) = shell {
            let component = props.iter().find(|(name, _)| name.as_deref() == Some("component"));
            let shown = component.map_or_else(|| at.outlet.to_vec(), |(_, value)| vec![code(value)]);
            if component.is_none() {
                self.outlets += 1;
            }
            let children = Rc::new(Props { named: Vec::new(), children: shown });
            self.component(&code(shell), children, at);
            let rest =
                props.iter().filter(|(name, _)| !matches!(name.as_deref(), Some("shellComponent" | "component")));
            for (_, value) in rest {
                self.render(&code(value), at);
            }
            return;
        }
        for (name, value) in props {
            match name.as_deref() {
                Some("children") if is_layout => {}
                // Who a route stands under is said where its parent takes it in.
                Some("getParentRoute") => {}
                Some(name) if SHOWS.contains(&name) && is_layout => self.render(&code(value), &inside),
                _ => self.render(&code(value), at),
            }
        }
    }

    fn element(&mut self, file: FileId, id: JsxId, scope: &Scope<'a>, at: &At<'a>) {
        let Some(flow) = self.evaluator.flow(file).element(id) else { return };
        let props = self.props(file, flow, scope);
        let place = (file, Node::Jsx(id));
        let at = &if self.is_screen(file, id) { self.page(at, Branch::Element(place), true) } else { at.copy() };
        match &flow.tag {
            Some(tag) => self.node(place, &Data::Code(file, tag, scope.clone()), props, at),
            None if self.is_body(file, id) => self.body(place, flow, &props, at),
            None => self.host(&props, &at.inside(place)),
        }
    }

    /// The children of a document, of which each that is no element is a place of its own.
    fn body(&mut self, place: Place, flow: &'a ElementFlow, props: &Props<'a>, at: &At<'a>) {
        let at = at.inside(place);
        let Node::Jsx(id) = place.1 else { return };
        for (index, (value, child)) in (0..).zip(flow.children.iter().zip(&props.children)) {
            match value {
                Value::Element(_) => self.render(child, &at),
                _ => self.render(child, &at.inside((place.0, Node::Child(id, index)))),
            }
        }
        self.spread_children(props, &at);
    }

    /// `<section {...props} />` may get its children with the rest.
    fn host(&mut self, props: &Props<'a>, at: &At<'a>) {
        self.render_all(&props.children, at);
        self.spread_children(props, at);
    }

    fn spread_children(&mut self, props: &Props<'a>, at: &At<'a>) {
        let spreads = props.named.iter().filter(|(name, _)| name.is_none());
        for object in spreads.flat_map(|(_, data)| self.evaluator.force(data)).collect::<Vec<_>>() {
            if !matches!(object, Data::Unknown) {
                self.render_all(&self.evaluator.member(&object, "children"), at);
            }
        }
    }

    fn props(&self, file: FileId, flow: &'a ElementFlow, scope: &Scope<'a>) -> Rc<Props<'a>> {
        let named = flow.attributes.iter();
        Rc::new(Props {
            named: named.map(|(name, value)| (name.as_deref(), Data::Code(file, value, scope.clone()))).collect(),
            children: self.evaluator.codes(file, &flow.children, scope),
        })
    }

    /// `createElement(Provider, { client }, children)`
    fn created(&mut self, file: FileId, id: CallId, scope: &Scope<'a>, at: &At<'a>) {
        let Some(call) = self.evaluator.flow(file).call(id) else { return };
        let mut arguments = self.evaluator.codes(file, &call.arguments, scope).into_iter();
        let Some(tag) = arguments.next() else { return };
        let named = arguments.next().into_iter().map(|props| (None, props)).collect();
        let is_compiled = callee_name(&call.callee).is_some_and(is_compiled_jsx);
        let props = Rc::new(Props { named, children: arguments.filter(|_| !is_compiled).collect() });
        self.node((file, Node::Call(id)), &tag, props, at);
    }

    /// An element whose tag is `tag`.
    fn node(&mut self, place: Place, tag: &Data<'a>, props: Rc<Props<'a>>, at: &At<'a>) {
        let at = at.inside(place).by(Some(place));
        let tags = self.evaluator.force(tag);
        if tags.is_empty() {
            // `createElement("div", props)`
            return self.host(&props, &at);
        }
        for tag in tags {
            match &tag {
                Data::Package(module, name) => {
                    self.seen.others.insert(place);
                    self.package(place, module, name, &props, &at);
                }
                tag => self.component(tag, props.clone(), &at),
            }
        }
    }

    /// An element of a package: a provider, or something that renders what it is given.
    fn package(&mut self, place: Place, module: &str, name: &ImportedName, props: &Rc<Props<'a>>, at: &At<'a>) {
        let is_named = |wanted: &str| matches!(name, ImportedName::Named(name) if name == wanted);
        let at = &if is_named("Route") { self.page(at, Branch::Element(place), true) } else { at.copy() };
        if is_outlet(module, name) {
            self.outlets += 1;
            let outlet = at.outlet.clone();
            self.render_all(&outlet, &at.with_outlet(Vec::new()));
            // `<Stack><Stack.Screen options={{ header: () => <Header /> }} /></Stack>`
            return self.transparent(props, &at.with_outlet(Vec::new()));
        }
        // `<Route element={<Layout />}><Route index element={<Home />} /></Route>`
        if is_named("Route") && !props.children.is_empty() {
            let inside = at.with_outlet(props.children.clone());
            let shown = props.named.iter().filter(|(name, _)| matches!(name, Some("element" | "Component" | "lazy")));
            let shown: Vec<Data<'a>> = shown.map(|(_, data)| data.clone()).collect();
            let is_shown = |name: &Option<&str>| matches!(name, Some("element" | "Component" | "lazy"));
            // `errorElement` stands in the place of the route.
            let instead = props.named.iter().filter(|(name, _)| !is_shown(name));
            let instead: Vec<Data<'a>> = instead.map(|(_, data)| data.clone()).collect();
            self.render_all(&instead, at);
            return if shown.is_empty() {
                self.render_all(&props.children, at)
            } else {
                self.render_all(&shown, &inside)
            };
        }
        let found = (self.wanted.provider)(module, name);
        let inside = match found {
            Some(provider) => {
                let above = Above { provider, module: module.to_owned(), place };
                self.sight(&above, at);
                at.under(above)
            }
            None => at.copy(),
        };
        self.transparent(props, &inside);
    }

    fn sight(&mut self, found: &Above, at: &At<'a>) {
        let mut trail = collect(&at.trail);
        trail.pop();
        self.sightings.push(Sighting {
            provider: found.provider,
            place: found.place,
            above: collect(&at.above),
            trail,
            root: self.root,
            is_certain: !at.is_uncertain,
            branches: collect(&at.branches),
            page: at.page,
        });
    }

    /// Renders something that stands for a component.
    fn component(&mut self, tag: &Data<'a>, props: Rc<Props<'a>>, at: &At<'a>) {
        match tag {
            Data::Function(file, function, scope) => self.function(*file, *function, scope, props, at),
            // `lazy(() => import("./Page"))`: the default export; a router's lazy route has others.
            Data::File(file) => {
                let is_page = self.wanted.pages.as_ref().is_some_and(|pages| pages.contains(file));
                let at = &if is_page { self.page(at, Branch::File(*file), true) } else { at.copy() };
                for name in ["default", "Component", "Route"] {
                    if self.evaluator.modules.export(*file, &export_of(name)).is_some() {
                        for found in self.evaluator.exported(*file, name) {
                            self.component(&found, props.clone(), at);
                        }
                    }
                }
            }
            Data::Object(file, members, scope) => {
                let modules = self.evaluator.member(tag, "default");
                if modules.is_empty() {
                    return self.object(*file, members, scope, at);
                }
                for found in modules {
                    self.component(&found, props.clone(), at);
                }
            }
            Data::Held(held) => self.held_component(held, props, at),
            Data::Package(module, name) => {
                if let Some(place) = at.trail.as_ref().map(|link| link.item) {
                    self.package(place, module, name, &props, at);
                }
            }
            Data::List(items) => {
                for item in items.iter() {
                    self.component(item, props.clone(), at);
                }
            }
            Data::Code(..) => {
                for found in self.evaluator.force(tag) {
                    self.component(&found, props.clone(), at);
                }
            }
            // What it does with what it is given can't be seen.
            _ => self.transparent(&props, &at.uncertain_unless(false)),
        }
    }

    fn transparent(&mut self, props: &Rc<Props<'a>>, at: &At<'a>) {
        self.host(props, at);
        let named: Vec<Data<'a>> = props.named.iter().map(|(_, data)| data.clone()).collect();
        self.render_all(&named, at);
    }

    /// `memo(Page)`, `lazy(() => import("./Page"))`, `withProfiler(Page, options)`
    fn held_component(&mut self, held: &Rc<Held<'a>>, props: Rc<Props<'a>>, at: &At<'a>) {
        let at = at.uncertain_unless(held.is_certain);
        let candidates: Vec<Data<'a>> = held.items.iter().flat_map(|item| self.evaluator.force(item)).collect();
        let fits = |data: &Data<'a>| matches!(data, Data::Function(..) | Data::Held(_) | Data::Package(..));
        let mut is_found = false;
        for candidate in candidates.iter().filter(|data| fits(data)) {
            is_found = true;
            self.component(candidate, props.clone(), &at);
        }
        if !is_found {
            self.transparent(&props, &at);
        }
    }

    fn function(&mut self, file: FileId, id: FunctionId, scope: &Scope<'a>, props: Rc<Props<'a>>, at: &At<'a>) {
        let within = self.calls.iter().filter(|call| **call == (file, id)).count();
        if within >= MAX_WITHIN_ITSELF || self.is_over() {
            return;
        }
        let carries =
            self.is_relevant(&Data::Props(props.clone())) || at.outlet.iter().any(|data| self.is_relevant(data));
        let rel = self.relevance.value(file, &Value::Function(id));
        let is_given = carries
            || std::iter::successors(scope.as_ref(), |frame: &&Rc<Frame<'a>>| frame.parent.as_ref()).any(|f| f.carries);
        if rel == Relevance::No || (rel == Relevance::Given && !is_given) {
            return self.rendered((file, id), at);
        }
        let visits = self.visits.entry((file, id)).or_default();
        *visits += 1;
        if *visits > MAX_VISITS && self.wanted.pages.is_some() && !carries {
            self.seen.cut.insert((file, id));
            // Where it is rendered is said once for each element.
            if at.by.is_none_or(|by| self.met.insert(((file, id), by))) {
                self.rendered((file, id), at);
            }
            return;
        }
        let (seen, unknown) = (self.sightings.len(), self.evaluator.unknown());
        self.calls.push((file, id));
        let returned = self.evaluator.returned(file, id, scope, vec![Data::Props(props.clone())], carries);
        let returned: Vec<Data<'a>> = returned.iter().flat_map(|data| self.evaluator.force(data)).collect();
        // A factory: what `lazy` calls gives a module, what `useCallback` calls a component.
        let is_made = |data: &Data<'a>| match data {
            Data::File(_) | Data::Function(..) => true,
            Data::Object(..) => !self.evaluator.member(data, "default").is_empty(),
            _ => false,
        };
        let made: Vec<bool> = returned.iter().map(is_made).collect();
        if !made.contains(&true) {
            self.rendered((file, id), at);
        }
        let is_class = self.evaluator.flow(file).function(id).is_some_and(|function| function.is_class);
        for (index, (data, is_made)) in returned.iter().zip(made).enumerate() {
            // Methods of a class are called by each other.
            let is_one_of = returned.len() > 1 && self.wanted.pages.is_some() && !is_class;
            let at = &if is_one_of { at.on(Branch::WayOut(file, id, index)) } else { at.copy() };
            match is_made {
                true => self.component(data, props.clone(), at),
                false => self.render_forced(data, at),
            }
        }
        self.calls.pop();
        // `function Slot() { return arguments[0].children; }`: it was given something that was met nowhere in it, and not all of it could be
        // followed.
        let is_lost = self.sightings.len() == seen && self.evaluator.unknown() > unknown;
        if is_lost && at.guesses < MAX_GUESSES && self.is_relevant(&Data::Props(props.clone())) {
            self.transparent(&props, &at.guessed());
        }
    }
}

fn export_of(name: &str) -> ImportedName {
    if name == "default" { ImportedName::Default } else { ImportedName::Named(name.to_owned()) }
}
