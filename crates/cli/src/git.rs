//! What git says about files: whether they are changed or ignored, and the object ids a patch names.
//!
//! The `git` program is asked, never a library, so that its own reading of attributes, ignore files and line endings counts.
//! No git, or no repository, is fine.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::{fs, thread};

use change::{Base, BlobIds, FileChange, RelPath};
use sha1::{Digest as _, Sha1};

use crate::disk;

/// The git work tree that holds the base folder.
#[derive(Clone, Debug)]
pub(crate) struct Git {
    /// The work tree's own git folder: `.git`, or where a worktree's or submodule's `.git` file leads.
    pub(crate) dir: PathBuf,
    base: PathBuf,
    /// The base below the top, with a final `/`; `""` where they are the same.
    prefix: String,
}

/// How a repository names its objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ObjectFormat {
    /// 40 hex digits.
    Sha1,
    /// 64 hex digits.
    Sha256,
}

impl Git {
    /// The work tree that holds `base`; `None` without git or a repository.
    ///
    /// Where git finds a repository but won't work in it (it belongs to another user), the answer is there, and every question
    /// to it is an error with git's own words: nothing is written unguarded.
    pub(crate) fn find(base: &Path) -> Option<Self> {
        let base = base.canonicalize().ok()?;
        let marked = base.ancestors().find(|folder| folder.join(".git").exists())?.to_owned();
        let ask = ["rev-parse", "--is-inside-work-tree", "--show-cdup", "--absolute-git-dir"];
        let output = command(&base).args(ask).output().ok()?;
        if !output.status.success() {
            let none = String::from_utf8_lossy(&output.stderr).contains("not a git repository");
            let dir = marked.join(".git");
            return if none { None } else { Self::new(base, marked, dir) };
        }
        // The way up has no odd names in it, so only the last answer can hold a line break.
        let mut answers = output.stdout.splitn(3, |byte| *byte == b'\n');
        let (inside, up, dir) = (answers.next()?, answers.next()?, answers.next()?);
        if inside != b"true" {
            return None;
        }
        let depth = up.iter().filter(|byte| **byte == b'/').count();
        let top = base.ancestors().nth(depth)?.to_owned();
        Self::new(base, top, PathBuf::from(os_string(dir.strip_suffix(b"\n").unwrap_or(dir))))
    }

    /// The work tree whose top `base` is, without asking git where its `.git` is a plain folder: a process takes as long as a whole
    /// plan.
    pub(crate) fn at(base: &Path) -> Option<Self> {
        let dir = base.join(".git");
        if dir.join("HEAD").is_file() { Self::new(base.to_owned(), base.to_owned(), dir) } else { Self::find(base) }
    }

    fn new(base: PathBuf, top: PathBuf, dir: PathBuf) -> Option<Self> {
        let parts = base.strip_prefix(&top).ok()?.components();
        let prefix = parts.map(|part| format!("{}/", part.as_os_str().to_string_lossy())).collect();
        Some(Self { dir, base, prefix })
    }

    /// Whether the base is the top of the work tree.
    pub(crate) fn is_top(&self) -> bool {
        self.prefix.is_empty()
    }

    /// Those of the paths that differ from HEAD, staged or not, or that git doesn't know and doesn't ignore.
    ///
    /// # Errors
    /// git's own words.
    pub(crate) fn dirty(&self, paths: &[&RelPath]) -> io::Result<Vec<RelPath>> {
        // A submodule has its own settings, which may name programs to run: none is asked about itself.
        let flags = ["--porcelain=v1", "-z", "--untracked-files=all", "--ignore-submodules=all", "--no-renames"];
        let mut dirty: BTreeSet<RelPath> = BTreeSet::new();
        for entry in self.listed("status", &flags, paths)? {
            // `XY path`, from the top; `path/` is a nested repository.
            let Some(path) = entry.get(3..).and_then(|path| path.strip_prefix(self.prefix.as_str())) else { continue };
            let within = |asked: &&&RelPath| {
                path == asked.as_str() || (path.ends_with('/') && asked.is_in(path.trim_end_matches('/')))
            };
            dirty.extend(paths.iter().filter(within).map(|path| (*path).clone()));
        }
        // `status` says nothing of files that git was told to take as unchanged, or that are another repository's.
        let clean: BTreeSet<String> = self.listed("ls-files", &["-v", "-z"], paths)?.into_iter().collect();
        let known = |path: &RelPath| clean.contains(&format!("H {path}")) || dirty.contains(path);
        let silent = paths.iter().copied().filter(|path| !known(path) && self.base.join(path.as_str()).exists());
        let silent: Vec<&RelPath> = silent.collect();
        let ignored = self.ignored(&silent)?;
        dirty.extend(silent.into_iter().filter(|path| !ignored.contains(path)).cloned());
        Ok(dirty.into_iter().collect())
    }

