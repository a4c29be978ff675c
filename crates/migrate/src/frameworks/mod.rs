//! The frameworks: one file each, each a description that the rules read. No rule asks which framework it has.

mod expo;
mod next_app;
mod next_pages;
mod react;
mod react_router;
mod tanstack_start;

use change::RelPath;

use crate::added::Inner;
use crate::ctx::Ctx;
use crate::graph::roots::FindRoots;
use crate::rules::{Check, Rule};
use crate::workspace::{App, Workspace, join};

/// Every framework that is migrated, the most telling first.
pub(crate) const ALL: &[&Framework] = &[
    &next_app::FRAMEWORK,
    &next_pages::FRAMEWORK,
    &tanstack_start::FRAMEWORK,
    &react_router::FRAMEWORK,
    &expo::FRAMEWORK,
    &react::FRAMEWORK,
];

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
    /// Clerk's quickstart for it.
    pub(crate) quickstart: &'static str,
    /// What tells that an app is built with it.
    pub(crate) evidence: Evidence,
    /// Clerk's package for it.
    pub(crate) sdk: Sdk,
    /// How its bundlers let client code read the environment, the most telling first.
    pub(crate) env: &'static [EnvConvention],
    /// How Clerk's package gets the publishable key.
    pub(crate) key: KeySource,
    /// What else ClerkProvider is given.
    pub(crate) extras: &'static [Extra],
    /// The variable of the secret key, where the package runs on a server.
    pub(crate) secret: Secret,
    /// The command that installs packages in the versions that the framework's own goes with, where it has one.
    pub(crate) installer: Option<&'static str>,
    /// What else a person has to do in Clerk's dashboard.
    pub(crate) in_dashboard: Option<InDashboard>,
    /// What its gates show to those who are not signed in.
    pub(crate) gates: &'static GateForm,
    /// Where its apps begin to render.
    pub(crate) roots: FindRoots,
    /// What is added where a plain provider stands around the pages, if ClerkProvider can't be there.
    pub(crate) inner: Option<Inner>,
    /// The rules of its migration, in order.
    pub(crate) rules: &'static [&'static Rule],
    /// How its code on the server gets the session, where it has any.
    pub(crate) server: Option<&'static ServerSession>,
    /// What `doctor` looks at in its apps beyond [`crate::rules::CHECKS`].
    pub(crate) checks: &'static [&'static Check],
}

/// How code on the server gets the session.
pub(crate) struct ServerSession {
    /// Clerk's package.
    pub(crate) package: &'static str,
    /// The exports of its `/server` that throw where the middleware has not run.
    pub(crate) asks: &'static [&'static str],
    /// The first version in which they do.
    pub(crate) since: &'static str,
    /// The exports that make the middleware, those of older versions too.
    pub(crate) makes: &'static [&'static str],
    /// The files in which the framework looks for it; `None` where that is not known.
    pub(crate) entries: fn(&Ctx<'_>) -> Option<Vec<RelPath>>,
    /// What to do where it lacks.
    pub(crate) remedy: fn(&Ctx<'_>) -> String,
    /// The vendor's page about it.
    pub(crate) doc: &'static str,
}

/// The variable of an app's secret key; `None` where nothing of the app runs on a server.
pub(crate) type Secret = fn(&Workspace, &App<'_>) -> Option<&'static str>;

/// How Clerk's package gets the publishable key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum KeySource {
    /// As an attribute of ClerkProvider, read the way the app reads its Convex URL.
    Attribute,
    /// The same, from a constant of the file that is checked as the app starts.
    Constant,
    /// It reads this variable by itself.
    Package(&'static str),
}

/// What gates show to those who are not signed in.
pub(crate) struct GateForm {
    /// The element for a line of text, and the module that it is from; an HTML element is from none.
    pub(crate) text: (&'static str, Option<&'static str>),
    /// Whether Clerk's package has buttons to sign in and out; else there is a place for a person's own.
    pub(crate) has_buttons: bool,
}

/// In a browser.
pub(crate) const WEB_GATES: GateForm = GateForm { text: ("p", None), has_buttons: true };

/// A setting of the application in Clerk's dashboard that a framework needs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct InDashboard {
    /// The step's id.
    pub(crate) id: &'static str,
    /// What to do.
    pub(crate) title: &'static str,
    /// Where.
    pub(crate) page: &'static str,
}

/// An attribute of ClerkProvider that is an export of Clerk's package: `tokenCache={tokenCache}`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Extra {
    /// The attribute, and the export.
    pub(crate) name: &'static str,
    /// What the export's module adds to the package's name: `/token-cache`.
    pub(crate) below: &'static str,
    /// What the import is called where the file uses the name for something else.
    pub(crate) other: &'static str,
}

