//! A member added to a list that is written out: a property of an object, an item of an array, a member of a type.
//!
//! ```ts
//! { routeTree, context: { queryClient } }      // { routeTree, context: { queryClient, convexClient } }
//! ```
//! A list over several lines keeps a line for each; one on one line is spread over lines where it grows too long.

use change::{Conflict, EditSet, TextEdit, TextRange, edits_between};

use crate::parse::ParsedModule;
use crate::snippet::indented;
use crate::style::{Style, TrailingComma};

/// A list with its brackets, and the ranges of its members.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Members {
    /// With the brackets.
    pub range: TextRange,
    /// The members in order.
    pub items: Vec<TextRange>,
    /// What stands between two of them: `,`, or `;` in a type.
    pub separator: char,
}

impl Members {
    /// The edits that add `texts`, each in the file's style and without indentation, before the member `at`, or last.
    ///
    /// # Errors
    /// A [`Conflict`] would be a defect of this function.
    pub fn insert(
        &self,
        module: &ParsedModule,
        style: &Style,
        at: usize,
        texts: &[String],
    ) -> Result<EditSet, Conflict> {
        Insertion { list: self, module, style, texts }.edits(at.min(self.items.len()))
    }

    /// The edits that put `text` in the place of the member `at`; the list is spread over lines where it grows too long for its one.
    ///
    /// # Errors
    /// A [`Conflict`] would be a defect of this function.
    pub fn replace(&self, module: &ParsedModule, style: &Style, at: usize, text: &str) -> Result<EditSet, Conflict> {
        let mut edits = EditSet::default();
        let Some(item) = self.items.get(at) else { return Ok(edits) };
        let texts = [text.to_owned()];
        let insertion = Insertion { list: self, module, style, texts: &texts };
        let added = text.chars().count().saturating_sub(item.len() as usize);
        if insertion.fits(added) {
            edits.push(TextEdit::replacement(*item, text.to_owned()))?;
        } else {
            insertion.spread_out(at, 1, &mut edits)?;
        }
        Ok(edits)
    }

    /// Whether it stands on one line.
    pub fn is_flat(&self, module: &ParsedModule) -> bool {
        !self.range.slice(module.text()).unwrap_or_default().contains('\n')
    }
}

struct Insertion<'a> {
    list: &'a Members,
    module: &'a ParsedModule,
    style: &'a Style,
    texts: &'a [String],
}

