//! The migration of a Convex app to Clerk: find the apps, prove what can be proven, and make a [`change::Plan`].
//!
//! Invariant: no printing, no flags, no protocol; nothing is ever written.

mod access;
mod added;
mod ahead;
mod apps;
mod before_load;
mod boundary;
mod buffers;
mod calls;
mod coverage;
mod credentials;
mod ctx;
mod deployment;
mod doctor;
mod drawing;
mod env;
mod fetch;
mod formatting;
mod frameworks;
mod functions;
mod future;
mod gates;
mod glimpse;
mod graph;
mod index;
mod jsonc;
mod kept;
mod key;
mod known;
mod language;
mod late;
mod load;
mod lock;
mod manifest;
mod matcher;
mod mocks;
mod names;
mod next;
mod notes;
mod packages;
mod page_data;
mod picture;
mod place;
mod project;
mod proof;
mod react_router;
mod recognised;
mod refusal;
mod reread;
mod rewire;
mod rewire_added;
mod rewire_require;
mod router_context;
mod rules;
mod screens;
mod sdk;
mod server_code;
mod settings_edits;
mod shared;
mod specifier;
mod start_root;
mod start_router;
mod steps;
mod survey;
mod tanstack_start;
mod threads;
mod token;
mod tsconfig;
mod versions;
mod walk;
mod wiring;
mod workspace;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::ops::ControlFlow;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use change::{AppId, AppOutcome, AppReport, Base, ChangeGroup, Finding, Location, Plan, PlanParts, RelPath};

use crate::apps::{Candidate, Choice};
use crate::ctx::{Ctx, Sink, Verdict};
use crate::frameworks::Framework;
use crate::graph::modules::Modules;
use crate::graph::resolve::Resolver;
use crate::graph::sources::Sources;
use crate::known::Provider;
use crate::language::TypeScript;
use crate::refusal::{Refusal, RefusalReason};
use crate::survey::{NO_PROVIDER, Survey};
use crate::workspace::{App, Workspace};

pub use crate::deployment::Deployment;
pub use crate::gates::GateMode;
pub use crate::survey::ON_CLERK;
pub use crate::token::{Token, TokenError};
pub use calls::FunctionCall;
pub use fetch::{FetchError, Fetcher};
pub use load::is_executable;
pub use picture::{AppPicture, Guarded, NodeKind, Picture, PictureCall, PictureFunction, PictureIdentity, PictureNode};
pub use project::{Project, picture, plan};

/// What a person may ask of a run.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The framework id to take for every app, instead of what the evidence says.
    pub framework: Option<String>,
    /// Only the apps in these folders, relative to PATH or to the base; all of them when empty.
    pub apps: Vec<String>,
    /// The variable that holds the issuer on the Convex deployment, instead of what the repository says.
    pub issuer_env: Option<String>,
    /// The variable that holds the publishable key, instead of what the app and its bundler say.
    pub publishable_key_env: Option<String>,
    /// Whether the steps are those for production.
    pub production: bool,
    /// Which gates are added; where nobody says so, [`GateMode::Auto`] for an app that was plain before, none for others.
    pub gate: Option<GateMode>,
    /// The ids of the rules that run; all of them when empty.
    pub rules: Vec<String>,
    /// What is set on the Convex deployment for development, for `doctor`.
    pub deployment: Option<Deployment>,
    /// What is set on the one for production.
    pub production_deployment: Option<Deployment>,
    /// A session token, and the time at which it is looked at, in seconds since 1970.
    pub token: Option<(Token, i64)>,
    /// Whether the changes that cure what `doctor` finds are planned as well.
    pub cures: bool,
    /// Who fetches what the issuers say of themselves, for `doctor`.
    pub fetcher: Fetcher,
    /// Who is told how far it is.
    pub watch: Watch,
}

/// How far a plan is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress<'a> {
    /// The files are looked through.
    Reading,
    /// An app is looked at.
    Planning {
        /// Its folder.
        app: &'a str,
        /// How many apps are done.
        done: usize,
        /// How many there are.
        of: usize,
    },
}

/// Told how far a plan is, and may stop it; by default nobody.
#[derive(Clone, Default)]
pub struct Watch(Option<Arc<Tell>>);

