//! Functions of a file, as far as edits want to know them: where their parameters and their bodies are.
//!
//! ```tsx
//! export default function App({ loaderData }: Route.ComponentProps) {}
//! ```

use change::TextRange;
use swc_ecma_ast::{
    Decl, DefaultDecl, ExportSpecifier, Expr, Function, ModuleDecl, ModuleExportName, ModuleItem, ObjectPatProp, Pat,
    Program, PropName, Stmt,
};

use crate::bindings::unwrapped;
use crate::body::uses_this;
use crate::members::Members;
use crate::parse::ParsedModule;

/// A function of a file, as far as edits want to know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FunctionFact {
    /// Its parameters.
    pub parameters: Vec<ParameterFact>,
    /// Where its parameters begin, behind the bracket; `None` for an arrow without brackets.
    pub open: Option<u32>,
    /// The whole function.
    pub range: TextRange,
    /// What it is called, if anything.
    pub name: Option<String>,
    /// Its body, with the braces of a block.
    pub body: TextRange,
    /// The statements of a body that is a block.
    pub statements: Option<Vec<TextRange>>,
    /// The type that it says it returns.
    pub returns: Option<TextRange>,
    /// Whether the variable that holds it has a type of its own: `const App: FC = …`.
    pub is_typed_outside: bool,
    /// Whether it is `async`.
    pub is_async: bool,
    /// Whether it may become an arrow function: no `this`, no generator, no type parameters.
    pub is_plain: bool,
}

impl FunctionFact {
    /// Where a statement comes before all that its block has: behind the directives, above the comments of the first one. `None` where that
    /// is no line of its own.
    ///
    /// ```tsx
    /// function Root() {
    ///   "use memo";
    ///   // What the page is about
    ///   const title = useTitle();
    /// ```
    pub fn first_line(&self, module: &ParsedModule) -> Option<u32> {
        let all = self.statements.as_ref()?;
        let text = |from: u32, to: u32| TextRange::new(from, to).slice(module.text()).unwrap_or_default();
        let is_directive = |range: &&TextRange| text(range.start(), range.end()).starts_with(['"', '\'']);
        let first = all.iter().find(|range| !is_directive(range))?;
        let above = all.iter().take_while(|range| range.start() < first.start()).last();
        let from = above.map_or(self.body.start() + 1, |range| range.end());
        let line = from + text(from, first.start()).find('\n')? as u32 + 1;
        let rest = text(line, first.start());
        let is_alone = text(module.lines.line_start(first.start()), first.start()).trim().is_empty();
        is_alone.then(|| line + (rest.len() - rest.trim_start().len()) as u32)
    }
}

/// A parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParameterFact {
    /// With its type.
    pub range: TextRange,
    /// `{ a, b: c }`: the properties as a list, each with the name it is bound to.
    pub pattern: Option<(Members, Vec<BoundName>)>,
    /// `props`
    pub name: Option<String>,
    /// Its type.
    pub types: Option<TextRange>,
}

/// A property of a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BoundName {
    /// The property; empty where it is computed.
    pub name: String,
    /// What it is bound to, if that is a name.
    pub local: Option<String>,
    /// What it is taken apart into, or bound to: behind the colon.
    pub value: Option<TextRange>,
    /// `...rest`
    pub is_rest: bool,
}

