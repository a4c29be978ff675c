//! The checks of what sets the app up or builds it somewhere else: Turborepo, the example of an env file, workflows of GitHub's.

use change::{Finding, Location, RelPath, SettingsChange, Severity};
use serde_json::Value;

use super::Check;
use super::env_names::{covers, env_lists, turbo_settings};
use crate::Explanation;
use crate::credentials::names_set;
use crate::doctor::Looked;
use crate::env::templates;
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
    let is_loose = settings.get("envMode").and_then(Value::as_str) == Some("loose");
    // `pipeline` is of Turborepo 1, which hides nothing unless told to.
    let tasks = settings.get("tasks").filter(|_| !is_loose)?;
    tasks.as_object()?.keys().find(|task| *task == "build" || task.ends_with("#build"))?;
    let named = env_lists(&settings).iter().any(|keys| {
        let list = keys.iter().try_fold(&settings, |value, key| value.get(key)).and_then(Value::as_array);
        list.into_iter().flatten().filter_map(Value::as_str).any(|item| covers(item, secret))
    });
    if named {
        return None;
    }
    let message = format!("no list of this file names {secret}: Turborepo hides it from what it runs");
    let help = format!("add \"{secret}\" to `env` of the task `build`, or to `globalEnv`");
    let doc = "https://turborepo.dev/docs/crafting-your-repository/using-environment-variables";
    Some(say(looked, &BUILD_VARIABLES, path, message, help, doc))
}

/// An example of an env file that names variables, and not the publishable key.
fn example(looked: &Looked<'_>) -> Option<Finding> {
    let key = &looked.wired.key.name;
    let texts = templates(looked.ctx).into_iter().filter_map(|path| Some((looked.ctx.workspace.text(&path)?, path)));
    let mut lists = texts.filter(|(text, _)| !names_set(text).is_empty()).peekable();
    let (_, path) = lists.peek().cloned()?;
    // One of several is enough.
    if lists.any(|(text, _)| text.contains(key.as_str())) {
        return None;
    }
    let message = format!("{key} is not in this list of the variables that the app needs");
    let doc = "https://clerk.com/docs/guides/development/clerk-environment-variables";
    let mut finding = say(looked, &BUILD_VARIABLES, path.clone(), message, format!("add `{key}=` to it"), doc);
    looked.cure(&mut finding, "Name the publishable key among the variables", |ctx, sink| {
        let change = SettingsChange::Set { path: vec![key.clone()], value: String::new() };
        sink.settings(ctx, &path, change).then_some(())
    });
    Some(finding)
}

/// A workflow that builds an app which is rendered as it is built, without the key: Next.js stops with "Missing publishableKey".
fn workflows(looked: &Looked<'_>) -> Vec<Finding> {
    let key = &looked.wired.key.name;
    if looked.is_changing() {
        return Vec::new();
    }
    let top = folders_up(looked.ctx.app.id.folder()).last().unwrap_or_default();
    let Some(folder) = join(top, ".github/workflows") else { return Vec::new() };
    let is_workflow = |path: &RelPath| ["yml", "yaml"].contains(&path.extension());
    let builds = |text: &str| {
        let mut lines = text.lines().map(|line| line.split('#').next().unwrap_or_default());
        lines.any(|line| {
            ["next build", "run build", "pnpm build", "yarn build", "bun build"]
                .iter()
                .any(|build| line.contains(build))
        })
    };
    // What comes out of a secret store by one step is not seen here.
    let is_given = |text: &str| {
        text.contains(key.as_str())
            || ["doppler", "vercel ", "infisical", "1password", ".env"]
                .iter()
                .any(|store| text.to_lowercase().contains(store))
    };
    let files = looked.ctx.workspace.files_in(folder.as_str()).into_iter().filter(is_workflow);
    let found = files.filter_map(|path| {
        let text = looked.ctx.workspace.text(&path)?;
        if !builds(&text) || is_given(&text) {
            return None;
        }
        let message = format!("this workflow builds, and does not name {key}");
        let help = format!("if it builds this app, give it `{key}: ${{{{ secrets.{key} }}}}` under `env`");
        Some(say(
            looked,
            &WORKFLOW_KEY,
            path,
            message,
            help,
            "https://clerk.com/docs/guides/development/clerk-environment-variables",
        ))
    });
    found.collect()
}
