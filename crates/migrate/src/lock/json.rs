//! `package-lock.json` (v1: nested `dependencies`; v2 and v3: flat `packages`) and `bun.lock` (JSON with comments):
//! `"packages": { "apps/web/node_modules/react": { "version": "17.0.2" } }` and
//! `"packages": { "react": ["react@18.2.0", "", {}, "sha512-..."], "web/react": ["react@17.0.2", ...] }`.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::{Places, after_name, clean, place};

/// <https://docs.npmjs.com/cli/v11/configuring-npm/package-lock-json#packages>
pub(super) fn npm(text: &str) -> Option<Places> {
    let root: Value = serde_json::from_str(text).ok()?;
    match (object(&root, "packages"), object(&root, "dependencies")) {
        (Some(packages), _) => Some(npm_flat(packages)),
        (None, Some(dependencies)) => Some(npm_nested(dependencies)),
        // A project without dependencies has neither in v1.
        (None, None) => root.get("lockfileVersion").map(|_| Places::new()),
    }
}

fn npm_flat(packages: &Map<String, Value>) -> Places {
    let installed = packages.iter().filter(|(key, _)| key.contains("node_modules/"));
    installed.map(|(key, entry)| (key.clone(), flat_version(packages, entry).unwrap_or_default().to_owned())).collect()
}

/// A link's version is that of the folder it leads to.
fn flat_version<'a>(packages: &'a Map<String, Value>, entry: &'a Value) -> Option<&'a str> {
    let link = entry.get("link").and_then(Value::as_bool) == Some(true);
    string(if link { packages.get(string(entry, "resolved")?)? } else { entry }, "version")
}

/// Also <https://docs.npmjs.com/cli/v11/configuring-npm/package-lock-json#dependencies>: a workspace is
/// `"version": "file:apps/web"`, and what is in its own node_modules is nested in it.
fn npm_nested(dependencies: &Map<String, Value>) -> Places {
    let mut places = Places::new();
    for (name, entry) in dependencies {
        places.insert(place("", name), nested_version(entry));
        let folder = string(entry, "version").and_then(|version| version.strip_prefix("file:"));
        if let (Some(folder), Some(own)) = (folder, object(entry, "dependencies")) {
            let own = own.iter().map(|(name, entry)| (place(clean(folder), name), nested_version(entry)));
            places.extend(own);
        }
    }
    places
}

/// `1.2.3`, or `npm:other@1.2.3` for an alias.
fn nested_version(entry: &Value) -> String {
    let version = string(entry, "version").unwrap_or_default();
    version.strip_prefix("npm:").map_or(Some(version), after_name).unwrap_or_default().to_owned()
}

/// <https://bun.sh/reference/bun/BunLockFile>. What only one workspace gets is at `<workspace's package name>/<name>`.
pub(super) fn bun(text: &str) -> Option<Places> {
    let root: Value = jsonc_parser::parse_to_serde_value(text, &Default::default()).ok()?;
    let Some(packages) = object(&root, "packages") else {
        return root.get("lockfileVersion").map(|_| Places::new());
    };
    let workspaces = object(&root, "workspaces").into_iter().flatten().filter(|(folder, _)| !folder.is_empty());
    let folders: HashMap<&str, &str> =
        workspaces.filter_map(|(folder, entry)| Some((string(entry, "name")?, clean(folder)))).collect();
    let places = packages.iter().filter_map(|(key, entry)| {
        let (parent, name) = split_key(key);
        let folder = if parent.is_empty() { "" } else { folders.get(parent)? };
        let version = entry.get(0).and_then(Value::as_str).and_then(after_name).unwrap_or_default();
        Some((place(folder, name), version.to_owned()))
    });
    Some(places.collect())
}

/// `@shop/web/@types/react` is `@types/react` of `@shop/web`; the parent is "" at the top.
fn split_key(key: &str) -> (&str, &str) {
    let Some((head, last)) = key.rsplit_once('/') else { return ("", key) };
    let (up, scope) = head.rsplit_once('/').unwrap_or(("", head));
    if !scope.starts_with('@') {
        return (head, last);
    }
    (up, key.strip_prefix(up).unwrap_or(key).trim_start_matches('/'))
}

fn object<'a>(value: &'a Value, key: &str) -> Option<&'a Map<String, Value>> {
    value.get(key)?.as_object()
}

fn string<'a>(value: &'a Value, key: &str) -> Option<&'a str> {
    value.get(key)?.as_str()
}

#[cfg(test)]
mod tests {
    use super::split_key;
    use crate::lock::{Kind, tests::check};

