//! To what file a module specifier leads, by `oxc_resolver` on a snapshot of the project: relative paths, the aliases of tsconfig.json and
//! jsconfig.json, and the packages of the workspace. What is installed is never looked at: a plan must not depend on it.

use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use change::{Finding, RelPath};
use oxc_resolver::{ResolveOptions, ResolverGeneric, TsconfigDiscovery};

use super::snapshot::{Shared, Snapshot};
use crate::workspace::{Workspace, folders_up};

/// TypeScript before JavaScript, as TypeScript has it; a bundler that prefers JavaScript finds no twin in most projects.
const ENDINGS: [&str; 8] = [".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs"];

/// Where a module specifier leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// A source file of the project.
    File(RelPath),
    /// A package that is installed, or something that holds no components: styles, pictures.
    Package,
    /// It can't be told.
    Missing,
}

/// Finds the files that specifiers lead to.
pub(crate) struct Resolver<'a> {
    workspace: &'a Workspace,
    pub(crate) resolution: Arc<Resolution>,
}

/// The names of files that come.
pub(crate) struct Coming {
    stems: BTreeSet<String>,
    /// Whether settings name one of them: then any alias may lead there.
    is_named: bool,
}

impl Coming {
    pub(crate) fn of<'p>(paths: impl IntoIterator<Item = &'p RelPath>) -> Self {
        Self { stems: paths.into_iter().map(|path| stem(path.file_name())).collect(), is_named: false }
    }

    /// Whether a specifier that leads somewhere may lead elsewhere once they are there: it names one of them, be it with another ending or in
    /// another folder, or a folder of which one is the index.
    pub(crate) fn may_take(&self, specifier: &str) -> bool {
        let is_alias = !specifier.starts_with('.');
        (is_alias && self.is_named)
            || self.stems.contains("index")
            || specifier.split('/').any(|part| self.stems.contains(&stem(part)))
    }
}

/// `middleware` of `Middleware.ts`, as a case-insensitive disk has it
fn stem(name: &str) -> String {
    name.split('.').next().unwrap_or_default().to_lowercase()
}

/// Where specifiers lead, as far as that was asked for: it holds until files come or go, or settings change.
pub(crate) struct Resolution {
    resolver: ResolverGeneric<Shared>,
    snapshot: Arc<Snapshot>,
    known: Mutex<HashMap<(String, String), Target>>,
    /// Where they lead without the files that come, and which those are.
    before: Option<(Arc<Resolution>, Coming)>,
}

impl fmt::Debug for Resolution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Resolution")
    }
}

/// Routers whose exports are known by their names: in the repository that makes one, an example's import leads to its source.
const ROUTERS: [&str; 5] =
    ["@tanstack/react-router", "@tanstack/react-start", "react-router", "react-router-dom", "expo-router"];

impl Resolution {
    fn new(snapshot: Snapshot) -> Self {
        let strings = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<String>>();
        let alias = |from: &str, to: &[&str]| (from.to_owned(), strings(to));
        let options = ResolveOptions {
            tsconfig: Some(TsconfigDiscovery::Auto),
            extensions: strings(&ENDINGS),
            // `./a.js` is `./a.ts` in TypeScript.
            extension_alias: vec![
                alias(".js", &[".ts", ".tsx", ".js", ".jsx"]),
                alias(".jsx", &[".tsx", ".jsx"]),
                alias(".mjs", &[".mts", ".mjs"]),
                alias(".cjs", &[".cts", ".cjs"]),
            ],
            condition_names: strings(&["source", "development", "import", "module", "browser", "types", "default"]),
            main_fields: strings(&["source", "module", "main", "types"]),
            symlinks: false,
            node_path: false,
            ..ResolveOptions::default()
        };
        let snapshot = Arc::new(snapshot);
        let resolver = ResolverGeneric::new_with_file_system(Shared(snapshot.clone()), options);
        Self { resolver, snapshot, known: Mutex::default(), before: None }
    }
}

impl<'a> Resolver<'a> {
    /// One for the project as it is.
    pub(crate) fn of(workspace: &'a Workspace) -> Self {
        let made = || Arc::new(Resolution::new(Snapshot::new(workspace)));
        Self { workspace, resolution: workspace.resolution.get_or_init(made).clone() }
    }

    /// One for what may be taken in, as far as a text tells without being parsed: of settings on the way nothing is said.
    pub(crate) fn quiet(workspace: &'a Workspace) -> Self {
        let made = || Arc::new(Resolution::new(Self::of(workspace).resolution.snapshot.quiet()));
        Self { workspace, resolution: workspace.quiet.get_or_init(made).clone() }
    }

