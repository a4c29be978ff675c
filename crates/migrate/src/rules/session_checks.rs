//! The checks of what the user hands over: the variables of the Convex deployments, and a session token.

use change::{Finding, Location, RelPath, Severity, TextRange};
use syntax::{ConfigItem, on_deep_stack};

use super::Check;
use super::auth_config_checks::GUIDE;
use super::convex_auth_config::{AuthConfig, ISSUER_NAMES, env_name, written};
use super::key_checks::PUBLIC;
use crate::Explanation;
use crate::credentials::{Address, Variable, What, effective, holds_key};
use crate::deployment::Deployment;
use crate::doctor::Looked;
use crate::token::{Audience, Decision, Provider, Signature, Token, decide};
use crate::workspace::join;

/// What lacks or differs on a deployment.
pub(crate) const DEPLOYMENT: Check = Check {
    explanation: Explanation {
        id: "deployment-variables",
        summary: "A variable of auth.config lacks on the Convex deployment, or is that of another instance.",
        text: include_str!("deployment_variables.md"),
    },
    check: deployment,
};

/// What Convex makes of a token.
pub(crate) const TOKEN: Check = Check {
    explanation: Explanation {
        id: "session-token",
        summary: "Whether Convex would take a session token, and why not.",
        text: include_str!("session_token.md"),
    },
    check: token,
};

/// How soon an end is worth a word, in seconds.
const SOON: i64 = 60;

/// What to do about a session that Convex does not see though everything is right.
const REMINDER: &str = "activate Clerk's integration with Convex for the instance, push, and sign out and in again: a session from before has no \
                        such token";

/// The file that Convex reads, else the package.json of the app.
pub(super) fn config(looked: &Looked<'_>, state: &AuthConfig) -> Option<Location> {
    let manifest = || join(looked.ctx.workspace.manifest_above(looked.ctx.app.id.folder()), "package.json");
    state.typescript.clone().or(state.javascript.clone()).or_else(manifest).map(Location::file)
}

fn deployment(looked: &Looked<'_>) -> Vec<Finding> {
    let options = looked.ctx.options;
    if options.deployment.is_none() && options.production_deployment.is_none() {
        return Vec::new();
    }
    let state = looked.auth();
    let Some(place) = config(looked, state).filter(|_| !looked.is_changing()) else { return Vec::new() };
    let both = [(&options.deployment, false), (&options.production_deployment, true)];
    let given = both.into_iter().filter_map(|(deployment, is_production)| Some((deployment.as_ref()?, is_production)));
    given
        .flat_map(|(deployment, is_production)| of_deployment(looked, state, deployment, is_production, &place))
        .collect()
}

fn of_deployment(
    looked: &Looked<'_>,
    state: &AuthConfig,
    deployment: &Deployment,
    is_production: bool,
    place: &Location,
) -> Vec<Finding> {
    let which = if is_production { "the production deployment" } else { "the deployment" };
    let flag = if is_production { " --prod" } else { "" };
    let name = &state.issuer;
    let host = key_host(looked, is_production);
    let example = host.clone().unwrap_or_else(|| "verb-noun-00.clerk.accounts.dev".to_owned());
    let set = format!("npx convex env set{flag} {name} 'https://{example}'");
    let mut found = Vec::new();
    let mut say = |severity, message: String, help: String| {
        let mut finding = looked.finding(DEPLOYMENT.explanation.id, severity, message, place.clone());
        finding.why =
            Some("auth.config is evaluated on the deployment, with the variables that are set there".to_owned());
        finding.help = Some(help);
        finding.doc = Some(GUIDE);
        found.push(finding);
    };
    if state.is_clerk && !state.is_literal && !chooses(looked, place) {
        match deployment.address(name) {
            None if !deployment.has(name) => {
                say(Severity::Error, format!("{name} is not set on {which}: a push fails"), set.clone());
            }
            None => say(Severity::Error, format!("{name} is set on {which}, and holds no address"), set.clone()),
            Some(address) => {
                if let Some((what, true)) = address.problem() {
                    say(Severity::Error, format!("{name} on {which} {what}"), set.clone());
                }
                let told = address.host().unwrap_or_default();
                let is_test = told.ends_with(".clerk.accounts.dev");
                match &host {
                    Some(host) if !told.is_empty() && host != told => say(
                        Severity::Error,
                        format!("{name} on {which} is {told}, and the publishable key of the app is of {host}"),
                        set.clone(),
                    ),
                    _ if is_production && is_test => say(
                        Severity::Error,
                        format!("{name} on {which} is that of a development instance: {told}"),
                        "set it to the Frontend API URL of the production instance: https://clerk.your-domain"
                            .to_owned(),
                    ),
                    _ => {}
                }
            }
        }
    }
    for other in ISSUER_NAMES.iter().filter(|other| **other != name && deployment.has(other)) {
        let (own, differs) =
            (deployment.address(name).and_then(Address::host), deployment.address(other).and_then(Address::host));
        if own.is_some() && differs.is_some() && own != differs {
            say(
                Severity::Warning,
                format!("{other} on {which} is {}, and auth.config reads {name}", differs.unwrap_or_default()),
                format!("npx convex env unset{flag} {other}"),
            );
        }
    }
    for public in deployment.secrets().filter(|name| PUBLIC.iter().any(|prefix| name.starts_with(prefix))) {
        let message = format!("{public} on {which} holds a secret key, under a name for the browser");
        say(Severity::Error, message, format!("npx convex env unset{flag} {public}"));
    }
    found
}

