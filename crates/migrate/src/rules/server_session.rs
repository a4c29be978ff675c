//! The checks of how code on the server gets the session: by Clerk's middleware, in the file in which the framework looks for it.

use change::{Finding, ImportedName, Location, Severity, TextRange};
use syntax::{ExportSource, FileFacts, ImportFact, ImportKind, Value};

use super::Check;
use crate::Explanation;
use crate::boundary::is_client;
use crate::doctor::Looked;
use crate::frameworks::ServerSession;
use crate::graph::resolve::{is_asset, is_elsewhere};
use crate::graph::sources::FileId;
use crate::manifest::lowest;
use crate::packages::Packages;
use crate::workspace::is_test;

/// Server code asks for the session, and nothing of the app makes Clerk's middleware.
pub(crate) const MISSING: Check = Check {
    explanation: Explanation {
        id: "middleware-missing",
        summary: "Server code asks for the session, and Clerk's middleware is nowhere.",
        text: include_str!("middleware_missing.md"),
    },
    check: missing,
};

/// Clerk's middleware is in a file that the framework does not run.
pub(crate) const PLACE: Check = Check {
    explanation: Explanation {
        id: "middleware-place",
        summary: "Clerk's middleware is in a file that the framework does not run.",
        text: include_str!("middleware_place.md"),
    },
    check: misplaced,
};

/// The middleware of an app, as far as it can be told.
pub(crate) struct Middleware {
    /// The files that make it.
    makers: Vec<(FileId, TextRange)>,
    /// Whether the framework runs one of them, by whatever way from the file it looks for; `None` where that file takes in what can't be read.
    runs: Option<bool>,
}

pub(crate) fn middleware(looked: &Looked<'_>, server: &ServerSession) -> Middleware {
    let modules = looked.access.modules;
    let sources = modules.sources;
    let own = looked.ctx.app.id.folder();
    let makes = |file: FileId| takes(sources.facts(file), server).map(|range| (file, range));
    let makers: Vec<(FileId, TextRange)> =
        sources.leading().filter(|file| !is_test(sources.path(*file), own)).filter_map(makes).collect();
    let Some(paths) = (server.entries)(looked.ctx) else { return Middleware { makers, runs: None } };
    let entries: Vec<FileId> = paths.iter().filter_map(|path| sources.id(path)).collect();
    let reached = modules.reached(&entries, |_| true);
    let runs = makers.iter().any(|(file, _)| reached.contains(file));
    let is_read = entries.len() == paths.len()
        && reached.iter().all(|file| !takes_all(sources.facts(*file), server) && is_read(looked, *file));
    Middleware { makers, runs: (runs || is_read).then_some(runs) }
}

impl Middleware {
    /// The files that make it, each with where it is taken in.
    pub(crate) fn makers(&self) -> &[(FileId, TextRange)] {
        &self.makers
    }

    /// Whether the framework is certain to run Clerk's middleware.
    pub(crate) fn is_run(&self) -> bool {
        self.runs == Some(true)
    }
}

/// Whether all that a file takes in is known to be a file of the project or a published package: `@acme/auth/proxy` may hold anything.
fn is_read(looked: &Looked<'_>, file: FileId) -> bool {
    let modules = looked.access.modules;
    let own = looked.ctx.app.id.folder();
    let packages = Packages::of(looked.ctx, own);
    let is_published = |module: &str| {
        let parts = if module.starts_with('@') { 2 } else { 1 };
        let name: Vec<&str> = module.split('/').take(parts).collect();
        let linked = ["workspace:", "file:", "link:", "portal:", "*"];
        let is_linked = |range: &str| linked.iter().any(|linked| range.starts_with(linked));
        packages.asked(own, &name.join("/")).is_some_and(|asked| !is_linked(&asked.range))
    };
    modules.taken_in(file).into_iter().all(|module| match modules.target(file, module) {
        Ok(Some(_)) => true,
        // `./app.css`
        Ok(None) => is_asset(module) || is_elsewhere(module) || is_published(module),
        Err(()) => false,
    })
}

