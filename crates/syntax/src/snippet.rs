//! New statements: written down once as Prettier's defaults have them, and set in the style of the file that they go into.
//!
//! ```ts
//! export const loader = (args: Route.LoaderArgs) => rootAuthLoader(args);     // goes after the imports, in a paragraph of its own
//! ```

use change::{EditSet, RelPath, TextEdit, TextRange};
use swc_ecma_ast::{
    ArrowExpr, ImportDecl, ModuleDecl, ModuleItem, ObjectLit, ObjectPat, Pat, Program, Stmt, Str, TsTypeLit,
};
use swc_ecma_visit::{Visit, VisitWith};

use crate::parse::{ParsedModule, parse};
use crate::print::quoted;
use crate::source::SourceFile;
use crate::style::{LineEnding, Style, TrailingComma};

/// A text in another style: its quotes, semicolons, spaces in braces, commas at the ends of lines, indentation and line breaks.
///
/// `snippet` is TSX as Prettier's defaults have it, in lines that end in `\n`; where its lines break is not decided anew.
pub fn restyled(snippet: &str, style: &Style) -> String {
    let parsed = RelPath::new("snippet.tsx").ok().and_then(|path| SourceFile::new(path, snippet.into()));
    let Some(module) = parsed.and_then(|source| parse(&source).ok()) else { return snippet.to_owned() };
    let mut restyle = Restyle { module: &module, style, edits: EditSet::default() };
    module.program.visit_with(&mut restyle);
    restyle.commas();
    let text = restyle.edits.apply(snippet).unwrap_or_else(|| snippet.to_owned());
    let lines = text.split('\n').map(|line| {
        let code = line.trim_start_matches(' ');
        format!("{}{code}", style.indent.unit().repeat((line.len() - code.len()) / 2))
    });
    lines.collect::<Vec<_>>().join(style.eol.as_str())
}

struct Restyle<'a> {
    module: &'a ParsedModule,
    style: &'a Style,
    edits: EditSet,
}

impl Restyle<'_> {
    fn replace(&mut self, range: TextRange, text: &str) {
        // Each node is visited once: two edits of one place are none.
        let _ = self.edits.push(TextEdit::replacement(range, text.to_owned()));
    }

    fn semicolon(&mut self, range: TextRange) {
        if !self.style.semicolons && range.slice(self.module.text()).is_some_and(|text| text.ends_with(';')) {
            self.replace(TextRange::new(range.end() - 1, range.end()), "");
        }
    }

    /// `{ a }` as `{a}`.
    fn braces(&mut self, range: TextRange) {
        let text = range.slice(self.module.text()).unwrap_or_default();
        if !self.style.bracket_spacing && text.starts_with("{ ") && text.ends_with(" }") {
            self.replace(TextRange::new(range.start() + 1, range.start() + 2), "");
            self.replace(TextRange::new(range.end() - 2, range.end() - 1), "");
        }
    }

    /// The commas at the ends of lists over several lines.
    fn commas(&mut self) {
        let text = self.module.text().to_owned();
        for (at, _) in text.match_indices(",\n") {
            let closing = text.get(at + 1..).and_then(|rest| rest.trim_start().chars().next());
            let goes = matches!(
                (self.style.trailing_comma, closing),
                (TrailingComma::None, Some(')' | ']' | '}')) | (TrailingComma::Es5, Some(')'))
            );
            if goes {
                self.replace(TextRange::new(at as u32, at as u32 + 1), "");
            }
        }
    }
}