    /// Those of the paths that git ignores. A file that it tracks is none of them.
    ///
    /// # Errors
    /// git's own words.
    pub(crate) fn ignored(&self, paths: &[&RelPath]) -> io::Result<Vec<RelPath>> {
        if paths.is_empty() {
            return Ok(Vec::new());
        }
        // This command can't be told to take paths as they are; `./` keeps `:(x).ts` from being more than a name.
        let input: String = paths.iter().map(|path| format!("./{path}\0")).collect();
        let output = fed(command(&self.base).args(["check-ignore", "-z", "--stdin"]), input)?;
        match output.status.code() {
            Some(0 | 1) => {
                let ignored: BTreeSet<String> = entries(&output.stdout).collect();
                let is_ignored = |path: &&&RelPath| ignored.contains(&format!("./{path}"));
                Ok(paths.iter().filter(is_ignored).map(|path| (*path).clone()).collect())
            }
            _ => Err(refusal(&output)),
        }
    }

    /// The ids in the index of those of the paths that git tracks. What can't be read is left out.
    pub(crate) fn index_ids(&self, paths: &[&RelPath]) -> BTreeMap<RelPath, String> {
        let lines = self.listed("ls-files", &["-s", "-z"], paths).unwrap_or_default();
        // `100644 <id> <stage>\t<path>`; a file in conflict has no stage 0.
        let read = |line: String| {
            let (facts, path) = line.split_once('\t')?;
            let mut facts = facts.split(' ').skip(1);
            let (id, stage) = (facts.next()?, facts.next()?);
            (stage == "0").then_some((RelPath::new(path).ok()?, id.to_owned()))
        };
        lines.into_iter().filter_map(read).collect()
    }

    /// How the repository names its objects.
    pub(crate) fn object_format(&self) -> ObjectFormat {
        let common = fs::read_to_string(self.dir.join("commondir"));
        let common = common.map_or_else(|_| self.dir.clone(), |common| self.dir.join(common.trim_end()));
        // Rare, and a plain setting of this one file, so that most runs need not ask git.
        let config = fs::read(common.join("config")).unwrap_or_default();
        if !String::from_utf8_lossy(&config).to_ascii_lowercase().contains("objectformat") {
            return ObjectFormat::Sha1;
        }
        match command(&self.base).args(["rev-parse", "--show-object-format"]).output() {
            Ok(output) if output.stdout.starts_with(b"sha256") => ObjectFormat::Sha256,
            _ => ObjectFormat::Sha1,
        }
    }

    /// What a listing command says of the paths, which are taken as they are.
    fn listed(&self, name: &str, flags: &[&str], paths: &[&RelPath]) -> io::Result<Vec<String>> {
        let mut listed = Vec::new();
        // A command line holds 32 kB on Windows; a path takes some 100 bytes, 4 kB at most.
        for paths in chunks(paths, 16_000) {
            let mut command = command(&self.base);
            command
                .args(["--literal-pathspecs", name])
                .args(flags)
                .arg("--")
                .args(paths.iter().map(|path| path.as_str()));
            let output = command.output()?;
            if !output.status.success() {
                return Err(refusal(&output));
            }
            listed.extend(entries(&output.stdout));
        }
        Ok(listed)
    }
}

