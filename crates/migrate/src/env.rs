//! The env files of an app. Their values may be secrets: names leave this file, and of a publishable key the host that it holds, which
//! every visitor of the app can see.
//!
//! ```sh
//! VITE_CONVEX_URL=https://happy-otter-1.convex.cloud
//! VITE_CLERK_PUBLISHABLE_KEY=pk_test_dmVyYi1ub3VuLTAwLmNsZXJrLmFjY291bnRzLmRldiQ   # base64 of verb-noun-00.clerk.accounts.dev$
//! ```

use std::collections::BTreeSet;

use change::{RelPath, is_env_file};
use data_encoding::BASE64_NOPAD;

use crate::ctx::Ctx;

/// The env files in the folder of the app, those that are an example of one aside.
fn files<'a>(ctx: &'a Ctx<'_>) -> impl Iterator<Item = RelPath> + use<'a> {
    let all = ctx.workspace.files_in(ctx.app.id.folder()).into_iter();
    all.filter(|path| is_env_file(path) && !is_template(path.file_name()))
}

/// The files beside the app's package.json that show which variables it wants: `.env.example`, `env.sample`, `.env.local.template`.
pub(crate) fn templates(ctx: &Ctx<'_>) -> Vec<RelPath> {
    let all = ctx.workspace.files_in(ctx.app.id.folder()).into_iter();
    all.filter(|path| is_env_file(path) && is_template(path.file_name())).collect()
}

/// Whether a name says that the file is an example.
pub(crate) fn is_template(name: &str) -> bool {
    name.split('.').any(|part| ["example", "sample", "template"].contains(&part))
}

/// The *names* that the app's env files set.
pub(crate) fn set_names(ctx: &Ctx<'_>) -> BTreeSet<String> {
    files(ctx).filter_map(|path| ctx.workspace.text(&path)).flat_map(|text| names_in(&text)).collect()
}

/// The *names* that the app's env files and the examples of them have.
pub(crate) fn known_names(ctx: &Ctx<'_>) -> BTreeSet<String> {
    let all = files(ctx).chain(templates(ctx));
    all.filter_map(|path| ctx.workspace.text(&path)).flat_map(|text| names_in(&text)).collect()
}

/// The Frontend API host that the publishable key `name` of an env file holds, of the kind `pk_test_` or `pk_live_`:
/// `verb-noun-00.clerk.accounts.dev`.
///
/// The form of a key: <https://github.com/clerk/javascript/blob/main/packages/shared/src/keys.ts>.
pub(crate) fn frontend_api(ctx: &Ctx<'_>, name: &str, kind: &str) -> Option<String> {
    let mut all: Vec<RelPath> = files(ctx).collect();
    all.sort_by_key(|path| rank(path.file_name()));
    all.iter().filter_map(|path| ctx.workspace.text(path)).find_map(|text| {
        // The last one in a file wins.
        let values = text.lines().filter_map(pair).filter(|(known, _)| *known == name);
        values.filter_map(|(_, value)| host_of(value, kind)).next_back()
    })
}

/// The order in which bundlers take one env file over another: <https://vite.dev/guide/env-and-mode#env-loading-priorities>.
fn rank(name: &str) -> u8 {
    match name {
        ".env.development.local" | ".env.production.local" => 0,
        ".env.local" => 1,
        ".env.development" | ".env.production" => 2,
        ".env" => 3,
        _ => 4,
    }
}

/// Whether an env file sets the publishable key `name` to one, or to another variable: not to nothing, a placeholder or a secret.
pub(crate) fn has_key(ctx: &Ctx<'_>, name: &str) -> bool {
    files(ctx).filter_map(|path| ctx.workspace.text(&path)).any(|text| {
        let mut values = text.lines().filter_map(pair).filter(|(known, _)| *known == name);
        values.any(|(_, value)| {
            ["pk_test_", "pk_live_"].iter().any(|kind| host_of(value, kind).is_some()) || value.contains('$')
        })
    })
}

pub(crate) fn host_of(value: &str, kind: &str) -> Option<String> {
    let value = value.split(" #").next().unwrap_or_default().trim().trim_matches(['"', '\'', '`']);
    let encoded = value.strip_prefix(kind)?;
    let bytes = BASE64_NOPAD.decode(encoded.trim_end_matches('=').as_bytes()).ok()?;
    let text = String::from_utf8(bytes).ok()?;
    let host = text.strip_suffix('$')?;
    let is_host = host.contains('.') && host.chars().all(|c| c.is_ascii_alphanumeric() || c == '.' || c == '-');
    is_host.then(|| host.to_owned())
}

/// The env file that sets the variable `name`, which every visitor sees, to a secret key.
pub(crate) fn secret_key(ctx: &Ctx<'_>, name: &str) -> Option<RelPath> {
    files(ctx).find(|path| {
        let text = ctx.workspace.text(path).unwrap_or_default();
        text.lines().filter_map(pair).any(|(known, value)| {
            let value = value.trim_matches(['"', '\'', '`']);
            known == name && ["sk_test_", "sk_live_"].iter().any(|kind| value.starts_with(kind))
        })
    })
}

/// The names in a text whose values look like secrets: such a file is read, and never shown.
pub(crate) fn secret_names(text: &str) -> Vec<String> {
    let lines = text.lines().map(|line| line.trim_start().trim_start_matches('#').trim_start());
    lines
        .filter_map(|line| match pair(line) {
            Some((name, value)) => (is_secret(value) || is_password(name, value)).then(|| name.to_owned()),
            None => is_secret(line).then(|| "a line".to_owned()),
        })
        .collect()
}