    /// One for the project with `added` source files that are not there yet.
    pub(crate) fn with(workspace: &'a Workspace, added: BTreeSet<RelPath>) -> Self {
        let now = Self::of(workspace);
        if added.is_subset(&workspace.sources) {
            return now;
        }
        let mut coming = Coming::of(&added);
        coming.is_named = coming.stems.iter().any(|stem| now.resolution.snapshot.names(stem));
        let before = Some((now.resolution.clone(), coming));
        let made = Resolution { before, ..Resolution::new(now.resolution.snapshot.with(added)) };
        Self { workspace, resolution: Arc::new(made) }
    }

    /// One that was made before.
    pub(crate) fn again(workspace: &'a Workspace, resolution: &Arc<Resolution>) -> Self {
        Self { workspace, resolution: resolution.clone() }
    }

    /// The source file that `specifier` leads to in the file at `from`, if it is one.
    pub(crate) fn file(&self, from: &RelPath, specifier: &str) -> Option<RelPath> {
        match self.resolve(from, specifier) {
            Target::File(path) => Some(path),
            Target::Package | Target::Missing => None,
        }
    }

    /// Where `specifier` leads in the file at `from`.
    pub(crate) fn resolve(&self, from: &RelPath, specifier: &str) -> Target {
        let before = self.resolution.before.as_ref().filter(|(_, coming)| !coming.may_take(specifier));
        match before.map(|(before, _)| self.resolve_by(before, from, specifier)) {
            None | Some(Target::Missing) => self.resolve_by(&self.resolution, from, specifier),
            Some(found) => found,
        }
    }

    fn resolve_by(&self, resolution: &Resolution, from: &RelPath, specifier: &str) -> Target {
        let key = (from.folder().to_owned(), specifier.to_owned());
        let known = || resolution.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = known().get(&key) {
            return found.clone();
        }
        let found = self.find(resolution, from, specifier);
        known().insert(key, found.clone());
        found
    }

    /// Notes on settings whose `extends` was not found.
    pub(crate) fn findings(&self) -> Vec<Finding> {
        self.resolution.snapshot.findings()
    }

    fn find(&self, resolution: &Resolution, from: &RelPath, specifier: &str) -> Target {
        let (plain, query) = specifier.split_once('?').map_or((specifier, ""), |(plain, query)| (plain, query));
        if !query.is_empty() || is_elsewhere(plain) || ROUTERS.contains(&package_name(plain)) {
            return Target::Package;
        }
        let resolved = resolution.resolver.resolve_file(resolution.snapshot.absolute(from), plain).ok();
        let path = resolved.and_then(|resolved| resolution.snapshot.real(resolved.path()));
        if let Some(path) = path {
            return match RelPath::new(path) {
                Ok(path) if resolution.snapshot.has_file(path.as_str()) => Target::File(path),
                // A declaration, JSON.
                _ => Target::Package,
            };
        }
        let snapshot = &resolution.snapshot;
        let guessed = in_package(snapshot, plain).or_else(|| self.by_convention(snapshot, from, plain));
        if let Some(path) = guessed {
            return Target::File(path);
        }
        let is_package = is_asset(plain) || self.is_declared(from, plain) || self.is_foreign(from, plain);
        if is_package { Target::Package } else { Target::Missing }
    }

    /// Whether a specifier is a package's that nobody lists: nothing in the app is called so, which an alias of the bundler's would be.
    fn is_foreign(&self, from: &RelPath, specifier: &str) -> bool {
        let first = specifier.split('/').next().unwrap_or_default();
        let is_bare = !specifier.starts_with(['.', '/', '~', '#', '$']) && !["", "@", "src"].contains(&first);
        let name = if first.starts_with('@') { specifier.split('/').nth(1).unwrap_or_default() } else { first };
        let package = self.workspace.package_of(from).unwrap_or_default();
        let is_called = |part: &str| part.split('.').next().is_some_and(|stem| stem.eq_ignore_ascii_case(name));
        let own = self.workspace.sources_in(package);
        let mut packages = self.workspace.manifests.values().flatten();
        is_bare
            && !packages.any(|manifest| manifest.name.as_deref() == Some(package_name(specifier)))
            && !own.into_iter().any(|path| path.as_str().split('/').any(is_called))
            && !self.is_bundlers(package, first)
    }

