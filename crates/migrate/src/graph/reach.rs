//! What code may run at all: the files that an app's roots take in, and in them the declarations that running code names.
//!
//! The walk over what is rendered finds less than this where a component goes a way that can't be followed; whatever runs and was not seen
//! there is rendered nobody knows where.
//!
//! ```tsx
//! const rows = [];
//! rows.push(<Login />);            // Login runs, though the walk does not see it rendered
//! export const Old = () => <ClerkProvider>…</ClerkProvider>;   // nothing names Old: it never runs
//! ```

use std::collections::BTreeSet;
use std::sync::Arc;

use change::{ImportedName, TextRange};
use syntax::{ExportSource, FileFacts, ImportKind, Mention, Reference};

use super::modules::Modules;
use super::sources::FileId;
use crate::workspace::resolve;

/// From where on something is looked for: the folder of the app, the files that are loaded, and those of which anything may be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Start {
    pub(crate) folder: String,
    pub(crate) from: Vec<FileId>,
    pub(crate) whole: Vec<FileId>,
}

/// What may run.
#[derive(Clone, Debug, Default)]
pub(crate) struct Reach {
    files: BTreeSet<FileId>,
    /// Files of which every declaration may run: what takes them in is not known by name.
    whole: BTreeSet<FileId>,
    /// The declarations that run, by their place in [`syntax::Mentions::declarations`].
    live: BTreeSet<(FileId, usize)>,
    /// What is taken in that could be any file of the app, and where.
    opened_by: Vec<(FileId, String)>,
}

impl Reach {
    /// What may run from `start` on.
    pub(crate) fn of(modules: &Modules<'_>, start: Start) -> Arc<Self> {
        modules.sources.reach(start, |start| {
            let mut walk = Walk { modules, folder: &start.folder, reach: Self::default(), queue: Vec::new() };
            start.from.iter().for_each(|file| walk.file(*file));
            start.whole.iter().for_each(|file| walk.whole(*file));
            while let Some((file, mention)) = walk.queue.pop() {
                walk.mention(file, mention);
            }
            walk.reach
        })
    }

    /// Says that something is rendered that could take in any file of the app.
    pub(crate) fn open_by(&mut self, file: FileId, what: String) {
        self.opened_by.push((file, what));
    }

    /// What is taken in that could be any file of the app, and where.
    pub(crate) fn opened_by(&self) -> &[(FileId, String)] {
        &self.opened_by
    }

    /// Whether something is taken in that could be any file of the app.
    pub(crate) fn is_open(&self) -> bool {
        !self.opened_by.is_empty()
    }

    /// Whether a root takes a file in.
    pub(crate) fn has(&self, file: FileId) -> bool {
        self.files.contains(&file)
    }

    /// Whether the code at a place of a file may run.
    pub(crate) fn runs(&self, modules: &Modules<'_>, file: FileId, range: TextRange) -> bool {
        if !self.has(file) || self.whole.contains(&file) {
            return self.has(file);
        }
        let declarations = modules.sources.facts(file).mentions.declarations.iter().enumerate();
        let mut around = declarations.filter(|(_, declaration)| declaration.range.covers(range)).peekable();
        around.peek().is_none() || around.any(|(index, _)| self.live.contains(&(file, index)))
    }
}

struct Walk<'a, 'm> {
    modules: &'m Modules<'a>,
    folder: &'m str,
    reach: Reach,
    /// What is named, in which file.
    queue: Vec<(FileId, &'a Mention)>,
}

impl<'a> Walk<'a, '_> {
    fn file(&mut self, file: FileId) {
        if !self.reach.files.insert(file) {
            return;
        }
        if self.modules.sources.is_aside(file) {
            let targets = self.modules.led(file).targets.iter();
            return targets.filter_map(|target| target.ok().flatten()).for_each(|target| self.file(target));
        }
        let facts = self.modules.sources.facts(file);
        self.queue.extend(facts.mentions.at_load.iter().map(|mention| (file, mention)));
        let led = self.modules.led(file).targets.iter();
        for (module, target) in self.modules.taken_in(file).into_iter().zip(led) {
            match target {
                Ok(Some(target)) => self.file(*target),
                Ok(None) if is_made_of_pages(module) => self.opened(file, module),
                Ok(None) => {}
                Err(()) if is_made_of_pages(module) || may_be_rendered(facts, module) => self.opened(file, module),
                Err(()) => {}
            }
        }
        for pattern in &facts.mentions.open_imports {
            self.open(file, pattern);
        }
    }

    fn opened(&mut self, file: FileId, module: &str) {
        self.reach.opened_by.push((file, module.to_owned()));
    }