/// What stands where a value is wanted.
pub(crate) fn is_placeholder(value: &str) -> bool {
    let lower = value.to_ascii_lowercase();
    let words =
        ["your", "xxx", "...", "<", "changeme", "change-me", "example", "placeholder", "replace", "todo", "dummy"];
    let first = value.chars().next();
    value.is_empty() || words.iter().any(|word| lower.contains(word)) || value.chars().all(|c| Some(c) == first)
}

/// `postgres://user:password@host/db`
fn has_password(value: &str) -> bool {
    let host = value.split_once("://").and_then(|(_, rest)| rest.split('/').next());
    let user = host.and_then(|host| host.rsplit_once('@')).map(|(user, _)| user);
    let password = user.and_then(|user| user.split_once(':')).map(|(_, password)| password);
    password.is_some_and(|password| !is_placeholder(password) && !password.to_ascii_lowercase().contains("password"))
}

/// `DB_PASSWORD=hunter2`
fn is_password(name: &str, value: &str) -> bool {
    let value = value.trim_matches(['"', '\'', '`']);
    let name = name.to_ascii_uppercase();
    let is_named = ["PASSWORD", "SECRET", "PRIVATE_KEY", "TOKEN", "API_KEY"].iter().any(|word| name.contains(word));
    is_named && value.len() >= 6 && !is_placeholder(value) && !value.contains('$') && !value.starts_with("http")
}

fn is_secret(value: &str) -> bool {
    let value = value.trim().trim_matches(['"', '\'', '`']);
    if has_password(value) {
        return true;
    }
    // Who sees the app sees its publishable key.
    if is_placeholder(value) || value.starts_with("pk_test_") || value.starts_with("pk_live_") {
        return false;
    }
    let known = [
        "sk_test_",
        "sk_live_",
        "rk_live_",
        "rk_test_",
        "sk-",
        "ghp_",
        "github_pat_",
        "whsec_",
        "eyJ",
        "xoxb-",
        "AKIA",
        "AIza",
        "re_",
        "SG.",
        "sbp_",
        "dop_v1_",
        "hf_",
        "key-",
        "fw_",
        "npm_",
        "-----BEGIN",
    ];
    let starts = known.iter().any(|start| value.starts_with(start) && value.len() > start.len() + 8);
    let runs = value.split(|c: char| !c.is_ascii_hexdigit());
    let is_hex = runs.into_iter().any(|run| run.len() >= 32);
    let is_hook = value.contains("hooks.slack.com/") || value.contains("discord.com/api/webhooks/");
    // `prod:happy-otter-1|eyJ…` is a deploy key.
    let is_long = value.len() >= 40
        && value.chars().all(|c| c.is_ascii_alphanumeric() || "+/=_-|:".contains(c))
        && value.chars().any(|c| c.is_ascii_digit())
        && value.chars().any(|c| c.is_ascii_uppercase());
    let is_deploy_key = ["prod:", "dev:", "preview:"].iter().any(|kind| value.starts_with(kind)) && value.contains('|');
    starts || is_hex || is_long || is_hook || is_deploy_key
}

/// The names that a text sets.
pub(crate) fn names_in(text: &str) -> Vec<String> {
    text.lines().filter_map(pair).map(|(name, _)| name.to_owned()).collect()
}

pub(crate) fn pair(line: &str) -> Option<(&str, &str)> {
    let line = line.trim_start_matches('\u{feff}').trim_start();
    let (name, value) = line.strip_prefix("export ").unwrap_or(line).split_once('=')?;
    let name = name.trim();
    let fits = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    fits.then_some((name, value.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_are_read_of_env_files() {
        let text = "\u{feff}A=1\n# B=2\nexport C = 'x=y'\n D=\"\nno name\n=5\r\nE=\r\n";
        assert_eq!(names_in(text), ["A", "C", "D", "E"]);
    }

    #[test]
    fn the_host_of_a_publishable_key() {
        let key = "pk_test_dmVyYi1ub3VuLTAwLmNsZXJrLmFjY291bnRzLmRldiQ";
        let host = Some("verb-noun-00.clerk.accounts.dev");
        for value in [key.to_owned(), format!("\"{key}\""), format!("{key}="), format!("{key} # ours")] {
            assert_eq!(host_of(&value, "pk_test_").as_deref(), host, "{value}");
        }
        for value in
            ["", "pk_test_", "pk_test_####", "sk_test_dmVyYi1ub3VuLTAwLmNsZXJrLmFjY291bnRzLmRldiQ", "pk_test_YQ"]
        {
            assert_eq!(host_of(value, "pk_test_"), None, "{value}");
        }
    }

    #[test]
    fn secrets_are_known_by_their_shape() {
        let text = "A=sk_test_abcdefghijkl\nB=your-key-here\nC=https://happy-otter-1.convex.cloud\nD=0123456789abcdef0123456789abcdef\n# E='prod:happy-otter-1|eyJ2IjoiM'\nF=pk_test_...\nG=postgres://admin:S3cr3tP4ss@db.example.com/app\nH=postgres://user:password@host/db\nDB_PASSWORD=hunter22\nI_SECRET=your-secret\nJ=00000000000000000000000000000000\n";
        assert_eq!(secret_names(text), ["A", "D", "E", "G", "DB_PASSWORD"]);
    }

    #[test]
    fn examples_are_told_from_env_files() {
        let is_env = |name: &str| is_env_file(&RelPath::new(name).unwrap());
        for name in [".env.example", "env.sample", ".env.local.template"] {
            assert!(is_env(name) && is_template(name), "{name}");
        }
        assert!(is_env(".env.local") && !is_template(".env.local") && !is_env(".envrc") && !is_env("environment.ts"));
    }
}
