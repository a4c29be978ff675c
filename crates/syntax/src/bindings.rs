//! What a name means, however it is spelled.
//!
//! ```tsx
//! import { ConvexProvider as Convex } from "convex/react";   // <Convex>       is ConvexProvider of convex/react
//! import * as C from "convex/react";                         // <C.ConvexProvider> is, too
//! const { ConvexProvider } = require("convex/react");        // and this one
//! const Provider = ConvexProvider;                           // and <Provider>
//! function App({ ConvexProvider }) { ... }                   // but not the parameter inside App
//! ```

use change::{ImportedName, TextRange};
use rustc_hash::{FxHashMap, FxHashSet};
use swc_atoms::Atom;
use swc_common::SyntaxContext;
use swc_ecma_ast::{
    Callee, ExportNamedSpecifier, Expr, Id, Ident, ImportDecl, ImportSpecifier, JSXElementName, JSXObject, Lit,
    MemberProp, ModuleExportName, ObjectPatProp, Pat, PropName, TsImportEqualsDecl, TsModuleRef, VarDeclKind,
    VarDeclarator,
};
use swc_ecma_visit::{Visit, VisitWith};

use crate::parse::ParsedModule;
use crate::span;

/// How a name came into the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Via {
    /// An `import` declaration.
    Import,
    /// `require(…)`, or TypeScript's `import x = require(…)`.
    Require,
    /// `const name = imported`.
    Alias,
}

/// An export of another module.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Imported {
    /// The module specifier as written.
    pub module: String,
    /// Which export.
    pub export: ImportedName,
    /// How it came in.
    pub via: Via,
    /// Whether only its type was imported.
    pub type_only: bool,
}

impl Imported {
    /// Whether it is the export `name` of one of `modules`, as a value.
    pub fn is(&self, modules: &[&str], name: &str) -> bool {
        !self.type_only
            && modules.contains(&&*self.module)
            && matches!(&self.export, ImportedName::Named(export) if export == name)
    }
}

/// What a name means at the place where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// An export of another module.
    Imported(Imported),
    /// Something declared in this file: a variable, parameter, function, class, type.
    Local,
    /// Nothing this file declares.
    Global,
}

/// The meaning of every name of a file.
#[derive(Debug)]
pub struct Bindings {
    imported: FxHashMap<Id, Imported>,
    aliases: FxHashMap<Id, Id>,
    uses: FxHashMap<Id, Vec<TextRange>>,
    spelled: FxHashSet<Atom>,
    unresolved: SyntaxContext,
}

impl Bindings {
    /// Reads a file's names.
    pub fn new(module: &ParsedModule) -> Self {
        let mut bindings = Self::meanings(module);
        module.program.visit_with(&mut Uses { bindings: &mut bindings });
        bindings
    }

    /// What a file's names mean, and not where they are used: all that its facts ask for, and another walk over the tree less.
    pub(crate) fn meanings(module: &ParsedModule) -> Self {
        let mut bindings = Self {
            imported: FxHashMap::default(),
            aliases: FxHashMap::default(),
            uses: FxHashMap::default(),
            spelled: FxHashSet::default(),
            unresolved: module.unresolved,
        };
        module.program.visit_with(&mut Declared { bindings: &mut bindings });
        bindings
    }

    /// What `ident` means.
    pub(crate) fn ident(&self, ident: &Ident) -> Meaning {
        self.id(&ident.to_id(), 0)
    }

    fn id(&self, id: &Id, followed: u8) -> Meaning {
        if let Some(imported) = self.imported.get(id) {
            return Meaning::Imported(imported.clone());
        }
        // `const a = b; const b = a;` must end.
        if let Some(target) = self.aliases.get(id).filter(|_| followed < 8) {
            if let Meaning::Imported(imported) = self.id(target, followed + 1) {
                return Meaning::Imported(Imported { via: Via::Alias, ..imported });
            }
            return Meaning::Local;
        }
        if id.1 == self.unresolved { Meaning::Global } else { Meaning::Local }
    }

    /// What an expression means, if it is a name, or a member of an imported namespace: `Convex.ConvexProvider`.
    pub(crate) fn expr(&self, expr: &Expr) -> Option<Meaning> {
        match unwrapped(expr) {
            Expr::Ident(ident) => Some(self.ident(ident)),
            Expr::Member(member) => {
                let MemberProp::Ident(name) = &member.prop else { return None };
                self.member(self.expr(&member.obj)?, &name.sym)
            }
            _ => None,
        }
    }

