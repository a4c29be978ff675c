//! The plan: everything that was found and everything that is offered, for every consumer alike.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use crate::{
    Applicability, ChangeGroup, Conflict, EditSet, Finding, GroupId, ImportChange, Location, RelPath, SettingsChange,
    TextEdit,
};

/// The folder of an app below the base; `.` is the base itself.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AppId(Arc<str>);

impl AppId {
    /// The app in `folder` (`""` or `.` is the base).
    pub fn new(folder: &str) -> Self {
        Self(if folder.is_empty() { ".".into() } else { folder.into() })
    }

    /// The folder, `.` for the base.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The folder as a prefix for [`RelPath::is_in`]: `""` for the base.
    pub fn folder(&self) -> &str {
        if &*self.0 == "." { "" } else { &self.0 }
    }
}

impl fmt::Display for AppId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for AppId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

/// What became of an app.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AppOutcome {
    /// The plan holds its wiring.
    Migrated,
    /// Nothing is to be done, and why.
    Nothing(String),
    /// The wiring could not be proven; none of the app's files is touched.
    Refused {
        /// The id of the reason, for `explain`.
        reason: &'static str,
        /// The reason for this app, in a sentence.
        message: String,
        /// Where it shows.
        place: Option<Location>,
    },
    /// A framework that is recognised but not migrated.
    Unsupported {
        /// Its name.
        name: String,
        /// What was seen, why there is no patch and what a person can do; empty where nothing more is to be said.
        text: String,
        /// The official page to go on with.
        doc: Option<&'static str>,
    },
}

/// One app and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppReport {
    /// Which.
    pub id: AppId,
    /// The framework's id.
    pub framework: String,
    /// What became of it.
    pub outcome: AppOutcome,
}

/// Something only a person can do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// A stable id, kebab-case.
    pub id: &'static str,
    /// The apps it is for.
    pub apps: Vec<AppId>,
    /// What to do, one sentence.
    pub title: String,
    /// The folders or files to do it in, where that matters; the same step of several apps names each.
    pub at: Vec<String>,
    /// The command or text to copy, if there is one.
    pub copy: Option<String>,
    /// The official page.
    pub doc: Option<&'static str>,
}

/// A file as it was when the plan was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Base {
    /// Its whole text, byte order mark included.
    pub text: Arc<str>,
    /// Whether it may be executed (mode 100755).
    pub executable: bool,
}

/// What happens to one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileChange {
    /// The file as it was; `None` where it is new.
    pub before: Option<Base>,
    /// Its whole text afterwards.
    pub after: String,
}

/// What a plan must know of the language its files are written in.
pub trait Language: Send + Sync {
    /// The edits of `text`, the file `path` as it is on disk, that make its imports what `changes` ask for.
    ///
    /// # Errors
    /// A sentence saying why it can't be done.
    fn import_edits(&self, path: &RelPath, text: &str, changes: &[ImportChange]) -> Result<Vec<TextEdit>, String>;

    /// The edits of `text`, the file of settings `path` as it is on disk, that make it what `changes` ask for.
    ///
    /// # Errors
    /// A sentence saying why it can't be done.
    fn settings_edits(&self, path: &RelPath, text: &str, changes: &[SettingsChange]) -> Result<Vec<TextEdit>, String>;

    /// Reads a changed file again.
    ///
    /// # Errors
    /// A sentence saying what is wrong with it.
    fn verify(&self, path: &RelPath, text: &str) -> Result<(), String>;
}

