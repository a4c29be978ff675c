//! What env files say of Clerk, without their values: of a publishable key its kind and host, of an issuer its host, of a secret where it is.
//!
//! ```sh
//! VITE_CLERK_PUBLISHABLE_KEY=pk_test_dmVyYi1ub3VuLTAwLmNsZXJrLmFjY291bnRzLmRldiQ
//! CLERK_JWT_ISSUER_DOMAIN=https://verb-noun-00.clerk.accounts.dev
//! ```

use std::collections::BTreeSet;

use change::{Location, RelPath, TextRange};
use memchr::memmem;

use crate::ctx::Ctx;
use crate::env::{host_of, is_placeholder, pair};
use crate::workspace::join;

/// A variable of an env file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Variable {
    pub(crate) path: RelPath,
    pub(crate) name: String,
    /// Where its name stands; its value is shown to nobody.
    pub(crate) range: TextRange,
    pub(crate) what: What,
}

impl Variable {
    pub(crate) fn location(&self) -> Location {
        Location { path: self.path.clone(), range: self.range }
    }

    /// Whether its file is taken in production only.
    pub(crate) fn is_of_production(&self) -> bool {
        self.path.file_name().split('.').any(|part| ["production", "prod"].contains(&part))
    }
}

/// What a value is, as far as that concerns Clerk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum What {
    /// A publishable key, live or not, with the Frontend API host that it holds.
    Publishable { is_live: bool, host: String },
    /// Something in the place of a publishable key that is none.
    NoPublishable,
    /// A secret key.
    Secret,
    /// The address of an issuer.
    Issuer(Address),
}

/// An address in the place of a Frontend API URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Address {
    /// One, of this host.
    Fine(String),
    /// One that the backend puts right: it has no scheme, or a slash at its end.
    Mended(String),
    /// The address of the key set, not of the issuer.
    KeySet,
    /// The address of Clerk's dashboard.
    Dashboard,
    /// There is a space in it, or a comment.
    Space,
    /// There is a path in it, which no Frontend API URL has.
    Path,
    /// It is none; nothing of it is kept, as it may be a secret.
    None,
}

impl Address {
    /// Reads a text that is not empty.
    pub(crate) fn of(text: &str) -> Self {
        let bare = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
        let rest = bare.unwrap_or(text);
        let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '-'))).unwrap_or(rest.len());
        let (host, behind) = rest.split_at(end);
        // Without a scheme a token or a password with dots in it is not taken for a host.
        let ends =
            host.rsplit('.').next().is_some_and(|last| last.len() > 1 && last.chars().all(|c| c.is_ascii_alphabetic()));
        let is_plain = bare.is_some() || (ends && !host.chars().any(|c| c.is_ascii_uppercase()));
        let is_host = is_plain && host.contains('.') && !host.starts_with('.') && !host.ends_with('.');
        let (host, path) = (host.to_ascii_lowercase(), behind.trim_end_matches('/'));
        match (is_host, behind.chars().next()) {
            // A token has dots as well, and so have names of services; a user, a port or a query is no part of a host.
            (false, _)
            | (
                true,
                Some(
                    '@' | ':' | '?' | '=' | '&' | ';' | ',' | '|' | '_' | '+' | '~' | '!' | '$' | '*' | '%' | '"'
                    | '\'' | '\\',
                ),
            ) => Self::None,
            _ if host.len() > 100 => Self::None,
            _ if host.starts_with("dashboard.clerk.") => Self::Dashboard,
            _ if behind.contains(char::is_whitespace) || behind.contains('#') => Self::Space,
            _ if behind.contains("/.well-known") || behind.contains("jwks") => Self::KeySet,
            _ if !path.is_empty() => Self::Path,
            _ if bare.is_some() && behind.is_empty() => Self::Fine(host),
            _ => Self::Mended(host),
        }
    }

    /// The host, where it is one of Clerk's Frontend APIs.
    pub(crate) fn host(&self) -> Option<&str> {
        match self {
            Self::Fine(host) | Self::Mended(host) => Some(host),
            Self::KeySet | Self::Dashboard | Self::Space | Self::Path | Self::None => None,
        }
    }

    /// What is wrong with it, and whether Convex could not go on with it.
    pub(crate) fn problem(&self) -> Option<(&'static str, bool)> {
        Some(match self {
            Self::Fine(_) => return None,
            Self::Mended(_) => ("lacks `https://`, or ends with a slash; Convex mends both", false),
            Self::KeySet => ("is the address of the key set, not that of the issuer", true),
            Self::Dashboard => ("is an address of Clerk's dashboard", true),
            Self::Space => ("has a space or a comment in it", true),
            Self::Path => ("has a path, which no Frontend API URL has", true),
            Self::None => ("is no address", true),
        })
    }
}

