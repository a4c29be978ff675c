//! The modules that a text may take in, found without parsing it.
//!
//! ```tsx
//! import { Card } from "./Card";          // ./Card
//! const Map = lazy(() => import("./Map")); // ./Map
//! ```

use memchr::memmem;

/// The specifiers of the modules that a text may take in: too many where a comment or a string looks like code, never too few. `None` where
/// something may be taken in that is not written out: `import(path)`, `import.meta.glob("./*")`.
pub fn specifiers(text: &str) -> Option<Vec<&str>> {
    let has = |text: &str, word: &str| memmem::find(text.as_bytes(), word.as_bytes()).is_some();
    if has(text, "createRequire") {
        return None;
    }
    let mut found = Vec::new();
    for word in ["from", "import", "require"] {
        for at in memmem::find_iter(text.as_bytes(), word.as_bytes()) {
            let is_word = |c: Option<char>| c.is_none_or(|c| !(c.is_alphanumeric() || matches!(c, '_' | '$')));
            let (before, after) = (text.get(..at)?, text.get(at + word.len()..)?);
            if !is_word(before.chars().next_back()) || !is_word(after.chars().next()) {
                continue;
            }
            // `import.meta.glob("./*")`, be it over lines
            if word == "import" && trimmed(after).starts_with('.') && has(after, "glob") {
                return None;
            }
            found.extend(behind(word, after)?);
        }
    }
    Some(found)
}

/// What stands behind a keyword, where that is a specifier; the outer `None` where it can't be told.
fn behind<'t>(word: &str, after: &'t str) -> Option<Option<&'t str>> {
    let rest = trimmed(after);
    match (word, rest.chars().next()) {
        ("from" | "import", Some('"' | '\'')) => Some(Some(quoted(rest)?.0)),
        ("import" | "require", Some('(')) => {
            let (specifier, rest) = quoted(trimmed(rest.get(1..)?))?;
            // `import("./a" + name)`
            trimmed(rest).starts_with([')', ',']).then_some(Some(specifier))
        }
        // `import.meta.env`, `import { a } from`, `import type`, `from the sea`
        ("import", Some('.' | '{' | '*')) => Some(None),
        ("from" | "import", Some(next)) if next != '/' && next != '`' => Some(None),
        ("from", None) => Some(None),
        _ => None,
    }
}

/// Without the white space that it begins with, of which a byte order mark is for JavaScript.
fn trimmed(text: &str) -> &str {
    text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}')
}

/// The text of a literal and what follows it; `None` for one that is not all written out.
fn quoted(text: &str) -> Option<(&str, &str)> {
    let quote = text.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let (literal, rest) = text.get(1..)?.split_once(quote)?;
    (!literal.contains(['\\', '\n'])).then_some((literal, rest))
}

#[cfg(test)]
mod tests {
    use change::RelPath;

    use super::*;
    use crate::{ExportSource, SourceFile, file_facts, on_deep_stack, parse};

    #[track_caller]
    fn check(text: &str, expected: Option<&[&str]>) {
        assert_eq!(specifiers(text).as_deref(), expected, "{text}");
    }

    #[test]
    fn what_is_written_out() {
        check("import a, { b } from './a';\nimport \"./b.css\"\nexport*from\"./c\"", Some(&["./a", "./c", "./b.css"]));
        check("import {\n  a,\n} from\n  \"./a\";", Some(&["./a"]));
        check("lazy(() => import( './a' )); import(\"./b\", { with: {} }); require('c')", Some(&["./a", "./b", "c"]));
        check("import type { A } from \"./a\"; import b = require(\"./b\");", Some(&["./a", "./b"]));
        check("export { from } from \"./a\"; const important = fromEvent(\"x\"); <p>from the sea</p>", Some(&["./a"]));
        check("import.meta.env.VITE_URL", Some(&[]));
        check("import a from\u{feff}\"./a\"; import\u{feff}(\u{feff}\"./b\"\u{feff})", Some(&["./a", "./b"]));
        check("// from \"./old\"", Some(&["./old"]));
        check("", Some(&[]));
    }

    #[test]
    fn what_is_not() {
        for text in [
            "import(path)",
            "import(`./a`)",
            "import(/* chunk */ \"./a\")",
            "import(\"./a\" + name)",
            "import a from /* here */ \"./a\"",
            "import a from \"./\\u0061\"",
            "import /* a */ \"./a\"",
            "import.meta.glob(\"./*.tsx\")",
            "import\n  .meta\n  ./* all */globEager(\"./*.tsx\")",
            "require.context(\"./pages\")",
            "const load = require;",
            "createRequire(import.meta.url)(\"./a\")",
        ] {
            check(text, None);
        }
    }

    /// Every source file below a folder.
    fn sources(folder: &std::path::Path, found: &mut Vec<(RelPath, String)>) {
        for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
            let path = entry.path();
            if path.is_dir() {
                sources(&path, found);
            } else if let Ok(text) = std::fs::read_to_string(&path) {
                found.push((RelPath::new(entry.file_name().to_str().unwrap()).unwrap(), text));
            }
        }
    }

    #[test]
    fn no_module_of_a_fixture_is_missed() {
        let mut all = Vec::new();
        sources(concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures").as_ref(), &mut all);
        let mut told = 0;
        for (path, text) in all {
            let Some(source) = SourceFile::new(path, text.as_str().into()) else { continue };
            let Some(facts) = on_deep_stack(|| Some(file_facts(&parse(&source).ok()?))) else { continue };
            let Some(found) = specifiers(&text) else { continue };
            told += 1;
            let passed = facts.exports.iter().filter_map(|export| match &export.source {
                ExportSource::From(module, _) | ExportSource::All(module) => Some(module),
                _ => None,
            });
            for module in facts.imports.iter().map(|import| &import.module).chain(passed) {
                assert!(found.contains(&module.as_str()), "{module} of\n{text}");
            }
            assert!(facts.mentions.open_imports.is_empty(), "{text}");
        }
        assert!(told > 1_000, "{told}");
    }
}
