//! What reading a file costs: `cargo bench -p convex-clerk-syntax`.
//!
//! `parse` includes the resolution of names, `facts` is what the graphs get of the tree. Components of 50, 500 and 5,000 lines.
#![expect(clippy::unwrap_used, reason = "a benchmark stops where it can't measure")]

use std::fmt::Write as _;

use change::RelPath;
use divan::{Bencher, counter::BytesCount};
use syntax::{SourceFile, file_facts, on_deep_stack, parse};

const LINES: [usize; 3] = [50, 500, 5_000];

fn main() {
    on_deep_stack(divan::main);
}

#[divan::bench(args = LINES)]
fn parsing(bencher: Bencher<'_, '_>, lines: usize) {
    let source = component(lines);
    let bencher = bencher.counter(BytesCount::of_str(&*source.text));
    bencher.bench_local(|| parse(&source).unwrap());
}

#[divan::bench(args = LINES)]
fn facts(bencher: Bencher<'_, '_>, lines: usize) {
    let source = component(lines);
    let module = parse(&source).unwrap();
    let bencher = bencher.counter(BytesCount::of_str(&*source.text));
    bencher.bench_local(|| file_facts(&module));
}

/// A component with hooks, handlers and a list: nine lines of eleven are JSX.
fn component(lines: usize) -> SourceFile {
    let mut text = String::from(
        "import { useState } from \"react\";\nimport { useQuery } from \"convex/react\";\nimport { api } from \"../convex/_generated/api\";\nimport { Card } from \"./Card\";\n\nexport function Board({ title }: { title: string }) {\n  const rows = useQuery(api.tasks.list, { title }) ?? [];\n  const [open, setOpen] = useState(false);\n  return (\n    <main className=\"mx-auto flex max-w-xl flex-col gap-4\">\n",
    );
    for number in 0..(lines.saturating_sub(13) / 11).max(1) {
        write!(
            text,
            "      <Card title={{`${{title}} {number}`}} onSelect={{() => setOpen(!open)}}>\n        <ul>\n          {{rows\n            .filter((row) => row.part === {number})\n            .map((row) => (\n              <li key={{row._id}} className={{open ? \"font-bold\" : undefined}}>\n                {{row.text}} <small>{{row.part}}</small>\n              </li>\n            ))}}\n        </ul>\n      </Card>\n"
        )
        .unwrap();
    }
    text.push_str("    </main>\n  );\n}\n");
    SourceFile::new(RelPath::new("src/Board.tsx").unwrap(), text.into()).unwrap()
}
