//! `--format human`: the changes with their reasons, for eyes.

use std::fmt::Write as _;

use change::{ChangeGroup, LineKind, RelPath, context_of, hunks};

use super::{View, count};
use crate::terminal::Paint;

/// Every changed file, with the groups that change it above its hunks.
pub(crate) fn human(view: &View<'_>, paint: Paint) -> String {
    let plan = &view.planned.plan;
    let chosen = plan.chosen(view.selection);
    let mut text = String::new();
    // Writing to a String can't fail, here and below.
    for (path, file) in view.files {
        let state = if file.before.is_some() { "" } else { " (new)" };
        let _ = writeln!(text, "{}{state}", paint.bold(&path.as_str().replace('\n', "\\n")));
        for group in plan.groups().iter().filter(|group| chosen.contains(&group.id) && group.paths().contains(&path)) {
            text.push_str(&group_head(group, paint, "  "));
        }
        text.push('\n');
        let before = file.before.as_ref().map_or("", |base| &base.text);
        text.push_str(&hunk_lines(path, before, &file.after, paint));
        text.push('\n');
    }
    if view.files.is_empty() {
        text.push_str("nothing to change\n");
    } else {
        let _ = writeln!(text, "{} to change", count(view.files.len(), "file"));
    }
    text
}

/// The title of a group with its level, and its reason below.
pub(crate) fn group_head(group: &ChangeGroup, paint: Paint, indent: &str) -> String {
    let level = paint.dim(&format!("[{}]", group.applicability.as_str()));
    let reason = wrapped(&group.reason, 96).into_iter().map(|line| format!("{indent}{}\n", paint.dim(&line)));
    format!("{indent}{} {level}\n{}", paint.cyan(&group.title), reason.collect::<String>())
}

/// The hunks between two texts of a file.
pub(crate) fn hunk_lines(path: &RelPath, before: &str, after: &str, paint: Paint) -> String {
    let mut text = String::new();
    for hunk in hunks(before, after, context_of(path)) {
        let _ = writeln!(text, "{}", paint.cyan(&hunk.header()));
        for line in hunk.lines {
            let shown = format!("{}{}", line.kind.sign(), line.text.trim_end_matches(['\n', '\r']));
            let shown = match line.kind {
                LineKind::Added => paint.green(&shown),
                LineKind::Removed => paint.red(&shown),
                LineKind::Context => paint.shown(&shown),
            };
            let _ = writeln!(text, "{shown}");
        }
    }
    text
}

/// `text` in lines of at most `width` characters, broken at spaces.
pub(crate) fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let fits = |line: &&mut String| line.is_empty() || line.chars().count() + 1 + word.chars().count() <= width;
        if let Some(line) = lines.last_mut().filter(fits) {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
            continue;
        }
        lines.push(word.to_owned());
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_reasons_wrap_at_spaces() {
        assert_eq!(wrapped("one two three", 7), ["one two", "three"]);
        assert_eq!(wrapped("", 7), [""]);
    }
}
