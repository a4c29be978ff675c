//! The migration of a Convex app to Clerk: find the apps, prove what can be proven, and make a [`change::Plan`].
//!
//! Invariant: no printing, no flags, no protocol; files are read in `load` alone and never written.

use std::path::{Path, PathBuf};

use change::Plan;

/// What a person may ask of a run.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The framework id to take for every app, instead of what the evidence says.
    pub framework: Option<String>,
    /// Only the apps in these folders, relative to PATH or to the base; all of them when empty.
    pub apps: Vec<String>,
}

/// A plan and the folder it is for.
pub struct Planned {
    /// What was found and what is offered.
    pub plan: Plan,
    /// The absolute folder that every path of the plan is relative to: the git top level, else PATH.
    pub base: PathBuf,
    /// Whether `base` is the top of a git work tree.
    pub in_git: bool,
}

/// Why no plan could be made (exit code 2).
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    /// PATH can't be read.
    #[error("cannot read `{path}`: {cause}")]
    Unreadable {
        /// As the user gave it.
        path: PathBuf,
        /// What the system said.
        cause: std::io::Error,
    },
    /// No package.json at or below PATH.
    #[error("no package.json in `{0}` or below it")]
    NoPackage(PathBuf),
    /// The framework is none or several.
    #[error("{message}")]
    Framework {
        /// What was seen, one sentence.
        message: String,
        /// What to do next.
        help: String,
    },
    /// `--framework` or `--app` names nothing.
    #[error("{message}")]
    Unknown {
        /// What is unknown.
        message: String,
        /// What there is.
        help: String,
    },
}

/// Reads the project at `path` and plans its migration.
///
/// # Errors
/// A [`PlanError`] where nothing can be said about the project at all.
pub fn plan(path: &Path, options: &Options) -> Result<Planned, PlanError> {
    let _ = options;
    Err(PlanError::NoPackage(path.to_owned()))
}

/// A text that `convex-clerk explain` can print.
#[derive(Clone, Copy, Debug)]
pub struct Explanation {
    /// The rule's, refusal reason's or framework's id.
    pub id: &'static str,
    /// One line.
    pub summary: &'static str,
    /// The whole text, as Markdown.
    pub text: &'static str,
}

/// Everything that can be explained, sorted by id.
pub fn explanations() -> Vec<Explanation> {
    Vec::new()
}

/// A version gate: what, which version, when and where it was read.
#[derive(Clone, Copy, Debug)]
pub struct VersionFact {
    /// The package.
    pub package: &'static str,
    /// The version or range.
    pub version: &'static str,
    /// What it decides.
    pub meaning: &'static str,
    /// The date it was checked, ISO 8601.
    pub checked: &'static str,
    /// Where it is from.
    pub source: &'static str,
}

/// All version facts, for `--version -v`.
pub fn version_facts() -> &'static [VersionFact] {
    &[]
}
