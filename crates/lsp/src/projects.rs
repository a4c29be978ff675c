//! The projects of the open files, each kept open in the engine.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::{Duration, Instant};

use change::{Finding, RelPath};
use lsp_types::{Diagnostic, Url};
use migrate::{GateMode, Options, PlanError, Planned, Project, Watch};

use crate::actions::Offer;
use crate::documents::{Documents, without_links};
use crate::settings::Settings;
use crate::to_proto::uri;

/// How old what was read may be where nobody says what changes on disk.
const FRESH: Duration = Duration::from_secs(1);

/// A project.
pub(crate) struct Opened {
    pub(crate) project: Project,
    /// Its folder as the client spells it, and without links.
    given: PathBuf,
    root: PathBuf,
    /// The folder that paths of the plan are relative to.
    base: PathBuf,
    pub(crate) settings: Settings,
    /// The plan of its texts as they are; `None` once something changes.
    plan: Option<Rc<Planned>>,
    /// The same without gates, which is made in a fraction of the time: what it says of apps on Clerk are the findings.
    bare: Option<Rc<Planned>>,
    /// The diagnostics that the client was told last, or would be if it asked.
    pub(crate) shown: BTreeMap<RelPath, (Url, Vec<Diagnostic>)>,
    is_shown: bool,
    read_at: Instant,
}

impl Opened {
    fn new(given: PathBuf, root: PathBuf) -> Option<Self> {
        let project = Project::new(&root);
        let base = project.base()?;
        Some(Self {
            project,
            given,
            root,
            base,
            settings: Settings::default(),
            plan: None,
            bare: None,
            shown: BTreeMap::new(),
            is_shown: false,
            read_at: Instant::now(),
        })
    }

    /// Its folder, without links.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// The address of its folder.
    pub(crate) fn scope(&self) -> Option<Url> {
        uri(&self.given)
    }

    /// The path of a file below the base.
    pub(crate) fn relative(&self, path: &Path) -> Option<RelPath> {
        let below = path.strip_prefix(&self.base).ok()?;
        let parts: Option<Vec<&str>> = below.components().map(|part| part.as_os_str().to_str()).collect();
        RelPath::new(parts?.join("/")).ok()
    }

    /// The path of a file on disk, without links.
    pub(crate) fn absolute(&self, path: &RelPath) -> PathBuf {
        self.base.join(path.as_str())
    }

    /// The address of a file as the client knows it.
    pub(crate) fn uri(&self, documents: &Documents, path: &RelPath) -> Option<Url> {
        let absolute = self.absolute(path);
        if let Some(document) = documents.get(&absolute) {
            return document.uri().cloned();
        }
        match absolute.strip_prefix(&self.root) {
            Ok(below) => uri(&self.given.join(below)),
            Err(_) => uri(&absolute),
        }
    }

    /// Says that something has changed: what was found before no longer counts.
    pub(crate) fn changed(&mut self) {
        self.plan = None;
        self.bare = None;
        self.is_shown = false;
    }

    /// Whether the diagnostics are those of its texts as they are.
    pub(crate) fn is_shown(&self) -> bool {
        self.is_shown
    }

    /// Takes the diagnostics of its texts as they are.
    pub(crate) fn show(&mut self, shown: BTreeMap<RelPath, (Url, Vec<Diagnostic>)>) {
        self.shown = shown;
        self.is_shown = true;
    }

    /// Whether its base is another than when it was opened: `git init` above it, or the end of a repository.
    fn is_moved(&self) -> bool {
        migrate::base_of(&self.root).is_none_or(|base| base != self.base)
    }

    /// Has the diagnostics looked at again: it may be another project that says them now.
    pub(crate) fn doubt(&mut self) {
        self.is_shown = false;
    }

    /// Has everything read again where nobody says what changes on disk, and it was not read just now.
    pub(crate) fn refresh(&mut self) {
        if self.read_at.elapsed() > FRESH {
            self.project.forget();
            self.changed();
            self.read_at = Instant::now();
        }
    }

    /// The plan of its texts as they are.
    pub(crate) fn planned(&mut self, watch: Watch) -> Result<Rc<Planned>, PlanError> {
        if let Some(plan) = &self.plan {
            return Ok(plan.clone());
        }
        let planned = Rc::new(self.project.plan(&Options { watch, ..self.settings.options() })?);
        self.plan = Some(planned.clone());
        Ok(planned)
    }

    /// The plan of its texts as they are, without gates and with what cures findings. `None` where nothing can be said of the project at all.
    pub(crate) fn bare(&mut self) -> Option<Rc<Planned>> {
        if self.bare.is_none() {
            let options = Options { gate: Some(GateMode::None), cures: true, ..self.settings.options() };
            self.bare = self.project.plan(&options).ok().map(Rc::new);
        }
        self.bare.clone()
    }

    /// The plan that an offer was made of.
    ///
    /// # Errors
    /// A [`PlanError`] where nothing can be said of the project at all.
    pub(crate) fn plan_of(&mut self, offer: &Offer, watch: Watch) -> Result<Rc<Planned>, PlanError> {
        match self.bare().filter(|_| offer.cures) {
            Some(bare) => Ok(bare),
            None => self.planned(watch),
        }
    }

    /// What `doctor` says of its apps that are on Clerk.
    pub(crate) fn findings(&mut self) -> Vec<Finding> {
        // A plain app costs nothing as it is edited.
        if !self.project.names_clerk() {
            return Vec::new();
        }
        self.bare().map(|planned| planned.on_clerk().cloned().collect()).unwrap_or_default()
    }
}

