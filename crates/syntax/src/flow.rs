//! One walk over a tree that fills [`Flow`].

mod conditions;
mod tags;

use std::sync::Arc;

use change::{ImportedName, TextRange};
use rustc_hash::{FxHashMap, FxHashSet};
use swc_ecma_ast as ast;
use swc_ecma_ast::{Callee, Decl, DefaultDecl, ExportSpecifier, Expr, Id, MemberProp, Pat};
use swc_ecma_visit::{Visit, VisitWith};

use crate::bindings::{Bindings, Imported, Meaning, export_name, string_value, unwrapped};
use crate::body::{directives, module_of, prop_name, throws};
use crate::facts::JsxId;
use crate::parse::ParsedModule;
use crate::value::{CallFlow, CallId, ElementFlow, Flow, FunctionFlow, FunctionId, Value, VariableId};

/// Reads the flow of a file whose elements stand at `elements`, in their order.
pub(crate) fn flow(module: &ParsedModule, bindings: &Bindings, elements: &[TextRange]) -> Flow {
    let empty = ElementFlow { tag: None, attributes: Vec::new(), children: Vec::new(), ranges: Vec::new() };
    let mut reader = Reader {
        module,
        bindings,
        flow: Flow { elements: vec![empty; elements.len()], ..Flow::default() },
        variables: FxHashMap::default(),
        elements: elements.iter().zip(0..).map(|(range, id)| (*range, JsxId(id))).collect(),
        functions: FxHashMap::default(),
        calls: FxHashMap::default(),
        imported: FxHashSet::default(),
        owner: None,
        this: None,
        in_property: false,
        is_caught: false,
    };
    module.program.visit_with(&mut reader);
    reader.flow.shrunk()
}

struct Reader<'a> {
    module: &'a ParsedModule,
    bindings: &'a Bindings,
    flow: Flow,
    variables: FxHashMap<Id, VariableId>,
    elements: FxHashMap<TextRange, JsxId>,
    functions: FxHashMap<TextRange, FunctionId>,
    calls: FxHashMap<TextRange, CallId>,
    /// Every import that is used, once.
    imported: FxHashSet<Arc<Imported>>,
    /// The function around.
    owner: Option<FunctionId>,
    /// The class that `this` is of.
    this: Option<FunctionId>,
    /// Whether what is visited is the value of a property of `this` class.
    in_property: bool,
    /// Whether what is thrown where the reader is, is caught in the function.
    is_caught: bool,
}