/// Whether auth.config chooses between variables: which one counts on a deployment can't be told.
pub(super) fn chooses(looked: &Looked<'_>, place: &Location) -> bool {
    let items = on_deep_stack(|| written(looked.ctx, &place.path)).unwrap_or_default();
    let mut domains = items.iter().flat_map(|item| &item.properties).filter(|value| value.name == "domain");
    domains.any(|domain| domain.source.contains("process.env") && simple_env(&domain.source).is_none())
}

/// The host of the publishable key that the app's env files have, for production or not.
fn key_host(looked: &Looked<'_>, is_production: bool) -> Option<String> {
    let own: Vec<&Variable> =
        looked.variables().iter().filter(|variable| variable.is_of_production() == is_production).collect();
    effective(&own).into_iter().find_map(|variable| match &variable.what {
        What::Publishable { host, .. } => Some(host.clone()),
        _ => None,
    })
}

/// The providers of auth.config, with what their variables are as far as that is known here.
pub(super) fn providers(looked: &Looked<'_>, path: &RelPath) -> Vec<(Provider, TextRange)> {
    let ctx = looked.ctx;
    // On whichever deployment: which one the token is meant for is not said.
    let known = |name: &str| -> Vec<String> {
        let given = [&ctx.options.deployment, &ctx.options.production_deployment].into_iter().flatten();
        let given: Vec<&Address> = given.filter_map(|deployment| deployment.address(name)).collect();
        let in_files = looked.variables().iter().filter_map(|variable| match &variable.what {
            What::Issuer(address) if variable.name == name => Some(address),
            _ => None,
        });
        let hosts = given.iter().copied().chain(in_files).filter_map(Address::host).map(str::to_owned);
        let mut hosts: Vec<String> = hosts.collect();
        // The issuer of an instance is what its key holds.
        if hosts.is_empty() && name.contains("CLERK") {
            hosts.extend([false, true].into_iter().filter_map(|is_production| key_host(looked, is_production)));
        }
        hosts.into_iter().map(|host| format!("https://{host}")).collect()
    };
    let open = Provider { issuers: Vec::new(), application_id: Audience::Unknown, is_custom: false, algorithm: None };
    let Some(items) = on_deep_stack(|| written(ctx, path)) else { return vec![(open, TextRange::empty(0))] };
    let provider = |item: ConfigItem| {
        let value = |name: &str| item.properties.iter().find(|value| value.name == name);
        if item.properties.is_empty() {
            return (open.clone(), item.range);
        }
        let issuer = value("domain").or(value("issuer"));
        let issuers = match issuer.map(|value| (&value.text, simple_env(&value.source))) {
            Some((Some(text), _)) => vec![text.clone()],
            Some((None, Some(name))) => known(&name),
            _ => Vec::new(),
        };
        let application_id = match value("applicationID").map(|value| &value.text) {
            Some(Some(text)) => Audience::Is(text.clone()),
            None if !item.is_open => Audience::Absent,
            _ => Audience::Unknown,
        };
        let is_custom = value("type").is_some_and(|value| value.text.as_deref() == Some("customJwt"));
        let algorithm = value("algorithm").and_then(|value| value.text.clone());
        (Provider { issuers, application_id, is_custom, algorithm }, item.range)
    };
    items.into_iter().map(provider).collect()
}

/// `NAME` of `process.env.NAME!`; not of an expression that chooses.
fn simple_env(source: &str) -> Option<String> {
    let chooses =
        source.matches("process.env").count() != 1 || ["? ", "??", "||", "&&"].iter().any(|op| source.contains(op));
    (!chooses).then(|| env_name(source)).flatten()
}

/// Something of a token or a file as it stands in a sentence: short, on one line, and without what ends a code span.
pub(super) fn word(text: &str) -> String {
    // Whoever pasted a key in the wrong place is not to read it in a log.
    if holds_key(text) {
        return "…".to_owned();
    }
    let plain = |c: char| if c.is_control() || c == '`' { '\u{fffd}' } else { c };
    let short: String = text.chars().map(plain).take(80).collect();
    if short.chars().count() < text.chars().count() { format!("{short}…") } else { short }
}

/// An issuer as it stands in a sentence: its host, if it is an address at all.
fn shown_issuer(issuer: &str) -> String {
    match Address::of(issuer).host() {
        Some(host) => format!("https://{host}"),
        None => "an issuer that is no plain address".to_owned(),
    }
}

