#![doc = include_str!("plain_convex_provider.md")]

use std::collections::BTreeMap;

use change::{Finding, GroupId, Location, Severity};
use syntax::{Value, on_deep_stack};

use super::Rule;
use crate::Explanation;
use crate::added::Client;
use crate::boundary::by_importer;
use crate::ctx::{Ctx, RuleResult, Sink, Verdict, Wired};
use crate::frameworks::{KeySource, SdkLine};
use crate::glimpse::renders_none;
use crate::graph::modules::Modules;
use crate::graph::render::Place;
use crate::graph::resolve::Resolver;
use crate::graph::roots::ClerkPlace;
use crate::graph::sources::Sources;
use crate::key::{KeyRead, Origin, key_read};
use crate::known::{Provider, is_clerk_module};
use crate::language::TypeScript;
use crate::manifest::lowest;
use crate::mocks;
use crate::packages::Packages;
use crate::rewire::Rewiring;
use crate::sdk::line_of;
use crate::survey::{NO_PROVIDER, Survey};
use crate::wiring::{Decision, STAYS_AROUND, decide};

/// The rule.
pub(crate) const RULE: Rule = Rule {
    explanation: Explanation {
        id: "plain-convex-provider",
        summary: "A plain ConvexProvider tells Convex nothing of who is signed in.",
        text: include_str!("plain_convex_provider.md"),
    },
    run,
};

fn run(ctx: &Ctx<'_>, sink: &mut Sink) -> RuleResult {
    Survey::is_readable(ctx.workspace, ctx.app)?;
    if let Some(borrowed) = renders_none(ctx.workspace, ctx.app) {
        sink.may_borrow = borrowed;
        return Ok(Verdict::Nothing(NO_PROVIDER.to_owned()));
    }
    let resolver = Resolver::of(ctx.workspace);
    let sources = Sources::of(ctx.workspace, ctx.app, &resolver);
    let modules = Modules::new(&sources, &resolver);
    sink.borrowed = modules.borrowed(ctx.workspace, ctx.app.id.folder());
    let survey = Survey::new(ctx.workspace, ctx.app, &modules, ctx.framework.roots);
    sink.roots = survey.roots.live.iter().map(|root| survey.path(root.file).clone()).collect();
    let decision = decide(&survey, ctx.framework.inner);
    sink.reads_settings = true;
    match decision? {
        Decision::Keep { why, kept } => {
            sink.findings.extend(kept.iter().map(|(place, why)| self::kept(&survey, *place, why)));
            sink.wired = unfinished(ctx, &survey);
            Ok(Verdict::Nothing(why.to_owned()))
        }
        Decision::Change(targets) => {
            let rewiring = Rewiring::new(ctx, &survey, targets)?;
            change(ctx, sink, &resolver, &rewiring)?;
            Ok(Verdict::Migrated)
        }
    }
}

/// Puts the change into the sink.
fn change(
    ctx: &Ctx<'_>,
    sink: &mut Sink,
    resolver: &Resolver<'_>,
    rewiring: &Rewiring<'_>,
) -> Result<(), crate::refusal::Refusal> {
    let bases = rewiring.bases()?;
    let formatting: BTreeMap<_, _> = bases.keys().map(|path| (path.clone(), sink.formatting(ctx, path))).collect();
    let language = TypeScript { formatting };
    let group = on_deep_stack(|| {
        let group = rewiring.group(&bases, &language)?;
        rewiring.prove(&bases, &group, &language, resolver, ctx.framework.roots).map(|()| group)
    })?;
    for (path, formatting) in &language.formatting {
        if group.edits().contains_key(path) {
            sink.findings.extend(formatting.notes.iter().cloned());
        }
    }
    sink.findings.extend(findings(ctx, rewiring, &group.id));
    sink.findings.extend(mocks::silent(ctx, &group.id));
    sink.wired = Some(Wired {
        sdk: rewiring.sdk.clone(),
        range: there(ctx, rewiring).or_else(|| range_of(ctx, &rewiring.sdk, rewiring.line).map(str::to_owned)),
        secret: secret_of(ctx, &rewiring.sdk),
        key: rewiring.key.clone(),
        group: Some(group.id.clone()),
        is_new: !rewiring.targets.wraps.is_empty(),
        was_plain: rewiring.survey.sightings(Provider::WithClerk).next().is_none(),
        from_context: rewiring.targets.adds.values().any(|client| *client == Client::Context),
    });
    sink.bases.extend(bases);
    sink.groups.push(group);
    Ok(())
}

