//! The action, the examples and the fleet's command in `ci/`, run as a bot would run them. They need bash, git and jq, and no network.

use crate::support::{is_on, root};

#[test]
fn bots_run_what_is_in_ci() {
    // jq stands in for what GitHub's program does by itself.
    let has_jq = std::process::Command::new("jq").arg("--version").output().is_ok();
    if !has_jq && !is_on("ci/test/run.sh (install jq)") {
        return;
    }
    let mut command = std::process::Command::new("bash");
    command.current_dir(root()).args(["ci/test/run.sh", env!("CARGO_BIN_EXE_convex-clerk")]);
    // Outside of this repository: some of the runs are in none.
    let temporary = tempfile::tempdir().unwrap();
    let output = command.env("TMPDIR", temporary.path()).output().expect("bash has to be installed");
    let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{text}");
    assert!(!text.lines().any(|line| line.starts_with("0 passed")), "{text}");
}
