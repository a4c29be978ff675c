//! The checks of what the user hands over: the variables of the Convex deployments, and a session token.

use change::{Finding, Location, RelPath, Severity};
use syntax::on_deep_stack;

use super::Check;
use super::auth_config_checks::GUIDE;
use super::convex_auth_config::{AuthConfig, ISSUER_NAMES, env_name, items};
use crate::Explanation;
use crate::credentials::{Address, What};
use crate::deployment::Deployment;
use crate::doctor::Looked;
use crate::token::{Decision, Provider, Signature, Token, decide, normalised};
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
fn config(looked: &Looked<'_>, state: &AuthConfig) -> Option<Location> {
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
    if state.is_clerk && !state.is_literal {
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
    for public in
        ["VITE_CLERK_SECRET_KEY", "NEXT_PUBLIC_CLERK_SECRET_KEY"].iter().filter(|name| deployment.is_secret(name))
    {
        say(
            Severity::Error,
            format!("{public} on {which} holds a secret key"),
            format!("npx convex env unset{flag} {public}"),
        );
    }
    found
}

/// The host of the publishable key that the app's env files have, for production or not.
fn key_host(looked: &Looked<'_>, is_production: bool) -> Option<String> {
    let own = looked.variables().iter().filter(|variable| variable.is_of_production() == is_production);
    own.filter_map(|variable| match &variable.what {
        What::Publishable { host, .. } => Some(host.clone()),
        _ => None,
    })
    .next()
}

/// The providers of auth.config, with what their variables are as far as that is known here.
fn providers(looked: &Looked<'_>, path: &RelPath) -> Vec<(Provider, change::TextRange)> {
    let ctx = looked.ctx;
    let known = |name: &str| -> Option<String> {
        let given =
            ctx.options.deployment.as_ref().and_then(|deployment| deployment.address(name)?.host().map(str::to_owned));
        let in_files = || {
            looked.variables().iter().find_map(|variable| match &variable.what {
                What::Issuer(address) if variable.name == name => address.host().map(str::to_owned),
                _ => None,
            })
        };
        // The issuer of the instance is what its key holds.
        let by_key = || name.contains("CLERK").then(|| key_host(looked, false)).flatten();
        given.or_else(in_files).or_else(by_key).map(|host| format!("https://{host}"))
    };
    let items = on_deep_stack(|| items(ctx, path)).into_iter();
    items
        .map(|item| {
            let value = |name: &str| item.properties.iter().find(|value| value.name == name);
            let issuer = value("domain").or(value("issuer"));
            let issuer = issuer.and_then(|value| value.text.clone().or_else(|| known(&env_name(&value.source)?)));
            let application_id =
                value("applicationID").map(|value| value.text.clone().unwrap_or_else(|| value.source.clone()));
            let is_custom = value("type").is_some_and(|value| value.text.as_deref() == Some("customJwt"));
            (Provider { issuer, application_id, is_custom }, item.range)
        })
        .collect()
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
    let issuer = token.issuer.as_deref().map_or_else(|| "nobody".to_owned(), normalised);
    let audience = token.audiences.first().map_or_else(|| "no audience".to_owned(), |audience| format!("`{audience}`"));
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
            format!("Convex takes this token if this provider's issuer is {issuer} on the deployment"),
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
            format!("Convex refuses a token with several audiences: {}", token.audiences.join(", ")),
            Some("let the template give `convex` alone as `aud`".to_owned()),
            place.clone(),
        ),
        Decision::NoMatch { nearest, issuer: is_issuer, audience: is_audience } => {
            let provider = own(*nearest);
            let wanted = provider
                .and_then(|provider| provider.issuer.as_deref())
                .map_or_else(|| "a variable that is not known here".to_owned(), normalised);
            let id = provider.and_then(|provider| provider.application_id.clone()).unwrap_or_default();
            let by_issuer = is_issuer.then(|| format!("the token is of {issuer}, and it names {wanted}"));
            let by_audience = is_audience.then(|| format!("the token is for {audience}, and it takes `{id}`"));
            let differs: Vec<String> = by_issuer.into_iter().chain(by_audience).collect();
            (
                Severity::Error,
                format!("No auth provider matched; this one comes nearest: {}", differs.join("; ")),
                Some(REMINDER.to_owned()),
                at(*nearest),
            )
        }
        Decision::Algorithm { provider } => {
            let takes = if own(*provider).is_some_and(|provider| provider.is_custom) {
                "RS256 and ES256"
            } else {
                "RS256 and EdDSA"
            };
            (
                Severity::Error,
                format!("this provider takes {takes}, and the token is signed with {}", token.algorithm),
                Some("let Clerk sign it with RS256: a template with a key of its own does not".to_owned()),
                at(*provider),
            )
        }
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
