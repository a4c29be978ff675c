//! What `doctor --production` looks at on top: whether what is built for production is of Clerk's production instance.

use change::{Finding, ImportedName, Location, Severity, TextRange};
use syntax::{ConfigItem, Value, on_deep_stack};

use super::Check;
use super::auth_config_checks::literal_domains;
use super::build_checks;
use super::convex_auth_config::written;
use super::session_checks::{chooses, config};
use crate::Explanation;
use crate::credentials::{Address, Variable, What, effective};
use crate::doctor::Looked;
use crate::graph::sources::FileId;
use crate::workspace::join;

/// What production needs.
pub(crate) const PRODUCTION: Check = Check {
    explanation: Explanation {
        id: "production-instance",
        summary: "What is built for production is not of Clerk's production instance.",
        text: include_str!("production_instance.md"),
    },
    check: production,
};

/// What nothing in the repository shows.
pub(crate) const STEPS: Check = Check {
    explanation: Explanation {
        id: "production-steps",
        summary: "What production needs and nothing in the repository shows.",
        text: include_str!("production_steps.md"),
    },
    check: steps,
};

/// The middleware takes sessions that were made for any address.
pub(crate) const AUTHORIZED_PARTIES: Check = Check {
    explanation: Explanation {
        id: "authorized-parties",
        summary: "The middleware does not say for which addresses it takes sessions.",
        text: include_str!("authorized_parties.md"),
    },
    check: authorized_parties,
};

/// Clerk's guide to production.
const GUIDE: &str = "https://clerk.com/docs/guides/development/deployment/production";

/// The end of the hosts of development instances.
const DEVELOPMENT: &str = ".clerk.accounts.dev";

fn is_asked(looked: &Looked<'_>) -> bool {
    looked.ctx.options.production && !looked.is_changing()
}

fn say(looked: &Looked<'_>, severity: Severity, message: String, help: &str, place: Location) -> Finding {
    let mut finding = looked.finding(PRODUCTION.explanation.id, severity, message, place);
    finding.why = Some(
        "a development instance of Clerk's is for a hundred people, and signs in by addresses of Clerk's".to_owned(),
    );
    finding.help = Some(help.to_owned());
    finding.doc = Some(GUIDE);
    finding
}

fn production(looked: &Looked<'_>) -> Vec<Finding> {
    if !is_asked(looked) {
        return Vec::new();
    }
    let mut found = domains(looked);
    found.extend(live_host(looked));
    found.extend(nothing_known(looked));
    found.extend(deployment(looked));
    found.extend(workflows(looked));
    found
}

/// `domain: "https://verb-noun-00.clerk.accounts.dev"`: every deployment takes the sessions of the development instance.
fn domains(looked: &Looked<'_>) -> Vec<Finding> {
    let found = literal_domains(looked).into_iter().filter_map(|(place, text)| {
        let address = Address::of(&text);
        let host = address.host().filter(|host| host.ends_with(DEVELOPMENT))?;
        let message = format!("Convex takes sessions of {host}, a development instance, in production too");
        let help =
            "read the domain from a variable, which each deployment sets to the Frontend API URL of its own instance";
        Some(say(looked, Severity::Error, message, help, place))
    });
    found.collect()
}

/// The variables that count in a build for production.
fn effective_in_production<'v>(looked: &'v Looked<'_>) -> Vec<&'v Variable> {
    let counts = |variable: &&Variable| {
        variable.is_of_production()
            || !variable.path.file_name().contains("development") && !variable.path.file_name().ends_with(".local")
    };
    effective(&looked.variables().iter().filter(counts).collect::<Vec<_>>())
}

/// A live key is one of `clerk.` and the app's domain: <https://clerk.com/docs/guides/development/deployment/production>.
fn live_host(looked: &Looked<'_>) -> Option<Finding> {
    effective_in_production(looked).into_iter().find_map(|variable| match &variable.what {
        What::Publishable { is_live: true, host } if !host.starts_with("clerk.") && !host.ends_with(DEVELOPMENT) => {
            let message = format!("{} is a live key of {host}, which is no `clerk.` of a domain", variable.name);
            let help = "copy the key of the production instance, unless a proxy of your own stands at this host";
            Some(say(looked, Severity::Warning, message, help, variable.location()))
        }
        _ => None,
    })
}

/// No file for production holds a key: the host of the app has it, which can't be seen here.
fn nothing_known(looked: &Looked<'_>) -> Option<Finding> {
    let is_key = |variable: &&Variable| matches!(variable.what, What::Publishable { .. } | What::NoPublishable);
    let key = &looked.wired.key.name;
    match effective_in_production(looked).into_iter().find(is_key) {
        None => {
            let place = Location::file(join(looked.ctx.app.id.folder(), "package.json")?);
            let message = format!("no env file for production sets {key}: it has to be set where the app is built");
            Some(say(looked, Severity::Note, message, "set the `pk_live_` key there", place))
        }
        Some(variable) => {
            let What::Publishable { is_live: false, .. } = &variable.what else { return None };
            // That of a file for production only is said by `publishable-key`.
            let message = format!("{} is a key of a development instance, and counts in production too", variable.name);
            let help = "set the `pk_live_` key in .env.production, or where the app is built";
            (!variable.is_of_production()).then(|| say(looked, Severity::Warning, message, help, variable.location()))
        }
    }
}

