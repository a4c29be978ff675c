//! What was seen, where, and what can be done about it.

use crate::{AppId, GroupId, RelPath, TextRange};

/// How bad it is; independent of how sure a cure is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing.
    Note,
    /// Something will not work as it looks.
    Warning,
    /// Something is broken or cannot go on.
    Error,
}

impl Severity {
    /// The word that reports print.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// A place in a file; an empty range at 0 names the file as a whole.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Location {
    /// The file.
    pub path: RelPath,
    /// Where in it, in byte offsets.
    pub range: TextRange,
}

impl Location {
    /// The file as a whole.
    pub fn file(path: RelPath) -> Self {
        Self { path, range: TextRange::empty(0) }
    }
}

/// A second place that explains the first.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Related {
    /// Where.
    pub location: Location,
    /// What is there.
    pub message: String,
}

/// What was seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The id of the rule that saw it.
    pub rule: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// The app it belongs to, if to one.
    pub app: Option<AppId>,
    /// Where it is, if in one place.
    pub location: Option<Location>,
    /// Further places.
    pub related: Vec<Related>,
    /// What was seen, one sentence.
    pub message: String,
    /// Why it matters.
    pub why: Option<String>,
    /// What to do about it.
    pub help: Option<String>,
    /// The official page that says so.
    pub doc: Option<&'static str>,
    /// The group that cures it.
    pub group: Option<GroupId>,
}

impl Finding {
    /// A finding with nothing but its rule, severity and message.
    pub fn new(rule: &'static str, severity: Severity, message: impl Into<String>) -> Self {
        Self {
            rule,
            severity,
            app: None,
            location: None,
            related: Vec::new(),
            message: message.into(),
            why: None,
            help: None,
            doc: None,
            group: None,
        }
    }

    /// The order of reports: by app, then place, then rule; findings without a place first.
    pub fn order(&self, other: &Self) -> std::cmp::Ordering {
        let key = |finding: &Self| (finding.app.clone(), finding.location.clone(), finding.rule);
        key(self).cmp(&key(other)).then_with(|| self.message.cmp(&other.message))
    }
}
