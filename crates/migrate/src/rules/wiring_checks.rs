//! The checks of the providers of an app on Clerk, as they are rendered: what stands inside what, and from which package.

use std::collections::BTreeSet;

use change::{Finding, ImportedName, Severity, TextEdit, TextRange};
use syntax::{ImportKind, Value};

use super::Check;
use super::auth_config_checks::GUIDE;
use crate::Explanation;
use crate::ctx::{Ctx, Sink};
use crate::doctor::Looked;
use crate::graph::sightings::{Node, Place, Sighting};
use crate::graph::sources::FileId;
use crate::known::{Provider, is_clerk_module};

/// ClerkProvider is not around Convex's provider.
pub(crate) const CLERK_PROVIDER_AROUND: Check = Check {
    explanation: Explanation {
        id: "clerk-provider-around",
        summary: "No ClerkProvider is around ConvexProviderWithClerk.",
        text: include_str!("clerk_provider_around.md"),
    },
    check: around,
};

/// A ClerkProvider inside another one.
pub(crate) const ONE_CLERK_PROVIDER: Check = Check {
    explanation: Explanation {
        id: "one-clerk-provider",
        summary: "A ClerkProvider stands inside another one.",
        text: include_str!("one_clerk_provider.md"),
    },
    check: one,
};

/// `useAuth` is of another package than the ClerkProvider around it.
pub(crate) const USE_AUTH_PACKAGE: Check = Check {
    explanation: Explanation {
        id: "use-auth-package",
        summary: "useAuth is of another package than the ClerkProvider.",
        text: include_str!("use_auth_package.md"),
    },
    check: package,
};

/// Where a provider is rendered, each place once, as far as every step to it could be followed.
fn sightings<'l>(looked: &'l Looked<'_>, provider: Provider) -> impl Iterator<Item = &'l Sighting> {
    let mut seen = BTreeSet::new();
    let all = looked.access.graph.sightings.iter().filter(move |sighting| sighting.provider == provider);
    let known = !looked.is_changing() && !looked.access.graph.is_exhausted && !looked.access.roots.reach.is_open();
    all.filter(move |sighting| known && sighting.is_certain && seen.insert(sighting.place))
}

fn say(
    looked: &Looked<'_>,
    rule: &'static str,
    place: Place,
    message: String,
    why: &str,
    help: &str,
) -> Option<Finding> {
    let range = looked.access.opening(place)?;
    let (location, _) = looked.future.now(looked.access.modules.sources.path(place.0), range);
    let mut finding = looked.finding(rule, Severity::Error, message, location);
    finding.why = Some(why.to_owned());
    finding.help = Some(help.to_owned());
    finding.doc = Some(GUIDE);
    Some(finding)
}

fn around(looked: &Looked<'_>) -> Vec<Finding> {
    let is_below = |sighting: &Sighting| sighting.above.iter().any(|above| above.provider == Provider::WithClerk);
    let inner = sightings(looked, Provider::Clerk).find(|clerk| is_below(clerk));
    let without = sightings(looked, Provider::WithClerk)
        .filter(|convex| !convex.above.iter().any(|above| above.provider == Provider::Clerk));
    let found = without.filter_map(|convex| {
        let (place, message) = match inner {
            Some(inner) => (inner.place, "ClerkProvider stands inside ConvexProviderWithClerk, which needs it around"),
            None => (convex.place, "no ClerkProvider is around ConvexProviderWithClerk"),
        };
        let why = "its `useAuth` throws, or says that nobody is signed in, without a ClerkProvider around";
        let help = "let ClerkProvider be the outer one: <ClerkProvider><ConvexProviderWithClerk …>";
        say(looked, CLERK_PROVIDER_AROUND.explanation.id, place, message.to_owned(), why, help)
    });
    found.collect()
}

fn one(looked: &Looked<'_>) -> Vec<Finding> {
    let is_inner = |clerk: &&Sighting| clerk.above.iter().any(|above| above.provider == Provider::Clerk);
    let found = sightings(looked, Provider::Clerk).filter(is_inner).filter_map(|clerk| {
        let message = "this ClerkProvider stands inside another one".to_owned();
        let why = "Clerk takes one on a page, and throws at a second";
        say(looked, ONE_CLERK_PROVIDER.explanation.id, clerk.place, message, why, "keep the outer one")
    });
    found.collect()
}

/// `@clerk/nextjs` of `@clerk/nextjs/server`
fn package_of(module: &str) -> String {
    module.split('/').take(2).collect::<Vec<_>>().join("/")
}

fn package(looked: &Looked<'_>) -> Vec<Finding> {
    let found = sightings(looked, Provider::WithClerk).filter_map(|convex| {
        let nearest = convex.above.iter().rev().find(|above| above.provider == Provider::Clerk)?;
        let used = use_auth(looked, convex.place)
            .filter(|module| is_clerk_module(module) && is_clerk_module(&nearest.module))?;
        let (own, other) = (package_of(&nearest.module), package_of(&used));
        if own == other {
            return None;
        }
        let message = format!("`useAuth` is of {other}, and the ClerkProvider around it of {own}");
        let why = "each package has a React context of its own: this `useAuth` knows nothing of that provider";
        // Of two packages the one that the app does not depend on is wrong, wherever it stands.
        let (app, lines) = (looked.ctx.app, looked.ctx.framework.sdk.lines);
        let help = match (app.declares(&own), app.declares(&other)) {
            (false, true) => format!("import `ClerkProvider` from \"{other}\""),
            _ => format!("import `useAuth` from \"{own}\""),
        };
        let mut finding = say(looked, USE_AUTH_PACKAGE.explanation.id, convex.place, message, why, &help)?;
        let is_own = app.declares(&own) && lines.iter().any(|line| line.package == own);
        looked.cure(&mut finding, "Take `useAuth` from the package of ClerkProvider", |ctx, sink| {
            is_own.then_some(())?;
            swap(looked, ctx, sink, convex.place.0, &used, &nearest.module)
        });
        Some(finding)
    });
    found.collect()
}

/// Has a file take `useAuth` from another module, where nothing else of that import has to stay.
///
/// `import { useAuth } from "@clerk/clerk-react";`
fn swap(looked: &Looked<'_>, ctx: &Ctx<'_>, sink: &mut Sink, file: FileId, from: &str, to: &str) -> Option<()> {
    let sources = looked.access.modules.sources;
    let path = sources.path(file);
    let mut imports = sources.facts(file).imports.iter();
    let import = imports.find(|import| import.kind == ImportKind::Static && import.module == from)?;
    let [specifier] = import.specifiers.as_slice() else { return None };
    let text = ctx.workspace.text(path)?;
    let written = import.range.slice(&text)?;
    let at = written
        .rfind(from)
        .filter(|_| !specifier.type_only && specifier.name == ImportedName::Named("useAuth".to_owned()))?
        as u32;
    let start = import.range.start() + at;
    if !sink.takes(ctx, path) {
        return None;
    }
    sink.wiring()?
        .edit(path, TextEdit::replacement(TextRange::new(start, start + from.len() as u32), to.to_owned()))
        .ok()
}

/// The module that the `useAuth` of a provider is imported from.
fn use_auth(looked: &Looked<'_>, (file, node): Place) -> Option<String> {
    let Node::Jsx(id) = node else { return None };
    let element = looked.access.modules.sources.facts(file).flow.elements.get(id.0 as usize)?;
    let (_, value) = element.attributes.iter().find(|(name, _)| name.as_deref() == Some("useAuth"))?;
    match value {
        Value::Imported(imported) => Some(imported.module.clone()),
        _ => None,
    }
}
