//! Source files, read with nothing of ours: swc, and a walk over the tree that it gives.

use std::collections::BTreeSet;

use swc_common::{BytePos, input::StringInput};
use swc_ecma_ast::{
    BindingIdent, CallExpr, ClassDecl, ClassExpr, Decl, EsVersion, Expr, FnDecl, FnExpr, ImportSpecifier,
    JSXElementName, JSXObject, Module, ModuleDecl, ModuleItem, ObjectPatProp, Prop, Stmt, TsEnumDecl, TsInterfaceDecl,
    TsModuleDecl, TsModuleName, TsType,
};
use swc_ecma_parser::{EsSyntax, Parser, Syntax, TsSyntax, lexer::Lexer};
use swc_ecma_visit::{Visit, VisitWith as _};

/// Whether the name of a file says that it is source.
pub(crate) fn is_source(path: &str) -> bool {
    syntax(path).is_some()
}

fn syntax(path: &str) -> Option<Syntax> {
    let ts = |tsx| Syntax::Typescript(TsSyntax { tsx, decorators: true, ..TsSyntax::default() });
    Some(match path.rsplit('.').next()? {
        "ts" | "mts" | "cts" => ts(false),
        "tsx" => ts(true),
        "js" | "jsx" | "mjs" | "cjs" => {
            Syntax::Es(EsSyntax { jsx: true, decorators: true, import_attributes: true, ..EsSyntax::default() })
        }
        _ => return None,
    })
}

/// A source file as a tree, and how many mistakes the parser got over; `None` where there is one that it did not.
pub(crate) fn parse(path: &str, text: &str) -> Option<(Module, usize)> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let end = BytePos(1 + u32::try_from(text.len()).ok()?);
    let lexer = Lexer::new(syntax(path)?, EsVersion::latest(), StringInput::new(text, BytePos(1), end), None);
    let mut parser = Parser::new_from(lexer);
    let module = parser.parse_module().ok()?;
    Some((module, parser.take_errors().len()))
}

/// The names in a file.
#[derive(Default)]
pub(crate) struct Names {
    /// Those whose value is asked for.
    pub(crate) used: BTreeSet<String>,
    /// Those that something in the file gives a meaning, wherever.
    pub(crate) declared: BTreeSet<String>,
}

impl Names {
    pub(crate) fn of(module: &Module) -> Self {
        let mut names = Self::default();
        module.visit_with(&mut names);
        names
    }
}

/// The names that two statements of a file give a meaning, where one of them is an import: such a file does not run, though swc reads
/// it.
///
/// ```tsx
/// import { ClerkProvider } from "@clerk/react";
/// const ClerkProvider = "taken";
/// ```
pub(crate) fn imported_and_declared(module: &Module) -> BTreeSet<String> {
    let (mut imported, mut again) = (BTreeSet::new(), BTreeSet::new());
    let mut others = Vec::new();
    for item in &module.body {
        match item {
            ModuleItem::ModuleDecl(ModuleDecl::Import(import)) => {
                for name in import.specifiers.iter().map(|specifier| specifier.local().sym.to_string()) {
                    if !imported.insert(name.clone()) {
                        again.insert(name);
                    }
                }
            }
            ModuleItem::ModuleDecl(ModuleDecl::ExportDecl(export)) => others.extend(declared(&export.decl)),
            ModuleItem::Stmt(Stmt::Decl(decl)) => others.extend(declared(decl)),
            _ => {}
        }
    }
    again.extend(others.into_iter().filter(|name| imported.contains(name)));
    again
}

/// What a declaration of values gives a meaning; patterns aside.
fn declared(decl: &Decl) -> Vec<String> {
    match decl {
        Decl::Var(variables) => {
            let names = variables.decls.iter().filter_map(|variable| variable.name.as_ident());
            names.map(|name| name.sym.to_string()).collect()
        }
        Decl::Fn(function) => vec![function.ident.sym.to_string()],
        Decl::Class(class) => vec![class.ident.sym.to_string()],
        _ => Vec::new(),
    }
}

impl Visit for Names {
    fn visit_expr(&mut self, expr: &Expr) {
        if let Expr::Ident(name) = expr {
            self.used.insert(name.sym.to_string());
        }
        expr.visit_children_with(self);
    }

    // Types are gone when a program runs.
    fn visit_ts_type(&mut self, _: &TsType) {}

    fn visit_ts_interface_decl(&mut self, _: &TsInterfaceDecl) {}

    fn visit_prop(&mut self, prop: &Prop) {
        if let Prop::Shorthand(name) = prop {
            self.used.insert(name.sym.to_string());
        }
        prop.visit_children_with(self);
    }

