//! `--verify`: the type check runs before and after the change, in a copy, and only what is new stops a write. The check is a script of the app, so
//! that no compiler is needed; one test runs the real one with `CONVEX_CLERK_TESTS=all`.
#![cfg(unix)]

use std::fs;
use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::support::{Outcome, Project, binary, is_on, root};

/// The quickstart with a type check that is this shell script.
fn with_script(script: &str) -> Project {
    let project = Project::plain_quickstart();
    let script = script.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
    let manifest = project.read("package.json");
    project.write(
        "package.json",
        manifest.replacen('{', &format!("{{\n  \"scripts\": {{ \"typecheck\": \"{script}\" }},"), 1),
    );
    project
}

/// A run that writes if the check lets it.
#[track_caller]
fn check(project: &Project, args: &[&str], code: i32, said: &str) -> Outcome {
    let before = project.tree();
    let run = project.run(&[&["migrate", "--yes", "--verify"], args].concat());
    assert_eq!(run.code, Some(code), "{}", run.stderr);
    assert!(run.stderr.contains(said), "{}", run.stderr);
    assert_eq!(project.tree() == before, code != 0, "{}", run.stderr);
    run
}

const NEW_ERROR: &str = "
if grep -q ConvexProviderWithClerk src/main.tsx; then
  echo 'src/main.tsx(3,1): error TS2322: Type A is not B.'
fi
echo 'src/App.tsx(9,9): error TS1000: Old.'
exit 2";

#[test]
fn new_errors_stop_the_write() {
    let run = check(&with_script(NEW_ERROR), &[], 3, "`typecheck` finds 1 new error (1 from before):");
    assert!(run.stderr.contains("\n  src/main.tsx:3:1: error TS2322: Type A is not B.\n"), "{}", run.stderr);
    assert!(!run.stderr.contains("Old"), "{}", run.stderr);
    assert!(run.stderr.contains("nothing was written; --force writes all the same"), "{}", run.stderr);
    check(&with_script(NEW_ERROR), &["--force"], 0, "finds 1 new error");
}

#[test]
fn a_dry_run_is_verified_too() {
    let project = with_script(NEW_ERROR);
    let run = project.run(&["migrate", "--dry-run", "--verify"]);
    assert_eq!(run.code, Some(3), "{}", run.stderr);
    assert!(run.stdout.starts_with("diff --git "));
}

#[test]
fn an_error_that_only_moved_is_not_new() {
    let script = "
line=$(grep -n createRoot src/main.tsx | tail -1 | cut -d: -f1)
echo \"src/main.tsx($line,1): error TS1000: Old.\"
exit 1";
    check(&with_script(script), &[], 0, "`typecheck` finds no new errors (1 from before)");
}

#[test]
fn packages_that_nobody_installed_yet_are_no_errors() {
    let script = "
grep -q '@clerk/react' src/main.tsx || exit 0
echo \"src/main.tsx(3,1): error TS2307: Cannot find module '@clerk/react' or its corresponding type declarations.\"
exit 1";
    let run = check(&with_script(script), &[], 0, "finds no new errors");
    assert!(
        run.stderr.contains("not installed yet, so that their types were left out: @clerk/react"),
        "{}",
        run.stderr
    );
    // The same of a package that the change does not bring is one.
    check(&with_script(&script.replace("'@clerk/react' or", "'@clerk/reacts' or")), &[], 3, "finds 1 new error:");
}

#[test]
fn a_check_that_fails_otherwise_is_told_apart() {
    check(&with_script("echo no compiler; exit 127"), &[], 2, "fails before the change already");
    let run = check(&with_script("exit 127"), &["--force"], 0, "warning: --verify: `typecheck` fails before");
    assert!(!run.stderr.contains("nothing was written"), "{}", run.stderr);
    let run = check(
        &with_script("grep -q ConvexProviderWithClerk src/main.tsx && { echo it broke; exit 1; } || exit 0"),
        &[],
        3,
        "`typecheck` fails from now on:\n  it broke\n",
    );
    assert!(run.stderr.contains("nothing was written"), "{}", run.stderr);
}

#[test]
fn an_app_without_a_check_can_not_be_verified() {
    let project = Project::plain_quickstart();
    check(&project, &[], 2, "typescript is not installed for the app");
    for path in ["tsconfig.json", "convex/tsconfig.json"] {
        let _ = fs::remove_file(project.path().join(path));
    }
    check(&project, &[], 2, "has no `typecheck` script and no tsconfig.json");
    check(&project, &["--force"], 0, "warning: --verify");
}

