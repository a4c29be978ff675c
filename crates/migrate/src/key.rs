//! How an app's client code reads the publishable key: in the way it reads its Convex URL, under the name it uses already.
//!
//! ```tsx
//! new ConvexReactClient(import.meta.env.VITE_CONVEX_URL as string)   // import.meta.env.VITE_CLERK_PUBLISHABLE_KEY
//! new ConvexReactClient(process.env["REACT_APP_CONVEX_URL"]!)        // process.env["REACT_APP_CLERK_PUBLISHABLE_KEY"]
//! new ConvexReactClient("https://happy-otter-1.convex.cloud")        // what the bundler's own documentation says
//! ```

use change::RelPath;
use syntax::{Argument, EnvFact, FileFacts, array_in, default_object, on_deep_stack};

use crate::ctx::Ctx;
use crate::env::known_names;
use crate::frameworks::{EnvConvention, KeySource};
use crate::tsconfig;

/// The name without the bundler's prefix.
const KEY: &str = "CLERK_PUBLISHABLE_KEY";

/// How the key is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct KeyRead {
    /// `import.meta.env` or `process.env`.
    pub(crate) object: &'static str,
    /// The variable.
    pub(crate) name: String,
    /// Whether as `object["NAME"]`.
    pub(crate) bracket: bool,
    /// Where that is from.
    pub(crate) origin: Origin,
}

