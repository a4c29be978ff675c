//! `migrate`: plan, show, ask, write.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, BufRead as _, IsTerminal, Write as _};
use std::path::Path;

use anyhow::Context as _;
use change::{AppOutcome, BlobIds, FileChange, RelPath, Selection, git_patch};
use migrate::{Options, Planned};

use crate::apply::{self, Request, Reverse};
use crate::args::{Cli, Format, Level, Migrate};
use crate::git::Git;
use crate::interrupt;
use crate::journal;
use crate::report::steps::steps;
use crate::report::summary::{self, Volume, quoted};
use crate::report::{View, count, diff::diff, human::human, json::json};
use crate::terminal::Paint;

/// How a run ended; the number is the exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    /// Done, or nothing to do.
    Done = 0,
    /// `--check`: changes are needed; `doctor`: errors.
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
    let recovered = if mode == Mode::Write { recover(args)? } else { BTreeSet::new() };
    let mut options = options(args);
    let mut planned = migrate::plan(&args.path, &options)?;
    if mode == Mode::Ask && !options.production && is_migrated(&planned) && asked_for_production()? {
        options.production = true;
        planned = migrate::plan(&args.path, &options)?;
    }
    let selection = Selection::AtLeast(args.level.into());
    let files = planned.plan.render(&selection).map_err(Defect)?;
    let view = View::new(&planned, &selection, &files);
    show(cli, args, mode, &view)?;
    if let Some(path) = &args.steps {
        let text = steps(&view);
        std::fs::write(path, text).with_context(|| format!("could not write the steps to `{}`", path.display()))?;
    }
    let status = status(args, mode, &view);
    match mode {
        Mode::Write => {
            write(cli, &planned, &files, &recovered, args.allow_dirty)?;
            install(args, &view)?;
        }
        Mode::Ask if !files.is_empty() => {
            check(&planned, &files, args.allow_dirty)?;
            if asked(&files)? {
                write(cli, &planned, &files, &recover(args)?, args.allow_dirty)?;
                install(args, &view)?;
            } else {
                say("nothing was written\n");
            }
        }
        Mode::Ask | Mode::Show | Mode::Offer | Mode::Check => {}
    }
    if volume(cli) > Volume::Quiet {
        say(&summary::more(&view, &args.path.to_string_lossy()));
    }
    Ok(status)
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
    }
}

fn is_migrated(planned: &Planned) -> bool {
    planned.plan.apps().iter().any(|app| app.outcome == AppOutcome::Migrated)
}

/// Asks once what the steps are for.
fn asked_for_production() -> anyhow::Result<bool> {
    say("Is this set-up for local development, or ready for production? [L/p] ");
    Ok(matches!(answer()?.as_str(), "p" | "production"))
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
        (None, Mode::Write | Mode::Check) => None,
    };
    let paint = Paint::new(cli.color, &io::stdout());
    let text = match format {
        Some(Format::Diff) => diff(view, paint),
        Some(Format::Human) => human(view, paint),
        Some(Format::Json) => json(view)?,
        None => String::new(),
    };
    product(&text)?;
    let volume = volume(cli);
    let paint = Paint::new(cli.color, &io::stderr());
    let mut text = summary::summary(view, paint, volume);
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

fn recover(args: &Migrate) -> anyhow::Result<BTreeSet<RelPath>> {
    // A PATH that can't be read is reported by the plan.
    let Some(base) = migrate::base_of(&args.path) else { return Ok(BTreeSet::new()) };
    let git = Git::find(&base);
    let recovered = interrupt::deferred(|| journal::recover(&base, git.as_ref()))?;
    if recovered.direction.is_some() {
        say(&format!("a run that died was brought to an end: {}\n", count(recovered.files.len(), "file")));
    }
    Ok(recovered.files)
}

/// Asks on stderr; anything but yes is no.
fn asked(files: &BTreeMap<RelPath, FileChange>) -> anyhow::Result<bool> {
    say(&format!("\nWrite {}? [y/N] ", count(files.len(), "file")));
    Ok(matches!(answer()?.as_str(), "y" | "yes"))
}

