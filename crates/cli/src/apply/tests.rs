//! Writing a small project, whole; then with the run dying, failing, stopped or overtaken at every boundary.
#![cfg(unix)]

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::{env, io};

use super::*;
use crate::faults::hook;
use crate::journal::recover;
use crate::test_project::{CREATED, DEEP, MAIN, MAIN_BEFORE, ODD, Project, after, created, modified, path, plan};

fn full_disk<T>() -> io::Result<T> {
    Err(io::ErrorKind::StorageFull.into())
}

/// The name of each boundary of an undisturbed write, in order.
fn boundaries() -> Vec<String> {
    let names = Arc::new(std::sync::Mutex::new(Vec::new()));
    let seen = names.clone();
    let note = move |_: usize, name: &str| {
        seen.lock().unwrap().push(name.to_owned());
        Ok(())
    };
    hook::with(note, || Project::committed().write()).unwrap();
    Arc::try_unwrap(names).unwrap().into_inner().unwrap()
}

#[test]
fn everything_is_written_and_the_command_undoes_it() {
    let project = Project::committed();
    // git keeps no more of a mode than whether a file may be executed.
    project.set_mode(ODD, 0o755);
    let before = project.tree();
    let written = project.write().unwrap();
    assert_eq!(project.tree(), after(&before));
    assert_eq!(written.files, plan().keys().cloned().collect::<Vec<_>>());
    assert!(written.leftover.is_none());
    let Reverse::Command(command) = written.reverse else { panic!("no command") };
    // The pattern `[id]` must not take the change to `i` back.
    project.put("src/i/:é \"b' $c.ts", "mine\n");
    let shell = Command::new("sh").args(["-c", &command]).current_dir("/").status().unwrap();
    assert!(shell.success(), "{command}");
    assert_eq!(project.git(&["status", "--porcelain", "-z"]).trim_end_matches('\0'), " M src/i/:é \"b' $c.ts");
    project.put("src/i/:é \"b' $c.ts", "a name that `[id]` matches as a pattern\n");
    assert_eq!(project.tree(), before);
}

#[test]
fn without_git_all_is_written_and_only_the_patch_undoes_it() {
    let project = Project::plain();
    let before = project.tree();
    assert_eq!(project.write().unwrap().reverse, Reverse::Patch);
    assert_eq!(project.tree(), after(&before));
}

#[test]
fn a_worktree_keeps_its_journal_in_its_own_folder() {
    let project = Project::committed();
    project.git(&["worktree", "add", "-q", "tree"]);
    let base = project.at("tree");
    let git = Git::find(&base).unwrap();
    assert_eq!(git.dir, project.at(".git/worktrees/tree"));
    let (files, recovered, interrupted) = (plan(), BTreeSet::new(), AtomicBool::new(false));
    let request = Request {
        base: &base,
        git: Some(&git),
        files: &files,
        recovered: &recovered,
        allow_dirty: false,
        interrupted: &interrupted,
    };
    let journal = journal::place(&base, Some(&git));
    assert_eq!(journal.parent(), Some(&*git.dir));
    let seen = Arc::new(AtomicBool::new(false));
    let (look, mark) = (journal.clone(), seen.clone());
    let hook = move |_: usize, name: &str| {
        mark.fetch_or(name == "rename" && look.is_file(), Ordering::SeqCst);
        Ok(())
    };
    hook::with(hook, || write(&request)).unwrap();
    assert!(seen.load(Ordering::SeqCst) && !journal.exists());
    assert_eq!(fs::read_to_string(base.join(MAIN)).unwrap(), "after\n");
}

/// In a child process, which a fault may kill; does nothing in an ordinary test run.
#[test]
fn in_a_child() {
    let Some(base) = env::var_os("CONVEX_CLERK_TEST_BASE").map(std::path::PathBuf::from) else { return };
    let (git, files, recovered) = (Git::find(&base), plan(), BTreeSet::new());
    let (git, interrupted) = (git.as_ref(), AtomicBool::new(false));
    if env::var_os("CONVEX_CLERK_TEST_RECOVER").is_some() {
        recover(&base, git).unwrap();
        return;
    }
    let request = Request {
        base: &base,
        git,
        files: &files,
        recovered: &recovered,
        allow_dirty: false,
        interrupted: &interrupted,
    };
    // A fault may make it fail before another kills it.
    let _ = write(&request);
}

