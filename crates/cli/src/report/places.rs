//! The lines and columns of places, in files that are read once.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use change::{ColumnUnit, LineCol, LineIndex, Location, RelPath, TextRange};

/// The files below a folder as they are on disk.
pub(crate) struct Places {
    base: PathBuf,
    texts: RefCell<BTreeMap<RelPath, Option<Arc<str>>>>,
}

impl Places {
    pub(crate) fn new(base: PathBuf) -> Self {
        Self { base, texts: RefCell::default() }
    }

    /// The text of a file; `None` where it can't be read. What is not Unicode in it is replaced: only places before that are ever asked for.
    pub(crate) fn text(&self, path: &RelPath) -> Option<Arc<str>> {
        let mut texts = self.texts.borrow_mut();
        let read = || {
            let bytes = fs::read(self.base.join(path.as_str())).ok()?;
            Some(Arc::from(String::from_utf8_lossy(&bytes)))
        };
        texts.entry(path.clone()).or_insert_with(read).clone()
    }

    /// `src/main.tsx:12`, only the path for a file as a whole.
    pub(crate) fn line(&self, location: &Location) -> String {
        match (!is_whole(location)).then(|| self.text(&location.path)).flatten() {
            Some(text) => format!("{}:{}", location.path, start(location, &text).line + 1),
            None => location.path.to_string(),
        }
    }
}

/// Where a place begins and ends, columns in UTF-16 units, as programs count them.
pub(crate) fn span(range: TextRange, text: &str) -> (LineCol, LineCol) {
    let index = LineIndex::new(text);
    let at = |offset| index.line_col(text, offset, ColumnUnit::Utf16);
    (at(range.start()), at(range.end()))
}

/// Whether a place is a file as a whole.
pub(crate) fn is_whole(location: &Location) -> bool {
    location.range.is_empty() && location.range.start() == 0
}

/// Where a place begins, columns in characters.
pub(crate) fn start(location: &Location, text: &str) -> LineCol {
    LineIndex::new(text).line_col(text, location.range.start(), ColumnUnit::Chars)
}
