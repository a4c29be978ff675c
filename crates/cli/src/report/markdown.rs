//! `--format markdown`: the body of a pull request: what changes and why, the steps as a list to tick, the patch folded away.

use std::fmt::Write as _;

use change::{AppOutcome, AppReport, ChangeGroup, Finding, RelPath, Severity};

use super::diff::patches;
use super::{UNSUPPORTED, View, count, steps};
use crate::terminal::escaped;

/// How long a body may be: GitHub takes 65,536 characters.
const LIMIT: usize = 60_000;

/// The body.
pub(crate) fn markdown(view: &View<'_>) -> String {
    let plan = &view.planned.plan;
    let mut text = String::from("## Move to Clerk\n\n");
    text.push_str(&intro(view));
    if plan.apps().len() > 1 || plan.apps().iter().any(|app| app.outcome != AppOutcome::Migrated) {
        text.push_str(&apps(view));
    }
    text.push_str(&changes(view));
    text.push_str(&findings(view));
    if !plan.steps().is_empty() && !view.files.is_empty() {
        text.push_str("### Left to you\n\n");
        text.push_str(&steps::list(view));
    }
    text.push_str(&diffs(view, LIMIT.saturating_sub(text.chars().count())));
    text.truncate(text.trim_end().len());
    text + "\n"
}

fn intro(view: &View<'_>) -> String {
    if view.files.is_empty() {
        return "Nothing is to be changed.\n\n".to_owned();
    }
    format!(
        "{} to change, so that Convex sees the sessions of Clerk. Only the bytes shown below change; each change stands with its reason.\n\n",
        count(view.files.len(), "file")
    )
}

/// The apps and what became of each.
fn apps(view: &View<'_>) -> String {
    let mut text = String::from("| app | framework | outcome |\n| --- | --- | --- |\n");
    for app in view.planned.plan.apps() {
        let framework = if app.framework.is_empty() { "-" } else { &app.framework };
        // Writing to a String can't fail, here and below.
        let _ = writeln!(text, "| {} | {} | {} |", code(app.id.as_str()), plain(framework), outcome(view, app));
    }
    text + "\n"
}

fn outcome(view: &View<'_>, app: &AppReport) -> String {
    let cell = |text: &str| plain(text).replace('|', "\\|");
    match &app.outcome {
        AppOutcome::Migrated if view.is_left_out(&app.id) => "left out: below the level that was asked for".to_owned(),
        AppOutcome::Migrated => "changed here".to_owned(),
        AppOutcome::Nothing(why) => format!("nothing to do: {}", cell(why)),
        AppOutcome::Refused { reason, message, place } => {
            let place = place.as_ref().map(|place| format!("{}: ", code(&view.place(place)))).unwrap_or_default();
            format!("refused ({}): {place}{}", code(reason), cell(message))
        }
        AppOutcome::Unsupported { name, .. } => format!("refused ({}): {}", code(UNSUPPORTED), cell(name)),
    }
}

/// Each chosen group with its reason and its files.
fn changes(view: &View<'_>) -> String {
    let plan = &view.planned.plan;
    let chosen = plan.chosen(view.selection);
    let groups: Vec<&ChangeGroup> = plan.groups().iter().filter(|group| chosen.contains(&group.id)).collect();
    if groups.is_empty() {
        return String::new();
    }
    let mut text = String::from("### What changes, and why\n\n");
    for group in groups {
        let _ = writeln!(text, "- **{}** ({})", plain(&group.title), group.applicability.as_str());
        let _ = writeln!(text, "  {}", plain(&group.reason));
        for path in group.paths() {
            let is_new = view.files.get(path).is_some_and(|file| file.before.is_none());
            let _ = writeln!(text, "  - {}{}", code(path.as_str()), if is_new { " (new)" } else { "" });
        }
    }
    text + "\n"
}

