//! What each top-level declaration of a file names, so that code which nobody can get to is told from code that is used in a way which
//! can't be followed.
//!
//! ```tsx
//! export const Old = () => <ClerkProvider>…</ClerkProvider>;   // declares Old, names ClerkProvider
//! screens.push(<Login />);                                     // runs as the file is loaded: names screens, Login
//! const pages = import.meta.glob("./pages/*.tsx");             // takes in whatever lies below ./pages/
//! ```

use change::{ImportedName, TextRange};
use rustc_hash::FxHashSet;
use swc_ecma_ast as ast;
use swc_ecma_ast::{Callee, Decl, DefaultDecl, Expr, Id, ModuleDecl, ModuleItem, Pat, Stmt};
use swc_ecma_visit::{Visit, VisitWith};

use crate::bindings::{Bindings, Meaning, string_value, unwrapped};
use crate::parse::ParsedModule;

/// A name that code uses.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mention {
    /// A top-level declaration of the file.
    Local(String),
    /// An export of another module.
    Import(String, ImportedName),
    /// All of a module: `import("./Page")`, `require("./page")`.
    Module(String),
}

/// A top-level declaration, and what it names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declaration {
    /// Its names; `default` is that of `export default`.
    pub names: Vec<String>,
    /// Where.
    pub range: TextRange,
    /// What it names.
    pub mentions: Vec<Mention>,
}

/// What the code of a file names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mentions {
    /// Its functions, classes and other values that do nothing by being there.
    pub declarations: Vec<Declaration>,
    /// What the code names that runs as the file is loaded.
    pub at_load: Vec<Mention>,
    /// Folders or files, as far as they are written, out of which modules are taken in: `./pages/` of `import.meta.glob("./pages/*.tsx")`.
    pub open_imports: Vec<String>,
}

/// Reads what a file's code names.
pub(crate) fn mentions(module: &ParsedModule, bindings: &Bindings) -> Mentions {
    let mut reader =
        Reader { module, bindings, top: FxHashSet::default(), found: Mentions::default(), names: Vec::new() };
    let script: Vec<ModuleItem>;
    let items = match &module.program {
        ast::Program::Module(tree) => tree.body.as_slice(),
        ast::Program::Script(tree) => {
            script = tree.body.iter().cloned().map(ModuleItem::Stmt).collect();
            &script
        }
    };
    for item in items {
        reader.declare(item);
    }
    for item in items {
        reader.item(item);
    }
    reader.found
}

struct Reader<'a> {
    module: &'a ParsedModule,
    bindings: &'a Bindings,
    /// The names that the file declares at its top.
    top: FxHashSet<Id>,
    found: Mentions,
    /// What the code that is visited names.
    names: Vec<Mention>,
}

impl Reader<'_> {
    fn declare(&mut self, item: &ModuleItem) {
        let decl = match item {
            ModuleItem::Stmt(Stmt::Decl(decl)) => decl,
            ModuleItem::ModuleDecl(ModuleDecl::ExportDecl(export)) => &export.decl,
            ModuleItem::ModuleDecl(ModuleDecl::ExportDefaultDecl(export)) => {
                let ident = match &export.decl {
                    DefaultDecl::Fn(function) => &function.ident,
                    DefaultDecl::Class(class) => &class.ident,
                    DefaultDecl::TsInterfaceDecl(_) => return,
                };
                self.top.extend(ident.iter().map(ast::Ident::to_id));
                return;
            }
            _ => return,
        };
        match decl {
            Decl::Fn(function) => drop(self.top.insert(function.ident.to_id())),
            Decl::Class(class) => drop(self.top.insert(class.ident.to_id())),
            Decl::Var(vars) => self.top.extend(vars.decls.iter().flat_map(|declarator| ids_in(&declarator.name))),
            _ => {}
        }
    }

    fn item(&mut self, item: &ModuleItem) {
        match item {
            ModuleItem::Stmt(Stmt::Decl(decl)) => self.decl(decl),
            ModuleItem::ModuleDecl(ModuleDecl::ExportDecl(export)) => self.decl(&export.decl),
            ModuleItem::ModuleDecl(ModuleDecl::ExportDefaultDecl(export)) => {
                let ident = match &export.decl {
                    DefaultDecl::Fn(function) => &function.ident,
                    DefaultDecl::Class(class) => &class.ident,
                    DefaultDecl::TsInterfaceDecl(_) => return,
                };
                let names = ident.iter().map(|ident| ident.sym.to_string()).chain(["default".to_owned()]).collect();
                self.declaration(names, export, true);
            }
            ModuleItem::ModuleDecl(ModuleDecl::ExportDefaultExpr(export)) => {
                self.declaration(vec!["default".to_owned()], export, does_nothing(&export.expr));
            }
            ModuleItem::ModuleDecl(_) => {}
            ModuleItem::Stmt(statement) => {
                let found = self.named_in(statement);
                self.found.at_load.extend(found);
            }
        }
    }

    fn decl(&mut self, decl: &Decl) {
        match decl {
            Decl::Fn(function) => self.declaration(vec![function.ident.sym.to_string()], function, true),
            Decl::Class(class) => self.declaration(vec![class.ident.sym.to_string()], class, true),
            Decl::Var(vars) => {
                for declarator in &vars.decls {
                    let names = ids_in(&declarator.name).into_iter().map(|id| id.0.to_string()).collect();
                    let is_idle = declarator.init.as_deref().is_none_or(does_nothing);
                    self.declaration(names, declarator, is_idle);
                }
            }
            _ => {}
        }
    }

    fn declaration(&mut self, names: Vec<String>, node: &(impl VisitWith<Self> + swc_common::Spanned), is_idle: bool) {
        let mentions = self.named_in(node);
        if !is_idle {
            self.found.at_load.extend(names.iter().cloned().map(Mention::Local));
        }
        self.found.declarations.push(Declaration { names, range: self.module.range(node), mentions });
    }

    fn named_in(&mut self, node: &impl VisitWith<Self>) -> Vec<Mention> {
        node.visit_with(self);
        let mut names = std::mem::take(&mut self.names);
        names.sort();
        names.dedup();
        names.shrink_to_fit();
        names
    }

    /// `import(x)`, `import.meta.glob(x)`: a module that is named, or what is known of its path.
    fn takes_in(&mut self, argument: Option<&Expr>) {
        let patterns: Vec<&Expr> = match argument.map(unwrapped) {
            Some(Expr::Array(array)) => array.elems.iter().flatten().map(|element| &*element.expr).collect(),
            Some(argument) => vec![argument],
            None => Vec::new(),
        };
        for pattern in patterns {
            let head = match unwrapped(pattern) {
                Expr::Tpl(template) if template.exprs.is_empty() || !ends_as_data(template) => {
                    template.quasis.first().map(|quasi| quasi.raw.to_string()).unwrap_or_default()
                }
                Expr::Tpl(_) => continue,
                pattern => string_value(pattern).unwrap_or_default().to_owned(),
            };
            // `!./pages/old.tsx` of a list leaves something out.
            if !head.starts_with('!') {
                let end = head.find(['*', '{', '(', '[']).unwrap_or(head.len());
                self.found.open_imports.push(head[..end].to_owned());
            }
        }
    }
}

