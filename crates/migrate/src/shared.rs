//! Files that several apps take in.

use std::collections::BTreeSet;

use change::{AppId, AppOutcome, AppReport, ChangeGroup, GroupId, Location, RelPath};
use syntax::SourceKind;

use crate::apps::{self, Candidate};
use crate::ctx::Sink;
use crate::gates;
use crate::graph::modules::Modules;
use crate::graph::resolve::Resolver;
use crate::graph::sources::Sources;
use crate::refusal::{Refusal, RefusalReason};
use crate::workspace::Workspace;
use crate::{Options, PlanError};

/// What apps that were not asked for take in of other packages.
pub(crate) fn others_borrow(
    workspace: &Workspace,
    asked: &[Candidate<'_>],
    options: &Options,
) -> Result<Vec<(AppId, BTreeSet<RelPath>)>, PlanError> {
    if options.apps.is_empty() {
        return Ok(Vec::new());
    }
    let all = apps::candidates(workspace, &[])?;
    let others = all.iter().filter(|other| asked.iter().all(|asked| asked.app.id != other.app.id));
    Ok(others.map(|other| (other.app.id.clone(), borrowed(workspace, other))).collect())
}

fn borrowed(workspace: &Workspace, of: &Candidate<'_>) -> BTreeSet<RelPath> {
    let resolver = Resolver::of(workspace);
    let sources = Sources::of(workspace, &of.app, &resolver);
    Modules::new(&sources, &resolver).borrowed(workspace, of.app.id.folder())
}

/// Finds what apps take in of other packages that were not read, since no text of theirs has a provider; only of those where it matters.
pub(crate) fn find_borrowed(workspace: &Workspace, asked: &[Candidate<'_>], reports: &mut [(AppReport, Sink)]) {
    let groups = reports.iter().flat_map(|(_, own)| &own.groups);
    let edited: BTreeSet<RelPath> = groups.flat_map(|group| group.edits().keys()).cloned().collect();
    for (report, own) in reports {
        let may_matter = edited.iter().any(|path| own.may_borrow.contains(path));
        let candidate = asked.iter().find(|asked| asked.app.id == report.id).filter(|_| may_matter);
        own.may_borrow = BTreeSet::new();
        if let Some(candidate) = candidate {
            own.borrowed = borrowed(workspace, candidate);
        }
    }
}

/// Refuses an app one of whose files that change is taken in by another app: what is right for the one need not be for the other.
pub(crate) fn refuse(reports: &mut [(AppReport, Sink)], others: &[(AppId, BTreeSet<RelPath>)]) {
    let asked = reports.iter().map(|(report, own)| (report.id.clone(), own.borrowed.clone()));
    let borrowed: Vec<(AppId, BTreeSet<RelPath>)> = asked.chain(others.iter().cloned()).collect();
    for (report, own) in reports.iter_mut().filter(|(report, _)| matches!(report.outcome, AppOutcome::Migrated)) {
        // A gate is left out; the wiring can't be.
        let is_shared = |group: &ChangeGroup| {
            let mut others = borrowed.iter().filter(|(id, _)| *id != report.id);
            others.any(|(_, files)| group.edits().keys().any(|path| files.contains(path)))
        };
        let dropped: BTreeSet<GroupId> = own
            .groups
            .iter()
            .filter(|group| gates::is_gate(group) && is_shared(group))
            .map(|group| group.id.clone())
            .collect();
        own.groups.retain(|group| !dropped.contains(&group.id));
        own.findings.retain(|finding| finding.group.as_ref().is_none_or(|id| !dropped.contains(id)));
        let edited: BTreeSet<&RelPath> = own.groups.iter().flat_map(|group| group.edits().keys()).collect();
        let shared = borrowed.iter().filter(|(id, _)| *id != report.id).find_map(|(id, files)| {
            let file = files.iter().find(|file| edited.contains(file) && SourceKind::of(file).is_some())?;
            Some((id, (*file).clone()))
        });
        if let Some((id, file)) = shared {
            let message = format!("this file, which would change, is rendered in {id} as well");
            report.outcome = Refusal::new(RefusalReason::SharedFile, message, Some(Location::file(file))).into();
            *own = Sink::default();
        }
    }
}