    /// Whether the settings of an app's bundler name something: `alias: { components: path.resolve("src/ui") }`.
    fn is_bundlers(&self, package: &str, name: &str) -> bool {
        let tools = ["vite", "next", "rsbuild", "rspack", "webpack", "craco", "farm"];
        let files = tools.iter().flat_map(|tool| {
            ["ts", "js", "mts", "mjs", "cjs"].into_iter().map(move |ending| format!("{tool}.config.{ending}"))
        });
        let mut texts = files.filter_map(|file| self.workspace.text(&crate::workspace::join(package, &file)?));
        texts.any(|text| text.contains(name))
    }

    /// What many apps in JavaScript have in their bundler's settings only: `@/x` is src/x.
    fn by_convention(&self, snapshot: &Snapshot, from: &RelPath, specifier: &str) -> Option<RelPath> {
        let package = self.workspace.package_of(from)?;
        let prefix = if package.is_empty() { String::new() } else { format!("{package}/") };
        let aliases = ["@/", "~/", "#/", "/src/", "src/"];
        let rest = aliases.iter().find_map(|alias| specifier.strip_prefix(alias))?;
        [format!("{prefix}src/{rest}"), format!("{prefix}{rest}")].iter().find_map(|path| file_at(snapshot, path))
    }

    /// Whether a package is one that a manifest around names.
    fn is_declared(&self, from: &RelPath, specifier: &str) -> bool {
        let name = package_name(specifier);
        let manifests =
            folders_up(from.folder()).filter_map(|folder| self.workspace.manifests.get(folder)?.as_ref().ok());
        let types = format!("@types/{}", name.trim_start_matches('@').replace('/', "__"));
        let mut declared =
            manifests.map(|manifest| [name, &types].iter().any(|name| manifest.dependency(name).is_some()));
        // A workspace package that has no source here is declared as well, but what it passes on is not known.
        declared.any(|declared| declared) || BUILT_IN.contains(&name)
    }
}

/// A workspace package whose manifest names what is not there, as long as it is not built: its source entry.
fn in_package(snapshot: &Snapshot, specifier: &str) -> Option<RelPath> {
    let name = package_name(specifier);
    let folder = snapshot.package(name)?;
    let rest = specifier.get(name.len()..)?.trim_start_matches('/');
    let stems = match rest {
        "" => vec!["src/index".to_owned(), "index".to_owned(), "src/main".to_owned(), "lib/index".to_owned()],
        rest => vec![format!("src/{rest}"), rest.to_owned()],
    };
    stems.iter().find_map(|stem| file_at(snapshot, &format!("{folder}/{stem}")))
}

fn file_at(snapshot: &Snapshot, path: &str) -> Option<RelPath> {
    let exact = std::iter::once(path.to_owned());
    let ended = ENDINGS.iter().map(|ending| format!("{path}{ending}"));
    let index = ENDINGS.iter().map(|ending| format!("{path}/index{ending}"));
    let found = exact.chain(ended).chain(index).find(|path| snapshot.has_file(path));
    found.and_then(|path| RelPath::new(path).ok())
}

/// Modules that Node brings along.
const BUILT_IN: [&str; 14] = [
    "assert",
    "buffer",
    "child_process",
    "crypto",
    "events",
    "fs",
    "http",
    "https",
    "os",
    "path",
    "stream",
    "url",
    "util",
    "zlib",
];

/// `@acme/ui` of `@acme/ui/button`
fn package_name(specifier: &str) -> &str {
    let parts = if specifier.starts_with('@') { 2 } else { 1 };
    let end = specifier.match_indices('/').nth(parts - 1).map_or(specifier.len(), |(at, _)| at);
    specifier.get(..end).unwrap_or(specifier)
}

/// Modules that a bundler or runtime makes up.
pub(crate) fn is_elsewhere(specifier: &str) -> bool {
    ["node:", "virtual:", "https:", "http:", "data:", "astro:", "bun:"]
        .iter()
        .any(|prefix| specifier.starts_with(prefix))
}

