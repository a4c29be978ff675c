//! Writing files as the command line does: what a run that died left is brought to an end first, and what was written is said.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write as _};
use std::path::Path;

use change::{BlobIds, FileChange, RelPath, git_patch};

use crate::apply::{self, Request, Reverse};
use crate::args::Cli;
use crate::git::Git;
use crate::interrupt;
use crate::journal;
use crate::report::count;
use crate::report::summary::{Volume, quoted};
use crate::run::{say, volume};
use crate::terminal::Paint;

/// Files to write, and where.
pub(crate) struct Writing<'a> {
    /// The folder that their paths start from.
    pub(crate) base: &'a Path,
    /// Whether that lies in a git work tree.
    pub(crate) in_git: bool,
    /// The files.
    pub(crate) files: &'a BTreeMap<RelPath, FileChange>,
    /// Whether they may hold changes that are not committed.
    pub(crate) allow_dirty: bool,
}

/// Brings a run that died to an end, and gives its files.
///
/// # Errors
/// What the journal of that run can't be carried out for.
pub(crate) fn recover(path: &Path) -> anyhow::Result<BTreeSet<RelPath>> {
    // A PATH that can't be read is reported by the plan.
    let Some(base) = migrate::base_of(path) else { return Ok(BTreeSet::new()) };
    let git = Git::find(&base);
    let recovered = interrupt::deferred(|| journal::recover(&base, git.as_ref()))?;
    if recovered.direction.is_some() {
        say(&format!("a run that died was brought to an end: {}\n", count(recovered.files.len(), "file")));
    }
    Ok(recovered.files)
}

impl Writing<'_> {
    /// Whether the files may be written: better known before the question than after it.
    ///
    /// # Errors
    /// What writing would stop at.
    pub(crate) fn check(&self) -> anyhow::Result<()> {
        let git = self.work_tree()?;
        apply::check(&self.request(git.as_ref(), &BTreeSet::new()))?;
        Ok(())
    }

    /// Writes the files, and says which and how to undo it.
    ///
    /// # Errors
    /// A [`crate::apply::WriteError`].
    pub(crate) fn write(&self, cli: &Cli, recovered: &BTreeSet<RelPath>) -> anyhow::Result<()> {
        if self.files.is_empty() {
            return Ok(());
        }
        let git = self.work_tree()?;
        let request = self.request(git.as_ref(), recovered);
        let written = interrupt::deferred(|| apply::write(&request))?;
        let paint = Paint::new(cli.color, &io::stderr());
        if volume(cli) > Volume::Quiet {
            let names: String = written.files.iter().map(|path| format!("  {}\n", paint.name(path.as_str()))).collect();
            let undo = match written.reverse {
                Reverse::Command(command) => command,
                Reverse::Patch => self.undo_patch().unwrap_or_else(|| Reverse::Patch.to_string()),
            };
            say(&format!("\nwritten:\n{names}to undo it: {}\n", paint.name(&undo)));
        }
        if let Some(leftover) = written.leftover {
            say(&paint.shown(&format!("warning: a staged copy could not be removed: {leftover}\n")));
        }
        Ok(())
    }

    fn request<'b>(&'b self, git: Option<&'b Git>, recovered: &'b BTreeSet<RelPath>) -> Request<'b> {
        let (base, files, allow_dirty) = (self.base, self.files, self.allow_dirty);
        Request { base, git, files, recovered, allow_dirty, interrupted: &interrupt::INTERRUPTED }
    }

    /// The work tree to ask about uncommitted changes. A repository without the git program can't be asked.
    fn work_tree(&self) -> anyhow::Result<Option<Git>> {
        let git = Git::find(self.base);
        if self.in_git && git.is_none() && !self.allow_dirty {
            return Err(NoGit.into());
        }
        Ok(git)
    }

    /// Keeps the patch where git does not hold what was there, and gives the command that takes it back.
    fn undo_patch(&self) -> Option<String> {
        let zeros = BlobIds { old: "0".repeat(40), new: "0".repeat(40) };
        let patch: String = self.files.iter().map(|(path, file)| git_patch(path, file, &zeros)).collect();
        // A name that nobody can foresee, readable by its owner only: the temporary folder belongs to everybody.
        let mut file = tempfile::Builder::new().prefix("convex-clerk-undo-").suffix(".patch").tempfile().ok()?;
        file.write_all(patch.as_bytes()).ok()?;
        let (_, path) = file.keep().ok()?;
        let (base, path) = (self.base.to_str()?, path.to_str()?);
        Some(format!("git -C {} apply -R {}", quoted(base), quoted(path)))
    }
}

/// There is a repository, but no git to ask about it.
#[derive(Debug, thiserror::Error)]
#[error(
    "git could not be asked, as it is missing or does not take this for a repository, so that nobody knows whether the files hold changes that are not committed; nothing was written"
)]
pub(crate) struct NoGit;