/// The wiring of an app that is on Clerk: what is left to a person may have to be said.
fn unfinished(ctx: &Ctx<'_>, survey: &Survey<'_>) -> Option<Wired> {
    let place = survey.places(Provider::WithClerk).next()?;
    let sdk = survey.attribute(place, "useAuth").and_then(|value| match value {
        Value::Imported(imported) => survey.package_of(place.0, imported),
        _ => None,
    });
    let sdk = sdk.filter(|sdk| is_clerk_module(sdk))?;
    let range = line_of(ctx).ok().and_then(|line| range_of(ctx, &sdk, line)).map(str::to_owned);
    // `@clerk/electron/react` is of @clerk/electron.
    let sdk = sdk.split('/').take(2).collect::<Vec<_>>().join("/");
    let secret = secret_of(ctx, &sdk);
    Some(Wired {
        sdk,
        range,
        secret,
        key: key_read(ctx, Some(survey.path(place.0))),
        group: None,
        is_new: false,
        was_plain: false,
        from_context: false,
    })
}

/// The range in which the package with the ClerkProvider asks for Clerk's: another version of it would know nothing of that one's session.
fn there(ctx: &Ctx<'_>, rewiring: &Rewiring<'_>) -> Option<String> {
    let survey = rewiring.survey;
    let clerk = survey.sightings(Provider::Clerk).next()?;
    let folder =
        ctx.workspace.package_of(survey.path(clerk.place.0)).filter(|folder| *folder != ctx.app.id.folder())?;
    let asked = Packages::of(ctx, folder).asked(folder, &rewiring.sdk)?;
    Some(asked.range).filter(|range| lowest(range).is_some())
}

