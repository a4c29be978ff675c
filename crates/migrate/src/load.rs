//! Reads a project's sources; settings are read through [`Workspace::text`], and nothing else here touches the disk but git's index.
//!
//! A parallel walk that honours ignore rules searches the bytes of source files for what marks a Convex or Clerk app; only hits are
//! parsed. Links are not followed, a nested repository is another project, and node_modules is never entered.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use change::{Base, Finding, Location, RelPath, Severity, TextRange};
use ignore::{DirEntry, WalkBuilder, WalkState};
use memchr::memmem;
use syntax::{FileFacts, MAX_BYTES, ParseFailure, SourceFile, SourceKind};

use crate::PlanError;
use crate::buffers::Buffers;
use crate::index;
use crate::jsonc;
use crate::kept::{Kept, Read};
use crate::late::Late;
use crate::manifest::Manifest;
use crate::threads::in_parallel;
use crate::workspace::{LoadedFile, Names, Workspace, folders_up, join};

/// What marks a source file: Convex and Clerk in any case of their first letters, the variable of the Convex URL, and the roots of a React
/// app.
const NEEDLES: [&[u8]; 4] = [b"onvex", b"lerk", b"CONVEX_URL", b"react-dom"];

/// From how many bytes on a file is no source.
const LARGE: u64 = MAX_BYTES as u64 + 1;

/// From how many bytes on a file is not even searched.
const HUGE: u64 = 64 << 20;

/// How many files are worth a thread.
const FILES: usize = 16;

/// Folders that hold no source of the project, ignored or not.
const NEVER: [&str; 4] = ["node_modules", "dist", "_generated", "bower_components"];

