//! The checks of Clerk's keys and of the issuer, in env files: by their names, kinds and hosts, never by their values.

use std::collections::BTreeSet;

use change::{Finding, Location, RelPath, Severity, is_env_file};

use super::Check;
use super::auth_config_checks::{GUIDE, literal_hosts};
use crate::Explanation;
use crate::credentials::{Variable, What, effective, files, folders, in_text, secrets_in};
use crate::doctor::Looked;
use crate::workspace::folders_up;

/// A publishable key is none, or a test key where the app is built for production.
pub(crate) const PUBLISHABLE_KEY: Check = Check {
    explanation: Explanation {
        id: "publishable-key",
        summary: "A publishable key is none, or one for another instance.",
        text: include_str!("publishable_key.md"),
    },
    check: publishable_key,
};

/// An issuer that is none.
pub(crate) const ISSUER_ADDRESS: Check = Check {
    explanation: Explanation {
        id: "issuer-address",
        summary: "The variable of Convex's issuer holds no Frontend API URL.",
        text: include_str!("issuer_address.md"),
    },
    check: issuer_address,
};

/// The key is of one instance of Clerk's, and Convex is told of another.
pub(crate) const ISSUER_MISMATCH: Check = Check {
    explanation: Explanation {
        id: "issuer-mismatch",
        summary: "The publishable key and Convex's issuer are of different instances of Clerk's.",
        text: include_str!("issuer_mismatch.md"),
    },
    check: issuer_mismatch,
};

/// A secret key where others can see it.
pub(crate) const SECRET_KEY_EXPOSED: Check = Check {
    explanation: Explanation {
        id: "secret-key-exposed",
        summary: "A secret key is in a variable that the browser sees, or in a file that git tracks.",
        text: include_str!("secret_key_exposed.md"),
    },
    check: secret_key_exposed,
};

/// An env file that could not be read.
pub(crate) const ENV_FILE_UNREAD: Check = Check {
    explanation: Explanation {
        id: "env-file-unread",
        summary: "An env file could not be read, so that nothing in it was looked at.",
        text: include_str!("env_file_unread.md"),
    },
    check: env_file_unread,
};

/// Where Clerk's integration with Convex is activated, which shows the Frontend API URL.
const SETUP: &str = "https://dashboard.clerk.com/apps/setup/convex";

/// Where Clerk's keys are.
const KEYS: &str = "https://dashboard.clerk.com/last-active?path=api-keys";

/// Before the names of variables that the browser sees: Vite, Next.js, Expo, Create React App, Rsbuild and others.
pub(super) const PUBLIC: [&str; 10] = [
    "VITE_",
    "NEXT_PUBLIC_",
    "EXPO_PUBLIC_",
    "REACT_APP_",
    "PUBLIC_",
    "NUXT_PUBLIC_",
    "GATSBY_",
    "VUE_APP_",
    "NG_APP_",
    "BUN_PUBLIC_",
];

fn publishable_key(looked: &Looked<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for variable in looked.variables() {
        let id = PUBLISHABLE_KEY.explanation.id;
        let (severity, message, help) = match &variable.what {
            What::NoPublishable => (
                Severity::Error,
                format!("{} holds no publishable key: those begin with `pk_test_` or `pk_live_`", variable.name),
                "copy it from Clerk's dashboard",
            ),
            What::Publishable { is_live: false, .. } if variable.is_of_production() => (
                if looked.ctx.options.production { Severity::Error } else { Severity::Warning },
                format!("{} holds a key of a development instance, in a file for production", variable.name),
                "set the `pk_live_` key of the production instance there",
            ),
            What::Publishable { is_live: true, host } if host.ends_with(".clerk.accounts.dev") => (
                Severity::Error,
                format!("{} is a live key with the host of a development instance: {host}", variable.name),
                "copy the key of one instance from Clerk's dashboard",
            ),
            _ => continue,
        };
        let mut finding = looked.finding(id, severity, message, variable.location());
        finding.why = Some("the key says which instance of Clerk's signs people in".to_owned());
        finding.help = Some(help.to_owned());
        finding.doc = Some(KEYS);
        found.push(finding);
    }
    found
}

