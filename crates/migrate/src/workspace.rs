//! A snapshot of a project and the Convex apps in it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::ops::Bound;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use change::{AppId, Base, Finding, RelPath, TextRange, is_env_file};
use ignore::gitignore::{Gitignore, GitignoreBuilder};
use rustc_hash::{FxHashMap, FxHashSet};
use syntax::{FileFacts, ParseFailure, SourceFile, on_deep_stack};

use crate::buffers::Buffers;
use crate::env::names_in;
use crate::graph::resolve::Resolution;
use crate::graph::sources::Sources;
use crate::index;
use crate::kept::{Kept, Read, Tree};
use crate::late::Late;
use crate::lock::{Kind, Lock};
use crate::manifest::Manifest;

/// A source file that mentions Convex, Clerk or a React root.
#[derive(Clone, Debug)]
pub(crate) struct LoadedFile {
    pub(crate) source: SourceFile,
    pub(crate) executable: bool,
    /// What its bytes name.
    pub(crate) names: Names,
    /// Whether it is too large to be parsed, and names one of the providers.
    pub(crate) may_render: bool,
    pub(crate) late: Arc<Late>,
    pub(crate) kept: Arc<Kept>,
}

/// What the bytes of a file name, be it in a comment.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Names {
    /// One of the providers.
    pub(crate) providers: bool,
    /// Perhaps anything: names that are not written out.
    pub(crate) is_escaped: bool,
    /// `convex/react` or what begins so.
    pub(crate) convex_react: bool,
    /// `convex/browser`
    pub(crate) convex_browser: bool,
    /// A variable of Clerk's: `CLERK_JWT_ISSUER_DOMAIN`.
    pub(crate) clerk_variable: bool,
}

impl LoadedFile {
    fn read(&self) -> &Read {
        self.late.get(|| on_deep_stack(|| self.kept.read(&self.source)))
    }

    /// What it says.
    ///
    /// # Errors
    /// Why it could not be read.
    pub(crate) fn facts(&self) -> Result<&Arc<FileFacts>, &ParseFailure> {
        self.read().facts.as_ref()
    }

    /// Where its code, comments aside, first names `ConvexProvider`.
    pub(crate) fn spells_provider(&self) -> Option<TextRange> {
        if self.names.providers { self.read().spells_provider } else { None }
    }

    /// Whether it is part of an app's tests by what it takes in.
    pub(crate) fn takes_in_tests(&self) -> bool {
        let names_library = || TEST_LIBRARIES.iter().any(|name| self.source.text.contains(name));
        names_library() && self.facts().is_ok_and(|facts| takes_in_tests(facts))
    }

    /// Its text and mode.
    pub(crate) fn base(&self) -> Base {
        Base { text: self.source.text.clone(), executable: self.executable }
    }
}

/// What was read of a project.
#[derive(Debug, Default)]
pub(crate) struct Workspace {
    /// The absolute folder that every path is relative to.
    pub(crate) base: PathBuf,
    /// Whether it is the top of a git work tree.
    pub(crate) in_git: bool,
    /// PATH below the base, `""` for the base itself.
    pub(crate) start: String,
    /// Every package.json, by folder.
    pub(crate) manifests: BTreeMap<String, Result<Manifest, ParseFailure>>,
    /// The folders of Nx applications without a package.json, each with the folder of the package that they are part of. They have an entry
    /// in `manifests` that names nothing.
    pub(crate) projects: BTreeMap<String, String>,
    /// The package that each folder with source files belongs to.
    pub(crate) owners: FxHashMap<String, Option<String>>,
    /// Every source file, read or not.
    pub(crate) sources: BTreeSet<RelPath>,
    /// The source files that mention Convex, Clerk or a React root.
    pub(crate) files: BTreeMap<RelPath, LoadedFile>,
    /// The names of the other files that decide something: settings, lock files, entries.
    pub(crate) others: BTreeSet<RelPath>,
    /// Files and folders that the system would not let us read.
    pub(crate) unread: BTreeMap<RelPath, ParseFailure>,
    /// The texts that are open in an editor.
    pub(crate) buffers: Buffers,
    /// What source files said, by their contents.
    pub(crate) kept: Arc<Kept>,
    /// Where specifiers lead, once that was asked for.
    pub(crate) resolution: OnceLock<Arc<Resolution>>,
    /// The same for what is looked up before it is parsed.
    pub(crate) quiet: OnceLock<Arc<Resolution>>,
    /// The files that take part in rendering each app, once that was asked for.
    pub(crate) members: Mutex<BTreeMap<AppId, Arc<Sources>>>,
    /// What was seen while reading.
    pub(crate) findings: Vec<Finding>,
    /// The folders of packages that have functions of their own, once that was asked for.
    pub(crate) backends: OnceLock<Vec<String>>,
    /// The lock files that were asked for; `None` where one can't be read.
    pub(crate) locks: Mutex<BTreeMap<RelPath, Option<Arc<Lock>>>>,
    /// The env files of all packages, each with the names of its variables, once that was asked for.
    pub(crate) env: OnceLock<Vec<(Vec<String>, RelPath)>>,
    /// What git tracks, once that was asked for.
    pub(crate) tracked: OnceLock<FxHashSet<RelPath>>,
    /// What the other source files say that were asked for.
    pub(crate) late: Mutex<BTreeMap<RelPath, Arc<Late>>>,
}