/// A file that the walk found.
enum Found {
    Manifest(RelPath, Vec<u8>),
    Source(RelPath, Hit),
    /// A source file that mentions none of what marks an app.
    Plain(RelPath),
    Other(RelPath),
    /// A file or folder that the system would not let us read: what is in it is unknown.
    Unread(RelPath, String),
    Seen(Finding),
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

fn io_message(error: &ignore::Error) -> String {
    error.io_error().map_or_else(|| error.to_string(), ToString::to_string)
}

struct Hit {
    bytes: Result<Vec<u8>, ParseFailure>,
    /// Whether it is too large to be parsed, and names one of the providers.
    may_render: bool,
    executable: bool,
}

/// Reads the project at `path`, with the texts that are open instead of those on disk, and what was read of the others before.
///
/// # Errors
/// A [`PlanError`] where `path` is no readable folder or has no package.json.
pub(crate) fn load(path: &Path, buffers: &Buffers, kept: &Arc<Kept>) -> Result<Workspace, PlanError> {
    let unreadable = |cause| PlanError::Unreadable { path: path.to_owned(), cause };
    let start = fs::canonicalize(path).map_err(unreadable)?;
    // Asks for a listing, so that a file or a folder without leave is an error here and not an empty project.
    fs::read_dir(&start).map_err(unreadable)?;
    let top = git_top(&start);
    let base = top.clone().unwrap_or_else(|| start.clone());
    let (buffers, kept) = (buffers.clone(), kept.clone());
    let mut workspace = Workspace { in_git: top.is_some(), buffers, kept, ..Workspace::default() };
    workspace.start = start.strip_prefix(&base).map(slashed).unwrap_or_default().unwrap_or_default();
    workspace.base = base;
    // A package of a workspace leans on the others.
    let root = workspace_root(&workspace);
    let files = Files { base: &workspace.base, buffers: &workspace.buffers };
    let mut found = files.walk(&workspace.base.join(&root), workspace.in_git);
    if workspace.in_git {
        files.read_tracked(&root, &mut found);
    }
    files.read_open(&root, &mut found);
    sort_out(&mut workspace, found);
    if !workspace.manifests.keys().any(|folder| workspace.is_in_start(folder)) {
        return Err(no_package(path, &start, &workspace));
    }
    read_above(&mut workspace);
    workspace.find_owners();
    Ok(workspace)
}

/// The folder of the outermost workspace that PATH is a package of, or lies in one of; PATH itself where there is none.
fn workspace_root(workspace: &Workspace) -> String {
    let up: Vec<&str> = folders_up(&workspace.start).collect();
    // An application of Nx has no package.json of its own.
    let has = |folder: &str, name: &str| join(folder, name).is_some_and(|path| workspace.has_path(&path));
    let is_project = up.iter().take_while(|folder| !has(folder, "nx.json")).any(|folder| has(folder, "project.json"));
    if let (true, Some(root)) = (is_project, up.iter().find(|folder| has(folder, "nx.json"))) {
        return (*root).to_owned();
    }
    let is_package = up.iter().any(|folder| {
        let path = join(folder, "package.json").filter(|_| !folder.is_empty());
        path.is_some_and(|path| workspace.has_path(&path))
    });
    let is_root = |root: &&&str| {
        let (base, buffers) = (workspace.base.clone(), workspace.buffers.clone());
        let mut above = Workspace { base, buffers, ..Workspace::default() };
        let manifest = join(root, "package.json").and_then(|path| above.text(&path));
        if let Some(manifest) = manifest {
            above.manifests.insert((**root).to_owned(), Manifest::read(&manifest));
        }
        let lists = || above.manifests.values().flatten().any(|manifest| !manifest.workspaces.is_empty());
        let is_list = || lists() || join(root, "pnpm-workspace.yaml").is_some_and(|path| above.has_path(&path));
        match is_package {
            true => up.iter().any(|folder| folder != *root && above.is_member(root, folder)),
            // `apps/`, with packages in it.
            false => **root != workspace.start && is_list(),
        }
    };
    up.iter().rev().find(is_root).map_or(workspace.start.as_str(), |root| root).to_owned()
}

fn no_package(path: &Path, start: &Path, workspace: &Workspace) -> PlanError {
    let above = start.ancestors().skip(1).take_while(|folder| !workspace.in_git || folder.starts_with(&workspace.base));
    let nearest = above.into_iter().find(|folder| folder.join("package.json").is_file());
    PlanError::NoPackage { path: path.to_owned(), nearest: nearest.map(Path::to_owned) }
}

/// The folder that a plan for `path` would be relative to.
pub(crate) fn base_of(path: &Path) -> Option<PathBuf> {
    let start = fs::canonicalize(path).ok()?;
    Some(git_top(&start).unwrap_or(start))
}

/// The top of the git work tree that holds `start`. `.git` is a file in a linked work tree.
fn git_top(start: &Path) -> Option<PathBuf> {
    start.ancestors().find(|folder| folder.join(".git").exists()).map(Path::to_owned)
}

/// A relative path with `/`; `None` where it is not Unicode.
fn slashed(path: &Path) -> Option<String> {
    let parts: Option<Vec<&str>> = path.components().map(|part| part.as_os_str().to_str()).collect();
    parts.map(|parts| parts.join("/"))
}

/// Where files are read.
struct Files<'a> {
    base: &'a Path,
    buffers: &'a Buffers,
}

