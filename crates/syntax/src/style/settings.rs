//! What the project's settings say of the style, and which of them has the last word.
//!
//! ```
//! # use syntax::style::{StyleSettings, combine};
//! let prettier = StyleSettings { semicolons: Some(false), ..StyleSettings::default() };
//! let editorconfig = StyleSettings { tab_width: Some(4), width: Some(100), ..StyleSettings::default() };
//! let settings = combine(Some(prettier), None, Some(editorconfig));
//! assert_eq!((settings.semicolons, settings.tab_width, settings.width), (Some(false), Some(4), Some(100)));
//! assert_eq!(settings.arrow_parens, Some(true), "Prettier's default");
//! ```

use super::{LineEnding, Quote, Style, TrailingComma, biome, prettier};

/// For the user, where both tools are configured and [`combine`] had to choose.
pub const PRETTIER_BESIDE_BIOME: &str =
    "Prettier and Biome are both configured here: new code is written as Prettier would";

/// What settings name of a [`Style`]; `None` is "not named", which is not the tool's default.
///
/// The indent is kept as its two halves, since settings often name one: `useTabs` in `.prettierrc`, `indent_size` in
/// `.editorconfig`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StyleSettings {
    /// [`Style::quote`]
    pub quote: Option<Quote>,
    /// [`Style::jsx_quote`]
    pub jsx_quote: Option<Quote>,
    /// [`Style::semicolons`]
    pub semicolons: Option<bool>,
    /// Whether [`Style::indent`] is a tab.
    pub use_tabs: Option<bool>,
    /// [`Style::tab_width`], and the number of spaces where the indent isn't a tab.
    pub tab_width: Option<u8>,
    /// [`Style::width`]
    pub width: Option<u32>,
    /// [`Style::trailing_comma`]
    pub trailing_comma: Option<TrailingComma>,
    /// [`Style::bracket_spacing`]
    pub bracket_spacing: Option<bool>,
    /// [`Style::bracket_same_line`]
    pub bracket_same_line: Option<bool>,
    /// [`Style::single_attribute_per_line`]
    pub single_attribute_per_line: Option<bool>,
    /// [`Style::arrow_parens`]
    pub arrow_parens: Option<bool>,
    /// [`Style::eol`], for files that have no line ending yet.
    pub eol: Option<LineEnding>,
    /// Biome's `formatter.useEditorconfig`: whether EditorConfig counts beneath it. Read by [`combine`] only.
    pub use_editorconfig: Option<bool>,
    /// More options stand where they can't be read (a shared package, a file of code), so what isn't named is *not* the tool's
    /// default. Read by [`combine`] only.
    pub rest_unknown: bool,
}

impl StyleSettings {
    /// These settings, with `weaker` for what they don't name.
    #[must_use]
    pub fn over(self, weaker: Self) -> Self {
        Self {
            quote: self.quote.or(weaker.quote),
            jsx_quote: self.jsx_quote.or(weaker.jsx_quote),
            semicolons: self.semicolons.or(weaker.semicolons),
            use_tabs: self.use_tabs.or(weaker.use_tabs),
            tab_width: self.tab_width.or(weaker.tab_width),
            width: self.width.or(weaker.width),
            trailing_comma: self.trailing_comma.or(weaker.trailing_comma),
            bracket_spacing: self.bracket_spacing.or(weaker.bracket_spacing),
            bracket_same_line: self.bracket_same_line.or(weaker.bracket_same_line),
            single_attribute_per_line: self.single_attribute_per_line.or(weaker.single_attribute_per_line),
            arrow_parens: self.arrow_parens.or(weaker.arrow_parens),
            eol: self.eol.or(weaker.eol),
            use_editorconfig: self.use_editorconfig.or(weaker.use_editorconfig),
            rest_unknown: self.rest_unknown || weaker.rest_unknown,
        }
    }

    /// Without the two fields that aren't style.
    fn resolved(self) -> Self {
        Self { use_editorconfig: None, rest_unknown: false, ..self }
    }
}

/// One set of settings out of the three kinds, each `None` where the project has no such file.
///
/// Prettier: its file, then EditorConfig, then its defaults. Else Biome: its file, then EditorConfig where it asks for it, then
/// its defaults. Else EditorConfig alone, and what it doesn't name is left to the file. A project that runs Prettier without a
/// file passes `Some(StyleSettings::default())`. Where both tools are configured the caller says [`PRETTIER_BESIDE_BIOME`].
#[must_use]
pub fn combine(
    prettier: Option<StyleSettings>,
    biome: Option<StyleSettings>,
    editorconfig: Option<StyleSettings>,
) -> StyleSettings {
    let editorconfig = editorconfig.unwrap_or_default();
    let unlimited = editorconfig.width == Some(Style::UNLIMITED_WIDTH);
    if let Some(named) = prettier {
        let beneath = if named.rest_unknown { StyleSettings::default() } else { prettier::DEFAULTS };
        return named.over(editorconfig).over(beneath).resolved();
    }
    if let Some(named) = biome {
        let beneath = if named.rest_unknown { StyleSettings::default() } else { biome::DEFAULTS };
        if named.use_editorconfig != Some(true) {
            return named.over(beneath).resolved();
        }
        let width = if unlimited { Some(biome::WIDEST) } else { editorconfig.width };
        return named.over(StyleSettings { width, ..editorconfig }).over(beneath).resolved();
    }
    // `max_line_length = off` alone is no wish for endless lines: the file was laid out by hand.
    let width = if unlimited { None } else { editorconfig.width };
    StyleSettings { width, ..editorconfig }.resolved()
}