/// Whether the child was killed.
fn child(project: &Project, faults: &str, only_recover: bool) -> bool {
    let mut command = Command::new(env::current_exe().unwrap());
    command.args(["--exact", "apply::tests::in_a_child"]).env("CONVEX_CLERK_TEST_BASE", project.base());
    command.env("CONVEX_CLERK_FAULT", faults);
    if only_recover {
        command.env("CONVEX_CLERK_TEST_RECOVER", "1");
    }
    let output = command.output().unwrap();
    let signal = std::os::unix::process::ExitStatusExt::signal(&output.status);
    assert!(output.status.success() || signal == Some(6), "{}", String::from_utf8_lossy(&output.stdout));
    signal.is_some()
}

/// Kills a run at each boundary after `faults` in each of two copies: one is then only recovered, one is written again.
fn check_killed(first: usize, faults: &str) {
    for at in first.. {
        let project = Project::committed();
        let before = project.tree();
        let killed = child(&project, &format!("{faults}kill@{at}"), false);
        if !killed {
            assert!(at > first + 5, "killed at {at} only");
            return;
        }
        recover(&project.base(), project.find_git().as_ref()).unwrap();
        let tree = project.tree_without_leftovers();
        assert!(tree == before || tree == after(&before), "half of it is there, killed at {at}: {:?}", tree.keys());
        let whole = project.write_with(&plan(), false, &AtomicBool::new(false));
        if tree == before {
            whole.unwrap();
        }
        assert_eq!(project.tree(), after(&before), "killed at {at}");

        let project = Project::committed();
        child(&project, &format!("{faults}kill@{at}"), false);
        project.write().unwrap();
        assert_eq!(project.tree(), after(&before), "killed at {at}, then written");
    }
}

#[test]
fn killed_anywhere_the_next_write_ends_it() {
    check_killed(1, "");
}

#[test]
fn killed_while_it_takes_back_the_next_write_ends_it() {
    let renames =
        boundaries().iter().enumerate().filter(|(_, name)| *name == "rename").map(|(at, _)| at).collect::<Vec<_>>();
    // Three of four files are in place by then.
    let failing = renames[3] + 1;
    check_killed(failing + 1, &format!("fail@{failing},"));
}

#[test]
fn killed_while_it_recovers_the_next_run_ends_it() {
    let second = boundaries().iter().enumerate().filter(|(_, name)| *name == "rename").nth(1).unwrap().0 + 1;
    for at in 1.. {
        let project = Project::committed();
        let before = project.tree();
        assert!(child(&project, &format!("kill@{second}"), false));
        let killed = child(&project, &format!("kill@{at}"), true);
        recover(&project.base(), project.find_git().as_ref()).unwrap();
        assert_eq!(project.tree(), after(&before), "killed at {at}");
        if !killed {
            assert!(at > 10);
            return;
        }
    }
}

#[test]
fn a_failure_anywhere_leaves_the_tree_as_it_was() {
    let names = boundaries();
    for (at, name) in names.iter().enumerate().map(|(at, name)| (at + 1, name)) {
        let project = Project::committed();
        let before = project.tree();
        let fail = move |here: usize, _: &str| if here == at { full_disk() } else { Ok(()) };
        match hook::with(fail, || project.write()) {
            Err(error) => {
                assert!(matches!(error, WriteError::Io { .. }), "{name}: {error:?}");
                assert_eq!(project.tree(), before, "{at} {name}");
            }
            // All files are in place by then; the journal sees to the rest.
            Ok(written) => {
                assert!(name.starts_with("clean up") && written.leftover.is_some(), "{at} {name}");
                recover(&project.base(), project.find_git().as_ref()).unwrap();
                assert_eq!(project.tree(), after(&before), "{at} {name}");
            }
        }
    }
}

#[test]
fn an_interrupt_anywhere_leaves_the_tree_as_it_was() {
    for (at, name) in boundaries().iter().enumerate().map(|(at, name)| (at + 1, name)) {
        let project = Project::committed();
        let before = project.tree();
        let interrupted = Arc::new(AtomicBool::new(false));
        let flag = interrupted.clone();
        let interrupt = move |here: usize, _: &str| {
            flag.fetch_or(here == at, Ordering::SeqCst);
            Ok(())
        };
        match hook::with(interrupt, || project.write_with(&plan(), false, &interrupted)) {
            Err(error) => {
                assert!(matches!(error, WriteError::Interrupted) && error.exit_code() == 130, "{name}: {error:?}");
                assert_eq!(project.tree(), before, "{at} {name}");
            }
            Ok(_) => {
                assert!(name.starts_with("clean up"), "{at} {name}");
                assert_eq!(project.tree(), after(&before), "{at} {name}");
            }
        }
    }
}

