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
fn is_template(name: &str) -> bool {
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
    files(ctx).filter_map(|path| ctx.workspace.text(&path)).find_map(|text| {
        let mut values = text.lines().filter_map(pair).filter(|(known, _)| *known == name);
        values.find_map(|(_, value)| host_of(value, kind))
    })
}

fn host_of(value: &str, kind: &str) -> Option<String> {
    let value = value.split(" #").next().unwrap_or_default().trim().trim_matches(['"', '\'', '`']);
    let encoded = value.strip_prefix(kind)?;
    let bytes = BASE64_NOPAD.decode(encoded.trim_end_matches('=').as_bytes()).ok()?;
    let text = String::from_utf8(bytes).ok()?;
    let host = text.strip_suffix('$')?;
    let is_host = host.contains('.') && host.chars().all(|c| c.is_ascii_alphanumeric() || c == '.' || c == '-');
    is_host.then(|| host.to_owned())
}

/// The names in a text whose values look like secrets: such a file is read, and never shown.
pub(crate) fn secret_names(text: &str) -> Vec<String> {
    let pairs = text.lines().map(|line| line.trim_start().trim_start_matches('#')).filter_map(pair);
    pairs.filter(|(_, value)| is_secret(value)).map(|(name, _)| name.to_owned()).collect()
}

fn is_secret(value: &str) -> bool {
    let value = value.trim().trim_matches(['"', '\'', '`']);
    let known = ["sk_test_", "sk_live_", "sk-", "ghp_", "whsec_", "eyJ", "xoxb-", "AKIA", "-----BEGIN"];
    let starts = known.iter().any(|start| value.starts_with(start) && value.len() > start.len() + 8);
    let is_hex = value.len() >= 32 && value.chars().all(|c| c.is_ascii_hexdigit());
    // `prod:happy-otter-1|eyJ…` is a deploy key.
    let is_long = value.len() >= 40
        && value.chars().all(|c| c.is_ascii_alphanumeric() || "+/=_-|:".contains(c))
        && value.chars().any(|c| c.is_ascii_digit())
        && value.chars().any(|c| c.is_ascii_uppercase());
    starts || is_hex || is_long || value.contains("|eyJ")
}

/// The names that a text sets.
pub(crate) fn names_in(text: &str) -> Vec<String> {
    text.lines().filter_map(pair).map(|(name, _)| name.to_owned()).collect()
}

fn pair(line: &str) -> Option<(&str, &str)> {
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
        let text = "A=sk_test_abcdefghijkl\nB=your-key-here\nC=https://happy-otter-1.convex.cloud\nD=0123456789abcdef0123456789abcdef\n# E='prod:happy-otter-1|eyJ2IjoiM'\nF=pk_test_...\n";
        assert_eq!(secret_names(text), ["A", "D", "E"]);
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
