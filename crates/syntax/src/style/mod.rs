//! How a file is written: quotes, semicolons, indent, width, commas, line ending.
//!
//! [`Style::decide`] takes, field by field, the first that speaks: the settings of the project's formatter, what the file's own
//! syntax shows, what its whitespace shows, a default. Everything here is text in, values out: the caller finds and reads files.
//!
//! ```
//! # use syntax::style::{Evidence, Indent, Quote, Style, StyleSettings};
//! let settings = StyleSettings { quote: Some(Quote::Single), ..StyleSettings::default() };
//! let style = Style::decide(&settings, &Evidence::default(), "if (a) {\n\tb();\n}\n");
//! assert_eq!((style.quote, style.indent), (Quote::Single, Indent::Tab));
//! ```

mod biome;
mod editorconfig;
mod evidence;
mod file;
mod glob;
mod indent;
mod prettier;
mod settings;
mod value;

pub use evidence::Evidence;
pub use file::{Read, SettingsFile, read_settings, settings_file};
pub use settings::{PRETTIER_BESIDE_BIOME, StyleSettings, combine};
pub use value::{Format, SettingsError};

/// The quote around a string.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quote {
    /// `'a'`
    Single,
    /// `"a"`
    Double,
}

impl Quote {
    /// The character itself.
    pub fn as_char(self) -> char {
        match self {
            Self::Single => '\'',
            Self::Double => '"',
        }
    }
}

/// One step of indentation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Indent {
    /// A tab.
    Tab,
    /// So many spaces, 1 to 16.
    Spaces(u8),
}

impl Indent {
    /// The text of one step. It is static because swc's printer asks for that.
    pub fn unit(self) -> &'static str {
        const SPACES: &str = "                ";
        match self {
            Self::Tab => "\t",
            Self::Spaces(count) => SPACES.get(..usize::from(count)).unwrap_or(SPACES),
        }
    }
}

/// Where a list that is spread over lines ends in a comma.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TrailingComma {
    /// Nowhere.
    None,
    /// In arrays, objects, imports and exports, not in parameters and arguments.
    Es5,
    /// Wherever the language lets it.
    All,
}

/// How a line ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineEnding {
    /// `\n`
    Lf,
    /// `\r\n`
    CrLf,
}

impl LineEnding {
    /// The text that ends a line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Lf => "\n",
            Self::CrLf => "\r\n",
        }
    }
}

/// How code that is added to a file is to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// Around strings, except in JSX.
    pub quote: Quote,
    /// Around JSX attributes: `<a href="b" />`.
    pub jsx_quote: Quote,
    /// Whether statements end in `;`.
    pub semicolons: bool,
    /// One step of indentation.
    pub indent: Indent,
    /// How wide a step is when a line is measured, tabs included.
    pub tab_width: u8,
    /// The width to stay within; [`Style::UNLIMITED_WIDTH`] where the project sets none on purpose.
    pub width: u32,
    /// Where a list over several lines ends in a comma.
    pub trailing_comma: TrailingComma,
    /// `{ a }` rather than `{a}`.
    pub bracket_spacing: bool,
    /// The `>` of a JSX tag over several lines stands after its last attribute, not on a line of its own.
    pub bracket_same_line: bool,
    /// Each JSX attribute has its own line where there are several.
    pub single_attribute_per_line: bool,
    /// `(a) => a` rather than `a => a`.
    pub arrow_parens: bool,
    /// How lines end.
    pub eol: LineEnding,
}

impl Style {
    /// Stands for "no limit" and is still safe to add columns to.
    pub const UNLIMITED_WIDTH: u32 = 1_000_000;

