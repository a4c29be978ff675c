//! Where server code of a Next.js app runs: whether `auth()` can be called there.
//!
//! ```ts
//! // lib/notes.ts, which app/page.tsx and app/sitemap.ts take in: at build time nobody is signed in
//! export const load = async () => await fetchQuery(api.notes.mine);
//! ```
//!
//! <https://nextjs.org/docs/app/guides/caching>

use change::{ImportedName, RelPath};
use syntax::{FileFacts, Value};

use crate::boundary::is_client;
use crate::ctx::Ctx;
use crate::graph::modules::Modules;
use crate::graph::sources::FileId;
use crate::next;

/// Files that answer a request with a session.
const REQUESTS: [&str; 5] = ["page", "layout", "template", "default", "route"];

/// What a route exports that runs while the app is built.
pub(crate) const BUILDS: [&str; 3] = ["generateStaticParams", "generateSitemaps", "generateImageMetadata"];

/// The places of an app from which server code is run.
pub(crate) struct ServerCode<'a> {
    ctx: &'a Ctx<'a>,
    modules: &'a Modules<'a>,
    /// The routes' folder of the App Router.
    routes: Option<String>,
    pages: Option<String>,
    endings: Vec<String>,
}

impl<'a> ServerCode<'a> {
    pub(crate) fn new(ctx: &'a Ctx<'a>, modules: &'a Modules<'a>) -> Self {
        let folder = |name| next::folder(ctx.workspace, ctx.app, name);
        Self {
            ctx,
            modules,
            routes: folder("app"),
            pages: folder("pages"),
            endings: next::endings(ctx.workspace, ctx.app),
        }
    }

    /// Why code of a file may run where there is no session.
    pub(crate) fn without_session(&self, file: FileId) -> Option<String> {
        let facts = self.modules.sources.facts(file);
        if let Some(why) = self.entry(file, facts).or_else(|| caches(facts).then_some("caches what it gives")) {
            return Some(format!("the file {why}"));
        }
        let is_request = |other: &FileId| {
            let path = self.modules.sources.path(*other).as_str();
            let parts = self.routes.as_ref().and_then(|folder| next::parts(path, folder, &self.endings));
            parts.is_some_and(|(_, stem)| REQUESTS.contains(&stem))
        };
        let is_used = |other: FileId| self.modules.leads(&[other], file);
        if !self.modules.sources.ids().filter(is_request).any(is_used) {
            return Some("no route takes the file in".to_owned());
        }
        // What a client file takes in of a file of actions is called over the network.
        let is_actions = facts.directives.iter().any(|directive| directive == "use server");
        for other in self.modules.sources.ids().filter(|other| *other != file && self.is_own(*other)) {
            let facts = self.modules.sources.facts(other);
            let why = match is_client(facts) {
                true if is_actions => None,
                true => Some("runs in the browser"),
                false => self
                    .entry(other, facts)
                    .or_else(|| caches(facts).then_some("caches what it gives"))
                    .or_else(|| is_built(facts).then_some("runs code while the app is built")),
            };
            if let Some(why) = why.filter(|_| self.takes_in(other, file)) {
                return Some(format!("{} takes this file in, and {why}", self.modules.sources.path(other)));
            }
        }
        None
    }

    fn is_own(&self, file: FileId) -> bool {
        let path = self.modules.sources.path(file);
        self.ctx.workspace.package_of(path) == Some(self.ctx.app.id.folder())
    }

    /// Whether a file takes another in, on no way through a file of actions, which is called over the network.
    fn takes_in(&self, from: FileId, to: FileId) -> bool {
        let is_actions = |file: FileId| {
            self.modules.sources.facts(file).directives.iter().any(|directive| directive == "use server")
        };
        self.modules.reached(&[from], |file| file == from || !is_actions(file)).contains(&to)
    }

    /// Why what a file is for is no request with a session, if it is one that the framework runs.
    fn entry(&self, file: FileId, facts: &FileFacts) -> Option<&'static str> {
        let path = self.modules.sources.path(file);
        if self.pages.as_ref().is_some_and(|folder| path.is_in(folder)) {
            return Some("is of the Pages Router, where the token comes from getAuth(req)");
        }
        let stem = path.file_name().split('.').next().unwrap_or_default();
        let beside = next::beside_routes(self.ctx.workspace, self.ctx.app);
        let is_beside =
            beside.is_some_and(|folder| path.folder() == folder || path.folder() == self.ctx.app.id.folder());
        if is_beside && ["middleware", "proxy"].contains(&stem) {
            return Some("is the middleware, which has its own `auth`");
        }
        if is_beside && ["instrumentation", "next"].contains(&stem) {
            return Some("runs without a request");
        }
        let (folders, stem) = next::parts(path.as_str(), self.routes.as_ref()?, &self.endings)?;
        let is_metadata = next::METADATA_ROUTES.contains(&stem);
        if is_metadata {
            return Some("is made while the app is built");
        }
        (REQUESTS.contains(&stem) && self.is_static(&folders, facts)).then_some("is static")
    }

    /// Whether a route says that it is rendered once, or a layout above it does.
    fn is_static(&self, folders: &[&str], own: &FileFacts) -> bool {
        let Some(routes) = &self.routes else { return false };
        let above = (0..=folders.len()).filter_map(|depth| {
            let folder = std::iter::once(routes.as_str())
                .chain(folders.iter().take(depth).copied())
                .collect::<Vec<_>>()
                .join("/");
            let paths = self.endings.iter().filter_map(|ending| RelPath::new(format!("{folder}/layout.{ending}")).ok());
            paths.into_iter().find_map(|path| self.modules.sources.id(&path))
        });
        says_static(own) || above.into_iter().any(|layout| says_static(self.modules.sources.facts(layout)))
    }
}

/// `export const dynamic = "force-static"`
fn says_static(facts: &FileFacts) -> bool {
    facts.flow.exports.iter().any(|(name, value)| {
        let texts = match value {
            Value::Variable(id) => facts.flow.variable(*id),
            value => std::slice::from_ref(value),
        };
        let is_static = |value: &Value| matches!(value, Value::Text(text) if text == "force-static" || text == "error");
        *name == ImportedName::Named("dynamic".to_owned()) && texts.iter().any(is_static)
    })
}

/// Whether a file has code whose result is kept.
fn caches(facts: &FileFacts) -> bool {
    let is_directive = |text: &String| text.starts_with("use cache");
    let cache = ImportedName::Named("unstable_cache".to_owned());
    let mut imports = facts.imports.iter().filter(|import| import.module == "next/cache");
    facts.directives.iter().any(is_directive)
        || facts.flow.functions.iter().any(|function| function.directives.iter().any(is_directive))
        || imports.any(|import| import.specifiers.iter().any(|specifier| specifier.name == cache))
}

/// Whether a file has code that runs while the app is built.
fn is_built(facts: &FileFacts) -> bool {
    facts
        .exports
        .iter()
        .any(|export| matches!(&export.name, ImportedName::Named(name) if BUILDS.contains(&name.as_str())))
}
