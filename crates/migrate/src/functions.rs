//! Where an app's Convex functions are: where its own imports of `_generated/api` lead; else `functions` of convex.json, else `convex`, or
//! `src/convex` in a Create React App; in the app, in a folder above, or in a package of the workspace that the app leans on.
//!
//! <https://docs.convex.dev/production/project-configuration#convexjson>

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use change::RelPath;
use syntax::FileFacts;

use crate::ctx::Ctx;
use crate::graph::resolve::{Resolver, Target};
use crate::graph::sources::packages;
use crate::jsonc;
use crate::load;
use crate::workspace::{folders_up, join, resolve};

/// What an import of the functions' types and references leads to: `../convex/_generated/api`.
const GENERATED: &str = "/_generated/";

/// The folder of an app's functions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Functions {
    /// The folder, below the base.
    pub(crate) folder: String,
    /// The folder of the package that owns it.
    pub(crate) owner: String,
    /// The folder from which Convex's commands find it: that of the convex.json which names it, else the owner's.
    pub(crate) project: String,
    /// Whether its files are TypeScript.
    pub(crate) has_types: bool,
}

impl Functions {
    /// The folder of the functions of an app; `None` where there is no such folder.
    pub(crate) fn of(ctx: &Ctx<'_>) -> Option<Self> {
        let places = places(ctx);
        let found = || places.iter().find_map(|place| below(ctx, place));
        let folder = imported(ctx).or_else(found)?;
        let owner = ctx.workspace.manifest_above(folder.folder()).to_owned();
        let leads = |place: &&&str| below(ctx, place).as_ref() == Some(&folder);
        let project = std::iter::once(&owner.as_str()).chain(&places).find(leads).copied().unwrap_or(&owner).to_owned();
        let mut sources = ctx.workspace.sources_in(folder.as_str()).peekable();
        let is_typed = |path: &RelPath| ["ts", "tsx", "mts"].contains(&path.extension());
        let has_types = match sources.peek() {
            Some(_) => sources.any(is_typed),
            // One answer for every app that shares the backend.
            None => {
                let near = ctx.workspace.sources_in(&owner).next().is_some();
                ctx.workspace.sources_in(if near { &owner } else { "" }).any(is_typed)
            }
        };
        Some(Self { folder: folder.to_string(), owner, project, has_types })
    }

    /// The facts of its files, and of what those take in, as far as they were read.
    pub(crate) fn facts(&self, ctx: &Ctx<'_>) -> BTreeMap<RelPath, Arc<FileFacts>> {
        let read = ctx.workspace.files.iter().filter(|(path, _)| path.is_in(&self.owner));
        let read = read.filter_map(|(path, file)| Some((path.clone(), file.facts().ok()?.clone())));
        let mut all: BTreeMap<RelPath, Arc<FileFacts>> = read.collect();
        let in_folder = ctx.workspace.sources_in(&self.folder);
        let unread = in_folder.filter(|path| !ctx.workspace.files.contains_key(*path)).cloned().collect();
        all.extend(load::facts_of(ctx.workspace, unread));
        all
    }

    /// A file of the folder.
    pub(crate) fn file(&self, name: &str) -> Option<RelPath> {
        join(&self.folder, name)
    }
}

/// The folders in which an app's functions are looked for, the nearest first: those above the app's, then the workspace packages that it
/// depends on.
pub(crate) fn places<'a>(ctx: &'a Ctx<'_>) -> Vec<&'a str> {
    let up = folders_up(ctx.app.id.folder());
    let beside = packages(ctx.workspace, ctx.app).into_iter().filter(|folder| *folder != ctx.app.id.folder());
    let mut seen = BTreeSet::new();
    up.chain(beside).filter(|folder| seen.insert(*folder)).collect()
}

