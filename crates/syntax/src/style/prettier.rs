//! Prettier's options, `overrides` included, in the sense of Prettier 3.

use super::file::Read;
use super::glob::prettier_matches;
use super::value::{flag, indent, options, section, sections, width, word, words};
use super::{LineEnding, Quote, SettingsError, StyleSettings, TrailingComma};
use serde_json::{Map, Value};

/// What Prettier does where nothing is named.
pub(super) const DEFAULTS: StyleSettings = StyleSettings {
    quote: Some(Quote::Double),
    jsx_quote: Some(Quote::Double),
    semicolons: Some(true),
    use_tabs: Some(false),
    tab_width: Some(2),
    width: Some(80),
    trailing_comma: Some(TrailingComma::All),
    bracket_spacing: Some(true),
    bracket_same_line: Some(false),
    single_attribute_per_line: Some(false),
    arrow_parens: Some(true),
    eol: Some(LineEnding::Lf),
    use_editorconfig: None,
    rest_unknown: false,
};

/// The settings for `file` in a Prettier configuration, be it a whole file or the `prettier` key of a `package.json`.
pub(super) fn read(value: Value, file: &str) -> Result<Read, SettingsError> {
    if let Value::String(package) = value {
        // "prettier": "@company/prettier-config"
        return Ok(unreadable(format!("Prettier's options come from the package `{package}`, which is not read")));
    }
    let options = options(value)?;
    let mut settings = style(&options);
    let mut notes = Vec::new();
    let mut plugins = words(&options, "plugins").unwrap_or_default();
    for entry in sections(&options, "overrides") {
        let Some(overriding) = section(entry, "options") else { continue };
        match applies(entry, file) {
            Ok(true) => {
                settings = style(overriding).over(settings);
                plugins.extend(words(overriding, "plugins").unwrap_or_default());
            }
            Ok(false) => {}
            Err(pattern) => {
                notes.push(format!(
                    "Prettier's override for `{pattern}` is not followed: the pattern is not understood"
                ));
            }
        }
    }
    if let Some(plugin) = plugins.iter().find(|plugin| sorts_imports(plugin)) {
        notes.push(format!("Prettier's plugin `{plugin}` orders imports, so formatting may move new ones"));
    }
    Ok(Read { settings, stop: true, notes })
}

/// A configuration that is there and can't be seen into.
pub(super) fn unreadable(note: String) -> Read {
    let settings = StyleSettings { rest_unknown: true, ..StyleSettings::default() };
    Read { settings, stop: true, notes: vec![note] }
}

fn style(options: &Map<String, Value>) -> StyleSettings {
    let quote = |key| flag(options, key).map(|single| if single { Quote::Single } else { Quote::Double });
    StyleSettings {
        quote: quote("singleQuote"),
        jsx_quote: quote("jsxSingleQuote"),
        semicolons: flag(options, "semi"),
        use_tabs: flag(options, "useTabs"),
        tab_width: indent(options, "tabWidth"),
        width: width(options, "printWidth"),
        trailing_comma: word(options, "trailingComma").and_then(|word| match word {
            "none" => Some(TrailingComma::None),
            "es5" => Some(TrailingComma::Es5),
            "all" => Some(TrailingComma::All),
            _ => None,
        }),
        bracket_spacing: flag(options, "bracketSpacing"),
        bracket_same_line: flag(options, "bracketSameLine"),
        single_attribute_per_line: flag(options, "singleAttributePerLine"),
        arrow_parens: word(options, "arrowParens").and_then(|word| match word {
            "always" => Some(true),
            "avoid" => Some(false),
            _ => None,
        }),
        eol: word(options, "endOfLine").and_then(|word| match word {
            "lf" => Some(LineEnding::Lf),
            "crlf" => Some(LineEnding::CrLf),
            // `auto` keeps what is there, and nobody writes `cr`.
            _ => None,
        }),
        use_editorconfig: None,
        rest_unknown: false,
    }
}

fn applies<'a>(entry: &'a Map<String, Value>, file: &str) -> Result<bool, &'a str> {
    let list = |key| words(entry, key).unwrap_or_default();
    Ok(prettier_matches(&list("files"), file)? && !prettier_matches(&list("excludeFiles"), file)?)
}