type Tell = dyn Fn(Progress<'_>) -> ControlFlow<()> + Send + Sync;

impl Watch {
    /// One who is told by `tell`, which says whether to go on.
    pub fn new(tell: impl Fn(Progress<'_>) -> ControlFlow<()> + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(tell)))
    }

    fn tell(&self, progress: Progress<'_>) -> Result<(), PlanError> {
        match self.0.as_ref().map(|tell| tell(progress)) {
            Some(ControlFlow::Break(())) => Err(PlanError::Stopped),
            _ => Ok(()),
        }
    }
}

impl fmt::Debug for Watch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "Watch" } else { "nobody" })
    }
}

/// A plan and the folder it is for.
pub struct Planned {
    /// What was found and what is offered.
    pub plan: Plan,
    /// The absolute folder that every path of the plan is relative to: the git top level, else PATH.
    pub base: PathBuf,
    /// Whether `base` is the top of a git work tree.
    pub in_git: bool,
    /// What `doctor` will say of the apps once the plan is carried out.
    pub doctor: Vec<Finding>,
    /// What cures some of that in apps that are on Clerk already, each finding by the group that it names; empty where it was not asked for.
    pub cures: Plan,
    /// The files in which each app begins to render: entries, layouts, pages.
    pub roots: BTreeMap<AppId, BTreeSet<RelPath>>,
}

impl Planned {
    /// What `doctor` says of the apps that are on Clerk already.
    pub fn on_clerk(&self) -> impl Iterator<Item = &Finding> {
        let is_plain = |finding: &&Finding| {
            let mut migrated = self.plan.apps().iter().filter(|app| app.outcome == AppOutcome::Migrated);
            migrated.any(|app| finding.app.as_ref() == Some(&app.id))
        };
        self.doctor.iter().filter(move |finding| !is_plain(finding))
    }
}

/// Why no plan could be made (exit code 2).
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    /// PATH can't be read.
    #[error("cannot read `{path}`: {cause}")]
    Unreadable {
        /// As the user gave it.
        path: PathBuf,
        /// What the system said.
        cause: std::io::Error,
    },
    /// No package.json at or below PATH.
    #[error("no package.json in `{path}` or below it")]
    NoPackage {
        /// As the user gave it.
        path: PathBuf,
        /// The nearest folder above that has one.
        nearest: Option<PathBuf>,
    },
    /// The framework of an app is none or several.
    #[error("{message}")]
    Framework {
        /// What was seen, one sentence.
        message: String,
        /// What to do next.
        help: String,
    },
    /// The one who watches said so.
    #[error("stopped")]
    Stopped,
    /// `--framework` or `--app` names nothing.
    #[error("{message}")]
    Unknown {
        /// What is unknown.
        message: String,
        /// What there is.
        help: String,
    },
}

impl PlanError {
    /// What to do next, if there is something to say.
    pub fn help(&self) -> Option<String> {
        match self {
            Self::Unreadable { path, .. } if path.is_file() => {
                Some("it is a file: give the folder of an app, or of a repository".to_owned())
            }
            Self::Unreadable { .. } | Self::Stopped => None,
            Self::NoPackage { nearest: Some(nearest), .. } => Some(format!("did you mean `{}`?", nearest.display())),
            Self::NoPackage { nearest: None, .. } => Some("give the folder of an app, or of a repository".to_owned()),
            Self::Framework { help, .. } | Self::Unknown { help, .. } => Some(help.clone()),
        }
    }
}

