//! The checks of calls that no provider reaches: those of an HTTP client, and those that a loader of TanStack Start makes on the server.

use change::{Finding, ImportedName, Location, Severity, TextRange};
use syntax::{CallFlow, Value};

use super::Check;
use crate::Explanation;
use crate::doctor::Looked;
use crate::graph::functions::{FunctionGraph, Identity, api_path};
use crate::graph::modules::Definition;
use crate::graph::sources::FileId;
use crate::workspace::join;

/// An HTTP client that was given no token calls a function that needs an identity.
pub(crate) const HTTP_CLIENT_TOKEN: Check = Check {
    explanation: Explanation {
        id: "http-client-token",
        summary: "An HTTP client without a token calls a function that needs an identity.",
        text: include_str!("http_client_token.md"),
    },
    check: http_client,
};

/// A loader of TanStack Start asks for a query that needs an identity, and nothing gives the server's client a token.
pub(crate) const LOADER_TOKEN: Check = Check {
    explanation: Explanation {
        id: "loader-token",
        summary: "A loader asks for a query that needs an identity, and the server's client has no token.",
        text: include_str!("loader_token.md"),
    },
    check: loader,
};

/// How many names are followed to where a client is made.
const MAX_DEPTH: u8 = 8;

/// What gives a client its token, whatever it is called on: `client.setAuth(token)`.
const SETS: [&str; 2] = ["setAuth", "setAdminAuth"];

/// The functions of the app and what each needs; `None` where they are not known.
fn graph<'a>(looked: &Looked<'a>) -> Option<FunctionGraph<'a>> {
    let functions = looked.ctx.functions().filter(|_| !looked.is_changing())?;
    Some(FunctionGraph::new(looked.access.modules, &functions.folder))
}

/// The files that may run, and their calls.
fn calls<'a>(looked: &Looked<'a>) -> impl Iterator<Item = (FileId, &'a CallFlow)> {
    let sources = looked.access.modules.sources;
    let reach = &looked.access.roots.reach;
    sources
        .leading()
        .filter(|file| reach.has(*file))
        .flat_map(|file| sources.facts(file).flow.calls.iter().map(move |call| (file, call)))
}

/// The function that a value names, if it needs an identity: `tasks.mine`.
fn private(looked: &Looked<'_>, graph: &FunctionGraph<'_>, file: FileId, value: &Value) -> Option<String> {
    let path = api_path(looked.access.modules, file, value)?;
    (graph.identity(&path)? == Identity::Needed).then(|| path.join("."))
}

fn http_client(looked: &Looked<'_>) -> Vec<Finding> {
    let Some(graph) = graph(looked).filter(|_| !is_token_given(looked)) else { return Vec::new() };
    let found = calls(looked).filter_map(|(file, call)| {
        let Value::Member(object, name) = &call.callee else { return None };
        if !["query", "mutation", "action"].contains(&name.as_str()) {
            return None;
        }
        let name = private(looked, &graph, file, call.arguments.first()?)?;
        // `ready(client)`: whoever it is handed to may give it one.
        let mut others = looked.access.modules.sources.facts(file).flow.calls.iter();
        if !is_made_here(looked, file, object, 0) || others.any(|call| call.arguments.contains(object)) {
            return None;
        }
        let message = format!("`{name}` is for those who are signed in, and this client was given no token");
        let help = "give it one before the call: `client.setAuth(token)`, with the token of Clerk's `getToken()`";
        let doc = "https://docs.convex.dev/api/classes/browser.ConvexHttpClient#setauth";
        Some(say(looked, &HTTP_CLIENT_TOKEN, (file, call.range), message, help, doc))
    });
    found.collect()
}

/// Whether a value is an HTTP client that is made with nothing but an address: `new ConvexHttpClient(url)`.
fn is_made_here(looked: &Looked<'_>, file: FileId, value: &Value, followed: u8) -> bool {
    let modules = looked.access.modules;
    let flow = &modules.sources.facts(file).flow;
    match value {
        _ if followed == MAX_DEPTH => false,
        // What is set more than once may be any of those.
        Value::Variable(id) => match flow.variable(*id) {
            [one] => is_made_here(looked, file, one, followed + 1),
            _ => false,
        },
        Value::Imported(imported) => match modules.import(file, imported) {
            Definition::Value(file, value) => is_made_here(looked, file, value, followed + 1),
            _ => false,
        },
        Value::Call(id) => flow.call(*id).is_some_and(|call| {
            let Value::Imported(imported) = &call.callee else { return false };
            let is_client = matches!(
                modules.import(file, imported),
                Definition::Package("convex/browser", ImportedName::Named(name)) if name == "ConvexHttpClient"
            );
            is_client && call.arguments.len() == 1
        }),
        _ => false,
    }
}

