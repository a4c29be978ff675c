//! `migrate`: plan, show, ask, write.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, BufRead as _, IsTerminal, Write as _};
use std::path::Path;

use anyhow::Context as _;
use change::{AppOutcome, FileChange, RelPath, Selection};
use migrate::{Options, PlanError, Planned, Watch};

use crate::apply::WriteError;
use crate::args::{Cli, Format, Level, Migrate};
use crate::choose::choose;
use crate::git::Git;
use crate::interrupt;
use crate::journal;
use crate::outputs;
use crate::progress::Bar;
use crate::report::summary::{self, LeftOut, Volume, quoted};
use crate::report::{View, count, rendered};
use crate::terminal::Paint;
use crate::verify::{VerifyError, verify};
use crate::writing::{Writing, recover};

/// How a run ended; the number is the exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    /// Done, or nothing to do.
    Done = 0,
    /// `--check`: changes are needed; `doctor`: errors; `lsp`: the client went away without a word.
    Needed = 1,
    /// At least one app was refused or is unsupported.
    Refused = 3,
}

/// What is done with the plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    /// Show it.
    Show,
    /// Show it, and say how to write.
    Offer,
    /// Show it and ask whether to write.
    Ask,
    /// Ask for each change, then whether to write.
    Choose,
    /// Write it.
    Write,
    /// Say by the exit code whether there is anything in it.
    Check,
}

/// Runs `migrate`.
///
/// # Errors
/// Everything that ends with exit code 2 or 130.
pub(crate) fn migrate(cli: &Cli, args: &Migrate) -> anyhow::Result<Status> {
    interrupt::listen().context("could not listen for Ctrl-C")?;
    let mode = mode(args);
    // A run that died is brought to an end first: the plan has to be made on what then is there.
    let recovered = if mode == Mode::Write { recover(&args.path)? } else { BTreeSet::new() };
    let mut options = options(args);
    let mut planned = plan(cli, args, &options)?;
    if mode == Mode::Ask && !options.production && is_migrated(&planned) && asked_for_production()? {
        options.production = true;
        planned = plan(cli, args, &options)?;
    }
    let selection = match args.interactive {
        true => choose(&planned.plan, args.level.into(), Paint::new(cli.color, &io::stderr()))?,
        false => Selection::AtLeast(args.level.into()),
    };
    let files = planned.plan.render(&selection).map_err(Defect)?;
    let view = View::new(&planned, &selection, &files);
    show(cli, args, mode, &view)?;
    outputs::write(args, &view)?;
    let status = status(args, mode, &view);
    if args.verify && !verified(cli, args, &view)? {
        return Ok(Status::Refused);
    }
    let (base, in_git, allow_dirty) = (&planned.base, planned.in_git, args.allow_dirty);
    let writing = Writing { base, in_git, files: &files, allow_dirty };
    match mode {
        Mode::Write => {
            writing.write(cli, &recovered)?;
            install(args, &view)?;
        }
        Mode::Ask | Mode::Choose if !files.is_empty() => {
            writing.check()?;
            if asked(&files)? {
                writing.write(cli, &recover(&args.path)?)?;
                install(args, &view)?;
            } else {
                say("nothing was written\n");
            }
        }
        Mode::Choose => say("\nnothing was written\n"),
        Mode::Ask | Mode::Show | Mode::Offer | Mode::Check => {}
    }
    if volume(cli) > Volume::Quiet {
        say(&summary::more(&view, &args.path.to_string_lossy()));
    }
    Ok(status)
}

/// Checks types before and after the change. Says what was found, and whether to go on.
fn verified(cli: &Cli, args: &Migrate, view: &View<'_>) -> anyhow::Result<bool> {
    // What the check leaves behind goes, even if it is interrupted.
    let verified = match interrupt::deferred(|| verify(view.planned, view.files, &Bar::new(cli))) {
        Err(VerifyError::Interrupted) => return Err(WriteError::Interrupted.into()),
        Err(error) if args.force => {
            say(&format!("warning: {error}\n"));
            return Ok(true);
        }
        verified => verified?,
    };
    let is_bad = verified.is_bad();
    if volume(cli) > Volume::Quiet || is_bad {
        say(&verified.text(Paint::new(cli.color, &io::stderr())));
    }
    if is_bad && !args.force {
        say("nothing was written; --force writes all the same\n");
    }
    Ok(!is_bad || args.force)
}