/// All projects, by their folders without links.
#[derive(Default)]
pub(crate) struct Projects {
    all: BTreeMap<PathBuf, Opened>,
    /// The client's folders, as it spells them and without links.
    folders: Vec<(PathBuf, PathBuf)>,
}

impl Projects {
    pub(crate) fn add_folder(&mut self, given: PathBuf) {
        let root = without_links(&given);
        if !self.folders.iter().any(|(_, known)| *known == root) {
            self.folders.push((given, root));
        }
    }

    pub(crate) fn remove_folder(&mut self, given: &Path) {
        let root = without_links(given);
        self.folders.retain(|(_, known)| *known != root);
    }

    /// Closes every project: which there are is found anew.
    pub(crate) fn close_all(&mut self) -> Vec<Opened> {
        std::mem::take(&mut self.all).into_values().collect()
    }

    /// Closes the projects whose base is another now.
    pub(crate) fn close_moved(&mut self) -> Vec<Opened> {
        let moved: Vec<PathBuf> =
            self.all.iter().filter(|(_, opened)| opened.is_moved()).map(|(root, _)| root.clone()).collect();
        moved.iter().filter_map(|root| self.all.remove(root)).collect()
    }

    /// Whether a file's findings are said by the project in the folder `root`: of those around each other, the innermost has it.
    pub(crate) fn is_owner(&self, root: &Path, path: &Path) -> bool {
        self.root_of(path).is_some_and(|(_, owner)| owner == root)
    }

    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Opened> {
        self.all.values_mut()
    }

    pub(crate) fn get_mut(&mut self, root: &Path) -> Option<&mut Opened> {
        self.all.get_mut(root)
    }

    pub(crate) fn len(&self) -> usize {
        self.all.len()
    }

    /// The client's folder, if it has one only.
    pub(crate) fn only_folder(&self) -> Option<PathBuf> {
        let [(_, root)] = self.folders.as_slice() else { return None };
        Some(root.clone())
    }

    /// The project that a file without links is of; it is opened where it was not, and `is_new` then. `None` where the file is of none.
    pub(crate) fn of(&mut self, path: &Path) -> Option<(&mut Opened, bool)> {
        let (given, root) = self.root_of(path)?;
        let is_new = !self.all.contains_key(&root);
        if is_new {
            self.all.insert(root.clone(), Opened::new(given, root.clone())?);
        }
        Some((self.all.get_mut(&root)?, is_new))
    }

    /// The folder of the project that a file is of: the client's innermost folder around it, or the repository within that, which is another
    /// project. A folder with many projects and no package.json is none: then it is the outermost below that has one.
    fn root_of(&self, path: &Path) -> Option<(PathBuf, PathBuf)> {
        let around = self.folders.iter().filter(|(_, root)| path.starts_with(root));
        let folder = around.max_by_key(|(_, root)| root.components().count());
        let above: Vec<&Path> = path.ancestors().skip(1).collect();
        let has = |folder: &Path, name: &str| folder.join(name).exists();
        let Some((given, root)) = folder else {
            // `packages/backend` beside the folder `apps/web` of one repository is part of what is open already.
            let open = self.all.values().filter(|opened| path.starts_with(&opened.base));
            if let Some(opened) = open.max_by_key(|opened| opened.root.components().count()) {
                return Some((opened.given.clone(), opened.root.clone()));
            }
            // Without a folder of the client's, the repository; else the nearest package.
            let top = above.iter().find(|folder| has(folder, ".git"));
            let package = || above.iter().find(|folder| has(folder, "package.json"));
            let found = top.or_else(package)?.to_path_buf();
            return Some((found.clone(), found));
        };
        let spelled = |found: &Path| {
            let below = found.strip_prefix(root).unwrap_or(found);
            let given = if below.as_os_str().is_empty() { given.clone() } else { given.join(below) };
            (given, found.to_owned())
        };
        let inside: Vec<&Path> = above.into_iter().take_while(|folder| *folder != root.as_path()).collect();
        if let Some(nested) = inside.iter().find(|folder| has(folder, ".git")) {
            return Some(spelled(nested));
        }
        if has(root, "package.json") || root.ancestors().any(|folder| has(folder, ".git")) {
            return Some(spelled(root));
        }
        let package = inside.iter().rev().find(|folder| has(folder, "package.json"))?;
        Some(spelled(package))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn roots(files: &[&str], folders: &[&str], path: &str) -> Option<String> {
        let place = tempfile::tempdir().unwrap();
        let base = place.path().canonicalize().unwrap();
        for file in files {
            fs::create_dir_all(base.join(file).parent().unwrap()).unwrap();
            fs::write(base.join(file), "{}").unwrap();
        }
        let mut projects = Projects::default();
        folders.iter().for_each(|folder| projects.add_folder(base.join(folder)));
        let (_, root) = projects.root_of(&base.join(path))?;
        Some(root.strip_prefix(&base).unwrap().to_str().unwrap().to_owned())
    }

    #[test]
    fn the_project_of_a_file() {
        let files = ["repo/package.json", "repo/.git/HEAD", "repo/apps/web/package.json", "many/one/package.json"];
        let web = "repo/apps/web/src/main.tsx";
        for (folders, path, expected) in [
            (&["repo"][..], web, Some("repo")),
            (&["repo", "repo/apps/web"], web, Some("repo/apps/web")),
            (&[], web, Some("repo")),
            (&[""], web, Some("repo")),
            (&["many"], "many/one/src/a.ts", Some("many/one")),
            (&["many"], "many/b.ts", None),
            (&[], "many/one/src/a.ts", Some("many/one")),
            (&[], "many/b.ts", None),
        ] {
            assert_eq!(roots(&files, folders, path).as_deref(), expected, "{folders:?} {path}");
        }
    }
}
