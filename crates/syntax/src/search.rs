//! Places in a file that an edit starts from: calls of a package's export, functions, what they give back, variables, and members of types.
//!
//! ```ts
//! export const Route = createRootRouteWithContext<{ queryClient: QueryClient }>()({ component: RootComponent });
//! ```

use change::TextRange;
use swc_ecma_ast::{
    ArrowExpr, ArrowFunctionBody, CallExpr, Callee, Decl, Expr, ExprOrSpread, FnDecl, FnExpr, Function, MethodProp,
    ModuleDecl, ModuleItem, NewExpr, Pat, Program, ReturnStmt, Stmt, TsInterfaceDecl, TsType, TsTypeElement,
    VarDeclarator,
};
use swc_ecma_visit::{Visit, VisitWith};

use crate::bindings::{Bindings, Meaning, unwrapped};
use crate::functions::{FunctionFact, of_expression, of_function};
use crate::members::Members;
use crate::parse::ParsedModule;

/// A call of an export of a package, or `new` of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallPlace {
    /// The whole call.
    pub range: TextRange,
    /// What is called, without its type arguments.
    pub callee: TextRange,
    /// The type arguments, without the angle brackets.
    pub types: Vec<TextRange>,
    /// The arguments.
    pub arguments: Vec<TextRange>,
    /// The arguments of the call of what this one gives: those of `createRootRouteWithContext<T>()({…})`.
    pub then: Option<Vec<TextRange>>,
    /// The innermost function around; `None` at the top of the file.
    pub function: Option<TextRange>,
    /// The variable that it is the value of.
    pub variable: Option<String>,
    /// The statement around, the innermost one.
    pub statement: Option<TextRange>,
}

/// The calls of the export `name` of one of `modules`.
pub fn calls(module: &ParsedModule, bindings: &Bindings, modules: &[&str], name: &str) -> Vec<CallPlace> {
    let mut search = Calls {
        module,
        bindings,
        modules,
        name,
        functions: Vec::new(),
        statements: Vec::new(),
        variables: Vec::new(),
        found: Vec::new(),
    };
    module.program.visit_with(&mut search);
    search.found
}

struct Calls<'a> {
    module: &'a ParsedModule,
    bindings: &'a Bindings,
    modules: &'a [&'a str],
    name: &'a str,
    functions: Vec<TextRange>,
    statements: Vec<TextRange>,
    /// The declarators around, each with the range of its value.
    variables: Vec<(String, TextRange)>,
    found: Vec<CallPlace>,
}

impl Calls<'_> {
    fn is_wanted(&self, callee: &Expr) -> bool {
        match self.bindings.expr(callee) {
            Some(Meaning::Imported(imported)) => imported.is(self.modules, self.name),
            _ => false,
        }
    }

    fn add(&mut self, range: TextRange, callee: &Expr, types: Vec<TextRange>, arguments: &[ExprOrSpread]) {
        let variable = self.variables.last().filter(|(_, value)| *value == range).map(|(name, _)| name.clone());
        self.found.push(CallPlace {
            range,
            callee: self.module.range(callee),
            types,
            arguments: arguments.iter().map(|argument| self.module.range(&*argument.expr)).collect(),
            then: None,
            function: self.functions.last().copied(),
            variable,
            statement: self.statements.last().copied(),
        });
    }

    fn within(&mut self, range: TextRange, visit: impl FnOnce(&mut Self)) {
        self.functions.push(range);
        visit(self);
        self.functions.pop();
    }
}