    #[test]
    fn npm_v3() {
        let text = r#"{
  "name": "shop",
  "lockfileVersion": 3,
  "requires": true,
  "packages": {
    "": { "name": "shop", "workspaces": ["apps/*"], "dependencies": { "convex": "^1.30.0" } },
    "apps/web": { "name": "@shop/web", "version": "0.1.0", "dependencies": { "react": "^17.0.2" } },
    "apps/web/node_modules/@types/react": { "version": "17.0.93", "license": "MIT" },
    "apps/web/node_modules/react": { "version": "17.0.2" },
    "apps/web/node_modules/is-odd/node_modules/is-number": { "version": "4.0.0" },
    "apps/plain": { "name": "plain" },
    "node_modules/@shop/web": { "resolved": "apps/web", "link": true },
    "node_modules/plain": { "resolved": "apps/plain", "link": true },
    "node_modules/gone": { "resolved": "../gone", "link": true },
    "node_modules/@types/react": { "version": "18.3.31" },
    "node_modules/convex": { "version": "1.30.12" },
    "node_modules/react": { "version": "18.3.1" },
    "node_modules/six": { "name": "is-number", "version": "6.0.0", "dev": true },
    "node_modules/typescript": { "version": "5.5.0-beta" },
    "node_modules/odd": { "version": 3 }
  }
}
"#;
        let expected = ". convex ^1.30.0 = 1.30.12; . react = 18.3.1; . @types/react = 18.3.31; . six = 6.0.0;
            . typescript = 5.5.0-beta; . @shop/web = 0.1.0; . plain = -; . gone = -; . odd = -; . is-number = -;
            apps/web react = 17.0.2; apps/web/ @types/react = 17.0.93; ./apps/web convex = 1.30.12;
            apps/web/convex react = 17.0.2; apps/plain react = 18.3.1; apps react = 18.3.1; . react = 18.3.1;
            ../other react = -";
        check(Kind::Npm, text, expected);
    }

    #[test]
    fn npm_v1() {
        let text = r#"{
  "lockfileVersion": 1,
  "requires": true,
  "dependencies": {
    "@shop/web": {
      "version": "file:apps/web",
      "requires": { "react": "^17.0.2" },
      "dependencies": {
        "react": { "version": "17.0.2", "requires": { "loose-envify": "^1.1.0" } }
      }
    },
    "@clerk/clerk-react": { "version": "5.0.0-beta.1" },
    "convex": { "version": "1.30.12", "dependencies": { "esbuild": { "version": "0.25.4" } } },
    "fork": { "version": "git+ssh://git@github.com/x/fork.git#abc" },
    "react": { "version": "18.3.1" },
    "six": { "version": "npm:@a/is-number@6.0.0", "dev": true }
  }
}
"#;
        let expected =
            ". convex = 1.30.12; . @clerk/clerk-react = 5.0.0-beta.1; . six = 6.0.0; . esbuild = -; . fork = -;
            . @shop/web = -; . react = 18.3.1; apps/web react = 17.0.2; apps/web convex = 1.30.12";
        check(Kind::Npm, text, expected);
        check(Kind::Npm, r#"{ "name": "x", "lockfileVersion": 1 }"#, ". a = -");
    }

    #[test]
    fn bun() {
        let text = r#"{
  "lockfileVersion": 1, // text format
  "workspaces": {
    "": { "name": "react", "dependencies": { "convex": "^1.30.0", }, },
    "apps/web": { "name": "@shop/web", "dependencies": { "react": "^17.0.2", }, },
    "apps/admin": { "name": "admin", },
    "apps/nameless": {},
  },
  "packages": {
    "@shop/web": ["@shop/web@workspace:apps/web"],

    "@types/react": ["@types/react@18.3.31", "", { "dependencies": { "csstype": "^3.2.2" } }, "sha512-x"],
    "convex": ["convex@1.30.12", "", { "bin": { "convex": "bin/main.js" } }, "sha512-x=="],
    "fork": ["fork@github:x/fork#abc", {}, "x-fork-abc"],
    "react": ["react@18.3.1", "", {}, "sha512-x"],
    "react/convex": ["convex@0.0.1", "", {}, "sha512-x"],
    "six": ["is-number@6.0.0", "", {}, "sha512-x"],
    "typescript": ["typescript@5.5.0-beta", "", {}, "sha512-x"],
    "@shop/web/@types/react": ["@types/react@17.0.93", "", {}, "sha512-x"],
    "@shop/web/react": ["react@17.0.2", "", {}, "sha512-x"],
    "@shop/web/is-odd/react": ["react@4.0.0", "", {}, "sha512-x"],
    "admin/@types/react": ["@types/react@19.0.1", "", {}, "sha512-x"],
    "admin/react": [],
  }
}
"#;
        let expected = ". convex ^1.30.0 = 1.30.12; . react = 18.3.1; . @types/react = 18.3.31; . six = 6.0.0;
            . typescript = 5.5.0-beta; . fork = -; . @shop/web = -; . is-odd = -; apps/web react = 17.0.2;
            apps/web @types/react = 17.0.93; apps/web convex = 1.30.12; apps/admin @types/react = 19.0.1;
            apps/admin react = -; apps/nameless react = 18.3.1";
        check(Kind::Bun, text, expected);
        check(Kind::Bun, r#"{ "lockfileVersion": 1, "workspaces": {}, }"#, ". a = -");
        let keys = ["a", "@a/b", "a/b", "a/@b/c", "@a/b/c", "@a/b/@c/d", "a/b/c"].map(split_key);
        let parts = [("", "a"), ("", "@a/b"), ("a", "b"), ("a", "@b/c"), ("@a/b", "c"), ("@a/b", "@c/d"), ("a/b", "c")];
        assert_eq!(keys, parts);
    }
}
