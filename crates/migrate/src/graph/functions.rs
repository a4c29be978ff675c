//! Which Convex functions need to know who calls them: through their handlers, what those call, and the builders that make them.
//!
//! ```ts
//! export const mine = query(async (ctx) => {
//!   const identity = await ctx.auth.getUserIdentity();
//!   if (!identity) throw new Error("Not signed in");        // needs an identity
//! });
//! export const list = authedQuery({ handler: … });           // so does what a builder makes that throws without one
//! ```

use std::cell::{Cell, RefCell};

use change::{ImportedName, RelPath, TextRange};
use rustc_hash::{FxHashMap, FxHashSet};
use syntax::{CallFlow, CallId, ExportSource, FunctionId, Value};

use super::modules::{Definition, Modules};
use super::sources::FileId;
use crate::workspace::join;

/// How many names and calls within each other are followed.
const MAX_DEPTH: u8 = 60;

/// What a function makes of who calls it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Identity {
    /// Nothing.
    Unused,
    /// It reads the identity, and does without.
    Used,
    /// It throws without.
    Needed,
}

/// The Convex functions of a folder.
pub(crate) struct FunctionGraph<'a> {
    pub(super) modules: &'a Modules<'a>,
    pub(super) folder: &'a str,
    /// What is known of functions, at least.
    known: RefCell<FxHashMap<(FileId, FunctionId), Identity>>,
    /// Those that are read in this round.
    visited: RefCell<FxHashSet<(FileId, FunctionId)>>,
    /// Those of which nothing more is to be found.
    settled: RefCell<FxHashSet<(FileId, FunctionId)>>,
    /// Whether this round found something.
    is_grown: Cell<bool>,
}

impl<'a> FunctionGraph<'a> {
    /// The functions in `folder`, whose files and what they take in are among the sources of `modules`.
    pub(crate) fn new(modules: &'a Modules<'a>, folder: &'a str) -> Self {
        let (known, visited, settled) = (RefCell::default(), RefCell::default(), RefCell::default());
        Self { modules, folder, known, visited, settled, is_grown: Cell::new(false) }
    }

    /// What the function at a path of `api` makes of who calls it: `["tasks", "list"]`. `None` where there is no such function.
    pub(crate) fn identity(&self, path: &[String]) -> Option<Identity> {
        self.exported(path).map(|(file, value)| self.identity_of(file, value))
    }

    /// What stands at a path of `api`.
    pub(super) fn exported(&self, path: &[String]) -> Option<(FileId, &'a Value)> {
        let (name, file) = path.split_last()?;
        let stem = file.join("/");
        let endings = ["ts", "tsx", "js", "jsx", "mts", "mjs"];
        let paths = endings.iter().filter_map(|ending| join(self.folder, &format!("{stem}.{ending}")));
        let file = paths.into_iter().find_map(|path: RelPath| self.modules.sources.id(&path))?;
        let export = match name.as_str() {
            "default" => ImportedName::Default,
            name => ImportedName::Named(name.to_owned()),
        };
        match self.modules.export(file, &export)? {
            Definition::Value(file, value) => Some((file, value)),
            Definition::File(_) | Definition::Package(..) | Definition::Unknown => None,
        }
    }

    /// What an expression makes of who calls it. Functions may call each other in a circle, so this is read until nothing is found any more.
    pub(super) fn identity_of(&self, file: FileId, value: &'a Value) -> Identity {
        loop {
            self.is_grown.set(false);
            let found = self.value(file, value, 0);
            let visited = std::mem::take(&mut *self.visited.borrow_mut());
            if !self.is_grown.get() {
                self.settled.borrow_mut().extend(visited);
                return found;
            }
        }
    }