    /// Takes in whatever lies under a path that is known as far as its first variable part.
    fn open(&mut self, from: FileId, pattern: &str) {
        let path = self.modules.sources.path(from);
        let prefix = match pattern.strip_prefix('/') {
            Some(below) => resolve(self.folder, below),
            None if pattern.starts_with('.') => resolve(path.folder(), pattern),
            None => None,
        };
        let Some(prefix) = prefix else {
            self.opened(from, if pattern.is_empty() { "import(…)" } else { pattern });
            return;
        };
        let below = self
            .modules
            .sources
            .ids()
            .filter(|id| self.modules.sources.path(*id).as_str().starts_with(prefix.as_str()));
        for file in below.collect::<Vec<_>>() {
            self.whole(file);
        }
    }

    /// A file of which anything may be used.
    fn whole(&mut self, file: FileId) {
        self.file(file);
        if self.reach.whole.insert(file) && !self.modules.sources.is_aside(file) {
            let declarations = &self.modules.sources.facts(file).mentions.declarations;
            self.queue.extend(declarations.iter().flat_map(|d| &d.mentions).map(|mention| (file, mention)));
            for export in &self.modules.sources.facts(file).exports {
                if let ExportSource::From(module, _) | ExportSource::All(module) = &export.source
                    && let Ok(Some(target)) = self.modules.target(file, module)
                {
                    self.whole(target);
                }
            }
        }
    }

    fn mention(&mut self, file: FileId, mention: &Mention) {
        match mention {
            Mention::Local(name) => self.declared(file, name),
            Mention::Module(module) => {
                if let Ok(Some(target)) = self.modules.target(file, module) {
                    self.whole(target);
                }
            }
            Mention::Import(module, name) => {
                if let Ok(Some(target)) = self.modules.target(file, module) {
                    self.exported(target, name, 0);
                }
            }
        }
    }

    fn declared(&mut self, file: FileId, name: &str) {
        let declarations = self.modules.sources.facts(file).mentions.declarations.iter().enumerate();
        for (index, declaration) in declarations.filter(|(_, one)| one.names.iter().any(|n| n == name)) {
            if self.reach.live.insert((file, index)) {
                self.queue.extend(declaration.mentions.iter().map(|mention| (file, mention)));
            }
        }
    }

    fn exported(&mut self, file: FileId, name: &ImportedName, passed_on: u8) {
        self.file(file);
        // Nothing that is looked for is declared in it.
        if self.modules.sources.is_aside(file) {
            return;
        }
        if *name == ImportedName::Namespace || passed_on == 32 {
            return self.whole(file);
        }
        if *name == ImportedName::Default {
            self.declared(file, "default");
        }
        for export in &self.modules.sources.facts(file).exports {
            let next = match &export.source {
                ExportSource::Local(local) if export.name == *name => {
                    // What is passed on from an import has no declaration here.
                    self.declared(file, local);
                    self.imported(file, local, passed_on);
                    continue;
                }
                ExportSource::From(module, of) if export.name == *name => (module, of),
                ExportSource::All(module) if *name != ImportedName::Default => (module, name),
                _ => continue,
            };
            if let Ok(Some(target)) = self.modules.target(file, next.0) {
                self.exported(target, next.1, passed_on + 1);
            }
        }
    }

    /// `import { Page } from "./page"; export { Page };`
    fn imported(&mut self, file: FileId, local: &str, passed_on: u8) {
        let imports = &self.modules.sources.facts(file).imports;
        let found = imports.iter().find_map(|import| {
            let specifier = import.specifiers.iter().find(|specifier| specifier.local == local)?;
            Some((&import.module, &specifier.name))
        });
        if let Some((module, name)) = found
            && let Ok(Some(target)) = self.modules.target(file, module)
        {
            self.exported(target, name, passed_on + 1);
        }
    }
}

/// Modules that plugins of bundlers make out of a folder of pages.
const MADE_OF_PAGES: [&str; 6] =
    ["virtual:generated-pages", "virtual:pages", "virtual:routes", "~react-pages", "~pages", "@generouted/"];

/// Whether a module may be made of a folder of pages, or of a page that is no code.
pub(super) fn is_made_of_pages(module: &str) -> bool {
    MADE_OF_PAGES.iter().any(|made| module.starts_with(made))
        || [".mdx", ".md"].iter().any(|ending| module.ends_with(ending))
}

/// Whether something of a module that was not found may be rendered: it is a tag, or handed on as a value. What is only called, such as
/// `gql(…)`, is not.
fn may_be_rendered(facts: &FileFacts, module: &str) -> bool {
    // Other virtual modules hold no component of the app: `virtual:pwa-register`, `~icons/lucide/home`.
    if ["virtual:", "~icons/", "uno.css"].iter().any(|made| module.starts_with(made)) {
        return false;
    }
    let is_of = |reference: &Reference| matches!(reference, Reference::Imported(imported) if imported.module == module);
    let is_late = facts.imports.iter().any(|import| import.module == module && import.kind != ImportKind::Static);
    is_late
        || facts.elements.iter().any(|element| is_of(&element.tag))
        || facts.values.iter().any(|value| value.imported.module == module)
        || facts.exports.iter().any(|export| match &export.source {
            ExportSource::From(from, _) | ExportSource::All(from) => from == module,
            _ => false,
        })
}
