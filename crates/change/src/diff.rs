//! A change as a patch that `git apply` takes.
//!
//! ```text
//! diff --git a/src/main.tsx b/src/main.tsx
//! index 5f1d1a0e…<40 hex> 100644
//! --- a/src/main.tsx
//! +++ b/src/main.tsx
//! @@ -1,3 +1,4 @@
//! ```
//!
//! Lines end at LF alone, as in git; a CR before it is part of the line, so that a CRLF file's patch holds CRLF lines.

use std::fmt::Write as _;

use similar::{Algorithm, DiffOp, capture_diff_slices, group_diff_ops};

use crate::{FileChange, RelPath, TextEdit, TextRange};

/// The object ids of a file before and after, in full hex, as the `index` line names them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlobIds {
    /// The id of the file as it was; all zeros for a new file.
    pub old: String,
    /// The id of the file as it becomes.
    pub new: String,
}

/// What a line of a hunk is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineKind {
    /// In both texts.
    Context,
    /// In the old text only.
    Removed,
    /// In the new text only.
    Added,
}

impl LineKind {
    /// The character that a unified diff puts before the line.
    pub fn sign(self) -> char {
        match self {
            Self::Context => ' ',
            Self::Removed => '-',
            Self::Added => '+',
        }
    }
}

/// A line of a hunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DiffLine<'a> {
    /// What it is.
    pub kind: LineKind,
    /// Its text with its line ending; only a text's last line may have none.
    pub text: &'a str,
}

/// A run of changed lines with the lines around them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hunk<'a> {
    /// The first old line, from 0.
    pub old_start: usize,
    /// How many old lines.
    pub old_len: usize,
    /// The first new line, from 0.
    pub new_start: usize,
    /// How many new lines.
    pub new_len: usize,
    /// The lines, removed ones before added ones in each run.
    pub lines: Vec<DiffLine<'a>>,
}

impl Hunk<'_> {
    /// `@@ -1,3 +1,4 @@`
    pub fn header(&self) -> String {
        // git counts from 1, and names the line *before* an empty side.
        let side = |start: usize, len: usize| match len {
            0 => format!("{start},0"),
            1 => format!("{}", start + 1),
            _ => format!("{},{len}", start + 1),
        };
        // Without context, git takes what comes after line 1 for what must stand at the beginning as well as at the end.
        if (self.old_start, self.old_len) == (1, 0) {
            return format!("@@ -2,0 +{} @@", side(self.new_start, self.new_len));
        }
        format!("@@ -{} +{} @@", side(self.old_start, self.old_len), side(self.new_start, self.new_len))
    }
}

/// The hunks between two texts, each with up to `context` unchanged lines around.
pub fn hunks<'a>(before: &'a str, after: &'a str, context: usize) -> Vec<Hunk<'a>> {
    let old: Vec<&str> = before.split_inclusive('\n').collect();
    let new: Vec<&str> = after.split_inclusive('\n').collect();
    // No deadline: a patch must not depend on how busy the machine is.
    let ops = capture_diff_slices(Algorithm::Myers, &old, &new);
    group_diff_ops(ops, context).iter().filter_map(|ops| hunk(ops, &old, &new)).collect()
}

