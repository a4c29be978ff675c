//! The laws of DESIGN that hold for any project whatever, checked on one.

use std::collections::{BTreeMap, BTreeSet};

use change::{AppId, AppOutcome, FileChange, RelPath};
use cli::SavedPlan;
use migrate::{Options, Planned};

use crate::folder::{CHOSEN, Files, Folder, changed, changes, plan_of_buffers};
use crate::reading::{Names, is_source, parse};
use crate::settings;
use crate::{patch, reading};

/// What became of a project.
pub(crate) struct Outcome {
    /// The apps, in the order of their folders.
    pub(crate) apps: Vec<(AppId, AppOutcome)>,
    /// All files afterwards.
    pub(crate) after: Files,
}

/// Plans the migration of a project and checks what it is offered; `None` where nothing can be said of it at all.
pub(crate) fn check(files: &Files) -> Option<Outcome> {
    migrate::on_deep_stack(|| {
        let folder = Folder::of(files);
        let planned = folder.plan(&Options::default())?;
        let changes = changes(&planned);
        let after = changed(files, &changes);
        nothing_refused_is_touched(&planned, &changes);
        for (path, change) in &changes {
            check_change(files, path, change);
        }
        the_patch_is_the_change(&folder, &planned, files, &changes);
        order_and_buffers_change_nothing(files, &changes);
        twice_is_once(&folder, &planned, &changes);
        let apps = planned.plan.apps().iter().map(|app| (app.id.clone(), app.outcome.clone())).collect();
        Some(Outcome { apps, after })
    })
}

fn is_migrated(outcome: &AppOutcome) -> bool {
    *outcome == AppOutcome::Migrated
}

/// Law 5.
fn nothing_refused_is_touched(planned: &Planned, changes: &BTreeMap<RelPath, FileChange>) {
    let apps = planned.plan.apps();
    let migrated: Vec<&AppId> = apps.iter().filter(|app| is_migrated(&app.outcome)).map(|app| &app.id).collect();
    for path in changes.keys() {
        assert!(!migrated.is_empty(), "no app is migrated, and {path} changes");
        let owner = apps.iter().filter(|app| path.is_in(app.id.folder())).max_by_key(|app| app.id.folder().len());
        let is_owned = owner.is_none_or(|owner| migrated.contains(&&owner.id));
        assert!(is_owned, "{path} of an app that is not migrated changes");
    }
}

/// Laws 1, 3 and 7, for one file.
fn check_change(files: &Files, path: &RelPath, change: &FileChange) {
    let path = path.as_str();
    let before = files.get(path).map(|bytes| std::str::from_utf8(bytes).expect("what changes is text"));
    assert_eq!(change.before.as_ref().map(|base| &*base.text), before, "{path} as it was");
    let after = &*change.after;
    if is_source(path) {
        let (module, mistakes) = parse(path, after).unwrap_or_else(|| panic!("{path} does not parse:\n{after}"));
        let read = before.map(|before| parse(path, before).unwrap_or_else(|| panic!("{path} did not parse")));
        let allowed = read.as_ref().map_or(0, |(_, mistakes)| *mistakes);
        assert!(mistakes <= allowed, "{path} has mistakes:\n{after}");
        let was = read.as_ref().map(|(module, _)| Names::of(module)).unwrap_or_default();
        let is = Names::of(&module);
        let unknown: Vec<&String> = is.used.difference(&was.used).filter(|name| !is_known(name, &is)).collect();
        assert!(unknown.is_empty(), "{path} uses {unknown:?}, which nothing declares:\n{after}");
        let twice = |module| reading::imported_and_declared(module);
        let was_twice = read.as_ref().map(|(module, _)| twice(module)).unwrap_or_default();
        assert!(twice(&module).is_subset(&was_twice), "{path} declares {:?} twice:\n{after}", twice(&module));
        if let (Some(before), Some((module, _))) = (before, &read) {
            let lost = lost_words(before, after, &reading::may_go(module));
            assert!(lost.is_empty(), "{path} lost {lost:?}:\n{after}");
        }
    } else {
        settings::check(path, before, after);
    }
    if let Some(before) = before {
        marks_stay(path, before, after);
    }
}

fn is_known(name: &str, names: &Names) -> bool {
    names.declared.contains(name) || ["Error", "process", "undefined"].contains(&name)
}

