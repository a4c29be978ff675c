//! One walk over a tree that fills [`FileFacts`].

use change::{ImportedName, TextRange};
use rustc_hash::FxHashMap;
use swc_ecma_ast as ast;
use swc_ecma_ast::{Decl, DefaultDecl, ExportSpecifier, Expr, Id, ModuleDecl, ModuleItem, Pat, Program, Stmt};
use swc_ecma_visit::{Visit, VisitWith};

use crate::bindings::{Bindings, Meaning, export_name, imported_name, required, string_value, unwrapped};
use crate::facts::{
    Argument, AttributeFact, AttributeValue, ComponentFact, ComponentId, EnvFact, ExportFact, ExportSource, FileFacts,
    ImportFact, ImportKind, JsxFact, JsxId, NewFact, Reference, SpecifierFact, ValueFact,
};
use crate::parse::ParsedModule;

/// How far constants are followed: `const url = base; const base = import.meta.env.X`.
const MAX_FOLLOWED: u8 = 4;

pub(crate) struct Collector<'a> {
    module: &'a ParsedModule,
    bindings: &'a Bindings,
    facts: FileFacts,
    constants: FxHashMap<Id, &'a Expr>,
    element: Option<JsxId>,
    owner: Option<ComponentId>,
    /// How many branches are around, within the function.
    branches: u32,
    /// The name that the next function gets: `const App = () => …`.
    pending_name: Option<String>,
}

impl<'a> Collector<'a> {
    pub(crate) fn new(module: &'a ParsedModule, bindings: &'a Bindings) -> Self {
        Self {
            module,
            bindings,
            facts: FileFacts::default(),
            constants: constants(&module.program),
            element: None,
            owner: None,
            branches: 0,
            pending_name: None,
        }
    }

    pub(crate) fn collect(mut self) -> FileFacts {
        self.facts.directives = directives(&self.module.program);
        self.module.program.visit_with(&mut self);
        self.facts
    }

    fn range(&self, node: &impl swc_common::Spanned) -> TextRange {
        self.module.range(node)
    }

    fn reference(&self, expr: &Expr) -> Reference {
        let expr = unwrapped(expr);
        let name = match expr {
            Expr::Ident(ident) => ident.sym.to_string(),
            Expr::Member(member) => match &member.prop {
                ast::MemberProp::Ident(prop) => prop.sym.to_string(),
                _ => return Reference::Other,
            },
            _ => return Reference::Other,
        };
        self.meant(self.bindings.expr(expr), name, matches!(expr, Expr::Member(_)))
    }

    fn meant(&self, meaning: Option<Meaning>, name: String, is_member: bool) -> Reference {
        match meaning {
            Some(Meaning::Imported(imported)) => Reference::Imported(imported),
            _ if is_member => Reference::Member(name),
            Some(Meaning::Local) => Reference::Local(name),
            Some(Meaning::Global) => Reference::Global(name),
            None => Reference::Other,
        }
    }

    fn tag(&self, name: &ast::JSXElementName) -> Reference {
        let meaning = self.bindings.tag(name);
        match name {
            ast::JSXElementName::Ident(ident) if meaning.is_none() => Reference::Html(ident.sym.to_string()),
            ast::JSXElementName::Ident(ident) => self.meant(meaning, ident.sym.to_string(), false),
            ast::JSXElementName::JSXMemberExpr(member) => self.meant(meaning, member.prop.sym.to_string(), true),
            ast::JSXElementName::JSXNamespacedName(name) => Reference::Html(name.name.sym.to_string()),
        }
    }

    /// Visits `node` as the inside of a function or class.
    fn inside(&mut self, name: Option<String>, range: TextRange, is_class: bool, visit: impl FnOnce(&mut Self)) {
        let id = ComponentId(self.facts.components.len() as u32);
        self.facts.components.push(ComponentFact { name, range, owner: self.owner, is_class });
        let (owner, element, branches) = (self.owner.replace(id), self.element, std::mem::take(&mut self.branches));
        visit(self);
        self.owner = owner;
        self.element = element;
        self.branches = branches;
    }

