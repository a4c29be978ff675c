//! Reads the lock files of npm, pnpm, yarn and bun: which version of a package a folder gets.
//! Example (npm): `"packages": { "node_modules/react": { "version": "18.2.0" } }`.

mod json;
mod pnpm;
mod yarn;

use std::collections::HashMap;

use nodejs_semver::Version;

/// Which tool wrote a lock file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// <https://docs.npmjs.com/cli/v11/configuring-npm/package-lock-json>
    Npm,
    /// <https://github.com/pnpm/spec/tree/master/lockfile>
    Pnpm,
    /// Classic and berry: <https://classic.yarnpkg.com/lang/en/docs/yarn-lock/>, <https://yarnpkg.com/protocols>
    Yarn,
    /// <https://bun.sh/reference/bun/BunLockFile>
    Bun,
}

impl Kind {
    /// The tool that writes files of this name (no folder in it), from the links at [`Kind`].
    /// `bun.lockb` is binary and counts as none.
    pub(crate) fn of(file_name: &str) -> Option<Kind> {
        match file_name {
            "package-lock.json" | "npm-shrinkwrap.json" => Some(Kind::Npm),
            "pnpm-lock.yaml" => Some(Kind::Pnpm),
            "yarn.lock" => Some(Kind::Yarn),
            "bun.lock" => Some(Kind::Bun),
            _ => None,
        }
    }
}

/// Versions by `<folder>/node_modules/<name>` (see [`place`]). A text that is no version stands for a package without
/// one, such as a link: it hides the same name in the folders above. Parsed when asked for, as parsing all is slow.
type Places = HashMap<String, String>;

/// A lock file that was read.
#[derive(Debug)]
pub(crate) struct Lock(Entries);

#[derive(Debug)]
enum Entries {
    Places(Places),
    Ranges(yarn::Ranges),
}

impl Lock {
    /// Reads the text of a lock file. `None` where it can't be read at all: broken JSON, another format, or merge
    /// conflict markers (<https://git-scm.com/docs/git-merge#_how_conflicts_are_presented>). Formats: see [`Kind`].
    pub(crate) fn read(kind: Kind, text: &str) -> Option<Lock> {
        let text = text.trim_start_matches('\u{feff}');
        if text.lines().any(|line| line.starts_with("<<<<<<<") || line.starts_with(">>>>>>>")) {
            return None;
        }
        let entries = match kind {
            Kind::Npm => Entries::Places(json::npm(text)?),
            Kind::Pnpm => Entries::Places(pnpm::read(whole_lines(text))?),
            Kind::Yarn => Entries::Ranges(yarn::read(whole_lines(text))?),
            Kind::Bun => Entries::Places(json::bun(text)?),
        };
        Some(Lock(entries))
    }

    /// The version of `name` that the package in `folder` gets. `folder` is "" for the lock file's own folder, else a
    /// slash-separated path relative to it; `range` is what its package.json asks for, which only yarn needs. Rule:
    /// <https://nodejs.org/api/modules.html#loading-from-node_modules-folders>; yarn has one version per range.
    pub(crate) fn version(&self, folder: &str, name: &str, range: Option<&str>) -> Option<Version> {
        match &self.0 {
            Entries::Places(places) => find_up(places, folder, name),
            Entries::Ranges(ranges) => ranges.version(name, range),
        }
    }
}

/// Looks in `node_modules` of the folder, then of the folders above it, up to the lock file's.
fn find_up(places: &Places, folder: &str, name: &str) -> Option<Version> {
    let mut at = clean(folder);
    if at.split('/').any(|part| part == "..") {
        return None; // outside of what the lock file covers
    }
    loop {
        if let Some(version) = places.get(&place(at, name)) {
            return parse(version);
        }
        if at.is_empty() {
            return None;
        }
        at = at.rsplit_once('/').map_or("", |(up, _)| up);
    }
}

/// The key in [`Places`], spelled as npm does.
fn place(folder: &str, name: &str) -> String {
    if folder.is_empty() { format!("node_modules/{name}") } else { format!("{folder}/node_modules/{name}") }
}

/// `./a/b/` and `a/b` are one folder, as are `.` and "".
fn clean(folder: &str) -> &str {
    let folder = folder.trim_end_matches('/');
    if folder == "." { "" } else { folder.trim_start_matches("./") }
}

/// Strict semver only: nodejs-semver also takes `v1.2.3` and `1.2.3 x`, which no lock file holds.
fn parse(text: &str) -> Option<Version> {
    Version::parse(text).ok().filter(|version| version.to_string() == text)
}

