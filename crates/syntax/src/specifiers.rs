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
    let hidden = ["createRequire", "import.meta.glob"];
    if hidden.iter().any(|word| memmem::find(text.as_bytes(), word.as_bytes()).is_some()) {
        return None;
    }
    let mut found = Vec::new();
    for word in ["from", "import", "require"] {
        for at in memmem::find_iter(text.as_bytes(), word.as_bytes()) {
            let is_word = |c: Option<char>| c.is_none_or(|c| !(c.is_alphanumeric() || matches!(c, '_' | '$')));
            let (before, after) = (text.get(..at)?, text.get(at + word.len()..)?);
            if is_word(before.chars().next_back()) && is_word(after.chars().next()) {
                found.extend(behind(word, after)?);
            }
        }
    }
    Some(found)
}

/// What stands behind a keyword, where that is a specifier; the outer `None` where it can't be told.
fn behind<'t>(word: &str, after: &'t str) -> Option<Option<&'t str>> {
    let rest = after.trim_start();
    match (word, rest.chars().next()) {
        ("from" | "import", Some('"' | '\'')) => Some(Some(quoted(rest)?.0)),
        ("import" | "require", Some('(')) => {
            let (specifier, rest) = quoted(rest.get(1..)?.trim_start())?;
            // `import("./a" + name)`
            rest.trim_start().starts_with([')', ',']).then_some(Some(specifier))
        }
        // `import.meta.env`, `import { a } from`, `import type`, `from the sea`
        ("import", Some('.' | '{' | '*')) => Some(None),
        ("from" | "import", Some(next)) if next != '/' && next != '`' => Some(None),
        ("from", None) => Some(None),
        _ => None,
    }
}

/// The text of a literal and what follows it; `None` for one that is not all written out.
fn quoted(text: &str) -> Option<(&str, &str)> {
    let quote = text.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let (literal, rest) = text.get(1..)?.split_once(quote)?;
    (!literal.contains(['\\', '\n'])).then_some((literal, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

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
            "require.context(\"./pages\")",
            "const load = require;",
            "createRequire(import.meta.url)(\"./a\")",
        ] {
            check(text, None);
        }
    }
}