fn token(looked: &Looked<'_>) -> Vec<Finding> {
    let Some((token, now)) = &looked.ctx.options.token else { return Vec::new() };
    let Some(place) = config(looked, looked.auth()).filter(|_| !looked.is_changing()) else { return Vec::new() };
    let all = providers(looked, &place.path);
    let providers: Vec<Provider> = all.iter().map(|(provider, _)| provider.clone()).collect();
    let decision = decide(token, &providers, *now);
    let at = |index: usize| match all.get(index) {
        Some((_, range)) => Location { path: place.path.clone(), range: *range },
        None => place.clone(),
    };
    let (severity, message, help, location) = told(token, &providers, &decision, &at, &place);
    let mut finding = looked.finding(TOKEN.explanation.id, severity, message, location);
    finding.why =
        Some("the first provider whose `aud` and `iss` match the token is the one that Convex takes".to_owned());
    finding.help = help;
    finding.doc = Some("https://docs.convex.dev/auth/debug");
    vec![finding]
}

/// How bad it is, what is said, what to do, and where.
type Told = (Severity, String, Option<String>, Location);

fn told(
    token: &Token,
    providers: &[Provider],
    decision: &Decision,
    at: &dyn Fn(usize) -> Location,
    place: &Location,
) -> Told {
    let issuer = token.issuer.as_deref().map_or_else(|| "nobody".to_owned(), shown_issuer);
    let audience = token.audiences.first();
    let audience = audience.map_or_else(|| "no audience".to_owned(), |audience| format!("`{}`", word(audience)));
    let own = |index: usize| providers.get(index);
    let checked = match token.signature {
        Some(Signature::Right) => format!("; {}", Signature::Right),
        _ => "; its signature was not checked".to_owned(),
    };
    match decision {
        Decision::Taken { provider, left: Some(left) } if *left <= SOON => (
            Severity::Note,
            format!("Convex takes this token by this provider, and it ends in {left} s{checked}"),
            Some("tokens of Clerk's last a minute: the client has to fetch the next one".to_owned()),
            at(*provider),
        ),
        Decision::Taken { provider, .. } => {
            (Severity::Note, format!("Convex takes this token, by this provider{checked}"), None, at(*provider))
        }
        Decision::Perhaps { provider } => (
            Severity::Note,
            format!(
                "Convex takes this token if this provider is for {issuer} and {audience}, which can't be told here"
            ),
            Some("`npx convex env list | convex-clerk doctor --convex-env -` says what is set there".to_owned()),
            at(*provider),
        ),
        Decision::NoProvider => (
            Severity::Error,
            format!("No auth provider matched: there is none, and the token is of {issuer} for {audience}"),
            Some(REMINDER.to_owned()),
            place.clone(),
        ),
        Decision::SeveralAudiences => (
            Severity::Error,
            format!("Convex refuses a token with several audiences: {}", word(&token.audiences.join(", "))),
            Some("let the template give `convex` alone as `aud`".to_owned()),
            place.clone(),
        ),
        Decision::NoMatch { nearest, issuer: is_issuer, audience: is_audience } => {
            let provider = own(*nearest);
            let issuers = provider.iter().flat_map(|provider| &provider.issuers).map(|own| shown_issuer(own));
            let wanted = issuers.collect::<Vec<_>>().join(" or ");
            let id = match provider.map(|provider| &provider.application_id) {
                Some(Audience::Is(id)) => format!("`{}`", word(id)),
                _ => "none".to_owned(),
            };
            let by_issuer = is_issuer.then(|| format!("the token is of {issuer}, and it names {wanted}"));
            let by_audience = is_audience.then(|| format!("the token is for {audience}, and it takes {id}"));
            let differs: Vec<String> = by_issuer.into_iter().chain(by_audience).collect();
            (
                Severity::Error,
                format!("No auth provider matched; this one comes nearest: {}", differs.join("; ")),
                Some(REMINDER.to_owned()),
                at(*nearest),
            )
        }
        Decision::Algorithm { provider } => {
            let takes = match own(*provider) {
                Some(Provider { is_custom: true, algorithm: Some(one), .. }) => word(one),
                Some(Provider { is_custom: true, .. }) => "RS256 and ES256".to_owned(),
                _ => "RS256 and EdDSA".to_owned(),
            };
            (
                Severity::Error,
                format!("this provider takes {takes}, and the token is signed with {}", word(&token.algorithm)),
                Some(
                    "have the token signed so; Clerk signs with RS256, unless a template has a key of its own"
                        .to_owned(),
                ),
                at(*provider),
            )
        }
        Decision::Lacks { provider, claim } => (
            Severity::Error,
            format!("Convex refuses a token without `{claim}` from this provider"),
            Some("let the template keep what every token of Clerk's has".to_owned()),
            at(*provider),
        ),
        Decision::Expired(ago) => (
            Severity::Error,
            format!("the token ended {ago} s ago"),
            Some("take a fresh one: those of Clerk's last a minute".to_owned()),
            place.clone(),
        ),
        Decision::Signature(signature) => (
            Severity::Error,
            format!("Convex refuses this token: {signature}"),
            Some("take the key set of the instance that signs people in".to_owned()),
            place.clone(),
        ),
    }
}
