//! The checks of versions: a convex that sees Clerk's sessions, and packages of Clerk's that know of each other.

use change::{Finding, Location, Severity};
use nodejs_semver::{Range, Version};

use super::Check;
use crate::Explanation;
use crate::doctor::Looked;
use crate::frameworks::SdkLine;
use crate::packages::Packages;
use crate::versions::CONVEX_INTEGRATION;
use crate::workspace::join;

/// A convex that loses sessions.
pub(crate) const CONVEX_VERSION: Check = Check {
    explanation: Explanation {
        id: "convex-version",
        summary: "The installed convex does not see every session of Clerk's.",
        text: include_str!("convex_version.md"),
    },
    check: convex_version,
};

/// Packages of Clerk's of two generations.
pub(crate) const CLERK_GENERATIONS: Check = Check {
    explanation: Explanation {
        id: "clerk-generations",
        summary: "Packages of Clerk's of two generations are installed together.",
        text: include_str!("clerk_generations.md"),
    },
    check: clerk_generations,
};

/// React, Next.js or what else Clerk's package is made for, in a version that it does not take.
pub(crate) const PEER_VERSIONS: Check = Check {
    explanation: Explanation {
        id: "peer-versions",
        summary: "The installed package of Clerk's does not take the installed React or framework.",
        text: include_str!("peer_versions.md"),
    },
    check: peer_versions,
};

/// The package.json that asks for a package.
fn asked_in(looked: &Looked<'_>, packages: &Packages<'_>, name: &str) -> Option<Location> {
    let folder = looked.ctx.app.id.folder();
    let path = packages.asked(folder, name).map(|asked| asked.path).or_else(|| join(folder, "package.json"))?;
    Some(Location::file(path))
}

fn convex_version(looked: &Looked<'_>) -> Vec<Finding> {
    let folder = looked.ctx.app.id.folder();
    let packages = Packages::of(looked.ctx, folder);
    let locked = packages.locked(folder, "convex").filter(|_| !looked.is_changing());
    let (Some(locked), Ok(floor)) = (locked, Version::parse(CONVEX_INTEGRATION)) else { return Vec::new() };
    let Some(place) = asked_in(looked, &packages, "convex").filter(|_| locked < floor) else { return Vec::new() };
    let at = |version: &str| Version::parse(version).is_ok_and(|version| locked < version);
    // convex's CHANGELOG, 1.33.0 to 1.42.2.
    let why = if at("1.33.0") {
        "it always asks Clerk for a template named `convex`, which is there only where somebody made it"
    } else if at("1.33.1") {
        "it never asks for the template, so that apps which still have one lose their sessions"
    } else {
        "it looks at claims that are out of date, so that people without an organisation are never signed in"
    };
    let message = format!("convex {locked} is installed: {why}");
    let mut finding = looked.finding(CONVEX_VERSION.explanation.id, Severity::Warning, message, place);
    finding.why = Some("Convex sees a session only if its client asks Clerk for the right token".to_owned());
    finding.help = Some(format!("install convex {CONVEX_INTEGRATION} or later"));
    finding.doc = Some("https://github.com/get-convex/convex-js/blob/main/CHANGELOG.md");
    vec![finding]
}

/// Clerk's packages with the first major version of each that is of its third generation, Core 3.
const CORE_3: [(&str, u64); 7] = [
    ("@clerk/react", 6),
    ("@clerk/clerk-react", 6),
    ("@clerk/nextjs", 7),
    ("@clerk/tanstack-react-start", 1),
    ("@clerk/react-router", 3),
    ("@clerk/expo", 3),
    ("@clerk/clerk-expo", 3),
];

fn clerk_generations(looked: &Looked<'_>) -> Vec<Finding> {
    let folder = looked.ctx.app.id.folder();
    let packages = Packages::of(looked.ctx, folder);
    if looked.is_changing() {
        return Vec::new();
    }
    let installed: Vec<(&str, u64, u64)> = CORE_3
        .iter()
        .filter_map(|(name, first)| {
            let asked = packages.asked(folder, name)?;
            // `*`, `>=5` and `^5 || ^6` may be of either.
            let is_plain = asked.range.starts_with(['^', '~', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9'])
                && !asked.range.contains([' ', '|', 'x', '*']);
            let least = || is_plain.then(|| packages.least(folder, name)).flatten();
            let version = packages.locked(folder, name).or_else(least)?;
            Some((*name, version.major(), *first))
        })
        .collect();
    let older = installed.iter().find(|(_, major, first)| major < first);
    let newer = installed.iter().find(|(_, major, first)| major >= first);
    let (Some((old, old_major, _)), Some((new, new_major, _))) = (older, newer) else { return Vec::new() };
    let Some(place) = asked_in(looked, &packages, old) else { return Vec::new() };
    let message = format!(
        "{old} {old_major} and {new} {new_major} are of two generations: what the one signs in the other does not see"
    );
    let mut finding = looked.finding(CLERK_GENERATIONS.explanation.id, Severity::Error, message, place);
    finding.why = Some("each generation has a React context of its own".to_owned());
    finding.help = Some("keep one package of Clerk's, and import everything from it".to_owned());
    finding.doc = Some("https://clerk.com/docs/guides/development/upgrading/upgrade-guides/core-3");
    vec![finding]
}

fn peer_versions(looked: &Looked<'_>) -> Vec<Finding> {
    let folder = looked.ctx.app.id.folder();
    let packages = Packages::of(looked.ctx, folder);
    if looked.is_changing() {
        return Vec::new();
    }
    // What is known of a line holds for the versions that are kept up; an older one of it may take others.
    let has = |line: &&SdkLine| {
        let range = Range::parse(line.range).ok();
        range.zip(packages.locked(folder, line.package)).is_some_and(|(range, locked)| range.satisfies(&locked))
    };
    let Some(line) = looked.ctx.framework.sdk.lines.iter().find(has) else { return Vec::new() };
    let wanted = line.host.into_iter().chain([("react", line.react)]);
    let found = wanted.filter_map(|(name, range)| {
        let locked = packages.locked(folder, name)?;
        // A canary of React is part of what Next.js brings along.
        if !locked.pre_release().is_empty() || Range::parse(range).ok()?.satisfies(&locked) {
            return None;
        }
        let message = format!("{name} {locked} is installed, and {} takes {range}", line.package);
        let mut finding = looked.finding(
            PEER_VERSIONS.explanation.id,
            Severity::Warning,
            message,
            asked_in(looked, &packages, name)?,
        );
        finding.why =
            Some("npm refuses to install them together, and what runs all the same was never tried".to_owned());
        finding.help = Some(format!("install a {name} of that range"));
        finding.doc = Some("https://clerk.com/docs/guides/development/upgrading/upgrade-guides/core-3");
        Some(finding)
    });
    found.collect()
}
