//! The vocabulary of a proposed change.
//!
//! A [`Plan`] holds [`ChangeGroup`]s (what is accepted or refused as one), made of [`TextEdit`]s, files to create and
//! [`ImportChange`]s; [`Finding`]s say what was seen; [`Plan::render`] gives the changed files for the groups that are chosen.
//!
//! Invariant: nothing here reads a file, prints, or knows a language; every function is total.

mod diff;
mod edit;
mod finding;
mod group;
mod line_index;
mod path;
mod plan;
mod range;

pub use diff::{
    BlobIds, DiffLine, Hunk, LineKind, context_of, edits_between, git_patch, hunks, is_env_file, quoted_path,
};
pub use edit::{Conflict, EditSet, TextEdit};
pub use finding::{Finding, Location, Related, Severity};
pub use group::{Applicability, ChangeGroup, GroupId, ImportChange, ImportedName, SettingsChange};
pub use line_index::{ColumnUnit, LineCol, LineIndex};
pub use path::{RelPath, RelPathError};
pub use plan::{
    AppId, AppOutcome, AppReport, Base, FileChange, Language, Plan, PlanParts, RenderError, Selection, Step,
};
pub use range::TextRange;
