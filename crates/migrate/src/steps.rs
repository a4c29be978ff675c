//! What is left to a person after the patch, in the order to do it.

use std::fs;

use change::{AppId, Step};

use crate::ctx::Ctx;
use crate::jsonc;
use crate::key::{KeyRead, env_names};
use crate::workspace::{folders_up, join};

/// The variable that holds the issuer on the Convex deployment, by Convex's own guide.
const ISSUER: &str = "CLERK_JWT_ISSUER_DOMAIN";

/// The steps for an app whose wiring is in the plan; a step that the files show done is left out.
pub(crate) fn steps(ctx: &Ctx<'_>, sdk: &str, key: &KeyRead) -> Vec<Step> {
    let app = || vec![ctx.app.id.clone()];
    let mut steps = Vec::new();
    if ctx.app.dependency(sdk).is_none() {
        steps.push(Step {
            id: "install-clerk",
            apps: app(),
            title: format!("Install {sdk}{}.", inside(&ctx.app.id)),
            copy: Some(format!("{} {sdk}", install_command(ctx))),
            doc: Some("https://clerk.com/docs/react/getting-started/quickstart"),
        });
    }
    steps.push(Step {
        id: "activate-integration",
        apps: app(),
        title: "Create a Clerk application and activate its Convex integration; it shows the Frontend API URL."
            .to_owned(),
        copy: None,
        doc: Some("https://dashboard.clerk.com/apps/setup/convex"),
    });
    if !env_names(ctx).contains(&key.name) {
        steps.push(Step {
            id: "set-publishable-key",
            apps: app(),
            title: format!("Put the publishable key into {}.", env_file(ctx)),
            copy: Some(format!("{}=pk_test_...", key.name)),
            doc: Some("https://dashboard.clerk.com/last-active?path=api-keys"),
        });
    }
    if let Some(step) = auth_config(ctx) {
        steps.push(step);
        steps.push(Step {
            id: "set-issuer",
            apps: app(),
            title: "Set the Frontend API URL on the Convex deployment, before the next push: it fails without."
                .to_owned(),
            copy: Some(format!("npx convex env set {ISSUER} 'https://verb-noun-00.clerk.accounts.dev'")),
            doc: Some("https://docs.convex.dev/auth/clerk"),
        });
        steps.push(Step {
            id: "push-functions",
            apps: app(),
            title: format!("Push the functions{} with the new configuration.", inside(&ctx.app.id)),
            copy: Some("npx convex dev".to_owned()),
            doc: None,
        });
    }
    steps
}

/// Puts together what several apps need done: the same step once, and the steps of one kind after each other.
pub(crate) fn merged(steps: Vec<Step>) -> Vec<Step> {
    let mut kinds: Vec<Vec<Step>> = Vec::new();
    for step in steps {
        match kinds.iter_mut().find(|kind| kind.first().is_some_and(|first| first.id == step.id)) {
            Some(kind) => match kind.iter_mut().find(|known| known.title == step.title && known.copy == step.copy) {
                Some(known) => known.apps.extend(step.apps),
                None => kind.push(step),
            },
            None => kinds.push(vec![step]),
        }
    }
    kinds.into_iter().flatten().collect()
}

/// ` in apps/web`, or nothing for the app at the base.
fn inside(app: &AppId) -> String {
    if app.folder().is_empty() { String::new() } else { format!(" in {app}") }
}

fn env_file(ctx: &Ctx<'_>) -> String {
    join(ctx.app.id.folder(), ".env.local").map_or_else(|| ".env.local".to_owned(), |path| path.to_string())
}

/// The package manager by its lock file, the nearest one.
fn install_command(ctx: &Ctx<'_>) -> &'static str {
    let locks = [
        ("bun.lock", "bun add"),
        ("bun.lockb", "bun add"),
        ("pnpm-lock.yaml", "pnpm add"),
        ("yarn.lock", "yarn add"),
        ("package-lock.json", "npm install"),
    ];
    let found = folders_up(ctx.app.id.folder())
        .find_map(|folder| locks.iter().find(|(name, _)| ctx.workspace.has_any(folder, &[name]).is_some()));
    found.map_or("npm install", |(_, command)| command)
}

/// The configuration by which Convex checks Clerk's tokens; `None` where the functions folder has one that names an issuer.
fn auth_config(ctx: &Ctx<'_>) -> Option<Step> {
    let folder = functions_folder(ctx);
    let existing = ["auth.config.ts", "auth.config.js"].iter().find_map(|name| {
        let path = join(&folder, name)?;
        let text = fs::read_to_string(ctx.workspace.base.join(path.as_str())).ok()?;
        Some((path, text))
    });
    let has_types = ctx.app.files.iter().any(|(_, file)| file.kind.has_types());
    let (title, copy) = match existing {
        Some((_, text)) if text.contains(ISSUER) || text.contains("CLERK_FRONTEND_API_URL") => return None,
        Some((path, _)) => (format!("Add Clerk to the providers in {path}."), provider(has_types)),
        None => {
            let name = if has_types { "auth.config.ts" } else { "auth.config.js" };
            (format!("Create {}.", join(&folder, name)?), config(has_types))
        }
    };
    Some(Step {
        id: "write-auth-config",
        apps: vec![ctx.app.id.clone()],
        title,
        copy: Some(copy),
        doc: Some("https://docs.convex.dev/auth/clerk"),
    })
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

/// The folder of the Convex functions: `functions` of convex.json, else `convex`, or `src/convex` in a Create React App.
fn functions_folder(ctx: &Ctx<'_>) -> String {
    let app = ctx.app.id.folder();
    let at = |folder: &str| join(app, folder).map_or_else(|| folder.to_owned(), |path| path.to_string());
    let settings = jsonc::read(&ctx.workspace.base.join(app).join("convex.json")).and_then(Result::ok);
    let named = settings.as_ref().and_then(|value| value.get("functions")?.as_str());
    match named.map(|name| name.trim_start_matches("./").trim_end_matches('/')) {
        Some(name) if !name.is_empty() => at(name),
        _ if ctx.app.dependency("react-scripts").is_some() => at("src/convex"),
        _ => at("convex"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_several_apps_need_is_said_once() {
        let step = |id, app: &str, title: &str| Step {
            id,
            apps: vec![AppId::new(app)],
            title: title.to_owned(),
            copy: None,
            doc: None,
        };
        let steps = [
            step("install", "a", "Install in a"),
            step("account", "a", "Account"),
            step("install", "b", "Install in b"),
            step("account", "b", "Account"),
        ];
        let merged = merged(steps.to_vec());
        assert_eq!(
            merged.iter().map(|step| &*step.title).collect::<Vec<_>>(),
            ["Install in a", "Install in b", "Account"]
        );
        assert_eq!(merged[2].apps, [AppId::new("a"), AppId::new("b")]);
    }
}
