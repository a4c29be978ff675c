//! Where the parts of an app in React Router's framework mode are, and what its settings say.
//!
//! <https://reactrouter.com/explanation/special-files>

use change::RelPath;
use syntax::{ObjectFact, ParsedModule, SourceFile, default_object, object_in, on_deep_stack, parse};

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
        let names = ["ts", "mts", "js", "mjs"].map(|ending| format!("react-router.config.{ending}"));
        let paths = names.iter().filter_map(|name| join(app.id.folder(), name));
        let path = paths.into_iter().find(|path| workspace.has_path(path));
        let folder = |name: &str| match app.id.folder() {
            "" => name.to_owned(),
            own => format!("{own}/{name}"),
        };
        let usual = Self {
            folder: folder("app"),
            ssr: true,
            prerenders: false,
            middleware: None,
            is_read: path.is_none(),
            path: path.clone(),
        };
        let Some(path) = path else { return usual };
        let read = on_deep_stack(|| {
            let module = parse(&SourceFile::new(path.clone(), workspace.text(&path)?.into())?).ok()?;
            let object = default_object(&module)?;
            let flag = |name: &str| object.property(name).and_then(|property| property.flag);
            let text = object.property("appDirectory").and_then(|property| property.text.clone());
            Some(Self {
                ssr: flag("ssr").unwrap_or(true),
                prerenders: object.property("prerender").is_some() && flag("prerender") != Some(false),
                middleware: future(&module, &object).and_then(|future| future.property("v8_middleware")?.flag),
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
    object_in(module, settings.property("future")?.value)
}

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
