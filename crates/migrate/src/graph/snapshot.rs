//! A project as `oxc_resolver` sees it: its source files, manifests and compiler settings, and nothing that is installed.
//!
//! Workspace packages lie in a `node_modules` at the base that is only there in its eyes: `<base>/node_modules/@acme/ui/button.ts` is
//! `<base>/packages/ui/button.ts`.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use change::{Finding, Location, RelPath, Severity};
use oxc_resolver::{FileMetadata, FileSystem, ResolveError};
use rustc_hash::FxHashSet;
use serde_json::{Map, Value};

use crate::buffers::Buffers;
use crate::jsonc;
use crate::workspace::{Workspace, folders_up, resolve};

const INSTALLED: &str = "node_modules";

/// Settings in packages that are known to have no aliases: the one of Expo's template, and those made for a version of Node.js or TypeScript.
const WITHOUT_ALIASES: [&str; 2] = ["expo/tsconfig.base", "@tsconfig/"];

/// The files of a project.
#[derive(Default)]
pub(crate) struct Snapshot {
    /// Where files are read.
    base: PathBuf,
    /// Where the resolver sees them: the patterns in settings are put behind it, so that it must hold nothing of a pattern, as `[id]` does.
    root: PathBuf,
    buffers: Buffers,
    known: Arc<Known>,
    /// The files that come, and the folders that come with them.
    coming: Places,
    /// The texts of settings and manifests that were asked for.
    texts: Arc<Mutex<BTreeMap<String, Option<String>>>>,
    /// What settings extend and was not found, by path.
    lost: Arc<Mutex<BTreeMap<RelPath, String>>>,
}

/// What is there.
#[derive(Default)]
struct Known {
    places: Places,
    /// The folders of workspace packages, by name.
    packages: BTreeMap<String, String>,
}

#[derive(Default)]
struct Places {
    files: FxHashSet<String>,
    folders: FxHashSet<String>,
}

impl Places {
    /// Adds a folder and those above it.
    fn folder(&mut self, folder: &str) {
        for folder in folders_up(folder) {
            if self.folders.contains(folder) {
                break;
            }
            self.folders.insert(folder.to_owned());
        }
    }

    fn file(&mut self, path: &RelPath) {
        self.files.insert(path.to_string());
        self.folder(path.folder());
    }
}

impl Snapshot {
    pub(crate) fn new(workspace: &Workspace) -> Self {
        let manifests = workspace.manifests.iter();
        let named = manifests.filter_map(|(folder, manifest)| {
            Some((manifest.as_ref().ok()?.name.clone()?, folder.clone())).filter(|(_, folder)| !folder.is_empty())
        });
        let packages: BTreeMap<String, String> = named.collect();
        let mut places = Places::default();
        workspace.sources.iter().for_each(|path| places.file(path));
        workspace.manifests.keys().for_each(|folder| places.folder(folder));
        // Of pages in Markdown is asked as well where they lead.
        workspace.others.iter().for_each(|path| places.folder(path.folder()));
        places.folders.extend([String::new(), INSTALLED.to_owned()]);
        places
            .folders
            .extend(packages.keys().filter_map(|name| Some(format!("{INSTALLED}/{}", name.split_once('/')?.0))));
        Self {
            base: workspace.base.clone(),
            root: root(&workspace.base),
            buffers: workspace.buffers.clone(),
            known: Arc::new(Known { places, packages }),
            ..Self::default()
        }
    }

    /// The same, for questions of which nothing is said.
    pub(crate) fn quiet(&self) -> Self {
        let (texts, lost) = (Arc::default(), Arc::default());
        Self { texts, lost, ..self.with(BTreeSet::new()) }
    }

    /// Whether settings that were read name something.
    pub(crate) fn names(&self, stem: &str) -> bool {
        let texts = self.texts.lock().unwrap_or_else(PoisonError::into_inner);
        texts.values().flatten().any(|text| text.to_lowercase().contains(stem))
    }

    /// The same with source files that come.
    pub(crate) fn with(&self, coming: BTreeSet<RelPath>) -> Self {
        let mut places = Places::default();
        coming.iter().for_each(|path| places.file(path));
        Self {
            base: self.base.clone(),
            root: self.root.clone(),
            buffers: self.buffers.clone(),
            known: self.known.clone(),
            coming: places,
            texts: self.texts.clone(),
            lost: self.lost.clone(),
        }
    }

    /// The path below the base that an absolute one means, out of the `node_modules` that is not there.
    pub(crate) fn real(&self, path: &Path) -> Option<String> {
        let relative = path.strip_prefix(&self.root).ok()?.to_str()?.replace('\\', "/");
        let Some((above, installed)) = split_installed(&relative) else { return Some(relative) };
        if !above.is_empty() {
            return None;
        }
        let parts = if installed.starts_with('@') { 2 } else { 1 };
        let end = installed.match_indices('/').nth(parts - 1).map_or(installed.len(), |(at, _)| at);
        let folder = self.known.packages.get(installed.get(..end)?);
        match folder {
            Some(folder) => Some(format!("{folder}{}", installed.get(end..)?)),
            // The folder itself, or a scope in it.
            None => Some(relative).filter(|path| self.has_folder(path)),
        }
    }

    pub(crate) fn absolute(&self, path: &RelPath) -> PathBuf {
        self.root.join(path.as_str())
    }

    pub(crate) fn has_file(&self, path: &str) -> bool {
        self.known.places.files.contains(path) || self.coming.files.contains(path)
    }

    fn has_folder(&self, path: &str) -> bool {
        self.known.places.folders.contains(path) || self.coming.folders.contains(path)
    }

    pub(crate) fn package(&self, name: &str) -> Option<&str> {
        self.known.packages.get(name).map(String::as_str)
    }

