//! Where a JSX element stands within the code around it, as far as line breaks are concerned.

use change::TextRange;
use swc_ecma_ast::{
    CallExpr, Expr, JSXAttr, JSXAttrOrSpread, JSXAttrValue, JSXElement, JSXElementChild, JSXExpr, JSXOpeningElement,
    NewExpr, ObjectLit, ParenExpr, PropOrSpread, Stmt,
};
use swc_ecma_visit::{Visit, VisitWith};

use crate::parse::ParsedModule;

/// The place of an element that shares its line with other code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// It keeps the line on which it begins.
    Hugged,
    /// `return <A/>`, `() => <A/>`, `const a = <A/>`: parentheses go around it.
    Bare {
        /// The element in the other branch of `ok ? <A/> : <B/>`, which gets parentheses as well.
        beside: Option<TextRange>,
    },
    /// `if (ok) return <A/>`: the statement goes on a line of its own, and parentheses go around the element.
    Guarded {
        /// What stands before the statement.
        gap: TextRange,
    },
    /// `(<A/>)`: there are parentheses already.
    Parens,
    /// `render(<A/>, root)`: every argument goes on a line of its own.
    Argument {
        /// Where the first argument begins, if it is another.
        first: Option<u32>,
        /// What stands between two arguments, after the comma.
        gaps: Vec<TextRange>,
        /// The end of the last argument and of a comma after it, unless that is the end of the element.
        end: Option<u32>,
        /// Whether a comma follows the last argument.
        has_comma: bool,
    },
    /// `<B><A/></B>`, nothing beside it: the insides of the elements around it on that line, outermost first.
    Child {
        /// From the end of the opening tag to the start of the closing one.
        parents: Vec<TextRange>,
        /// The outermost of these elements, whole.
        outer: TextRange,
    },
    /// `{ path: "/", element: <A/> }` on one line: each property goes on a line of its own, and parentheses go around the element.
    Property {
        /// What stands before each property.
        gaps: Vec<TextRange>,
        /// What stands behind the last one, its comma included.
        end: TextRange,
    },
    /// `element={<A/>}`: what it is goes on lines of its own within the braces, and so do the attributes of a tag on one line.
    Attribute {
        /// The tag, if it is on one line.
        tag: Option<TagOnLine>,
        /// `render={() => <A/>}`: parentheses go around it, and nothing else breaks within the braces.
        is_result: bool,
    },
}

/// An opening tag on one line, as far as breaking it goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TagOnLine {
    /// What stands before each attribute.
    pub(crate) gaps: Vec<TextRange>,
    /// What stands behind the last one.
    pub(crate) end: TextRange,
    /// Whether it ends in `/>`.
    pub(crate) is_self_closing: bool,
}

/// The place of the element, of the call that makes one, or of the `{child}` at `range`.
pub(crate) fn place_of(module: &ParsedModule, range: TextRange) -> Place {
    let mut search = Search { module, range, place: None, parents: Vec::new() };
    module.program.visit_with(&mut search);
    search.place.unwrap_or(Place::Hugged)
}

struct Search<'a> {
    module: &'a ParsedModule,
    range: TextRange,
    place: Option<Place>,
    /// The elements around, as the range of each and of its inside.
    parents: Vec<(TextRange, TextRange)>,
}

