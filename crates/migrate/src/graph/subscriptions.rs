//! Which Convex queries a component subscribes to as it renders: by the hooks of Convex, of convex-helpers and of TanStack Query, and by hooks
//! of the app that call those.
//!
//! ```tsx
//! const tasks = useQuery(api.tasks.list, { done: false });           // tasks.list
//! const mine = useQuery(api.tasks.mine, isAuthenticated ? {} : "skip");   // only once Convex sees a session: guarded by itself
//! const { data } = useSuspenseQuery(convexQuery(api.tasks.list, {}));
//! const useTasks = (query) => useQuery(query, {});                   // whatever it is called with
//! ```

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;
use std::sync::Arc;

use change::{ImportedName, TextRange};
use rustc_hash::FxHashMap;
use syntax::{CallFlow, Flow, FunctionId, Value};

use super::functions::api_path;
use super::modules::{Definition, Modules};
use super::sightings::Component;
use super::sources::FileId;
use crate::known::{CONVEX_REACT, is_clerk_module};

/// How many names and calls within each other are followed.
const MAX_DEPTH: u8 = 24;

/// What keeps a subscription back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Guard {
    /// Nothing that is known.
    None,
    /// Whether Clerk has a session, which Convex may not see yet.
    Clerk,
    /// Whether Convex sees a session.
    Convex,
}

/// A query that a component subscribes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Subscription {
    pub(crate) query: Query,
    pub(crate) guard: Guard,
    /// Whether it may be skipped.
    pub(crate) is_conditional: bool,
    /// The call in the component: of a hook of Convex, or of one that leads there.
    pub(crate) range: TextRange,
}

/// Which query it is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Query {
    /// A path of `api`.
    Path(Vec<String>),
    /// What the function is called with.
    Argument(u32),
    /// One that a server began, for whoever asks.
    Preloaded,
    /// It can't be told.
    Unknown,
}

/// The calls of each function that may be hooks.
type Hooks<'a> = FxHashMap<FunctionId, Vec<&'a CallFlow>>;

/// The subscriptions of an app's functions.
pub(crate) struct Subscriptions<'a, 'm> {
    modules: &'m Modules<'a>,
    known: RefCell<FxHashMap<Component, Arc<Vec<Subscription>>>>,
    asks: RefCell<FxHashMap<Component, bool>>,
    /// The calls of each function of a file that may be hooks.
    hooks: RefCell<FxHashMap<FileId, Rc<Hooks<'a>>>>,
}

/// What a hook does with its arguments.
enum Hook {
    /// The query, and its arguments or `"skip"`.
    Query,
    /// An object of queries, or options with `convexQuery(…)` in them.
    Within,
    /// A query that a server began.
    Preloaded,
    /// A function of the app.
    Own(FileId, FunctionId),
}

impl<'a, 'm> Subscriptions<'a, 'm> {
    pub(crate) fn new(modules: &'m Modules<'a>) -> Self {
        Self { modules, known: RefCell::default(), asks: RefCell::default(), hooks: RefCell::default() }
    }

    /// Every function of some files that subscribes by itself or by its hooks.
    pub(crate) fn all(&self, files: impl Iterator<Item = FileId>) -> BTreeSet<Component> {
        let mut found = BTreeSet::new();
        for file in files {
            let functions = self.hooks_of(file);
            found.extend(functions.keys().map(|id| (file, *id)).filter(|component| !self.of(*component).is_empty()));
        }
        found
    }

