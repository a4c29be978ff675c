//! Failures while writing: killed, out of space, interrupted, changed underneath. The hook is in debug builds only.

use std::fs;
use std::process::Stdio;
use std::time::Duration;

use crate::support::{Outcome, Project, binary};

/// Two apps, so that a write has a first file and a second one.
fn two_apps() -> Project {
    let app = Project::quickstart();
    let project = Project::empty();
    for (path, bytes) in app.tree() {
        project.write(&format!("apps/one/{path}"), &bytes);
        project.write(&format!("apps/two/{path}"), &bytes);
    }
    project.write("package.json", "{ \"workspaces\": [\"apps/*\"] }\n");
    project.commit();
    project
}

fn run(project: &Project, fault: &str) -> Outcome {
    let mut command = binary();
    command
        .current_dir(project.path())
        .args(["migrate", "--yes"])
        .env("CONVEX_CLERK_FAULT", fault)
        .stdin(Stdio::null());
    let output = command.output().unwrap();
    Outcome {
        code: output.status.code(),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// The tree after a write that nothing disturbs.
fn written() -> Vec<(String, Vec<u8>)> {
    let project = two_apps();
    let run = project.run(&["migrate", "--yes"]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    project.tree()
}

#[test]
fn killed_at_every_boundary_the_next_run_ends_at_the_same_tree() {
    let expected = written();
    let mut killed = 0;
    for boundary in 1.. {
        let project = two_apps();
        let first = run(&project, &format!("kill@{boundary}"));
        if first.code == Some(0) {
            break;
        }
        assert_eq!(first.code, None, "killed by a signal at {boundary}: {}", first.stderr);
        killed += 1;
        // A run that only reads says what it found, and changes nothing.
        let tree = project.tree();
        let read = project.run(&["migrate", "--dry-run"]);
        assert_ne!(read.code, Some(2), "{}", read.stderr);
        assert_eq!(project.tree(), tree);
        let second = project.run(&["migrate", "--yes"]);
        assert_eq!(second.code, Some(0), "after {boundary}: {}", second.stderr);
        assert_eq!(project.tree(), expected, "after {boundary}");
        assert_eq!(project.git(&["status", "--short"]), " M apps/one/src/main.tsx\n M apps/two/src/main.tsx\n");
    }
    assert!(killed > 6, "{killed} boundaries");
}

#[test]
fn a_full_disk_at_every_boundary_changes_nothing() {
    let mut failed = 0;
    for boundary in 1.. {
        let project = two_apps();
        let tree = project.tree();
        let outcome = run(&project, &format!("fail@{boundary}"));
        if outcome.code == Some(0) {
            break;
        }
        failed += 1;
        assert_eq!(outcome.code, Some(2), "at {boundary}: {}", outcome.stderr);
        assert!(outcome.stderr.contains("error:"), "{}", outcome.stderr);
        assert_eq!(project.tree(), tree, "at {boundary}: {}", outcome.stderr);
        if failed > 60 {
            break;
        }
    }
    assert!(failed > 6, "{failed} boundaries");
}

/// Starts a write that waits at a boundary, does `meanwhile`, lets it go on, and gives what came of it.
fn paused(project: &Project, boundary: usize, meanwhile: impl FnOnce(u32)) -> Outcome {
    let go = Project::empty();
    let go = go.path().join("go");
    let mut command = binary();
    command
        .current_dir(project.path())
        .args(["migrate", "--yes"])
        .env("CONVEX_CLERK_FAULT", format!("pause@{boundary}"))
        .env("CONVEX_CLERK_FAULT_GO", &go)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    fs::create_dir_all(go.parent().unwrap()).unwrap();
    let child = command.spawn().unwrap();
    let waits = go.with_extension("paused");
    for _ in 0..2_000 {
        if waits.exists() {
            break;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    assert!(waits.exists(), "it did not come to boundary {boundary}");
    meanwhile(child.id());
    fs::write(&go, "").unwrap();
    child.wait_with_output().unwrap().into()
}

#[test]
fn a_file_that_changes_underneath_stops_the_whole_write() {
    let project = two_apps();
    let outcome = paused(&project, 3, |_| project.write("apps/two/src/main.tsx", "// mine\n"));
    assert_eq!(outcome.code, Some(2), "{}", outcome.stderr);
    assert!(outcome.stderr.contains("apps/two/src/main.tsx"), "{}", outcome.stderr);
    assert_eq!(project.read("apps/two/src/main.tsx"), "// mine\n");
    assert_eq!(project.git(&["status", "--short"]), " M apps/two/src/main.tsx\n");
}

#[cfg(unix)]
#[test]
fn ctrl_c_while_writing_takes_everything_back() {
    for boundary in [2, 5, 8] {
        let project = two_apps();
        let tree = project.tree();
        let outcome = paused(&project, boundary, |pid| {
            let kill = std::process::Command::new("kill").args(["-INT", &pid.to_string()]).status().unwrap();
            assert!(kill.success());
            // The handler has its own thread.
            std::thread::sleep(Duration::from_millis(200));
        });
        assert_eq!(outcome.code, Some(130), "{}", outcome.stderr);
        assert_eq!(project.tree(), tree, "{}", outcome.stderr);
    }
}

#[cfg(unix)]
#[test]
fn read_only_files_are_refused() {
    use std::os::unix::fs::PermissionsExt;
    let project = two_apps();
    let tree = project.tree();
    let file = project.path().join("apps/two/src/main.tsx");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o444)).unwrap();
    let outcome = project.run(&["migrate", "--yes"]);
    assert_eq!(outcome.code, Some(2), "{}", outcome.stderr);
    assert!(outcome.stderr.contains("read-only"), "{}", outcome.stderr);
    assert_eq!(project.tree(), tree);
}

#[test]
fn uncommitted_changes_stop_the_run_unless_allowed() {
    let project = two_apps();
    let text = project.read("apps/two/src/main.tsx") + "// not committed\n";
    project.write("apps/two/src/main.tsx", text);
    let tree = project.tree();
    let outcome = project.run(&["migrate", "--yes"]);
    assert_eq!(outcome.code, Some(2));
    assert!(
        outcome.stderr.contains("apps/two/src/main.tsx") && outcome.stderr.contains("--allow-dirty"),
        "{}",
        outcome.stderr
    );
    assert_eq!(project.tree(), tree);
    // Reading needs no clean tree, and a file we don't touch may be as it likes.
    assert_eq!(project.run(&["migrate", "--dry-run"]).code, Some(0));
    let outcome = project.run(&["migrate", "--yes", "--allow-dirty"]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    assert!(project.read("apps/two/src/main.tsx").contains("ConvexProviderWithClerk"));
}

#[test]
fn the_reverse_command_undoes_the_write() {
    let project = two_apps();
    let tree = project.tree();
    let outcome = project.run(&["migrate", "--yes"]);
    let command = outcome.stderr.lines().find_map(|line| line.strip_prefix("to undo it: ")).unwrap();
    let undone = std::process::Command::new("sh").args(["-c", command]).current_dir("/").status().unwrap();
    assert!(undone.success(), "{command}");
    assert_eq!(project.tree(), tree);
}

#[test]
fn without_git_the_patch_is_kept_to_undo_the_write() {
    let project = Project::quickstart();
    let tree = project.tree();
    let outcome = project.run(&["migrate", "--yes"]);
    let command = outcome.stderr.lines().find_map(|line| line.strip_prefix("to undo it: ")).unwrap();
    let undone = std::process::Command::new("sh").args(["-c", command]).current_dir("/").status().unwrap();
    assert!(undone.success(), "{command}");
    assert_eq!(project.tree(), tree);
    let patch = command.split(' ').next_back().unwrap();
    fs::remove_file(patch).unwrap();
}

#[test]
fn a_repository_without_the_git_program_is_not_written() {
    let project = two_apps();
    let tree = project.tree();
    let mut command = binary();
    let output =
        command.current_dir(project.path()).args(["migrate", "--yes"]).env("PATH", "/nonexistent").output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(project.tree(), tree);
}