/// A line that was typed, in lower case.
fn answer() -> anyhow::Result<String> {
    let mut answer = Vec::new();
    io::stdin().lock().read_until(b'\n', &mut answer).context("could not read the answer")?;
    Ok(String::from_utf8_lossy(&answer).trim().to_ascii_lowercase())
}

/// Whether the files may be written: better known before the question than after it.
fn check(planned: &Planned, files: &BTreeMap<RelPath, FileChange>, allow_dirty: bool) -> anyhow::Result<()> {
    let git = work_tree(planned, allow_dirty)?;
    let (recovered, interrupted) = (&BTreeSet::new(), &interrupt::INTERRUPTED);
    let base = &planned.base;
    apply::check(&Request { base, git: git.as_ref(), files, recovered, allow_dirty, interrupted })?;
    Ok(())
}

/// The work tree to ask about uncommitted changes. A repository without the git program can't be asked.
fn work_tree(planned: &Planned, allow_dirty: bool) -> anyhow::Result<Option<Git>> {
    let git = Git::find(&planned.base);
    if planned.in_git && git.is_none() && !allow_dirty {
        return Err(NoGit.into());
    }
    Ok(git)
}

fn write(
    cli: &Cli,
    planned: &Planned,
    files: &BTreeMap<RelPath, FileChange>,
    recovered: &BTreeSet<RelPath>,
    allow_dirty: bool,
) -> anyhow::Result<()> {
    if files.is_empty() {
        return Ok(());
    }
    let git = work_tree(planned, allow_dirty)?;
    let base = &planned.base;
    let interrupted = &interrupt::INTERRUPTED;
    let request = Request { base, git: git.as_ref(), files, recovered, allow_dirty, interrupted };
    let written = interrupt::deferred(|| apply::write(&request))?;
    let paint = Paint::new(cli.color, &io::stderr());
    if volume(cli) > Volume::Quiet {
        let names: String = written.files.iter().map(|path| format!("  {}\n", paint.name(path.as_str()))).collect();
        let undo = match written.reverse {
            Reverse::Command(command) => command,
            Reverse::Patch => undo_patch(planned, files).unwrap_or_else(|| Reverse::Patch.to_string()),
        };
        say(&format!("\nwritten:\n{names}to undo it: {}\n", paint.name(&undo)));
    }
    if let Some(leftover) = written.leftover {
        say(&paint.shown(&format!("warning: a staged copy could not be removed: {leftover}\n")));
    }
    Ok(())
}

/// Keeps the patch where git does not hold what was there, and gives the command that takes it back.
fn undo_patch(planned: &Planned, files: &BTreeMap<RelPath, FileChange>) -> Option<String> {
    let zeros = BlobIds { old: "0".repeat(40), new: "0".repeat(40) };
    let patch: String = files.iter().map(|(path, file)| git_patch(path, file, &zeros)).collect();
    // A name that nobody can foresee, readable by its owner only: the temporary folder belongs to everybody.
    let mut file = tempfile::Builder::new().prefix("convex-clerk-undo-").suffix(".patch").tempfile().ok()?;
    file.write_all(patch.as_bytes()).ok()?;
    let (_, path) = file.keep().ok()?;
    let (base, path) = (planned.base.to_str()?, path.to_str()?);
    Some(format!("git -C {} apply -R {}", quoted(base), quoted(path)))
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
fn say(text: &str) {
    let _ = io::stderr().lock().write_all(text.as_bytes());
}

/// A plan that can't be rendered: never the user's fault.
#[derive(Debug, thiserror::Error)]
#[error("this is a defect of convex-clerk; nothing was written")]
pub(crate) struct Defect(#[source] change::RenderError);

/// There is a repository, but no git to ask about it.
#[derive(Debug, thiserror::Error)]
#[error(
    "git could not be started, so that nobody knows whether the files hold changes that are not committed; nothing was written"
)]
pub(crate) struct NoGit;
