//! What is offered where the cursor is: the migration of an app on its providers and entries, a gate on what it guards.

use std::collections::BTreeSet;
use std::path::PathBuf;

use change::{
    AppOutcome, AppReport, Applicability, ChangeGroup, Finding, GroupId, Location, Plan, RelPath, Selection, TextRange,
};
use lsp_types::{
    CodeAction, CodeActionContext, CodeActionDisabled, CodeActionKind, CodeActionOrCommand, CodeActionTriggerKind,
    Command, Diagnostic, WorkspaceEdit,
};
use migrate::{Planned, Watch};
use serde::{Deserialize, Serialize};

use crate::client::Client;
use crate::commands::APPLY;
use crate::diagnostics::Diagnosing;
use crate::documents::Documents;
use crate::edits::{About, NO_FILES, workspace_edit};
use crate::projects::Opened;
use crate::to_proto::Lines;

/// What an action is about, from when it is offered until it is taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Offer {
    /// The folder of the project.
    pub(crate) root: PathBuf,
    /// The heading under which it is offered.
    pub(crate) title: String,
    /// The ids of the groups that are taken.
    pub(crate) groups: BTreeSet<String>,
    /// Whether they cure findings, and are none of the migration.
    #[serde(default)]
    pub(crate) cures: bool,
}

impl Offer {
    /// The plan that its groups are of.
    pub(crate) fn plan<'p>(&self, planned: &'p Planned) -> &'p Plan {
        if self.cures { &planned.cures } else { &planned.plan }
    }
}

/// An offer where it is made.
struct Offered {
    title: String,
    kind: CodeActionKind,
    groups: BTreeSet<GroupId>,
    diagnostics: Vec<Diagnostic>,
    /// Why it can't be taken.
    disabled: Option<String>,
    /// Whether it is of what cures findings, and not of the migration.
    cures: bool,
}

/// Where somebody looks.
struct Cursor<'a> {
    path: &'a RelPath,
    range: TextRange,
    /// The whole lines around it.
    lines: TextRange,
    /// Whether the actions were asked for by hand; else a lamp may light up wherever the cursor goes.
    is_asked: bool,
}

impl Cursor<'_> {
    fn is_on(&self, location: &Location) -> bool {
        location.path == *self.path && touches(location.range, self.range)
    }

    fn is_on_line_of(&self, range: TextRange) -> bool {
        touches(range, self.lines)
    }
}

/// Whether two ranges share a place, an end of one at the beginning of the other included.
fn touches(one: TextRange, other: TextRange) -> bool {
    one.start() <= other.end() && other.start() <= one.end()
}

/// Makes actions.
pub(crate) struct Acting<'a> {
    pub(crate) client: &'a Client,
    pub(crate) documents: &'a Documents,
}

