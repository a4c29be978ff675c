//! Which version of a package an app gets, and where its range is written: package.json, a catalog of the workspace, and the lock file.
//!
//! ```json
//! "convex": "^1.30.0"     // the lock file says 1.41.0: below the floor, so the range becomes ^1.42.2
//! "convex": "catalog:"    // pnpm-workspace.yaml, .yarnrc.yml or the root's package.json has the range, and is where it is raised
//! ```

use std::sync::Arc;

use change::{Finding, Location, RelPath, Severity};
use nodejs_semver::{Range, Version};

use crate::ctx::Ctx;
use crate::jsonc;
use crate::lock::{Kind, Lock};
use crate::manifest::{is_outside, lowest, raised};
use crate::settings_edits::yaml_scalar;
use crate::workspace::{folders_up, join};

/// Lock files, the newest format first: of several in a folder it is the one that counts, unless `packageManager` names another.
const LOCK_FILES: [&str; 5] = ["bun.lock", "pnpm-lock.yaml", "package-lock.json", "npm-shrinkwrap.json", "yarn.lock"];

/// The files that hold the catalogs of pnpm and of Yarn.
pub(crate) const CATALOG_FILES: [&str; 2] = ["pnpm-workspace.yaml", ".yarnrc.yml"];

/// Where a range is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Asked {
    /// package.json, or the file that has the catalogs.
    pub(crate) path: RelPath,
    /// The keys that lead to the range.
    pub(crate) keys: Vec<String>,
    /// The range.
    pub(crate) range: String,
}

/// What has to become of a range so that an app gets a version from a floor up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Need {
    /// Nothing.
    Fine,
    /// The range at a place becomes another.
    Raise(Asked, String),
    /// A person has to update it: the range is none that can be raised.
    ByHand,
}

/// The packages of an app, or of the package that owns its functions.
pub(crate) struct Packages<'a> {
    ctx: &'a Ctx<'a>,
    /// The root of the workspace that the package belongs to, else its own folder.
    root: String,
    /// The folder of the lock file that counts, its path and its text as it was read.
    lock: Option<(String, RelPath, Option<Arc<Lock>>)>,
    /// The package manager.
    pub(crate) manager: Kind,
    /// What is worth saying about lock files.
    pub(crate) notes: Vec<Finding>,
}

impl<'a> Packages<'a> {
    /// What is known of the packages of the package in `folder`.
    pub(crate) fn of(ctx: &'a Ctx<'a>, folder: &str) -> Self {
        let manifests = folders_up(folder).filter_map(|folder| ctx.workspace.manifests.get(folder)?.as_ref().ok());
        let named = manifests.into_iter().find_map(|manifest| manifest.package_manager.as_deref());
        let named = named.and_then(|named| match named.split('@').next() {
            Some("npm") => Some(Kind::Npm),
            Some("pnpm") => Some(Kind::Pnpm),
            Some("yarn") => Some(Kind::Yarn),
            Some("bun") => Some(Kind::Bun),
            _ => None,
        });
        let has_workspace = folders_up(folder)
            .any(|folder| join(folder, "pnpm-workspace.yaml").is_some_and(|path| ctx.workspace.text(&path).is_some()));
        let usual = if has_workspace { Kind::Pnpm } else { Kind::Npm };
        let root = folders_up(folder).filter(|root| ctx.workspace.is_member(root, folder)).last().unwrap_or(folder);
        let root = root.to_owned();
        let mut packages = Self { ctx, root, lock: None, manager: named.unwrap_or(usual), notes: Vec::new() };
        // A lock file above counts where the package belongs to that workspace.
        let roots = folders_up(folder).filter(|root| ctx.workspace.is_member(root, folder));
        let found = roots.into_iter().find_map(|folder| {
            let locks: Vec<RelPath> =
                LOCK_FILES.iter().filter_map(|name| ctx.workspace.has_any(folder, &[name])).collect();
            let binary = ctx.workspace.has_any(folder, &["bun.lockb"]);
            (!locks.is_empty() || binary.is_some()).then_some((folder, locks))
        });
        let Some((folder, locks)) = found else { return packages };
        let kind = |path: &RelPath| Kind::of(path.file_name());
        let chosen = locks.iter().find(|path| named.is_some() && kind(path) == named).or(locks.first());
        let Some(path) = chosen else {
            // Only bun.lockb, which is no text.
            packages.manager = named.unwrap_or(Kind::Bun);
            return packages;
        };
        packages.manager = named.or(kind(path)).unwrap_or(Kind::Npm);
        let lock = ctx.workspace.lock(path);
        if locks.len() > 1 && named.is_none() {
            packages.note(
                path,
                Severity::Note,
                format!("several lock files are here: {} is taken to be the one in use", path.file_name()),
            );
        }
        if lock.is_none() {
            packages.note(
                path,
                Severity::Warning,
                "this lock file could not be read: what is installed is not known".to_owned(),
            );
        }
        packages.lock = Some((folder.to_owned(), path.clone(), lock));
        packages
    }

