//! What a package.json says, as far as the migration asks.

use std::collections::{BTreeMap, BTreeSet};

use change::TextRange;
use nodejs_semver::{Range, Version};
use serde_json::Value;
use syntax::ParseFailure;

/// A package.json.
#[derive(Clone, Debug, Default)]
pub(crate) struct Manifest {
    /// The package's own name.
    pub(crate) name: Option<String>,
    /// `packageManager`: `pnpm@9.1.0`.
    pub(crate) package_manager: Option<String>,
    /// Each section that names a dependency, with its range; the one that counts last.
    dependencies: BTreeMap<String, Vec<(&'static str, String)>>,
    /// The patterns of the workspace's packages.
    pub(crate) workspaces: Vec<String>,
    /// The packages whose version is set whatever is asked for: `overrides`, `resolutions`.
    overrides: BTreeSet<String>,
}

impl Manifest {
    /// Reads a package.json.
    ///
    /// # Errors
    /// What is wrong with the JSON, and where.
    pub(crate) fn read(text: &str) -> Result<Self, ParseFailure> {
        let body = text.trim_start_matches('\u{feff}');
        let value: Value = serde_json::from_str(body).map_err(|error| json_failure(text, body, &error))?;
        let package_manager = value.get("packageManager").and_then(Value::as_str).map(str::to_owned);
        let name = value.get("name").and_then(Value::as_str).map(str::to_owned);
        let mut manifest = Self { name, package_manager, ..Self::default() };
        // The last wins, as in npm: what a package runs with over what it is developed with.
        for kind in ["peerDependencies", "optionalDependencies", "devDependencies", "dependencies"] {
            for (name, range) in value.get(kind).and_then(Value::as_object).into_iter().flatten() {
                let range = range.as_str().unwrap_or_default();
                manifest.dependencies.entry(name.clone()).or_default().push((kind, range.to_owned()));
            }
        }
        let workspaces = value.get("workspaces");
        let listed = workspaces.and_then(|all| all.as_array().or_else(|| all.get("packages")?.as_array()));
        manifest.workspaces = listed.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect();
        let pnpm = value.get("pnpm").and_then(|pnpm| pnpm.get("overrides"));
        for set in [value.get("overrides"), value.get("resolutions"), pnpm].into_iter().flatten() {
            // `convex`, `**/convex`, `convex@1`
            let names = set.as_object().into_iter().flatten().map(|(name, _)| name.trim_start_matches("**/"));
            manifest.overrides.extend(names.map(|name| match name.get(1..).and_then(|rest| rest.find('@')) {
                Some(at) => name.get(..=at).unwrap_or(name).to_owned(),
                None => name.to_owned(),
            }));
        }
        Ok(manifest)
    }

    /// The names of its dependencies of every kind.
    pub(crate) fn dependencies(&self) -> impl Iterator<Item = &str> {
        self.dependencies.keys().map(String::as_str)
    }

    /// The range of a dependency of any kind, as written.
    pub(crate) fn dependency(&self, name: &str) -> Option<&str> {
        self.entries(name).last().map(|(_, range)| range.as_str())
    }

