//! Which line of Clerk's packages an app gets: the one it has, else the newest that the framework's own version allows.
//!
//! ```json
//! "next": "14.2.35"    // @clerk/nextjs 6, which is Core 2
//! "next": "^16.0.0"    // @clerk/nextjs 7; refused where the lock file has 16.0.3, naming 16.0.10
//! ```

use change::Location;
use nodejs_semver::{Range, Version};

use crate::ctx::Ctx;
use crate::frameworks::SdkLine;
use crate::manifest::{is_outside, lowest};
use crate::packages::Packages;
use crate::refusal::{Refusal, RefusalReason};

/// The line of Clerk's packages that the app of `ctx` has, or gets.
///
/// # Errors
/// A refusal where no line takes the framework's version.
pub(crate) fn line_of(ctx: &Ctx<'_>) -> Result<&'static SdkLine, Refusal> {
    let lines = ctx.framework.sdk.lines;
    let is_there = |line: &&'static SdkLine| {
        let major = lowest(line.range).map(|version| format!("{}.x", version.major())).unwrap_or_default();
        ctx.app.dependency(line.package).is_some_and(|range| !is_outside(range, &major))
    };
    if let Some(line) = lines.iter().find(is_there) {
        return Ok(line);
    }
    // Newer than any that is known.
    let major = |range: &str| lowest(range).map(|version| version.major());
    if let Some(line) =
        lines.first().filter(|line| ctx.app.dependency(line.package).and_then(major) > major(line.range))
    {
        return Ok(line);
    }
    // Older than the lines that are kept up, and of the same kind as the last of them.
    if let Some(line) = lines.iter().rev().find(|line| ctx.app.dependency(line.package).is_some()) {
        return if line.host.is_some() { Err(outdated(ctx, line)) } else { Ok(line) };
    }
    let fitting = lines.iter().find(|line| line.host.is_none_or(|(host, range)| takes(ctx, host, range)));
    fitting.ok_or_else(|| too_old(ctx, lines))
}

/// Whether the version of a package that the app gets is in `range`: by the lock file, else whether any that it asks for is.
fn takes(ctx: &Ctx<'_>, package: &str, range: &str) -> bool {
    let packages = Packages::of(ctx, ctx.app.id.folder());
    match (packages.locked(ctx.app.id.folder(), package), Range::parse(range)) {
        (Some(version), Ok(range)) => range.satisfies(&version),
        _ => packages.asked(ctx.app.id.folder(), package).is_none_or(|asked| !is_outside(&asked.range, range)),
    }
}

/// A package that is made for a framework's server changes too much from line to line to be taken for a later one.
fn outdated(ctx: &Ctx<'_>, line: &SdkLine) -> Refusal {
    let asked = Packages::of(ctx, ctx.app.id.folder()).asked(ctx.app.id.folder(), line.package);
    let range = asked.as_ref().map(|asked| asked.range.clone()).unwrap_or_default();
    let least = lowest(line.range).map(|version| version.major().to_string()).unwrap_or_default();
    let message =
        format!("{} {range} is none of the lines that are kept up: upgrade it to {least} or later first", line.package);
    Refusal::new(RefusalReason::ClerkTooOld, message, asked.map(|asked| Location::file(asked.path)))
}

fn too_old(ctx: &Ctx<'_>, lines: &[SdkLine]) -> Refusal {
    let own = ctx.app.id.folder();
    let packages = Packages::of(ctx, own);
    let host = lines.iter().find_map(|line| line.host).map_or("", |(host, _)| host);
    let asked = packages.asked(own, host);
    let locked = packages.locked(own, host);
    let least = locked.clone().or_else(|| lowest(&asked.as_ref()?.range));
    let found = match (&locked, &asked) {
        (Some(version), _) => version.to_string(),
        (None, Some(asked)) => asked.range.clone(),
        (None, None) => "this version".to_owned(),
    };
    let upgrade = least.and_then(|least| patch(lines, &least)).map(|to| format!(": upgrade it to {to} or later first"));
    let message = format!("no version of Clerk's package takes {host} {found}{}", upgrade.unwrap_or_default());
    let place = match &locked {
        Some(_) => packages.lock_path().cloned(),
        None => None,
    };
    let place = place.or_else(|| asked.map(|asked| asked.path)).map(Location::file);
    Refusal::new(RefusalReason::FrameworkVersion, message, place)
}

/// The version of a framework to upgrade to: the first later one that the newest line takes in its major, else the first that any takes.
fn patch(lines: &[SdkLine], least: &Version) -> Option<Version> {
    let firsts = |line: &SdkLine| {
        let ranges = line.host.map(|(_, range)| range).unwrap_or_default().split("||");
        let later = ranges.filter_map(|range| lowest(range.trim()));
        later.filter(|first| first > least && first.pre_release().is_empty()).min()
    };
    let same_major = lines.iter().filter_map(firsts).find(|first| first.major() == least.major());
    same_major.or_else(|| lines.iter().filter_map(firsts).min())
}
