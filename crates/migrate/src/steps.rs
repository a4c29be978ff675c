//! What is left to a person after the patch, in the order to do it.

use change::Step;

use crate::ctx::Ctx;
use crate::jsonc;
use crate::key::{KeyRead, env_names};
use crate::manifest::lowest;
use crate::versions::CONVEX_INTEGRATION;
use crate::workspace::{folders_up, join};

/// The variable that holds the issuer on the Convex deployment, by Convex's own guide.
const ISSUER: &str = "CLERK_JWT_ISSUER_DOMAIN";

/// The steps for an app whose wiring is in the plan; a step that the files show done is left out.
pub(crate) fn steps(ctx: &Ctx<'_>, sdk: &str, key: &KeyRead) -> Vec<Step> {
    let step = |id, title: &str, at: Option<String>, copy: Option<String>, doc| Step {
        id,
        apps: vec![ctx.app.id.clone()],
        title: title.to_owned(),
        at: at.into_iter().collect(),
        copy,
        doc,
    };
    let folder = || Some(ctx.app.id.folder().to_owned()).filter(|folder| !folder.is_empty());
    let mut steps = Vec::new();
    if ctx.app.dependency(sdk).is_none() {
        let copy = format!("{} {sdk}", install_command(ctx));
        let doc = "https://clerk.com/docs/react/getting-started/quickstart";
        steps.push(step("install-clerk", &format!("Install {sdk}."), folder(), Some(copy), Some(doc)));
    }
    if ctx.app.dependency("convex").is_none() {
        let copy = format!("{} convex", install_command(ctx));
        let title = "Install convex in the app: what it has now comes through another package of the workspace.";
        steps.push(step("install-convex", title, folder(), Some(copy), None));
    }
    let convex = ctx.app.dependency("convex").and_then(lowest);
    if let (Some(convex), Some(floor)) = (convex, lowest(CONVEX_INTEGRATION))
        && convex < floor
    {
        let title = format!(
            "Raise convex to {floor} or later; before, it does not see sessions of Clerk's integration reliably."
        );
        let copy = format!("{} convex@latest", install_command(ctx));
        steps.push(step("raise-convex", &title, folder(), Some(copy), None));
    }
    steps.push(step(
        "activate-integration",
        "Create a Clerk application and activate its Convex integration; it shows the Frontend API URL.",
        None,
        None,
        Some("https://dashboard.clerk.com/apps/setup/convex"),
    ));
    if !env_names(ctx).contains(&key.name) {
        steps.push(step(
            "set-publishable-key",
            "Set the publishable key, here and wherever the app is built or hosted.",
            Some(env_file(ctx)),
            Some(format!("{}=pk_test_...", key.name)),
            Some("https://dashboard.clerk.com/last-active?path=api-keys"),
        ));
    }
    if let Some((at, copy)) = untyped_key(ctx, key) {
        let doc = Some("https://vite.dev/guide/env-and-mode");
        steps.push(step("type-publishable-key", "Add the key to the app's ImportMetaEnv.", Some(at), Some(copy), doc));
    }
    if let Some((title, at, copy)) = auth_config(ctx) {
        let guide = Some("https://docs.convex.dev/auth/clerk");
        steps.push(step("write-auth-config", &title, Some(at), Some(copy), guide));
        steps.push(step(
            "set-issuer",
            "Set the Frontend API URL on the Convex deployment, before the next push: it fails without.",
            folder(),
            Some(format!("npx convex env set {ISSUER} 'https://verb-noun-00.clerk.accounts.dev'")),
            guide,
        ));
        let title = "Push the functions with the new configuration.";
        steps.push(step("push-functions", title, folder(), Some("npx convex dev".to_owned()), None));
    }
    steps
}

/// The declaration that types the app's variables, where it lacks the key: with `strictImportMetaEnv` the key would be an error.
///
/// `interface ImportMetaEnv { readonly VITE_CONVEX_URL: string }`
fn untyped_key(ctx: &Ctx<'_>, key: &KeyRead) -> Option<(String, String)> {
    let names = ["src/vite-env.d.ts", "src/env.d.ts", "vite-env.d.ts", "env.d.ts"];
    let path = names.iter().filter_map(|name| join(ctx.app.id.folder(), name)).find(|path| {
        let text = ctx.workspace.text(path);
        text.is_some_and(|text| text.contains("interface ImportMetaEnv ") && !text.contains(&key.name))
    })?;
    Some((path.to_string(), format!("readonly {}: string;", key.name)))
}

/// Puts together what several apps need done: the same step once, and the steps of one kind after each other.
pub(crate) fn merged(steps: Vec<Step>) -> Vec<Step> {
    let mut kinds: Vec<Vec<Step>> = Vec::new();
    for step in steps {
        match kinds.iter_mut().find(|kind| kind.first().is_some_and(|first| first.id == step.id)) {
            Some(kind) => match kind.iter_mut().find(|known| known.title == step.title && known.copy == step.copy) {
                Some(known) => {
                    known.apps.extend(step.apps);
                    known.at.extend(step.at.into_iter().filter(|place| !known.at.contains(place)).collect::<Vec<_>>());
                }
                None => kind.push(step),
            },
            None => kinds.push(vec![step]),
        }
    }
    kinds.into_iter().flatten().collect()
}