/// What is worth a look that no change shows.
fn findings(view: &View<'_>) -> String {
    let is_shown = |finding: &&Finding| finding.severity > Severity::Note || finding.group.is_none();
    let findings: Vec<&Finding> = view.planned.plan.findings().iter().filter(is_shown).collect();
    if findings.is_empty() {
        return String::new();
    }
    let mut text = String::from("### Worth a look\n\n");
    for finding in findings {
        let place = finding.location.as_ref().map(|place| format!("{}: ", code(&view.place(place))));
        let help = finding.help.as_ref().map(|help| format!("; {}", plain(help)));
        let _ = writeln!(
            text,
            "- {} {}: {}{}{}",
            finding.severity.as_str(),
            code(finding.rule),
            place.unwrap_or_default(),
            plain(&finding.message),
            help.unwrap_or_default()
        );
    }
    text + "\n"
}

/// The patch of each file, folded; the longest are left out where there is no room.
fn diffs(view: &View<'_>, mut room: usize) -> String {
    let blocks: Vec<(&RelPath, String)> =
        patches(view).into_iter().map(|(path, patch)| (path, folded(view, path, &patch))).collect();
    let mut by_length: Vec<usize> = (0..blocks.len()).collect();
    by_length.sort_by_key(|index| blocks[*index].1.chars().count());
    let mut kept = vec![false; blocks.len()];
    for index in by_length {
        let length = blocks[index].1.chars().count();
        kept[index] = length <= room;
        room -= if kept[index] { length } else { 0 };
    }
    let mut text = String::new();
    for ((path, block), is_kept) in blocks.iter().zip(kept) {
        match is_kept {
            true => text.push_str(block),
            false => drop(writeln!(text, "{}: the change is too long for here.\n", code(path.as_str()))),
        }
    }
    text
}

fn folded(view: &View<'_>, path: &RelPath, patch: &str) -> String {
    let plan = &view.planned.plan;
    let chosen = plan.chosen(view.selection);
    let own = plan.groups().iter().filter(|group| chosen.contains(&group.id) && group.paths().contains(&path));
    let why: String = own.map(|group| format!("- {}\n", plain(&group.title))).collect();
    let fence = fence(patch);
    let patch = escaped(&patch.replace("\r\n", "\n"));
    let end = if patch.ends_with('\n') { "" } else { "\n" };
    let name = html(path.as_str());
    format!(
        "<details>\n<summary><code>{name}</code></summary>\n\n{why}\n{fence}diff\n{patch}{end}{fence}\n\n</details>\n\n"
    )
}

/// A fence that is longer than any in the text.
pub(super) fn fence(text: &str) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    "`".repeat(longest.max(2) + 1)
}

/// A name as code, whatever it holds.
pub(super) fn code(name: &str) -> String {
    let name = escaped(&name.replace('\n', "\\n"));
    // Longer by one than the longest run within; with room, as a backtick may be first or last.
    let longest = name.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    match longest {
        0 => format!("`{name}`"),
        longest => format!("{0} {name} {0}", "`".repeat(longest + 1)),
    }
}

/// A sentence of ours as Markdown: code in backticks stays, the rest means itself, and nobody is mentioned by it.
pub(super) fn plain(text: &str) -> String {
    let mut result = String::new();
    for (index, part) in escaped(&text.replace('\n', " ")).split('`').enumerate() {
        match index % 2 {
            0 => result.extend(part.chars().map(|c| match c {
                '<' | '>' | '*' | '_' | '[' | ']' | '\\' | '#' | '~' => format!("\\{c}"),
                '@' => "@<!-- -->".to_owned(),
                c => c.to_string(),
            })),
            _ => drop(write!(result, "`{part}`")),
        }
    }
    result
}

/// A name within HTML.
fn html(name: &str) -> String {
    escaped(&name.replace('\n', "\\n")).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_means_itself() {
        assert_eq!(plain("<b> @clerk/react *x* `a_b <T>`"), "\\<b\\> @<!-- -->clerk/react \\*x\\* `a_b <T>`");
        assert_eq!(code("a`b``c"), "``` a`b``c ```");
        assert_eq!(html("</code>&\u{202e}"), "&lt;/code&gt;&amp;\\u{202e}");
    }

    #[test]
    fn no_text_ends_its_fence() {
        assert_eq!(fence("a"), "```");
        assert_eq!(fence("+```tsx\n````\n"), "`````");
    }
}