    fn note(&mut self, path: &RelPath, severity: Severity, message: String) {
        let mut finding = Finding::new("lock-file", severity, message);
        finding.app = Some(self.ctx.app.id.clone());
        finding.location = Some(Location::file(path.clone()));
        finding.doc = Some("https://nodejs.org/api/packages.html#packagemanager");
        finding.help = Some(
            "name the package manager in `packageManager` of package.json, and remove what is not in use".to_owned(),
        );
        self.notes.push(finding);
    }

    /// The lock file that counts, if there is one.
    pub(crate) fn lock_path(&self) -> Option<&RelPath> {
        self.lock.as_ref().map(|(_, path, _)| path)
    }

    /// The folder to install in: that of the lock file, else the root of the workspace.
    pub(crate) fn installed_in(&self) -> &str {
        self.lock.as_ref().map_or(&self.root, |(folder, _, _)| folder)
    }

    /// Whether there is a lock file, and it could be read.
    pub(crate) fn has_lock(&self) -> bool {
        self.lock.as_ref().is_some_and(|(_, _, lock)| lock.is_some())
    }

    /// The version of a package that the package in `folder` gets by the lock file.
    pub(crate) fn locked(&self, folder: &str, name: &str) -> Option<Version> {
        let (at, _, lock) = self.lock.as_ref()?;
        let below = match at.as_str() {
            "" => folder,
            at => folder.strip_prefix(at)?.trim_start_matches('/'),
        };
        let range = self.asked(folder, name).map(|asked| asked.range);
        let version = lock.as_ref()?.version(below, name, range.as_deref())?;
        // A lock file from before the range was changed says nothing of what will be installed.
        let is_stale = range.and_then(|range| Range::parse(range).ok()).is_some_and(|range| !range.satisfies(&version));
        (!is_stale || self.is_overridden(folder, name)).then_some(version)
    }

    /// Where the package in `folder` asks for another, itself or in a folder above.
    pub(crate) fn asked(&self, folder: &str, name: &str) -> Option<Asked> {
        folders_up(folder).find_map(|folder| {
            let manifest = self.ctx.workspace.manifests.get(folder)?.as_ref().ok()?;
            let (section, range) = manifest.entries(name).last()?;
            let catalog = range.strip_prefix("catalog:").and_then(|catalog| self.catalog(folder, catalog.trim(), name));
            let keys = vec![(*section).to_owned(), name.to_owned()];
            catalog.or_else(|| Some(Asked { path: join(folder, "package.json")?, keys, range: range.clone() }))
        })
    }

    /// The other sections of the same package.json that name a package: npm takes what it is developed with over what it runs with.
    pub(crate) fn asked_twice(&self, asked: &Asked) -> Vec<Asked> {
        let manifest =
            self.ctx.workspace.manifests.get(asked.path.folder()).and_then(|manifest| manifest.as_ref().ok());
        let (Some(manifest), Some(name)) = (manifest, asked.keys.last()) else { return Vec::new() };
        let all =
            manifest.entries(name).iter().filter(|(section, _)| asked.keys.first().is_none_or(|own| own != section));
        let installed = all.filter(|(section, _)| *section != "peerDependencies");
        let other = |(section, range): &(&'static str, String)| Asked {
            path: asked.path.clone(),
            keys: vec![(*section).to_owned(), name.clone()],
            range: range.clone(),
        };
        installed.map(other).collect()
    }

    /// Whether package.json leaves the range of a package to a catalog.
    pub(crate) fn is_in_catalog(&self, folder: &str, name: &str) -> bool {
        folders_up(folder).any(|folder| {
            let manifest = self.ctx.workspace.manifests.get(folder).and_then(|manifest| manifest.as_ref().ok());
            manifest
                .is_some_and(|manifest| manifest.dependency(name).is_some_and(|range| range.starts_with("catalog:")))
        })
    }

    /// Whether a manifest above sets the version of a package whatever is asked for.
    fn is_overridden(&self, folder: &str, name: &str) -> bool {
        folders_up(folder).any(|folder| {
            let manifest = self.ctx.workspace.manifests.get(folder).and_then(|manifest| manifest.as_ref().ok());
            manifest.is_some_and(|manifest| manifest.overrides(name))
        })
    }

