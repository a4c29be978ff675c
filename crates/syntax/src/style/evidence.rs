//! What a file's own syntax shows of its style, counted, and how the counts are read.
//!
//! ```
//! # use syntax::style::{Evidence, Quote, Style, StyleSettings};
//! // import { a } from 'a'
//! let seen = Evidence { import_single: 1, import_no_semicolon: 1, string_double: 5, ..Evidence::default() };
//! assert_eq!(Style::decide(&StyleSettings::default(), &seen, "").quote, Quote::Single);
//! ```

use super::{Quote, TrailingComma};

/// One vote for each occurrence. Imports are counted on their own because they are read first: each has a quote and an end, and
/// nothing in them (an apostrophe, say) makes a writer depart from the habit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Evidence {
    /// `import a from 'a'`
    pub import_single: u32,
    /// `import a from "a"`
    pub import_double: u32,
    /// Imports that end in `;`.
    pub import_semicolon: u32,
    /// Imports that end without.
    pub import_no_semicolon: u32,
    /// `'a'` outside imports and JSX attributes. Strings that hold a quote say nothing and are better not counted.
    pub string_single: u32,
    /// `"a"` outside imports and JSX attributes.
    pub string_double: u32,
    /// Other statements that end in `;`.
    pub statement_semicolon: u32,
    /// Other statements that could end in `;` and don't.
    pub statement_no_semicolon: u32,
    /// `<a b='c' />`
    pub jsx_single: u32,
    /// `<a b="c" />`
    pub jsx_double: u32,
    /// Arrays, objects, imports and exports over several lines whose last item has a comma.
    pub multiline_comma: u32,
    /// The same without one.
    pub multiline_no_comma: u32,
    /// Parameters and arguments over several lines whose last item has a comma.
    pub arguments_comma: u32,
    /// The same without one, where it would be allowed. A call such as `f(() => {` .. `})` is not spread over lines.
    pub arguments_no_comma: u32,
    /// `{ a }` on one line.
    pub braces_spaced: u32,
    /// `{a}` on one line; not JSX containers, which are tight in every style.
    pub braces_tight: u32,
    /// JSX tags over several lines whose `>` follows the last attribute.
    pub jsx_bracket_same_line: u32,
    /// The same with the `>` on its own line.
    pub jsx_bracket_own_line: u32,
    /// `(a) => a`, for arrows that could do without the parentheses.
    pub arrow_parens: u32,
    /// `a => a`
    pub arrow_no_parens: u32,
}

impl Evidence {
    pub(super) fn quote(&self) -> Option<Quote> {
        majority(self.import_single, self.import_double)
            .or_else(|| majority(self.string_single, self.string_double))
            .map(single_or_double)
    }

    pub(super) fn jsx_quote(&self) -> Option<Quote> {
        majority(self.jsx_single, self.jsx_double).map(single_or_double)
    }

    pub(super) fn semicolons(&self) -> Option<bool> {
        majority(self.import_semicolon, self.import_no_semicolon)
            .or_else(|| majority(self.statement_semicolon, self.statement_no_semicolon))
    }

    pub(super) fn trailing_comma(&self) -> Option<TrailingComma> {
        let in_lists = majority(self.multiline_comma, self.multiline_no_comma);
        let in_arguments = majority(self.arguments_comma, self.arguments_no_comma);
        match (in_lists, in_arguments) {
            (Some(false), _) => Some(TrailingComma::None),
            (_, Some(false)) => Some(TrailingComma::Es5),
            (Some(true), _) | (None, Some(true)) => Some(TrailingComma::All),
            (None, None) => None,
        }
    }

    pub(super) fn bracket_spacing(&self) -> Option<bool> {
        majority(self.braces_spaced, self.braces_tight)
    }

    pub(super) fn bracket_same_line(&self) -> Option<bool> {
        majority(self.jsx_bracket_same_line, self.jsx_bracket_own_line)
    }

    pub(super) fn arrow_parens(&self) -> Option<bool> {
        majority(self.arrow_parens, self.arrow_no_parens)
    }
}

/// `None` for a tie, which says as little as no vote.
fn majority(yes: u32, no: u32) -> Option<bool> {
    (yes != no).then_some(yes > no)
}

fn single_or_double(single: bool) -> Quote {
    if single { Quote::Single } else { Quote::Double }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn imports_speak_before_the_rest_of_the_file() {
        for (imports, strings, expected) in [
            ((0, 0), (0, 0), None),
            ((1, 0), (0, 9), Some(Quote::Single)),
            ((0, 1), (9, 0), Some(Quote::Double)),
            ((2, 2), (0, 1), Some(Quote::Double)),
            ((0, 0), (3, 2), Some(Quote::Single)),
            ((1, 1), (4, 4), None),
        ] {
            let evidence = Evidence {
                import_single: imports.0,
                import_double: imports.1,
                string_single: strings.0,
                string_double: strings.1,
                ..Evidence::default()
            };
            assert_eq!(evidence.quote(), expected, "{imports:?} {strings:?}");
            let evidence = Evidence {
                import_semicolon: imports.0,
                import_no_semicolon: imports.1,
                statement_semicolon: strings.0,
                statement_no_semicolon: strings.1,
                ..Evidence::default()
            };
            let semicolons = expected.map(|quote| quote == Quote::Single);
            assert_eq!(evidence.semicolons(), semicolons, "{imports:?} {strings:?}");
        }
    }

    #[test]
    fn commas_in_arguments_tell_es5_from_all() {
        for (lists, arguments, expected) in [
            ((0, 0), (0, 0), None),
            ((1, 1), (2, 2), None),
            ((3, 0), (0, 0), Some(TrailingComma::All)),
            ((3, 0), (1, 0), Some(TrailingComma::All)),
            ((3, 0), (0, 1), Some(TrailingComma::Es5)),
            ((0, 3), (0, 1), Some(TrailingComma::None)),
            ((0, 3), (1, 0), Some(TrailingComma::None)),
            ((0, 0), (0, 1), Some(TrailingComma::Es5)),
            ((0, 0), (1, 0), Some(TrailingComma::All)),
        ] {
            let evidence = Evidence {
                multiline_comma: lists.0,
                multiline_no_comma: lists.1,
                arguments_comma: arguments.0,
                arguments_no_comma: arguments.1,
                ..Evidence::default()
            };
            assert_eq!(evidence.trailing_comma(), expected, "{lists:?} {arguments:?}");
        }
    }

    #[test]
    fn each_pair_is_read_the_right_way_round() {
        let evidence = Evidence {
            jsx_single: 1,
            braces_spaced: 1,
            jsx_bracket_same_line: 1,
            arrow_parens: 1,
            ..Evidence::default()
        };
        assert_eq!(evidence.jsx_quote(), Some(Quote::Single));
        assert_eq!(
            (evidence.bracket_spacing(), evidence.bracket_same_line(), evidence.arrow_parens()),
            (Some(true), Some(true), Some(true))
        );
        let evidence = Evidence {
            jsx_double: 1,
            braces_tight: 1,
            jsx_bracket_own_line: 1,
            arrow_no_parens: 1,
            ..Evidence::default()
        };
        assert_eq!(evidence.jsx_quote(), Some(Quote::Double));
        assert_eq!(
            (evidence.bracket_spacing(), evidence.bracket_same_line(), evidence.arrow_parens()),
            (Some(false), Some(false), Some(false))
        );
    }
}
