//! `doctor`: what is still to be looked at in apps that are on Clerk, on stdout.

use std::io;

use change::{Selection, Severity};
use migrate::{GateMode, Options};

use crate::args::{Cli, Doctor};
use crate::report::View;
use crate::report::checkup::Checked;
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
    let checked = Checked { view: &view, findings: planned.on_clerk().collect() };
    product(&checked.rendered(args.format, Paint::new(cli.color, &io::stdout()), volume(cli))?)?;
    let is_bad = checked.findings.iter().any(|finding| finding.severity == Severity::Error);
    Ok(if is_bad { Status::Needed } else { Status::Done })
}
