//! A file on the page: its place in the tree, and the lines of each content.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use change::{ChangeGroup, FileChange, Hunk, LineKind, RelPath, TextRange, context_of, hunks};
use syntax::{Colour, colours};

use super::super::{View, count};
use super::choices::{FileChoices, Variant};
use super::text::{code, escape, sentence, shown};

/// The files as a tree of folders.
pub(super) fn tree(page: &mut String, files: &[FileChoices<'_>]) {
    let parts = |file: &FileChoices<'_>| file.path.as_str().split('/').map(str::to_owned).collect::<Vec<_>>();
    let entries: Vec<(Vec<String>, usize)> = files.iter().map(|file| (parts(file), file.number)).collect();
    folder(page, &entries);
}

fn folder(page: &mut String, entries: &[(Vec<String>, usize)]) {
    let mut folders: BTreeMap<&str, Vec<(Vec<String>, usize)>> = BTreeMap::new();
    let mut files: Vec<(&str, usize)> = Vec::new();
    for (parts, number) in entries {
        match parts.as_slice() {
            [name] => files.push((name, *number)),
            [first, rest @ ..] => folders.entry(first).or_default().push((rest.to_vec(), *number)),
            [] => {}
        }
    }
    page.push_str("<ul>\n");
    for (mut name, mut inner) in folders.into_iter().map(|(name, inner)| (name.to_owned(), inner)) {
        // A folder with nothing but a folder shares its line: `src/app/`.
        while let Some(only) = only_folder(&inner) {
            name = format!("{name}/{only}");
            inner = inner.into_iter().map(|(parts, number)| (parts[1..].to_vec(), number)).collect();
        }
        let _ = writeln!(page, "<li><details open><summary>{}</summary>", code(&format!("{name}/")));
        folder(page, &inner);
        page.push_str("</details></li>\n");
    }
    for (name, number) in files {
        let _ = writeln!(page, "<li data-entry=\"{number}\"><a href=\"#file-{number}\">{}</a></li>", code(name));
    }
    page.push_str("</ul>\n");
}

fn only_folder(entries: &[(Vec<String>, usize)]) -> Option<String> {
    let (first, _) = entries.first()?;
    let name = first.first().filter(|_| first.len() > 1)?;
    entries.iter().all(|(parts, _)| parts.len() > 1 && parts.first() == Some(name)).then(|| name.clone())
}

/// The section of a file, with each of its contents.
pub(super) fn section(page: &mut String, view: &View<'_>, file: &FileChoices<'_>, groups: &[&ChangeGroup]) {
    let is_new = !view.planned.plan.bases().contains_key(file.path);
    let _ = write!(
        page,
        "<section class=\"file\" id=\"file-{0}\" data-file=\"{0}\" aria-labelledby=\"name-{0}\">\n<h2 id=\"name-{0}\">{1}{2}</h2>\n",
        file.number,
        code(file.path.as_str()),
        if is_new { " <span class=\"state\">new</span>" } else { "" }
    );
    page.push_str("<ul class=\"by\">");
    for number in &file.groups {
        let _ = write!(page, "<li><a href=\"#group-{number}\">{}</a></li>", sentence(&groups[*number].title));
    }
    page.push_str("</ul>\n");
    let is_left_out = !file.variants.iter().any(|variant| variant.is_first);
    let _ = writeln!(page, "<p class=\"none\"{}>Left as it is.</p>", if is_left_out { "" } else { " hidden" });
    for variant in &file.variants {
        self::variant(page, file.path, variant);
    }
    page.push_str("</section>\n");
}

fn variant(page: &mut String, path: &RelPath, variant: &Variant) {
    let hidden = if variant.is_first { "" } else { " hidden" };
    let FileChange { before, after } = &variant.file;
    let before = before.as_ref().map_or("", |base| &base.text);
    let hunks = hunks(before, after, context_of(path));
    let lines = |kind| hunks.iter().flat_map(|hunk| &hunk.lines).filter(|line| line.kind == kind).count();
    let (added, removed) = (lines(LineKind::Added), lines(LineKind::Removed));
    let _ = write!(
        page,
        "<div class=\"variant\" data-chosen=\"{}\"{hidden}>\n<p class=\"size\">{} added, {} removed</p>\n",
        variant.key(),
        count(added, "line"),
        removed
    );
    let (old, new) = (Lines::of(path, before), Lines::of(path, after));
    for hunk in &hunks {
        let _ = writeln!(page, "<div class=\"hunk\">\n<p class=\"at\">{}</p>", escape(&hunk.header()));
        hunk_lines(page, hunk, &old, &new);
        page.push_str("</div>\n");
    }
    page.push_str("</div>\n");
}

/// The lines of a hunk in blocks of one kind. Unchanged lines are there once for each side.
fn hunk_lines(page: &mut String, hunk: &Hunk<'_>, old: &Lines<'_>, new: &Lines<'_>) {
    let (mut old_at, mut new_at) = (hunk.old_start, hunk.new_start);
    let is_same = |kind: LineKind| kind == LineKind::Context;
    for block in hunk.lines.chunk_by(|left, right| is_same(left.kind) == is_same(right.kind)) {
        let same = block.iter().all(|line| is_same(line.kind));
        let _ = writeln!(page, "<div class=\"{}\">", if same { "same" } else { "changed" });
        let taken = block.iter().filter(|line| line.kind != LineKind::Added).count();
        let given = block.iter().filter(|line| line.kind != LineKind::Removed).count();
        page.push_str("<div class=\"old\">");
        for at in old_at..old_at + taken {
            let other = same.then_some(new_at + at - old_at);
            line(page, if same { ' ' } else { '-' }, (Some(at), other), old.line(at));
        }
        page.push_str("</div>\n<div class=\"new\">");
        for at in new_at..new_at + given {
            line(page, if same { ' ' } else { '+' }, (None, Some(at)), new.line(at));
        }
        page.push_str("</div>\n</div>\n");
        (old_at, new_at) = (old_at + taken, new_at + given);
    }
}

fn line(page: &mut String, sign: char, (old, new): (Option<usize>, Option<usize>), text: String) {
    let number = |at: Option<usize>| at.map_or(String::new(), |at| (at + 1).to_string());
    let _ = write!(
        page,
        "<div class=\"line\"><i class=\"o\">{}</i><i class=\"n\">{}</i><b>{sign}</b><code>{text}</code></div>",
        number(old),
        number(new)
    );
}

/// The lines of a text and their colours.
struct Lines<'a> {
    text: &'a str,
    /// Where each begins, in bytes.
    starts: Vec<usize>,
    colours: Vec<(TextRange, Colour)>,
}