fn issuer_address(looked: &Looked<'_>) -> Vec<Finding> {
    let finding = |variable: &Variable| {
        let What::Issuer(address) = &variable.what else { return None };
        let (what, _) = address.problem().filter(|(_, is_fatal)| *is_fatal)?;
        let message = format!("{} {what}", variable.name);
        let id = ISSUER_ADDRESS.explanation.id;
        let mut finding = looked.finding(id, Severity::Error, message, variable.location());
        finding.why = Some("Convex compares it with the issuer of the token, `iss`".to_owned());
        let help = "set it to the Frontend API URL, such as https://verb-noun-00.clerk.accounts.dev, here and on the deployment: \
                    `npx convex env set`";
        finding.help = Some(help.to_owned());
        finding.doc = Some(SETUP);
        Some(finding)
    };
    looked.variables().iter().filter_map(finding).collect()
}

/// Why a mismatch matters.
const WHY: &str = "the key says who signs people in, the issuer whose sessions Convex takes: where they differ nobody is signed in to Convex";

/// An instance of Clerk's that something names: its host, and the variable that does.
struct Named<'v> {
    host: &'v str,
    variable: &'v Variable,
}

fn issuer_mismatch(looked: &Looked<'_>) -> Vec<Finding> {
    let all = looked.variables();
    let mut found = Vec::new();
    // What holds in production is compared with what holds there.
    for is_production in [false, true] {
        let own: Vec<&Variable> = all.iter().filter(|variable| variable.is_of_production() == is_production).collect();
        let effective = effective(&own);
        let own = || effective.iter().copied();
        let issuers: Vec<Named<'_>> = own()
            .filter_map(|variable| match &variable.what {
                What::Issuer(address) => Some(Named { host: address.host()?, variable }),
                _ => None,
            })
            .collect();
        let keys = own().filter_map(|variable| match &variable.what {
            What::Publishable { host, .. } => Some(Named { host, variable }),
            _ => None,
        });
        found.extend(differing(looked, &issuers));
        // One address has two names in the guides; where their values differ, that is said, and no key is compared.
        let hosts: BTreeSet<&str> = issuers.iter().map(|issuer| issuer.host).collect();
        let literal = if is_production { Vec::new() } else { literal_hosts(looked) };
        for key in keys {
            let told = match (hosts.len(), literal.as_slice()) {
                (1, _) => hosts.first().map(|host| (*host).to_owned()),
                (0, [host]) => Some(host.clone()),
                _ => None,
            };
            if let Some(told) = told.filter(|told| told != key.host) {
                found.push(mismatch(looked, &key, &told));
            }
        }
    }
    found
}

fn mismatch(looked: &Looked<'_>, key: &Named<'_>, told: &str) -> Finding {
    let message =
        format!("{} is a key of {}, and Convex is told to accept sessions of {told}", key.variable.name, key.host);
    let id = ISSUER_MISMATCH.explanation.id;
    let mut finding = looked.finding(id, Severity::Error, message, key.variable.location());
    finding.why = Some(WHY.to_owned());
    finding.help = Some("take the key and the Frontend API URL of one instance".to_owned());
    finding.doc = Some(GUIDE);
    finding
}

/// `CLERK_JWT_ISSUER_DOMAIN` of Convex's guide and `CLERK_FRONTEND_API_URL` of Clerk's, with different values.
fn differing(looked: &Looked<'_>, issuers: &[Named<'_>]) -> Option<Finding> {
    let first = issuers.first()?;
    let other = issuers.iter().find(|other| other.host != first.host && other.variable.name != first.variable.name)?;
    let message = format!(
        "{} and {} are two names for one address, and are set to {} and {}",
        first.variable.name, other.variable.name, first.host, other.host
    );
    let id = ISSUER_MISMATCH.explanation.id;
    let mut finding = looked.finding(id, Severity::Error, message, other.variable.location());
    finding.why = Some(WHY.to_owned());
    finding.help = Some("keep the one that auth.config reads".to_owned());
    finding.doc = Some(GUIDE);
    Some(finding)
}