#[test]
fn the_check_runs_in_a_copy() {
    // Env files stay where they are; what the check writes goes.
    let project = with_script("ls -a | grep -E 'env|vars|npmrc' && exit 9; echo more >> src/App.tsx; touch made");
    for name in [".env.local", ".dev.vars", ".envrc", ".npmrc"] {
        project.write(name, "SECRET=1\n");
    }
    fs::remove_file(project.path().join(".env.example")).unwrap();
    let app = project.read("src/App.tsx");
    check(&project, &[], 0, "finds no new errors");
    assert_eq!(project.read("src/App.tsx"), app);
    assert!(!project.has("made"));
}

#[test]
fn packages_of_the_repository_are_those_of_the_copy() {
    let script = "
grep -q ConvexProviderWithClerk src/main.tsx || exit 0
grep -q ConvexProviderWithClerk node_modules/@scope/own/src/main.tsx && test -e node_modules/other/index.js || exit 5
touch node_modules/.cache && exit 0";
    let project = with_script(script);
    project.write("node_modules/other/index.js", "");
    project.write("node_modules/.vite/x", "");
    fs::create_dir_all(project.path().join("node_modules/@scope")).unwrap();
    std::os::unix::fs::symlink("../..", project.path().join("node_modules/@scope/own")).unwrap();
    let before = fs::read_dir(project.path().join("node_modules")).unwrap().count();
    let run = project.run(&["migrate", "--dry-run", "--verify"]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert_eq!(fs::read_dir(project.path().join("node_modules")).unwrap().count(), before);
}

#[test]
fn an_interrupted_check_leaves_nothing_behind() {
    let project = with_script("touch \"$TMPDIR/started\"; sleep 60");
    let temporary = tempfile::tempdir().unwrap();
    let mut command = binary();
    command.current_dir(project.path()).args(["migrate", "--yes", "--verify"]).env("TMPDIR", temporary.path());
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let start = Instant::now();
    while !temporary.path().join("started").exists() {
        assert!(start.elapsed() < Duration::from_secs(60), "the check does not start");
        std::thread::sleep(Duration::from_millis(10));
    }
    let before = project.tree();
    let id = nix::unistd::Pid::from_raw(child.id().try_into().unwrap());
    nix::sys::signal::kill(id, nix::sys::signal::Signal::SIGINT).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130));
    fs::remove_file(temporary.path().join("started")).unwrap();
    assert_eq!(fs::read_dir(temporary.path()).unwrap().count(), 0);
    assert_eq!(project.tree(), before);
}

#[test]
fn the_copy_is_not_copied_into_itself() {
    let project = with_script("exit 0");
    project.write("tmp/x", "");
    let mut command = binary();
    let temporary = project.path().join("tmp");
    command.current_dir(project.path()).args(["migrate", "--dry-run", "--verify"]).env("TMPDIR", &temporary);
    let run: Outcome = command.output().unwrap().into();
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert_eq!(fs::read_dir(temporary).unwrap().count(), 1);
}

#[test]
fn what_a_check_started_ends_with_it() {
    // A file of its own says whether the loop still runs.
    let beat = tempfile::tempdir().unwrap();
    let file = beat.path().join("beat");
    let script = format!("(while true; do date +%N > {}; sleep 0.05; done) & sleep 0.3", file.display());
    let run = with_script(&script).run(&["migrate", "--dry-run", "--verify"]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let first = fs::read(&file).unwrap();
    std::thread::sleep(Duration::from_millis(400));
    assert_eq!(fs::read(&file).unwrap(), first);
}

#[test]
fn the_real_compiler_says_what_is_new() {
    if !is_on("--verify with the real compiler (set CONVEX_CLERK_TESTS=all, after `npm ci` in tests/real)") {
        return;
    }
    let packages = root().join("tests/real/node_modules");
    let project = Project::plain_quickstart();
    std::os::unix::fs::symlink(packages, project.path().join("node_modules")).unwrap();
    let run = |project: &Project| project.run(&["migrate", "--dry-run", "--verify"]);
    let good = run(&project);
    assert_eq!(good.code, Some(0), "{}", good.stderr);
    assert!(good.stderr.contains("--project tsconfig.json` finds no new errors"), "{}", good.stderr);
    // What the key is declared as does not fit where it goes.
    project.write("src/env.d.ts", "interface ImportMetaEnv {\n  readonly VITE_CLERK_PUBLISHABLE_KEY: number;\n}\n");
    let bad = run(&project);
    assert_eq!(bad.code, Some(3), "{}", bad.stderr);
    assert!(bad.stderr.contains("src/main.tsx:") && bad.stderr.contains("error TS2322"), "{}", bad.stderr);
}
