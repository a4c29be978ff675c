//! The errors that TypeScript prints, in both of its layouts.
//!
//! ```text
//! src/App.tsx(3,7): error TS2322: Type 'string' is not assignable to type 'number'.
//! src/App.tsx:3:7 - error TS2322: Type 'string' is not assignable to type 'number'.
//! ```

use std::fmt;

/// An error of a type check.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct TypeError {
    /// The file as the compiler names it; empty where it names none.
    pub(super) file: String,
    /// Line and column, from 1.
    pub(super) place: Option<(u32, u32)>,
    /// `2322`
    pub(super) code: u32,
    pub(super) message: String,
}

impl TypeError {
    /// What stays the same where lines were added above.
    pub(super) fn without_place(&self) -> Self {
        Self { place: None, ..self.clone() }
    }

    /// What the message names in quotes: `x` of `'x'` and of `'"x"'`.
    pub(super) fn quoted(&self) -> impl Iterator<Item = &str> {
        self.message.split('\'').skip(1).step_by(2).map(|part| part.trim_matches('"'))
    }
}

impl fmt::Display for TypeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.file.is_empty() {
            write!(f, "{}", self.file)?;
            if let Some((line, column)) = self.place {
                write!(f, ":{line}:{column}")?;
            }
            write!(f, ": ")?;
        }
        write!(f, "error TS{}: {}", self.code, self.message)
    }
}

/// The errors in what a check printed.
pub(super) fn errors(output: &str) -> Vec<TypeError> {
    output.lines().filter_map(|line| error(&without_colours(line))).collect()
}

fn error(line: &str) -> Option<TypeError> {
    let (head, rest) = line.split_once("error TS")?;
    let (code, message) = rest.split_once(':')?;
    let code = code.parse().ok()?;
    let head = head.trim_end().trim_end_matches(['-', ':']).trim();
    let (file, place) = located(head);
    Some(TypeError { file: file.replace('\\', "/"), place, code, message: message.trim().to_owned() })
}

/// `src/App.tsx(3,7)` or `src/App.tsx:3:7`
fn located(head: &str) -> (&str, Option<(u32, u32)>) {
    let numbers = |text: &str, between: char| {
        let (line, column) = text.split_once(between)?;
        Some((line.parse().ok()?, column.parse().ok()?))
    };
    if let Some((file, place)) = head.strip_suffix(')').and_then(|head| head.rsplit_once('(')) {
        return (file, numbers(place, ','));
    }
    let mut parts = head.rsplitn(3, ':');
    match (parts.next(), parts.next(), parts.next()) {
        (Some(column), Some(line), Some(file)) => match (line.parse(), column.parse()) {
            (Ok(line), Ok(column)) => (file, Some((line, column))),
            _ => (head, None),
        },
        _ => (head, None),
    }
}

/// A line without the codes that colour it.
fn without_colours(line: &str) -> String {
    let mut parts = line.split('\u{1b}');
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        text.push_str(part.split_once('m').map_or("", |(_, rest)| rest));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_layouts_are_read() {
        let found = errors(
            "src/a (b).tsx(3,7): error TS2322: Type 'string' is not.\n  more\n\
             \u{1b}[96msrc/App.tsx\u{1b}[0m:\u{1b}[93m3\u{1b}[0m:\u{1b}[93m7\u{1b}[0m - \u{1b}[91merror\u{1b}[0m\u{1b}[90m TS2307: \u{1b}[0mCannot find module 'x'.\n\
             error TS18003: No inputs were found.\nFound 2 errors.\n",
        );
        let shown: Vec<String> = found.iter().map(TypeError::to_string).collect();
        assert_eq!(
            shown,
            [
                "src/a (b).tsx:3:7: error TS2322: Type 'string' is not.",
                "src/App.tsx:3:7: error TS2307: Cannot find module 'x'.",
                "error TS18003: No inputs were found.",
            ]
        );
        assert_eq!(found[1].quoted().collect::<Vec<_>>(), ["x"]);
    }
}
