//! git's answers, against real repositories.
#![cfg(unix)]

use std::process::Command;

use super::*;
use crate::test_project::{MAIN, ODD, Project, git_in, path};

fn names(paths: &[RelPath]) -> Vec<&str> {
    paths.iter().map(RelPath::as_str).collect()
}

#[test]
fn no_repository_is_fine() {
    let project = Project::plain();
    assert!(project.find_git().is_none());
    std::fs::create_dir(project.at(".git")).unwrap();
    assert!(project.find_git().is_none(), "an empty folder is no repository");
    assert!(Git::find(&project.at("nowhere")).is_none());
}

#[test]
fn a_repository_that_git_refuses_is_an_error_not_none() {
    let project = Project::committed();
    project.put(".git/config", "[core\n");
    let git = project.find_git().unwrap();
    assert!(git.dirty(&[&path(MAIN)]).unwrap_err().to_string().contains("bad config"));
    assert!(git.ignored(&[&path(MAIN)]).is_err());
}

#[test]
fn below_the_top_paths_start_from_the_base() {
    let project = Project::committed();
    project.put(".gitignore", "secret\n");
    let git = Git::find(&project.at("src")).unwrap();
    assert_eq!((git.dir.clone(), git.is_top()), (project.at(".git"), false));
    let (main, new, secret) = (path("main.tsx"), path("new.ts"), path("secret"));
    assert!(git.dirty(&[&main, &new]).unwrap().is_empty());
    for file in ["src/main.tsx", "src/new.ts", "src/secret"] {
        project.put(file, "changed\n");
    }
    let all = [&main, &new, &secret];
    assert_eq!(names(&git.dirty(&all).unwrap()), ["main.tsx", "new.ts"]);
    assert_eq!(names(&git.ignored(&all).unwrap()), ["secret"]);
    assert_eq!(git.index_ids(&all).keys().map(RelPath::as_str).collect::<Vec<_>>(), ["main.tsx"]);
}

#[test]
fn names_are_taken_as_they_are() {
    let project = Project::committed();
    project.put(":clean.ts", "clean\n");
    project.commit();
    let twin = "src/i/:é \"b' $c.ts";
    project.put(twin, "changed\n");
    project.put(":(glob)**", "new\n");
    project.put(".gitignore", "\\:odd.ts\n");
    project.put(":odd.ts", "new\n");
    let git = project.find_git().unwrap();
    let paths = [path(ODD), path(twin), path(":(glob)**"), path(":odd.ts"), path(MAIN)];
    let paths: Vec<&RelPath> = paths.iter().collect();
    assert!(git.dirty(&[&path(":clean.ts")]).unwrap().is_empty());
    assert_eq!(git.index_ids(&[&path(":clean.ts")]).len(), 1);
    assert_eq!(names(&git.dirty(&paths[..1]).unwrap()), Vec::<&str>::new());
    assert_eq!(names(&git.dirty(&paths).unwrap()), [":(glob)**", twin]);
    assert_eq!(names(&git.ignored(&paths).unwrap()), [":odd.ts"]);
}

#[test]
fn files_of_another_repository_are_not_clean() {
    let project = Project::committed();
    for nested in ["nested", "sub"] {
        project.put(&format!("{nested}/a.ts"), "a\n");
        git_in(&project.at(nested), &["init", "-q"]);
    }
    git_in(&project.at("sub"), &["add", "a.ts"]);
    git_in(&project.at("sub"), &["-c", "user.name=n", "-c", "user.email=e", "commit", "-qm", "c"]);
    project.git(&["-c", "advice.addEmbeddedRepo=false", "add", "sub"]);
    project.git(&["commit", "-qm", "sub"]);
    let git = project.find_git().unwrap();
    assert_eq!(names(&git.dirty(&[&path("nested/a.ts")]).unwrap()), ["nested/a.ts"]);
    assert!(git.dirty(&[&path("sub/a.ts")]).unwrap_err().to_string().contains("is in submodule 'sub'"));
}

