//! `lsp`: the language server on stdin and stdout, with the views that the other commands print.

use std::io;

use anyhow::Context as _;
use lsp::Views;

use crate::report::graph::{svg, text};
use crate::report::page;
use crate::run::Status;
use crate::terminal::Paint;

/// Runs `lsp`.
///
/// # Errors
/// That the streams can't be used.
pub(crate) fn lsp() -> anyhow::Result<Status> {
    let views = Views {
        version: env!("CARGO_PKG_VERSION"),
        page: |planned, selection| page(planned, selection).map_err(|error| format!("{error:#}")),
        graph: |picture| (text(picture, Paint { color: false, escape: true }), svg(picture)),
    };
    let is_clean = lsp::serve(io::stdin(), io::stdout(), views).context("could not serve")?;
    Ok(if is_clean { Status::Done } else { Status::Needed })
}
