//! Counts what a file's own syntax shows of its style; [`crate::style`] reads the counts.

use change::TextRange;
use swc_common::Spanned;
use swc_ecma_ast as ast;
use swc_ecma_visit::{Visit, VisitWith};

use crate::parse::ParsedModule;
use crate::style::Evidence;

/// The votes of a file.
pub fn evidence_of(module: &ParsedModule) -> Evidence {
    let mut votes = Votes { module, evidence: Evidence::default() };
    module.program.visit_with(&mut votes);
    votes.evidence
}

struct Votes<'a> {
    module: &'a ParsedModule,
    evidence: Evidence,
}

impl Votes<'_> {
    fn text(&self, node: &impl Spanned) -> &str {
        self.module.range(node).slice(self.module.text()).unwrap_or_default()
    }

    /// A statement that may end in `;`.
    fn statement(&mut self, node: &impl Spanned) {
        if self.text(node).ends_with(';') {
            self.evidence.statement_semicolon += 1;
        } else {
            self.evidence.statement_no_semicolon += 1;
        }
    }

    /// `import`, `export … from`
    fn import(&mut self, node: &impl Spanned, source: &ast::Str) {
        if self.text(source).starts_with('\'') {
            self.evidence.import_single += 1;
        } else {
            self.evidence.import_double += 1;
        }
        if self.text(node).ends_with(';') {
            self.evidence.import_semicolon += 1;
        } else {
            self.evidence.import_no_semicolon += 1;
        }
    }

    /// A list in brackets: whether its last item has a comma where it goes over lines, and how tight its braces are.
    fn list(&mut self, whole: TextRange, last: Option<TextRange>) {
        let text = whole.slice(self.module.text()).unwrap_or_default();
        let Some(last) = last else { return };
        if text.starts_with('{') && !text.contains('\n') {
            if text.starts_with("{ ") {
                self.evidence.braces_spaced += 1;
            } else {
                self.evidence.braces_tight += 1;
            }
        }
        let tail = TextRange::new(last.end(), whole.end()).slice(self.module.text()).unwrap_or_default();
        if tail.contains('\n') {
            if tail.starts_with(',') {
                self.evidence.multiline_comma += 1;
            } else {
                self.evidence.multiline_no_comma += 1;
            }
        }
    }

    fn arguments(&mut self, args: &[ast::ExprOrSpread], whole: TextRange) {
        let Some(last) = args.last().map(|last| self.module.range(last)) else { return };
        let tail = TextRange::new(last.end(), whole.end()).slice(self.module.text()).unwrap_or_default();
        // `f(() => {` … `})` hugs its last argument: no line break before the `)`, no vote.
        if tail.contains('\n') {
            if tail.starts_with(',') {
                self.evidence.arguments_comma += 1;
            } else {
                self.evidence.arguments_no_comma += 1;
            }
        }
    }

    fn string(&self, text: &str) -> Option<bool> {
        let inner = text.get(1..text.len().checked_sub(1)?)?;
        (!inner.contains(['"', '\''])).then(|| text.starts_with('\''))
    }
}

