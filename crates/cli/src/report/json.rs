//! `--format json`, version 1: the whole plan for programs. Its own types, so that the inner ones can change without it.
//!
//! Paths are relative to the top of the git work tree, without one to PATH; ranges are byte offsets; lines and columns are from 1, columns in UTF-16 units.

use std::collections::BTreeMap;

use change::{
    AppOutcome, ChangeGroup, FileChange, Finding, ImportChange, ImportedName, Location, RelPath, SettingsChange, Step,
    TextEdit, TextRange, edits_between,
};
use serde::Serialize;

use super::{UNSUPPORTED, View, places};
use crate::disk::hash;

/// The version of the format. It grows when a field changes its meaning or goes; new fields don't count.
const VERSION: u32 = 1;

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Document<'a> {
    /// The version of this format, 1. It grows when a field changes its meaning or goes; new fields don't count.
    version: u32,
    tool: Tool,
    /// What was found, by folder.
    apps: Vec<App<'a>>,
    /// What is offered: each is taken or left as one. Those that others require come first.
    groups: Vec<Group<'a>>,
    /// What was seen.
    findings: Vec<FindingDto<'a>>,
    /// What is left to a person, in the order to do it.
    steps: Vec<StepDto<'a>>,
    /// The files of the chosen groups. `apply` writes these.
    files: Vec<File<'a>>,
}

/// Who made the document.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct Tool {
    /// `convex-clerk`.
    name: &'static str,
    /// Its version.
    version: &'static str,
}

/// This tool.
pub(super) const TOOL: Tool = Tool { name: "convex-clerk", version: env!("CARGO_PKG_VERSION") };

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct App<'a> {
    /// Its folder; `.` is the base itself.
    id: &'a str,
    /// The id of its framework; empty where none was told.
    framework: &'a str,
    /// What became of it.
    #[cfg_attr(test, schemars(extend("enum" = ["migrated", "nothing", "refused", "unsupported"])))]
    outcome: &'static str,
    /// The id of the reason for a refusal: what `convex-clerk explain` takes.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
    /// Why, in a sentence.
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<&'a str>,
    /// An official page to go on with.
    #[serde(skip_serializing_if = "Option::is_none")]
    doc: Option<&'static str>,
    /// Where the reason shows.
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<Place>,
}

/// A range of a file.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct Place {
    /// The file, below the top of the git work tree, without one below PATH; `/` between its parts.
    path: String,
    /// Where it begins, in bytes.
    start: u32,
    /// Where it ends, in bytes.
    end: u32,
    /// Its first line, from 1.
    line: u32,
    /// Its first column, from 1, in UTF-16 units.
    column: u32,
    /// Its last line, from 1.
    end_line: u32,
    /// The column behind it, from 1, in UTF-16 units.
    end_column: u32,
}

/// A change of several places that belong together.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Group<'a> {
    id: &'a str,
    /// The apps it serves.
    apps: Vec<&'a str>,
    /// How sure it is: `safe` keeps behaviour, `needs-review` is right by proof but changes what users see or needs keys, `manual` is for a
    /// person to decide.
    #[cfg_attr(test, schemars(extend("enum" = ["manual", "needs-review", "safe"])))]
    level: &'static str,
    title: &'a str,
    /// Why, for a reviewer.
    reason: &'a str,
    /// The groups that it can't be without.
    requires: Vec<&'a str>,
    /// Whether `files` holds it.
    chosen: bool,
    edits: Vec<Edit<'a>>,
    /// What its files import or no longer import; laid out once the groups are chosen.
    imports: BTreeMap<&'a str, Vec<Import<'a>>>,
    /// What its files of settings gain.
    settings: BTreeMap<&'a str, Vec<Setting<'a>>>,
    /// New files with their whole text.
    creates: BTreeMap<&'a str, &'a str>,
}

/// A change of a file of settings: what is at the end of a path of keys.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "kebab-case")]
enum Setting<'a> {
    Set { path: &'a [String], value: &'a str },
    Include { path: &'a [String], item: &'a str },
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Edit<'a> {
    #[serde(flatten)]
    place: Place,
    text: &'a str,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "kebab-case")]
