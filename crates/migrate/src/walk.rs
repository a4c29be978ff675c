//! Walks a project and looks at its files at a glance: the bytes of source files are searched for what marks a Convex or Clerk app.
//!
//! One thread walks, by the ignore rules of the repository, and all of them read what it finds: of a small project nobody waits for a thread,
//! and of a large one the disk is always busy. Links are not followed, a nested repository is another project, and node_modules is never entered.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::{Mutex, PoisonError, mpsc};
use std::thread;

use change::{Finding, Location, RelPath, Severity, TextRange};
use ignore::{DirEntry, Walk, WalkBuilder};
use memchr::memmem;
use syntax::{MAX_BYTES, ParseFailure, SourceKind};

use crate::buffers::Buffers;
use crate::index;
use crate::load::{decides, is_executable, is_source, slashed};

/// What marks a source file: Convex and Clerk in any case of their first letters, the variable of the Convex URL, and the roots of a React
/// app.
const NEEDLES: [&[u8]; 4] = [b"onvex", b"lerk", b"CONVEX_URL", b"react-dom"];

/// From how many bytes on a file is no source.
const LARGE: u64 = MAX_BYTES as u64 + 1;

/// From how many bytes on a file is not even searched.
const HUGE: u64 = 64 << 20;

/// How many files are handed over at once.
const BATCH: usize = 64;

const MANIFEST: &str = "package.json";

/// Folders that hold no source of the project, ignored or not.
const NEVER: [&str; 4] = ["node_modules", "dist", "_generated", "bower_components"];

/// A file that the walk found.
pub(crate) enum Found {
    Manifest(RelPath, Vec<u8>),
    Source(RelPath, Hit),
    /// A source file that mentions none of what marks an app.
    Plain(RelPath),
    Other(RelPath),
    /// A file or folder that the system would not let us read: what is in it is unknown.
    Unread(RelPath, String),
    Seen(Finding),
}

/// An entry of a folder.
enum Sorted {
    /// It has to be read.
    Read(RelPath),
    /// Its name says it all.
    Found(Found),
}

impl Found {
    fn path(&self) -> Option<&RelPath> {
        match self {
            Self::Manifest(path, _)
            | Self::Source(path, _)
            | Self::Plain(path)
            | Self::Other(path)
            | Self::Unread(path, _) => Some(path),
            Self::Seen(_) => None,
        }
    }
}

/// The path that a walk stopped at.
fn failed_path(error: &ignore::Error) -> Option<&Path> {
    match error {
        ignore::Error::WithPath { path, .. } => Some(path),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => failed_path(err),
        _ => None,
    }
}

/// What the system said, without the path that the walk puts before it: where the project lies is nobody's business.
fn io_message(error: &ignore::Error) -> String {
    let Some(error) = error.io_error() else { return error.to_string() };
    let inner = error.get_ref().and_then(|inner| inner.source()?.downcast_ref::<io::Error>());
    inner.unwrap_or(error).to_string()
}

/// A source file that may take part.
pub(crate) struct Hit {
    pub(crate) bytes: Result<Vec<u8>, ParseFailure>,
    /// Whether it is too large to be parsed, and names one of the providers.
    pub(crate) may_render: bool,
    pub(crate) executable: bool,
}

/// Where files are read.
pub(crate) struct Files<'a> {
    pub(crate) base: &'a Path,
    pub(crate) buffers: &'a Buffers,
}

