//! Wrapping and renaming an element that a call makes, by edits alone.
//!
//! ```js
//! root.render(createElement(Old, { client }, createElement(App)));
//! ```
//! becomes
//! ```js
//! root.render(
//!   createElement(
//!     Outer,
//!     { id: x },
//!     createElement(New, { client, use: y }, createElement(App)),
//!   ),
//! );
//! ```
//! In TypeScript a component that requires children takes them as a property, since types know nothing of the third argument.

use change::{Conflict, EditSet, TextEdit, TextRange};
use swc_ecma_ast::{CallExpr, Expr, KeyValueProp, ObjectLit, Prop, PropName, PropOrSpread};
use swc_ecma_visit::{Visit, VisitWith};

use crate::build::{self, Expression};
use crate::parse::ParsedModule;
use crate::place::{Place, place_of};
use crate::print::Printer;
use crate::style::{Style, TrailingComma};

/// A property that is not in any file yet.
#[derive(Clone, Debug)]
pub struct Property {
    /// Its name.
    pub name: String,
    /// What it is set to.
    pub value: Expression,
}

/// What to do with one call.
#[derive(Clone, Debug)]
pub struct CallRewrite {
    /// The component's new name.
    pub rename: Option<String>,
    /// A property to add after those that are there.
    pub property: Option<Property>,
    /// The component to put around, and its properties.
    pub wrap_in: Option<(String, Vec<Property>)>,
    /// Whether the child becomes a property.
    pub child_as_property: bool,
}

/// The edits that rewrite the call at `range`; `None` where it has a form that is not covered: comments, spreads, several children that would
/// have to become one property.
///
/// # Errors
/// A [`Conflict`] would be a defect of this function.
pub fn rewrite_call(
    module: &ParsedModule,
    style: &Style,
    range: TextRange,
    rewrite: &CallRewrite,
) -> Result<Option<EditSet>, Conflict> {
    let Some(call) = call_at(module, range).and_then(|call| Parts::of(module, &call)) else { return Ok(None) };
    // On several lines the child would have to be taken out of its lines and put into those of the properties.
    let has_lines = range.slice(module.text()).is_some_and(|text| text.contains('\n'));
    if rewrite.child_as_property && (call.arguments.len() > 3 || has_lines && call.arguments.len() > 2) {
        return Ok(None);
    }
    let mut edits = EditSet::default();
    Rewriter { module, style, call, range, rewrite }.edits(&mut edits)?;
    Ok(Some(edits))
}

/// The call at `range`.
pub(crate) fn call_at(module: &ParsedModule, range: TextRange) -> Option<CallExpr> {
    let mut search = Search { module, range, found: None };
    module.program.visit_with(&mut search);
    search.found
}

struct Search<'a> {
    module: &'a ParsedModule,
    range: TextRange,
    found: Option<CallExpr>,
}

impl Visit for Search<'_> {
    fn visit_call_expr(&mut self, call: &CallExpr) {
        if self.module.range(call) == self.range {
            self.found = Some(call.clone());
        } else {
            call.visit_children_with(self);
        }
    }
}

/// The places of a call that are edited.
struct Parts {
    callee: TextRange,
    arguments: Vec<TextRange>,
    properties: Vec<TextRange>,
}

impl Parts {
    fn of(module: &ParsedModule, call: &CallExpr) -> Option<Self> {
        let range = module.range(call);
        let plain = call.args.iter().all(|argument| argument.spread.is_none());
        let Expr::Object(ObjectLit { props, .. }) = &*call.args.get(1)?.expr else { return None };
        let properties: Vec<TextRange> = props.iter().map(|prop| module.range(prop)).collect();
        (plain && !properties.is_empty() && !module.has_comment_in(range)).then(|| Self {
            callee: module.range(&call.callee),
            arguments: call.args.iter().map(|argument| module.range(argument)).collect(),
            properties,
        })
    }
}

struct Rewriter<'a> {
    module: &'a ParsedModule,
    style: &'a Style,
    call: Parts,
    range: TextRange,
    rewrite: &'a CallRewrite,
}

