//! Every function that a folder of Convex functions exports: what kind it is, whether clients may call it, and what it makes of who does.
//!
//! ```ts
//! export const list = query({ … });                                // `tasks:list`, a query
//! export const mine = authedQuery({ … });                          // made by a builder: customQuery(query, …)
//! http.route({ handler: httpAction(async (ctx) => ctx.runQuery(api.tasks.list)) });   // anybody may get what tasks:list gives
//! ```

use std::collections::BTreeSet;

use change::{ImportedName, Location, TextRange};
use syntax::{ExportSource, FunctionId, Value};

use super::functions::{FunctionGraph, Identity, api_path};
use super::modules::Definition;
use super::sources::FileId;

/// How many names and calls within each other are followed.
const MAX_DEPTH: u8 = 20;

/// What a Convex function is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Query,
    Mutation,
    Action,
    HttpAction,
}

impl Kind {
    /// The word for it.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Query => "query",
            Self::Mutation => "mutation",
            Self::Action => "action",
            Self::HttpAction => "http action",
        }
    }
}

/// A Convex function.
#[derive(Clone, Debug)]
pub(crate) struct BackendFunction {
    /// Its path in `api`: `["tasks", "list"]`.
    pub(crate) path: Vec<String>,
    pub(crate) kind: Kind,
    /// Whether clients may call it: it is no `internalQuery` and the like.
    pub(crate) is_public: bool,
    pub(crate) identity: Identity,
    /// Where it is exported.
    pub(crate) location: Location,
}

/// `tasks:list` of `["tasks", "list"]`, `admin/users:all` of `["admin", "users", "all"]`.
pub(crate) fn function_name(path: &[String]) -> String {
    match path.split_last() {
        Some((name, file)) => format!("{}:{name}", file.join("/")),
        None => String::new(),
    }
}

impl<'a> FunctionGraph<'a> {
    /// Every function of the folder, in the order of files and exports.
    pub(crate) fn all(&self) -> Vec<BackendFunction> {
        let mut found = Vec::new();
        let paths = || self.modules.sources.ids().map(|file| self.modules.sources.path(file));
        // A component has functions of its own, which clients can't call.
        let components: BTreeSet<&str> = paths()
            .filter(|path| path.is_in(self.folder) && path.folder() != self.folder)
            .filter(|path| path.file_name().starts_with("convex.config."))
            .map(|path| path.folder())
            .collect();
        for file in self.modules.sources.ids() {
            if components.iter().any(|folder| self.modules.sources.path(file).is_in(folder)) {
                continue;
            }
            let path = self.modules.sources.path(file);
            let below = path.as_str().strip_prefix(self.folder).and_then(|rest| rest.strip_prefix('/'));
            // Convex leaves out what has several dots in its name: auth.config.ts, tasks.test.ts.
            let stem = below.and_then(|below| below.rsplit_once('.')).map(|(stem, _)| stem);
            let Some(stem) = stem.filter(|stem| !is_left_out(stem)) else { continue };
            found.extend(self.in_file(file, stem));
        }
        found
    }

    fn in_file(&self, file: FileId, stem: &str) -> Vec<BackendFunction> {
        let facts = self.modules.sources.facts(file);
        let own = facts.exports.iter().filter(|export| !export.type_only);
        let named = own.filter(|export| !matches!(export.source, ExportSource::All(_)));
        let functions = named.filter_map(|export| {
            let name = match &export.name {
                ImportedName::Named(name) => name.as_str(),
                ImportedName::Default => "default",
                ImportedName::Namespace => return None,
            };
            let Definition::Value(at, value) = self.modules.export(file, &export.name)? else { return None };
            let (kind, is_public) = self.registered(at, value, 0)?;
            let path = stem.split('/').chain([name]).map(str::to_owned).collect();
            let location = Location { path: self.modules.sources.path(file).clone(), range: export.range };
            let identity = self.identity_of(at, value);
            Some(BackendFunction { path, kind, is_public, identity, location })
        });
        functions.collect()
    }

    /// What kind of function an expression registers, and whether clients may call it; `None` where it registers none.
    fn registered(&self, file: FileId, value: &'a Value, depth: u8) -> Option<(Kind, bool)> {
        if depth >= MAX_DEPTH {
            return None;
        }
        let flow = &self.modules.sources.facts(file).flow;
        match value {
            Value::Variable(id) => flow.variable(*id).iter().find_map(|value| self.registered(file, value, depth + 1)),
            Value::Imported(imported) => match self.modules.import(file, imported) {
                Definition::Value(file, value) => self.registered(file, value, depth + 1),
                _ => None,
            },
            Value::Call(id) => self.builder(file, &flow.call(*id)?.callee, depth + 1),
            _ => None,
        }
    }

