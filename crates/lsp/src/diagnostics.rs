//! Findings as diagnostics.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;

use crate::SOURCE;
use crate::client::Client;
use crate::documents::{Document, Documents};
use crate::projects::Opened;
use crate::to_proto::Lines;
use change::{AppOutcome, Finding, Location, RelPath, Severity};
use lsp_types::{
    CodeDescription, Diagnostic, DiagnosticRelatedInformation, DiagnosticSeverity, NumberOrString, Range, Url,
};

/// The rule whose findings are opportunities: nobody is told of them who did not ask.
const OPPORTUNITY: &str = "plain-convex-provider";

/// Makes diagnostics of the findings of a project.
pub(crate) struct Diagnosing<'a> {
    pub(crate) client: &'a Client,
    pub(crate) documents: &'a Documents,
}

impl Diagnosing<'_> {
    /// The diagnostics of a project as it is, by file. A file that is open and can't be parsed, as while something is typed, is taken as it
    /// last could be, and what was said of it stands until it can be again.
    pub(crate) fn of(&self, opened: &mut Opened) -> BTreeMap<RelPath, Vec<Diagnostic>> {
        let open = self.documents.paths().filter_map(|path| Some((opened.relative(path)?, self.documents.get(path)?)));
        let open: Vec<(RelPath, &Document)> = open.collect();
        let is_broken = |(path, document): &(RelPath, &Document), opened: &mut Opened| {
            document.readable.is_some() && opened.project.is_broken(path)
        };
        let broken: Vec<(RelPath, &Document)> = open.into_iter().filter(|one| is_broken(one, opened)).collect();
        for (path, document) in &broken {
            opened.project.open(path, document.readable.clone());
        }
        if !broken.is_empty() {
            opened.changed();
        }
        let mut found = self.found(opened);
        for (path, document) in broken {
            opened.project.open(&path, Some(document.text.clone()));
            opened.changed();
            let before = opened.shown.get(&path).map(|(_, shown)| self.within(shown, &document.text));
            found.insert(path, before.unwrap_or_default());
        }
        found
    }

    /// The diagnostics that still have a place in a text.
    fn within(&self, diagnostics: &[Diagnostic], text: &str) -> Vec<Diagnostic> {
        let end = Lines::new(text, self.client.unit).position(text.len() as u32);
        diagnostics.iter().filter(|diagnostic| diagnostic.range.end <= end).cloned().collect()
    }

    fn found(&self, opened: &mut Opened) -> BTreeMap<RelPath, Vec<Diagnostic>> {
        let mut found: BTreeMap<RelPath, Vec<Diagnostic>> = BTreeMap::new();
        for finding in &opened.findings() {
            let Some(location) = &finding.location else { continue };
            found.entry(location.path.clone()).or_default().extend(self.diagnostic(opened, finding));
        }
        if opened.settings.suggest_migration {
            for finding in opportunities(opened) {
                let Some(location) = &finding.location else { continue };
                let hint = self
                    .diagnostic(opened, &finding)
                    .map(|diagnostic| Diagnostic { severity: Some(DiagnosticSeverity::HINT), ..diagnostic });
                found.entry(location.path.clone()).or_default().extend(hint);
            }
        }
        found
    }

    /// A finding that has a place, as a diagnostic there.
    pub(crate) fn diagnostic(&self, opened: &Opened, finding: &Finding) -> Option<Diagnostic> {
        let location = finding.location.as_ref()?;
        let related = finding.related.iter().filter(|_| self.client.related).filter_map(|related| {
            Some(DiagnosticRelatedInformation {
                location: lsp_types::Location {
                    uri: opened.uri(self.documents, &related.location.path)?,
                    range: self.range(opened, &related.location),
                },
                message: related.message.clone(),
            })
        });
        let related: Vec<_> = related.collect();
        let href = finding.doc.filter(|_| self.client.code_description).and_then(|doc| Url::parse(doc).ok());
        let help = finding.help.as_ref().map(|help| format!("\n{help}")).unwrap_or_default();
        Some(Diagnostic {
            range: self.range(opened, location),
            severity: Some(match finding.severity {
                Severity::Error => DiagnosticSeverity::ERROR,
                Severity::Warning => DiagnosticSeverity::WARNING,
                Severity::Note => DiagnosticSeverity::INFORMATION,
            }),
            code: Some(NumberOrString::String(finding.rule.to_owned())),
            code_description: href.map(|href| CodeDescription { href }),
            source: Some(SOURCE.to_owned()),
            message: format!("{}{help}", finding.message),
            related_information: (!related.is_empty()).then_some(related),
            tags: None,
            data: None,
        })
    }

    /// A place in the client's columns.
    pub(crate) fn range(&self, opened: &Opened, location: &Location) -> Range {
        let text: Arc<str> = opened.project.text(&location.path).unwrap_or_else(|| "".into());
        Lines::new(&text, self.client.unit).range(location.range)
    }
}

/// What is said of the providers of apps that can be migrated.
fn opportunities(opened: &mut Opened) -> Vec<Finding> {
    let Some(planned) = opened.bare() else { return Vec::new() };
    let apps = planned.plan.apps().iter().filter(|app| app.outcome == AppOutcome::Migrated);
    let migrated: Vec<_> = apps.map(|app| app.id.clone()).collect();
    let is_one = |finding: &&Finding| {
        let is_migrated = finding.app.as_ref().is_some_and(|app| migrated.contains(app));
        finding.rule == OPPORTUNITY && finding.group.is_some() && is_migrated
    };
    planned.plan.findings().iter().filter(is_one).cloned().collect()
}

/// What tells diagnostics from others: the same for the same ones.
pub(crate) fn result_id(diagnostics: &[Diagnostic]) -> String {
    let mut hasher = DefaultHasher::new();
    serde_json::to_string(diagnostics).unwrap_or_default().hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}
