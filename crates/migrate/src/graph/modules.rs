//! What an imported name stands for, through the modules of an app and of its workspace.
//!
//! ```tsx
//! import { Provider } from "@/lib";                              // Provider of src/lib/index.ts, which says
//! export { ConvexProvider as Provider } from "convex/react";     // so it is ConvexProvider of convex/react
//! ```

use std::collections::BTreeSet;

use change::ImportedName;
use syntax::{ExportSource, FileFacts, ImportKind, Imported, Value};

use super::resolve::{Resolver, Target};
use super::sources::{FileId, Led, Sources};
use crate::glimpse::taken_in_by_pages;
use crate::known::is_marked;
use crate::workspace::Workspace;

/// How many modules a name is passed on through.
const MAX_PASSED_ON: u8 = 32;

/// What a name stands for.
#[derive(Clone, Debug)]
pub(crate) enum Definition<'a> {
    /// Something of a file.
    Value(FileId, &'a Value),
    /// A file as a whole: `import * as routes from "./routes"`.
    File(FileId),
    /// An export of a package.
    Package(&'a str, ImportedName),
    /// It can't be told.
    Unknown,
}

/// The modules of an app.
pub(crate) struct Modules<'a> {
    pub(crate) sources: &'a Sources,
    resolver: &'a Resolver<'a>,
}

impl<'a> Modules<'a> {
    pub(crate) fn new(sources: &'a Sources, resolver: &'a Resolver<'a>) -> Self {
        Self { sources, resolver }
    }

    /// The file that a specifier leads to, if it is one of the sources; `Err` where it leads nowhere that is known.
    pub(crate) fn target(&self, from: FileId, module: &str) -> Result<Option<FileId>, ()> {
        self.sources.target(from, module, || match self.resolver.resolve(self.sources.path(from), module) {
            Target::File(path) => self.sources.id(&path).map(Some).ok_or(()),
            Target::Package => Ok(None),
            // What the migration is about is a package, whether the app declares it yet or not.
            Target::Missing if is_marked(module, &ImportedName::Namespace) => Ok(None),
            // `./providers` where there are providers.ios.tsx and providers.android.tsx only.
            Target::Missing => self.for_platforms(from, module).map(Some).ok_or(()),
        })
    }

    /// The files of other packages that the files of the package in `folder` lead to, its pages in Markdown among them.
    pub(crate) fn borrowed(&self, workspace: &Workspace, folder: &str) -> BTreeSet<change::RelPath> {
        let is_own = |file: &FileId| workspace.package_of(self.sources.path(*file)) == Some(folder);
        let own: BTreeSet<FileId> = self.sources.ids().filter(is_own).collect();
        let (mut seen, mut queue) = (own.clone(), own.into_iter().collect::<Vec<_>>());
        while let Some(file) = queue.pop() {
            let files = self.led(file).targets.iter().filter_map(|target| target.ok().flatten());
            queue.extend(files.filter(|file| seen.insert(*file)));
        }
        let mut found: BTreeSet<change::RelPath> =
            seen.into_iter().filter(|file| !is_own(file)).map(|file| self.sources.path(file).clone()).collect();
        let by_pages = taken_in_by_pages(workspace, folder).into_iter();
        found.extend(by_pages.filter(|path| workspace.package_of(path) != Some(folder)));
        found
    }

    fn for_platforms(&self, from: FileId, module: &str) -> Option<FileId> {
        let path =
            crate::workspace::resolve(self.sources.path(from).folder(), module).filter(|_| module.starts_with('.'))?;
        self.sources.variants_of(path.folder(), path.file_name()).first().copied()
    }

    /// The files that stand for what an import of `from` leads to on other platforms.
    pub(crate) fn variants(&self, from: FileId, module: &str) -> Vec<FileId> {
        let target = self.target(from, module).ok().flatten();
        target.map(|file| self.sources.variants(file)).unwrap_or_default()
    }