impl Reader<'_> {
    fn range(&self, node: &impl swc_common::Spanned) -> TextRange {
        self.module.range(node)
    }

    fn variable(&mut self, id: Id) -> VariableId {
        let next = VariableId(self.flow.variables.len() as u32);
        if let Some(known) = self.variables.get(&id) {
            return *known;
        }
        self.flow.variables.push(Vec::new());
        self.variables.insert(id, next);
        next
    }

    fn assign(&mut self, id: Id, value: Value) {
        let variable = self.variable(id);
        if let Some(variable) = self.flow.variables.get_mut(variable.0 as usize) {
            variable.push(value);
        }
    }

    /// What the names of a pattern are: `{ children, icon: Icon = Dot }` of a function's props.
    fn bind(&mut self, pattern: &Pat, value: Value) {
        match pattern {
            Pat::Ident(name) => self.assign(name.id.to_id(), value),
            Pat::Object(object) => {
                for prop in &object.props {
                    match prop {
                        ast::ObjectPatProp::Assign(prop) => {
                            let member = Value::Member(Box::new(value.clone()), prop.key.sym.to_string());
                            let given = self.with_default(member, prop.value.as_deref());
                            self.assign(prop.key.id.to_id(), given);
                        }
                        ast::ObjectPatProp::KeyValue(prop) => {
                            let member = match prop_name(&prop.key) {
                                Some(name) => Value::Member(Box::new(value.clone()), name),
                                None => Value::Item(Box::new(value.clone())),
                            };
                            self.bind(&prop.value, member);
                        }
                        // `...rest` may hold any of the others.
                        ast::ObjectPatProp::Rest(rest) => self.bind(&rest.arg, value.clone()),
                    }
                }
            }
            Pat::Array(array) => {
                for element in array.elems.iter().flatten() {
                    self.bind(element, Value::Item(Box::new(value.clone())));
                }
            }
            Pat::Rest(rest) => self.bind(&rest.arg, value),
            Pat::Assign(assign) => {
                let given = self.with_default(value, Some(&assign.right));
                self.bind(&assign.left, given);
            }
            Pat::Invalid(_) | Pat::Expr(_) => {}
        }
    }

    fn with_default(&mut self, value: Value, default: Option<&Expr>) -> Value {
        match default.map(|default| self.value(default)) {
            Some(default) => Value::OneOf(vec![value, default]),
            None => value,
        }
    }

    /// Visits a function or class.
    fn inside<'p>(
        &mut self,
        range: TextRange,
        is_class: bool,
        params: impl IntoIterator<Item = &'p Pat>,
        visit: impl FnOnce(&mut Self),
    ) -> FunctionId {
        let id = FunctionId(self.flow.functions.len() as u32);
        let class = self.this.filter(|_| std::mem::take(&mut self.in_property));
        let function = FunctionFlow {
            range,
            returns: Vec::new(),
            is_class,
            body: range,
            is_async: false,
            directives: Vec::new(),
            required: Vec::new(),
            otherwise: Vec::new(),
            always_throws: false,
            class,
        };
        self.flow.functions.push(function);
        self.functions.insert(range, id);
        let owner = self.owner.replace(id);
        let is_caught = std::mem::take(&mut self.is_caught);
        visit(self);
        self.is_caught = is_caught;
        for (index, param) in (0..).zip(params) {
            self.bind(param, Value::Argument(id, index));
        }
        self.owner = owner;
        id
    }

    fn function(&mut self, range: TextRange, function: &ast::Function) -> FunctionId {
        let this = self.this.take();
        let id = self.inside(range, false, function.params.iter().map(|param| &param.pat), |inside| {
            function.visit_children_with(inside);
        });
        self.this = this;
        let stmts = function.body.as_ref().map(|body| body.stmts.as_slice()).unwrap_or_default();
        let directives = directives(stmts);
        self.ends(id, stmts);
        let body = function.body.as_ref().map_or(range, |body| self.range(body));
        self.says(id, body, function.is_async, directives);
        id
    }

    fn says(&mut self, id: FunctionId, body: TextRange, is_async: bool, directives: Vec<String>) {
        if let Some(function) = self.flow.functions.get_mut(id.0 as usize) {
            function.body = body;
            function.is_async = is_async;
            function.directives = directives;
        }
    }

    fn class(&mut self, class: &ast::Class) -> FunctionId {
        let range = self.range(class);
        self.inside(range, true, [], |inside| {
            let this = inside.this;
            inside.this = inside.owner;
            class.visit_children_with(inside);
            inside.this = this;
        })
    }

    fn returned(&mut self, value: Value) {
        let function = self.owner.and_then(|id| self.flow.functions.get_mut(id.0 as usize));
        if let Some(function) = function {
            function.returns.push(value);
        }
    }

    fn imported(&mut self, imported: Imported) -> Value {
        if let Some(known) = self.imported.get(&imported) {
            return Value::Imported(known.clone());
        }
        let imported = Arc::new(imported);
        self.imported.insert(imported.clone());
        Value::Imported(imported)
    }

    fn name(&mut self, ident: &ast::Ident) -> Value {
        match self.bindings.ident(ident) {
            Meaning::Imported(imported) => self.imported(imported),
            Meaning::Local => Value::Variable(self.variable(ident.to_id())),
            Meaning::Global if ident.sym == "undefined" => Value::Nothing,
            Meaning::Global => Value::Global(ident.sym.to_string()),
        }
    }

    fn member(&mut self, member: &ast::MemberExpr) -> Value {
        if let Some(Meaning::Imported(imported)) = self.bindings.expr(&Expr::Member(member.clone())) {
            return self.imported(imported);
        }
        let name = match &member.prop {
            MemberProp::Ident(name) => Some(name.sym.to_string()),
            MemberProp::Computed(computed) => string_value(&computed.expr).map(str::to_owned),
            MemberProp::PrivateName(_) => return Value::Opaque,
        };
        // A class has its props as argument 0.
        if let (Expr::This(_), Some(class)) = (unwrapped(&member.obj), self.this) {
            return if name.as_deref() == Some("props") { Value::Argument(class, 0) } else { Value::Opaque };
        }
        let object = Box::new(self.value(&member.obj));
        match name {
            Some(name) => Value::Member(object, name),
            None => Value::Item(object),
        }
    }

    /// What an expression is; what is in it was visited.
    fn value(&mut self, expr: &Expr) -> Value {
        match unwrapped(expr) {
            Expr::Ident(ident) => self.name(ident),
            Expr::Member(member) => self.member(member),
            Expr::OptChain(chain) => match &*chain.base {
                ast::OptChainBase::Member(member) => self.member(member),
                ast::OptChainBase::Call(call) => self.call_at(self.range(call)),
            },
            Expr::JSXElement(element) => self.element_at(element),
            Expr::JSXFragment(fragment) => Value::List(self.children(&fragment.children)),
            Expr::Arrow(arrow) => self.function_at(self.range(arrow)),
            Expr::Fn(function) => self.function_at(self.range(&*function.function)),
            Expr::Class(class) => self.function_at(self.range(&*class.class)),
            Expr::Call(call) => match module_of(call, self.module.unresolved) {
                Some(module) => Value::Module(module),
                None => self.call_at(self.range(call)),
            },
            Expr::New(new) => self.call_at(self.range(new)),
            Expr::Cond(cond) => Value::OneOf(vec![self.value(&cond.cons), self.value(&cond.alt)]),
            Expr::Bin(binary) => match binary.op {
                ast::BinaryOp::LogicalAnd => self.value(&binary.right),
                ast::BinaryOp::LogicalOr | ast::BinaryOp::NullishCoalescing => {
                    Value::OneOf(vec![self.value(&binary.left), self.value(&binary.right)])
                }
                _ => Value::Nothing,
            },
            Expr::Array(array) => {
                Value::List(array.elems.iter().flatten().map(|element| self.value(&element.expr)).collect())
            }
            Expr::Object(object) => Value::Object(object.props.iter().map(|prop| self.prop(prop)).collect()),
            Expr::Await(awaited) => self.value(&awaited.arg),
            Expr::Assign(assign) => self.value(&assign.right),
            Expr::Seq(sequence) => sequence.exprs.last().map_or(Value::Nothing, |last| self.value(last)),
            Expr::Lit(ast::Lit::Str(text)) => Value::Text(text.value.to_string_lossy().into_owned()),
            Expr::Lit(_) | Expr::Tpl(_) => Value::Nothing,
            // styled.main`…`: what the tag makes renders what it is given.
            Expr::TaggedTpl(template) => self.value(&template.tag),
            _ => Value::Opaque,
        }
    }

    fn prop(&mut self, prop: &ast::PropOrSpread) -> (Option<String>, Value) {
        let prop = match prop {
            ast::PropOrSpread::Spread(spread) => return (None, self.value(&spread.expr)),
            ast::PropOrSpread::Prop(prop) => &**prop,
        };
        match prop {
            ast::Prop::Shorthand(name) => (Some(name.sym.to_string()), self.name(name)),
            ast::Prop::KeyValue(pair) => {
                let value = self.value(&pair.value);
                (prop_name(&pair.key).or_else(|| Some("[computed]".to_owned())), value)
            }
            ast::Prop::Method(method) => (prop_name(&method.key), self.function_at(self.range(&*method.function))),
            _ => (Some(String::new()), Value::Opaque),
        }
    }

    fn element_at(&self, element: &ast::JSXElement) -> Value {
        self.elements.get(&self.range(element)).map_or(Value::Opaque, |id| Value::Element(*id))
    }

    fn function_at(&self, range: TextRange) -> Value {
        self.functions.get(&range).map_or(Value::Opaque, |id| Value::Function(*id))
    }

    fn call_at(&self, range: TextRange) -> Value {
        self.calls.get(&range).map_or(Value::Opaque, |id| Value::Call(*id))
    }

    fn children(&mut self, children: &[ast::JSXElementChild]) -> Vec<Value> {
        self.placed_children(children).into_iter().map(|(value, _)| value).collect()
    }

    /// What stands between tags, and where.
    fn placed_children(&mut self, children: &[ast::JSXElementChild]) -> Vec<(Value, TextRange)> {
        let module = self.module;
        let child = |child: &ast::JSXElementChild| match child {
            ast::JSXElementChild::JSXElement(element) => self.element_at(element),
            ast::JSXElementChild::JSXFragment(fragment) => Value::List(self.children(&fragment.children)),
            ast::JSXElementChild::JSXExprContainer(container) => match &container.expr {
                ast::JSXExpr::Expr(expr) => self.value(expr),
                ast::JSXExpr::JSXEmptyExpr(_) => Value::Nothing,
            },
            ast::JSXElementChild::JSXSpreadChild(spread) => self.value(&spread.expr),
            ast::JSXElementChild::JSXText(_) => Value::Nothing,
        };
        let values: Vec<Value> = children.iter().map(child).collect();
        let placed = values.into_iter().zip(children.iter().map(|child| module.range(child)));
        placed.filter(|(value, _)| *value != Value::Nothing).collect()
    }

    fn call(&mut self, range: TextRange, callee: &Expr, arguments: &[ast::ExprOrSpread]) {
        let callee = self.value(callee);
        let ranges = arguments.iter().map(|argument| self.range(argument)).collect();
        let mut conditions = Vec::new();
        for argument in arguments {
            self.unless_text(&argument.expr, &mut conditions);
        }
        self.asserted(&callee, arguments);
        let arguments = arguments.iter().map(|argument| self.value(&argument.expr)).collect();
        self.calls.insert(range, CallId(self.flow.calls.len() as u32));
        let (owner, is_caught) = (self.owner, self.is_caught);
        self.flow.calls.push(CallFlow { range, callee, arguments, ranges, conditions, is_caught, owner });
    }

    fn export_declared(&mut self, decl: &Decl) {
        let names: Vec<ast::Ident> = match decl {
            Decl::Class(class) => vec![class.ident.clone()],
            Decl::Fn(function) => vec![function.ident.clone()],
            Decl::Var(vars) => vars.decls.iter().flat_map(|declarator| names_in(&declarator.name)).collect(),
            _ => Vec::new(),
        };
        for name in names {
            let value = self.name(&name);
            self.flow.exports.push((ImportedName::Named(name.sym.to_string()), value));
        }
    }
}