impl Workspace {
    /// Whether a folder is PATH or lies below it.
    pub(crate) fn is_in_start(&self, folder: &str) -> bool {
        let start = self.start.as_str();
        start.is_empty() || folder == start || folder.strip_prefix(start).is_some_and(|rest| rest.starts_with('/'))
    }

    /// The folder of the package that owns `path`: the nearest with a package.json, or the Nx application that it is in. What lies around the
    /// only such application of a package, `libs/ui`, is part of it.
    pub(crate) fn package_of(&self, path: &RelPath) -> Option<&str> {
        if let Some(known) = self.owners.get(path.folder()) {
            return known.as_deref();
        }
        self.owner_of(path.folder())
    }

    /// Finds the packages of all folders with source files, which are asked for again and again.
    pub(crate) fn find_owners(&mut self) {
        let mut owners = FxHashMap::default();
        for folder in self.sources.iter().map(RelPath::folder) {
            if !owners.contains_key(folder) {
                owners.insert(folder.to_owned(), self.owner_of(folder).map(str::to_owned));
            }
        }
        self.owners = owners;
    }

    fn owner_of(&self, folder: &str) -> Option<&str> {
        let owner =
            folders_up(folder).find_map(|folder| self.manifests.get_key_value(folder).map(|(key, _)| &**key))?;
        let mut inside = self.projects.iter().filter(|(_, package)| *package == owner);
        match (inside.next(), inside.next()) {
            (Some((only, _)), None) => Some(only),
            _ => Some(owner),
        }
    }