fn hunk<'a>(ops: &[DiffOp], old: &[&'a str], new: &[&'a str]) -> Option<Hunk<'a>> {
    let (first, last) = (ops.first()?, ops.last()?);
    let mut lines = Vec::new();
    for op in ops {
        let removed = old.get(op.old_range()).unwrap_or_default().iter();
        let added = new.get(op.new_range()).unwrap_or_default().iter();
        let line = |kind| move |text: &&'a str| DiffLine { kind, text };
        match op {
            DiffOp::Equal { .. } => lines.extend(removed.map(line(LineKind::Context))),
            _ => {
                lines.extend(removed.map(line(LineKind::Removed)));
                lines.extend(added.map(line(LineKind::Added)));
            }
        }
    }
    Some(Hunk {
        old_start: first.old_range().start,
        old_len: last.old_range().end - first.old_range().start,
        new_start: first.new_range().start,
        new_len: last.new_range().end - first.new_range().start,
        lines,
    })
}

/// Whether a file holds values of the environment, or shows which are wanted: `.env.local`, `env.example`.
pub fn is_env_file(path: &RelPath) -> bool {
    // `src/env.ts` is code that reads them.
    let endings = [
        "ts", "tsx", "mts", "cts", "js", "jsx", "mjs", "cjs", "json", "md", "mdx", "html", "yml", "yaml", "toml", "vue",
    ];
    let mut parts = path.file_name().trim_start_matches('.').split('.');
    parts.next() == Some("env") && !parts.any(|part| endings.contains(&part))
}

/// How many unchanged lines a patch shows around a change: none of a file of the environment.
pub fn context_of(path: &RelPath) -> usize {
    if is_env_file(path) { 0 } else { 3 }
}

/// The edits that make `after` of `before`: of the lines that differ, the characters that do. A line that is only moved in or out is the same.
pub fn edits_between(before: &str, after: &str) -> Vec<TextEdit> {
    let mut starts = vec![0];
    starts.extend(before.split_inclusive('\n').scan(0, |at, line| {
        *at += line.len();
        Some(*at)
    }));
    let mut edits = Vec::new();
    for hunk in hunks(before, after, 0) {
        let side =
            |kind| hunk.lines.iter().filter(move |line| line.kind == kind).map(|line| line.text).collect::<Vec<_>>();
        let start = starts.get(hunk.old_start).copied().unwrap_or(before.len());
        line_edits(start as u32, &side(LineKind::Removed), &side(LineKind::Added), &mut edits);
    }
    edits
}

fn line_edits(start: u32, old: &[&str], new: &[&str], edits: &mut Vec<TextEdit>) {
    let trimmed = |lines: &[&str]| lines.iter().map(|line| line.trim().to_owned()).collect::<Vec<_>>();
    let mut at = start;
    for op in capture_diff_slices(Algorithm::Myers, &trimmed(old), &trimmed(new)) {
        let taken = old.get(op.old_range()).unwrap_or_default();
        let given = new.get(op.new_range()).unwrap_or_default();
        let pairs: Vec<(String, String)> = match op {
            DiffOp::Equal { .. } => {
                taken.iter().zip(given).map(|(old, new)| ((*old).to_owned(), (*new).to_owned())).collect()
            }
            _ => vec![(taken.concat(), given.concat())],
        };
        for (old, new) in pairs {
            character_edits(at, &old, &new, edits);
            at += old.len() as u32;
        }
    }
}

fn character_edits(start: u32, old: &str, new: &str, edits: &mut Vec<TextEdit>) {
    let old: Vec<char> = old.chars().collect();
    let new: Vec<char> = new.chars().collect();
    let length = |chars: &[char]| chars.iter().map(|c| c.len_utf8() as u32).sum::<u32>();
    let mut at = start;
    for op in capture_diff_slices(Algorithm::Myers, &old, &new) {
        let taken = length(old.get(op.old_range()).unwrap_or_default());
        if !matches!(op, DiffOp::Equal { .. }) {
            let text: String = new.get(op.new_range()).unwrap_or_default().iter().collect();
            edits.push(TextEdit::replacement(TextRange::new(at, at + taken), text));
        }
        at += taken;
    }
}

/// The patch of one file, as `git diff` would print it; `""` where nothing changes.
pub fn git_patch(path: &RelPath, change: &FileChange, ids: &BlobIds) -> String {
    let before = change.before.as_ref().map_or("", |base| &base.text);
    let hunks = hunks(before, &change.after, context_of(path));
    let mode = if change.before.as_ref().is_some_and(|base| base.executable) { "100755" } else { "100644" };
    let (old_name, new_name) = (quoted_path("a/", path), quoted_path("b/", path));
    let mut patch = format!("diff --git {old_name} {new_name}\n");
    // Writing to a String can't fail.
    let _ = match change.before {
        Some(_) if hunks.is_empty() => return String::new(),
        Some(_) => writeln!(patch, "index {}..{} {mode}", ids.old, ids.new),
        None => writeln!(patch, "new file mode {mode}\nindex {}..{}", ids.old, ids.new),
    };
    if hunks.is_empty() {
        return patch;
    }
    // git ends a name that holds a space with a tab, so that tools don't take the rest for a date.
    let tab = if path.as_str().contains(' ') { "\t" } else { "" };
    let old_line = if change.before.is_some() { format!("{old_name}{tab}") } else { "/dev/null".to_owned() };
    let _ = writeln!(patch, "--- {old_line}\n+++ {new_name}{tab}");
    for hunk in hunks {
        let _ = writeln!(patch, "{}", hunk.header());
        for line in hunk.lines {
            patch.push(line.kind.sign());
            patch.push_str(line.text);
            if !line.text.ends_with('\n') {
                patch.push_str("\n\\ No newline at end of file\n");
            }
        }
    }
    patch
}

/// `prefix` and `path` as git writes them: in double quotes with C escapes and octal bytes where a name holds a control character,
/// a quote, a backslash or a byte above 127 (git's default, `core.quotePath`).
pub fn quoted_path(prefix: &str, path: &RelPath) -> String {
    let plain = |byte: u8| matches!(byte, b' '..=b'~') && byte != b'"' && byte != b'\\';
    if path.as_str().bytes().all(plain) {
        return format!("{prefix}{path}");
    }
    let mut quoted = format!("\"{prefix}");
    for byte in path.as_str().bytes() {
        match byte {
            b'"' => quoted.push_str("\\\""),
            b'\\' => quoted.push_str("\\\\"),
            b'\t' => quoted.push_str("\\t"),
            b'\n' => quoted.push_str("\\n"),
            b'\r' => quoted.push_str("\\r"),
            0x07 => quoted.push_str("\\a"),
            0x08 => quoted.push_str("\\b"),
            0x0b => quoted.push_str("\\v"),
            0x0c => quoted.push_str("\\f"),
            _ if plain(byte) => quoted.push(byte as char),
            // Writing to a String can't fail.
            _ => drop(write!(quoted, "\\{byte:03o}")),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Base;
    use proptest::prelude::*;

    fn patch(path: &str, before: Option<&str>, after: &str) -> String {
        let before = before.map(|text| Base { text: text.into(), executable: false });
        let ids = BlobIds { old: "0".repeat(40), new: "1".repeat(40) };
        git_patch(&RelPath::new(path).unwrap(), &FileChange { before, after: after.to_owned() }, &ids)
    }

    #[test]
    fn a_missing_final_newline_is_marked_on_each_side() {
        let patch = patch("a.ts", Some("a\nb"), "a\nc\n");
        assert!(patch.ends_with("@@ -1,2 +1,2 @@\n a\n-b\n\\ No newline at end of file\n+c\n"), "{patch}");
    }

    #[test]
    fn a_new_file_starts_from_nothing() {
        let patch = patch("a.ts", None, "x\n");
        assert!(
            patch.contains("new file mode 100644\nindex 000")
                && patch.contains("--- /dev/null\n+++ b/a.ts\n@@ -0,0 +1 @@\n+x\n")
        );
    }

    #[test]
    fn only_lf_ends_a_line() {
        let patch = patch("a.ts", Some("a\rb\r\nc\r\n"), "a\rb\r\nd\r\n");
        assert!(patch.ends_with("@@ -1,2 +1,2 @@\n a\rb\r\n-c\r\n+d\r\n"), "{patch:?}");
    }

    #[test]
    fn names_are_quoted_as_git_does() {
        for (path, quoted) in [
            ("src/(app)/[id]/a b.tsx", "b/src/(app)/[id]/a b.tsx"),
            ("é.ts", "\"b/\\303\\251.ts\""),
            ("a\"b\t\\.ts", "\"b/a\\\"b\\t\\\\.ts\""),
        ] {
            assert_eq!(quoted_path("b/", &RelPath::new(path).unwrap()), quoted);
        }
        assert!(patch("a b.ts", Some("x\n"), "y\n").contains("--- a/a b.ts\t\n+++ b/a b.ts\t\n"));
    }

    /// Rebuilds the new text from the old one and the hunks.
    fn patched(before: &str, hunks: &[Hunk<'_>]) -> String {
        let old: Vec<&str> = before.split_inclusive('\n').collect();
        let (mut result, mut done) = (String::new(), 0);
        for hunk in hunks {
            result.extend(old[done..hunk.old_start].iter().copied());
            for line in &hunk.lines {
                if line.kind != LineKind::Removed {
                    result.push_str(line.text);
                }
            }
            done = hunk.old_start + hunk.old_len;
        }
        result.extend(old[done..].iter().copied());
        result
    }

    #[test]
    fn files_of_the_environment_are_told_from_code() {
        let is_env = |path: &str| is_env_file(&RelPath::new(path).unwrap());
        assert!([".env", "a/.env.local", "env.example", ".env.production.local"].into_iter().all(is_env));
        assert!(!["env.d.ts", "src/env.ts", ".env.ts", "env/a.ts", ".envrc", "env.config.mjs"].into_iter().any(is_env));
    }

    #[test]
    fn edits_between_texts_are_cut_to_what_differs() {
        let edits = edits_between("{\n  \"a\": 1\n}\n", "{\n  \"a\": 1,\n  \"b\": 2\n}\n");
        assert_eq!(edits, [TextEdit::insertion(10, ",\n  \"b\": 2")]);
        // Though `{c` of `{client` comes first.
        let edits = edits_between("<a>\n  {c}\n</a>\n", "<a>\n  <b x={client}>\n    {c}\n  </b>\n</a>\n");
        let texts: Vec<&str> = edits.iter().map(TextEdit::text).collect();
        assert_eq!(texts, ["  <b x={client}>\n", "  ", "  </b>\n"]);
    }

    proptest! {
        #[test]
        fn edits_between_lead_from_one_to_the_other(before in "[aé\n]{0,12}", after in "[aé\n]{0,12}") {
            let mut edits = crate::EditSet::default();
            for edit in edits_between(&before, &after) {
                edits.push(edit).unwrap();
            }
            prop_assert_eq!(edits.apply(&before), Some(after));
        }

        #[test]
        fn hunks_turn_the_old_text_into_the_new(before in "([ab]?\r?\n){0,20}[ab]?", after in "([ab]?\r?\n){0,20}[ab]?", context in 0usize..4) {
            let hunks = hunks(&before, &after, context);
            prop_assert_eq!(patched(&before, &hunks), after.clone());
            for hunk in &hunks {
                let count = |side| hunk.lines.iter().filter(|line| line.kind != side).count();
                prop_assert_eq!((count(LineKind::Added), count(LineKind::Removed)), (hunk.old_len, hunk.new_len));
            }
        }
    }
}
