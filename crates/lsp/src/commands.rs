//! The commands: the whole migration, its review, the graph, and `doctor`.

use std::fmt::Write as _;
use std::ops::ControlFlow;

use change::{AppId, AppOutcome, AppReport, Applicability, ChangeGroup, ColumnUnit, Finding, Selection};
use lsp_server::RequestId;
use lsp_types::{NumberOrString, WorkspaceEdit};
use migrate::{Options, PlanError, Planned, Progress, Watch};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::Views;
use crate::actions::{Acting, Offer, is_wiring, needs};
use crate::diagnostics::Diagnosing;
use crate::projects::Opened;
use crate::signals::Signals;
use crate::to_proto::Lines;

/// Makes the whole migration.
pub(crate) const MIGRATE: &str = "convexClerk.migrate";
/// Gives the page to review it.
pub(crate) const PREVIEW: &str = "convexClerk.preview";
/// Draws the app.
pub(crate) const GRAPH: &str = "convexClerk.graph";
/// Says what is still to be looked at.
pub(crate) const DOCTOR: &str = "convexClerk.doctor";
/// Makes the change of an action, for clients that know actions as commands only.
pub(crate) const APPLY: &str = "convexClerk.apply";
/// Every command.
pub(crate) const COMMANDS: [&str; 5] = [MIGRATE, PREVIEW, GRAPH, DOCTOR, APPLY];

/// What a command is given; all of it may be left out.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Argument {
    /// A document of the app.
    pub(crate) uri: Option<lsp_types::Url>,
    /// The app's folder, below the top of the repository.
    pub(crate) app: Option<String>,
    /// Whether the gates and the server calls come along.
    pub(crate) gates: Option<bool>,
}

/// What a command comes to.
pub(crate) enum Done {
    /// An answer.
    Answer(Value),
    /// A change for the client to make, and what is said once it has.
    Edit(Box<WorkspaceEdit>, Value),
}

/// Runs commands.
pub(crate) struct Running<'a> {
    pub(crate) acting: Acting<'a>,
    pub(crate) views: Views,
    pub(crate) watch: Watch,
    /// The document that the command is about, below the base of its project.
    pub(crate) document: Option<change::RelPath>,
}