#[test]
fn nothing_that_the_settings_name_is_run() {
    let project = Project::committed();
    let trap = project.at("trap");
    project.put("trap.sh", &format!("#!/bin/sh\ntouch '{}'\n", trap.display()));
    project.set_mode("trap.sh", 0o755);
    let script = project.at("trap.sh").display().to_string();
    for key in ["core.fsmonitor", "core.pager", "pager.status", "core.editor"] {
        project.git(&["config", key, &script]);
    }
    project.put(".git/hooks/post-index-change", &format!("#!/bin/sh\ntouch '{}'\n", trap.display()));
    project.set_mode(".git/hooks/post-index-change", 0o755);
    // A new time stamp makes git want to refresh the index.
    project.put(MAIN, "before\n");
    let git = project.find_git().unwrap();
    assert!(git.dirty(&[&path(MAIN)]).unwrap().is_empty());
    git.ignored(&[&path(MAIN)]).unwrap();
    assert!(!trap.exists());
}

#[test]
fn ids_are_those_that_git_gives() {
    for format in ["sha1", "sha256"] {
        let project = Project::plain();
        project.init(&["--object-format", format]);
        project.put("lf.ts", "a\nb\n");
        project.put("crlf.ts", "a\r\nb\r\n");
        project.put("kept.ts", "a\r\nb\r\n");
        project.put(".gitattributes", "crlf.ts text eol=crlf\nkept.ts -text\n");
        project.commit();
        let git = project.find_git().unwrap();
        let object_format = git.object_format();
        assert_eq!(object_format == ObjectFormat::Sha256, format == "sha256");
        let expected = |file: &str| project.git(&["rev-parse", &format!(":{file}")]).trim().to_owned();
        for (file, before, after) in [
            ("lf.ts", "a\nb\n", "a\nc\n"),
            ("crlf.ts", "a\r\nb\r\n", "a\r\nc\r\n"),
            ("kept.ts", "a\r\nb\r\n", "a\r\nc\r\n"),
        ] {
            let index = git.index_ids(&[&path(file)]);
            let ids = ids_of(Some(before), after, index.get(&path(file)).map(String::as_str), object_format);
            assert_eq!(ids.old, expected(file), "{file}");
            project.put(file, after);
            project.git(&["add", file]);
            assert_eq!(ids.new, expected(file), "{file}");
            assert_eq!(needs_index(before), file != "lf.ts");
        }
        let new = ids_of(None, "a\nc\n", None, object_format);
        assert_eq!(new.new, expected("lf.ts"));
        assert_eq!(new.old, "0".repeat(new.new.len()));
    }
}

#[test]
fn a_worktree_has_its_main_repositorys_format() {
    let project = Project::plain();
    project.init(&["--object-format", "sha256"]);
    project.commit();
    project.git(&["worktree", "add", "-q", "tree"]);
    assert_eq!(Git::find(&project.at("tree")).unwrap().object_format(), ObjectFormat::Sha256);
}

#[test]
fn long_lists_are_asked_in_parts() {
    let paths: Vec<RelPath> = (0..10).map(|index| path(&format!("file{index}"))).collect();
    let paths: Vec<&RelPath> = paths.iter().collect();
    let parts: Vec<usize> = chunks(&paths, 12).map(<[&RelPath]>::len).collect();
    assert_eq!(parts.iter().sum::<usize>(), 10);
    assert!(parts.len() >= 5, "{parts:?}");
    let project = Project::committed();
    let many: Vec<RelPath> = (0..3000).map(|index| path(&format!("src/a-rather-long-name-{index}.ts"))).collect();
    let many: Vec<&RelPath> =
        many.iter().chain([&path(MAIN)]).map(|path| (*path).clone()).collect::<Vec<_>>().leak().iter().collect();
    project.put(MAIN, "changed\n");
    let git = project.find_git().unwrap();
    assert_eq!(names(&git.dirty(&many).unwrap()), [MAIN]);
    assert!(git.ignored(&many).unwrap().is_empty());
}

#[test]
fn the_surroundings_dont_choose_the_repository() {
    // The environment of this process can't be set from a thread; the command's own settings are looked at instead.
    let command = command(std::path::Path::new("/"));
    let removed = |name: &str| command.get_envs().any(|(key, value)| key == name && value.is_none());
    assert!(removed("GIT_DIR") && removed("GIT_WORK_TREE") && removed("GIT_INDEX_FILE"));
    let _: &Command = &command;
}

fn ids_of(before: Option<&str>, after: &str, index_id: Option<&str>, format: ObjectFormat) -> BlobIds {
    let before = before.map(|text| Base { text: text.into(), executable: false });
    as_kept(&FileChange { before, after: after.to_owned() }, index_id, format).1
}
