//! What `doctor` looks at in apps made with Next.js: one middleware, the routes it runs on, and the tokens of server calls.

use change::{Finding, Location, RelPath, Severity, TextRange};
use syntax::{FileFacts, JsxFact, Reference, Value};

use super::Check;
use super::server_session;
use super::server_tokens::{Call, needing};
use crate::Explanation;
use crate::boundary::is_client;
use crate::coverage::Coverage;
use crate::doctor::Looked;
use crate::graph::functions::FunctionGraph;
use crate::graph::sources::FileId;
use crate::next;

/// Two files of middleware.
pub(crate) const ONE_MIDDLEWARE: Check = Check {
    explanation: Explanation {
        id: "one-middleware",
        summary: "There are two files of middleware, of which Next.js takes one.",
        text: include_str!("one_middleware.md"),
    },
    check: one,
};

/// Server code asks for the session on routes that the middleware leaves out.
pub(crate) const MATCHER: Check = Check {
    explanation: Explanation {
        id: "middleware-matcher",
        summary: "Server code asks for the session on a route that the middleware leaves out.",
        text: include_str!("middleware_matcher.md"),
    },
    check: matcher,
};

/// A server call of a function that needs an identity has no token.
pub(crate) const CALL_TOKEN: Check = Check {
    explanation: Explanation {
        id: "server-call-token",
        summary: "A server call of a function that needs an identity passes no token.",
        text: include_str!("server_call_token.md"),
    },
    check: call_token,
};

/// With Cache Components, what reads the session stands outside of what may wait for it.
pub(crate) const SESSION_IN_SUSPENSE: Check = Check {
    explanation: Explanation {
        id: "session-in-suspense",
        summary: "With Cache Components, ClerkProvider stands around the document, or a form to sign in has no Suspense.",
        text: include_str!("session_in_suspense.md"),
    },
    check: in_suspense,
};

fn in_suspense(looked: &Looked<'_>) -> Vec<Finding> {
    if looked.is_changing() || next::caches_components(looked.ctx.workspace, looked.ctx.app).is_none() {
        return Vec::new();
    }
    let sources = looked.access.modules.sources;
    let say = |file: FileId, range: TextRange, severity, message: &str, help: &str| {
        let place = Location { path: sources.path(file).clone(), range };
        let mut finding = looked.finding(SESSION_IN_SUSPENSE.explanation.id, severity, message.to_owned(), place);
        finding.why = Some(
            "Cache Components are on: what waits for a request outside of Suspense blocks the whole page".to_owned(),
        );
        finding.help = Some(help.to_owned());
        finding.doc = Some("https://nextjs.org/docs/messages/blocking-route");
        finding
    };
    let mut found = Vec::new();
    for file in sources.leading().filter(|file| looked.access.roots.reach.has(*file)) {
        let facts = sources.facts(file);
        for element in &facts.elements {
            let Reference::Imported(tag) = &element.tag else { continue };
            let is = |name: &str| tag.is(&[next::SERVER.package], name);
            if is("ClerkProvider") && holds_document(facts, element) && !may_wait(looked, file, facts, element) {
                let message = "ClerkProvider stands around <html>";
                found.push(say(file, element.opening, Severity::Warning, message, "move it into <body>"));
            }
            let is_page = next::stem(sources.path(file)) == "page";
            if (is("SignIn") || is("SignUp")) && is_page && !may_wait(looked, file, facts, element) {
                let message = "this form reads the address of the request, and no Suspense is around it";
                found.push(say(file, element.opening, Severity::Note, message, "put <Suspense> around it"));
            }
        }
    }
    found
}

/// Whether `<html>` is somewhere within an element of the same file.
fn holds_document(facts: &FileFacts, element: &JsxFact) -> bool {
    facts
        .elements
        .iter()
        .any(|inner| matches!(&inner.tag, Reference::Html(name) if name == "html") && element.range.covers(inner.range))
}

/// Whether a Suspense is around an element: in its file, or by a `loading.tsx` or a layout in a folder above.
fn may_wait(looked: &Looked<'_>, file: FileId, facts: &FileFacts, element: &JsxFact) -> bool {
    let is_suspense = |tag: &Reference| match tag {
        Reference::Imported(tag) => tag.is(&["react"], "Suspense"),
        Reference::Member(name) => name == "Suspense",
        _ => false,
    };
    // A component of the app's own may bring one: `<Boundary><SignIn /></Boundary>`.
    let may_bring = |tag: &Reference| is_suspense(tag) || !matches!(tag, Reference::Html(_));
    let mut around =
        facts.elements.iter().filter(|outer| outer.range != element.range && outer.range.covers(element.range));
    if around.any(|outer| may_bring(&outer.tag)) {
        return true;
    }
    let sources = looked.access.modules.sources;
    let folder = sources.path(file).folder();
    let is_above = |path: &RelPath| folder == path.folder() || folder.starts_with(&format!("{}/", path.folder()));
    sources.ids().filter(|other| is_above(sources.path(*other))).any(|other| match next::stem(sources.path(other)) {
        "loading" => true,
        "layout" | "template" => sources.facts(other).elements.iter().any(|element| is_suspense(&element.tag)),
        _ => false,
    })
}

fn one(looked: &Looked<'_>) -> Vec<Finding> {
    let Some(found) = (next::SERVER.entries)(looked.ctx).filter(|_| !looked.is_changing()) else { return Vec::new() };
    let [first, second, ..] = found.as_slice() else { return Vec::new() };
    let message = format!("{first} and this file are both middleware, and Next.js takes one");
    let mut finding =
        looked.finding(ONE_MIDDLEWARE.explanation.id, Severity::Error, message, Location::file(second.clone()));
    finding.why = Some("Next.js builds with one file of middleware".to_owned());
    finding.help = Some("move what both do into the callback of one `clerkMiddleware()`".to_owned());
    finding.doc = Some("https://nextjs.org/docs/app/api-reference/file-conventions/proxy");
    vec![finding]
}

