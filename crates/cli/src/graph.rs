//! `graph`: the picture behind the decisions, on stdout.

use std::io;

use migrate::Options;

use crate::args::{Cli, Graph, Picture};
use crate::report::graph::{dot, json, svg, text};
use crate::run::{Status, product};
use crate::terminal::Paint;

/// Runs `graph`.
///
/// # Errors
/// Everything that ends with exit code 2.
pub(crate) fn graph(cli: &Cli, args: &Graph) -> anyhow::Result<Status> {
    let options = Options {
        framework: args.framework.clone(),
        apps: args.apps.clone(),
        gate: args.gate.map(Into::into),
        ..Options::default()
    };
    let picture = migrate::picture(&args.path, &options)?;
    let text = match args.format {
        Picture::Text => text(&picture, Paint::new(cli.color, &io::stdout())),
        Picture::Json => json(&picture)?,
        Picture::Dot => dot(&picture),
        Picture::Svg => svg(&picture),
    };
    product(&text)?;
    Ok(Status::Done)
}
