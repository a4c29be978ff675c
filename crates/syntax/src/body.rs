//! What a function's body says as a whole: its directives, and which of its branches throw.

use swc_ecma_ast as ast;

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
