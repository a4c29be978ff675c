//! What annotations are made of: findings, and the apps that were refused.

use change::{AppOutcome, AppReport, Finding, Location, RelPath, Related, Severity};

use super::{UNSUPPORTED, View};

/// Something to show at a place of the code.
pub(crate) struct Notice<'a> {
    /// The id of a rule or of the reason for a refusal: what `explain` takes.
    pub(crate) id: &'a str,
    /// How bad it is.
    pub(crate) severity: Severity,
    /// What was seen, and what to do about it.
    pub(crate) message: String,
    /// Where; an app as a whole is its package.json.
    pub(crate) location: Option<Location>,
    /// Further places.
    pub(crate) related: &'a [Related],
}

/// All of them: refused apps, then findings by their places, as the plan sorts them.
pub(crate) fn notices<'a>(view: &View<'a>) -> Vec<Notice<'a>> {
    let plan = &view.planned.plan;
    let refused = plan.apps().iter().filter_map(|app| refused(view, app));
    refused.chain(plan.findings().iter().map(|finding| of(view, finding))).collect()
}

/// A finding at its place; without one, at the package.json of its app.
pub(crate) fn of<'a>(view: &View<'_>, finding: &'a Finding) -> Notice<'a> {
    let app = || finding.app.as_ref().and_then(|app| manifest(view, app.folder()));
    Notice {
        id: finding.rule,
        severity: finding.severity,
        message: match &finding.help {
            Some(help) => format!("{}; {help}", finding.message),
            None => finding.message.clone(),
        },
        location: finding.location.clone().or_else(app),
        related: &finding.related,
    }
}

fn refused<'a>(view: &View<'a>, app: &'a AppReport) -> Option<Notice<'a>> {
    let (id, message, place) = match &app.outcome {
        AppOutcome::Refused { reason, message, place } => (*reason, message.clone(), place.clone()),
        AppOutcome::Unsupported { name, .. } => {
            (UNSUPPORTED, format!("{name} is recognised, and not migrated by this version"), None)
        }
        AppOutcome::Migrated | AppOutcome::Nothing(_) => return None,
    };
    let location = place.or_else(|| manifest(view, app.id.folder()));
    let message = format!("the app {} was refused, and none of its files is touched: {message}", app.id);
    Some(Notice { id, severity: Severity::Error, message, location, related: &[] })
}

/// The package.json of an app, if it has one.
fn manifest(view: &View<'_>, folder: &str) -> Option<Location> {
    let path = if folder.is_empty() { "package.json".to_owned() } else { format!("{folder}/package.json") };
    let path = RelPath::new(&path).ok()?;
    view.text(&path).is_some().then(|| Location::file(path))
}
