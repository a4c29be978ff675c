//! An option added to the object that a call takes last.
//!
//! ```ts
//! fetchQuery(api.tasks.list)                       // fetchQuery(api.tasks.list, {}, { token: await getAuthToken() })
//! fetchQuery(api.tasks.list, { done }, { url })    // fetchQuery(api.tasks.list, { done }, { url, token: await getAuthToken() })
//! ```
//! Where the line grows too long each argument gets its own, as Prettier has it for two objects in a row.

use change::{Conflict, EditSet, TextEdit, TextRange};
use swc_ecma_ast::{CallExpr, Expr, ObjectLit, Prop, PropName, PropOrSpread};
use swc_ecma_visit::VisitWith;

use crate::bindings::unwrapped;
use crate::build::Expression;
use crate::create_element::call_at;
use crate::literals::Literals;
use crate::parse::ParsedModule;
use crate::print::Printer;
use crate::style::{Style, TrailingComma};

/// The edits by which the call at `range` has the option `name` in its argument `position`; objects take the places of what lacks before.
/// `None` where what is there is no object that is written out, or has the option.
///
/// # Errors
/// A [`Conflict`] would be a defect of this function.
pub fn add_call_option(
    module: &ParsedModule,
    style: &Style,
    range: TextRange,
    position: usize,
    (name, value): (&str, &Expression),
) -> Result<Option<EditSet>, Conflict> {
    let Some(call) = call_at(module, range) else { return Ok(None) };
    let option = format!("{name}: {}", Printer::new(style).print(*value.0.clone()));
    let adder = Adder { module, style, call: &call, range, option };
    let has_spread = call.args.iter().any(|argument| argument.spread.is_some());
    // A comment speaks of what it stands beside, which would be something else.
    if has_spread || call.args.is_empty() || module.has_comment_in(range) {
        return Ok(None);
    }
    match call.args.get(position) {
        Some(argument) => match unwrapped(&argument.expr) {
            Expr::Object(object) if !has(object, name) => adder.extend(object),
            _ => Ok(None),
        },
        None => adder.append(position).map(Some),
    }
}

/// Whether an object has a property, or may have it.
fn has(object: &ObjectLit, name: &str) -> bool {
    object.props.iter().any(|prop| match prop {
        PropOrSpread::Spread(_) => true,
        PropOrSpread::Prop(prop) => match &**prop {
            Prop::Shorthand(ident) => ident.sym == name,
            Prop::KeyValue(pair) => match &pair.key {
                PropName::Ident(key) => key.sym == name,
                PropName::Str(key) => key.value.as_str() == Some(name),
                _ => true,
            },
            _ => true,
        },
    })
}

struct Adder<'a> {
    module: &'a ParsedModule,
    style: &'a Style,
    call: &'a CallExpr,
    range: TextRange,
    option: String,
}

