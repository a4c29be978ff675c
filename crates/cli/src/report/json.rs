//! `--format json`, version 1: the whole plan for programs. Its own types, so that the inner ones can change without it.
//!
//! Paths are relative to the top of the git work tree, without one to PATH; ranges are byte offsets; lines and columns are from 1, columns in UTF-16 units.

use std::collections::BTreeMap;

use change::{
    AppOutcome, ChangeGroup, ColumnUnit, Finding, ImportChange, ImportedName, LineIndex, Location, RelPath,
    SettingsChange, Step, TextRange,
};
use serde::Serialize;

use super::{UNSUPPORTED, View};
use crate::disk::hash;

/// The version of the format. It grows when a field changes its meaning or goes; new fields don't count.
const VERSION: u32 = 1;

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    tool: Tool,
    apps: Vec<App<'a>>,
    groups: Vec<Group<'a>>,
    findings: Vec<FindingDto<'a>>,
    steps: Vec<StepDto<'a>>,
    files: Vec<File<'a>>,
}

/// Who made the document.
#[derive(Serialize)]
pub(super) struct Tool {
    name: &'static str,
    version: &'static str,
}

/// This tool.
pub(super) const TOOL: Tool = Tool { name: "convex-clerk", version: env!("CARGO_PKG_VERSION") };

#[derive(Serialize)]
struct App<'a> {
    id: &'a str,
    framework: &'a str,
    outcome: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    doc: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<Place>,
}

/// A range of a file.
#[derive(Serialize)]
pub(super) struct Place {
    path: String,
    start: u32,
    end: u32,
    line: u32,
    column: u32,
    end_line: u32,
    end_column: u32,
}

#[derive(Serialize)]
struct Group<'a> {
    id: &'a str,
    apps: Vec<&'a str>,
    level: &'static str,
    title: &'a str,
    reason: &'a str,
    requires: Vec<&'a str>,
    chosen: bool,
    edits: Vec<Edit<'a>>,
    imports: BTreeMap<&'a str, Vec<Import<'a>>>,
    settings: BTreeMap<&'a str, Vec<Setting<'a>>>,
    creates: BTreeMap<&'a str, &'a str>,
}

/// A change of a file of settings: what is at the end of a path of keys.
#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
enum Setting<'a> {
    Set { path: &'a [String], value: &'a str },
    Include { path: &'a [String], item: &'a str },
}

#[derive(Serialize)]
struct Edit<'a> {
    #[serde(flatten)]
    place: Place,
    text: &'a str,
}

#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
enum Import<'a> {
    Add { module: &'a str, name: &'a str, local: &'a str, type_only: bool },
    Drop { local: &'a str },
}

#[derive(Serialize)]
struct FindingDto<'a> {
    rule: &'static str,
    severity: &'static str,
    app: Option<&'a str>,
    location: Option<Place>,
    related: Vec<RelatedDto<'a>>,
    message: &'a str,
    why: Option<&'a str>,
    help: Option<&'a str>,
    doc: Option<&'static str>,
    group: Option<&'a str>,
}

#[derive(Serialize)]
struct RelatedDto<'a> {
    location: Place,
    message: &'a str,
}

#[derive(Serialize)]
struct StepDto<'a> {
    id: &'static str,
    apps: Vec<&'a str>,
    title: &'a str,
    at: Vec<&'a str>,
    copy: Option<&'a str>,
    doc: Option<&'static str>,
}

/// A file of the chosen groups.
#[derive(Serialize)]
struct File<'a> {
    path: &'a str,
    status: &'static str,
    mode: &'static str,
    /// SHA-256 of the file that the plan was made against; null where it is new.
    base_sha256: Option<String>,
    /// SHA-256 of the file as it becomes.
    result_sha256: String,
}

/// The document.
///
/// # Errors
/// serde_json's, which these types give no cause for.
pub(crate) fn json(view: &View<'_>) -> serde_json::Result<String> {
    let plan = &view.planned.plan;
    let chosen = plan.chosen(view.selection);
    let document = Document {
        version: VERSION,
        tool: TOOL,
        apps: plan.apps().iter().map(|app| self::app(view, app)).collect(),
        groups: plan.groups().iter().map(|group| self::group(view, group, chosen.contains(&group.id))).collect(),
        findings: plan.findings().iter().map(|finding| self::finding(view, finding)).collect(),
        steps: plan.steps().iter().map(step).collect(),
        files: files(view),
    };
    Ok(serde_json::to_string_pretty(&document)? + "\n")
}

