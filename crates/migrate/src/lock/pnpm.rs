//! `pnpm-lock.yaml`, versions 5 to 9. `importers` hold the packages of a workspace; without a workspace, 5 and 6 have
//! their content at the top: `importers:\n  apps/web:\n    dependencies:\n      react: 18.2.0_x@1.0.0` (5) or, below
//! `react:`, `specifier: ^18.2.0` and `version: 18.2.0(x@1.0.0)` (6, 9).
//!
//! Read by lines, as pnpm writes block style only: YAML libraries overflow the stack on deeply nested text.

use super::{Places, clean, parse, place};

const SECTIONS: [&str; 3] = ["dependencies", "devDependencies", "optionalDependencies"];

/// <https://github.com/pnpm/spec/tree/master/lockfile>
pub(super) fn read(text: &str) -> Option<Places> {
    let mut places = Places::new();
    let mut known = false;
    // The keys above a line, and the columns they are in.
    let (mut path, mut columns): (Vec<&str>, Vec<usize>) = (Vec::new(), Vec::new());
    for line in text.lines() {
        let content = line.trim();
        if content.is_empty() || content.starts_with('#') {
            continue;
        }
        let column = line.len() - line.trim_start().len();
        let above = columns.partition_point(|&other| other < column);
        columns.truncate(above);
        path.truncate(above);
        let value = match pair(content) {
            Some((key, value)) => {
                path.push(key);
                columns.push(column);
                value
            }
            // A long text is on a line of its own below `version: >-`.
            None => unquoted(content),
        };
        known |= path == ["lockfileVersion"];
        if let Some((folder, name)) = dependency(&path).filter(|_| !value.is_empty() && !value.starts_with(['>', '|']))
        {
            places.insert(place(clean(folder), name), version(value).unwrap_or_default().to_owned());
        }
    }
    known.then_some(places)
}

/// The folder and name whose version is at this path.
fn dependency<'a>(path: &[&'a str]) -> Option<(&'a str, &'a str)> {
    let (folder, path) = match path {
        ["importers", folder, path @ ..] => (*folder, path),
        path => (".", path),
    };
    match path {
        [section, name] | [section, name, "version"] if SECTIONS.contains(section) => Some((folder, name)),
        _ => None,
    }
}

/// The key and value of `'@a/b': 1.2.3` or `a:` (an empty value).
fn pair(content: &str) -> Option<(&str, &str)> {
    let quote = content.chars().next().filter(|c| matches!(c, '\'' | '"'));
    let (key, value) = match quote {
        Some(quote) => {
            let (key, rest) = content.strip_prefix(quote)?.split_once(quote)?;
            (key, rest.strip_prefix(':')?)
        }
        None => content.split_once(": ").or_else(|| Some((content.strip_suffix(':')?, "")))?,
    };
    Some((key, unquoted(value.trim())))
}

fn unquoted(text: &str) -> &str {
    text.trim_matches(['\'', '"'])
}

/// `1.2.3`, `1.2.3_peer@1.0.0` (5), `1.2.3(peer@1.0.0)` (6, 9), and for an alias `/name/1.2.3` (5), `/name@1.2.3` (6),
/// `name@1.2.3` (9), each with such a suffix. Links, files and URLs have no version.
fn version(text: &str) -> Option<&str> {
    let text = text.split('(').next()?;
    let own = text.split('_').next().filter(|own| parse(own).is_some());
    own.or_else(|| {
        let name = text.trim_start_matches('/');
        let name = name.strip_prefix('@').map_or(Some(name), |scoped| Some(scoped.split_once('/')?.1))?;
        let (name, version) = name.split_once(['@', '/'])?;
        version.split('_').next().filter(|_| !name.contains(':'))
    })
}

#[cfg(test)]
mod tests {
    use super::{parse, version};
    use crate::lock::{Kind, tests::check};