    /// The source files in `folder`, read or not; of one folder among hundreds no other is looked at.
    pub(crate) fn sources_in<'w, 'f>(&'w self, folder: &'f str) -> impl Iterator<Item = &'w RelPath> + use<'w, 'f> {
        let from = RelPath::new(folder).map_or(Bound::Unbounded, Bound::Included);
        let near =
            self.sources.range((from, Bound::Unbounded)).take_while(move |path| path.as_str().starts_with(folder));
        near.filter(move |path| path.is_in(folder))
    }

    /// The source files that belong to the package in `folder`.
    pub(crate) fn sources_of<'w: 'f, 'f>(&'w self, folder: &'f str) -> impl Iterator<Item = &'w RelPath> + use<'w, 'f> {
        // What an application of Nx has may lie beside it.
        let within: &'f str = match self.projects.get(folder) {
            Some(package) => package,
            None => folder,
        };
        self.sources_in(within).filter(move |path| self.package_of(path) == Some(folder))
    }

    /// The folder, at `folder` or above, that has a package.json of its own.
    pub(crate) fn manifest_above<'f>(&self, folder: &'f str) -> &'f str {
        let is_real = |folder: &&str| self.manifests.contains_key(*folder) && !self.projects.contains_key(*folder);
        folders_up(folder).find(is_real).unwrap_or(folder)
    }

    /// The settings file in `folder` that is a script of this name: `vite.config.ts` and its like.
    pub(crate) fn script(&self, folder: &str, stem: &str) -> Option<RelPath> {
        let names = ["ts", "mts", "js", "mjs"].map(|ending| format!("{stem}.{ending}"));
        names.iter().filter_map(|name| join(folder, name)).find(|path| self.has_path(path))
    }

    /// The text of a file that was not read with the sources: settings and the like. A named pipe under such a name would never end.
    pub(crate) fn text(&self, path: &RelPath) -> Option<String> {
        Self::text_of(&self.base, &self.buffers, path)
    }

    /// What a source file says, once somebody asks for it.
    pub(crate) fn late(&self, path: &RelPath) -> Arc<Late> {
        match self.files.get(path) {
            Some(file) => file.late.clone(),
            None => self.late.lock().unwrap_or_else(PoisonError::into_inner).entry(path.clone()).or_default().clone(),
        }
    }

    /// The tree of a source file that rules look into, as [`Self::text`] has it. `None` where it can't be read.
    pub(crate) fn tree(&self, path: &RelPath) -> Option<Arc<Tree>> {
        let source = SourceFile::new(path.clone(), self.text(path)?.into())?;
        on_deep_stack(|| self.kept.tree(&source))
    }

    /// Whether the package in `folder` is one of the workspace whose root is in `root`: an installation there is one of it too.
    pub(crate) fn is_member(&self, root: &str, folder: &str) -> bool {
        if root == folder || self.projects.get(folder).is_some_and(|package| self.is_member(root, package)) {
            return true;
        }
        let manifest = self.manifests.get(root).and_then(|manifest| manifest.as_ref().ok());
        let settings = join(root, "pnpm-workspace.yaml").and_then(|path| self.text(&path)).unwrap_or_default();
        // `  - "apps/*"`, below `packages:`; or `packages: ["apps/*", tools]`
        let lines = settings.lines().map(str::trim_start).filter_map(|line| line.strip_prefix("- "));
        let list = settings.lines().find_map(|line| line.strip_prefix("packages:")?.trim_start().strip_prefix('['));
        let items = list.and_then(|list| list.split_once(']')).into_iter().flat_map(|(items, _)| items.split(','));
        let patterns =
            lines.chain(items).map(|line| line.split(" #").next().unwrap_or_default().trim().trim_matches(['"', '\'']));
        let listed = manifest.into_iter().flat_map(|manifest| manifest.workspaces.iter().map(String::as_str));
        let mut rules = GitignoreBuilder::new("");
        for pattern in listed.chain(patterns) {
            // A pattern names a folder from the root on; `./apps/*` is `apps/*`.
            let pattern = pattern.trim_start_matches("./");
            let line = match pattern.strip_prefix('!') {
                Some(pattern) => format!("!/{pattern}"),
                None => format!("/{pattern}"),
            };
            let _ = rules.add_line(None, &line);
        }
        let below = folder.strip_prefix(root).unwrap_or(folder).trim_start_matches('/');
        rules.build().is_ok_and(|rules| rules.matched(below, true).is_ignore())
    }

    /// A lock file, read once.
    pub(crate) fn lock(&self, path: &RelPath) -> Option<Arc<Lock>> {
        let mut locks = self.locks.lock().unwrap_or_else(PoisonError::into_inner);
        let read = || Some(Arc::new(Lock::read(Kind::of(path.file_name())?, &self.text(path)?)?));
        locks.entry(path.clone()).or_insert_with(read).clone()
    }

    /// The text of a file below `base`, as it is open, else as it is on disk.
    pub(crate) fn text_of(base: &Path, buffers: &Buffers, path: &RelPath) -> Option<String> {
        if let Some(text) = buffers.text(path) {
            return Some(text.to_string());
        }
        let path = base.join(path.as_str());
        fs::metadata(&path).ok().filter(fs::Metadata::is_file)?;
        fs::read_to_string(path).ok()
    }

    /// Whether a file on disk is UTF-16, as its byte order mark says; `None` where it is no plain file, or may not be read.
    pub(crate) fn is_utf16(&self, path: &RelPath) -> Option<bool> {
        let path = self.base.join(path.as_str());
        fs::metadata(&path).ok().filter(fs::Metadata::is_file)?;
        let bytes = fs::read(path).ok()?;
        Some(bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]))
    }

    /// Whether a path is a folder.
    pub(crate) fn is_folder(&self, path: &RelPath) -> bool {
        self.base.join(path.as_str()).is_dir()
    }

    /// The plain files right in `folder`, sorted.
    pub(crate) fn files_in(&self, folder: &str) -> Vec<RelPath> {
        let entries = fs::read_dir(self.base.join(folder)).into_iter().flatten().flatten();
        let plain = entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_file()));
        let on_disk = plain.filter_map(|entry| join(folder, entry.file_name().to_str()?));
        let open = self.buffers.paths().filter(|path| path.folder() == folder).cloned();
        let mut paths: Vec<RelPath> = on_disk.chain(open).collect();
        paths.sort();
        paths.dedup();
        paths
    }

    /// Whether a file belongs to the project: git tracks it, or no ignore rule of the repository hides it. What git ignores is read, and
    /// never written.
    pub(crate) fn may_write(&self, path: &RelPath) -> bool {
        if self.is_behind_link(path) {
            return false;
        }
        if !self.in_git {
            return true;
        }
        let folders: Vec<&str> = folders_up(path.folder()).collect();
        let decided = folders.into_iter().find_map(|folder| {
            let file = self.base.join(folder).join(".gitignore");
            let (rules, _) = Gitignore::new(file);
            let found = rules.matched_path_or_any_parents(self.base.join(path.as_str()), false);
            (!found.is_none()).then(|| found.is_ignore())
        });
        decided != Some(true) || self.tracked().contains(path)
    }

    /// The env files in a folder that git tracks, examples included.
    pub(crate) fn tracked_env_files(&self, folder: &str) -> Vec<RelPath> {
        if !self.in_git {
            return Vec::new();
        }
        let env = self.files_in(folder).into_iter().filter(is_env_file);
        env.filter(|path| self.tracked().contains(path)).collect()
    }

    /// The paths that git tracks, as far as they matter.
    fn tracked(&self) -> &FxHashSet<RelPath> {
        self.tracked.get_or_init(|| index::tracked(&self.base).into_iter().collect())
    }

    /// Whether a path, or a folder on the way to it, is a symbolic link: git takes no patch beyond one.
    fn is_behind_link(&self, path: &RelPath) -> bool {
        let mut at = self.base.clone();
        path.as_str().split('/').any(|part| {
            at.push(part);
            fs::symlink_metadata(&at).is_ok_and(|metadata| metadata.is_symlink())
        })
    }

    /// Whether something has this path, whatever it is.
    pub(crate) fn has_path(&self, path: &RelPath) -> bool {
        self.buffers.text(path).is_some() || fs::symlink_metadata(self.base.join(path.as_str())).is_ok()
    }

    /// The names of variables in the env files, and in their examples, of every package folder and of the base; `is_wanted` chooses by the
    /// path of a file. Values are not kept: they may be secrets.
    pub(crate) fn env_names(&self, is_wanted: impl Fn(&RelPath) -> bool) -> BTreeSet<String> {
        let all = self.env.get_or_init(|| {
            let folders: BTreeSet<&str> = self.manifests.keys().map(String::as_str).chain([""]).collect();
            let files = folders.into_iter().flat_map(|folder| self.files_in(folder)).filter(is_env_file);
            files.filter_map(|path| Some((names_in(&self.text(&path)?), path))).collect()
        });
        let wanted = all.iter().filter(|(_, path)| is_wanted(path));
        wanted.flat_map(|(names, _)| names).cloned().collect()
    }

    /// Whether a path may belong to an app that uses the backend of the package in `owner`: it lies above all others, or no other package
    /// below the base has functions of its own.
    pub(crate) fn shares_backend(&self, path: &RelPath, owner: &str) -> bool {
        let mut others = self.backends().iter().filter(|folder| *folder != owner && !folder.is_empty());
        path.folder().is_empty() || !others.any(|folder| path.is_in(folder))
    }

    /// The folders of packages that have functions of their own.
    fn backends(&self) -> &[String] {
        self.backends.get_or_init(|| {
            let is_backend = |folder: &&String| {
                let place = |name: &str| join(folder, name);
                let has_settings = place("convex.json").is_some_and(|path| self.has_path(&path));
                has_settings || place("convex").is_some_and(|path| self.is_folder(&path))
            };
            self.manifests.keys().filter(is_backend).cloned().collect()
        })
    }

    /// Whether `folder` holds a file of one of these names.
    pub(crate) fn has_any(&self, folder: &str, names: &[&str]) -> Option<RelPath> {
        names.iter().find_map(|name| self.others.get(&join(folder, name)?).cloned())
    }
}