impl Visit for Calls<'_> {
    fn visit_call_expr(&mut self, call: &CallExpr) {
        let range = self.module.range(call);
        if let Callee::Expr(callee) = &call.callee {
            let types = call.type_args.as_ref().map(|types| &types.params);
            let types: Vec<TextRange> = types.into_iter().flatten().map(|types| self.module.range(&**types)).collect();
            if self.is_wanted(callee) {
                self.add(range, callee, types, &call.args);
            }
            if let Expr::Call(inner) = unwrapped(callee) {
                let inner = self.module.range(inner);
                call.visit_children_with(self);
                let then = call.args.iter().map(|argument| self.module.range(&*argument.expr)).collect();
                if let Some(found) = self.found.iter_mut().find(|found| found.range == inner) {
                    found.then = Some(then);
                }
                return;
            }
        }
        call.visit_children_with(self);
    }

    fn visit_new_expr(&mut self, new: &NewExpr) {
        if self.is_wanted(&new.callee) {
            let range = self.module.range(new);
            self.add(range, &new.callee, Vec::new(), new.args.as_deref().unwrap_or_default());
        }
        new.visit_children_with(self);
    }

    fn visit_function(&mut self, function: &Function) {
        let range = self.module.range(function);
        self.within(range, |search| function.visit_children_with(search));
    }

    fn visit_arrow_expr(&mut self, arrow: &ArrowExpr) {
        let range = self.module.range(arrow);
        self.within(range, |search| arrow.visit_children_with(search));
    }

    fn visit_var_declarator(&mut self, declarator: &VarDeclarator) {
        let name = declarator.name.as_ident().map(|ident| ident.id.sym.to_string());
        let value = declarator.init.as_deref().map(|init| self.module.range(unwrapped(init)));
        let named = name.zip(value);
        let is_named = named.is_some();
        self.variables.extend(named);
        declarator.visit_children_with(self);
        if is_named {
            self.variables.pop();
        }
    }

    fn visit_stmt(&mut self, stmt: &Stmt) {
        self.statements.push(self.module.range(stmt));
        stmt.visit_children_with(self);
        self.statements.pop();
    }

    fn visit_module_decl(&mut self, decl: &ModuleDecl) {
        self.statements.push(self.module.range(decl));
        decl.visit_children_with(self);
        self.statements.pop();
    }
}

/// The function at `range`: an arrow, a function, a method of an object.
pub fn function_at(module: &ParsedModule, range: TextRange) -> Option<FunctionFact> {
    struct Find<'a> {
        module: &'a ParsedModule,
        range: TextRange,
        found: Option<FunctionFact>,
    }
    impl Visit for Find<'_> {
        fn visit_expr(&mut self, expr: &Expr) {
            if self.module.range(expr) == self.range && self.found.is_none() {
                self.found = of_expression(self.module, &[], expr, Some(String::new()));
            }
            expr.visit_children_with(self);
        }
        fn visit_fn_decl(&mut self, function: &FnDecl) {
            self.function(&function.function, self.module.range(function));
            function.visit_children_with(self);
        }
        fn visit_fn_expr(&mut self, function: &FnExpr) {
            self.function(&function.function, self.module.range(function));
            function.visit_children_with(self);
        }
        fn visit_method_prop(&mut self, method: &MethodProp) {
            self.function(&method.function, self.module.range(method));
            method.visit_children_with(self);
        }
    }
    impl Find<'_> {
        fn function(&mut self, function: &Function, range: TextRange) {
            if range == self.range || self.module.range(function) == self.range {
                self.found = Some(of_function(self.module, function, range, None));
            }
        }
    }
    let mut find = Find { module, range, found: None };
    module.program.visit_with(&mut find);
    find.found
}

/// What the function at `range` gives back, those within it aside: each `return` with its value, or the body of an arrow.
pub fn returns(module: &ParsedModule, range: TextRange) -> Vec<(TextRange, Option<TextRange>)> {
    struct Returns<'a> {
        module: &'a ParsedModule,
        range: TextRange,
        depth: Option<u32>,
        found: Vec<(TextRange, Option<TextRange>)>,
    }
    impl Returns<'_> {
        fn enter(&mut self, range: TextRange, visit: impl FnOnce(&mut Self)) {
            let before = self.depth;
            self.depth = if range == self.range { Some(0) } else { before.map(|depth| depth + 1) };
            visit(self);
            self.depth = before;
        }
    }
    impl Visit for Returns<'_> {
        fn visit_function(&mut self, function: &Function) {
            self.enter(self.module.range(function), |search| function.visit_children_with(search));
        }
        fn visit_fn_decl(&mut self, function: &FnDecl) {
            let range = self.module.range(function);
            match range == self.range {
                true => self.enter(range, |search| function.function.visit_children_with(search)),
                false => function.visit_children_with(self),
            }
        }
        fn visit_method_prop(&mut self, method: &MethodProp) {
            let range = self.module.range(method);
            match range == self.range {
                true => self.enter(range, |search| method.function.visit_children_with(search)),
                false => method.visit_children_with(self),
            }
        }
        fn visit_arrow_expr(&mut self, arrow: &ArrowExpr) {
            let range = self.module.range(arrow);
            if let (ArrowFunctionBody::Expr(body), true) = (&*arrow.body, range == self.range) {
                let body = self.module.range(unwrapped(body));
                self.found.push((body, Some(body)));
            }
            self.enter(range, |search| arrow.visit_children_with(search));
        }
        fn visit_return_stmt(&mut self, stmt: &ReturnStmt) {
            if self.depth == Some(0) {
                let value = stmt.arg.as_deref().map(|value| self.module.range(unwrapped(value)));
                self.found.push((self.module.range(stmt), value));
            }
            stmt.visit_children_with(self);
        }
    }
    let mut returns = Returns { module, range, depth: None, found: Vec::new() };
    module.program.visit_with(&mut returns);
    returns.found
}

