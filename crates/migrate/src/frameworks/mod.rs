//! The frameworks: one file each, each a description that the rules read. No rule asks which framework it has.

mod react;

use change::RelPath;

use crate::rules::Rule;
use crate::workspace::{App, Workspace};

/// Every framework that is migrated.
pub(crate) const ALL: &[&Framework] = &[&react::FRAMEWORK];

/// How one framework is found, and what its migration needs to know.
pub(crate) struct Framework {
    /// The id that flags and reports use.
    pub(crate) id: &'static str,
    /// One line for `explain`.
    pub(crate) summary: &'static str,
    /// What `explain` prints.
    pub(crate) text: &'static str,
    /// The vendor's guide that the end state follows.
    pub(crate) guide: &'static str,
    /// What tells that an app is built with it.
    pub(crate) evidence: Evidence,
    /// Clerk's package for it.
    pub(crate) sdk: Sdk,
    /// How its bundlers let client code read the environment, the most telling first.
    pub(crate) env: &'static [EnvConvention],
    /// The rules of its migration, in order.
    pub(crate) rules: &'static [&'static Rule],
}

/// What tells that an app is built with a framework: one of the dependencies, and one of the files if any are named.
pub(crate) struct Evidence {
    /// Package names, any of which counts.
    pub(crate) dependencies: &'static [&'static str],
    /// Paths below the app's folder without their endings, any of which counts; empty where the dependency is enough.
    pub(crate) files: &'static [&'static str],
    /// Paths of the same form that say it is something else, where none of `files` is there: a Vite app may depend on next for its
    /// types.
    pub(crate) unless: &'static [&'static str],
}

impl Evidence {
    /// What was seen, as words for a report; `None` where it is not enough.
    pub(crate) fn seen(&self, workspace: &Workspace, app: &App<'_>) -> Option<String> {
        let dependency = self.dependencies.iter().find(|name| app.declares(name))?;
        let find = |stems: &[&str]| stems.iter().find_map(|stem| file_with_stem(workspace, app, stem));
        if let Some(file) = find(self.files) {
            return Some(format!("the dependency {dependency} and {file}"));
        }
        let is_enough = self.files.is_empty() || (!self.unless.is_empty() && find(self.unless).is_none());
        is_enough.then(|| format!("the dependency {dependency}"))
    }
}

/// A file of the app whose path is `stem` and an ending: `next.config` finds next.config.mjs.
fn file_with_stem(workspace: &Workspace, app: &App<'_>, stem: &str) -> Option<RelPath> {
    let prefix = if app.id.folder().is_empty() { String::new() } else { format!("{}/", app.id.folder()) };
    let fits = |path: &&RelPath| {
        let rest = path.as_str().strip_prefix(&prefix).and_then(|path| path.strip_prefix(stem));
        rest.is_some_and(|ending| ending.starts_with('.') && !ending.contains('/'))
    };
    workspace.others.iter().chain(app.files.iter().map(|(path, _)| *path)).find(fits).cloned()
}

/// Clerk's packages for a framework. A project that has the Core 2 package stays on it.
pub(crate) struct Sdk {
    /// The package of Core 3.
    pub(crate) current: &'static str,
    /// The package of Core 2.
    pub(crate) core2: &'static str,
    /// The first Core 3 version whose `publishableKey` takes `undefined`; Core 2 wants a string.
    pub(crate) optional_key_from: &'static str,
}

/// How client code of one bundler reads a variable.
pub(crate) struct EnvConvention {
    /// The dependency that tells the bundler.
    pub(crate) dependency: &'static str,
    /// `import.meta.env`, `process.env` or both; the documented one first.
    pub(crate) objects: &'static [&'static str],
    /// What a variable's name must begin with to reach the client, the usual one first.
    pub(crate) prefixes: &'static [&'static str],
    /// Whether the client gets such a variable without a setting of the app's own.
    pub(crate) is_given: bool,
    /// The bundler's own page that says so.
    pub(crate) source: &'static str,
}
