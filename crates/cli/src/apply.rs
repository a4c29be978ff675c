//! Writing a plan's files: all of them or none.
//!
//! 1. A run that died is brought to an end ([`journal`]).
//! 2. The guard: nothing that git ignores, or that holds changes that aren't committed, is written.
//! 3. Every file still is what the plan was made from, and no link leads out of the base.
//! 4. New contents are staged beside the files and old ones kept, all fsynced; then the journal is.
//! 5. One rename per file. Until the last is done, a failure or an interrupt takes everything back.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::Metadata;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::{fmt, io};

use change::{FileChange, RelPath};

use crate::disk::{self, DiskError, Found, Lock};
use crate::faults;
use crate::git::Git;
use crate::journal;
use crate::transaction::{Entry, Obstacle, Transaction};

mod error;

pub(crate) use error::{WriteError, list};

/// What to write, and where.
pub(crate) struct Request<'a> {
    /// The folder that the paths start from.
    pub(crate) base: &'a Path,
    /// Its work tree.
    pub(crate) git: Option<&'a Git>,
    /// The files.
    pub(crate) files: &'a BTreeMap<RelPath, FileChange>,
    /// The files that [`journal::recover`] brought to an end before the plan was made; the guard lets them pass.
    pub(crate) recovered: &'a BTreeSet<RelPath>,
    /// Whether files may hold changes that aren't committed.
    pub(crate) allow_dirty: bool,
    /// Set once the user asks to stop.
    pub(crate) interrupted: &'a AtomicBool,
}

/// What was written.
#[derive(Debug)]
pub(crate) struct Written {
    /// The files, sorted.
    pub(crate) files: Vec<RelPath>,
    /// How to undo it.
    pub(crate) reverse: Reverse,
    /// Everything is written, but a staged copy could not be removed; the next writing run tries again.
    pub(crate) leftover: Option<DiskError>,
}

/// How a write is undone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Reverse {
    /// By this shell command, exactly.
    Command(String),
    /// By no command, as git doesn't hold what was there: only the printed patch can be reversed.
    Patch,
}

impl fmt::Display for Reverse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Command(command) => f.write_str(command),
            Self::Patch => f.write_str("no command undoes this; reverse the printed patch with `git apply -R`"),
        }
    }
}

/// Writes the files.
///
/// # Errors
/// A [`WriteError`]; nothing is changed then, unless it is [`WriteError::RollBack`], which says what is.
pub(crate) fn write(request: &Request<'_>) -> Result<Written, WriteError> {
    let _lock = Lock::take(request.base).ok_or_else(|| journal::JournalError::Busy(request.base.to_owned()))?;
    let recovered = journal::recover_locked(request.base, request.git)?.files;
    let exempt = request.recovered.union(&recovered).cloned().collect();
    let found = look_at_all(request)?;
    let reversible = guard(request, &exempt)?;
    let targets = targets(request, found, &recovered)?;
    let transaction = transaction(request, &targets)?;
    let files = request.files.keys().cloned().collect();
    if transaction.entries.is_empty() {
        return Ok(Written { files, reverse: Reverse::Patch, leftover: None });
    }
    let mut moved = BTreeSet::new();
    if let Err(cause) = run(request, &targets, &transaction, &mut moved) {
        return Err(match transaction.roll_back(&moved) {
            Ok(()) => cause,
            Err(source) => error::roll_back(cause, source, &transaction),
        });
    }
    let leftover = transaction.clean_up().err();
    let reverse = if reversible { reverse(request, &transaction) } else { Reverse::Patch };
    Ok(Written { files, reverse, leftover })
}

/// Whether the files could be written now, as far as that shows without writing.
///
/// # Errors
/// The [`WriteError`] that [`write()`] would stop at before it changes anything.
pub(crate) fn check(request: &Request<'_>) -> Result<(), WriteError> {
    look_at_all(request)?;
    guard(request, request.recovered).map(drop)
}

/// A file to write, and what is there now.
struct Target<'a> {
    path: &'a RelPath,
    change: &'a FileChange,
    found: Found,
}

fn look_at_all<'a>(request: &Request<'a>) -> Result<Vec<Target<'a>>, WriteError> {
    let look = |(path, change)| Ok(Target { path, change, found: disk::look(request.base, path)? });
    request.files.iter().map(look).collect()
}

/// Stops at files that must not be written. Says whether git holds everything that is about to be replaced.
fn guard(request: &Request<'_>, exempt: &BTreeSet<RelPath>) -> Result<bool, WriteError> {
    let Some(git) = request.git else { return Ok(false) };
    let paths: Vec<&RelPath> = request.files.keys().collect();
    let ignored = git.ignored(&paths).map_err(WriteError::Git)?;
    if !ignored.is_empty() {
        return Err(WriteError::Ignored(ignored));
    }
    let dirty = git.dirty(&paths).map_err(WriteError::Git)?;
    let reversible = dirty.is_empty();
    let stopping: Vec<RelPath> = dirty.into_iter().filter(|path| !exempt.contains(path)).collect();
    if stopping.is_empty() || request.allow_dirty { Ok(reversible) } else { Err(WriteError::Dirty(stopping)) }
}

/// The files still to write: each is what the plan was made from. One that the run that died had written is done.
fn targets<'a>(
    request: &Request<'_>,
    found: Vec<Target<'a>>,
    recovered: &BTreeSet<RelPath>,
) -> Result<Vec<Target<'a>>, WriteError> {
    let mut targets = Vec::new();
    for target in found {
        let now = disk::hash_at(request.base, target.path)?;
        let before = target.change.before.as_ref().map(|before| disk::hash(before.text.as_bytes()));
        let after = disk::hash(target.change.after.as_bytes());
        if recovered.contains(target.path) && now.as_ref() == Some(&after) {
            continue;
        }
        if now != before {
            return Err(WriteError::Changed(target.path.clone()));
        }
        if let Found::File(metadata) = &target.found
            && disk::is_read_only(&request.base.join(target.path.as_str()), metadata)
        {
            return Err(WriteError::ReadOnly(target.path.clone()));
        }
        if before.as_ref() != Some(&after) {
            targets.push(target);
        }
    }
    Ok(targets)
}

