//! The router of a TanStack Start app: the client made explicitly, and both clients in the context.
//!
//! ```tsx
//! const convex = new ConvexReactClient(CONVEX_URL, { unsavedChangesWarning: false });
//! const convexQueryClient = new ConvexQueryClient(convex);
//! …
//! context: { queryClient, convexClient: convex, convexQueryClient },
//! ```

use change::{EditSet, Location, RelPath, TextEdit, TextRange};
use syntax::style::Style;
use syntax::{Bindings, CallPlace, ObjectFact, ParsedModule, calls, object_in, restyled};

use crate::ctx::{Ctx, Sink};
use crate::known::CONVEX_REACT;
use crate::names::Names;
use crate::refusal::{Refusal, RefusalReason};
use crate::tanstack_start::{Files, QUERY, router};

/// What the context of the router holds that the root route reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Parts {
    /// `convexClient`
    pub(crate) client: bool,
    /// `convexQueryClient`
    pub(crate) query: bool,
}

/// The options of Convex's own client; others are those of the client for TanStack Query.
const CLIENT_OPTIONS: [&str; 9] = [
    "unsavedChangesWarning",
    "webSocketConstructor",
    "verbose",
    "logger",
    "reportDebugInfoToConvex",
    "onServerDisconnectError",
    "skipConvexDeploymentUrlCheck",
    "authRefreshTokenLeewaySeconds",
    "expectAuth",
];

/// What becomes of the router's file.
struct Change {
    edits: EditSet,
    /// Whether it makes Convex's client itself then.
    makes_client: bool,
    parts: Parts,
}

/// Puts what the root route reads into the router's context; `None` where it reads nothing of it.
///
/// # Errors
/// A refusal where the router is made in a form that can't be extended.
pub(crate) fn change(
    ctx: &Ctx<'_>,
    sink: &mut Sink,
    files: &Files,
    from_context: bool,
) -> Result<Option<Parts>, Refusal> {
    let Some(path) = &files.router else { return Ok(None) };
    let refuse = |range: TextRange, message: &str| {
        let location = Location { path: path.clone(), range };
        Err(Refusal::new(RefusalReason::UnprovenForm, message, Some(location)))
    };
    let was_there = sink.bases.contains_key(path);
    let changed = sink.read(ctx, path, |module, bindings, style| {
        let change = Router { module: &module, bindings: &bindings, style: &style }.change(from_context);
        (change, bindings)
    });
    let Some((change, bindings)) = changed else {
        return refuse(TextRange::empty(0), "the router is in no file that may be changed");
    };
    let change = match change {
        Ok(Some(change)) => change,
        Ok(None) => {
            if !was_there {
                sink.bases.remove(path);
            }
            return Ok(None);
        }
        Err((range, why)) => return refuse(range, why),
    };
    apply(sink, path, &bindings, &change)
        .map_err(|why| Refusal::new(RefusalReason::UnprovenForm, why, Some(Location::file(path.clone()))))?;
    if change.edits.iter().next().is_none() && !was_there {
        sink.bases.remove(path);
    }
    Ok(Some(change.parts))
}

fn apply(sink: &mut Sink, path: &RelPath, bindings: &Bindings, change: &Change) -> Result<(), &'static str> {
    let Some(group) = sink.wiring() else { return Ok(()) };
    if change.makes_client {
        let mut names = Names { path, bindings, group, adds: true };
        names.local(CONVEX_REACT, "ConvexReactClient", "ConvexClient");
    }
    let mut edits = change.edits.iter();
    edits.try_for_each(|edit| group.edit(path, edit.clone())).map_err(|_| "the edits of the router clash")
}

type Failure = (TextRange, &'static str);

struct Router<'a> {
    module: &'a ParsedModule,
    bindings: &'a Bindings,
    style: &'a Style,
}

