//! What the speed harness measures is the right thing: the apps of its monorepos are migrated. Says nothing of time, which a busy machine would
//! change. On with `CONVEX_CLERK_TESTS=all`, after `npm ci` in `tests/perf`.

use std::process::Command;

use crate::support::{is_on, root};

#[test]
fn the_measured_monorepos_are_migrated() {
    if !is_on("tests/perf/run.mjs --quick (set CONVEX_CLERK_TESTS=all, after `npm ci` in tests/perf)") {
        return;
    }
    let mut command = Command::new("node");
    command.current_dir(root().join("tests/perf")).args(["run.mjs", "--quick", "--binary"]);
    let output = command.arg(env!("CARGO_BIN_EXE_convex-clerk")).output().expect("node has to be installed");
    let text = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    assert!(output.status.success(), "{text}");
}
