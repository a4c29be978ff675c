//! What conditions are about: what a function throws without, and what decides between two arguments.

use change::ImportedName;
use swc_ecma_ast as ast;
use swc_ecma_ast::Expr;

use super::Reader;
use crate::bindings::unwrapped;
use crate::value::{FunctionId, Value};

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
            // `user?.role !== "admin"`: so is nobody's.
            Expr::Bin(binary) if matches!(binary.op, ast::BinaryOp::NotEq | ast::BinaryOp::NotEqEq) => {
                let is_text = matches!(unwrapped(&binary.right), Expr::Lit(ast::Lit::Str(_)));
                if let (Expr::OptChain(chain), true) = (unwrapped(&binary.left), is_text)
                    && let ast::OptChainBase::Member(member) = &*chain.base
                {
                    found.push(self.value(&member.obj));
                }
            }
            _ => {}
        }
    }

    /// What has to hold for an expression that may be a text to be something else: `ready` of `ready ? {} : "skip"`, and of
    /// `!ready ? "skip" : {}`.
    pub(super) fn unless_text(&mut self, expr: &Expr, found: &mut Vec<Value>) {
        let Expr::Cond(cond) = unwrapped(expr) else { return };
        let is_text = |branch: &Expr| matches!(unwrapped(branch), Expr::Lit(ast::Lit::Str(_)));
        match (is_text(&cond.cons), is_text(&cond.alt)) {
            (false, true) => self.holding(&cond.test, true, found),
            (true, false) => self.holding(&cond.test, false, found),
            _ => {}
        }
    }

    /// What holds for sure where a test is as it says.
    fn holding(&mut self, test: &Expr, is_true: bool, found: &mut Vec<Value>) {
        match unwrapped(test) {
            Expr::Unary(unary) if unary.op == ast::UnaryOp::Bang => self.holding(&unary.arg, !is_true, found),
            Expr::Bin(binary) if (binary.op == ast::BinaryOp::LogicalAnd) == is_true => match binary.op {
                ast::BinaryOp::LogicalAnd | ast::BinaryOp::LogicalOr => {
                    self.holding(&binary.left, is_true, found);
                    self.holding(&binary.right, is_true, found);
                }
                _ => {}
            },
            test @ (Expr::Ident(_) | Expr::Member(_) | Expr::OptChain(_) | Expr::Call(_)) if is_true => {
                found.push(self.value(test));
            }
            _ => {}
        }
    }

    /// `if (user) { return … } throw …` at the end of a function: it throws without.
    pub(super) fn ends(&mut self, id: FunctionId, stmts: &[ast::Stmt]) {
        let Some((ast::Stmt::Throw(_), before)) = stmts.split_last() else { return };
        let leaves = |stmt: &ast::Stmt| match stmt {
            ast::Stmt::Return(_) => true,
            ast::Stmt::Block(block) => matches!(block.stmts.last(), Some(ast::Stmt::Return(_))),
            _ => false,
        };
        let mut needed = Vec::new();
        for stmt in before {
            if let ast::Stmt::If(stmt) = stmt
                && leaves(&stmt.cons)
            {
                self.holding(&stmt.test, true, &mut needed);
            }
        }
        if let Some(function) = self.flow.functions.get_mut(id.0 as usize) {
            function.always_throws = function.returns.is_empty();
            function.required.extend(needed);
        }
    }

    /// `if (!user) unauthorized();`: what is called where `user` lacks.
    pub(super) fn calls_instead(&mut self, needed: &[Value], stmt: &ast::Stmt) {
        let expr = match stmt {
            ast::Stmt::Expr(stmt) => Some(&*stmt.expr),
            ast::Stmt::Return(stmt) => stmt.arg.as_deref(),
            ast::Stmt::Block(block) => match block.stmts.last() {
                Some(ast::Stmt::Expr(stmt)) => Some(&*stmt.expr),
                Some(ast::Stmt::Return(stmt)) => stmt.arg.as_deref(),
                _ => None,
            },
            _ => None,
        };
        let call = expr.map(unwrapped).map(|expr| match expr {
            Expr::Await(awaited) => unwrapped(&awaited.arg),
            expr => expr,
        });
        if let Some(Expr::Call(call)) = call {
            let call = self.call_at(self.range(call));
            self.otherwise(needed.to_vec(), call);
        }
    }

    /// Notes what is done where something lacks.
    pub(super) fn otherwise(&mut self, needed: Vec<Value>, call: Value) {
        let function = self.owner.and_then(|id| self.flow.functions.get_mut(id.0 as usize));
        if let (Some(function), Value::Call(call), false) = (function, call, self.is_caught) {
            function.otherwise.extend(needed.into_iter().map(|value| (value, call)));
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
        if let (Some(function), false) = (function, self.is_caught) {
            function.required.extend(values);
        }
    }
}