impl Visit for Restyle<'_> {
    fn visit_str(&mut self, text: &Str) {
        let range = self.module.range(text);
        let text = quoted(&text.value.to_string_lossy(), self.style.quote);
        self.replace(range, &text);
    }

    fn visit_module_item(&mut self, item: &ModuleItem) {
        if let ModuleItem::ModuleDecl(decl) = item {
            self.semicolon(self.module.range(decl));
        }
        item.visit_children_with(self);
    }

    fn visit_stmt(&mut self, stmt: &Stmt) {
        self.semicolon(self.module.range(stmt));
        stmt.visit_children_with(self);
    }

    fn visit_import_decl(&mut self, import: &ImportDecl) {
        let range = self.module.range(import);
        let text = range.slice(self.module.text()).unwrap_or_default();
        if let (Some(open), Some(close)) = (text.find('{'), text.find('}')) {
            self.braces(TextRange::new(range.start() + open as u32, range.start() + close as u32 + 1));
        }
        import.visit_children_with(self);
    }

    fn visit_object_lit(&mut self, object: &ObjectLit) {
        self.braces(self.module.range(object));
        object.visit_children_with(self);
    }

    fn visit_object_pat(&mut self, object: &ObjectPat) {
        let range = self.module.range(object);
        // With its type, which has braces of its own.
        let own = object.type_ann.as_ref().map_or(range.end(), |types| self.module.range(&**types).start());
        self.braces(TextRange::new(range.start(), own));
        object.visit_children_with(self);
    }

    fn visit_ts_type_lit(&mut self, types: &TsTypeLit) {
        self.braces(self.module.range(types));
        types.visit_children_with(self);
    }

    fn visit_arrow_expr(&mut self, arrow: &ArrowExpr) {
        let is_bare = !self.style.arrow_parens && arrow.return_type.is_none() && arrow.type_params.is_none();
        if let ([Pat::Ident(only)], true) = (arrow.params.as_slice(), is_bare)
            && only.type_ann.is_none()
        {
            let range = self.module.range(&only.id);
            self.replace(TextRange::new(range.start() - 1, range.start()), "");
            self.replace(TextRange::new(range.end(), range.end() + 1), "");
        }
        arrow.visit_children_with(self);
    }
}

/// The edit that puts `statements`, in the file's style, behind its imports with a blank line before and after; `None` where nothing
/// stands behind them.
///
/// ```ts
/// import "./app.css";
///
/// // here
///
/// // What the page is called
/// export const meta = () => [];
/// ```
pub fn after_imports(module: &ParsedModule, style: &Style, statements: &str) -> Option<TextEdit> {
    let Program::Module(tree) = &module.program else { return None };
    let is_import = |item: &ModuleItem| matches!(item, ModuleItem::ModuleDecl(ModuleDecl::Import(_)));
    let last = tree.body.iter().rposition(is_import);
    let is_directive = |item: &ModuleItem| match item {
        ModuleItem::Stmt(Stmt::Expr(stmt)) => matches!(&*stmt.expr, swc_ecma_ast::Expr::Lit(swc_ecma_ast::Lit::Str(_))),
        _ => false,
    };
    let directives = || tree.body.iter().take_while(|item| is_directive(item)).count();
    let next = tree.body.get(last.map_or_else(directives, |last| last + 1))?;
    Some(TextEdit::insertion(
        start_with_comments(module, module.range(next).start()),
        paragraph(module, style, next, statements),
    ))
}

/// The edit that puts `statements` before the statement around `inside`, and before the comments that speak of it.
pub fn before_statement(module: &ParsedModule, style: &Style, inside: TextRange, statements: &str) -> Option<TextEdit> {
    let Program::Module(tree) = &module.program else { return None };
    let around = tree.body.iter().find(|item| module.range(*item).covers(inside))?;
    let at = start_with_comments(module, module.range(around).start());
    Some(TextEdit::insertion(at, paragraph(module, style, around, statements)))
}

/// The statements with a blank line around, of which one may be there.
fn paragraph(module: &ParsedModule, style: &Style, next: &ModuleItem, statements: &str) -> String {
    let eol = style.eol.as_str();
    let start = start_with_comments(module, module.range(next).start());
    let before = module.text().get(..start as usize).unwrap_or_default();
    let before = before.trim_start_matches('\u{feff}');
    let is_apart = before.is_empty() || before.ends_with("\n\n") || before.ends_with("\n\r\n");
    let lead = if is_apart { "" } else { eol };
    format!("{lead}{statements}{eol}{eol}")
}

