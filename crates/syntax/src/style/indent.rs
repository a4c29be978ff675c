//! What a file's whitespace shows: its step of indentation and its line ending.
//!
//! The step is the most common *change* of indentation from one line to the next, as recast has it: nested code shows a step at
//! every opening, while the indentation itself is mostly a multiple of it. One pass, no parser.

use super::{Indent, LineEnding};

/// The widest step that is believed.
const WIDEST: usize = 16;

/// The step of indentation, or `None` where no line is indented or no step comes out.
pub(super) fn detect_indent(text: &str) -> Option<Indent> {
    let mut with_tab = 0_usize;
    let mut with_space = 0_usize;
    let mut changes = [0_usize; WIDEST + 1];
    let mut previous = Some(0);
    let mut in_comment = false;
    for line in text.lines() {
        let code = line.trim_start_matches([' ', '\t']);
        if code.trim_end().is_empty() {
            continue;
        }
        let was_in_comment = in_comment;
        in_comment = stays_in_comment(code, in_comment);
        // ` * text` of a block comment is one further in than its `/**`, which is no step of the code.
        if was_in_comment && code.starts_with('*') {
            continue;
        }
        let margin = &line[..line.len() - code.len()];
        if margin.starts_with('\t') {
            with_tab += 1;
            previous = None;
            continue;
        }
        if margin.starts_with(' ') {
            with_space += 1;
        }
        // Spaces and then a tab: how wide that is, nobody knows.
        let width = (!margin.contains('\t')).then_some(margin.len());
        if let (Some(width), Some(previous)) = (width, previous)
            && let Some(count) = changes.get_mut(width.abs_diff(previous))
        {
            *count += 1;
        }
        previous = width;
    }
    if with_tab > with_space {
        return Some(Indent::Tab);
    }
    most_common(&changes).map(Indent::Spaces)
}

/// The line ending of most lines, or `None` where there is but one line.
pub(super) fn detect_line_ending(text: &str) -> Option<LineEnding> {
    let all = text.bytes().filter(|byte| *byte == b'\n').count();
    let crlf = text.as_bytes().windows(2).filter(|pair| *pair == b"\r\n").count();
    match all {
        0 => None,
        _ if crlf > all - crlf => Some(LineEnding::CrLf),
        _ => Some(LineEnding::Lf),
    }
}

/// Whether a block comment is open at the end of this line. Only comments that begin a line are seen: those are the ones whose
/// further lines have a margin of their own, and `"/*"` in a string begins none.
fn stays_in_comment(code: &str, in_comment: bool) -> bool {
    if in_comment {
        return !code.contains("*/");
    }
    code.strip_prefix("/*").is_some_and(|rest| !rest.contains("*/"))
}

/// Among equals the smallest, as the larger may be two steps at once; but 1, which is mostly alignment, only where it leads.
fn most_common(changes: &[usize]) -> Option<u8> {
    let mut best = (0, 0);
    for (width, count) in changes.iter().copied().enumerate().skip(2) {
        if count > best.1 {
            best = (width, count);
        }
    }
    if let Some(ones) = changes.get(1)
        && *ones > best.1
    {
        best = (1, *ones);
    }
    if best.1 == 0 { None } else { u8::try_from(best.0).ok() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_indent(text: &str, expected: Option<Indent>) {
        assert_eq!(detect_indent(text), expected, "{text:?}");
        assert_eq!(detect_indent(&text.replace('\n', "\r\n")), expected, "with CRLF: {text:?}");
    }

    #[test]
    fn the_most_common_change_is_the_step() {
        for (text, expected) in [
            ("", None),
            ("a\nb\n", None),
            ("\n\n   \n\t\n", None),
            ("{\n  a\n}\n", Some(Indent::Spaces(2))),
            ("{\n    a\n}\n", Some(Indent::Spaces(4))),
            ("{\n   a\n   b\n}\n", Some(Indent::Spaces(3))),
            ("{\n a\n}\n", Some(Indent::Spaces(1))),
            // Deep code whose lines mostly stand at 4 and 6.
            ("f({\n  a: {\n    b: {\n      c,\n      d,\n      e,\n    },\n  },\n})\n", Some(Indent::Spaces(2))),
            // Arguments aligned with a parenthesis now and then.
            ("{\n  f(a,\n    b)\n}\n{\n  g(abc,\n         d)\n}\n", Some(Indent::Spaces(2))),
            ("{\n                 seventeen\n}\n", None),
            // A tie is the smaller one, but not 1.
            ("{\n  a\n      b\n  c\n}\n", Some(Indent::Spaces(2))),
            ("{\n  a\n   b\n  c\n}\n", Some(Indent::Spaces(2))),
        ] {
            check_indent(text, expected);
        }
    }

    #[test]
    fn blank_lines_do_not_interrupt() {
        check_indent("{\n\n    a\n\n    b\n  \n}\n", Some(Indent::Spaces(4)));
    }

    #[test]
    fn tabs_and_spaces_are_counted_against_each_other() {
        for (text, expected) in [
            ("{\n\ta\n}\n", Some(Indent::Tab)),
            ("{\n\ta\n\tb\n    c\n}\n", Some(Indent::Tab)),
            ("{\n\ta\n    b\n    c\n}\n{\n    d\n}\n", Some(Indent::Spaces(4))),
            ("{\n\ta\n  b\n}\n", Some(Indent::Spaces(2))),
            ("{\n\t  aligned\n}\n", Some(Indent::Tab)),
            ("{\n \todd\n}\n", None),
        ] {
            check_indent(text, expected);
        }
    }

    #[test]
    fn the_margin_of_block_comments_is_no_step() {
        let doc = "/**\n * a\n * b\n * c\n */\n";
        for (text, expected) in [
            (doc.to_owned(), None),
            (format!("{doc}{doc}{{\n    a\n}}\n"), Some(Indent::Spaces(4))),
            ("{\n\t/**\n\t * a\n\t */\n\tb\n}\n".to_owned(), Some(Indent::Tab)),
            // A generator method is code, and so is what follows a comment that ends on its line.
            ("{\n    *a() {}\n}\n".to_owned(), Some(Indent::Spaces(4))),
            ("/* a */\n{\n    * 2\n}\n".to_owned(), Some(Indent::Spaces(4))),
            ("a('/*')\n{\n    *b() {}\n}\n".to_owned(), Some(Indent::Spaces(4))),
        ] {
            check_indent(&text, expected);
        }
    }

    #[test]
    fn most_lines_give_the_line_ending() {
        for (text, expected) in [
            ("", None),
            ("a\rb", None),
            ("a\n", Some(LineEnding::Lf)),
            ("\n", Some(LineEnding::Lf)),
            ("a\r\n", Some(LineEnding::CrLf)),
            ("a\r\nb\r\nc\n", Some(LineEnding::CrLf)),
            ("a\r\nb\nc\n", Some(LineEnding::Lf)),
            ("a\r\nb\n", Some(LineEnding::Lf)),
            ("é\r\nß\r\n", Some(LineEnding::CrLf)),
        ] {
            assert_eq!(detect_line_ending(text), expected, "{text:?}");
        }
    }
}
