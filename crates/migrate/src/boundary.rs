//! Which files of an app run as Server Components: those that routes take in, as far as no file with `"use client"` is between.
//!
//! ```tsx
//! // app/layout.tsx, on the server
//! import { Providers } from "./providers";     // so is providers.tsx, unless it begins with "use client"
//! ```
//!
//! <https://nextjs.org/docs/app/getting-started/server-and-client-components>

use std::collections::BTreeSet;

use change::ImportedName;
use syntax::{ExportSource, FileFacts, Value};

use crate::graph::modules::Modules;
use crate::graph::render::Place;
use crate::graph::roots::{ClerkPlace, Roots};
use crate::graph::sources::FileId;
use crate::place::under;
use crate::refusal::{Refusal, RefusalReason};
use crate::survey::Survey;
use crate::wiring::refuse;

/// What a route file may export that only the server reads.
const SERVER_EXPORTS: [&str; 6] =
    ["metadata", "generateMetadata", "viewport", "generateViewport", "generateStaticParams", "revalidate"];

/// The files that have to become client files so that the providers at `places` work.
///
/// # Errors
/// A refusal where one can't.
pub(crate) fn client_files(survey: &Survey<'_>, places: &[Place]) -> Result<BTreeSet<FileId>, Refusal> {
    let server = server_files(survey);
    let mut found = BTreeSet::new();
    for place in places.iter().filter(|place| server.contains(&place.0)) {
        let facts = survey.modules.sources.facts(place.0);
        let why = stays_on_server(survey, place.0, facts);
        if let Some(why) = why.or_else(|| is_in_async(survey, *place).then_some("its component is async")) {
            let message = format!("ConvexProvider is rendered on the server, and {why}");
            return refuse(survey, RefusalReason::ServerProvider, message, *place);
        }
        found.insert(place.0);
    }
    Ok(found)
}

/// The places whose file is a client file only because those that take it in are.
pub(crate) fn by_importer(survey: &Survey<'_>, places: impl Iterator<Item = Place>) -> Vec<Place> {
    if survey.roots.server.is_empty() {
        return Vec::new();
    }
    let server = server_files(survey);
    // The Pages Router knows no such files.
    let in_app = |place: &Place| {
        survey.graph.of(*place).any(|sighting| matches!(under(survey, sighting.root), ClerkPlace::InBody { .. }))
    };
    let is_bare = |place: &Place| {
        in_app(place) && !server.contains(&place.0) && !is_client(survey.modules.sources.facts(place.0))
    };
    places.filter(is_bare).collect()
}

fn server_files(survey: &Survey<'_>) -> BTreeSet<FileId> {
    on_server(survey.modules, &survey.roots)
}

/// The files of an app that run as Server Components.
pub(crate) fn on_server(modules: &Modules<'_>, roots: &Roots<'_>) -> BTreeSet<FileId> {
    let is_server = |file: &FileId| !is_client(modules.sources.facts(*file));
    let reached = modules.reached(&roots.server, |file| is_server(&file));
    reached.into_iter().filter(is_server).collect()
}

/// Whether a file begins with `"use client"`.
pub(crate) fn is_client(facts: &FileFacts) -> bool {
    facts.directives.iter().any(|directive| directive == "use client")
}

/// Why a file can't begin with `"use client"`.
fn stays_on_server(survey: &Survey<'_>, file: FileId, facts: &FileFacts) -> Option<&'static str> {
    if survey.roots.server.contains(&file) {
        return Some("the file is a layout or page of its route");
    }
    if facts.directives.iter().any(|directive| directive == "use server") {
        return Some("the file is made for it");
    }
    if leads_to_server(survey, file) {
        return Some("the file, or what it takes in, is made for it");
    }
    let named = |name: &ImportedName| match name {
        ImportedName::Named(name) => SERVER_EXPORTS.contains(&name.as_str()),
        _ => false,
    };
    if facts.exports.iter().any(|export| named(&export.name)) {
        return Some("the file exports what only the server reads");
    }
    let is_component = |value: &Value| match value {
        Value::Variable(id) => facts.flow.variable(*id).iter().all(|value| matches!(value, Value::Function(_))),
        Value::Function(_) | Value::Call(_) => true,
        _ => false,
    };
    let passes_on = facts
        .exports
        .iter()
        .any(|export| !export.type_only && matches!(export.source, ExportSource::From(..) | ExportSource::All(_)));
    (passes_on || !facts.flow.exports.iter().all(|(_, value)| is_component(value)))
        .then_some("the file exports more than components, which server code may use")
}

/// Modules that only server code takes in.
fn is_for_server(module: &str) -> bool {
    ["server-only", "next/headers", "next/cache", "next/server", "@clerk/nextjs/server"].contains(&module)
}

/// Whether a file takes in, on whatever way, what a client file can't: server actions and other client files aside.
fn leads_to_server(survey: &Survey<'_>, file: FileId) -> bool {
    let facts = |file: FileId| survey.modules.sources.facts(file);
    let is_apart = |file: FileId| facts(file).directives.iter().any(|d| d == "use client" || d == "use server");
    let reached = survey.modules.reached(&[file], |file| !is_apart(file)).into_iter();
    let mut imports = reached.filter(|file| !is_apart(*file)).flat_map(|file| &facts(file).imports);
    imports.any(|import| is_for_server(&import.module))
}

/// Whether an async function is around a place: only Server Components may be one.
fn is_in_async(survey: &Survey<'_>, place: Place) -> bool {
    let Some(range) = survey.range(place) else { return false };
    let mut functions = survey.modules.sources.facts(place.0).flow.functions.iter();
    functions.any(|function| function.is_async && function.range.covers(range))
}