impl Rewriter<'_> {
    fn edits(&self, edits: &mut EditSet) -> Result<(), Conflict> {
        let (eol, unit) = (self.style.eol.as_str(), self.style.indent.unit());
        let line = self.module.lines.line_start(self.range.start());
        let lead = self.slice(TextRange::new(line, self.range.start())).trim_start_matches('\u{feff}');
        let mut indent: String = lead.chars().take_while(|c| matches!(c, ' ' | '\t')).collect();
        let is_one_line = !self.slice(self.range).contains('\n');
        if let Some((name, properties)) = &self.rewrite.wrap_in {
            let is_argument = is_one_line && matches!(place_of(self.module, self.range), Place::Argument { .. });
            let (open, close) = match is_argument {
                // Prettier puts a call that does not fit on lines of its own within another call's parentheses.
                true => {
                    let outside = indent.clone();
                    indent.push_str(unit);
                    (format!("{eol}{indent}"), format!("{}{eol}{outside}", self.comma()))
                }
                false => (String::new(), String::new()),
            };
            let inner = format!("{indent}{unit}");
            let callee = self.slice(self.call.callee);
            let properties: Vec<String> = properties.iter().map(|property| self.property_text(property)).collect();
            let property = properties.join(", ");
            let (before, close_props, lead) = match self.rewrite.child_as_property {
                true => {
                    let before = format!("{callee}({name}, {{{eol}{inner}{property},{eol}{inner}children: ");
                    (before, "}", "children: ".len())
                }
                false => (format!("{callee}({eol}{inner}{name},{eol}{inner}{{ {property} }},{eol}{inner}"), "", 0),
            };
            edits.push(TextEdit::insertion(self.range.start(), format!("{open}{before}")))?;
            self.call_edits(&inner, lead, is_one_line, edits)?;
            if !is_one_line {
                self.indent_edits(unit, edits)?;
            }
            let after = format!("{}{eol}{indent}{close_props}){close}", self.comma());
            return edits.push(TextEdit::insertion(self.range.end(), after));
        }
        self.call_edits(&indent, 0, is_one_line, edits)
    }

    /// The edits within the call, whose line begins with `indent` and `lead` more columns afterwards.
    fn call_edits(&self, indent: &str, lead: usize, is_one_line: bool, edits: &mut EditSet) -> Result<(), Conflict> {
        let Some(tag) = self.call.arguments.first() else { return Ok(()) };
        if let Some(name) = &self.rewrite.rename {
            edits.push(TextEdit::replacement(*tag, name.as_str()))?;
        }
        let added = self.rewrite.property.as_ref().map(|property| self.property_text(property));
        let added = added.map(|text| format!(", {text}")).unwrap_or_default();
        let child = self.call.arguments.get(2).filter(|_| self.rewrite.child_as_property);
        let growth =
            added.len() + self.rewrite.rename.as_ref().map_or(0, |name| name.len().saturating_sub(tag.len() as usize));
        let moved = if child.is_some() { "children: ".len() } else { 0 };
        let width = self.columns(indent) + lead + self.range.len() as usize + growth + moved + 1;
        let breaks = is_one_line && width > self.style.width as usize;
        let Some(last) = self.call.properties.last() else { return Ok(()) };
        match child {
            Some(child) => self.moved_edits(indent, breaks, *child, edits),
            None => {
                let line = self.module.lines.line_start(last.start());
                let lead = self.slice(TextRange::new(line, last.start()));
                // Properties on lines of their own: so is the new one.
                let added = match line > self.range.start() && lead.trim().is_empty() && !added.is_empty() {
                    true => added.replacen(' ', &format!("{}{lead}", self.style.eol.as_str()), 1),
                    false => added,
                };
                edits.push(TextEdit::insertion(last.end(), added))?;
                if breaks { self.break_edits(indent, edits) } else { Ok(()) }
            }
        }
    }

    /// `{ client }, createElement(App)` becomes `{ client, use, children: createElement(App) }`, each property on its own line where that
    /// is too long.
    fn moved_edits(&self, indent: &str, breaks: bool, child: TextRange, edits: &mut EditSet) -> Result<(), Conflict> {
        let (eol, unit) = (self.style.eol.as_str(), self.style.indent.unit());
        let (gap, end) = match breaks {
            true => (format!("{eol}{indent}{unit}"), format!("{}{eol}{indent}}}", self.comma())),
            false => (" ".to_owned(), " }".to_owned()),
        };
        if breaks {
            for property in &self.call.properties {
                let text = self.module.text().get(..property.start() as usize).unwrap_or_default();
                let spaces = (text.len() - text.trim_end().len()) as u32;
                let space = TextRange::new(property.start() - spaces, property.start());
                edits.push(TextEdit::replacement(space, gap.clone()))?;
            }
        }
        let last = self.call.properties.last().map_or(child.start(), |last| last.end());
        let added = self.rewrite.property.as_ref().map(|property| format!(",{gap}{}", self.property_text(property)));
        let text = format!("{},{gap}children: ", added.unwrap_or_default());
        edits.push(TextEdit::replacement(TextRange::new(last, child.start()), text))?;
        edits.push(TextEdit::insertion(child.end(), end))
    }

    /// Puts every argument on a line of its own.
    fn break_edits(&self, indent: &str, edits: &mut EditSet) -> Result<(), Conflict> {
        let (eol, unit) = (self.style.eol.as_str(), self.style.indent.unit());
        let line = format!("{eol}{indent}{unit}");
        let Some((first, last)) = self.call.arguments.first().zip(self.call.arguments.last()) else { return Ok(()) };
        edits.push(TextEdit::insertion(first.start(), line.clone()))?;
        for pair in self.call.arguments.windows(2) {
            let gap = self.slice(TextRange::new(pair[0].end(), pair[1].start()));
            let spaces = gap.len() - gap.trim_end().len();
            let gap = TextRange::new(pair[1].start() - spaces as u32, pair[1].start());
            edits.push(TextEdit::replacement(gap, line.clone()))?;
        }
        edits.push(TextEdit::insertion(last.end(), format!("{}{eol}{indent}", self.comma())))
    }

    /// Moves the lines of a call on several lines in, the first aside.
    fn indent_edits(&self, unit: &str, edits: &mut EditSet) -> Result<(), Conflict> {
        let starts = self.module.lines.line_starts().iter();
        for start in starts.filter(|start| self.range.start() < **start && **start < self.range.end()) {
            edits.push(TextEdit::insertion(*start, unit))?;
        }
        Ok(())
    }

    /// `useAuth`, or `useAuth: useClerkAuth`
    fn property_text(&self, property: &Property) -> String {
        let key = PropName::Ident(build::ident(&property.name).into());
        let value = property.value.0.clone();
        let prop = match &*value {
            Expr::Ident(name) if name.sym == property.name.as_str() => Prop::Shorthand(name.clone()),
            _ => Prop::KeyValue(KeyValueProp { key, value }),
        };
        Printer::new(self.style).print(PropOrSpread::Prop(Box::new(prop)))
    }

    fn comma(&self) -> &'static str {
        if self.style.trailing_comma == TrailingComma::All { "," } else { "" }
    }

    fn columns(&self, indent: &str) -> usize {
        indent.chars().map(|c| if c == '\t' { self.style.tab_width as usize } else { 1 }).sum()
    }

    fn slice(&self, range: TextRange) -> &str {
        range.slice(self.module.text()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::build::{env_member, identifier};
    use crate::parse::tests::parsed;

    #[track_caller]
    fn check(wraps: bool, child_as_property: bool, before: &str, after: &str) {
        let rewrite = CallRewrite {
            rename: Some("New".to_owned()),
            property: Some(Property { name: "use".to_owned(), value: identifier("use") }),
            wrap_in: wraps.then(|| {
                let value = env_member("import.meta.env", "ID", false);
                ("Outer".to_owned(), vec![Property { name: "id".to_owned(), value }])
            }),
            child_as_property,
        };
        let edited = parsed("a.js", before, |module| {
            let start = before.find("h(").unwrap() as u32;
            let mut depth = 0;
            let length = before[start as usize..].find(|c| {
                depth += i32::from(c == '(') - i32::from(c == ')');
                c == ')' && depth == 0
            });
            let range = TextRange::new(start, start + length.unwrap() as u32 + 1);
            rewrite_call(&module, &Style::default(), range, &rewrite).unwrap().unwrap().apply(before).unwrap()
        });
        assert_eq!(edited, after);
    }

    #[test]
    fn calls_on_one_line() {
        check(false, false, "r(h(Old, { a }, h(App)));\n", "r(h(New, { a, use }, h(App)));\n");
        check(false, true, "r(h(Old, { a }, h(App)));\n", "r(h(New, { a, use, children: h(App) }));\n");
        check(
            true,
            false,
            "r(h(Old, { a: b }, h(App)));\n",
            "r(\n  h(\n    Outer,\n    { id: import.meta.env.ID },\n    h(New, { a: b, use }, h(App)),\n  ),\n);\n",
        );
        check(
            true,
            true,
            "return h(Old, { a }, c);\n".replace("return", "x =").as_str(),
            "x = h(Outer, {\n  id: import.meta.env.ID,\n  children: h(New, { a, use, children: c }),\n});\n",
        );
    }

    #[test]
    fn a_child_that_makes_the_properties_too_long() {
        let long = "b".repeat(60);
        check(
            false,
            true,
            &format!("r(h(Old, {{ a: {long} }}, h(App)));\n"),
            &format!("r(h(New, {{\n  a: {long},\n  use,\n  children: h(App),\n}}));\n"),
        );
    }

    #[test]
    fn calls_on_several_lines() {
        check(
            true,
            false,
            "r(\n  h(\n    Old,\n    { a: b },\n    h(App),\n  ),\n);\n",
            "r(\n  h(\n    Outer,\n    { id: import.meta.env.ID },\n    h(\n      New,\n      { a: b, use },\n      h(App),\n    ),\n  ),\n);\n",
        );
    }

    #[test]
    fn forms_that_are_not_covered() {
        let rewrite = CallRewrite { rename: None, property: None, wrap_in: None, child_as_property: true };
        for text in ["h(Old, props, c)", "h(Old, { a }, b, c)", "h(Old, { a /* why */ }, b)", "h(Old, {}, b)"] {
            let edits = parsed("a.js", text, |module| {
                rewrite_call(&module, &Style::default(), TextRange::new(0, text.len() as u32), &rewrite).unwrap()
            });
            assert_eq!(edits, None, "{text}");
        }
    }
}
