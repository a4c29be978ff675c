//! `--format markdown`: the body of a pull request: what changes and why, the steps as a list to tick, the patch folded away.

use std::fmt::Write as _;

use change::{AppOutcome, AppReport, ChangeGroup, Finding, RelPath};

use super::diff::patches;
use super::{UNSUPPORTED, View, count, steps};
use crate::terminal::escaped;

/// How long a body may be: GitHub takes 65,536 characters.
pub(super) const LIMIT: usize = 60_000;

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
        let list = steps::list(view, plain);
        match list.chars().count() <= LIMIT / 3 {
            true => text.push_str(&list),
            false => text.push_str("The list is too long for here: `convex-clerk migrate --steps FILE` writes it.\n\n"),
        }
    }
    let room = LIMIT.saturating_sub(text.chars().count());
    text.push_str(&diffs(view, room));
    text.truncate(text.trim_end().len());
    text + "\n"
}

fn intro(view: &View<'_>) -> String {
    if view.files.is_empty() {
        return "Nothing is to be changed.\n\n".to_owned();
    }
    format!(
        "{} to change, so that Convex sees the sessions of Clerk. Each change stands with its reason.\n\n",
        count(view.files.len(), "file")
    )
}

/// Lines, as many as fit into `room` characters; `rest` says how many more there are.
pub(super) fn listed(
    lines: impl ExactSizeIterator<Item = String>,
    room: usize,
    rest: impl Fn(usize) -> String,
) -> String {
    let all = lines.len();
    let mut text = String::new();
    for (at, line) in lines.enumerate() {
        if text.chars().count() + line.chars().count() > room {
            return text + &rest(all - at);
        }
        text.push_str(&line);
    }
    text
}

/// The apps and what became of each.
fn apps(view: &View<'_>) -> String {
    let row = |app: &AppReport| {
        let framework = if app.framework.is_empty() { "-" } else { &app.framework };
        // A cell ends at `|` even within code.
        let cells = [code(app.id.as_str()), plain(framework), outcome(view, app)].map(|cell| cell.replace('|', "\\|"));
        format!("| {} |\n", cells.join(" | "))
    };
    let rest = |number| format!("| and {} | | |\n", count(number, "more app"));
    let rows = listed(view.planned.plan.apps().iter().map(row), LIMIT / 6, rest);
    format!("| app | framework | outcome |\n| --- | --- | --- |\n{rows}\n")
}

fn outcome(view: &View<'_>, app: &AppReport) -> String {
    match &app.outcome {
        AppOutcome::Migrated if view.is_left_out(&app.id) => "left out: below the level that was asked for".to_owned(),
        AppOutcome::Migrated => "changed here".to_owned(),
        AppOutcome::Nothing(why) => format!("nothing to do: {}", plain(why)),
        AppOutcome::Refused { reason, message, place } => {
            let place = place.as_ref().map(|place| format!("{}: ", code(&view.place(place)))).unwrap_or_default();
            format!("refused ({}): {place}{}", code(reason), plain(message))
        }
        AppOutcome::Unsupported { name, .. } => format!("refused ({}): {}", code(UNSUPPORTED), plain(name)),
    }
}

/// Each chosen group with its reason and its files.
fn changes(view: &View<'_>) -> String {
    let groups = view.groups();
    if groups.is_empty() {
        return String::new();
    }
    let file = |path: &RelPath| {
        let is_new = view.files.get(path).is_some_and(|file| file.before.is_none());
        format!("  - {}{}\n", code(path.as_str()), if is_new { " (new)" } else { "" })
    };
    let item = |group: &ChangeGroup| {
        let files: String = group.paths().into_iter().map(file).collect();
        let (title, level) = (plain(&group.title), group.applicability.as_str());
        format!("- **{title}** ({level})\n  {}\n{files}", plain(&group.reason))
    };
    let rest = |number| format!("- and {}\n", count(number, "more change"));
    let items = listed(groups.into_iter().map(item), LIMIT / 3, rest);
    format!("### What changes, and why\n\n{items}\n")
}

/// What is worth a look that no change shows.
fn findings(view: &View<'_>) -> String {
    let findings = view.worth_a_look();
    if findings.is_empty() {
        return String::new();
    }
    let item = |finding: &Finding| item(view, finding);
    let rest = |number| format!("- and {}\n", count(number, "more finding"));
    format!("### Worth a look\n\n{}\n", listed(findings.into_iter().map(item), LIMIT / 6, rest))
}

/// A finding as an item of a list.
pub(super) fn item(view: &View<'_>, finding: &Finding) -> String {
    let place = finding.location.as_ref().map(|place| format!("{}: ", code(&view.place(place)))).unwrap_or_default();
    let help = finding.help.as_ref().map(|help| format!("; {}", plain(help))).unwrap_or_default();
    let (severity, rule) = (finding.severity.as_str(), code(finding.rule));
    format!("- {severity} {rule}: {place}{}{help}\n", plain(&finding.message))
}

/// The patch of each file, folded; the longest are left out where there is no room, and their number is said.
fn diffs(view: &View<'_>, room: usize) -> String {
    // For the line that says how many are left out.
    let mut room = room.saturating_sub(200);
    let blocks: Vec<String> = patches(view).into_iter().map(|(path, patch)| folded(view, path, &patch)).collect();
    let mut by_length: Vec<usize> = (0..blocks.len()).collect();
    by_length.sort_by_key(|index| blocks[*index].chars().count());
    let mut kept = vec![false; blocks.len()];
    for index in by_length {
        let length = blocks[index].chars().count();
        kept[index] = length <= room;
        room -= if kept[index] { length } else { 0 };
    }
    let left = kept.iter().filter(|kept| !**kept).count();
    let mut text: String = blocks.into_iter().zip(kept).filter(|(_, kept)| *kept).map(|(block, _)| block).collect();
    if left > 0 {
        // Writing to a String can't fail.
        let _ = writeln!(text, "The changes of {} are too long for here.", count(left, "more file"));
    }
    text
}

fn folded(view: &View<'_>, path: &RelPath, patch: &str) -> String {
    let why: String = view.groups_of(path).iter().map(|group| format!("- {}\n", plain(&group.title))).collect();
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
