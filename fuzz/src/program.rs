//! The files of an app as a program: which file an import leads to, and what a name there is. Nothing of ours but the parser has a part in it.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use swc_ecma_ast::{
    ArrowExpr, ArrowFunctionBody, Callee, Decl, DefaultDecl, ExportSpecifier, Expr, Function, FunctionBody,
    ImportSpecifier, MemberProp, Module, ModuleDecl, ModuleExportName, ModuleItem, ObjectPatProp, Pat, Stmt,
    VarDeclarator,
};

use crate::folder::Files;
use crate::reading::{is_source, parse};

/// The name that a default export has here.
const DEFAULT: &str = "default";

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
    fn params(&self) -> Vec<&Pat> {
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
    fn returned(&self) -> Option<&Expr> {
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

    fn find(&self, name: &str) -> Value {
        let found = self.names.borrow().get(name).cloned();
        found.unwrap_or_else(|| self.around.as_ref().map_or(Value::Unknown, |around| around.find(name)))
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
    fn hoist<'a>(self: &Rc<Self>, stmts: impl Iterator<Item = &'a Stmt>) {
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

/// What a file exports.
enum Export {
    Local(String),
    From(String, Option<String>),
}

/// A file of the program.
pub(crate) struct Source {
    pub(crate) module: Module,
    scope: Rc<Scope>,
    exports: BTreeMap<String, Export>,
    stars: Vec<String>,
}

/// The program, and where names of packages and aliases lead.
pub(crate) struct Program {
    pub(crate) sources: BTreeMap<String, Source>,
    /// What imports begin with, and the folder or file that it stands for.
    aliases: Vec<(String, String)>,
}

impl Program {
    pub(crate) fn of(files: &Files, aliases: &[(String, String)]) -> Self {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let source = |(path, bytes): (&String, &Vec<u8>)| {
            let (module, _) = parse(path, &text(bytes))?;
            Some((path.clone(), Source::of(path, module)))
        };
        let sources = files.iter().filter(|(path, _)| is_source(path)).filter_map(source).collect();
        Self { sources, aliases: aliases.to_vec() }
    }

    /// The scope of a file.
    pub(crate) fn scope(&self, file: &str) -> Option<&Rc<Scope>> {
        self.sources.get(file).map(|source| &source.scope)
    }

    /// The file that an import leads to; `None` for a package.
    fn file(&self, from: &str, named: &str) -> Option<String> {
        let aliased =
            self.aliases.iter().find_map(|(start, to)| Some(format!("{to}{}", named.strip_prefix(&**start)?)));
        let path = match aliased {
            Some(path) => path,
            None if named.starts_with('.') => {
                let mut parts: Vec<&str> = from.split('/').collect();
                parts.pop();
                for part in named.split('/') {
                    match part {
                        "." => {}
                        ".." => drop(parts.pop()),
                        part => parts.push(part),
                    }
                }
                parts.join("/")
            }
            None => return None,
        };
        let ends = ["", ".tsx", ".ts", ".jsx", ".js", "/index.tsx", "/index.ts", "/index.js"];
        ends.iter().map(|end| format!("{path}{end}")).find(|path| self.sources.contains_key(path))
    }

    /// An export of what an import names.
    fn import(&self, from: &str, named: &str, export: Option<&str>) -> Value {
        match (self.file(from, named), export) {
            (Some(file), Some(export)) => self.export(&file, export, 0),
            (Some(file), None) => Value::File(file),
            (None, Some(export)) => Value::External(named.to_owned(), export.to_owned()),
            (None, None) => Value::Package(named.to_owned()),
        }
    }

    pub(crate) fn export(&self, file: &str, name: &str, depth: usize) -> Value {
        let Some(source) = self.sources.get(file).filter(|_| depth < 20) else { return Value::Unknown };
        match source.exports.get(name) {
            Some(Export::Local(local)) => self.followed(source.scope.find(local)),
            Some(Export::From(named, export)) => self.import(file, named, export.as_deref()),
            None => {
                let mut stars = source.stars.iter().filter(|_| name != DEFAULT);
                let found = stars.find_map(|named| match self.file(file, named) {
                    Some(file) => {
                        Some(self.export(&file, name, depth + 1)).filter(|value| !matches!(value, Value::Unknown))
                    }
                    None => Some(Value::External(named.clone(), name.to_owned())),
                });
                found.unwrap_or(Value::Unknown)
            }
        }
    }

    /// A value that is none of those that have to be looked at first.
    fn followed(&self, value: Value) -> Value {
        match value {
            Value::Import(from, named, export) => self.import(&from, &named, export.as_deref()),
            Value::Lazy(expr, scope) => match self.value(&expr, &scope) {
                Value::Unknown => Value::Lazy(expr, scope),
                value => value,
            },
            value => value,
        }
    }

    /// What an expression stands for.
    pub(crate) fn value(&self, expr: &Expr, scope: &Rc<Scope>) -> Value {
        match expr {
            Expr::Ident(name) => self.followed(scope.find(&name.sym)),
            Expr::Paren(inner) => self.value(&inner.expr, scope),
            Expr::TsAs(inner) => self.value(&inner.expr, scope),
            Expr::TsSatisfies(inner) => self.value(&inner.expr, scope),
            Expr::TsNonNull(inner) => self.value(&inner.expr, scope),
            Expr::Arrow(arrow) => Value::Function(Code::Arrow(Rc::new(arrow.clone())), scope.clone()),
            Expr::Fn(function) => Value::Function(Code::Function(Rc::new((*function.function).clone())), scope.clone()),
            Expr::Member(member) => match &member.prop {
                MemberProp::Ident(name) => self.member(&self.value(&member.obj, scope), &name.sym),
                _ => Value::Unknown,
            },
            Expr::Call(call) => match &call.callee {
                Callee::Expr(callee) => match self.value(callee, scope) {
                    Value::External(_, name) if ["memo", "forwardRef"].contains(&&*name) => {
                        call.args.first().map_or(Value::Unknown, |arg| self.value(&arg.expr, scope))
                    }
                    Value::Function(code, around) => {
                        let inner = Scope::of_component(&code, &around, &Slot::Empty);
                        for (param, arg) in code.params().iter().zip(&call.args) {
                            if let Pat::Ident(name) = param {
                                inner.bind(&name.sym, self.value(&arg.expr, scope));
                            }
                        }
                        code.returned().map_or(Value::Unknown, |returned| self.value(returned, &inner))
                    }
                    _ => Value::Unknown,
                },
                _ => Value::Unknown,
            },
            _ => Value::Unknown,
        }
    }

    /// `value.name`
    pub(crate) fn member(&self, value: &Value, name: &str) -> Value {
        match value {
            Value::Package(package) => Value::External(package.clone(), name.to_owned()),
            // `import React from "react"`
            Value::External(package, export) if export == DEFAULT => Value::External(package.clone(), name.to_owned()),
            Value::File(file) => self.export(file, name, 0),
            Value::Props(slot) if name == "children" => Value::Children(slot.clone()),
            _ => Value::Unknown,
        }
    }
}

fn text(name: &ModuleExportName) -> String {
    name.atom().to_string()
}

impl Source {
    fn of(path: &str, module: Module) -> Self {
        let scope = Rc::new(Scope { file: path.to_owned(), around: None, names: RefCell::default() });
        let mut source = Self { module: Module::default(), scope, exports: BTreeMap::new(), stars: Vec::new() };
        source.scope.hoist(module.body.iter().filter_map(|item| item.as_stmt()));
        for item in &module.body {
            match item {
                ModuleItem::ModuleDecl(decl) => source.read(decl),
                ModuleItem::Stmt(_) => {}
            }
        }
        Self { module, ..source }
    }

    /// `export const A = …`, `export function A() {}`
    fn declare(&mut self, decl: &Decl) {
        self.scope.hoist([Stmt::Decl(decl.clone())].iter());
        let names: Vec<String> = match decl {
            Decl::Var(all) => {
                all.decls.iter().filter_map(|one| one.name.as_ident()).map(|name| name.sym.to_string()).collect()
            }
            Decl::Fn(function) => vec![function.ident.sym.to_string()],
            _ => Vec::new(),
        };
        self.exports.extend(names.into_iter().map(|name| (name.clone(), Export::Local(name))));
    }

    fn read(&mut self, decl: &ModuleDecl) {
        let module = |src: &swc_ecma_ast::Str| src.value.to_string_lossy().into_owned();
        match decl {
            ModuleDecl::Import(import) => {
                for specifier in &import.specifiers {
                    let export = match specifier {
                        ImportSpecifier::Named(named) => {
                            Some(named.imported.as_ref().map_or_else(|| named.local.sym.to_string(), text))
                        }
                        ImportSpecifier::Default(_) => Some(DEFAULT.to_owned()),
                        ImportSpecifier::Namespace(_) => None,
                    };
                    let value = Value::Import(self.scope.file.clone(), module(&import.src), export);
                    self.scope.bind(&specifier.local().sym, value);
                }
            }
            ModuleDecl::ExportDecl(export) => self.declare(&export.decl),
            ModuleDecl::ExportNamed(export) => {
                for specifier in &export.specifiers {
                    let from = export.src.as_ref().map(|src| module(src));
                    match specifier {
                        ExportSpecifier::Named(named) => {
                            let orig = text(&named.orig);
                            let name = named.exported.as_ref().map_or_else(|| orig.clone(), text);
                            let what = match from {
                                Some(from) => Export::From(from, Some(orig)),
                                None => Export::Local(orig),
                            };
                            self.exports.insert(name, what);
                        }
                        ExportSpecifier::Namespace(all) => {
                            self.exports.insert(text(&all.name), Export::From(from.unwrap_or_default(), None));
                        }
                        ExportSpecifier::Default(_) => {}
                    }
                }
            }
            ModuleDecl::ExportAll(all) => self.stars.push(module(&all.src)),
            ModuleDecl::ExportDefaultDecl(export) => {
                if let DefaultDecl::Fn(function) = &export.decl {
                    let code = Code::Function(Rc::new((*function.function).clone()));
                    let name = function.ident.as_ref().map_or_else(|| DEFAULT.to_owned(), |name| name.sym.to_string());
                    self.scope.bind(&name, Value::Function(code, self.scope.clone()));
                    self.exports.insert(DEFAULT.to_owned(), Export::Local(name));
                }
            }
            ModuleDecl::ExportDefaultExpr(export) => {
                self.scope.bind(DEFAULT, Value::Lazy(Rc::new((*export.expr).clone()), self.scope.clone()));
                self.exports.insert(DEFAULT.to_owned(), Export::Local(DEFAULT.to_owned()));
            }
            _ => {}
        }
    }
}
