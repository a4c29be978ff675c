//! Stub.
use crate::workspace::{Workspace, resolve as path_of};
use change::{Finding, RelPath};
use std::collections::BTreeSet;

pub(crate) enum Target {
    File(RelPath),
    Package,
    Missing,
}
pub(crate) struct Resolver<'a> {
    workspace: &'a Workspace,
    sources: &'a BTreeSet<RelPath>,
}
impl<'a> Resolver<'a> {
    pub(crate) fn new(workspace: &'a Workspace, sources: &'a BTreeSet<RelPath>) -> Self {
        Self { workspace, sources }
    }
    pub(crate) fn resolve(&self, from: &RelPath, specifier: &str) -> Target {
        let package = self.workspace.package_of(from).unwrap_or_default();
        let base = if specifier.starts_with('.') {
            path_of(from.folder(), specifier)
        } else if let Some(rest) = specifier.strip_prefix("@/") {
            path_of(package, &format!("src/{rest}"))
        } else {
            return Target::Package;
        };
        let Some(base) = base else { return Target::Missing };
        for end in ["", ".ts", ".tsx", ".js", ".jsx", "/index.ts", "/index.tsx", "/index.js"] {
            if let Ok(path) = RelPath::new(format!("{base}{end}")) {
                if self.sources.contains(&path) {
                    return Target::File(path);
                }
            }
        }
        if specifier.ends_with(".css") || specifier.ends_with(".svg") { Target::Package } else { Target::Missing }
    }
    pub(crate) fn findings(&self) -> Vec<Finding> {
        Vec::new()
    }
}