impl Running<'_> {
    /// The whole migration of one app.
    pub(crate) fn migrate(&self, opened: &mut Opened, argument: &Argument) -> Result<Done, String> {
        let planned = self.planned(opened)?;
        let app = self.app(&planned, argument)?;
        let own = || planned.plan.groups().iter().filter(|group| group.apps.contains(&app.id));
        let wiring: Vec<&ChangeGroup> = own().filter(|group| is_wiring(group)).collect();
        if wiring.is_empty() {
            return Ok(Done::Answer(json!({ "applied": false, "message": outcome(&planned, app) })));
        }
        let all = own().filter(|group| group.applicability >= Applicability::NeedsReview).collect();
        let chosen = if argument.gates == Some(false) { wiring } else { all };
        let groups = needs(&planned.plan, chosen).iter().map(|id| id.as_str().to_owned()).collect();
        let (root, title) = (opened.root().to_owned(), "Migrate this app to Clerk".to_owned());
        let offer = Offer { root, title, groups, cures: false };
        let edit = self.acting.edit(opened, &planned.plan, &offer)?;
        Ok(Done::Edit(Box::new(edit), self.left(&planned, &app.id)))
    }

    /// The change of an action.
    pub(crate) fn apply(&self, opened: &mut Opened, offer: &Offer) -> Result<Done, String> {
        let planned = opened.plan_of(offer, self.watch.clone()).map_err(said)?;
        let edit = self.acting.edit(opened, offer.plan(&planned), offer)?;
        Ok(Done::Edit(Box::new(edit), json!({ "message": format!("{}: done.", offer.title) })))
    }

    /// The page to review the migration, of all apps of the project.
    pub(crate) fn preview(&self, opened: &mut Opened) -> Result<Done, String> {
        let planned = self.planned(opened)?;
        let is_plain = planned.plan.groups().iter().any(is_wiring);
        if !is_plain {
            let said: Vec<String> = planned.plan.apps().iter().map(|app| outcome(&planned, app)).collect();
            let said = if said.is_empty() { "there is no Convex app here".to_owned() } else { said.join("\n") };
            return Ok(Done::Answer(json!({ "message": said })));
        }
        let html = (self.views.page)(&planned, &Selection::AtLeast(Applicability::NeedsReview))?;
        Ok(Done::Answer(json!({ "title": "Move to Clerk", "html": html })))
    }

    /// The picture of the project.
    pub(crate) fn graph(&self, opened: &mut Opened) -> Result<Done, String> {
        let options = Options { gate: None, watch: self.watch.clone(), ..opened.settings.options() };
        let picture = opened.project.picture(&options).map_err(|error| error.to_string())?;
        if picture.apps.is_empty() {
            return Ok(Done::Answer(json!({ "message": "there is no Convex app here" })));
        }
        let (text, svg) = (self.views.graph)(&picture);
        Ok(Done::Answer(json!({ "title": "What the app renders", "svg": svg, "text": text })))
    }

    /// What is still to be looked at.
    pub(crate) fn doctor(&self, opened: &mut Opened) -> Result<Done, String> {
        let planned = self.planned(opened)?;
        let findings = opened.findings();
        // Writing to a String can't fail.
        let mut text = String::new();
        for app in planned.plan.apps().iter().filter(|app| !is_on_clerk(&planned, app)) {
            let said = match is_plain(&planned, app) {
                true => format!("{}: not on Clerk yet", app.id),
                false => outcome(&planned, app),
            };
            let _ = writeln!(text, "{said}");
        }
        // Where nothing was looked at, nothing found is no good news.
        let is_any = planned.plan.apps().iter().any(|app| is_on_clerk(&planned, app)) || !findings.is_empty();
        let message = (!is_any)
            .then(|| if text.is_empty() { "There is no Convex app here.".to_owned() } else { text.trim().to_owned() });
        let mut items = Vec::new();
        for finding in findings.iter() {
            text.push_str(&told(opened, finding));
            let diagnosing = Diagnosing { client: self.acting.client, documents: self.acting.documents };
            let uri = finding.location.as_ref().and_then(|place| opened.uri(self.acting.documents, &place.path));
            if let (Some(uri), Some(diagnostic)) = (uri, diagnosing.diagnostic(opened, finding)) {
                items.push(json!({ "uri": uri, "diagnostic": diagnostic }));
            }
        }
        let number = findings.len();
        let _ = writeln!(text, "{number} {}", if number == 1 { "finding" } else { "findings" });
        let title = "What Convex and Clerk have to agree on";
        let mut answer = json!({ "title": title, "text": text, "findings": number, "items": items });
        if let Some(message) = message {
            answer["message"] = json!(message);
        }
        Ok(Done::Answer(answer))
    }

    fn planned(&self, opened: &mut Opened) -> Result<std::rc::Rc<Planned>, String> {
        opened.planned(self.watch.clone()).map_err(said)
    }

    /// The app that is meant: the one named, the innermost around the document, the only one.
    fn app<'p>(&self, planned: &'p Planned, argument: &Argument) -> Result<&'p AppReport, String> {
        let apps = planned.plan.apps();
        if let Some(name) = &argument.app {
            let named = AppId::new(name.trim_start_matches("./").trim_end_matches('/'));
            return apps.iter().find(|app| app.id == named).ok_or_else(|| format!("no Convex app is in `{name}`"));
        }
        let document = self.document.as_ref();
        let around = apps.iter().filter(|app| document.is_some_and(|path| path.is_in(app.id.folder())));
        let nearest = around.max_by_key(|app| app.id.folder().len());
        match (nearest, apps) {
            (Some(app), _) | (None, [app]) => Ok(app),
            (None, []) => Err("there is no Convex app here".to_owned()),
            (None, apps) => {
                let names: Vec<&str> = apps.iter().map(|app| app.id.as_str()).collect();
                Err(format!("there are several apps: {}; open a file of the one that is meant", names.join(", ")))
            }
        }
    }

    /// What is said once the change is made: the steps that are left to a person.
    fn left(&self, planned: &Planned, app: &AppId) -> Value {
        let steps = planned.plan.steps().iter().filter(|step| step.apps.is_empty() || step.apps.contains(app));
        let steps: Vec<Value> = steps
            .map(|step| json!({ "title": step.title, "at": step.at, "copy": step.copy, "doc": step.doc }))
            .collect();
        let left = match steps.len() {
            0 => String::new(),
            1 => " One step is left to you.".to_owned(),
            number => format!(" {number} steps are left to you."),
        };
        json!({ "message": format!("The app is moved to Clerk.{left}"), "steps": steps })
    }
}