/// What the way of reading the key was taken from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// The app's own code.
    App,
    /// The bundler's documentation, at this address.
    Documented(&'static str),
    /// A bundler that gives the client only what its settings name, as this page says.
    Defined(&'static str),
    /// Nothing: no known bundler.
    Guess,
}

/// How the app of `ctx` reads its key; `provider` is the file that renders the Convex provider.
pub(crate) fn key_read(ctx: &Ctx<'_>, provider: Option<&RelPath>) -> KeyRead {
    let mut read = read_of(ctx, provider);
    // Expo's bundler puts values in where a variable is written as `process.env.NAME`: there the app's own way counts and no setting.
    read.bracket |= ctx.framework.key != KeySource::Constant && tsconfig::no_property_access_from_index_signature(ctx);
    read
}

fn read_of(ctx: &Ctx<'_>, provider: Option<&RelPath>) -> KeyRead {
    // Without a server the key is handed over in the app's own way.
    let has_server = (ctx.framework.secret)(ctx.workspace, ctx.app).is_some();
    if let (KeySource::Package(name), None, true) = (ctx.framework.key, &ctx.options.publishable_key_env, has_server) {
        let read = by_convention(ctx);
        return KeyRead { name: name.to_owned(), origin: Origin::App, ..read };
    }
    if let Some(name) = &ctx.options.publishable_key_env {
        let read = by_convention(ctx);
        let unseen = convention(ctx).filter(|_| !has_prefix(ctx, name));
        let origin = unseen.map_or(Origin::App, |convention| Origin::Defined(convention.source));
        return KeyRead { name: name.clone(), origin, ..read };
    }
    let client = |(path, _): &(&RelPath, &FileFacts)| Some(*path) == provider || is_client_code(ctx, path);
    let reads: Vec<&EnvFact> =
        ctx.app.facts().filter(client).flat_map(|(_, facts)| &facts.env).filter(|read| fits(ctx, read)).collect();
    if let Some(used) = reads.iter().find(|read| read.name.ends_with(KEY)) {
        let (object, name, bracket) = (used.object, used.name.clone(), used.bracket);
        return KeyRead { object, name, bracket, origin: Origin::App };
    }
    let mut read = by_url(ctx, provider, &reads).unwrap_or_else(|| by_convention(ctx));
    if let Some(name) = known_names(ctx).into_iter().find(|name| name.ends_with(KEY) && has_prefix(ctx, name)) {
        read.name = name;
    }
    read
}

/// Whether a file runs in the browser, as far as its path tells: the app's scripts, servers and Convex functions read an environment of
/// their own.
fn is_client_code(ctx: &Ctx<'_>, path: &RelPath) -> bool {
    let folder = ctx.app.id.folder();
    let below = path.as_str().strip_prefix(folder).unwrap_or(path.as_str()).trim_start_matches('/');
    let elsewhere = ["api", "bin", "cli", "convex", "functions", "script", "scripts", "server", "tools", "worker"];
    let mut folders: Vec<&str> = below.split('/').collect();
    let name = folders.pop().unwrap_or_default();
    let is_node =
        name.contains(".config.") || name.ends_with(".cjs") || name.ends_with(".mjs") || name.contains(".server.");
    !is_node && !folders.iter().any(|folder| elsewhere.contains(folder))
}

/// Whether the app's bundler gives a read its value: `process.env.X` is empty in a Vite app.
fn fits(ctx: &Ctx<'_>, read: &EnvFact) -> bool {
    convention(ctx).is_none_or(|convention| convention.objects.contains(&read.object) && starts(convention, &read.name))
}

fn has_prefix(ctx: &Ctx<'_>, name: &str) -> bool {
    if let Some(prefix) = own_prefix(ctx) {
        return name.starts_with(&prefix);
    }
    convention(ctx).is_none_or(|convention| starts(convention, name))
}

fn starts(convention: &EnvConvention, name: &str) -> bool {
    convention.prefixes.iter().any(|prefix| name.starts_with(prefix))
}

fn convention(ctx: &Ctx<'_>) -> Option<&'static EnvConvention> {
    ctx.framework.env.iter().find(|convention| ctx.app.dependency(convention.dependency).is_some())
}

/// In the form of the variable that holds the Convex URL: the one that the client is made with, in the provider's file before others.
fn by_url(ctx: &Ctx<'_>, provider: Option<&RelPath>, reads: &[&EnvFact]) -> Option<KeyRead> {
    let client = |callee: &syntax::Reference| callee.is(&["convex/react"], "ConvexReactClient");
    let mut files: Vec<_> =
        ctx.app.facts().filter(|(path, _)| Some(*path) == provider || is_client_code(ctx, path)).collect();
    files.sort_by_key(|(path, _)| Some(*path) != provider);
    let made = files.iter().flat_map(|(_, facts)| &facts.news).filter(|new| client(&new.callee));
    let given = made.filter_map(|new| new.arguments.first()).find_map(|argument| match argument {
        // What the app's own client is made with works, whatever the bundler's documentation says of it.
        Argument::Env(read) => Some(read),
        _ => None,
    });
    let named = || reads.iter().find(|read| read.name.contains("CONVEX") && read.name.contains("URL")).copied();
    let url = given.or_else(named)?;
    let known = convention(ctx);
    // Vite's `define: { "process.env.CONVEX_URL": … }` gives the client this one variable and no other.
    if known.is_some_and(|known| !known.objects.contains(&url.object)) {
        return None;
    }
    let prefix = match url.name.find("CONVEX") {
        Some(at) => url.name.get(..at)?,
        None => {
            let mut prefixes = ctx.framework.env.iter().flat_map(|convention| convention.prefixes);
            prefixes.find(|prefix| !prefix.is_empty() && url.name.starts_with(**prefix))?
        }
    };
    // A bundler that gives the client what its settings name has to be told of this one as well.
    let defined = known.filter(|known| !known.is_given);
    let origin = defined.map_or(Origin::App, |known| Origin::Defined(known.source));
    Some(KeyRead { object: url.object, name: format!("{prefix}{KEY}"), bracket: url.bracket, origin })
}

/// The prefix that the app's Vite takes instead of the usual one: `envPrefix: "APP_"`, `envPrefix: ["APP_", "SHARED_"]`.
///
/// <https://vite.dev/config/shared-options.html#envprefix>
fn own_prefix(ctx: &Ctx<'_>) -> Option<String> {
    convention(ctx).filter(|convention| convention.dependency == "vite")?;
    let path = ctx.workspace.script(ctx.app.id.folder(), "vite.config")?;
    if !ctx.workspace.text(&path)?.contains("envPrefix") {
        return None;
    }
    on_deep_stack(|| {
        let tree = ctx.workspace.tree(&path)?;
        let module = &tree.module;
        let settings = default_object(module)?;
        let property = settings.property("envPrefix")?;
        if let Some(prefix) = &property.text {
            return Some(prefix.clone());
        }
        let items = array_in(module, property.value)?.items;
        let texts = items.iter().map(|item| item.slice(module.text()).unwrap_or_default().trim_matches(['"', '\'']));
        let prefixes: Vec<&str> = texts.collect();
        let own = prefixes.first().filter(|_| !prefixes.contains(&"VITE_"))?;
        Some((*own).to_owned())
    })
}

/// As the app's bundler documents it.
fn by_convention(ctx: &Ctx<'_>) -> KeyRead {
    let own = own_prefix(ctx);
    let convention = convention(ctx);
    let usual = convention.and_then(|convention| convention.prefixes.first()).unwrap_or(&"");
    KeyRead {
        object: convention.and_then(|convention| convention.objects.first()).copied().unwrap_or("process.env"),
        name: format!("{}{KEY}", own.as_deref().unwrap_or(usual)),
        bracket: false,
        origin: match convention {
            Some(_) if own.is_some() => Origin::App,
            Some(convention) if convention.is_given => Origin::Documented(convention.source),
            Some(convention) => Origin::Defined(convention.source),
            None => Origin::Guess,
        },
    }
}
