//! What `doctor --online` asks the issuers themselves: whether Convex will find the keys by which it checks their tokens.

use change::{Finding, Location, Severity};
use serde_json::Value;

use super::Check;
use super::session_checks::{config, providers};
use crate::Explanation;
use crate::credentials::holds_key;
use crate::doctor::Looked;
use crate::fetch::FetchError;
use crate::token::{Provider, normalised};

/// An issuer that does not say what Convex has to know.
pub(crate) const ISSUER_ONLINE: Check = Check {
    explanation: Explanation {
        id: "issuer-online",
        summary: "An issuer does not answer with the keys by which Convex checks its tokens.",
        text: include_str!("issuer_online.md"),
    },
    check: issuer_online,
};

fn issuer_online(looked: &Looked<'_>) -> Vec<Finding> {
    let fetcher = &looked.ctx.options.fetcher;
    let Some(place) = config(looked, looked.auth()).filter(|_| fetcher.is_there() && !looked.is_changing()) else {
        return Vec::new();
    };
    let mut found: Vec<Finding> = Vec::new();
    for (provider, range) in providers(looked, &place.path) {
        for (severity, message) in said(looked, &provider) {
            let place = Location { path: place.path.clone(), range };
            let mut finding = looked.finding(ISSUER_ONLINE.explanation.id, severity, message, place);
            finding.why =
                Some("Convex asks the issuer for its keys, and checks with them who signed a token".to_owned());
            let help = "use the Frontend API URL that Clerk's dashboard shows for Convex";
            finding.help = (severity != Severity::Note).then(|| help.to_owned());
            finding.doc = Some("https://docs.convex.dev/auth/debug");
            if !found.contains(&finding) {
                found.push(finding);
            }
        }
    }
    found
}

/// What is said of a provider's issuers, and how bad it is.
fn said(looked: &Looked<'_>, provider: &Provider) -> Vec<(Severity, String)> {
    let not_asked = |why: &str| vec![(Severity::Note, format!("nobody was asked: {why}"))];
    if provider.is_custom {
        return not_asked("a `customJwt` names its key set itself");
    }
    if provider.issuers.is_empty() {
        return not_asked("who the issuer is can't be told here; --convex-env and --prod-env say what the variable is");
    }
    let issuers = provider.issuers.iter().map(|issuer| normalised(issuer));
    let one = |issuer: String| match host(&issuer).map(|host| (host, keys(looked, &issuer))) {
        Some((host, Ok(count))) => (Severity::Note, format!("{host} answers, with {count} that Convex takes")),
        Some((host, Err((severity, why)))) => (severity, format!("{host}: {why}")),
        None => (Severity::Note, "nobody was asked: this is no plain address with TLS".to_owned()),
    };
    issuers.map(one).collect()
}

/// The host and port of an address that may be asked: one of TLS, or on this machine. What could lead elsewhere is none: a user, a query.
fn host(address: &str) -> Option<&str> {
    // A key or a token in the wrong place is sent to nobody.
    if holds_key(address) {
        return None;
    }
    let (scheme, rest) = address.split_once("://")?;
    let end = rest.find('/').unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    let (name, port) = authority.split_once(':').unwrap_or((authority, "443"));
    let is_name = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-'));
    let is_plain = is_name && port.parse::<u16>().is_ok() && !path.contains(['?', '#', '@', '\\', ' ']);
    let is_here = ["127.0.0.1", "localhost"].contains(&name);
    (is_plain && (scheme == "https" || (scheme == "http" && is_here))).then_some(authority)
}

/// How many keys an issuer that may be asked has that Convex takes, or how bad it is and what.
fn keys(looked: &Looked<'_>, issuer: &str) -> Result<String, (Severity, String)> {
    let configuration = document(looked, &format!("{issuer}/.well-known/openid-configuration"), "its configuration")?;
    let named = configuration.get("issuer").and_then(Value::as_str).unwrap_or_default();
    if normalised(named) != issuer {
        return Err((Severity::Error, "it says that it is another issuer".to_owned()));
    }
    let address = configuration.get("jwks_uri").and_then(Value::as_str).filter(|address| host(address).is_some());
    let address = address.ok_or_else(|| (Severity::Error, "its configuration names no key set".to_owned()))?;
    let set = document(looked, address, "its key set")?;
    let all = set.get("keys").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    match all.iter().filter(|key| is_taken(key)).count() {
        0 => Err((Severity::Error, "its key set has no key that Convex takes".to_owned())),
        1 => Ok("one key".to_owned()),
        count => Ok(format!("{count} keys")),
    }
}

/// Whether a provider of OIDC takes a key: for RS256 or EdDSA, and to sign.
fn is_taken(key: &Value) -> bool {
    let has = |name: &str, fits: fn(&str) -> bool| key.get(name).and_then(Value::as_str).is_some_and(fits);
    let is_number =
        |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || "-_=".contains(c));
    let is_rsa = has("kty", |kty| kty == "RSA") && has("n", is_number) && has("e", is_number);
    let is_edwards = has("kty", |kty| kty == "OKP") && has("x", is_number);
    (is_rsa || is_edwards) && !has("use", |of| of == "enc")
}

/// A document of an issuer's.
fn document(looked: &Looked<'_>, address: &str, what: &str) -> Result<Value, (Severity, String)> {
    let text = match looked.ctx.options.fetcher.get(address) {
        Some(Ok(text)) => text,
        // A machine that is slow or offline says nothing of the issuer.
        Some(Err(error @ (FetchError::Timeout | FetchError::Unreachable(_)))) => {
            return Err((Severity::Warning, format!("{what} could not be looked at, since {error}")));
        }
        Some(Err(error @ (FetchError::Status(429) | FetchError::Status(500..)))) => {
            return Err((Severity::Warning, format!("{what} could not be looked at, since {error}")));
        }
        Some(Err(error)) => return Err((Severity::Error, format!("{what} is not there: {error}"))),
        None => return Err((Severity::Warning, format!("{what} was not looked at"))),
    };
    let read = serde_json::from_str(&text).ok().filter(Value::is_object);
    read.ok_or_else(|| (Severity::Error, format!("{what} is no JSON")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_that_may_be_asked() {
        assert_eq!(host("https://verb-noun-00.clerk.accounts.dev/x"), Some("verb-noun-00.clerk.accounts.dev"));
        assert_eq!(host("http://127.0.0.1:80/x"), Some("127.0.0.1:80"));
        assert_eq!(host("http://localhost:80"), Some("localhost:80"));
        assert_eq!(host("http://verb-noun-00.clerk.accounts.dev"), None);
        assert_eq!(host("https://eyJhbGci.eyJpc3Mi.c2ln"), None);
        assert_eq!(host("https://verb-noun-00.clerk.accounts.dev/sk_test_x"), None);
        assert_eq!(host("file:///etc/passwd"), None);
        assert_eq!(host("https://file:///etc/passwd"), None);
        assert_eq!(host("http://localhost:80@192.0.2.2:80"), None);
        assert_eq!(host("http://127.0.0.1@192.0.2.2"), None);
        assert_eq!(host("https://user:word@verb-noun-00.clerk.accounts.dev"), None);
        assert_eq!(host("https://verb-noun-00.clerk.accounts.dev?a=b"), None);
        assert_eq!(host("https://verb-noun-00.clerk.accounts.dev/#x"), None);
    }
}
