//! What a release consists of: the archives that dist makes, and the packages on npm. The latter are installed and run with
//! `CONVEX_CLERK_TESTS=all`, with Node and npm and no network.

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use crate::support::{is_on, root};

fn dist() -> toml::Table {
    let text = fs::read_to_string(root().join("dist-workspace.toml")).unwrap();
    text.parse::<toml::Table>().unwrap()["dist"].as_table().unwrap().clone()
}

fn strings(list: &toml::Value) -> Vec<String> {
    list.as_array().unwrap().iter().map(|entry| entry.as_str().unwrap().to_owned()).collect()
}

#[test]
fn archives_and_npm_packages_are_for_the_same_targets() {
    let text = fs::read_to_string(root().join("npm/platforms.json")).unwrap();
    let platforms: Vec<serde_json::Value> = serde_json::from_str(&text).unwrap();
    let packages: BTreeSet<String> =
        platforms.iter().map(|platform| platform["target"].as_str().unwrap().to_owned()).collect();
    assert_eq!(packages.len(), platforms.len(), "a target has two packages");
    assert_eq!(packages, strings(&dist()["targets"]).into_iter().collect());
}

/// dist copies what its settings name; the script that the release runs before has to have made it.
#[cfg(unix)]
#[test]
fn archives_hold_completions_and_the_manual_page() {
    let made = tempfile::tempdir().unwrap();
    let script = root().join(".ci/release-assets");
    let output = Command::new(script).arg(env!("CARGO_BIN_EXE_convex-clerk")).arg(made.path()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let files: Vec<String> = crate::support::tree(made.path())
        .into_iter()
        .map(|(path, bytes)| if bytes.is_empty() { format!("{path} is empty") } else { path })
        .collect();
    assert_eq!(
        files,
        [
            "completions/_convex-clerk",
            "completions/_convex-clerk.ps1",
            "completions/convex-clerk.bash",
            "completions/convex-clerk.elv",
            "completions/convex-clerk.fish",
            "man/convex-clerk.1",
        ]
    );
    let setup = fs::read_to_string(root().join(".github/build-setup.yml")).unwrap();
    let Some((_, folder)) = setup.trim_end().rsplit_once(' ') else { panic!("{setup}") };
    assert_eq!(strings(&dist()["include"]), ["completions", "man"].map(|name| format!("{folder}/{name}")));
}

#[test]
fn npm_packages_install_and_run() {
    if !is_on("npm/test.mjs (set CONVEX_CLERK_TESTS=all)") {
        return;
    }
    let mut command = Command::new("node");
    command.current_dir(root()).args(["npm/test.mjs", env!("CARGO_BIN_EXE_convex-clerk")]);
    let output = command.output().expect("node has to be installed");
    let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{text}");
}