/// The function that a file exports by default.
pub fn default_function(module: &ParsedModule) -> Option<FunctionFact> {
    let Program::Module(tree) = &module.program else { return None };
    tree.body.iter().find_map(|item| match item {
        ModuleItem::ModuleDecl(ModuleDecl::ExportDefaultDecl(export)) => match &export.decl {
            DefaultDecl::Fn(function) => {
                let name = function.ident.as_ref().map(|name| name.sym.to_string());
                Some(of_function(module, &function.function, module.range(function), name))
            }
            _ => None,
        },
        ModuleItem::ModuleDecl(ModuleDecl::ExportDefaultExpr(export)) => {
            of_expression(module, &tree.body, &export.expr, None)
        }
        ModuleItem::ModuleDecl(ModuleDecl::ExportNamed(export)) if export.src.is_none() => {
            export.specifiers.iter().find_map(|specifier| {
                let ExportSpecifier::Named(named) = specifier else { return None };
                let exported = named.exported.as_ref()?;
                let ModuleExportName::Ident(local) = &named.orig else { return None };
                let is_default = matches!(exported, ModuleExportName::Ident(name) if name.sym == "default");
                is_default.then(|| named_function(module, &tree.body, &local.sym)).flatten()
            })
        }
        _ => None,
    })
}

/// The function that a file declares under a name: `function App() {}`, `const App = () => {}`.
pub fn function_named(module: &ParsedModule, name: &str) -> Option<FunctionFact> {
    let Program::Module(tree) = &module.program else { return None };
    named_function(module, &tree.body, name)
}

fn named_function(module: &ParsedModule, items: &[ModuleItem], name: &str) -> Option<FunctionFact> {
    items.iter().find_map(|item| {
        let decl = match item {
            ModuleItem::Stmt(Stmt::Decl(decl)) => decl,
            ModuleItem::ModuleDecl(ModuleDecl::ExportDecl(export)) => &export.decl,
            _ => return None,
        };
        match decl {
            Decl::Fn(function) if function.ident.sym == name => {
                Some(of_function(module, &function.function, module.range(function), Some(name.to_owned())))
            }
            Decl::Var(vars) => {
                let mut all = vars.decls.iter();
                let found = all.find(|decl| matches!(&decl.name, Pat::Ident(ident) if ident.id.sym == name))?;
                let is_typed_outside = matches!(&found.name, Pat::Ident(ident) if ident.type_ann.is_some());
                let function = of_expression(module, items, found.init.as_deref()?, Some(name.to_owned()))?;
                Some(FunctionFact { is_typed_outside, ..function })
            }
            _ => None,
        }
    })
}

pub(crate) fn of_expression(
    module: &ParsedModule,
    items: &[ModuleItem],
    value: &Expr,
    name: Option<String>,
) -> Option<FunctionFact> {
    match unwrapped(value) {
        Expr::Ident(ident) if name.is_none() => named_function(module, items, &ident.sym),
        Expr::Fn(function) => Some(of_function(module, &function.function, module.range(function), name)),
        Expr::Arrow(arrow) => {
            let range = module.range(arrow);
            let text = range.slice(module.text())?;
            let rest = text.strip_prefix("async").filter(|_| arrow.is_async);
            let start = rest.map_or(0, |rest| text.len() - rest.trim_start().len());
            let is_bracketed = text.get(start..)?.starts_with('(');
            Some(FunctionFact {
                parameters: arrow.params.iter().map(|pat| parameter(module, pat)).collect(),
                open: is_bracketed.then_some(range.start() + start as u32 + 1),
                range,
                name,
                body: module.range(&*arrow.body),
                statements: match &*arrow.body {
                    swc_ecma_ast::ArrowFunctionBody::FunctionBody(block) => Some(ranges(module, &block.stmts)),
                    swc_ecma_ast::ArrowFunctionBody::Expr(_) => None,
                },
                returns: arrow.return_type.as_ref().map(|types| module.range(&*types.type_ann)),
                is_typed_outside: false,
                is_async: arrow.is_async,
                is_plain: arrow.type_params.is_none(),
            })
        }
        // `memo(App)`, `withErrorBoundary(App)`: what it is given may be given to another.
        _ => None,
    }
}

fn ranges(module: &ParsedModule, stmts: &[Stmt]) -> Vec<TextRange> {
    stmts.iter().map(|stmt| module.range(stmt)).collect()
}