/// The value of a variable: the declaration within `around` if there is one, else at the top of the file. `None` where it is declared
/// more than once there, or has no value.
pub fn variable_value(module: &ParsedModule, name: &str, around: Option<TextRange>) -> Option<TextRange> {
    struct Find<'a> {
        module: &'a ParsedModule,
        name: &'a str,
        found: Vec<(TextRange, Option<TextRange>)>,
    }
    impl Visit for Find<'_> {
        fn visit_var_declarator(&mut self, declarator: &VarDeclarator) {
            if matches!(&declarator.name, Pat::Ident(ident) if ident.id.sym == self.name) {
                let value = declarator.init.as_deref().map(|init| self.module.range(unwrapped(init)));
                self.found.push((self.module.range(declarator), value));
            }
            declarator.visit_children_with(self);
        }
    }
    let mut find = Find { module, name, found: Vec::new() };
    module.program.visit_with(&mut find);
    let within: Vec<_> =
        find.found.iter().filter(|(range, _)| around.is_some_and(|around| around.covers(*range))).collect();
    match (within.as_slice(), find.found.as_slice()) {
        ([(_, value)], _) => *value,
        ([], [(_, value)]) => *value,
        _ => None,
    }
}

/// The members of an object type: the one at `range`, or that of the interface or alias that is named there and declared in the file.
pub fn type_members(module: &ParsedModule, range: TextRange) -> Option<Members> {
    let name = range.slice(module.text())?;
    declared_type(module, name).or_else(|| {
        let mut find = Types { module, wanted: Wanted::At(range), found: None };
        module.program.visit_with(&mut find);
        find.found
    })
}

/// The members of the interface or alias of an object type that a file declares under a name.
pub fn declared_type(module: &ParsedModule, name: &str) -> Option<Members> {
    let mut find = Types { module, wanted: Wanted::Named(name), found: None };
    module.program.visit_with(&mut find);
    find.found
}

enum Wanted<'a> {
    At(TextRange),
    Named(&'a str),
}

struct Types<'a> {
    module: &'a ParsedModule,
    wanted: Wanted<'a>,
    found: Option<Members>,
}

impl Types<'_> {
    fn members(&self, range: TextRange, elements: &[TsTypeElement]) -> Members {
        // With their separators: what is between them is none of theirs.
        let text = |item: TextRange| item.slice(self.module.text()).unwrap_or_default();
        let items = elements.iter().map(|element| {
            let item = self.module.range(element);
            let own = text(item).trim_end_matches([';', ',']).trim_end();
            TextRange::new(item.start(), item.start() + own.len() as u32)
        });
        let items: Vec<TextRange> = items.collect();
        // `{ a: A, b: B }` is written as well.
        let between =
            items.first().and_then(|first| TextRange::new(first.end(), range.end()).slice(self.module.text()));
        let separator = if between.is_some_and(|text| text.trim_start().starts_with(',')) { ',' } else { ';' };
        Members { range, items, separator }
    }
}