/// `folder` and every folder above it, the base (`""`) last.
pub(crate) fn folders_up(folder: &str) -> impl Iterator<Item = &str> {
    fn parent<'f>(folder: &&'f str) -> Option<&'f str> {
        (!folder.is_empty()).then(|| folder.rsplit_once('/').map_or("", |(parent, _)| parent))
    }
    std::iter::successors(Some(folder), parent)
}

/// The path that `relative` names from `folder`: `../tsconfig.base.json` from apps/web. `None` where it leaves the base.
pub(crate) fn resolve(folder: &str, relative: &str) -> Option<RelPath> {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in relative.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            part => parts.push(part),
        }
    }
    RelPath::new(parts.join("/")).ok()
}

/// `folder/name`, where that is a path inside the project.
pub(crate) fn join(folder: &str, name: &str) -> Option<RelPath> {
    let path = if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") };
    RelPath::new(path).ok()
}

/// Whether a file of the package in `package` is a test, a story or a mock: it renders providers of its own, which no user sees.
///
/// `src/App.test.tsx`, `src/__tests__/setup.ts`, `Button.stories.tsx`, `cypress/support/component.tsx`; but not `src/stories/Story.tsx`, which
/// may be a page of an app about stories.
pub(crate) fn is_test(path: &RelPath, package: &str) -> bool {
    let name = path.file_name();
    let infix = [".test.", ".spec.", ".stories.", ".story.", ".cy.", ".e2e."];
    let below = path.folder().strip_prefix(package).unwrap_or_default().trim_start_matches('/');
    let mut folders = below.split('/').filter(|part| !part.is_empty());
    let beside = ["test", "tests", "e2e", "cypress", "stories"];
    infix.iter().any(|infix| name.contains(infix))
        || folders.clone().next().is_some_and(|first| beside.contains(&first))
        || folders.any(|part| ["__tests__", "__mocks__"].contains(&part) || part.starts_with('.'))
}

