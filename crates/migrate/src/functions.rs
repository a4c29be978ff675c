//! Where an app's Convex functions are: `functions` of convex.json, else `convex`, or `src/convex` in a Create React App; in the app, in a
//! folder above, or in a package of the workspace that the app leans on.
//!
//! <https://docs.convex.dev/production/project-configuration#convexjson>

use change::RelPath;

use crate::ctx::Ctx;
use crate::graph::sources::packages;
use crate::jsonc;
use crate::workspace::{folders_up, join};

/// The folder of an app's functions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Functions {
    /// The folder, below the base.
    pub(crate) folder: String,
    /// The folder of the package that owns it.
    pub(crate) owner: String,
    /// Whether its files are TypeScript.
    pub(crate) has_types: bool,
}

impl Functions {
    /// The folder of the functions of an app; `None` where there is no such folder.
    pub(crate) fn of(ctx: &Ctx<'_>) -> Option<Self> {
        let up = folders_up(ctx.app.id.folder());
        let beside = packages(ctx.workspace, ctx.app).into_iter().filter(|folder| *folder != ctx.app.id.folder());
        let folder = up.chain(beside).find_map(|folder| below(ctx, folder))?;
        let owner = ctx.workspace.package_of(&folder).unwrap_or_default().to_owned();
        let mut sources = ctx.workspace.sources.iter().filter(|path| path.is_in(folder.as_str())).peekable();
        let is_typed = |path: &RelPath| ["ts", "tsx", "mts"].contains(&path.extension());
        let has_types = match sources.peek() {
            Some(_) => sources.any(is_typed),
            // One answer for every app that shares the backend.
            None => {
                let near = ctx.workspace.sources.iter().filter(|path| path.is_in(&owner)).peekable().peek().is_some();
                let all = ctx.workspace.sources.iter().filter(|path| !near || path.is_in(&owner));
                all.into_iter().any(is_typed)
            }
        };
        Some(Self { folder: folder.to_string(), owner, has_types })
    }

    /// A file of the folder.
    pub(crate) fn file(&self, name: &str) -> Option<RelPath> {
        join(&self.folder, name)
    }
}

/// The functions that belong to the package in `folder`.
fn below(ctx: &Ctx<'_>, folder: &str) -> Option<RelPath> {
    let usual = if ctx.app.dependency("react-scripts").is_some() { "src/convex" } else { "convex" };
    let settings = join(folder, "convex.json").and_then(|path| jsonc::read(ctx.workspace, &path)).and_then(Result::ok);
    let named = settings.as_ref().and_then(|value| value.get("functions")?.as_str());
    let named = named.map(|name| name.trim_start_matches("./").trim_end_matches('/')).filter(|name| !name.is_empty());
    let path = join(folder, named.unwrap_or(usual))?;
    ctx.workspace.is_folder(&path).then_some(path)
}
