//! An app as the groups of its plan leave it: what later rules have to look at, and where in the files of now it is.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::Arc;

use change::{EditSet, Location, RelPath, TextEdit, TextRange};
use syntax::{FileFacts, SourceFile, SourceKind, on_deep_stack};

use crate::ctx::{Ctx, Sink};
use crate::language::TypeScript;
use crate::proof::merged;
use crate::workspace::Workspace;

/// A file as groups leave it.
pub(crate) struct Revised {
    /// What they do to it.
    pub(crate) edits: EditSet,
    /// What it becomes.
    pub(crate) text: Arc<str>,
    /// Whether it is new.
    pub(crate) is_new: bool,
}

/// The source files that groups change or make.
pub(crate) struct Future {
    pub(crate) files: BTreeMap<RelPath, Revised>,
}

impl Future {
    /// What the groups so far come to; a file whose edits clash is left out, as nothing is known of it then.
    pub(crate) fn of(sink: &Sink) -> Self {
        let language = TypeScript { formatting: sink.formatting.clone() };
        let edited = sink.groups.iter().flat_map(|group| group.edits().keys().chain(group.imports().keys()));
        let paths: BTreeSet<&RelPath> = edited.filter(|path| SourceKind::of(path).is_some()).collect();
        let mut files: BTreeMap<RelPath, Revised> = on_deep_stack(|| {
            let revised = paths.into_iter().filter_map(|path| {
                let base = sink.bases.get(path)?;
                let edits = merged(path, base, &sink.groups, &language).ok()?;
                let text: Arc<str> = edits.apply(&base.text)?.into();
                Some((path.clone(), Revised { edits, text, is_new: false }))
            });
            revised.collect()
        });
        let created = sink.groups.iter().flat_map(|group| group.creates());
        for (path, text) in created.filter(|(path, _)| SourceKind::of(path).is_some()) {
            let edits = EditSet::default();
            files.insert(path.clone(), Revised { edits, text: text.as_str().into(), is_new: true });
        }
        Self { files }
    }

    /// What the files say then.
    pub(crate) fn facts(&self, workspace: &Workspace) -> BTreeMap<RelPath, Arc<FileFacts>> {
        if self.files.is_empty() {
            return BTreeMap::new();
        }
        on_deep_stack(|| {
            let facts = self.files.iter().filter_map(|(path, revised)| {
                let source = SourceFile::new(path.clone(), revised.text.clone())?;
                Some((path.clone(), workspace.kept.read(&source).facts.ok()?))
            });
            facts.collect()
        })
    }

    /// The source files that come.
    pub(crate) fn added(&self) -> BTreeSet<RelPath> {
        self.files.iter().filter(|(_, revised)| revised.is_new).map(|(path, _)| path.clone()).collect()
    }

    /// The text of a file then.
    pub(crate) fn text(&self, ctx: &Ctx<'_>, path: &RelPath) -> Option<Rc<str>> {
        match self.files.get(path) {
            Some(revised) => Some(Rc::from(&*revised.text)),
            None => ctx.workspace.text(path).map(Rc::from),
        }
    }

    /// Where a range of a file as it is going to be stands in the file as it is, and whether it is new: then it is the place where it comes.
    pub(crate) fn now(&self, path: &RelPath, range: TextRange) -> (Location, bool) {
        let path = path.clone();
        let Some(revised) = self.files.get(&path) else { return (Location { path, range }, false) };
        if revised.is_new {
            return (Location { path, range: TextRange::empty(0) }, true);
        }
        let at = |offset: u32| Some(revised.edits.before(&TextEdit::insertion(offset, "x"))?.range().start());
        match (at(range.start()), at(range.end())) {
            (Some(start), Some(end)) if start < end => (Location { path, range: TextRange::new(start, end) }, false),
            _ => {
                let start = (range.start()..=range.end()).find_map(at).unwrap_or_default();
                (Location { path, range: TextRange::empty(start) }, true)
            }
        }
    }
}

impl Revised {
    /// The edit of the file as it is that does what `edit` does to the text. A line that the groups before began is moved in behind their
    /// white space, which comes to the same.
    pub(crate) fn before(&self, edit: &TextEdit) -> Option<TextEdit> {
        let is_blank = |c: char| matches!(c, ' ' | '\t');
        let moved = || {
            let rest = self.text.get(edit.range().start() as usize..)?;
            let at = edit.range().start() + (rest.len() - rest.trim_start_matches(is_blank).len()) as u32;
            let is_indent = edit.range().is_empty() && edit.text().chars().all(is_blank);
            is_indent.then(|| self.edits.before(&TextEdit::insertion(at, edit.text()))).flatten()
        };
        self.edits.before(edit).or_else(moved)
    }
}
