//! What a long run shows while it works: a bar on a terminal, after half a second; nothing anywhere else.

use std::io::{self, IsTerminal as _, Write as _};
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::JoinHandle;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use migrate::{Progress, Watch};

use crate::args::Cli;
use crate::report::summary::Volume;
use crate::run::volume;
use crate::terminal::escaped;

/// How long nothing is shown.
const QUIET: Duration = Duration::from_millis(500);

/// How often what is shown moves.
const TICK: Duration = Duration::from_millis(120);

static IS_SHOWN: AtomicBool = AtomicBool::new(false);

/// A bar; it is gone with this value.
pub(crate) struct Bar {
    bar: ProgressBar,
    /// Tells the thread that shows the bar that there is no more need to; and that thread.
    shower: Option<(Sender<()>, JoinHandle<()>)>,
}

impl Bar {
    /// A bar for a run, hidden where nobody looks.
    pub(crate) fn new(cli: &Cli) -> Self {
        let bar = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::hidden());
        let is_dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        let is_seen = io::stderr().is_terminal() && !is_dumb && volume(cli) > Volume::Quiet;
        let shower = is_seen.then(|| {
            let (sender, stopped) = mpsc::channel();
            let bar = bar.clone();
            let show = move || {
                if stopped.recv_timeout(QUIET) == Err(RecvTimeoutError::Timeout) {
                    IS_SHOWN.store(true, Ordering::SeqCst);
                    bar.set_draw_target(ProgressDrawTarget::stderr());
                    bar.enable_steady_tick(TICK);
                }
            };
            (sender, std::thread::spawn(show))
        });
        Self { bar, shower }
    }

    /// Who is told how far a plan is.
    pub(crate) fn watch(&self) -> Watch {
        let bar = self.bar.clone();
        Watch::new(move |progress| {
            match progress {
                Progress::Reading => Self::set(&bar, "reading files", 0, 0),
                Progress::Planning { app, done, of } => Self::set(&bar, app, done, of),
            }
            ControlFlow::Continue(())
        })
    }

    /// What is done now, and how many of all such are done.
    pub(crate) fn at(&self, what: &str, done: usize, of: usize) {
        Self::set(&self.bar, what, done, of);
    }

    fn set(bar: &ProgressBar, what: &str, done: usize, of: usize) {
        // One thing to do is no way to go.
        let layout = if of > 1 { "{bar:24} {pos}/{len} {wide_msg}" } else { "{spinner} {wide_msg}" };
        if let Ok(style) = ProgressStyle::with_template(layout) {
            bar.set_style(style);
        }
        bar.set_length(of as u64);
        bar.set_position(done as u64);
        bar.set_message(escaped(what));
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        if let Some((sender, shower)) = self.shower.take() {
            drop(sender);
            // It has nothing that could fail.
            let _ = shower.join();
        }
        self.bar.finish_and_clear();
        IS_SHOWN.store(false, Ordering::SeqCst);
    }
}

/// Wipes the line of a bar off, where a run is about to end in the middle.
pub(crate) fn wipe() {
    if IS_SHOWN.load(Ordering::SeqCst) {
        let _ = io::stderr().write_all(b"\r\x1b[2K");
    }
}
