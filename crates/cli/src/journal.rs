//! The journal of a write: what the next writing run needs to finish, or take back, one that died.
//!
//! ```json
//! {"version": 1, "folders": ["src/lib"], "files": [{"path": "src/main.tsx", "old": "<sha256>", "new": "<sha256>",
//!   "staged": "src/.convex-clerk-0123456789abcdef.tmp", "backup": "src/.convex-clerk-fedcba9876543210.tmp"}]}
//! ```
//!
//! It is a file like any other in the repository, so nothing in it is believed: paths stay below the base and outside `.git`,
//! only our own staged names are renamed or removed, and contents count by their hash.

use std::collections::BTreeSet;
use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use change::{RelPath, RelPathError};
use serde::{Deserialize, Serialize};

use crate::disk::{self, DiskError, Lock};
use crate::faults::boundary;
use crate::git::Git;
use crate::transaction::{Entry, Obstacle, State, Transaction, unfinished};

const VERSION: u64 = 1;

#[derive(Deserialize, Serialize)]
struct JournalDto {
    version: u64,
    files: Vec<FileDto>,
    folders: Vec<String>,
}

#[derive(Deserialize, Serialize)]
struct FileDto {
    path: String,
    old: Option<String>,
    new: String,
    staged: String,
    backup: Option<String>,
}

/// What [`recover`] did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Recovered {
    /// The files of the run that died; the guard lets them pass, as their changes are ours.
    pub(crate) files: BTreeSet<RelPath>,
    /// Which way it went; `None` where there was no journal.
    pub(crate) direction: Option<Direction>,
}

/// Which way a run that died was brought to an end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Direction {
    /// All its files are written now.
    Finished,
    /// None of its files is written now.
    TakenBack,
}

