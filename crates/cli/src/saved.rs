//! `apply PLAN.json`: a plan that was saved by `migrate --format json`, carried out later, by somebody else perhaps.
//!
//! Nothing in the file is believed. Each path has to lie below the base, each file to be what it was when the plan was made, and what becomes
//! of it to be what the plan says; else nothing is written. A file that is what it is to become already is done.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, Read as _};
use std::path::Path;

use anyhow::Context as _;
use change::{Base, EditSet, FileChange, RelPath, TextEdit, TextRange};
use serde::Deserialize;

use crate::apply::{WriteError, list};
use crate::args::{Apply, Cli};
use crate::disk::{self, Found, hash};
use crate::interrupt;
use crate::report::count;
use crate::report::diff::Patches;
use crate::report::summary::Volume;
use crate::run::{Status, product, say, volume};
use crate::writing::{Writing, recover};

/// The version of the format that is read.
const VERSION: u64 = 1;

/// What every version holds.
#[derive(Deserialize)]
struct Head {
    version: u64,
    tool: Tool,
}

#[derive(Deserialize)]
struct Tool {
    name: String,
    version: String,
}

/// A plan as it was saved.
#[derive(Deserialize)]
pub struct SavedPlan {
    files: Vec<File>,
}

#[derive(Deserialize)]
struct File {
    path: String,
    mode: String,
    base_sha256: Option<String>,
    result_sha256: String,
    replacements: Vec<Replacement>,
}

#[derive(Deserialize)]
struct Replacement {
    start: u32,
    end: u32,
    text: String,
}

/// Why a saved plan is not carried out. Nothing is written then.
#[derive(Debug, thiserror::Error)]
pub enum SavedError {
    /// It is none.
    #[error("`{0}` is no plan of convex-clerk; nothing was written")]
    NoPlan(String, #[source] Option<serde_json::Error>),
    /// Its version is not known.
    #[error("the plan has version {version}, and this convex-clerk reads version {VERSION}; nothing was written")]
    Version {
        /// That of the plan.
        version: u64,
        /// That of the tool that made it.
        tool: String,
    },
    /// A path leads out of the base, or means something else on this system.
    #[error("the plan names `{0}`, which is not a place for a project's file; nothing was written")]
    Outside(String),
    /// Two entries are for one file.
    #[error("the plan names `{0}` twice; nothing was written")]
    Twice(RelPath),
    /// What it says of a file contradicts itself.
    #[error("what the plan says of `{0}` does not give what it should become; nothing was written")]
    Damaged(RelPath),
    /// Files are not what they were.
    #[error("files have changed since the plan was made; nothing was written:{}", list(.0))]
    Changed(Vec<RelPath>),
}

impl SavedError {
    /// What the user can do.
    pub(crate) fn help(&self) -> String {
        match self {
            Self::NoPlan(..) => "`convex-clerk migrate --format json` makes one".to_owned(),
            Self::Version { version, tool } if *version > VERSION => {
                format!("it was made by convex-clerk {tool}: upgrade to that version or a later one")
            }
            Self::Version { .. } | Self::Damaged(_) => "make the plan again".to_owned(),
            Self::Changed(_) => "make the plan again, on the files as they are now".to_owned(),
            Self::Outside(_) | Self::Twice(_) => {
                "no plan of convex-clerk holds this: ask who changed it, and make the plan again".to_owned()
            }
        }
    }
}

/// Runs `apply`.
///
/// # Errors
/// Everything that ends with exit code 2 or 130.
pub(crate) fn apply(cli: &Cli, args: &Apply) -> anyhow::Result<Status> {
    interrupt::listen().context("could not listen for Ctrl-C")?;
    let plan = read(&args.plan)?;
    let base = migrate::base_of(&args.path)
        .with_context(|| format!("`{}` is not a folder that can be read", args.path.display()))?;
    let recovered = if args.dry_run { BTreeSet::new() } else { recover(&args.path)? };
    let all = plan.files.len();
    let files = plan.left(&base)?;
    let in_git = base.join(".git").exists();
    if args.dry_run {
        let before = files.iter().filter_map(|(path, file)| Some((path, file.before.as_ref()?)));
        let patches = Patches::of(&base, in_git, before);
        product(&files.iter().map(|(path, file)| patches.of_file(path, file)).collect::<String>())?;
    } else {
        Writing { base: &base, in_git, files: &files, allow_dirty: args.allow_dirty }.write(cli, &recovered)?;
    }
    if volume(cli) > Volume::Quiet && files.len() < all {
        let done = count(all - files.len(), "file");
        say(&format!("{done} of the plan: nothing to do, as they are what they should become\n"));
    }
    if volume(cli) > Volume::Quiet && all == 0 {
        say("the plan changes nothing\n");
    }
    Ok(Status::Done)
}

fn read(path: &Path) -> anyhow::Result<SavedPlan> {
    let name = path.display().to_string();
    let mut text = Vec::new();
    match name.as_str() {
        "-" => io::stdin().lock().read_to_end(&mut text).map(drop),
        _ => fs::read(path).map(|read| text = read),
    }
    .with_context(|| format!("could not read `{name}`"))?;
    Ok(SavedPlan::parse(&name, &text)?)
}

impl SavedPlan {
    /// Reads what `migrate --format json` printed; `name` is what errors call it.
    ///
    /// # Errors
    /// That it is something else, or of another version.
    pub fn parse(name: &str, text: &[u8]) -> Result<Self, SavedError> {
        let no_plan = |cause| SavedError::NoPlan(name.to_owned(), cause);
        let head: Head = serde_json::from_slice(text).map_err(|error| no_plan(Some(error)))?;
        if head.tool.name != "convex-clerk" {
            return Err(no_plan(None));
        }
        if head.version != VERSION {
            return Err(SavedError::Version { version: head.version, tool: head.tool.version });
        }
        serde_json::from_slice(text).map_err(|error| no_plan(Some(error)))
    }

