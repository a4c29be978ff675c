//! Which packages of a project are Convex apps, and what each is built with.

use std::collections::BTreeMap;

use change::{AppId, Finding, Location, RelPath, Severity};
use syntax::{FileFacts, ParseFailure};

use crate::PlanError;
use crate::ctx::Ctx;
use crate::frameworks::{ALL, Framework};
use crate::jsonc;
use crate::manifest::Manifest;
use crate::recognised::{CLIENTS, PLAIN, RECOGNISED, Recognised, WITHOUT_REACT};
use crate::refusal::{Refusal, RefusalReason};
use crate::workspace::{App, LoadedFile, Workspace, folders_up, is_test, join};

/// A package that may be a Convex app.
pub(crate) struct Candidate<'a> {
    pub(crate) app: App<'a>,
    /// Why its own package.json can't be read.
    broken: Option<Refusal>,
}

/// What an app is built with.
pub(crate) enum Choice {
    /// A framework that is migrated.
    Framework(&'static Framework),
    /// One that is only recognised, by its name.
    Recognised(&'static str),
    /// It can't be told.
    Refused(Refusal),
}

/// The Convex apps of a project: packages whose sources take something from Convex's React packages.
///
/// # Errors
/// [`PlanError::Unknown`] where `wanted` names a folder that holds no app.
pub(crate) fn candidates<'a>(workspace: &'a Workspace, wanted: &[String]) -> Result<Vec<Candidate<'a>>, PlanError> {
    let mut of_packages: BTreeMap<&str, Vec<(&RelPath, &LoadedFile)>> = BTreeMap::new();
    for (path, file) in &workspace.files {
        if let Some(package) = workspace.package_of(path).filter(|package| !is_test(path, package)) {
            of_packages.entry(package).or_default().push((path, file));
        }
    }
    let all: Vec<Candidate<'a>> = workspace
        .manifests
        .iter()
        // A package above PATH lends its dependencies; its own sources were not read.
        .filter(|(folder, _)| workspace.is_in_start(folder))
        .filter_map(|(folder, manifest)| {
            let files = of_packages.remove(folder.as_str()).unwrap_or_default();
            candidate(workspace, folder, manifest.as_ref(), files)
        })
        .collect();
    if wanted.is_empty() {
        return Ok(all);
    }
    let ids: Vec<String> = all.iter().map(|candidate| candidate.app.id.to_string()).collect();
    let mut chosen = Vec::new();
    for name in wanted {
        let plain = name.trim_start_matches("./").trim_end_matches('/');
        let below = match (workspace.start.as_str(), plain) {
            ("", plain) => plain.to_owned(),
            (start, "" | ".") => start.to_owned(),
            (start, plain) => format!("{start}/{plain}"),
        };
        let below = AppId::new(&below);
        let found = ids.iter().find(|id| *id == below.as_str()).or(ids.iter().find(|id| *id == plain));
        let unknown = || PlanError::Unknown {
            message: format!("no Convex app is in `{name}`"),
            help: if ids.is_empty() { "there is none".to_owned() } else { format!("there is: {}", ids.join(", ")) },
        };
        chosen.push(found.ok_or_else(unknown)?.clone());
    }
    Ok(all.into_iter().filter(|candidate| chosen.iter().any(|id| *id == *candidate.app.id.as_str())).collect())
}

fn candidate<'a>(
    workspace: &'a Workspace,
    folder: &'a str,
    manifest: Result<&'a Manifest, &'a ParseFailure>,
    mut files: Vec<(&'a RelPath, &'a LoadedFile)>,
) -> Option<Candidate<'a>> {
    // What lies around the applications of Nx are libraries: an app that takes them in says what becomes of them.
    if workspace.projects.values().any(|package| package == folder)
        && workspace.has_any(folder, &["project.json"]).is_none()
    {
        return None;
    }
    files.retain(|(_, file)| !file.takes_in_tests());
    let manifests = folders_up(folder).filter_map(|folder| workspace.manifests.get(folder)?.as_ref().ok()).collect();
    let app = App { id: AppId::new(folder), manifests, files };
    let depends = |name: &str| manifest.is_ok_and(|manifest| manifest.dependency(name).is_some());
    let uses_convex = app.files.iter().any(|(_, file)| is_convex_client(file));
    // `import { ConvexProvider } from "@acme/data"`, which passes on what is of convex/react.
    let leans_on_convex = || app.files.iter().any(|(_, file)| file.spells_provider().is_some()) && depends("react");
    let is_other = || {
        let talks = CLIENTS.iter().any(|name| depends(name));
        talks && !depends("react") && (WITHOUT_REACT.iter().any(|name| depends(name)) || is_plain(workspace, &app))
    };
    if !(uses_convex || depends("convex") && depends("react") || leans_on_convex() || is_other()) {
        return None;
    }
    let broken = manifest.err().map(|failure| {
        let path = join(folder, "package.json");
        let place = path.map(|path| Location { path, range: failure.range });
        Refusal::new(RefusalReason::BrokenManifest, failure.message.clone(), place)
    });
    Some(Candidate { app, broken })
}

/// Whether a package is a page of plain JavaScript that talks to Convex. A script that runs in Node has no page.
fn is_plain(workspace: &Workspace, app: &App<'_>) -> bool {
    let takes_in = |file: &LoadedFile| {
        let has = |facts: &FileFacts| facts.imports.iter().any(|import| import.module == "convex/browser");
        file.names.convex_browser && file.facts().is_ok_and(|facts| has(facts))
    };
    workspace.has_any(app.id.folder(), &["index.html", "src/index.html"]).is_some()
        && app.files.iter().any(|(_, file)| takes_in(file))
}

