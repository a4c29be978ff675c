//! A project that stays open: it is read once, and what changes of it is read again.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use change::RelPath;

use crate::buffers::Buffers;
use crate::calls::{FunctionCall, call_at};
use crate::drawing::picture_of;
use crate::kept::Kept;
use crate::known::CONVEX_REACT_CLERK;
use crate::load::{self, load};
use crate::picture::Picture;
use crate::reread::{is_broken, read_again};
use crate::workspace::Workspace;
use crate::{Options, PlanError, Planned, Progress, plan_of};

/// Reads the project at `path` and plans its migration. It is for a process that asks once or a few times: the memory of what was read is not
/// given back. Who asks again and again keeps a [`Project`].
///
/// # Errors
/// A [`PlanError`] where nothing can be said about the project at all.
pub fn plan(path: &Path, options: &Options) -> Result<Planned, PlanError> {
    let mut project = Project::new(path);
    let planned = project.plan(options);
    // Who asks once is about to end: giving back the memory of a large project piece by piece would take a twelfth of the run.
    std::mem::forget(project);
    planned
}

/// Reads the project at `path` and draws what its migration is decided on.
///
/// # Errors
/// A [`PlanError`] where nothing can be said about the project at all.
pub fn picture(path: &Path, options: &Options) -> Result<Picture, PlanError> {
    Project::new(path).picture(options)
}

/// A project, with the texts of it that are open in an editor.
///
/// Nothing is read before it is asked for something. Facts are kept by the contents of files, so that after an edit only the edited file is
/// parsed again. Call it [`crate::on_deep_stack`]: else each part of the work that needs one makes a thread of its own.
pub struct Project {
    path: PathBuf,
    buffers: Buffers,
    kept: Arc<Kept>,
    workspace: Option<Workspace>,
}

impl Project {
    /// The project in the folder `path`.
    pub fn new(path: &Path) -> Self {
        Self { path: path.to_owned(), buffers: Buffers::default(), kept: Arc::default(), workspace: None }
    }

    /// The folder that paths are relative to: the git top level, else the folder itself. `None` where there is no such folder.
    pub fn base(&self) -> Option<PathBuf> {
        match &self.workspace {
            Some(workspace) => Some(workspace.base.clone()),
            None => load::base_of(&self.path),
        }
    }

    /// Takes `text` for the file `path` from now on, whatever is on disk; with `None` what is on disk again.
    pub fn open(&mut self, path: &RelPath, text: Option<Arc<str>>) {
        if !self.buffers.set(path, text) {
            return;
        }
        if let Some(workspace) = &mut self.workspace {
            workspace.buffers = self.buffers.clone();
            self.touch(path);
        }
    }

    /// Has the file `path` read again, which was changed, made or removed on disk.
    pub fn touch(&mut self, path: &RelPath) {
        let is_read = self.workspace.as_mut().is_some_and(|workspace| read_again(workspace, path));
        if !is_read {
            self.forget();
        }
    }

    /// Has everything read again that is on disk; what files said is kept by their contents.
    pub fn forget(&mut self) {
        if let Some(workspace) = self.workspace.take() {
            let base = workspace.base.clone();
            self.kept.retain(|path| base.join(path.as_str()).exists() || self.buffers.text(path).is_some());
        }
    }

    /// The text of a file, as it is open, else as it is on disk.
    pub fn text(&self, path: &RelPath) -> Option<Arc<str>> {
        match self.buffers.text(path) {
            Some(text) => Some(text.clone()),
            None => Workspace::text_of(&self.base()?, &self.buffers, path).map(Into::into),
        }
    }

    /// Plans its migration.
    ///
    /// # Errors
    /// A [`PlanError`] where nothing can be said about the project at all.
    pub fn plan(&mut self, options: &Options) -> Result<Planned, PlanError> {
        options.watch.tell(Progress::Reading)?;
        plan_of(self.workspace()?, options)
    }

    /// Whether some file takes in what gives Convex Clerk's session; else no app is on Clerk, and nothing is to be found of it.
    pub fn names_clerk(&mut self) -> bool {
        let takes_in =
            |facts: &syntax::FileFacts| facts.imports.iter().any(|import| import.module == CONVEX_REACT_CLERK);
        self.workspace().is_ok_and(|workspace| {
            let mut files = workspace.files.values().filter(|file| file.names.convex_react);
            files.any(|file| file.facts().is_ok_and(|facts| takes_in(facts)))
        })
    }

    /// Whether a source file is there that can't be parsed.
    pub fn is_broken(&mut self, path: &RelPath) -> bool {
        self.workspace().is_ok_and(|workspace| is_broken(workspace, path))
    }

    /// Draws what its migration is decided on.
    ///
    /// # Errors
    /// A [`PlanError`] where nothing can be said about the project at all.
    pub fn picture(&mut self, options: &Options) -> Result<Picture, PlanError> {
        picture_of(self.workspace()?, options)
    }

    /// What is said of the Convex function that is named at `offset`, in bytes, of a file; `None` where none is.
    ///
    /// # Errors
    /// A [`PlanError`] where nothing can be said about the project at all.
    pub fn function_at(&mut self, path: &RelPath, offset: u32) -> Result<Option<FunctionCall>, PlanError> {
        call_at(self.workspace()?, path, offset)
    }

    fn workspace(&mut self) -> Result<&Workspace, PlanError> {
        let workspace = match self.workspace.take() {
            Some(workspace) => workspace,
            None => load(&self.path, &self.buffers, &self.kept)?,
        };
        Ok(self.workspace.insert(workspace))
    }
}
