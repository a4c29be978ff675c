//! Real editors: a headless Neovim takes the migration and saves, and what is saved is what the fixture has; the extension for VS Code is
//! checked, tested and packed.

use std::fs;
use std::process::Command;
use std::sync::Mutex;

use serde_json::Value;

use crate::fixtures::{Case, cases};
use crate::support::{is_on, root};

/// Of the fixtures that the action gives without options, every so many are tried; those with odd line endings all.
const EVERY: usize = 2;

/// Whether the action with the defaults gives what the fixture has: one app, all rules, no options.
fn is_plain(case: &Case) -> bool {
    let expected: Value =
        serde_json::from_str(&fs::read_to_string(case.folder.join("expected.json")).unwrap()).unwrap();
    let is_one = expected["apps"].as_array().is_some_and(|apps| apps.len() == 1);
    let has_element = case.before().tree().iter().any(|(path, bytes)| {
        let is_source = [".tsx", ".jsx", ".ts", ".js"].iter().any(|ending| path.ends_with(ending));
        is_source && String::from_utf8_lossy(bytes).contains("<ConvexProvider ")
    });
    case.expect == "changes" && case.rules.is_empty() && case.options.is_empty() && is_one && has_element
}

#[test]
fn neovim_saves_what_the_fixtures_have() {
    if !is_on("the headless Neovim") {
        return;
    }
    let plain: Vec<Case> = cases().into_iter().filter(is_plain).collect();
    let is_odd = |case: &Case| ["crlf", "bom", "final-newline"].iter().any(|word| case.name.contains(word));
    let chosen = plain.iter().enumerate().filter(|(number, case)| number.is_multiple_of(EVERY) || is_odd(case));
    let queue: Mutex<Vec<&Case>> = Mutex::new(chosen.map(|(_, case)| case).collect());
    assert!(queue.lock().unwrap().len() >= 20, "{} fixtures", queue.lock().unwrap().len());
    let failures = Mutex::new(Vec::new());
    let work = || {
        while let Some(case) = { queue.lock().unwrap().pop() } {
            let script = root().join("editors/neovim/test/run.sh");
            let mut command = Command::new(script);
            command.arg("nvim").arg(env!("CARGO_BIN_EXE_convex-clerk")).arg(&case.folder);
            let output = command.output().unwrap();
            if !output.status.success() {
                let said = String::from_utf8_lossy(&output.stderr).into_owned();
                failures.lock().unwrap().push(format!("== {}\n{said}", case.name));
            }
        }
    };
    std::thread::scope(|scope| {
        scope.spawn(work);
        scope.spawn(work);
    });
    let failures = failures.into_inner().unwrap();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn the_extension_for_vs_code_is_checked_tested_and_packed() {
    if !is_on("the extension for VS Code") {
        return;
    }
    let folder = root().join("editors/vscode");
    let file = std::env::temp_dir().join(format!("convex-clerk-{}.vsix", std::process::id()));
    for arguments in [&["run", "check"][..], &["test"], &["run", "package", "--", file.to_str().unwrap()]] {
        let output = Command::new("npm").args(arguments).current_dir(&folder).output().unwrap();
        let said = [output.stdout, output.stderr].concat();
        assert!(output.status.success(), "npm {arguments:?}: {}", String::from_utf8_lossy(&said));
    }
    let packed = fs::read(&file).unwrap();
    fs::remove_file(&file).unwrap();
    assert!(packed.starts_with(b"PK"));
}

/// The extension and the program are released together.
#[test]
fn versions_go_together() {
    let manifest = fs::read_to_string(root().join("editors/vscode/package.json")).unwrap();
    let manifest: Value = serde_json::from_str(&manifest).unwrap();
    assert_eq!(manifest["version"], env!("CARGO_PKG_VERSION"));
}