impl Visit for Reader<'_> {
    fn visit_ident(&mut self, ident: &ast::Ident) {
        match self.bindings.ident(ident) {
            Meaning::Imported(imported) if imported.type_only => {}
            Meaning::Imported(imported) => self.names.push(Mention::Import(imported.module, imported.export)),
            Meaning::Local if self.top.contains(&ident.to_id()) => {
                self.names.push(Mention::Local(ident.sym.to_string()));
            }
            Meaning::Local | Meaning::Global => {}
        }
        // `const P = Imported`: an alias means the import, but is a declaration as well.
        if self.top.contains(&ident.to_id()) {
            self.names.push(Mention::Local(ident.sym.to_string()));
        }
    }

    fn visit_member_expr(&mut self, member: &ast::MemberExpr) {
        // `pages.Home` of `import * as pages`: nothing else of the module is named.
        match self.bindings.expr(&Expr::Member(member.clone())) {
            Some(Meaning::Imported(imported)) => {
                self.names.push(Mention::Import(imported.module, imported.export));
            }
            _ => member.visit_children_with(self),
        }
    }

    fn visit_jsx_element_name(&mut self, name: &ast::JSXElementName) {
        match (name, self.bindings.tag(name)) {
            (ast::JSXElementName::JSXMemberExpr(_), Some(Meaning::Imported(imported))) => {
                self.names.push(Mention::Import(imported.module, imported.export));
            }
            _ => name.visit_children_with(self),
        }
    }

    fn visit_call_expr(&mut self, call: &ast::CallExpr) {
        let argument = call.args.first().map(|argument| &*argument.expr);
        let is_global = |expr: &Expr, name: &str| matches!(expr, Expr::Ident(ident) if ident.sym == name && self.bindings.ident(ident) == Meaning::Global);
        let is_import = match &call.callee {
            Callee::Import(_) => true,
            Callee::Expr(callee) => is_global(callee, "require"),
            Callee::Super(_) => false,
        };
        let is_context = matches!(&call.callee, Callee::Expr(callee) if is_glob(callee) || matches!(&**callee, Expr::Member(member) if is_global(&member.obj, "require") && member.prop.is_ident_with("context")));
        match argument.and_then(string_value) {
            Some(module) if is_import => self.names.push(Mention::Module(module.to_owned())),
            _ if is_import || is_context => self.takes_in(argument),
            _ => {}
        }
        call.visit_children_with(self);
    }

    fn visit_ts_type(&mut self, _: &ast::TsType) {}

    fn visit_ts_type_param_instantiation(&mut self, _: &ast::TsTypeParamInstantiation) {}
}

/// `import.meta.glob`, `import.meta.globEager`
fn is_glob(callee: &Expr) -> bool {
    let Expr::Member(member) = callee else { return false };
    let is_meta = matches!(&*member.obj, Expr::MetaProp(meta) if meta.kind == ast::MetaPropKind::ImportMeta);
    is_meta && matches!(&member.prop, ast::MemberProp::Ident(name) if name.sym.starts_with("glob"))
}

