//! What the two routers of Next.js share: where they are, what they are built with, and the files beside them.
//!
//! <https://nextjs.org/docs/app/getting-started/project-structure>

use change::RelPath;

use crate::ctx::Ctx;
use crate::frameworks::{EnvConvention, KeySource, Sdk, SdkLine, ServerSession};
use crate::graph::modules::Modules;
use crate::graph::roots::Begin;
use crate::graph::sources::FileId;
use crate::manifest::lowest;
use crate::packages::Packages;
use crate::rules::{
    Check, Rule, auth_gates, build_checks, cache_components, clerk_middleware, convex_auth_config, env_names,
    next_checks, package_versions, plain_convex_provider, server_session, server_tokens,
};
use crate::versions;
use crate::workspace::{App, Workspace, join};

/// The client reads what begins with `NEXT_PUBLIC_`.
pub(crate) const ENV: &[EnvConvention] = &[EnvConvention {
    dependency: "next",
    objects: &["process.env"],
    prefixes: &["NEXT_PUBLIC_"],
    is_given: true,
    source: "https://nextjs.org/docs/app/guides/environment-variables",
}];

/// Clerk's package for Next.js reads the key by itself, on the server and in the browser.
pub(crate) const KEY: KeySource = KeySource::Package("NEXT_PUBLIC_CLERK_PUBLISHABLE_KEY");

/// The variable that middleware and server code read.
pub(crate) const SECRET: Option<&str> = Some("CLERK_SECRET_KEY");

/// Files of a route that make images and lists of it, most of them while the app is built.
pub(crate) const METADATA_ROUTES: [&str; 7] =
    ["icon", "apple-icon", "opengraph-image", "twitter-image", "sitemap", "robots", "manifest"];

/// Clerk's package, in the two lines that are kept up.
pub(crate) const SDK: Sdk = Sdk {
    lines: &[
        SdkLine {
            package: "@clerk/nextjs",
            range: versions::CLERK_NEXTJS,
            is_core2: false,
            optional_key_from: None,
            host: Some(("next", versions::CLERK_NEXTJS_PEER)),
            react: versions::CLERK_REACT_PEER,
        },
        SdkLine {
            package: "@clerk/nextjs",
            range: versions::CLERK_NEXTJS_CORE2,
            is_core2: true,
            optional_key_from: None,
            host: Some(("next", versions::CLERK_NEXTJS_CORE2_PEER)),
            react: versions::CLERK_REACT_PEER,
        },
    ],
};

/// The rules of a migration, the wiring first: the others add to its group.
pub(crate) const RULES: &[&Rule] = &[
    &plain_convex_provider::RULE,
    &clerk_middleware::RULE,
    &cache_components::RULE,
    &package_versions::RULE,
    &convex_auth_config::RULE,
    &env_names::RULE,
    &server_tokens::RULE,
    &auth_gates::RULE,
];

/// How code on the server gets the session.
pub(crate) const SERVER: ServerSession = ServerSession {
    package: "@clerk/nextjs",
    asks: &["auth", "currentUser", "getAuth"],
    since: "5.0.0",
    makes: &["clerkMiddleware", "authMiddleware", "withClerkMiddleware"],
    entries: |ctx| {
        let found = middleware_in(ctx.workspace, ctx.app, &beside_routes(ctx.workspace, ctx.app)?);
        let runs = |path: &RelPath| !is_before_proxy(ctx) || stem(path) != "proxy";
        Some(found.into_iter().filter(runs).collect())
    },
    remedy: |ctx| {
        let folder = beside_routes(ctx.workspace, ctx.app).filter(|folder| !folder.is_empty());
        let name = if calls_it_proxy(ctx) == Some(false) { "middleware.ts" } else { "proxy.ts" };
        let path = folder.map_or_else(|| name.to_owned(), |folder| format!("{folder}/{name}"));
        format!("let {path} have `export default clerkMiddleware()`")
    },
    doc: "https://clerk.com/docs/reference/nextjs/clerk-middleware",
};

/// What `doctor` looks at beyond what it does in every app.
pub(crate) const CHECKS: &[&Check] = &[
    &server_session::PLACE,
    &next_checks::ONE_MIDDLEWARE,
    &next_checks::MATCHER,
    &next_checks::CALL_TOKEN,
    &next_checks::SESSION_IN_SUSPENSE,
    &build_checks::WORKFLOW_KEY,
];

