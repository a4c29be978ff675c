//! What env files say of Clerk, without their values: of a publishable key its kind and host, of an issuer its host, of a secret where it is.
//!
//! ```sh
//! VITE_CLERK_PUBLISHABLE_KEY=pk_test_dmVyYi1ub3VuLTAwLmNsZXJrLmFjY291bnRzLmRldiQ
//! CLERK_JWT_ISSUER_DOMAIN=https://verb-noun-00.clerk.accounts.dev
//! ```

use change::{Location, RelPath, TextRange, is_env_file};

use crate::ctx::Ctx;
use crate::env::{host_of, is_placeholder, is_template, pair};

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
}

impl Address {
    /// Reads a text that is not empty.
    pub(crate) fn of(text: &str) -> Self {
        if text.contains(char::is_whitespace) || text.contains('#') {
            return Self::Space;
        }
        if text.contains("/.well-known") || text.contains("jwks") {
            return Self::KeySet;
        }
        let bare = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
        let rest = bare.unwrap_or(text);
        let host = rest.trim_end_matches('/');
        if host.starts_with("dashboard.clerk.") {
            return Self::Dashboard;
        }
        match (host.contains('/'), bare.is_some() && host == rest) {
            (true, _) => Self::Path,
            (false, true) => Self::Fine(host.to_owned()),
            (false, false) => Self::Mended(host.to_owned()),
        }
    }

    /// The host, where it is one of Clerk's Frontend APIs.
    pub(crate) fn host(&self) -> Option<&str> {
        match self {
            Self::Fine(host) | Self::Mended(host) => Some(host),
            Self::KeySet | Self::Dashboard | Self::Space | Self::Path => None,
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
        })
    }
}

/// Whether a variable is one of a publishable key, by its name.
fn is_publishable_name(name: &str) -> bool {
    name.contains("CLERK") && name.ends_with("PUBLISHABLE_KEY")
}

/// What the env files of an app say of Clerk, examples aside; `issuers` are the names under which issuers are looked for.
pub(crate) fn variables(ctx: &Ctx<'_>, issuers: &[&str]) -> Vec<Variable> {
    let all = ctx.workspace.files_in(ctx.app.id.folder()).into_iter();
    let files = all.filter(|path| is_env_file(path) && !is_template(path.file_name()));
    files
        .flat_map(|path| {
            let text = ctx.workspace.text(&path).unwrap_or_default();
            in_text(&path, &text, issuers)
        })
        .collect()
}

/// What one file says.
pub(crate) fn in_text(path: &RelPath, text: &str, issuers: &[&str]) -> Vec<Variable> {
    let mut start = 0;
    let mut found = Vec::new();
    for line in text.split_inclusive('\n') {
        if let Some((name, value)) = pair(line)
            && let Some(what) = what(name, value, issuers)
        {
            let at = line.find(name).unwrap_or_default() as u32 + start;
            let range = TextRange::new(at, at + name.len() as u32);
            found.push(Variable { path: path.clone(), name: name.to_owned(), range, what });
        }
        start += line.len() as u32;
    }
    found
}

fn what(name: &str, value: &str, issuers: &[&str]) -> Option<What> {
    let quote = value.chars().next().filter(|c| ['"', '\'', '`'].contains(c));
    let value = match quote {
        Some(quote) => value.get(1..)?.split(quote).next()?,
        // A comment ends what is not quoted.
        None => value.split(" #").next()?.trim(),
    };
    if ["sk_test_", "sk_live_"].iter().any(|kind| value.starts_with(kind)) {
        return (!is_placeholder(value)).then_some(What::Secret);
    }
    for (kind, is_live) in [("pk_test_", false), ("pk_live_", true)] {
        if let Some(host) = host_of(value, kind) {
            return Some(What::Publishable { is_live, host });
        }
    }
    if is_placeholder(value) || value.contains('$') {
        return None;
    }
    if is_publishable_name(name) {
        return Some(What::NoPublishable);
    }
    issuers.contains(&name).then(|| What::Issuer(Address::of(value)))
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
            (format!("VITE_CLERK_PUBLISHABLE_KEY=\"{key}\" # ours"), Some(fine)),
            ("VITE_CLERK_PUBLISHABLE_KEY=pk_test_nonsense".to_owned(), Some(What::NoPublishable)),
            ("VITE_CLERK_PUBLISHABLE_KEY=pk_test_...".to_owned(), None),
            ("VITE_CLERK_PUBLISHABLE_KEY=".to_owned(), None),
            ("NEXT_PUBLIC_KEY=sk_test_abcdefghijkl".to_owned(), Some(What::Secret)),
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
    fn a_place_is_that_of_the_name() {
        let path = RelPath::new(".env").unwrap();
        let found = in_text(&path, "A=1\nexport KEY=sk_test_abcdefghijkl\n", &[]);
        assert_eq!(found[0].range, TextRange::new(11, 14));
    }
}
