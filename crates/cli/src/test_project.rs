//! A small project on disk for the tests of writing, and the change that they write to it.
#![cfg(unix)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::atomic::AtomicBool;

use change::{Base, FileChange, RelPath};
use tempfile::TempDir;

use crate::apply::{Request, WriteError, Written, write};
use crate::git::Git;

pub(crate) const MAIN: &str = "src/main.tsx";
/// What shells, git and careless code trip over.
pub(crate) const ODD: &str = "src/[id]/:é \"b' $c.ts";
pub(crate) const CREATED: &str = "convex/auth.config.ts";
pub(crate) const DEEP: &str = "src/new/deep dir/a.ts";

pub(crate) const MAIN_BEFORE: &str = "before\n";
const ODD_BEFORE: &str = "\u{feff}one\r\ntwo\r\nno end";

/// A project in a folder of its own.
pub(crate) struct Project {
    dir: TempDir,
}

/// All files with mode and content and all folders, git's own left out, but not what a run may leave there.
pub(crate) type Tree = BTreeMap<String, (u32, Vec<u8>)>;

impl Project {
    /// Files that are committed.
    pub(crate) fn committed() -> Self {
        let project = Self::plain();
        project.init(&[]);
        project.commit();
        project
    }

    /// The same files without git.
    pub(crate) fn plain() -> Self {
        let project = Self { dir: tempfile::tempdir().unwrap() };
        project.put(MAIN, MAIN_BEFORE);
        project.put(ODD, ODD_BEFORE);
        project.put("convex/tasks.ts", "task\n");
        project.put("src/i/:é \"b' $c.ts", "a name that `[id]` matches as a pattern\n");
        project.set_mode(ODD, 0o750);
        project
    }

    pub(crate) fn base(&self) -> PathBuf {
        self.dir.path().canonicalize().unwrap()
    }

    pub(crate) fn at(&self, path: &str) -> PathBuf {
        self.base().join(path)
    }

    pub(crate) fn put(&self, path: &str, text: &str) {
        fs::create_dir_all(self.at(path).parent().unwrap()).unwrap();
        fs::write(self.at(path), text).unwrap();
    }

    pub(crate) fn set_mode(&self, path: &str, mode: u32) {
        fs::set_permissions(self.at(path), PermissionsExt::from_mode(mode)).unwrap();
    }

    pub(crate) fn init(&self, flags: &[&str]) {
        self.git(&[&["init", "-q"], flags].concat());
        let config = fs::read_to_string(self.at(".git/config")).unwrap();
        let settings = "[user]\nname = n\nemail = e@x\n[core]\nautocrlf = false\nexcludesFile = /dev/null\n";
        fs::write(self.at(".git/config"), config + settings).unwrap();
    }

    pub(crate) fn commit(&self) {
        self.git(&["add", "-A"]);
        self.git(&["commit", "-qm", "c", "--no-gpg-sign"]);
    }

    pub(crate) fn git(&self, args: &[&str]) -> String {
        git_in(&self.base(), args)
    }

    pub(crate) fn find_git(&self) -> Option<Git> {
        Git::find(&self.base())
    }

    pub(crate) fn tree(&self) -> Tree {
        let mut tree = Tree::new();
        walk(&self.base(), "", &mut tree);
        tree
    }

    /// The tree without copies that a run left which died before its journal was written.
    pub(crate) fn tree_without_leftovers(&self) -> Tree {
        let mut tree = self.tree();
        tree.retain(|path, _| !crate::disk::is_staged_name(path.rsplit('/').next().unwrap()));
        tree
    }

    pub(crate) fn write(&self) -> Result<Written, WriteError> {
        self.write_with(&plan(), false, &AtomicBool::new(false))
    }

    pub(crate) fn write_with(
        &self,
        files: &BTreeMap<RelPath, FileChange>,
        allow_dirty: bool,
        interrupted: &AtomicBool,
    ) -> Result<Written, WriteError> {
        let (base, git, recovered) = (self.base(), self.find_git(), BTreeSet::new());
        let git = git.as_ref();
        write(&Request { base: &base, git, files, recovered: &recovered, allow_dirty, interrupted })
    }
}

pub(crate) fn git_in(folder: &Path, args: &[&str]) -> String {
    let Output { status, stdout, stderr } = Command::new("git")
        .args(args)
        .current_dir(folder)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .output()
        .unwrap();
    assert!(status.success(), "git {args:?}: {}", String::from_utf8_lossy(&stderr));
    String::from_utf8(stdout).unwrap()
}

fn walk(folder: &Path, prefix: &str, tree: &mut Tree) {
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        let path = format!("{prefix}{name}");
        let metadata = entry.metadata().unwrap();
        let in_git = prefix.starts_with(".git/") || path == ".git";
        if metadata.is_dir() {
            walk(&entry.path(), &format!("{path}/"), tree);
        }
        if in_git && !name.contains("convex-clerk") {
            continue;
        }
        let content = if metadata.is_file() { fs::read(entry.path()).unwrap() } else { Vec::new() };
        tree.insert(path, (metadata.permissions().mode(), content));
    }
}

pub(crate) fn path(path: &str) -> RelPath {
    RelPath::new(path).unwrap()
}

pub(crate) fn modified(before: &str, after: &str) -> FileChange {
    let before = Some(Base { text: before.into(), executable: false });
    FileChange { before, after: after.to_owned() }
}

pub(crate) fn created(text: &str) -> FileChange {
    FileChange { before: None, after: text.to_owned() }
}

/// The change: two files that are there, one of them with all that must be kept, and two new ones.
pub(crate) fn plan() -> BTreeMap<RelPath, FileChange> {
    [
        (path(MAIN), modified(MAIN_BEFORE, "after\n")),
        (path(ODD), modified(ODD_BEFORE, "\u{feff}one\r\nthree\r\nno end")),
        (path(CREATED), created("auth\n")),
        (path(DEEP), created("deep\n")),
    ]
    .into()
}

/// The tree that the change makes of `before`.
pub(crate) fn after(before: &Tree) -> Tree {
    let mut tree = before.clone();
    for (path, change) in plan() {
        let mode = tree.get(path.as_str()).map_or(0o100_644, |(mode, _)| *mode);
        tree.insert(path.to_string(), (mode, change.after.into_bytes()));
    }
    for folder in ["src/new", "src/new/deep dir"] {
        tree.insert(folder.to_owned(), (0o040_755, Vec::new()));
    }
    tree
}