impl Search<'_> {
    fn is_it(&self, expr: &Expr) -> bool {
        matches!(expr, Expr::JSXElement(_) | Expr::Call(_)) && self.module.range(expr) == self.range
    }

    fn bare(&mut self, expr: Option<&Expr>) {
        if expr.is_some_and(|expr| self.is_it(expr)) {
            self.place = Some(Place::Bare { beside: None });
        }
    }

    /// `if (ok) return <A/>`, `else return <A/>`: `from` is where what comes before ends.
    fn guarded(&mut self, branch: &Stmt, from: u32) {
        let arg = branch.as_return_stmt().and_then(|stmt| stmt.arg.as_deref());
        let start = self.module.range(branch).start();
        let before = TextRange::new(from, start).slice(self.module.text()).unwrap_or_default();
        let word = before.trim_end_matches(' ');
        if arg.is_some_and(|arg| self.is_it(arg)) && (word.ends_with(')') || word.ends_with("else")) {
            self.place = Some(Place::Guarded { gap: TextRange::new(from + word.len() as u32, start) });
        }
    }

    fn branch(&mut self, branch: &Expr, other: &Expr) {
        if self.is_it(branch) {
            let is_jsx = matches!(other, Expr::JSXElement(_) | Expr::JSXFragment(_));
            self.place = Some(Place::Bare { beside: is_jsx.then(|| self.module.range(other)) });
        }
    }

    fn argument(&mut self, args: &[swc_ecma_ast::ExprOrSpread], call: TextRange) {
        let Some(index) = args.iter().position(|arg| arg.spread.is_none() && self.is_it(&arg.expr)) else { return };
        let ranges: Vec<TextRange> = args.iter().map(|arg| self.module.range(arg)).collect();
        let gap = |from: u32, to: u32| TextRange::new(from, to).slice(self.module.text()).unwrap_or_default();
        // A comment before the arguments, or an argument over several lines: the author has laid them out.
        let open = gap(call.start(), ranges.first().map_or(call.end(), |first| first.start()));
        let is_laid_out =
            !open.ends_with('(') || ranges.iter().any(|range| gap(range.start(), range.end()).contains('\n'));
        if is_laid_out {
            return;
        }
        let mut gaps = Vec::new();
        for pair in ranges.windows(2) {
            let text = gap(pair[0].end(), pair[1].start());
            let Some(space) = text.strip_prefix(',').filter(|space| space.chars().all(|c| c == ' ')) else { return };
            gaps.push(TextRange::new(pair[1].start() - space.len() as u32, pair[1].start()));
        }
        let Some(last) = ranges.last() else { return };
        let tail = gap(last.end(), call.end()).trim_end_matches(')');
        let has_comma = tail == ",";
        if !tail.is_empty() && !has_comma {
            return;
        }
        let end = last.end() + u32::from(has_comma);
        self.place = Some(Place::Argument {
            first: ranges.first().map(|first| first.start()).filter(|_| index > 0),
            gaps,
            end: Some(end).filter(|end| *end > self.range.end()),
            has_comma,
        });
    }

    /// `{ path: "/", element: <A/> }`
    fn property(&mut self, object: &ObjectLit) {
        let is_it = |prop: &PropOrSpread| match prop {
            PropOrSpread::Prop(prop) => prop.as_key_value().is_some_and(|pair| self.is_it(&pair.value)),
            PropOrSpread::Spread(_) => false,
        };
        let range = self.module.range(object);
        if !object.props.iter().any(is_it) || !same_line(self.module, range) || self.module.has_comment_in(range) {
            return;
        }
        let mut from = range.start() + 1;
        let mut gaps = Vec::new();
        for prop in &object.props {
            let prop = self.module.range(prop);
            let gap = TextRange::new(from, prop.start());
            let text = gap.slice(self.module.text()).unwrap_or_default();
            // The comma stays with the property before.
            let comma = text.find(',').map_or(0, |at| at as u32 + 1);
            gaps.push(TextRange::new(from + comma, prop.start()));
            from = prop.end();
        }
        let end = TextRange::new(from, range.end() - 1);
        self.place = Some(Place::Property { gaps, end });
    }

    /// `<Route path="/" element={<A/>} />`
    fn attribute(&mut self, tag: &JSXOpeningElement) {
        let is_it = |attribute: &JSXAttrOrSpread| match attribute {
            JSXAttrOrSpread::JSXAttr(JSXAttr { value: Some(JSXAttrValue::JSXExprContainer(container)), .. }) => {
                // A comment beside the element keeps the layout as it is.
                let is_bare = self.module.range(container).len() == self.range.len() + 2;
                matches!(&container.expr, JSXExpr::Expr(expr) if is_bare && self.is_it(expr))
            }
            _ => false,
        };
        let is_result = tag.attrs.iter().any(|attribute| self.is_result(attribute));
        if !is_result && !tag.attrs.iter().any(is_it) {
            return;
        }
        let range = self.module.range(tag);
        let mut from = self.module.range(&tag.name).end();
        let mut gaps = Vec::new();
        for attribute in &tag.attrs {
            let attribute = self.module.attribute_range(attribute);
            gaps.push(TextRange::new(from, attribute.start()));
            from = attribute.end();
        }
        let end = TextRange::new(from, range.end());
        let on_line = TagOnLine { gaps, end, is_self_closing: tag.self_closing };
        self.place = Some(Place::Attribute { tag: Some(on_line).filter(|_| same_line(self.module, range)), is_result });
    }

    /// Whether an attribute is `render={() => <A/>}`.
    fn is_result(&self, attribute: &JSXAttrOrSpread) -> bool {
        let JSXAttrOrSpread::JSXAttr(JSXAttr { value: Some(JSXAttrValue::JSXExprContainer(container)), .. }) =
            attribute
        else {
            return false;
        };
        let JSXExpr::Expr(expr) = &container.expr else { return false };
        let body = expr.as_arrow().and_then(|arrow| arrow.body.as_expr());
        let is_last = self.module.range(container).end() == self.range.end() + 1;
        is_last && body.is_some_and(|body| self.is_it(body))
    }

    /// The inside of an element that has nothing but `child` in it, all on one line.
    fn inside(&self, element: &JSXElement, child: TextRange) -> Option<TextRange> {
        let closing = element.closing.as_ref()?;
        let only = matches!(element.children.as_slice(), [only] if self.module.range(only) == child);
        only.then(|| TextRange::new(self.module.range(&element.opening).end(), self.module.range(closing).start()))
    }
}