/// Why a selection could not be rendered: every one is a defect of the tool, and nothing is written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RenderError {
    /// Two chosen groups change the same bytes.
    #[error("{path}: {conflict}")]
    Conflict {
        /// The file.
        path: RelPath,
        /// The two ranges.
        conflict: Conflict,
    },
    /// A group creates a file that is there, or that another group creates differently.
    #[error("{0} would be created twice or over an existing file")]
    CreatedTwice(RelPath),
    /// An edit lies outside the file, or the file is not in the plan.
    #[error("an edit does not fit {0}")]
    Misplaced(RelPath),
    /// Imports or settings could not be laid out.
    #[error("{path}: {message}")]
    Layout {
        /// The file.
        path: RelPath,
        /// Why.
        message: String,
    },
    /// A changed file does not parse.
    #[error("the changed {path} would not parse: {message}")]
    Invalid {
        /// The file.
        path: RelPath,
        /// What the parser said.
        message: String,
    },
}

/// Which groups are chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Selection {
    /// Every group of at least this level.
    AtLeast(Applicability),
    /// These groups; one whose required groups are not chosen too is left out.
    Only(BTreeSet<GroupId>),
}

/// What a [`Plan`] is made of.
pub struct PlanParts {
    /// The apps.
    pub apps: Vec<AppReport>,
    /// What is offered, in an order that keeps required groups first.
    pub groups: Vec<ChangeGroup>,
    /// What was seen.
    pub findings: Vec<Finding>,
    /// What is left to a person, in the order to do it.
    pub steps: Vec<Step>,
    /// Every file that a group edits, as it was read.
    pub bases: BTreeMap<RelPath, Base>,
    /// How imports are laid out and files verified.
    pub language: Box<dyn Language>,
}

/// Everything that was found and everything that is offered.
///
/// Invariant: apps and findings are sorted; no group serves only apps that are not migrated.
pub struct Plan {
    parts: PlanParts,
}

impl Plan {
    /// Sorts the parts and drops the groups that serve no migrated app.
    pub fn new(mut parts: PlanParts) -> Self {
        parts.apps.sort_by(|a, b| a.id.cmp(&b.id));
        let migrated: BTreeSet<AppId> =
            parts.apps.iter().filter(|app| app.outcome == AppOutcome::Migrated).map(|app| app.id.clone()).collect();
        parts.groups.retain(|group| !group.is_empty() && group.apps.iter().any(|app| migrated.contains(app)));
        parts.findings.sort_by(Finding::order);
        parts.findings.dedup();
        Self { parts }
    }

    /// The apps, sorted.
    pub fn apps(&self) -> &[AppReport] {
        &self.parts.apps
    }

    /// What is offered.
    pub fn groups(&self) -> &[ChangeGroup] {
        &self.parts.groups
    }

    /// What was seen, sorted.
    pub fn findings(&self) -> &[Finding] {
        &self.parts.findings
    }

    /// What is left to a person.
    pub fn steps(&self) -> &[Step] {
        &self.parts.steps
    }

    /// The files that groups edit, as they were read.
    pub fn bases(&self) -> &BTreeMap<RelPath, Base> {
        &self.parts.bases
    }

    /// The groups a selection names, without those whose required groups it lacks.
    pub fn chosen(&self, selection: &Selection) -> BTreeSet<&GroupId> {
        let named = |group: &&ChangeGroup| match selection {
            Selection::AtLeast(level) => group.applicability >= *level,
            Selection::Only(ids) => ids.contains(&group.id),
        };
        let mut chosen: BTreeSet<&GroupId> = self.parts.groups.iter().filter(named).map(|group| &group.id).collect();
        loop {
            let lacking: Vec<&GroupId> = self
                .parts
                .groups
                .iter()
                .filter(|group| chosen.contains(&group.id))
                .filter(|group| !group.requires.iter().all(|id| chosen.contains(id)))
                .map(|group| &group.id)
                .collect();
            if lacking.is_empty() {
                return chosen;
            }
            for id in lacking {
                chosen.remove(id);
            }
        }
    }

