//! Any text as a plan that was saved: it is carried out below its folder and as it says, or not at all.
//!
//! After `{` the text is JSON as it came; else it says, byte by byte, what a plan holds whose hashes are right.

use std::collections::BTreeMap;
use std::fs;
use std::sync::LazyLock;

use arbitrary::{Arbitrary, Unstructured};
use cli::SavedPlan;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::folder::{Files, Folder};

const TEXTS: [(&str, &str); 3] =
    [("src/main.tsx", "const a = \"ä\";\r\nb();\n"), ("package.json", "{ \"name\": \"a\" }\n"), ("empty.ts", "")];

/// Paths as a stranger may write them.
const PATHS: [&str; 18] = [
    "src/main.tsx",
    "package.json",
    "empty.ts",
    "src/new.ts",
    "new/deep/new.ts",
    "../outside.txt",
    "src/../../outside.txt",
    "/etc/hostname",
    "link/outside.txt",
    "link.ts",
    ".git/config",
    "src/.GIT/hooks/post-commit",
    "C:\\outside.txt",
    "..\\outside.txt",
    "./src/main.tsx",
    "src//main.tsx",
    "src",
    "src/main.tsx/below",
];

/// A folder with the files, beside one that nothing may lead to.
static PLACE: LazyLock<Folder> = LazyLock::new(|| {
    let mut files: Files =
        TEXTS.iter().map(|(path, text)| (format!("base/{path}"), text.as_bytes().to_vec())).collect();
    files.insert("outside.txt".to_owned(), b"outside\n".to_vec());
    let folder = Folder::of(&files);
    #[cfg(unix)]
    for (link, to) in [("base/link", ".."), ("base/link.ts", "../outside.txt")] {
        std::os::unix::fs::symlink(to, folder.path().join(link)).expect("a link");
    }
    folder
});

/// Reads `data` as a saved plan, and looks at what would be written.
pub fn saved_plan(data: &[u8]) {
    let made = match data.first() {
        Some(b'{') => None,
        _ => Made::arbitrary(&mut Unstructured::new(data)).ok().map(|made| made.document()),
    };
    let text = made.map_or_else(|| data.to_vec(), |document| document.to_string().into_bytes());
    let Ok(plan) = SavedPlan::parse("plan.json", &text) else { return };
    let base = PLACE.path().join("base");
    let Ok(changes) = plan.left(&base) else { return };
    let document: Value = serde_json::from_slice(&text).expect("what was read is JSON");
    let said: BTreeMap<&str, &Value> = document["files"]
        .as_array()
        .expect("files")
        .iter()
        .filter_map(|file| Some((file["path"].as_str()?, file)))
        .collect();
    let real = base.canonicalize().expect("the folder");
    for (path, change) in &changes {
        let path = path.as_str();
        let file = said[path];
        let place = base.join(path);
        let above = place.ancestors().skip(1).find_map(|folder| folder.canonicalize().ok()).expect("a folder");
        assert!(above.starts_with(&real) && !place.is_symlink(), "{path} leads out of the folder");
        assert!(path.split('/').all(|part| !["", ".", "..", ".git"].contains(&part)), "{path}");
        let before = fs::read_to_string(&place).ok();
        assert_eq!(change.before.as_ref().map(|base| &*base.text), before.as_deref(), "{path} as it is");
        assert_eq!(file["base_sha256"].as_str().map(str::to_owned), before.as_deref().map(hash), "{path} as it was");
        assert_eq!(file["result_sha256"], hash(&change.after), "{path} as it becomes");
        assert_eq!(replaced(before.as_deref().unwrap_or_default(), &file["replacements"]), change.after, "{path}");
    }
}

fn hash(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A text with its replacements made, the last first.
fn replaced(text: &str, replacements: &Value) -> String {
    let mut all: Vec<(usize, usize, &str)> = Vec::new();
    for one in replacements.as_array().expect("replacements") {
        let number = |name: &str| usize::try_from(one[name].as_u64().expect("a number")).expect("a small one");
        all.push((number("start"), number("end"), one["text"].as_str().expect("a text")));
    }
    // What puts nothing anywhere is no edit, wherever it is said to be.
    all.retain(|(start, end, new)| start < end || !new.is_empty());
    all.sort_by_key(|(start, end, _)| (*start, *end));
    let mut text = text.to_owned();
    all.iter().rev().for_each(|(start, end, new)| text.replace_range(start..end, new));
    text
}

/// What a plan says, some of it wrong.
#[derive(Arbitrary, Debug)]
struct Made {
    is_other_version: bool,
    files: Vec<MadeFile>,
}

#[derive(Arbitrary, Debug)]
struct MadeFile {
    path: u8,
    own_path: Option<String>,
    is_program: bool,
    is_base_wrong: bool,
    is_result_wrong: bool,
    replacements: Vec<(u8, u8, String)>,
}

impl Made {
    fn document(&self) -> Value {
        let version = if self.is_other_version { 2 } else { 1 };
        let files: Vec<Value> = self.files.iter().map(MadeFile::entry).collect();
        json!({ "version": version, "tool": { "name": "convex-clerk", "version": "0.1.0" }, "files": files })
    }
}

impl MadeFile {
    fn entry(&self) -> Value {
        let known = PATHS[usize::from(self.path) % PATHS.len()];
        let path = self.own_path.as_deref().unwrap_or(known);
        let before = fs::read_to_string(PLACE.path().join("base").join(path)).ok();
        let text = before.clone().unwrap_or_default();
        let mut replacements = Vec::new();
        let mut done = 0;
        let mut after = String::new();
        for (skip, length, new) in &self.replacements {
            let start = done + usize::from(*skip);
            let end = start + usize::from(*length);
            after.push_str(text.get(done..start).unwrap_or_default());
            after.push_str(new);
            done = end;
            replacements.push(json!({ "start": start, "end": end, "text": new }));
        }
        after.push_str(text.get(done..).unwrap_or_default());
        let wrong = |is_wrong: bool, right: String| if is_wrong { "0".repeat(64) } else { right };
        json!({
            "path": path,
            "mode": if self.is_program { "100755" } else { "100644" },
            "base_sha256": before.map(|before| wrong(self.is_base_wrong, hash(&before))),
            "result_sha256": wrong(self.is_result_wrong, hash(&after)),
            "replacements": replacements,
        })
    }
}
