#![doc = include_str!("package_versions.md")]

use change::{Finding, Location, RelPath, SettingsChange, Severity};

use super::Rule;
use crate::Explanation;
use crate::ctx::{Ctx, RuleResult, Sink, Verdict};
use crate::lock::Kind;
use crate::manifest::{is_outside, lowest, raised};
use crate::packages::{Need, Packages};
use crate::refusal::{Refusal, RefusalReason};
use crate::sdk::line_of;
use crate::versions::{CLERK_FLOORS, CLERK_REACT_PEER, CONVEX_FLOOR, CONVEX_INTEGRATION};
use crate::workspace::{folders_up, join};

/// The rule.
pub(crate) const RULE: Rule = Rule {
    explanation: Explanation {
        id: "package-versions",
        summary: "package.json has to name Clerk's package, and a convex that sees its sessions.",
        text: include_str!("package_versions.md"),
    },
    run,
};

fn run(ctx: &Ctx<'_>, sink: &mut Sink) -> RuleResult {
    let Some(wired) = sink.wired.clone().filter(|wired| wired.group.is_some()) else { return Ok(Verdict::Added) };
    let packages = Packages::of(ctx, ctx.app.id.folder());
    for name in ["react", "react-dom"] {
        react(ctx, sink, &packages, (name, peer_of(ctx, &wired.sdk)))?;
    }
    let locked = packages.locked(ctx.app.id.folder(), "convex").zip(lowest(CONVEX_FLOOR));
    if let Some((convex, floor)) = locked.filter(|(convex, floor)| convex < floor) {
        let message = format!("convex {convex}, which the lock file has, is older than {floor}");
        let place = packages.lock_path().cloned().map(Location::file);
        return Err(Refusal::new(RefusalReason::ConvexTooOld, message, place));
    }
    let notes = packages.notes.iter().cloned();
    sink.findings.extend(notes.map(|note| Finding { group: wired.group.clone(), ..note }));
    let own = ctx.app.id.folder();
    if packages.asked(own, &wired.sdk).is_none()
        && let (Some(range), Some(path)) = (wired.range.clone(), manifest_of(ctx))
    {
        let keys = vec![section_of(ctx, &path).to_owned(), wired.sdk.clone()];
        sink.settings(ctx, &path, SettingsChange::Set { path: keys, value: range });
    }
    strays(ctx, sink, &packages, &wired.sdk);
    raise(ctx, sink, &packages, "convex", CONVEX_INTEGRATION, CONVEX_INTEGRATION, own);
    if let Some(owner) = ctx.functions().map(|functions| functions.owner.as_str()).filter(|owner| *owner != own) {
        let packages = Packages::of(ctx, owner);
        raise(ctx, sink, &packages, "convex", CONVEX_INTEGRATION, CONVEX_INTEGRATION, owner);
    }
    for (name, floor, to) in CLERK_FLOORS {
        raise(ctx, sink, &packages, name, floor, to, own);
    }
    Ok(Verdict::Added)
}

/// Clerk's packages for React beside the one that is used: what one of them knows of the session, another does not.
fn strays(ctx: &Ctx<'_>, sink: &mut Sink, packages: &Packages<'_>, sdk: &str) {
    let lines = ctx.framework.sdk.lines;
    let usual = lines.first().map(|line| line.package).unwrap_or_default();
    let mut say = |asked: &crate::packages::Asked, message: String, help: String| {
        let mut finding = Finding::new("clerk-package", Severity::Warning, message);
        finding.app = Some(ctx.app.id.clone());
        finding.location = Some(Location::file(asked.path.clone()));
        finding.help = Some(help);
        finding.doc = Some(ctx.framework.quickstart);
        finding.group = sink.wired.as_ref().and_then(|wired| wired.group.clone());
        sink.findings.push(finding);
    };
    let own = ctx.app.id.folder();
    let is_own = lines.iter().any(|line| line.package == sdk);
    for name in ["@clerk/clerk-react", "@clerk/react"] {
        let is_line = lines.iter().any(|line| line.package == name);
        let Some(asked) = packages.asked(own, name).filter(|_| !is_line) else { continue };
        if name == sdk {
            let message = format!("ClerkProvider is from {name}; the package for this framework is {usual}");
            say(
                &asked,
                message,
                format!("take its components from {usual}, whose middleware gives server code the session"),
            );
        } else if is_own {
            let message = format!("{name} stands beside {sdk}: what one knows of the session, the other does not");
            say(&asked, message, format!("import from {sdk} instead, and remove it"));
        }
    }
}

