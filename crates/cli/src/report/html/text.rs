//! Text as HTML. Whatever a file or a name holds, it is shown and never acts: no element, no script, no turned direction.

use std::fmt::Write as _;

use crate::terminal::escaped;

/// Text within an element or an attribute; control and direction characters are written out.
pub(super) fn escape(text: &str) -> String {
    let mut result = String::with_capacity(text.len());
    for c in escaped(text).chars() {
        match c {
            '&' => result.push_str("&amp;"),
            '<' => result.push_str("&lt;"),
            '>' => result.push_str("&gt;"),
            '"' => result.push_str("&quot;"),
            '\'' => result.push_str("&#39;"),
            c => result.push(c),
        }
    }
    result
}

/// A sentence of ours: what stands in backticks is code.
pub(super) fn sentence(text: &str) -> String {
    let mut result = String::new();
    for (index, part) in text.split('`').enumerate() {
        match index % 2 {
            0 => result.push_str(&escape(part)),
            // Writing to a String can't fail.
            _ => drop(write!(result, "<code>{}</code>", escape(part))),
        }
    }
    result
}

/// A name as code.
pub(super) fn code(name: &str) -> String {
    format!("<code>{}</code>", escape(&name.replace('\n', "\\n")))
}

/// Contents of a file, where what was written out is marked as such.
pub(super) fn shown(text: &str) -> String {
    let mut result = String::new();
    for c in text.chars() {
        let plain = escape(&c.to_string());
        let is_written_out = plain.starts_with('\\') && c != '\\';
        match is_written_out {
            true => drop(write!(result, "<span class=\"control\">{plain}</span>")),
            false => result.push_str(&plain),
        }
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_acts() {
        assert_eq!(escape("</script>\"'&\u{1b}[0m"), "&lt;/script&gt;&quot;&#39;&amp;\\x1b[0m");
        assert_eq!(sentence("the `<App>` of <b>"), "the <code>&lt;App&gt;</code> of &lt;b&gt;");
        assert_eq!(shown("\\a\u{202e}"), "\\a<span class=\"control\">\\u{202e}</span>");
    }
}
