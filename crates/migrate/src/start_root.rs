//! The root route of a TanStack Start app: the types of its context, and the session's token for the queries of the server.
//!
//! ```tsx
//! const fetchClerkAuth = createServerFn({ method: "GET" }).handler(async () => {
//!   const { userId, getToken } = await auth();
//!   const token = await getToken();
//!
//!   return { userId, token };
//! });
//! ```

use change::{EditSet, ImportChange, Location, RelPath, TextEdit, TextRange};
use syntax::style::Style;
use syntax::{
    CallPlace, Members, ObjectFact, ParsedModule, SourceKind, before_statement, declared_type, function_at,
    on_deep_stack, restyled, type_members,
};

use crate::before_load::{BeforeLoad, merge};
use crate::ctx::{Ctx, Sink};
use crate::graph::resolve::{Resolver, Target};
use crate::known::CONVEX_REACT;
use crate::names::Names;
use crate::refusal::{Refusal, RefusalReason};
use crate::rules::start_session::START;
use crate::start_router::Parts;
use crate::tanstack_start::{Files, QUERY, ROUTER, maker_of, root_route};

/// What of Clerk's package runs on the server.
const SERVER: &str = "@clerk/tanstack-react-start/server";

type Failure = (TextRange, String);

/// Makes the root route read what the router's context holds.
///
/// # Errors
/// A refusal where its options are written in a form that can't be extended.
pub(crate) fn change(ctx: &Ctx<'_>, sink: &mut Sink, files: &Files, parts: &Parts) -> Result<(), Refusal> {
    let path = &files.root;
    let refuse = |(range, why): Failure| {
        Refusal::new(RefusalReason::UnprovenForm, why, Some(Location { path: path.clone(), range }))
    };
    let whole = |why: &str| refuse((TextRange::empty(0), why.to_owned()));
    let parsed = sink.read(ctx, path, |module, bindings, style| {
        let (route, options) = root_route(&module, &bindings)?;
        Some((module, bindings, style, route, options))
    });
    let parsed = parsed.ok_or_else(|| whole("the root route is in no file that may be changed"))?;
    let Some((module, bindings, style, route, options)) = parsed else {
        return Err(whole("the options of the root route are no object that is written out"));
    };
    let Some(group) = sink.wiring() else { return Ok(()) };
    let mut names = Names { path, bindings: &bindings, group, adds: true };
    let root = Root { module: &module, style: &style, route: &route, options: &options, parts: *parts };
    let mut edits = EditSet::default();
    if parts.query {
        on_deep_stack(|| root.before_load(&mut names, &mut edits)).map_err(refuse)?;
    }
    let types = on_deep_stack(|| root.types(&mut names, &mut edits)).map_err(refuse)?;
    let clash = edits.iter().try_for_each(|edit| names.group.edit(path, edit.clone())).is_err();
    if clash {
        return Err(whole("the edits of the root route clash"));
    }
    let named = match &types {
        Types::Done => root.route.types.first().map(|range| root.slice(*range).to_owned()),
        Types::Elsewhere { name, .. } => Some(name.clone()),
    };
    let is_name = |name: &String| name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '$'));
    if let Some(place) = named.filter(is_name).and_then(|name| maker_of(ctx.workspace, ctx.app, files, &name)) {
        let message = "an object of the type of the context is made here: it would lack the clients";
        return Err(Refusal::new(RefusalReason::UnprovenForm, message, Some(place)));
    }
    match types {
        Types::Done => Ok(()),
        Types::Elsewhere { module: specifier, name } => elsewhere(ctx, sink, path, &specifier, &name, *parts),
    }
}

/// Where the type of the context is.
enum Types {
    /// Nothing is left to do.
    Done,
    /// Another file declares it.
    Elsewhere { module: String, name: String },
}

struct Root<'a> {
    module: &'a ParsedModule,
    style: &'a Style,
    /// The call that makes the route.
    route: &'a CallPlace,
    options: &'a ObjectFact,
    parts: Parts,
}

