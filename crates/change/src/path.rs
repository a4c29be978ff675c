//! Paths inside the base folder of a run, the way a patch spells them.

use std::fmt;
use std::sync::Arc;

/// A path below the base folder, with `/` between its parts: `apps/web/src/main.tsx`.
///
/// Invariant: relative, no empty, `.` or `..` part, no NUL.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RelPath(Arc<str>);

/// Why a text is not a [`RelPath`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a path inside the project")]
pub struct RelPathError(String);

impl RelPath {
    /// Reads a path.
    ///
    /// # Errors
    /// [`RelPathError`] for an absolute or empty path, or one with an empty, `.` or `..` part.
    pub fn new(path: impl Into<String>) -> Result<Self, RelPathError> {
        let path = path.into();
        let fits = !path.contains('\0') && path.split('/').all(|part| !matches!(part, "" | "." | ".."));
        if fits { Ok(Self(path.into())) } else { Err(RelPathError(path)) }
    }

    /// The path as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The last part: `main.tsx`.
    pub fn file_name(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or(&self.0)
    }

    /// The folder, or `""` at the top: `apps/web/src`.
    pub fn folder(&self) -> &str {
        self.0.rsplit_once('/').map_or("", |(folder, _)| folder)
    }

    /// The last part's ending without its dot, in the file's own case: `tsx`.
    pub fn extension(&self) -> &str {
        self.file_name().rsplit_once('.').map_or("", |(_, extension)| extension)
    }

    /// Whether the path lies in `folder` (`""` is the top, which holds everything).
    pub fn is_in(&self, folder: &str) -> bool {
        folder.is_empty() || self.0.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
    }
}

impl fmt::Display for RelPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for RelPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_that_leave_the_project_are_refused() {
        for path in ["", "/etc/passwd", "../a", "a/../b", "a//b", "a/", "./a", "a\0b"] {
            assert!(RelPath::new(path).is_err(), "{path:?}");
        }
        assert!(RelPath::new("app/(group)/[id]/a b.tsx").is_ok());
    }

    #[test]
    fn parts() {
        let path = RelPath::new("apps/web/src/main.test.tsx").unwrap();
        assert_eq!((path.file_name(), path.folder(), path.extension()), ("main.test.tsx", "apps/web/src", "tsx"));
        assert!(path.is_in("") && path.is_in("apps/web") && !path.is_in("apps/we"));
    }
}
