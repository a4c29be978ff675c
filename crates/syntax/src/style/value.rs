//! JSON, YAML and TOML as one kind of value, and the reading of options out of it.

use super::settings::{sane_indent, sane_width};
use jsonc_parser::{CollectOptions, ParseOptions};
use saphyr::{LoadableYamlNode, Marker, Scalar, Yaml};
use saphyr_parser::{Event, Parser};
use serde_json::{Map, Value};

/// Settings nest some five levels deep.
const DEEPEST: u32 = 100;

/// The language a settings file is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// JSON, with comments and trailing commas let through, and JSON5.
    Json,
    /// YAML.
    Yaml,
    /// Either, as in `.prettierrc`: JSON where it opens a `{`, else YAML.
    JsonOrYaml,
    /// TOML.
    Toml,
}

/// A settings file that can't be read. Lines and columns count from 1.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// The text isn't in its language.
    #[error("invalid {language} at {line}:{column}: {reason}")]
    Syntax {
        /// What it should be.
        language: &'static str,
        /// Where it goes wrong.
        line: usize,
        /// Where in that line.
        column: usize,
        /// What the parser says.
        reason: String,
    },
    /// A line of an EditorConfig file that is neither a section nor a setting.
    #[error("invalid EditorConfig line {line}")]
    Line {
        /// The line.
        line: usize,
    },
    /// A list or a number where options should be.
    #[error("expected options, found {found}")]
    NotOptions {
        /// What is there.
        found: &'static str,
    },
}

/// The value of `text`; nothing but white space is `null`.
pub(super) fn parse(format: Format, text: &str) -> Result<Value, SettingsError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    match format {
        Format::Json => json(text),
        Format::Yaml => yaml(text),
        Format::Toml => toml(text),
        Format::JsonOrYaml if text.trim_start().starts_with(['{', '/']) => json(text),
        Format::JsonOrYaml => yaml(text),
    }
}

/// The options in `value`, none for `null`.
pub(super) fn options(value: Value) -> Result<Map<String, Value>, SettingsError> {
    let found = match value {
        Value::Object(options) => return Ok(options),
        Value::Null => return Ok(Map::new()),
        Value::Array(_) => "a list",
        Value::String(_) => "a text",
        Value::Number(_) => "a number",
        Value::Bool(_) => "a truth value",
    };
    Err(SettingsError::NotOptions { found })
}

pub(super) fn flag(options: &Map<String, Value>, key: &str) -> Option<bool> {
    options.get(key)?.as_bool()
}

pub(super) fn word<'a>(options: &'a Map<String, Value>, key: &str) -> Option<&'a str> {
    options.get(key)?.as_str()
}

pub(super) fn width(options: &Map<String, Value>, key: &str) -> Option<u32> {
    sane_width(options.get(key)?.as_u64()?)
}

pub(super) fn indent(options: &Map<String, Value>, key: &str) -> Option<u8> {
    sane_indent(options.get(key)?.as_u64()?)
}

pub(super) fn section<'a>(options: &'a Map<String, Value>, key: &str) -> Option<&'a Map<String, Value>> {
    options.get(key)?.as_object()
}

/// The option sets of a list such as `overrides`.
pub(super) fn sections<'a>(options: &'a Map<String, Value>, key: &str) -> impl Iterator<Item = &'a Map<String, Value>> {
    options.get(key).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_object)
}

/// The texts of a list, or the one text that stands there in its place; `None` where the key is missing.
pub(super) fn words<'a>(options: &'a Map<String, Value>, key: &str) -> Option<Vec<&'a str>> {
    match options.get(key)? {
        Value::String(word) => Some(vec![word]),
        Value::Array(words) => Some(words.iter().filter_map(Value::as_str).collect()),
        _ => None,
    }
}

fn json(text: &str) -> Result<Value, SettingsError> {
    let parsed =
        jsonc_parser::parse_to_ast(text, &CollectOptions::default(), &ParseOptions::default()).map_err(|error| {
            SettingsError::Syntax {
                language: "JSON",
                line: error.line_display(),
                column: error.column_display(),
                reason: error.kind().to_string(),
            }
        })?;
    Ok(parsed.value.map_or(Value::Null, Value::from))
}

fn yaml(text: &str) -> Result<Value, SettingsError> {
    let error = |place: &Marker, reason: &str| SettingsError::Syntax {
        language: "YAML",
        line: place.line(),
        column: place.col() + 1,
        reason: reason.to_owned(),
    };
    // `saphyr` goes down a level of the stack with each level of nesting, so a file of `- - - -` could end the process. Its
    // parser keeps a stack of its own, and can be asked first.
    let mut depth = 0_u32;
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|broken| error(broken.marker(), broken.info()))?;
        match event {
            Event::SequenceStart(..) | Event::MappingStart(..) => depth += 1,
            Event::SequenceEnd | Event::MappingEnd => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > DEEPEST {
            return Err(error(&span.start, "nested too deep"));
        }
    }
    let documents = Yaml::load_from_str(text).map_err(|broken| error(broken.marker(), broken.info()))?;
    Ok(documents.first().map_or(Value::Null, from_yaml))
}

