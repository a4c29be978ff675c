//! What the parts of a text are, for those who show it in colours.
//!
//! ```tsx
//! import App from "./App.tsx"; // the app     keyword, text, comment
//! <App id="root" />                           tag, attribute, text
//! ```

use change::{RelPath, TextRange};
use swc_common::Spanned;
use swc_ecma_ast as ast;
use swc_ecma_visit::{Visit, VisitWith};

use crate::parse::{ParsedModule, on_deep_stack, parse};
use crate::source::{SourceFile, SourceKind};
use crate::span::range;

/// What a part of a text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Colour {
    /// A comment.
    Comment,
    /// A string, a template's text, a regular expression.
    Text,
    /// A number.
    Number,
    /// A word of the language.
    Keyword,
    /// The name of an element.
    Tag,
    /// The name of an attribute, or a key of a file of settings.
    Key,
}

/// The coloured parts of a file, sorted and disjoint, in byte offsets. Source files are read by the parser, others and those that don't parse
/// by their quotes and comments alone.
pub fn colours(path: &RelPath, text: &str) -> Vec<(TextRange, Colour)> {
    if SourceKind::of(path).is_none() {
        return of_settings(text);
    }
    on_deep_stack(|| {
        let module = SourceFile::new(path.clone(), text.into()).and_then(|source| parse(&source).ok());
        module.map_or_else(|| of_settings(text), |module| of_module(&module))
    })
}

fn of_module(module: &ParsedModule) -> Vec<(TextRange, Colour)> {
    let mut reader = Reader { found: Vec::new() };
    module.program.visit_with(&mut reader);
    let comments = module.comments.iter().map(|comment| (comment.range, Some(Colour::Comment)));
    let mut known: Vec<(TextRange, Option<Colour>)> = reader.found.into_iter().chain(comments).collect();
    known.sort_by_key(|(range, _)| (range.start(), range.end()));
    let mut colours = Vec::new();
    let mut at = module.body_start();
    for (range, colour) in known.into_iter().filter(|(range, _)| !range.is_empty()) {
        if range.start() < at {
            continue;
        }
        keywords(module.text(), TextRange::new(at, range.start()), &mut colours);
        colours.extend(colour.map(|colour| (range, colour)));
        at = range.end();
    }
    keywords(module.text(), TextRange::new(at, module.text().len() as u32), &mut colours);
    colours
}

/// What is no name, text or number, and yet a word, is one of the language's.
fn keywords(text: &str, gap: TextRange, colours: &mut Vec<(TextRange, Colour)>) {
    let between = gap.slice(text).unwrap_or_default();
    let mut start = None;
    for (at, c) in between.char_indices().chain([(between.len(), ' ')]) {
        match (c.is_alphabetic(), start) {
            (true, None) => start = Some(at),
            (false, Some(from)) => {
                let range = TextRange::new(gap.start() + from as u32, gap.start() + at as u32);
                colours.push((range, Colour::Keyword));
                start = None;
            }
            _ => {}
        }
    }
}

/// Collects what stands for itself; `None` is a name.
struct Reader {
    found: Vec<(TextRange, Option<Colour>)>,
}

impl Reader {
    fn add(&mut self, node: &impl Spanned, colour: Option<Colour>) {
        self.found.push((range(node), colour));
    }
}

impl Visit for Reader {
    fn visit_str(&mut self, text: &ast::Str) {
        self.add(text, Some(Colour::Text));
    }

    fn visit_tpl_element(&mut self, text: &ast::TplElement) {
        self.add(text, Some(Colour::Text));
    }

    fn visit_regex(&mut self, regex: &ast::Regex) {
        self.add(regex, Some(Colour::Text));
    }

    fn visit_number(&mut self, number: &ast::Number) {
        self.add(number, Some(Colour::Number));
    }

    fn visit_big_int(&mut self, number: &ast::BigInt) {
        self.add(number, Some(Colour::Number));
    }

    fn visit_jsx_text(&mut self, text: &ast::JSXText) {
        self.add(text, None);
    }

