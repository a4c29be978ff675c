//! The checks of what sets the app up or builds it somewhere else: Turborepo, the example of an env file, workflows of GitHub's.

use change::{Finding, Location, RelPath, Severity};
use serde_json::Value;

use super::Check;
use super::env_names::{covers, env_lists, template, turbo_settings};
use crate::Explanation;
use crate::credentials::names_set;
use crate::doctor::Looked;
use crate::env::templates;
use crate::graph::sightings::Node;
use crate::known::Provider;
use crate::workspace::{folders_up, join};

/// What builds the app is not given Clerk's keys.
pub(crate) const BUILD_VARIABLES: Check = Check {
    explanation: Explanation {
        id: "build-variables",
        summary: "Something that builds the app is not given Clerk's keys.",
        text: include_str!("build_variables.md"),
    },
    check: build_variables,
};

/// A workflow builds an app of Next.js without the key.
pub(crate) const WORKFLOW_KEY: Check = Check {
    explanation: Explanation {
        id: "workflow-key",
        summary: "A workflow builds the app without Clerk's publishable key.",
        text: include_str!("workflow_key.md"),
    },
    check: workflows,
};

/// Clerk's page on its variables.
const VARIABLES: &str = "https://clerk.com/docs/guides/development/clerk-environment-variables";

fn build_variables(looked: &Looked<'_>) -> Vec<Finding> {
    if looked.is_changing() {
        return Vec::new();
    }
    turbo(looked).into_iter().chain(example(looked)).collect()
}

fn say(looked: &Looked<'_>, check: &Check, path: RelPath, message: String, help: String, doc: &'static str) -> Finding {
    let mut finding = looked.finding(check.explanation.id, Severity::Note, message, Location::file(path));
    finding.why = Some("a build elsewhere has no env file of yours: it has what it is given".to_owned());
    finding.help = Some(help);
    finding.doc = Some(doc);
    finding
}

/// Turborepo 2 hides what no list names. Variables for the browser it lets through by their beginnings; the secret key has none.
///
/// <https://turborepo.dev/docs/crafting-your-repository/using-environment-variables#environment-modes>
fn turbo(looked: &Looked<'_>) -> Option<Finding> {
    let secret = looked.wired.secret?;
    let (settings, path) = turbo_settings(looked.ctx)?;
    let scripts = folders_up(looked.ctx.app.id.folder()).filter_map(|folder| join(folder, "package.json"));
    let mut scripts = scripts.filter_map(|path| looked.ctx.workspace.text(&path));
    let is_loose = settings.get("envMode").and_then(Value::as_str) == Some("loose")
        || scripts.any(|text| text.contains("--env-mode=loose") || text.contains("--env-mode loose"));
    // `pipeline` is of Turborepo 1, which hides nothing unless told to.
    let tasks = settings.get("tasks").filter(|_| !is_loose)?;
    tasks.as_object()?.keys().find(|task| *task == "build")?;
    let named = env_lists(&settings).iter().any(|keys| {
        let list = keys.iter().try_fold(&settings, |value, key| value.get(key)).and_then(Value::as_array);
        list.into_iter().flatten().filter_map(Value::as_str).any(|item| covers(item, secret))
    });
    // A key of another name may be handed to the middleware: `clerkMiddleware({ secretKey: … })`.
    let sources = looked.access.modules.sources;
    let hands = |file| looked.ctx.workspace.text(sources.path(file)).is_none_or(|text| text.contains("secretKey"));
    if named || sources.leading().any(hands) {
        return None;
    }
    let message = format!("no list of this file names {secret}: Turborepo hides it from what it runs");
    let help = format!("add \"{secret}\" to `env` of the task `build`, or to `globalEnv`");
    let doc = "https://turborepo.dev/docs/crafting-your-repository/using-environment-variables";
    Some(say(looked, &BUILD_VARIABLES, path, message, help, doc))
}

/// The variable of the publishable key, where the provider is seen to be given it, or reads it itself.
fn key_in_use<'l>(looked: &'l Looked<'_>) -> Option<&'l str> {
    let key = looked.wired.key.name.as_str();
    let access = looked.access;
    let provider = access.graph.sightings.iter().find(|sighting| sighting.provider == Provider::Clerk)?;
    let Node::Jsx(id) = provider.place.1 else { return None };
    let sources = access.modules.sources;
    let element = sources.facts(provider.place.0).element(id)?;
    let is_given = element.attributes.iter().any(|one| one.name.as_deref().is_none_or(|name| name == "publishableKey"));
    let text = || looked.ctx.workspace.text(sources.path(provider.place.0)).unwrap_or_default();
    match is_given {
        // `const key = import.meta.env.VITE_CLERK_PUBLISHABLE_KEY` may stand above it.
        true => text().contains(key).then_some(key),
        // Packages with a part on the server read it themselves.
        false => looked.ctx.framework.server.is_some().then_some(key),
    }
}

