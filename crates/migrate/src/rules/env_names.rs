#![doc = include_str!("env_names.md")]

use change::{Finding, Location, RelPath, SettingsChange, Severity};
use syntax::{SourceFile, Value, add_interface_member, on_deep_stack, parse};

use super::Rule;
use crate::Explanation;
use crate::ctx::{Ctx, RuleResult, Sink, Verdict};
use crate::env::{names_in, secret_key, secret_names, templates};
use crate::frameworks::KeySource;
use crate::jsonc;
use crate::workspace::{folders_up, join};

/// The rule.
pub(crate) const RULE: Rule = Rule {
    explanation: Explanation {
        id: "env-names",
        summary: "The project shows which variables it wants, the publishable key aside.",
        text: include_str!("env_names.md"),
    },
    run,
};

/// Libraries by which an app declares its variables: they know nothing of the key until a person adds it.
const SCHEMAS: [&str; 3] = ["@t3-oss/env-core", "@t3-oss/env-nextjs", "@julr/vite-plugin-validate-env"];

fn run(ctx: &Ctx<'_>, sink: &mut Sink) -> RuleResult {
    let wraps = sink.wired.clone().filter(|wired| wired.group.is_some());
    let Some(wired) = wraps else { return Ok(Verdict::Added) };
    if let Some(path) = secret_key(ctx, &wired.key.name) {
        let message = format!("{} holds a secret key, which every visitor of the app would see", wired.key.name);
        let location = Location::file(path);
        let mut finding = note(ctx, "secret-in-public-variable", Severity::Error, message, location);
        finding.help = Some("set the publishable key there, and make a new secret key".to_owned());
        finding.group = wired.group.clone();
        sink.findings.push(finding);
    }
    let names: Vec<&str> = [wired.key.name.as_str()].into_iter().chain(wired.secret).collect();
    for path in templates(ctx) {
        template(ctx, sink, &path, &names);
    }
    turbo(ctx, sink, &names);
    if let Some(path) = declaration(ctx) {
        declare(ctx, sink, &path, &wired.key.name);
    }
    // A package that reads the key by itself asks no schema.
    let by_code = !matches!(ctx.framework.key, KeySource::Package(_)) || ctx.options.publishable_key_env.is_some();
    let schema = ctx.app.facts().filter(|_| by_code).find_map(|(path, facts)| {
        let import = facts.imports.iter().find(|import| SCHEMAS.contains(&import.module.as_str()));
        // `z.object({ VITE_CONVEX_URL: z.string() }).parse(import.meta.env)`
        let own = || facts.flow.calls.iter().find(|call| call.arguments.iter().any(|value| names_url(value, 0)));
        let range = import.map(|import| import.range).or_else(|| own().map(|call| call.range))?;
        Some(Location { path: path.clone(), range })
    });
    if let Some(location) = schema {
        let message = format!("the app declares its variables here: {} is none of them yet", wired.key.name);
        let group = wired.group.clone();
        sink.findings.push(Finding { group, ..note(ctx, "env-schema", Severity::Note, message, location) });
    }
    Ok(Verdict::Added)
}

/// Whether an object has the variable of the Convex URL as a key, and something made for it as a value.
fn names_url(value: &Value, followed: u8) -> bool {
    let Value::Object(members) = value else { return false };
    members.iter().any(|(name, member)| {
        let is_url = name.as_deref().is_some_and(|name| name.contains("CONVEX") && name.ends_with("_URL"));
        (is_url && matches!(member, Value::Call(_))) || (followed < 4 && names_url(member, followed + 1))
    })
}

fn note(ctx: &Ctx<'_>, rule: &'static str, severity: Severity, message: String, location: Location) -> Finding {
    let mut finding = Finding::new(rule, severity, message);
    finding.app = Some(ctx.app.id.clone());
    finding.location = Some(location);
    finding
}

pub(super) fn template(ctx: &Ctx<'_>, sink: &mut Sink, path: &RelPath, names: &[&str]) {
    let Some(text) = ctx.workspace.text(path) else { return };
    let secrets = secret_names(&text);
    if !secrets.is_empty() {
        let message = format!("{} looks like a secret: this file is not changed", secrets.join(", "));
        let mut finding = note(ctx, "secret-in-env-example", Severity::Warning, message, Location::file(path.clone()));
        finding.group = sink.wired.as_ref().and_then(|wired| wired.group.clone());
        finding.help = Some("take the value out of the file, and out of use".to_owned());
        sink.findings.push(finding);
        return;
    }
    let known = names_in(&text);
    let lacking: Vec<&&str> = names.iter().filter(|name| !known.iter().any(|known| known == *name)).collect();
    // Without a last line break the hunk would have to show the last line.
    if !text.is_empty() && !text.ends_with('\n') && !lacking.is_empty() {
        let message = "not changed: its last line has no line break, and a patch would have to show it".to_owned();
        let mut finding = note(ctx, RULE.explanation.id, Severity::Warning, message, Location::file(path.clone()));
        finding.group = sink.wired.as_ref().and_then(|wired| wired.group.clone());
        finding.help = Some(format!("add {} by hand", names.join(" and ")));
        sink.findings.push(finding);
        return;
    }
    for name in lacking {
        sink.settings(ctx, path, SettingsChange::Set { path: vec![(*name).to_owned()], value: String::new() });
    }
}