impl Acting<'_> {
    /// The actions at a place of a file.
    pub(crate) fn at(
        &self,
        opened: &mut Opened,
        path: &RelPath,
        range: lsp_types::Range,
        context: &CodeActionContext,
    ) -> Vec<CodeActionOrCommand> {
        let is_wanted = |kind: &CodeActionKind| {
            let asked = context.only.as_ref();
            asked.is_none_or(|asked| asked.iter().any(|asked| is_of_kind(kind, asked)))
        };
        // A save with `source.fixAll` costs nothing here, and changes nothing.
        if ![CodeActionKind::QUICKFIX, CodeActionKind::REFACTOR_REWRITE].iter().any(is_wanted) {
            return Vec::new();
        }
        let Some(text) = opened.project.text(path) else { return Vec::new() };
        let lines = Lines::new(&text, self.client.unit);
        let range = lines.offsets(range);
        let is_asked = context.trigger_kind != Some(CodeActionTriggerKind::AUTOMATIC);
        let cursor = Cursor { path, range, lines: lines.around(range), is_asked };
        let findings = opened.findings();
        // The lamp lights up without all the gates of an app being planned first.
        if !is_asked && !lights_up(opened, &findings, &cursor) {
            return Vec::new();
        }
        let Ok(planned) = opened.planned(Watch::default()) else { return Vec::new() };
        let mut offered = Vec::new();
        for app in planned.plan.apps() {
            match &app.outcome {
                AppOutcome::Migrated => offered.extend(self.of_app(opened, &planned, app, &findings, &cursor)),
                AppOutcome::Refused { message, place, .. } => {
                    let is_here =
                        place.as_ref().is_some_and(|place| place.path == *path && cursor.is_on_line_of(place.range));
                    let is_root = is_asked && planned.roots.get(&app.id).is_some_and(|roots| roots.contains(path));
                    offered.extend((is_asked && (is_here || is_root)).then(|| refused(message)));
                }
                AppOutcome::Nothing(_) | AppOutcome::Unsupported { .. } => {}
            }
        }
        let mut actions = self.actions(opened, &planned.plan, offered, is_wanted);
        // What cures findings is in the plan that they are from.
        if let Some(bare) = opened.bare() {
            let cured = bare.cures.apps().iter();
            let cures = cured.flat_map(|app| self.others(opened, &bare.cures, app, &findings, &cursor));
            let cures = cures.map(|offered| Offered { cures: true, ..offered }).collect();
            actions.extend(self.actions(opened, &bare.cures, cures, is_wanted));
        }
        actions
    }

    fn actions(
        &self,
        opened: &Opened,
        plan: &Plan,
        offered: Vec<Offered>,
        is_wanted: impl Fn(&CodeActionKind) -> bool,
    ) -> Vec<CodeActionOrCommand> {
        let wanted = offered.into_iter().filter(|offer| is_wanted(&offer.kind));
        wanted.filter_map(|offer| self.action(opened, plan, offer)).collect()
    }

    /// What is offered of an app that can be migrated, or has gates to add.
    fn of_app(
        &self,
        opened: &Opened,
        planned: &Planned,
        app: &AppReport,
        findings: &[Finding],
        cursor: &Cursor<'_>,
    ) -> Vec<Offered> {
        let plan = &planned.plan;
        let own = || plan.groups().iter().filter(|group| group.apps.contains(&app.id));
        let offer = |title: String, kind, groups| Offered {
            title,
            kind,
            groups,
            diagnostics: Vec::new(),
            disabled: None,
            cures: false,
        };
        let mut offered = Vec::new();
        let wiring = own().find(|group| is_wiring(group));
        if let Some(wiring) = wiring.filter(|wiring| is_at_wiring(planned, app, wiring, cursor)) {
            offered.push(offer(
                "Migrate this app to Clerk".to_owned(),
                CodeActionKind::REFACTOR_REWRITE,
                needs(plan, [wiring]),
            ));
            if let Some(title) = title_of_all(own()) {
                let all = own().filter(|group| group.applicability >= Applicability::NeedsReview);
                offered.push(offer(title, CodeActionKind::REFACTOR_REWRITE, needs(plan, all)));
            }
        }
        offered.extend(self.others(opened, plan, app, findings, cursor));
        offered
    }

    /// What is offered of an app besides its wiring: gates, and what cures a finding.
    fn others(
        &self,
        opened: &Opened,
        plan: &Plan,
        app: &AppReport,
        findings: &[Finding],
        cursor: &Cursor<'_>,
    ) -> Vec<Offered> {
        let own = || plan.groups().iter().filter(|group| group.apps.contains(&app.id));
        let wiring = own().find(|group| is_wiring(group));
        let mut offered = Vec::new();
        for group in own().filter(|group| !is_wiring(group)) {
            let is_here = group.about.iter().any(|place| cursor.is_on(place));
            if !is_here && !is_edited(group, cursor) {
                continue;
            }
            let title = match wiring {
                Some(_) => format!("Migrate this app to Clerk, and: {}", lower(&group.title)),
                None => group.title.clone(),
            };
            let cured = findings.iter().filter(|finding| {
                finding.location.as_ref().is_some_and(|place| group.about.contains(place) && cursor.is_on(place))
            });
            let diagnosing = Diagnosing { client: self.client, documents: self.documents };
            let diagnostics: Vec<Diagnostic> =
                cured.filter_map(|finding| diagnosing.diagnostic(opened, finding)).collect();
            let kind = if diagnostics.is_empty() { CodeActionKind::REFACTOR_REWRITE } else { CodeActionKind::QUICKFIX };
            offered.push(Offered {
                title,
                kind,
                groups: needs(plan, [group]),
                diagnostics,
                disabled: None,
                cures: false,
            });
        }
        offered
    }

    /// An offer as the client can take it; `None` where it can't say that something can't be taken.
    fn action(&self, opened: &Opened, plan: &Plan, offered: Offered) -> Option<CodeActionOrCommand> {
        let creates = |group: &&ChangeGroup| offered.groups.contains(&group.id) && !group.creates().is_empty();
        let is_too_much = !self.client.creates && plan.groups().iter().any(|group| creates(&group));
        let disabled = offered.disabled.or_else(|| is_too_much.then(|| NO_FILES.to_owned()));
        let groups = offered.groups.iter().map(|id| id.as_str().to_owned()).collect();
        let (root, title, cures) = (opened.root().to_owned(), offered.title.clone(), offered.cures);
        let offer = Offer { root, title, groups, cures };
        let data = serde_json::to_value(&offer).ok()?;
        // Without `disabled` the command says why, as its error.
        if !self.client.has_actions || (disabled.is_some() && !self.client.shows_disabled) {
            let is_known = disabled.is_none() || is_too_much;
            let command = Command { title: offered.title, command: APPLY.to_owned(), arguments: Some(vec![data]) };
            return is_known.then_some(CodeActionOrCommand::Command(command));
        }
        let edit = match (&disabled, self.client.resolves) {
            (None, false) => Some(self.edit(opened, plan, &offer).ok()?),
            _ => None,
        };
        let is_preferred = (!offered.diagnostics.is_empty()).then_some(true);
        Some(CodeActionOrCommand::CodeAction(CodeAction {
            title: offered.title,
            kind: Some(offered.kind),
            diagnostics: is_preferred.map(|_| offered.diagnostics),
            edit,
            command: None,
            is_preferred,
            disabled: disabled.map(|reason| CodeActionDisabled { reason }),
            data: self.client.resolves.then_some(data),
        }))
    }

    /// The edit of an offer.
    ///
    /// # Errors
    /// A sentence for the user: the client can't make it, or what it was made for is no longer as it was.
    pub(crate) fn edit(&self, opened: &Opened, plan: &Plan, offer: &Offer) -> Result<WorkspaceEdit, String> {
        let chosen = plan.groups().iter().filter(|group| offer.groups.contains(group.id.as_str()));
        let ids: BTreeSet<GroupId> = chosen.clone().map(|group| group.id.clone()).collect();
        if ids.len() != offer.groups.len() || ids.is_empty() {
            return Err("the files have changed since this was offered; ask for actions again".to_owned());
        }
        let needs_review = chosen.clone().any(|group| group.applicability < Applicability::Safe);
        let reasons: Vec<&str> = chosen.map(|group| group.reason.as_str()).take(1).collect();
        let files =
            plan.render(&Selection::Only(ids)).map_err(|error| format!("this is a defect of convex-clerk: {error}"))?;
        let about = About { label: &offer.title, description: &reasons.concat(), needs_review };
        workspace_edit(self.client, self.documents, opened, &files, &about)
    }
}

