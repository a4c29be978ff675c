//! What a plan must know of TypeScript: how imports are laid out, and whether a changed file still parses.

use std::collections::BTreeMap;
use std::sync::Arc;

use change::{ImportChange, Language, RelPath, SettingsChange, TextEdit, is_env_file};
use syntax::{SourceFile, import_edits, on_deep_stack, parse};

use crate::formatting::Formatting;
use crate::jsonc;
use crate::settings_edits::settings_edits;

/// TypeScript and TSX in the styles of one project.
#[derive(Clone)]
pub(crate) struct TypeScript {
    /// The settings of every file that a group edits.
    pub(crate) formatting: BTreeMap<RelPath, Arc<Formatting>>,
}

impl Language for TypeScript {
    fn import_edits(&self, path: &RelPath, text: &str, changes: &[ImportChange]) -> Result<Vec<TextEdit>, String> {
        let source = SourceFile::new(path.clone(), text.into()).ok_or("not a source file")?;
        let formatting = self.formatting.get(path).ok_or("its style is not known")?;
        on_deep_stack(|| {
            let module = parse(&source).map_err(|failure| failure.message)?;
            let edits = import_edits(&module, &formatting.style(&module), changes);
            edits.map(|edits| edits.iter().cloned().collect()).map_err(|conflict| conflict.to_string())
        })
    }

    fn settings_edits(&self, path: &RelPath, text: &str, changes: &[SettingsChange]) -> Result<Vec<TextEdit>, String> {
        settings_edits(path, text, changes)
    }

    fn verify(&self, path: &RelPath, text: &str) -> Result<(), String> {
        let name = path.file_name();
        if name.ends_with(".json") || name.ends_with(".jsonc") {
            return jsonc::parse(text).map(drop).map_err(|failure| failure.message);
        }
        if name.ends_with(".yaml") || is_env_file(path) {
            return Ok(());
        }
        let Some(source) = SourceFile::new(path.clone(), text.into()) else { return Ok(()) };
        on_deep_stack(|| parse(&source).map(drop).map_err(|failure| failure.message))
    }
}
