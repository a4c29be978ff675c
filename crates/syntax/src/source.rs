//! A source file: its path, its text as it is on disk, and what its ending says of its syntax.

use std::sync::Arc;

use change::RelPath;

/// The syntax of a file, by its ending; never by trial, since `<T>(x) => x` is TypeScript in `.ts` and a syntax error in `.tsx`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SourceKind {
    /// `.ts`, `.mts`, `.cts`: types, no JSX.
    Ts,
    /// `.tsx`: types and JSX.
    Tsx,
    /// `.js`, `.jsx`, `.mjs`, `.cjs`: JSX, no types.
    Js,
    /// `.d.ts`, `.d.mts`, `.d.cts`: declarations only.
    Declarations,
}

impl SourceKind {
    /// The kind of the file at `path`, if it is a source file.
    pub fn of(path: &RelPath) -> Option<Self> {
        Self::of_name(path.file_name())
    }

    /// The kind of a file of this name, if it is a source file.
    pub fn of_name(name: &str) -> Option<Self> {
        if [".d.ts", ".d.mts", ".d.cts"].iter().any(|ending| name.ends_with(ending)) {
            return Some(Self::Declarations);
        }
        match name.rsplit_once('.').map_or("", |(_, extension)| extension) {
            "ts" | "mts" | "cts" => Some(Self::Ts),
            "tsx" => Some(Self::Tsx),
            "js" | "jsx" | "mjs" | "cjs" => Some(Self::Js),
            _ => None,
        }
    }

    /// Whether the file may hold types.
    pub fn has_types(self) -> bool {
        self != Self::Js
    }

    /// Whether the file may hold JSX.
    pub fn has_jsx(self) -> bool {
        matches!(self, Self::Tsx | Self::Js)
    }
}

/// Where a text is from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Source {
    /// The file as it is on disk.
    Disk,
    /// A buffer that is open in an editor.
    Buffer,
}

/// A source file; cheap to clone.
#[derive(Clone, Debug)]
pub struct SourceFile {
    /// Where it is.
    pub path: RelPath,
    /// Its whole text, byte order mark included.
    pub text: Arc<str>,
    /// Its syntax.
    pub kind: SourceKind,
    /// Where the text is from.
    pub source: Source,
}

impl SourceFile {
    /// The file `path` with the text it has on disk; `None` where the path names no source file.
    pub fn new(path: RelPath, text: Arc<str>) -> Option<Self> {
        let kind = SourceKind::of(&path)?;
        Some(Self { path, text, kind, source: Source::Disk })
    }

    /// The offset of the first byte after the byte order mark.
    pub(crate) fn body_start(&self) -> usize {
        if self.text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ending_decides() {
        for (path, kind) in [
            ("a.ts", Some(SourceKind::Ts)),
            ("a.test.tsx", Some(SourceKind::Tsx)),
            ("a.d.ts", Some(SourceKind::Declarations)),
            ("a.cjs", Some(SourceKind::Js)),
            ("a.vue", None),
            ("ts", None),
        ] {
            assert_eq!(SourceKind::of(&RelPath::new(path).unwrap()), kind, "{path}");
        }
    }
}
