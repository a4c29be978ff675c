//! The compiler options that decide what a patch must look like.

use change::RelPath;
use serde_json::Value;

use crate::ctx::Ctx;
use crate::jsonc;
use crate::workspace::{Workspace, join, resolve};

/// How far `extends` is followed.
const MAX_EXTENDS: u8 = 8;

/// Whether the app is compiled with `exactOptionalPropertyTypes`: then `undefined` is no value for an optional attribute.
pub(crate) fn exact_optional_property_types(ctx: &Ctx<'_>) -> bool {
    is_on(ctx, "exactOptionalPropertyTypes")
}

/// Whether the app is compiled with `noPropertyAccessFromIndexSignature`: then `import.meta.env.NAME` is an error and
/// `import.meta.env["NAME"]` is not.
pub(crate) fn no_property_access_from_index_signature(ctx: &Ctx<'_>) -> bool {
    is_on(ctx, "noPropertyAccessFromIndexSignature")
}

/// Vite's template keeps the app's options in `tsconfig.app.json`.
fn is_on(ctx: &Ctx<'_>, name: &str) -> bool {
    let paths = ["tsconfig.json", "tsconfig.app.json"].iter().filter_map(|file| join(ctx.app.id.folder(), file));
    let options = paths.filter_map(|path| option(ctx.workspace, &path, name, 0));
    options.into_iter().any(|value| value.as_bool() == Some(true))
}

/// What a compiler option is in a settings file, or in one that it extends.
pub(crate) fn option_at(workspace: &Workspace, path: &RelPath, name: &str) -> Option<Value> {
    option(workspace, path, name, 0)
}

fn option(workspace: &Workspace, path: &RelPath, name: &str, followed: u8) -> Option<Value> {
    let config = jsonc::read(workspace, path)?.ok()?;
    if let Some(value) = config.get("compilerOptions").and_then(|options| options.get(name)) {
        return Some(value.clone());
    }
    if followed == MAX_EXTENDS {
        return None;
    }
    let bases = match config.get("extends") {
        Some(Value::String(base)) => vec![base.as_str()],
        Some(Value::Array(bases)) => bases.iter().filter_map(Value::as_str).rev().collect(),
        _ => Vec::new(),
    };
    // A base in a package lies in node_modules, which decides nothing here. `./base` is `./base.json`.
    let relative = bases.into_iter().filter(|base| base.starts_with('.'));
    let paths = relative.flat_map(|base| [base.to_owned(), format!("{base}.json")]);
    let mut paths = paths.filter_map(|base| resolve(path.folder(), &base));
    paths.find_map(|base| option(workspace, &base, name, followed + 1))
}
