//! What Convex would make of a session token, by what is in it: decided as the backend decides, without asking anybody.
//!
//! The first provider of auth.config whose `aud` and `iss` match the token is the one that counts. Issuers are compared with `https://` put before
//! one that lacks it, and without slashes at their ends; an OIDC provider takes RS256 and EdDSA, a `customJwt` one RS256 and ES256. A token with
//! several audiences is refused. Source: get-convex/convex-backend, crates/authentication and crates/common/src/auth.rs, read on 2026-11-23.
//!
//! Nothing here shows a token, or keeps what it was read from.

use std::fmt;

use data_encoding::BASE64URL_NOPAD;
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde_json::Value;

/// What is in a token, its signature aside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// Its issuer, `iss`.
    pub(crate) issuer: Option<String>,
    /// Its audiences, `aud`.
    pub(crate) audiences: Vec<String>,
    /// How it is signed, `alg`.
    pub(crate) algorithm: String,
    /// When it ends, `exp`, in seconds since 1970.
    pub(crate) expires: Option<i64>,
    /// The first of the claims that a token of OIDC has to have, `exp`, `iat` and `sub`, which this one lacks.
    pub(crate) lacks: Option<&'static str>,
    /// What its signature is worth, where a key set was given.
    pub(crate) signature: Option<Signature>,
}

/// What a signature is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Signature {
    /// It is made with a key of the set.
    Right,
    /// It is not made with the key that the token names.
    Wrong,
    /// The set has no key of the token's name, or cannot be read.
    NoKey,
}

/// Why a text is no token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// It has not three parts with dots between them.
    #[error("this is no session token: it has not three parts with dots between them")]
    Parts,
    /// It has no signature.
    #[error("this token has no signature: Convex takes none of those")]
    Unsigned,
    /// A part is no JSON in base64.
    #[error("this is no session token: its parts are not JSON in base64")]
    Encoding,
    /// The key set is none.
    #[error("this is no JSON Web Key Set: it has to be JSON with `keys`")]
    Keys,
}

impl Token {
    /// Reads a token; `keys` is the text of a JSON Web Key Set, by which its signature is checked.
    ///
    /// # Errors
    /// [`TokenError`] where the text is no token, or `keys` no key set. It never holds a part of either.
    pub fn read(text: &str, keys: Option<&str>) -> Result<Self, TokenError> {
        // As it is copied from a header, or from JSON.
        let text = text.trim_start_matches('\u{feff}').trim().trim_matches(['"', '\'']);
        let text = match text.get(..7).filter(|word| word.eq_ignore_ascii_case("bearer ")) {
            Some(_) => text.get(7..).unwrap_or_default().trim(),
            None => text,
        };
        let parts: Vec<&str> = text.split('.').collect();
        let [header, payload, signed] = parts.as_slice() else { return Err(TokenError::Parts) };
        if signed.is_empty() {
            return Err(TokenError::Unsigned);
        }
        let json = |part: &str| -> Option<Value> {
            let bytes = BASE64URL_NOPAD.decode(part.trim_end_matches('=').as_bytes()).ok()?;
            serde_json::from_slice(&bytes).ok().filter(Value::is_object)
        };
        let (Some(header), Some(payload)) = (json(header), json(payload)) else { return Err(TokenError::Encoding) };
        let keys = keys.map(|keys| keys.trim_start_matches('\u{feff}'));
        let set = keys.map(serde_json::from_str::<JwkSet>).transpose().map_err(|_| TokenError::Keys)?;
        let text_of = |value: &Value, name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
        let audiences = match payload.get("aud") {
            Some(Value::String(one)) => vec![one.clone()],
            Some(Value::Array(all)) => all.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
            _ => Vec::new(),
        };
        let number =
            |name: &str| payload.get(name).and_then(|value| value.as_i64().or_else(|| Some(value.as_f64()? as i64)));
        Ok(Self {
            issuer: text_of(&payload, "iss"),
            audiences,
            algorithm: text_of(&header, "alg").unwrap_or_default(),
            expires: number("exp"),
            lacks: lacks(&payload),
            signature: set.map(|set| signature(text, text_of(&header, "kid").as_deref(), &set)),
        })
    }
}