    fn visit_jsx_element_name(&mut self, name: &ast::JSXElementName) {
        self.add(name, Some(Colour::Tag));
    }

    fn visit_jsx_attr_name(&mut self, name: &ast::JSXAttrName) {
        self.add(name, Some(Colour::Key));
    }

    fn visit_ident(&mut self, name: &ast::Ident) {
        // A parameter's span takes in its type: `(id: string)`.
        let whole = range(name);
        let end = whole.start() + (name.sym.len() as u32).min(whole.len());
        self.found.push((TextRange::new(whole.start(), end), None));
    }

    fn visit_binding_ident(&mut self, name: &ast::BindingIdent) {
        self.visit_ident(&name.id);
        name.type_ann.visit_with(self);
    }

    fn visit_ident_name(&mut self, name: &ast::IdentName) {
        self.add(name, None);
    }
}

/// JSON, TOML, files of the environment: comments, keys, texts, numbers.
fn of_settings(text: &str) -> Vec<(TextRange, Colour)> {
    let mut colours = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        of_line(line, start, &mut colours);
        start += line.len() as u32;
    }
    colours
}

fn of_line(line: &str, start: u32, colours: &mut Vec<(TextRange, Colour)>) {
    let mut add = |from: usize, to: usize, colour| {
        colours.push((TextRange::new(start + from as u32, start + to as u32), colour));
    };
    let code = line.trim_end();
    let indent = code.len() - code.trim_start().len();
    // `VITE_CONVEX_URL=`
    let name = code.split_once('=').map(|(name, _)| name.trim_end());
    if let Some(name) = name.filter(|name| name.trim_start().chars().all(|c| c.is_ascii_alphanumeric() || c == '_')) {
        add(indent, name.len(), Colour::Key);
    }
    let mut at = 0;
    while let Some(rest) = code.get(at..).filter(|rest| !rest.is_empty()) {
        let first = rest.chars().next().unwrap_or_default();
        if rest.starts_with("//") || first == '#' {
            return add(at, code.len(), Colour::Comment);
        }
        if first != '"' {
            at += first.len_utf8();
            continue;
        }
        let end = at + closed(rest);
        let is_key = code.get(end..).is_some_and(|after| after.trim_start().starts_with(':'));
        add(at, end, if is_key { Colour::Key } else { Colour::Text });
        at = end;
    }
}

/// How long the quoted text is that `rest` begins with, in bytes.
fn closed(rest: &str) -> usize {
    let mut is_escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    rest.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(path: &str, text: &str, expected: &[(&str, Colour)]) {
        let found = colours(&RelPath::new(path).unwrap(), text);
        let found: Vec<(&str, Colour)> =
            found.iter().map(|(range, colour)| (range.slice(text).unwrap(), *colour)).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn a_component_is_coloured_by_what_its_parts_are() {
        use Colour::{Comment, Key, Keyword, Number, Tag, Text};
        check(
            "a.tsx",
            "// hi\nconst a = (type: string) => <A.B id=\"x\" n={1}>if {`t${type}`}</A.B>;",
            &[
                ("// hi", Comment),
                ("const", Keyword),
                ("string", Keyword),
                ("A.B", Tag),
                ("id", Key),
                ("\"x\"", Text),
                ("n", Key),
                ("1", Number),
                ("t", Text),
                ("A.B", Tag),
            ],
        );
    }

    #[test]
    fn settings_are_read_by_their_quotes() {
        use Colour::{Comment, Key, Text};
        check(
            "package.json",
            "{\n  \"a\\\"\": \"b\" // c\n}",
            &[("\"a\\\"\"", Key), ("\"b\"", Text), ("// c", Comment)],
        );
        check(".env.example", "# keys\nVITE_A=\n", &[("# keys", Comment), ("VITE_A", Key)]);
    }

    #[test]
    fn a_broken_file_is_shown_all_the_same() {
        check("a.ts", "const \"x", &[("\"x", Colour::Text)]);
    }
}
