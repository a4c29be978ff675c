//! Objects and arrays that a file writes out, found where they stand.
//!
//! ```ts
//! export default { ssr: true } satisfies Config;
//! createRouter({ routeTree, context: { queryClient } })
//! ```

use change::TextRange;
use swc_ecma_ast::{
    ArrayLit, Callee, Decl, Expr, Lit, ModuleDecl, ModuleItem, ObjectLit, Pat, Program, Prop, PropName, PropOrSpread,
    Stmt,
};
use swc_ecma_visit::{Visit, VisitWith};

use crate::bindings::{string_value, unwrapped};
use crate::members::Members;
use crate::parse::ParsedModule;

/// An object that is written out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectFact {
    /// Its properties as members of a list.
    pub members: Members,
    /// What each of them is, in the same order.
    pub properties: Vec<PropertyFact>,
}

/// A property of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PropertyFact {
    /// Its name; `None` where it is spread or computed.
    pub name: Option<String>,
    /// Its value; the whole property where that is a method or a name alone.
    pub value: TextRange,
    /// Whether it is a method, a getter or a setter.
    pub is_method: bool,
    /// `true` or `false`, where it is that.
    pub flag: Option<bool>,
    /// The text, where it is a string.
    pub text: Option<String>,
}

impl ObjectFact {
    /// The property of a name; the last one counts.
    pub fn property(&self, name: &str) -> Option<&PropertyFact> {
        self.properties.iter().rev().find(|property| property.name.as_deref() == Some(name))
    }

    /// Whether it may have properties that are not written out.
    pub fn is_open(&self) -> bool {
        self.properties.iter().any(|property| property.name.is_none())
    }

    fn of(module: &ParsedModule, object: &ObjectLit) -> Self {
        let items = object.props.iter().map(|prop| module.range(prop)).collect();
        let members = Members { range: module.range(object), items, separator: ',' };
        Self { members, properties: object.props.iter().map(|prop| property(module, prop)).collect() }
    }
}

fn property(module: &ParsedModule, prop: &PropOrSpread) -> PropertyFact {
    let key = |name: &PropName| match name {
        PropName::Ident(name) => Some(name.sym.to_string()),
        PropName::Str(name) => name.value.as_str().map(str::to_owned),
        _ => None,
    };
    let whole = module.range(prop);
    let method =
        |name: &PropName| PropertyFact { name: key(name), value: whole, is_method: true, flag: None, text: None };
    let PropOrSpread::Prop(prop) = prop else {
        return PropertyFact { name: None, value: whole, is_method: false, flag: None, text: None };
    };
    let bare = |name| PropertyFact { name, value: whole, is_method: false, flag: None, text: None };
    match &**prop {
        Prop::Shorthand(name) => bare(Some(name.sym.to_string())),
        Prop::KeyValue(pair) => {
            let flag = match unwrapped(&pair.value) {
                Expr::Lit(Lit::Bool(flag)) => Some(flag.value),
                _ => None,
            };
            let text = string_value(&pair.value).map(str::to_owned);
            PropertyFact { flag, text, value: module.range(&*pair.value), ..bare(key(&pair.key)) }
        }
        Prop::Method(prop) => method(&prop.key),
        Prop::Getter(prop) => method(&prop.key),
        Prop::Setter(prop) => method(&prop.key),
        Prop::Assign(_) => bare(None),
    }
}

/// The object at `range`, parentheses and `as const` aside.
pub fn object_in(module: &ParsedModule, range: TextRange) -> Option<ObjectFact> {
    match unwrapped(&*expression_at(module, range)?) {
        Expr::Object(object) => Some(ObjectFact::of(module, object)),
        _ => None,
    }
}

/// The array at `range`, parentheses and `as const` aside.
pub fn array_in(module: &ParsedModule, range: TextRange) -> Option<Members> {
    match unwrapped(&*expression_at(module, range)?) {
        Expr::Array(list) => Some(array(module, list)),
        _ => None,
    }
}