fn options(args: &Migrate) -> Options {
    Options {
        framework: args.framework.clone(),
        apps: args.apps.clone(),
        issuer_env: args.issuer_env.clone(),
        publishable_key_env: args.publishable_key_env.clone(),
        production: args.production,
        gate: args.gate.map(Into::into),
        rules: args.rules.clone(),
        watch: Watch::default(),
        ..Options::default()
    }
}

/// Makes the plan, and shows how far that is where it takes long.
fn plan(cli: &Cli, args: &Migrate, options: &Options) -> Result<Planned, PlanError> {
    let bar = Bar::new(cli);
    migrate::plan(&args.path, &Options { watch: bar.watch(), ..options.clone() })
}

fn is_migrated(planned: &Planned) -> bool {
    planned.plan.apps().iter().any(|app| app.outcome == AppOutcome::Migrated)
}

/// Asks once what the steps are for.
fn asked_for_production() -> anyhow::Result<bool> {
    say("Is this set-up for local development, or ready for production? [L/p] ");
    Ok(matches!(answer()?.as_deref(), Some("p" | "production")))
}

/// Runs what the steps say installs the packages, where it was asked for.
fn install(args: &Migrate, view: &View<'_>) -> anyhow::Result<()> {
    let steps = view.planned.plan.steps().iter().filter(|step| args.install && step.id == "install");
    for step in steps {
        let line = step.copy.as_deref().unwrap_or_default();
        let base = &view.planned.base;
        // Each folder that the step names; the top where it names none.
        let folders = match step.at.as_slice() {
            [] => vec![base.clone()],
            at => at.iter().map(|at| base.join(at)).collect(),
        };
        for folder in folders {
            let mut words = line.split_whitespace();
            let (Some(program), arguments) = (words.next(), words) else { continue };
            say(&format!("\nrunning {line}\n"));
            // What a package manager says is talk: stdout is the product's.
            let mut command = std::process::Command::new(program);
            command.args(arguments).current_dir(&folder).stdout(io::stderr());
            let status = command
                .status()
                .with_context(|| format!("the changes are written, but `{program}` could not be started"))?;
            anyhow::ensure!(status.success(), "the changes are written, but `{line}` failed");
        }
    }
    Ok(())
}

fn mode(args: &Migrate) -> Mode {
    let is_interactive = || io::stdin().is_terminal() && io::stderr().is_terminal() && io::stdout().is_terminal();
    match (args.dry_run, args.yes, args.check) {
        (_, true, _) => Mode::Write,
        (_, _, true) => Mode::Check,
        (true, ..) => Mode::Show,
        _ if args.interactive => Mode::Choose,
        _ if args.format.is_none() && is_interactive() => Mode::Ask,
        _ => Mode::Offer,
    }
}

/// Prints the product on stdout and the rest on stderr.
fn show(cli: &Cli, args: &Migrate, mode: Mode, view: &View<'_>) -> anyhow::Result<()> {
    let format = match (args.format, mode) {
        (Some(format), _) => Some(format),
        (None, Mode::Show | Mode::Offer) => Some(Format::Diff),
        (None, Mode::Ask) => Some(Format::Human),
        (None, Mode::Choose | Mode::Write | Mode::Check) => None,
    };
    let mut paint = Paint::new(cli.color, &io::stdout());
    if format == Some(Format::Diff) {
        paint.escape = io::stdout().is_terminal();
    }
    let text = format.map(|format| rendered(view, format, paint)).transpose()?;
    product(&text.unwrap_or_default())?;
    let volume = volume(cli);
    let paint = Paint::new(cli.color, &io::stderr());
    let left_out =
        LeftOut { table: format == Some(Format::Human), steps: mode == Mode::Check && view.files.is_empty() };
    let mut text = summary::summary(view, paint, volume, left_out);
    if mode == Mode::Choose {
        text.insert(0, '\n');
    }
    if let Some(journal) = unfinished(mode, view) {
        text.push_str(&format!(
            "a run that died left `{journal}`: the next run with --yes finishes it or takes it back\n"
        ));
    }
    if volume > Volume::Quiet && mode == Mode::Offer {
        let here =
            view.planned.in_git && migrate::base_of(Path::new(".")).is_some_and(|base| base == view.planned.base);
        text.push_str(&paint.shown(&summary::next(view, &command(args), here)));
    }
    say(&text);
    Ok(())
}