/// How the names of packages begin that only tests take in.
const TEST_LIBRARIES: [&str; 6] = ["@testing-library/", "vitest", "@jest/", "@storybook/", "@playwright/", "cypress"];

/// Whether a file is part of an app's tests by what it takes in: helpers that render with `@testing-library/react`.
pub(crate) fn takes_in_tests(facts: &FileFacts) -> bool {
    facts.imports.iter().any(|import| TEST_LIBRARIES.iter().any(|library| import.module.starts_with(library)))
}

/// An app and its files.
pub(crate) struct App<'a> {
    /// Its folder.
    pub(crate) id: AppId,
    /// Its package.json and those above it, nearest first.
    pub(crate) manifests: Vec<&'a Manifest>,
    /// Its source files, tests aside.
    pub(crate) files: Vec<(&'a RelPath, &'a LoadedFile)>,
}

impl<'a> App<'a> {
    /// The files that could be read, with what they say.
    pub(crate) fn facts(&self) -> impl Iterator<Item = (&'a RelPath, &'a FileFacts)> {
        self.files.iter().filter_map(|(path, file)| Some((*path, &**file.facts().ok()?)))
    }

    /// Whether the app is built with a package: its own package.json says so, or one above where its own leaves React to that.
    pub(crate) fn declares(&self, name: &str) -> bool {
        let leaves_react = self.manifests.first().is_none_or(|own| own.dependency("react").is_none());
        let own = self.manifests.first().is_some_and(|own| own.dependency(name).is_some());
        own || (leaves_react && self.dependency(name).is_some())
    }

