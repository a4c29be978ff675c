//! Biome's formatter options, of version 2 and of version 1 where it named them otherwise.

use super::file::Read;
use super::glob::{biome_includes, biome_one_matches};
use super::prettier;
use super::value::{flag, indent, section, sections, width, word, words};
use super::{LineEnding, Quote, StyleSettings, TrailingComma};
use serde_json::{Map, Value};

/// What Biome does where nothing is named.
pub(super) const DEFAULTS: StyleSettings = StyleSettings { use_tabs: Some(true), ..prettier::DEFAULTS };

/// Biome's own upper bound, which also stands for EditorConfig's `max_line_length = off`.
pub(super) const WIDEST: u32 = 320;

/// The settings for `file`, or `None` where Biome doesn't format it.
pub(super) fn read(options: &Map<String, Value>, file: &str) -> Option<Read> {
    let formatter = section(options, "formatter");
    for scope in [section(options, "files"), formatter].into_iter().flatten() {
        if !in_scope(scope, file, true) {
            return None;
        }
    }
    let mut enabled = activity(options);
    let mut settings = style(options);
    settings.use_editorconfig = formatter.and_then(|formatter| flag(formatter, "useEditorconfig"));
    for entry in sections(options, "overrides") {
        let has_scope = ["includes", "include"].iter().any(|key| entry.contains_key(*key));
        if has_scope && in_scope(entry, file, false) {
            enabled = activity(entry).or(enabled);
            settings = style(entry).over(settings);
        }
    }
    if enabled == Some(false) {
        return None;
    }
    let extended = words(options, "extends").unwrap_or_default();
    // `"extends": "//"` is the configuration at the root of the repository, which the caller meets further up.
    let (root, others): (Vec<&str>, Vec<&str>) = extended.into_iter().partition(|path| *path == "//");
    settings.rest_unknown = !others.is_empty();
    let notes = others.iter().map(|path| format!("Biome's `extends` of `{path}` is not followed")).collect();
    Some(Read { settings, stop: root.is_empty(), notes })
}

/// One level of options, at the top or in an override: those for JavaScript over those for every language.
fn style(options: &Map<String, Value>) -> StyleSettings {
    let of_all = section(options, "formatter").map(level).unwrap_or_default();
    javascript(options).map(level).unwrap_or_default().over(of_all)
}

fn javascript(options: &Map<String, Value>) -> Option<&Map<String, Value>> {
    section(section(options, "javascript")?, "formatter")
}

/// Whether this level turns formatting on or off; the language has the last word.
fn activity(options: &Map<String, Value>) -> Option<bool> {
    let enabled = |formatter: Option<&Map<String, Value>>| flag(formatter?, "enabled");
    enabled(javascript(options)).or_else(|| enabled(section(options, "formatter")))
}

fn level(options: &Map<String, Value>) -> StyleSettings {
    let quote = |key| match word(options, key)? {
        "single" => Some(Quote::Single),
        "double" => Some(Quote::Double),
        _ => None,
    };
    let either = |key, yes, no| {
        let word = word(options, key)?;
        (word == yes || word == no).then_some(word == yes)
    };
    StyleSettings {
        quote: quote("quoteStyle"),
        jsx_quote: quote("jsxQuoteStyle"),
        semicolons: either("semicolons", "always", "asNeeded"),
        use_tabs: either("indentStyle", "tab", "space"),
        tab_width: indent(options, "indentWidth").or_else(|| indent(options, "indentSize")),
        width: width(options, "lineWidth"),
        trailing_comma: word(options, "trailingCommas").or_else(|| word(options, "trailingComma")).and_then(|word| {
            match word {
                "none" => Some(TrailingComma::None),
                "es5" => Some(TrailingComma::Es5),
                "all" => Some(TrailingComma::All),
                _ => None,
            }
        }),
        bracket_spacing: flag(options, "bracketSpacing"),
        bracket_same_line: flag(options, "bracketSameLine"),
        single_attribute_per_line: either("attributePosition", "multiline", "auto"),
        arrow_parens: either("arrowParentheses", "always", "asNeeded"),
        eol: word(options, "lineEnding").and_then(|word| match word {
            "lf" => Some(LineEnding::Lf),
            "crlf" => Some(LineEnding::CrLf),
            // `auto` keeps what is there, and nobody writes `cr`.
            _ => None,
        }),
        use_editorconfig: None,
        rest_unknown: false,
    }
}