/// `` `./locales/${language}.json` `` holds no components.
fn ends_as_data(template: &ast::Tpl) -> bool {
    let endings = [".json", ".css", ".scss", ".svg", ".png", ".jpg", ".webp", ".wasm", ".mp3", ".txt"];
    template.quasis.last().is_some_and(|last| endings.iter().any(|ending| last.raw.ends_with(ending)))
}

/// Whether an initializer only makes something: nothing else learns of it.
fn does_nothing(expr: &Expr) -> bool {
    match unwrapped(expr) {
        Expr::Arrow(_) | Expr::Fn(_) | Expr::Class(_) | Expr::Lit(_) | Expr::Ident(_) | Expr::This(_) => true,
        Expr::JSXElement(_) | Expr::JSXFragment(_) => true,
        Expr::Member(member) => does_nothing(&member.obj),
        Expr::MetaProp(_) => true,
        Expr::Object(object) => object.props.iter().all(|prop| match prop {
            ast::PropOrSpread::Spread(spread) => does_nothing(&spread.expr),
            ast::PropOrSpread::Prop(prop) => match &**prop {
                ast::Prop::KeyValue(pair) => does_nothing(&pair.value),
                _ => true,
            },
        }),
        Expr::Array(array) => array.elems.iter().flatten().all(|element| does_nothing(&element.expr)),
        Expr::Cond(cond) => does_nothing(&cond.cons) && does_nothing(&cond.alt),
        // `memo(Page)`, `lazy(() => import("./Page"))`: of React, whose own module does nothing with them.
        Expr::Call(call) => {
            let name = match &call.callee {
                Callee::Expr(callee) => match &**callee {
                    Expr::Ident(ident) => Some(&ident.sym),
                    Expr::Member(member) => member.prop.as_ident().map(|ident| &ident.sym),
                    _ => None,
                },
                _ => None,
            };
            let is_maker = name.is_some_and(|name| ["memo", "lazy", "forwardRef", "createContext"].contains(&&**name));
            is_maker && call.args.iter().all(|argument| does_nothing(&argument.expr))
        }
        _ => false,
    }
}

fn ids_in(pattern: &Pat) -> Vec<Id> {
    struct Ids(Vec<Id>);
    impl Visit for Ids {
        fn visit_binding_ident(&mut self, name: &ast::BindingIdent) {
            self.0.push(name.id.to_id());
        }
        fn visit_expr(&mut self, _: &Expr) {}
    }
    let mut ids = Ids(Vec::new());
    pattern.visit_with(&mut ids);
    ids.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::tests::parsed;

    fn read(text: &str) -> Mentions {
        parsed("a.tsx", text, |module| mentions(&module, &Bindings::new(&module)))
    }

    fn local(name: &str) -> Mention {
        Mention::Local(name.to_owned())
    }

    #[test]
    fn declarations_name_what_is_in_them() {
        let found = read(
            "import { P } from 'm';\nconst A = () => { const P2 = 1; return <P><B x={P2}/></P>; };\nexport function B() {}\nexport default memo(A);\nlet list = [];\nlist.push(<A/>);\n",
        );
        let names: Vec<_> = found.declarations.iter().map(|declaration| declaration.names.join(" ")).collect();
        assert_eq!(names, ["A", "B", "default", "list"]);
        let of_a = &found.declarations[0].mentions;
        let import = Mention::Import("m".to_owned(), ImportedName::Named("P".to_owned()));
        assert!(of_a.contains(&import) && of_a.contains(&local("B")) && !of_a.contains(&local("P2")), "{of_a:?}");
        assert_eq!(found.at_load, [local("A"), local("list")]);
    }

    #[test]
    fn what_runs_at_load_is_told_from_what_is_only_made() {
        let found = read(
            "const a = run(<A/>);\nconst b = { c: B, d: () => <D/> };\nfunction A() {}\nfunction B() {}\nfunction D() {}\n",
        );
        assert_eq!(found.at_load, [local("a")]);
    }

    #[test]
    fn types_name_nothing() {
        let found = read(
            "import { type T, U } from 'm';\nfunction A(x: U) { let y: typeof B; f<typeof B>(x as U); }\nfunction B() {}\n",
        );
        assert!(!found.declarations[0].mentions.contains(&local("B")), "{:?}", found.declarations[0]);
    }

    #[test]
    fn imports_by_pattern_are_open() {
        let found = read(
            "import.meta.glob(['./pages/*.tsx', '!./pages/x.tsx']);\nimport(`./views/${name}.tsx`);\nimport(`./locales/${l}.json`);\nrequire.context('./r', true);\nimport(path);\nlazy(() => import('./c'));\n",
        );
        assert_eq!(found.open_imports, ["./pages/", "./views/", "./r", ""]);
        assert!(found.at_load.contains(&Mention::Module("./c".to_owned())));
    }
}