    fn visit_jsx_element_name(&mut self, name: &JSXElementName) {
        match name {
            JSXElementName::Ident(name) if !name.sym.starts_with(|c: char| c.is_ascii_lowercase()) => {
                self.used.insert(name.sym.to_string());
            }
            _ => name.visit_children_with(self),
        }
    }

    fn visit_jsx_object(&mut self, object: &JSXObject) {
        if let JSXObject::Ident(name) = object {
            self.used.insert(name.sym.to_string());
        }
        object.visit_children_with(self);
    }

    fn visit_binding_ident(&mut self, name: &BindingIdent) {
        self.declared.insert(name.sym.to_string());
        name.visit_children_with(self);
    }

    fn visit_object_pat_prop(&mut self, prop: &ObjectPatProp) {
        if let ObjectPatProp::Assign(prop) = prop {
            self.declared.insert(prop.key.sym.to_string());
        }
        prop.visit_children_with(self);
    }

    fn visit_fn_decl(&mut self, function: &FnDecl) {
        self.declared.insert(function.ident.sym.to_string());
        function.visit_children_with(self);
    }

    fn visit_fn_expr(&mut self, function: &FnExpr) {
        self.declared.extend(function.ident.iter().map(|name| name.sym.to_string()));
        function.visit_children_with(self);
    }

    fn visit_class_decl(&mut self, class: &ClassDecl) {
        self.declared.insert(class.ident.sym.to_string());
        class.visit_children_with(self);
    }

    fn visit_class_expr(&mut self, class: &ClassExpr) {
        self.declared.extend(class.ident.iter().map(|name| name.sym.to_string()));
        class.visit_children_with(self);
    }

    fn visit_ts_enum_decl(&mut self, decl: &TsEnumDecl) {
        self.declared.insert(decl.id.sym.to_string());
        decl.visit_children_with(self);
    }

    fn visit_ts_module_decl(&mut self, decl: &TsModuleDecl) {
        if let TsModuleName::Ident(name) = &decl.id {
            self.declared.insert(name.sym.to_string());
        }
        decl.visit_children_with(self);
    }

    fn visit_import_specifier(&mut self, specifier: &ImportSpecifier) {
        self.declared.insert(specifier.local().sym.to_string());
    }
}

/// The words that an edit may take from a file: of tags, whose names change, and of the imports that they came from.
pub(crate) fn may_go(module: &Module) -> BTreeSet<String> {
    let mut tags = Tags::default();
    module.visit_with(&mut tags);
    let mut words = BTreeSet::new();
    for item in &module.body {
        let ModuleItem::ModuleDecl(ModuleDecl::Import(import)) = item else { continue };
        let source = import.src.value.to_string_lossy();
        for specifier in &import.specifiers {
            let local = specifier.local().sym.to_string();
            if !tags.0.contains(&local) && !source.starts_with("convex/") {
                continue;
            }
            words.insert(local);
            words.extend(source.split(|c: char| !c.is_alphanumeric() && c != '_' && c != '$').map(str::to_owned));
            words.extend(source.chars().filter(|c| !c.is_alphanumeric()).map(String::from));
            if let ImportSpecifier::Named(named) = specifier
                && let Some(imported) = &named.imported
            {
                words.insert(imported.atom().to_string());
            }
        }
    }
    words.extend(tags.0);
    words
}

/// The words of tags, and of what `createElement` is given.
#[derive(Default)]
struct Tags(BTreeSet<String>);

impl Tags {
    fn add(&mut self, expr: &Expr) {
        match expr {
            Expr::Ident(name) => drop(self.0.insert(name.sym.to_string())),
            Expr::Member(member) => {
                self.add(&member.obj);
                self.0.extend(member.prop.as_ident().map(|name| name.sym.to_string()));
            }
            _ => {}
        }
    }
}

impl Visit for Tags {
    fn visit_call_expr(&mut self, call: &CallExpr) {
        if let Some(first) = call.args.first() {
            self.add(&first.expr);
        }
        call.visit_children_with(self);
    }

    fn visit_jsx_element_name(&mut self, name: &JSXElementName) {
        match name {
            JSXElementName::Ident(name) => drop(self.0.insert(name.sym.to_string())),
            JSXElementName::JSXMemberExpr(member) => {
                self.0.insert(member.prop.sym.to_string());
                self.visit_jsx_object(&member.obj);
            }
            JSXElementName::JSXNamespacedName(_) => {}
        }
    }

    fn visit_jsx_object(&mut self, object: &JSXObject) {
        match object {
            JSXObject::Ident(name) => drop(self.0.insert(name.sym.to_string())),
            JSXObject::JSXMemberExpr(member) => {
                self.0.insert(member.prop.sym.to_string());
                self.visit_jsx_object(&member.obj);
            }
        }
    }
}
