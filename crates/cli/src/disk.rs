//! Files below the base folder, never through a symbolic link: looking at them, staging copies, making them last.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Component, Path, PathBuf};

use change::RelPath;
use sha2::{Digest as _, Sha256};

use crate::faults::boundary;

/// Why a file could not be looked at or written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DiskError {
    /// The system refused.
    #[error("could not {doing} `{}`", path.display())]
    Io {
        /// What was tried, for `could not …`.
        doing: &'static str,
        /// On which file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A folder on the way, or the file itself, is a symbolic link.
    #[error("`{path}` is reached through the symbolic link `{link}`")]
    Linked {
        /// The file.
        path: RelPath,
        /// The first link on the way to it.
        link: String,
    },
    /// Something else has the file's place: a folder, a pipe, or a file where a folder is needed.
    #[error("`{0}` is not a plain file in plain folders")]
    NotAFile(RelPath),
    /// The path leads into git's own folder, or means something else on this system.
    #[error("`{0}` is not a place for a project's file")]
    Outside(RelPath),
}

impl DiskError {
    /// For `map_err`: what was tried on which file.
    pub(crate) fn io<'a>(doing: &'static str, path: &'a Path) -> impl FnOnce(io::Error) -> Self + use<'a> {
        move |source| Self::Io { doing, path: path.to_owned(), source }
    }
}

/// What is at a path.
pub(crate) enum Found {
    /// Nothing; `folder` (`""` is the base) is the deepest folder on the way that exists.
    Absent {
        /// That folder.
        folder: String,
    },
    /// A plain file.
    File(Metadata),
}

/// Looks at a path, part by part, without following a link.
pub(crate) fn look(base: &Path, path: &RelPath) -> Result<Found, DiskError> {
    let mut place = base.to_owned();
    let mut seen = 0;
    for part in path.as_str().split('/') {
        // On Windows `C:` and `a\..\b` are single parts of a RelPath, yet lead elsewhere.
        let mut components = Path::new(part).components();
        let plain = matches!((components.next(), components.next()), (Some(Component::Normal(_)), None));
        if !plain || part.eq_ignore_ascii_case(".git") {
            return Err(DiskError::Outside(path.clone()));
        }
        place.push(part);
        let parent = path.as_str().get(..seen).unwrap_or_default().trim_end_matches('/');
        seen += part.len();
        let is_last = seen == path.as_str().len();
        match fs::symlink_metadata(&place) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Ok(Found::Absent { folder: parent.to_owned() });
            }
            Err(error) => return Err(DiskError::io("look at", &place)(error)),
            Ok(found) if found.is_symlink() => {
                let link = path.as_str().get(..seen).unwrap_or_default().to_owned();
                return Err(DiskError::Linked { path: path.clone(), link });
            }
            Ok(found) if is_last && found.is_file() => return Ok(Found::File(found)),
            Ok(found) if !is_last && found.is_dir() => seen += 1,
            Ok(_) => return Err(DiskError::NotAFile(path.clone())),
        }
    }
    Err(DiskError::Outside(path.clone()))
}

/// The SHA-256 of a file's bytes; `None` where there is none.
pub(crate) fn hash_at(base: &Path, path: &RelPath) -> Result<Option<String>, DiskError> {
    match look(base, path)? {
        Found::Absent { .. } => Ok(None),
        Found::File(_) => {
            let place = base.join(path.as_str());
            fs::read(&place).map(|bytes| Some(hash(&bytes))).map_err(DiskError::io("read", &place))
        }
    }
}

/// SHA-256 in hex.
pub(crate) fn hash(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// Bytes in lower-case hex.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

const PREFIX: &str = ".convex-clerk-";
const SUFFIX: &str = ".tmp";
const HASH_LEN: usize = 16;

/// The name of a file's staged copy in `role`; the same in each run, so that a run that died is recognised.
pub(crate) fn staged_name(path: &RelPath, role: &str) -> String {
    let hash = hash(format!("{role}\0{path}").as_bytes());
    format!("{PREFIX}{}{SUFFIX}", hash.get(..HASH_LEN).unwrap_or_default())
}

/// Whether a file of this name is a staged copy that a run left behind: `.convex-clerk-<16 hex digits>.tmp`.
pub(crate) fn is_staged_name(name: &str) -> bool {
    let hash = name.strip_prefix(PREFIX).and_then(|rest| rest.strip_suffix(SUFFIX));
    hash.is_some_and(|hash| hash.len() == HASH_LEN && hash.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')))
}

/// Writes a new file that lasts, with the mode and owner of `like`; without one, as any new file of the user.
pub(crate) fn stage(place: &Path, bytes: &[u8], like: Option<&Metadata>) -> Result<(), DiskError> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        // Nobody else may read a private file's copy, not even before its mode is set.
        options.mode(if like.is_some() { 0o600 } else { 0o644 });
    }
    let write = || {
        let mut file = options.open(place)?;
        boundary("staged file opened")?;
        file.write_all(bytes)?;
        if let Some(like) = like {
            keep_owner(&file, like);
            file.set_permissions(like.permissions())?;
        }
        boundary("staged file written")?;
        file.sync_all()
    };
    write().map_err(DiskError::io("write", place))
}

/// Root in a container must not take a user's file away. Where the system refuses, the file is ours, as in any editor.
#[cfg(unix)]
fn keep_owner(file: &File, like: &Metadata) {
    use std::os::unix::fs::{MetadataExt as _, fchown};
    let _ = fchown(file, Some(like.uid()), Some(like.gid()));
}