#[test]
fn what_someone_saves_meanwhile_is_kept() {
    // As an editor that writes in place, and as one that renames.
    let names = boundaries();
    for by_rename in [false, true] {
        for (target, (at, name)) in [MAIN, ODD, CREATED]
            .into_iter()
            .flat_map(|target| names.iter().enumerate().map(move |(at, name)| (target, (at + 1, name))))
        {
            // Between the last look and the rename no file system can tell whose rename comes first.
            if by_rename && name == "replace" {
                continue;
            }
            let project = Project::plain();
            let mut before = project.tree();
            let (file, copy) = (project.at(target), project.at("mine"));
            let save = move |here: usize, _: &str| match (here == at, by_rename) {
                (false, _) => Ok(()),
                (true, true) => fs::write(&copy, "mine\n").and_then(|()| fs::rename(&copy, &file)),
                (true, false) => fs::write(&file, "mine\n"),
            };
            let result = hook::with(save, || project.write());
            let mut tree = project.tree();
            let mine = tree.remove(target).unwrap();
            assert_eq!(String::from_utf8(mine.1).unwrap(), "mine\n", "{at} {name} {target}");
            before.remove(target);
            match result {
                Ok(_) => {
                    let mut expected = after(&before);
                    expected.remove(target);
                    assert_eq!(tree, expected, "{at} {name} {target}");
                }
                Err(WriteError::Changed(changed)) => {
                    assert_eq!((changed.as_str(), tree), (target, before), "{at} {name} {target}");
                }
                Err(error) => panic!("{at} {name} {target}: {error:?}"),
            }
        }
    }
}

#[test]
fn a_failed_roll_back_says_what_is_where_and_can_be_ended() {
    let project = Project::committed();
    let before = project.tree();
    let renames = AtomicUsize::new(0);
    let fail = move |_: usize, name: &str| match name {
        "rename" if renames.fetch_add(1, Ordering::SeqCst) == 2 => full_disk(),
        "back" => full_disk(),
        _ => Ok(()),
    };
    let error = hook::with(fail, || project.write()).unwrap_err();
    let WriteError::RollBack { files, journal, .. } = &error else { panic!("{error:?}") };
    let states: Vec<&str> = files.iter().map(|(_, state)| *state).collect();
    assert_eq!(states, ["written", "written", "as it was before", "as it was before"], "{error}");
    assert_eq!(journal.as_deref(), Some(&*project.at(".git/convex-clerk-journal.json")));
    assert_eq!(error.exit_code(), 2);
    project.write().unwrap();
    assert_eq!(project.tree(), after(&before));
}

#[test]
fn nothing_is_written_through_a_link() {
    let check = |arrange: fn(&Project), change: FileChange, target: &str, link: &str| {
        for git in [true, false] {
            let (project, outside) = (Project::plain(), tempfile::tempdir().unwrap());
            fs::write(outside.path().join("main.tsx"), MAIN_BEFORE).unwrap();
            project.put("outside", outside.path().to_str().unwrap());
            arrange(&project);
            if git {
                project.init(&[]);
                project.commit();
            }
            let before = project.tree();
            let files = [(path(target), change.clone())].into();
            let error = project.write_with(&files, false, &AtomicBool::new(false)).unwrap_err();
            assert!(matches!(&error, WriteError::Linked { link: found, .. } if found == link), "{error:?}");
            assert_eq!(project.tree(), before);
            assert_eq!(fs::read_to_string(outside.path().join("main.tsx")).unwrap(), MAIN_BEFORE);
            assert_eq!(fs::read_dir(outside.path()).unwrap().count(), 1);
        }
    };
    fn link(project: &Project, target: &str, file: &str) {
        let outside = fs::read_to_string(project.at("outside")).unwrap();
        symlink(format!("{outside}{target}"), project.at(file)).unwrap();
    }
    let change = modified(MAIN_BEFORE, "after\n");
    check(|p| link(p, "/main.tsx", "linked.tsx"), change.clone(), "linked.tsx", "linked.tsx");
    check(|p| link(p, "", "src/folder"), change, "src/folder/main.tsx", "src/folder");
    check(|p| link(p, "", "src/folder"), created("x"), "src/folder/deep/new.tsx", "src/folder");
    check(|p| link(p, "/nothing", "new.tsx"), created("x"), "new.tsx", "new.tsx");
}