/// The names that a pattern declares.
pub(crate) fn names_in(pattern: &Pat) -> Vec<ast::Ident> {
    struct Names(Vec<ast::Ident>);
    impl Visit for Names {
        fn visit_binding_ident(&mut self, name: &ast::BindingIdent) {
            self.0.push(name.id.clone());
        }
        fn visit_assign_pat_prop(&mut self, prop: &ast::AssignPatProp) {
            self.0.push(prop.key.id.clone());
        }
        fn visit_expr(&mut self, _: &Expr) {}
    }
    let mut names = Names(Vec::new());
    pattern.visit_with(&mut names);
    names.0
}

impl Visit for Reader<'_> {
    fn visit_module_decl(&mut self, decl: &ast::ModuleDecl) {
        decl.visit_children_with(self);
        match decl {
            ast::ModuleDecl::ExportDecl(export) => self.export_declared(&export.decl),
            ast::ModuleDecl::ExportNamed(export) if export.src.is_none() => {
                for specifier in &export.specifiers {
                    let ExportSpecifier::Named(named) = specifier else { continue };
                    let ast::ModuleExportName::Ident(local) = &named.orig else { continue };
                    let name = named.exported.as_ref().map_or_else(|| local.sym.to_string(), export_name);
                    let value = self.name(local);
                    let name = if name == "default" { ImportedName::Default } else { ImportedName::Named(name) };
                    self.flow.exports.push((name, value));
                }
            }
            ast::ModuleDecl::ExportDefaultExpr(export) => {
                let value = self.value(&export.expr);
                self.flow.exports.push((ImportedName::Default, value));
            }
            ast::ModuleDecl::ExportDefaultDecl(export) => {
                let value = match &export.decl {
                    DefaultDecl::Class(class) => self.function_at(self.range(&*class.class)),
                    DefaultDecl::Fn(function) => self.function_at(self.range(&*function.function)),
                    DefaultDecl::TsInterfaceDecl(_) => return,
                };
                let ident = match &export.decl {
                    DefaultDecl::Class(class) => class.ident.as_ref(),
                    DefaultDecl::Fn(function) => function.ident.as_ref(),
                    DefaultDecl::TsInterfaceDecl(_) => None,
                };
                if let Some(ident) = ident {
                    self.assign(ident.to_id(), value.clone());
                }
                self.flow.exports.push((ImportedName::Default, value));
            }
            _ => {}
        }
    }

    fn visit_var_declarator(&mut self, declarator: &ast::VarDeclarator) {
        declarator.visit_children_with(self);
        if let Some(init) = declarator.init.as_deref() {
            let mut holding = Vec::new();
            self.unless_text(init, &mut holding);
            if let (Pat::Ident(name), false) = (&declarator.name, holding.is_empty()) {
                let variable = self.variable(name.id.to_id());
                self.flow.chosen.push((variable, holding));
            }
            let value = self.value(init);
            self.bind(&declarator.name, value);
        }
    }

    fn visit_assign_expr(&mut self, assign: &ast::AssignExpr) {
        assign.visit_children_with(self);
        if let ast::AssignTarget::Simple(ast::SimpleAssignTarget::Ident(name)) = &assign.left {
            let value = self.value(&assign.right);
            self.assign(name.id.to_id(), value);
        }
    }

    fn visit_fn_decl(&mut self, decl: &ast::FnDecl) {
        let id = self.function(self.range(&*decl.function), &decl.function);
        self.assign(decl.ident.to_id(), Value::Function(id));
    }

    fn visit_fn_expr(&mut self, expr: &ast::FnExpr) {
        let id = self.function(self.range(&*expr.function), &expr.function);
        if let Some(name) = &expr.ident {
            self.assign(name.to_id(), Value::Function(id));
        }
    }

    fn visit_method_prop(&mut self, method: &ast::MethodProp) {
        method.key.visit_with(self);
        self.function(self.range(&*method.function), &method.function);
    }

    fn visit_arrow_expr(&mut self, arrow: &ast::ArrowExpr) {
        let id = self.inside(self.range(arrow), false, &arrow.params, |inside| {
            arrow.visit_children_with(inside);
            if let ast::ArrowFunctionBody::Expr(body) = &*arrow.body {
                let value = inside.value(body);
                inside.returned(value);
            }
        });
        let directives = match &*arrow.body {
            ast::ArrowFunctionBody::FunctionBody(body) => {
                self.ends(id, &body.stmts);
                directives(&body.stmts)
            }
            ast::ArrowFunctionBody::Expr(_) => Vec::new(),
        };
        let body = self.range(&*arrow.body);
        self.says(id, body, arrow.is_async, directives);
    }

    fn visit_if_stmt(&mut self, stmt: &ast::IfStmt) {
        stmt.visit_children_with(self);
        let mut needed = Vec::new();
        self.needed(&stmt.test, &mut needed);
        if !throws(&stmt.cons) {
            self.calls_instead(&needed, &stmt.cons);
            needed.clear();
        }
        // `if (user) { … } else { throw … }`
        if let (Some(other), Expr::Ident(name)) = (&stmt.alt, unwrapped(&stmt.test))
            && throws(other)
        {
            needed.push(self.name(name));
        }
        self.requires(needed);
    }

    fn visit_try_stmt(&mut self, stmt: &ast::TryStmt) {
        let rethrows = stmt.handler.as_ref().is_none_or(|handler| handler.body.stmts.last().is_some_and(throws));
        let is_caught = self.is_caught;
        self.is_caught |= !rethrows;
        stmt.block.visit_with(self);
        self.is_caught = is_caught;
        stmt.handler.visit_with(self);
        stmt.finalizer.visit_with(self);
    }

    // `user ?? unauthorized()`
    fn visit_bin_expr(&mut self, binary: &ast::BinExpr) {
        binary.visit_children_with(self);
        let is_instead = matches!(binary.op, ast::BinaryOp::NullishCoalescing | ast::BinaryOp::LogicalOr);
        if let (true, Expr::Call(call)) = (is_instead, unwrapped(&binary.right)) {
            let needed = self.value(&binary.left);
            let call = self.call_at(self.range(call));
            self.otherwise(vec![needed], call);
        }
    }

    // `identity!.subject` throws without one.
    fn visit_ts_non_null_expr(&mut self, expr: &ast::TsNonNullExpr) {
        expr.visit_children_with(self);
        if matches!(unwrapped(&expr.expr), Expr::Ident(_) | Expr::Await(_)) {
            let value = self.value(&expr.expr);
            self.requires([value]);
        }
    }

    fn visit_class_decl(&mut self, decl: &ast::ClassDecl) {
        let id = self.class(&decl.class);
        self.assign(decl.ident.to_id(), Value::Function(id));
    }

    fn visit_class_expr(&mut self, expr: &ast::ClassExpr) {
        let id = self.class(&expr.class);
        if let Some(name) = &expr.ident {
            self.assign(name.to_id(), Value::Function(id));
        }
    }

    fn visit_class_prop(&mut self, prop: &ast::ClassProp) {
        self.in_property = !prop.is_static;
        prop.value.visit_with(self);
        self.in_property = false;
    }

    fn visit_return_stmt(&mut self, stmt: &ast::ReturnStmt) {
        stmt.visit_children_with(self);
        if let Some(argument) = stmt.arg.as_deref() {
            let value = self.value(argument);
            self.returned(value);
        }
    }

    fn visit_jsx_element(&mut self, element: &ast::JSXElement) {
        element.opening.attrs.visit_with(self);
        element.children.visit_with(self);
        let Some(id) = self.elements.get(&self.range(element)).copied() else { return };
        let tag = self.tag(&element.opening.name);
        let attributes = element.opening.attrs.iter().map(|attribute| self.attribute(attribute)).collect();
        let (children, ranges) = self.placed_children(&element.children).into_iter().unzip();
        if let Some(flow) = self.flow.elements.get_mut(id.0 as usize) {
            *flow = ElementFlow { tag, attributes, children, ranges };
        }
    }

    fn visit_call_expr(&mut self, call: &ast::CallExpr) {
        call.visit_children_with(self);
        if let Callee::Expr(callee) = &call.callee {
            self.call(self.range(call), callee, &call.args);
        }
    }

    fn visit_opt_call(&mut self, call: &ast::OptCall) {
        call.visit_children_with(self);
        self.call(self.range(call), &call.callee, &call.args);
    }

    fn visit_new_expr(&mut self, new: &ast::NewExpr) {
        new.visit_children_with(self);
        self.call(self.range(new), &new.callee, new.args.as_deref().unwrap_or_default());
    }

    fn visit_ts_type(&mut self, _: &ast::TsType) {}
}

#[cfg(test)]
#[path = "flow_tests.rs"]
mod tests;