fn env_file(ctx: &Ctx<'_>) -> String {
    join(ctx.app.id.folder(), ".env.local").map_or_else(|| ".env.local".to_owned(), |path| path.to_string())
}

/// The command of the app's package manager: the one that package.json names, else the one whose lock file is nearest. Of several lock
/// files side by side npm's counts first, since it is there for a reason wherever another tool's is; `bun.lockb` counts last.
fn install_command(ctx: &Ctx<'_>) -> &'static str {
    let known = [
        ("npm", "package-lock.json", "npm install"),
        ("pnpm", "pnpm-lock.yaml", "pnpm add"),
        ("yarn", "yarn.lock", "yarn add"),
        ("bun", "bun.lock", "bun add"),
        ("bun", "bun.lockb", "bun add"),
    ];
    let named = ctx.app.manifests.iter().find_map(|manifest| manifest.package_manager.as_deref());
    if let Some((_, _, command)) = named.and_then(|named| known.iter().find(|(name, ..)| named.starts_with(*name))) {
        return command;
    }
    let found = folders_up(ctx.app.id.folder())
        .find_map(|folder| known.iter().find(|(_, lock, _)| ctx.workspace.has_any(folder, &[lock]).is_some()));
    found.map_or("npm install", |(_, _, command)| command)
}

/// What to do about the configuration by which Convex checks Clerk's tokens, where, and the text for it; `None` where the functions
/// folder has one that names an issuer.
fn auth_config(ctx: &Ctx<'_>) -> Option<(String, String, String)> {
    let has_types = ctx.app.files.iter().any(|(_, file)| file.kind.has_types());
    let name = if has_types { "auth.config.ts" } else { "auth.config.js" };
    let Some(folder) = functions_folder(ctx) else {
        let at = "the folder of the Convex functions".to_owned();
        return Some((format!("Create {name}."), at, config(has_types)));
    };
    let existing = ["auth.config.ts", "auth.config.js"].iter().find_map(|name| {
        let path = join(&folder, name)?;
        let text = ctx.workspace.text(&path)?;
        Some((*name, text))
    });
    match existing {
        Some((_, text)) if text.contains(ISSUER) || text.contains("CLERK_FRONTEND_API_URL") => None,
        Some((name, _)) => Some((format!("Add Clerk to the providers in {name}."), folder, provider(has_types))),
        None => Some((format!("Create {name}."), folder, config(has_types))),
    }
}

fn provider(has_types: bool) -> String {
    let mark = if has_types { "!" } else { "" };
    format!("    {{\n      domain: process.env.{ISSUER}{mark},\n      applicationID: \"convex\",\n    }},")
}

fn config(has_types: bool) -> String {
    let provider = provider(has_types);
    if has_types {
        format!(
            "import type {{ AuthConfig }} from \"convex/server\";\n\nexport default {{\n  providers: [\n{provider}\n  ],\n}} satisfies AuthConfig;"
        )
    } else {
        format!("export default {{\n  providers: [\n{provider}\n  ],\n}};")
    }
}

/// The folder of the Convex functions: `functions` of convex.json, else `convex`, or `src/convex` in a Create React App; in the app or,
/// for an app beside its backend, in a folder above. `None` where there is no such folder.
fn functions_folder(ctx: &Ctx<'_>) -> Option<String> {
    let usual = if ctx.app.dependency("react-scripts").is_some() { "src/convex" } else { "convex" };
    folders_up(ctx.app.id.folder()).find_map(|folder| {
        let settings =
            join(folder, "convex.json").and_then(|path| jsonc::read(ctx.workspace, &path)).and_then(Result::ok);
        let named = settings.as_ref().and_then(|value| value.get("functions")?.as_str());
        let named =
            named.map(|name| name.trim_start_matches("./").trim_end_matches('/')).filter(|name| !name.is_empty());
        let path = join(folder, named.unwrap_or(usual))?;
        ctx.workspace.is_folder(&path).then(|| path.to_string())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use change::AppId;

    #[test]
    fn what_several_apps_need_is_said_once() {
        let step = |id, app: &str, title: &str| Step {
            id,
            apps: vec![AppId::new(app)],
            title: title.to_owned(),
            at: vec![app.to_owned()],
            copy: None,
            doc: None,
        };
        let steps = [
            step("install", "a", "Install x"),
            step("account", "a", "Account"),
            step("install", "b", "Install y"),
            step("account", "b", "Account"),
        ];
        let merged = merged(steps.to_vec());
        assert_eq!(merged.iter().map(|step| &*step.title).collect::<Vec<_>>(), ["Install x", "Install y", "Account"]);
        assert_eq!(merged[2].apps, [AppId::new("a"), AppId::new("b")]);
        assert_eq!(merged[2].at, ["a", "b"]);
    }
}
