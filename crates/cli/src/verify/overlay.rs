//! A copy of a repository to check types in. Packages are linked, not copied; links between packages of the repository lead into the copy, so that
//! nothing of the working tree is taken in the place of what is checked.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::{fs, io};

use change::{FileChange, RelPath, is_env_file};
use tempfile::TempDir;
use walkdir::{DirEntry, WalkDir};

use crate::interrupt::INTERRUPTED;

/// Folders that no type check reads.
const LEFT_OUT: [&str; 9] =
    [".git", ".hg", ".turbo", ".cache", ".parcel-cache", ".vercel", "coverage", "target", "Pods"];

/// The largest file that is copied, in bytes: sources and settings are smaller.
const LARGEST: u64 = 4 << 20;

/// What a package manager keeps in node_modules beside the packages; other hidden folders are caches, which are written to.
const KEPT: [&str; 6] = [".bin", ".pnpm", ".bun", ".store", ".modules.yaml", ".prisma"];

/// The copy; it goes with this value.
pub(super) struct Overlay {
    base: PathBuf,
    folder: TempDir,
}

impl Overlay {
    pub(super) fn of(base: &Path) -> io::Result<Self> {
        let base = base.canonicalize()?;
        let overlay = Self { base, folder: tempfile::Builder::new().prefix("convex-clerk-verify-").tempdir()? };
        // Temporary files may be kept within the repository.
        let own = overlay.folder.path().canonicalize()?;
        let wanted = |entry: &DirEntry| {
            let name = entry.file_name().to_str().unwrap_or_default();
            let is_within = entry.path().parent().is_some_and(|parent| parent.ends_with("node_modules"));
            !LEFT_OUT.contains(&name) && !is_within && entry.path() != own
        };
        for entry in WalkDir::new(&overlay.base).min_depth(1).into_iter().filter_entry(wanted) {
            if INTERRUPTED.load(Ordering::SeqCst) {
                break;
            }
            // What can't be read is no part of a check.
            if let Ok(entry) = entry {
                overlay.take(&entry)?;
            }
        }
        Ok(overlay)
    }

    /// The place in the copy of a folder below the base.
    pub(super) fn at(&self, folder: &str) -> PathBuf {
        if folder.is_empty() { self.folder.path().to_owned() } else { self.folder.path().join(folder) }
    }

    /// Puts the files as they become into the copy.
    pub(super) fn write(&self, files: &BTreeMap<RelPath, FileChange>) -> io::Result<()> {
        for (path, file) in files {
            let target = self.at(path.as_str());
            fs::create_dir_all(target.parent().unwrap_or(self.folder.path()))?;
            fs::write(target, &file.after)?;
        }
        Ok(())
    }

    fn target(&self, path: &Path) -> Option<PathBuf> {
        Some(self.folder.path().join(path.strip_prefix(&self.base).ok()?))
    }

    fn take(&self, entry: &DirEntry) -> io::Result<()> {
        let Some(target) = self.target(entry.path()) else { return Ok(()) };
        if entry.file_name() == "node_modules" {
            return self.packages(entry.path(), &target);
        }
        let kind = entry.file_type();
        if kind.is_symlink() {
            return self.relink(entry.path(), &target);
        }
        if kind.is_dir() {
            return fs::create_dir_all(target);
        }
        let is_small = entry.metadata().is_ok_and(|about| about.len() <= LARGEST);
        if kind.is_file() && is_small && !is_secret(entry) {
            fs::copy(entry.path(), target)?;
        }
        Ok(())
    }

    /// A node_modules with links to what the real one holds.
    fn packages(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::create_dir_all(to)?;
        for entry in fs::read_dir(from)?.flatten() {
            let name = entry.file_name();
            let name = name.to_str().unwrap_or_default();
            let target = to.join(name);
            match name.starts_with('.') {
                true if !KEPT.contains(&name) => {}
                // A scope: its packages may be links.
                _ if name.starts_with('@') && !entry.file_type()?.is_symlink() => {
                    self.packages(&entry.path(), &target)?
                }
                _ => self.relink(&entry.path(), &target)?,
            }
        }
        Ok(())
    }

    /// A link to what is at `from`; to its copy, if that is part of the repository.
    fn relink(&self, from: &Path, to: &Path) -> io::Result<()> {
        let Ok(real) = from.canonicalize() else { return Ok(()) };
        let is_package = real.components().any(|part| part.as_os_str() == "node_modules");
        let copied = self.target(&real).filter(|_| !is_package);
        link(&copied.unwrap_or(real), to, from.is_dir())
    }
}

/// Whether a file holds values that are nobody's business, a type check's least of all.
fn is_secret(entry: &DirEntry) -> bool {
    let Some(name) = entry.file_name().to_str() else { return true };
    let is_env = RelPath::new(name).is_ok_and(|path| is_env_file(&path));
    is_env || name.starts_with(".dev.vars") || [".envrc", ".npmrc"].contains(&name)
}

#[cfg(unix)]
fn link(real: &Path, to: &Path, _: bool) -> io::Result<()> {
    std::os::unix::fs::symlink(real, to)
}

#[cfg(windows)]
fn link(real: &Path, to: &Path, is_folder: bool) -> io::Result<()> {
    use std::os::windows::fs::{symlink_dir, symlink_file};
    if is_folder { symlink_dir(real, to) } else { symlink_file(real, to) }
}