/// Turborepo hides the variables that its settings do not list: where the app's own Convex variables are listed, the names are added.
///
/// `"env": ["NEXT_PUBLIC_CONVEX_URL"]`: <https://turborepo.dev/docs/crafting-your-repository/using-environment-variables>.
fn turbo(ctx: &Ctx<'_>, sink: &mut Sink, names: &[&str]) {
    let Some((settings, path)) = turbo_settings(ctx) else { return };
    for keys in env_lists(&settings) {
        let list = keys.iter().try_fold(&settings, |value, key| value.get(key)).and_then(|value| value.as_array());
        let items: Vec<&str> = list.into_iter().flatten().filter_map(|item| item.as_str()).collect();
        let is_url = |item: &str| item.contains("CONVEX") && item.ends_with("_URL");
        let is_own = |item: &&str| is_url(item) || (item.ends_with('*') && names.iter().any(|name| covers(item, name)));
        if !items.iter().any(is_own) {
            continue;
        }
        for name in names.iter().filter(|name| !items.iter().any(|item| covers(item, name))) {
            sink.settings(ctx, &path, SettingsChange::Include { path: keys.clone(), item: (*name).to_owned() });
        }
    }
}

/// Whether an item of such a list stands for a variable: `CLERK_SECRET_KEY`, `CLERK_*`.
pub(super) fn covers(item: &str, name: &str) -> bool {
    match item.strip_suffix('*') {
        Some(prefix) => name.starts_with(prefix),
        None => item == name,
    }
}

/// The settings of Turborepo that hold for an app, and where they are.
pub(super) fn turbo_settings(ctx: &Ctx<'_>) -> Option<(serde_json::Value, RelPath)> {
    let paths =
        folders_up(ctx.app.id.folder()).flat_map(|folder| [join(folder, "turbo.json"), join(folder, "turbo.jsonc")]);
    paths.flatten().find_map(|path| Some((jsonc::read(ctx.workspace, &path)?.ok()?, path)))
}

/// Where turbo.json lists variables.
pub(super) fn env_lists(settings: &serde_json::Value) -> Vec<Vec<String>> {
    let mut lists: Vec<Vec<String>> =
        ["globalEnv", "globalPassThroughEnv"].iter().map(|key| vec![(*key).to_owned()]).collect();
    for section in ["tasks", "pipeline"] {
        for (task, _) in settings.get(section).and_then(|tasks| tasks.as_object()).into_iter().flatten() {
            let keys = ["env", "passThroughEnv"].iter().map(|key| [section, task, key].map(str::to_owned).to_vec());
            lists.extend(keys);
        }
    }
    lists
}

/// The file that types an app's variables: <https://vite.dev/guide/env-and-mode#intellisense-for-typescript>.
fn declaration(ctx: &Ctx<'_>) -> Option<RelPath> {
    let names = ["src/vite-env.d.ts", "src/env.d.ts", "vite-env.d.ts", "env.d.ts"];
    let paths = names.iter().filter_map(|name| join(ctx.app.id.folder(), name));
    paths.into_iter().find(|path| ctx.workspace.text(path).is_some_and(|text| text.contains("interface ImportMetaEnv")))
}

fn declare(ctx: &Ctx<'_>, sink: &mut Sink, path: &RelPath, name: &str) {
    let edit = on_deep_stack(|| {
        let source = SourceFile::new(path.clone(), ctx.workspace.text(path)?.into())?;
        add_interface_member(&parse(&source).ok()?, "ImportMetaEnv", name)
    });
    if let Some(edit) = edit
        && sink.takes(ctx, path)
        && let Some(group) = sink.wiring()
    {
        // The file has no other edit, so that none can clash.
        let _ = group.edit(path, edit);
    }
}

/// Whether the file that types the app's variables lacks the key.
pub(crate) fn lacks_declaration(ctx: &Ctx<'_>, name: &str) -> Option<RelPath> {
    declaration(ctx).filter(|path| ctx.workspace.text(path).is_some_and(|text| !text.contains(name)))
}