fn secret_key_exposed(looked: &Looked<'_>) -> Vec<Finding> {
    let ctx = looked.ctx;
    let is_public = |name: &str| name == looked.wired.key.name || PUBLIC.iter().any(|prefix| name.starts_with(prefix));
    let mut folders = folders(ctx);
    // A monorepo keeps them at its top at times.
    folders.extend(folders_up(ctx.app.id.folder()).last().filter(|top| !folders.contains(top)));
    let files = folders.iter().flat_map(|folder| ctx.workspace.files_in(folder)).filter(is_env_file);
    let in_file = |path: RelPath| in_text(&path, &ctx.workspace.text(&path).unwrap_or_default(), &[]);
    let mut secrets: Vec<Variable> = files.flat_map(in_file).collect();
    secrets.retain(|variable| variable.what == What::Secret);
    let written = written_secrets(looked);
    if secrets.is_empty() {
        return written;
    }
    let tracked: Vec<RelPath> = folders.iter().flat_map(|folder| ctx.workspace.tracked_env_files(folder)).collect();
    let finding = |variable: Variable| {
        let (name, is_tracked) = (&variable.name, tracked.contains(&variable.path));
        let message = match (is_public(name), is_tracked) {
            (true, _) => format!("{name} holds a secret key, and every visitor of the app sees this variable"),
            (false, true) => format!("{name} holds a secret key, in a file that git tracks"),
            (false, false) => return None,
        };
        let id = SECRET_KEY_EXPOSED.explanation.id;
        let mut finding = looked.finding(id, Severity::Error, message, variable.location());
        let whose = if name.contains("CLERK") { "in Clerk's dashboard" } else { "where this one is from" };
        finding.help = Some(format!("make a new secret key {whose}, and keep it in a file that git ignores"));
        finding.doc = Some(KEYS);
        Some(finding)
    };
    secrets.into_iter().filter_map(finding).chain(written).collect()
}

/// `clerkMiddleware({ secretKey: "sk_test_…" })`: a key in the source of the app or of its functions.
fn written_secrets(looked: &Looked<'_>) -> Vec<Finding> {
    let sources = looked.access.modules.sources;
    let files = sources
        .ids()
        .filter_map(|file| Some((sources.path(file), looked.ctx.workspace.files.get(sources.path(file))?)));
    let places = files.flat_map(|(path, file)| {
        secrets_in(&file.source.text).into_iter().map(|range| Location { path: path.clone(), range })
    });
    let found = places.map(|place| {
        let message = "a secret key is written here: whoever has the source has it".to_owned();
        let mut finding = looked.finding(SECRET_KEY_EXPOSED.explanation.id, Severity::Error, message, place);
        let help = "make a new secret key where this one is from, and read it from a variable that git does not see";
        finding.help = Some(help.to_owned());
        finding.doc = Some(KEYS);
        finding
    });
    found.collect()
}

/// A file that is not UTF-8, as some editors of Windows write them, is encrypted, or may not be read.
fn env_file_unread(looked: &Looked<'_>) -> Vec<Finding> {
    let workspace = looked.ctx.workspace;
    let found = files(looked.ctx).filter(|path| workspace.text(path).is_none()).filter_map(|path| {
        let (severity, what, help) = match workspace.is_utf16(&path)? {
            true => (Severity::Warning, "is UTF-16: what it sets is as good as not set", "save it as UTF-8"),
            // An encrypted file is fine where it is.
            false => (Severity::Note, "is no text in UTF-8", "look at it yourself"),
        };
        let message = format!("this file {what}, and nothing in it was looked at");
        let mut finding = looked.finding(ENV_FILE_UNREAD.explanation.id, severity, message, Location::file(path));
        finding.why = Some("Convex, Vite and Next.js read env files as UTF-8".to_owned());
        finding.help = Some(help.to_owned());
        Some(finding)
    });
    found.collect()
}
