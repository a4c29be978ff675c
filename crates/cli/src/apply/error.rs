//! Why files were not written.

use std::io;
use std::path::PathBuf;

use change::RelPath;

use crate::disk::DiskError;
use crate::journal::JournalError;
use crate::transaction::{State, Transaction};

/// Why the files were not written. Unless it is [`WriteError::RollBack`], nothing is changed and nothing left behind.
#[derive(Debug, thiserror::Error)]
pub(crate) enum WriteError {
    /// A run that died could not be brought to an end, or another one is writing.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// git could not say whether the files may be written.
    #[error("could not ask git about the files; nothing was changed")]
    Git(#[source] io::Error),
    /// These files hold changes that aren't committed.
    #[error("files to be changed hold changes that are not committed; nothing was written:{}", list(.0))]
    Dirty(Vec<RelPath>),
    /// git ignores these files, so that no patch of them could be committed.
    #[error("git ignores files to be changed; nothing was written:{}", list(.0))]
    Ignored(Vec<RelPath>),
    /// A link is on the way to the file.
    #[error("`{path}` is reached through the symbolic link `{link}`; nothing was written")]
    Linked {
        /// The file.
        path: RelPath,
        /// The link.
        link: String,
    },
    /// Something else has the file's place.
    #[error("`{0}` is not a plain file in plain folders; nothing was written")]
    NotAFile(RelPath),
    /// The path is no place for a project's file.
    #[error("`{0}` is not a place for a project's file; nothing was written")]
    Outside(RelPath),
    /// The user may not write to the file.
    #[error("`{0}` is read-only; nothing was written")]
    ReadOnly(RelPath),
    /// The file is no longer what the plan was made from; one to be created is there already, perhaps.
    #[error("`{0}` is no longer what the plan was made from; nothing was written")]
    Changed(RelPath),
    /// The user asked to stop.
    #[error("interrupted; nothing was changed")]
    Interrupted,
    /// The system refused.
    #[error("could not {doing} `{}`; nothing was changed", path.display())]
    Io {
        /// What was tried, for `could not …`.
        doing: &'static str,
        /// On which file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The write failed, and not everything could be taken back.
    #[error("writing failed ({cause}), and so did taking it back:{}", states(files))]
    RollBack {
        /// Why the write failed.
        cause: String,
        /// Every file and what it holds now, for the reader.
        files: Vec<(RelPath, &'static str)>,
        /// The journal, which stays; `None` if there is none, as no file was changed.
        journal: Option<PathBuf>,
        /// Why it could not be taken back.
        source: DiskError,
    },
}

impl WriteError {
    /// The exit code: 130 where the user asked to stop, else 2.
    pub(crate) fn exit_code(&self) -> u8 {
        if matches!(self, Self::Interrupted) { 130 } else { 2 }
    }

    /// What the user can do.
    pub(crate) fn help(&self) -> Option<String> {
        Some(match self {
            Self::Journal(error) => error.help(),
            Self::Dirty(_) => "commit or stash them, or pass `--allow-dirty`".to_owned(),
            Self::Ignored(_) => "take them out of .gitignore, or add them with `git add -f`".to_owned(),
            Self::Linked { .. } => "replace the link by what it leads to, or run where it leads to".to_owned(),
            Self::ReadOnly(path) => format!("make it writable, as with `chmod u+w {path}`"),
            Self::Changed(_) => "run again to plan on the files as they are now".to_owned(),
            Self::RollBack { journal: Some(journal), .. } => format!(
                "remove the cause and run again: a writing run finishes or takes back what the journal `{}` holds",
                journal.display()
            ),
            Self::RollBack { journal: None, .. } => "remove the `.convex-clerk-*.tmp` files beside them".to_owned(),
            Self::Git(_) | Self::NotAFile(_) | Self::Outside(_) | Self::Interrupted | Self::Io { .. } => return None,
        })
    }
}

impl From<DiskError> for WriteError {
    fn from(error: DiskError) -> Self {
        match error {
            DiskError::Io { doing, path, source } => Self::Io { doing, path, source },
            DiskError::Linked { path, link } => Self::Linked { path, link },
            DiskError::NotAFile(path) => Self::NotAFile(path),
            DiskError::Outside(path) => Self::Outside(path),
        }
    }
}

/// Paths, each on a line of its own.
pub(crate) fn list(paths: &[RelPath]) -> String {
    paths.iter().map(|path| format!("\n  {path}")).collect()
}

fn states(files: &[(RelPath, &'static str)]) -> String {
    files.iter().map(|(path, state)| format!("\n  {path}: {state}")).collect()
}

/// The error of a write that failed with `cause` and a roll back that failed with `source`.
pub(super) fn roll_back(cause: WriteError, source: DiskError, transaction: &Transaction) -> WriteError {
    let state = |entry| match transaction.state(entry) {
        Ok(State::Old) => "as it was before",
        Ok(State::New) => "written",
        Ok(State::Other) => "changed by someone else meanwhile",
        Err(_) => "can't be read",
    };
    let files = transaction.entries.iter().map(|entry| (entry.path.clone(), state(entry))).collect();
    let journal = transaction.journal.exists().then(|| transaction.journal.clone());
    // Every other message ends in "nothing was changed", which isn't so now.
    let said = match &cause {
        WriteError::Io { doing, path, source } => format!("could not {doing} `{}`: {source}", path.display()),
        WriteError::Changed(path) => format!("`{path}` changed meanwhile"),
        WriteError::Interrupted => "interrupted".to_owned(),
        other => other.to_string(),
    };
    WriteError::RollBack { cause: said, files, journal, source }
}