    /// Visits something that is there only if a condition holds.
    fn in_branch(&mut self, node: &impl VisitWith<Self>) {
        self.branches += 1;
        node.visit_with(self);
        self.branches -= 1;
    }

    /// `import.meta.env.NAME`, `process.env["NAME"]`
    fn env_read(&self, member: &ast::MemberExpr) -> Option<EnvFact> {
        let object = self.env_object(&member.obj)?;
        let (name, bracket) = match &member.prop {
            ast::MemberProp::Ident(name) => (name.sym.to_string(), false),
            ast::MemberProp::Computed(name) => (string_value(&name.expr)?.to_owned(), true),
            ast::MemberProp::PrivateName(_) => return None,
        };
        Some(EnvFact { object, name, bracket, range: self.range(member) })
    }

    fn env_object(&self, expr: &Expr) -> Option<&'static str> {
        let Expr::Member(member) = unwrapped(expr) else { return None };
        if !matches!(&member.prop, ast::MemberProp::Ident(prop) if prop.sym == "env") {
            return None;
        }
        match unwrapped(&member.obj) {
            Expr::MetaProp(meta) if meta.kind == ast::MetaPropKind::ImportMeta => Some("import.meta.env"),
            Expr::Ident(name) if name.sym == "process" && self.bindings.ident(name) == Meaning::Global => {
                Some("process.env")
            }
            _ => None,
        }
    }

    /// The environment variable whose value an expression is: `(import.meta.env.X as string)?.trim() || "…"`.
    fn env_of(&self, expr: &Expr, followed: u8) -> Option<EnvFact> {
        match unwrapped(expr) {
            Expr::Member(member) => self.env_read(member),
            Expr::Bin(binary) if matches!(binary.op, ast::BinaryOp::NullishCoalescing | ast::BinaryOp::LogicalOr) => {
                self.env_of(&binary.left, followed).or_else(|| self.env_of(&binary.right, followed))
            }
            Expr::Cond(cond) => self.env_of(&cond.cons, followed).or_else(|| self.env_of(&cond.alt, followed)),
            Expr::Tpl(template) => template.exprs.iter().find_map(|expr| self.env_of(expr, followed)),
            Expr::OptChain(chain) => match &*chain.base {
                ast::OptChainBase::Member(member) => self.env_read(member),
                ast::OptChainBase::Call(call) => self.env_of_method(&call.callee, followed),
            },
            Expr::Call(call) => match &call.callee {
                // `String(import.meta.env.X)`
                ast::Callee::Expr(callee) if callee.as_ident().is_some_and(|name| name.sym == "String") => {
                    self.env_of(&call.args.first()?.expr, followed)
                }
                ast::Callee::Expr(callee) => self.env_of_method(callee, followed),
                _ => None,
            },
            Expr::Ident(name) if followed < MAX_FOLLOWED => {
                self.constants.get(&name.to_id()).and_then(|init| self.env_of(init, followed + 1))
            }
            _ => None,
        }
    }

    /// `import.meta.env.X.trim`: what the method is called on.
    fn env_of_method(&self, callee: &Expr, followed: u8) -> Option<EnvFact> {
        match unwrapped(callee) {
            Expr::Member(method) => self.env_of(&method.obj, followed),
            Expr::OptChain(chain) => match &*chain.base {
                ast::OptChainBase::Member(method) => self.env_of(&method.obj, followed),
                ast::OptChainBase::Call(_) => None,
            },
            _ => None,
        }
    }

    fn argument(&self, expr: &Expr) -> Argument {
        if let Some(text) = string_value(expr) {
            return Argument::Text(text.to_owned());
        }
        if let Some(env) = self.env_of(expr, 0) {
            return Argument::Env(env);
        }
        match (self.element_at(expr), self.reference(expr)) {
            (Some(id), _) => Argument::Element(id),
            (None, Reference::Other) => Argument::Other,
            (None, reference) => Argument::Reference(reference),
        }
    }

    /// The element that an expression is, once it was visited.
    fn element_at(&self, expr: &Expr) -> Option<JsxId> {
        let Expr::JSXElement(element) = unwrapped(expr) else { return None };
        let range = self.range(&**element);
        self.facts.elements_with_ids().find(|(_, fact)| fact.range == range).map(|(id, _)| id)
    }

    fn attribute(&self, attribute: &ast::JSXAttrOrSpread) -> AttributeFact {
        let range = self.module.attribute_range(attribute);
        let attribute = match attribute {
            ast::JSXAttrOrSpread::JSXAttr(attribute) => attribute,
            ast::JSXAttrOrSpread::SpreadElement(_) => {
                return AttributeFact { name: None, value: AttributeValue::Other, range };
            }
        };
        let name = match &attribute.name {
            ast::JSXAttrName::Ident(name) => name.sym.to_string(),
            ast::JSXAttrName::JSXNamespacedName(name) => format!("{}:{}", name.ns.sym, name.name.sym),
        };
        let value = match &attribute.value {
            None => AttributeValue::True,
            Some(ast::JSXAttrValue::Str(text)) => AttributeValue::Text(text.value.to_string_lossy().into_owned()),
            Some(ast::JSXAttrValue::JSXExprContainer(container)) => match &container.expr {
                ast::JSXExpr::Expr(expr) => self.attribute_value(expr),
                ast::JSXExpr::JSXEmptyExpr(_) => AttributeValue::Other,
            },
            Some(_) => AttributeValue::Other,
        };
        AttributeFact { name: Some(name), value, range }
    }

    fn attribute_value(&self, expr: &Expr) -> AttributeValue {
        if let Some(text) = string_value(expr) {
            return AttributeValue::Text(text.to_owned());
        }
        match (self.element_at(expr), self.reference(expr)) {
            (Some(id), _) => AttributeValue::Element(id),
            (None, Reference::Other) => AttributeValue::Other,
            (None, reference) => AttributeValue::Reference(reference),
        }
    }

    fn made(&mut self, callee: &Expr, arguments: &[ast::ExprOrSpread], range: TextRange) {
        let argument = |argument: &ast::ExprOrSpread| match argument.spread {
            Some(_) => Argument::Other,
            None => self.argument(&argument.expr),
        };
        let arguments = arguments.iter().map(argument).collect();
        self.facts.news.push(NewFact { callee: self.reference(callee), range, arguments });
    }

    /// Visits a callee: its name is called, not used as a value.
    fn visit_callee(&mut self, callee: &Expr) {
        if !matches!(self.reference(callee), Reference::Imported(_)) {
            callee.visit_with(self);
        }
    }

    fn export(&mut self, name: ImportedName, source: ExportSource, range: TextRange, type_only: bool) {
        self.facts.exports.push(ExportFact { name, source, range, type_only });
    }

    fn export_declared(&mut self, decl: &Decl) {
        let range = self.range(decl);
        let type_only = matches!(decl, Decl::TsInterface(_) | Decl::TsTypeAlias(_));
        for name in declared(decl) {
            self.export(ImportedName::Named(name.clone()), ExportSource::Local(name), range, type_only);
        }
    }

    fn export_named(&mut self, export: &ast::NamedExport) {
        let module = export.src.as_ref().map(|source| source.value.to_string_lossy().into_owned());
        for specifier in &export.specifiers {
            let range = self.range(specifier);
            let (name, source, type_only) = match specifier {
                ExportSpecifier::Named(named) => {
                    let original = export_name(&named.orig);
                    let name = named.exported.as_ref().map_or_else(|| original.clone(), export_name);
                    let source = match &module {
                        Some(module) => ExportSource::From(module.clone(), named_or_default(&original)),
                        None => ExportSource::Local(original),
                    };
                    (name, source, named.is_type_only)
                }
                ExportSpecifier::Namespace(namespace) => {
                    let module = module.clone().unwrap_or_default();
                    (export_name(&namespace.name), ExportSource::From(module, ImportedName::Namespace), false)
                }
                ExportSpecifier::Default(_) => continue,
            };
            self.export(named_or_default(&name), source, range, type_only || export.type_only);
        }
    }

    fn export_default(&mut self, decl: &DefaultDecl, range: TextRange) {
        let name = match decl {
            DefaultDecl::Class(class) => class.ident.as_ref(),
            DefaultDecl::Fn(function) => function.ident.as_ref(),
            DefaultDecl::TsInterfaceDecl(_) => None,
        };
        let source = name.map_or(ExportSource::Expression, |name| ExportSource::Local(name.sym.to_string()));
        self.export(ImportedName::Default, source, range, matches!(decl, DefaultDecl::TsInterfaceDecl(_)));
    }
}