/// What a text lacks of the words and signs that it had, but for those that an edit may take: the words of declarations, and what is
/// in `may_go`.
fn lost_words(before: &str, after: &str, may_go: &BTreeSet<String>) -> Vec<String> {
    const WORDS: [&str; 17] = [
        "import",
        "from",
        "as",
        "type",
        "convex",
        "react",
        "require",
        "const",
        "export",
        "default",
        "function",
        "async",
        "return",
        "ConvexProvider",
        "proxy",
        "middleware",
        "loader",
    ];
    const SIGNS: &str = "{}()<>[],;/.*=:'\"";
    let mut left = words(after);
    let mut lost = Vec::new();
    for (word, count) in words(before) {
        let kept = left.remove(word).unwrap_or_default();
        let may_go = WORDS.contains(&word) || SIGNS.contains(word) || may_go.contains(word);
        if kept < count && !may_go {
            lost.push(word.to_owned());
        }
    }
    lost
}

/// How often each word and each sign stands in a text.
fn words(text: &str) -> BTreeMap<&str, usize> {
    let is_part = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
    let mut words = BTreeMap::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = match is_part(first) {
            true => rest.find(|c| !is_part(c)).unwrap_or(rest.len()),
            false => first.len_utf8(),
        };
        let (word, behind) = rest.split_at(length);
        if !first.is_whitespace() {
            *words.entry(word).or_default() += 1;
        }
        rest = behind;
    }
    words
}

/// Law 1: what lines end in, the byte order mark and the last line's end.
fn marks_stay(path: &str, before: &str, after: &str) {
    let ends = |text: &str| {
        let crlf = text.matches("\r\n").count();
        (crlf, text.matches('\n').count() - crlf, text.matches('\r').count() - crlf)
    };
    let ((crlf, lf, cr), (new_crlf, new_lf, new_cr)) = (ends(before), ends(after));
    if crlf + lf > 0 {
        assert!(crlf > 0 || new_crlf == 0, "{path} got lines that end in CRLF");
        assert!(lf > 0 || new_lf == 0, "{path} got lines that end in LF");
    }
    assert_eq!(cr, new_cr, "{path}: carriage returns that are no line's end");
    assert_eq!(before.starts_with('\u{feff}'), after.starts_with('\u{feff}'), "{path}: its byte order mark");
    assert_eq!(before.ends_with('\n'), after.ends_with('\n'), "{path}: the end of its last line");
}

/// Law 6, and what `apply` makes of the saved plan.
fn the_patch_is_the_change(folder: &Folder, planned: &Planned, files: &Files, changes: &BTreeMap<RelPath, FileChange>) {
    let views = cli::views(planned, &CHOSEN).expect("every format");
    assert!(patch::applied(files, &views["diff"]) == changed(files, changes), "the patch is not the change");
    let saved = SavedPlan::parse("plan.json", views["json"].as_bytes()).expect("a plan");
    assert!(saved.left(folder.path()).expect("what is there") == *changes, "the saved plan is not the change");
}

/// Law 4, and that an editor is offered the same, in which a file was typed after the other.
fn order_and_buffers_change_nothing(files: &Files, changes: &BTreeMap<RelPath, FileChange>) {
    if let Some(planned) = plan_of_buffers(files) {
        assert_eq!(self::changes(&planned), *changes, "from buffers something else comes");
    }
}

/// Law 4.
fn twice_is_once(folder: &Folder, planned: &Planned, changes: &BTreeMap<RelPath, FileChange>) {
    if changes.is_empty() {
        return;
    }
    changes.iter().for_each(|(path, change)| folder.write(path.as_str(), change.after.as_bytes()));
    let again = folder.plan(&Options::default()).expect("a plan for what was planned");
    let more = self::changes(&again);
    assert!(more.is_empty(), "a second run changes {:?}", more.keys());
    for (first, second) in planned.plan.apps().iter().zip(again.plan.apps()) {
        let is_done = matches!(second.outcome, AppOutcome::Nothing(_));
        assert!(is_done || !is_migrated(&first.outcome), "{}: {:?}", first.id, second.outcome);
        assert!(is_migrated(&first.outcome) || first.outcome == second.outcome, "{}: {:?}", first.id, second.outcome);
    }
    let notes = |planned: &Planned| -> Vec<String> {
        let all = planned.plan.findings().iter().filter(|finding| finding.group.is_none());
        // A file in which nothing changes any more has no style that anybody asks for.
        all.filter(|finding| finding.rule != "style-settings").map(|finding| finding.message.clone()).collect()
    };
    assert_eq!(notes(&again), notes(planned), "the notes of a second run");
}