/// Plans the migration of a project.
fn plan_of(workspace: &Workspace, options: &Options) -> Result<Planned, PlanError> {
    let forced = options.framework.as_deref().map(framework).transpose()?;
    let candidates = apps::candidates(workspace, &options.apps)?;
    let is_asked =
        |finding: &&Finding| finding.location.as_ref().is_none_or(|at| workspace.is_in_start(at.path.folder()));
    let mut sink = Sink { findings: workspace.findings.iter().filter(is_asked).cloned().collect(), ..Sink::default() };
    // One app that nobody can tell the framework of stops a run that is about it alone, and no other.
    let is_alone = candidates.len() == 1 || !options.apps.is_empty();
    let done = AtomicUsize::new(0);
    let planned = threads::in_parallel(candidates.iter().collect(), 1, |candidate| {
        let (app, of) = (candidate.app.id.as_str(), candidates.len());
        options.watch.tell(Progress::Planning { app, done: done.load(Ordering::Relaxed), of })?;
        let report = report(workspace, candidate, forced, options);
        done.fetch_add(1, Ordering::Relaxed);
        report
    });
    let mut reports = Vec::new();
    let mut unknown = Vec::new();
    for (candidate, report) in candidates.iter().zip(planned) {
        match report {
            Ok(report) => reports.push(report),
            Err(error) if is_alone || matches!(error, PlanError::Stopped) => return Err(error),
            Err(error) => unknown.push((candidate, error)),
        }
    }
    shared::find_borrowed(workspace, &candidates, &mut reports);
    shared::refuse(&mut reports, &shared::others_borrow(workspace, &candidates, options)?);
    // Of what the apps take in; what nobody asked for is not known to be broken.
    sink.findings.extend(apps::unread_files(workspace));
    let mut roots = BTreeMap::new();
    let mut reports: Vec<AppReport> = reports
        .into_iter()
        .map(|(report, mut own)| {
            roots.insert(report.id.clone(), std::mem::take(&mut own.roots));
            sink.absorb(own);
            report
        })
        .collect();
    if sink.reads_settings {
        sink.findings.extend(Resolver::of(workspace).findings());
    }
    for (candidate, error) in unknown {
        let outcome = without_framework(workspace, &candidate.app, &error);
        reports.push(AppReport { id: candidate.app.id.clone(), framework: String::new(), outcome });
    }
    let steps = steps::merged(sink.steps, &sink.groups);
    let doctor = sink.doctor;
    let language = TypeScript { formatting: sink.formatting };
    let cures = plan_of_cures(&reports, sink.cures, &sink.bases, &language);
    let parts = PlanParts {
        apps: reports,
        groups: sink.groups,
        findings: sink.findings,
        steps,
        bases: sink.bases,
        language: Box::new(language),
    };
    let (base, in_git) = (workspace.base.clone(), workspace.in_git);
    Ok(Planned { plan: Plan::new(parts), base, in_git, doctor, cures, roots })
}

/// The plan of what cures findings, in which only the apps that have some take part.
fn plan_of_cures(
    reports: &[AppReport],
    groups: Vec<ChangeGroup>,
    bases: &BTreeMap<RelPath, Base>,
    language: &TypeScript,
) -> Plan {
    let is_cured = |report: &&AppReport| groups.iter().any(|group| group.apps.contains(&report.id));
    let cured = |report: &AppReport| AppReport { outcome: AppOutcome::Migrated, ..report.clone() };
    let apps: Vec<AppReport> = reports.iter().filter(is_cured).map(cured).collect();
    let bases = if groups.is_empty() { BTreeMap::new() } else { bases.clone() };
    let (findings, steps) = (Vec::new(), Vec::new());
    Plan::new(PlanParts { apps, groups, findings, steps, bases, language: Box::new(language.clone()) })
}

/// Runs `work` on a stack that is deep enough for every file, so that what it calls needs no thread of its own.
pub fn on_deep_stack<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    syntax::on_deep_stack(work)
}

/// How many texts this process has parsed so far.
pub fn parsed() -> u64 {
    syntax::parsed()
}

/// The absolute folder that a plan for `path` would be relative to; `None` where there is no such folder.
pub fn base_of(path: &Path) -> Option<PathBuf> {
    load::base_of(path)
}

fn framework(id: &str) -> Result<&'static Framework, PlanError> {
    let known = frameworks::ALL.iter().find(|framework| framework.id == id).copied();
    known.ok_or_else(|| {
        let ids: Vec<&str> = frameworks::ALL.iter().map(|framework| framework.id).collect();
        PlanError::Unknown {
            message: format!("no framework is called `{id}`"),
            help: format!("there is: {}", ids.join(", ")),
        }
    })
}

