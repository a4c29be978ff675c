//! Texts that are open in an editor: they count instead of what is on disk.

use std::collections::BTreeMap;
use std::sync::Arc;

use change::RelPath;

/// The texts of open files, by their paths below the base; cheap to clone.
#[derive(Clone, Debug, Default)]
pub(crate) struct Buffers(Arc<BTreeMap<RelPath, Arc<str>>>);

impl Buffers {
    /// The text of a file that is open.
    pub(crate) fn text(&self, path: &RelPath) -> Option<&Arc<str>> {
        self.0.get(path)
    }

    /// Opens a file, gives it another text, or closes it. Whether that changes anything.
    pub(crate) fn set(&mut self, path: &RelPath, text: Option<Arc<str>>) -> bool {
        if self.text(path) == text.as_ref() {
            return false;
        }
        let texts = Arc::make_mut(&mut self.0);
        match text {
            Some(text) => drop(texts.insert(path.clone(), text)),
            None => drop(texts.remove(path)),
        }
        true
    }

    /// The files that are open, sorted.
    pub(crate) fn paths(&self) -> impl Iterator<Item = &RelPath> {
        self.0.keys()
    }
}
