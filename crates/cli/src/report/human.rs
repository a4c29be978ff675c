//! `--format human`: the changes with their reasons, for eyes.

use std::fmt::Write as _;

use change::{ChangeGroup, ColumnUnit, GroupId, Hunk, LineIndex, LineKind, RelPath, TextEdit, context_of, hunks};

use super::summary::table;
use super::{View, count};
use crate::terminal::Paint;

/// Every changed file; above each hunk the groups that it is of, with their reasons; then the apps, if there are several.
pub(crate) fn human(view: &View<'_>, paint: Paint) -> String {
    let mut text = String::new();
    // Writing to a String can't fail, here and below.
    for (path, file) in view.files {
        let state = if file.before.is_some() { "" } else { " (new)" };
        let _ = writeln!(text, "{}{state}", paint.bold(&path.as_str().replace('\n', "\\n")));
        let groups = view.groups_of(path);
        let before = file.before.as_ref().map_or("", |base| &base.text);
        let mut last: Vec<&GroupId> = Vec::new();
        for hunk in hunks(before, &file.after, context_of(path)) {
            let (own, is_edited) = of_hunk(&groups, path, before, &hunk);
            let ids: Vec<&GroupId> = own.iter().map(|group| &group.id).collect();
            // Several hunks of one change need its reason once, and imports for several changes only their names.
            if ids != last {
                let has_reasons = is_edited || own.len() == 1;
                let head = |group: &&ChangeGroup| match has_reasons {
                    true => group_head(group, paint, "  "),
                    false => group_title(group, paint, "  "),
                };
                text.extend(own.iter().map(head));
            }
            last = ids;
            text.push_str(&lines_of(&hunk, paint));
        }
        text.push('\n');
    }
    if view.files.is_empty() {
        text.push_str("nothing to change\n");
    } else {
        let _ = writeln!(text, "{} to change", count(view.files.len(), "file"));
    }
    if view.planned.plan.apps().len() > 1 {
        text.push_str(&table(view, paint));
    }
    text
}

/// The groups whose edits lie in a hunk, and true; where none does, as it holds imports or settings, those that change some in the file.
fn of_hunk<'a>(
    groups: &[&'a ChangeGroup],
    path: &RelPath,
    before: &str,
    hunk: &Hunk<'_>,
) -> (Vec<&'a ChangeGroup>, bool) {
    let index = LineIndex::new(before);
    let lines = hunk.old_start..hunk.old_start + hunk.old_len.max(1);
    let line = |offset| index.line_col(before, offset, ColumnUnit::Utf8).line as usize;
    let is_within = |edit: &TextEdit| lines.contains(&line(edit.range().start()));
    let edits = |group: &&ChangeGroup| group.edits().get(path).is_some_and(|set| set.iter().any(is_within));
    let own: Vec<&ChangeGroup> = groups.iter().copied().filter(edits).collect();
    if !own.is_empty() {
        return (own, true);
    }
    let changes_others =
        |group: &&ChangeGroup| group.imports().contains_key(path) || group.settings_changes().contains_key(path);
    let others: Vec<&ChangeGroup> = groups.iter().copied().filter(changes_others).collect();
    (if others.is_empty() { groups.to_vec() } else { others }, false)
}

/// The title of a group with its level, and its reason below.
pub(crate) fn group_head(group: &ChangeGroup, paint: Paint, indent: &str) -> String {
    let reason = wrapped(&group.reason, 96).into_iter().map(|line| format!("{indent}{}\n", paint.dim(&line)));
    group_title(group, paint, indent) + &reason.collect::<String>()
}

fn group_title(group: &ChangeGroup, paint: Paint, indent: &str) -> String {
    let level = paint.dim(&format!("[{}]", group.applicability.as_str()));
    format!("{indent}{} {level}\n", paint.cyan(&group.title))
}

/// The hunks between two texts of a file.
pub(crate) fn hunk_lines(path: &RelPath, before: &str, after: &str, paint: Paint) -> String {
    hunks(before, after, context_of(path)).iter().map(|hunk| lines_of(hunk, paint)).collect()
}

fn lines_of(hunk: &Hunk<'_>, paint: Paint) -> String {
    let mut text = format!("{}\n", paint.cyan(&hunk.header()));
    for line in &hunk.lines {
        let shown = format!("{}{}", line.kind.sign(), line.text.trim_end_matches(['\n', '\r']));
        let shown = match line.kind {
            LineKind::Added => paint.green(&shown),
            LineKind::Removed => paint.red(&shown),
            LineKind::Context => paint.shown(&shown),
        };
        let _ = writeln!(text, "{shown}");
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
