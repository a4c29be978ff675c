//! "I need `X` from `m`", "nothing uses `Y` any more": all import changes of a file laid out together.
//!
//! ```tsx
//! import { ConvexProvider, ConvexReactClient } from "convex/react";
//! ```
//! with `ConvexProvider` dropped and two names added becomes
//! ```tsx
//! import { ConvexReactClient } from "convex/react";
//! import { ClerkProvider, useAuth } from "@clerk/react";
//! import { ConvexProviderWithClerk } from "convex/react-clerk";
//! ```
//! A name joins an import of its module where there is one. Otherwise its new import stands in its sorted place, if the file sorts its
//! package imports; else beside the import it was asked to stand beside; else after the last package
//! import; else after the last one; else at the top of the code.

use std::collections::BTreeMap;

use change::{Conflict, EditSet, ImportChange, ImportedName, TextEdit, TextRange};
use swc_ecma_ast::{ImportDecl, ImportSpecifier, ModuleDecl, ModuleItem, Program, Stmt};

use crate::bindings::{imported_name, string_value};
use crate::build;
use crate::parse::ParsedModule;
use crate::print::{Printer, quoted};
use crate::style::{Style, TrailingComma};

/// The edits that make the imports of `module` what `changes` ask for.
///
/// # Errors
/// A [`Conflict`] would be a defect of this function; nothing a caller passes causes one.
pub fn import_edits(module: &ParsedModule, style: &Style, changes: &[ImportChange]) -> Result<EditSet, Conflict> {
    let mut layout = Layout::new(module, style);
    for change in changes {
        match change {
            ImportChange::Drop { local } => layout.drop_local(local),
            ImportChange::Add { module, name, local, type_only, beside } => {
                layout.add(module, &Wanted { name, local, type_only: *type_only }, beside.as_deref());
            }
        }
    }
    layout.edits()
}

struct Wanted<'a> {
    name: &'a ImportedName,
    local: &'a str,
    type_only: bool,
}

/// A specifier in an import's braces.
struct Listed {
    local: String,
    range: TextRange,
    dropped: bool,
}

/// An import that is there, and what becomes of it.
struct Declaration<'a> {
    node: &'a ImportDecl,
    range: TextRange,
    source: String,
    /// Its default or namespace name.
    lone: Vec<Listed>,
    named: Vec<Listed>,
    added: Vec<String>,
    before: Vec<String>,
    after: Vec<String>,
}

impl Declaration<'_> {
    fn new<'a>(module: &ParsedModule, node: &'a ImportDecl) -> Declaration<'a> {
        let listed = |specifier: &ImportSpecifier| Listed {
            local: specifier.local().sym.to_string(),
            range: module.range(specifier),
            dropped: false,
        };
        let (named, lone) = node.specifiers.iter().partition::<Vec<_>, _>(|specifier| specifier.is_named());
        Declaration {
            node,
            range: statement_range(module, node),
            source: node.src.value.to_string_lossy().into_owned(),
            lone: lone.into_iter().map(listed).collect(),
            named: named.into_iter().map(listed).collect(),
            added: Vec::new(),
            before: Vec::new(),
            after: Vec::new(),
        }
    }

    fn takes(&self, source: &str, type_only: bool) -> bool {
        let has_namespace = self.node.specifiers.iter().any(ImportSpecifier::is_namespace);
        self.source == source
            && self.node.with.is_none()
            && !has_namespace
            && !self.node.specifiers.is_empty()
            && (!self.node.type_only || type_only)
    }

    fn is_gone(&self) -> bool {
        let mut all = self.lone.iter().chain(&self.named).peekable();
        all.peek().is_some() && all.all(|listed| listed.dropped) && self.added.is_empty()
    }

    fn kept_named(&self) -> impl Iterator<Item = &Listed> {
        self.named.iter().filter(|listed| !listed.dropped)
    }

    fn is_package(&self) -> bool {
        !self.source.starts_with(['.', '/', '~', '#']) && !self.source.starts_with("@/")
    }
}