/// Raises a range, in every section that has it.
fn raise(ctx: &Ctx<'_>, sink: &mut Sink, packages: &Packages<'_>, name: &str, floor: &str, to: &str, folder: &str) {
    let need = packages.need(folder, name, floor, to);
    if let Need::Raise(asked, range) = need {
        for twice in packages.asked_twice(&asked) {
            if let Some(range) = raised(&twice.range, to) {
                sink.settings(ctx, &twice.path, SettingsChange::Set { path: twice.keys, value: range });
            }
        }
        sink.settings(ctx, &asked.path, SettingsChange::Set { path: asked.keys, value: range });
    }
}

/// The package.json that an app's dependencies are in: its own, or the one above that it leaves React to.
pub(crate) fn manifest_of(ctx: &Ctx<'_>) -> Option<RelPath> {
    let own = ctx.app.id.folder();
    let has_react = |folder: &&str| {
        let manifest = ctx.workspace.manifests.get(*folder).and_then(|manifest| manifest.as_ref().ok());
        manifest.is_some_and(|manifest| manifest.dependency("react").is_some())
    };
    join(folders_up(own).find(has_react).unwrap_or(own), "package.json")
}

/// The section of a package.json in which the app's React is: what a library is tried out with is none of its own dependencies.
fn section_of(ctx: &Ctx<'_>, path: &RelPath) -> &'static str {
    let manifest = ctx.workspace.manifests.get(path.folder()).and_then(|manifest| manifest.as_ref().ok());
    let sections = manifest.map(|manifest| manifest.entries("react")).unwrap_or_default();
    let has = |name: &str| sections.iter().any(|(section, _)| *section == name);
    if has("peerDependencies") && !has("dependencies") { "devDependencies" } else { "dependencies" }
}

/// The versions of React that a package of Clerk's takes.
fn peer_of(ctx: &Ctx<'_>, sdk: &str) -> &'static str {
    let lines = ctx.framework.sdk.lines;
    let line = line_of(ctx).ok().filter(|line| line.package == sdk);
    line.or_else(|| lines.iter().find(|line| line.package == sdk)).map_or(CLERK_REACT_PEER, |line| line.react)
}

/// Refuses a React that Clerk's packages exclude: npm installs nothing then. Other package managers warn, and so does this.
fn react(ctx: &Ctx<'_>, sink: &mut Sink, packages: &Packages<'_>, (name, peer): (&str, &str)) -> Result<(), Refusal> {
    let Some(asked) = packages.asked(ctx.app.id.folder(), name) else { return Ok(()) };
    if !is_outside(&asked.range, peer) {
        return Ok(());
    }
    let message = format!("{name} {} is none that Clerk's package takes", asked.range);
    let help = format!("raise react and react-dom to a version in `{peer}`");
    if packages.manager == Kind::Npm {
        let message = format!("{message}, and npm will not install the two together: {help}");
        return Err(Refusal::new(RefusalReason::ReactVersion, message, Some(Location::file(asked.path))));
    }
    let mut finding = Finding::new("react-version", Severity::Warning, message);
    finding.app = Some(ctx.app.id.clone());
    finding.location = Some(Location::file(asked.path));
    finding.help = Some(help);
    finding.group = sink.wired.as_ref().and_then(|wired| wired.group.clone());
    sink.findings.push(finding);
    Ok(())
}
