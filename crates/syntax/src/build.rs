//! New fragments as trees: what rules ask for is built as an AST and printed by `print.rs` in the file's style.

use swc_common::DUMMY_SP;
use swc_ecma_ast::{
    AwaitExpr, CallExpr, Callee, ComputedPropName, Expr, Ident, IdentName, JSXAttr, JSXAttrName, JSXAttrOrSpread,
    JSXAttrValue, JSXClosingElement, JSXElementName, JSXExpr, JSXExprContainer, JSXOpeningElement, Lit, MemberExpr,
    MemberProp, MetaPropExpr, MetaPropKind, SpreadElement, Str, ThisExpr, TsNonNullExpr,
};

/// An expression that is not in any file yet.
#[derive(Clone, Debug)]
pub struct Expression(pub(crate) Box<Expr>);

/// An attribute that is not in any file yet.
#[derive(Clone, Debug)]
pub struct Attribute(pub(crate) JSXAttrOrSpread);

impl Attribute {
    /// Whether it is the one of this name.
    pub fn is(&self, name: &str) -> bool {
        match &self.0 {
            JSXAttrOrSpread::JSXAttr(attribute) => {
                matches!(&attribute.name, JSXAttrName::Ident(known) if known.sym == name)
            }
            JSXAttrOrSpread::SpreadElement(_) => false,
        }
    }
}

/// `name`
pub fn identifier(name: &str) -> Expression {
    Expression(Box::new(Expr::Ident(ident(name))))
}

/// The environment variable `name` read through `object`: `import.meta.env.NAME`, `process.env.NAME`, or with `bracket`
/// `process.env["NAME"]`.
pub fn env_member(object: &str, name: &str, bracket: bool) -> Expression {
    let mut parts = object.split('.');
    let first = parts.next().unwrap_or_default();
    // `import.meta` is one node, not a member of something called `import`.
    let mut expr = if first == "import" {
        parts.next();
        Box::new(Expr::MetaProp(MetaPropExpr { span: DUMMY_SP, kind: MetaPropKind::ImportMeta }))
    } else {
        Box::new(Expr::Ident(ident(first)))
    };
    for part in parts {
        expr = member(expr, MemberProp::Ident(ident_name(part)));
    }
    let prop = if bracket {
        MemberProp::Computed(ComputedPropName { span: DUMMY_SP, expr: Box::new(Expr::Lit(Lit::Str(string(name)))) })
    } else {
        MemberProp::Ident(ident_name(name))
    };
    Expression(member(expr, prop))
}

/// `expression!`
pub fn non_null(expression: Expression) -> Expression {
    Expression(Box::new(Expr::TsNonNull(TsNonNullExpr { span: DUMMY_SP, expr: expression.0 })))
}

/// `name={value}`
pub fn attribute(name: &str, value: Expression) -> Attribute {
    let container = JSXExprContainer { span: DUMMY_SP, expr: JSXExpr::Expr(value.0) };
    Attribute(JSXAttrOrSpread::JSXAttr(JSXAttr {
        span: DUMMY_SP,
        name: JSXAttrName::Ident(ident_name(name)),
        value: Some(JSXAttrValue::JSXExprContainer(container)),
    }))
}

/// `name="text"`
pub fn text_attribute(name: &str, text: &str) -> Attribute {
    Attribute(JSXAttrOrSpread::JSXAttr(JSXAttr {
        span: DUMMY_SP,
        name: JSXAttrName::Ident(ident_name(name)),
        value: Some(JSXAttrValue::Str(string(text))),
    }))
}

/// `await name()`
pub fn awaited_call(name: &str) -> Expression {
    let call = CallExpr {
        span: DUMMY_SP,
        ctxt: Default::default(),
        callee: Callee::Expr(Box::new(Expr::Ident(ident(name)))),
        args: Vec::new(),
        type_args: None,
    };
    Expression(Box::new(Expr::Await(AwaitExpr { span: DUMMY_SP, arg: Box::new(Expr::Call(call)) })))
}

/// `{...value}`
pub fn spread(value: Expression) -> Attribute {
    Attribute(JSXAttrOrSpread::SpreadElement(SpreadElement { dot3_token: DUMMY_SP, expr: value.0 }))
}

/// `this.props.pageProps`: names with dots between them.
pub fn path(names: &str) -> Expression {
    let mut parts = names.split('.');
    let first = match parts.next().unwrap_or_default() {
        "this" => Expr::This(ThisExpr { span: DUMMY_SP }),
        name => Expr::Ident(ident(name)),
    };
    Expression(parts.fold(Box::new(first), |object, name| member(object, MemberProp::Ident(ident_name(name)))))
}

pub(crate) fn ident(name: &str) -> Ident {
    Ident::new_no_ctxt(name.into(), DUMMY_SP)
}

pub(crate) fn string(text: &str) -> Str {
    Str { span: DUMMY_SP, value: text.into(), raw: None }
}

pub(crate) fn opening(name: &str, attributes: Vec<JSXAttrOrSpread>) -> JSXOpeningElement {
    JSXOpeningElement {
        name: JSXElementName::Ident(ident(name)),
        span: DUMMY_SP,
        attrs: attributes,
        self_closing: false,
        type_args: None,
    }
}

pub(crate) fn closing(name: &str) -> JSXClosingElement {
    JSXClosingElement { span: DUMMY_SP, name: JSXElementName::Ident(ident(name)) }
}

fn ident_name(name: &str) -> IdentName {
    IdentName::new(name.into(), DUMMY_SP)
}

fn member(object: Box<Expr>, prop: MemberProp) -> Box<Expr> {
    Box::new(Expr::Member(MemberExpr { span: DUMMY_SP, obj: object, prop }))
}
