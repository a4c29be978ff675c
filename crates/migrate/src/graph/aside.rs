//! Files of workspace packages that lead to nothing a walk looks for: buttons, formats, types. They are read once something is given to them
//! that a walk follows, which for most is never.
//!
//! ```tsx
//! // packages/ui/src/card.tsx: no word of Convex, and what it takes in has none either
//! import { cn } from "./cn";
//! export const Card = ({ children }) => <div className={cn("card")}>{children}</div>;
//! ```

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use change::RelPath;
use rustc_hash::{FxHashMap, FxHashSet};
use syntax::{FileFacts, SourceFile, on_deep_stack};

use super::reach::is_made_of_pages;
use super::resolve::{Resolver, Target};
use crate::buffers::Buffers;
use crate::kept::{Kept, Read};
use crate::known::OTHER_AUTH;
use crate::late::Late;
use crate::threads::in_parallel;
use crate::workspace::Workspace;

/// How many files are worth a thread.
const FILES: usize = 64;

/// A file that is read once something asks for it.
#[derive(Debug)]
pub(crate) struct Aside {
    path: RelPath,
    late: Arc<Late>,
    is_asked: AtomicBool,
    disk: Arc<Disk>,
    /// The files that it may take in; all of them are aside as well.
    pub(crate) targets: Box<[RelPath]>,
}

/// Where files are read.
#[derive(Debug)]
struct Disk {
    base: PathBuf,
    buffers: Buffers,
    kept: Arc<Kept>,
}

impl Aside {
    /// What it says; `None` where it can't be parsed.
    pub(crate) fn facts(&self) -> Option<&Arc<FileFacts>> {
        self.is_asked.store(true, Ordering::Relaxed);
        let read = || {
            let text = Workspace::text_of(&self.disk.base, &self.disk.buffers, &self.path);
            match text.and_then(|text| SourceFile::new(self.path.clone(), text.into())) {
                Some(source) => on_deep_stack(|| self.disk.kept.read(&source)),
                None => Read::failed("can't be read"),
            }
        };
        self.late.get(read).facts.as_ref().ok()
    }
}

/// Those of `paths`, which name neither Convex nor Clerk, that lead to nothing else than each other and packages.
pub(crate) fn aside(workspace: &Workspace, resolver: &Resolver<'_>, paths: Vec<RelPath>) -> Vec<Aside> {
    let among: FxHashSet<RelPath> = paths.iter().cloned().collect();
    let scanned = in_parallel(paths, FILES, |path| {
        let late = workspace.late(&path);
        let modules = workspace.glimpse(&path, &late).leading_nowhere();
        let targets = modules.and_then(|modules| targets(resolver, &path, modules, &among));
        (path, late, targets)
    });
    let mut importers: FxHashMap<RelPath, Vec<RelPath>> = FxHashMap::default();
    for (path, _, targets) in &scanned {
        for target in targets.iter().flatten() {
            importers.entry(target.clone()).or_default().push(path.clone());
        }
    }
    // Whoever takes in a file that is not aside is not aside either.
    let mut queue: Vec<RelPath> =
        scanned.iter().filter(|(_, _, targets)| targets.is_none()).map(|(path, _, _)| path.clone()).collect();
    let mut leading: FxHashSet<RelPath> = queue.iter().cloned().collect();
    while let Some(path) = queue.pop() {
        let more = importers.get(&path).into_iter().flatten();
        queue.extend(more.filter(|path| leading.insert((*path).clone())).cloned());
    }
    let (base, buffers) = (workspace.base.clone(), workspace.buffers.clone());
    let disk = Arc::new(Disk { base, buffers, kept: workspace.kept.clone() });
    let found = scanned.into_iter().filter(|(path, _, _)| !leading.contains(path));
    found
        .filter_map(|(path, late, targets)| {
            let (is_asked, disk) = (AtomicBool::new(false), disk.clone());
            Some(Aside { path, late, is_asked, disk, targets: targets? })
        })
        .collect()
}

impl Aside {
    /// Where somebody asked what it says, and it can't be parsed: its path.
    pub(crate) fn broken(&self) -> Option<&RelPath> {
        let is_broken = self.late.found().is_some_and(|read| read.facts.is_err());
        (self.is_asked.load(Ordering::Relaxed) && is_broken).then_some(&self.path)
    }

    /// Each by its path.
    pub(crate) fn by_path(all: Vec<Self>) -> BTreeMap<RelPath, Arc<Self>> {
        all.into_iter().map(|aside| (aside.path.clone(), Arc::new(aside))).collect()
    }
}

/// The files that specifiers lead to; `None` where one leads to something that is looked for, out of `among`, or where it can't be told.
fn targets(
    resolver: &Resolver<'_>,
    from: &RelPath,
    specifiers: &[Box<str>],
    among: &FxHashSet<RelPath>,
) -> Option<Box<[RelPath]>> {
    let mut found = Vec::new();
    for specifier in specifiers {
        match resolver.resolve(from, specifier) {
            Target::File(path) => found.push(among.get(&path)?.clone()),
            Target::Package if is_looked_for(specifier) => return None,
            Target::Package => {}
            Target::Missing => return None,
        }
    }
    Some(found.into())
}

fn is_looked_for(module: &str) -> bool {
    is_made_of_pages(module) || OTHER_AUTH.iter().any(|(name, _, _)| module.starts_with(name))
}