    /// What an expression makes of it, if it is a function or made of functions.
    fn value(&self, file: FileId, value: &'a Value, depth: u8) -> Identity {
        if depth >= MAX_DEPTH {
            return Identity::Unused;
        }
        let most = |values: &'a [Value]| {
            values.iter().map(|value| self.value(file, value, depth + 1)).max().unwrap_or(Identity::Unused)
        };
        match value {
            Value::Function(id) => self.function(file, *id, depth + 1),
            Value::Variable(id) => most(self.modules.sources.facts(file).flow.variable(*id)),
            Value::OneOf(values) | Value::List(values) => most(values),
            Value::Object(members) => {
                members.iter().map(|(_, value)| self.value(file, value, depth + 1)).max().unwrap_or(Identity::Unused)
            }
            Value::Imported(imported) => match self.modules.import(file, imported) {
                Definition::Value(file, value) => self.value(file, value, depth + 1),
                _ => Identity::Unused,
            },
            // `auth.requireUser` of `import * as auth`
            Value::Member(object, name) => self.member(file, object, name, depth),
            // `query({ handler })`, `customQuery(query, customCtx(…))`, `authedQuery(…)`
            Value::Call(id) => match self.call(file, *id) {
                Some(call) => most(&call.arguments).max(self.value(file, &call.callee, depth + 1)),
                None => Identity::Unused,
            },
            _ => Identity::Unused,
        }
    }

    fn member(&self, file: FileId, object: &'a Value, name: &str, depth: u8) -> Identity {
        if let Some((file, value)) = self.method(file, object, name, 0) {
            return self.value(file, value, depth + 1);
        }
        let Value::Imported(imported) = object else { return Identity::Unused };
        let Definition::File(target) = self.modules.import(file, imported) else { return Identity::Unused };
        match self.modules.export(target, &ImportedName::Named(name.to_owned())) {
            Some(Definition::Value(file, value)) => self.value(file, value, depth + 1),
            _ => Identity::Unused,
        }
    }

    /// `auth.requireUser` of `export const auth = { requireUser }`
    pub(super) fn method(
        &self,
        file: FileId,
        object: &'a Value,
        name: &str,
        followed: u8,
    ) -> Option<(FileId, &'a Value)> {
        if followed >= MAX_DEPTH {
            return None;
        }
        match object {
            Value::Object(props) => {
                let value = props.iter().find(|(known, _)| known.as_deref() == Some(name)).map(|(_, value)| value)?;
                Some((file, value))
            }
            Value::Variable(id) => {
                let values = self.modules.sources.facts(file).flow.variable(*id).iter();
                values.into_iter().find_map(|value| self.method(file, value, name, followed + 1))
            }
            Value::Imported(imported) => match self.modules.import(file, imported) {
                Definition::Value(file, value) => self.method(file, value, name, followed + 1),
                _ => None,
            },
            _ => None,
        }
    }

    /// `ctx.auth.getUserIdentity()`, however `ctx`, `auth` or the method came here.
    pub(super) fn reads_identity(&self, file: FileId, call: &'a CallFlow) -> bool {
        let is_method = |value: &Value| matches!(value, Value::Member(_, name) if name == "getUserIdentity");
        match &call.callee {
            Value::Variable(id) => self.modules.sources.facts(file).flow.variable(*id).iter().any(is_method),
            callee => is_method(callee),
        }
    }

    pub(super) fn call(&self, file: FileId, id: CallId) -> Option<&'a CallFlow> {
        self.modules.sources.facts(file).flow.call(id)
    }

    /// What a function makes of it, with everything in it.
    fn function(&self, file: FileId, id: FunctionId, depth: u8) -> Identity {
        let known = self.known.borrow().get(&(file, id)).copied().unwrap_or(Identity::Unused);
        if self.settled.borrow().contains(&(file, id)) || !self.visited.borrow_mut().insert((file, id)) {
            return known;
        }
        let found = self.read(file, id, depth);
        if found > known {
            self.is_grown.set(true);
            self.known.borrow_mut().insert((file, id), found);
        }
        found.max(known)
    }

    fn read(&self, file: FileId, id: FunctionId, depth: u8) -> Identity {
        let flow = &self.modules.sources.facts(file).flow;
        let Some(function) = flow.function(id) else { return Identity::Unused };
        let within = |range: TextRange| function.range.covers(range);
        let calls = || flow.calls.iter().filter(|call| within(call.range));
        let called = calls().map(|call| match self.reads_identity(file, call) {
            true => Identity::Used,
            // What it throws is caught: it answers without an identity as well.
            false if call.is_caught || self.is_caught_by_call(file, call) => {
                self.callee(file, call, depth).min(Identity::Used)
            }
            false => self.callee(file, call, depth).max(self.given_to(file, call, depth)),
        });
        let most = called.max().unwrap_or(Identity::Unused);
        if most != Identity::Used {
            return most;
        }
        let inner = || flow.functions.iter().filter(|inner| within(inner.range));
        let mut required = inner().flat_map(|inner| &inner.required);
        let mut instead = inner().flat_map(|inner| &inner.otherwise);
        let is_required = required.any(|value| self.gives(file, value, depth))
            || instead.any(|(value, call)| {
                let throws = self.call(file, *call).is_some_and(|call| self.throws(file, &call.callee, 0));
                throws && self.gives(file, value, depth)
            });
        if is_required { Identity::Needed } else { most }
    }

    /// What is called, a function of the backend by `ctx.runQuery(internal.users.me)` included.
    fn callee(&self, file: FileId, call: &'a CallFlow, depth: u8) -> Identity {
        match self.ran(file, call).filter(|_| depth < MAX_DEPTH) {
            Some((file, value)) => self.value(file, value, depth + 1),
            None => self.value(file, &call.callee, depth + 1),
        }
    }

    /// The function of the backend that a call runs: `ctx.runQuery(internal.users.me)`.
    pub(super) fn ran(&self, file: FileId, call: &'a CallFlow) -> Option<(FileId, &'a Value)> {
        let runs = ["runQuery", "runMutation", "runAction"];
        match &call.callee {
            Value::Member(_, name) if runs.contains(&name.as_str()) => {
                self.exported(&api_path(self.modules, file, call.arguments.first()?)?)
            }
            _ => None,
        }
    }

    /// `requireIdentity(identity)`: whether a function throws without what it is given here, and that is the identity.
    fn given_to(&self, file: FileId, call: &'a CallFlow, depth: u8) -> Identity {
        let is_needed = |(at, id): (FileId, FunctionId)| {
            let function = self.modules.sources.facts(at).flow.function(id);
            let required = function.into_iter().flat_map(|function| &function.required);
            required.into_iter().any(|value| match value {
                Value::Argument(owner, index) if *owner == id => {
                    call.arguments.get(*index as usize).is_some_and(|given| self.gives(file, given, depth + 1))
                }
                Value::Variable(variable) => {
                    let values = self.modules.sources.facts(at).flow.variable(*variable).iter();
                    values.into_iter().any(|value| match value {
                        Value::Argument(owner, index) if *owner == id => {
                            call.arguments.get(*index as usize).is_some_and(|given| self.gives(file, given, depth + 1))
                        }
                        _ => false,
                    })
                }
                _ => false,
            })
        };
        match depth < MAX_DEPTH && self.function_of(file, &call.callee, 0).is_some_and(is_needed) {
            true => Identity::Needed,
            false => Identity::Unused,
        }
    }

    /// `requireUser(ctx).catch(() => null)`
    fn is_caught_by_call(&self, file: FileId, call: &CallFlow) -> bool {
        let flow = &self.modules.sources.facts(file).flow;
        let is_this = |value: &Value| matches!(value, Value::Call(id) if flow.call(*id).is_some_and(|known| known.range == call.range));
        flow.calls.iter().any(|outer| match &outer.callee {
            Value::Member(object, name) => name == "catch" && is_this(object),
            _ => false,
        })
    }

    /// Whether a function of the app does nothing but throw.
    fn throws(&self, file: FileId, callee: &'a Value, depth: u8) -> bool {
        let function = self.function_of(file, callee, depth);
        function.is_some_and(|(file, id)| {
            self.modules.sources.facts(file).flow.function(id).is_some_and(|function| function.always_throws)
        })
    }

    /// The function that a callee is.
    fn function_of(&self, file: FileId, callee: &'a Value, depth: u8) -> Option<(FileId, FunctionId)> {
        if depth >= MAX_DEPTH {
            return None;
        }
        match callee {
            Value::Function(id) => Some((file, *id)),
            Value::Variable(id) => {
                let values = self.modules.sources.facts(file).flow.variable(*id).iter();
                values.into_iter().find_map(|value| self.function_of(file, value, depth + 1))
            }
            Value::Imported(imported) => match self.modules.import(file, imported) {
                Definition::Value(file, value) => self.function_of(file, value, depth + 1),
                _ => None,
            },
            _ => None,
        }
    }

    /// Whether a value is the identity, or what a function made of it.
    fn gives(&self, file: FileId, value: &'a Value, depth: u8) -> bool {
        if depth >= MAX_DEPTH {
            return false;
        }
        match value {
            Value::Variable(id) => {
                let values = self.modules.sources.facts(file).flow.variable(*id);
                values.iter().any(|value| self.gives(file, value, depth + 1))
            }
            Value::Member(object, _) | Value::Item(object) => self.gives(file, object, depth + 1),
            // `identity?.subject ?? "guest"` is there without an identity as well.
            Value::OneOf(values) => {
                let mut known = values.iter().filter(|value| **value != Value::Nothing).peekable();
                known.peek().is_some() && known.all(|value| self.gives(file, value, depth + 1))
            }
            Value::List(values) => values.iter().any(|value| self.gives(file, value, depth + 1)),
            // `const [identity, rows] = await Promise.all([…])`
            Value::Call(id) if self.call(file, *id).is_some_and(|call| is_all(&call.callee)) => {
                let call = self.call(file, *id);
                call.is_some_and(|call| call.arguments.iter().any(|value| self.gives(file, value, depth + 1)))
            }
            Value::Call(id) => self.call(file, *id).is_some_and(|call| {
                self.reads_identity(file, call) || self.value(file, &call.callee, depth + 1) >= Identity::Used
            }),
            _ => false,
        }
    }
}

