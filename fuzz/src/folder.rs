//! A project in a temporary folder, and what convex-clerk makes of it.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use change::{Applicability, FileChange, RelPath, Selection};
use migrate::{Options, Planned, Project};
use tempfile::TempDir;

/// The files of a project by their paths.
pub(crate) type Files = BTreeMap<String, Vec<u8>>;

/// What is chosen where nobody says otherwise: everything but what a person has to decide.
pub(crate) const CHOSEN: Selection = Selection::AtLeast(Applicability::NeedsReview);

/// A folder that goes with the value.
pub(crate) struct Folder(TempDir);

impl Folder {
    pub(crate) fn of(files: &Files) -> Self {
        let folder = Self(tempfile::Builder::new().prefix("app").tempdir().expect("a temporary folder"));
        files.iter().for_each(|(path, bytes)| folder.write(path, bytes));
        folder
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn write(&self, path: &str, bytes: &[u8]) {
        let path = self.path().join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, bytes).expect("a file");
    }

    /// The plan for what is in it; `None` where nothing can be said of it at all.
    pub(crate) fn plan(&self, options: &Options) -> Option<Planned> {
        // `migrate::plan` is for processes that end soon: it keeps its memory.
        Project::new(self.path()).plan(options).ok()
    }
}

/// The plan for files that are empty on disk and open in an editor, one after the other from the last to the first, in a project that was
/// looked at before.
pub(crate) fn plan_of_buffers(files: &Files) -> Option<Planned> {
    let folder = Folder::of(&files.keys().map(|path| (path.clone(), Vec::new())).collect());
    let mut project = Project::new(folder.path());
    drop(project.plan(&Options::default()));
    for (path, bytes) in files.iter().rev() {
        let text = std::str::from_utf8(bytes).ok()?;
        project.open(&RelPath::new(path.as_str()).expect("a path"), Some(text.into()));
    }
    project.plan(&Options::default()).ok()
}

/// The files that change, as they become.
pub(crate) fn changes(planned: &Planned) -> BTreeMap<RelPath, FileChange> {
    planned.plan.render(&CHOSEN).unwrap_or_else(|error| panic!("the plan can't be rendered: {error}"))
}

/// The files once those that change have changed.
pub(crate) fn changed(files: &Files, changes: &BTreeMap<RelPath, FileChange>) -> Files {
    let mut files = files.clone();
    files.extend(changes.iter().map(|(path, change)| (path.as_str().to_owned(), change.after.clone().into_bytes())));
    files
}
