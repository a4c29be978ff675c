//! EditorConfig. `ec4rs` parses text in memory and knows the format's own patterns (`{1..3}`, `[!a]`, a leading `/`); what the keys
//! mean for code follows Prettier's reading of them, since Prettier is mostly who sits on top.

use super::file::Read;
use super::settings::{sane_indent, sane_width};
use super::{LineEnding, Quote, SettingsError, Style, StyleSettings};
use ec4rs::{ConfigParser, Properties, PropertiesSource};

/// The settings for `file` out of the sections that match it; later ones win.
pub(super) fn read(text: &str, file: &str) -> Result<Read, SettingsError> {
    // Making the parser reads up to the first section. Where that fails, only how much it took tells the line.
    let mut rest = text.as_bytes();
    if ConfigParser::new(&mut rest).is_err() {
        let read = text.get(..text.len() - rest.len()).unwrap_or(text);
        return Err(SettingsError::Line { line: read.lines().count() });
    }
    let mut parser = ConfigParser::new(text.as_bytes()).map_err(|_| SettingsError::Line { line: 1 })?;
    let mut properties = Properties::new();
    while let Some(section) = parser.next() {
        let section = section.map_err(|_| SettingsError::Line { line: parser.line_no() })?;
        // This can't fail: it copies the section's pairs where its pattern matches.
        let _ = section.apply_to(&mut properties, file);
    }
    Ok(Read { settings: style(&properties), stop: parser.is_root, notes: Vec::new() })
}

fn style(properties: &Properties) -> StyleSettings {
    let indent_style = value(properties, "indent_style");
    let indent_size = value(properties, "indent_size");
    let use_tabs = match (indent_style.as_deref(), indent_size.as_deref()) {
        (Some("space"), _) => Some(false),
        (Some("tab"), _) | (_, Some("tab")) => Some(true),
        _ => None,
    };
    let indent_width = indent_size.and_then(|size| sane_indent(size.parse().ok()?));
    let tab_width = value(properties, "tab_width").and_then(|width| sane_indent(width.parse().ok()?));
    StyleSettings {
        use_tabs,
        tab_width: if use_tabs == Some(false) { indent_width.or(tab_width) } else { tab_width.or(indent_width) },
        width: value(properties, "max_line_length").and_then(|width| match width.as_str() {
            "off" => Some(Style::UNLIMITED_WIDTH),
            width => sane_width(width.parse().ok()?),
        }),
        eol: value(properties, "end_of_line").and_then(|ending| match ending.as_str() {
            "lf" => Some(LineEnding::Lf),
            "crlf" => Some(LineEnding::CrLf),
            // Nobody writes `cr`.
            _ => None,
        }),
        // In no standard, but IDEs write it and Prettier reads it.
        quote: value(properties, "quote_type").and_then(|quote| match quote.as_str() {
            "single" => Some(Quote::Single),
            "double" => Some(Quote::Double),
            _ => None,
        }),
        ..StyleSettings::default()
    }
}