    /// What a builder makes: `query`, `customQuery(query, …)`, a function that returns what such a one made.
    fn builder(&self, file: FileId, value: &'a Value, depth: u8) -> Option<(Kind, bool)> {
        if depth >= MAX_DEPTH {
            return None;
        }
        let flow = &self.modules.sources.facts(file).flow;
        match value {
            Value::Imported(imported) => match self.modules.import(file, imported) {
                Definition::Package(module, ImportedName::Named(name)) => generated(module, &name),
                Definition::Value(file, value) => self.builder(file, value, depth + 1),
                _ => None,
            },
            Value::Variable(id) => flow.variable(*id).iter().find_map(|value| self.builder(file, value, depth + 1)),
            Value::Call(id) => {
                let call = flow.call(*id)?;
                let given = call.arguments.iter().find_map(|value| self.builder(file, value, depth + 1));
                // `builderFor(role)`, `authed.query.use(…)`
                given.or_else(|| self.builder(file, &call.callee, depth + 1))
            }
            Value::Function(id) => {
                let returns = flow.function(*id)?.returns.iter();
                returns.into_iter().find_map(|value| match value {
                    Value::Function(_) => self.builder(file, value, depth + 1),
                    value => self.registered(file, value, depth + 1),
                })
            }
            Value::Object(props) => props.iter().find_map(|(_, value)| self.builder(file, value, depth + 1)),
            // `t.query`, `authed.query(…).handler`
            Value::Member(object, name) => kind_named(name).or_else(|| self.builder(file, object, depth + 1)),
            _ => None,
        }
    }

    /// The paths of the public functions that HTTP actions run: anybody may get what those give.
    pub(crate) fn exposed(&self) -> BTreeSet<Vec<String>> {
        let mut found = BTreeSet::new();
        for file in self.modules.sources.ids().filter(|file| self.modules.sources.path(*file).is_in(self.folder)) {
            let flow = &self.modules.sources.facts(file).flow;
            for call in &flow.calls {
                if self.builder(file, &call.callee, 0).is_some_and(|(kind, _)| kind == Kind::HttpAction) {
                    let mut seen = BTreeSet::new();
                    for argument in &call.arguments {
                        self.runs(file, argument, &mut seen, &mut found);
                    }
                }
            }
        }
        found
    }

    /// Adds what a function runs with `ctx.runQuery(api.…)`, through the functions that it calls.
    fn runs(
        &self,
        file: FileId,
        value: &'a Value,
        seen: &mut BTreeSet<(FileId, FunctionId)>,
        found: &mut BTreeSet<Vec<String>>,
    ) {
        let flow = &self.modules.sources.facts(file).flow;
        match value {
            Value::Variable(id) => flow.variable(*id).iter().for_each(|value| self.runs(file, value, seen, found)),
            Value::Imported(imported) => {
                if let Definition::Value(file, value) = self.modules.import(file, imported) {
                    self.runs(file, value, seen, found);
                }
            }
            Value::Function(id) if seen.insert((file, *id)) => {
                let Some(function) = flow.function(*id) else { return };
                let within = |range: TextRange| function.range.covers(range);
                for call in flow.calls.iter().filter(|call| within(call.range)) {
                    match &call.callee {
                        Value::Member(_, name) if ["runQuery", "runMutation", "runAction"].contains(&&**name) => {
                            let named = call.arguments.first().and_then(|value| api_path(self.modules, file, value));
                            found.extend(named);
                        }
                        callee => self.runs(file, callee, seen, found),
                    }
                }
            }
            _ => {}
        }
    }
}

/// Whether a file of the folder holds no functions: what is generated, or has several dots in its name.
fn is_left_out(stem: &str) -> bool {
    stem.contains('.') || stem.split('/').any(|part| part == "_generated")
}

/// What a builder that Convex generates makes.
fn generated(module: &str, name: &str) -> Option<(Kind, bool)> {
    let stem = module.trim_end_matches(".js").trim_end_matches(".ts");
    if !stem.ends_with("_generated/server") && stem != "convex/server" {
        return None;
    }
    kind_named(name.trim_end_matches("Generic"))
}

fn kind_named(name: &str) -> Option<(Kind, bool)> {
    Some(match name {
        "query" => (Kind::Query, true),
        "mutation" => (Kind::Mutation, true),
        "action" => (Kind::Action, true),
        "internalQuery" => (Kind::Query, false),
        "internalMutation" => (Kind::Mutation, false),
        "internalAction" => (Kind::Action, false),
        "httpAction" => (Kind::HttpAction, false),
        _ => return None,
    })
}
