//! A walk down what an app renders, from its roots, that counts the providers on the way.
//!
//! It follows what the generator of apps can make: functions and arrows, children, higher-order components, `createElement`, elements in
//! variables, conditions. Classes and loops it doesn't know.

use std::collections::BTreeMap;
use std::rc::Rc;

use swc_ecma_ast::{
    CallExpr, Callee, Expr, FnDecl, JSXAttrName, JSXAttrOrSpread, JSXAttrValue, JSXElement, JSXElementChild,
    JSXElementName, JSXExpr, JSXFragment, JSXMemberExpr, JSXObject, MemberExpr, ModuleItem, Prop, PropName,
    PropOrSpread, VarDeclarator,
};
use swc_ecma_visit::{Visit, VisitWith as _};

use crate::program::Program;
use crate::scope::{Code, Scope, Slot, Value};

/// Deeper than any app that is made up here.
const DEEPEST: usize = 150;

/// What was met.
#[derive(Debug, Default)]
pub(crate) struct Met {
    /// What is wrong.
    pub(crate) wrong: Vec<String>,
    /// How often a `ConvexProvider` of convex/react is rendered.
    pub(crate) plain: usize,
    /// How often a `ConvexProviderWithClerk` is.
    pub(crate) with_clerk: usize,
    /// How often each element of HTML is.
    pub(crate) elements: BTreeMap<String, usize>,
}

/// Where an app begins to render.
pub(crate) enum Root {
    /// The statements of a file.
    Entry(String),
    /// Layouts of Next.js and the page in them, the outermost first.
    Routes(Vec<String>),
}

/// Walks down from the roots.
pub(crate) fn walk(program: &Program, roots: &[Root]) -> Met {
    let mut met = Met::default();
    for root in roots {
        let mut walker = Walker { program, met: &mut met, scope: None, clerk: Vec::new(), depth: 0 };
        match root {
            Root::Entry(file) => walker.entry(file),
            Root::Routes(files) => walker.slot(&Slot::Routes(files.clone())),
        }
    }
    met
}

struct Walker<'a> {
    program: &'a Program,
    met: &'a mut Met,
    scope: Option<Rc<Scope>>,
    /// The packages of the ClerkProviders that are around.
    clerk: Vec<String>,
    depth: usize,
}