/// Whether an action of a kind is one of those asked for: `refactor` asks for `refactor.rewrite` too.
fn is_of_kind(kind: &CodeActionKind, asked: &CodeActionKind) -> bool {
    let rest = kind.as_str().strip_prefix(asked.as_str());
    asked.as_str().is_empty() || rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

pub(crate) fn is_wiring(group: &ChangeGroup) -> bool {
    group.id.as_str().starts_with("wiring:")
}

fn is_gate(group: &ChangeGroup) -> bool {
    group.id.as_str().starts_with("gate-")
}

/// What all changes of an app are called, where they are more than its wiring.
fn title_of_all<'g>(own: impl Iterator<Item = &'g ChangeGroup>) -> Option<String> {
    let others: Vec<&ChangeGroup> =
        own.filter(|group| !is_wiring(group) && group.applicability >= Applicability::NeedsReview).collect();
    let with =
        match (others.is_empty(), others.iter().all(|group| is_gate(group)), others.iter().any(|group| is_gate(group)))
        {
            (true, ..) => return None,
            (_, true, _) => "with its gates",
            (_, _, true) => "with its gates and server calls",
            _ => "with its server calls",
        };
    Some(format!("Migrate this app to Clerk, {with}"))
}

/// Groups, with all that they require.
pub(crate) fn needs<'g>(plan: &Plan, groups: impl IntoIterator<Item = &'g ChangeGroup>) -> BTreeSet<GroupId> {
    let mut queue: Vec<GroupId> = groups.into_iter().map(|group| group.id.clone()).collect();
    let mut found = BTreeSet::new();
    while let Some(id) = queue.pop() {
        if let Some(group) = plan.groups().iter().find(|group| group.id == id)
            && found.insert(id)
        {
            queue.extend(group.requires.iter().cloned());
        }
    }
    found
}

