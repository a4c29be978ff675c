//! The views of a plan: one file each, all of them made from the same rendered plan.

pub(crate) mod diff;
pub(crate) mod human;
pub(crate) mod json;
pub(crate) mod steps;
pub(crate) mod summary;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs;
use std::sync::Arc;

use change::{AppId, ColumnUnit, FileChange, LineIndex, Location, RelPath, Selection};
use migrate::Planned;

/// What `explain` says of an app whose framework is not migrated.
pub(crate) const UNSUPPORTED: &str = "unsupported-framework";

/// A plan and the files that the chosen groups of it give.
pub(crate) struct View<'a> {
    /// The plan.
    pub(crate) planned: &'a Planned,
    /// What was chosen.
    pub(crate) selection: &'a Selection,
    /// The files as they become.
    pub(crate) files: &'a BTreeMap<RelPath, FileChange>,
    texts: RefCell<BTreeMap<RelPath, Option<Arc<str>>>>,
}

impl<'a> View<'a> {
    pub(crate) fn new(
        planned: &'a Planned,
        selection: &'a Selection,
        files: &'a BTreeMap<RelPath, FileChange>,
    ) -> Self {
        Self { planned, selection, files, texts: RefCell::default() }
    }

    /// Whether an app could be migrated, but none of its groups was chosen.
    pub(crate) fn is_left_out(&self, app: &AppId) -> bool {
        let plan = &self.planned.plan;
        let chosen = plan.chosen(self.selection);
        let mut own = plan.groups().iter().filter(|group| group.apps.contains(app)).peekable();
        own.peek().is_some() && !own.any(|group| chosen.contains(&group.id))
    }

    /// The text of a file as the plan was made on it; `None` where it can't be read. What is not Unicode in it is replaced: only places
    /// before that are ever asked for.
    pub(crate) fn text(&self, path: &RelPath) -> Option<Arc<str>> {
        if let Some(base) = self.planned.plan.bases().get(path) {
            return Some(base.text.clone());
        }
        let mut texts = self.texts.borrow_mut();
        let read = || {
            let bytes = fs::read(self.planned.base.join(path.as_str())).ok()?;
            Some(Arc::from(String::from_utf8_lossy(&bytes)))
        };
        texts.entry(path.clone()).or_insert_with(read).clone()
    }

    /// `src/main.tsx:12:5`, line and column from 1, columns in characters; only the path for a file as a whole.
    pub(crate) fn place(&self, location: &Location) -> String {
        let is_whole = location.range.is_empty() && location.range.start() == 0;
        let path = location.path.as_str().replace('\n', "\\n");
        match self.text(&location.path).filter(|_| !is_whole) {
            Some(text) => {
                let at = LineIndex::new(&text).line_col(&text, location.range.start(), ColumnUnit::Chars);
                format!("{path}:{}:{}", at.line + 1, at.column + 1)
            }
            None => path,
        }
    }
}

/// `1 file`, `2 files`.
pub(crate) fn count(number: usize, thing: &str) -> String {
    if number == 1 { format!("1 {thing}") } else { format!("{number} {thing}s") }
}