    /// What a tag's name means: `<App>`, `<Convex.ConvexProvider>`. A lower-case tag is an HTML element: `None`.
    pub(crate) fn tag(&self, name: &JSXElementName) -> Option<Meaning> {
        match name {
            JSXElementName::Ident(ident) => is_component_name(&ident.sym).then(|| self.ident(ident)),
            JSXElementName::JSXMemberExpr(member) => self.member(self.tag_object(&member.obj)?, &member.prop.sym),
            JSXElementName::JSXNamespacedName(_) => None,
        }
    }

    fn tag_object(&self, object: &JSXObject) -> Option<Meaning> {
        match object {
            JSXObject::Ident(ident) => Some(self.ident(ident)),
            JSXObject::JSXMemberExpr(member) => self.member(self.tag_object(&member.obj)?, &member.prop.sym),
        }
    }

    fn member(&self, object: Meaning, name: &str) -> Option<Meaning> {
        match object {
            Meaning::Imported(imported) => match imported.export {
                ImportedName::Namespace if name == "default" => {
                    Some(Meaning::Imported(Imported { export: ImportedName::Default, ..imported }))
                }
                ImportedName::Namespace => {
                    Some(Meaning::Imported(Imported { export: ImportedName::Named(name.to_owned()), ..imported }))
                }
                // A member of a class or function that is imported: something of its own.
                _ => None,
            },
            Meaning::Local | Meaning::Global => None,
        }
    }

    /// The top-level name under which the file has the export `name` of `module` as a value, if an import gives it one.
    pub fn local_for(&self, module: &str, name: &str) -> Option<String> {
        let mut found: Vec<&Id> = self
            .imported
            .iter()
            .filter(|(_, imported)| imported.via == Via::Import && imported.is(&[module], name))
            .map(|(id, _)| id)
            .collect();
        found.sort();
        found.first().map(|id| id.0.to_string())
    }

    /// Whether an import binds a name.
    pub fn imports_name(&self, local: &str) -> bool {
        self.import_of(local).is_some()
    }

    /// The module and the export that an import binds as `local`, be it only a type.
    pub fn import_of(&self, local: &str) -> Option<(String, String)> {
        let bound = |(id, imported): &(&Id, &Imported)| imported.via == Via::Import && *id.0 == *local;
        let (_, imported) = self.imported.iter().find(bound)?;
        match &imported.export {
            ImportedName::Named(name) => Some((imported.module.clone(), name.clone())),
            _ => None,
        }
    }

    /// Whether any name of the file, in whatever scope, is spelled so: such a name is not free for an import.
    pub fn is_spelled(&self, name: &str) -> bool {
        self.spelled.iter().any(|spelled| **spelled == *name)
    }

    /// The first of `names` that the file spells nowhere, else the last of them with a number: `convexClient2`.
    pub fn free_name(&self, names: &[&str]) -> String {
        let last = names.last().copied().unwrap_or_default();
        let numbered = (2..).map(|number| format!("{last}{number}"));
        let mut all = names.iter().map(|name| (*name).to_owned()).chain(numbered);
        all.find(|name| !self.is_spelled(name)).unwrap_or_default()
    }

    /// Where the name that an import binds as `local` is used; an element's two tags are two uses.
    pub fn uses_of_import(&self, local: &str) -> &[TextRange] {
        let imported = self.imported.iter().find(|(id, imported)| imported.via == Via::Import && *id.0 == *local);
        imported.and_then(|(id, _)| self.uses.get(id)).map_or(&[], Vec::as_slice)
    }
}

impl Bindings {
    /// Where a name that `require` binds as `local` stands, its declaration included.
    pub fn places_of_required(&self, local: &str) -> Vec<TextRange> {
        let bound = self.imported.iter().filter(|(id, imported)| imported.via == Via::Require && *id.0 == *local);
        bound.filter_map(|(id, _)| self.uses.get(id)).flatten().copied().collect()
    }
}

/// Whether JSX takes a tag of this name for a component, not for an HTML element.
pub(crate) fn is_component_name(name: &str) -> bool {
    !name.starts_with(|first: char| first.is_ascii_lowercase())
}

/// An expression without the parentheses and type assertions around it: `(x as Foo)!` is `x`.
pub(crate) fn unwrapped(expr: &Expr) -> &Expr {
    match expr {
        Expr::Paren(inner) => unwrapped(&inner.expr),
        Expr::TsAs(inner) => unwrapped(&inner.expr),
        Expr::TsSatisfies(inner) => unwrapped(&inner.expr),
        Expr::TsNonNull(inner) => unwrapped(&inner.expr),
        Expr::TsTypeAssertion(inner) => unwrapped(&inner.expr),
        Expr::TsConstAssertion(inner) => unwrapped(&inner.expr),
        _ => expr,
    }
}