/// The paths in runs of at most `limit` bytes, or of one path.
fn chunks<'a>(paths: &'a [&'a RelPath], limit: usize) -> impl Iterator<Item = &'a [&'a RelPath]> {
    let mut size = 0;
    paths.chunk_by(move |left, _| {
        size += left.as_str().len() + 1;
        let fits = size < limit;
        if !fits {
            size = 0;
        }
        fits
    })
}

/// git in `folder`, whatever repository the surroundings name, in plain English, and running nothing that its settings name.
fn command(folder: &Path) -> Command {
    let mut command = Command::new("git");
    for variable in [
        "GIT_DIR",
        "GIT_WORK_TREE",
        "GIT_INDEX_FILE",
        "GIT_COMMON_DIR",
        "GIT_PREFIX",
        "GIT_OBJECT_DIRECTORY",
        "GIT_NAMESPACE",
        "GIT_GLOB_PATHSPECS",
        "GIT_NOGLOB_PATHSPECS",
        "GIT_ICASE_PATHSPECS",
    ] {
        command.env_remove(variable);
    }
    command.env("GIT_OPTIONAL_LOCKS", "0").env("LC_ALL", "C").env("GIT_PAGER", "cat").current_dir(folder);
    command.args(["--no-pager", "-c", "core.fsmonitor=false"]).stdin(Stdio::null());
    command
}

/// Runs a command with `input`, which is written beside the reading: either pipe could fill up first.
fn fed(command: &mut Command, input: String) -> io::Result<Output> {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    let mut stdin = child.stdin.take();
    thread::scope(|scope| {
        // git that ends early says why itself.
        scope.spawn(move || stdin.as_mut().map(|stdin| stdin.write_all(input.as_bytes())));
        child.wait_with_output()
    })
}

fn refusal(output: &Output) -> io::Error {
    let said = String::from_utf8_lossy(&output.stderr);
    let said = said.trim();
    io::Error::other(format!("git: {}", said.strip_prefix("fatal: ").unwrap_or(said)))
}

fn entries(output: &[u8]) -> impl Iterator<Item = String> {
    let entries = output.split(|byte| *byte == 0).filter(|entry| !entry.is_empty());
    entries.map(|entry| String::from_utf8_lossy(entry).into_owned())
}

#[cfg(unix)]
fn os_string(bytes: &[u8]) -> OsString {
    std::os::unix::ffi::OsStringExt::from_vec(bytes.to_owned())
}

#[cfg(not(unix))]
fn os_string(bytes: &[u8]) -> OsString {
    String::from_utf8_lossy(bytes).into_owned().into()
}

/// Whether [`as_kept`] needs the index's id of a file with this text: git may hold it with other line endings.
pub(crate) fn needs_index(text: &str) -> bool {
    text.contains("\r\n")
}

/// A file's two texts as git keeps them, with their ids. `index_id` is the index's id of the file, which matters where [`needs_index`]
/// says so: if git holds the old text with LF where the checkout has CRLF, it will hold the new text so too, and a patch has to name and
/// show what git holds.
pub(crate) fn as_kept(change: &FileChange, index_id: Option<&str>, format: ObjectFormat) -> (FileChange, BlobIds) {
    let ids = |change: &FileChange| {
        let new = blob_id(&change.after, format);
        let old = change.before.as_ref().map_or_else(|| "0".repeat(new.len()), |base| blob_id(&base.text, format));
        BlobIds { old, new }
    };
    if let (Some(before), Some(index_id)) = (change.before.as_ref().filter(|base| needs_index(&base.text)), index_id) {
        let lf = |text: &str| text.replace("\r\n", "\n");
        let before = Base { text: lf(&before.text).into(), executable: before.executable };
        let kept = FileChange { before: Some(before), after: lf(&change.after) };
        let ids = ids(&kept);
        if ids.old == index_id {
            return (kept, ids);
        }
    }
    (change.clone(), ids(change))
}

fn blob_id(text: &str, format: ObjectFormat) -> String {
    let object = format!("blob {}\0{text}", text.len());
    match format {
        ObjectFormat::Sha1 => disk::hex(&Sha1::digest(object.as_bytes())),
        ObjectFormat::Sha256 => disk::hash(object.as_bytes()),
    }
}

#[cfg(test)]
#[path = "git_tests.rs"]
mod tests;