impl Walker<'_> {
    fn entry(&mut self, file: &str) {
        let program = self.program;
        let Some(source) = program.sources.get(file) else { return self.wrong(format!("{file} is not there")) };
        self.scope = program.scope(file).cloned();
        for item in &source.module.body {
            if let ModuleItem::Stmt(stmt) = item {
                stmt.visit_with(self);
            }
        }
    }

    fn wrong(&mut self, what: String) {
        self.met.wrong.push(what);
    }

    /// A walker one step down, in another scope.
    fn down(&mut self, scope: Option<Rc<Scope>>, clerk: Vec<String>) -> Walker<'_> {
        Walker { program: self.program, met: self.met, scope, clerk, depth: self.depth + 1 }
    }

    fn value(&self, expr: &Expr) -> Value {
        self.scope.as_ref().map_or(Value::Unknown, |scope| self.program.value(expr, scope))
    }

    fn render(&mut self, value: &Value, props: &[(String, Expr)], slot: &Slot) {
        if self.depth > DEEPEST {
            return;
        }
        let (scope, mut clerk) = (self.scope.clone(), self.clerk.clone());
        match value {
            Value::Function(code, around) => {
                let scope = Scope::of_component(code, around, slot);
                let mut below = self.down(Some(scope), clerk);
                match code {
                    Code::Function(function) => function.body.visit_with(&mut below),
                    Code::Arrow(arrow) => arrow.body.visit_with(&mut below),
                }
            }
            Value::External(package, name) => {
                match (&**package, &**name) {
                    (package, "ClerkProvider") if package.starts_with("@clerk/") => {
                        if !clerk.is_empty() {
                            self.wrong("a ClerkProvider inside of a ClerkProvider".to_owned());
                        }
                        clerk.push(package.to_owned());
                    }
                    ("convex/react", "ConvexProvider") => self.met.plain += 1,
                    ("convex/react-clerk", "ConvexProviderWithClerk") => self.with_clerk(props),
                    _ => {}
                }
                self.down(scope, clerk).slot(slot);
            }
            _ => self.down(scope, clerk).slot(slot),
        }
    }

    fn with_clerk(&mut self, props: &[(String, Expr)]) {
        self.met.with_clerk += 1;
        let hook = props.iter().find(|(name, _)| name == "useAuth").map(|(_, value)| self.value(value));
        match (&*self.clerk, hook) {
            ([package], Some(Value::External(from, name))) if from == *package && name == "useAuth" => {}
            ([_], _) => self.wrong("useAuth is not that of the package of ClerkProvider".to_owned()),
            (around, _) => self.wrong(format!("{} ClerkProviders outside of a ConvexProviderWithClerk", around.len())),
        }
    }

    /// What stands in the place of children.
    fn slot(&mut self, slot: &Slot) {
        match slot {
            Slot::Empty => {}
            Slot::Exprs(exprs, scope) => {
                let clerk = self.clerk.clone();
                let mut below = self.down(Some(scope.clone()), clerk);
                exprs.iter().for_each(|expr| expr.visit_with(&mut below));
            }
            Slot::Routes(files) => {
                let Some((first, below)) = files.split_first() else { return };
                match self.program.export(first, "default", 0) {
                    Value::Unknown => self.wrong(format!("{first} has no default export")),
                    layout => self.render(&layout, &[], &Slot::Routes(below.to_vec())),
                }
            }
        }
    }

    fn slot_of(&self, exprs: Vec<Expr>) -> Slot {
        match &self.scope {
            Some(scope) if !exprs.is_empty() => Slot::Exprs(Rc::new(exprs), scope.clone()),
            _ => Slot::Empty,
        }
    }

    /// What an expression is that is shown as it stands there: children, or an element in a variable.
    fn shown(&mut self, value: &Value) {
        match value {
            Value::Children(slot) => self.slot(slot),
            Value::Lazy(expr, scope) if self.depth < DEEPEST => {
                let clerk = self.clerk.clone();
                expr.visit_with(&mut self.down(Some(scope.clone()), clerk));
            }
            _ => {}
        }
    }

    fn is_create_element(&self, call: &CallExpr) -> bool {
        let Callee::Expr(callee) = &call.callee else { return false };
        matches!(self.value(callee), Value::External(package, name) if package == "react" && name == "createElement")
    }
}