impl Adder<'_> {
    fn object(&self) -> String {
        let pad = if self.style.bracket_spacing { " " } else { "" };
        format!("{{{pad}{}{pad}}}", self.option)
    }

    /// A property more in an object that is there.
    fn extend(&self, object: &ObjectLit) -> Result<Option<EditSet>, Conflict> {
        let mut edits = EditSet::default();
        let whole = self.module.range(object);
        let added = self.option.chars().count() + if object.props.is_empty() { 2 } else { 0 };
        if !self.fits(added + 2) {
            let ranges: Vec<TextRange> = self.call.args.iter().map(|argument| self.module.range(argument)).collect();
            self.spread_out(&ranges, &[], &mut edits)?;
        }
        let Some(last) = object.props.last().map(|prop| self.module.range(prop)) else {
            edits.push(TextEdit::replacement(whole, self.object()))?;
            return Ok(Some(edits));
        };
        let line = self.module.lines.line_start(last.start());
        let lead = self.slice(TextRange::new(line, last.start()));
        let is_own_line = lead.trim().is_empty() && self.slice(whole).contains('\n');
        let separator = if is_own_line { format!(",{}{lead}", self.style.eol.as_str()) } else { ", ".to_owned() };
        edits.push(TextEdit::insertion(last.end(), format!("{separator}{}", self.option)))?;
        Ok(Some(edits))
    }

    /// Arguments more.
    fn append(&self, position: usize) -> Result<EditSet, Conflict> {
        let mut edits = EditSet::default();
        let ranges: Vec<TextRange> = self.call.args.iter().map(|argument| self.module.range(argument)).collect();
        let (Some(first), Some(last)) = (ranges.first(), ranges.last()) else { return Ok(edits) };
        let fillers = std::iter::repeat_n("{}".to_owned(), position - ranges.len());
        let added: Vec<String> = fillers.chain([self.object()]).collect();
        let line = self.module.lines.line_start(first.start());
        let lead = self.slice(TextRange::new(line, first.start()));
        if lead.trim().is_empty() && line > self.range.start() {
            // A line for each already.
            let text: String = added.iter().map(|text| format!(",{}{lead}{text}", self.style.eol.as_str())).collect();
            edits.push(TextEdit::insertion(last.end(), text))?;
            return Ok(edits);
        }
        let flat = format!(", {}", added.join(", "));
        if !self.slice(self.range).contains('\n') && self.fits(flat.chars().count()) {
            edits.push(TextEdit::insertion(last.end(), flat))?;
            return Ok(edits);
        }
        self.spread_out(&ranges, &added, &mut edits)?;
        Ok(edits)
    }

    /// Whether the first line of the call, where it is the only one, may grow by so many columns.
    fn fits(&self, added: usize) -> bool {
        let start = self.module.lines.line_start(self.range.start());
        let rest = self.slice(TextRange::new(start, self.module.text().len() as u32));
        let width = rest.lines().next().unwrap_or_default().chars().count() + added;
        // `{(await query(x)).length}` would be laid out anew as a whole: it grows instead.
        let after = self.slice(TextRange::new(self.range.end(), self.module.text().len() as u32));
        let is_last = ["", ";", ","].contains(&after.lines().next().unwrap_or_default().trim());
        self.slice(self.range).contains('\n') || !is_last || width <= self.style.width as usize
    }

    /// Puts every argument on a line of its own.
    fn spread_out(&self, ranges: &[TextRange], added: &[String], edits: &mut EditSet) -> Result<(), Conflict> {
        let (eol, unit) = (self.style.eol.as_str(), self.style.indent.unit());
        let start = self.module.lines.line_start(self.range.start());
        let indent: String = self
            .slice(TextRange::new(start, self.range.start()))
            .chars()
            .take_while(|c| matches!(c, ' ' | '\t'))
            .collect();
        let line = format!("{eol}{indent}{unit}");
        let mut literals = Literals { module: self.module, ranges: Vec::new() };
        self.call.args.visit_with(&mut literals);
        let mut from = None;
        for range in ranges {
            match from {
                None => edits.push(TextEdit::insertion(range.start(), line.clone()))?,
                Some(end) => {
                    edits.push(TextEdit::replacement(TextRange::new(end, range.start()), format!(",{line}")))?;
                }
            }
            for start in self.module.lines.line_starts() {
                let in_literal = literals.ranges.iter().any(|range| range.start() < *start && *start < range.end());
                if range.start() < *start && *start < range.end() && !in_literal {
                    edits.push(TextEdit::insertion(*start, unit))?;
                }
            }
            from = Some(range.end());
        }
        let text: String = added.iter().map(|text| format!(",{line}{text}")).collect();
        let comma = if self.style.trailing_comma == TrailingComma::All { "," } else { "" };
        let end = TextRange::new(from.unwrap_or(self.range.end()), self.range.end());
        edits.push(TextEdit::replacement(end, format!("{text}{comma}{eol}{indent})")))
    }

    fn slice(&self, range: TextRange) -> &str {
        range.slice(self.module.text()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::build::awaited_call;
    use crate::parse::tests::parsed;

    #[track_caller]
    fn check(before: &str, after: Option<&str>) {
        let edited = parsed("a.ts", before, |module| {
            let start = before.find("query(").unwrap() as u32;
            let mut depth = 0;
            let end = before[start as usize..]
                .char_indices()
                .find(|(_, c)| {
                    depth += match c {
                        '(' => 1,
                        ')' => -1,
                        _ => 0,
                    };
                    *c == ')' && depth == 0
                })
                .unwrap()
                .0;
            let range = TextRange::new(start, start + end as u32 + 1);
            let value = awaited_call("token");
            let edits = add_call_option(&module, &Style::default(), range, 2, ("token", &value)).unwrap();
            edits.map(|edits| edits.apply(before).unwrap())
        });
        assert_eq!(edited.as_deref(), after, "{before}");
    }

    #[test]
    fn options_are_added() {
        check("const a = await query(x);\n", Some("const a = await query(x, {}, { token: await token() });\n"));
        check("query(x, { a });\n", Some("query(x, { a }, { token: await token() });\n"));
        check("query(x, { a }, {});\n", Some("query(x, { a }, { token: await token() });\n"));
        check(
            "  const aLongNameForIt = await query(api.some.module.list, {}, { url: 1 });\n",
            Some(
                "  const aLongNameForIt = await query(\n    api.some.module.list,\n    {},\n    { url: 1, token: await token() },\n  );\n",
            ),
        );
        check("query(x, { a }, { url });\n", Some("query(x, { a }, { url, token: await token() });\n"));
        check("query(x, {}, {\n  url: 1,\n});\n", Some("query(x, {}, {\n  url: 1,\n  token: await token(),\n});\n"));
    }

    #[test]
    fn long_calls_are_laid_out_anew() {
        check(
            "  query(\n    x,\n    { a },\n  );\n",
            Some("  query(\n    x,\n    { a },\n    { token: await token() },\n  );\n"),
        );
        check(
            "  const aLongNameForIt = await query(api.some.module.list, { a: 1 });\n",
            Some(
                "  const aLongNameForIt = await query(\n    api.some.module.list,\n    { a: 1 },\n    { token: await token() },\n  );\n",
            ),
        );
        check(
            "  query(x, {\n    a: 1,\n  });\n",
            Some("  query(\n    x,\n    {\n      a: 1,\n    },\n    { token: await token() },\n  );\n"),
        );
    }

    #[test]
    fn what_is_there_stays() {
        check("query(x, {}, { token });\n", None);
        check("query(x, {}, options);\n", None);
        check("query(x, ...rest);\n", None);
        check("query(x, { a } /* all */);\n", None);
    }
}