/// The claims of an ID token that OpenID Connect requires, `iss` and `aud` aside, by which a provider is found.
///
/// <https://openid.net/specs/openid-connect-core-1_0.html#IDToken>
fn lacks(payload: &Value) -> Option<&'static str> {
    let is_there = |name: &str| match payload.get(name) {
        Some(value) => {
            if name == "sub" {
                value.is_string()
            } else {
                value.is_number()
            }
        }
        None => false,
    };
    ["exp", "iat", "sub"].into_iter().find(|name| !is_there(name))
}

/// Whether the signature of a token is made with the key of a set that it names.
fn signature(token: &str, id: Option<&str>, set: &JwkSet) -> Signature {
    let key = match (id, set.keys.as_slice()) {
        (Some(id), _) => set.find(id),
        (None, [only]) => Some(only),
        (None, _) => None,
    };
    let Some(key) = key.and_then(|key| DecodingKey::from_jwk(key).ok()) else { return Signature::NoKey };
    let Ok(header) = jsonwebtoken::decode_header(token) else { return Signature::Wrong };
    let mut validation = Validation::new(header.alg);
    // Only the signature: the rest is decided as Convex decides it.
    validation.validate_exp = false;
    validation.validate_aud = false;
    validation.required_spec_claims.clear();
    let is_known = [Algorithm::RS256, Algorithm::ES256, Algorithm::EdDSA].contains(&header.alg);
    match is_known && jsonwebtoken::decode::<Value>(token, &key, &validation).is_ok() {
        true => Signature::Right,
        false => Signature::Wrong,
    }
}

/// A provider of auth.config.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Provider {
    /// What it calls its issuer, `domain` or `issuer`, on each deployment that is known; none where that is a variable whose value is not known.
    pub(crate) issuers: Vec<String>,
    /// The audience that it takes.
    pub(crate) application_id: Audience,
    /// Whether it is of the type `customJwt`.
    pub(crate) is_custom: bool,
    /// How a token of a `customJwt` has to be signed, where that is written out.
    pub(crate) algorithm: Option<String>,
}

/// The audience that a provider takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Audience {
    /// This one.
    Is(String),
    /// It names none.
    Absent,
    /// It can't be told.
    Unknown,
}

/// What Convex makes of a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Decision {
    /// It takes it, by this provider; in so many seconds the token ends.
    Taken { provider: usize, left: Option<i64> },
    /// It takes it if the issuer of this provider, which is not known here, is that of the token.
    Perhaps { provider: usize },
    /// It has no provider, or no issuer or audience to go by.
    NoProvider,
    /// It has several audiences.
    SeveralAudiences,
    /// No provider matches; of the one that comes nearest these differ.
    NoMatch { nearest: usize, issuer: bool, audience: bool },
    /// The provider that matches does not take how it is signed.
    Algorithm { provider: usize },
    /// The provider that matches wants a claim that it lacks.
    Lacks { provider: usize, claim: &'static str },
    /// It has ended, so many seconds ago.
    Expired(i64),
    /// Its signature is not that of the key set.
    Signature(Signature),
}

/// An issuer as it is compared.
pub(crate) fn normalised(issuer: &str) -> String {
    let scheme = if issuer.starts_with("https://") || issuer.starts_with("http://") { "" } else { "https://" };
    format!("{scheme}{}", issuer.trim_end_matches('/'))
}

