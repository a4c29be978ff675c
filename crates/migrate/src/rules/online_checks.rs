//! What `doctor --online` asks the issuers themselves: whether Convex will find the keys by which it checks their tokens.

use change::{Finding, Location, Severity};
use serde_json::Value;

use super::Check;
use super::session_checks::{config, providers};
use crate::Explanation;
use crate::doctor::Looked;
use crate::fetch::FetchError;
use crate::token::normalised;

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
    // A `customJwt` names its key set itself.
    for (provider, range) in providers(looked, &place.path).into_iter().filter(|(provider, _)| !provider.is_custom) {
        for issuer in provider.issuers.iter().map(|issuer| normalised(issuer)) {
            let Some(host) = host(&issuer) else { continue };
            let (severity, message) = match keys(looked, &issuer) {
                Ok(count) => (Severity::Note, format!("{host} answers, with {count} that Convex takes")),
                Err((severity, why)) => (severity, format!("{host}: {why}")),
            };
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

/// The host and port of an issuer that may be asked: one of TLS, or on this machine.
fn host(issuer: &str) -> Option<&str> {
    let of = |rest: &'_ str| rest.len() - rest.split_once('/').map_or(0, |(_, path)| path.len() + 1);
    if let Some(rest) = issuer.strip_prefix("https://") {
        return rest.get(..of(rest));
    }
    let rest = issuer.strip_prefix("http://")?;
    let name = rest.get(..of(rest))?;
    ["127.0.0.1", "localhost"].contains(&name.split(':').next()?).then_some(name)
}

/// How many keys an issuer has that Convex takes, or how bad it is and what.
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
    // A provider of OIDC takes RS256 and EdDSA.
    let is_taken = |key: &&Value| ["RSA", "OKP"].contains(&key.get("kty").and_then(Value::as_str).unwrap_or_default());
    match all.iter().filter(is_taken).count() {
        0 => Err((Severity::Error, "its key set has no key that Convex takes".to_owned())),
        1 => Ok("one key".to_owned()),
        count => Ok(format!("{count} keys")),
    }
}

/// A document of an issuer's.
fn document(looked: &Looked<'_>, address: &str, what: &str) -> Result<Value, (Severity, String)> {
    let text = match looked.ctx.options.fetcher.get(address) {
        Some(Ok(text)) => text,
        // A machine that is slow or offline says nothing of the issuer.
        Some(Err(error @ (FetchError::Timeout | FetchError::Unreachable(_)))) => {
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
        assert_eq!(host("file:///etc/passwd"), None);
    }
}
