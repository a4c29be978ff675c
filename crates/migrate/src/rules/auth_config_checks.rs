//! The checks of `convex/auth.config`: whether it is where Convex reads it, and names the session's audience and issuer.

use std::collections::BTreeSet;

use change::{Finding, Location, RelPath, Severity, TextEdit, TextRange};
use syntax::{ConfigItem, ConfigValue, on_deep_stack};

use super::Check;
use super::convex_auth_config::{self, is_clerk_domain, items, written};
use super::session_checks::word;
use crate::Explanation;
use crate::credentials::{Address, What};
use crate::ctx::{Ctx, Sink};
use crate::doctor::Looked;
use crate::workspace::join;

/// Convex's guide.
pub(super) const GUIDE: &str = "https://docs.convex.dev/auth/clerk";

/// The configuration is missing, or somewhere else.
pub(crate) const MISSING: Check = Check {
    explanation: Explanation {
        id: "auth-config-missing",
        summary: "Convex accepts no session of Clerk's: auth.config does not name it.",
        text: include_str!("auth_config_missing.md"),
    },
    check: missing,
};

/// The audience is not the one of Clerk's tokens.
pub(crate) const APPLICATION_ID: Check = Check {
    explanation: Explanation {
        id: "auth-config-application-id",
        summary: "The applicationID of Clerk's provider is not `convex`.",
        text: include_str!("auth_config_application_id.md"),
    },
    check: application_id,
};

/// The issuer is no Frontend API URL.
pub(crate) const DOMAIN: Check = Check {
    explanation: Explanation {
        id: "auth-config-domain",
        summary: "The domain of Clerk's provider is no Frontend API URL.",
        text: include_str!("auth_config_domain.md"),
    },
    check: domain,
};

/// There are two configurations.
pub(crate) const ONE_CONFIG: Check = Check {
    explanation: Explanation {
        id: "one-auth-config",
        summary: "There are two files of auth.config, and a push fails.",
        text: include_str!("one_auth_config.md"),
    },
    check: both,
};

/// `{ domain: process.env.CLERK_JWT_ISSUER_DOMAIN!, applicationID: "convex" }`
const WANTED: &str =
    "give it `providers: [{ domain: process.env.CLERK_JWT_ISSUER_DOMAIN!, applicationID: \"convex\" }]`";

fn missing(looked: &Looked<'_>) -> Vec<Finding> {
    let ctx = looked.ctx;
    let state = looked.auth();
    let Some(functions) = state.functions.as_ref().filter(|_| !state.is_clerk && !looked.is_changing()) else {
        return Vec::new();
    };
    let file = format!("{}/auth.config.ts", functions.folder);
    let there = state.typescript.as_ref().or(state.javascript.as_ref());
    let folders = [functions.owner.as_str(), ctx.app.id.folder()];
    let near: BTreeSet<&RelPath> = folders.into_iter().flat_map(|folder| ctx.workspace.sources_in(folder)).collect();
    let named = |path: &&RelPath| ["auth.config.ts", "auth.config.js"].contains(&path.file_name());
    let mut elsewhere = near.into_iter().filter(named);
    let manifest = || join(ctx.workspace.manifest_above(ctx.app.id.folder()), "package.json");
    let known = there.map(|path| on_deep_stack(|| written(ctx, path)));
    // A domain of one's own is Clerk's where the key of the app is of that host.
    let hosts: Vec<&str> = looked
        .variables()
        .iter()
        .filter_map(|variable| match &variable.what {
            What::Publishable { host, .. } => Some(host.as_str()),
            What::Issuer(address) => address.host(),
            _ => None,
        })
        .collect();
    let is_own = |item: &ConfigItem| {
        let text = value(item, "domain").and_then(|domain| domain.text.clone());
        text.is_some_and(|text| Address::of(&text).host().is_some_and(|host| hosts.contains(&host)))
    };
    if known.iter().flatten().flatten().any(is_own) {
        return Vec::new();
    }
    // A domain of one's own may be Clerk's too, where the audience is that of its tokens.
    let is_convex =
        |item: &ConfigItem| value(item, "applicationID").is_some_and(|id| id.text.as_deref() == Some("convex"));
    let is_open =
        |item: &ConfigItem| is_convex(item) || value(item, "domain").is_none_or(|domain| domain.text.is_none());
    let is_told = known.is_none_or(|items| items.is_some_and(|items| !items.iter().any(is_open)));
    let elsewhere = elsewhere.next();
    let is_elsewhere = there.is_none() && elsewhere.is_some();
    let is_broken = there.is_some_and(|path| on_deep_stack(|| ctx.workspace.tree(path).is_none()));
    let is_told = is_told || is_broken;
    let (message, place, help) = match (there, elsewhere) {
        (Some(path), _) if is_broken => (
            "this file can't be read: Convex can't either".to_owned(),
            Some(path.clone()),
            "mend its syntax, and push".to_owned(),
        ),
        (Some(path), _) if !is_told => (
            "which providers these are can't be told, and none of Clerk's is named in this file".to_owned(),
            Some(path.clone()),
            "make sure that one of them is Clerk's: domain, and the applicationID `convex`".to_owned(),
        ),
        (Some(path), _) => (
            "no provider of Clerk's is named here: Convex accepts no session of it".to_owned(),
            Some(path.clone()),
            WANTED.to_owned(),
        ),
        (None, Some(path)) => (
            format!("Convex reads {file} only, and this file is somewhere else"),
            Some(path.clone()),
            format!("move it to {file}, and push"),
        ),
        (None, None) => (
            format!("there is no {file}: Convex accepts no session of Clerk's"),
            manifest(),
            format!("make it, and {WANTED}"),
        ),
    };
    let Some(place) = place else { return Vec::new() };
    let severity = if is_told { Severity::Error } else { Severity::Note };
    let mut finding = looked.finding(MISSING.explanation.id, severity, message, Location::file(place));
    let why = "without it Clerk signs people in, and Convex says \"No auth provider found matching the given token\"";
    finding.why = Some(why.to_owned());
    finding.help = Some(help);
    finding.doc = Some(GUIDE);
    // A file in another folder says more than what a new one would.
    if is_told && !is_elsewhere && !is_broken {
        looked.cure(&mut finding, "Have Convex accept Clerk's sessions", |ctx, sink| {
            (convex_auth_config::RULE.run)(ctx, sink).ok()?;
            // What wants another package installed is for somebody to decide.
            sink.groups.iter().all(|group| group.settings_changes().is_empty()).then_some(())
        });
    }
    vec![finding]
}