/// The value of a key in lower case, without the `# comment` that many write after it although the format has none there. `unset`
/// needs no care: it has replaced what came before it, and no key knows the word.
fn value(properties: &Properties, key: &str) -> Option<String> {
    Some(properties.get_raw_for_key(key).into_str().split_whitespace().next()?.to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_read(text: &str, file: &str, expected: &StyleSettings) {
        assert_eq!(read(text, file).unwrap().settings, *expected, "{file}\n{text}");
    }

    #[track_caller]
    fn check_indent(lines: &str, use_tabs: Option<bool>, tab_width: Option<u8>) {
        let expected = StyleSettings { use_tabs, tab_width, ..StyleSettings::default() };
        check_read(&format!("[*]\n{lines}\n"), "src/a.ts", &expected);
    }

    #[test]
    fn every_key_is_read() {
        let text = "\u{feff}; c\r\nroot = true\r\n\r\n[*]\r\nIndent_Style = Space\r\nindent_size = 4\r\n\
                    max_line_length = 100\r\nend_of_line = CRLF\r\nquote_type = single\r\ncharset = utf-8\r\n";
        let expected = StyleSettings {
            use_tabs: Some(false),
            tab_width: Some(4),
            width: Some(100),
            eol: Some(LineEnding::CrLf),
            quote: Some(Quote::Single),
            ..StyleSettings::default()
        };
        check_read(text, "src/a.ts", &expected);
    }

    #[test]
    fn indent_keys_together() {
        for (lines, use_tabs, tab_width) in [
            ("", None, None),
            ("indent_style = tab", Some(true), None),
            ("indent_style = space", Some(false), None),
            ("indent_size = 4", None, Some(4)),
            ("tab_width = 4", None, Some(4)),
            ("indent_size = tab", Some(true), None),
            ("indent_size = tab\ntab_width = 8", Some(true), Some(8)),
            ("indent_style = space\nindent_size = 2\ntab_width = 8", Some(false), Some(2)),
            ("indent_style = space\nindent_size = tab\ntab_width = 8", Some(false), Some(8)),
            ("indent_style = space\ntab_width = 8", Some(false), Some(8)),
            ("indent_style = tab\nindent_size = 4", Some(true), Some(4)),
            ("indent_style = tab\nindent_size = 4\ntab_width = 8", Some(true), Some(8)),
            ("indent_style = unset\nindent_size = unset", None, None),
            ("indent_style = tab # or not\nindent_size = 4 ; four", Some(true), Some(4)),
            ("indent_style =\nindent_size = ", None, None),
            ("indent_style = both\nindent_size = 0", None, None),
            ("indent_size = 17\ntab_width = -2", None, None),
            ("indent_size = 99999999999999999999", None, None),
        ] {
            check_indent(lines, use_tabs, tab_width);
        }
    }

    #[test]
    fn width_and_ending_values() {
        for (lines, width, eol) in [
            ("max_line_length = off", Some(Style::UNLIMITED_WIDTH), None),
            ("max_line_length = unset", None, None),
            ("max_line_length = 5", None, None),
            ("max_line_length = 120\nend_of_line = lf", Some(120), Some(LineEnding::Lf)),
            ("end_of_line = cr", None, None),
        ] {
            let expected = StyleSettings { width, eol, ..StyleSettings::default() };
            check_read(&format!("[*]\n{lines}"), "a.ts", &expected);
        }
    }

    #[test]
    fn later_sections_win_and_unset_takes_back() {
        let text = "indent_size = 9\n[*]\nindent_size = 2\nmax_line_length = 80\n[*.{ts,tsx}] # code\nindent_size = 4\n\
                    [src/**.ts]\nmax_line_length = unset\n[/*.ts]\nmax_line_length = 90\n[*.md]\nindent_size = 8\n";
        for (file, tab_width, width) in [
            ("a.js", 2, Some(80)),
            ("deep/a.tsx", 4, Some(80)),
            ("src/a.ts", 4, None),
            ("src/deep/a.ts", 4, None),
            ("lib/src/a.ts", 4, Some(80)),
            ("a.ts", 4, Some(90)),
        ] {
            let expected = StyleSettings { tab_width: Some(tab_width), width, ..StyleSettings::default() };
            check_read(text, file, &expected);
        }
    }

    #[test]
    fn root_stops_the_way_up() {
        for (text, stop) in [
            ("root = true\n", true),
            ("Root=TRUE\n[*]\nindent_size = 2", true),
            ("root = false\n", false),
            ("", false),
            ("[*]\nroot = true\n", false),
        ] {
            assert_eq!(read(text, "a.ts").unwrap().stop, stop, "{text:?}");
        }
    }

    #[test]
    fn broken_lines_are_errors_with_their_number() {
        for (text, line) in [
            ("root = true\nnonsense\n[*]\n", 2),
            ("nonsense", 1),
            ("[*]\nindent_size = 2\n\n<<<<<<< HEAD\n", 4),
            ("[*]\r\n[]\r\n", 2),
            ("= 2\n", 1),
        ] {
            assert_eq!(read(text, "a.ts"), Err(SettingsError::Line { line }), "{text:?}");
        }
        assert_eq!(read("x", "a.ts").unwrap_err().to_string(), "invalid EditorConfig line 1");
    }

    /// The pattern engine is not ours and unwraps here and there: whatever stands in the brackets must come through.
    #[test]
    fn odd_patterns_are_no_crash() {
        let parts = ["{", "}", "[", "]", "*", "**", "?", "/", "\\", "!", ",", "1..3", "a", "é", ".", "-"];
        let mut seed = 7_u32;
        for _ in 0..20_000 {
            let mut pattern = String::new();
            for _ in 0..seed % 9 {
                seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                pattern.push_str(parts[seed as usize / 65_536 % parts.len()]);
            }
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223) >> 1;
            for file in ["src/a.ts", "é/2.ts", "a"] {
                let _ = read(&format!("[{pattern}]\nindent_size = 2\n"), file);
            }
        }
    }
}