/// Whether somebody looks at a provider of the app or a line that would change, or asks in a file in which the app begins.
fn is_at_wiring(planned: &Planned, app: &AppReport, wiring: &ChangeGroup, cursor: &Cursor<'_>) -> bool {
    let of_wiring = planned.plan.findings().iter().filter(|finding| finding.group.as_ref() == Some(&wiring.id));
    let mut places = of_wiring.filter_map(|finding| finding.location.as_ref());
    let is_entry = planned.roots.get(&app.id).is_some_and(|roots| roots.contains(cursor.path));
    let is_changed = wiring.edits().contains_key(cursor.path);
    places.any(|place| place.path == *cursor.path && cursor.is_on_line_of(place.range) && !is_whole(place))
        || is_edited(wiring, cursor)
        || (cursor.is_asked && (is_entry || is_changed))
}

/// Whether there is something for somebody who did not ask: a finding that may have a cure, a provider that could change.
fn lights_up(opened: &mut Opened, findings: &[Finding], cursor: &Cursor<'_>) -> bool {
    let is_found = findings.iter().any(|finding| finding.location.as_ref().is_some_and(|place| cursor.is_on(place)));
    is_found
        || opened.bare().is_some_and(|planned| {
            planned.plan.apps().iter().any(|app| {
                let mut groups = planned.plan.groups().iter().filter(|group| group.apps.contains(&app.id));
                groups.any(|group| is_wiring(group) && is_at_wiring(&planned, app, group, cursor))
            })
        })
}

/// Whether a place is a file as a whole.
fn is_whole(place: &Location) -> bool {
    place.range.is_empty() && place.range.start() == 0
}

/// Whether somebody looks at a line that a group would change.
fn is_edited(group: &ChangeGroup, cursor: &Cursor<'_>) -> bool {
    let edits = group.edits().get(cursor.path);
    edits.is_some_and(|edits| edits.iter().any(|edit| cursor.is_on_line_of(edit.range())))
}

fn refused(message: &str) -> Offered {
    Offered {
        title: "Migrate this app to Clerk".to_owned(),
        kind: CodeActionKind::REFACTOR_REWRITE,
        groups: BTreeSet::new(),
        diagnostics: Vec::new(),
        disabled: Some(message.to_owned()),
        cures: false,
    }
}

/// A heading within a sentence.
fn lower(title: &str) -> String {
    let mut characters = title.chars();
    let first = characters.next().map(|first| first.to_lowercase().to_string()).unwrap_or_default();
    first + characters.as_str()
}
