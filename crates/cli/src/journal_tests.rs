//! Journals that a run can't believe, and files that moved on since the run died.
#![cfg(unix)]

use super::*;
use crate::faults::hook;
use crate::test_project::{CREATED, MAIN, MAIN_BEFORE, Project, Tree, after, path};

/// A project whose run ended, journal and all, at the boundary `name` for the `nth` time.
fn stopped_at(name: &'static str, nth: usize) -> (Project, Tree) {
    let project = Project::committed();
    let before = project.tree();
    let mut seen = 0;
    // Nothing but the staging survives a panic, as nothing survives a kill.
    let stop = move |_: usize, here: &str| {
        seen += usize::from(here == name);
        if seen == nth { panic!("stop") } else { Ok(()) }
    };
    let run = std::panic::AssertUnwindSafe(|| hook::with(stop, || project.write().map(drop)));
    assert!(std::panic::catch_unwind(run).is_err());
    (project, before)
}

fn recover_in(project: &Project) -> Result<Recovered, JournalError> {
    recover(&project.base(), project.find_git().as_ref())
}

fn journal_of(project: &Project) -> PathBuf {
    project.at(".git/convex-clerk-journal.json")
}

#[test]
fn a_journal_is_found_but_not_touched() {
    let (project, _) = stopped_at("rename", 2);
    let tree = project.tree();
    assert_eq!(found(&project.base(), project.find_git().as_ref()), Some(journal_of(&project)));
    assert_eq!(project.tree(), tree);
    assert_eq!(found(&Project::committed().base(), None), None);
}

#[test]
fn forward_where_everything_is_there() {
    let (project, before) = stopped_at("rename", 2);
    let recovered = recover_in(&project).unwrap();
    assert_eq!(recovered.direction, Some(Direction::Finished));
    assert_eq!(recovered.files.len(), 4);
    assert_eq!(project.tree(), after(&before));
    assert_eq!(recover_in(&project).unwrap(), Recovered::default());
}

#[test]
fn back_where_a_staged_copy_is_lost() {
    for nth in [1, 2, 3] {
        let (project, before) = stopped_at("rename", nth);
        let staged = disk::staged_name(&path("src/new/deep dir/a.ts"), "new");
        std::fs::write(project.at("src").join(staged), "half").unwrap();
        assert_eq!(recover_in(&project).unwrap().direction, Some(Direction::TakenBack));
        assert_eq!(project.tree(), before);
    }
}

#[test]
fn a_file_that_moved_on_stops_it() {
    let (project, _) = stopped_at("rename", 3);
    project.put(MAIN, "mine\n");
    let tree = project.tree();
    let error = recover_in(&project).unwrap_err();
    assert!(error.to_string().ends_with("end:\n  src/main.tsx: neither its old nor its new content"), "{error}");
    assert!(error.help().contains("convex-clerk-journal.json"));
    assert_eq!(project.tree(), tree);
    assert!(matches!(project.write(), Err(crate::apply::WriteError::Journal(JournalError::Stuck { .. }))));
    // As the help says.
    project.put(MAIN, MAIN_BEFORE);
    assert_eq!(recover_in(&project).unwrap().direction, Some(Direction::Finished));
}

#[test]
fn a_link_in_a_files_place_stops_it() {
    let (project, _) = stopped_at("rename", 1);
    std::fs::rename(project.at("src"), project.at("elsewhere")).unwrap();
    std::os::unix::fs::symlink("elsewhere", project.at("src")).unwrap();
    let tree = project.tree();
    assert!(matches!(recover_in(&project), Err(JournalError::Stuck { .. })));
    assert_eq!(project.tree(), tree);
}

#[test]
fn a_journal_without_git_lies_beside_the_files() {
    let project = Project::plain();
    assert_eq!(place(&project.base(), None), project.at(".convex-clerk-journal.json"));
    project.put(".convex-clerk-journal.json", "{");
    assert!(matches!(recover_in(&project), Err(JournalError::Broken { .. })));
    // git may have come since.
    project.init(&[]);
    assert!(matches!(recover_in(&project), Err(JournalError::Broken { .. })));
}

#[test]
fn journals_that_are_not_believed() {
    let temporary = ".convex-clerk-0123456789abcdef.tmp";
    let file = |path: &str, staged: &str, backup: &str| {
        format!(
            r#"{{"version":1,"folders":[],"files":[{{"path":"{path}","old":"0","new":"1","staged":"{staged}","backup":"{backup}"}}]}}"#
        )
    };
    let backup = ".convex-clerk-1123456789abcdef.tmp";
    for (journal, why) in [
        (String::new(), "empty"),
        ("{\"version\":1".to_owned(), "cut short"),
        ("{\"version\":1}".to_owned(), "no files"),
        ("{}".to_owned(), "no version"),
        (file("../a", temporary, backup), "out of the base"),
        (file("/etc/passwd", temporary, backup), "absolute"),
        (file("a", "../a", backup), "staged out of the base"),
        (file("a", "package.json", backup), "staged under a name that isn't ours"),
        (file("a", &format!("src/{temporary}"), backup), "staged elsewhere"),
        (file("a", temporary, "package.json"), "a backup that isn't ours"),
        (file("a", temporary, temporary), "one copy for both"),
        (r#"{"version":1,"files":[],"folders":["src"]}"#.to_owned(), "a folder of no file"),
    ] {
        let project = Project::committed();
        std::fs::write(journal_of(&project), &journal).unwrap();
        let tree = project.tree();
        let error = recover_in(&project).unwrap_err();
        assert!(
            matches!(&error, JournalError::Broken { path, .. } if *path == journal_of(&project)),
            "{why}: {error:?}"
        );
        assert!(error.help().contains("delete"));
        assert_eq!(project.tree(), tree, "{why}");
    }
    let project = Project::committed();
    std::fs::write(journal_of(&project), r#"{"version":2}"#).unwrap();
    assert!(matches!(recover_in(&project), Err(JournalError::Newer { version: 2, .. })));
    std::fs::remove_file(journal_of(&project)).unwrap();
    std::os::unix::fs::symlink("config", journal_of(&project)).unwrap();
    assert!(matches!(recover_in(&project), Err(JournalError::Broken { .. })));
    std::fs::remove_file(journal_of(&project)).unwrap();
    let hook = file(".git/config", &format!(".git/{temporary}"), &format!(".git/{backup}"));
    std::fs::write(journal_of(&project), hook).unwrap();
    assert!(matches!(recover_in(&project), Err(JournalError::Stuck { .. })));
}

#[test]
fn one_run_at_a_time() {
    let project = Project::committed();
    let _lock = Lock::take(&project.base());
    assert!(matches!(recover_in(&project), Err(JournalError::Busy(_))));
    assert!(project.write().is_err());
    assert!(!project.at(CREATED).exists());
}
