//! The facts of every file that may take part in rendering an app: its own, and those of the workspace packages it depends on.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, LazyLock, Mutex, OnceLock, PoisonError};

use change::RelPath;
use rustc_hash::FxHashMap;
use syntax::FileFacts;

use super::aside::{Aside, aside};
use super::modules::taken_in;
use super::reach::{Reach, Start};
use super::resolve::{Coming, Resolver};
use crate::load;
use crate::workspace::{App, Workspace, is_test, join, takes_in_tests};

/// The place of a file in [`Sources`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct FileId(u32);

/// Where the specifiers of a file lead, as far as that was asked for; `Err` where it is nowhere that is known.
type OfFile = FxHashMap<Box<str>, Result<Option<FileId>, ()>>;
/// The same of each file.
type Targets = Mutex<FxHashMap<FileId, OfFile>>;

/// Where a file leads by what it takes in, types aside, in the order of [`taken_in`].
#[derive(Debug)]
pub(crate) struct Led {
    pub(crate) targets: Box<[Result<Option<FileId>, ()>]>,
    /// The files that stand for those on other platforms.
    pub(crate) variants: Box<[FileId]>,
}

/// A file that takes part.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    pub(crate) path: RelPath,
    says: Says,
}

/// What a file says.
#[derive(Clone, Debug)]
enum Says {
    Read(Arc<FileFacts>),
    Aside(Arc<Aside>),
}

impl Source {
    fn new(path: RelPath, facts: Arc<FileFacts>) -> Self {
        Self { path, says: Says::Read(facts) }
    }

    fn is(&self, facts: &Arc<FileFacts>) -> bool {
        matches!(&self.says, Says::Read(known) if Arc::ptr_eq(known, facts))
    }
}

/// What a file says that can't be parsed.
static NOTHING: LazyLock<FileFacts> = LazyLock::new(FileFacts::default);

/// The files that take part.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sources {
    /// Sorted by their paths.
    files: Vec<Source>,
    index: Arc<FxHashMap<RelPath, FileId>>,
    /// It holds as long as no file comes or goes, whatever they say.
    targets: Arc<Targets>,
    /// Where each file leads; it holds as long as what they take in does.
    led: Arc<OnceLock<Vec<Led>>>,
    /// What may run, and from where on; it holds as long as every file says the same.
    reach: Arc<OnceLock<(Start, Arc<Reach>)>>,
    /// Whether the app is bundled for several platforms, each with files of its own.
    has_platforms: bool,
    /// The files that can't be parsed, and that something asked for.
    broken: Arc<BTreeSet<RelPath>>,
}

/// The endings of a file's name by which a bundler takes it for one platform: `convex.native.tsx` instead of `convex.tsx`.
///
/// <https://reactnative.dev/docs/platform-specific-code>
pub(crate) const PLATFORMS: [&str; 6] = ["native", "web", "ios", "android", "windows", "macos"];
/// The endings of a component's file.
const ENDINGS: [&str; 4] = ["tsx", "ts", "jsx", "js"];

impl Sources {
    /// Reads what is not read yet of an app and of the packages that it leads to. Trees are dropped; files that can't be parsed are left
    /// out, as a part that nothing is known of.
    ///
    /// An import may lead out of them, by a relative path or an alias: `../../shared/provider`. Such files take part as well.
    pub(crate) fn of(workspace: &Workspace, app: &App<'_>, resolver: &Resolver<'_>) -> Arc<Self> {
        let known = || workspace.members.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = known().get(&app.id) {
            return known.clone();
        }
        let found = Arc::new(Self::find(workspace, app, resolver, &BTreeSet::new()));
        known().insert(app.id.clone(), found.clone());
        found
    }

    /// Finds them again where one that was left unread turned out to be one that can't be parsed, and was asked for: what it renders is not
    /// known then. `false` where there is none.
    pub(crate) fn again(workspace: &Workspace, app: &App<'_>) -> bool {
        let known = || workspace.members.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(found) = known().get(&app.id).cloned() else { return false };
        let broken = found.files.iter().filter_map(|source| match &source.says {
            Says::Aside(aside) => aside.broken().cloned(),
            Says::Read(_) => None,
        });
        let mut broken: BTreeSet<RelPath> = broken.collect();
        if broken.is_empty() {
            return false;
        }
        broken.extend(found.broken.iter().cloned());
        let again = Self::find(workspace, app, &Resolver::of(workspace), &broken);
        known().insert(app.id.clone(), Arc::new(again));
        true
    }