/// What can be said of an app whose framework has no rules.
enum Glance {
    /// Nothing would have to be done for it, or it is refused whatever it is built with.
    Settled(AppOutcome),
    /// It renders the plain provider, or it can't be told whether it does.
    Plain,
}

/// Looks at an app whose framework is not migrated, or not known: whether it would have to be migrated at all.
fn glance(workspace: &Workspace, app: &App<'_>) -> Glance {
    if Survey::is_readable(workspace, app).is_err() {
        return Glance::Plain;
    }
    if glimpse::renders_none(workspace, app).is_some() {
        return Glance::Settled(AppOutcome::Nothing(NO_PROVIDER.to_owned()));
    }
    let resolver = Resolver::of(workspace);
    let sources = Sources::of(workspace, app, &resolver);
    let modules = Modules::new(&sources, &resolver);
    let survey = Survey::new(workspace, app, &modules, graph::roots::in_browser);
    let has = |provider| survey.places(provider).next().is_some();
    if let (false, Err(refusal)) = (has(Provider::WithClerk) && !has(Provider::Plain), survey.no_other_auth()) {
        return Glance::Settled(refusal.into());
    }
    let is_unclear = survey.value_of(Provider::Plain).or_else(|| survey.look_alike()).or_else(|| survey.out_of_sight());
    match (has(Provider::Plain) || is_unclear.is_some(), has(Provider::WithClerk)) {
        (true, _) => Glance::Plain,
        (false, true) => Glance::Settled(AppOutcome::Nothing(ON_CLERK.to_owned())),
        (false, false) => Glance::Settled(AppOutcome::Nothing(NO_PROVIDER.to_owned())),
    }
}

/// What is said of an app whose framework is not migrated.
fn unsupported(name: &str) -> AppOutcome {
    let about = recognised::about(name);
    let text = about.and_then(|about| about.explanation.text.lines().next()).unwrap_or_default();
    AppOutcome::Unsupported { name: name.to_owned(), text: text.to_owned(), doc: about.map(|about| about.doc) }
}

/// What becomes of one of several apps whose framework is none or several.
fn without_framework(workspace: &Workspace, app: &App<'_>, error: &PlanError) -> AppOutcome {
    if let Glance::Settled(outcome) = glance(workspace, app) {
        return outcome;
    }
    let place = workspace::join(workspace.manifest_above(app.id.folder()), "package.json").map(Location::file);
    let message = format!("{error}; run again with `--app {}` and `--framework ID`, which names it", app.id);
    Refusal::new(RefusalReason::UnknownFramework, message, place).into()
}

/// Runs the rules on one app, and once more where a file that was left unread for now turned out to be one that can't be parsed.
fn report(
    workspace: &Workspace,
    candidate: &Candidate<'_>,
    forced: Option<&'static Framework>,
    options: &Options,
) -> Result<(AppReport, Sink), PlanError> {
    loop {
        let report = report_of(workspace, candidate, forced, options);
        if !Sources::again(workspace, &candidate.app) {
            return report;
        }
    }
}

