//! What is said on stderr: the apps, the findings, the steps left to a person, and what to do next.

use std::fmt::Write as _;

use change::{AppOutcome, AppReport, Finding, Severity, Step};

use super::human::wrapped;
use super::{UNSUPPORTED, View, count};
use crate::terminal::Paint;

/// How much is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Volume {
    /// Errors only.
    Quiet,
    /// What a person needs.
    Normal,
    /// Reasons and addresses too.
    Verbose,
}

/// What a summary leaves out.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LeftOut {
    /// The table of apps, where it has been shown already.
    pub(crate) table: bool,
    /// The steps, where only the exit code is asked for and nothing is to be changed.
    pub(crate) steps: bool,
}

/// The summary; empty where nothing is to be said.
pub(crate) fn summary(view: &View<'_>, paint: Paint, volume: Volume, left_out: LeftOut) -> String {
    let mut text = String::new();
    let plan = &view.planned.plan;
    if volume > Volume::Quiet && plan.apps().is_empty() {
        text.push_str("no Convex app with React was found: nothing to do\n");
    }
    let width = plan.apps().iter().map(|app| app.id.as_str().chars().count()).max().unwrap_or(0);
    for app in plan.apps() {
        // A refusal is why the exit code is not 0: even a quiet run says it.
        let is_refused = matches!(app.outcome, AppOutcome::Refused { .. } | AppOutcome::Unsupported { .. });
        if volume > Volume::Quiet || is_refused {
            text.push_str(&app_line(view, app, width, paint));
        }
    }
    for finding in plan.findings() {
        // What a group cures is shown by its change.
        let wanted = match volume {
            Volume::Quiet => finding.severity == Severity::Error,
            Volume::Normal => finding.group.is_none() || finding.severity > Severity::Note || finding.doc.is_some(),
            Volume::Verbose => true,
        };
        if wanted {
            text.push_str(&finding_lines(view, finding, paint, volume));
        }
    }
    let steps: Vec<&Step> =
        plan.steps().iter().filter(|step| step.apps.iter().any(|app| !view.is_left_out(app))).collect();
    if volume > Volume::Quiet && !steps.is_empty() && !left_out.steps {
        text.push_str("\nleft to you:\n");
        for (number, step) in steps.into_iter().enumerate() {
            text.push_str(&step_lines(number + 1, step, paint));
        }
    }
    if volume > Volume::Quiet && plan.apps().len() > 1 && !left_out.table {
        text.push_str(&table(view, paint));
    }
    text
}

/// What became of each of several apps, a line for each.
///
/// ```text
/// apps/admin  react     patch
/// apps/site   Astro     refused  unsupported-framework
/// apps/web    next-app  nothing  it is on Clerk already
/// ```
pub(super) fn table(view: &View<'_>, paint: Paint) -> String {
    let row = |app: &AppReport| {
        let framework = if app.framework.is_empty() { "-" } else { &app.framework };
        let (outcome, reason) = match &app.outcome {
            AppOutcome::Migrated if view.is_left_out(&app.id) => ("left out", "below the level that was asked for"),
            AppOutcome::Migrated => ("patch", ""),
            AppOutcome::Nothing(why) => ("nothing", why.as_str()),
            AppOutcome::Refused { reason, .. } => ("refused", *reason),
            AppOutcome::Unsupported { .. } => ("refused", UNSUPPORTED),
        };
        [app.id.as_str(), framework, outcome, reason].map(|cell| paint.shown(cell))
    };
    let rows: Vec<[String; 4]> = view.planned.plan.apps().iter().map(row).collect();
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let (id, framework) = (width(0), width(1));
    let mut text = format!("\n{}:\n", count(rows.len(), "app"));
    for row in &rows {
        let outcome = format!("{:8}", row[2]);
        let outcome = match row[2].as_str() {
            "patch" => paint.green(&outcome),
            "refused" => paint.red(&outcome),
            _ => outcome,
        };
        let line = format!("  {:id$}  {:framework$}  {outcome}  {}", row[0], row[1], row[3]);
        // Writing to a String can't fail.
        let _ = writeln!(text, "{}", line.trim_end());
    }
    text
}

