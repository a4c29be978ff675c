//! Applies the patches that are printed, as `git apply` would where nothing is fuzzy: by line numbers, with every line compared.

use crate::folder::Files;

/// The files once `patch` is applied. Panics where it doesn't fit.
pub(crate) fn applied(files: &Files, patch: &str) -> Files {
    let mut files = files.clone();
    let mut lines = patch.split_inclusive('\n').peekable();
    while let Some(line) = lines.next() {
        let Some(names) = line.strip_prefix("diff --git a/") else { panic!("no header: {line:?}") };
        let path = names.trim_end().split_once(" b/").expect("two names").1.to_owned();
        let mut is_new = false;
        while let Some(line) = lines.next_if(|line| !line.starts_with("@@ ") && !line.starts_with("diff ")) {
            is_new |= line.starts_with("new file mode");
        }
        assert_eq!(files.contains_key(&path), !is_new, "{path} is there, or is not");
        let old = files.remove(&path).unwrap_or_default();
        let old = String::from_utf8(old).expect("text");
        let old: Vec<&str> = old.split_inclusive('\n').collect();
        let (mut done, mut new) = (0, String::new());
        while let Some(header) = lines.next_if(|line| line.starts_with("@@ -")) {
            let (start, length) = first_range(header);
            // Where nothing goes, the number is that of the line before; without context git takes any that is too great for the end.
            let from = if length == 0 { start.min(old.len()) } else { start - 1 };
            new.extend(old[done..from].iter().copied());
            done = from;
            while let Some(line) = lines.next_if(|line| line.starts_with([' ', '+', '-'])) {
                let is_last = lines.next_if(|line| line.starts_with('\\')).is_some();
                let text = if is_last { line[1..].trim_end_matches('\n') } else { &line[1..] };
                if !line.starts_with('+') {
                    assert_eq!(old.get(done), Some(&text), "line {} of {path}", done + 1);
                    done += 1;
                }
                if !line.starts_with('-') {
                    new.push_str(text);
                }
            }
            assert_eq!(done, from + length, "the hunk {header:?} of {path}");
        }
        new.extend(old[done..].iter().copied());
        files.insert(path, new.into_bytes());
    }
    files
}

/// `@@ -3,7 +3,9 @@`: 3 and 7.
fn first_range(header: &str) -> (usize, usize) {
    let range = header.split(' ').nth(1).and_then(|range| range.strip_prefix('-')).expect("a range");
    let (start, length) = range.split_once(',').unwrap_or((range, "1"));
    (start.parse().expect("a number"), length.parse().expect("a number"))
}
