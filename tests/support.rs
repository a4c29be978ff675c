//! A temporary project, and the binary run in it with nothing of the user's surroundings.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// Whether the tests that need more than Rust and git are on; one line says what did not run.
pub(crate) fn is_on(what: &str) -> bool {
    let is_on = std::env::var_os("CONVEX_CLERK_TESTS").is_some_and(|value| value == "all");
    if !is_on {
        // Not with `println!`, which the test harness keeps to itself.
        std::io::stderr().write_all(format!("not run: {what}\n").as_bytes()).unwrap();
    }
    is_on
}

/// The root of this repository.
pub(crate) fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

/// The binary, without what a user's surroundings would change.
pub(crate) fn binary() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_convex-clerk"));
    clean(&mut command);
    command
}

fn clean(command: &mut Command) {
    for name in
        ["NO_COLOR", "CLICOLOR_FORCE", "GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "CONVEX_CLERK_FAULT"]
    {
        command.env_remove(name);
    }
    // Patches that undo a run outlive it.
    command.env("TMPDIR", env!("CARGO_TARGET_TMPDIR"));
    command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_SYSTEM", "/dev/null");
    for role in ["AUTHOR", "COMMITTER"] {
        command.env(format!("GIT_{role}_NAME"), "Test").env(format!("GIT_{role}_EMAIL"), "test@example.com");
    }
}

/// What a run gave.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Outcome {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl From<Output> for Outcome {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

/// A project in a temporary folder.
pub(crate) struct Project {
    folder: TempDir,
}

impl Project {
    pub(crate) fn empty() -> Self {
        Self { folder: tempfile::Builder::new().prefix("app").tempdir().unwrap() }
    }

    /// The files, by path.
    pub(crate) fn new(files: &[(&str, &str)]) -> Self {
        let project = Self::empty();
        for (path, text) in files {
            project.write(path, text);
        }
        project
    }

    /// A copy of a folder.
    pub(crate) fn copy_of(folder: &Path) -> Self {
        let project = Self::empty();
        for (path, bytes) in tree(folder) {
            project.write(&path, bytes);
        }
        project
    }

    /// The app of the Convex React quickstart with everything but its source prepared: one file is left to change.
    pub(crate) fn quickstart() -> Self {
        let project = Self::plain_quickstart();
        let after = root().join("fixtures/react/quickstart/after");
        for path in ["package.json", "convex/auth.config.ts"] {
            project.write(path, fs::read(after.join(path)).unwrap());
        }
        fs::remove_file(project.folder.path().join(".env.example")).unwrap();
        project
    }

    /// The app of the Convex React quickstart as it is.
    pub(crate) fn plain_quickstart() -> Self {
        Self::copy_of(&root().join("fixtures/react/quickstart/before"))
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().canonicalize().unwrap()
    }

    pub(crate) fn write(&self, path: &str, text: impl AsRef<[u8]>) {
        let path = self.folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub(crate) fn has(&self, path: &str) -> bool {
        self.folder.path().join(path).exists()
    }

    pub(crate) fn read(&self, path: &str) -> String {
        fs::read_to_string(self.folder.path().join(path)).unwrap()
    }

    /// Every file but git's own.
    pub(crate) fn tree(&self) -> Vec<(String, Vec<u8>)> {
        tree(self.folder.path())
    }

    /// Runs the binary in the project's folder.
    pub(crate) fn run(&self, args: &[&str]) -> Outcome {
        self.run_in("", args)
    }

    pub(crate) fn run_in(&self, folder: &str, args: &[&str]) -> Outcome {
        let mut command = binary();
        command.current_dir(self.path().join(folder)).args(args).stdin(Stdio::null());
        command.output().unwrap().into()
    }

    /// Runs git in the project's folder; it has to succeed.
    #[track_caller]
    pub(crate) fn git(&self, args: &[&str]) -> String {
        let mut command = Command::new("git");
        clean(&mut command);
        let output: Outcome = command.current_dir(self.path()).args(args).output().unwrap().into();
        assert_eq!(output.code, Some(0), "git {args:?}: {}", output.stderr);
        output.stdout
    }

    /// Makes a repository of the project with everything committed.
    pub(crate) fn commit(&self) {
        self.git(&["init", "--quiet", "--initial-branch=main"]);
        self.git(&["add", "--all", "--force"]);
        self.git(&["commit", "--quiet", "--message=before"]);
    }

    /// `git apply` of a patch, from a folder of the project.
    pub(crate) fn apply(&self, folder: &str, patch: &str, args: &[&str]) -> Outcome {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), patch).unwrap();
        let mut command = Command::new("git");
        clean(&mut command);
        command.current_dir(self.path().join(folder)).arg("apply").args(args).arg(file.path());
        command.output().unwrap().into()
    }
}

/// Every file below `folder` with its bytes, git's own aside, sorted.
pub(crate) fn tree(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files = Vec::new();
    collect(folder, "", &mut files);
    files.sort();
    files
}

fn collect(folder: &Path, prefix: &str, files: &mut Vec<(String, Vec<u8>)>) {
    for entry in fs::read_dir(folder).unwrap().flatten() {
        let name = entry.file_name().into_string().unwrap();
        let path = if prefix.is_empty() { name.clone() } else { format!("{prefix}/{name}") };
        if name == ".git" {
            continue;
        }
        if entry.file_type().unwrap().is_dir() {
            collect(&entry.path(), &path, files);
        } else if entry.file_type().unwrap().is_file() {
            files.push((path, fs::read(entry.path()).unwrap()));
        }
    }
}