fn app<'a>(view: &View<'_>, app: &'a change::AppReport) -> App<'a> {
    let (outcome, reason, message, location) = match &app.outcome {
        AppOutcome::Migrated => ("migrated", None, None, None),
        AppOutcome::Nothing(why) => ("nothing", None, Some(why), None),
        AppOutcome::Unsupported { name, text, .. } => {
            ("unsupported", Some(UNSUPPORTED), Some(if text.is_empty() { name } else { text }), None)
        }
        AppOutcome::Refused { reason, message, place } => ("refused", Some(*reason), Some(message), place.as_ref()),
    };
    let location = location.map(|location| place(view, &location.path, location.range));
    let doc = match app.outcome {
        AppOutcome::Unsupported { doc, .. } => doc,
        _ => None,
    };
    App {
        id: app.id.as_str(),
        framework: &app.framework,
        outcome,
        reason,
        message: message.map(String::as_str),
        doc,
        location,
    }
}

fn place(view: &View<'_>, path: &RelPath, range: TextRange) -> Place {
    Place::new(path, range, view.text(path).as_deref().unwrap_or_default())
}

impl Place {
    /// A range of a file whose text is `text`.
    pub(super) fn new(path: &RelPath, range: TextRange, text: &str) -> Self {
        let index = LineIndex::new(text);
        let at = |offset| index.line_col(text, offset, ColumnUnit::Utf16);
        let (start, end) = (at(range.start()), at(range.end()));
        Self {
            path: path.to_string(),
            start: range.start(),
            end: range.end(),
            line: start.line + 1,
            column: start.column + 1,
            end_line: end.line + 1,
            end_column: end.column + 1,
        }
    }
}

fn group<'a>(view: &View<'_>, group: &'a ChangeGroup, chosen: bool) -> Group<'a> {
    let edits = group.edits().iter().flat_map(|(path, set)| set.iter().map(move |edit| (path, edit)));
    let settings = group.settings_changes().iter();
    let settings = settings.map(|(path, all)| (path.as_str(), all.iter().map(setting).collect()));
    Group {
        id: group.id.as_str(),
        apps: group.apps.iter().map(|app| app.as_str()).collect(),
        level: group.applicability.as_str(),
        title: &group.title,
        reason: &group.reason,
        requires: group.requires.iter().map(|id| id.as_str()).collect(),
        chosen,
        edits: edits.map(|(path, edit)| Edit { place: place(view, path, edit.range()), text: edit.text() }).collect(),
        imports: group.imports().iter().map(|(path, all)| (path.as_str(), all.iter().map(import).collect())).collect(),
        settings: settings.collect(),
        creates: group.creates().iter().map(|(path, text)| (path.as_str(), text.as_str())).collect(),
    }
}

fn setting(change: &SettingsChange) -> Setting<'_> {
    match change {
        SettingsChange::Set { path, value } => Setting::Set { path, value },
        SettingsChange::Include { path, item } => Setting::Include { path, item },
    }
}

fn import(change: &ImportChange) -> Import<'_> {
    match change {
        ImportChange::Drop { local } => Import::Drop { local },
        ImportChange::Add { module, name, local, type_only, .. } => {
            let name = match name {
                ImportedName::Named(name) => name,
                ImportedName::Default => "default",
                ImportedName::Namespace => "*",
            };
            Import::Add { module, name, local, type_only: *type_only }
        }
    }
}

fn finding<'a>(view: &View<'_>, finding: &'a Finding) -> FindingDto<'a> {
    let at = |location: &Location| place(view, &location.path, location.range);
    let related = finding.related.iter();
    FindingDto {
        rule: finding.rule,
        severity: finding.severity.as_str(),
        app: finding.app.as_ref().map(|app| app.as_str()),
        location: finding.location.as_ref().map(at),
        related: related.map(|r| RelatedDto { location: at(&r.location), message: &r.message }).collect(),
        message: &finding.message,
        why: finding.why.as_deref(),
        help: finding.help.as_deref(),
        doc: finding.doc,
        group: finding.group.as_ref().map(|group| group.as_str()),
    }
}

fn step(step: &Step) -> StepDto<'_> {
    StepDto {
        id: step.id,
        apps: step.apps.iter().map(|app| app.as_str()).collect(),
        title: &step.title,
        at: step.at.iter().map(String::as_str).collect(),
        copy: step.copy.as_deref(),
        doc: step.doc,
    }
}

fn files<'a>(view: &View<'a>) -> Vec<File<'a>> {
    let file = |(path, change): (&'a RelPath, &'a change::FileChange)| File {
        path: path.as_str(),
        status: if change.before.is_some() { "modified" } else { "created" },
        mode: if change.before.as_ref().is_some_and(|base| base.executable) { "100755" } else { "100644" },
        base_sha256: change.before.as_ref().map(|base| hash(base.text.as_bytes())),
        result_sha256: hash(change.after.as_bytes()),
    };
    view.files.iter().map(file).collect()
}