/// The folder of a router: `app`, or `src/app` where that is not there.
pub(crate) fn folder(workspace: &Workspace, app: &App<'_>, name: &str) -> Option<String> {
    let candidates = [name.to_owned(), format!("src/{name}")];
    let paths = candidates.iter().filter_map(|below| join(app.id.folder(), below));
    paths.into_iter().find(|path| workspace.is_folder(path)).map(|path| path.to_string())
}

/// The folder of the routes: that of the App Router before the other.
pub(crate) fn routes(workspace: &Workspace, app: &App<'_>) -> Option<String> {
    folder(workspace, app, "app").or_else(|| folder(workspace, app, "pages"))
}

/// The folder in which the routes' folder is, where Next.js looks for middleware.
pub(crate) fn beside_routes(workspace: &Workspace, app: &App<'_>) -> Option<String> {
    let routes = routes(workspace, app)?;
    Some(routes.rsplit_once('/').map_or_else(String::new, |(parent, _)| parent.to_owned()))
}

/// The files in a folder that Next.js takes for middleware.
pub(crate) fn middleware_in(workspace: &Workspace, app: &App<'_>, folder: &str) -> Vec<RelPath> {
    let endings = endings(workspace, app);
    let is_one = |path: &RelPath| {
        let parts = path.file_name().split_once('.');
        parts.is_some_and(|(stem, ending)| {
            ["middleware", "proxy"].contains(&stem) && endings.iter().any(|known| known == ending)
        })
    };
    workspace.files_in(folder).into_iter().filter(is_one).collect()
}

/// A file's name without its endings.
pub(crate) fn stem(path: &RelPath) -> &str {
    path.file_name().split('.').next().unwrap_or_default()
}

/// Whether the Next.js that the app gets calls its middleware a proxy; the lowest that it may get decides, since later ones know both names.
/// `None` where a range has no lowest.
pub(crate) fn calls_it_proxy(ctx: &Ctx<'_>) -> Option<bool> {
    let own = ctx.app.id.folder();
    let packages = Packages::of(ctx, own);
    let is_newest = packages.asked(own, "next").is_none_or(|asked| ["latest", "*", "canary"].contains(&&*asked.range));
    match (packages.least(own, "next"), lowest(versions::NEXT_PROXY)) {
        (Some(least), Some(first)) if !is_newest || packages.locked(own, "next").is_some() => Some(least >= first),
        _ => is_newest.then_some(true),
    }
}

/// Whether the Next.js of an app is certain to be one that knows no proxy: `^15.0.0 || ^16.0.0` may be either.
fn is_before_proxy(ctx: &Ctx<'_>) -> bool {
    let own = ctx.app.id.folder();
    let packages = Packages::of(ctx, own);
    let is_narrow = |range: &str| range.starts_with(|c: char| c == '^' || c == '~' || c.is_ascii_digit());
    let asked =
        packages.asked(own, "next").is_some_and(|asked| is_narrow(&asked.range) && !asked.range.contains(['|', ' ']));
    calls_it_proxy(ctx) == Some(false) && (asked || packages.locked(own, "next").is_some())
}

/// Whether settings move routes to other addresses than those of their folders.
pub(crate) fn moves_routes(workspace: &Workspace, app: &App<'_>) -> bool {
    let names = ["rewrites", "trailingSlash", "basePath", "i18n"];
    settings(workspace, app).any(|(_, code)| names.iter().any(|name| code.contains(name)))
}

/// The folder in which people put middleware that Next.js does not find: the app's where the routes are in `src`, or the other way round.
pub(crate) fn unread_folder(app: &App<'_>, folder: &str) -> Option<String> {
    let (own, src) = (app.id.folder().to_owned(), join_folder(app.id.folder(), "src"));
    if folder == own { Some(src) } else { Some(own).filter(|_| folder == src) }
}

/// A file below a folder: the folders on the way, and its name without the ending, which is one of `endings`.
pub(crate) fn parts<'p>(path: &'p str, folder: &str, endings: &[String]) -> Option<(Vec<&'p str>, &'p str)> {
    let mut folders: Vec<&str> = path.strip_prefix(folder)?.strip_prefix('/')?.split('/').collect();
    let name = folders.pop()?;
    let stem = endings.iter().find_map(|ending| name.strip_suffix(ending.as_str())?.strip_suffix('.'))?;
    Some((folders, stem))
}