    /// The files as the chosen groups leave them: edits merged, imports laid out, every changed file read again.
    ///
    /// # Errors
    /// A [`RenderError`], which is always a defect of the tool.
    pub fn render(&self, selection: &Selection) -> Result<BTreeMap<RelPath, FileChange>, RenderError> {
        let chosen = self.chosen(selection);
        let mut edits: BTreeMap<&RelPath, EditSet> = BTreeMap::new();
        let mut imports: BTreeMap<&RelPath, Vec<ImportChange>> = BTreeMap::new();
        let mut settings: BTreeMap<&RelPath, Vec<SettingsChange>> = BTreeMap::new();
        let mut merged: BTreeMap<&RelPath, Vec<&EditSet>> = BTreeMap::new();
        let mut files: BTreeMap<RelPath, FileChange> = BTreeMap::new();
        for group in self.parts.groups.iter().filter(|group| chosen.contains(&group.id)) {
            for (path, set) in group.edits() {
                // A file that several apps share, such as the configuration of their backend, changes for each in the same way.
                let known = merged.entry(path).or_default();
                if !known.contains(&set) {
                    known.push(set);
                    let merged = edits.entry(path).or_default().merge(set);
                    merged.map_err(|conflict| RenderError::Conflict { path: path.clone(), conflict })?;
                }
            }
            for (path, changes) in group.imports() {
                let wanted = imports.entry(path).or_default();
                wanted.extend(changes.iter().filter(|change| !wanted.contains(change)).cloned().collect::<Vec<_>>());
            }
            for (path, changes) in group.settings_changes() {
                let wanted = settings.entry(path).or_default();
                wanted.extend(changes.iter().filter(|change| !wanted.contains(change)).cloned().collect::<Vec<_>>());
            }
            for (path, text) in group.creates() {
                let file = FileChange { before: None, after: text.clone() };
                let taken = self.parts.bases.contains_key(path);
                if taken || files.insert(path.clone(), file.clone()).is_some_and(|other| other != file) {
                    return Err(RenderError::CreatedTwice(path.clone()));
                }
            }
        }
        let language = &self.parts.language;
        let imports = imports
            .into_iter()
            .map(|(path, changes)| Ok((path, language.import_edits(path, &self.base(path)?.text, &changes))));
        let settings = settings
            .into_iter()
            .map(|(path, changes)| Ok((path, language.settings_edits(path, &self.base(path)?.text, &changes))));
        for made in imports.chain(settings) {
            let (path, made) = made?;
            let set = edits.entry(path).or_default();
            for edit in made.map_err(|message| RenderError::Layout { path: path.clone(), message })? {
                set.push(edit).map_err(|conflict| RenderError::Conflict { path: path.clone(), conflict })?;
            }
        }
        for (path, set) in edits {
            let base = self.base(path)?;
            let after = set.apply(&base.text).ok_or_else(|| RenderError::Misplaced(path.clone()))?;
            if *after != *base.text {
                files.insert(path.clone(), FileChange { before: Some(base.clone()), after });
            }
        }
        for (path, file) in &files {
            let verified = self.parts.language.verify(path, &file.after);
            verified.map_err(|message| RenderError::Invalid { path: path.clone(), message })?;
        }
        Ok(files)
    }