impl<'a> Lines<'a> {
    fn of(path: &RelPath, text: &'a str) -> Self {
        let starts = text.split_inclusive('\n').scan(0, |at, line| {
            let start = *at;
            *at += line.len();
            Some(start)
        });
        Self { text, starts: starts.collect(), colours: colours(path, text) }
    }

    /// A line as HTML, without its ending.
    fn line(&self, at: usize) -> String {
        let Some(start) = self.starts.get(at).copied() else { return String::new() };
        let end = self.starts.get(at + 1).copied().unwrap_or(self.text.len());
        let line = self.text.get(start..end).unwrap_or_default();
        let bare = line.trim_end_matches(['\n', '\r']);
        let mut result = self.coloured(start, start + bare.len());
        if !line.ends_with('\n') {
            result.push_str("<em> no line break at the end</em>");
        }
        result
    }

    fn coloured(&self, start: usize, end: usize) -> String {
        let mut result = String::new();
        let mut at = start;
        let part = |from: usize, to: usize| shown(self.text.get(from..to).unwrap_or_default());
        let first = self.colours.partition_point(|(range, _)| (range.end() as usize) <= start);
        for (range, colour) in self.colours.iter().skip(first) {
            let (from, to) = ((range.start() as usize).max(at), (range.end() as usize).min(end));
            if from >= end {
                break;
            }
            let _ = write!(result, "{}<span class=\"{}\">{}</span>", part(at, from), class(*colour), part(from, to));
            at = to;
        }
        result + &part(at, end)
    }
}

fn class(colour: Colour) -> &'static str {
    match colour {
        Colour::Comment => "comment",
        Colour::Text => "text",
        Colour::Number => "number",
        Colour::Keyword => "keyword",
        Colour::Tag => "tag",
        Colour::Key => "key",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_colour_goes_on_over_line_breaks() {
        let path = RelPath::new("a.ts").unwrap();
        let lines = Lines::of(&path, "/* a\nb */ let x;");
        assert_eq!(lines.line(0), "<span class=\"comment\">/* a</span>");
        assert!(
            lines.line(1).starts_with("<span class=\"comment\">b */</span> <span class=\"keyword\">let</span> x;<em>")
        );
    }
}