pub(crate) fn of_function(
    module: &ParsedModule,
    function: &Function,
    range: TextRange,
    name: Option<String>,
) -> FunctionFact {
    let body = function.body.as_ref().map_or(TextRange::empty(range.end()), |body| module.range(body));
    let head = TextRange::new(range.start(), body.start()).slice(module.text()).unwrap_or_default();
    // Type parameters hold no bracket in what is written for a component.
    let open = head.find('(').map(|at| range.start() + at as u32 + 1);
    FunctionFact {
        parameters: function.params.iter().map(|param| parameter(module, &param.pat)).collect(),
        open,
        range,
        name,
        body,
        statements: function.body.as_ref().map(|body| ranges(module, &body.stmts)),
        returns: function.return_type.as_ref().map(|types| module.range(&*types.type_ann)),
        is_typed_outside: false,
        is_async: function.is_async,
        is_plain: function.type_params.is_none()
            && !function.is_generator
            && !function.body.as_ref().is_some_and(uses_this),
    }
}

fn parameter(module: &ParsedModule, pat: &Pat) -> ParameterFact {
    let range = module.range(pat);
    let types = match pat {
        Pat::Ident(ident) => ident.type_ann.as_ref(),
        Pat::Object(object) => object.type_ann.as_ref(),
        _ => None,
    };
    let types = types.map(|types| module.range(&*types.type_ann));
    let pattern = match pat {
        Pat::Object(object) => {
            let items = object.props.iter().map(|prop| module.range(prop)).collect();
            let end = object.type_ann.as_ref().map_or(range.end(), |types| module.range(&**types).start());
            let text = TextRange::new(range.start(), end).slice(module.text()).unwrap_or_default();
            let own = TextRange::new(range.start(), range.start() + text.trim_end().len() as u32);
            let names = object.props.iter().map(|prop| bound(module, prop)).collect();
            Some((Members { range: own, items, separator: ',' }, names))
        }
        _ => None,
    };
    let name = pat.as_ident().map(|ident| ident.id.sym.to_string());
    ParameterFact { range, pattern, name, types }
}

fn bound(module: &ParsedModule, prop: &ObjectPatProp) -> BoundName {
    let local = |pat: &Pat| pat.as_ident().map(|ident| ident.id.sym.to_string());
    match prop {
        ObjectPatProp::Assign(assign) => {
            let name = assign.key.id.sym.to_string();
            BoundName { local: Some(name.clone()), name, value: None, is_rest: false }
        }
        ObjectPatProp::KeyValue(pair) => {
            let name = match &pair.key {
                PropName::Ident(name) => name.sym.to_string(),
                _ => String::new(),
            };
            let value = Some(module.range(&*pair.value));
            BoundName { name, local: local(&pair.value), value, is_rest: false }
        }
        ObjectPatProp::Rest(rest) => {
            BoundName { name: String::new(), local: local(&rest.arg), value: None, is_rest: true }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::tests::parsed;

    #[test]
    fn the_component_that_is_exported() {
        for (text, name, props) in [
            ("export default function App() {}", Some("App"), 0),
            ("export default function App({ a, b: c }: P) {}", Some("App"), 1),
            ("const App = ({ a, b: c }: P) => null;\nexport default App;", Some("App"), 1),
            ("export default () => null;", None, 0),
            ("function App({ a, b: c }) {}\nexport { App as default };", Some("App"), 1),
        ] {
            parsed("a.tsx", text, |module| {
                let found = default_function(&module).unwrap();
                assert_eq!((found.name.as_deref(), found.parameters.len()), (name, props), "{text}");
                if let Some(parameter) = found.parameters.first() {
                    let (_, names) = parameter.pattern.as_ref().unwrap();
                    let names: Vec<_> = names.iter().map(|bound| (&*bound.name, bound.local.as_deref())).collect();
                    assert_eq!(names, [("a", Some("a")), ("b", Some("c"))], "{text}");
                }
            });
        }
    }
}