#[test]
fn files_that_must_not_be_replaced() {
    let project = Project::committed();
    project.set_mode(MAIN, 0o444);
    let before = project.tree();
    let error = project.write_with(&plan(), true, &AtomicBool::new(false)).unwrap_err();
    assert!(matches!(&error, WriteError::ReadOnly(file) if file.as_str() == MAIN), "{error:?}");
    assert_eq!(project.tree(), before);

    for there in [CREATED, DEEP] {
        let project = Project::plain();
        project.put(there, "mine\n");
        let before = project.tree();
        let error = project.write().unwrap_err();
        assert!(matches!(&error, WriteError::Changed(file) if file.as_str() == there), "{error:?}");
        assert_eq!(project.tree(), before);
    }

    let project = Project::plain();
    project.put("src/new", "a file where a folder is needed\n");
    assert!(matches!(project.write(), Err(WriteError::NotAFile(_))));
    let files = [(path(".git/hooks/pre-commit"), created("x"))].into();
    assert!(matches!(project.write_with(&files, true, &AtomicBool::new(false)), Err(WriteError::Outside(_))));
}

#[test]
fn the_guard() {
    let check = |arrange: fn(&Project), stopped_by: &[&str]| {
        let project = Project::committed();
        arrange(&project);
        let before = project.tree();
        let error = project.write_with(&plan(), false, &AtomicBool::new(false)).unwrap_err();
        let WriteError::Dirty(files) = &error else { panic!("{error:?}") };
        assert_eq!(files.iter().map(RelPath::as_str).collect::<Vec<_>>(), stopped_by);
        assert!(error.help().unwrap().contains("--allow-dirty") && error.exit_code() == 2);
        assert_eq!(project.tree(), before);
    };
    check(|p| p.put(MAIN, "changed\n"), &[MAIN]);
    check(|p| p.set_mode(MAIN, 0o755), &[MAIN]);
    check(|p| [p.put(MAIN, "staged\n"), drop(p.git(&["add", MAIN])), p.put(MAIN, MAIN_BEFORE)][0], &[MAIN]);
    check(|p| drop(p.git(&["rm", "-q", "--cached", MAIN])), &[MAIN]);
    check(|p| p.put(CREATED, "mine\n"), &[CREATED]);
    check(|p| [fs::remove_dir_all(p.at(".git")).unwrap(), p.init(&[])][0], &[ODD, MAIN]);
    check(|p| [drop(p.git(&["update-index", "--assume-unchanged", MAIN])), p.put(MAIN, "hidden\n")][0], &[MAIN]);

    let project = Project::committed();
    project.put("convex/tasks.ts", "another file may be dirty\n");
    project.put("README", "and one that is not known\n");
    project.write().unwrap();

    let project = Project::committed();
    project.put(CREATED, "mine\n");
    fs::remove_file(project.at(CREATED)).unwrap();
    project.put(MAIN, "mine\n");
    let mut files = plan();
    files.insert(path(MAIN), modified("mine\n", "after\n"));
    let written = project.write_with(&files, true, &AtomicBool::new(false)).unwrap();
    assert_eq!(written.reverse, Reverse::Patch);
    assert_eq!(fs::read_to_string(project.at(MAIN)).unwrap(), "after\n");
}

#[test]
fn what_git_ignores_is_not_written() {
    for (pattern, allow_dirty) in [("auth.config.ts", false), ("/src/new/", true)] {
        let project = Project::committed();
        project.put(".gitignore", pattern);
        let before = project.tree();
        let error = project.write_with(&plan(), allow_dirty, &AtomicBool::new(false)).unwrap_err();
        assert!(matches!(&error, WriteError::Ignored(files) if files.len() == 1), "{error:?}");
        assert_eq!(project.tree(), before);
    }
    let project = Project::committed();
    project.put(".gitignore", "/src/main.tsx");
    project.write().unwrap();
}

#[test]
fn the_umask_and_the_owner_of_a_file_are_kept() {
    let project = Project::committed();
    project.set_mode("convex", 0o700);
    project.write().unwrap();
    assert_eq!(fs::metadata(project.at(ODD)).unwrap().permissions().mode() & 0o7777, 0o750);
    let files = [(path(MAIN), modified("after\n", "later\n"))].into();
    let owned = std::os::unix::fs::chown(project.at(MAIN), Some(1234), Some(1234)).is_ok();
    project.write_with(&files, true, &AtomicBool::new(false)).unwrap();
    if owned {
        assert_eq!(std::os::unix::fs::MetadataExt::uid(&fs::metadata(project.at(MAIN)).unwrap()), 1234);
    }
}

#[test]
fn words_for_the_shell() {
    for (word, expected) in [("a/b.ts", "a/b.ts"), ("a b", "'a b'"), ("it's", r"'it'\''s'"), ("", "''"), ("~", "'~'")] {
        assert_eq!(quoted(word), expected);
    }
}