impl Files<'_> {
    fn walk(&self, start: &Path, in_git: bool) -> Vec<Found> {
        let found = Mutex::new(Vec::new());
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
        builder.build_parallel().run(|| {
            let (found, mut bytes) = (&found, Vec::new());
            Box::new(move |entry| {
                match entry {
                    Ok(entry) => {
                        if let Some(file) = self.look_at(&entry, &mut bytes) {
                            found.lock().unwrap_or_else(PoisonError::into_inner).push(file);
                        }
                    }
                    Err(error) => {
                        let path = failed_path(&error).and_then(|path| slashed(path.strip_prefix(self.base).ok()?));
                        let file = match path.and_then(|path| RelPath::new(path).ok()) {
                            Some(path) => Found::Unread(path, io_message(&error)),
                            None => Found::Seen(Finding::new(
                                "unreadable-file",
                                Severity::Warning,
                                format!("not read: {error}"),
                            )),
                        };
                        found.lock().unwrap_or_else(PoisonError::into_inner).push(file);
                    }
                }
                WalkState::Continue
            })
        });
        found.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads a file if it says something about the project; `bytes` is where its contents pass through.
    fn look_at(&self, entry: &DirEntry, bytes: &mut Vec<u8>) -> Option<Found> {
        if entry.path_is_symlink() {
            return link(entry, self.base);
        }
        if !entry.file_type()?.is_file() {
            return None;
        }
        let relative = entry.path().strip_prefix(self.base).ok()?;
        let Some(path) = slashed(relative).and_then(|path| RelPath::new(path).ok()) else {
            let message = format!("not read: the name of `{}` is not Unicode", relative.display());
            return Some(Found::Seen(Finding::new("unreadable-file", Severity::Note, message)));
        };
        if path.file_name() == "package.json" {
            return Some(match self.bytes(&path) {
                Ok(bytes) => Found::Manifest(path, bytes),
                Err(error) => Found::Unread(path, error.to_string()),
            });
        }
        if is_source(&path) {
            return Some(self.source_at(path, bytes));
        }
        decides(path.file_name()).then_some(Found::Other(path))
    }

    /// Reads the source files that git tracks although an ignore rule hides them: they are part of the project as any other.
    fn read_tracked(&self, start: &str, found: &mut Vec<Found>) {
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
    fn source_at(&self, path: RelPath, bytes: &mut Vec<u8>) -> Found {
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
    fn read_open(&self, start: &str, found: &mut Vec<Found>) {
        let is_new =
            |path: &&RelPath| may_lie(path, start) && fs::symlink_metadata(self.base.join(path.as_str())).is_err();
        for path in self.buffers.paths().filter(is_new) {
            if path.file_name() == "package.json" {
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

/// Whether a file is one of source, by its name.
pub(crate) fn is_source(path: &RelPath) -> bool {
    !matches!(SourceKind::of(path), None | Some(SourceKind::Declarations))
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

/// Whether a file may be executed by its owner; `false` where the system keeps nothing of the kind.
#[cfg(unix)]
pub fn is_executable(metadata: &fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    metadata.permissions().mode() & 0o100 != 0
}

/// Whether a file may be executed by its owner: this system keeps nothing of the kind.
#[cfg(not(unix))]
pub fn is_executable(_: &fs::Metadata) -> bool {
    false
}

/// Whether a file's name alone says something: entries, lock files, and the settings of frameworks.
fn decides(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default();
    let configs = ["vite", "next", "astro", "react-router", "app", "rsbuild", "nuxt", "svelte", "remix"];
    matches!(
        name,
        "index.html"
            | "package-lock.json"
            | "npm-shrinkwrap.json"
            | "pnpm-lock.yaml"
            | "yarn.lock"
            | "bun.lock"
            | "bun.lockb"
            | "convex.json"
            | "app.json"
            | "nx.json"
            | "project.json"
    ) || (["layout", "_app"].contains(&stem) && SourceKind::of_name(name).is_some())
        || (configs.contains(&stem) && name.strip_prefix(stem).is_some_and(|rest| rest.starts_with(".config.")))
        || name.starts_with("auth.config.")
        || name.ends_with(".html")
        // A route of Next.js, or what a page takes in.
        || name.ends_with(".mdx")
}

fn sort_out(workspace: &mut Workspace, found: Vec<Found>) {
    let mut hits: BTreeMap<RelPath, Hit> = BTreeMap::new();
    for file in found {
        match file {
            Found::Manifest(path, bytes) => {
                let manifest = utf8(bytes).and_then(|text| Manifest::read(&text));
                workspace.manifests.insert(path.folder().to_owned(), manifest);
            }
            Found::Source(path, hit) => {
                workspace.add_source(path.clone());
                hits.insert(path, hit);
            }
            Found::Plain(path) => workspace.add_source(path),
            Found::Other(path) => drop(workspace.others.insert(path)),
            Found::Unread(path, why) => unread(workspace, path, why),
            Found::Seen(finding) => workspace.findings.push(finding),
        }
    }
    let kept = &workspace.kept;
    workspace.files =
        hits.into_iter().filter_map(|(path, hit)| Some((path.clone(), loaded(kept, &path, hit)?))).collect();
    nx_applications(workspace);
}

/// Makes packages of the applications of an Nx repository that has one package.json for all of them.
///
/// `{ "name": "web", "projectType": "application" }` in apps/web/project.json: <https://nx.dev/reference/project-configuration>.
fn nx_applications(workspace: &mut Workspace) {
    let named = |name: &'static str| workspace.others.iter().filter(move |path| path.file_name() == name);
    let roots: BTreeSet<&str> = named("nx.json").map(RelPath::folder).collect();
    let mut found = BTreeMap::new();
    for path in named("project.json").filter(|path| !workspace.manifests.contains_key(path.folder())) {
        let is_inside = folders_up(path.folder()).skip(1).any(|folder| roots.contains(folder));
        let settings = jsonc::read(workspace, path).and_then(Result::ok).filter(|_| is_inside);
        let kind = settings.as_ref().and_then(|settings| settings.get("projectType")?.as_str());
        let package = folders_up(path.folder()).skip(1).find(|folder| workspace.manifests.contains_key(*folder));
        if let (Some("application"), Some(package)) = (kind, package) {
            found.insert(path.folder().to_owned(), package.to_owned());
        }
    }
    // `apps/web-e2e` is an application of tests: without a file that takes part it is none.
    found.retain(|folder, _| workspace.files.keys().any(|path| path.is_in(folder)));
    for folder in found.keys() {
        workspace.manifests.insert(folder.clone(), Ok(Manifest::default()));
    }
    workspace.projects = found;
}

impl Workspace {
    /// Adds a source file; `app/layout.tsx` says something by its name alone.
    fn add_source(&mut self, path: RelPath) {
        if decides(path.file_name()) {
            self.others.insert(path.clone());
        }
        self.sources.insert(path);
    }
}

fn unread(workspace: &mut Workspace, path: RelPath, why: String) {
    let failure = ParseFailure { message: why, range: TextRange::empty(0) };
    if path.file_name() == "package.json" {
        workspace.manifests.insert(path.folder().to_owned(), Err(failure));
    } else {
        workspace.unread.insert(path, failure);
    }
}

fn utf8(bytes: Vec<u8>) -> Result<String, ParseFailure> {
    String::from_utf8(bytes).map_err(|error| ParseFailure {
        message: "not valid UTF-8".to_owned(),
        range: TextRange::empty(error.utf8_error().valid_up_to() as u32),
    })
}

/// What a source file is as it is now.
pub(crate) enum Glance {
    /// It takes part, and was read; `None` where its name is no source's after all.
    Read(Option<LoadedFile>),
    /// It mentions none of what marks an app.
    Plain,
    /// It is gone, or can't be read.
    Gone,
}

/// Looks at a source file again. Call it [`on_deep_stack`].
pub(crate) fn look_again(workspace: &Workspace, path: &RelPath) -> Glance {
    let files = Files { base: &workspace.base, buffers: &workspace.buffers };
    match files.source_at(path.clone(), &mut Vec::new()) {
        Found::Source(_, hit) => Glance::Read(loaded(&workspace.kept, path, hit)),
        Found::Plain(_) => Glance::Plain,
        _ => Glance::Gone,
    }
}

/// What source files say, their trees dropped; each is read once. One that can't be parsed is left out.
pub(crate) fn facts_of(workspace: &Workspace, paths: Vec<RelPath>) -> BTreeMap<RelPath, Arc<FileFacts>> {
    let all: Vec<(RelPath, Arc<Late>)> = {
        let mut known = workspace.late.lock().unwrap_or_else(PoisonError::into_inner);
        let mut late = |path: RelPath| match workspace.files.get(&path) {
            Some(file) => (path, file.late.clone()),
            None => (path.clone(), known.entry(path).or_default().clone()),
        };
        paths.into_iter().map(&mut late).collect()
    };
    let read = |path: &RelPath| match workspace.files.get(path) {
        Some(file) => workspace.kept.read(&file.source),
        None => match workspace.text(path).and_then(|text| SourceFile::new(path.clone(), text.into())) {
            Some(source) => workspace.kept.read(&source),
            None => Read::failed("can't be read"),
        },
    };
    let unread = all.iter().filter(|(_, late)| late.found().is_none()).collect();
    in_parallel(unread, FILES, |(path, late)| late.begin(|| read(path)));
    let found = all.into_iter().filter_map(|(path, late)| {
        let facts = late.get(|| read(&path)).facts.as_ref().ok()?.clone();
        Some((path, facts))
    });
    found.collect()
}

/// The text and mode of a source file, as it is now if it was not kept.
pub(crate) fn base(workspace: &Workspace, path: &RelPath) -> Option<Base> {
    if let Some(file) = workspace.files.get(path) {
        return Some(file.base());
    }
    let metadata = fs::symlink_metadata(workspace.base.join(path.as_str())).ok();
    Some(Base { text: workspace.text(path)?.into(), executable: metadata.as_ref().is_some_and(is_executable) })
}

fn loaded(kept: &Arc<Kept>, path: &RelPath, hit: Hit) -> Option<LoadedFile> {
    let names = |name: &[u8]| hit.bytes.as_ref().is_ok_and(|bytes| memmem::find(bytes, name).is_some());
    let names = Names {
        providers: hit.bytes.as_ref().is_ok_and(|bytes| names_provider(bytes)),
        // A name may be written with escapes.
        convex_react: names(b"convex/react") || names(b"\\u"),
        convex_browser: names(b"convex/browser") || names(b"\\u"),
        clerk_variable: names(b"CLERK_") || names(b"\\u"),
    };
    let (text, late): (Arc<str>, _) = match hit.bytes.and_then(utf8) {
        Ok(text) => (text.into(), Late::default()),
        Err(failure) => ("".into(), Late::failed(failure)),
    };
    let source = SourceFile::new(path.clone(), text)?;
    let (executable, may_render) = (hit.executable, hit.may_render);
    Some(LoadedFile { source, executable, names, may_render, late: Arc::new(late), kept: kept.clone() })
}

fn names_provider(bytes: &[u8]) -> bool {
    let names: [&[u8]; 2] = [b"ConvexProvider", b"ClerkProvider"];
    names.iter().any(|name| memmem::find(bytes, name).is_some())
}

/// The manifests and lock files between PATH and the base: a package of a workspace leans on them.
fn read_above(workspace: &mut Workspace) {
    let start = workspace.start.clone();
    for folder in crate::workspace::folders_up(&start).skip(1) {
        let absolute = workspace.base.join(folder);
        let manifest = join(folder, "package.json").and_then(|path| workspace.text(&path));
        if let Some(text) = manifest {
            workspace.manifests.entry(folder.to_owned()).or_insert_with(|| Manifest::read(&text));
        }
        for name in ["package-lock.json", "pnpm-lock.yaml", "yarn.lock", "bun.lock", "bun.lockb"] {
            if let (true, Some(path)) = (absolute.join(name).is_file(), crate::workspace::join(folder, name)) {
                workspace.others.insert(path);
            }
        }
    }
}
