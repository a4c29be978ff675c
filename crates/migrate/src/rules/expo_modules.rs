#![doc = include_str!("expo_modules.md")]

use change::{Location, RelPath, SettingsChange, Step};
use syntax::SourceKind;

use super::Rule;
use super::package_versions::manifest_of;
use crate::Explanation;
use crate::ctx::{Ctx, RuleResult, Sink, Verdict, Wired};
use crate::jsonc;
use crate::lock::Kind;
use crate::packages::Packages;
use crate::refusal::{Refusal, RefusalReason};
use crate::versions::EXPO_MODULES;
use crate::workspace::join;

/// The rule.
pub(crate) const RULE: Rule = Rule {
    explanation: Explanation {
        id: "expo-modules",
        summary: "Clerk's package for Expo needs modules of the SDK, and their config plugins.",
        text: include_str!("expo_modules.md"),
    },
    run,
};

/// The module in which the token cache keeps the session.
const SECURE_STORE: &str = "expo-secure-store";
/// What the package of Core 2 takes in as well.
const OF_CORE2: [&str; 2] = ["expo-auth-session", "expo-web-browser"];

fn run(ctx: &Ctx<'_>, sink: &mut Sink) -> RuleResult {
    let Some(wired) = sink.wired.clone().filter(|wired| wired.group.is_some()) else { return Ok(Verdict::Added) };
    let own = ctx.app.id.folder();
    native_only(ctx, sink, &wired)?;
    // Who has a ClerkProvider has what it was given.
    if !wired.is_new {
        return Ok(Verdict::Added);
    }
    let is_core2 = ctx.framework.sdk.lines.iter().any(|line| line.package == wired.sdk && line.is_core2);
    let packages = Packages::of(ctx, own);
    let sdk = packages.least(own, "expo").map(|version| version.major());
    let bundled = EXPO_MODULES.iter().find(|(major, _)| Some(*major) == sdk).map(|(_, ranges)| ranges);
    if bundled.is_none() {
        let asked = packages.asked(own, "expo");
        let range = asked.as_ref().map(|asked| asked.range.clone()).unwrap_or_default();
        let message =
            format!("which SDK the app has is not known: it asks for expo {range}, and no lock file says what that is");
        return Err(Refusal::new(
            RefusalReason::FrameworkVersion,
            message,
            asked.map(|asked| Location::file(asked.path)),
        ));
    }
    let modules = [SECURE_STORE].into_iter().chain(OF_CORE2).zip(bundled.into_iter().flatten());
    // An app that has the package has what it takes in.
    let is_new = packages.asked(own, &wired.sdk).is_none();
    for (name, range) in modules.take(if is_core2 && is_new { 3 } else { 1 }) {
        let lacks = packages.asked(own, name).is_none();
        if let Some(path) = manifest_of(ctx).filter(|_| lacks) {
            let keys = vec!["dependencies".to_owned(), name.to_owned()];
            sink.settings(ctx, &path, SettingsChange::Set { path: keys, value: (*range).to_owned() });
        }
    }
    // npm takes its newest react-dom otherwise, which goes with no older React: it installs nothing then.
    let lacks_dom = packages.manager == Kind::Npm && packages.asked(own, "react-dom").is_none();
    if let (true, Some(react), Some(path)) =
        (is_core2 && is_new && lacks_dom, packages.asked(own, "react"), manifest_of(ctx))
    {
        let keys = vec!["dependencies".to_owned(), "react-dom".to_owned()];
        sink.settings(ctx, &path, SettingsChange::Set { path: keys, value: react.range });
    }
    let wanted: Vec<&str> = [SECURE_STORE].into_iter().chain((!is_core2).then_some(&*wired.sdk)).collect();
    plugins(ctx, sink, &wanted);
    Ok(Verdict::Added)
}

