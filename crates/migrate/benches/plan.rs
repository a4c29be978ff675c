//! What the stages of a plan cost: `cargo bench -p convex-clerk-migrate`, on plain apps of 10, 100 and 500 files.
//!
//! - `run`: everything, from the folder to the plan.
//! - `graphs`: who renders whom and who subscribes to what, with the rules that lead there, of files that were read before.
//! - `plan`: graphs, rules, gates and their proof, of files that were read before.
//! - `render`: from a plan to the files as they become.
#![expect(clippy::unwrap_used, reason = "a benchmark stops where it can't measure")]

use std::fs;
use std::path::Path;

use change::{Applicability, Selection};
use divan::Bencher;
use migrate::{Options, Project, on_deep_stack};

const FILES: [usize; 3] = [10, 100, 500];

fn main() {
    on_deep_stack(divan::main);
}

#[divan::bench(args = FILES)]
fn run(bencher: Bencher<'_, '_>, files: usize) {
    let folder = app(files);
    bencher.bench_local(|| migrate::plan(folder.path(), &Options::default()).unwrap());
}

#[divan::bench(args = FILES)]
fn graphs(bencher: Bencher<'_, '_>, files: usize) {
    let folder = app(files);
    let mut project = Project::new(folder.path());
    project.picture(&Options::default()).unwrap();
    bencher.bench_local(|| project.picture(&Options::default()).unwrap());
}

#[divan::bench(args = FILES)]
fn plan(bencher: Bencher<'_, '_>, files: usize) {
    let folder = app(files);
    let mut project = Project::new(folder.path());
    project.plan(&Options::default()).unwrap();
    bencher.bench_local(|| project.plan(&Options::default()).unwrap());
}

#[divan::bench(args = FILES)]
fn render(bencher: Bencher<'_, '_>, files: usize) {
    let folder = app(files);
    let planned = migrate::plan(folder.path(), &Options::default()).unwrap();
    let selection = Selection::AtLeast(Applicability::NeedsReview);
    // Gates in a tenth of the files, the wiring, settings.
    assert!(planned.plan.render(&selection).unwrap().len() > files / 20);
    bencher.bench_local(|| planned.plan.render(&selection).unwrap());
}

/// A Vite app whose components render each other in tens; a tenth of them subscribe to what needs an identity.
fn app(files: usize) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let write = |path: &str, text: &str| {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap_or(Path::new(""))).unwrap();
        fs::write(path, text).unwrap();
    };
    write(
        "package.json",
        "{\"name\":\"app\",\"dependencies\":{\"convex\":\"^1.42.2\",\"react\":\"19.2.3\",\"react-dom\":\"19.2.3\"},\"devDependencies\":{\"vite\":\"^7.0.0\"}}\n",
    );
    write("index.html", "<script type=\"module\" src=\"/src/main.tsx\"></script>\n");
    write(
        "src/main.tsx",
        "import { createRoot } from \"react-dom/client\";\nimport { ConvexProvider, ConvexReactClient } from \"convex/react\";\nimport { Part0 } from \"./Part0\";\n\nconst convex = new ConvexReactClient(import.meta.env.VITE_CONVEX_URL as string);\n\ncreateRoot(document.getElementById(\"root\")!).render(\n  <ConvexProvider client={convex}>\n    <Part0 />\n  </ConvexProvider>,\n);\n",
    );
    write(
        "convex/tasks.ts",
        "import { query } from \"./_generated/server\";\n\nexport const mine = query(async (ctx) => {\n  const identity = await ctx.auth.getUserIdentity();\n  if (!identity) throw new Error(\"Not signed in\");\n  return await ctx.db.query(\"tasks\").collect();\n});\n",
    );
    for number in 0..files {
        write(&format!("src/Part{number}.tsx"), &part(number, files));
    }
    folder
}

fn part(number: usize, files: usize) -> String {
    let below = (number * 10 + 1..=number * 10 + 10).filter(|below| *below < files);
    let (mut imports, mut shown) = (String::new(), String::new());
    for below in below {
        imports += &format!("import {{ Part{below} }} from \"./Part{below}\";\n");
        shown += &format!("      <Part{below} />\n");
    }
    let (queries, rows) = match number % 10 {
        5 => (
            "import { useQuery } from \"convex/react\";\nimport { api } from \"../convex/_generated/api\";\n",
            "useQuery(api.tasks.mine) ?? []",
        ),
        _ => ("", "[{ _id: \"a\", text: \"first\" }]"),
    };
    format!(
        "import {{ useState }} from \"react\";\n{queries}{imports}\nexport function Part{number}() {{\n  const [open, setOpen] = useState(false);\n  const rows = {rows};\n  return (\n    <section className=\"flex flex-col gap-2\" onClick={{() => setOpen(!open)}}>\n      <ul>\n        {{rows.map((row) => (\n          <li key={{row._id}}>{{row.text}}</li>\n        ))}}\n      </ul>\n{shown}    </section>\n  );\n}}\n"
    )
}
