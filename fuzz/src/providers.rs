//! Random apps, see `tree`: the laws hold, and an independent walk down the migrated app meets the providers as they have to stand.

use arbitrary::Unstructured;
use change::AppOutcome;

use crate::folder::Files;
use crate::laws;
use crate::program::Program;
use crate::reading::{imported_and_declared, is_source, parse};
use crate::tree::{self, App};
use crate::wiring::{Met, walk};

/// What became of a random app.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Became {
    /// It was migrated.
    Migrated,
    /// It was refused, for the reason with this id.
    Refused(String),
    /// There was nothing to do.
    Nothing,
    /// Nothing could be said of it.
    Unknown,
}

/// Makes an app of `data`, migrates it and walks down the result.
pub fn providers(data: &[u8]) -> Became {
    let Ok(app) = tree::app(&mut Unstructured::new(data)) else { return Became::Unknown };
    let before = met(&app, &app.files);
    let shown = || shown(&app.files);
    for (path, bytes) in app.files.iter().filter(|(path, _)| is_source(path)) {
        let read = parse(path, &String::from_utf8_lossy(bytes));
        let runs = read.is_some_and(|(module, _)| imported_and_declared(&module).is_empty());
        assert!(runs, "{path} was made, and does not run\n{}", shown());
    }
    assert!(before.plain > 0, "an app without a provider was made: {before:?}\n{}", shown());
    let Some(outcome) = laws::check(&app.files) else { return Became::Unknown };
    for (path, line) in &app.kept {
        // A line that comes before it goes behind the byte order mark.
        let line = line.trim_start_matches('\u{feff}');
        let bytes = &outcome.after[path];
        let is_there = bytes.windows(line.len().max(1)).any(|window| window == line.as_bytes());
        assert!(is_there, "{path} lost {line:?}\n{}", self::shown(&outcome.after));
    }
    let [(_, became)] = &*outcome.apps else { panic!("{:?}\n{}", outcome.apps, shown()) };
    match became {
        AppOutcome::Migrated => {
            let met = met(&app, &outcome.after);
            let is_right = met.wrong.is_empty() && met.plain == 0 && met.with_clerk > 0;
            assert!(is_right, "{met:?}\n{}", self::shown(&outcome.after));
            assert_eq!(met.elements, before.elements, "{}", self::shown(&outcome.after));
            Became::Migrated
        }
        AppOutcome::Refused { reason, .. } => Became::Refused((*reason).to_owned()),
        AppOutcome::Nothing(_) => panic!("a provider was not seen: {became:?}\n{}", shown()),
        AppOutcome::Unsupported { .. } => panic!("{became:?}\n{}", shown()),
    }
}

/// The files of the app that `data` makes, for whoever looks into a crash.
pub fn made_of(data: &[u8]) -> String {
    tree::app(&mut Unstructured::new(data)).map_or_else(|error| error.to_string(), |app| shown(&app.files))
}

fn met(app: &App, files: &Files) -> Met {
    walk(&Program::of(files, &app.aliases), &app.roots)
}

/// All files, one below the other.
fn shown(files: &Files) -> String {
    let one = |(path, bytes): (&String, &Vec<u8>)| format!("--- {path}\n{}\n", String::from_utf8_lossy(bytes));
    files.iter().map(one).collect()
}
