//! The views of a plan: one file each, all of them made from the same rendered plan. `graph` draws what a plan is decided on.

pub(crate) mod checkup;
pub(crate) mod diff;
mod github;
pub(crate) mod graph;
mod html;
pub(crate) mod human;
mod json;
mod markdown;
mod notices;
pub(crate) mod places;
mod sarif;
pub(crate) mod steps;
pub(crate) mod summary;

use std::collections::BTreeMap;
use std::sync::Arc;

use change::{AppId, ChangeGroup, FileChange, Finding, LineCol, Location, RelPath, Selection, Severity};
use migrate::Planned;

use crate::args::Format;
use crate::terminal::Paint;
use notices::notices;
use places::Places;

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
    places: Places,
}

impl<'a> View<'a> {
    pub(crate) fn new(
        planned: &'a Planned,
        selection: &'a Selection,
        files: &'a BTreeMap<RelPath, FileChange>,
    ) -> Self {
        Self { planned, selection, files, places: Places::new(planned.base.clone()) }
    }

    /// Whether an app could be migrated, but none of its groups was chosen.
    pub(crate) fn is_left_out(&self, app: &AppId) -> bool {
        let plan = &self.planned.plan;
        let chosen = plan.chosen(self.selection);
        let mut own = plan.groups().iter().filter(|group| group.apps.contains(app)).peekable();
        own.peek().is_some() && !own.any(|group| chosen.contains(&group.id))
    }

    /// The chosen groups, those that others require first.
    pub(crate) fn groups(&self) -> Vec<&'a ChangeGroup> {
        let plan = &self.planned.plan;
        let chosen = plan.chosen(self.selection);
        plan.groups().iter().filter(|group| chosen.contains(&group.id)).collect()
    }

    /// The chosen groups that change a file.
    pub(crate) fn groups_of(&self, path: &RelPath) -> Vec<&'a ChangeGroup> {
        self.groups().into_iter().filter(|group| group.paths().contains(&path)).collect()
    }

    /// The findings that no change shows.
    pub(crate) fn worth_a_look(&self) -> Vec<&'a Finding> {
        let is_shown = |finding: &&Finding| finding.severity > Severity::Note || finding.group.is_none();
        self.planned.plan.findings().iter().filter(is_shown).collect()
    }

    /// Where a place begins and ends, columns in UTF-16 units; `None` for a file as a whole.
    pub(crate) fn span(&self, location: &Location) -> Option<(LineCol, LineCol)> {
        let text = (!places::is_whole(location)).then(|| self.text(&location.path)).flatten()?;
        Some(places::span(location.range, &text))
    }

    /// The text of a file as the plan was made on it; `None` where it can't be read.
    pub(crate) fn text(&self, path: &RelPath) -> Option<Arc<str>> {
        match self.planned.plan.bases().get(path) {
            Some(base) => Some(base.text.clone()),
            None => self.places.text(path),
        }
    }

    /// `src/main.tsx:12:5`, line and column from 1, columns in characters; only the path for a file as a whole.
    pub(crate) fn place(&self, location: &Location) -> String {
        let path = location.path.as_str().replace('\n', "\\n");
        match (!places::is_whole(location)).then(|| self.text(&location.path)).flatten() {
            Some(text) => {
                let at = places::start(location, &text);
                format!("{path}:{}:{}", at.line + 1, at.column + 1)
            }
            None => path,
        }
    }
}

/// A view of a plan in a format; `paint` is for those that people read in a terminal.
///
/// # Errors
/// serde_json's, or that the plan can't be rendered for some groups, which is a defect.
pub(crate) fn rendered(view: &View<'_>, format: Format, paint: Paint) -> anyhow::Result<String> {
    Ok(match format {
        Format::Diff => diff::diff(view, paint),
        Format::Human => human::human(view, Paint { escape: true, ..paint }),
        Format::Json => json::json(view)?,
        Format::Sarif => sarif::sarif(view, &notices(view))?,
        Format::Github => github::github(view, &notices(view)),
        Format::Markdown => markdown::markdown(view),
        Format::Html => html::page(view)?,
    })
}

/// What is chosen of a plan in every format, each as it goes into a file, by the format's name.
///
/// # Errors
/// That the plan can't be rendered, which is a defect, or serde_json's.
pub fn views(planned: &Planned, selection: &Selection) -> anyhow::Result<BTreeMap<String, String>> {
    let files = planned.plan.render(selection).map_err(crate::run::Defect)?;
    let view = View::new(planned, selection, &files);
    Format::all().map(|(name, format)| Ok((name, rendered(&view, format, Paint::default())?))).collect()
}

/// The page to review what is chosen of a plan.
///
/// # Errors
/// That the plan can't be rendered, which is a defect, or serde_json's.
pub(crate) fn page(planned: &Planned, selection: &Selection) -> anyhow::Result<String> {
    let files = planned.plan.render(selection).map_err(crate::run::Defect)?;
    html::page(&View::new(planned, selection, &files))
}

/// `1 file`, `2 files`.
pub(crate) fn count(number: usize, thing: &str) -> String {
    if number == 1 { format!("1 {thing}") } else { format!("{number} {thing}s") }
}