/// Runs the rules on one app. What a refused app's rules gave is thrown away: all or nothing.
fn report_of(
    workspace: &Workspace,
    candidate: &Candidate<'_>,
    forced: Option<&'static Framework>,
    options: &Options,
) -> Result<(AppReport, Sink), PlanError> {
    let id = candidate.app.id.clone();
    let alone = |framework: &str, outcome| {
        (AppReport { id: candidate.app.id.clone(), framework: framework.to_owned(), outcome }, Sink::default())
    };
    let framework = match candidate.choice(workspace, forced)? {
        Choice::Framework(framework) => framework,
        Choice::Recognised(name) => {
            let outcome = match candidate.without_react() {
                Some(has_clerk) => has_clerk.map_or_else(|| unsupported(name), AppOutcome::Nothing),
                None => match glance(workspace, &candidate.app) {
                    Glance::Settled(outcome) => outcome,
                    Glance::Plain => unsupported(name),
                },
            };
            return Ok(alone(name, outcome));
        }
        Choice::Refused(refusal) => return Ok(alone("", refusal.into())),
    };
    let ctx = Ctx::new(workspace, &candidate.app, framework, options);
    let broken = apps::broken_settings(&ctx);
    let mut own = Sink::default();
    let mut outcome = AppOutcome::Nothing("there is nothing to do".to_owned());
    let chosen =
        |rule: &&&rules::Rule| options.rules.is_empty() || options.rules.iter().any(|id| *id == *rule.explanation.id);
    for rule in framework.rules.iter().filter(chosen) {
        match (rule.run)(&ctx, &mut own) {
            Ok(Verdict::Added) => {}
            Ok(Verdict::Migrated) => outcome = AppOutcome::Migrated,
            Ok(Verdict::Nothing(why)) => outcome = AppOutcome::Nothing(why),
            Err(refusal) => {
                outcome = refusal.into();
                break;
            }
        }
    }
    if let (AppOutcome::Migrated, Err(refusal)) = (&outcome, proof::keeps_comments(&own)) {
        outcome = refusal.into();
    }
    if matches!(outcome, AppOutcome::Migrated | AppOutcome::Nothing(_)) {
        let steps = steps::steps(&ctx, &own);
        own.steps.extend(steps);
        let (found, cures) = doctor::findings(&ctx, &own);
        own.doctor = found;
        own.cures = cures.groups;
        own.bases.extend(cures.bases);
        own.formatting.extend(cures.formatting);
    } else {
        let doctor = doctor::refused(&ctx, &outcome);
        own = Sink { borrowed: own.borrowed, may_borrow: own.may_borrow, roots: own.roots, doctor, ..Sink::default() };
    }
    own.findings.splice(0..0, broken);
    Ok((AppReport { id, framework: framework.id.to_owned(), outcome }, own))
}

/// A text that `convex-clerk explain` can print.
#[derive(Clone, Copy, Debug)]
pub struct Explanation {
    /// The rule's, refusal reason's or framework's id.
    pub id: &'static str,
    /// One line.
    pub summary: &'static str,
    /// The whole text, as Markdown.
    pub text: &'static str,
}

/// Everything that can be explained, sorted by id.
pub fn explanations() -> Vec<Explanation> {
    let reasons = RefusalReason::ALL.iter().map(|reason| reason.explanation());
    let rules =
        rules::ALL.iter().map(|rule| rule.explanation).chain(checks().into_iter().map(|check| check.explanation));
    let frameworks = frameworks::ALL.iter().map(|framework| Explanation {
        id: framework.id,
        summary: framework.summary,
        text: framework.text,
    });
    let notes = notes::ALL.iter().copied();
    let recognised = recognised::ABOUT.iter().map(|about| about.explanation);
    let mut all: Vec<Explanation> = reasons.chain(rules).chain(frameworks).chain(notes).chain(recognised).collect();
    all.sort_by_key(|explanation| explanation.id);
    all
}

/// The ids of the checks of `doctor`.
pub fn check_ids() -> Vec<&'static str> {
    checks().into_iter().map(|check| check.explanation.id).collect()
}

/// The checks of `doctor`, those of frameworks last; two routers of one framework may share some.
fn checks() -> Vec<&'static rules::Check> {
    let mut all = rules::CHECKS.to_vec();
    for check in frameworks::ALL.iter().flat_map(|framework| framework.checks) {
        if !all.iter().any(|known| std::ptr::eq(*known, *check)) {
            all.push(check);
        }
    }
    all
}

/// The ids of the reasons for which an app is refused.
pub fn refusal_ids() -> Vec<&'static str> {
    RefusalReason::ALL.iter().map(|reason| reason.explanation().id).collect()
}

/// The ids of the frameworks that are migrated.
pub fn framework_ids() -> Vec<&'static str> {
    frameworks::ALL.iter().map(|framework| framework.id).collect()
}

/// A version gate: what, which version, when and where it was read.
#[derive(Clone, Copy, Debug)]
pub struct VersionFact {
    /// The package.
    pub package: &'static str,
    /// The version or range.
    pub version: &'static str,
    /// What it decides.
    pub meaning: &'static str,
    /// The date it was checked, ISO 8601.
    pub checked: &'static str,
    /// Where it is from.
    pub source: &'static str,
}

/// All version facts, for `--version -v`.
pub fn version_facts() -> &'static [VersionFact] {
    versions::FACTS
}
