//! The views of what `doctor` finds.

use std::fmt::Write as _;

use change::{AppOutcome, AppReport, Finding};
use serde::Serialize;

use super::json::{FindingDto, TOOL, Tool, finding};
use super::markdown::{LIMIT, code, item, listed, plain};
use super::notices::{Notice, of};
use super::summary::{Volume, finding_lines, one_line};
use super::{View, count, github, sarif};
use crate::args::Checkup;
use crate::terminal::Paint;

/// The version of the JSON. It grows when a field changes its meaning or goes; new fields don't count.
const VERSION: u32 = 1;

/// What `doctor` says of a project.
pub(crate) struct Checked<'a> {
    pub(crate) view: &'a View<'a>,
    /// What was found of apps that are on Clerk.
    pub(crate) findings: Vec<&'a Finding>,
}

/// The JSON.
#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    tool: Tool,
    apps: Vec<App<'a>>,
    findings: Vec<FindingDto<'a>>,
}

#[derive(Serialize)]
struct App<'a> {
    /// Its folder; `.` is the base itself.
    id: &'a str,
    framework: &'a str,
    /// `on-clerk`; `plain` where only `migrate` has something to say; `not-on-clerk`; `refused` and `unsupported` where it was not looked at.
    state: &'static str,
    /// Why it was not looked at.
    message: Option<&'a str>,
}

impl Checked<'_> {
    /// The findings in a format; `paint` and `volume` are for the one that people read in a terminal.
    ///
    /// # Errors
    /// serde_json's, which plain values give no cause for.
    pub(crate) fn rendered(&self, format: Checkup, paint: Paint, volume: Volume) -> serde_json::Result<String> {
        Ok(match format {
            Checkup::Human => self.human(paint, volume),
            Checkup::Json => self.json()?,
            Checkup::Sarif => sarif::sarif(self.view, &self.notices())?,
            Checkup::Github => github::github(self.view, &self.notices()),
            Checkup::Markdown => self.markdown(),
        })
    }

    fn apps(&self) -> impl Iterator<Item = &AppReport> {
        self.view.planned.plan.apps().iter()
    }

    /// The apps that nothing is found of, each with what is said of it.
    fn not_looked_at(&self) -> Vec<(&str, String)> {
        let said = |app: &'_ AppReport| match &app.outcome {
            AppOutcome::Migrated => Some("not on Clerk yet: convex-clerk migrate".to_owned()),
            AppOutcome::Nothing(_) if state(app) == "on-clerk" => None,
            AppOutcome::Nothing(why) => Some(format!("not looked at: {why}")),
            // It has a finding of its own if it is on Clerk.
            AppOutcome::Refused { reason, message, .. } => {
                let is_found =
                    self.findings.iter().any(|found| found.rule == *reason && found.app.as_ref() == Some(&app.id));
                (!is_found).then(|| format!("not looked at: {message}"))
            }
            AppOutcome::Unsupported { name, .. } => Some(format!("not looked at: {name} is not migrated")),
        };
        self.apps().filter_map(|app| Some((app.id.as_str(), said(app)?))).collect()
    }

    /// Whether an app was not looked at because it could not be.
    pub(crate) fn is_refused(&self) -> bool {
        self.apps().any(|app| ["refused", "unsupported"].contains(&state(app)))
    }

    /// Whether an app on Clerk is there at all.
    pub(crate) fn is_any(&self) -> bool {
        self.apps().any(|app| state(app) == "on-clerk")
    }

    fn notices(&self) -> Vec<Notice<'_>> {
        self.findings.iter().map(|finding| of(self.view, finding)).collect()
    }

    fn human(&self, paint: Paint, volume: Volume) -> String {
        let mut text = String::new();
        for (app, said) in self.not_looked_at() {
            let _ = writeln!(text, "{}", paint.shown(&one_line(&format!("{app}: {said}"))));
        }
        for finding in &self.findings {
            text.push_str(&self.lines(finding, paint, volume));
        }
        let cured = self.findings.iter().filter(|finding| finding.group.is_some()).count();
        let by_flag = if cured == 0 { String::new() } else { format!(", of which --fix cures {cured}") };
        let _ = writeln!(text, "{}{by_flag}", count(self.findings.len(), "finding"));
        text
    }

    /// What, why, what to do about it, and the page that says so.
    fn lines(&self, finding: &Finding, paint: Paint, volume: Volume) -> String {
        let why = finding.why.clone().or_else(|| summary(finding.rule));
        let volume = if volume > Volume::Quiet { Volume::Verbose } else { volume };
        finding_lines(self.view, &Finding { why, ..finding.clone() }, paint, volume)
    }

    fn json(&self) -> serde_json::Result<String> {
        let message = |app: &'_ AppReport| match &app.outcome {
            AppOutcome::Refused { message, .. } => Some(message.clone()),
            AppOutcome::Nothing(why) if state(app) == "not-on-clerk" => Some(why.clone()),
            AppOutcome::Unsupported { name, .. } => Some(name.clone()),
            _ => None,
        };
        let messages: Vec<Option<String>> = self.apps().map(message).collect();
        let apps = self.apps().zip(&messages).map(|(report, message)| App {
            id: report.id.as_str(),
            framework: &report.framework,
            state: state(report),
            message: message.as_deref(),
        });
        let document = Document {
            version: VERSION,
            tool: TOOL,
            apps: apps.collect(),
            findings: self.findings.iter().map(|found| finding(self.view, found)).collect(),
        };
        Ok(serde_json::to_string_pretty(&document)? + "\n")
    }

    fn markdown(&self) -> String {
        let mut text = String::from("## Convex and Clerk\n\n");
        for (app, said) in self.not_looked_at() {
            let _ = writeln!(text, "{}: {}\n", code(app), plain(&said));
        }
        if self.findings.is_empty() {
            text.push_str("Nothing was found.\n");
            return text;
        }
        let rest = |number| format!("- and {}\n", count(number, "more finding"));
        text.push_str(&listed(self.findings.iter().map(|finding| item(self.view, finding)), LIMIT, rest));
        text
    }
}

/// What the rule is about, in a sentence.
fn summary(rule: &str) -> Option<String> {
    migrate::explanations().into_iter().find(|known| known.id == rule).map(|known| known.summary.to_owned())
}

/// What is known of an app.
fn state(app: &AppReport) -> &'static str {
    match &app.outcome {
        AppOutcome::Migrated => "plain",
        AppOutcome::Nothing(why) if why == migrate::ON_CLERK => "on-clerk",
        AppOutcome::Nothing(_) => "not-on-clerk",
        AppOutcome::Refused { .. } => "refused",
        AppOutcome::Unsupported { .. } => "unsupported",
    }
}
