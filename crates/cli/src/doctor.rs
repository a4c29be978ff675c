//! `doctor`: what is still to be looked at in apps that are on Clerk, on stdout.

use std::io;

use change::{AppOutcome, Selection, Severity};
use migrate::{GateMode, Options};

use crate::args::{Cli, Doctor};
use crate::report::summary::finding_lines;
use crate::report::{View, count};
use crate::run::{Status, product, volume};
use crate::terminal::Paint;

/// Runs `doctor`.
///
/// # Errors
/// Everything that ends with exit code 2.
pub(crate) fn doctor(cli: &Cli, args: &Doctor) -> anyhow::Result<Status> {
    let options = Options { apps: args.apps.clone(), gate: Some(GateMode::None), ..Options::default() };
    let planned = migrate::plan(&args.path, &options)?;
    let (selection, files) = (Selection::Only(Default::default()), Default::default());
    let view = View::new(&planned, &selection, &files);
    let paint = Paint::new(cli.color, &io::stdout());
    let mut text = String::new();
    let is_plain = |app: &change::AppId| {
        planned.plan.apps().iter().any(|report| report.id == *app && report.outcome == AppOutcome::Migrated)
    };
    for app in planned.plan.apps().iter().filter(|app| is_plain(&app.id)) {
        text.push_str(&format!("{}: not on Clerk yet: convex-clerk migrate\n", paint.shown(app.id.as_str())));
    }
    let findings: Vec<_> = planned.on_clerk().collect();
    for finding in &findings {
        text.push_str(&finding_lines(&view, finding, paint, volume(cli)));
    }
    text.push_str(&format!("{}\n", count(findings.len(), "finding")));
    product(&text)?;
    let is_bad = findings.iter().any(|finding| finding.severity == Severity::Error);
    Ok(if is_bad { Status::Needed } else { Status::Done })
}
