//! What source files said, by their contents: of a project that stays open only what changes is parsed again.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use change::{RelPath, TextRange};
use syntax::{Bindings, FileFacts, ParseFailure, ParsedModule, SourceFile, file_facts, on_deep_stack, parse};

/// How many texts of a file are kept: the one before an edit comes back by undoing, and a plan reads what it becomes.
const TEXTS: usize = 3;

/// What a text said.
#[derive(Clone, Debug)]
pub(crate) struct Read {
    /// What it says, or why it gave no tree.
    pub(crate) facts: Result<Arc<FileFacts>, ParseFailure>,
    /// Where its code, comments aside, first names `ConvexProvider`.
    pub(crate) spells_provider: Option<TextRange>,
}

impl Read {
    /// Of a file that could not be read, which is no place of it.
    pub(crate) fn failed(message: &str) -> Self {
        let failure = ParseFailure { message: message.to_owned(), range: TextRange::empty(0) };
        Self { facts: Err(failure), spells_provider: None }
    }
}

/// A tree and its names, of a file that rules look into: settings, middleware, the root.
pub(crate) struct Tree {
    pub(crate) module: ParsedModule,
    pub(crate) bindings: Bindings,
}

/// The hash of a text, and its tree if it has one.
type KnownTree = (u64, Option<Arc<Tree>>);

/// What was read so far.
#[derive(Default)]
pub(crate) struct Kept {
    facts: Mutex<HashMap<RelPath, Vec<(u64, Read)>>>,
    trees: Mutex<HashMap<RelPath, KnownTree>>,
}

impl Kept {
    /// What a file says; it is parsed if this text of it was not seen lately. Call it [`on_deep_stack`].
    pub(crate) fn read(&self, source: &SourceFile) -> Read {
        let hash = FileFacts::content_hash(&source.text);
        let known = || self.facts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, read)) = known().get(&source.path).and_then(|all| all.iter().find(|(other, _)| *other == hash))
        {
            return read.clone();
        }
        let mut spells_provider = None;
        let facts = parse(source).map(|module| {
            spells_provider = module.word_in_code("ConvexProvider");
            Arc::new(file_facts(&module))
        });
        let read = Read { facts, spells_provider };
        let mut known = known();
        let texts = known.entry(source.path.clone()).or_default();
        if texts.len() == TEXTS {
            texts.remove(0);
        }
        texts.push((hash, read.clone()));
        read
    }

    /// The tree of a file; `None` where it can't be parsed. Call it [`on_deep_stack`], and drop it there.
    pub(crate) fn tree(&self, source: &SourceFile) -> Option<Arc<Tree>> {
        let hash = FileFacts::content_hash(&source.text);
        let known = || self.trees.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, tree)) = known().get(&source.path).filter(|(other, _)| *other == hash) {
            return tree.clone();
        }
        let read = || {
            let module = parse(source).ok()?;
            Some(Arc::new(Tree { bindings: Bindings::new(&module), module }))
        };
        let tree = read();
        known().insert(source.path.clone(), (hash, tree.clone()));
        tree
    }

    /// Forgets the files that are gone.
    pub(crate) fn retain(&self, is_there: impl Fn(&RelPath) -> bool) {
        self.facts.lock().unwrap_or_else(PoisonError::into_inner).retain(|path, _| is_there(path));
        let mut trees = self.trees.lock().unwrap_or_else(PoisonError::into_inner);
        let gone: Vec<RelPath> = trees.keys().filter(|path| !is_there(path)).cloned().collect();
        let gone: Vec<_> = gone.iter().filter_map(|path| trees.remove(path)).collect();
        on_deep_stack(|| drop(gone));
    }
}

impl fmt::Debug for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Kept")
    }
}

impl Drop for Kept {
    /// A deep tree is dropped as it was made.
    fn drop(&mut self) {
        let trees = std::mem::take(self.trees.get_mut().unwrap_or_else(PoisonError::into_inner));
        if !trees.is_empty() {
            on_deep_stack(|| drop(trees));
        }
    }
}
