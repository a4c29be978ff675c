//! Where the parts of an app in React Router's framework mode are, and what its settings say.
//!
//! <https://reactrouter.com/explanation/special-files>

use change::{RelPath, TextRange};
use syntax::{
    Bindings, FunctionFact, ObjectFact, ParsedModule, PropertyFact, calls, default_object, object_in, on_deep_stack,
    returns, variable_value,
};

use crate::frameworks::ServerSession;
use crate::tsconfig;
use crate::workspace::{App, Workspace, join};

/// The settings of an app.
#[derive(Debug)]
pub(crate) struct Settings {
    /// The file, if there is one.
    pub(crate) path: Option<RelPath>,
    /// The folder of the routes, from the base on.
    pub(crate) folder: String,
    /// Whether pages are rendered on a server: `ssr`.
    pub(crate) ssr: bool,
    /// Whether that is known: decided as the app is built, it may be either.
    pub(crate) is_ssr_known: bool,
    /// Whether pages are made as the app is built: `prerender`.
    pub(crate) prerenders: bool,
    /// `future.v8_middleware`, where it is written.
    pub(crate) middleware: Option<bool>,
    /// Whether what the file exports could be read as an object.
    pub(crate) is_read: bool,
}

impl Settings {
    /// What react-router.config says, or what goes without it.
    pub(crate) fn of(workspace: &Workspace, app: &App<'_>) -> Self {
        let path = workspace.script(app.id.folder(), "react-router.config");
        let folder = |name: &str| match app.id.folder() {
            "" => name.to_owned(),
            own => format!("{own}/{name}"),
        };
        let usual = Self {
            folder: folder("app"),
            ssr: true,
            is_ssr_known: path.is_none(),
            prerenders: false,
            middleware: None,
            is_read: path.is_none(),
            path: path.clone(),
        };
        let Some(path) = path else { return usual };
        let read = on_deep_stack(|| {
            let tree = workspace.tree(&path)?;
            let module = &tree.module;
            let object = default_object(module)?;
            let flag = |name: &str| object.property(name).and_then(|property| flag_of(module, property));
            let text = object.property("appDirectory").and_then(|property| text_of(module, property));
            // `if (process.env.TAURI) config.ssr = false;`
            let is_assigned = module.code_without_comments().contains(".ssr =");
            let is_written = object.property("ssr").map_or(!object.is_open(), |_| flag("ssr").is_some());
            Some(Self {
                ssr: flag("ssr").unwrap_or(true),
                is_ssr_known: is_written && !is_assigned,
                prerenders: object.property("prerender").is_some() && flag("prerender") != Some(false),
                middleware: future(module, &object).and_then(|future| future.property("v8_middleware")?.flag),
                folder: text.map_or_else(|| folder("app"), |text| folder(text.trim_matches(['.', '/']))),
                is_read: !object.is_open(),
                path: usual.path.clone(),
            })
        });
        read.unwrap_or(usual)
    }
}

/// The `future` of the settings, where it is written out.
pub(crate) fn future(module: &ParsedModule, settings: &ObjectFact) -> Option<ObjectFact> {
    let property = settings.property("future")?;
    object_in(module, property.value).or_else(|| object_in(module, named(module, property)?))
}

/// The value of the constant that a property is set to by its name: `ssr`, `future: flags`.
fn named(module: &ParsedModule, property: &PropertyFact) -> Option<TextRange> {
    let name = property.value.slice(module.text())?;
    let is_name = name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '$'));
    variable_value(module, name, None).filter(|_| is_name)
}

fn flag_of(module: &ParsedModule, property: &PropertyFact) -> Option<bool> {
    let flag = || match named(module, property)?.slice(module.text())? {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    };
    property.flag.or_else(flag)
}

fn text_of(module: &ParsedModule, property: &PropertyFact) -> Option<String> {
    let text = || {
        let text = named(module, property)?.slice(module.text())?;
        let text = text.strip_prefix(['"', '\''])?.strip_suffix(['"', '\''])?;
        (!text.contains(['"', '\'', '\\'])).then(|| text.to_owned())
    };
    property.text.clone().or_else(text)
}