/// Whether `file` is in what `includes` (version 2) or `include` and `ignore` (version 1) name; everything is where none is there.
fn in_scope(scope: &Map<String, Value>, file: &str, folders: bool) -> bool {
    if let Some(patterns) = words(scope, "includes") {
        return biome_includes(&patterns, file, folders);
    }
    words(scope, "include").is_none_or(|patterns| biome_one_matches(&patterns, file))
        && !words(scope, "ignore").is_some_and(|patterns| biome_one_matches(&patterns, file))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read_value(value: &Value, file: &str) -> Option<Read> {
        read(value.as_object().unwrap(), file)
    }

    #[track_caller]
    fn check_read(value: &Value, file: &str, expected: Option<StyleSettings>) {
        assert_eq!(read_value(value, file).map(|read| read.settings), expected, "{file} {value}");
    }

    #[test]
    fn every_option_is_read() {
        let of_javascript = json!({ "javascript": { "formatter": {
            "quoteStyle": "single", "jsxQuoteStyle": "single", "semicolons": "asNeeded", "trailingCommas": "none",
            "indentStyle": "space", "indentWidth": 4, "lineWidth": 100, "lineEnding": "crlf", "bracketSpacing": false,
            "bracketSameLine": true, "arrowParentheses": "asNeeded", "attributePosition": "multiline",
        } } });
        let expected = StyleSettings {
            quote: Some(Quote::Single),
            jsx_quote: Some(Quote::Single),
            semicolons: Some(false),
            use_tabs: Some(false),
            tab_width: Some(4),
            width: Some(100),
            trailing_comma: Some(TrailingComma::None),
            bracket_spacing: Some(false),
            bracket_same_line: Some(true),
            single_attribute_per_line: Some(true),
            arrow_parens: Some(false),
            eol: Some(LineEnding::CrLf),
            ..StyleSettings::default()
        };
        check_read(&of_javascript, "a.ts", Some(expected.clone()));
        let of_all = json!({ "formatter": {
            "enabled": true, "indentStyle": "space", "indentWidth": 4, "lineWidth": 100, "lineEnding": "crlf",
            "attributePosition": "multiline", "bracketSameLine": true, "bracketSpacing": false, "useEditorconfig": true,
        } });
        let expected = StyleSettings {
            quote: None,
            jsx_quote: None,
            semicolons: None,
            trailing_comma: None,
            arrow_parens: None,
            use_editorconfig: Some(true),
            ..expected
        };
        check_read(&of_all, "a.ts", Some(expected));
    }

    #[test]
    fn the_defaults_in_words_are_the_defaults() {
        let value = json!({
            "formatter": { "indentStyle": "tab", "indentWidth": 2, "lineWidth": 80, "lineEnding": "lf" },
            "javascript": { "formatter": {
                "quoteStyle": "double", "jsxQuoteStyle": "double", "semicolons": "always", "trailingCommas": "all",
                "bracketSpacing": true, "bracketSameLine": false, "arrowParentheses": "always",
                "attributePosition": "auto",
            } },
        });
        check_read(&value, "a.ts", Some(DEFAULTS));
        check_read(&json!({}), "a.ts", Some(StyleSettings::default()));
        check_read(&json!({ "linter": { "enabled": true }, "formatter": [] }), "a.ts", Some(StyleSettings::default()));
    }

    #[test]
    fn javascript_stands_over_all_languages_and_old_names_are_known() {
        let value = json!({
            "formatter": { "indentStyle": "tab", "indentSize": 3, "lineWidth": 100 },
            "javascript": { "formatter": { "indentStyle": "space", "lineWidth": 90, "trailingComma": "es5" } },
        });
        let expected = StyleSettings {
            use_tabs: Some(false),
            tab_width: Some(3),
            width: Some(90),
            trailing_comma: Some(TrailingComma::Es5),
            ..StyleSettings::default()
        };
        check_read(&value, "a.ts", Some(expected));
    }

    #[test]
    fn a_file_that_is_not_formatted_has_no_settings() {
        let on = Some(StyleSettings::default());
        for (value, expected) in [
            (json!({ "formatter": { "enabled": false } }), None),
            (json!({ "javascript": { "formatter": { "enabled": false } } }), None),
            (
                json!({ "formatter": { "enabled": false }, "javascript": { "formatter": { "enabled": true } } }),
                on.clone(),
            ),
            (json!({ "overrides": [{ "includes": ["src/**"], "formatter": { "enabled": false } }] }), None),
            (json!({ "overrides": [{ "includes": ["lib/**"], "formatter": { "enabled": false } }] }), on.clone()),
            (json!({ "files": { "includes": ["**", "!src"] } }), None),
            (json!({ "files": { "includes": ["src"] } }), on.clone()),
            (json!({ "formatter": { "includes": ["lib/**"] } }), None),
            (json!({ "files": { "ignore": ["src/**"] } }), None),
            (json!({ "files": { "include": ["src/**"], "ignore": ["lib"] } }), on.clone()),
            (json!({ "formatter": { "ignore": ["src"] } }), None),
            (
                json!({
                    "formatter": { "enabled": false },
                    "overrides": [{ "includes": ["**/*.ts"], "formatter": { "enabled": true } }],
                }),
                on,
            ),
        ] {
            check_read(&value, "src/a.ts", expected);
        }
    }

    #[test]
    fn later_overrides_win() {
        let value = json!({
            "javascript": { "formatter": { "lineWidth": 70 } },
            "overrides": [
                { "includes": ["src/**"], "formatter": { "lineWidth": 90, "indentWidth": 4 } },
                { "includes": ["**/*.tsx", "!**/b.tsx"], "javascript": { "formatter": { "lineWidth": 110 } } },
                { "include": ["*.test.ts"], "ignore": ["lib"], "formatter": { "indentWidth": 8 } },
                { "formatter": { "indentWidth": 16 } },
            ],
        });
        for (file, width, tab_width) in [
            ("a.ts", 70, None),
            ("src/a.ts", 90, Some(4)),
            ("src/a.tsx", 110, Some(4)),
            ("src/b.tsx", 90, Some(4)),
            ("src/deep/a.test.ts", 90, Some(8)),
            ("lib/a.test.ts", 70, None),
        ] {
            let expected = StyleSettings { width: Some(width), tab_width, ..StyleSettings::default() };
            check_read(&value, file, Some(expected));
        }
    }

    #[test]
    fn values_that_are_not_sane_stay_open() {
        let value = json!({ "javascript": { "formatter": {
            "quoteStyle": "backtick", "semicolons": true, "indentStyle": 2, "indentWidth": 0, "lineWidth": 1,
            "lineEnding": "auto", "attributePosition": "", "trailingCommas": null,
        } } });
        check_read(&value, "a.ts", Some(StyleSettings::default()));
    }

    #[test]
    fn extends_is_said_and_the_root_is_left_to_the_caller() {
        for (extends, notes, stop) in [
            (json!([]), 0, true),
            (json!(["./base.json", "@company/biome"]), 2, true),
            (json!("./base.json"), 1, true),
            (json!("//"), 0, false),
            (json!(["//", "./base.json"]), 1, false),
        ] {
            let read = read_value(&json!({ "extends": extends }), "a.ts").unwrap();
            assert_eq!((read.notes.len(), read.stop), (notes, stop), "{extends}");
            assert_eq!(read.settings.rest_unknown, notes > 0, "{extends}");
        }
    }
}
