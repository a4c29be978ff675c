//! The files of an app as a program: which file an import leads to, and what a name there is. Nothing of ours but the parser has a part in it.

use std::collections::BTreeMap;
use std::rc::Rc;

use swc_ecma_ast::{
    Callee, Decl, DefaultDecl, ExportSpecifier, Expr, ImportSpecifier, MemberProp, Module, ModuleDecl,
    ModuleExportName, ModuleItem, Pat, Stmt,
};

use crate::folder::Files;
use crate::reading::{is_source, parse};
use crate::scope::{Code, Scope, Slot, Value};

/// The name that a default export has here.
const DEFAULT: &str = "default";

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
        let scope = Scope::of_file(path);
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
