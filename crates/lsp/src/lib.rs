//! The language server: what the engine finds and offers, as an editor asks for it.
//!
//! It reads what is open and what is on disk, runs nothing of a project, writes nothing and opens no connection: changes are sent to the
//! editor as edits. <https://microsoft.github.io/language-server-protocol/specifications/lsp/3.17/specification/>

mod actions;
mod client;
mod commands;
mod diagnostics;
mod documents;
mod edits;
mod framing;
mod hover;
mod projects;
mod server;
mod settings;
mod signals;
mod to_proto;

use std::io::{self, Read, Write};

use change::Selection;
use migrate::{Picture, Planned};

pub use framing::{Incoming, Reader};

/// Who says what the server says.
pub(crate) const SOURCE: &str = "convex-clerk";

/// The views of a plan that commands give, which whoever runs the server has.
#[derive(Clone, Copy)]
pub struct Views {
    /// The version that the server says it has.
    pub version: &'static str,
    /// A page to review what is chosen of a plan.
    pub page: fn(&Planned, &Selection) -> Result<String, String>,
    /// A picture as text, and as an image.
    pub graph: fn(&Picture) -> (String, String),
}

/// Serves one client until it says `exit` or goes away. Whether it had said `shutdown` before.
///
/// # Errors
/// That the streams can't be read or written.
pub fn serve(input: impl Read + Send + 'static, output: impl Write + Send + 'static, views: Views) -> io::Result<bool> {
    server::run(input, output, views)
}