impl Visit for Walker<'_> {
    fn visit_fn_decl(&mut self, _: &FnDecl) {}

    fn visit_var_declarator(&mut self, variable: &VarDeclarator) {
        let is_bound = self.scope.as_ref().is_some_and(|scope| scope.bind_variable(variable));
        if !is_bound {
            variable.visit_children_with(self);
        }
    }

    fn visit_expr(&mut self, expr: &Expr) {
        match expr {
            Expr::Ident(_) => self.shown(&self.value(expr)),
            Expr::Member(MemberExpr { prop, .. }) if prop.is_ident_with("children") => self.shown(&self.value(expr)),
            Expr::Call(call) if self.is_create_element(call) => {
                let mut args = call.args.iter().map(|arg| (*arg.expr).clone());
                let component = args.next().map_or(Value::Unknown, |component| self.value(&component));
                let props = args.next().map(|props| properties(&props)).unwrap_or_default();
                let mut children: Vec<Expr> = args.collect();
                children.extend(props.iter().filter(|(name, _)| name == "children").map(|(_, value)| value.clone()));
                let slot = self.slot_of(children);
                self.render(&component, &props, &slot);
            }
            // A function that gives elements back.
            Expr::Call(CallExpr { callee: Callee::Expr(callee), .. }) if callee.is_ident() => {
                if let value @ Value::Function(..) = self.value(callee) {
                    self.render(&value, &[], &Slot::Empty);
                }
                expr.visit_children_with(self);
            }
            _ => expr.visit_children_with(self),
        }
    }

    fn visit_jsx_fragment(&mut self, fragment: &JSXFragment) {
        fragment.children.visit_with(self);
    }

    fn visit_jsx_element(&mut self, element: &JSXElement) {
        let name = &element.opening.name;
        let value = match name {
            JSXElementName::Ident(name) if name.sym.starts_with(|c: char| c.is_ascii_lowercase()) => {
                *self.met.elements.entry(name.sym.to_string()).or_default() += 1;
                Value::Unknown
            }
            JSXElementName::Ident(name) => self.value(&Expr::Ident(name.clone())),
            JSXElementName::JSXMemberExpr(member) => self.program.member(&self.object(member), &member.prop.sym),
            JSXElementName::JSXNamespacedName(_) => Value::Unknown,
        };
        let mut props = Vec::new();
        for attr in &element.opening.attrs {
            if let JSXAttrOrSpread::JSXAttr(attr) = attr
                && let (JSXAttrName::Ident(name), Some(JSXAttrValue::JSXExprContainer(value))) =
                    (&attr.name, &attr.value)
                && let JSXExpr::Expr(value) = &value.expr
            {
                props.push((name.sym.to_string(), (**value).clone()));
            }
        }
        let mut children: Vec<Expr> = element.children.iter().filter_map(shown_child).collect();
        if children.is_empty() {
            children.extend(props.iter().filter(|(name, _)| name == "children").map(|(_, value)| value.clone()));
        }
        // Elements in other properties are shown somewhere: here is the outermost place that it can be.
        let others = props
            .iter()
            .filter(|(name, value)| name != "children" && (value.is_jsx_element() || value.is_jsx_fragment()));
        others.for_each(|(_, value)| value.visit_with(self));
        let slot = self.slot_of(children);
        self.render(&value, &props, &slot);
    }
}

impl Walker<'_> {
    /// `Convex` of `<Convex.ConvexProvider>`
    fn object(&self, member: &JSXMemberExpr) -> Value {
        match &member.obj {
            JSXObject::Ident(name) => self.value(&Expr::Ident(name.clone())),
            JSXObject::JSXMemberExpr(inner) => self.program.member(&self.object(inner), &inner.prop.sym),
        }
    }
}

/// A child that may show something.
fn shown_child(child: &JSXElementChild) -> Option<Expr> {
    match child {
        JSXElementChild::JSXElement(element) => Some(Expr::JSXElement(element.clone())),
        JSXElementChild::JSXFragment(fragment) => Some(Expr::JSXFragment(fragment.clone())),
        JSXElementChild::JSXExprContainer(container) => match &container.expr {
            JSXExpr::Expr(expr) => Some((**expr).clone()),
            JSXExpr::JSXEmptyExpr(_) => None,
        },
        JSXElementChild::JSXText(_) | JSXElementChild::JSXSpreadChild(_) => None,
    }
}

/// `{ client, useAuth: hook }`
fn properties(expr: &Expr) -> Vec<(String, Expr)> {
    let Expr::Object(object) = expr else { return Vec::new() };
    let property = |prop: &PropOrSpread| match prop.as_prop().map(|prop| &**prop)? {
        Prop::Shorthand(name) => Some((name.sym.to_string(), Expr::Ident(name.clone()))),
        Prop::KeyValue(pair) => match &pair.key {
            PropName::Ident(name) => Some((name.sym.to_string(), (*pair.value).clone())),
            _ => None,
        },
        _ => None,
    };
    object.props.iter().filter_map(property).collect()
}
