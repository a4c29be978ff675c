//! Views of a plan that go into files: `--output`, `--steps`.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, ensure};

use crate::args::Migrate;
use crate::interrupt;
use crate::report::steps::steps;
use crate::report::{View, rendered};
use crate::terminal::Paint;

/// Writes what was asked for. All texts are made before the first is written.
///
/// # Errors
/// A file that can't be written, or that the plan itself changes.
pub(crate) fn write(args: &Migrate, view: &View<'_>) -> anyhow::Result<()> {
    let mut texts: Vec<(&Path, String)> = Vec::new();
    for output in &args.outputs {
        texts.push((&output.path, rendered(view, output.format, Paint::default())?));
    }
    texts.extend(args.steps.iter().map(|path| (path.as_path(), steps(view))));
    for (at, (path, _)) in texts.iter().enumerate() {
        let is_twice = texts
            .iter()
            .skip(at + 1)
            .any(|(other, _)| real(other, 8).is_some_and(|other| real(path, 8) == Some(other)));
        ensure!(!is_twice, "`{}` is to hold two views: give each a file", path.display());
        ensure!(!is_changed(path, view), "`{}` is a file that the plan changes: choose another", path.display());
    }
    // No staged copy is left behind where somebody stops the run here.
    interrupt::deferred(|| texts.iter().try_for_each(|(path, text)| replace(path, text)))?;
    interrupt::stop_if_asked()
}

/// Whether a file is one of those that the plan changes or makes.
fn is_changed(path: &Path, view: &View<'_>) -> bool {
    let (Some(path), Ok(base)) = (real(path, 8), view.planned.base.canonicalize()) else { return false };
    view.files.keys().any(|file| base.join(file.as_str()) == path)
}

/// Where a path leads, though nothing be there yet. A link is followed: what is written to it goes where it leads.
fn real(path: &Path, links: u8) -> Option<PathBuf> {
    let place = folder_of(path).canonicalize().ok()?.join(path.file_name()?);
    match std::fs::read_link(&place) {
        Ok(target) if links > 0 => real(&place.parent()?.join(target), links - 1),
        _ => Some(place),
    }
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Puts a text in the place of a file, whole or not at all: a reader never sees half a document. What is no plain file, such as a pipe or
/// `/dev/stdout`, is written to as it is.
fn replace(path: &Path, text: &str) -> anyhow::Result<()> {
    let failed = || format!("could not write `{}`", path.display());
    if path.symlink_metadata().is_ok_and(|about| !about.is_file()) {
        return std::fs::write(path, text).with_context(failed);
    }
    let folder = folder_of(path);
    let mut file = readable(tempfile::Builder::new().prefix(".convex-clerk-"))
        .tempfile_in(folder)
        // It would name the staged copy.
        .map_err(|error| io::Error::from(error.kind()))
        .with_context(failed)?;
    file.write_all(text.as_bytes()).with_context(failed)?;
    file.persist(path).map(drop).map_err(|error| error.error).with_context(failed)
}

/// A file that others may read, as one that a shell makes.
#[cfg(unix)]
fn readable<'a, 'b>(builder: &'a mut tempfile::Builder<'b, 'b>) -> &'a mut tempfile::Builder<'b, 'b> {
    use std::os::unix::fs::PermissionsExt as _;
    builder.permissions(std::fs::Permissions::from_mode(0o666))
}

#[cfg(not(unix))]
fn readable<'a, 'b>(builder: &'a mut tempfile::Builder<'b, 'b>) -> &'a mut tempfile::Builder<'b, 'b> {
    builder
}
