//! What conditions are about: what a function throws without, and what decides between two arguments.

use change::ImportedName;
use swc_ecma_ast as ast;
use swc_ecma_ast::Expr;

use super::Reader;
use crate::bindings::unwrapped;
use crate::value::Value;

impl Reader<'_> {
    /// What a condition that leads to a `throw` is about: `!user`, `user === null`, `!user || !user.email`.
    pub(super) fn needed(&mut self, test: &Expr, found: &mut Vec<Value>) {
        match unwrapped(test) {
            // `!user.email` says nothing of `user`, which would have thrown.
            Expr::Unary(unary)
                if unary.op == ast::UnaryOp::Bang && !matches!(unwrapped(&unary.arg), Expr::Member(_)) =>
            {
                found.push(self.value(&unary.arg));
            }
            Expr::Bin(binary) if binary.op == ast::BinaryOp::LogicalOr => {
                self.needed(&binary.left, found);
                self.needed(&binary.right, found);
            }
            Expr::Bin(binary) if matches!(binary.op, ast::BinaryOp::EqEq | ast::BinaryOp::EqEqEq) => {
                let is_nothing = |expr: &Expr| match unwrapped(expr) {
                    Expr::Lit(ast::Lit::Null(_)) => true,
                    Expr::Ident(name) => name.sym == "undefined",
                    _ => false,
                };
                // `null === user`
                let (tested, other) = match is_nothing(&binary.left) {
                    true => (&binary.right, &binary.left),
                    false => (&binary.left, &binary.right),
                };
                if is_nothing(other) && !matches!(unwrapped(tested), Expr::Member(_)) {
                    found.push(self.value(tested));
                }
            }
            _ => {}
        }
    }

    /// The names that a condition is about: `ready` and `user.id` of `!ready && user.id`.
    pub(super) fn names_of(&mut self, test: &Expr, found: &mut Vec<Value>) {
        match unwrapped(test) {
            Expr::Unary(unary) => self.names_of(&unary.arg, found),
            Expr::Bin(binary) => {
                self.names_of(&binary.left, found);
                self.names_of(&binary.right, found);
            }
            test @ (Expr::Ident(_) | Expr::Member(_) | Expr::OptChain(_) | Expr::Call(_)) => {
                found.push(self.value(test));
            }
            _ => {}
        }
    }

    /// `assert(user)`, `invariant(user, "…")`: the function throws without.
    pub(super) fn asserted(&mut self, callee: &Value, arguments: &[ast::ExprOrSpread]) {
        let name = match callee {
            Value::Imported(imported) => match &imported.export {
                ImportedName::Named(name) => name.as_str(),
                ImportedName::Default if imported.module.ends_with("invariant") => "invariant",
                _ => return,
            },
            _ => return,
        };
        if let (true, Some(first)) = (["assert", "invariant", "ok"].contains(&name), arguments.first()) {
            let value = self.value(&first.expr);
            self.requires([value]);
        }
    }

    pub(super) fn requires(&mut self, values: impl IntoIterator<Item = Value>) {
        let function = self.owner.and_then(|id| self.flow.functions.get_mut(id.0 as usize));
        if let Some(function) = function {
            function.required.extend(values);
        }
    }
}