enum Import<'a> {
    Add { module: &'a str, name: &'a str, local: &'a str, type_only: bool },
    Drop { local: &'a str },
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "Finding"))]
pub(super) struct FindingDto<'a> {
    /// The id of the rule: what `convex-clerk explain` takes.
    rule: &'static str,
    #[cfg_attr(test, schemars(extend("enum" = ["note", "warning", "error"])))]
    severity: &'static str,
    app: Option<&'a str>,
    location: Option<Place>,
    /// Further places that explain it.
    related: Vec<RelatedDto<'a>>,
    message: &'a str,
    /// Why it matters.
    why: Option<&'a str>,
    /// What to do about it.
    help: Option<&'a str>,
    /// The official page that says so.
    doc: Option<&'static str>,
    /// The group that cures it.
    group: Option<&'a str>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "Related"))]
pub(super) struct RelatedDto<'a> {
    location: Place,
    message: &'a str,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "Step"))]
struct StepDto<'a> {
    id: &'static str,
    apps: Vec<&'a str>,
    /// What to do, one sentence.
    title: &'a str,
    /// The folders or files to do it in.
    at: Vec<&'a str>,
    /// A command or text to copy.
    copy: Option<&'a str>,
    doc: Option<&'static str>,
}

/// A file of the chosen groups.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct File<'a> {
    path: &'a str,
    #[cfg_attr(test, schemars(extend("enum" = ["modified", "created"])))]
    status: &'static str,
    /// Its mode, as git writes it.
    #[cfg_attr(test, schemars(extend("enum" = ["100644", "100755"])))]
    mode: &'static str,
    /// SHA-256 of the file that the plan was made against; null where it is new.
    base_sha256: Option<String>,
    /// SHA-256 of the file as it becomes.
    result_sha256: String,
    /// What makes the new file of the old one; of a new file, all of it. `apply` needs nothing else.
    replacements: Vec<Replacement>,
}

/// A range of the file as it was, in byte offsets, and what stands there afterwards.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Replacement {
    start: u32,
    end: u32,
    text: String,
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
        let (start, end) = places::span(range, text);
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

pub(super) fn finding<'a>(view: &View<'_>, finding: &'a Finding) -> FindingDto<'a> {
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

fn replacements(change: &FileChange) -> Vec<Replacement> {
    let edits = match &change.before {
        Some(base) => edits_between(&base.text, &change.after),
        None => vec![TextEdit::insertion(0, change.after.as_str())],
    };
    let replacement = |edit: &TextEdit| Replacement {
        start: edit.range().start(),
        end: edit.range().end(),
        text: edit.text().to_owned(),
    };
    edits.iter().map(replacement).collect()
}

fn files<'a>(view: &View<'a>) -> Vec<File<'a>> {
    let file = |(path, change): (&'a RelPath, &'a FileChange)| File {
        path: path.as_str(),
        status: if change.before.is_some() { "modified" } else { "created" },
        mode: if change.before.as_ref().is_some_and(|base| base.executable) { "100755" } else { "100644" },
        base_sha256: change.before.as_ref().map(|base| hash(base.text.as_bytes())),
        result_sha256: hash(change.after.as_bytes()),
        replacements: replacements(change),
    };
    view.files.iter().map(file).collect()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    /// `docs/plan.schema.json` is what these types say; `UPDATE_FIXTURES=1` writes it.
    #[test]
    fn the_published_schema_is_that_of_the_format() {
        let generator = schemars::generate::SchemaSettings::draft2020_12().for_serialize().into_generator();
        let mut schema = generator.into_root_schema_for::<Document<'_>>();
        schema.insert(
            "$id".to_owned(),
            format!("{}/blob/main/docs/plan.schema.json", env!("CARGO_PKG_REPOSITORY")).into(),
        );
        schema.insert("title".to_owned(), "A plan of convex-clerk, version 1".into());
        let schema = serde_json::to_string_pretty(&schema).unwrap() + "\n";
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/plan.schema.json");
        if std::env::var_os("UPDATE_FIXTURES").is_some() {
            std::fs::write(&path, &schema).unwrap();
        }
        assert_eq!(
            std::fs::read_to_string(path).unwrap(),
            schema,
            "run this test with UPDATE_FIXTURES=1, and read the difference"
        );
    }
}