/// Whether a file holds no components.
pub(crate) fn is_asset(specifier: &str) -> bool {
    let name = specifier.rsplit('/').next().unwrap_or_default();
    let endings = [
        "css", "scss", "sass", "less", "svg", "png", "jpg", "jpeg", "gif", "webp", "avif", "ico", "json", "woff",
        "woff2", "ttf", "mp3", "mp4", "wasm", "txt", "md", "pdf",
    ];
    name.rsplit_once('.').is_some_and(|(_, ending)| endings.contains(&ending))
        // What `convex dev` and others write and git may ignore.
        || specifier.contains("_generated/")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    struct Project(std::path::PathBuf);

    impl Project {
        fn new(name: &str, files: &[(&str, &str)]) -> Self {
            let folder = std::env::temp_dir().join(format!("convex-clerk-resolve-{name}-{}", std::process::id()));
            drop(fs::remove_dir_all(&folder));
            for (path, text) in files {
                let path = folder.join(path);
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(path, text).unwrap();
            }
            Self(folder)
        }

        #[track_caller]
        fn check(&self, from: &str, expected: &[(&str, &str)]) -> Vec<Finding> {
            let workspace = crate::load::load(&self.0, &Default::default(), &Default::default()).unwrap();
            let resolver = Resolver::of(&workspace);
            for (specifier, target) in expected {
                let found = match resolver.resolve(&RelPath::new(from).unwrap(), specifier) {
                    Target::File(path) => path.to_string(),
                    other => format!("{other:?}"),
                };
                assert_eq!(found, *target, "{specifier}");
            }
            resolver.findings()
        }
    }

    impl Drop for Project {
        fn drop(&mut self) {
            drop(fs::remove_dir_all(&self.0));
        }
    }

    #[test]
    fn paths_and_aliases() {
        let project = Project::new(
            "aliases",
            &[
                ("package.json", r#"{"dependencies":{"react":"19","@radix-ui/slot":"1"}}"#),
                ("tsconfig.json", r#"{"files":[],"references":[{"path":"./tsconfig.app.json"}]}"#),
                (
                    "tsconfig.app.json",
                    "{\"extends\":[\"./base.json\",\"@acme/tsconfig/app.json\"],/* c */\"include\":[\"src\"],\"compilerOptions\":{\"paths\":{\"@ui/*\":[\"./src/ui/*\"]},}}",
                ),
                ("base.json", "{}"),
                ("src/main.tsx", ""),
                ("src/ui/button.tsx", ""),
                ("src/ui/index.ts", ""),
                ("src/a.ts", ""),
                ("node_modules/left/index.js", ""),
            ],
        );
        let findings = project.check(
            "src/main.tsx",
            &[
                ("./a", "src/a.ts"),
                ("./a.js", "src/a.ts"),
                ("./ui", "src/ui/index.ts"),
                ("@ui/button", "src/ui/button.tsx"),
                ("@/ui/button", "src/ui/button.tsx"),
                ("./none", "Missing"),
                ("./style.css", "Package"),
                ("./a?worker", "Package"),
                ("react/jsx-runtime", "Package"),
                ("@radix-ui/slot", "Package"),
                ("node:fs", "Package"),
                // Nobody lists them, and nothing here is called so.
                ("left", "Package"),
                ("@nope/none", "Package"),
                ("UI/none", "Missing"),
            ],
        );
        assert_eq!(findings.len(), 1, "{findings:?}");
        assert!(findings[0].message.contains("@acme/tsconfig/app.json"));
    }

    #[test]
    fn workspace_packages_without_node_modules() {
        let project = Project::new(
            "workspace",
            &[
                ("package.json", r#"{"workspaces":["apps/*","packages/*"]}"#),
                ("apps/web/package.json", r#"{"name":"web","dependencies":{"@acme/ui":"workspace:*","kit":"*"}}"#),
                ("apps/web/jsconfig.json", r#"{"compilerOptions":{"baseUrl":"src"}}"#),
                ("apps/web/src/main.jsx", ""),
                ("apps/web/src/lib/convex.js", ""),
                (
                    "packages/ui/package.json",
                    r#"{"name":"@acme/ui","exports":{".":"./dist/index.js","./*":"./src/*.tsx"}}"#,
                ),
                ("packages/ui/src/index.ts", ""),
                ("packages/ui/src/card.tsx", ""),
                ("packages/kit/package.json", r#"{"name":"kit","main":"./entry.ts"}"#),
                ("packages/kit/entry.ts", ""),
            ],
        );
        project.check(
            "apps/web/src/main.jsx",
            &[
                ("@acme/ui", "packages/ui/src/index.ts"),
                ("@acme/ui/card", "packages/ui/src/card.tsx"),
                ("kit", "packages/kit/entry.ts"),
                ("lib/convex", "apps/web/src/lib/convex.js"),
            ],
        );
    }
}