/// Whether a variable is one of a publishable key, by its name.
fn is_publishable_name(name: &str) -> bool {
    name.contains("CLERK") && name.ends_with("PUBLISHABLE_KEY")
}

/// The env files that are read by their names, each before those that it overrides: <https://vite.dev/guide/env-and-mode>.
const FILES: [&str; 6] =
    [".env.development.local", ".env.production.local", ".env.local", ".env.development", ".env.production", ".env"];

/// The folders whose env files concern an app: its own, and those of the package with its Convex functions.
pub(crate) fn folders<'a>(ctx: &'a Ctx<'_>) -> Vec<&'a str> {
    let backend = ctx.functions().into_iter().flat_map(|functions| [&*functions.owner, &*functions.project]);
    let mut folders = vec![ctx.app.id.folder()];
    for folder in backend {
        if !folders.contains(&folder) {
            folders.push(folder);
        }
    }
    folders
}

/// The env files that concern an app and are read by their names, its own first, each before those that it overrides.
pub(crate) fn files<'a>(ctx: &'a Ctx<'_>) -> impl Iterator<Item = RelPath> + 'a {
    folders(ctx).into_iter().flat_map(|folder| FILES.iter().filter_map(move |name| join(folder, name)))
}

/// What the env files of an app say of Clerk, each file before those that it overrides; `issuers` are the names under which issuers are looked
/// for. Of the package with the functions only the issuer counts, which is all that Convex reads.
pub(crate) fn variables(ctx: &Ctx<'_>, issuers: &[&str]) -> Vec<Variable> {
    let own = ctx.app.id.folder();
    let read = files(ctx).filter_map(|path| Some((ctx.workspace.text(&path)?, path)));
    let all = read.flat_map(|(text, path)| in_text(&path, &text, issuers));
    all.filter(|variable| variable.path.folder() == own || matches!(variable.what, What::Issuer(_))).collect()
}

/// Whether a text holds a key of Clerk's or a token, as where somebody pasted it in the wrong place: it is shown and sent to nobody then.
pub(crate) fn holds_key(text: &str) -> bool {
    let is_apart = |c: char| !c.is_ascii_alphanumeric() && !matches!(c, '_' | '-');
    // A token begins with `{"` in base64.
    ["sk_test_", "sk_live_", "pk_test_", "pk_live_"].iter().any(|kind| text.contains(kind))
        || text.split(is_apart).any(|part| part.starts_with("eyJ"))
}

/// Where texts of source hold a secret key: where it begins, never what it is.
pub(crate) fn secrets_in(text: &str) -> Vec<TextRange> {
    let starts = ["sk_test_", "sk_live_"].iter().flat_map(|kind| memmem::find_iter(text.as_bytes(), kind.as_bytes()));
    let is_key = |start: &usize| {
        let key: &str = text.get(start + 8..).unwrap_or_default();
        let key = key.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
        // Clerk's have more than forty of all kinds; `sk_test_xxxxxxxxxxxxxxxxxxxx` is none, and Stripe's are shorter.
        let has = |fits: fn(&char) -> bool| key.chars().any(|c| fits(&c));
        let is_mixed = has(char::is_ascii_digit) && has(char::is_ascii_lowercase) && has(char::is_ascii_uppercase);
        (38..64).contains(&key.len()) && is_mixed && key.chars().collect::<BTreeSet<char>>().len() > 15
    };
    let mut found: Vec<TextRange> =
        starts.filter(is_key).map(|start| TextRange::new(start as u32, start as u32 + 8)).collect();
    found.sort();
    found
}

/// The variable of a name that counts, of some in the order of their files.
pub(crate) fn effective<'v>(all: &[&'v Variable]) -> Vec<&'v Variable> {
    let mut seen = BTreeSet::new();
    all.iter().copied().filter(|variable| seen.insert(variable.name.as_str())).collect()
}