fn named_or_default(name: &str) -> ImportedName {
    if name == "default" { ImportedName::Default } else { ImportedName::Named(name.to_owned()) }
}

impl Visit for Collector<'_> {
    fn visit_import_decl(&mut self, import: &ast::ImportDecl) {
        let specifier = |specifier: &ast::ImportSpecifier| SpecifierFact {
            local: specifier.local().sym.to_string(),
            name: imported_name(specifier),
            type_only: import.type_only || specifier.is_type_only(),
        };
        self.facts.imports.push(ImportFact {
            module: import.src.value.to_string_lossy().into_owned(),
            kind: ImportKind::Static,
            range: self.range(import),
            specifiers: import.specifiers.iter().map(specifier).collect(),
        });
    }

    fn visit_module_decl(&mut self, decl: &ModuleDecl) {
        let range = self.range(decl);
        match decl {
            ModuleDecl::ExportDecl(export) => self.export_declared(&export.decl),
            ModuleDecl::ExportNamed(export) => self.export_named(export),
            ModuleDecl::ExportDefaultDecl(export) => self.export_default(&export.decl, range),
            ModuleDecl::ExportDefaultExpr(export) => {
                let source = match unwrapped(&export.expr) {
                    Expr::Ident(name) => ExportSource::Local(name.sym.to_string()),
                    _ => ExportSource::Expression,
                };
                self.export(ImportedName::Default, source, range, false);
            }
            ModuleDecl::ExportAll(export) => {
                let module = export.src.value.to_string_lossy().into_owned();
                self.export(ImportedName::Namespace, ExportSource::All(module), range, export.type_only);
            }
            _ => {}
        }
        decl.visit_children_with(self);
    }

    fn visit_var_declarator(&mut self, declarator: &ast::VarDeclarator) {
        let init = declarator.init.as_deref();
        if let Some(module) = init.and_then(|init| required(init, self.module.unresolved)) {
            let import = ImportFact {
                module: module.to_owned(),
                kind: ImportKind::Require,
                range: self.range(declarator),
                specifiers: Vec::new(),
            };
            self.facts.imports.push(import);
        }
        if let (Pat::Object(pattern), Some(object)) = (&declarator.name, init.and_then(|init| self.env_object(init))) {
            for prop in &pattern.props {
                let name = match prop {
                    ast::ObjectPatProp::Assign(prop) => prop.key.sym.to_string(),
                    ast::ObjectPatProp::KeyValue(prop) => match &prop.key {
                        ast::PropName::Ident(name) => name.sym.to_string(),
                        _ => continue,
                    },
                    ast::ObjectPatProp::Rest(_) => continue,
                };
                let range = self.range(prop);
                self.facts.env.push(EnvFact { object, name, bracket: false, range });
            }
        }
        if let Pat::Ident(name) = &declarator.name {
            self.pending_name = Some(name.sym.to_string());
        }
        declarator.init.visit_with(self);
        self.pending_name = None;
    }

    fn visit_fn_decl(&mut self, decl: &ast::FnDecl) {
        let range = self.range(&*decl.function);
        self.inside(Some(decl.ident.sym.to_string()), range, false, |inside| decl.function.visit_children_with(inside));
    }

    fn visit_fn_expr(&mut self, expr: &ast::FnExpr) {
        let name = expr.ident.as_ref().map(|name| name.sym.to_string()).or_else(|| self.pending_name.take());
        let range = self.range(&*expr.function);
        self.inside(name, range, false, |inside| expr.function.visit_children_with(inside));
    }

    fn visit_arrow_expr(&mut self, arrow: &ast::ArrowExpr) {
        let name = self.pending_name.take();
        self.inside(name, self.range(arrow), false, |inside| arrow.visit_children_with(inside));
    }

    fn visit_class_decl(&mut self, decl: &ast::ClassDecl) {
        let range = self.range(&*decl.class);
        self.inside(Some(decl.ident.sym.to_string()), range, true, |inside| decl.class.visit_children_with(inside));
    }

    fn visit_class_expr(&mut self, expr: &ast::ClassExpr) {
        let name = expr.ident.as_ref().map(|name| name.sym.to_string()).or_else(|| self.pending_name.take());
        let range = self.range(&*expr.class);
        self.inside(name, range, true, |inside| expr.class.visit_children_with(inside));
    }

    fn visit_jsx_element(&mut self, element: &ast::JSXElement) {
        let id = JsxId(self.facts.elements.len() as u32);
        let fact = JsxFact {
            tag: self.tag(&element.opening.name),
            range: self.range(element),
            opening: self.range(&element.opening),
            names: std::iter::once(self.range(&element.opening.name))
                .chain(element.closing.as_ref().map(|closing| self.range(&closing.name)))
                .collect(),
            attributes: Vec::new(),
            has_children: element.children.iter().any(is_shown),
            is_conditional: self.branches > 0,
            parent: self.element,
            owner: self.owner,
        };
        self.facts.elements.push(fact);
        let parent = self.element.replace(id);
        element.opening.attrs.visit_with(self);
        element.children.visit_with(self);
        self.element = parent;
        let attributes = element.opening.attrs.iter().map(|attribute| self.attribute(attribute)).collect();
        if let Some(fact) = self.facts.elements.get_mut(id.0 as usize) {
            fact.attributes = attributes;
        }
    }

    fn visit_cond_expr(&mut self, cond: &ast::CondExpr) {
        cond.test.visit_with(self);
        self.in_branch(&cond.cons);
        self.in_branch(&cond.alt);
    }

    fn visit_bin_expr(&mut self, binary: &ast::BinExpr) {
        binary.left.visit_with(self);
        match binary.op {
            ast::BinaryOp::LogicalAnd | ast::BinaryOp::LogicalOr | ast::BinaryOp::NullishCoalescing => {
                self.in_branch(&binary.right);
            }
            _ => binary.right.visit_with(self),
        }
    }

    fn visit_if_stmt(&mut self, stmt: &ast::IfStmt) {
        stmt.test.visit_with(self);
        self.in_branch(&stmt.cons);
        self.in_branch(&stmt.alt);
    }

    fn visit_switch_case(&mut self, case: &ast::SwitchCase) {
        case.test.visit_with(self);
        self.in_branch(&case.cons);
    }

    fn visit_call_expr(&mut self, call: &ast::CallExpr) {
        let range = self.range(call);
        match &call.callee {
            ast::Callee::Expr(callee) => {
                self.visit_callee(callee);
                call.args.visit_with(self);
            }
            ast::Callee::Import(_) => {
                if let Some(module) = call.args.first().and_then(|argument| string_value(&argument.expr)) {
                    let (module, kind) = (module.to_owned(), ImportKind::Dynamic);
                    self.facts.imports.push(ImportFact { module, kind, range, specifiers: Vec::new() });
                }
                call.args.visit_with(self);
            }
            ast::Callee::Super(_) => call.args.visit_with(self),
        }
    }

    fn visit_new_expr(&mut self, new: &ast::NewExpr) {
        self.visit_callee(&new.callee);
        new.args.visit_with(self);
        self.made(&new.callee, new.args.as_deref().unwrap_or_default(), self.range(new));
    }

    fn visit_member_expr(&mut self, member: &ast::MemberExpr) {
        if let Some(env) = self.env_read(member) {
            self.facts.env.push(env);
            return;
        }
        let expr = self.bindings.expr(&Expr::Member(member.clone()));
        if let Some(Meaning::Imported(imported)) = expr {
            self.facts.values.push(ValueFact { imported, range: self.range(member) });
            return;
        }
        member.visit_children_with(self);
    }

    fn visit_ident(&mut self, ident: &ast::Ident) {
        if let Meaning::Imported(imported) = self.bindings.ident(ident) {
            self.facts.values.push(ValueFact { imported, range: self.range(ident) });
        }
    }

    // What a file exports is in its exports; a type is no value.
    fn visit_export_specifier(&mut self, _: &ExportSpecifier) {}

    fn visit_ts_type(&mut self, _: &ast::TsType) {}

    fn visit_jsx_element_name(&mut self, _: &ast::JSXElementName) {}
}