/// What tells that an app is built with a framework: one of the dependencies, and what files are there.
pub(crate) struct Evidence {
    /// Package names, any of which counts.
    pub(crate) dependencies: &'static [&'static str],
    /// Paths below the app's folder, with or without their endings, any of which is sure; empty where the dependency is enough.
    pub(crate) files: &'static [&'static str],
    /// Folders below the app's, one of which has a file called like one of `stems`; none where no such folder is wanted.
    pub(crate) below: &'static [&'static str],
    /// Names of files without their endings.
    pub(crate) stems: &'static [&'static str],
    /// Paths of the form of `files` that say it is something else, where none of `files` is there: a Vite app may depend on next for its
    /// types.
    pub(crate) unless: &'static [&'static str],
    /// Whether what builds on it depends on it as well, so that it counts only where nothing else does.
    pub(crate) is_general: bool,
    /// Paths of the form of `files`, one of which has to be there where only a package above has the dependency: the one package.json of a
    /// repository may list what some of its apps are built with. None where that is enough.
    pub(crate) hoisted: &'static [&'static str],
}

impl Evidence {
    /// That a dependency is enough.
    pub(crate) const fn dependency(dependencies: &'static [&'static str]) -> Self {
        Self { dependencies, files: &[], below: &[], stems: &[], unless: &[], is_general: false, hoisted: &[] }
    }

    /// The same, where another file tells it from what is built with other dependencies of a package above.
    pub(crate) const fn with_file(dependencies: &'static [&'static str], hoisted: &'static [&'static str]) -> Self {
        Self { hoisted, ..Self::dependency(dependencies) }
    }

    /// The same, of a library that frameworks are built on.
    pub(crate) const fn library(dependencies: &'static [&'static str]) -> Self {
        Self { is_general: true, ..Self::dependency(dependencies) }
    }

    /// What was seen, as words for a report; `None` where it is not enough.
    pub(crate) fn seen(&self, workspace: &Workspace, app: &App<'_>) -> Option<String> {
        let dependency = self.dependencies.iter().find(|name| app.declares(name))?;
        let find = |stems: &[&str]| stems.iter().find_map(|stem| file_with_stem(workspace, app, stem));
        let is_own = app.manifests.first().is_some_and(|own| own.dependency(dependency).is_some());
        if !is_own && !self.hoisted.is_empty() && find(self.hoisted).is_none() {
            return None;
        }
        let route = self.below.iter().find_map(|folder| self.file_below(workspace, app, folder));
        if !self.below.is_empty() && route.is_none() {
            return None;
        }
        let route = route.map(|path| format!(" and {path}")).unwrap_or_default();
        if let Some(file) = find(self.files) {
            return Some(format!("the dependency {dependency} and {file}{route}"));
        }
        let is_sure = self.files.is_empty() && self.below.is_empty();
        let is_enough = is_sure || ((!self.unless.is_empty()) && find(self.unless).is_none());
        is_enough.then(|| format!("the dependency {dependency}{route}"))
    }

    /// Whether a file of its own says that the app is built with it.
    pub(crate) fn has_file(&self, workspace: &Workspace, app: &App<'_>) -> bool {
        self.files.iter().chain(self.hoisted).any(|stem| file_with_stem(workspace, app, stem).is_some())
    }

    /// What says that the app may be something else, though `files` are there as well: all of `unless`.
    pub(crate) fn doubt(&self, workspace: &Workspace, app: &App<'_>) -> Option<String> {
        let found: Option<Vec<String>> =
            self.unless.iter().map(|stem| file_with_stem(workspace, app, stem).map(|path| path.to_string())).collect();
        found.filter(|found| !found.is_empty()).map(|found| found.join(" and "))
    }

    fn file_below<'w>(&self, workspace: &'w Workspace, app: &App<'_>, folder: &str) -> Option<&'w RelPath> {
        let folder = join(app.id.folder(), folder)?;
        let is_one = |path: &&RelPath| {
            let stem = path.file_name().split_once('.').map(|(stem, _)| stem);
            stem.is_some_and(|stem| self.stems.contains(&stem))
        };
        workspace.sources_in(folder.as_str()).find(is_one)
    }
}

/// A file of the app whose path is `stem`, or that and an ending: `next.config` finds next.config.mjs.
fn file_with_stem(workspace: &Workspace, app: &App<'_>, stem: &str) -> Option<RelPath> {
    let prefix = if app.id.folder().is_empty() { String::new() } else { format!("{}/", app.id.folder()) };
    let fits = |path: &&RelPath| {
        let rest = path.as_str().strip_prefix(&prefix).and_then(|path| path.strip_prefix(stem));
        rest.is_some_and(|ending| ending.is_empty() || (ending.starts_with('.') && !ending.contains('/')))
    };
    workspace.others.iter().chain(&workspace.sources).find(fits).cloned()
}

/// Clerk's packages for a framework, the newest line first. A project that has a package of an older line stays on it.
pub(crate) struct Sdk {
    pub(crate) lines: &'static [SdkLine],
}

/// One line of Clerk's packages.
#[derive(Debug)]
pub(crate) struct SdkLine {
    /// The package.
    pub(crate) package: &'static str,
    /// The range in which it is asked for.
    pub(crate) range: &'static str,
    /// Whether it is of Core 2.
    pub(crate) is_core2: bool,
    /// The first version whose `publishableKey` takes `undefined`; `None` where it may lack in all.
    pub(crate) optional_key_from: Option<&'static str>,
    /// The package it is made for, and the versions of that which it takes.
    pub(crate) host: Option<(&'static str, &'static str)>,
    /// The versions of React that it takes.
    pub(crate) react: &'static str,
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