/// The range in which a package of Clerk's is asked for: that of the line that the app gets, else of the one that has the package.
fn range_of(ctx: &Ctx<'_>, sdk: &str, line: &SdkLine) -> Option<&'static str> {
    let own = ctx.framework.sdk.lines.iter().find(|own| own.package == sdk);
    if line.package == sdk { Some(line.range) } else { own.map(|own| own.range) }
}

/// The variable of the secret key: only the framework's own package runs on its server.
fn secret_of(ctx: &Ctx<'_>, sdk: &str) -> Option<&'static str> {
    let is_own = ctx.framework.sdk.lines.iter().any(|line| line.package == sdk);
    (ctx.framework.secret)(ctx.workspace, ctx.app).filter(|_| is_own)
}

/// A plain provider that stays as it is.
fn kept(survey: &Survey<'_>, place: Place, why: &str) -> Finding {
    let mut finding = Finding::new("plain-provider-kept", Severity::Note, why);
    finding.app = Some(survey.app.id.clone());
    finding.location = Some(survey.location(place));
    // The official demo has it so.
    finding.help = (why != STAYS_AROUND).then(|| "remove it if it is not needed any more".to_owned());
    finding
}

fn findings(ctx: &Ctx<'_>, rewiring: &Rewiring<'_>, group: &GroupId) -> Vec<Finding> {
    let survey = rewiring.survey;
    let mut findings = Vec::new();
    for place in &rewiring.targets.kept {
        findings.push(kept(survey, *place, STAYS_AROUND));
    }
    for place in &rewiring.targets.swaps {
        let location = Some(survey.location(*place));
        let message = "ConvexProvider tells Convex nothing of who is signed in";
        let mut found = Finding::new(RULE.explanation.id, Severity::Note, message);
        found.app = Some(ctx.app.id.clone());
        found.location = location.clone();
        found.why = Some("Convex sees a session only through ConvexProviderWithClerk inside ClerkProvider".to_owned());
        found.doc = Some(ctx.framework.guide);
        found.group = Some(group.clone());
        findings.push(found);
        if rewiring.is_conditional(*place) {
            findings.push(conditional(ctx, location, group));
        }
    }
    findings.extend(by_importer(survey, rewiring.targets.swaps.iter().copied()).into_iter().map(|place| {
        let message = "the file works as a client file only through those that import it";
        let mut finding = Finding::new("client-file", Severity::Note, message);
        finding.app = Some(ctx.app.id.clone());
        finding.location = Some(survey.location(place));
        finding.help = Some("begin it with \"use client\"".to_owned());
        finding.doc = Some("https://nextjs.org/docs/app/api-reference/directives/use-client");
        finding.group = Some(group.clone());
        finding
    }));
    if let (KeySource::Package(usual), Some((place, _))) = (ctx.framework.key, rewiring.targets.wraps.iter().next())
        && rewiring.key.name != usual
        && (ctx.framework.secret)(ctx.workspace, ctx.app).is_some()
    {
        let message = format!("Clerk's middleware reads {usual}, whatever ClerkProvider is given");
        let mut finding = Finding::new("publishable-key-variable", Severity::Warning, message);
        finding.app = Some(ctx.app.id.clone());
        finding.location = Some(survey.location(*place));
        finding.help = Some("set that variable too, or leave `--publishable-key-env` out".to_owned());
        finding.group = Some(group.clone());
        findings.push(finding);
    }
    let by_key = rewiring.targets.wraps.iter().find(|(_, kind)| **kind == ClerkPlace::AroundConvex);
    if let Some((place, _)) = by_key {
        findings.extend(key_finding(ctx, &rewiring.key, survey.location(*place), group));
    }
    findings.extend(
        survey.dead_plain().into_iter().map(|place| kept(survey, place, "no root renders this plain provider")),
    );
    findings
}

/// `ready ? <ConvexProvider …> : <App />`: the other branch has no Clerk either, as it has no Convex.
fn conditional(ctx: &Ctx<'_>, location: Option<Location>, group: &GroupId) -> Finding {
    let message = "the provider is rendered under a condition; where that does not hold, there is no ClerkProvider";
    let mut finding = Finding::new("conditional-provider", Severity::Warning, message);
    finding.app = Some(ctx.app.id.clone());
    finding.location = location;
    finding.help =
        Some("Clerk's hooks and components throw there: use them only where the provider is rendered".to_owned());
    finding.group = Some(group.clone());
    finding
}

/// Says how the key is read where the app's own code doesn't show it.
fn key_finding(ctx: &Ctx<'_>, key: &KeyRead, location: Location, group: &GroupId) -> Option<Finding> {
    let name = &key.name;
    let (severity, message, help, doc) = match key.origin {
        Origin::App => return None,
        Origin::Documented(page) => (
            Severity::Note,
            format!("`{name}` is read as the bundler documents it: how the app reads its Convex URL can't be copied"),
            None,
            Some(page),
        ),
        Origin::Defined(page) => (
            Severity::Warning,
            format!("the bundler gives the client `{name}` only if its settings name it"),
            Some("name the variable there, as for other values that the client reads".to_owned()),
            Some(page),
        ),
        Origin::Guess => (
            Severity::Warning,
            format!("no bundler is known here that gives `{name}` to the client"),
            Some("define the variable in the bundler's settings, as for other values that the client reads".to_owned()),
            None,
        ),
    };
    let mut finding = Finding::new("publishable-key-variable", severity, message);
    finding.app = Some(ctx.app.id.clone());
    finding.location = Some(location);
    finding.help = help;
    finding.doc = doc;
    finding.group = Some(group.clone());
    Some(finding)
}