    fn find(workspace: &Workspace, app: &App<'_>, resolver: &Resolver<'_>, broken: &BTreeSet<RelPath>) -> Self {
        let packages = packages(workspace, app);
        let has_platforms = app.declares("react-native") || app.declares("expo");
        let all = packages.iter().flat_map(|package| {
            workspace.sources_of(package).filter(|path| !is_test(path, package)).map(move |path| (*package, path))
        });
        // Where each platform may have files of its own, more leads to a file than its name.
        let may_be_aside = |(package, path): &(&str, &RelPath)| {
            *package != app.id.folder()
                && !has_platforms
                && !workspace.files.contains_key(*path)
                && !broken.contains(*path)
        };
        let (beside, own): (Vec<_>, Vec<_>) = all.partition(may_be_aside);
        let beside: Vec<RelPath> = beside.into_iter().map(|(_, path)| path.clone()).collect();
        let asides = Aside::by_path(aside(workspace, &Resolver::quiet(workspace), beside.clone()));
        let own = own.into_iter().map(|(_, path)| path.clone());
        let own = own.chain(beside.into_iter().filter(|path| !asides.contains_key(path)));
        let mut all = load::facts_of(workspace, own.collect());
        all.retain(|path, facts| !workspace.files.contains_key(path) || !takes_in_tests(facts));
        let mut queue: Vec<RelPath> = all.keys().cloned().collect();
        while !queue.is_empty() {
            let found = queue.iter().filter_map(|path| Some((path, all.get(path)?)));
            let targets: BTreeSet<RelPath> = found.flat_map(|(path, facts)| led_to(resolver, path, facts)).collect();
            let is_new = |path: &RelPath| !all.contains_key(path) && !asides.contains_key(path);
            let fresh = targets.into_iter().filter(is_new).collect();
            let mut more = load::facts_of(workspace, fresh);
            more.retain(|_, facts| !takes_in_tests(facts));
            queue = more.keys().cloned().collect();
            all.extend(more);
        }
        let read = all.into_iter().map(|(path, facts)| Source::new(path, facts));
        let asides = asides.into_iter().map(|(path, aside)| Source { path, says: Says::Aside(aside) });
        let broken = Arc::new(broken.clone());
        Self { has_platforms, broken, ..Self::new(read.chain(asides).collect()) }
    }

    /// The files that stand for a file on one platform each, itself aside.
    pub(crate) fn variants(&self, file: FileId) -> Vec<FileId> {
        let path = self.path(file);
        let stem = path.file_name().split('.').next().unwrap_or_default();
        let found = self.variants_of(path.folder(), stem);
        let all = found.into_iter().filter(|variant| *variant != file);
        all.collect()
    }

    /// The files for one platform each that are called `stem` in a folder.
    pub(crate) fn variants_of(&self, folder: &str, stem: &str) -> Vec<FileId> {
        if !self.has_platforms {
            return Vec::new();
        }
        let names = PLATFORMS.iter().flat_map(|platform| ENDINGS.map(|ending| format!("{stem}.{platform}.{ending}")));
        names.filter_map(|name| self.id(&join(folder, &name)?)).collect()
    }

    fn new(mut files: Vec<Source>) -> Self {
        files.sort_by(|one, other| one.path.cmp(&other.path));
        let index = files.iter().zip(0..).map(|(source, id)| (source.path.clone(), FileId(id))).collect();
        Self { files, index: Arc::new(index), ..Self::default() }
    }

    /// The same files, some with other facts: as they would be after a change.
    pub(crate) fn with(self: Arc<Self>, changed: BTreeMap<RelPath, Arc<FileFacts>>) -> Arc<Self> {
        let is_known =
            |(path, facts): (&RelPath, &Arc<FileFacts>)| self.id(path).is_some_and(|id| self.source(id).is(facts));
        if changed.iter().all(is_known) {
            return self;
        }
        let mut sources = Self { reach: Arc::default(), ..Self::clone(&self) };
        let (changed, coming): (BTreeMap<_, _>, BTreeMap<_, _>) =
            changed.into_iter().partition(|(path, _)| self.index.contains_key(path));
        for (path, facts) in changed {
            if let Some(source) = sources.id(&path).and_then(|id| sources.files.get_mut(id.0 as usize)) {
                if !matches!(&source.says, Says::Read(known) if taken_in(known) == taken_in(&facts)) {
                    sources.led = Arc::default();
                }
                source.says = Says::Read(facts);
            }
        }
        if !coming.is_empty() {
            sources.add(coming);
        }
        Arc::new(sources)
    }