fn app_line(view: &View<'_>, app: &AppReport, width: usize, paint: Paint) -> String {
    let name = paint.bold(&format!("{:width$}", app.id.as_str()));
    match &app.outcome {
        AppOutcome::Migrated if view.is_left_out(&app.id) => {
            format!(
                "{name}  {} {}\n",
                app.framework,
                paint.yellow("left out: its changes are below the level that was asked for")
            )
        }
        AppOutcome::Migrated => format!("{name}  {} {}\n", app.framework, paint.green("can be migrated")),
        AppOutcome::Nothing(why) => format!("{name}  {} nothing to do: {}\n", app.framework, paint.shown(why)),
        AppOutcome::Unsupported { name: what, text, doc } => {
            let head = paint.yellow("unsupported");
            let what = paint.shown(what);
            let lines = wrapped(text, 96).into_iter().filter(|line| !line.is_empty());
            let text: String = lines.map(|line| format!("{:width$}    {}\n", "", paint.shown(&line))).collect();
            let page = doc.map_or_else(|| format!("convex-clerk explain {UNSUPPORTED}"), str::to_owned);
            format!(
                "{name}  {head}: {what} is recognised, and not migrated by this version\n{text}{:width$}    see: {page}\n",
                ""
            )
        }
        AppOutcome::Refused { reason, message, place } => {
            let place = place.as_ref().map(|place| format!("{}: ", view.place(place))).unwrap_or_default();
            let why = format!("{place}{message}");
            format!(
                "{name}  {}: {}\n{:width$}    see: convex-clerk explain {reason}\n",
                paint.red(&format!("refused [{reason}]")),
                paint.shown(&why),
                ""
            )
        }
    }
}

pub(crate) fn finding_lines(view: &View<'_>, finding: &Finding, paint: Paint, volume: Volume) -> String {
    let head = format!("{}[{}]", finding.severity.as_str(), finding.rule);
    let head = match finding.severity {
        Severity::Error => paint.red(&head),
        Severity::Warning => paint.yellow(&head),
        Severity::Note => paint.cyan(&head),
    };
    let place = finding.location.as_ref().map(|location| format!("{}: ", view.place(location))).unwrap_or_default();
    let mut text = format!("{head} {}\n", paint.shown(&one_line(&format!("{place}{}", finding.message))));
    // Writing to a String can't fail.
    for related in &finding.related {
        let _ = writeln!(
            text,
            "    {}",
            paint.shown(&one_line(&format!("{}: {}", view.place(&related.location), related.message)))
        );
    }
    if let (Some(why), Volume::Verbose) = (&finding.why, volume) {
        let _ = writeln!(text, "    why: {}", paint.shown(why));
    }
    if let Some(help) = &finding.help {
        let _ = writeln!(text, "    help: {}", paint.shown(&one_line(help)));
    }
    if let (Some(doc), Volume::Verbose) = (finding.doc, volume) {
        let _ = writeln!(text, "    see: {doc}");
    }
    text
}

/// What a file says begins no line of its own: a line may be a command to who reads the log.
pub(crate) fn one_line(text: &str) -> String {
    text.replace('\r', "\\r").replace('\n', "\\n")
}

fn step_lines(number: usize, step: &Step, paint: Paint) -> String {
    let mut text = format!("  {number}. {}\n", paint.shown(&step.title));
    for place in &step.at {
        let _ = writeln!(text, "     in {}", paint.shown(place));
    }
    for line in step.copy.iter().flat_map(|copy| copy.lines()) {
        let _ = writeln!(text, "       {}", paint.bold(line));
    }
    if let Some(doc) = step.doc {
        let _ = writeln!(text, "     {}", paint.dim(doc));
    }
    text
}

/// What `doctor` has to say besides, once the plan is carried out.
pub(crate) fn more(view: &View<'_>, path: &str) -> String {
    let path = if path == "." { String::new() } else { format!(" {}", quoted(path)) };
    match view.planned.doctor.len() {
        0 => String::new(),
        number => format!("\n{}: convex-clerk doctor{path}\n", count(number, "more finding")),
    }
}

/// How to apply or write what a read-only run showed. `here` is whether the current folder lies in the work tree of the plan.
pub(crate) fn next(view: &View<'_>, command: &str, here: bool) -> String {
    if view.files.is_empty() {
        return String::new();
    }
    let target = match here {
        // Below the top, `git apply` passes over files outside the current folder without a word.
        true => "git -C \"$(git rev-parse --show-toplevel)\" apply".to_owned(),
        false => format!("git -C {} apply", quoted(&view.planned.base.to_string_lossy())),
    };
    format!(
        "\n{} to change. To write: {command} --yes\nor, with a patch: {command} --dry-run | {target}\n",
        count(view.files.len(), "file")
    )
}

/// A word as a POSIX shell takes it literally.
pub(crate) fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-./:@%+=,".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted_for_a_shell() {
        assert_eq!(quoted("apps/web"), "apps/web");
        assert_eq!(quoted("it's $HOME"), "'it'\\''s $HOME'");
    }
}
