//! `--format github`: annotations of a GitHub Actions run, as [workflow commands].
//!
//! ```text
//! ::error file=src/main.tsx,line=12,endLine=12,col=3,endColumn=17,title=other-auth::the app . was refused…
//! ```
//!
//! GitHub shows ten of a kind for a step and drops the rest without a word, so that no more are printed.
//!
//! [workflow commands]: https://docs.github.com/actions/reference/workflow-commands-for-github-actions

use std::fmt::Write as _;

use change::Severity;

use super::notices::Notice;
use super::{View, count};

/// How many of a kind GitHub shows.
const SHOWN: usize = 10;

/// The commands, errors first.
pub(crate) fn github(view: &View<'_>, all: &[Notice<'_>]) -> String {
    let mut text = String::new();
    for (severity, command) in [(Severity::Error, "error"), (Severity::Warning, "warning"), (Severity::Note, "notice")]
    {
        let kind: Vec<&Notice<'_>> = all.iter().filter(|notice| notice.severity == severity).collect();
        for notice in kind.iter().take(SHOWN) {
            // Writing to a String can't fail, here and below.
            let properties = properties(view, notice);
            let _ = writeln!(text, "::{command} {properties}::{}", data(&notice.message));
        }
        if let more @ 1.. = kind.len().saturating_sub(SHOWN) {
            let _ = writeln!(text, "{} in the summary", count(more, &format!("more {command}")));
        }
    }
    text
}

/// Where it is, and its id as the title.
fn properties(view: &View<'_>, notice: &Notice<'_>) -> String {
    let mut properties = String::new();
    if let Some(location) = &notice.location {
        let _ = write!(properties, "file={},", property(location.path.as_str()));
        if let Some((start, end)) = view.span(location) {
            let _ = write!(properties, "line={},endLine={},", start.line + 1, end.line + 1);
            // Columns of a range over several lines are taken for an error.
            if start.line == end.line {
                let _ = write!(properties, "col={},endColumn={},", start.column + 1, end.column + 1);
            }
        }
    }
    let _ = write!(properties, "title={}", property(notice.id));
    properties
}

/// A message as a command takes it.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// The value of a property as a command takes it.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_end_a_command_is_escaped() {
        assert_eq!(data("50%\r\n::error::x"), "50%25%0D%0A::error::x");
        assert_eq!(property("a:b,c%\n"), "a%3Ab%2Cc%25%0A");
    }
}