pub(crate) fn volume(cli: &Cli) -> Volume {
    match (cli.quiet, cli.verbose) {
        (true, _) => Volume::Quiet,
        (_, true) => Volume::Verbose,
        _ => Volume::Normal,
    }
}

/// The journal of a run that died, which a read-only run only reports.
fn unfinished(mode: Mode, view: &View<'_>) -> Option<String> {
    if mode == Mode::Write {
        return None;
    }
    let git = view.planned.in_git.then(|| Git::at(&view.planned.base)).flatten();
    journal::found(&view.planned.base, git.as_ref()).map(|path| path.display().to_string())
}

/// The command that the user gave, without what decides whether it writes.
fn command(args: &Migrate) -> String {
    let mut words = vec!["convex-clerk migrate".to_owned()];
    let path = args.path.to_string_lossy();
    match path.starts_with('-') {
        true => words.push(quoted(&format!("./{path}"))),
        false if path != "." => words.push(quoted(&path)),
        false => {}
    }
    words.extend(args.framework.iter().map(|id| format!("--framework {}", quoted(id))));
    if args.level != Level::NeedsReview {
        words.push(format!("--level {}", args.level.as_str()));
    }
    words.extend(args.gate.map(|gate| format!("--gate {}", gate.as_str())));
    words.extend(args.apps.iter().map(|app| format!("--app {}", quoted(app))));
    words.join(" ")
}

fn status(args: &Migrate, mode: Mode, view: &View<'_>) -> Status {
    let refused = |outcome: &AppOutcome| matches!(outcome, AppOutcome::Refused { .. } | AppOutcome::Unsupported { .. });
    if !args.refused_ok && view.planned.plan.apps().iter().any(|app| refused(&app.outcome)) {
        Status::Refused
    } else if mode == Mode::Check && !view.files.is_empty() {
        Status::Needed
    } else {
        Status::Done
    }
}

/// Asks on stderr; anything but yes is no.
fn asked(files: &BTreeMap<RelPath, FileChange>) -> anyhow::Result<bool> {
    say(&format!("\nWrite {}? [y/N] ", count(files.len(), "file")));
    Ok(matches!(answer()?.as_deref(), Some("y" | "yes")))
}

/// A line that was typed, in lower case; `None` where there is nothing more to read.
pub(crate) fn answer() -> anyhow::Result<Option<String>> {
    let mut answer = Vec::new();
    io::stdin().lock().read_until(b'\n', &mut answer).context("could not read the answer")?;
    Ok((!answer.is_empty()).then(|| String::from_utf8_lossy(&answer).trim().to_ascii_lowercase()))
}

/// Prints the product on stdout. A reader that has gone, as with `| head`, has seen enough; what is to be written is written all the same.
pub(crate) fn product(text: &str) -> anyhow::Result<()> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error).context("could not write to stdout"),
        _ => Ok(()),
    }
}

/// Talks on stderr. Where nobody listens, or no room is left, nothing is lost: what was done stays done.
pub(crate) fn say(text: &str) {
    let _ = io::stderr().lock().write_all(text.as_bytes());
}

/// A plan that can't be rendered: never the user's fault.
#[derive(Debug, thiserror::Error)]
#[error("this is a defect of convex-clerk; nothing was written")]
pub(crate) struct Defect(#[source] pub(crate) change::RenderError);