/// Why a run that died could not be brought to an end. Nothing more was written; exit code 2.
#[derive(Debug, thiserror::Error)]
pub(crate) enum JournalError {
    /// Another run is writing.
    #[error("another convex-clerk is writing in `{}`", .0.display())]
    Busy(PathBuf),
    /// The journal could not be read.
    #[error("could not read the journal `{}` of a run that did not end", path.display())]
    Unreadable {
        /// The journal.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The journal makes no sense.
    #[error("the journal `{}` of a run that did not end is broken: {message}", path.display())]
    Broken {
        /// The journal.
        path: PathBuf,
        /// What is wrong with it.
        message: String,
    },
    /// The journal is of a later release.
    #[error("the journal `{}` was written by a newer convex-clerk (version {version})", path.display())]
    Newer {
        /// The journal.
        path: PathBuf,
        /// Its version.
        version: u64,
    },
    /// Some files can go neither forward nor back.
    #[error("a run did not end, and some of its files can't be brought to an end:{}", list(files))]
    Stuck {
        /// The journal.
        path: PathBuf,
        /// The files and what is wrong with each.
        files: Vec<(RelPath, &'static str)>,
    },
    /// The system refused.
    #[error("could not bring the run of the journal `{}` to an end", path.display())]
    Disk {
        /// The journal.
        path: PathBuf,
        /// What failed.
        source: DiskError,
    },
}

fn list(files: &[(RelPath, &'static str)]) -> String {
    files.iter().map(|(path, what)| format!("\n  {path}: {what}")).collect()
}

impl JournalError {
    /// What the user can do.
    pub(crate) fn help(&self) -> String {
        match self {
            Self::Busy(_) => "wait for it to end".to_owned(),
            Self::Newer { .. } => "run that release, or a later one, to bring the run to an end".to_owned(),
            Self::Disk { .. } => "remove the cause and run again".to_owned(),
            Self::Unreadable { path, .. } | Self::Broken { path, .. } => {
                format!("look at the files with `git diff`, then delete `{}` and run again", path.display())
            }
            Self::Stuck { path, .. } => format!(
                "put these files back as they were before that run (`git restore`) or, to keep all files as they are, \
                 delete `{}`; then run again",
                path.display()
            ),
        }
    }
}

/// Where a journal goes: the work tree's own git folder, where it is in nobody's way, else beside the base's files.
pub(crate) fn place(base: &Path, git: Option<&Git>) -> PathBuf {
    let in_git = git.filter(|git| git.is_top()).map(|git| git.dir.join("convex-clerk-journal.json"));
    in_git.unwrap_or_else(|| base.join(".convex-clerk-journal.json"))
}

/// Where one may be: git may have come or gone since the run that died.
fn places(base: &Path, git: Option<&Git>) -> BTreeSet<PathBuf> {
    [place(base, git), place(base, None)].into()
}

/// The journal of a run that did not end, for runs that only report it.
pub(crate) fn found(base: &Path, git: Option<&Git>) -> Option<PathBuf> {
    places(base, git).into_iter().find(|place| fs::symlink_metadata(place).is_ok())
}

/// Brings a run that died to an end: forward where every file is old with its staged copy whole, or new; else back.
/// A writing run calls this before it reads the project, so that it doesn't plan on half a change.
///
/// # Errors
/// A [`JournalError`]; the journal stays, and no more than what it asks for was changed.
pub(crate) fn recover(base: &Path, git: Option<&Git>) -> Result<Recovered, JournalError> {
    let _lock = Lock::take(base).ok_or_else(|| JournalError::Busy(base.to_owned()))?;
    recover_locked(base, git)
}

/// [`recover`] for who holds the lock.
pub(crate) fn recover_locked(base: &Path, git: Option<&Git>) -> Result<Recovered, JournalError> {
    let mut recovered = Recovered::default();
    for path in places(base, git) {
        let disk = |source| JournalError::Disk { path: path.clone(), source };
        // Of a run that died before its journal was whole.
        disk::remove(&unfinished(&path)).map_err(disk)?;
        let Some(transaction) = load(base, &path)? else { continue };
        recovered.direction = Some(end(&transaction)?);
        recovered.files.extend(transaction.entries.into_iter().map(|entry| entry.path));
    }
    Ok(recovered)
}

fn end(transaction: &Transaction) -> Result<Direction, JournalError> {
    let disk = |source| JournalError::Disk { path: transaction.journal.clone(), source };
    let (mut to_write, mut written) = (Vec::new(), BTreeSet::new());
    let (mut strays, mut not_forward, mut not_back) = (Vec::new(), Vec::new(), Vec::new());
    for entry in &transaction.entries {
        let path = entry.path.clone();
        match transaction.state(entry) {
            Ok(State::Old) if transaction.has_staged(entry) => to_write.push(entry),
            Ok(State::Old) => not_forward.push((path, "not written, and its new content is lost")),
            Ok(State::New) => {
                if !transaction.has_backup(entry) {
                    not_back.push((path.clone(), "written, and its old content is lost"));
                }
                written.insert(path);
            }
            Err(source @ DiskError::Io { .. }) => return Err(disk(source)),
            Ok(State::Other) | Err(_) => strays.push((path, "neither its old nor its new content")),
        }
    }
    if strays.is_empty() && not_forward.is_empty() {
        return finish(transaction, &to_write).map_err(disk).map(|()| Direction::Finished);
    }
    if strays.is_empty() && not_back.is_empty() {
        return transaction.roll_back(&written).map_err(disk).map(|()| Direction::TakenBack);
    }
    let files = [strays, not_forward, not_back].concat();
    Err(JournalError::Stuck { path: transaction.journal.clone(), files })
}

fn finish(transaction: &Transaction, to_go: &[&Entry]) -> Result<(), DiskError> {
    transaction.create_folders(&mut || boundary("recover a folder"))?;
    for entry in to_go {
        let place = transaction.base.join(entry.path.as_str());
        boundary("recover a file").map_err(DiskError::io("write", &place))?;
        transaction.forward(entry, &mut BTreeSet::new()).map_err(|obstacle| match obstacle {
            Obstacle::Disk(error) => error,
            Obstacle::Changed => DiskError::io("write", &place)(io::Error::other("it was changed meanwhile")),
        })?;
    }
    transaction.sync_folders()?;
    transaction.clean_up()
}

/// Writes the journal, all at once, so that no run ever sees half of one.
pub(crate) fn save(transaction: &Transaction) -> Result<(), DiskError> {
    let file = |entry: &Entry| FileDto {
        path: entry.path.to_string(),
        old: entry.old.clone(),
        new: entry.new.clone(),
        staged: entry.staged.to_string(),
        backup: entry.backup.as_ref().map(ToString::to_string),
    };
    let dto = JournalDto {
        version: VERSION,
        files: transaction.entries.iter().map(file).collect(),
        folders: transaction.folders.iter().map(ToString::to_string).collect(),
    };
    let temporary = unfinished(&transaction.journal);
    // Created anew, so that a link of this name isn't followed.
    disk::remove(&temporary)?;
    let write = || {
        let mut file = OpenOptions::new().write(true).create_new(true).open(&temporary)?;
        boundary("journal opened")?;
        file.write_all(&serde_json::to_vec(&dto)?)?;
        file.sync_all()?;
        boundary("journal written")?;
        fs::rename(&temporary, &transaction.journal)
    };
    write().map_err(DiskError::io("write", &transaction.journal))?;
    disk::sync_folder(transaction.journal.parent().unwrap_or(&transaction.base))
}

fn load(base: &Path, path: &Path) -> Result<Option<Transaction>, JournalError> {
    let unreadable = |source| JournalError::Unreadable { path: path.to_owned(), source };
    let broken = |message: String| JournalError::Broken { path: path.to_owned(), message };
    match fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Ok(found) if !found.is_file() => return Err(broken("it is not a file".to_owned())),
        found => found.map_err(unreadable)?,
    };
    let bytes = fs::read(path).map_err(unreadable)?;
    let json: serde_json::Value = serde_json::from_slice(&bytes).map_err(|error| broken(error.to_string()))?;
    match json.get("version").and_then(serde_json::Value::as_u64) {
        Some(VERSION) => {}
        Some(version) if version > VERSION => return Err(JournalError::Newer { path: path.to_owned(), version }),
        _ => return Err(broken("it names no version".to_owned())),
    }
    let dto: JournalDto = serde_json::from_value(json).map_err(|error| broken(error.to_string()))?;
    let transaction = transaction(base, path, dto).map_err(|error| broken(error.to_string()))?;
    let known = |transaction: &Transaction| transaction.entries.iter().all(is_ours) && has_own_folders(transaction);
    match known(&transaction) {
        true => Ok(Some(transaction)),
        false => Err(broken("it names files that no run stages".to_owned())),
    }
}

fn transaction(base: &Path, journal: &Path, dto: JournalDto) -> Result<Transaction, RelPathError> {
    let entry = |file: FileDto| {
        let FileDto { path, old, new, staged, backup } = file;
        let backup = backup.map(RelPath::new).transpose()?;
        Ok(Entry { path: RelPath::new(path)?, old, new, staged: RelPath::new(staged)?, backup })
    };
    Ok(Transaction {
        base: base.to_owned(),
        journal: journal.to_owned(),
        entries: dto.files.into_iter().map(entry).collect::<Result<_, _>>()?,
        folders: dto.folders.into_iter().map(RelPath::new).collect::<Result<_, _>>()?,
    })
}

fn is_ours(entry: &Entry) -> bool {
    let named = |copy: &RelPath| disk::is_staged_name(copy.file_name()) && copy != &entry.path;
    let backed_up = entry.backup.as_ref().is_none_or(|copy| named(copy) && copy.folder() == entry.path.folder());
    let staged = named(&entry.staged) && entry.path.is_in(entry.staged.folder());
    staged && backed_up && entry.backup.is_some() == entry.old.is_some() && entry.backup.as_ref() != Some(&entry.staged)
}

fn has_own_folders(transaction: &Transaction) -> bool {
    let leads = |folder: &RelPath| {
        transaction.entries.iter().any(|entry| entry.old.is_none() && entry.path.is_in(folder.as_str()))
    };
    transaction.folders.iter().all(leads)
}

#[cfg(test)]
#[path = "journal_tests.rs"]
mod tests;
