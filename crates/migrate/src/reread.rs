//! Reads a source file again whose text has changed, and leaves all else that was found of the project as it is.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use change::RelPath;
use syntax::{FileFacts, on_deep_stack};

use crate::graph::modules::taken_in;
use crate::load::{Glance, facts_of, is_source, look_again};
use crate::workspace::{Workspace, takes_in_tests};

/// Reads a source file again, whose text has changed. `false` where more may have changed with it than what it says, or where it is gone: then
/// the project has to be read again.
pub(crate) fn read_again(workspace: &mut Workspace, path: &RelPath) -> bool {
    if !is_source(path) || !workspace.sources.contains(path) || workspace.unread.contains_key(path) {
        return false;
    }
    let before = facts_at(workspace, path);
    let found = match on_deep_stack(|| look_again(workspace, path)) {
        Glance::Read(file) => Some(file),
        Glance::Plain => None,
        Glance::Gone => return false,
    };
    // A folder with `project.json` is an application of Nx as soon as a file in it takes part.
    if found.is_some() != workspace.files.contains_key(path)
        && workspace.others.iter().any(|path| path.file_name() == "project.json")
    {
        return false;
    }
    match found.flatten() {
        Some(file) => drop(workspace.files.insert(path.clone(), file)),
        None => drop(workspace.files.remove(path)),
    }
    workspace.late.get_mut().unwrap_or_else(PoisonError::into_inner).remove(path);
    takes_part_again(workspace, path, before);
    // What the settings of a bundler name leads elsewhere.
    if path.file_name().contains(".config.") {
        workspace.resolution = OnceLock::new();
        workspace.quiet = OnceLock::new();
        workspace.members = Mutex::default();
    }
    true
}

/// Whether a source file is there that can't be parsed.
pub(crate) fn is_broken(workspace: &Workspace, path: &RelPath) -> bool {
    workspace.sources.contains(path) && facts_at(workspace, path).is_none()
}

/// What a source file says; `None` where it can't be read.
fn facts_at(workspace: &Workspace, path: &RelPath) -> Option<Arc<FileFacts>> {
    match workspace.files.get(path) {
        Some(file) => file.facts().ok().cloned(),
        None => facts_of(workspace, vec![path.clone()]).remove(path),
    }
}

/// Puts what a file says now into the apps that it takes part in. Where it takes in other files than before, theirs are found anew.
fn takes_part_again(workspace: &mut Workspace, path: &RelPath, before: Option<Arc<FileFacts>>) {
    let facts = facts_at(workspace, path);
    let takes_part = |facts: &Option<Arc<FileFacts>>| facts.as_ref().is_some_and(|facts| !takes_in_tests(facts));
    let may_join = takes_part(&before) != takes_part(&facts);
    let members = workspace.members.get_mut().unwrap_or_else(PoisonError::into_inner);
    members.retain(|_, sources| {
        let Some(id) = sources.id(path) else { return !may_join };
        let Some(facts) = &facts else { return false };
        let is_same = taken_in(sources.facts(id)) == taken_in(facts) && !takes_in_tests(facts);
        if is_same {
            *sources = sources.clone().with([(path.clone(), facts.clone())].into());
        }
        is_same
    });
}