impl Files<'_> {
    /// The files below `start`, looked at.
    pub(crate) fn walk(&self, start: &Path, in_git: bool) -> Vec<Found> {
        let (found, (send, batches)) = (Mutex::new(Vec::new()), mpsc::channel::<Vec<RelPath>>());
        let batches = Mutex::new(batches);
        let add = |more: Vec<Found>| found.lock().unwrap_or_else(PoisonError::into_inner).extend(more);
        let read = || {
            let (mut own, mut bytes) = (Vec::new(), Vec::new());
            let next = || batches.lock().unwrap_or_else(PoisonError::into_inner).recv();
            while let Ok(batch) = next() {
                own.extend(batch.into_iter().map(|path| self.look_at(path, &mut bytes)));
            }
            add(own);
        };
        let helpers = thread::available_parallelism().map_or(1, NonZeroUsize::get) - 1;
        thread::scope(|scope| {
            let (mut batch, mut others, mut begun) = (Vec::new(), Vec::new(), 0);
            for entry in self.entries(start, in_git) {
                match entry.map_or_else(|error| Some(Sorted::Found(self.failed(&error))), |entry| self.sort(&entry)) {
                    Some(Sorted::Read(path)) => batch.push(path),
                    Some(Sorted::Found(other)) => others.push(other),
                    None => {}
                }
                if batch.len() == BATCH {
                    // Who receives is here as long as this is.
                    let _ = send.send(std::mem::take(&mut batch));
                    if begun < helpers {
                        begun += 1;
                        scope.spawn(read);
                    }
                }
            }
            add(others);
            let _ = send.send(batch);
            drop(send);
            read();
        });
        found.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    fn entries(&self, start: &Path, in_git: bool) -> Walk {
        let root = start.to_owned();
        let mut builder = WalkBuilder::new(start);
        // Only what the repository itself says is ignored, so that a plan is the same for everybody: no `.ignore`, no user's own rules, and
        // nothing from above the base, as git has it.
        builder
            .standard_filters(false)
            .hidden(true)
            .git_ignore(true)
            .require_git(in_git)
            .parents(in_git)
            .filter_entry(move |entry| is_entered(entry, &root));
        builder.build()
    }

    /// What could not be walked into.
    fn failed(&self, error: &ignore::Error) -> Found {
        let path = failed_path(error).and_then(|path| slashed(path.strip_prefix(self.base).ok()?));
        match path.and_then(|path| RelPath::new(path).ok()) {
            Some(path) => Found::Unread(path, io_message(error)),
            None => Found::Seen(Finding::new("unreadable-file", Severity::Warning, format!("not read: {error}"))),
        }
    }

    /// What there is to do about an entry of a folder; `None` where that is nothing.
    fn sort(&self, entry: &DirEntry) -> Option<Sorted> {
        if entry.path_is_symlink() {
            return link(entry, self.base).map(Sorted::Found);
        }
        if !entry.file_type()?.is_file() {
            return None;
        }
        let relative = entry.path().strip_prefix(self.base).ok()?;
        let Some(path) = slashed(relative).and_then(|path| RelPath::new(path).ok()) else {
            let message = format!("not read: the name of `{}` is not Unicode", relative.display());
            return Some(Sorted::Found(Found::Seen(Finding::new("unreadable-file", Severity::Note, message))));
        };
        if path.file_name() == MANIFEST || is_source(&path) {
            return Some(Sorted::Read(path));
        }
        decides(path.file_name()).then_some(Sorted::Found(Found::Other(path)))
    }

    /// Reads a manifest or a source file; `bytes` is where the contents of the latter pass through.
    fn look_at(&self, path: RelPath, bytes: &mut Vec<u8>) -> Found {
        if path.file_name() != MANIFEST {
            return self.source_at(path, bytes);
        }
        match self.bytes(&path) {
            Ok(bytes) => Found::Manifest(path, bytes),
            Err(error) => Found::Unread(path, error.to_string()),
        }
    }

    /// Reads the source files that git tracks although an ignore rule hides them: they are part of the project as any other.
    pub(crate) fn read_tracked(&self, start: &str, found: &mut Vec<Found>) {
        let seen: BTreeSet<RelPath> = found.iter().filter_map(Found::path).cloned().collect();
        let mut bytes = Vec::new();
        for path in index::tracked(self.base) {
            if !is_source(&path) || !may_lie(&path, start) || seen.contains(&path) {
                continue;
            }
            let absolute = self.base.join(path.as_str());
            // Else a link, or a file that was deleted and not yet committed so.
            if fs::symlink_metadata(&absolute).is_ok_and(|metadata| metadata.is_file()) {
                found.push(self.source_at(path, &mut bytes));
            }
        }
    }

    /// What a source file says at a glance; `bytes` is where its contents pass through.
    pub(crate) fn source_at(&self, path: RelPath, bytes: &mut Vec<u8>) -> Found {
        let (size, executable) = match self.read(&path, bytes) {
            Ok(read) => read,
            Err(error) => return Found::Unread(path, error.to_string()),
        };
        if size >= LARGE {
            let message = "larger than 4 MiB: not read as a source file".to_owned();
            let failure = ParseFailure { message, range: TextRange::empty(0) };
            let may_render = size < HUGE && self.bytes(&path).is_ok_and(|bytes| names_provider(&bytes));
            return Found::Source(path, Hit { bytes: Err(failure), may_render, executable });
        }
        match NEEDLES.iter().any(|needle| memmem::find(bytes, needle).is_some()) {
            true => Found::Source(path, Hit { bytes: Ok(bytes.clone()), may_render: false, executable }),
            false => Found::Plain(path),
        }
    }

    /// Reads a source file into `bytes`, as it is open, else as it is on disk; not one that is [`LARGE`]. Gives its size, and whether it may be
    /// executed. The disk is asked for nothing twice: of a large repository most of the time goes there.
    fn read(&self, path: &RelPath, bytes: &mut Vec<u8>) -> io::Result<(u64, bool)> {
        bytes.clear();
        let on_disk = self.base.join(path.as_str());
        if let Some(text) = self.buffers.text(path) {
            bytes.extend_from_slice(text.as_bytes());
            let executable = fs::symlink_metadata(on_disk).is_ok_and(|metadata| is_executable(&metadata));
            return Ok((bytes.len() as u64, executable));
        }
        let mut file = fs::File::open(on_disk)?;
        let metadata = file.metadata()?;
        if metadata.len() < LARGE {
            read_to_end(&mut file, metadata.len() as usize, bytes)?;
        }
        Ok((metadata.len().max(bytes.len() as u64), is_executable(&metadata)))
    }

    /// The bytes of a file, as it is open, else as it is on disk.
    fn bytes(&self, path: &RelPath) -> io::Result<Vec<u8>> {
        match self.buffers.text(path) {
            Some(text) => Ok(text.as_bytes().to_vec()),
            None => fs::read(self.base.join(path.as_str())),
        }
    }

    /// The files that are open and not on disk yet.
    pub(crate) fn read_open(&self, start: &str, found: &mut Vec<Found>) {
        let is_new =
            |path: &&RelPath| may_lie(path, start) && fs::symlink_metadata(self.base.join(path.as_str())).is_err();
        for path in self.buffers.paths().filter(is_new) {
            if path.file_name() == MANIFEST {
                found.extend(self.bytes(path).ok().map(|bytes| Found::Manifest(path.clone(), bytes)));
            } else if is_source(path) {
                found.push(self.source_at(path.clone(), &mut Vec::new()));
            }
        }
    }
}