/// What one file says: of a name the last.
pub(crate) fn in_text(path: &RelPath, text: &str, issuers: &[&str]) -> Vec<Variable> {
    let mut found: Vec<Variable> = Vec::new();
    for (range, name, value) in assignments(text) {
        found.retain(|known| known.name != name);
        if let Some(what) = what(name, value, issuers) {
            found.push(Variable { path: path.clone(), name: name.to_owned(), range, what });
        }
    }
    found
}

/// The names that a text sets.
pub(crate) fn names_set(text: &str) -> BTreeSet<String> {
    assignments(text).into_iter().map(|(_, name, _)| name.to_owned()).collect()
}

/// The assignments of an env file: where each name is, the name, and the value. What stands within a value of several lines is none.
fn assignments(text: &str) -> Vec<(TextRange, &str, &str)> {
    let mut found = Vec::new();
    let (mut start, mut open): (u32, Option<char>) = (0, None);
    for line in text.split_inclusive('\n') {
        let at = start;
        start += line.len() as u32;
        if let Some(quote) = open {
            open = (!line.contains(quote)).then_some(quote);
            continue;
        }
        let Some((name, value)) = pair(line) else { continue };
        // A key in the place of a name is shown to nobody.
        if holds_key(name) {
            continue;
        }
        let quote = value.chars().next().filter(|c| ['"', '\'', '`'].contains(c));
        open = quote.filter(|quote| !value.get(1..).unwrap_or_default().contains(*quote));
        let begin = line.find(name).unwrap_or_default() as u32 + at;
        found.push((TextRange::new(begin, begin + name.len() as u32), name, value));
    }
    found
}

/// What stands for a value that is kept elsewhere: `op://vault/key`, `encrypted:…`, `{{KEY}}`, `$KEY`.
fn is_reference(value: &str) -> bool {
    ["op://", "encrypted:", "vault:", "%"].iter().any(|start| value.starts_with(start))
        || ["$", "{{", "__", "<", "..."].iter().any(|part| value.contains(part))
}

