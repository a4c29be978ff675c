#![doc = include_str!("expo_modules.md")]

use change::{Finding, Location, RelPath, SettingsChange, Severity};

use super::Rule;
use crate::Explanation;
use crate::ctx::{Ctx, RuleResult, Sink, Verdict};
use crate::jsonc;
use crate::lock::Kind;
use crate::packages::Packages;
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
    let is_core2 = ctx.framework.sdk.lines.iter().any(|line| line.package == wired.sdk && line.is_core2);
    let own = ctx.app.id.folder();
    let packages = Packages::of(ctx, own);
    let sdk = packages.least(own, "expo").map(|version| version.major());
    let bundled = EXPO_MODULES.iter().find(|(major, _)| Some(*major) == sdk).map(|(_, ranges)| ranges);
    let modules = [SECURE_STORE].into_iter().chain(OF_CORE2).zip(bundled.into_iter().flatten());
    // An app that has the package has what it takes in.
    let is_new = packages.asked(own, &wired.sdk).is_none();
    for (name, range) in modules.take(if is_core2 && is_new { 3 } else { 1 }) {
        let lacks = packages.asked(own, name).is_none();
        if let Some(path) = join(own, "package.json").filter(|_| lacks) {
            let keys = vec!["dependencies".to_owned(), name.to_owned()];
            sink.settings(ctx, &path, SettingsChange::Set { path: keys, value: (*range).to_owned() });
        }
    }
    // npm takes its newest react-dom otherwise, which goes with no older React: it installs nothing then.
    let lacks_dom = packages.manager == Kind::Npm && packages.asked(own, "react-dom").is_none();
    if let (true, Some(react), Some(path)) =
        (is_core2 && is_new && lacks_dom, packages.asked(own, "react"), join(own, "package.json"))
    {
        let keys = vec!["dependencies".to_owned(), "react-dom".to_owned()];
        sink.settings(ctx, &path, SettingsChange::Set { path: keys, value: react.range });
    }
    let wanted: Vec<&str> = [SECURE_STORE].into_iter().chain((!is_core2).then_some(&*wired.sdk)).collect();
    plugins(ctx, sink, &wanted);
    Ok(Verdict::Added)
}

/// Names the config plugins in app.json, or says that code has to.
fn plugins(ctx: &Ctx<'_>, sink: &mut Sink, wanted: &[&str]) {
    let own = ctx.app.id.folder();
    if let Some(path) = ctx.workspace.has_any(own, &CODE) {
        let message = format!("the app is configured by code: {} has to name the config plugins", path.file_name());
        let mut finding = Finding::new(RULE.explanation.id, Severity::Note, message);
        finding.app = Some(ctx.app.id.clone());
        finding.location = Some(Location::file(path));
        finding.help = Some(format!("add to `plugins` what lacks of {}", wanted.join(", ")));
        finding.doc = Some("https://docs.expo.dev/config-plugins/plugins/");
        finding.group = sink.wired.as_ref().and_then(|wired| wired.group.clone());
        sink.findings.push(finding);
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
    let path = join(ctx.app.id.folder(), "app.json").filter(|path| ctx.workspace.has_path(path))?;
    let value = jsonc::read(ctx.workspace, &path)?.ok()?;
    let expo = value.get("expo").filter(|expo| expo.is_object());
    let plugins = expo.unwrap_or(&value).get("plugins").and_then(serde_json::Value::as_array);
    // `["expo-splash-screen", { "image": "./logo.png" }]`
    let name = |item: &serde_json::Value| item.as_str().or_else(|| item.get(0)?.as_str()).map(str::to_owned);
    let there = plugins.into_iter().flatten().filter_map(name).collect();
    let keys = if expo.is_some() { vec!["expo".to_owned(), "plugins".to_owned()] } else { vec!["plugins".to_owned()] };
    Some((path, keys, there))
}