    /// Adds files that come. What is known of where the others lead holds, but for what may lead to the new ones.
    fn add(&mut self, coming: BTreeMap<RelPath, Arc<FileFacts>>) {
        let names = Coming::of(coming.keys());
        let before: Vec<RelPath> = self.files.iter().map(|source| source.path.clone()).collect();
        let mut files = std::mem::take(&mut self.files);
        files.extend(coming.into_iter().map(|(path, facts)| Source::new(path, facts)));
        let added = Self::new(files);
        // Places move: files are sorted.
        let moved = |file: FileId| before.get(file.0 as usize).and_then(|path| added.id(path));
        let known = self.targets.lock().unwrap_or_else(PoisonError::into_inner);
        let of_file = |targets: &OfFile| {
            // Where an alias leads is for the resolver to say: it knows the settings.
            let held = targets.iter().filter(|(module, _)| module.starts_with('.') && !names.may_take(module));
            let moved = held.filter_map(|(module, target)| match target {
                Ok(Some(file)) => Some((module.clone(), Ok(Some(moved(*file)?)))),
                Ok(None) => Some((module.clone(), Ok(None))),
                Err(()) => None,
            });
            moved.collect::<OfFile>()
        };
        let targets = known.iter().filter_map(|(file, targets)| Some((moved(*file)?, of_file(targets)))).collect();
        drop(known);
        let (has_platforms, broken) = (self.has_platforms, self.broken.clone());
        *self = Self { has_platforms, broken, targets: Arc::new(Mutex::new(targets)), ..added };
    }

    /// Where `module` leads in a file; `find` says so where it was not asked for before.
    pub(crate) fn target(
        &self,
        from: FileId,
        module: &str,
        find: impl FnOnce() -> Result<Option<FileId>, ()>,
    ) -> Result<Option<FileId>, ()> {
        let known = || self.targets.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = known().get(&from).and_then(|of_file| of_file.get(module)) {
            return *known;
        }
        let found = find();
        known().entry(from).or_default().insert(module.into(), found);
        found
    }

    /// Where a file leads; `find` says so of each where it was not asked for before.
    pub(crate) fn led(&self, file: FileId, find: impl Fn(FileId) -> Led) -> &Led {
        &self.led.get_or_init(|| self.ids().map(find).collect())[file.0 as usize]
    }

    /// What may run from `start` on; `find` says so where it was not asked for before.
    pub(crate) fn reach(&self, start: Start, find: impl Fn(&Start) -> Reach) -> Arc<Reach> {
        let (known, reach) = self.reach.get_or_init(|| {
            let reach = find(&start);
            (start.clone(), Arc::new(reach))
        });
        if *known == start { reach.clone() } else { Arc::new(find(&start)) }
    }

    pub(crate) fn id(&self, path: &RelPath) -> Option<FileId> {
        self.index.get(path).copied()
    }

    pub(crate) fn ids(&self) -> impl Iterator<Item = FileId> + use<> {
        (0..self.files.len() as u32).map(FileId)
    }

    pub(crate) fn path(&self, id: FileId) -> &RelPath {
        &self.source(id).path
    }

    pub(crate) fn facts(&self, id: FileId) -> &FileFacts {
        match &self.source(id).says {
            Says::Read(facts) => facts,
            Says::Aside(aside) => aside.facts().map_or(&NOTHING, |facts| facts),
        }
    }

    /// Whether a file leads to nothing that is looked for: it was not read yet, and is if something asks for what it says.
    pub(crate) fn is_aside(&self, id: FileId) -> bool {
        matches!(self.source(id).says, Says::Aside(_))
    }

    /// The files that may hold what is looked for, or lead to it.
    pub(crate) fn leading(&self) -> impl Iterator<Item = FileId> + use<'_> {
        self.ids().filter(|file| !self.is_aside(*file))
    }

    /// Where a file leads that is aside.
    pub(crate) fn led_aside(&self, file: FileId) -> Option<Led> {
        let Says::Aside(aside) = &self.source(file).says else { return None };
        let targets = aside.targets.iter().filter_map(|path| self.id(path)).map(|file| Ok(Some(file))).collect();
        Some(Led { targets, variants: Box::default() })
    }

    /// Ids are made here only, one for each file.
    fn source(&self, id: FileId) -> &Source {
        &self.files[id.0 as usize]
    }
}

/// The source files that a file takes in, types aside.
fn led_to(resolver: &Resolver<'_>, path: &RelPath, facts: &FileFacts) -> Vec<RelPath> {
    let modules = taken_in(facts).into_iter();
    modules.filter_map(|module| resolver.file(path, module)).collect()
}

/// The folders of the app and of the workspace packages that it leads to by its manifests.
pub(crate) fn packages<'a>(workspace: &'a Workspace, app: &App<'_>) -> BTreeSet<&'a str> {
    let named: BTreeMap<&str, &str> = workspace
        .manifests
        .iter()
        .filter_map(|(folder, manifest)| Some((manifest.as_ref().ok()?.name.as_deref()?, folder.as_str())))
        .collect();
    let own = workspace.manifests.get_key_value(app.id.folder()).map(|(folder, _)| folder.as_str());
    let mut found: BTreeSet<&str> = own.into_iter().collect();
    let mut queue: Vec<&str> = found.iter().copied().collect();
    while let Some(folder) = queue.pop() {
        let Some(Ok(manifest)) = workspace.manifests.get(folder) else { continue };
        for next in manifest.dependencies().filter_map(|name| named.get(name).copied()) {
            if found.insert(next) {
                queue.push(next);
            }
        }
    }
    found
}