    /// What an import of `from` stands for.
    pub(crate) fn import(&self, from: FileId, imported: &'a Imported) -> Definition<'a> {
        self.of_module(from, &imported.module, &imported.export, 0)
    }

    /// What the export `name` of the module that `from` calls `module` stands for.
    fn of_module(&self, from: FileId, module: &'a str, name: &ImportedName, passed_on: u8) -> Definition<'a> {
        match self.target(from, module) {
            Ok(None) => Definition::Package(module, name.clone()),
            Ok(Some(file)) if *name == ImportedName::Namespace => Definition::File(file),
            Ok(Some(file)) => self.export_at(file, name, passed_on).unwrap_or(Definition::Unknown),
            Err(()) => Definition::Unknown,
        }
    }

    /// What a file exports under `name`.
    pub(crate) fn export(&self, file: FileId, name: &ImportedName) -> Option<Definition<'a>> {
        self.export_at(file, name, 0)
    }

    fn export_at(&self, file: FileId, name: &ImportedName, passed_on: u8) -> Option<Definition<'a>> {
        if passed_on == MAX_PASSED_ON {
            return None;
        }
        let facts = self.sources.facts(file);
        if let Some((_, value)) = facts.flow.exports.iter().find(|(known, _)| known == name) {
            return Some(match value {
                Value::Imported(imported) => self.of_module(file, &imported.module, &imported.export, passed_on + 1),
                value => Definition::Value(file, value),
            });
        }
        let from = facts.exports.iter().find_map(|export| match &export.source {
            ExportSource::From(module, of) if export.name == *name => Some((module, of)),
            _ => None,
        });
        if let Some((module, of)) = from {
            return Some(self.of_module(file, module, of, passed_on + 1));
        }
        // `export *` passes on every name but the default.
        let all = facts.exports.iter().filter(|_| *name != ImportedName::Default);
        let all = all.filter_map(|export| match &export.source {
            ExportSource::All(module) => Some(module.as_str()),
            _ => None,
        });
        let mut package = None;
        for module in all {
            match self.target(file, module) {
                Ok(Some(next)) => {
                    if let Some(found) = self.export_at(next, name, passed_on + 1) {
                        return Some(found);
                    }
                }
                // What a package exports is not known: it is this one if nothing else has the name.
                Ok(None) => drop(package.get_or_insert(Definition::Package(module, name.clone()))),
                Err(()) => {}
            }
        }
        package
    }

    /// The files that a file takes in, types aside.
    pub(crate) fn imports(&self, file: FileId) -> impl Iterator<Item = Result<Option<FileId>, ()>> {
        let led = self.led(file);
        led.targets.iter().copied().chain(led.variants.iter().map(|variant| Ok(Some(*variant))))
    }

    /// Where a file leads by what it takes in, types aside.
    pub(crate) fn led(&self, file: FileId) -> &'a Led {
        self.sources.led(file, |file| {
            if let Some(led) = self.sources.led_aside(file) {
                return led;
            }
            let modules = self.taken_in(file);
            Led {
                targets: modules.iter().map(|module| self.target(file, module)).collect(),
                variants: modules.iter().flat_map(|module| self.variants(file, module)).collect(),
            }
        })
    }

    /// Some files and all that they take in, on whatever way; of what `passes` says no to, nothing further.
    pub(crate) fn reached(&self, from: &[FileId], passes: impl Fn(FileId) -> bool) -> BTreeSet<FileId> {
        let mut found: BTreeSet<FileId> = from.iter().copied().collect();
        let mut queue = from.to_vec();
        while let Some(file) = queue.pop() {
            if passes(file) {
                let targets = self.imports(file).filter_map(|target| target.ok().flatten());
                queue.extend(targets.filter(|target| found.insert(*target)));
            }
        }
        found
    }

    /// Whether one of some files takes another in, by whatever way.
    pub(crate) fn leads(&self, from: &[FileId], to: FileId) -> bool {
        self.reached(from, |file| file != to).contains(&to)
    }

    /// The modules that a file takes in, types aside.
    pub(crate) fn taken_in(&self, file: FileId) -> Vec<&'a str> {
        taken_in(self.sources.facts(file))
    }
}

/// The modules that a file takes in, types aside.
pub(crate) fn taken_in(facts: &FileFacts) -> Vec<&str> {
    let taken = facts.imports.iter().filter(|import| {
        import.kind != ImportKind::Static
            || import.specifiers.is_empty()
            || import.specifiers.iter().any(|specifier| !specifier.type_only)
    });
    let passed = facts.exports.iter().filter(|export| !export.type_only).filter_map(|export| match &export.source {
        ExportSource::From(module, _) | ExportSource::All(module) => Some(module.as_str()),
        _ => None,
    });
    taken.map(|import| import.module.as_str()).chain(passed).collect()
}