impl Router<'_> {
    fn slice(&self, range: TextRange) -> &str {
        range.slice(self.module.text()).unwrap_or_default()
    }

    fn change(&self, from_context: bool) -> Result<Option<Change>, Failure> {
        let Some((made, options)) = router(self.module, self.bindings) else {
            let why = "the options of the router are no object that is written out";
            return if from_context { Err((TextRange::empty(0), why)) } else { Ok(None) };
        };
        let queries = calls(self.module, self.bindings, &[QUERY], "ConvexQueryClient");
        // One that all requests share gets no token.
        let query = queries.iter().find(|query| query.function.is_some() && query.function == made.function);
        let context = options.property("context");
        let there = context.and_then(|context| object_in(self.module, context.value));
        if context.is_some() && there.is_none() && (from_context || query.is_some()) {
            return Err((made.range, "the router's context is no object that is written out"));
        }
        let at = options.properties.iter().position(|property| property.name.as_deref() == Some("context"));
        let after = options.properties.get(at.unwrap_or_default()..).unwrap_or_default();
        if after.iter().any(|property| property.name.is_none()) && (from_context || query.is_some()) {
            return Err((made.range, "a context of the router may come with what is spread here"));
        }
        let taken =
            ["userId", "token"].iter().any(|name| there.as_ref().is_some_and(|there| there.property(name).is_some()));
        if taken && query.is_some() {
            return Err((made.range, "the router's context has a `userId` or a `token` already"));
        }
        let mut change = Change {
            edits: EditSet::default(),
            makes_client: false,
            parts: Parts { client: from_context, query: query.is_some() },
        };
        if !from_context && query.is_none() {
            return Ok(None);
        }
        let mut members = Vec::new();
        let has = |name: &str| there.as_ref().is_some_and(|there| there.property(name).is_some());
        let member = |name: &str, value: &str| if name == value { name.to_owned() } else { format!("{name}: {value}") };
        if let Some(there) = &there {
            self.holds(there, made.function, query, from_context)?;
        }
        if from_context && !has("convexClient") {
            let client = self.client(made.function, query, &mut change)?;
            members.push(member("convexClient", &client));
        }
        if let Some(query) = query.filter(|_| !has("convexQueryClient")) {
            let name = query.variable.as_deref();
            let name =
                name.ok_or((query.range, "the ConvexQueryClient has no name by which the context could have it"))?;
            members.push(member("convexQueryClient", name));
        }
        if members.is_empty() {
            return Ok(Some(change));
        }
        let clash = |_| (made.range, "the edits of the router clash");
        let edits = match &there {
            Some(there) => there.members.insert(self.module, self.style, usize::MAX, &members).map_err(clash)?,
            None => {
                let pad = if self.style.bracket_spacing { " " } else { "" };
                let text = format!("context: {{{pad}{}{pad}}}", members.join(", "));
                let index = options.properties.iter().position(|property| property.name.as_deref() == Some("Wrap"));
                let index = index.unwrap_or(usize::MAX);
                options.members.insert(self.module, self.style, index, &[text]).map_err(clash)?
            }
        };
        change.edits.merge(&edits).map_err(clash)?;
        Ok(Some(change))
    }

    /// What the context has under the names that the root route reads has to be just that.
    fn holds(
        &self,
        there: &ObjectFact,
        function: Option<TextRange>,
        query: Option<&CallPlace>,
        from_context: bool,
    ) -> Result<(), Failure> {
        let held = |name: &str| there.property(name).map(|property| (property.value, self.slice(property.value)));
        let asked = query.and_then(|query| query.variable.as_deref());
        if let Some((range, text)) = held("convexQueryClient").filter(|_| query.is_some())
            && asked != Some(text)
        {
            return Err((range, "the context has another `convexQueryClient`"));
        }
        let clients = calls(self.module, self.bindings, &[CONVEX_REACT], "ConvexReactClient");
        let mut seen = clients.iter().filter(|client| client.function.is_none() || client.function == function);
        if let Some((range, text)) = held("convexClient").filter(|_| from_context)
            && !seen.any(|client| client.variable.as_deref() == Some(text))
            && asked.map(|asked| format!("{asked}.convexClient")).as_deref() != Some(text)
        {
            return Err((range, "what the context has as `convexClient` is no ConvexReactClient that is made here"));
        }
        Ok(())
    }

    /// The variable of Convex's own client: the one that there is, or one that is made.
    fn client(
        &self,
        function: Option<TextRange>,
        query: Option<&CallPlace>,
        change: &mut Change,
    ) -> Result<String, Failure> {
        let clients = calls(self.module, self.bindings, &[CONVEX_REACT], "ConvexReactClient");
        let seen = |client: &&CallPlace| client.function.is_none() || client.function == function;
        let named: Vec<&CallPlace> = clients.iter().filter(seen).filter(|client| client.variable.is_some()).collect();
        let Some(query) = query else {
            return match named.as_slice() {
                [only] => Ok(only.variable.clone().unwrap_or_default()),
                _ => Err((TextRange::empty(0), "the client that the provider in the router has could not be followed")),
            };
        };
        let first = query.arguments.first().copied();
        let first = first.ok_or((query.range, "the ConvexQueryClient is given nothing"))?;
        let given = self.slice(first);
        if let Some(client) = named.iter().find(|client| client.variable.as_deref() == Some(given)) {
            return Ok(client.variable.clone().unwrap_or_default());
        }
        // `new ConvexQueryClient(new ConvexReactClient(url))`
        if let Some(variable) = query.variable.as_ref().filter(|_| clients.iter().any(|client| client.range == first)) {
            return Ok(format!("{variable}.convexClient"));
        }
        if !clients.is_empty() || self.bindings.imports_name(given) {
            return Err((
                query.range,
                "whether the ConvexQueryClient is given a client or an address is not seen here",
            ));
        }
        self.made(query, first, change)
    }

    /// `new ConvexQueryClient(url, options)` is given a client that is made of the same.
    fn made(&self, query: &CallPlace, url: TextRange, change: &mut Change) -> Result<String, Failure> {
        let clash = |_| (query.range, "the edits of the router clash");
        let options = query.arguments.get(1);
        let is_known = options.is_none_or(|range| {
            object_in(self.module, *range).is_some_and(|options| {
                let mut names = options.properties.iter().map(|property| property.name.as_deref());
                names.all(|name| name.is_some_and(|name| CLIENT_OPTIONS.contains(&name)))
            })
        });
        let statement = query.statement.filter(|_| is_known && query.arguments.len() < 3);
        let statement = statement
            .ok_or((query.range, "the options of the ConvexQueryClient are not all those of Convex's client"))?;
        let line = self.module.lines.line_start(statement.start());
        let indent = self.slice(TextRange::new(line, statement.start()));
        if !indent.trim().is_empty() {
            return Err((query.range, "the ConvexQueryClient shares its line with other code"));
        }
        let name = self.bindings.free_name(&["convex", "convexClient"]);
        let given = match options {
            Some(range) => self.slice(*range).to_owned(),
            None => String::new(),
        };
        let end = if self.style.semicolons { ";" } else { "" };
        let pad = if self.style.bracket_spacing { " " } else { "" };
        let (eol, unit) = (self.style.eol.as_str(), self.style.indent.unit());
        let head = format!("const {name} = new ConvexReactClient({}", self.slice(url));
        let own = "unsavedChangesWarning: false";
        let flat = match options {
            Some(_) => format!("{head}, {given}){end}"),
            None => format!("{head}, {{{pad}{own}{pad}}}){end}"),
        };
        let columns: usize =
            indent.chars().map(|c| if c == '\t' { usize::from(self.style.tab_width) } else { 1 }).sum();
        let fits = columns + flat.chars().count() <= self.style.width as usize || options.is_some();
        let comma = restyled("a = {\n  b,\n};", self.style).contains("b,");
        let comma = if comma { "," } else { "" };
        let text = if fits { flat } else { format!("{head}, {{{eol}{indent}{unit}{own}{comma}{eol}{indent}}}){end}") };
        change.edits.push(TextEdit::insertion(statement.start(), format!("{text}{eol}{indent}"))).map_err(clash)?;
        // `(` and `)` with the line breaks of a call that was too long.
        let open = TextRange::new(query.callee.end(), url.start());
        let open = query.callee.end() + self.slice(open).find('(').unwrap_or(0) as u32 + 1;
        let close = query.range.end() - 1;
        let bare = |range: TextRange| self.slice(range).split_whitespace().map(str::len).sum::<usize>();
        let own = bare(url) + options.map_or(0, |range| bare(*range));
        // `new ConvexQueryClient(/* the address */ url)`: besides what moves there are but commas.
        if bare(TextRange::new(open, close)) > own + 2 {
            return Err((query.range, "what the ConvexQueryClient is given has a comment that would get lost"));
        }
        change.edits.push(TextEdit::replacement(TextRange::new(open, close), name.clone())).map_err(clash)?;
        change.makes_client = true;
        Ok(name)
    }
}