    fn base(&self, path: &RelPath) -> Result<&Base, RenderError> {
        self.parts.bases.get(path).ok_or_else(|| RenderError::Misplaced(path.clone()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Severity, TextRange};
    use proptest::prelude::*;

    /// A language whose imports are lines at the top of the file, and whose texts may not hold `!`.
    struct Lines;

    impl Language for Lines {
        fn import_edits(&self, _: &RelPath, _: &str, changes: &[ImportChange]) -> Result<Vec<TextEdit>, String> {
            Ok(vec![TextEdit::insertion(0, format!("imports {}\n", changes.len()))])
        }

        fn settings_edits(&self, _: &RelPath, _: &str, changes: &[SettingsChange]) -> Result<Vec<TextEdit>, String> {
            Ok(vec![TextEdit::insertion(0, format!("settings {}\n", changes.len()))])
        }

        fn verify(&self, _: &RelPath, text: &str) -> Result<(), String> {
            if text.contains('!') { Err("`!`".to_owned()) } else { Ok(()) }
        }
    }

    fn path(path: &str) -> RelPath {
        RelPath::new(path).unwrap()
    }

    fn group(kind: &str, app: &str, requires: &[&GroupId]) -> ChangeGroup {
        let app = AppId::new(app);
        let mut group =
            ChangeGroup::new(GroupId::new(kind, &app), vec![app], Applicability::NeedsReview, "title", "reason");
        group.requires = requires.iter().map(|id| (*id).clone()).collect();
        group
    }

    fn app(id: &str, outcome: AppOutcome) -> AppReport {
        AppReport { id: AppId::new(id), framework: "react".to_owned(), outcome }
    }

    fn plan(apps: Vec<AppReport>, groups: Vec<ChangeGroup>) -> Plan {
        let base = Base { text: "0123456789\n".into(), executable: false };
        let bases = [(path("a.ts"), base.clone()), (path("b.ts"), base)].into();
        Plan::new(PlanParts { apps, groups, findings: vec![], steps: vec![], bases, language: Box::new(Lines) })
    }

    fn refused() -> AppOutcome {
        AppOutcome::Refused { reason: "no", message: String::new(), place: None }
    }

    #[test]
    fn a_group_of_several_apps_stays_while_one_is_migrated() {
        let mut shared = group("shared", "a", &[]);
        shared.apps.push(AppId::new("b"));
        shared.create(&path("new.ts"), String::new());
        let mut alone = group("wiring", "b", &[]);
        alone.create(&path("b/new.ts"), String::new());
        let groups = vec![shared, alone];
        let half = plan(vec![app("a", AppOutcome::Migrated), app("b", refused())], groups.clone());
        assert_eq!(half.groups().iter().map(|group| group.id.as_str()).collect::<Vec<_>>(), ["shared:a"]);
        assert!(plan(vec![app("a", refused()), app("b", refused())], groups).groups().is_empty());
    }

    #[test]
    fn what_two_apps_ask_of_a_file_is_done_once() {
        let wiring = |name: &str| {
            let mut wiring = group("wiring", name, &[]);
            wiring.edit(&path("a.ts"), TextEdit::insertion(3, "x")).unwrap();
            wiring.settings(&path("b.ts"), SettingsChange::Set { path: vec!["k".to_owned()], value: "v".to_owned() });
            wiring
        };
        let apps = vec![app("a", AppOutcome::Migrated), app("b", AppOutcome::Migrated)];
        let plan = plan(apps, vec![wiring("a"), wiring("b")]);
        let files = plan.render(&Selection::AtLeast(Applicability::Manual)).unwrap();
        assert_eq!(files[&path("a.ts")].after, "012x3456789\n");
        assert_eq!(files[&path("b.ts")].after, "settings 1\n0123456789\n");
    }

    #[test]
    fn a_group_without_what_it_requires_is_left_out() {
        let mut wiring = group("wiring", "a", &[]);
        wiring.edit(&path("a.ts"), TextEdit::insertion(0, "w")).unwrap();
        let mut gates = group("gates", "a", &[&wiring.id]);
        gates.edit(&path("a.ts"), TextEdit::insertion(0, "g")).unwrap();
        let (wiring_id, gates_id) = (wiring.id.clone(), gates.id.clone());
        let plan = plan(vec![app("a", AppOutcome::Migrated)], vec![wiring, gates]);
        let only = |ids: &[&GroupId]| Selection::Only(ids.iter().map(|id| (*id).clone()).collect());
        assert!(plan.render(&only(&[&gates_id])).unwrap().is_empty());
        assert_eq!(plan.render(&only(&[&gates_id, &wiring_id])).unwrap()[&path("a.ts")].after, "wg0123456789\n");
        assert!(plan.render(&Selection::AtLeast(Applicability::Safe)).unwrap().is_empty());
    }

    #[test]
    fn defects_never_leave_render() {
        let all = Selection::AtLeast(Applicability::Manual);
        let render = |edits: &[TextEdit]| {
            let groups = edits.iter().enumerate().map(|(index, edit)| {
                let mut group = group(&format!("g{index}"), "a", &[]);
                group.edit(&path("a.ts"), edit.clone()).unwrap();
                group
            });
            plan(vec![app("a", AppOutcome::Migrated)], groups.collect()).render(&all)
        };
        let (left, right) = (TextRange::new(0, 3), TextRange::new(2, 5));
        let clash = render(&[TextEdit::deletion(left), TextEdit::deletion(right)]);
        assert!(matches!(clash, Err(RenderError::Conflict { .. })), "{clash:?}");
        assert!(matches!(render(&[TextEdit::insertion(99, "x")]), Err(RenderError::Misplaced(_))));
        assert!(matches!(render(&[TextEdit::insertion(0, "!")]), Err(RenderError::Invalid { .. })));
        let mut over = group("over", "a", &[]);
        over.create(&path("a.ts"), String::new());
        let over = plan(vec![app("a", AppOutcome::Migrated)], vec![over]).render(&all);
        assert!(matches!(over, Err(RenderError::CreatedTwice(_))), "{over:?}");
    }

    #[test]
    fn findings_are_sorted_and_said_once() {
        let finding = |message: &str| Finding::new("rule", Severity::Note, message);
        let parts = PlanParts {
            apps: vec![],
            groups: vec![],
            findings: vec![finding("b"), finding("a"), finding("b")],
            steps: vec![],
            bases: BTreeMap::new(),
            language: Box::new(Lines),
        };
        let plan = Plan::new(parts);
        assert_eq!(plan.findings().iter().map(|finding| &*finding.message).collect::<Vec<_>>(), ["a", "b"]);
    }

    proptest! {
        /// Any choice of groups that don't clash renders, to the text that their edits alone give, imports laid out once.
        #[test]
        fn any_selection_renders(choice in any::<u8>(), requires in any::<u64>()) {
            let mut groups: Vec<ChangeGroup> = Vec::new();
            for index in 0..6u32 {
                let needed: Vec<GroupId> = groups
                    .iter()
                    .enumerate()
                    .filter(|(other, _)| requires >> (index * 8 + *other as u32) & 3 == 3)
                    .map(|(_, group)| group.id.clone())
                    .collect();
                let mut made = group(&format!("g{index}"), "a", &needed.iter().collect::<Vec<_>>());
                made.edit(&path("a.ts"), TextEdit::replacement(TextRange::new(index, index + 1), "x")).unwrap();
                made.import(&path("b.ts"), ImportChange::Drop { local: format!("l{index}") });
                groups.push(made);
            }
            let ids: BTreeSet<GroupId> =
                groups.iter().enumerate().filter(|(index, _)| choice >> index & 1 == 1).map(|(_, group)| group.id.clone()).collect();
            let plan = plan(vec![app("a", AppOutcome::Migrated)], groups.clone());
            let selection = Selection::Only(ids.clone());
            let files = plan.render(&selection).unwrap();
            let chosen = plan.chosen(&selection);
            for group in &groups {
                if chosen.contains(&group.id) {
                    prop_assert!(ids.contains(&group.id) && group.requires.iter().all(|id| chosen.contains(id)));
                }
            }
            let expected: String = ('0'..='9')
                .enumerate()
                .map(|(index, c)| if groups.get(index).is_some_and(|group| chosen.contains(&group.id)) { 'x' } else { c })
                .chain(['\n'])
                .collect();
            prop_assert_eq!(files.get(&path("a.ts")).map_or("0123456789\n", |file| &file.after), &expected);
            let imports = (!chosen.is_empty()).then(|| format!("imports {}\n0123456789\n", chosen.len()));
            prop_assert_eq!(files.get(&path("b.ts")).map(|file| file.after.clone()), imports);
        }
    }
}