/// `NEXT_PUBLIC_CLERK_PUBLISHABLE_KEY: pk_test_…` in a workflow that deploys.
fn workflows(looked: &Looked<'_>) -> Vec<Finding> {
    let deploys = |text: &str| text.contains("convex deploy") || text.contains("--prod") || text.contains("production");
    let found = build_checks::workflow_files(looked).into_iter().filter_map(|(path, text)| {
        let at = text.find("pk_test_").filter(|_| deploys(&text))? as u32;
        let message =
            "this workflow is for production, and a key of a development instance is written in it".to_owned();
        let place = Location { path, range: TextRange::new(at, at + 8) };
        Some(say(looked, Severity::Warning, message, "give it the `pk_live_` key, from a secret", place))
    });
    found.collect()
}

/// The production deployment has variables of its own, which nobody handed over.
fn deployment(looked: &Looked<'_>) -> Option<Finding> {
    let state = looked.auth();
    let place = config(looked, state).filter(|_| looked.ctx.options.production_deployment.is_none())?;
    let is_read = on_deep_stack(|| written(looked.ctx, &place.path));
    let reads = |items: &[ConfigItem]| {
        items.iter().any(|item| item.properties.iter().any(|value| value.source.contains("process.env")))
    };
    if !is_read.is_none_or(|items| reads(&items)) || chooses(looked, &place) {
        return None;
    }
    let message = format!("whether {} is set on the production deployment was not looked at", state.issuer);
    let help = "`npx convex env list --prod | convex-clerk doctor --production --prod-env -`";
    let mut finding = say(looked, Severity::Warning, message, help, place);
    finding.why = Some("each deployment has variables of its own".to_owned());
    Some(finding)
}

fn steps(looked: &Looked<'_>) -> Vec<Finding> {
    let manifest = join(looked.ctx.app.id.folder(), "package.json").filter(|_| is_asked(looked));
    let Some(place) = manifest.map(Location::file) else { return Vec::new() };
    let message = "left to look at: the DNS records of the production instance, its integration with Convex, the credentials of its \
                   social connections, and whether the functions were deployed"
        .to_owned();
    let mut finding = looked.finding(STEPS.explanation.id, Severity::Note, message, place);
    finding.why = Some("they are in Clerk's dashboard and on the deployment, not in the repository".to_owned());
    finding.help = Some("go through the guide, and run `npx convex deploy`".to_owned());
    finding.doc = Some(GUIDE);
    vec![finding]
}

fn authorized_parties(looked: &Looked<'_>) -> Vec<Finding> {
    let Some(server) = looked.ctx.framework.server.filter(|_| is_asked(looked)) else { return Vec::new() };
    let sources = looked.access.modules.sources;
    let found = looked.middleware(server).makers().iter().filter_map(|(file, range)| {
        let path = sources.path(*file);
        let text = looked.ctx.workspace.text(path)?;
        if text.contains("authorizedParties") || !is_written_out(looked, *file, server.makes) {
            return None;
        }
        let message = "Clerk's middleware takes sessions that were made for any address".to_owned();
        let place = Location { path: path.clone(), range: *range };
        let mut finding = looked.finding(AUTHORIZED_PARTIES.explanation.id, Severity::Note, message, place);
        finding.why = Some("an app on another subdomain could hand on the cookies of its visitors".to_owned());
        finding.help = Some("give it `authorizedParties: [\"https://your-domain\"]`".to_owned());
        finding.doc = Some(GUIDE);
        Some(finding)
    });
    found.collect()
}

/// Whether all that makes the middleware in a file is given nothing but handlers, or options that are written out.
fn is_written_out(looked: &Looked<'_>, file: FileId, makes: &[&str]) -> bool {
    let named = |callee: &Value| match callee {
        Value::Imported(imported) => {
            matches!(&imported.export, ImportedName::Named(name) if makes.contains(&name.as_str()))
        }
        _ => false,
    };
    let calls = looked.access.modules.sources.facts(file).flow.calls.iter().filter(|call| named(&call.callee));
    let is_plain = |(index, value): (usize, &Value)| match value {
        Value::Object(options) => options.iter().all(|(name, _)| name.is_some()),
        // `clerkMiddleware(async (auth, request) => …)`; a function in the second place makes options.
        Value::Function(_) => index == 0,
        _ => false,
    };
    calls.flat_map(|call| call.arguments.iter().enumerate()).all(is_plain)
}