    fn hooks_of(&self, file: FileId) -> Rc<Hooks<'a>> {
        if let Some(known) = self.hooks.borrow().get(&file) {
            return known.clone();
        }
        let mut found: Hooks<'a> = FxHashMap::default();
        let flow = &self.modules.sources.facts(file).flow;
        let may_be_hook = |call: &&CallFlow| may_be_hook(&call.callee) && !is_item(flow, &call.callee);
        for call in flow.calls.iter().filter(may_be_hook) {
            if let Some(owner) = call.owner {
                found.entry(owner).or_default().push(call);
            }
        }
        let found = Rc::new(found);
        self.hooks.borrow_mut().insert(file, found.clone());
        found
    }

    /// What a function subscribes to each time it runs. One that is being read counts as subscribing to nothing.
    pub(crate) fn of(&self, component: Component) -> Arc<Vec<Subscription>> {
        if let Some(known) = self.known.borrow().get(&component) {
            return known.clone();
        }
        self.known.borrow_mut().insert(component, Arc::default());
        let hooks = self.hooks_of(component.0);
        let own = hooks.get(&component.1).into_iter().flatten();
        let found: Vec<Subscription> = own.flat_map(|call| self.by_call(component, call)).collect();
        let found = Arc::new(found);
        self.known.borrow_mut().insert(component, found.clone());
        found
    }

    /// The functions of some files that ask Convex who is signed in: by `useConvexAuth`, or by a hook that does.
    pub(crate) fn asking(&self, files: impl Iterator<Item = FileId>) -> BTreeSet<Component> {
        let mut found = BTreeSet::new();
        for file in files {
            let functions = self.hooks_of(file);
            found.extend(functions.keys().map(|id| (file, *id)).filter(|component| self.asks(*component)));
        }
        found
    }

    fn asks(&self, component: Component) -> bool {
        if let Some(known) = self.asks.borrow().get(&component) {
            return *known;
        }
        self.asks.borrow_mut().insert(component, false);
        let hooks = self.hooks_of(component.0);
        let mut own = hooks.get(&component.1).into_iter().flatten();
        let found = own.any(|call| self.is_asking(component.0, &call.callee, 0));
        self.asks.borrow_mut().insert(component, found);
        found
    }

    /// Whether a callee is `useConvexAuth`, or a hook that calls it.
    fn is_asking(&self, file: FileId, callee: &'a Value, depth: u8) -> bool {
        let flow = &self.modules.sources.facts(file).flow;
        match callee {
            Value::Imported(imported) => match self.modules.import(file, imported) {
                Definition::Package(module, name) => {
                    module == CONVEX_REACT && name == ImportedName::Named("useConvexAuth".to_owned())
                }
                Definition::Value(file, value) => depth < MAX_DEPTH && self.is_asking(file, value, depth + 1),
                _ => false,
            },
            Value::Variable(id) => {
                depth < MAX_DEPTH && flow.variable(*id).iter().any(|value| self.is_asking(file, value, depth + 1))
            }
            Value::Function(id) => self.asks((file, *id)),
            _ => false,
        }
    }

    fn by_call(&self, component: Component, call: &'a CallFlow) -> Vec<Subscription> {
        let file = component.0;
        let Some(hook) = self.hook(file, &call.callee, 0) else { return Vec::new() };
        let argument = |index: u32| call.arguments.get(index as usize);
        let queries = |index: u32| match argument(index) {
            Some(value) => self.queries(component, value, 0),
            None => vec![Query::Unknown],
        };
        let found = match hook {
            Hook::Query => {
                let skip = argument(1).map_or(Skip::Never, |value| self.skip(file, value, 0));
                if skip == Skip::Always {
                    return Vec::new();
                }
                let guard = self.guard(file, self.conditions(file, call));
                queries(0).into_iter().map(|query| (query, guard, skip == Skip::Sometimes)).collect()
            }
            Hook::Within => {
                let mut found = Vec::new();
                for value in &call.arguments {
                    self.within(component, value, (0, Guard::None), &mut found);
                }
                let enabled = call.arguments.iter().filter_map(|value| self.option(file, value, "enabled"));
                let enabled: Vec<&'a Value> = enabled.collect();
                let outer = self.guard(file, enabled.iter().copied());
                let each = found.into_iter().map(|(query, guard)| {
                    let is_conditional = !enabled.is_empty() || guard != Guard::None;
                    (query, guard.max(outer), is_conditional)
                });
                each.collect::<Vec<_>>()
            }
            Hook::Preloaded => vec![(Query::Preloaded, Guard::None, false)],
            Hook::Own(at, id) => {
                let inner = self.of((at, id));
                let given = |subscription: &Subscription| {
                    let queries = match subscription.query {
                        Query::Argument(index) => queries(index),
                        ref query => vec![query.clone()],
                    };
                    let (guard, is_conditional) = (subscription.guard, subscription.is_conditional);
                    queries.into_iter().map(move |query| (query, guard, is_conditional)).collect::<Vec<_>>()
                };
                inner.iter().flat_map(given).collect()
            }
        };
        let range = call.range;
        let subscription = |(query, guard, is_conditional)| Subscription { query, guard, is_conditional, range };
        found.into_iter().map(subscription).collect()
    }

    /// What a callee is, as far as queries go.
    fn hook(&self, file: FileId, callee: &'a Value, depth: u8) -> Option<Hook> {
        if depth >= MAX_DEPTH {
            return None;
        }
        let flow = &self.modules.sources.facts(file).flow;
        match callee {
            Value::Imported(imported) => match self.modules.import(file, imported) {
                Definition::Package(module, ImportedName::Named(name)) => of_package(module, &name),
                Definition::Value(file, value) => self.hook(file, value, depth + 1),
                _ => None,
            },
            Value::Function(id) => Some(Hook::Own(file, *id)),
            Value::Variable(id) => flow.variable(*id).iter().find_map(|value| self.hook(file, value, depth + 1)),
            // `hooks.useTasks` of `import * as hooks`
            Value::Member(object, name) => match &**object {
                Value::Imported(imported) => match self.modules.import(file, imported) {
                    Definition::File(target) => {
                        match self.modules.export(target, &ImportedName::Named(name.clone()))? {
                            Definition::Value(file, value) => self.hook(file, value, depth + 1),
                            Definition::Package(module, ImportedName::Named(name)) => of_package(module, &name),
                            _ => None,
                        }
                    }
                    Definition::Package(module, ImportedName::Namespace | ImportedName::Default) => {
                        of_package(module, name)
                    }
                    _ => None,
                },
                _ => None,
            },
            // `const useQueryWithStatus = makeUseQueryWithStatus(useQueries);`
            Value::Call(id) => match &flow.call(*id)?.callee {
                Value::Imported(imported) if imported.module.starts_with("convex-helpers") => Some(Hook::Query),
                _ => None,
            },
            _ => None,
        }
    }

    /// The queries that an expression may name.
    fn queries(&self, component: Component, value: &'a Value, depth: u8) -> Vec<Query> {
        let (file, function) = component;
        if depth >= MAX_DEPTH {
            return vec![Query::Unknown];
        }
        if let Some(path) = api_path(self.modules, file, value) {
            return vec![Query::Path(path)];
        }
        let each = |values: &'a [Value]| -> Vec<Query> {
            values.iter().flat_map(|value| self.queries(component, value, depth + 1)).collect()
        };
        match value {
            Value::Argument(id, index) if *id == function => vec![Query::Argument(*index)],
            Value::Variable(id) => match self.modules.sources.facts(file).flow.variable(*id) {
                [] => vec![Query::Unknown],
                values => each(values),
            },
            Value::OneOf(values) => each(values),
            // `export const listQuery = api.tasks.list;`
            Value::Imported(imported) => match self.modules.import(file, imported) {
                Definition::Value(at, value) => self.queries((at, function), value, depth + 1),
                _ => vec![Query::Unknown],
            },
            Value::Text(_) => Vec::new(),
            _ => vec![Query::Unknown],
        }
    }

    /// Adds the queries that are somewhere in options: `{ tasks: { query: api.tasks.list, args } }`, `{ ...convexQuery(api.tasks.list, {}) }`.
    fn within(
        &self,
        component: Component,
        value: &'a Value,
        (depth, guard): (u8, Guard),
        found: &mut Vec<(Query, Guard)>,
    ) {
        let file = component.0;
        if depth >= MAX_DEPTH {
            return;
        }
        if let Some(path) = api_path(self.modules, file, value).filter(|path| !path.is_empty()) {
            return found.push((Query::Path(path), guard));
        }
        let flow = &self.modules.sources.facts(file).flow;
        match value {
            Value::Variable(id) => {
                flow.variable(*id).iter().for_each(|value| self.within(component, value, (depth + 1, guard), found));
            }
            Value::Imported(imported) => {
                if let Definition::Value(at, value) = self.modules.import(file, imported) {
                    self.within((at, component.1), value, (depth + 1, guard), found);
                }
            }
            Value::List(values) | Value::OneOf(values) => {
                values.iter().for_each(|value| self.within(component, value, (depth + 1, guard), found));
            }
            Value::Object(props) => {
                props.iter().for_each(|(_, value)| self.within(component, value, (depth + 1, guard), found));
            }
            Value::Member(object, _) | Value::Item(object) => self.within(component, object, (depth + 1, guard), found),
            Value::Function(id) => {
                let returns = flow.function(*id).map(|function| function.returns.as_slice()).unwrap_or_default();
                returns.iter().for_each(|value| self.within(component, value, (depth + 1, guard), found));
            }
            Value::Call(id) => {
                let Some(call) = flow.call(*id) else { return };
                if self.is_skipped(file, call) {
                    return;
                }
                let guard = guard.max(self.guard(file, self.conditions(file, call)));
                self.within(component, &call.callee, (depth + 1, guard), found);
                call.arguments.iter().for_each(|value| self.within(component, value, (depth + 1, guard), found));
            }
            _ => {}
        }
    }

    /// `convexQuery(api.tasks.list, "skip")`
    fn is_skipped(&self, file: FileId, call: &'a CallFlow) -> bool {
        call.arguments.get(1).is_some_and(|value| self.skip(file, value, 0) == Skip::Always)
    }

    /// An option of an object, wherever that is made.
    fn option(&self, file: FileId, value: &'a Value, name: &str) -> Option<&'a Value> {
        match value {
            Value::Object(props) => {
                props.iter().find(|(known, _)| known.as_deref() == Some(name)).map(|(_, value)| value)
            }
            Value::Variable(id) => {
                let values = self.modules.sources.facts(file).flow.variable(*id).iter();
                values
                    .filter(|value| matches!(value, Value::Object(_)))
                    .find_map(|value| self.option(file, value, name))
            }
            _ => None,
        }
    }

    /// Whether the arguments of a query are `"skip"`.
    fn skip(&self, file: FileId, value: &'a Value, depth: u8) -> Skip {
        let each = |values: &'a [Value]| {
            let all: Vec<Skip> = values.iter().map(|value| self.skip(file, value, depth + 1)).collect();
            match all.as_slice() {
                [] => Skip::Never,
                all if all.iter().all(|skip| *skip == Skip::Always) => Skip::Always,
                all if all.iter().all(|skip| *skip == Skip::Never) => Skip::Never,
                _ => Skip::Sometimes,
            }
        };
        match value {
            Value::Text(text) if text == "skip" => Skip::Always,
            Value::OneOf(values) if depth < MAX_DEPTH => each(values),
            Value::Variable(id) if depth < MAX_DEPTH => each(self.modules.sources.facts(file).flow.variable(*id)),
            _ => Skip::Never,
        }
    }

    /// What has to hold for the arguments of a call to be more than `"skip"`.
    fn conditions(&self, file: FileId, call: &'a CallFlow) -> Vec<&'a Value> {
        let flow = &self.modules.sources.facts(file).flow;
        let chosen = call.arguments.iter().flat_map(|argument| match argument {
            Value::Variable(id) => {
                flow.chosen.iter().filter(|(known, _)| known == id).flat_map(|(_, all)| all).collect()
            }
            _ => Vec::new(),
        });
        call.conditions.iter().chain(chosen).collect()
    }

    /// What a subscription waits for, by the conditions of its arguments.
    fn guard(&self, file: FileId, conditions: impl IntoIterator<Item = &'a Value>) -> Guard {
        conditions.into_iter().map(|value| self.guard_of(file, value, 0)).max().unwrap_or(Guard::None)
    }

    /// Whether a value is what `useConvexAuth` gives, or a hook that calls it.
    fn is_asked(&self, file: FileId, value: &'a Value, depth: u8) -> bool {
        let flow = &self.modules.sources.facts(file).flow;
        match value {
            Value::Call(id) => flow.call(*id).is_some_and(|call| self.is_asking(file, &call.callee, 0)),
            Value::Variable(id) => {
                depth < MAX_DEPTH && flow.variable(*id).iter().any(|value| self.is_asked(file, value, depth + 1))
            }
            _ => false,
        }
    }

    fn guard_of(&self, file: FileId, value: &'a Value, depth: u8) -> Guard {
        let flow = &self.modules.sources.facts(file).flow;
        match value {
            // Of `useConvexAuth()`, or of whatever a hook of the app made of that.
            Value::Member(object, name) if name == "isAuthenticated" && self.is_asked(file, object, 0) => Guard::Convex,
            Value::Member(object, _) | Value::Item(object) => self.guard_of(file, object, depth),
            Value::Variable(id) if depth < MAX_DEPTH => {
                let values = flow.variable(*id).iter();
                values.map(|value| self.guard_of(file, value, depth + 1)).max().unwrap_or(Guard::None)
            }
            Value::Call(id) => match flow.call(*id).map(|call| &call.callee) {
                Some(Value::Imported(imported)) if is_clerk_module(&imported.module) => Guard::Clerk,
                _ => Guard::None,
            },
            _ => Guard::None,
        }
    }
}