fn transaction(request: &Request<'_>, targets: &[Target<'_>]) -> Result<Transaction, WriteError> {
    let mut entries = Vec::new();
    let mut folders = BTreeSet::new();
    for Target { path, change, found } in targets {
        let beside = |folder: &str, role| {
            let name = disk::staged_name(path, role);
            let full = if folder.is_empty() { name } else { format!("{folder}/{name}") };
            RelPath::new(full).map_err(|_| WriteError::Outside((*path).clone()))
        };
        let (staged, backup) = match found {
            Found::File(_) => (beside(path.folder(), "new")?, Some(beside(path.folder(), "old")?)),
            Found::Absent { folder } => {
                folders.extend(Transaction::missing_folders(path, folder));
                (beside(folder, "new")?, None)
            }
        };
        let old = change.before.as_ref().map(|before| disk::hash(before.text.as_bytes()));
        entries.push(Entry { path: (*path).clone(), old, new: disk::hash(change.after.as_bytes()), staged, backup });
    }
    let journal = journal::place(request.base, request.git);
    // Sorted: an outer folder comes before those inside it.
    Ok(Transaction { base: request.base.to_owned(), journal, entries, folders: folders.into_iter().collect() })
}

/// Everything up to the last rename.
fn run(
    request: &Request<'_>,
    targets: &[Target<'_>],
    transaction: &Transaction,
    moved: &mut BTreeSet<RelPath>,
) -> Result<(), WriteError> {
    let folders: BTreeSet<&str> = transaction.entries.iter().map(|entry| entry.staged.folder()).collect();
    for folder in folders {
        disk::remove_leftovers(&request.base.join(folder))?;
    }
    for (target, entry) in targets.iter().zip(&transaction.entries) {
        stage(request, target, entry)?;
    }
    step(request, "sync the staged copies")?;
    transaction.sync_folders()?;
    step(request, "write the journal")?;
    journal::save(transaction)?;
    let interrupt = || stop_if_asked(request).map_err(|_| io::Error::from(io::ErrorKind::Interrupted));
    let created = transaction.create_folders(&mut || faults::boundary("create a folder").and_then(|()| interrupt()));
    if created.is_err() {
        stop_if_asked(request)?;
    }
    created?;
    for entry in &transaction.entries {
        step(request, "rename")?;
        transaction.forward(entry, moved).map_err(|obstacle| match obstacle {
            Obstacle::Changed => WriteError::Changed(entry.path.clone()),
            Obstacle::Disk(error) => error.into(),
        })?;
    }
    step(request, "sync the files")?;
    transaction.sync_folders()?;
    step(request, "done")
}

fn stage(request: &Request<'_>, target: &Target<'_>, entry: &Entry) -> Result<(), WriteError> {
    let at = |path: &RelPath| request.base.join(path.as_str());
    let like: Option<&Metadata> = match &target.found {
        Found::File(metadata) => Some(metadata),
        Found::Absent { .. } => None,
    };
    step(request, "stage")?;
    disk::stage(&at(&entry.staged), target.change.after.as_bytes(), like)?;
    if let (Some(backup), Some(like)) = (&entry.backup, like) {
        step(request, "back up")?;
        disk::back_up(&at(&entry.path), &at(backup), like)?;
        if disk::hash_at(request.base, backup)? != entry.old {
            return Err(WriteError::Changed(entry.path.clone()));
        }
    }
    Ok(())
}

/// A boundary between two steps: the user may have asked to stop.
fn step(request: &Request<'_>, name: &str) -> Result<(), WriteError> {
    faults::boundary(name).map_err(DiskError::io("write in", request.base))?;
    stop_if_asked(request)
}

fn stop_if_asked(request: &Request<'_>) -> Result<(), WriteError> {
    if request.interrupted.load(Ordering::SeqCst) { Err(WriteError::Interrupted) } else { Ok(()) }
}

/// `git -C /app --literal-pathspecs restore -- src/main.tsx && rm -- /app/src/proxy.ts`
fn reverse(request: &Request<'_>, transaction: &Transaction) -> Reverse {
    // Below the base git takes names as they are; `rm` runs where the user is.
    let full = |path: &RelPath| quoted(&request.base.join(path.as_str()).to_string_lossy());
    let (created, changed): (Vec<&Entry>, _) = transaction.entries.iter().partition(|entry| entry.old.is_none());
    let mut commands = Vec::new();
    if !changed.is_empty() {
        let base = quoted(&request.base.to_string_lossy());
        let changed = changed.iter().map(|entry| quoted(entry.path.as_str()));
        commands.push(format!("git -C {base} --literal-pathspecs restore -- {}", joined(changed)));
    }
    if !created.is_empty() {
        commands.push(format!("rm -- {}", joined(created.iter().map(|entry| full(&entry.path)))));
    }
    if !transaction.folders.is_empty() {
        commands.push(format!("rmdir -- {}", joined(transaction.folders.iter().rev().map(full))));
    }
    if commands.is_empty() { Reverse::Patch } else { Reverse::Command(commands.join(" && ")) }
}

fn joined(words: impl Iterator<Item = String>) -> String {
    words.collect::<Vec<_>>().join(" ")
}

/// A word as a POSIX shell reads it.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+@%,:=".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests;