/// A width that a person may have meant.
pub(super) fn sane_width(width: u64) -> Option<u32> {
    u32::try_from(width).ok().filter(|width| (20..=1000).contains(width))
}

/// A step of indentation that a person may have meant.
pub(super) fn sane_indent(width: u64) -> Option<u8> {
    u8::try_from(width).ok().filter(|width| (1..=16).contains(width))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(quote: Quote, flag: bool, number: u8, comma: TrailingComma, eol: LineEnding) -> StyleSettings {
        StyleSettings {
            quote: Some(quote),
            jsx_quote: Some(quote),
            semicolons: Some(flag),
            use_tabs: Some(flag),
            tab_width: Some(number),
            width: Some(u32::from(number) + 80),
            trailing_comma: Some(comma),
            bracket_spacing: Some(flag),
            bracket_same_line: Some(flag),
            single_attribute_per_line: Some(flag),
            arrow_parens: Some(flag),
            eol: Some(eol),
            use_editorconfig: Some(flag),
            rest_unknown: false,
        }
    }

    #[test]
    fn over_takes_every_field_from_the_stronger() {
        let strong = all(Quote::Single, true, 3, TrailingComma::Es5, LineEnding::CrLf);
        let weak = all(Quote::Double, false, 5, TrailingComma::None, LineEnding::Lf);
        assert_eq!(strong.clone().over(weak.clone()), strong);
        assert_eq!(StyleSettings::default().over(weak.clone()), weak);
        assert_eq!(weak.clone().over(StyleSettings::default()), weak);
        let unknown = StyleSettings { rest_unknown: true, ..StyleSettings::default() };
        assert!(unknown.clone().over(weak.clone()).rest_unknown);
        assert!(weak.over(unknown).rest_unknown);
    }

    #[track_caller]
    fn check_combine(given: [Option<StyleSettings>; 3], expected: &StyleSettings) {
        let [prettier, biome, editorconfig] = given;
        assert_eq!(combine(prettier, biome, editorconfig), *expected);
    }

    #[test]
    fn prettier_stands_over_editorconfig_over_its_defaults() {
        let named = StyleSettings { width: Some(100), ..StyleSettings::default() };
        let editorconfig = StyleSettings { width: Some(120), tab_width: Some(4), ..StyleSettings::default() };
        let expected = StyleSettings { width: Some(100), tab_width: Some(4), ..prettier::DEFAULTS };
        check_combine([Some(named.clone()), None, Some(editorconfig.clone())], &expected);
        check_combine([Some(named.clone()), Some(biome::DEFAULTS), Some(editorconfig.clone())], &expected);
        check_combine([Some(StyleSettings::default()), None, None], &prettier::DEFAULTS);

        let unknown = StyleSettings { rest_unknown: true, ..named };
        let expected = StyleSettings { width: Some(100), tab_width: Some(4), ..StyleSettings::default() };
        check_combine([Some(unknown), None, Some(editorconfig)], &expected);
    }

    #[test]
    fn biome_reads_editorconfig_only_where_it_asks_for_it() {
        let named = StyleSettings { quote: Some(Quote::Single), ..StyleSettings::default() };
        let editorconfig = StyleSettings { use_tabs: Some(false), tab_width: Some(4), ..StyleSettings::default() };
        let single = StyleSettings { quote: Some(Quote::Single), ..biome::DEFAULTS };
        for asks in [None, Some(false)] {
            let named = StyleSettings { use_editorconfig: asks, ..named.clone() };
            check_combine([None, Some(named), Some(editorconfig.clone())], &single);
        }
        let asking = StyleSettings { use_editorconfig: Some(true), ..named.clone() };
        let expected = StyleSettings { use_tabs: Some(false), tab_width: Some(4), ..single.clone() };
        check_combine([None, Some(asking), Some(editorconfig)], &expected);
        check_combine([None, Some(named.clone()), None], &single);

        let unknown = StyleSettings { rest_unknown: true, ..named.clone() };
        check_combine([None, Some(unknown), None], &named);
    }

    #[test]
    fn editorconfig_alone_leaves_the_rest_open() {
        let editorconfig = StyleSettings { use_tabs: Some(true), ..StyleSettings::default() };
        check_combine([None, None, Some(editorconfig.clone())], &editorconfig);
        check_combine([None, None, None], &StyleSettings::default());
    }

    #[test]
    fn no_limit_means_what_the_formatter_makes_of_it() {
        let off = StyleSettings { width: Some(Style::UNLIMITED_WIDTH), ..StyleSettings::default() };
        let asking = StyleSettings { use_editorconfig: Some(true), ..StyleSettings::default() };
        for (prettier, biome, width) in [
            (Some(StyleSettings::default()), None, Some(Style::UNLIMITED_WIDTH)),
            (None, Some(asking), Some(320)),
            (None, Some(StyleSettings::default()), Some(80)),
            (None, None, None),
        ] {
            assert_eq!(combine(prettier, biome, Some(off.clone())).width, width);
        }
    }

    #[test]
    fn numbers_nobody_means_are_ignored() {
        for (number, width, indent) in [
            (0, None, None),
            (1, None, Some(1)),
            (16, None, Some(16)),
            (17, None, None),
            (19, None, None),
            (20, Some(20), None),
            (1000, Some(1000), None),
            (1001, None, None),
            (u64::MAX, None, None),
            // 256 + 2 and 2^32 + 80 must not wrap around.
            (258, Some(258), None),
            (4_294_967_376, None, None),
        ] {
            assert_eq!((sane_width(number), sane_indent(number)), (width, indent), "{number}");
        }
    }
}