/// An import without the `;` that begins a later line: `import { a } from "b"`, line break, `;(x as any).y = 1`.
fn statement_range(module: &ParsedModule, node: &ImportDecl) -> TextRange {
    let range = module.range(node);
    let text = range.slice(module.text()).unwrap_or_default();
    let code = text.trim_end_matches(';');
    let has_break = code.len() < text.len() && code.trim_end_matches([' ', '\t']).ends_with('\n');
    if has_break { TextRange::new(range.start(), range.start() + code.trim_end().len() as u32) } else { range }
}

struct Layout<'a> {
    module: &'a ParsedModule,
    style: &'a Style,
    declarations: Vec<Declaration<'a>>,
    fresh: BTreeMap<(String, bool), Vec<(ImportedName, String)>>,
    beside: BTreeMap<String, String>,
}

impl<'a> Layout<'a> {
    fn new(module: &'a ParsedModule, style: &'a Style) -> Self {
        let items = match &module.program {
            Program::Module(tree) => tree.body.as_slice(),
            Program::Script(_) => &[],
        };
        let imports = items.iter().filter_map(|item| match item {
            ModuleItem::ModuleDecl(ModuleDecl::Import(import)) => Some(Declaration::new(module, import)),
            _ => None,
        });
        Self { module, style, declarations: imports.collect(), fresh: BTreeMap::new(), beside: BTreeMap::new() }
    }

    fn drop_local(&mut self, local: &str) {
        let lists = self.declarations.iter_mut().flat_map(|import| import.lone.iter_mut().chain(&mut import.named));
        for listed in lists.filter(|listed| listed.local == local) {
            listed.dropped = true;
        }
    }

    fn add(&mut self, source: &str, wanted: &Wanted<'_>, beside: Option<&str>) {
        let there = self.declarations.iter().any(|import| {
            import.source == source
                && import.node.specifiers.iter().any(|specifier| {
                    imported_name(specifier) == *wanted.name && *specifier.local().sym == *wanted.local
                })
        });
        if there {
            return;
        }
        let joined = self.declarations.iter().position(|import| import.takes(source, wanted.type_only));
        if let (ImportedName::Named(name), Some(index)) = (wanted.name, joined) {
            let specifier = self.specifier_text(name, wanted.local);
            let import = &mut self.declarations[index];
            let word = if wanted.type_only && !import.node.type_only { "type " } else { "" };
            import.added.push(format!("{word}{specifier}"));
            return;
        }
        let key = (source.to_owned(), wanted.type_only);
        self.fresh.entry(key).or_default().push((wanted.name.clone(), wanted.local.to_owned()));
        if let Some(beside) = beside {
            self.beside.insert(source.to_owned(), beside.to_owned());
        }
    }

    fn edits(mut self) -> Result<EditSet, Conflict> {
        let mut edits = EditSet::default();
        let mut top = Vec::new();
        for ((source, type_only), names) in std::mem::take(&mut self.fresh) {
            let text = self.fresh_text(&source, type_only, &names);
            match self.place(&source) {
                Some((index, true)) => self.declarations[index].before.push(text),
                Some((index, false)) => self.declarations[index].after.push(text),
                None => top.push(text),
            }
        }
        for import in &self.declarations {
            self.declaration_edits(import, &mut edits)?;
        }
        if !top.is_empty() {
            edits.push(self.at_top(&top))?;
        }
        Ok(edits)
    }

