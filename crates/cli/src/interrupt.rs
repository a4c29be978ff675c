//! Ctrl-C: at once while reading, after taking everything back while writing.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::apply::WriteError;
use crate::progress;

/// Set once the user asks to stop while files are being written.
pub(crate) static INTERRUPTED: AtomicBool = AtomicBool::new(false);

static WRITING: AtomicBool = AtomicBool::new(false);

/// Listens for Ctrl-C, SIGTERM and a closed terminal.
///
/// # Errors
/// The system's, where no handler can be set.
pub(crate) fn listen() -> Result<(), ctrlc::Error> {
    ctrlc::set_handler(|| {
        if WRITING.load(Ordering::SeqCst) {
            INTERRUPTED.store(true, Ordering::SeqCst);
        } else {
            stop();
        }
    })
}

#[expect(clippy::exit, reason = "nothing is being written: there is nothing to take back and nobody to return to")]
fn stop() -> ! {
    progress::wipe();
    std::process::exit(130)
}

/// Ends a run that the user asked to stop while that was left to it.
///
/// # Errors
/// [`WriteError::Interrupted`], if so.
pub(crate) fn stop_if_asked() -> anyhow::Result<()> {
    if INTERRUPTED.load(Ordering::SeqCst) { Err(WriteError::Interrupted.into()) } else { Ok(()) }
}

/// Runs `write` so that an interrupt is left to it.
pub(crate) fn deferred<T>(write: impl FnOnce() -> T) -> T {
    WRITING.store(true, Ordering::SeqCst);
    let result = write();
    WRITING.store(false, Ordering::SeqCst);
    result
}
