//! `--steps FILE`: what is left to a person, as a Markdown list that can be ticked.

use std::fmt::Write as _;

use super::View;
use crate::terminal::escaped;

/// The list; it says so where nothing is left.
pub(crate) fn steps(view: &View<'_>) -> String {
    let list = list(view, escaped);
    let list = if list.is_empty() { "Nothing.\n" } else { &list };
    format!("# Left to do for the move to Clerk\n\n{list}")
}

/// The list alone; `sentence` writes the titles.
pub(crate) fn list(view: &View<'_>, sentence: fn(&str) -> String) -> String {
    let mut text = String::new();
    for step in view.planned.plan.steps() {
        // Writing to a String can't fail, here and below.
        let _ = writeln!(text, "- [ ] {}", sentence(&step.title));
        for place in &step.at {
            let _ = writeln!(text, "  in `{}`", escaped(place).replace('`', "'"));
        }
        if let Some(copy) = &step.copy {
            let _ = writeln!(text, "\n  ```");
            for line in copy.lines() {
                let _ = writeln!(text, "  {}", escaped(line));
            }
            let _ = writeln!(text, "  ```");
        }
        if let Some(doc) = step.doc {
            let _ = writeln!(text, "\n  <{doc}>");
        }
        text.push('\n');
    }
    text
}