/// An example of an env file that names variables, and not the publishable key.
fn example(looked: &Looked<'_>) -> Option<Finding> {
    let key = key_in_use(looked)?;
    let texts = templates(looked.ctx).into_iter().filter_map(|path| Some((looked.ctx.workspace.text(&path)?, path)));
    let mut lists = texts.filter(|(text, _)| !names_set(text).is_empty()).peekable();
    let (_, path) = lists.peek().cloned()?;
    // One of several is enough; `CLERK_PUBLISHABLE_KEY` is read by some packages as well.
    if lists.any(|(text, _)| names_set(&text).iter().any(|name| name == key || name == "CLERK_PUBLISHABLE_KEY")) {
        return None;
    }
    let message = format!("{key} is not in this list of the variables that the app needs");
    let mut finding = say(looked, &BUILD_VARIABLES, path.clone(), message, format!("add `{key}=` to it"), VARIABLES);
    looked.cure(&mut finding, "Name the publishable key among the variables", |ctx, sink| {
        let text = ctx.workspace.text(&path)?;
        // What git could not merge is nobody's to add to.
        let is_whole = !text.lines().any(|line| line.starts_with("<<<<<<< ") || line.starts_with(">>>>>>> "));
        is_whole.then(|| template(ctx, sink, &path, &[key]))
    });
    Some(finding)
}

/// A workflow that builds an app which is rendered as it is built, without the key: Next.js stops with "Missing publishableKey".
fn workflows(looked: &Looked<'_>) -> Vec<Finding> {
    let Some(key) = key_in_use(looked).filter(|_| !looked.is_changing() && builds_at_top(looked)) else {
        return Vec::new();
    };
    let found =
        workflow_files(looked).into_iter().filter(|(_, text)| builds(text) && !may_have(text, key)).map(|(path, _)| {
            let message = format!("this workflow builds, and does not name {key}");
            let help = format!("give it `{key}: ${{{{ secrets.{key} }}}}` under `env`");
            say(looked, &WORKFLOW_KEY, path, message, help, VARIABLES)
        });
    found.collect()
}

/// Whether `build` at the top of the repository is the build of this app, which has no key by another way.
fn builds_at_top(looked: &Looked<'_>) -> bool {
    let (workspace, folder) = (looked.ctx.workspace, looked.ctx.app.id.folder());
    let text = |name: &str| join(folder, name).and_then(|path| workspace.text(&path)).unwrap_or_default();
    let is_build = text("package.json").contains("\"build\": \"next build");
    let is_set = looked
        .variables()
        .iter()
        .any(|variable| variable.name == looked.wired.key.name && !variable.path.file_name().ends_with(".local"));
    let settings = ["next.config.ts", "next.config.js", "next.config.mjs"];
    folder.is_empty() && is_build && !is_set && !settings.iter().any(|name| text(name).contains("CLERK"))
}

/// Whether a workflow runs `build` in the folder that it starts in.
fn builds(text: &str) -> bool {
    // A line of `run: |` is a command of its own.
    let command = |line: &str| {
        let line = line.trim_start().trim_start_matches("- ");
        line.strip_prefix("run:").unwrap_or(line).trim().to_owned()
    };
    let build = [
        "npm run build",
        "pnpm build",
        "pnpm run build",
        "yarn build",
        "yarn run build",
        "bun run build",
        "npx next build",
    ];
    text.lines().map(command).any(|command| build.contains(&command.as_str()))
}

/// Whether a workflow may have the key by some way: by its name, out of a store, by somebody's action, or in another folder.
fn may_have(text: &str, key: &str) -> bool {
    let ways = [
        "doppler",
        "vercel ",
        "infisical",
        "1password",
        ".env",
        "tojson(secrets)",
        "working-directory",
        "github_env",
        "container:",
        "cd ",
        "if: false",
        "if: ${{ false",
        "<<<<<<<",
    ];
    let known = ["actions/", "pnpm/action-setup", "oven-sh/setup-bun"];
    let lower = text.to_lowercase();
    let mut used = text.lines().filter_map(|line| line.trim_start().trim_start_matches("- ").strip_prefix("uses:"));
    let is_foreign = |action: &str| !known.iter().any(|known| action.trim_start().starts_with(known));
    text.contains(key) || ways.iter().any(|way| lower.contains(way)) || used.any(is_foreign)
}

/// The workflows of GitHub's in the repository, each with its text.
pub(super) fn workflow_files(looked: &Looked<'_>) -> Vec<(RelPath, String)> {
    let top = folders_up(looked.ctx.app.id.folder()).last().unwrap_or_default();
    let folder = join(top, ".github/workflows");
    let files = folder.into_iter().flat_map(|folder| looked.ctx.workspace.files_in(folder.as_str()));
    let workflows = files.filter(|path| ["yml", "yaml"].contains(&path.extension()));
    workflows.filter_map(|path| Some((path.clone(), looked.ctx.workspace.text(&path)?))).collect()
}