/// The text of a string literal that is not broken Unicode.
pub(crate) fn string_value(expr: &Expr) -> Option<&str> {
    match unwrapped(expr) {
        Expr::Lit(Lit::Str(text)) => text.value.as_str(),
        _ => None,
    }
}

/// The name of an import or export specifier: `{ a }` or `{ "a b" as c }`.
pub(crate) fn export_name(name: &ModuleExportName) -> String {
    match name {
        ModuleExportName::Ident(ident) => ident.sym.to_string(),
        ModuleExportName::Str(text) => text.value.to_string_lossy().into_owned(),
    }
}

/// Which export a specifier takes.
pub(crate) fn imported_name(specifier: &ImportSpecifier) -> ImportedName {
    match specifier {
        ImportSpecifier::Named(named) => match &named.imported {
            Some(name) if export_name(name) == "default" => ImportedName::Default,
            Some(name) => ImportedName::Named(export_name(name)),
            None if named.local.sym == "default" => ImportedName::Default,
            None => ImportedName::Named(named.local.sym.to_string()),
        },
        ImportSpecifier::Default(_) => ImportedName::Default,
        ImportSpecifier::Namespace(_) => ImportedName::Namespace,
    }
}

/// Collects what imports, `require` calls and plain aliases bind.
struct Declared<'a> {
    bindings: &'a mut Bindings,
}

impl Declared<'_> {
    fn bind(&mut self, ident: &Ident, module: &str, export: ImportedName, via: Via, type_only: bool) {
        let imported = Imported { module: module.to_owned(), export, via, type_only };
        self.bindings.imported.insert(ident.to_id(), imported);
    }

    /// `const C = require("m")`, `const { A, B: b } = require("m")`
    fn bind_required(&mut self, pattern: &Pat, module: &str) {
        match pattern {
            Pat::Ident(name) => self.bind(&name.id, module, ImportedName::Namespace, Via::Require, false),
            Pat::Object(object) => {
                for prop in &object.props {
                    let (key, local) = match prop {
                        ObjectPatProp::Assign(prop) => (prop.key.id.sym.to_string(), &prop.key.id),
                        ObjectPatProp::KeyValue(prop) => match (&prop.key, &*prop.value) {
                            (PropName::Ident(key), Pat::Ident(local)) => (key.sym.to_string(), &local.id),
                            _ => continue,
                        },
                        ObjectPatProp::Rest(_) => continue,
                    };
                    self.bind(local, module, ImportedName::Named(key), Via::Require, false);
                }
            }
            _ => {}
        }
    }
}

impl Visit for Declared<'_> {
    fn visit_import_decl(&mut self, import: &ImportDecl) {
        for specifier in &import.specifiers {
            let type_only = import.type_only || specifier.is_type_only();
            let module = import.src.value.to_string_lossy();
            self.bind(specifier.local(), &module, imported_name(specifier), Via::Import, type_only);
        }
    }

    fn visit_ts_import_equals_decl(&mut self, import: &TsImportEqualsDecl) {
        if let TsModuleRef::TsExternalModuleRef(module) = &import.module_ref {
            let name = module.expr.value.to_string_lossy();
            self.bind(&import.id, &name, ImportedName::Namespace, Via::Require, import.is_type_only);
        }
    }

    fn visit_var_decl(&mut self, decl: &swc_ecma_ast::VarDecl) {
        for declarator in &decl.decls {
            if let Some(module) = declarator.init.as_deref().and_then(|init| required(init, self.bindings.unresolved)) {
                self.bind_required(&declarator.name, module);
            } else if decl.kind == VarDeclKind::Const {
                self.alias(declarator);
            }
        }
        decl.visit_children_with(self);
    }
}

impl Declared<'_> {
    fn alias(&mut self, declarator: &VarDeclarator) {
        if let (Pat::Ident(name), Some(Expr::Ident(target))) =
            (&declarator.name, declarator.init.as_deref().map(unwrapped))
        {
            self.bindings.aliases.insert(name.id.to_id(), target.to_id());
        }
    }
}

