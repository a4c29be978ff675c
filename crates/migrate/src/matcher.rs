//! Which addresses the `matcher` of Next.js middleware takes in.
//!
//! ```ts
//! matcher: ["/dashboard/:path*", "/((?!api|_next).*)"]     // the grammar of path-to-regexp 6
//! ```
//!
//! <https://nextjs.org/docs/app/api-reference/file-conventions/proxy#matcher>

use fancy_regex::Regex;

/// Whether a pattern takes in an address; `None` where it can't be read.
pub(crate) fn takes(pattern: &str, address: &str) -> Option<bool> {
    let regex = Regex::new(&regex_of(pattern)?).ok()?;
    regex.is_match(address).ok()
}

/// The regular expression that a pattern stands for.
fn regex_of(pattern: &str) -> Option<String> {
    let chars: Vec<char> = pattern.chars().collect();
    let mut regex = String::from("^");
    let mut at = 0;
    while let Some(c) = chars.get(at).copied() {
        let next = chars.get(at + 1).copied();
        // A `/` or `.` before a parameter belongs to it: it lacks and repeats with it.
        let is_prefix = matches!(c, '/' | '.') && matches!(next, Some(':' | '('));
        if is_prefix || matches!(c, ':' | '(') {
            let prefix = if is_prefix { escaped(c) } else { String::new() };
            let (inner, end) = parameter(&chars, at + usize::from(is_prefix))?;
            let (text, after) = match chars.get(end) {
                Some('?') => (format!("(?:{prefix}(?:{inner}))?"), end + 1),
                Some('*') => (format!("(?:{prefix}(?:{inner})(?:{prefix}(?:{inner}))*)?"), end + 1),
                Some('+') => (format!("(?:{prefix}(?:{inner})(?:{prefix}(?:{inner}))*)"), end + 1),
                _ => (format!("{prefix}(?:{inner})"), end),
            };
            regex.push_str(&text);
            at = after;
            continue;
        }
        match c {
            '{' | '}' => return None,
            '\\' => regex.push_str(&escaped(next?)),
            c => regex.push_str(&escaped(c)),
        }
        at += if c == '\\' { 2 } else { 1 };
    }
    Some(regex + r"[/#?]?$")
}

/// The pattern of the parameter at `at`, and where it ends: `:name`, `:name(…)`, `(…)`.
fn parameter(chars: &[char], mut at: usize) -> Option<(String, usize)> {
    if chars.get(at) == Some(&':') {
        at += 1;
        let length = chars.get(at..)?.iter().take_while(|c| c.is_ascii_alphanumeric() || **c == '_').count();
        at += length;
        if length == 0 {
            return None;
        }
        if chars.get(at) != Some(&'(') {
            return Some(("[^/#?]+?".to_owned(), at));
        }
    }
    let mut depth = 0;
    let mut inner = String::new();
    let mut is_escaped = false;
    for (index, c) in chars.iter().enumerate().skip(at) {
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some((inner, index + 1));
        }
        if index > at {
            inner.push(*c);
        }
    }
    None
}

fn escaped(c: char) -> String {
    if c.is_alphanumeric() || matches!(c, '/' | '_' | '-') { c.to_string() } else { format!("\\{c}") }
}

/// The address that a route's folders make, with something for each parameter, and the pattern for them:
/// `["(shop)", "items", "[id]"]` is `/items/1` and `/items/:id`.
pub(crate) fn address_of(folders: &[&str]) -> (String, String) {
    let (mut address, mut pattern) = (String::new(), String::new());
    for folder in folders {
        // A group, a slot.
        if (folder.starts_with('(') && folder.ends_with(')')) || folder.starts_with('@') {
            continue;
        }
        // `(..)photo` stands at the address of `photo`.
        let name = folder.rsplit_once(')').filter(|_| folder.starts_with("(.")).map_or(*folder, |(_, name)| name);
        let inner = name.trim_start_matches('[').trim_end_matches(']');
        let parameter: String = inner.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
        match name {
            name if name.starts_with("[...") => {
                address.push_str("/1/2");
                pattern.push_str(&format!("/:{parameter}+"));
            }
            name if name.starts_with("[[") => pattern.push_str(&format!("/:{parameter}*")),
            name if name.starts_with('[') => {
                address.push_str("/1");
                pattern.push_str(&format!("/:{parameter}"));
            }
            name => {
                address.push_str(&format!("/{name}"));
                pattern.push_str(&format!("/{name}"));
            }
        }
    }
    let root = |text: String| if text.is_empty() { "/".to_owned() } else { text };
    (root(address), root(pattern))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_take_addresses_in() {
        for (pattern, address, expected) in [
            ("/", "/", true),
            ("/", "/a", false),
            ("/a", "/a", true),
            ("/a", "/a/b", false),
            ("/a/:path*", "/a", true),
            ("/a/:path*", "/a/b/c", true),
            ("/a/:path+", "/a", false),
            ("/a/:path", "/a/b", true),
            ("/a/:path", "/a/b/c", false),
            ("/a/:path?", "/a", true),
            ("/a(.*)", "/ab", true),
            ("/:lang(en|de)/:path*", "/de/x", true),
            ("/:lang(en|de)/:path*", "/fr/x", false),
            ("/((?!api|_next/static).*)", "/mine", true),
            ("/((?!api|_next/static).*)", "/api/notes", false),
            ("/(api|trpc)(.*)", "/api/notes", true),
            ("/((?!_next|[^?]*\\.(?:html?|css|js(?!on))).*)", "/items/1", true),
            ("/((?!_next|[^?]*\\.(?:html?|css|js(?!on))).*)", "/a.css", false),
        ] {
            assert_eq!(takes(pattern, address), Some(expected), "{pattern} {address}");
        }
        assert_eq!(takes("/a{/b}?", "/a"), None);
        assert_eq!(takes("/(", "/a"), None);
    }

    #[test]
    fn addresses_of_routes() {
        for (folders, address, pattern) in [
            (vec![], "/", "/"),
            (vec!["(shop)", "items", "[id]"], "/items/1", "/items/:id"),
            (vec!["docs", "[...slug]"], "/docs/1/2", "/docs/:slug+"),
            (vec!["docs", "[[...slug]]"], "/docs", "/docs/:slug*"),
            (vec!["@modal", "(.)photo"], "/photo", "/photo"),
        ] {
            assert_eq!(address_of(&folders), (address.to_owned(), pattern.to_owned()));
            assert_eq!(takes(pattern, address), Some(true), "{pattern}");
        }
    }
}
