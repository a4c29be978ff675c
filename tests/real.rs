//! The fixtures against real packages: types, the second oracle, gates, builds, built servers, Prettier, views, a browser. On with `CONVEX_CLERK_TESTS=all`, after
//! `npm ci` in `tests/real` and in each of its `SETS`.

use std::process::Command;

use crate::support::{is_on, root};

/// The folders of `tests/real` with packages of their own.
const SETS: [&str; 6] = ["next16", "next14", "router8", "router7", "start", "expo"];

/// Runs a script of `tests/real`; without the switch it says what did not run.
#[track_caller]
fn check(script: &[&str]) {
    let sets = SETS.join("/, ") + "/";
    let how = "set CONVEX_CLERK_TESTS=all, after `npm ci` in tests/real and in";
    if !is_on(&format!("tests/real/{} ({how} {sets})", script.join(" "))) {
        return;
    }
    let folder = root().join("tests/real");
    for packages in std::iter::once(folder.clone()).chain(SETS.map(|set| folder.join(set))) {
        assert!(packages.join("node_modules").exists(), "run `npm ci` in {} first", packages.display());
    }
    let output = Command::new("node").current_dir(folder).args(script).output().expect("node has to be installed");
    let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{text}");
    // A script that finds nothing to check has checked nothing.
    assert!(!text.lines().any(|line| line.starts_with("0 passed")), "{text}");
}

#[test]
fn before_and_after_type_check_with_the_real_packages() {
    check(&["types.mjs"]);
}

#[test]
fn functions_type_check_with_typescript_7() {
    check(&["types7.mjs"]);
}

#[test]
fn after_renders_with_the_providers_in_order() {
    check(&["oracle.mjs"]);
}

#[test]
fn the_oracle_notices_broken_trees() {
    check(&["oracle.mjs", "--self-test"]);
}

#[test]
fn the_oracle_notices_the_mutants_of_fixtures() {
    check(&["oracle.mjs", "--mutants"]);
}

#[test]
fn only_the_signed_in_subscribe_to_what_is_gated() {
    check(&["gates.mjs"]);
}

#[test]
fn the_gate_check_notices_broken_apps() {
    check(&["gates.mjs", "--self-test"]);
}

#[test]
fn each_gate_of_a_fixture_is_needed() {
    check(&["gates.mjs", "--mutants"]);
}

#[test]
fn next_builds_what_is_marked() {
    check(&["next-build.mjs"]);
}

#[test]
fn the_build_check_notices_broken_apps() {
    check(&["next-build.mjs", "--self-test"]);
}

#[test]
fn built_servers_answer_with_and_without_a_session() {
    check(&["server-build.mjs"]);
}

#[test]
fn the_server_check_notices_broken_apps() {
    check(&["server-build.mjs", "--self-test"]);
}

#[test]
fn views_of_plans_are_what_others_take() {
    check(&["reports.mjs", "--binary", env!("CARGO_BIN_EXE_convex-clerk")]);
}

#[test]
fn the_check_of_views_notices_faults() {
    check(&["reports.mjs", "--self-test"]);
}

#[test]
fn pages_are_read_and_saved_in_a_browser() {
    check(&["page.mjs", "--binary", env!("CARGO_BIN_EXE_convex-clerk")]);
}

#[test]
fn what_was_clean_for_prettier_stays_clean() {
    check(&["format.mjs"]);
}