/// The module that `require("m")` names, where `require` is nobody's own function.
pub(crate) fn required(init: &Expr, unresolved: SyntaxContext) -> Option<&str> {
    let Expr::Call(call) = unwrapped(init) else { return None };
    let Callee::Expr(callee) = &call.callee else { return None };
    match &**callee {
        Expr::Ident(name) if name.sym == "require" && name.ctxt == unresolved => string_value(&call.args.first()?.expr),
        _ => None,
    }
}

/// Collects every name, and where each binding is used.
struct Uses<'a> {
    bindings: &'a mut Bindings,
}

impl Visit for Uses<'_> {
    fn visit_ident(&mut self, ident: &Ident) {
        self.bindings.spelled.insert(ident.sym.clone());
        self.bindings.uses.entry(ident.to_id()).or_default().push(span::range(ident));
    }

    // A declaration is no use.
    fn visit_import_decl(&mut self, import: &ImportDecl) {
        for specifier in &import.specifiers {
            self.bindings.spelled.insert(specifier.local().sym.clone());
        }
    }

    fn visit_export_named_specifier(&mut self, specifier: &ExportNamedSpecifier) {
        if let ModuleExportName::Ident(local) = &specifier.orig {
            self.visit_ident(local);
        }
    }

    // `export { a } from "m"` names nothing of this file.
    fn visit_named_export(&mut self, export: &swc_ecma_ast::NamedExport) {
        if export.src.is_none() {
            export.visit_children_with(self);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::tests::parsed;
    use swc_ecma_ast::JSXOpeningElement;

    struct Tags<'a> {
        bindings: &'a Bindings,
        found: Vec<String>,
    }

    impl Visit for Tags<'_> {
        fn visit_jsx_opening_element(&mut self, opening: &JSXOpeningElement) {
            self.found.push(match self.bindings.tag(&opening.name) {
                Some(Meaning::Imported(imported)) => format!("{:?} of {}", imported.export, imported.module),
                meaning => format!("{meaning:?}"),
            });
            opening.visit_children_with(self);
        }
    }

    fn check_tag(text: &str, expected: &str) {
        parsed("a.tsx", text, |module| {
            let bindings = Bindings::new(&module);
            let mut tags = Tags { bindings: &bindings, found: Vec::new() };
            module.program.visit_with(&mut tags);
            assert_eq!(tags.found.last().map(String::as_str), Some(expected), "{text}");
        });
    }

    const PROVIDER: &str = "Named(\"P\") of m";

    #[test]
    fn every_way_to_import() {
        check_tag("import { P } from 'm'; <P/>", PROVIDER);
        check_tag("import { P as Q } from 'm'; <Q/>", PROVIDER);
        check_tag("import { 'P' as Q } from 'm'; <Q/>", PROVIDER);
        check_tag("import * as M from 'm'; <M.P/>", PROVIDER);
        check_tag("import Q from 'm'; <Q/>", "Default of m");
        check_tag("import { default as Q } from 'm'; <Q/>", "Default of m");
        check_tag("const { P } = require('m'); <P/>", PROVIDER);
        check_tag("const { P: Q } = require('m'); <Q/>", PROVIDER);
        check_tag("const M = require('m'); <M.P/>", PROVIDER);
        check_tag("import M = require('m'); <M.P/>", PROVIDER);
        check_tag("import { P } from 'm'; const Q = P; <Q/>", PROVIDER);
        check_tag("if (x) { const { P } = require('m'); f(<P/>); }", PROVIDER);
    }

    #[test]
    fn names_that_only_look_like_it() {
        check_tag("import { P } from 'm'; function f({ P }) { return <P/> }", "Some(Local)");
        check_tag("import { P } from 'm'; function f() { const P = g(); return <P/> }", "Some(Local)");
        check_tag("function P() { return null } <P/>", "Some(Local)");
        check_tag("function require(x) { return x } const { P } = require('m'); <P/>", "Some(Local)");
        check_tag("const a = b, b = a; const X = a; <X/>", "Some(Local)");
        check_tag("<P/>", "Some(Global)");
        check_tag("<div/>", "None");
        check_tag("import { M } from 'm'; <M.P/>", "None");
    }

    #[test]
    fn uses_are_counted_per_binding() {
        let text = "import { P } from 'm'; const a = <P>x</P>; type T = typeof P; export { P }; (P: number) => P;";
        parsed("a.tsx", text, |module| {
            let bindings = Bindings::new(&module);
            assert_eq!(bindings.uses_of_import("P").len(), 4);
            assert_eq!(bindings.local_for("m", "P").as_deref(), Some("P"));
            assert!(bindings.is_spelled("T") && !bindings.is_spelled("U"));
        });
    }
}