/// Decides on a token at `now`, in seconds since 1970.
pub(crate) fn decide(token: &Token, providers: &[Provider], now: i64) -> Decision {
    let issuer = token.issuer.as_deref().map(normalised);
    // `None` is for what can't be told here.
    let fits = |provider: &Provider| -> (Option<bool>, Option<bool>) {
        let is_audience = match &provider.application_id {
            Audience::Is(wanted) => Some(token.audiences.contains(wanted)),
            Audience::Absent => Some(provider.is_custom),
            Audience::Unknown => None,
        };
        let is_own = |own: &String| issuer.as_deref() == Some(normalised(own).as_str());
        let is_issuer = (!provider.issuers.is_empty()).then(|| provider.issuers.iter().any(is_own));
        (is_issuer, is_audience)
    };
    let Some(index) = providers.iter().position(|provider| fits(provider) == (Some(true), Some(true))) else {
        let may = |provider: &Provider| {
            let (issuer, audience) = fits(provider);
            issuer != Some(false) && audience != Some(false)
        };
        if let Some(provider) = providers.iter().position(may) {
            return Decision::Perhaps { provider };
        }
        // The one with the same issuer comes nearest: what lacks is one word.
        let rank = |provider: &Provider| match fits(provider) {
            (Some(true), _) => 2,
            (_, Some(true)) => 1,
            _ => 0,
        };
        let nearest = (0..providers.len()).rev().max_by_key(|index| providers.get(*index).map(rank));
        return match nearest.and_then(|index| Some((index, fits(providers.get(index)?)))) {
            Some((nearest, (issuer, audience))) => {
                Decision::NoMatch { nearest, issuer: issuer == Some(false), audience: audience == Some(false) }
            }
            None => Decision::NoProvider,
        };
    };
    let (is_custom, algorithm) =
        providers.get(index).map_or((false, None), |provider| (provider.is_custom, provider.algorithm.as_deref()));
    if !is_custom && token.audiences.len() > 1 {
        return Decision::SeveralAudiences;
    }
    let algorithms = match (is_custom, algorithm) {
        (true, Some(one)) => vec![one],
        (true, None) => vec!["RS256", "ES256"],
        (false, _) => vec!["RS256", "EdDSA"],
    };
    if !algorithms.contains(&token.algorithm.as_str()) {
        return Decision::Algorithm { provider: index };
    }
    if let Some(claim) = token.lacks.filter(|_| !is_custom) {
        return Decision::Lacks { provider: index, claim };
    }
    if let Some(signature @ (Signature::Wrong | Signature::NoKey)) = token.signature {
        return Decision::Signature(signature);
    }
    match token.expires.map(|expires| expires - now) {
        // Leeway is 0; that was not verified in the backend.
        Some(left) if left <= 0 => Decision::Expired(-left),
        left => Decision::Taken { provider: index, left },
    }
}

impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Right => "its signature is right",
            Self::Wrong => "its signature is not made with the key of the key set that it names",
            Self::NoKey => "the key set has no key of the name that it gives, or cannot be read",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOST: &str = "verb-noun-00.clerk.accounts.dev";

    fn oidc(issuer: &str, id: &str) -> Provider {
        Provider {
            issuers: vec![issuer.to_owned()],
            application_id: Audience::Is(id.to_owned()),
            is_custom: false,
            algorithm: None,
        }
    }

    fn custom(issuer: &str, id: Option<&str>) -> Provider {
        let application_id = id.map_or(Audience::Absent, |id| Audience::Is(id.to_owned()));
        Provider { application_id, is_custom: true, ..oidc(issuer, "") }
    }

    fn token(issuer: &str, audiences: &[&str], algorithm: &str, expires: i64) -> Token {
        Token {
            issuer: Some(issuer.to_owned()),
            audiences: audiences.iter().map(|audience| (*audience).to_owned()).collect(),
            algorithm: algorithm.to_owned(),
            expires: Some(expires),
            lacks: None,
            signature: None,
        }
    }

    /// The rules of the backend, one a row.
    #[test]
    fn decisions() {
        let url = format!("https://{HOST}");
        let slash = format!("{url}/");
        let taken = |provider| Decision::Taken { provider, left: Some(100) };
        let no_match = |nearest, issuer, audience| Decision::NoMatch { nearest, issuer, audience };
        for (what, token, providers, expected) in [
            ("it matches", token(&url, &["convex"], "RS256", 200), vec![oidc(&url, "convex")], taken(0)),
            ("a scheme is put before", token(HOST, &["convex"], "RS256", 200), vec![oidc(&url, "convex")], taken(0)),
            ("on both sides", token(&url, &["convex"], "RS256", 200), vec![oidc(HOST, "convex")], taken(0)),
            ("slashes are trimmed", token(&slash, &["convex"], "RS256", 200), vec![oidc(&url, "convex")], taken(0)),
            ("on both sides", token(&url, &["convex"], "RS256", 200), vec![oidc(&slash, "convex")], taken(0)),
            (
                "the first that matches",
                token(&url, &["convex"], "RS256", 200),
                vec![oidc("https://x.dev", "convex"), oidc(&url, "convex"), oidc(&url, "convex")],
                taken(1),
            ),
            ("EdDSA", token(&url, &["convex"], "EdDSA", 200), vec![oidc(&url, "convex")], taken(0)),
            (
                "no ES256 for OIDC",
                token(&url, &["convex"], "ES256", 200),
                vec![oidc(&url, "convex")],
                Decision::Algorithm { provider: 0 },
            ),
            (
                "ES256 for customJwt",
                token(&url, &["convex"], "ES256", 200),
                vec![custom(&url, Some("convex"))],
                taken(0),
            ),
            (
                "no EdDSA for customJwt",
                token(&url, &["convex"], "EdDSA", 200),
                vec![custom(&url, Some("convex"))],
                Decision::Algorithm { provider: 0 },
            ),
            ("customJwt needs no audience", token(&url, &[], "RS256", 200), vec![custom(&url, None)], taken(0)),
            (
                "but keeps to one that it names",
                token(&url, &["other"], "RS256", 200),
                vec![custom(&url, Some("convex"))],
                no_match(0, false, true),
            ),
            (
                "no HS256",
                token(&url, &["convex"], "HS256", 200),
                vec![oidc(&url, "convex")],
                Decision::Algorithm { provider: 0 },
            ),
            (
                "another issuer",
                token("https://other.dev", &["convex"], "RS256", 200),
                vec![oidc(&url, "convex")],
                no_match(0, true, false),
            ),
            (
                "another audience",
                token(&url, &["my-app"], "RS256", 200),
                vec![oidc(&url, "convex")],
                no_match(0, false, true),
            ),
            ("no audience", token(&url, &[], "RS256", 200), vec![oidc(&url, "convex")], no_match(0, false, true)),
            (
                "the nearest has the issuer",
                token(&url, &["x"], "RS256", 200),
                vec![oidc("https://a.dev", "b"), oidc(&url, "convex")],
                no_match(1, false, true),
            ),
            (
                "several audiences",
                token(&url, &["convex", "x"], "RS256", 200),
                vec![oidc(&url, "convex")],
                Decision::SeveralAudiences,
            ),
            (
                "several audiences for customJwt",
                token(&url, &["x", "convex"], "RS256", 200),
                vec![custom(&url, Some("convex"))],
                taken(0),
            ),
            ("it ended", token(&url, &["convex"], "RS256", 90), vec![oidc(&url, "convex")], Decision::Expired(10)),
            ("it ends now", token(&url, &["convex"], "RS256", 100), vec![oidc(&url, "convex")], Decision::Expired(0)),
            ("no provider", token(&url, &["convex"], "RS256", 200), vec![], Decision::NoProvider),
        ] {
            assert_eq!(decide(&token, &providers, 100), expected, "{what}");
        }
        let perhaps = Decision::Perhaps { provider: 0 };
        for unknown in [
            Provider { issuers: vec![], ..oidc("", "convex") },
            Provider { application_id: Audience::Unknown, ..oidc(&url, "") },
            Provider { issuers: vec![], application_id: Audience::Unknown, ..oidc("", "") },
        ] {
            assert_eq!(decide(&token(&url, &["convex"], "RS256", 200), &[unknown], 100), perhaps);
        }
        let bare = Token { lacks: Some("iat"), ..token(&url, &["convex"], "RS256", 200) };
        assert_eq!(decide(&bare, &[oidc(&url, "convex")], 100), Decision::Lacks { provider: 0, claim: "iat" });
        assert_eq!(decide(&bare, &[custom(&url, None)], 100), taken(0));
        let strict = Provider { algorithm: Some("ES256".to_owned()), ..custom(&url, None) };
        let signed = token(&url, &["convex"], "RS256", 200);
        assert_eq!(decide(&signed, &[strict], 100), Decision::Algorithm { provider: 0 });
        let both = Provider { issuers: vec!["https://x.dev".to_owned(), url.clone()], ..oidc("", "convex") };
        assert_eq!(decide(&signed, &[both], 100), taken(0));
    }

    fn made(header: &str, payload: &str) -> String {
        format!("{}.{}.c2ln", BASE64URL_NOPAD.encode(header.as_bytes()), BASE64URL_NOPAD.encode(payload.as_bytes()))
    }

    /// A token that is signed with a made-up key, and the set that has it as `name`.
    fn signed(seed: u8, id: &str, name: &str) -> (String, String) {
        // The form of a private key of Ed25519, RFC 8410.
        let mut der = vec![0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20];
        der.extend([seed; 32]);
        let key = jsonwebtoken::EncodingKey::from_ed_der(&der);
        let header = jsonwebtoken::Header { kid: Some(id.to_owned()), ..jsonwebtoken::Header::new(Algorithm::EdDSA) };
        let payload = serde_json::json!({ "iss": "https://a.dev", "aud": "convex", "exp": 9 });
        let token = jsonwebtoken::encode(&header, &payload, &key).unwrap();
        let mut jwk = jsonwebtoken::jwk::Jwk::from_encoding_key(&key, Algorithm::EdDSA).unwrap();
        jwk.common.key_id = Some(name.to_owned());
        (token, serde_json::json!({ "keys": [jwk] }).to_string())
    }

    #[test]
    fn signatures() {
        let ((token, keys), (_, others)) = (signed(7, "k", "k"), signed(8, "k", "k"));
        let of = |keys: &str| Token::read(&token, Some(keys)).unwrap().signature;
        assert_eq!(of(&keys), Some(Signature::Right));
        assert_eq!(of(&others), Some(Signature::Wrong));
        assert_eq!(of(&signed(7, "k", "other").1), Some(Signature::NoKey));
        assert_eq!(Token::read(&token, Some("nonsense")), Err(TokenError::Keys));
        let changed = token.replacen('.', ".e30", 1);
        assert!(Token::read(&changed, Some(&keys)).is_err());
    }

    #[test]
    fn reading() {
        let text = made(
            "{\"alg\":\"RS256\",\"kid\":\"k\"}",
            "{\"iss\":\"https://a.dev\",\"aud\":[\"convex\"],\"exp\":12.5,\"iat\":1,\"sub\":\"u\"}",
        );
        for text in [text.clone(), format!("bearer {text}\n"), format!("\u{feff}\"{text}\"")] {
            let read = Token::read(&text, None).unwrap();
            assert_eq!(read, Token { expires: Some(12), ..token("https://a.dev", &["convex"], "RS256", 12) });
        }
        assert_eq!(Token::read("sk_test_x", None), Err(TokenError::Parts));
        assert_eq!(Token::read("a.b.c", None), Err(TokenError::Encoding));
        assert_eq!(Token::read(text.trim_end_matches("c2ln"), None), Err(TokenError::Unsigned));
        assert_eq!(Token::read(&made("[]", "{}"), None), Err(TokenError::Encoding));
        assert_eq!(Token::read(&text, Some("{}")), Err(TokenError::Keys));
        assert_eq!(Token::read(&text, Some("{\"keys\":[]}")).unwrap().signature, Some(Signature::NoKey));
    }
}
