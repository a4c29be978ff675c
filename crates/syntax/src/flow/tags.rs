//! What stands in tags: the component, and what it is given.

use swc_ecma_ast as ast;

use super::Reader;
use crate::bindings::Meaning;
use crate::value::Value;

impl Reader<'_> {
    pub(super) fn tag(&mut self, name: &ast::JSXElementName) -> Option<Value> {
        match (self.bindings.tag(name), name) {
            (Some(Meaning::Imported(imported)), _) => Some(self.imported(imported)),
            (None, ast::JSXElementName::Ident(_)) | (_, ast::JSXElementName::JSXNamespacedName(_)) => None,
            (_, ast::JSXElementName::Ident(name)) => Some(self.name(name)),
            (_, ast::JSXElementName::JSXMemberExpr(member)) => {
                let object = self.tag_object(&member.obj);
                Some(Value::Member(Box::new(object), member.prop.sym.to_string()))
            }
        }
    }

    fn tag_object(&mut self, object: &ast::JSXObject) -> Value {
        match object {
            ast::JSXObject::Ident(name) => self.name(name),
            ast::JSXObject::JSXMemberExpr(member) => {
                let object = self.tag_object(&member.obj);
                Value::Member(Box::new(object), member.prop.sym.to_string())
            }
        }
    }

    pub(super) fn attribute(&mut self, attribute: &ast::JSXAttrOrSpread) -> (Option<String>, Value) {
        let attribute = match attribute {
            ast::JSXAttrOrSpread::SpreadElement(spread) => return (None, self.value(&spread.expr)),
            ast::JSXAttrOrSpread::JSXAttr(attribute) => attribute,
        };
        let value = match &attribute.value {
            Some(ast::JSXAttrValue::JSXExprContainer(container)) => match &container.expr {
                ast::JSXExpr::Expr(expr) => self.value(expr),
                ast::JSXExpr::JSXEmptyExpr(_) => Value::Nothing,
            },
            Some(ast::JSXAttrValue::JSXElement(element)) => self.element_at(element),
            Some(ast::JSXAttrValue::JSXFragment(fragment)) => Value::List(self.children(&fragment.children)),
            Some(ast::JSXAttrValue::Str(_)) | None => Value::Nothing,
        };
        match &attribute.name {
            ast::JSXAttrName::Ident(name) => (Some(name.sym.to_string()), value),
            ast::JSXAttrName::JSXNamespacedName(name) => (Some(format!("{}:{}", name.ns.sym, name.name.sym)), value),
        }
    }
}
