//! Which route stands within which: by the calls of a list of routes, or by the names of their files.
//!
//! ```ts
//! export default [index("home.tsx"), layout("staff.tsx", [route("marks", "marks.tsx")])];
//! ```
//! `routes/_members.tsx` is around `routes/_members/boats.tsx` and `routes/_members.log.tsx`.

use change::ImportedName;
use syntax::Value;

use super::modules::{Definition, Modules};
use super::sources::FileId;
use crate::workspace::join;

/// The module that lists routes of React Router are made with.
const ROUTES: &str = "@react-router/dev/routes";
/// How many names within each other are followed.
const MAX_DEPTH: u8 = 16;

/// A route, and those within it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Nested {
    pub(crate) file: FileId,
    pub(crate) inner: Vec<Nested>,
}

/// The routes that a file lists, by its default export; `None` where one of them can't be told.
///
/// <https://reactrouter.com/start/framework/routing>
pub(crate) fn listed(modules: &Modules<'_>, list: FileId, folder: &str) -> Option<Vec<Nested>> {
    let Definition::Value(file, value) = modules.export(list, &ImportedName::Default)? else { return None };
    List { modules, folder }.routes(file, value, 0)
}

struct List<'a, 'm> {
    modules: &'m Modules<'a>,
    folder: &'m str,
}

impl<'a> List<'a, '_> {
    fn routes(&self, file: FileId, value: &'a Value, depth: u8) -> Option<Vec<Nested>> {
        if depth >= MAX_DEPTH {
            return None;
        }
        let flow = &self.modules.sources.facts(file).flow;
        match value {
            Value::List(values) => {
                let all: Option<Vec<Vec<Nested>>> =
                    values.iter().map(|value| self.routes(file, value, depth + 1)).collect();
                Some(all?.into_iter().flatten().collect())
            }
            Value::Variable(id) => match flow.variable(*id) {
                [value] => self.routes(file, value, depth + 1),
                _ => None,
            },
            Value::Call(id) => {
                let call = flow.call(*id)?;
                let Value::Imported(imported) = &call.callee else { return None };
                let ImportedName::Named(name) = &imported.export else { return None };
                let at = match name.as_str() {
                    _ if imported.module != ROUTES => return None,
                    "prefix" => return self.routes(file, call.arguments.get(1)?, depth + 1),
                    "index" | "layout" => 0,
                    "route" => 1,
                    _ => return None,
                };
                let Value::Text(path) = call.arguments.get(at)? else { return None };
                let own = self.modules.sources.id(&join(self.folder, path.trim_start_matches("./"))?)?;
                let rest = call.arguments.get(at + 1..).unwrap_or_default();
                let inner = match rest.iter().find(|value| !matches!(value, Value::Object(_))) {
                    Some(value) => self.routes(file, value, depth + 1)?,
                    None => Vec::new(),
                };
                Some(vec![Nested { file: own, inner }])
            }
            _ => None,
        }
    }
}

/// The segments of a route's file: `["_members", "boats"]` of `_members/boats.tsx`; `route` names the folder itself.
pub(crate) fn segments(below: &str) -> Vec<String> {
    let stem = below.rsplit_once('.').map_or(below, |(stem, _)| stem);
    let mut parts: Vec<String> = stem.split(['/', '.']).map(str::to_owned).collect();
    if parts.len() > 1 && parts.last().is_some_and(|last| last == "route") {
        parts.pop();
    }
    parts
}

/// Routes by their segments: one stands within that with the most of its first ones.
pub(crate) fn by_segments(routes: Vec<(Vec<String>, FileId)>) -> Vec<Nested> {
    fn inside(routes: &[(Vec<String>, FileId)], parent: Option<usize>) -> Vec<Nested> {
        let around = |index: usize| {
            let own = &routes[index].0;
            let outer = (0..routes.len()).filter(|other| {
                let other = &routes[*other].0;
                other.len() < own.len() && own.starts_with(other)
            });
            outer.max_by_key(|other| routes[*other].0.len())
        };
        let own = (0..routes.len()).filter(|index| around(*index) == parent);
        own.map(|index| Nested { file: routes[index].1, inner: inside(routes, Some(index)) }).collect()
    }
    inside(&routes, None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments_of_files() {
        for (below, expected) in [
            ("_members/boats.tsx", vec!["_members", "boats"]),
            ("posts.$id.tsx", vec!["posts", "$id"]),
            ("posts/route.tsx", vec!["posts"]),
            ("index.tsx", vec!["index"]),
        ] {
            assert_eq!(segments(below), expected, "{below}");
        }
    }
}