fn from_yaml(node: &Yaml<'_>) -> Value {
    match node {
        Yaml::Value(Scalar::Boolean(flag)) => Value::from(*flag),
        Yaml::Value(Scalar::Integer(number)) => Value::from(*number),
        Yaml::Value(Scalar::FloatingPoint(number)) => Value::from(number.into_inner()),
        Yaml::Value(Scalar::String(text)) => Value::from(text.as_ref()),
        Yaml::Sequence(nodes) => nodes.iter().map(from_yaml).collect(),
        Yaml::Mapping(pairs) => pairs
            .iter()
            .filter_map(|(key, node)| Some((key.as_str()?.to_owned(), from_yaml(node))))
            .collect::<Map<_, _>>()
            .into(),
        Yaml::Tagged(_, node) => from_yaml(node),
        Yaml::Value(Scalar::Null) | Yaml::Representation(..) | Yaml::Alias(_) | Yaml::BadValue => Value::Null,
    }
}

fn toml(text: &str) -> Result<Value, SettingsError> {
    toml::from_str(text).map_err(|error| {
        let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        SettingsError::Syntax {
            language: "TOML",
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
            reason: error.message().to_owned(),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[track_caller]
    fn check_value(format: Format, text: &str, expected: Value) {
        assert_eq!(parse(format, text), Ok(expected), "{text}");
    }

    #[track_caller]
    fn check_error(format: Format, text: &str, language: &str, place: (usize, usize)) {
        match parse(format, text) {
            Err(SettingsError::Syntax { language: found, line, column, reason }) => {
                assert_eq!((found, (line, column)), (language, place), "{reason}: {text}");
                assert!(!reason.is_empty());
            }
            other => panic!("{other:?}: {text}"),
        }
    }

    #[test]
    fn the_languages_give_the_same_value() {
        let expected = json!({ "semi": false, "tabWidth": 4, "files": ["*.ts", "a b"], "options": { "x": "y" } });
        for (format, text) in [
            (Format::Json, r#"{"semi":false,"tabWidth":4,"files":["*.ts","a b"],"options":{"x":"y"}}"#),
            (
                Format::Json,
                "\u{feff}// c\n{ semi: false, 'tabWidth': 4, /* c */ files: ['*.ts', 'a b',], options: {x: 'y'}, }\n",
            ),
            (Format::Yaml, "# c\nsemi: false\ntabWidth: 4\nfiles:\n  - '*.ts'\n  - a b\noptions:\n  x: y\n"),
            (Format::Yaml, "\u{feff}---\r\nsemi: false\r\ntabWidth: 4\r\nfiles: ['*.ts', a b]\r\noptions: {x: y}\r\n"),
            (
                Format::JsonOrYaml,
                "\n{ \"semi\": false, tabWidth: 4, files: ['*.ts', 'a b'], options: {x: 'y'} } // c\n",
            ),
            (Format::JsonOrYaml, "semi: false\ntabWidth: 4\nfiles: ['*.ts', a b]\noptions: &o {x: y}\n"),
            (Format::Toml, "semi = false # c\ntabWidth = 4\nfiles = ['*.ts', 'a b']\n[options]\nx = 'y'\n"),
        ] {
            check_value(format, text, expected.clone());
        }
    }

    #[test]
    fn an_empty_file_names_nothing() {
        for format in [Format::Json, Format::Yaml, Format::JsonOrYaml] {
            for text in ["", "\u{feff}", "\n \n"] {
                check_value(format, text, Value::Null);
            }
        }
        check_value(Format::Yaml, "# only a comment\n", Value::Null);
        check_value(Format::Toml, "", json!({}));
        assert_eq!(options(Value::Null), Ok(Map::new()));
    }

    #[test]
    fn broken_files_are_errors_with_a_place() {
        check_error(Format::Json, "{\n  \"a\": ?\n}", "JSON", (2, 8));
        check_error(Format::JsonOrYaml, "{\n  \"a\": ?\n}", "JSON", (2, 8));
        check_error(Format::Yaml, "a: 1\nb: [1, 2\n", "YAML", (3, 1));
        check_error(Format::Toml, "a = 1\nb = é\n", "TOML", (2, 5));
        let shown = parse(Format::Toml, "a = 1\nb = é\n").unwrap_err().to_string();
        assert!(shown.starts_with("invalid TOML at 2:5: "), "{shown}");
    }

    #[test]
    fn only_options_are_options() {
        for (value, found) in [(json!([]), "a list"), (json!("x"), "a text"), (json!(1), "a number")] {
            assert_eq!(options(value), Err(SettingsError::NotOptions { found }));
        }
    }

    #[test]
    fn deep_nesting_is_no_crash() {
        for format in [Format::Json, Format::Yaml, Format::Toml] {
            for text in ["[".repeat(50_000), "{".repeat(50_000), "{a: ".repeat(50_000), "- ".repeat(50_000)] {
                let text = if format == Format::Toml { format!("a = {text}") } else { text };
                // Whether it is an error is up to the parser.
                let _ = parse(format, &text);
            }
        }
        check_error(Format::Yaml, &"- ".repeat(50_000), "YAML", (1, 201));
    }
}