/// `auth.config.ts` and `auth.config.js`: a push fails with both.
fn both(looked: &Looked<'_>) -> Vec<Finding> {
    let state = looked.auth();
    let (Some(typescript), Some(javascript), false) = (&state.typescript, &state.javascript, looked.is_changing())
    else {
        return Vec::new();
    };
    let message = format!("{javascript} stands beside it, and a push fails with both");
    let place = Location::file(typescript.clone());
    let mut finding = looked.finding(ONE_CONFIG.explanation.id, Severity::Error, message, place);
    finding.why = Some("Convex reads one configuration of its providers".to_owned());
    finding.help = Some("keep one of the two".to_owned());
    finding.doc = Some(GUIDE);
    vec![finding]
}

/// The providers of Clerk's that are written out, each with its file.
fn clerks(looked: &Looked<'_>) -> Vec<(RelPath, ConfigItem)> {
    if looked.is_changing() {
        return Vec::new();
    }
    let state = looked.auth();
    let Some(path) = state.typescript.clone().or(state.javascript.clone()) else { return Vec::new() };
    let items = on_deep_stack(|| items(looked.ctx, &path)).into_iter();
    let is_clerks = |item: &ConfigItem| value(item, "domain").is_some_and(|domain| is_clerk_domain(&domain.source));
    items.filter(is_clerks).map(|item| (path.clone(), item)).collect()
}

fn value<'i>(item: &'i ConfigItem, name: &str) -> Option<&'i ConfigValue> {
    item.properties.iter().find(|value| value.name == name)
}

fn application_id(looked: &Looked<'_>) -> Vec<Finding> {
    let all = clerks(looked);
    let takes = |item: &ConfigItem| value(item, "applicationID").is_some_and(|id| id.text.as_deref() == Some("convex"));
    // Another audience beside it is for other tokens: those of a template.
    if all.iter().any(|(_, item)| takes(item)) {
        return Vec::new();
    }
    let finding = |(path, item): (RelPath, ConfigItem)| {
        // `type: "customJwt"` may go without.
        if value(&item, "type").is_some() {
            return None;
        }
        let (message, range) = match value(&item, "applicationID") {
            None if item.is_open => return None,
            None => ("without an applicationID Convex accepts no token of Clerk's".to_owned(), item.range),
            Some(found) => {
                let text = found.text.as_ref().filter(|text| *text != "convex")?;
                (format!("Clerk's tokens for Convex have the audience `convex`, not `{}`", word(text)), found.range)
            }
        };
        let id = APPLICATION_ID.explanation.id;
        let mut finding = looked.finding(id, Severity::Error, message, Location { path: path.clone(), range });
        finding.why = Some("Convex compares it with the audience of the token, `aud`".to_owned());
        finding.help = Some("write `applicationID: \"convex\"`, and push".to_owned());
        finding.doc = Some(GUIDE);
        looked.cure(&mut finding, "Name the audience of Clerk's tokens", |ctx, sink| {
            let edit = audience(&ctx.workspace.text(&path)?, &item)?;
            add(ctx, sink, &path, edit)
        });
        Some(finding)
    };
    all.into_iter().filter_map(finding).collect()
}