    /// Notes on settings whose `extends` was not found.
    pub(crate) fn findings(&self) -> Vec<Finding> {
        let lost = self.lost.lock().unwrap_or_else(PoisonError::into_inner);
        lost.iter()
            .map(|(path, extends)| {
                let message =
                    format!("`{extends}`, which it extends, is not in the repository: aliases in it are not known");
                let mut finding = Finding::new("tsconfig-extends", Severity::Note, message);
                finding.location = Some(Location::file(path.clone()));
                finding
            })
            .collect()
    }

    /// A manifest, or settings with only what can be found in `extends`.
    fn text(&self, path: &str) -> Option<String> {
        let mut texts = self.texts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = texts.get(path) {
            return known.clone();
        }
        let read = self.read_text(path);
        texts.insert(path.to_owned(), read.clone());
        read
    }

    fn read_text(&self, path: &str) -> Option<String> {
        let path = RelPath::new(path).ok()?;
        if !path.file_name().ends_with(".json") {
            return None;
        }
        if path.file_name() == "package.json" {
            return self.on_disk(&path);
        }
        // An app in JavaScript has a jsconfig.json instead.
        let text = self.on_disk(&path).or_else(|| {
            let path = RelPath::new(path.as_str().strip_suffix("tsconfig.json")?.to_owned() + "jsconfig.json").ok()?;
            self.on_disk(&path)
        })?;
        let settings = jsonc::parse(&text).unwrap_or_else(|_| Value::Object(Map::new()));
        Some(self.found_only(&path, settings).to_string())
    }

    fn on_disk(&self, path: &RelPath) -> Option<String> {
        Workspace::text_of(&self.base, &self.buffers, path)
    }

    /// Settings without the `extends` that can't be found, which would make all of them an error; aliases hold for JavaScript as well.
    fn found_only(&self, path: &RelPath, mut settings: Value) -> Value {
        let Some(object) = settings.as_object_mut() else { return Value::Object(Map::new()) };
        let wanted: Vec<String> = match object.remove("extends") {
            Some(Value::String(base)) => vec![base],
            Some(Value::Array(bases)) => bases.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
            _ => Vec::new(),
        };
        let (found, lost): (Vec<String>, Vec<String>) =
            wanted.into_iter().partition(|base| self.has_settings(path.folder(), base));
        if let Some(lost) = lost.into_iter().find(|base| !WITHOUT_ALIASES.iter().any(|known| base.starts_with(known))) {
            self.lost.lock().unwrap_or_else(PoisonError::into_inner).insert(path.clone(), lost);
        }
        if !found.is_empty() {
            object.insert("extends".to_owned(), found.into());
        }
        let options = object.entry("compilerOptions").or_insert_with(|| Value::Object(Map::new()));
        if let Some(options) = options.as_object_mut() {
            options.insert("allowJs".to_owned(), true.into());
        }
        settings
    }

    /// Whether settings that are extended lie in the repository.
    fn has_settings(&self, folder: &str, base: &str) -> bool {
        let relative = match base.starts_with('.') {
            true => resolve(folder, base),
            false => self.known.packages.iter().find_map(|(name, folder)| {
                let rest = base.strip_prefix(name.as_str())?.strip_prefix('/')?;
                RelPath::new(format!("{folder}/{rest}")).ok()
            }),
        };
        let Some(path) = relative else { return false };
        let endings = ["", ".json", "/tsconfig.json"].iter();
        let mut paths = endings.filter_map(|ending| RelPath::new(format!("{path}{ending}")).ok());
        paths.any(|path| self.on_disk(&path).is_some())
    }

    fn kind(&self, path: &Path) -> io::Result<FileMetadata> {
        let missing = || io::Error::from(io::ErrorKind::NotFound);
        let path = self.real(path).ok_or_else(missing)?;
        if self.has_file(&path) {
            return Ok(FileMetadata::new(true, false, false));
        }
        if self.has_folder(&path) {
            return Ok(FileMetadata::new(false, true, false));
        }
        if path.ends_with(".json") && self.text(&path).is_some() {
            return Ok(FileMetadata::new(true, false, false));
        }
        Err(missing())
    }
}

/// A folder for the resolver instead of the base.
fn root(base: &Path) -> PathBuf {
    let disk: PathBuf =
        base.components().take_while(|part| matches!(part, Component::Prefix(_) | Component::RootDir)).collect();
    disk.join("project")
}

/// What stands before and after `node_modules/` in a path.
fn split_installed(path: &str) -> Option<(&str, &str)> {
    if let Some(rest) = path.strip_prefix(INSTALLED) {
        return rest.strip_prefix('/').map(|rest| ("", rest));
    }
    path.split_once("/node_modules").map(|(above, rest)| (above, rest.trim_start_matches('/')))
}

/// The snapshot as the resolver holds it.
#[derive(Clone, Default)]
pub(crate) struct Shared(pub(crate) Arc<Snapshot>);

impl FileSystem for Shared {
    fn new() -> Self {
        Self::default()
    }

    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        self.read_to_string(path).map(String::into_bytes)
    }

    fn read_to_string(&self, path: &Path) -> io::Result<String> {
        let text = self.0.real(path).and_then(|path| self.0.text(&path));
        text.ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))
    }

    fn metadata(&self, path: &Path) -> io::Result<FileMetadata> {
        self.0.kind(path)
    }

    fn symlink_metadata(&self, path: &Path) -> io::Result<FileMetadata> {
        self.0.kind(path)
    }

    fn read_link(&self, _: &Path) -> Result<PathBuf, ResolveError> {
        Err(io::Error::from(io::ErrorKind::InvalidInput).into())
    }

    fn canonicalize(&self, path: &Path) -> io::Result<PathBuf> {
        Ok(path.to_owned())
    }
}
