//! JSON as tsconfig.json and convex.json have it: comments and trailing commas are fine.

use change::{RelPath, TextRange};
use serde_json::Value;
use syntax::ParseFailure;

use crate::workspace::Workspace;

/// Reads a file; `None` where there is none.
pub(crate) fn read(workspace: &Workspace, path: &RelPath) -> Option<Result<Value, ParseFailure>> {
    Some(parse(&workspace.text(path)?))
}

/// Reads a text.
///
/// # Errors
/// What is wrong with it, and where.
pub(crate) fn parse(text: &str) -> Result<Value, ParseFailure> {
    let body = text.trim_start_matches('\u{feff}');
    let parsed = jsonc_parser::parse_to_serde_value(body, &jsonc_parser::ParseOptions::default());
    parsed.map_err(|error| {
        let shift = (text.len() - body.len()) as u32;
        let range = error.range();
        ParseFailure {
            message: format!("not valid JSON: {}", error.kind()),
            range: TextRange::new(range.start as u32 + shift, range.end as u32 + shift),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_are_fine_and_errors_have_a_place() {
        assert_eq!(parse("\u{feff}{ // c\n\"a\": [1,],}").unwrap()["a"][0], 1);
        assert_eq!(parse("{\n \"a\": }").unwrap_err().range.start(), 8);
    }
}
