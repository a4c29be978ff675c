//! Which files a pattern in a settings file means. The engine is `globset`, as in Biome; the readings below differ by tool.

use globset::{GlobBuilder, GlobMatcher};

/// Prettier's `files` and `excludeFiles`: a pattern without `/` means the file's name in any folder, one with `/` the path from
/// the settings file on.
///
/// `Err` with the pattern where it is written in a way that isn't read (`*.@(ts|tsx)`).
pub(super) fn prettier_matches<'a>(patterns: &[&'a str], file: &str) -> Result<bool, &'a str> {
    let name = file.rsplit('/').next().unwrap_or(file);
    for pattern in patterns {
        let (positive, negated) = match pattern.strip_prefix('!') {
            Some(rest) if !rest.starts_with('(') => (rest, true),
            _ => (*pattern, false),
        };
        let matcher = compile(positive, true).filter(|_| !has_extended_group(positive)).ok_or(*pattern)?;
        if matcher.is_match(if positive.contains('/') { file } else { name }) != negated {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Biome 2's `includes`: the last pattern that matches decides, and `!` makes it an exception. With `folders` a pattern that
/// matches a folder on the way to the file counts too: `!dist`.
pub(super) fn biome_includes(patterns: &[&str], file: &str, folders: bool) -> bool {
    let is_meant = |matcher: &GlobMatcher| {
        matcher.is_match(file)
            || folders && file.match_indices('/').any(|(at, _)| matcher.is_match(file.get(..at).unwrap_or_default()))
    };
    let mut included = false;
    for pattern in patterns {
        let positive = pattern.trim_start_matches('!');
        if compile(positive, true).is_some_and(|matcher| is_meant(&matcher)) {
            included = positive.len() == pattern.len();
        }
    }
    included
}

/// Biome 1's `include` and `ignore`: there `*` runs through `/`, and a pattern that is a part of the path matches as well.
pub(super) fn biome_one_matches(patterns: &[&str], file: &str) -> bool {
    patterns.iter().any(|pattern| {
        file.contains(pattern.trim_start_matches("./"))
            || compile(pattern, false).is_some_and(|matcher| matcher.is_match(file))
    })
}

fn compile(pattern: &str, star_stops_at_slash: bool) -> Option<GlobMatcher> {
    GlobBuilder::new(pattern.trim_start_matches("./"))
        .literal_separator(star_stops_at_slash)
        .backslash_escape(true)
        .empty_alternates(true)
        .build()
        .ok()
        .map(|glob| glob.compile_matcher())
}

/// `@(a|b)`, `+(a)`, `!(a)`, .. of micromatch, which `globset` would take as plain text.
fn has_extended_group(pattern: &str) -> bool {
    pattern.as_bytes().windows(2).any(|pair| matches!(pair, [b'@' | b'+' | b'?' | b'*' | b'!', b'(']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_prettier(pattern: &str, matching: &[&str], others: &[&str]) {
        for (files, expected) in [(matching, true), (others, false)] {
            for file in files {
                assert_eq!(prettier_matches(&[pattern], file), Ok(expected), "{pattern} {file}");
            }
        }
    }

    #[test]
    fn prettier_patterns() {
        check_prettier("*.ts", &["a.ts", "src/a.ts", "src/.a.ts", "src/deep/a.test.ts"], &["a.tsx", "a.ts/b.js"]);
        check_prettier("a.ts", &["a.ts", "src/a.ts"], &["src/ba.ts", "a.ts/b"]);
        check_prettier("*.{ts,tsx}", &["a.ts", "src/a.tsx"], &["a.js", "a.{ts,tsx}"]);
        check_prettier("*.ts{,x}", &["a.ts", "a.tsx"], &["a.js"]);
        check_prettier("src/*.ts", &["src/a.ts"], &["a.ts", "src/deep/a.ts", "x/src/a.ts"]);
        check_prettier("./src/*.ts", &["src/a.ts"], &["a.ts"]);
        check_prettier("src/**/*.ts", &["src/a.ts", "src/deep/er/a.ts"], &["a.ts", "x/src/a.ts"]);
        check_prettier("src/**", &["src/a.ts", "src/deep/a.ts"], &["src", "lib/a.ts"]);
        check_prettier("**/a.ts", &["a.ts", "src/a.ts"], &["b.ts"]);
        check_prettier("*.[jt]s", &["a.js", "a.ts"], &["a.cs"]);
        check_prettier("!*.ts", &["a.tsx"], &["src/a.ts"]);
        check_prettier("*.TS", &["a.TS"], &["a.ts"]);
    }

    #[test]
    fn prettier_patterns_that_are_not_read() {
        for pattern in ["*.@(ts|tsx)", "!(a).ts", "*.+(t)s", "[", "{a"] {
            assert_eq!(prettier_matches(&[pattern], "a.ts"), Err(pattern));
        }
        assert_eq!(prettier_matches(&["*.ts", "["], "a.ts"), Ok(true), "what comes after a match is not asked");
        assert_eq!(prettier_matches(&[], "a.ts"), Ok(false));
    }

    #[test]
    fn biome_patterns() {
        for (patterns, folders, file, expected) in [
            (&["*.ts"][..], false, "a.ts", true),
            (&["*.ts"], false, "src/a.ts", false),
            (&["**/*.ts"], false, "src/a.ts", true),
            (&["**/*.ts"], false, "a.ts", true),
            (&["./src/**"], false, "src/deep/a.ts", true),
            (&["src"], false, "src/a.ts", false),
            (&["src"], true, "src/deep/a.ts", true),
            (&["**", "!dist"], true, "dist/a.ts", false),
            (&["**", "!!dist"], true, "dist/a.ts", false),
            (&["**", "!dist"], true, "src/dist/a.ts", true),
            (&["**", "!**/*.test.ts", "**/special.test.ts"], true, "src/special.test.ts", true),
            (&["**", "!**/*.test.ts", "**/special.test.ts"], true, "src/a.test.ts", false),
            (&["!**/*.test.ts"], true, "src/a.ts", false),
            (&["["], true, "src/a.ts", false),
            (&[], true, "src/a.ts", false),
        ] {
            assert_eq!(biome_includes(patterns, file, folders), expected, "{patterns:?} {file}");
        }
    }

    #[test]
    fn biome_one_patterns() {
        for (pattern, file, expected) in [
            ("*.ts", "src/deep/a.ts", true),
            ("src/*.ts", "src/deep/a.ts", true),
            ("./src/**", "src/a.ts", true),
            ("src", "src/a.ts", true),
            ("src/", "src/a.ts", true),
            ("lib/**", "src/a.ts", false),
            ("[", "src/a.ts", false),
        ] {
            assert_eq!(biome_one_matches(&[pattern], file), expected, "{pattern} {file}");
        }
    }
}