/// The endings that make a file a route: `pageExtensions` of next.config, or the usual ones.
///
/// <https://nextjs.org/docs/app/api-reference/config/next-config-js/pageExtensions>
pub(crate) fn endings(workspace: &Workspace, app: &App<'_>) -> Vec<String> {
    let written = settings(workspace, app).find_map(|(_, code)| {
        let (_, rest) = code.split_once("pageExtensions")?;
        let (_, rest) = rest.split_once('[')?;
        let (list, _) = rest.split_once(']')?;
        let items = list.split(',').map(|item| item.trim().trim_matches(['"', '\'', '`']).to_owned());
        Some(items.filter(|item| !item.is_empty()).collect::<Vec<String>>())
    });
    written.unwrap_or_else(|| ["tsx", "ts", "jsx", "js"].map(str::to_owned).to_vec())
}

/// A route in MDX that takes something in: what it renders is not read.
pub(crate) fn unread_route(workspace: &Workspace, app: &App<'_>, router: &str) -> Option<String> {
    let folder = folder(workspace, app, router)?;
    let routes = workspace.others.iter().filter(|path| path.is_in(&folder) && path.extension() == "mdx");
    let names = ["page.mdx", "layout.mdx", "template.mdx"];
    let mut routes = routes.filter(|path| router == "pages" || names.contains(&path.file_name()));
    let imports = |path: &&RelPath| {
        let text = workspace.text(path).unwrap_or_default();
        text.lines().any(|line| line.starts_with("import ") || line.starts_with("export "))
    };
    routes.find(imports).map(ToString::to_string)
}

/// The settings of Next.js, each with its code without comments.
fn settings<'a>(workspace: &'a Workspace, app: &App<'_>) -> impl Iterator<Item = (RelPath, String)> + use<'a> {
    let names = ["next.config.ts", "next.config.mjs", "next.config.js", "next.config.mts", "next.config.cjs"];
    let paths: Vec<RelPath> = names.iter().filter_map(|name| join(app.id.folder(), name)).collect();
    paths.into_iter().filter_map(|path| {
        let code = workspace.tree(&path)?.module.code_without_comments();
        Some((path, code))
    })
}

/// Files beside the routers that Next.js runs as they are.
pub(crate) fn beside<'a>(app: &App<'_>, modules: &Modules<'a>) -> Begin<'a> {
    let names = ["middleware", "proxy", "instrumentation", "instrumentation-client", "mdx-components"];
    let folders = [join_folder(app.id.folder(), "src"), app.id.folder().to_owned()];
    let is_one = |file: &FileId| {
        let path = modules.sources.path(*file);
        folders.iter().any(|folder| folder == path.folder())
            && path.file_name().split_once('.').is_some_and(|(stem, _)| names.contains(&stem))
    };
    Begin { whole: modules.sources.ids().filter(is_one).collect(), ..Begin::default() }
}

/// The settings that turn Cache Components on: a provider of the session has to be inside `<body>` then.
///
/// <https://nextjs.org/docs/app/api-reference/config/next-config-js/cacheComponents>
pub(crate) fn caches_components(workspace: &Workspace, app: &App<'_>) -> Option<RelPath> {
    let is_on = |code: &str| {
        let mut after =
            code.split("cacheComponents").skip(1).map(|rest| rest.trim_start_matches(['"', '\'']).trim_start());
        after.any(|rest| rest.strip_prefix(':').is_some_and(|value| value.trim_start().starts_with("true")))
    };
    settings(workspace, app).find(|(_, code)| is_on(code)).map(|(path, _)| path)
}

/// The settings by which the app becomes files without a server: no middleware runs then, and nobody is signed in while they are made.
///
/// <https://nextjs.org/docs/app/guides/static-exports#unsupported-features>
pub(crate) fn is_exported(workspace: &Workspace, app: &App<'_>) -> Option<RelPath> {
    let is_on = |code: &str| {
        let mut after = code.split("output").skip(1).map(|rest| rest.trim_start_matches(['"', '\'']).trim_start());
        after.any(|rest| {
            let value = rest.strip_prefix(':').unwrap_or_default().trim_start();
            ["\"export\"", "'export'", "`export`"].iter().any(|export| value.starts_with(export))
        })
    };
    settings(workspace, app).find(|(_, code)| is_on(code)).map(|(path, _)| path)
}

fn join_folder(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}