    /// The version range of a dependency, in the nearest manifest that names it.
    pub(crate) fn dependency(&self, name: &str) -> Option<&'a str> {
        self.manifests.iter().find_map(|manifest| manifest.dependency(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_go_up_to_the_base() {
        assert_eq!(folders_up("apps/web/src").collect::<Vec<_>>(), ["apps/web/src", "apps/web", "apps", ""]);
        assert_eq!(folders_up("").collect::<Vec<_>>(), [""]);
    }

    #[test]
    fn relative_paths_stay_inside_the_base() {
        let at = |folder, relative| resolve(folder, relative).map(|path| path.to_string());
        assert_eq!(at("apps/web", "../../tsconfig.base.json").as_deref(), Some("tsconfig.base.json"));
        assert_eq!(at("", "./a/./b.json").as_deref(), Some("a/b.json"));
        assert_eq!(at("apps", "../../outside.json"), None);
    }

    #[test]
    fn sources_of_a_folder() {
        let paths = ["a.ts", "app-x/a.ts", "app.ts", "app/a.ts", "app/b/c.ts", "app0/a.ts", "b/a.ts"];
        let sources = paths.iter().map(|path| RelPath::new(*path).unwrap()).collect();
        let workspace = Workspace { sources, ..Workspace::default() };
        assert_eq!(workspace.sources_in("app").map(RelPath::as_str).collect::<Vec<_>>(), ["app/a.ts", "app/b/c.ts"]);
        assert_eq!(workspace.sources_in("").count(), paths.len());
        assert_eq!(workspace.sources_in("none").count(), 0);
    }

    #[test]
    fn nx_applications_are_packages() {
        let manifests = ["", "apps/web"].map(|folder| (folder.to_owned(), Ok(Manifest::default())));
        let projects = BTreeMap::from([("apps/web".to_owned(), String::new())]);
        let mut workspace = Workspace { manifests: manifests.into(), projects, ..Workspace::default() };
        let owner =
            |workspace: &Workspace, path| workspace.package_of(&RelPath::new(path).unwrap()).unwrap().to_owned();
        assert_eq!(owner(&workspace, "apps/web/src/main.tsx"), "apps/web");
        assert_eq!(owner(&workspace, "libs/ui/button.tsx"), "apps/web");
        assert_eq!(workspace.manifest_above("apps/web"), "");
        assert!(workspace.is_member("", "apps/web"));
        workspace.manifests.insert("apps/site".to_owned(), Ok(Manifest::default()));
        workspace.projects.insert("apps/site".to_owned(), String::new());
        assert_eq!(owner(&workspace, "libs/ui/button.tsx"), "");
    }

    #[test]
    fn members_of_a_workspace() {
        let listed = |json: &str| {
            let manifest = Manifest::read(json).unwrap();
            Workspace { manifests: [(String::new(), Ok(manifest))].into(), ..Workspace::default() }
        };
        let workspace = listed("{\"workspaces\":[\"apps/*\",\"./tools\",\"!apps/old\"]}");
        for (folder, expected) in [
            ("", true),
            ("apps/web", true),
            ("tools", true),
            ("apps/old", false),
            ("frontend", false),
            ("apps/web/x", false),
        ] {
            assert_eq!(workspace.is_member("", folder), expected, "{folder}");
        }
        assert!(listed("{\"workspaces\":{\"packages\":[\"packages/**\"]}}").is_member("", "packages/a/b"));
        assert!(!listed("{}").is_member("", "frontend"));
    }

    #[test]
    fn tests_and_stories_are_known_by_their_names() {
        for (path, expected) in [
            ("src/App.test.tsx", true),
            ("src/__tests__/setup.tsx", true),
            (".storybook/preview.tsx", true),
            ("src/Button.stories.tsx", true),
            ("src/latest/main.tsx", false),
            ("src/contest.tsx", false),
            ("tests/setup.tsx", true),
            ("src/stories/StoryPage.tsx", false),
        ] {
            assert_eq!(is_test(&RelPath::new(path).unwrap(), ""), expected, "{path}");
            let inside = RelPath::new(format!("apps/test/{path}")).unwrap();
            assert_eq!(is_test(&inside, "apps/test"), expected, "{inside}");
        }
    }
}
