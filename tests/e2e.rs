//! Migrated apps in a real browser, against stand-ins for Clerk and Convex. On with `CONVEX_CLERK_TESTS=all`, after `npm ci` in `tests/e2e`.

use std::process::Command;
use std::sync::{Mutex, PoisonError};

use crate::support::{is_on, root};

/// An app's build uses every core, and its browser waits for it: one app at a time.
static BUILDING: Mutex<()> = Mutex::new(());

/// Plays the story, and every control, with one app; without the switch it says what did not run.
#[track_caller]
fn play(app: &str) {
    if !is_on(&format!("tests/e2e/run.mjs --app {app} (set CONVEX_CLERK_TESTS=all, after `npm ci` in tests/e2e)")) {
        return;
    }
    let _alone = BUILDING.lock().unwrap_or_else(PoisonError::into_inner);
    let folder = root().join("tests/e2e");
    let mut command = Command::new("node");
    command.current_dir(folder).args(["run.mjs", "--binary", env!("CARGO_BIN_EXE_convex-clerk"), "--app", app]);
    let output = command.output().expect("node has to be installed");
    let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{text}");
}

#[test]
fn a_vite_app_signs_in_and_out() {
    play("vite");
}

#[test]
fn a_next_app_signs_in_and_out() {
    play("next");
}

#[test]
fn a_tanstack_start_app_signs_in_and_out() {
    play("start");
}