/// What a loader of the root gives back, as far as it is written out.
///
/// `rootAuthLoader` takes an object, spreads it and adds the session: <https://clerk.com/docs/reference/react-router/root-auth-loader>.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Returned {
    /// Objects, or nothing at all.
    Plain,
    /// Answers made by `data()`, among them.
    Answers,
}

/// Reads what a loader gives back.
///
/// # Errors
/// Why it can't become the callback of `rootAuthLoader`.
pub(crate) fn returned(
    module: &ParsedModule,
    bindings: &Bindings,
    loader: &FunctionFact,
) -> Result<Returned, &'static str> {
    let answers = calls(module, bindings, &["react-router"], "data");
    // `return redirect("/login")`: the types of `rootAuthLoader` take an answer or an object, and not one of both.
    let kinds = ["redirect", "redirectDocument", "replace"];
    let aside: Vec<TextRange> =
        kinds.iter().flat_map(|kind| calls(module, bindings, &["react-router"], kind)).map(|call| call.range).collect();
    let (mut objects, mut nothing, mut made) = (0, 0, 0);
    for (_, value) in returns(module, loader.range) {
        if value.is_some_and(|value| aside.contains(&value)) {
            return Err(
                "the loader returns a redirect beside what else it gives back, which rootAuthLoader does not take: throw the redirect",
            );
        }
        let Some(value) = value.filter(|value| value.slice(module.text()) != Some("null")) else {
            nothing += 1;
            continue;
        };
        let answer = answers.iter().find(|answer| answer.range == value);
        let given = answer.map_or(Some(value), |answer| answer.arguments.first().copied());
        if given.and_then(|given| object_in(module, given)).is_none() {
            return Err(
                "what the loader gives back is not written out as an object: rootAuthLoader adds the session to it, which is proven for objects only",
            );
        }
        made += usize::from(answer.is_some());
        objects += 1;
    }
    match (objects, nothing) {
        (0, 0) => Err("the loader gives nothing back, which rootAuthLoader does not take"),
        (1.., 1..) => Err("the loader gives an object back or nothing: with rootAuthLoader there is always an object"),
        _ if made > 0 => Ok(Returned::Answers),
        _ => Ok(Returned::Plain),
    }
}

/// How code on the server gets the session.
pub(crate) const SERVER: ServerSession = ServerSession {
    package: "@clerk/react-router",
    asks: &["rootAuthLoader", "getAuth"],
    since: "3.0.0",
    makes: &["clerkMiddleware"],
    entries: |ctx| Some(vec![root(ctx.workspace, &Settings::of(ctx.workspace, ctx.app).folder)?]),
    remedy: |_| "let root.tsx have `export const middleware = [clerkMiddleware()]`".to_owned(),
    doc: "https://clerk.com/docs/reference/react-router/clerk-middleware",
};

/// The root of an app: `app/root.tsx`.
pub(crate) fn root(workspace: &Workspace, folder: &str) -> Option<RelPath> {
    let names = ["tsx", "jsx", "ts", "js"].map(|ending| format!("root.{ending}"));
    names.iter().filter_map(|name| join(folder, name)).find(|path| workspace.sources.contains(path))
}

/// The module from which a route takes its types, `./+types/root`, where the project has them made.
///
/// <https://reactrouter.com/how-to/route-module-type-safety>
pub(crate) fn route_types(workspace: &Workspace, app: &App<'_>, route: &RelPath) -> Option<String> {
    let stem = route.file_name().rsplit_once('.').map_or(route.file_name(), |(stem, _)| stem);
    let files = ["tsconfig.json", "tsconfig.vite.json", "tsconfig.app.json"];
    let mut settings = files.iter().filter_map(|name| join(app.id.folder(), name));
    let is_listed = settings.any(|path| {
        let folders = tsconfig::option_at(workspace, &path, "rootDirs");
        let folders = folders.as_ref().and_then(serde_json::Value::as_array).into_iter().flatten();
        folders.filter_map(serde_json::Value::as_str).any(|folder| folder.contains(".react-router/types"))
    });
    let is_used = || {
        let text = workspace.text(route).unwrap_or_default();
        text.contains(&format!("./+types/{stem}"))
    };
    (is_listed || is_used()).then(|| format!("./+types/{stem}"))
}