    /// The files below `base` that are not yet what they should become, as they are and as they become.
    ///
    /// # Errors
    /// A [`SavedError`] where the plan is not to be believed or the files are others, and what reading them ends with.
    pub fn left(self, base: &Path) -> anyhow::Result<BTreeMap<RelPath, FileChange>> {
        let mut files = BTreeMap::new();
        let mut seen = BTreeSet::new();
        let mut stale = Vec::new();
        for file in self.files {
            let path = RelPath::new(file.path.as_str()).map_err(|_| SavedError::Outside(file.path.clone()))?;
            if !seen.insert(path.clone()) {
                return Err(SavedError::Twice(path).into());
            }
            let before = now(base, &path)?;
            let is = before.as_ref().map(|base| hash(base.text.as_bytes()));
            if is.as_ref() == Some(&file.result_sha256) {
                continue;
            }
            if is != file.base_sha256 {
                stale.push(path);
                continue;
            }
            // The mode of a file that is there stays; a new one is no program.
            let has_mode = file.mode == "100644" || (file.mode == "100755" && before.is_some());
            let after = becomes(before.as_ref(), &file).filter(|_| has_mode);
            let after = after.ok_or_else(|| SavedError::Damaged(path.clone()))?;
            files.insert(path, FileChange { before, after });
        }
        if !stale.is_empty() {
            return Err(SavedError::Changed(stale).into());
        }
        Ok(files)
    }
}

/// A file as it is; `None` where there is none.
fn now(base: &Path, path: &RelPath) -> anyhow::Result<Option<Base>> {
    // Looked at part by part: a link on the way would lead elsewhere.
    let metadata = match disk::look(base, path).map_err(WriteError::from)? {
        Found::File(metadata) => metadata,
        Found::Absent { .. } => return Ok(None),
    };
    let full = base.join(path.as_str());
    let bytes = fs::read(&full).with_context(|| format!("could not read `{path}`"))?;
    // What is not Unicode is none of the files that a plan was made from.
    let text = String::from_utf8(bytes).map_err(|_| SavedError::Changed(vec![path.clone()]))?;
    Ok(Some(Base { text: text.into(), executable: migrate::is_executable(&metadata) }))
}

/// What a file becomes; `None` where that is not what the plan says it should.
fn becomes(before: Option<&Base>, file: &File) -> Option<String> {
    let text = before.map_or("", |base| &base.text);
    let mut edits = EditSet::default();
    for Replacement { start, end, text } in &file.replacements {
        if start > end {
            return None;
        }
        edits.push(TextEdit::replacement(TextRange::new(*start, *end), text.clone())).ok()?;
    }
    edits.apply(text).filter(|after| hash(after.as_bytes()) == file.result_sha256)
}
