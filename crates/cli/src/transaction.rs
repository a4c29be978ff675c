//! A set of staged files that take their places all together or not at all.
//!
//! Each file to change has a staged copy with its new content and, if it exists, a backup with its old one, so that from any
//! state in between the process can go forward or back: now, or in a later run that reads the journal.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use change::RelPath;

use crate::disk::{self, DiskError};
use crate::faults::boundary;

/// One file of a [`Transaction`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    /// The file.
    pub(crate) path: RelPath,
    /// The hash of its old content; `None` where it is new.
    pub(crate) old: Option<String>,
    /// The hash of its new content.
    pub(crate) new: String,
    /// Where the new content waits: beside the file, or in the deepest folder on its way that existed.
    pub(crate) staged: RelPath,
    /// Where the old content is kept, beside the file; `None` where it is new.
    pub(crate) backup: Option<RelPath>,
}

/// What a file holds, seen from its [`Entry`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// The old content, or nothing where it is to be created.
    Old,
    /// The new content.
    New,
    /// Neither.
    Other,
}

/// Why an [`Entry`] did not go forward.
pub(crate) enum Obstacle {
    /// The file is not what it was.
    Changed,
    /// The system refused.
    Disk(DiskError),
}

impl From<DiskError> for Obstacle {
    fn from(error: DiskError) -> Self {
        Self::Disk(error)
    }
}

/// Files on their way from one state of the tree to the next.
pub(crate) struct Transaction {
    /// The base folder.
    pub(crate) base: PathBuf,
    /// Where its journal is, or will be.
    pub(crate) journal: PathBuf,
    /// The files.
    pub(crate) entries: Vec<Entry>,
    /// The folders that it creates, outer ones first.
    pub(crate) folders: Vec<RelPath>,
}

/// The journal's name while it is written.
pub(crate) fn unfinished(journal: &Path) -> PathBuf {
    journal.with_extension("json.tmp")
}

impl Transaction {
    fn at(&self, path: &RelPath) -> PathBuf {
        self.base.join(path.as_str())
    }

    /// What the entry's file holds now.
    pub(crate) fn state(&self, entry: &Entry) -> Result<State, DiskError> {
        let now = disk::hash_at(&self.base, &entry.path)?;
        Ok(match now {
            now if now == entry.old => State::Old,
            Some(now) if now == entry.new => State::New,
            _ => State::Other,
        })
    }

    /// Whether the copy that the entry needs to go forward (`staged`) is whole.
    pub(crate) fn has_staged(&self, entry: &Entry) -> bool {
        disk::hash_at(&self.base, &entry.staged).is_ok_and(|hash| hash.as_ref() == Some(&entry.new))
    }

    /// Whether what the entry needs to go back is whole. A created file needs nothing.
    pub(crate) fn has_backup(&self, entry: &Entry) -> bool {
        let whole = |backup| disk::hash_at(&self.base, backup).is_ok_and(|hash| hash == entry.old);
        entry.backup.as_ref().is_none_or(whole)
    }

    fn backup_differs(&self, entry: &Entry) -> bool {
        let kept = entry.backup.as_ref().and_then(|backup| disk::hash_at(&self.base, backup).ok().flatten());
        kept.is_some() && kept != entry.old
    }

    /// Creates the folders that don't exist yet.
    pub(crate) fn create_folders(&self, step: &mut dyn FnMut() -> io::Result<()>) -> Result<(), DiskError> {
        for folder in &self.folders {
            let place = self.at(folder);
            step().and_then(|()| create_folder(&place)).map_err(DiskError::io("create the folder", &place))?;
            self.sync(folder.folder())?;
        }
        Ok(())
    }