fn what(name: &str, value: &str, issuers: &[&str]) -> Option<What> {
    let quote = value.chars().next().filter(|c| ['"', '\'', '`'].contains(c));
    let value = match quote {
        Some(quote) => value.get(1..)?.split(quote).next()?.trim(),
        // A comment ends what is not quoted.
        None => value.split('#').next()?.trim(),
    };
    if let Some(key) = ["sk_test_", "sk_live_"].iter().find_map(|kind| value.strip_prefix(kind)) {
        let is_key = key.len() >= 16 && key.chars().all(|c| c.is_ascii_alphanumeric());
        return is_key.then_some(What::Secret);
    }
    for (kind, is_live) in [("pk_test_", false), ("pk_live_", true)] {
        if value == kind {
            return None;
        }
        if let Some(host) = host_of(value, kind) {
            return Some(What::Publishable { is_live, host });
        }
    }
    if value.is_empty() || is_reference(value) {
        return None;
    }
    if is_publishable_name(name) {
        return (!is_placeholder(value)).then_some(What::NoPublishable);
    }
    let is_open = value.to_ascii_lowercase().starts_with("your") || value.contains("your-");
    (issuers.contains(&name) && !is_open).then(|| What::Issuer(Address::of(value)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(line: &str) -> Option<What> {
        let path = RelPath::new(".env.local").unwrap();
        in_text(&path, &format!("A=1\n{line}\n"), &["CLERK_JWT_ISSUER_DOMAIN"]).pop().map(|variable| variable.what)
    }

    #[test]
    fn values_are_told_by_what_they_are() {
        let key = "pk_test_dmVyYi1ub3VuLTAwLmNsZXJrLmFjY291bnRzLmRldiQ";
        let host = "verb-noun-00.clerk.accounts.dev".to_owned();
        let fine = What::Publishable { is_live: false, host: host.clone() };
        let issuer = |address| Some(What::Issuer(address));
        for (line, expected) in [
            (format!("VITE_CLERK_PUBLISHABLE_KEY={key}"), Some(fine.clone())),
            (format!("VITE_CLERK_PUBLISHABLE_KEY=\"{key}\" # ours"), Some(fine.clone())),
            ("VITE_CLERK_PUBLISHABLE_KEY=pk_test_nonsense".to_owned(), Some(What::NoPublishable)),
            ("VITE_CLERK_PUBLISHABLE_KEY=pk_test_...".to_owned(), None),
            ("VITE_CLERK_PUBLISHABLE_KEY=".to_owned(), None),
            ("NEXT_PUBLIC_KEY=sk_test_abcdefghijklmnop".to_owned(), Some(What::Secret)),
            ("CLERK_SECRET_KEY=sk_test_your_secret_key_here".to_owned(), None),
            ("VITE_CLERK_PUBLISHABLE_KEY=op://vault/clerk/key".to_owned(), None),
            (format!("VITE_CLERK_PUBLISHABLE_KEY={key}\t# dev"), Some(fine.clone())),
            ("CLERK_JWT_ISSUER_DOMAIN=hunter2supersecret".to_owned(), Some(What::Issuer(Address::None))),
            ("CLERK_JWT_ISSUER_DOMAIN=https://user:pw@x.dev".to_owned(), Some(What::Issuer(Address::None))),
            ("CLERK_JWT_ISSUER_DOMAIN=https://x.dev?token=a".to_owned(), Some(What::Issuer(Address::None))),
            ("CLERK_JWT_ISSUER_DOMAIN=eyJhbGci.eyJpc3Mi.c2lnbmF0".to_owned(), Some(What::Issuer(Address::None))),
            ("CLERK_JWT_ISSUER_DOMAIN=eyJhbGci.eyJpc3Mi.c2ln_a".to_owned(), Some(What::Issuer(Address::None))),
            ("CLERK_JWT_ISSUER_DOMAIN= # issuer".to_owned(), None),
            (format!("CLERK_JWT_ISSUER_DOMAIN=https://{host}"), issuer(Address::Fine(host.clone()))),
            (format!("CLERK_JWT_ISSUER_DOMAIN={host}/"), issuer(Address::Mended(host.clone()))),
            (format!("CLERK_JWT_ISSUER_DOMAIN=https://{host} # dev"), issuer(Address::Fine(host.clone()))),
            (format!("CLERK_JWT_ISSUER_DOMAIN=\"https://{host} # dev\""), issuer(Address::Space)),
            (format!("CLERK_JWT_ISSUER_DOMAIN=https://{host}/.well-known/jwks.json"), issuer(Address::KeySet)),
            ("CLERK_JWT_ISSUER_DOMAIN=https://dashboard.clerk.com/apps/x".to_owned(), issuer(Address::Dashboard)),
            (format!("CLERK_JWT_ISSUER_DOMAIN=https://{host}/v1"), issuer(Address::Path)),
            ("OTHER=https://x.dev".to_owned(), None),
        ] {
            assert_eq!(of(&line), expected, "{line}");
        }
    }

    #[test]
    fn keys_in_the_wrong_place() {
        for text in ["VITE_sk_test_x", "https://x.dev/pk_live_x", "https://eyJhbGci.eyJpc3Mi.c2ln"] {
            assert!(holds_key(text), "{text}");
        }
        for text in ["apiKeyJson", "task_list", "https://verb-noun-00.clerk.accounts.dev/task_api"] {
            assert!(!holds_key(text), "{text}");
        }
    }

    #[test]
    fn a_place_is_that_of_the_name() {
        let path = RelPath::new(".env").unwrap();
        let found = in_text(&path, "A=1\nexport KEY=sk_test_abcdefghijklmnop\n", &[]);
        assert_eq!(found[0].range, TextRange::new(11, 14));
    }

    #[test]
    fn the_last_of_a_name_counts_and_what_is_within_a_value_does_not() {
        let path = RelPath::new(".env").unwrap();
        let issuers = ["CLERK_JWT_ISSUER_DOMAIN"];
        let text = "CLERK_JWT_ISSUER_DOMAIN=https://a.dev\nNOTE=\"x\nCLERK_JWT_ISSUER_DOMAIN=https://c.dev\n\"\nCLERK_JWT_ISSUER_DOMAIN=https://b.dev\n";
        let found = in_text(&path, text, &issuers);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].what, What::Issuer(Address::Fine("b.dev".to_owned())));
    }
}
