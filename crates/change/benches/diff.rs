//! What a patch of a file costs: `cargo bench -p convex-clerk-change`. A few lines in files of 50, 500 and 5,000 are changed.
#![expect(clippy::unwrap_used, reason = "a benchmark stops where it can't measure")]

use change::{Base, BlobIds, FileChange, RelPath, git_patch};
use divan::Bencher;

fn main() {
    divan::main();
}

#[divan::bench(args = [50, 500, 5_000])]
fn patch(bencher: Bencher<'_, '_>, lines: usize) {
    let before: String = (0..lines).map(|line| format!("  <Row key={{{line}}} title=\"row {line}\" />\n")).collect();
    let change = |line: usize, text: &str| match line % (lines / 5) {
        7 => format!("<Authenticated>\n  {text}\n</Authenticated>"),
        _ => text.to_owned(),
    };
    let after: Vec<String> = before.lines().enumerate().map(|(line, text)| change(line, text)).collect();
    let base = Base { text: before.into(), executable: false };
    let file = FileChange { before: Some(base), after: format!("{}\n", after.join("\n")) };
    let ids = BlobIds { old: "0".repeat(40), new: "1".repeat(40) };
    let path = RelPath::new("src/Board.tsx").unwrap();
    bencher.bench_local(|| git_patch(&path, &file, &ids));
}
