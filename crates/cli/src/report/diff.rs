//! `--format diff`: one patch that `git apply` takes.

use std::collections::BTreeMap;
use std::path::Path;

use change::{Base, FileChange, RelPath, git_patch};

use super::View;
use crate::git::{Git, ObjectFormat, as_kept, needs_index};
use crate::terminal::Paint;

/// The patch of every file, in the order of their paths.
pub(crate) fn diff(view: &View<'_>, paint: Paint) -> String {
    let patch: String = patches(view).into_iter().map(|(_, patch)| patch).collect();
    if paint.color || paint.escape { painted(&patch, paint) } else { patch }
}

/// The patch of each file, in the order of their paths.
pub(crate) fn patches<'a>(view: &View<'a>) -> Vec<(&'a RelPath, String)> {
    let before = view.files.iter().filter_map(|(path, file)| Some((path, file.before.as_ref()?)));
    let patches = Patches::of(&view.planned.base, view.planned.in_git, before);
    view.files.iter().map(|(path, file)| (path, patches.of_file(path, file))).collect()
}

/// What has to be known of a repository to write patches for it.
pub(crate) struct Patches {
    format: ObjectFormat,
    ids: BTreeMap<RelPath, String>,
}

impl Patches {
    /// For patches of these files below `base`, which may be the top of a work tree.
    pub(crate) fn of<'a>(base: &Path, in_git: bool, files: impl IntoIterator<Item = (&'a RelPath, &'a Base)>) -> Self {
        let git = in_git.then(|| Git::at(base)).flatten();
        let format = git.as_ref().map_or(ObjectFormat::Sha1, Git::object_format);
        // Asking git takes as long as all the rest: only where the answer can matter.
        let asked: Vec<&RelPath> =
            files.into_iter().filter(|(_, base)| needs_index(&base.text)).map(|(path, _)| path).collect();
        let ids = git.filter(|_| !asked.is_empty()).map(|git| git.index_ids(&asked)).unwrap_or_default();
        Self { format, ids }
    }

    /// The patch of a file.
    pub(crate) fn of_file(&self, path: &RelPath, file: &FileChange) -> String {
        let (kept, blobs) = as_kept(file, self.ids.get(path).map(String::as_str), self.format);
        git_patch(path, &kept, &blobs)
    }
}

/// The same lines in the colours of `git diff`.
pub(crate) fn painted(patch: &str, paint: Paint) -> String {
    let mut result = String::with_capacity(patch.len() * 2);
    for line in patch.split_inclusive('\n') {
        let (text, end) = match line.strip_suffix('\n') {
            Some(text) => (text, "\n"),
            None => (line, ""),
        };
        // A CR is what a CRLF file's lines end in: for eyes it is no part of the line.
        let (text, end) = match text.strip_suffix('\r') {
            Some(text) if paint.escape => (text, end),
            Some(text) => (text, if end.is_empty() { "\r" } else { "\r\n" }),
            None => (text, end),
        };
        result.push_str(&match text.get(..1) {
            Some("+") if !text.starts_with("+++ ") => paint.green(text),
            Some("-") if !text.starts_with("--- ") => paint.red(text),
            Some("@") => paint.cyan(text),
            Some(" " | "\\") | None => paint.shown(text),
            Some(_) => paint.bold(text),
        });
        result.push_str(end);
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_take_nothing_away() {
        let patch =
            "diff --git a/a b/a\n--- a/a\n+++ b/a\n@@ -1 +1 @@\n-x\r\n+\u{1b}[0m\n\\ No newline at end of file\n";
        let colored = painted(patch, Paint { color: true, escape: false });
        let mut plain = colored;
        for code in ["\x1b[31m", "\x1b[32m", "\x1b[36m", "\x1b[1m"] {
            plain = plain.replace(code, "<");
        }
        assert_eq!(plain.replace('<', "").matches("\x1b[0m").count(), 7);
        let escaped = painted(patch, Paint { color: false, escape: true });
        assert!(escaped.contains("-x\n+\\x1b[0m\n"), "{escaped}");
    }
}