/// Files that ask for the session and answer for a route, or stand around some, whose addresses are those of the folders.
fn asking(looked: &Looked<'_>) -> Vec<(FileId, TextRange)> {
    let sources = looked.access.modules.sources;
    let Some(folder) = next::folder(looked.ctx.workspace, looked.ctx.app, "app") else { return Vec::new() };
    let endings = next::endings(looked.ctx.workspace, looked.ctx.app);
    let parts = |file: FileId| next::parts(sources.path(file).as_str(), &folder, &endings);
    let shown: Vec<Vec<&str>> = sources
        .ids()
        .filter_map(parts)
        .filter(|(_, stem)| ["page", "route"].contains(stem))
        .map(|(folders, _)| folders)
        .collect();
    // `_lib` is no route, `@modal` and `(..)photo` are shown at other addresses.
    let is_plain = |folders: &[&str]| {
        let odd = ["_", "%", "@", "(."];
        !folders.iter().any(|folder| odd.iter().any(|odd| folder.starts_with(odd)))
    };
    let is_route = |file: FileId| match parts(file) {
        Some((folders, "page" | "route")) => is_plain(&folders),
        Some((folders, "layout")) => {
            let mut below = shown.iter().filter(|inner| inner.starts_with(&folders)).peekable();
            below.peek().is_some() && below.all(|inner| is_plain(inner))
        }
        _ => false,
    };
    let asks = |file: FileId| server_session::asks(sources.facts(file), &next::SERVER);
    sources.ids().filter(|file| is_route(*file)).filter_map(|file| Some((file, asks(file)?))).collect()
}

fn matcher(looked: &Looked<'_>) -> Vec<Finding> {
    if looked.is_changing() || !looked.middleware(&next::SERVER).is_run() {
        return Vec::new();
    }
    let Some(coverage) = Coverage::of(looked.ctx).filter(|coverage| coverage.is_whole) else { return Vec::new() };
    let Some(path) = &coverage.path else { return Vec::new() };
    let rewrites = |text: String| text.contains("rewrite");
    if looked.ctx.workspace.text(path).is_none_or(rewrites) || next::moves_routes(looked.ctx.workspace, looked.ctx.app)
    {
        return Vec::new();
    }
    let found = asking(looked).into_iter().filter_map(|(file, range)| {
        let mut lacking = coverage.lacking(looked.ctx, looked.access.modules, &[file])?;
        // `/(de|en)/:path*` may be all that `[locale]` stands for.
        lacking.retain(|route| !route.contains(':'));
        let lacking = lacking.join(", ");
        if lacking.is_empty() {
            return None;
        }
        let message = format!("this asks for the session on {lacking}, which `matcher` of {path} leaves out");
        let place = Location { path: looked.access.modules.sources.path(file).clone(), range };
        let mut finding = looked.finding(MATCHER.explanation.id, Severity::Error, message, place);
        finding.why = Some("auth() throws where the middleware has not run".to_owned());
        finding.help = Some(format!("add {lacking} to `matcher`"));
        finding.doc = Some(next::SERVER.doc);
        Some(finding)
    });
    found.collect()
}

fn call_token(looked: &Looked<'_>) -> Vec<Finding> {
    let Some(functions) = looked.ctx.functions().filter(|_| !looked.is_changing()) else { return Vec::new() };
    let modules = looked.access.modules;
    let graph = FunctionGraph::new(modules, &functions.folder);
    let reach = &looked.access.roots.reach;
    let live = modules.sources.leading().filter(|file| reach.has(*file) && !is_client(modules.sources.facts(*file)));
    let calls = live.flat_map(|file| {
        let calls = modules.sources.facts(file).flow.calls.iter();
        calls.filter_map(|call| needing(modules, &graph, file, call)).collect::<Vec<_>>()
    });
    let found = calls.filter(|call| lacks_token(looked, call)).map(|call| {
        let message = format!("`{}` is for those who are signed in, and this call passes no token", call.name);
        let place = Location { path: modules.sources.path(call.file).clone(), range: call.call.range };
        let mut finding = looked.finding(CALL_TOKEN.explanation.id, Severity::Warning, message, place);
        finding.why = Some("no provider reaches server code: Convex takes the call for nobody's".to_owned());
        finding.help =
            Some("pass `{ token: (await (await auth()).getToken()) ?? undefined }` as the third argument".to_owned());
        finding.doc = Some("https://docs.convex.dev/client/nextjs/app-router/server-rendering");
        finding
    });
    found.collect()
}

/// Whether a call is certain to pass no token: it has no options, or they are written out and don't name it.
fn lacks_token(looked: &Looked<'_>, call: &Call<'_>) -> bool {
    match call.call.arguments.get(2) {
        // `fetchQuery(api.tasks.mine, ...rest)`
        None | Some(Value::Nothing) => {
            let text = looked.ctx.workspace.text(looked.access.modules.sources.path(call.file));
            text.as_deref().and_then(|text| call.call.range.slice(text)).is_some_and(|text| !text.contains("..."))
        }
        // What is spread has no name.
        Some(Value::Object(options)) => {
            options.iter().all(|(name, _)| name.as_deref().is_some_and(|name| name != "token"))
        }
        Some(_) => false,
    }
}