/// The options whose functions read what `beforeLoad` returns, or what is shown: it stands before them.
const AFTER: [&str; 11] = [
    "loader",
    "headers",
    "scripts",
    "onEnter",
    "errorComponent",
    "pendingComponent",
    "notFoundComponent",
    "component",
    "shellComponent",
    "ssr",
    "staleTime",
];

impl Root<'_> {
    fn slice(&self, range: TextRange) -> &str {
        range.slice(self.module.text()).unwrap_or_default()
    }

    fn before_load(&self, names: &mut Names<'_, '_>, edits: &mut EditSet) -> Result<(), Failure> {
        let clash = |_| (self.route.range, "the edits of the root route clash".to_owned());
        let server = names.local_beside(START, "createServerFn", "createServerFn", None);
        let auth = names.local_beside(SERVER, "auth", "clerkAuth", None);
        let fetch = names.bindings.free_name(&["fetchClerkAuth"]);
        let function = format!(
            "const {fetch} = {server}({{ method: \"GET\" }}).handler(async () => {{\n  const {{ userId, getToken }} = await {auth}();\n  const token = await getToken();\n\n  return {{ userId, token }};\n}});"
        );
        let edit = before_statement(self.module, self.style, self.route.range, &restyled(&function, self.style));
        let edit = edit.ok_or((self.route.range, "the root route is made within a function".to_owned()))?;
        edits.push(edit).map_err(clash)?;
        let made = match self.options.property("beforeLoad") {
            Some(property) => {
                let load = BeforeLoad { module: self.module, style: self.style, fetch: &fetch };
                merge(&load, property).map_err(|why| (property.value, why.to_owned()))?
            }
            None if self.options.is_open() => {
                let why = "a `beforeLoad` may come with what is spread here".to_owned();
                return Err((self.options.members.range, why));
            }
            None => {
                let text = format!(
                    "({{\n  beforeLoad: async (ctx) => {{\n{}\n\n    return {{ userId, token }};\n  }},\n}});",
                    {
                        let lines = crate::before_load::statements(&fetch, "ctx.context.convexQueryClient");
                        lines.lines().map(|line| format!("    {line}")).collect::<Vec<_>>().join("\n")
                    }
                );
                let text = restyled(&text, self.style);
                let unit = self.style.indent.unit();
                let lines: Vec<&str> = text.lines().collect();
                let inner = lines.get(1..lines.len().saturating_sub(1)).unwrap_or_default();
                let own: Vec<&str> = inner.iter().map(|line| line.strip_prefix(unit).unwrap_or(line)).collect();
                let text = own.join(self.style.eol.as_str());
                let text = text.trim_end_matches(',').to_owned();
                self.options.members.insert(self.module, self.style, self.place(), &[text]).map_err(clash)?
            }
        };
        edits.merge(&made).map_err(clash)
    }

    /// Where among the options `beforeLoad` belongs: TypeScript infers what it adds in the order in which functions that read it stand.
    fn place(&self) -> usize {
        let reads = |property: &syntax::PropertyFact| match property.name.as_deref() {
            Some("head") => function_at(self.module, property.value).is_none_or(|head| !head.parameters.is_empty()),
            Some(name) => AFTER.contains(&name),
            None => false,
        };
        self.options.properties.iter().position(reads).unwrap_or(usize::MAX)
    }

    /// Adds the clients to the type of the context.
    fn types(&self, names: &mut Names<'_, '_>, edits: &mut EditSet) -> Result<Types, Failure> {
        let clash = |_| (self.route.range, "the edits of the root route clash".to_owned());
        let has_types = SourceKind::of(names.path).is_some_and(SourceKind::has_types);
        let is_plain = self.route.then.is_none();
        if !has_types {
            return Ok(Types::Done);
        }
        let Some(range) = self.route.types.first().copied() else {
            if !is_plain {
                return Ok(Types::Done);
            }
            // `createRootRoute({…})` knows no context.
            let with = names.local_beside(ROUTER, "createRootRouteWithContext", "createRootRouteWithContext", None);
            let local = self.slice(self.route.callee).to_owned();
            let members = self.members(None, names);
            let text = format!(
                "{with}<{{\n{}\n}}>()",
                members.iter().map(|m| format!("  {m};")).collect::<Vec<_>>().join("\n")
            );
            let text = restyled(&format!("{text};"), self.style);
            let text = text.trim_end_matches(';').to_owned();
            edits.push(TextEdit::replacement(self.route.callee, text)).map_err(clash)?;
            if names.bindings.uses_of_import(&local).len() == 1 {
                names.group.import(names.path, ImportChange::Drop { local });
            }
            return Ok(Types::Done);
        };
        if let Some(types) = type_members(self.module, range) {
            if self.parts.query && ["userId", "token"].iter().any(|name| has_member(self.module, &types, name)) {
                return Err((range, "the type of the context has a `userId` or a `token` already".to_owned()));
            }
            let added = self.members(Some(&types), names);
            if !added.is_empty() {
                let made = types.insert(self.module, self.style, usize::MAX, &added).map_err(clash)?;
                edits.merge(&made).map_err(clash)?;
            }
            return Ok(Types::Done);
        }
        let name = self.slice(range).to_owned();
        match names.bindings.import_of(&name) {
            Some((module, export)) => Ok(Types::Elsewhere { module, name: export }),
            None => Err((range, "the type of the context is no object type that is written out".to_owned())),
        }
    }

    /// The members that the type lacks, their types imported.
    fn members(&self, there: Option<&Members>, names: &mut Names<'_, '_>) -> Vec<String> {
        let lacks = |name: &str| !there.is_some_and(|types| has_member(self.module, types, name));
        lacking(self.parts, lacks, names)
    }
}