/// `@trivago/prettier-plugin-sort-imports`, `prettier-plugin-organize-imports`, `prettier-plugin-import-sort`, ..
fn sorts_imports(plugin: &str) -> bool {
    ["sort-imports", "organize-imports", "import-sort"].iter().any(|part| plugin.contains(part))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[track_caller]
    fn check_read(value: Value, file: &str, expected: &StyleSettings) {
        let read = read(value, file).unwrap();
        assert_eq!((&read.settings, read.stop), (expected, true), "{file}");
        assert_eq!(read.notes, Vec::<String>::new());
    }

    #[track_caller]
    fn check_note(value: Value, part: &str) -> StyleSettings {
        let read = read(value, "src/a.ts").unwrap();
        assert!(read.notes.len() == 1 && read.notes[0].contains(part), "{:?}", read.notes);
        read.settings
    }

    #[test]
    fn every_option_is_read() {
        let value = json!({
            "singleQuote": true, "jsxSingleQuote": true, "semi": false, "useTabs": true, "tabWidth": 4,
            "printWidth": 100, "trailingComma": "none", "bracketSpacing": false, "bracketSameLine": true,
            "singleAttributePerLine": true, "arrowParens": "avoid", "endOfLine": "crlf", "proseWrap": "always",
        });
        let expected = StyleSettings {
            quote: Some(Quote::Single),
            jsx_quote: Some(Quote::Single),
            semicolons: Some(false),
            use_tabs: Some(true),
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
        check_read(value, "src/a.ts", &expected);
    }

    #[test]
    fn the_defaults_in_words_are_the_defaults() {
        let value = json!({
            "singleQuote": false, "jsxSingleQuote": false, "semi": true, "useTabs": false, "tabWidth": 2,
            "printWidth": 80, "trailingComma": "all", "bracketSpacing": true, "bracketSameLine": false,
            "singleAttributePerLine": false, "arrowParens": "always", "endOfLine": "lf",
        });
        check_read(value, "src/a.ts", &DEFAULTS);
    }

    #[test]
    fn what_is_not_named_or_not_sane_stays_open() {
        check_read(json!({}), "src/a.ts", &StyleSettings::default());
        check_read(Value::Null, "src/a.ts", &StyleSettings::default());
        let odd = json!({
            "semi": "no", "tabWidth": 0, "printWidth": 5000, "trailingComma": "some", "arrowParens": true,
            "endOfLine": "auto", "singleQuote": null, "overrides": { "files": "*" },
        });
        check_read(odd, "src/a.ts", &StyleSettings::default());
        check_read(json!({ "tabWidth": -1, "printWidth": 80.5 }), "src/a.ts", &StyleSettings::default());
        let es5 = StyleSettings { trailing_comma: Some(TrailingComma::Es5), ..StyleSettings::default() };
        check_read(json!({ "trailingComma": "es5" }), "src/a.ts", &es5);
    }

    #[test]
    fn later_overrides_win() {
        let value = json!({
            "semi": false,
            "tabWidth": 2,
            "overrides": [
                { "files": "*.ts", "options": { "tabWidth": 4, "printWidth": 90 } },
                { "files": ["src/**", "lib/**"], "excludeFiles": "*.test.ts", "options": { "tabWidth": 8 } },
                { "files": "*.md", "options": { "semi": true } },
                { "files": "*.ts" },
            ],
        });
        for (file, tab_width, width) in [
            ("a.ts", 4, Some(90)),
            ("src/a.ts", 8, Some(90)),
            ("lib/a.tsx", 8, None),
            ("src/a.test.ts", 4, Some(90)),
            ("a.tsx", 2, None),
        ] {
            let expected = StyleSettings {
                semicolons: Some(false),
                tab_width: Some(tab_width),
                width,
                ..StyleSettings::default()
            };
            check_read(value.clone(), file, &expected);
        }
    }

    #[test]
    fn what_is_not_followed_is_said() {
        let settings = check_note(json!("@company/prettier-config"), "`@company/prettier-config`");
        assert!(settings.rest_unknown);
        let entry = json!({ "files": "*.@(ts|tsx)", "options": { "semi": false } });
        let settings = check_note(json!({ "semi": true, "overrides": [entry] }), "`*.@(ts|tsx)`");
        assert_eq!((settings.semicolons, settings.rest_unknown), (Some(true), false));
        for plugin in ["@trivago/prettier-plugin-sort-imports", "prettier-plugin-organize-imports"] {
            check_note(json!({ "plugins": ["prettier-plugin-tailwindcss", plugin] }), plugin);
        }
        let entry = json!({ "files": "*.ts", "options": { "plugins": ["@ianvs/prettier-plugin-sort-imports"] } });
        check_note(json!({ "overrides": [entry] }), "@ianvs");
    }

    #[test]
    fn other_plugins_are_not_worth_a_word() {
        check_read(json!({ "plugins": ["prettier-plugin-tailwindcss"] }), "a.ts", &StyleSettings::default());
    }
}