    /// The style of a file with this `text`.
    ///
    /// Only the line ending is not up to the settings: what the file has on disk stays, or an edit would leave it mixed.
    pub fn decide(settings: &StyleSettings, evidence: &Evidence, text: &str) -> Self {
        let default = Self::default();
        let detected = indent::detect_indent(text);
        // Tabs or spaces: the file as it is comes before a setting that nobody has applied to it yet, a linter's default above all.
        let use_tabs = match detected {
            Some(detected) => detected == Indent::Tab,
            None => settings.use_tabs.unwrap_or(false),
        };
        let detected_width = match detected {
            Some(Indent::Spaces(width)) => Some(width),
            Some(Indent::Tab) | None => None,
        };
        let tab_width = settings.tab_width.or(detected_width).unwrap_or(default.tab_width);
        Self {
            quote: settings.quote.or_else(|| evidence.quote()).unwrap_or(default.quote),
            jsx_quote: settings.jsx_quote.or_else(|| evidence.jsx_quote()).unwrap_or(default.jsx_quote),
            semicolons: settings.semicolons.or_else(|| evidence.semicolons()).unwrap_or(default.semicolons),
            indent: if use_tabs { Indent::Tab } else { Indent::Spaces(tab_width) },
            tab_width,
            width: settings.width.unwrap_or(default.width),
            trailing_comma: settings
                .trailing_comma
                .or_else(|| evidence.trailing_comma())
                .unwrap_or(default.trailing_comma),
            bracket_spacing: settings
                .bracket_spacing
                .or_else(|| evidence.bracket_spacing())
                .unwrap_or(default.bracket_spacing),
            bracket_same_line: settings
                .bracket_same_line
                .or_else(|| evidence.bracket_same_line())
                .unwrap_or(default.bracket_same_line),
            single_attribute_per_line: settings.single_attribute_per_line.unwrap_or(default.single_attribute_per_line),
            arrow_parens: settings.arrow_parens.or_else(|| evidence.arrow_parens()).unwrap_or(default.arrow_parens),
            eol: indent::detect_line_ending(text).or(settings.eol).unwrap_or(default.eol),
        }
    }

    /// The style of a new file that will stand beside another, of which `evidence` and `text` are: what a formatter is told of tabs
    /// comes first, since nothing is there yet.
    pub fn decide_new(settings: &StyleSettings, evidence: &Evidence, text: &str) -> Self {
        let beside = Self::decide(settings, evidence, text);
        let indent = match settings.use_tabs {
            Some(true) => Indent::Tab,
            Some(false) => Indent::Spaces(beside.tab_width),
            None => beside.indent,
        };
        Self { indent, ..beside }
    }
}