/// Where what begins at `start` begins with the comments on lines of their own right above it.
fn start_with_comments(module: &ParsedModule, start: u32) -> u32 {
    let mut at = module.lines.line_start(start);
    while let Some(comment) = module.comments.iter().rev().find(|comment| comment.range.end() <= at) {
        let between = TextRange::new(comment.range.end(), at).slice(module.text()).unwrap_or_default();
        let line = module.lines.line_start(comment.range.start());
        let lead = TextRange::new(line, comment.range.start()).slice(module.text()).unwrap_or_default();
        let is_near = between.trim().is_empty() && between.matches('\n').count() == 1;
        if !is_near || !lead.trim().is_empty() {
            break;
        }
        at = line;
    }
    at
}

/// A text of several lines, each but the first begun with `indent`.
pub(crate) fn indented(text: &str, indent: &str, eol: LineEnding) -> String {
    let mut lines = text.split(eol.as_str());
    let first = lines.next().unwrap_or_default().to_owned();
    lines.fold(first, |text, line| {
        let indent = if line.is_empty() { "" } else { indent };
        format!("{text}{}{indent}{line}", eol.as_str())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::tests::parsed;
    use crate::style::{Indent, Quote};

    #[test]
    fn a_snippet_takes_the_style() {
        let snippet = "import { a } from \"m\";\n\nconst f = wrap(async (context) => {\n  const { b } = await a(\"it's\");\n  return [\n    1,\n    call(\n      b,\n    ),\n  ];\n});";
        let plain = Style::default();
        assert_eq!(restyled(snippet, &plain), snippet);
        let other = Style {
            quote: Quote::Single,
            semicolons: false,
            bracket_spacing: false,
            arrow_parens: false,
            trailing_comma: TrailingComma::None,
            indent: Indent::Tab,
            eol: LineEnding::CrLf,
            ..plain
        };
        let expected = "import {a} from 'm'\n\nconst f = wrap(async context => {\n\tconst {b} = await a(\"it's\")\n\treturn [\n\t\t1,\n\t\tcall(\n\t\t\tb\n\t\t)\n\t]\n})";
        assert_eq!(restyled(snippet, &other), expected.replace('\n', "\r\n"));
        let es5 = Style { trailing_comma: TrailingComma::Es5, ..plain };
        assert_eq!(restyled("f(\n  [\n    1,\n  ],\n);", &es5), "f(\n  [\n    1,\n  ]\n);");
    }

    #[track_caller]
    fn check(before: &str, after: &str) {
        let edited = parsed("a.ts", before, |module| {
            let edit = after_imports(&module, &Style::default(), "const key = 1;").unwrap();
            let mut edits = EditSet::default();
            edits.push(edit).unwrap();
            edits.apply(before).unwrap()
        });
        assert_eq!(edited, after);
    }

    #[test]
    fn statements_stand_behind_the_imports() {
        check("import \"a\";\n\nb();\n", "import \"a\";\n\nconst key = 1;\n\nb();\n");
        check("import \"a\";\nb();\n", "import \"a\";\n\nconst key = 1;\n\nb();\n");
        check(
            "import \"a\"; // a\n\n// What b does\n/* and\n why */\nb();\n",
            "import \"a\"; // a\n\nconst key = 1;\n\n// What b does\n/* and\n why */\nb();\n",
        );
        check("import \"a\";\n\n// Apart\n\nb();\n", "import \"a\";\n\n// Apart\n\nconst key = 1;\n\nb();\n");
        check("\"use strict\";\n\nexport { b };\n", "\"use strict\";\n\nconst key = 1;\n\nexport { b };\n");
        check("export { b };\n", "const key = 1;\n\nexport { b };\n");
    }
}