/// Whether a module is of Clerk's package.
fn is_of(module: &str, package: &str) -> bool {
    module.strip_prefix(package).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Where a file takes in, or passes on, what makes the middleware.
fn takes(facts: &FileFacts, server: &ServerSession) -> Option<TextRange> {
    let named =
        |name: &ImportedName| matches!(name, ImportedName::Named(name) if server.makes.contains(&name.as_str()));
    let mut imports = facts.imports.iter().filter(|import| is_of(&import.module, server.package));
    let import = imports.find(|import| import.specifiers.iter().any(|one| !one.type_only && named(&one.name)));
    let passed = || {
        let mut exports = facts.exports.iter().filter(|export| !export.type_only);
        exports.find(|export| match &export.source {
            ExportSource::From(module, name) => is_of(module, server.package) && named(name),
            _ => false,
        })
    };
    import.map(|import| import.range).or_else(|| passed().map(|export| export.range))
}

/// Whether a file takes in all of Clerk's package, so that it may make the middleware without its name being seen.
///
/// `import * as clerk from "@clerk/nextjs/server"`, `await import("@clerk/nextjs/server")`, `export * from "@clerk/nextjs/server"`
fn takes_all(facts: &FileFacts, server: &ServerSession) -> bool {
    let imports = facts.imports.iter().filter(|import| is_of(&import.module, server.package));
    let is_all = |import: &ImportFact| {
        import.kind != ImportKind::Static || import.specifiers.iter().any(|one| one.name == ImportedName::Namespace)
    };
    let passes = |source: &ExportSource| match source {
        ExportSource::All(module) | ExportSource::From(module, ImportedName::Namespace) => {
            is_of(module, server.package)
        }
        _ => false,
    };
    imports.into_iter().any(is_all) || facts.exports.iter().any(|export| passes(&export.source))
}

/// Where a file calls what asks for the session.
///
/// `await auth()`, `await auth.protect()`
pub(crate) fn asks(facts: &FileFacts, server: &ServerSession) -> Option<TextRange> {
    let module = format!("{}/server", server.package);
    let is_one = |value: &Value| match value {
        Value::Imported(imported) => server.asks.iter().any(|name| imported.is(&[&module], name)),
        _ => false,
    };
    let calls = facts.flow.calls.iter();
    let mut calls = calls.filter(|call| match &call.callee {
        Value::Member(object, _) => is_one(object),
        callee => is_one(callee),
    });
    calls.next().map(|call| call.range)
}

/// The first file that asks for the session, and that the app leads to.
fn asking(looked: &Looked<'_>, server: &ServerSession) -> Option<(FileId, TextRange)> {
    let sources = looked.access.modules.sources;
    let reach = &looked.access.roots.reach;
    let own = sources.leading().filter(|file| reach.has(*file) && !is_client(sources.facts(*file)));
    own.filter_map(|file| Some((file, asks(sources.facts(file), server)?))).min_by_key(|(file, _)| sources.path(*file))
}

/// Whether the version of Clerk's package that the app gets throws without the middleware.
fn throws(looked: &Looked<'_>, server: &ServerSession) -> bool {
    let own = looked.ctx.app.id.folder();
    let least = Packages::of(looked.ctx, own).least(own, server.package);
    lowest(server.since).zip(least).is_some_and(|(since, least)| least >= since)
}

fn missing(looked: &Looked<'_>) -> Vec<Finding> {
    let Some(server) = looked.ctx.framework.server.filter(|server| !looked.is_changing() && throws(looked, server))
    else {
        return Vec::new();
    };
    let found = looked.middleware(server);
    if !found.makers.is_empty() || found.runs != Some(false) {
        return Vec::new();
    }
    let Some((file, range)) = asking(looked, server) else { return Vec::new() };
    let message = "this asks for the session, and Clerk's middleware is nowhere in the app".to_owned();
    vec![say(looked, server, &MISSING, (file, range), message)]
}

fn misplaced(looked: &Looked<'_>) -> Vec<Finding> {
    let Some(server) = looked.ctx.framework.server.filter(|_| !looked.is_changing()) else { return Vec::new() };
    let found = looked.middleware(server);
    let first = found.makers.iter().min_by_key(|(file, _)| looked.access.modules.sources.path(*file));
    let Some(maker) = first.filter(|_| found.runs == Some(false)) else { return Vec::new() };
    let message = "Clerk's middleware does not run: this file is not the one that the framework looks for".to_owned();
    vec![say(looked, server, &PLACE, *maker, message)]
}

fn say(
    looked: &Looked<'_>,
    server: &ServerSession,
    check: &Check,
    (file, range): (FileId, TextRange),
    message: String,
) -> Finding {
    let place = Location { path: looked.access.modules.sources.path(file).clone(), range };
    let mut finding = looked.finding(check.explanation.id, Severity::Error, message, place);
    let asks: Vec<String> = server.asks.iter().map(|name| format!("`{name}`")).collect();
    finding.why = Some(format!("{} throw on the server where the middleware has not run", asks.join(", ")));
    finding.help = Some((server.remedy)(looked.ctx));
    finding.doc = Some(server.doc);
    finding
}