/// Whether a child shows anything: not white space between lines, not `{/* a comment */}`.
fn is_shown(child: &ast::JSXElementChild) -> bool {
    match child {
        ast::JSXElementChild::JSXText(text) => {
            let raw = text.raw.as_str();
            !raw.trim().is_empty() || (!raw.contains('\n') && !raw.is_empty())
        }
        ast::JSXElementChild::JSXExprContainer(container) => matches!(container.expr, ast::JSXExpr::Expr(_)),
        _ => true,
    }
}

fn directives(program: &Program) -> Vec<String> {
    let directive = |stmt: &Stmt| match stmt {
        Stmt::Expr(stmt) => match &*stmt.expr {
            Expr::Lit(ast::Lit::Str(text)) => text.value.as_str().map(str::to_owned),
            _ => None,
        },
        _ => None,
    };
    match program {
        Program::Module(tree) => tree.body.iter().map_while(|item| item.as_stmt().and_then(directive)).collect(),
        Program::Script(tree) => tree.body.iter().map_while(directive).collect(),
    }
}

/// The names that a declaration declares.
fn declared(decl: &Decl) -> Vec<String> {
    match decl {
        Decl::Class(class) => vec![class.ident.sym.to_string()],
        Decl::Fn(function) => vec![function.ident.sym.to_string()],
        Decl::Var(vars) => vars.decls.iter().flat_map(|declarator| names_in(&declarator.name)).collect(),
        Decl::TsInterface(interface) => vec![interface.id.sym.to_string()],
        Decl::TsTypeAlias(alias) => vec![alias.id.sym.to_string()],
        Decl::TsEnum(item) => vec![item.id.sym.to_string()],
        _ => Vec::new(),
    }
}