impl Insertion<'_> {
    fn slice(&self, from: u32, to: u32) -> &str {
        TextRange::new(from, to).slice(self.module.text()).unwrap_or_default()
    }

    /// The indentation of the line that holds `at`.
    fn indent(&self, at: u32) -> String {
        let line = self.module.lines.line_start(at);
        self.slice(line, at).chars().take_while(|c| matches!(c, ' ' | '\t')).collect()
    }

    fn edits(&self, at: usize) -> Result<EditSet, Conflict> {
        let mut edits = EditSet::default();
        let range = self.list.range;
        let Some(first) = self.list.items.first() else {
            edits.push(TextEdit::replacement(range, self.alone()))?;
            return Ok(edits);
        };
        if self.slice(range.start() + 1, first.start()).contains('\n') {
            edits.push(self.own_lines(at))?;
            return Ok(edits);
        }
        let flat = self.texts.join(", ");
        if !flat.contains('\n') && self.fits(flat.chars().count() + 2) {
            edits.push(match self.list.items.get(at) {
                Some(next) => TextEdit::insertion(next.start(), format!("{}{} ", self.joined(), self.list.separator)),
                None => TextEdit::insertion(self.end(), format!("{} {}", self.list.separator, self.joined())),
            })?;
            return Ok(edits);
        }
        self.spread_out(at, 0, &mut edits)?;
        Ok(edits)
    }

    fn joined(&self) -> String {
        self.texts.join(&format!("{} ", self.list.separator))
    }

    /// Where the last member ends.
    fn end(&self) -> u32 {
        self.list.items.last().map_or(self.list.range.start() + 1, |last| last.end())
    }

    fn pad(&self) -> &'static str {
        let is_brace = self.slice(self.list.range.start(), self.list.range.start() + 1) == "{";
        if is_brace && self.style.bracket_spacing { " " } else { "" }
    }

    fn brackets(&self) -> (&str, &str) {
        let range = self.list.range;
        (self.slice(range.start(), range.start() + 1), self.slice(range.end() - 1, range.end()))
    }

    /// The only members: `{ a: 1 }`, or a line for each.
    fn alone(&self) -> String {
        let (open, close) = self.brackets();
        let (flat, pad) = (self.joined(), self.pad());
        if !flat.contains('\n') && self.fits(flat.chars().count() + 2 * pad.len()) {
            return format!("{open}{pad}{flat}{pad}{close}");
        }
        let indent = self.indent(self.list.range.start());
        let lead = format!("{}{indent}{}", self.style.eol.as_str(), self.style.indent.unit());
        let last = self.texts.len().saturating_sub(1);
        let lines = self.texts.iter().enumerate().map(|(index, text)| {
            let comma = if index == last { self.last_separator() } else { self.separator() };
            format!("{lead}{}{comma}", self.laid(text, &lead))
        });
        format!("{open}{}{}{indent}{close}", lines.collect::<String>(), self.style.eol.as_str())
    }

    fn laid(&self, text: &str, lead: &str) -> String {
        indented(text, lead.trim_start_matches(['\r', '\n']), self.style.eol)
    }

    fn separator(&self) -> String {
        self.list.separator.to_string()
    }

    /// What follows the last member where each has a line of its own.
    fn last_separator(&self) -> String {
        match self.list.separator {
            ',' if self.style.trailing_comma == TrailingComma::None => String::new(),
            ';' if !self.style.semicolons => String::new(),
            separator => separator.to_string(),
        }
    }

    /// Among members that have a line each.
    fn own_lines(&self, at: usize) -> TextEdit {
        let (range, items) = (self.list.range, &self.list.items);
        let first = items.first().map_or(range.start() + 1, |first| first.start());
        let lead = format!("{}{}", self.style.eol.as_str(), self.indent(first));
        let lines = |first: &str, last: &str| -> String {
            let count = self.texts.len();
            let each = self.texts.iter().enumerate().map(|(index, text)| {
                let mark = if index + 1 == count { last } else { first };
                format!("{lead}{}{mark}", self.laid(text, &lead))
            });
            each.collect()
        };
        // Members of a type may have lines and nothing else between them.
        let ends = items.iter().enumerate().map(|(index, item)| {
            let until = items.get(index + 1).map_or(range.end() - 1, |next| next.start());
            self.separator_in(item.end(), until)
        });
        let is_bare = self.list.separator == ';' && (!self.style.semicolons || ends.flatten().next().is_none());
        let mark = if is_bare { String::new() } else { self.separator() };
        let Some(before) = at.checked_sub(1).and_then(|index| items.get(index)) else {
            return TextEdit::insertion(range.start() + 1, lines(&mark, &mark));
        };
        let until = items.get(at).map_or(range.end() - 1, |next| next.start());
        let rest = self.slice(before.end(), until);
        let after = self.separator_in(before.end(), until);
        // Behind the comment on the same line.
        let line = |from: u32| from + self.slice(from, until).find(['\r', '\n']).unwrap_or(0) as u32;
        match after {
            Some(after) => TextEdit::insertion(line(after), lines(&mark, &mark)),
            // The last one without a comma, or members of a type without semicolons.
            None if items.get(at).is_some() || mark.is_empty() => {
                TextEdit::insertion(line(before.end()), lines(&mark, &mark))
            }
            None => {
                let comment = rest.split(['\r', '\n']).next().unwrap_or_default();
                let end = before.end() + comment.len() as u32;
                let text = format!("{mark}{comment}{}", lines(&mark, ""));
                TextEdit::replacement(TextRange::new(before.end(), end), text)
            }
        }
    }

    /// Where the separator between two places ends, comments aside.
    fn separator_in(&self, from: u32, until: u32) -> Option<u32> {
        let is_comment = |at: u32| {
            self.module.comments.iter().any(|comment| comment.range.start() <= at && at < comment.range.end())
        };
        let text = self.slice(from, until);
        let found = text.match_indices(self.list.separator).map(|(at, _)| from + at as u32);
        found.into_iter().find(|at| !is_comment(*at)).map(|at| at + 1)
    }

    /// Whether the line on which the list stands may grow by so many columns.
    fn fits(&self, added: usize) -> bool {
        let range = self.list.range;
        if self.slice(range.start(), range.end()).contains('\n') {
            return true;
        }
        let line = self.module.lines.line_start(range.start());
        let rest = self.slice(line, self.module.text().len() as u32);
        let columns = rest.split(['\r', '\n']).next().unwrap_or_default();
        let tabs = columns.chars().take_while(|c| *c == '\t').count();
        let width = columns.chars().count() + tabs * (usize::from(self.style.tab_width).saturating_sub(1));
        width + added <= self.style.width as usize
    }

    /// Puts every member on a line of its own, the new ones in the place of as many as are `gone`.
    fn spread_out(&self, at: usize, gone: usize, edits: &mut EditSet) -> Result<(), Conflict> {
        let (range, items) = (self.list.range, &self.list.items);
        let indent = self.indent(range.start());
        let unit = self.style.indent.unit();
        let lead = format!("{}{indent}{unit}", self.style.eol.as_str());
        let added: Vec<String> = self.texts.iter().map(|text| self.laid(text, &lead)).collect();
        let between = format!("{}{lead}", self.list.separator);
        let added = added.join(&between);
        let mut from = range.start() + 1;
        for (index, item) in items.iter().enumerate() {
            let gap = if index == 0 { lead.clone() } else { between.clone() };
            let gap = if index == at && gone == 0 { format!("{gap}{added}{between}") } else { gap };
            edits.push(TextEdit::replacement(TextRange::new(from, item.start()), gap))?;
            if index == at && gone > 0 {
                for edit in edits_between(self.slice(item.start(), item.end()), &added) {
                    let at = TextRange::new(item.start() + edit.range().start(), item.start() + edit.range().end());
                    edits.push(TextEdit::replacement(at, edit.text()))?;
                }
            } else {
                self.move_in(*item, edits)?;
            }
            from = item.end();
        }
        let last = if at >= items.len() && gone == 0 { format!("{between}{added}") } else { String::new() };
        let close = format!("{last}{}{}{indent}", self.last_separator(), self.style.eol.as_str());
        edits.push(TextEdit::replacement(TextRange::new(from, range.end() - 1), close))
    }

    /// Moves the lines of a member in by a step.
    fn move_in(&self, item: TextRange, edits: &mut EditSet) -> Result<(), Conflict> {
        let text = self.slice(item.start(), item.end());
        for (at, _) in text.match_indices('\n') {
            let start = item.start() + at as u32 + 1;
            if !self.slice(start, item.end()).starts_with(['\r', '\n']) {
                edits.push(TextEdit::insertion(start, self.style.indent.unit()))?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::tests::parsed;

    #[track_caller]
    fn check(before: &str, at: usize, texts: &[&str], after: &str) {
        let edited = parsed("a.ts", &format!("const a = {before};\n"), |module| {
            let text = module.text().to_owned();
            let list = crate::object::object_in(&module, TextRange::new(10, text.len() as u32 - 2)).unwrap();
            let texts: Vec<String> = texts.iter().map(|text| (*text).to_owned()).collect();
            list.members.insert(&module, &Style::default(), at, &texts).unwrap().apply(&text).unwrap()
        });
        assert_eq!(edited, format!("const a = {after};\n"));
    }

    #[test]
    fn a_member_is_added() {
        check("{}", 0, &["x: 1"], "{ x: 1 }");
        check("{ a }", 9, &["x", "y"], "{ a, x, y }");
        check("{ a }", 0, &["x"], "{ x, a }");
        check("{\n  a,\n}", 1, &["x"], "{\n  a,\n  x,\n}");
        check("{\n  a\n}", 1, &["x"], "{\n  a,\n  x\n}");
        check("{\n  a, // why\n  b,\n}", 1, &["x"], "{\n  a, // why\n  x,\n  b,\n}");
        check("{\n  a // why, really\n}", 1, &["x"], "{\n  a, // why, really\n  x\n}");
        check("{\n  // A\n  a,\n}", 0, &["x"], "{\n  x,\n  // A\n  a,\n}");
        check("{\n  a,\n}", 1, &["x() {\n  y();\n\n  z();\n}"], "{\n  a,\n  x() {\n    y();\n\n    z();\n  },\n}");
        check("{ a }", 1, &["x() {\n  y();\n}"], "{\n  a,\n  x() {\n    y();\n  },\n}");
        let long = "b".repeat(60);
        check(&format!("{{ {long} }}"), 1, &["x: 12345"], &format!("{{\n  {long},\n  x: 12345,\n}}"));
    }
}
