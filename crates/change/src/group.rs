//! Groups: what is accepted or refused as one.

use std::collections::BTreeMap;
use std::fmt;

use crate::{AppId, Conflict, EditSet, Location, RelPath, TextEdit};

/// How sure a change is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Applicability {
    /// A person decides.
    Manual,
    /// Right by proof, but it changes what users see or needs keys: every migration change.
    NeedsReview,
    /// Behaviour unchanged for an app that already runs with Clerk, and no comment lost.
    Safe,
}

impl Applicability {
    /// The word that flags and reports use.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Manual => "manual",
            Self::NeedsReview => "needs-review",
            Self::Safe => "safe",
        }
    }
}

/// The name of a group: stable for the same repository state, e.g. `wiring:apps/web`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GroupId(String);

impl GroupId {
    /// A group of the kind `kind` that serves `app`.
    pub fn new(kind: &str, app: &AppId) -> Self {
        Self(format!("{kind}:{app}"))
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for GroupId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for GroupId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

/// Which export of a module an import takes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ImportedName {
    /// `import { Name } from "m"`.
    Named(String),
    /// `import name from "m"`.
    Default,
    /// `import * as name from "m"`.
    Namespace,
}

/// A change of what a file imports. All of a file's changes are laid out together, once the groups are chosen.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ImportChange {
    /// `local` must mean the export `name` of `module`.
    Add {
        /// The module specifier.
        module: String,
        /// The export.
        name: ImportedName,
        /// The name in this file, already checked to be free or to mean this export.
        local: String,
        /// Whether the name is used as a type only.
        type_only: bool,
        /// The module whose import the new one stands beside, if the file has such an import.
        beside: Option<String>,
    },
    /// The import that binds `local` has no use left.
    Drop {
        /// The name in this file.
        local: String,
    },
}

/// A change of a file of settings: package.json, tsconfig.json, pnpm-workspace.yaml, .env.example. What several groups ask of a file is
/// laid out together, and the same thing once, however many apps need it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SettingsChange {
    /// The member at `path` becomes the text `value`; it is added where it lacks, in its place where its neighbours are sorted.
    Set {
        /// The keys from the top: `["dependencies", "convex"]`.
        path: Vec<String>,
        /// What it becomes.
        value: String,
    },
    /// The list at `path` has the text `item`; it is added where it lacks, and so is the list.
    Include {
        /// The keys from the top: `["compilerOptions", "types"]`.
        path: Vec<String>,
        /// What has to be in it.
        item: String,
    },
}

/// Edits that are made together or not at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangeGroup {
    /// The group's name.
    pub id: GroupId,
    /// The apps it serves; it stays while one of them is migrated.
    pub apps: Vec<AppId>,
    /// How sure it is.
    pub applicability: Applicability,
    /// What it does, as a heading.
    pub title: String,
    /// Why it is offered.
    pub reason: String,
    /// The groups without which it makes no sense.
    pub requires: Vec<GroupId>,
    /// The places that it is about, where an editor offers it: what a gate guards, the providers of the wiring.
    pub about: Vec<Location>,
    edits: BTreeMap<RelPath, EditSet>,
    imports: BTreeMap<RelPath, Vec<ImportChange>>,
    settings: BTreeMap<RelPath, Vec<SettingsChange>>,
    creates: BTreeMap<RelPath, String>,
}

impl ChangeGroup {
    /// A group without changes.
    pub fn new(id: GroupId, apps: Vec<AppId>, applicability: Applicability, title: &str, reason: &str) -> Self {
        Self {
            id,
            apps,
            applicability,
            title: title.to_owned(),
            reason: reason.to_owned(),
            requires: Vec::new(),
            about: Vec::new(),
            edits: BTreeMap::new(),
            imports: BTreeMap::new(),
            settings: BTreeMap::new(),
            creates: BTreeMap::new(),
        }
    }

    /// Adds an edit of an existing file.
    ///
    /// # Errors
    /// A [`Conflict`] with an edit that is already there.
    pub fn edit(&mut self, path: &RelPath, edit: TextEdit) -> Result<(), Conflict> {
        self.edits.entry(path.clone()).or_default().push(edit)
    }

    /// Asks for a change of a file's imports.
    pub fn import(&mut self, path: &RelPath, import: ImportChange) {
        let imports = self.imports.entry(path.clone()).or_default();
        if !imports.contains(&import) {
            imports.push(import);
        }
    }

    /// Asks for a change of a file of settings.
    pub fn settings(&mut self, path: &RelPath, change: SettingsChange) {
        let changes = self.settings.entry(path.clone()).or_default();
        if !changes.contains(&change) {
            changes.push(change);
        }
    }

    /// Adds a new file with its whole text.
    pub fn create(&mut self, path: &RelPath, text: String) {
        self.creates.insert(path.clone(), text);
    }

    /// The edits of each file.
    pub fn edits(&self) -> &BTreeMap<RelPath, EditSet> {
        &self.edits
    }

    /// The import changes of each file.
    pub fn imports(&self) -> &BTreeMap<RelPath, Vec<ImportChange>> {
        &self.imports
    }

    /// The settings that change, of each file.
    pub fn settings_changes(&self) -> &BTreeMap<RelPath, Vec<SettingsChange>> {
        &self.settings
    }

    /// The new files.
    pub fn creates(&self) -> &BTreeMap<RelPath, String> {
        &self.creates
    }

    /// Every file the group touches, in order.
    pub fn paths(&self) -> Vec<&RelPath> {
        let edited = self.edits.keys().chain(self.imports.keys()).chain(self.settings.keys());
        let mut paths: Vec<_> = edited.chain(self.creates.keys()).collect();
        paths.sort();
        paths.dedup();
        paths
    }

    /// Whether the group changes nothing.
    pub fn is_empty(&self) -> bool {
        let is_unedited = self.edits.values().all(EditSet::is_empty) && self.imports.is_empty();
        is_unedited && self.settings.is_empty() && self.creates.is_empty()
    }
}