/// Reads all of a file that should be `size` bytes long; what the standard library has for it asks for the size once more.
fn read_to_end(file: &mut impl io::Read, size: usize, bytes: &mut Vec<u8>) -> io::Result<()> {
    let mut length = 0;
    bytes.resize(size + 1, 0);
    loop {
        match file.read(&mut bytes[length..]) {
            Ok(0) => break,
            Ok(more) => length += more,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
        if length == bytes.len() {
            bytes.resize(length * 2, 0);
        }
    }
    bytes.truncate(length);
    Ok(())
}

fn is_entered(entry: &DirEntry, root: &Path) -> bool {
    if !entry.file_type().is_some_and(|kind| kind.is_dir()) || entry.path() == root {
        return true;
    }
    let name = entry.file_name().to_str().unwrap_or_default();
    // A repository within the repository: a patch of this one can't reach it.
    !NEVER.contains(&name) && !entry.path().join(".git").exists()
}

/// Whether a file below `start` is none of a folder that holds no source of the project.
fn may_lie(path: &RelPath, start: &str) -> bool {
    let folders = path.folder().split('/');
    path.is_in(start) && !folders.into_iter().any(|part| NEVER.contains(&part) || part.starts_with('.'))
}

/// A link to a source file or a folder: not followed, and said, since an app may lie behind it.
fn link(entry: &DirEntry, base: &Path) -> Option<Found> {
    let path = RelPath::new(slashed(entry.path().strip_prefix(base).ok()?)?).ok()?;
    if SourceKind::of(&path).is_none() && !entry.path().is_dir() {
        return None;
    }
    let mut finding =
        Finding::new("link-not-followed", Severity::Note, "a symbolic link: what is behind it is not read");
    finding.location = Some(Location::file(path));
    Some(Found::Seen(finding))
}

/// Whether a text has the name of a provider.
pub(crate) fn names_provider(bytes: &[u8]) -> bool {
    let names: [&[u8]; 2] = [b"ConvexProvider", b"ClerkProvider"];
    names.iter().any(|name| memmem::find(bytes, name).is_some())
}

/// Whether a text may have a name in it that is not written out: `"Convex\u0050rovider"`, `"Convex\x50rovider"`, or over two lines.
pub(crate) fn has_escapes(bytes: &[u8]) -> bool {
    let next = |at: usize| bytes.get(at + 1).copied();
    memchr::memchr_iter(b'\\', bytes).any(|at| matches!(next(at), Some(b'u' | b'x' | b'\n' | b'\r')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_system_says_names_no_path() {
        let error = WalkBuilder::new("/of/no/such/folder").build().find_map(Result::err).unwrap();
        let said = io_message(&error);
        assert!(said.contains("os error 2") && !said.contains("folder"), "{said}");
        assert_eq!(failed_path(&error), Some(Path::new("/of/no/such/folder")));
    }

    #[test]
    fn names_that_are_not_written_out() {
        for (text, expected) in [
            ("\\u0043", true),
            ("\\x43", true),
            ("Convex\\\nProvider", true),
            ("a\\", false),
            ("/\\d+\\n/", false),
            ("", false),
        ] {
            assert_eq!(has_escapes(text.as_bytes()), expected, "{text}");
        }
    }
}
