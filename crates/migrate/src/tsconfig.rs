//! The compiler options that decide what a patch must look like.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::ctx::Ctx;
use crate::jsonc;

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
    let folder = ctx.workspace.base.join(ctx.app.id.folder());
    ["tsconfig.json", "tsconfig.app.json"]
        .iter()
        .any(|file| option(&folder.join(file), name, 0).is_some_and(|value| value.as_bool() == Some(true)))
}

fn option(path: &Path, name: &str, followed: u8) -> Option<Value> {
    let config = jsonc::read(path)?.ok()?;
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
    // A base in a package lies in node_modules, which decides nothing here.
    let relative = bases.into_iter().filter(|base| base.starts_with('.'));
    relative.filter_map(|base| option(&base_path(path, base), name, followed + 1)).next()
}

fn base_path(path: &Path, base: &str) -> PathBuf {
    let target = path.parent().unwrap_or(path).join(base);
    if target.is_file() { target } else { target.with_extension("json") }
}
