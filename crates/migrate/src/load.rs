//! Makes a [`Workspace`] of what [`crate::walk`] finds of a project. Settings are read through [`Workspace::text`]; nothing is parsed before
//! somebody asks what it says.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError};

use change::{Base, RelPath, TextRange};
use memchr::memmem;
use syntax::{FileFacts, ParseFailure, SourceFile, SourceKind};

use crate::PlanError;
use crate::buffers::Buffers;
use crate::jsonc;
use crate::kept::{Kept, Read};
use crate::late::Late;
use crate::manifest::Manifest;
use crate::threads::in_parallel;
use crate::walk::{Files, Found, Hit, has_escapes, names_provider};
use crate::workspace::{LoadedFile, Names, Workspace, folders_up, join};

/// How many files are worth a thread.
const FILES: usize = 16;

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
pub(crate) fn slashed(path: &Path) -> Option<String> {
    let parts: Option<Vec<&str>> = path.components().map(|part| part.as_os_str().to_str()).collect();
    parts.map(|parts| parts.join("/"))
}

/// Whether a file is one of source, by its name.
pub(crate) fn is_source(path: &RelPath) -> bool {
    !matches!(SourceKind::of(path), None | Some(SourceKind::Declarations))
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
pub(crate) fn decides(name: &str) -> bool {
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
    let bytes = hit.bytes.as_ref().map_or(&[][..], |bytes| bytes);
    // A name may be written with escapes.
    let is_escaped = has_escapes(bytes);
    let names = |name: &[u8]| is_escaped || memmem::find(bytes, name).is_some();
    let names = Names {
        providers: names_provider(bytes),
        is_escaped,
        convex_react: names(b"convex/react"),
        convex_browser: names(b"convex/browser"),
        clerk_variable: names(b"CLERK_"),
    };
    let (text, late): (Arc<str>, _) = match hit.bytes.and_then(utf8) {
        Ok(text) => (text.into(), Late::default()),
        Err(failure) => ("".into(), Late::failed(failure)),
    };
    let source = SourceFile::new(path.clone(), text)?;
    let (executable, may_render) = (hit.executable, hit.may_render);
    Some(LoadedFile { source, executable, names, may_render, late: Arc::new(late), kept: kept.clone() })
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