fn domain(looked: &Looked<'_>) -> Vec<Finding> {
    let finding = |(path, item): (RelPath, ConfigItem)| {
        let found = value(&item, "domain")?;
        let (what, is_fatal) = Address::of(found.text.as_ref()?).problem()?;
        let severity = if is_fatal { Severity::Error } else { Severity::Note };
        let place = Location { path: path.clone(), range: found.range };
        let mut finding = looked.finding(DOMAIN.explanation.id, severity, format!("this domain {what}"), place);
        finding.why = Some("Convex compares it with the issuer of the token, `iss`: the Frontend API URL".to_owned());
        finding.help = is_fatal.then(|| {
            "use the Frontend API URL that Clerk's dashboard shows for Convex: https://verb-noun-00.clerk.accounts.dev".to_owned()
        });
        finding.doc = Some("https://dashboard.clerk.com/apps/setup/convex");
        looked.cure(&mut finding, "Name the issuer instead of its key set", |ctx, sink| {
            let (issuer, _) = found.source.split_once("/.well-known/jwks.json")?;
            let quote = found.source.chars().last()?;
            add(ctx, sink, &path, TextEdit::replacement(found.range, format!("{issuer}{quote}")))
        });
        Some(finding)
    };
    clerks(looked).into_iter().filter_map(finding).collect()
}

/// Adds an edit of a file to a cure.
fn add(ctx: &Ctx<'_>, sink: &mut Sink, path: &RelPath, edit: TextEdit) -> Option<()> {
    if !sink.takes(ctx, path) {
        return None;
    }
    sink.wiring()?.edit(path, edit).ok()
}

/// The edit by which a provider takes the audience `convex`, in the quotes and on the lines of what is there.
///
/// `{ domain: process.env.CLERK_JWT_ISSUER_DOMAIN! }`
fn audience(text: &str, item: &ConfigItem) -> Option<TextEdit> {
    let quote = if text.matches('\'').count() > text.matches('"').count() { '\'' } else { '"' };
    let written = format!("{quote}convex{quote}");
    // `applicationId`, or a shorthand that is not read here.
    let is_named = |value: &ConfigValue| value.name.eq_ignore_ascii_case("applicationID");
    if let Some(found) = value(item, "applicationID") {
        // Another word may be the audience of a template of the app's own.
        let is_spelled = found.text.as_ref().is_some_and(|text| text.eq_ignore_ascii_case("convex"));
        return is_spelled.then(|| TextEdit::replacement(found.range, written));
    }
    if item.properties.iter().any(is_named) {
        return None;
    }
    let last = item.properties.last()?;
    let (head, rest) =
        (text.get(..last.range.start() as usize)?, TextRange::new(last.range.end(), item.range.end()).slice(text)?);
    let inner = rest.strip_suffix('}')?;
    let has_comma = match inner.trim() {
        "" => false,
        "," => true,
        // A comment behind it would go with the new line.
        _ => return None,
    };
    let line = head.rsplit('\n').next()?;
    let indent: String = line.chars().take_while(|c| c.is_whitespace()).collect();
    let end = if head.contains("\r\n") { "\r\n" } else { "\n" };
    let before = if inner.contains('\n') { format!("{end}{indent}") } else { " ".to_owned() };
    let at = last.range.end();
    Some(match has_comma {
        true => TextEdit::insertion(at + inner.find(',')? as u32 + 1, format!("{before}applicationID: {written},")),
        false => TextEdit::insertion(at, format!(",{before}applicationID: {written}")),
    })
}

/// The domains of Clerk's providers that are written in the configuration itself, each with its place.
pub(super) fn literal_domains(looked: &Looked<'_>) -> Vec<(Location, String)> {
    let domains = clerks(looked).into_iter().filter_map(|(path, item)| {
        let domain = value(&item, "domain")?;
        Some((Location { path, range: domain.range }, domain.text.clone()?))
    });
    domains.collect()
}

/// Their hosts.
pub(super) fn literal_hosts(looked: &Looked<'_>) -> Vec<String> {
    let domains = literal_domains(looked).into_iter();
    domains.filter_map(|(_, text)| Address::of(&text).host().map(str::to_owned)).collect()
}