/// Whether a query is skipped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Skip {
    Never,
    Sometimes,
    Always,
}

/// Whether a callee may be a hook, as far as its name is known: most calls are not.
pub(crate) fn may_be_hook(callee: &Value) -> bool {
    let is_hook = |name: &str| name.starts_with("use");
    match callee {
        Value::Imported(imported) => match &imported.export {
            ImportedName::Named(name) => is_hook(name),
            ImportedName::Default => true,
            ImportedName::Namespace => false,
        },
        Value::Member(_, name) => is_hook(name),
        Value::Variable(_) => true,
        _ => false,
    }
}

/// Whether a callee is nothing but parts of lists, which are not followed: `setOpen` of `const [open, setOpen] = useState(false)`.
fn is_item(flow: &Flow, callee: &Value) -> bool {
    let Value::Variable(id) = callee else { return false };
    flow.variable(*id).iter().all(|value| matches!(value, Value::Item(_)))
}

/// What a hook of a package does.
fn of_package(module: &str, name: &str) -> Option<Hook> {
    match (module, name) {
        ("convex/react", "usePreloadedQuery") => Some(Hook::Preloaded),
        ("convex/react", "useQueries") => Some(Hook::Within),
        ("convex/react", _) if is_query_hook(name) => Some(Hook::Query),
        ("@convex-dev/react-query", "useConvexQuery" | "useConvexPaginatedQuery") => Some(Hook::Query),
        ("@tanstack/react-query", _) if is_query_hook(name) || name == "useSuspenseQueries" || name == "useQueries" => {
            Some(Hook::Within)
        }
        _ if module.starts_with("convex-helpers/react") => match name {
            "useQueries" => Some(Hook::Within),
            _ if is_query_hook(name) => Some(Hook::Query),
            _ => None,
        },
        _ => None,
    }
}

/// `useQuery`, `usePaginatedQuery`, `useStableQuery`, `useSuspenseQuery`, `useQuery_experimental`
fn is_query_hook(name: &str) -> bool {
    name.starts_with("use") && name.trim_end_matches("_experimental").ends_with("Query")
}