/// Whether some file of the app gives a client a token: which client that is, a helper may know better than what is seen here.
fn is_token_given(looked: &Looked<'_>) -> bool {
    let sources = looked.access.modules.sources;
    let gives = |call: &CallFlow| matches!(&call.callee, Value::Member(_, name) if SETS.contains(&name.as_str()));
    sources.leading().any(|file| sources.facts(file).flow.calls.iter().any(gives))
}

fn loader(looked: &Looked<'_>) -> Vec<Finding> {
    let Some(graph) = graph(looked).filter(|_| !is_token_given(looked) && !is_in_browser(looked)) else {
        return Vec::new();
    };
    let sources = looked.access.modules.sources;
    let found = calls(looked).filter_map(|(file, call)| {
        let Value::Member(_, name) = &call.callee else { return None };
        if !["ensureQueryData", "fetchQuery", "prefetchQuery"].contains(&name.as_str()) {
            return None;
        }
        let Value::Call(options) = call.arguments.first()? else { return None };
        let options =
            sources.facts(file).flow.call(*options).filter(|options| is_convex_query(looked, file, options))?;
        let name = private(looked, &graph, file, options.arguments.first()?)?;
        // A way out in the browser's part of it.
        let text = looked.ctx.workspace.text(sources.path(file))?;
        if ["typeof window", "typeof document", "SSR"].iter().any(|word| text.contains(word)) {
            return None;
        }
        let message = format!("`{name}` is for those who are signed in, and on the server this asks without a token");
        let help = "let the root's `beforeLoad` call `convexQueryClient.serverHttpClient?.setAuth(token)`";
        let doc = "https://docs.convex.dev/client/tanstack/tanstack-start/clerk";
        Some(say(looked, &LOADER_TOKEN, (file, call.range), message, help, doc))
    });
    let found: Vec<Finding> = found.collect();
    // `ssr: false` of a route holds for those below it as well.
    let turns_off = |text: String| text.split("ssr:").skip(1).any(|rest| !rest.trim_start().starts_with("true"));
    let is_off = |file: FileId| looked.ctx.workspace.text(sources.path(file)).is_none_or(turns_off);
    if found.is_empty() || sources.ids().any(is_off) { Vec::new() } else { found }
}

/// Whether loaders may run in the browser only: by the settings of the app, or of a route.
///
/// `createStart(() => ({ defaultSsr: false }))`, `tanstackStart({ spa: { enabled: true } })`, `createFileRoute("/")({ ssr: false })`
fn is_in_browser(looked: &Looked<'_>) -> bool {
    let (workspace, folder) = (looked.ctx.workspace, looked.ctx.app.id.folder());
    let settings =
        ["vite.config.ts", "vite.config.js", "vite.config.mts", "app.config.ts", "src/start.ts", "app/start.ts"];
    let says = |text: String| ["defaultSsr", "spa:", "spa ", "ssr:"].iter().any(|word| text.contains(word));
    settings.iter().filter_map(|name| workspace.text(&join(folder, name)?)).any(says)
}

/// `convexQuery(api.tasks.mine, {})`
fn is_convex_query(looked: &Looked<'_>, file: FileId, call: &CallFlow) -> bool {
    let Value::Imported(imported) = &call.callee else { return false };
    matches!(
        looked.access.modules.import(file, imported),
        Definition::Package("@convex-dev/react-query", ImportedName::Named(name)) if name == "convexQuery"
    )
}

fn say(
    looked: &Looked<'_>,
    check: &Check,
    (file, range): (FileId, TextRange),
    message: String,
    help: &str,
    doc: &'static str,
) -> Finding {
    let place = Location { path: looked.access.modules.sources.path(file).clone(), range };
    let mut finding = looked.finding(check.explanation.id, Severity::Warning, message, place);
    finding.why = Some("no provider reaches this call: Convex takes it for nobody's".to_owned());
    finding.help = Some(help.to_owned());
    finding.doc = Some(doc);
    finding
}
