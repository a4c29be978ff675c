//! Packages that the change names in package.json and that are not there as it names them yet: what the compiler says of those is no error.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use change::{FileChange, RelPath};
use nodejs_semver::{Range, Version};
use serde_json::Value;

use super::errors::TypeError;

/// What has to be installed, with the range that is asked for.
#[derive(Debug)]
pub(super) struct Pending {
    packages: BTreeMap<String, String>,
}

/// "Cannot find module", "no exported member", "cannot find type definitions" and their like.
const OF_A_PACKAGE: [u32; 9] = [2305, 2307, 2614, 2688, 2724, 2792, 2834, 2882, 7016];

/// "Cannot find name 'process'. Do you need to install type definitions for node?"
const OF_NODE: [u32; 2] = [2580, 2591];

impl Pending {
    pub(super) fn of(base: &Path, files: &BTreeMap<RelPath, FileChange>) -> Self {
        let manifests = files.iter().filter(|(path, _)| path.file_name() == "package.json");
        let mut packages = BTreeMap::new();
        for (path, file) in manifests {
            let known = dependencies(file.before.as_ref().map_or("", |before| &before.text));
            let folder = base.join(path.folder());
            for (name, range) in dependencies(&file.after) {
                if known.get(&name) != Some(&range) && !is_installed(base, &folder, &name, &range) {
                    packages.insert(name, range);
                }
            }
        }
        Self { packages }
    }

    /// The package that an error is about, if it is one of these.
    pub(super) fn named_by(&self, error: &TypeError) -> Option<String> {
        let types = "@types/node".to_owned();
        if OF_NODE.contains(&error.code) {
            return self.packages.contains_key(&types).then_some(types);
        }
        let named = error.quoted().map(package).map(|name| if name == "node" { types.clone() } else { name });
        named.filter(|_| OF_A_PACKAGE.contains(&error.code)).find(|name| self.packages.contains_key(name))
    }
}

/// `@clerk/react` of `@clerk/react/internal`
fn package(module: &str) -> String {
    let parts = if module.starts_with('@') { 2 } else { 1 };
    module.split('/').take(parts).collect::<Vec<_>>().join("/")
}

fn dependencies(manifest: &str) -> BTreeMap<String, String> {
    let manifest: Value = serde_json::from_str(manifest).unwrap_or_default();
    let lists = ["dependencies", "devDependencies"].into_iter().filter_map(|list| manifest.get(list)?.as_object());
    let entries = lists.flatten().filter_map(|(name, range)| Some((name.clone(), range.as_str()?.to_owned())));
    entries.collect()
}

/// Whether a package is found from `folder` on upwards, in a version that the range takes, as far as that can be told.
fn is_installed(base: &Path, folder: &Path, name: &str, range: &str) -> bool {
    let places = folder.ancestors().take_while(|place| place.starts_with(base));
    let manifest = places.map(|place| manifest_of(place, name)).find(|path| path.is_file());
    let Some(text) = manifest.and_then(|path| fs::read_to_string(path).ok()) else { return false };
    let manifest: Value = serde_json::from_str(&text).unwrap_or_default();
    let version = manifest.get("version").and_then(Value::as_str).and_then(|version| Version::parse(version).ok());
    match (version, Range::parse(range)) {
        (Some(version), Ok(range)) => range.satisfies(&version),
        _ => true,
    }
}

fn manifest_of(place: &Path, name: &str) -> PathBuf {
    place.join("node_modules").join(name).join("package.json")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(code: u32, message: &str) -> TypeError {
        TypeError { file: "a.ts".to_owned(), place: None, code, message: message.to_owned() }
    }

    #[test]
    fn only_what_is_said_of_a_package_that_lacks_is_no_error() {
        let packages = ["@clerk/react", "@types/node"].map(|name| (name.to_owned(), "^1".to_owned())).into();
        let pending = Pending { packages };
        let named = |code, message| pending.named_by(&error(code, message));
        assert_eq!(named(2307, "Cannot find module '@clerk/react/x' or its types."), Some("@clerk/react".to_owned()));
        assert_eq!(named(2580, "Cannot find name 'process'. Do you need"), Some("@types/node".to_owned()));
        assert_eq!(named(2688, "Cannot find type definition file for 'node'."), Some("@types/node".to_owned()));
        assert_eq!(named(2307, "Cannot find module './clerk'."), None);
        assert_eq!(named(2322, "Type '@clerk/react' is not assignable."), None);
    }
}