/// Whether an app could be migrated.
fn is_plain(planned: &Planned, app: &AppReport) -> bool {
    planned.plan.groups().iter().any(|group| is_wiring(group) && group.apps.contains(&app.id))
}

/// Whether an app is on Clerk already.
fn is_on_clerk(planned: &Planned, app: &AppReport) -> bool {
    match &app.outcome {
        // Only gates are left to add.
        AppOutcome::Migrated => !is_plain(planned, app),
        AppOutcome::Nothing(why) => why == migrate::ON_CLERK,
        AppOutcome::Refused { .. } | AppOutcome::Unsupported { .. } => false,
    }
}

/// What is said of an app.
fn outcome(planned: &Planned, app: &AppReport) -> String {
    let said = match &app.outcome {
        AppOutcome::Migrated if is_plain(planned, app) => "can be migrated".to_owned(),
        // Only gates are left to add.
        AppOutcome::Migrated => "it is on Clerk already".to_owned(),
        AppOutcome::Nothing(why) => why.clone(),
        AppOutcome::Refused { message, .. } => format!("refused: {message}"),
        AppOutcome::Unsupported { name, .. } => format!("{name} is not migrated"),
    };
    format!("{}: {said}", app.id)
}

/// A finding as `doctor` prints it.
fn told(opened: &Opened, finding: &Finding) -> String {
    let place = finding.location.as_ref().map(|place| {
        let source = opened.project.text(&place.path).unwrap_or_else(|| "".into());
        let at = Lines::new(&source, ColumnUnit::Chars).position(place.range.start());
        format!(" {}:{}:{}", place.path, at.line + 1, at.character + 1)
    });
    let (severity, rule) = (finding.severity.as_str(), finding.rule);
    let mut text = format!("{severity}[{rule}]{}: {}\n", place.unwrap_or_default(), finding.message);
    for more in finding.help.iter().map(String::as_str).chain(finding.doc) {
        text.push_str(&format!("  {more}\n"));
    }
    text
}

/// Tells a client how far a plan is, and stops it when the client wants no more of it.
pub(crate) fn watch(
    signals: Signals,
    id: RequestId,
    token: Option<NumberOrString>,
    report: impl Fn(&str, Option<u32>) + Send + Sync + 'static,
) -> Watch {
    Watch::new(move |progress| {
        match progress {
            Progress::Reading => report("reading files", None),
            Progress::Planning { app, done, of } => {
                report(app, (done * 100).checked_div(of).map(|percent| percent as u32))
            }
        }
        match signals.is_stopped(&id, token.as_ref()) {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        }
    })
}

/// Why no plan could be made, in a sentence.
fn said(error: PlanError) -> String {
    match error.help() {
        Some(help) => format!("{error}: {help}"),
        None => error.to_string(),
    }
}