/// Whether a file takes something from Convex's React packages, or would if it could be read.
fn is_convex_client(file: &LoadedFile) -> bool {
    if !file.names.convex_react && !file.names.providers {
        return false;
    }
    match file.facts() {
        Ok(facts) => facts.imports.iter().any(|import| {
            import.module.starts_with("convex/react") && import.specifiers.iter().any(|specifier| !specifier.type_only)
        }),
        Err(_) => file.names.providers,
    }
}

impl Candidate<'_> {
    /// For an app that renders nothing with React: why nothing is to be done for it, if it has a package of Clerk's already. `None` for one
    /// with React.
    pub(crate) fn without_react(&self) -> Option<Option<String>> {
        let has_react = self.app.manifests.first().is_some_and(|own| own.dependency("react").is_some());
        if has_react || self.app.files.iter().any(|(_, file)| is_convex_client(file)) {
            return None;
        }
        // `@clerk/vue`, `svelte-clerk`
        let own = self.app.manifests.first().into_iter().flat_map(|manifest| manifest.dependencies());
        let clerk = own.into_iter().find(|name| name.split(['/', '-', '@']).any(|part| part == "clerk"));
        Some(clerk.map(|name| format!("it has a package of Clerk's already, {name}")))
    }

    /// Whether the app is a page that React renders, as far as its page, its dependencies and what it takes in tell.
    fn is_react_page(&self, workspace: &Workspace) -> bool {
        let pages = ["index.html", "public/index.html", "src/index.html"];
        workspace.has_any(self.app.id.folder(), &pages).is_some()
            && self.app.declares("react-dom")
            && self.app.files.iter().any(|(_, file)| is_convex_client(file))
    }

    /// What the app is built with, by its dependencies and files.
    ///
    /// # Errors
    /// [`PlanError::Framework`] where nothing or several things were seen.
    pub(crate) fn choice(
        &self,
        workspace: &Workspace,
        forced: Option<&'static Framework>,
    ) -> Result<Choice, PlanError> {
        if let Some(refusal) = &self.broken {
            return Ok(Choice::Refused(refusal.clone()));
        }
        if let Some(framework) = forced {
            return Ok(Choice::Framework(framework));
        }
        let see = |framework: &&'static Framework| Some((*framework, framework.evidence.seen(workspace, &self.app)?));
        let (general, telling): (Vec<_>, Vec<_>) =
            ALL.iter().copied().partition(|framework| framework.evidence.is_general);
        if let Some((framework, seen)) = telling.iter().find_map(see) {
            return match framework.evidence.doubt(workspace, &self.app) {
                None => Ok(Choice::Framework(framework)),
                Some(doubt) => Err(PlanError::Framework {
                    message: format!("`{}` may be {} ({seen}) or something else ({doubt})", self.app.id, framework.id),
                    help: format!("name it with `--framework` ({})", crate::framework_ids().join(", ")),
                }),
            };
        }
        // A dependency that a React app in the browser has for something else: `vue` of its documentation.
        let is_page = self.is_react_page(workspace);
        let fits = |known: &&Recognised| {
            let is_seen = known.evidence.seen(workspace, &self.app).is_some();
            is_seen && (!is_page || known.evidence.has_file(workspace, &self.app))
        };
        let recognised = RECOGNISED.iter().find(fits);
        if let Some(recognised) = recognised {
            return Ok(Choice::Recognised(recognised.name));
        }
        let seen: Vec<_> = general.iter().filter_map(see).collect();
        let ids: Vec<&str> = ALL.iter().map(|framework| framework.id).collect();
        let help = format!("name it with `--framework` ({}), or leave the app out with `--app`", ids.join(", "));
        match seen.as_slice() {
            [(framework, _)] => Ok(Choice::Framework(framework)),
            [] if is_plain(workspace, &self.app) => Ok(Choice::Recognised(PLAIN)),
            [] => {
                let message = format!(
                    "no framework was recognised in `{}`: neither react nor react-dom is a dependency",
                    self.app.id
                );
                Err(PlanError::Framework { message, help })
            }
            several => {
                let seen: Vec<String> =
                    several.iter().map(|(framework, seen)| format!("{} ({seen})", framework.id)).collect();
                let message = format!("several frameworks fit `{}`: {}", self.app.id, seen.join(", "));
                Err(PlanError::Framework { message, help })
            }
        }
    }
}

/// Settings of an app that are not valid JSON: what they would have said is not known.
pub(crate) fn broken_settings(ctx: &Ctx<'_>) -> Vec<Finding> {
    let folder = ctx.app.id.folder();
    let paths = ["tsconfig.json", "tsconfig.app.json", "convex.json"].iter().filter_map(|name| join(folder, name));
    let broken = paths.filter_map(|path| {
        let failure = jsonc::read(ctx.workspace, &path)?.err()?;
        let mut finding = Finding::new("broken-settings", Severity::Warning, failure.message);
        finding.app = Some(ctx.app.id.clone());
        finding.location = Some(Location { path, range: failure.range });
        finding.help = Some("what it says is not taken into account; mend it and run again".to_owned());
        Some(finding)
    });
    broken.collect()
}

/// Files that could not be read, each with its place; the rest of the project goes on.
pub(crate) fn unread_files(workspace: &Workspace) -> Vec<Finding> {
    let own = workspace.files.iter().filter(|(path, _)| workspace.is_in_start(path.folder()));
    let failed = own.filter_map(|(path, file)| Some((path, file.late.found()?.facts.as_ref().err()?)));
    failed
        .map(|(path, failure)| {
            let mut finding =
                Finding::new("unreadable-file", Severity::Warning, format!("skipped: {}", failure.message));
            finding.location = Some(Location { path: path.clone(), range: failure.range });
            finding
        })
        .collect()
}
