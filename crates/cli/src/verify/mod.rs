//! `--verify`: the app's own type check, before and after the change, in a copy of the repository. The working tree is never written.
//!
//! Only errors that the change brings count. What is said of packages that package.json names from now on, and that nobody has installed yet, is
//! no error of the change.

mod check;
mod errors;
mod overlay;
mod pending;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::Ordering;

use change::{AppOutcome, AppReport, FileChange, RelPath};
use migrate::Planned;

use check::{Check, Outcome};
use errors::TypeError;
use overlay::Overlay;
use pending::Pending;

use crate::interrupt::INTERRUPTED;
use crate::progress::Bar;
use crate::report::count;
use crate::terminal::Paint;

/// What the type checks of the apps said.
#[derive(Debug, Default)]
pub(crate) struct Verified {
    checks: Vec<Compared>,
}

/// A check before and after the change.
#[derive(Debug)]
struct Compared {
    /// As a person would type it.
    name: String,
    /// How many errors there were, and still are.
    known: usize,
    /// Those that are new.
    new: Vec<TypeError>,
    /// What it said, where it fails from now on with nothing that could be read as errors.
    failure: Option<String>,
    /// Packages that have to be installed before it can say more.
    missing: BTreeSet<String>,
}

/// Why nothing could be verified. Nothing is written then.
#[derive(Debug, thiserror::Error)]
pub(crate) enum VerifyError {
    /// There is nothing that checks types.
    #[error("--verify: {0} has no `typecheck` script and no tsconfig.json for what changes")]
    NoCheck(String),
    /// The compiler is not there.
    #[error("--verify: typescript is not installed for {0}")]
    NoCompiler(String),
    /// It does not work before the change either.
    #[error("--verify: `{0}` fails before the change already, with no errors that could be compared{1}")]
    Broken(String, String),
    /// The copy could not be made, or the check not be started.
    #[error("--verify: could not {0}")]
    Io(String, #[source] std::io::Error),
    /// The user asked to stop.
    #[error("interrupted")]
    Interrupted,
}

impl VerifyError {
    /// What the user can do.
    pub(crate) fn help(&self) -> Option<String> {
        Some(match self {
            Self::NoCheck(_) => {
                "nothing was written: leave --verify out, or write all the same with --force".to_owned()
            }
            Self::NoCompiler(_) => {
                "nothing was written: install the packages first, or write all the same with --force".to_owned()
            }
            Self::Broken(..) => "nothing was written: mend it first, or write all the same with --force".to_owned(),
            Self::Io(..) => "nothing was written".to_owned(),
            Self::Interrupted => return None,
        })
    }
}

/// Checks the apps of a plan before and after `files`; `bar` is told how far that is.
///
/// # Errors
/// Where that says nothing of the change.
pub(crate) fn verify(
    planned: &Planned,
    files: &BTreeMap<RelPath, FileChange>,
    bar: &Bar,
) -> Result<Verified, VerifyError> {
    if files.is_empty() {
        return Ok(Verified::default());
    }
    let io = |doing: &str| {
        let doing = doing.to_owned();
        move |source| VerifyError::Io(doing, source)
    };
    bar.at("copying the repository to check its types", 0, 0);
    let overlay = Overlay::of(&planned.base).map_err(io("copy the repository"))?;
    if INTERRUPTED.load(Ordering::SeqCst) {
        return Err(VerifyError::Interrupted);
    }
    let checks = Check::all(&overlay, &changed(planned, files))?;
    let pending = Pending::of(&planned.base, files);
    let mut done = 0..;
    let mut run = |check: &Check| {
        bar.at(&format!("checking types: {}", check.name), done.next().unwrap_or_default(), checks.len() * 2);
        check.run(&overlay)
    };
    let before: Vec<Outcome> = checks.iter().map(&mut run).collect::<Result<_, _>>()?;
    overlay.write(files).map_err(io("write into the copy"))?;
    let mut verified = Verified::default();
    for (check, before) in checks.iter().zip(before) {
        let after = run(check)?;
        verified.checks.push(compared(check, &before, after, &pending)?);
    }
    if INTERRUPTED.load(Ordering::SeqCst) { Err(VerifyError::Interrupted) } else { Ok(verified) }
}

/// The folder of each migrated app, and which of the files change for it.
fn changed<'a>(planned: &'a Planned, files: &'a BTreeMap<RelPath, FileChange>) -> Vec<(&'a str, Vec<&'a RelPath>)> {
    let plan = &planned.plan;
    let apps = plan.apps().iter().filter(|app| app.outcome == AppOutcome::Migrated);
    let of_app = |app: &'a AppReport| {
        let groups: Vec<_> = plan.groups().iter().filter(|group| group.apps.contains(&app.id)).collect();
        let own = |path: &&RelPath| groups.iter().any(|group| group.paths().contains(path));
        (app.id.folder(), files.keys().filter(own).collect::<Vec<_>>())
    };
    apps.map(of_app).filter(|(_, files)| !files.is_empty()).collect()
}

fn compared(check: &Check, before: &Outcome, after: Outcome, pending: &Pending) -> Result<Compared, VerifyError> {
    if !before.is_good && before.errors.is_empty() {
        return Err(VerifyError::Broken(check.name.clone(), before.last_lines()));
    }
    let mut left: BTreeMap<TypeError, usize> = BTreeMap::new();
    for error in &before.errors {
        *left.entry(error.without_place()).or_default() += 1;
    }
    let fails_now = !after.is_good && before.is_good && after.errors.is_empty();
    let failure = fails_now.then(|| after.last_lines());
    let (mut known, mut new, mut missing) = (0, Vec::new(), BTreeSet::new());
    for error in after.errors {
        if let Some(count @ 1..) = left.get_mut(&error.without_place()) {
            *count -= 1;
            known += 1;
        } else if let Some(package) = pending.named_by(&error) {
            missing.insert(package);
        } else {
            new.push(error);
        }
    }
    Ok(Compared { name: check.name.clone(), known, new, failure, missing })
}

impl Verified {
    /// Whether the change brings errors.
    pub(crate) fn is_bad(&self) -> bool {
        self.checks.iter().any(|check| !check.new.is_empty() || check.failure.is_some())
    }

    /// What is said of it.
    pub(crate) fn text(&self, paint: Paint) -> String {
        self.checks.iter().map(|check| check.text(paint)).collect()
    }
}

impl Compared {
    fn text(&self, paint: Paint) -> String {
        let name = paint.shown(&self.name);
        let known = if self.known == 0 { String::new() } else { format!(" ({} from before)", self.known) };
        let mut text = match (&self.failure, self.new.len()) {
            (Some(said), _) => format!("\n{} `{name}` fails from now on:{}\n", paint.red("verify:"), paint.shown(said)),
            (None, 0) => format!("\n{} `{name}` finds no new errors{known}\n", paint.green("verify:")),
            (None, new) => format!("\n{} `{name}` finds {}{known}:\n", paint.red("verify:"), count(new, "new error")),
        };
        for error in &self.new {
            text.push_str(&format!("  {}\n", paint.shown(&error.to_string())));
        }
        if !self.missing.is_empty() {
            let packages = self.missing.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
            text.push_str(&format!(
                "  not installed yet, so that their types were left out: {}\n",
                paint.shown(&packages)
            ));
        }
        text
    }
}