/// The imports of an app that name its functions, each with its file: `@acme/backend/convex/_generated/api`.
pub(crate) fn named<'a>(ctx: &'a Ctx<'_>) -> Vec<(&'a RelPath, &'a str)> {
    let all = ctx.app.facts().flat_map(|(path, facts)| facts.imports.iter().map(move |import| (path, &*import.module)));
    // Other generators write folders of that name too.
    let is_convexs = |module: &str| {
        let name = module.split_once(GENERATED).and_then(|(_, name)| name.split('.').next());
        name.is_some_and(|name| ["api", "dataModel"].contains(&name))
    };
    all.filter(|(_, module)| is_convexs(module)).collect()
}

/// The one folder that every import of the functions leads to; `None` where they lead to none, or to several.
fn imported(ctx: &Ctx<'_>) -> Option<RelPath> {
    let mut resolver = None;
    let mut known: BTreeSet<(&str, &str)> = BTreeSet::new();
    let mut found = BTreeSet::new();
    for (path, module) in named(ctx) {
        let Some((stem, _)) = module.split_once(GENERATED) else { continue };
        if known.insert((path.folder(), stem)) {
            found.extend(folder_of(ctx, path, stem, &mut resolver).filter(|folder| holds_functions(ctx, folder)));
        }
    }
    found.pop_first().filter(|_| found.is_empty())
}

/// The folder that `stem` leads to in the file at `from`: `../convex`, `@acme/backend/convex`, `@backend`.
fn folder_of<'a>(ctx: &'a Ctx<'_>, from: &RelPath, stem: &str, resolver: &mut Option<Resolver<'a>>) -> Option<RelPath> {
    if stem.starts_with('.') {
        return resolve(from.folder(), stem).filter(|path| ctx.workspace.is_folder(path));
    }
    let in_package = ctx.workspace.manifests.iter().find_map(|(folder, manifest)| {
        let name = manifest.as_ref().ok()?.name.as_deref()?;
        let rest = stem.strip_prefix(name)?.strip_prefix('/')?;
        join(folder, rest).filter(|path| ctx.workspace.is_folder(path))
    });
    // An alias leads to files, and what is generated is none that was read: `@backend/schema` leads to the same folder.
    in_package.or_else(|| {
        let resolver = resolver.get_or_insert_with(|| Resolver::of(ctx.workspace));
        ctx.workspace.files.iter().filter(|(path, _)| is_of_functions(ctx, path)).find_map(|(path, _)| {
            let name = path.file_name().split('.').next()?;
            let target = resolver.resolve(from, &format!("{stem}/{name}"));
            (target == Target::File(path.clone())).then(|| RelPath::new(path.folder()).ok()).flatten()
        })
    })
}

/// Whether a folder is one of Convex's functions, by its name or by what is in it.
fn holds_functions(ctx: &Ctx<'_>, folder: &RelPath) -> bool {
    let mut inside = ctx.workspace.files.keys().filter(|path| path.is_in(folder.as_str()));
    folder.file_name() == "convex" || inside.any(|path| is_of_functions(ctx, path))
}

/// Whether a file looks like one of Convex's functions: it takes in what only those do.
fn is_of_functions(ctx: &Ctx<'_>, path: &RelPath) -> bool {
    let facts = ctx.workspace.files.get(path).and_then(|file| file.facts().ok());
    facts.is_some_and(|facts| {
        let mut modules = facts.imports.iter().map(|import| import.module.as_str());
        modules.any(|module| module == "convex/server" || module.starts_with("./_generated/"))
    })
}

/// The functions that belong to the package in `folder`.
fn below(ctx: &Ctx<'_>, folder: &str) -> Option<RelPath> {
    let usual = if ctx.app.dependency("react-scripts").is_some() { "src/convex" } else { "convex" };
    let settings = join(folder, "convex.json").and_then(|path| jsonc::read(ctx.workspace, &path)).and_then(Result::ok);
    let named = settings.as_ref().and_then(|value| value.get("functions")?.as_str());
    // `"functions": "../backend/convex/"`
    let path = resolve(folder, named.filter(|name| !name.is_empty()).unwrap_or(usual))?;
    ctx.workspace.is_folder(&path).then_some(path)
}