fn array(module: &ParsedModule, list: &ArrayLit) -> Members {
    let items = list.elems.iter().flatten().map(|item| module.range(item)).collect();
    Members { range: module.range(list), items, separator: ',' }
}

/// The object that a file exports by default: written there, in a constant, or as the argument of a call such as `defineConfig({…})`.
pub fn default_object(module: &ParsedModule) -> Option<ObjectFact> {
    let Program::Module(tree) = &module.program else { return None };
    let exported = tree.body.iter().find_map(|item| match item {
        ModuleItem::ModuleDecl(ModuleDecl::ExportDefaultExpr(export)) => Some(&*export.expr),
        _ => None,
    })?;
    object_of(module, &tree.body, exported, 0)
}

/// The value of an exported constant: `export const middleware = […]`.
pub fn exported_value(module: &ParsedModule, name: &str) -> Option<TextRange> {
    let Program::Module(tree) = &module.program else { return None };
    let exports = tree.body.iter().filter_map(|item| match item {
        ModuleItem::ModuleDecl(ModuleDecl::ExportDecl(export)) => export.decl.as_var(),
        _ => None,
    });
    let mut all = exports.flat_map(|vars| &vars.decls);
    let found = all.find(|decl| matches!(&decl.name, Pat::Ident(ident) if ident.id.sym == name))?;
    found.init.as_deref().map(|value| module.range(value))
}

fn object_of(module: &ParsedModule, items: &[ModuleItem], value: &Expr, followed: u8) -> Option<ObjectFact> {
    match unwrapped(value) {
        Expr::Object(object) => Some(ObjectFact::of(module, object)),
        Expr::Call(call) => match (call.args.as_slice(), &call.callee) {
            ([only], Callee::Expr(_)) if only.spread.is_none() && followed < 4 => {
                object_of(module, items, &only.expr, followed + 1)
            }
            _ => None,
        },
        Expr::Ident(name) if followed < 4 => {
            let declared = items.iter().filter_map(|item| match item {
                ModuleItem::Stmt(Stmt::Decl(Decl::Var(vars))) => Some(vars),
                _ => None,
            });
            let mut all = declared.flat_map(|vars| &vars.decls);
            let found = all.find(|decl| matches!(&decl.name, Pat::Ident(ident) if ident.id.to_id() == name.to_id()))?;
            object_of(module, items, found.init.as_deref()?, followed + 1)
        }
        _ => None,
    }
}

fn expression_at(module: &ParsedModule, range: TextRange) -> Option<Box<Expr>> {
    struct Find<'a> {
        module: &'a ParsedModule,
        range: TextRange,
        found: Option<Box<Expr>>,
    }
    impl Visit for Find<'_> {
        fn visit_expr(&mut self, expr: &Expr) {
            let range = self.module.range(expr);
            if self.found.is_some() || !range.covers(self.range) {
                return;
            }
            if range == self.range {
                self.found = Some(Box::new(expr.clone()));
                return;
            }
            expr.visit_children_with(self);
        }
    }
    let mut find = Find { module, range, found: None };
    module.program.visit_with(&mut find);
    find.found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::tests::parsed;

    #[test]
    fn the_object_that_is_exported() {
        for text in [
            "export default { ssr: false, future: { a: true } } satisfies Config;",
            "const config: Config = { ssr: false, future: { a: true } };\nexport default config;",
            "export default defineConfig({ ssr: false, future: { a: true } });",
        ] {
            parsed("a.ts", text, |module| {
                let object = default_object(&module).unwrap();
                assert_eq!(object.property("ssr").unwrap().flag, Some(false), "{text}");
                let future = object_in(&module, object.property("future").unwrap().value).unwrap();
                assert_eq!(future.property("a").unwrap().flag, Some(true), "{text}");
            });
        }
        parsed("a.ts", "export default make({}, 1);", |module| assert_eq!(default_object(&module), None));
    }
}