    /// The range of a package in a catalog: <https://pnpm.io/catalogs>, <https://yarnpkg.com/features/catalogs>,
    /// <https://bun.com/docs/pm/catalogs>.
    fn catalog(&self, folder: &str, catalog: &str, name: &str) -> Option<Asked> {
        let places: &[&[&str]] = match catalog {
            "" | "default" => &[&["catalog", name], &["catalogs", "default", name]],
            catalog => &[&["catalogs", catalog, name]],
        };
        let owned = |keys: &[&str]| keys.iter().map(|key| (*key).to_owned()).collect::<Vec<String>>();
        folders_up(folder).find_map(|folder| {
            let in_yaml = CATALOG_FILES.iter().find_map(|file| {
                let path = join(folder, file)?;
                let text = self.ctx.workspace.text(&path)?;
                places.iter().find_map(|keys| {
                    let keys = owned(keys);
                    let (_, range) = yaml_scalar(&text, &keys)?;
                    Some(Asked { path: path.clone(), keys, range })
                })
            });
            // `"workspaces": { "packages": ["apps/*"], "catalog": { "convex": "^1.30.0" } }`, or beside it.
            in_yaml.or_else(|| {
                let path = join(folder, "package.json")?;
                let manifest = jsonc::read(self.ctx.workspace, &path)?.ok()?;
                let nested = places.iter().map(|keys| [&["workspaces"], *keys].concat());
                nested.chain(places.iter().map(|keys| keys.to_vec())).find_map(|keys| {
                    let range = keys.iter().try_fold(&manifest, |value, key| value.get(key))?.as_str()?.to_owned();
                    Some(Asked { path: path.clone(), keys: owned(&keys), range })
                })
            })
        })
    }

    /// What has to be done so that the package in `folder` gets `name` from `floor` up; `to` is the version that a range is raised to.
    pub(crate) fn need(&self, folder: &str, name: &str, floor: &str, to: &str) -> Need {
        let (Some(asked), Some(least)) = (self.asked(folder, name), lowest(floor)) else { return Need::Fine };
        let is_below = match self.locked(folder, name) {
            Some(locked) => locked < least,
            None => is_outside(&asked.range, &format!(">={floor}")),
        };
        match is_below {
            false => Need::Fine,
            true if self.is_overridden(folder, name) => Need::ByHand,
            // What a package takes of its users is for its author to say.
            true if asked.keys.first().is_some_and(|section| section == "peerDependencies") => Need::ByHand,
            // The range is right already: an installation brings the lock file up to date.
            true if lowest(&asked.range).is_some_and(|lowest| lowest >= least) => Need::Fine,
            // Another line is a migration of its own.
            true if lowest(&asked.range).is_some_and(|lowest| lowest.major() != least.major()) => Need::ByHand,
            true => match raised(&asked.range, to).filter(|raised| *raised != asked.range) {
                Some(raised) => Need::Raise(asked, raised),
                None => Need::ByHand,
            },
        }
    }

    /// Whether a lock file is there that does not have what package.json asks for.
    pub(crate) fn is_stale(&self, folder: &str, name: &str) -> bool {
        let Some(asked) = self.asked(folder, name).filter(|_| self.has_lock()) else { return false };
        match (self.locked(folder, name), Range::parse(&asked.range)) {
            (Some(locked), Ok(range)) => !range.satisfies(&locked),
            (locked, _) => locked.is_none(),
        }
    }

    /// The version that an app gets, as far as it is known: by the lock file, else the lowest that its range takes.
    pub(crate) fn least(&self, folder: &str, name: &str) -> Option<Version> {
        self.locked(folder, name).or_else(|| lowest(&self.asked(folder, name)?.range))
    }

    /// The command that installs what package.json names.
    pub(crate) fn install(&self) -> &'static str {
        match self.manager {
            Kind::Npm => "npm install",
            Kind::Pnpm => "pnpm install",
            Kind::Yarn => "yarn install",
            Kind::Bun => "bun install",
        }
    }

    /// The command that adds a package to the package.json in `folder`.
    pub(crate) fn add(&self, folder: &str) -> &'static str {
        // pnpm wants to be told that the root of a workspace is meant.
        let is_root = join(folder, "pnpm-workspace.yaml").is_some_and(|path| self.ctx.workspace.text(&path).is_some());
        match self.manager {
            Kind::Npm => "npm install",
            Kind::Pnpm if is_root => "pnpm add -w",
            Kind::Pnpm => "pnpm add",
            Kind::Yarn => "yarn add",
            Kind::Bun => "bun add",
        }
    }
}