    /// Puts the staged copy in place, if the file still has its old content. `moved` is told just before.
    pub(crate) fn forward(&self, entry: &Entry, moved: &mut BTreeSet<RelPath>) -> Result<(), Obstacle> {
        if self.state(entry)? != State::Old {
            return Err(Obstacle::Changed);
        }
        let (staged, place) = (self.at(&entry.staged), self.at(&entry.path));
        moved.insert(entry.path.clone());
        if entry.old.is_some() {
            let replaced = boundary("replace").and_then(|()| fs::rename(&staged, &place));
            replaced.map_err(DiskError::io("replace", &place))?;
            // An editor that saved in place between the look and the rename wrote into what is now the backup.
            return if self.backup_differs(entry) { Err(Obstacle::Changed) } else { Ok(()) };
        }
        match disk::rename_to_free(&staged, &place) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                moved.remove(&entry.path);
                Err(Obstacle::Changed)
            }
            result => Ok(result.map_err(DiskError::io("create", &place))?),
        }
    }

    /// Puts the old content back, if the file has the new one. A file that holds neither is left alone and reported.
    pub(crate) fn back(&self, entry: &Entry) -> Result<(), DiskError> {
        let place = self.at(&entry.path);
        match (self.state(entry)?, &entry.backup) {
            (State::Old, _) => Ok(()),
            (State::New, Some(backup)) => {
                let restored = boundary("back").and_then(|()| fs::rename(self.at(backup), &place));
                restored.map_err(DiskError::io("restore", &place))
            }
            (State::New, None) => {
                boundary("back").map_err(DiskError::io("remove", &place))?;
                disk::remove(&place)
            }
            (State::Other, _) => Err(DiskError::io("restore", &place)(io::Error::other("it was changed meanwhile"))),
        }
    }

    /// Makes the names in every touched folder last.
    pub(crate) fn sync_folders(&self) -> Result<(), DiskError> {
        let files = self.entries.iter().flat_map(|entry| [entry.path.folder(), entry.staged.folder()]);
        files.collect::<BTreeSet<_>>().into_iter().try_for_each(|folder| self.sync(folder))
    }

    fn sync(&self, folder: &str) -> Result<(), DiskError> {
        disk::sync_folder(&self.base.join(folder))
    }

    /// Takes the moved files back, then removes every trace. Goes on after a failure, and keeps the journal then.
    ///
    /// # Errors
    /// The first failure.
    pub(crate) fn roll_back(&self, moved: &BTreeSet<RelPath>) -> Result<(), DiskError> {
        let back = self.entries.iter().rev().filter(|entry| moved.contains(&entry.path)).map(|entry| self.back(entry));
        // All are tried before the first failure is looked at.
        back.collect::<Vec<_>>().into_iter().collect::<Result<(), _>>()?;
        for folder in self.folders.iter().rev() {
            // One that someone put a file into meanwhile stays.
            let _ = fs::remove_dir(self.at(folder));
        }
        self.sync_folders()?;
        self.clean_up()
    }

    /// Removes staged copies and backups, then, if all are gone, the journal.
    ///
    /// # Errors
    /// The first failure.
    pub(crate) fn clean_up(&self) -> Result<(), DiskError> {
        let copies = self.entries.iter().flat_map(|entry| [Some(&entry.staged), entry.backup.as_ref()]).flatten();
        let places = copies.map(|copy| self.at(copy)).chain([unfinished(&self.journal)]);
        let removed = places.map(|place| {
            boundary("clean up").map_err(DiskError::io("remove", &place))?;
            disk::remove(&place)
        });
        removed.collect::<Vec<_>>().into_iter().collect::<Result<(), _>>()?;
        boundary("clean up the journal").map_err(DiskError::io("remove", &self.journal))?;
        disk::remove(&self.journal)?;
        disk::sync_folder(self.journal.parent().unwrap_or(&self.base))
    }

    /// The folders to create for `path`, outer ones first, where `folder` is the deepest that exists.
    pub(crate) fn missing_folders(path: &RelPath, existing: &str) -> Vec<RelPath> {
        let ends = path.as_str().match_indices('/').map(|(end, _)| end).filter(|end| *end > existing.len());
        ends.filter_map(|end| RelPath::new(path.as_str().get(..end)?).ok()).collect()
    }
}

fn create_folder(place: &Path) -> io::Result<()> {
    match fs::create_dir(place) {
        // A run before this one came this far.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && place.is_dir() => Ok(()),
        result => result,
    }
}
