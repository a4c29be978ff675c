//! What names mean, in a file, a function, a component that is rendered with its children.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use swc_ecma_ast::{
    ArrowExpr, ArrowFunctionBody, Decl, Expr, Function, FunctionBody, ObjectPatProp, Pat, Stmt, VarDeclarator,
};

/// What is rendered where a component has its children.
#[derive(Clone)]
pub(crate) enum Slot {
    /// Nothing.
    Empty,
    /// What stands between tags, or behind the properties of `createElement`, in its scope.
    Exprs(Rc<Vec<Expr>>, Rc<Scope>),
    /// A page or layout of Next.js, with those below it.
    Routes(Vec<String>),
}

/// What a name or an expression stands for.
#[derive(Clone)]
pub(crate) enum Value {
    /// An export of a package.
    External(String, String),
    /// All exports of a package.
    Package(String),
    /// All exports of a file.
    File(String),
    /// Something imported, not followed yet: from which file, what is named there, which export; `None` for all.
    Import(String, String, Option<String>),
    /// A function.
    Function(Code, Rc<Scope>),
    /// An expression, not looked at yet.
    Lazy(Rc<Expr>, Rc<Scope>),
    /// The properties of a component.
    Props(Slot),
    /// Its children.
    Children(Slot),
    /// Nobody knows.
    Unknown,
}

/// The code of a function.
#[derive(Clone)]
pub(crate) enum Code {
    /// `function`
    Function(Rc<Function>),
    /// `=>`
    Arrow(Rc<ArrowExpr>),
}

impl Code {
    pub(crate) fn params(&self) -> Vec<&Pat> {
        match self {
            Self::Function(function) => function.params.iter().map(|param| &param.pat).collect(),
            Self::Arrow(arrow) => arrow.params.iter().collect(),
        }
    }

    fn block(&self) -> Option<&FunctionBody> {
        match self {
            Self::Function(function) => function.body.as_ref(),
            Self::Arrow(arrow) => match &*arrow.body {
                ArrowFunctionBody::FunctionBody(block) => Some(block),
                ArrowFunctionBody::Expr(_) => None,
            },
        }
    }

    /// What a call gives back.
    pub(crate) fn returned(&self) -> Option<&Expr> {
        match (self, self.block()) {
            (Self::Arrow(arrow), None) => arrow.body.as_expr().map(|expr| &**expr),
            (_, Some(block)) => block.stmts.iter().rev().find_map(|stmt| stmt.as_return_stmt()?.arg.as_deref()),
            _ => None,
        }
    }
}

/// Names, and those around them.
pub(crate) struct Scope {
    pub(crate) file: String,
    around: Option<Rc<Scope>>,
    names: RefCell<BTreeMap<String, Value>>,
}

impl Scope {
    pub(crate) fn bind(&self, name: &str, value: Value) {
        self.names.borrow_mut().insert(name.to_owned(), value);
    }

    pub(crate) fn find(&self, name: &str) -> Value {
        let found = self.names.borrow().get(name).cloned();
        found.unwrap_or_else(|| self.around.as_ref().map_or(Value::Unknown, |around| around.find(name)))
    }

    pub(crate) fn of_file(path: &str) -> Rc<Self> {
        Rc::new(Self { file: path.to_owned(), around: None, names: RefCell::default() })
    }

    pub(crate) fn below(around: &Rc<Scope>) -> Rc<Self> {
        Rc::new(Self { file: around.file.clone(), around: Some(around.clone()), names: RefCell::default() })
    }

    /// The scope of a component that is rendered with `slot` for its children.
    pub(crate) fn of_component(code: &Code, around: &Rc<Scope>, slot: &Slot) -> Rc<Self> {
        let scope = Self::below(around);
        match code.params().first() {
            Some(Pat::Ident(name)) => scope.bind(&name.sym, Value::Props(slot.clone())),
            Some(Pat::Object(pattern)) => {
                for prop in &pattern.props {
                    match prop {
                        ObjectPatProp::Assign(prop) if prop.key.sym == "children" => {
                            scope.bind("children", Value::Children(slot.clone()));
                        }
                        ObjectPatProp::KeyValue(prop)
                            if prop.key.as_ident().is_some_and(|key| key.sym == "children") =>
                        {
                            if let Pat::Ident(name) = &*prop.value {
                                scope.bind(&name.sym, Value::Children(slot.clone()));
                            }
                        }
                        ObjectPatProp::Rest(rest) => {
                            if let Pat::Ident(name) = &*rest.arg {
                                scope.bind(&name.sym, Value::Props(slot.clone()));
                            }
                        }
                        _ => {}
                    }
                }
            }
            _ => {}
        }
        if let Some(block) = code.block() {
            scope.hoist(block.stmts.iter());
        }
        scope
    }

    /// Binds what a block declares. Variables are looked at where they are used, so that their order is none here.
    pub(crate) fn hoist<'a>(self: &Rc<Self>, stmts: impl Iterator<Item = &'a Stmt>) {
        for stmt in stmts {
            match stmt {
                Stmt::Decl(Decl::Fn(function)) => {
                    let code = Code::Function(Rc::new((*function.function).clone()));
                    self.bind(&function.ident.sym, Value::Function(code, self.clone()));
                }
                Stmt::Decl(Decl::Var(variables)) => {
                    for variable in &variables.decls {
                        self.bind_variable(variable);
                    }
                }
                _ => {}
            }
        }
    }

    /// Binds a variable to what it is given, looked at where it is used.
    pub(crate) fn bind_variable(self: &Rc<Self>, variable: &VarDeclarator) -> bool {
        match (&variable.name, &variable.init) {
            (Pat::Ident(name), Some(value)) => {
                self.bind(&name.sym, Value::Lazy(Rc::new((**value).clone()), self.clone()));
                true
            }
            _ => false,
        }
    }
}
