//! The type checks of an app: its own script, else the compiler with the settings that hold for what changes.

use std::collections::BTreeSet;
use std::env;
use std::ffi::OsString;
use std::io::{self, Read, Seek as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::Ordering;
use std::time::Duration;

use change::RelPath;
use serde_json::Value;

use super::VerifyError;
use super::errors::{TypeError, errors};
use super::overlay::Overlay;
use crate::interrupt::INTERRUPTED;

/// The names that such a script has.
const SCRIPTS: [&str; 4] = ["typecheck", "type-check", "check-types", "check:types"];

/// How long the look for an interrupt may take.
const PAUSE: Duration = Duration::from_millis(30);

/// A command that checks types.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Check {
    /// As a person would type it.
    pub(super) name: String,
    /// Where it runs, below the base.
    folder: String,
    work: Work,
}

#[derive(Debug, PartialEq, Eq)]
enum Work {
    /// A line for the shell.
    Script(String),
    /// The compiler with these settings, below the folder.
    Compiler { program: PathBuf, settings: String },
}

/// What a check printed and how it ended.
#[derive(Debug)]
pub(super) struct Outcome {
    pub(super) is_good: bool,
    pub(super) errors: Vec<TypeError>,
    output: String,
}

impl Outcome {
    /// The last of what was printed, each line on its own.
    pub(super) fn last_lines(&self) -> String {
        let lines: Vec<&str> = self.output.lines().filter(|line| !line.trim().is_empty()).collect();
        lines.iter().skip(lines.len().saturating_sub(8)).map(|line| format!("\n  {line}")).collect()
    }
}

impl Check {
    /// The checks of apps, each with its folder and the files that change for it.
    pub(super) fn all(overlay: &Overlay, apps: &[(&str, Vec<&RelPath>)]) -> Result<Vec<Self>, VerifyError> {
        let mut checks: Vec<Self> = Vec::new();
        for (folder, files) in apps {
            let found = match script(overlay, folder) {
                Some(check) => vec![check],
                None => compilers(overlay, folder, files)?,
            };
            // Apps with one backend share its settings, though each has a compiler.
            let is_known = |check: &Self, checks: &[Self]| checks.iter().any(|known| known.name == check.name);
            for check in found {
                if !is_known(&check, &checks) {
                    checks.push(check);
                }
            }
        }
        Ok(checks)
    }

    pub(super) fn run(&self, overlay: &Overlay) -> Result<Outcome, VerifyError> {
        let folder = overlay.at(&self.folder);
        let mut command = match &self.work {
            Work::Script(line) => shell(line),
            Work::Compiler { program, settings } => {
                let mut command = Command::new(program);
                command.args(["--noEmit", "--pretty", "false", "--project", settings]);
                command
            }
        };
        command.current_dir(&folder).env("PATH", path(&folder)).env_remove("FORCE_COLOR").env("NO_COLOR", "1");
        let failed = |source| VerifyError::Io(format!("run `{}`", self.name), source);
        let (is_good, output) = output(&mut command).map_err(failed)?.ok_or(VerifyError::Interrupted)?;
        Ok(Outcome { is_good, errors: errors(&output), output })
    }
}

/// The app's own script.
fn script(overlay: &Overlay, folder: &str) -> Option<Check> {
    let text = std::fs::read_to_string(overlay.at(folder).join("package.json")).ok()?;
    let manifest: Value = serde_json::from_str(&text).ok()?;
    let (name, line) = SCRIPTS.iter().find_map(|name| Some((name, manifest.get("scripts")?.get(name)?.as_str()?)))?;
    let place = if folder.is_empty() { String::new() } else { format!("{folder}: ") };
    Some(Check { name: format!("{place}{name}"), folder: folder.to_owned(), work: Work::Script(line.to_owned()) })
}

/// The compiler for each tsconfig.json that holds for a file which changes: that of the app, that of its functions.
fn compilers(overlay: &Overlay, folder: &str, files: &[&RelPath]) -> Result<Vec<Check>, VerifyError> {
    let sources = files.iter().filter(|path| ["ts", "tsx", "mts", "cts"].contains(&path.extension()));
    let settings: BTreeSet<String> =
        sources.filter_map(|path| nearest(overlay, path)).flat_map(|path| parts(overlay, path)).collect();
    let name = if folder.is_empty() { "the app" } else { folder };
    if settings.is_empty() {
        return Err(VerifyError::NoCheck(name.to_owned()));
    }
    let program = ancestors(folder).map(|place| overlay.at(place).join("node_modules/.bin").join(TSC));
    let program = program.into_iter().find(|program| program.exists());
    let program = program.ok_or_else(|| VerifyError::NoCompiler(name.to_owned()))?;
    let check = |settings: String| Check {
        name: format!("tsc --noEmit --project {settings}"),
        folder: String::new(),
        work: Work::Compiler { program: program.clone(), settings },
    };
    Ok(settings.into_iter().map(check).collect())
}