#[cfg(not(unix))]
fn keep_owner(_: &File, _: &Metadata) {}

/// Keeps a file's present content under a second name: the very file where links work, else a copy.
pub(crate) fn back_up(place: &Path, backup: &Path, like: &Metadata) -> Result<(), DiskError> {
    if fs::hard_link(place, backup).is_ok() {
        return Ok(());
    }
    let bytes = fs::read(place).map_err(DiskError::io("read", place))?;
    stage(backup, &bytes, Some(like))
}

/// Gives a staged file its name, unless something has it already: then [`io::ErrorKind::AlreadyExists`].
pub(crate) fn rename_to_free(staged: &Path, place: &Path) -> io::Result<()> {
    match fs::hard_link(staged, place) {
        Ok(()) => {
            boundary("linked")?;
            fs::remove_file(staged)
        }
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(error),
        // A file system without links.
        Err(_) => match fs::symlink_metadata(place) {
            Ok(_) => Err(io::ErrorKind::AlreadyExists.into()),
            Err(_) => fs::rename(staged, place),
        },
    }
}

/// Whether the user may not write to the file. Root may all, so the mode counts too.
pub(crate) fn is_read_only(place: &Path, metadata: &Metadata) -> bool {
    #[cfg(unix)]
    let by_mode = std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o200 == 0;
    #[cfg(not(unix))]
    let by_mode = metadata.permissions().readonly();
    let refuses =
        |error: &io::Error| matches!(error.kind(), io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem);
    by_mode || OpenOptions::new().write(true).open(place).err().as_ref().is_some_and(refuses)
}

/// Removes a file; that there is none is fine.
pub(crate) fn remove(place: &Path) -> Result<(), DiskError> {
    match fs::remove_file(place) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(DiskError::io("remove", place)(error)),
        _ => Ok(()),
    }
}

/// Removes the staged copies that a run left in a folder when it died before its journal was written.
pub(crate) fn remove_leftovers(folder: &Path) -> Result<(), DiskError> {
    let leftovers = || -> io::Result<Vec<PathBuf>> {
        let mut found = Vec::new();
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            if entry.file_name().to_str().is_some_and(is_staged_name) && entry.file_type()?.is_file() {
                found.push(entry.path());
            }
        }
        Ok(found)
    };
    for leftover in leftovers().map_err(DiskError::io("list", folder))? {
        remove(&leftover)?;
    }
    Ok(())
}

/// Makes the names in a folder last. What can't do that (Windows, some network disks, a folder that can't be read) is let pass.
pub(crate) fn sync_folder(folder: &Path) -> Result<(), DiskError> {
    use io::ErrorKind::{InvalidInput, NotFound, PermissionDenied, Unsupported};
    if cfg!(not(unix)) {
        return Ok(());
    }
    match File::open(folder).and_then(|folder| folder.sync_all()) {
        Err(error) if !matches!(error.kind(), InvalidInput | NotFound | PermissionDenied | Unsupported) => {
            Err(DiskError::io("write", folder)(error))
        }
        _ => Ok(()),
    }
}

/// Holds off other writing runs in a folder until it is dropped or the process ends; leaves no file.
pub(crate) struct Lock {
    folder: Option<File>,
}

impl Lock {
    /// Takes the lock; `None` while another run has it. Where folders can't be locked, none is needed.
    pub(crate) fn take(base: &Path) -> Option<Self> {
        let Some(folder) = File::open(base).ok().filter(|_| cfg!(unix)) else { return Some(Self { folder: None }) };
        match folder.try_lock() {
            Err(fs::TryLockError::WouldBlock) => None,
            _ => Some(Self { folder: Some(folder) }),
        }
    }
}

impl Drop for Lock {
    /// Closing the folder is not enough: a program that another thread is just starting still has it open.
    fn drop(&mut self) {
        let _ = self.folder.as_ref().map(File::unlock);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_names_are_leftovers() {
        let name = staged_name(&RelPath::new("src/é b.ts").unwrap(), "new");
        assert!(is_staged_name(&name), "{name}");
        for name in [".convex-clerk-.tmp", ".convex-clerk-0123456789abcdeF.tmp", ".convex-clerk-journal.json", "a.tmp"]
        {
            assert!(!is_staged_name(name), "{name}");
        }
    }

    #[test]
    fn looking_names_the_deepest_folder_and_stays_out_of_git() {
        let base = tempfile::tempdir().unwrap();
        fs::create_dir_all(base.path().join("a/b")).unwrap();
        fs::write(base.path().join("a/f"), "").unwrap();
        let look = |path: &str| look(base.path(), &RelPath::new(path).unwrap());
        for (path, deepest) in [("a/b/c/d.ts", "a/b"), ("x.ts", ""), ("a/b/d.ts", "a/b"), ("x/y/z", "")] {
            assert!(matches!(look(path), Ok(Found::Absent { folder }) if folder == deepest), "{path}");
        }
        assert!(matches!(look("a/f"), Ok(Found::File(_))));
        assert!(matches!(look("a/b"), Err(DiskError::NotAFile(_))));
        assert!(matches!(look("a/f/g"), Err(DiskError::NotAFile(_))));
        assert!(matches!(look("a/.Git/config"), Err(DiskError::Outside(_))));
    }

    #[test]
    fn a_second_run_waits_outside() {
        let base = tempfile::tempdir().unwrap();
        let lock = Lock::take(base.path());
        assert!(lock.is_some() && (cfg!(not(unix)) || Lock::take(base.path()).is_none()));
        drop(lock);
        assert!(Lock::take(base.path()).is_some());
    }
}