impl Visit for Search<'_> {
    fn visit_expr(&mut self, expr: &Expr) {
        match expr {
            // `cond && <A/>`
            Expr::Bin(binary) => self.bare(Some(&binary.right)),
            Expr::Assign(assign) => self.bare(Some(&assign.right)),
            Expr::Cond(cond) => {
                self.branch(&cond.cons, &cond.alt);
                self.branch(&cond.alt, &cond.cons);
            }
            _ => {}
        }
        expr.visit_children_with(self);
    }

    fn visit_return_stmt(&mut self, stmt: &swc_ecma_ast::ReturnStmt) {
        self.bare(stmt.arg.as_deref());
        stmt.visit_children_with(self);
    }

    fn visit_if_stmt(&mut self, stmt: &swc_ecma_ast::IfStmt) {
        stmt.visit_children_with(self);
        self.guarded(&stmt.cons, self.module.range(&stmt.test).end());
        if let Some(alt) = &stmt.alt {
            self.guarded(alt, self.module.range(&*stmt.cons).end());
        }
    }

    fn visit_arrow_expr(&mut self, arrow: &swc_ecma_ast::ArrowExpr) {
        self.bare(arrow.body.as_expr().map(|body| &**body));
        arrow.visit_children_with(self);
    }

    fn visit_var_declarator(&mut self, declarator: &swc_ecma_ast::VarDeclarator) {
        self.bare(declarator.init.as_deref());
        declarator.visit_children_with(self);
    }

    fn visit_key_value_prop(&mut self, prop: &swc_ecma_ast::KeyValueProp) {
        self.bare(Some(&prop.value));
        prop.visit_children_with(self);
    }

    fn visit_object_lit(&mut self, object: &ObjectLit) {
        object.visit_children_with(self);
        self.property(object);
    }

    fn visit_export_default_expr(&mut self, export: &swc_ecma_ast::ExportDefaultExpr) {
        self.bare(Some(&export.expr));
        export.visit_children_with(self);
    }

    fn visit_paren_expr(&mut self, paren: &ParenExpr) {
        // `(<A/>)` only: a comment beside the element keeps the layout as it is.
        if self.is_it(&paren.expr) && self.module.range(paren).len() == self.range.len() + 2 {
            self.place = Some(Place::Parens);
        }
        paren.visit_children_with(self);
    }

    fn visit_call_expr(&mut self, call: &CallExpr) {
        self.argument(&call.args, self.module.range(call));
        call.visit_children_with(self);
    }

    fn visit_opt_call(&mut self, call: &swc_ecma_ast::OptCall) {
        self.argument(&call.args, self.module.range(call));
        call.visit_children_with(self);
    }

    fn visit_new_expr(&mut self, new: &NewExpr) {
        self.argument(new.args.as_deref().unwrap_or_default(), self.module.range(new));
        new.visit_children_with(self);
    }

    fn visit_jsx_opening_element(&mut self, tag: &JSXOpeningElement) {
        tag.visit_children_with(self);
        self.attribute(tag);
    }

    fn visit_jsx_element(&mut self, element: &JSXElement) {
        let range = self.module.range(element);
        if !range.covers(self.range) || range == self.range {
            return;
        }
        let depth = self.parents.len();
        for child in &element.children {
            let child = match child {
                JSXElementChild::JSXElement(child) => self.module.range(&**child),
                // `<B>{children}</B>`
                child if self.module.range(child) == self.range => self.range,
                _ => continue,
            };
            if !child.covers(self.range) {
                continue;
            }
            match self.inside(element, child) {
                Some(inside) if same_line(self.module, range) => self.parents.push((range, inside)),
                _ => self.parents.clear(),
            }
            if let (true, Some((outer, _))) = (child == self.range, self.parents.first()) {
                let parents = self.parents.iter().map(|(_, inside)| *inside).collect();
                self.place = Some(Place::Child { parents, outer: *outer });
            }
        }
        element.visit_children_with(self);
        self.parents.truncate(depth);
    }
}

fn same_line(module: &ParsedModule, range: TextRange) -> bool {
    !range.slice(module.text()).unwrap_or_default().contains('\n')
}