const TSC: &str = if cfg!(windows) { "tsc.cmd" } else { "tsc" };

/// A folder and those above it, up to the base.
fn ancestors(folder: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(folder), |folder| match folder.rsplit_once('/') {
        Some((above, _)) => Some(above),
        None if folder.is_empty() => None,
        None => Some(""),
    })
}

/// The tsconfig.json next to a file, or the nearest above it.
fn nearest(overlay: &Overlay, path: &RelPath) -> Option<String> {
    let mut places = ancestors(path.folder()).map(|folder| match folder {
        "" => "tsconfig.json".to_owned(),
        folder => format!("{folder}/tsconfig.json"),
    });
    places.find(|path| overlay.at(path).is_file())
}

/// A tsconfig.json, or those that it refers to, if it is no more than a list of them.
fn parts(overlay: &Overlay, path: String) -> Vec<String> {
    let text = std::fs::read_to_string(overlay.at(&path)).unwrap_or_default();
    let read: Option<Value> = jsonc_parser::parse_to_serde_value(&text, &Default::default()).ok().flatten();
    let settings = read.unwrap_or_default();
    let is_list = settings.get("files").and_then(Value::as_array).is_some_and(Vec::is_empty);
    let references = settings.get("references").and_then(Value::as_array).filter(|_| is_list);
    let Some(references) = references else { return vec![path] };
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let named = references.iter().filter_map(|reference| reference.get("path")?.as_str());
    named.filter_map(|named| part(overlay, folder, named)).collect()
}

fn part(overlay: &Overlay, folder: &str, named: &str) -> Option<String> {
    let named = named.trim_start_matches("./").trim_end_matches('/');
    let path = if folder.is_empty() { named.to_owned() } else { format!("{folder}/{named}") };
    let full = overlay.at(&path);
    match (full.is_dir(), full.is_file()) {
        (true, _) => Some(format!("{path}/tsconfig.json")),
        (_, true) => Some(path),
        _ => None,
    }
}

#[cfg(unix)]
fn shell(line: &str) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", line]);
    command
}

#[cfg(not(unix))]
fn shell(line: &str) -> Command {
    let mut command = Command::new("cmd");
    command.args(["/C", line]);
    command
}

/// The programs that packages bring come first, as when a package manager runs a script.
fn path(folder: &Path) -> OsString {
    let bins = folder.ancestors().map(|place| place.join("node_modules/.bin")).filter(|bin| bin.is_dir());
    let others = env::var_os("PATH").unwrap_or_default();
    let all: Vec<PathBuf> = bins.chain(env::split_paths(&others)).collect();
    env::join_paths(all).unwrap_or(others)
}

/// Whether a command ended well, and all that it printed; `None` if the user asked to stop.
fn output(command: &mut Command) -> io::Result<Option<(bool, String)>> {
    // A file, not a pipe: nobody has to read while the command is waited for.
    let mut printed = tempfile::tempfile()?;
    command.stdin(Stdio::null()).stdout(printed.try_clone()?).stderr(printed.try_clone()?);
    own_group(command);
    let mut child = command.spawn()?;
    let status = loop {
        if let Some(status) = child.try_wait()? {
            // What a script has started and left behind.
            stop(&mut child);
            break status;
        }
        if INTERRUPTED.load(Ordering::SeqCst) {
            stop(&mut child);
            child.wait()?;
            return Ok(None);
        }
        std::thread::sleep(PAUSE);
    };
    printed.rewind()?;
    let mut text = Vec::new();
    printed.read_to_end(&mut text)?;
    Ok(Some((status.success(), String::from_utf8_lossy(&text).into_owned())))
}

/// A script starts programs of its own: they are stopped together.
#[cfg(unix)]
fn own_group(command: &mut Command) {
    use std::os::unix::process::CommandExt as _;
    command.process_group(0);
}

#[cfg(not(unix))]
fn own_group(_: &mut Command) {}

#[cfg(unix)]
fn stop(child: &mut std::process::Child) {
    let group = nix::unistd::Pid::from_raw(child.id() as i32);
    // It may have ended by itself meanwhile.
    let _ = nix::sys::signal::killpg(group, nix::sys::signal::Signal::SIGKILL);
}

#[cfg(not(unix))]
fn stop(child: &mut std::process::Child) {
    let _ = child.kill();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_left_one_by_one() {
        assert_eq!(ancestors("apps/web").collect::<Vec<_>>(), ["apps/web", "apps", ""]);
        assert_eq!(ancestors("").collect::<Vec<_>>(), [""]);
    }
}
