//! Names for what a change needs in a file, and the imports that bring them.

use change::{ChangeGroup, ImportChange, ImportedName, RelPath};
use syntax::Bindings;

use crate::known::CONVEX_REACT;

/// Names for what the change needs, imported under another where the file uses the usual one for something else.
pub(crate) struct Names<'a, 'b> {
    pub(crate) path: &'a RelPath,
    pub(crate) bindings: &'a Bindings,
    pub(crate) group: &'b mut ChangeGroup,
    /// Whether names come in by imports; else a `require` was changed that brings them.
    pub(crate) adds: bool,
}

impl Names<'_, '_> {
    /// The name of an export of `module` in the file: the one it has already, else the usual one, else `other`, numbered where that is taken.
    pub(crate) fn local(&mut self, module: &str, name: &str, other: &str) -> String {
        self.local_beside(module, name, other, Some(CONVEX_REACT))
    }

    /// The same, the import beside that of another module.
    pub(crate) fn local_beside(&mut self, module: &str, name: &str, other: &str, beside: Option<&str>) -> String {
        if let Some(local) = self.bindings.local_for(module, name) {
            return local;
        }
        if !self.adds {
            return name.to_owned();
        }
        let local = self.bindings.free_name(&[name, other]);
        let import = ImportChange::Add {
            module: module.to_owned(),
            name: ImportedName::Named(name.to_owned()),
            local: local.clone(),
            type_only: false,
            beside: beside.map(str::to_owned),
        };
        self.group.import(self.path, import);
        local
    }

    /// The same for a type, whose import stands beside the one of `beside`.
    pub(crate) fn local_type(&mut self, module: &str, name: &str, beside: Option<&str>) {
        let is_wanted = self.group.imports().get(self.path).is_some_and(|imports| {
            imports.iter().any(|import| matches!(import, ImportChange::Add { module: from, local, .. } if from == module && local == name))
        });
        if self.bindings.local_for(module, name).is_none() && !is_wanted {
            let import = ImportChange::Add {
                module: module.to_owned(),
                name: ImportedName::Named(name.to_owned()),
                local: name.to_owned(),
                type_only: true,
                beside: beside.map(str::to_owned),
            };
            self.group.import(self.path, import);
        }
    }
}

/// Whether a text has a name in it, as a whole word.
pub(crate) fn has_word(text: &str, word: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '$');
    text.split(|c: char| !is_part(c)).any(|part| part == word)
}
