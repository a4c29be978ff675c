//! What code says as a whole: directives, branches that throw, `this` and `arguments`, the modules that calls take in.

use swc_ecma_ast as ast;
use swc_ecma_visit::{Visit, VisitWith};

use crate::bindings::string_value;

/// Whether a branch ends in a `throw`.
pub(crate) fn throws(stmt: &ast::Stmt) -> bool {
    match stmt {
        ast::Stmt::Throw(_) => true,
        ast::Stmt::Block(block) => block.stmts.last().is_some_and(throws),
        _ => false,
    }
}

/// The directives of a function's body.
pub(crate) fn directives(stmts: &[ast::Stmt]) -> Vec<String> {
    let directive = |stmt: &ast::Stmt| match stmt {
        ast::Stmt::Expr(stmt) => string_value(&stmt.expr).map(str::to_owned),
        _ => None,
    };
    stmts.iter().map_while(directive).collect()
}

/// Whether code has a `this` or `arguments` of its own, which an arrow function does not.
pub(crate) fn uses_this(body: &ast::FunctionBody) -> bool {
    struct Own(bool);
    impl Visit for Own {
        fn visit_this_expr(&mut self, _: &ast::ThisExpr) {
            self.0 = true;
        }
        fn visit_ident(&mut self, ident: &ast::Ident) {
            self.0 |= ident.sym == "arguments";
        }
        fn visit_function(&mut self, _: &ast::Function) {}
        fn visit_class(&mut self, _: &ast::Class) {}
    }
    let mut own = Own(false);
    body.visit_with(&mut own);
    own.0
}

/// Whether code reads `arguments` of its own.
pub(crate) fn uses_arguments(body: &ast::FunctionBody) -> bool {
    struct Own(bool);
    impl Visit for Own {
        fn visit_ident(&mut self, ident: &ast::Ident) {
            self.0 |= ident.sym == "arguments";
        }
        fn visit_function(&mut self, _: &ast::Function) {}
        fn visit_class(&mut self, _: &ast::Class) {}
    }
    let mut own = Own(false);
    body.visit_with(&mut own);
    own.0
}

/// The module of `import("m")` and `require("m")`.
pub(crate) fn module_of(call: &ast::CallExpr, unresolved: swc_common::SyntaxContext) -> Option<String> {
    let is_module = match &call.callee {
        ast::Callee::Import(_) => true,
        ast::Callee::Expr(callee) => {
            matches!(&**callee, ast::Expr::Ident(name) if name.sym == "require" && name.ctxt == unresolved)
        }
        ast::Callee::Super(_) => false,
    };
    string_value(&call.args.first()?.expr).filter(|_| is_module).map(str::to_owned)
}

pub(crate) fn prop_name(name: &ast::PropName) -> Option<String> {
    match name {
        ast::PropName::Ident(name) => Some(name.sym.to_string()),
        ast::PropName::Str(name) => Some(name.value.to_string_lossy().into_owned()),
        ast::PropName::Num(_) | ast::PropName::Computed(_) | ast::PropName::BigInt(_) => None,
    }
}
