//! Any text in the place of one file of a small app: it becomes a valid text or stays, and nothing panics.
//!
//! The first byte says which file of which fixture, a letter for each line of [`PLACES`]; the rest is the file.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use crate::folder::Files;
use crate::{byte, laws};

/// Where the text goes: a fixture, and one of its files or another. Inputs that are kept count on the order: add at the end.
const PLACES: [(&str, &str); 26] = [
    ("react/quickstart", "src/main.tsx"),
    ("react/quickstart", "src/App.tsx"),
    ("react/quickstart", "package.json"),
    ("react/quickstart", "tsconfig.json"),
    ("react/quickstart", "vite.config.ts"),
    ("react/quickstart", "convex/auth.config.ts"),
    ("react/quickstart", ".env.example"),
    ("react/quickstart", "convex/tasks.ts"),
    ("react/quickstart", "src/vite-env.d.ts"),
    ("react/quickstart", ".prettierrc"),
    ("react/quickstart", "package-lock.json"),
    ("react/quickstart", "pnpm-lock.yaml"),
    ("react/quickstart", "pnpm-workspace.yaml"),
    ("react/quickstart", ".editorconfig"),
    ("next-app/quickstart", "app/layout.tsx"),
    ("next-app/quickstart", "app/ConvexClientProvider.tsx"),
    ("next-app/quickstart", "app/page.tsx"),
    ("next-app/quickstart", "proxy.ts"),
    ("next-app/quickstart", "next.config.ts"),
    ("next-pages/quickstart", "pages/_app.tsx"),
    ("react-router/quickstart", "app/root.tsx"),
    ("react-router/quickstart", "vite.config.ts"),
    ("tanstack-start/official-template", "src/router.tsx"),
    ("tanstack-start/official-template", "src/routes/__root.tsx"),
    ("expo/quickstart", "app/_layout.tsx"),
    ("expo/quickstart", "app.json"),
];

/// Checks the laws on an app with `data` for one of its files.
pub fn text(mut data: &[u8]) {
    let letter = usize::from(byte(&mut data).wrapping_sub(b'a'));
    let (fixture, path) = PLACES[letter % PLACES.len()];
    if path.ends_with(".d.ts") && may_assign(&String::from_utf8_lossy(data)) {
        return;
    }
    let mut files = FIXTURES[fixture].clone();
    files.insert(path.to_owned(), data.to_vec());
    laws::check(&files);
}

/// Whether a declaration file may assign something, which it must not: where debug assertions are on, as here and in no release, swc asserts that
/// none does instead of saying so.
fn may_assign(text: &str) -> bool {
    // `/// <reference types="vite/client" />`
    let lines = text.split(['\n', '\r', '\u{2028}', '\u{2029}']).filter(|line| !line.starts_with("///"));
    lines.into_iter().any(|line| line.contains('=') || line.contains("for"))
}

/// The files of the fixtures.
static FIXTURES: LazyLock<BTreeMap<&'static str, Files>> = LazyLock::new(|| {
    let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../fixtures"));
    let files = |fixture: &str| {
        let mut files = Files::new();
        collect(&root.join(fixture).join("before"), "", &mut files);
        files
    };
    PLACES.iter().map(|(fixture, _)| (*fixture, files(fixture))).collect()
});

fn collect(folder: &Path, prefix: &str, files: &mut Files) {
    for entry in fs::read_dir(folder).expect("a fixture").flatten() {
        let path = format!("{prefix}{}", entry.file_name().to_string_lossy());
        match entry.path().is_dir() {
            true => collect(&entry.path(), &format!("{path}/"), files),
            false => drop(files.insert(path, fs::read(entry.path()).expect("a file"))),
        }
    }
}