    #[test]
    fn v9_two_documents() {
        let text = "---
lockfileVersion: '9.0'

importers:

  .:
    packageManagerDependencies:
      pnpm:
        specifier: 11.0.0
        version: 11.0.0

packages: {}
---
lockfileVersion: '9.0'

settings:
  autoInstallPeers: true

catalogs:
  dependencies:
    convex: 1.0.0

importers:

  .:
    dependencies:
      '@clerk/react':
        specifier: ^6.0.0
        version: 6.0.0-canary.1(react-dom@18.3.1(react@18.3.1))(react@18.3.1)
      convex:
        specifier: 'catalog:'
        version: 1.30.12(patch_hash=abc)(react@18.3.1)
    devDependencies:
      six:
        specifier: npm:@a/is-number@^6.0.0
        version: '@a/is-number@6.0.0'

  apps/empty: {}

  apps/web:
    dependencies:
      '@shop/ui':
        specifier: workspace:*
        version: link:../../packages/ui
      long:
        specifier: ^2.0.0
        version: >-
          2.0.1(react@17.0.2)
      version:
        specifier: ^7.0.0
        version: 7.0.0
    optionalDependencies:
      convex:
        specifier: ^1.31.0
        version: 1.31.0

packages: {}

snapshots:

  convex@1.30.12:
    dependencies:
      esbuild: 0.25.4
    optionalDependencies:
      convex: 9.9.9
";
        let expected = ". @clerk/react = 6.0.0-canary.1; . convex = 1.30.12; . six = 6.0.0; . esbuild = -; . pnpm = -;
            apps/web @shop/ui = -; apps/web long = 2.0.1; apps/web version = 7.0.0; apps/web convex = 1.31.0;
            apps/web/deep convex = 1.31.0; apps/empty convex = 1.30.12; apps/web six = 6.0.0";
        check(Kind::Pnpm, text, expected);
    }

    #[test]
    fn v5_and_v6_without_workspace() {
        let v5 = "lockfileVersion: 5.4

specifiers:
  '@types/react': ^18.0.0
  convex: ^1.30.0

dependencies:
  '@types/react': 18.3.31
  convex: 1.30.12_react@18.3.1
  hashed: 4.0.1_wnv4qzxztkdmbvblmzlknzcpia
  six: /is-number/6.0.0
  scoped: /@a/b/2.0.0_react@18.3.1

devDependencies:
  typescript: 5.5.0-beta

packages:

  /@types/react/18.3.31:
    dependencies:
      csstype: 3.2.4
    dev: false
";
        let expected =
            ". @types/react = 18.3.31; . convex = 1.30.12; . hashed = 4.0.1; . six = 6.0.0; . scoped = 2.0.0;
            . typescript = 5.5.0-beta; . csstype = -; apps/web convex = 1.30.12";
        check(Kind::Pnpm, v5, expected);
        let v6 = "lockfileVersion: '6.0'\n\ndependencies:\n  convex:\n    specifier: ^1.30.0\n    version: 1.30.12(a@1.0.0)\n";
        check(Kind::Pnpm, v6, ". convex = 1.30.12");
        // pnpm 5 sorts the keys.
        let v52 = "importers:\n  apps/web:\n    dependencies:\n      convex: 1.30.12\n    specifiers:\n      convex: ^1.30.0\n\
                   lockfileVersion: 5.2\npackages:\n  /convex/1.30.12:\n    dev: false\n";
        check(Kind::Pnpm, v52, "apps/web convex = 1.30.12; . convex = -");
    }

    #[test]
    fn version_forms() {
        let good = ["1.2.3_a@9.9.9+b@8.0.0", "/my_pkg@1.2.3(a@9.0.0)", "/@s_t/my_pkg/1.2.3_a@9.9.9", "7zip@1.2.3"];
        assert!(good.iter().all(|text| version(text) == Some("1.2.3")));
        let bad =
            ["link:../1.2.3", "file:a@1.2.3", "github.com/a/b/1234567", "https://x.y/a@1.2.3", "@a", "/", "", "("];
        assert!(bad.iter().all(|text| version(text).and_then(parse).is_none()));
    }
}
