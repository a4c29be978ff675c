//! A new file that exports a call, and the settings that stand beside it.

use crate::print::quoted;
use crate::style::{Style, TrailingComma};

/// The text of a new file that exports a call and a list of texts, each below a comment.
///
/// ```ts
/// import { wrap } from "m";
///
/// export default wrap();
///
/// export const config = {
///   matcher: [
///     // Everything
///     "/(.*)",
///   ],
/// };
/// ```
pub fn call_module(style: &Style, from: (&str, &str), export: (&str, &str), items: &[(&str, &str)]) -> String {
    let (eol, unit) = (style.eol.as_str(), style.indent.unit());
    let semicolon = if style.semicolons { ";" } else { "" };
    let pad = if style.bracket_spacing { " " } else { "" };
    let last_comma = if style.trailing_comma == TrailingComma::None { "" } else { "," };
    let in_quotes = |text: &str| quoted(text, style.quote);
    let (module, name) = from;
    let mut text = format!("import {{{pad}{name}{pad}}} from {}{semicolon}{eol}{eol}", in_quotes(module));
    text.push_str(&format!("export default {name}(){semicolon}{eol}{eol}"));
    text.push_str(&format!("export const {} = {{{eol}{unit}{}: [{eol}", export.0, export.1));
    for (index, (comment, item)) in items.iter().enumerate() {
        let comma = if index + 1 == items.len() { last_comma } else { "," };
        text.push_str(&format!("{unit}{unit}// {comment}{eol}{unit}{unit}{}{comma}{eol}", in_quotes(item)));
    }
    text.push_str(&format!("{unit}]{last_comma}{eol}}}{semicolon}{eol}"));
    text
}
