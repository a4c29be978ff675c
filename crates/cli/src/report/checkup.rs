//! The views of what `doctor` finds.

use std::fmt::Write as _;

use change::{AppOutcome, AppReport, Finding};
use serde::Serialize;

use super::json::{FindingDto, TOOL, Tool, finding};
use super::markdown::{LIMIT, item, listed};
use super::notices::{Notice, of};
use super::summary::{Volume, finding_lines};
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
    /// `on-clerk`, or `plain` where only `migrate` has something to say.
    state: &'static str,
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

    fn notices(&self) -> Vec<Notice<'_>> {
        self.findings.iter().map(|finding| of(self.view, finding)).collect()
    }

    fn human(&self, paint: Paint, volume: Volume) -> String {
        let mut text = String::new();
        for app in self.apps().filter(|app| is_plain(app)) {
            let _ = writeln!(text, "{}: not on Clerk yet: convex-clerk migrate", paint.shown(app.id.as_str()));
        }
        for finding in &self.findings {
            text.push_str(&self.lines(finding, paint, volume));
        }
        let _ = writeln!(text, "{}", count(self.findings.len(), "finding"));
        text
    }

    /// What, why, what to do about it, and the page that says so.
    fn lines(&self, finding: &Finding, paint: Paint, volume: Volume) -> String {
        let why = finding.why.clone().or_else(|| summary(finding.rule));
        let volume = if volume > Volume::Quiet { Volume::Verbose } else { volume };
        finding_lines(self.view, &Finding { why, ..finding.clone() }, paint, volume)
    }

    fn json(&self) -> serde_json::Result<String> {
        let app = |app: &'_ AppReport| -> &'static str { if is_plain(app) { "plain" } else { "on-clerk" } };
        let apps =
            self.apps().map(|report| App { id: report.id.as_str(), framework: &report.framework, state: app(report) });
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
        for app in self.apps().filter(|app| is_plain(app)) {
            let _ = writeln!(text, "`{}` is not on Clerk yet.\n", app.id.as_str().replace('`', "'"));
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

fn is_plain(app: &AppReport) -> bool {
    app.outcome == AppOutcome::Migrated
}