/// `Promise.all`
fn is_all(callee: &Value) -> bool {
    matches!(callee, Value::Member(object, name) if name == "all" && **object == Value::Global("Promise".to_owned()))
}

/// The path of a function that an expression of a file names: `["tasks", "list"]` of `api.tasks.list`.
pub(crate) fn api_path(modules: &Modules<'_>, file: FileId, value: &Value) -> Option<Vec<String>> {
    match value {
        Value::Member(object, name) => {
            let mut path = api_path(modules, file, object)?;
            path.push(name.clone());
            Some(path)
        }
        // `const { tasks } = api`
        Value::Variable(id) => match modules.sources.facts(file).flow.variable(*id) {
            [value @ (Value::Member(..) | Value::Imported(_))] => api_path(modules, file, value),
            _ => None,
        },
        Value::Imported(imported) => {
            let ImportedName::Named(name) = &imported.export else { return None };
            is_api(modules, file, &imported.module, name, 0).then(Vec::new)
        }
        _ => None,
    }
}

/// Whether a name of a module is `api` of what Convex generates, passed on by files or not.
fn is_api(modules: &Modules<'_>, file: FileId, module: &str, name: &str, passed_on: u8) -> bool {
    if module == "convex/server" {
        return name == "anyApi";
    }
    let stem = module.trim_end_matches(".js").trim_end_matches(".ts");
    if stem.ends_with("_generated/api") {
        return name == "api" || name == "internal";
    }
    let Ok(Some(target)) = modules.target(file, module) else { return false };
    let exports = &modules.sources.facts(target).exports;
    passed_on < 8
        && exports.iter().any(|export| match &export.source {
            ExportSource::From(from, ImportedName::Named(of)) => {
                export.name == ImportedName::Named(name.to_owned()) && is_api(modules, target, from, of, passed_on + 1)
            }
            ExportSource::All(from) => is_api(modules, target, from, name, passed_on + 1),
            _ => false,
        })
}
