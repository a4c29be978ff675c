//! Through what a Convex function comes to know who calls it: the calls on the way to `ctx.auth.getUserIdentity()`.
//!
//! ```ts
//! export const mine = query(async (ctx) => {
//!   const user = await requireUser(ctx);      // requireUser(ctx), then
//! });                                         // ctx.auth.getUserIdentity() in the file of requireUser
//! ```

use std::collections::HashSet;

use change::{ImportedName, Location, TextRange};
use syntax::Value;

use super::functions::{FunctionGraph, Identity};
use super::modules::Definition;
use super::sources::FileId;

/// How many names and calls within each other are followed.
const MAX_DEPTH: usize = 30;

/// A way that is being looked for.
struct Way<'a, 'g> {
    graph: &'g FunctionGraph<'a>,
    /// What was looked into already: functions may call each other in a circle.
    seen: HashSet<(FileId, TextRange)>,
    calls: Vec<(FileId, TextRange)>,
}

impl FunctionGraph<'_> {
    /// The calls through which the function at a path of `api` reads the identity, the nearest first; none where it doesn't.
    pub(crate) fn through(&self, path: &[String]) -> Vec<Location> {
        let Some((file, value)) = self.exported(path) else { return Vec::new() };
        let mut way = Way { graph: self, seen: HashSet::new(), calls: Vec::new() };
        if !way.value(file, value, 0) {
            return Vec::new();
        }
        let location = |(file, range)| Location { path: self.modules.sources.path(file).clone(), range };
        way.calls.into_iter().map(location).collect()
    }
}

impl<'a> Way<'a, '_> {
    /// Whether an expression reads the identity; the calls on the way there are noted.
    fn value(&mut self, file: FileId, value: &'a Value, depth: usize) -> bool {
        if depth >= MAX_DEPTH || self.graph.identity_of(file, value) == Identity::Unused {
            return false;
        }
        let modules = self.graph.modules;
        let flow = &modules.sources.facts(file).flow;
        match value {
            Value::Function(id) => flow.function(*id).is_some_and(|function| self.within(file, function.range, depth)),
            Value::Variable(id) => self.any(file, flow.variable(*id), depth),
            Value::OneOf(values) | Value::List(values) => self.any(file, values, depth),
            Value::Object(members) => members.iter().any(|(_, value)| self.value(file, value, depth + 1)),
            Value::Imported(imported) => match modules.import(file, imported) {
                Definition::Value(file, value) => self.value(file, value, depth + 1),
                _ => false,
            },
            Value::Member(object, name) => self.member(file, object, name, depth),
            Value::Call(id) => self.graph.call(file, *id).is_some_and(|call| {
                // `authedQuery({ … })`: its handler may ask for nothing, and the builder does.
                self.any(file, &call.arguments, depth) || self.step(file, call.range, &call.callee, depth)
            }),
            _ => false,
        }
    }

    fn any(&mut self, file: FileId, values: &'a [Value], depth: usize) -> bool {
        values.iter().any(|value| self.value(file, value, depth + 1))
    }

    /// A call, and what it leads to.
    fn step(&mut self, file: FileId, range: TextRange, callee: &'a Value, depth: usize) -> bool {
        self.calls.push((file, range));
        let leads = self.value(file, callee, depth + 1);
        if !leads {
            self.calls.pop();
        }
        leads
    }

    fn member(&mut self, file: FileId, object: &'a Value, name: &str, depth: usize) -> bool {
        if let Some((file, value)) = self.graph.method(file, object, name, 0) {
            return self.value(file, value, depth + 1);
        }
        let modules = self.graph.modules;
        let Value::Imported(imported) = object else { return false };
        let Definition::File(target) = modules.import(file, imported) else { return false };
        match modules.export(target, &ImportedName::Named(name.to_owned())) {
            Some(Definition::Value(file, value)) => self.value(file, value, depth + 1),
            _ => false,
        }
    }

    /// The first call in a function that leads there.
    fn within(&mut self, file: FileId, range: TextRange, depth: usize) -> bool {
        if !self.seen.insert((file, range)) {
            return false;
        }
        let calls = &self.graph.modules.sources.facts(file).flow.calls;
        let mut inside: Vec<_> = calls.iter().filter(|call| range.covers(call.range)).collect();
        inside.sort_by_key(|call| call.range.start());
        inside.into_iter().any(|call| {
            if self.graph.reads_identity(file, call) {
                self.calls.push((file, call.range));
                return true;
            }
            let ran = self.graph.ran(file, call);
            match ran {
                Some((target, value)) => {
                    self.calls.push((file, call.range));
                    let leads = self.value(target, value, depth + 1);
                    if !leads {
                        self.calls.pop();
                    }
                    leads
                }
                None => self.step(file, call.range, &call.callee, depth),
            }
        })
    }
}