    /// The sections that a dependency is in, `devDependencies`, with its ranges; the one that counts last.
    pub(crate) fn entries(&self, name: &str) -> &[(&'static str, String)] {
        self.dependencies.get(name).map_or(&[], Vec::as_slice)
    }

    /// Whether the version of a package is set whatever is asked for.
    pub(crate) fn overrides(&self, name: &str) -> bool {
        self.overrides.contains(name)
    }
}

/// serde_json's line and column as a place.
fn json_failure(text: &str, body: &str, error: &serde_json::Error) -> ParseFailure {
    let line_start: usize = body.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum();
    let offset = text.len() - body.len() + line_start + error.column().saturating_sub(1);
    let message = error.to_string();
    let message = message.split(" at line ").next().unwrap_or_default();
    ParseFailure { message: format!("not valid JSON: {message}"), range: TextRange::empty(offset as u32) }
}

/// The lowest version that a range takes: `1.42.2` of `^1.42.2`. `None` where the range is no semver range (`latest`, `workspace:*`,
/// a URL) or has no lower end.
pub(crate) fn lowest(range: &str) -> Option<Version> {
    let range = range.strip_prefix("workspace:").unwrap_or(range);
    // `npm:@typescript/typescript6@^6.0.2`: another package under its name.
    let range = range.strip_prefix("npm:").and_then(|alias| alias.rsplit_once('@')).map_or(range, |(_, range)| range);
    Range::parse(range).ok()?.min_version()
}

/// Whether no version of `wanted` is in `range`: npm will then not install what asks for `range` beside it.
pub(crate) fn is_outside(wanted: &str, range: &str) -> bool {
    match (Range::parse(wanted), Range::parse(range)) {
        (Ok(wanted), Ok(range)) => !range.allows_any(&wanted),
        _ => false,
    }
}

/// A range whose lowest version is `floor` or later, its operator kept: `^1.42.2` of `^1.30.0`. `None` where it is no single version with an
/// operator: `latest`, `>=1 <2`, `workspace:*`.
pub(crate) fn raised(range: &str, floor: &str) -> Option<String> {
    let version = range.trim_start_matches(['^', '~', '>', '=', 'v', ' ']);
    let operator = range.get(..range.len() - version.len())?.trim_end();
    let is_known = ["", "^", "~", ">=", "=", "v", "^v"].contains(&operator);
    let is_version = !version.is_empty() && version.chars().all(|c| c.is_ascii_alphanumeric() || ".-+".contains(c));
    let starts = version.starts_with(|c: char| c.is_ascii_digit());
    // `1`, `1.x` and `1.30` take more than one version.
    let parts: Vec<&str> = version.split('.').take_while(|part| !["x", "X", "*"].contains(part)).collect();
    let operator = match (operator, parts.len()) {
        ("" | "=" | "v", 1) => "^",
        ("" | "=" | "v", 2) => "~",
        (operator, _) => operator,
    };
    (is_known && is_version && starts).then(|| format!("{operator}{floor}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dependencies_of_every_kind() {
        let manifest =
            Manifest::read("\u{feff}{\"devDependencies\":{\"vite\":\"^7\"},\"dependencies\":{\"react\":\"19\"}}");
        let manifest = manifest.unwrap();
        assert_eq!((manifest.dependency("vite"), manifest.dependency("react")), (Some("^7"), Some("19")));
    }

    #[test]
    fn broken_json_has_a_place() {
        let failure = Manifest::read("{\n  \"a\": ,\n}").unwrap_err();
        assert_eq!(failure.range.start(), 9, "{failure:?}");
    }

    #[test]
    fn versions_that_npm_would_refuse() {
        use crate::versions::CLERK_REACT_PEER;
        for (wanted, refused) in [
            ("19.2.0", true),
            ("19.2.3", false),
            ("18.3.1", false),
            ("^19.2.0", false),
            ("17.0.2", true),
            ("^17.0.2", true),
            ("latest", false),
        ] {
            assert_eq!(is_outside(wanted, CLERK_REACT_PEER), refused, "{wanted}");
        }
    }

    #[test]
    fn ranges_are_raised_with_their_operator() {
        for (range, expected) in [
            ("^1.30.0", Some("^1.42.2")),
            ("~1.30", Some("~1.42.2")),
            ("1.30.0-alpha.1", Some("1.42.2")),
            (">=1.20.0", Some(">=1.42.2")),
            (">= 1.20.0", Some(">=1.42.2")),
            ("1.x", Some("^1.42.2")),
            ("1", Some("^1.42.2")),
            ("1.30", Some("~1.42.2")),
            ("1.42.x", Some("~1.42.2")),
            (">=1.20.0 <1.27.0", None),
            ("latest", None),
            ("*", None),
            ("1.x || 2", None),
            ("workspace:*", None),
            ("", None),
        ] {
            assert_eq!(raised(range, "1.42.2").as_deref(), expected, "{range}");
        }
    }

    #[test]
    fn lowest_versions() {
        for (range, version) in [
            ("npm:@typescript/typescript6@^6.0.2", Some("6.0.2")),
            ("^1.42.2", Some("1.42.2")),
            ("~0.9", Some("0.9.0")),
            ("latest", None),
            (">=2 <3", Some("2.0.0")),
        ] {
            assert_eq!(lowest(range).map(|version| version.to_string()).as_deref(), version, "{range}");
        }
    }
}