/// `1.2.3` of `name@1.2.3` or `@scope/name@1.2.3`.
fn after_name(text: &str) -> Option<&str> {
    let rest = text.strip_prefix('@').unwrap_or(text);
    rest.split_once('@').map(|(_, version)| version)
}

/// Every tool ends its file with a line break, so a last line without one may be a cut `1.2.3` of `1.2.34`.
fn whole_lines(text: &str) -> &str {
    text.rfind('\n').and_then(|end| text.get(..=end)).unwrap_or_default()
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// Checks `folder name [range] = version; ...`, with `-` for no version, also with a BOM and CRLF.
    pub(crate) fn check(kind: Kind, text: &str, expected: &str) {
        let crlf = format!("\u{feff}{}", text.replace('\n', "\r\n"));
        for text in [text, &crlf] {
            let lock = Lock::read(kind, text).unwrap();
            for line in expected.split(';').map(str::trim) {
                let (query, version) = line.split_once(" = ").unwrap();
                let mut parts = query.splitn(3, ' ');
                let (folder, name) = (parts.next().unwrap(), parts.next().unwrap());
                let found = lock.version(folder, name, parts.next()).map_or("-".into(), |v| v.to_string());
                assert_eq!(found, version, "{kind:?}: {line}");
            }
        }
        survives_cuts(kind, text);
    }

    /// Cut at any byte: no panic, and a version is right or unknown.
    fn survives_cuts(kind: Kind, text: &str) {
        let convex = |text: &str| Lock::read(kind, text)?.version("", "convex", Some("^1.30.0"));
        for end in (0..text.len()).filter(|&end| text.is_char_boundary(end)) {
            let cut = convex(&text[..end]);
            assert!(cut.is_none() || cut == convex(text), "{kind:?} cut at {end}");
        }
    }

    const ALL: [Kind; 4] = [Kind::Npm, Kind::Pnpm, Kind::Yarn, Kind::Bun];

    #[test]
    fn file_names() {
        let names = ["package-lock.json", "npm-shrinkwrap.json", "pnpm-lock.yaml", "yarn.lock", "bun.lock"];
        let kinds: Vec<_> = names.iter().filter_map(|name| Kind::of(name)).collect();
        assert_eq!(kinds, [Kind::Npm, Kind::Npm, Kind::Pnpm, Kind::Yarn, Kind::Bun]);
        assert!(kinds.is_sorted());
        assert_eq!(Kind::of("bun.lockb").or(Kind::of("a/yarn.lock")).or(Kind::of("Yarn.lock")), None);
    }

    #[test]
    fn strict_versions() {
        for good in ["1.2.3", "0.0.0", "1.0.0-rc.1", "1.0.0-rc.1+b.2", "0.0.0-0ee5a-20250101", "1.0.0-12345.0"] {
            assert_eq!(parse(good).unwrap().to_string(), good);
        }
        for bad in ["", "v1.2.3", "=1.2.3", " 1.2.3", "1.2", "1", "1.2.3.4", "1..3", "1.2.3 x", "x", "^1.2.3", "é.1.2"]
        {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn unreadable() {
        for kind in ALL {
            for text in ["", "\u{feff}", "<html>\n</html>\n", "[]", "null\n", "{\"a\":1}", "\0\0\n", "é: 1\n", "3"] {
                assert!(Lock::read(kind, text).is_none(), "{kind:?} {text:?}");
            }
        }
        let conflict = "lockfileVersion: '9.0'\r\n<<<<<<< HEAD\r\na: 1\r\n=======\r\na: 2\r\n>>>>>>> x\r\n";
        assert!(Lock::read(Kind::Pnpm, conflict).is_none());
        assert!(Lock::read(Kind::Yarn, &format!("# yarn lockfile v1\n{conflict}")).is_none());
    }

    #[test]
    fn hostile_text_has_no_version() {
        let stairs: String = (0..2800).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect();
        let bits = "[ |{\"a\":|- |a:\n|? |a@1, |\"|'|/*|//\n|,|\\|&a *a\n|@/| |\n".split('|');
        let bodies: Vec<_> = bits.map(|bit| bit.repeat(HOSTILE / bit.len())).chain([stairs]).collect();
        for kind in ALL {
            for head in ["", "lockfileVersion: '9.0'\n", "# yarn lockfile v1\n", "{\"packages\":{\"a\":"] {
                for body in &bodies {
                    let lock = Lock::read(kind, &format!("{head}{body}\n"));
                    assert!(lock.and_then(|lock| lock.version(&"a/".repeat(99), "a", Some("1"))).is_none());
                }
            }
        }
    }

    /// Bytes in a hostile file.
    const HOSTILE: usize = 1 << 17;
}