/// Whether an object type has a member.
fn has_member(module: &ParsedModule, types: &Members, name: &str) -> bool {
    types.items.iter().any(|item| {
        let text = item.slice(module.text()).unwrap_or_default();
        let rest = text.trim_start_matches("readonly ").strip_prefix(name);
        rest.is_some_and(|rest| rest.trim_start().starts_with([':', '?']))
    })
}

fn lacking(parts: Parts, lacks: impl Fn(&str) -> bool, names: &mut Names<'_, '_>) -> Vec<String> {
    let mut members = Vec::new();
    if parts.client && lacks("convexClient") {
        names.local_type(CONVEX_REACT, "ConvexReactClient", None);
        members.push("convexClient: ConvexReactClient".to_owned());
    }
    if parts.query && lacks("convexQueryClient") {
        names.local_type(QUERY, "ConvexQueryClient", None);
        members.push("convexQueryClient: ConvexQueryClient".to_owned());
    }
    members
}

/// Adds the clients to the type of the context in the file that declares it.
fn elsewhere(
    ctx: &Ctx<'_>,
    sink: &mut Sink,
    root: &RelPath,
    specifier: &str,
    name: &str,
    parts: Parts,
) -> Result<(), Refusal> {
    let refuse = |path: &RelPath| {
        let message = format!(
            "the type `{name}` of the context is not declared in this file as an object type that could be extended"
        );
        Refusal::new(RefusalReason::UnprovenForm, message, Some(Location::file(path.clone())))
    };
    let resolver = Resolver::of(ctx.workspace);
    let Target::File(path) = resolver.resolve(root, specifier) else { return Err(refuse(root)) };
    let parsed = sink.read(ctx, &path, |module, bindings, style| {
        let types = declared_type(&module, name)?;
        Some((module, bindings, style, types))
    });
    let (module, bindings, style, types) = parsed.flatten().ok_or_else(|| refuse(&path))?;
    let Some(group) = sink.wiring() else { return Ok(()) };
    let mut names = Names { path: &path, bindings: &bindings, group, adds: true };
    let added = lacking(parts, |name| !has_member(&module, &types, name), &mut names);
    if added.is_empty() {
        return Ok(());
    }
    let edits = types.insert(&module, &style, usize::MAX, &added).map_err(|_| refuse(&path))?;
    edits.iter().try_for_each(|edit| group.edit(&path, edit.clone())).map_err(|_| refuse(&path))
}