/// Refuses what can't work on a device: Clerk's package for the web, and a component that is shown in a web view of its own.
fn native_only(ctx: &Ctx<'_>, sink: &Sink, wired: &Wired) -> Result<(), Refusal> {
    let usual = ctx.framework.sdk.lines.first().map_or("", |line| line.package);
    let edited = sink.groups.iter().flat_map(|group| group.edits().keys());
    for path in edited.filter(|path| SourceKind::of(path).is_some()) {
        let location = Some(Location::file(path.clone()));
        if !ctx.framework.sdk.lines.iter().any(|line| line.package == wired.sdk) {
            let message = format!(
                "the app's ClerkProvider is from {}, which works in a browser only: take it from {usual}",
                wired.sdk
            );
            return Err(Refusal::new(RefusalReason::ClerkElsewhere, message, location));
        }
        let text = sink.bases.get(path).map(|base| base.text.clone()).unwrap_or_default();
        if ["\"use dom\"", "'use dom'"].iter().any(|directive| text.trim_start().starts_with(directive)) {
            let message = "the provider is in a DOM component: what is around that on the device is not around it in its web view";
            return Err(Refusal::new(RefusalReason::UnprovenForm, message, location));
        }
    }
    Ok(())
}

/// The step that names the config plugins, where code configures the app and does not name them yet.
pub(crate) fn step(ctx: &Ctx<'_>, wired: &Wired) -> Option<Step> {
    let runs = ctx.framework.rules.iter().any(|rule| rule.explanation.id == RULE.explanation.id);
    let path = code(ctx).filter(|_| runs)?;
    let text = ctx.workspace.text(&path)?;
    let names = [SECURE_STORE, &wired.sdk].into_iter().filter(|name| *name != "@clerk/clerk-expo");
    let lacking: Vec<String> = names.filter(|name| !text.contains(name)).map(|name| format!("\"{name}\",")).collect();
    (!lacking.is_empty()).then(|| Step {
        id: "config-plugins",
        apps: vec![ctx.app.id.clone()],
        title: format!("Add the config plugins to `plugins` in {}.", path.file_name()),
        at: vec![path.to_string()],
        copy: Some(lacking.join("\n")),
        doc: Some("https://docs.expo.dev/config-plugins/plugins/"),
    })
}

/// The file that configures an app by code, beside app.json or instead.
fn code(ctx: &Ctx<'_>) -> Option<RelPath> {
    ctx.workspace.has_any(ctx.app.id.folder(), &CODE)
}

/// Names the config plugins in app.json; where code configures the app, that is left to a person.
fn plugins(ctx: &Ctx<'_>, sink: &mut Sink, wanted: &[&str]) {
    if code(ctx).is_some() {
        return;
    }
    let Some((path, keys, there)) = app_json(ctx) else { return };
    for name in wanted.iter().filter(|name| !there.iter().any(|known| known == *name)) {
        sink.settings(ctx, &path, SettingsChange::Include { path: keys.clone(), item: (*name).to_owned() });
    }
}

/// Files that configure an app by code.
const CODE: [&str; 4] = ["app.config.ts", "app.config.js", "app.config.mjs", "app.config.cjs"];

/// The app.json of an app, the keys that lead to its plugins, and the names of those that are there.
fn app_json(ctx: &Ctx<'_>) -> Option<(RelPath, Vec<String>, Vec<String>)> {
    // The first of the two is the one that Expo reads.
    let names = ["app.config.json", "app.json"];
    let paths = names.iter().filter_map(|name| join(ctx.app.id.folder(), name));
    let path = paths.into_iter().find(|path| ctx.workspace.has_path(path))?;
    let value = jsonc::read(ctx.workspace, &path)?.ok()?;
    let expo = value.get("expo").filter(|expo| expo.is_object());
    let plugins = expo.unwrap_or(&value).get("plugins").and_then(serde_json::Value::as_array);
    // `["expo-splash-screen", { "image": "./logo.png" }]`
    let name = |item: &serde_json::Value| item.as_str().or_else(|| item.get(0)?.as_str()).map(str::to_owned);
    let there = plugins.into_iter().flatten().filter_map(name).collect();
    let keys = if expo.is_some() { vec!["expo".to_owned(), "plugins".to_owned()] } else { vec!["plugins".to_owned()] };
    Some((path, keys, there))
}
