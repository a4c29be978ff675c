//! Comments of a file before and after a change: none gets lost, and one that speaks of the line after it still stands before that line.
//!
//! ```tsx
//! // @ts-expect-error no types here
//! export const loader = ({ request }) => ({ … })
//! ```

use change::TextRange;

use crate::parse::ParsedModule;

/// What a change does to a comment that it may not do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lapse {
    /// The comment at this place is in the new text no more.
    Lost(TextRange),
    /// The comment at this place speaks of the line after it, and that is another one now.
    Moved(TextRange),
}

/// `// @ts-expect-error`, `// eslint-disable-next-line`: what such a comment speaks of is the line after it.
pub fn governs_next_line(comment: &str) -> bool {
    let directives = [
        "@ts-expect-error",
        "@ts-ignore",
        "eslint-disable-next-line",
        "biome-ignore",
        "oxlint-disable-next-line",
        "tslint:disable-next",
    ];
    directives.iter().any(|directive| comment.contains(directive))
}

/// The first comment of `before` that `after` does not keep.
pub fn lapse(before: &ParsedModule, after: &ParsedModule) -> Option<Lapse> {
    let mut kept = remarks(after);
    remarks(before).into_iter().find_map(|remark| {
        let is_same = |other: &Remark| other.text == remark.text;
        if !kept.iter().any(is_same) {
            return Some(Lapse::Lost(remark.range));
        }
        let stays = |other: &Remark| is_same(other) && remark.line == other.line;
        match kept.iter().position(stays).or_else(|| kept.iter().position(is_same)) {
            Some(at) if remark.line == kept.swap_remove(at).line => None,
            _ => Some(Lapse::Moved(remark.range)),
        }
    })
}

struct Remark {
    range: TextRange,
    /// Without the white space, which a new indentation changes.
    text: String,
    /// The line that it speaks of.
    line: Option<String>,
}

fn remarks(module: &ParsedModule) -> Vec<Remark> {
    let bare = |text: &str| text.split_whitespace().collect::<String>();
    let all = module.comments.iter().map(|comment| {
        let text = comment.range.slice(module.text()).unwrap_or_default();
        let rest = module.text().get(comment.range.end() as usize..).unwrap_or_default();
        let governed = rest.lines().skip(1).map(bare).find(|line| !line.is_empty());
        // An import that loses a name is the same statement still.
        let is_import = |line: &String| line.starts_with("import");
        let line = governed.filter(|line| governs_next_line(text) && !is_import(line));
        Remark { range: comment.range, text: bare(text), line }
    });
    all.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{SourceFile, on_deep_stack, parse};
    use change::RelPath;

    #[track_caller]
    fn check(before: &str, after: &str, expected: Option<&str>) {
        let found = on_deep_stack(|| {
            let read =
                |text: &str| parse(&SourceFile::new(RelPath::new("a.tsx").unwrap(), text.into()).unwrap()).unwrap();
            lapse(&read(before), &read(after))
        });
        let found = found.map(|lapse| match lapse {
            Lapse::Lost(range) => format!("lost {}", range.slice(before).unwrap()),
            Lapse::Moved(range) => format!("moved {}", range.slice(before).unwrap()),
        });
        assert_eq!(found.as_deref(), expected, "{after}");
    }

    #[test]
    fn comments_may_be_indented_and_go_elsewhere_but_not_away() {
        check("/* a */ f({ b /* c */ });\n", "f({\n  /* a */\n  b, /* c */\n});\n", None);
        check("/* a\n   b */\nf();\n", "{\n  /* a\n     b */\n  f();\n}\n", None);
        check("f(/* a */ b);\n", "f(b);\n", Some("lost /* a */"));
        check("// a\nf();\n// a\n", "// a\nf();\n", Some("lost // a"));
    }

    #[test]
    fn what_speaks_of_a_line_stays_before_it() {
        let comment = "// @ts-expect-error old";
        check(&format!("{comment}\nf(1);\n"), &format!("g();\n{{\n  {comment}\n  f(1);\n}}\n"), None);
        check(
            &format!("{comment}\nf(1);\n"),
            &format!("{comment}\nf(\n  1,\n);\n"),
            Some("moved // @ts-expect-error old"),
        );
        check(
            &format!("{comment}\nf(1);\n"),
            &format!("{comment}\ng();\nf(1);\n"),
            Some("moved // @ts-expect-error old"),
        );
        check(
            &format!("{comment}\nimport {{ a, b }} from 'c';\n"),
            &format!("{comment}\nimport {{ b }} from 'c';\n"),
            None,
        );
    }
}