impl Visit for Votes<'_> {
    fn visit_import_decl(&mut self, import: &ast::ImportDecl) {
        self.import(import, &import.src);
        let named: Vec<_> = import.specifiers.iter().filter(|specifier| specifier.is_named()).collect();
        let (Some(first), Some(last)) = (named.first(), named.last()) else { return };
        let (first, last) = (self.module.range(*first), self.module.range(*last));
        let whole = self.module.range(import);
        let before = TextRange::new(whole.start(), first.start()).slice(self.module.text()).unwrap_or_default();
        if let Some(open) = before.rfind('{') {
            let end = self.module.range(&*import.src).start();
            self.list(TextRange::new(whole.start() + open as u32, end), Some(last));
        }
    }

    fn visit_named_export(&mut self, export: &ast::NamedExport) {
        if let Some(source) = &export.src {
            self.import(export, source);
        }
    }

    fn visit_export_all(&mut self, export: &ast::ExportAll) {
        self.import(export, &export.src);
    }

    fn visit_str(&mut self, text: &ast::Str) {
        match self.string(self.text(text)) {
            Some(true) => self.evidence.string_single += 1,
            Some(false) => self.evidence.string_double += 1,
            None => {}
        }
    }

    fn visit_jsx_attr(&mut self, attribute: &ast::JSXAttr) {
        match &attribute.value {
            Some(ast::JSXAttrValue::Str(text)) => match self.string(self.text(text)) {
                Some(true) => self.evidence.jsx_single += 1,
                Some(false) => self.evidence.jsx_double += 1,
                None => {}
            },
            value => value.visit_with(self),
        }
    }

    fn visit_jsx_opening_element(&mut self, opening: &ast::JSXOpeningElement) {
        if let (Some(last), false) = (opening.attrs.last(), opening.self_closing) {
            let whole = self.module.range(opening);
            let tail = TextRange::new(self.module.range(last).end(), whole.end()).slice(self.module.text());
            if self.text(opening).contains('\n') && tail == Some(">") {
                self.evidence.jsx_bracket_same_line += 1;
            } else if tail.is_some_and(|tail| tail.contains('\n')) {
                self.evidence.jsx_bracket_own_line += 1;
            }
        }
        opening.visit_children_with(self);
    }

    fn visit_stmt(&mut self, stmt: &ast::Stmt) {
        match stmt {
            ast::Stmt::Expr(_) | ast::Stmt::Return(_) | ast::Stmt::Throw(_) => self.statement(stmt),
            ast::Stmt::Decl(ast::Decl::Var(_)) => self.statement(stmt),
            _ => {}
        }
        stmt.visit_children_with(self);
    }

    fn visit_export_decl(&mut self, export: &ast::ExportDecl) {
        if export.decl.is_var() {
            self.statement(export);
        }
        export.visit_children_with(self);
    }

    fn visit_array_lit(&mut self, array: &ast::ArrayLit) {
        let last = array.elems.last().and_then(|last| last.as_ref()).map(|last| self.module.range(last));
        self.list(self.module.range(array), last);
        array.visit_children_with(self);
    }

    fn visit_object_lit(&mut self, object: &ast::ObjectLit) {
        self.list(self.module.range(object), object.props.last().map(|last| self.module.range(last)));
        object.visit_children_with(self);
    }

    fn visit_call_expr(&mut self, call: &ast::CallExpr) {
        self.arguments(&call.args, self.module.range(call));
        call.visit_children_with(self);
    }

    fn visit_arrow_expr(&mut self, arrow: &ast::ArrowExpr) {
        if let [ast::Pat::Ident(name)] = arrow.params.as_slice()
            && name.type_ann.is_none()
            && arrow.return_type.is_none()
        {
            let text = self.text(arrow);
            if text.trim_start_matches("async").trim_start().starts_with('(') {
                self.evidence.arrow_parens += 1;
            } else {
                self.evidence.arrow_no_parens += 1;
            }
        }
        arrow.visit_children_with(self);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::tests::parsed;

    #[test]
    fn a_file_votes_on_its_style() {
        let text = "import { a } from 'a'\nimport {\n  b\n} from \"b\";\nf(\n  x => x,\n  (y) => 'c',\n)\nconst o = {a}\nconst p = <p\n  q=\"r\"\n  s='t'>u</p>\n";
        let seen = parsed("a.tsx", text, |module| evidence_of(&module));
        let expected = Evidence {
            import_single: 1,
            import_double: 1,
            import_semicolon: 1,
            import_no_semicolon: 1,
            string_single: 1,
            statement_no_semicolon: 3,
            jsx_single: 1,
            jsx_double: 1,
            multiline_no_comma: 1,
            arguments_comma: 1,
            braces_spaced: 1,
            braces_tight: 1,
            jsx_bracket_same_line: 1,
            arrow_parens: 1,
            arrow_no_parens: 1,
            ..Evidence::default()
        };
        assert_eq!(seen, expected);
    }
}