impl Default for Style {
    /// What is written where nothing speaks: Prettier's defaults.
    fn default() -> Self {
        Self {
            quote: Quote::Double,
            jsx_quote: Quote::Double,
            semicolons: true,
            indent: Indent::Spaces(2),
            tab_width: 2,
            width: 80,
            trailing_comma: TrailingComma::All,
            bracket_spacing: true,
            bracket_same_line: false,
            single_attribute_per_line: false,
            arrow_parens: true,
            eol: LineEnding::Lf,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_decide(settings: StyleSettings, evidence: Evidence, text: &str, expected: Style) {
        assert_eq!(Style::decide(&settings, &evidence, text), expected);
    }

    #[test]
    fn nothing_known_gives_the_defaults() {
        check_decide(StyleSettings::default(), Evidence::default(), "", Style::default());
    }

    #[test]
    fn settings_win_over_evidence_and_text() {
        let settings = StyleSettings {
            quote: Some(Quote::Single),
            jsx_quote: Some(Quote::Single),
            semicolons: Some(false),
            use_tabs: Some(true),
            tab_width: Some(8),
            width: Some(100),
            trailing_comma: Some(TrailingComma::None),
            bracket_spacing: Some(false),
            bracket_same_line: Some(true),
            single_attribute_per_line: Some(true),
            arrow_parens: Some(false),
            eol: Some(LineEnding::CrLf),
            ..StyleSettings::default()
        };
        let evidence = Evidence {
            import_double: 9,
            jsx_double: 9,
            import_semicolon: 9,
            multiline_comma: 9,
            braces_spaced: 9,
            jsx_bracket_own_line: 9,
            arrow_parens: 9,
            ..Evidence::default()
        };
        let expected = Style {
            quote: Quote::Single,
            jsx_quote: Quote::Single,
            semicolons: false,
            indent: Indent::Tab,
            tab_width: 8,
            width: 100,
            trailing_comma: TrailingComma::None,
            bracket_spacing: false,
            bracket_same_line: true,
            single_attribute_per_line: true,
            arrow_parens: false,
            eol: LineEnding::Lf,
        };
        check_decide(settings.clone(), evidence.clone(), "a\nb\nc\n", expected);
        check_decide(settings, evidence, "no line ending", Style { eol: LineEnding::CrLf, ..expected });
    }

    #[test]
    fn a_file_keeps_its_line_ending() {
        let lf = StyleSettings { eol: Some(LineEnding::Lf), ..StyleSettings::default() };
        check_decide(lf, Evidence::default(), "a\r\nb\r\n", Style { eol: LineEnding::CrLf, ..Style::default() });
    }

    #[test]
    fn settings_that_name_half_of_the_indent_take_the_rest_from_the_text() {
        let four_in = "a\n    b\nc\n";
        for (use_tabs, tab_width, text, indent, width) in [
            (None, None, four_in, Indent::Spaces(4), 4),
            (None, None, "a\n\tb\nc\n", Indent::Tab, 2),
            (None, Some(3), "a\n\tb\nc\n", Indent::Tab, 3),
            (None, Some(3), four_in, Indent::Spaces(3), 3),
            (Some(false), None, four_in, Indent::Spaces(4), 4),
            (Some(true), None, "a\nb\nc\n", Indent::Tab, 2),
            // A setting that was never applied to this file.
            (Some(false), None, "a\n\tb\nc\n", Indent::Tab, 2),
            (Some(true), Some(4), "a\n  b\nc\n", Indent::Spaces(4), 4),
        ] {
            let settings = StyleSettings { use_tabs, tab_width, ..StyleSettings::default() };
            let expected = Style { indent, tab_width: width, ..Style::default() };
            check_decide(settings, Evidence::default(), text, expected);
        }
    }

    #[test]
    fn evidence_fills_what_settings_leave_open() {
        let none = Evidence::default();
        let default = Style::default();
        for (evidence, expected) in [
            (Evidence { import_single: 1, ..none.clone() }, Style { quote: Quote::Single, ..default }),
            (Evidence { statement_no_semicolon: 1, ..none.clone() }, Style { semicolons: false, ..default }),
            (Evidence { jsx_single: 1, ..none.clone() }, Style { jsx_quote: Quote::Single, ..default }),
            (
                Evidence { multiline_no_comma: 1, ..none.clone() },
                Style { trailing_comma: TrailingComma::None, ..default },
            ),
            (Evidence { braces_tight: 1, ..none.clone() }, Style { bracket_spacing: false, ..default }),
            (Evidence { jsx_bracket_same_line: 1, ..none.clone() }, Style { bracket_same_line: true, ..default }),
            (Evidence { arrow_no_parens: 1, ..none }, Style { arrow_parens: false, ..default }),
        ] {
            check_decide(StyleSettings::default(), evidence, "", expected);
        }
    }

    #[test]
    fn units_are_the_text_of_one_step() {
        for (indent, unit) in [
            (Indent::Tab, "\t"),
            (Indent::Spaces(1), " "),
            (Indent::Spaces(4), "    "),
            (Indent::Spaces(16), "                "),
            (Indent::Spaces(200), "                "),
        ] {
            assert_eq!(indent.unit(), unit, "{indent:?}");
        }
        assert_eq!((Quote::Single.as_char(), Quote::Double.as_char()), ('\'', '"'));
        assert_eq!((LineEnding::Lf.as_str(), LineEnding::CrLf.as_str()), ("\n", "\r\n"));
    }
}