fn names_in(pattern: &Pat) -> Vec<String> {
    struct Names(Vec<String>);
    impl Visit for Names {
        fn visit_binding_ident(&mut self, name: &ast::BindingIdent) {
            self.0.push(name.id.sym.to_string());
        }
        fn visit_expr(&mut self, _: &Expr) {}
    }
    let mut names = Names(Vec::new());
    pattern.visit_with(&mut names);
    names.0
}

/// The top-level variables of a file with their first values.
fn constants(program: &Program) -> FxHashMap<Id, &Expr> {
    let mut found = FxHashMap::default();
    let items: Vec<&Stmt> = match program {
        Program::Module(tree) => tree.body.iter().filter_map(ModuleItem::as_stmt).collect(),
        Program::Script(tree) => tree.body.iter().collect(),
    };
    let exported = match program {
        Program::Module(tree) => tree.body.as_slice(),
        Program::Script(_) => &[],
    };
    let exported = exported.iter().filter_map(|item| match item {
        ModuleItem::ModuleDecl(ModuleDecl::ExportDecl(export)) => Some(&export.decl),
        _ => None,
    });
    let decls = items.into_iter().filter_map(Stmt::as_decl).chain(exported);
    for vars in decls.filter_map(Decl::as_var) {
        for declarator in &vars.decls {
            if let (Pat::Ident(name), Some(init)) = (&declarator.name, declarator.init.as_deref()) {
                found.insert(name.to_id(), init);
            }
        }
    }
    found
}