impl Visit for Types<'_> {
    fn visit_ts_interface_decl(&mut self, interface: &TsInterfaceDecl) {
        if matches!(self.wanted, Wanted::Named(name) if interface.id.sym == name) {
            self.found = Some(self.members(self.module.range(&interface.body), &interface.body.body));
        }
    }

    fn visit_ts_type_alias_decl(&mut self, alias: &swc_ecma_ast::TsTypeAliasDecl) {
        if let (Wanted::Named(name), TsType::TsTypeLit(types)) = (&self.wanted, &*alias.type_ann)
            && alias.id.sym == *name
        {
            self.found = Some(self.members(self.module.range(types), &types.members));
        }
        alias.visit_children_with(self);
    }

    fn visit_ts_type(&mut self, types: &TsType) {
        if let (Wanted::At(range), TsType::TsTypeLit(literal)) = (&self.wanted, types)
            && self.module.range(types) == *range
        {
            self.found = Some(self.members(*range, &literal.members));
        }
        types.visit_children_with(self);
    }
}

/// Whether a file declares or imports a name at its top.
pub fn is_exported(module: &ParsedModule, name: &str) -> bool {
    let Program::Module(tree) = &module.program else { return false };
    tree.body.iter().any(|item| match item {
        ModuleItem::ModuleDecl(ModuleDecl::ExportDecl(export)) => match &export.decl {
            Decl::Fn(function) => function.ident.sym == name,
            Decl::Var(vars) => {
                vars.decls.iter().any(|decl| matches!(&decl.name, Pat::Ident(ident) if ident.id.sym == name))
            }
            _ => false,
        },
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::tests::parsed;

    fn text(module: &ParsedModule, range: TextRange) -> String {
        range.slice(module.text()).unwrap().to_owned()
    }

    #[test]
    fn calls_of_a_package() {
        let code = "import { make as m, Client } from \"p\";\nexport function f() {\n  const client = new Client(url);\n  return m<{ a: A }>()({ x: 1 });\n}\nmake();\n";
        parsed("a.ts", code, |module| {
            let bindings = Bindings::new(&module);
            let made = calls(&module, &bindings, &["p"], "make");
            let [made] = made.as_slice() else { panic!("{made:?}") };
            assert_eq!(text(&module, made.callee), "m");
            assert_eq!(text(&module, made.types[0]), "{ a: A }");
            assert_eq!(text(&module, made.then.as_ref().unwrap()[0]), "{ x: 1 }");
            assert!(made.function.is_some());
            let new = calls(&module, &bindings, &["p"], "Client");
            assert_eq!(new[0].variable.as_deref(), Some("client"));
            assert_eq!(text(&module, new[0].statement.unwrap()), "const client = new Client(url);");
            assert_eq!(text(&module, variable_value(&module, "client", None).unwrap()), "new Client(url)");
        });
    }

    #[test]
    fn what_functions_give_back() {
        for (code, expected) in [
            ("const f = () => ({ a: 1 });", vec![Some("{ a: 1 }")]),
            ("const f = () => {\n  if (x) return;\n  const g = () => 1;\n  return g;\n};", vec![None, Some("g")]),
        ] {
            parsed("a.ts", code, |module| {
                let range = variable_value(&module, "f", None).unwrap();
                assert!(function_at(&module, range).is_some());
                let found: Vec<_> = returns(&module, range)
                    .into_iter()
                    .map(|(_, value)| value.map(|value| text(&module, value)))
                    .collect();
                assert_eq!(found.iter().map(Option::as_deref).collect::<Vec<_>>(), expected, "{code}");
            });
        }
        parsed("a.ts", "const o = { async load({ a }) {\n  return { a };\n} };", |module| {
            let range = TextRange::new(12, module.text().len() as u32 - 3);
            assert_eq!(function_at(&module, range).unwrap().parameters.len(), 1);
            assert_eq!(returns(&module, range).len(), 1);
        });
    }

    #[test]
    fn members_of_types() {
        for (code, separator) in [
            ("interface C {\n  a: A;\n  b: B;\n}", ';'),
            ("type C = { a: A, b: B };", ','),
            ("type C = { a: A; b: B };", ';'),
        ] {
            parsed("a.ts", code, |module| {
                let members = declared_type(&module, "C").unwrap();
                let items: Vec<_> = members.items.iter().map(|item| text(&module, *item)).collect();
                assert_eq!(
                    (items, members.separator),
                    (vec!["a: A".to_owned(), "b: B".to_owned()], separator),
                    "{code}"
                );
            });
        }
    }
}