    /// Beside which import a new one stands, and whether before it.
    fn place(&self, source: &str) -> Option<(usize, bool)> {
        let key = |source: &str| source.to_ascii_lowercase();
        let packages: Vec<usize> =
            (0..self.declarations.len()).filter(|index| self.declarations[*index].is_package()).collect();
        let source_of = |index: &usize| key(&self.declarations[*index].source);
        if packages.len() >= 3 && packages.is_sorted_by_key(source_of) {
            let before = packages.partition_point(|index| source_of(index) <= key(source));
            return match before.checked_sub(1) {
                Some(last) => packages.get(last).map(|index| (*index, false)),
                None => packages.first().map(|index| (*index, true)),
            };
        }
        let beside = self.beside.get(source).and_then(|beside| {
            let values = |import: &&(usize, &Declaration<'_>)| !import.1.node.type_only;
            let all: Vec<_> = self.declarations.iter().enumerate().filter(|(_, i)| i.source == *beside).collect();
            // An import that goes leaves its place free.
            let gone = all.iter().find(|(_, import)| import.is_gone());
            gone.or(all.iter().find(values)).or(all.first()).map(|(index, _)| *index)
        });
        beside
            .or(self.last_of(&packages))
            .or(packages.last().copied())
            .or(self.declarations.len().checked_sub(1))
            .map(|index| (index, false))
    }

    /// The last of the package imports that hold values, and of those right below it: types that stand in lines of their own, behind a blank
    /// one, are another list.
    fn last_of(&self, packages: &[usize]) -> Option<usize> {
        let is_value = |index: &&usize| !self.declarations[**index].node.type_only;
        let last = packages.iter().rposition(|index| is_value(&index))?;
        let is_next = |pair: &&[usize]| {
            let (one, next) = (&self.declarations[pair[0]], &self.declarations[pair[1]]);
            let gap = self.slice(TextRange::new(one.range.end(), next.range.start()));
            gap.matches('\n').count() < 2
        };
        let below = packages.get(last..)?.windows(2).take_while(is_next).count();
        packages.get(last + below).copied()
    }

    fn declaration_edits(&self, import: &Declaration<'_>, edits: &mut EditSet) -> Result<(), Conflict> {
        let eol = self.style.eol.as_str();
        if import.is_gone() {
            // What was said about the import stays, above what takes its place.
            let comments = self.module.comments.iter().map(|comment| comment.range);
            let comments = comments.filter(|comment| import.range.covers(*comment)).map(|comment| self.slice(comment));
            let texts: Vec<&str> =
                comments.chain(import.before.iter().chain(&import.after).map(String::as_str)).collect();
            return if texts.is_empty() {
                edits.push(TextEdit::deletion(self.whole_lines(import.range)))
            } else {
                edits.push(TextEdit::replacement(import.range, texts.join(eol)))
            };
        }
        for text in &import.before {
            edits.push(TextEdit::insertion(import.range.start(), format!("{text}{eol}")))?;
        }
        self.clause_edits(import, edits)?;
        let (end, is_line_end) = self.line_end(import.range.end());
        for text in &import.after {
            edits.push(match is_line_end {
                true => TextEdit::insertion(end, format!("{eol}{text}")),
                // `import a from "a"; run();`
                false => TextEdit::insertion(import.range.end(), format!(" {text}")),
            })?;
        }
        Ok(())
    }

    /// The edits between `import` and `from`.
    fn clause_edits(&self, import: &Declaration<'_>, edits: &mut EditSet) -> Result<(), Conflict> {
        let dropped = import.lone.iter().chain(&import.named).any(|listed| listed.dropped);
        if !dropped && import.added.is_empty() {
            return Ok(());
        }
        let Some(braces) = self.braces(import) else {
            return self.lone_edits(import, edits);
        };
        if let Some(lone) = import.lone.iter().find(|lone| lone.dropped) {
            // `import React, { useState } from "react"` without its default
            edits.push(TextEdit::deletion(TextRange::new(lone.range.start(), braces.start())))?;
        }
        let kept: Vec<String> = import.kept_named().map(|listed| self.slice(listed.range).to_owned()).collect();
        if kept.is_empty() && import.added.is_empty() {
            // `import React, { useState } from "react"` without its list
            let start = import.lone.first().map_or(braces.start(), |lone| lone.range.end());
            return edits.push(TextEdit::deletion(TextRange::new(start, braces.end())));
        }
        let old: Vec<String> = import.named.iter().map(|listed| self.slice(listed.range).to_owned()).collect();
        let is_ours = self.slice(braces) == self.list_text(import, &old, braces);
        if is_ours && !self.module.has_comment_in(braces) {
            let new: Vec<String> = kept.into_iter().chain(import.added.iter().cloned()).collect();
            let text = self.list_text(import, &new, braces);
            return edits.push(least_replacement(braces, self.slice(braces), &text));
        }
        self.listed_edits(import, braces, edits)
    }

    /// The list as Prettier would lay it out, in an import whose other text stays.
    fn list_text(&self, import: &Declaration<'_>, names: &[String], braces: TextRange) -> String {
        let around = import.range.len() - braces.len();
        let line = self.module.lines.line_start(import.range.start());
        let column = import.range.start() - line;
        self.braced(names, (column + around) as usize, import.lone.is_empty())
    }

    fn braced(&self, names: &[String], around: usize, may_stay_long: bool) -> String {
        let pad = if self.style.bracket_spacing { " " } else { "" };
        let line = format!("{{{pad}{}{pad}}}", names.join(", "));
        // Prettier never breaks the braces around a single name.
        if around + line.chars().count() <= self.style.width as usize || (names.len() == 1 && may_stay_long) {
            return line;
        }
        let (eol, indent) = (self.style.eol.as_str(), self.style.indent.unit());
        let comma = if self.style.trailing_comma == TrailingComma::None { "" } else { "," };
        let separator = format!(",{eol}{indent}");
        format!("{{{eol}{indent}{}{comma}{eol}}}", names.join(&separator))
    }

    /// `import A, { b } from "m"`: the braces, from the one to the other.
    fn braces(&self, import: &Declaration<'_>) -> Option<TextRange> {
        let from = import.lone.last().map_or(import.range.start(), |lone| lone.range.end());
        let to = self.module.range(&*import.node.src).start();
        let first = import.named.first().map_or(to, |listed| listed.range.start());
        let last = import.named.last().map_or(from, |listed| listed.range.end());
        let open = self.code_byte(from, first, b'{')?;
        let close = self.code_byte(last.max(open), to, b'}')?;
        Some(TextRange::new(open, close + 1))
    }

    /// The first byte `wanted` in `from..to` that is not in a comment.
    fn code_byte(&self, from: u32, to: u32, wanted: u8) -> Option<u32> {
        let bytes = self.module.text().as_bytes();
        (from..to).find(|offset| {
            bytes.get(*offset as usize) == Some(&wanted)
                && !self.module.comments.iter().any(|comment| comment.range.contains(*offset))
        })
    }

    /// Drops and adds in a list that is laid out in the author's own way or holds comments, which all stay.
    fn listed_edits(&self, import: &Declaration<'_>, braces: TextRange, edits: &mut EditSet) -> Result<(), Conflict> {
        let last_kept = import.named.iter().rposition(|listed| !listed.dropped);
        for (index, listed) in import.named.iter().enumerate().filter(|(_, listed)| listed.dropped) {
            let next = import.named.get(index + 1);
            let comma = self.code_byte(listed.range.end(), next.map_or(braces.end(), |n| n.range.start()), b',');
            let whole = match (next, last_kept) {
                (Some(next), Some(kept)) if kept > index => TextRange::new(listed.range.start(), next.range.start()),
                (_, Some(kept)) => TextRange::new(import.named[kept.max(index - 1)].range.end(), listed.range.end()),
                _ => listed.range,
            };
            if !self.module.has_comment_in(whole) {
                edits.push(TextEdit::deletion(whole))?;
                continue;
            }
            let end = comma.map_or(listed.range.end(), |comma| comma + 1);
            if self.module.has_comment_in(TextRange::new(listed.range.start(), end)) {
                let name = TextRange::new(listed.range.start(), self.after_spaces(listed.range.end()));
                edits.push(TextEdit::deletion(name))?;
                edits.push(TextEdit::deletion(TextRange::new(end - 1, end)))?;
            } else {
                let own = TextRange::new(listed.range.start(), end);
                // A name alone on its line takes the line with it.
                let line = self.module.lines.line_start(own.start());
                let lines = self.whole_lines(own);
                let range = match lines.end() > end {
                    true => TextRange::new(line, lines.end()),
                    false => TextRange::new(own.start(), self.after_spaces(end)),
                };
                edits.push(TextEdit::deletion(range))?;
            }
        }
        if import.added.is_empty() {
            return Ok(());
        }
        let names = import.added.join(", ");
        match import.named.last() {
            Some(last) if !last.dropped => {
                let line = self.module.lines.line_start(last.range.start());
                let lead = self.slice(TextRange::new(line, last.range.start()));
                let indent = lead.get(..lead.len() - lead.trim_start().len()).unwrap_or_default();
                // One name a line: the new one gets a line of its own.
                let own_line = format!("{}{indent}", self.style.eol.as_str());
                let comma = self.code_byte(last.range.end(), braces.end(), b',');
                let (end, _) = self.line_end(comma.map_or(last.range.end(), |comma| comma + 1));
                let has_comment = self.module.has_comment_in(TextRange::new(last.range.end(), end));
                if line > import.range.start() && has_comment {
                    // `ClerkProvider, // outer`: the comment stays with its name.
                    if comma.is_none() {
                        edits.push(TextEdit::insertion(last.range.end(), ","))?;
                    }
                    let text = format!("{own_line}{}", import.added.join(&format!(",{own_line}")));
                    return edits.push(TextEdit::insertion(end, text + if comma.is_some() { "," } else { "" }));
                }
                let separator = if line > import.range.start() { format!(",{own_line}") } else { ", ".to_owned() };
                let text = format!("{separator}{}", import.added.join(&separator));
                edits.push(TextEdit::insertion(last.range.end(), text))
            }
            _ => edits.push(TextEdit::insertion(braces.end() - 1, format!("{names} "))),
        }
    }

    /// Changes of an import without braces: `import React from "react"`.
    fn lone_edits(&self, import: &Declaration<'_>, edits: &mut EditSet) -> Result<(), Conflict> {
        if let [first, second] = import.lone.as_slice() {
            // `import D, * as N from "m"`
            let range = match first.dropped {
                true => TextRange::new(first.range.start(), second.range.start()),
                false => TextRange::new(first.range.end(), second.range.end()),
            };
            return edits.push(TextEdit::deletion(range));
        }
        if let (Some(lone), false) = (import.lone.last(), import.added.is_empty()) {
            let around = import.range.len() as usize + 2;
            let list = self.braced(&import.added, around, false);
            let edit = match lone.dropped {
                true => TextEdit::replacement(lone.range, list),
                false => TextEdit::insertion(lone.range.end(), format!(", {list}")),
            };
            return edits.push(edit);
        }
        Ok(())
    }

    /// Whether the file marks each name as a type, `import { type A } from "a"`, and no import as a whole.
    fn marks_names(&self) -> bool {
        let is_marked = |specifier: &ImportSpecifier| match specifier {
            ImportSpecifier::Named(named) => named.is_type_only,
            _ => false,
        };
        let mut all = self.declarations.iter().map(|import| import.node);
        all.clone().any(|node| node.specifiers.iter().any(is_marked)) && !all.any(|node| node.type_only)
    }

    fn fresh_text(&self, source: &str, type_only: bool, names: &[(ImportedName, String)]) -> String {
        let mut lone = Vec::new();
        let mut named = Vec::new();
        for (name, local) in names {
            match name {
                ImportedName::Default => lone.push(local.clone()),
                ImportedName::Namespace => lone.push(format!("* as {local}")),
                ImportedName::Named(name) => named.push(self.specifier_text(name, local)),
            }
        }
        let is_inline = type_only && self.marks_names();
        if is_inline {
            named.iter_mut().for_each(|name| name.insert_str(0, "type "));
        }
        let word = if type_only && !is_inline { "import type " } else { "import " };
        let semicolon = if self.style.semicolons { ";" } else { "" };
        let end = format!(" from {}{semicolon}", quoted(source, self.style.quote));
        let head = format!("{word}{}{}", lone.join(", "), if lone.is_empty() || named.is_empty() { "" } else { ", " });
        if named.is_empty() {
            return format!("{head}{end}");
        }
        let list = self.braced(&named, head.chars().count() + end.chars().count(), lone.is_empty());
        format!("{head}{list}{end}")
    }

    /// An import for a file that has none: after the directives, or before the first statement.
    fn at_top(&self, texts: &[String]) -> TextEdit {
        let eol = self.style.eol.as_str();
        let statements: Vec<&Stmt> = match &self.module.program {
            Program::Module(tree) => tree.body.iter().filter_map(ModuleItem::as_stmt).collect(),
            Program::Script(tree) => tree.body.iter().collect(),
        };
        let directive = |stmt: &&&Stmt| matches!(stmt, Stmt::Expr(expr) if string_value(&expr.expr).is_some());
        let text = texts.join(eol);
        if let Some(last) = statements.iter().take_while(directive).last() {
            return TextEdit::insertion(self.line_end(self.module.range(*last).end()).0, format!("{eol}{eol}{text}"));
        }
        let first = match &self.module.program {
            Program::Module(tree) => tree.body.first().map(|item| self.module.range(item)),
            Program::Script(tree) => tree.body.first().map(|item| self.module.range(item)),
        };
        let start = first.map_or(self.module.source.body_start() as u32, TextRange::start);
        TextEdit::insertion(self.before_comments(start), format!("{text}{eol}{eol}"))
    }

    /// Where the doc comment begins that stands right above a statement: it is about that. Other comments may be about the file.
    fn before_comments(&self, start: u32) -> u32 {
        let above = self.module.comments.iter().filter(|comment| comment.range.end() <= start);
        let Some(comment) = above.max_by_key(|comment| comment.range.end()) else { return start };
        let gap = self.slice(TextRange::new(comment.range.end(), start));
        let text = self.slice(comment.range);
        let is_for_tools = ["@ts-", "@jsx", "@license", "eslint"].iter().any(|word| text.contains(word));
        let is_above = gap.trim().is_empty() && gap.matches('\n').count() == 1;
        if is_above && text.starts_with("/**") && !is_for_tools { comment.range.start() } else { start }
    }

    /// The end of the line's code and comments, and whether nothing else follows on that line.
    fn line_end(&self, from: u32) -> (u32, bool) {
        let mut end = from;
        loop {
            let blank = self.after_spaces(end);
            match self.module.comments.iter().find(|comment| comment.range.start() == blank) {
                Some(comment) if !self.slice(comment.range).contains('\n') => end = comment.range.end(),
                _ => {
                    let rest = self.module.text().as_bytes().get(blank as usize);
                    return (end, matches!(rest, None | Some(b'\n' | b'\r')));
                }
            }
        }
    }

    fn after_spaces(&self, from: u32) -> u32 {
        let rest = self.module.text().get(from as usize..).unwrap_or_default();
        from + (rest.len() - rest.trim_start_matches([' ', '\t']).len()) as u32
    }

    /// The statement and its line ending where it stands alone on its lines, else the statement.
    fn whole_lines(&self, range: TextRange) -> TextRange {
        let start = self.module.lines.line_start(range.start());
        let end = self.after_spaces(range.end());
        let alone = self.slice(TextRange::new(start, range.start())).trim_start_matches('\u{feff}').trim().is_empty();
        let rest = self.module.text().get(end as usize..).unwrap_or_default();
        let ending = if rest.starts_with("\r\n") { 2 } else { u32::from(rest.starts_with(['\n', '\r'])) };
        if alone && ending > 0 { TextRange::new(range.start(), end + ending) } else { range }
    }

    /// `Name`, or `Name as local`.
    fn specifier_text(&self, name: &str, local: &str) -> String {
        let printer = Printer::new(self.style);
        let text = printer.print(build::ident(name));
        if name == local { text } else { format!("{text} as {}", printer.print(build::ident(local))) }
    }

    fn slice(&self, range: TextRange) -> &str {
        range.slice(self.module.text()).unwrap_or_default()
    }
}

/// The smallest replacement that turns `old`, the text at `range`, into `new`.
fn least_replacement(range: TextRange, old: &str, new: &str) -> TextEdit {
    let prefix: usize = old.chars().zip(new.chars()).take_while(|(a, b)| a == b).map(|(a, _)| a.len_utf8()).sum();
    let (old_rest, new_rest) = (old.get(prefix..).unwrap_or_default(), new.get(prefix..).unwrap_or_default());
    let suffix: usize =
        old_rest.chars().rev().zip(new_rest.chars().rev()).take_while(|(a, b)| a == b).map(|(a, _)| a.len_utf8()).sum();
    let changed = TextRange::new(range.start() + prefix as u32, range.end() - suffix as u32);
    TextEdit::replacement(changed, new_rest.get(..new_rest.len() - suffix).unwrap_or_default())
}

#[cfg(test)]
#[path = "imports_tests.rs"]
mod tests;
