//! A handler that a file exports, put inside a call that takes it as a callback.
//!
//! ```ts
//! export function middleware(request: NextRequest) {        // export default wrap((_auth, request: NextRequest) => {
//!   return NextResponse.next();                              //   return NextResponse.next();
//! }                                                          // });
//!
//! export default createMiddleware(routing);                  // const intlMiddleware = createMiddleware(routing);
//!                                                            // export default wrap((_auth, request) => intlMiddleware(request));
//! ```
//! A handler that is named elsewhere, has a `this`, or whose first line would pass the width, loses its `export` and is called instead.

use change::{Conflict, EditSet, TextEdit, TextRange};
use swc_ecma_ast::{
    Callee, Decl, DefaultDecl, ExportSpecifier, Expr, Function, Id, Ident, ModuleDecl, ModuleExportName, ModuleItem,
    Pat, Program, Stmt, VarDecl,
};
use swc_ecma_visit::{Visit, VisitWith};

use crate::bindings::{Bindings, Imported, Meaning, export_name, unwrapped};
use crate::parse::ParsedModule;
use crate::style::Style;

/// The call to put a handler inside of.
#[derive(Clone, Debug)]
pub struct Wrapper<'a> {
    /// Its name in the file.
    pub call: &'a str,
    /// The parameter that it gives its callback before those of a handler.
    pub first: &'a str,
    /// What a handler's own parameters are called where it has none to take over.
    pub parameters: [&'a str; 2],
    /// The export that is the handler, besides the default.
    pub export: &'a str,
    /// Exports of packages that make a handler: the package, how many arguments the handler takes, what to call it.
    pub makers: &'a [(&'a str, usize, &'a str)],
}

/// What a file's handler is.
#[derive(Debug)]
pub enum Handler {
    /// A call of what an import gives, as it is.
    Call(Imported, TextRange),
    /// One that the edits put inside the call; names within the ranges are gone.
    Composed(EditSet, Vec<TextRange>),
    /// One that can't be put inside, and why.
    Unfit(TextRange, &'static str),
}

/// Reads the handler of a file, and puts it inside the call of `wrapper`.
///
/// # Errors
/// A [`Conflict`] would be a defect of this function.
pub fn compose_handler(
    module: &ParsedModule,
    bindings: &Bindings,
    style: &Style,
    wrapper: &Wrapper<'_>,
) -> Result<Handler, Conflict> {
    let Program::Module(tree) = &module.program else {
        return Ok(Handler::Unfit(TextRange::empty(0), "it exports nothing by `export`"));
    };
    let composer = Composer { module, bindings, style, wrapper, items: &tree.body };
    let mut handlers = tree.body.iter().filter_map(|item| composer.handler(item));
    match (handlers.next(), handlers.next()) {
        (None, _) => Ok(Handler::Unfit(TextRange::empty(0), "it exports no handler")),
        (Some(found), None) => composer.compose(found),
        (Some(_), Some(second)) => Ok(Handler::Unfit(second.item, "it exports two handlers")),
    }
}

struct Composer<'a> {
    module: &'a ParsedModule,
    bindings: &'a Bindings,
    style: &'a Style,
    wrapper: &'a Wrapper<'a>,
    items: &'a [ModuleItem],
}

/// An export that is a handler.
struct Found<'a> {
    item: TextRange,
    what: What<'a>,
}

enum What<'a> {
    /// `export function middleware() {}`, `export default function () {}`
    Function(Option<&'a Ident>, &'a Function),
    /// `export const middleware = …`
    Variable(&'a Ident, &'a Expr),
    /// `export default …`
    Expression(&'a Expr),
    /// `export { handler as middleware }`
    Name(&'a Ident),
    Unfit(&'static str),
}

/// A handler written out.
struct Written<'a> {
    name: Option<&'a Ident>,
    /// Where its own text begins: `async`, `(`, or its only parameter.
    start: u32,
    is_async: bool,
    parameters: Vec<&'a Pat>,
    /// Where its body begins.
    body: TextRange,
    is_arrow: bool,
    /// Whether it may become an arrow function.
    is_plain: bool,
    is_generator: bool,
}

impl<'a> Composer<'a> {
    fn handler(&self, item: &'a ModuleItem) -> Option<Found<'a>> {
        let ModuleItem::ModuleDecl(decl) = item else { return None };
        let is_named = |ident: &Ident| ident.sym == self.wrapper.export;
        let is_handler = |name: &str| name == "default" || name == self.wrapper.export;
        let what = match decl {
            ModuleDecl::ExportDecl(export) => match &export.decl {
                Decl::Fn(function) if is_named(&function.ident) => {
                    What::Function(Some(&function.ident), &function.function)
                }
                Decl::Var(vars) => variable(vars, is_named)?,
                _ => return None,
            },
            ModuleDecl::ExportDefaultDecl(export) => match &export.decl {
                DefaultDecl::Fn(function) => What::Function(function.ident.as_ref(), &function.function),
                DefaultDecl::Class(_) => What::Unfit("it is a class"),
                DefaultDecl::TsInterfaceDecl(_) => return None,
            },
            ModuleDecl::ExportDefaultExpr(export) => What::Expression(&export.expr),
            ModuleDecl::ExportNamed(export) => {
                let named = export.specifiers.iter().find_map(|specifier| match specifier {
                    ExportSpecifier::Named(named) => {
                        let name = named.exported.as_ref().unwrap_or(&named.orig);
                        is_handler(&export_name(name)).then_some(named)
                    }
                    _ => None,
                })?;
                match &named.orig {
                    _ if export.src.is_some() => What::Unfit("it comes from another module"),
                    ModuleExportName::Ident(name) if export.specifiers.len() == 1 => What::Name(name),
                    _ => What::Unfit("it is exported together with something else"),
                }
            }
            ModuleDecl::ExportAll(_) => What::Unfit("it may come from another module"),
            _ => return None,
        };
        Some(Found { item: self.module.range(item), what })
    }

    fn compose(&self, found: Found<'a>) -> Result<Handler, Conflict> {
        let written = match &found.what {
            What::Unfit(why) => return Ok(Handler::Unfit(found.item, why)),
            What::Function(name, function) => self.function(*name, function, found.item),
            What::Variable(name, value) => match self.called(value) {
                Some(imported) => return self.made(&found, &imported, Some(name), value),
                None => self.written(Some(name), value),
            },
            What::Expression(value) => match (self.called(value), unwrapped(value)) {
                (Some(imported), _) => return self.made(&found, &imported, None, value),
                (None, Expr::Ident(name)) => return self.named(&found, name),
                _ => self.written(None, value),
            },
            What::Name(name) => return self.named(&found, name),
        };
        let Some(written) = written else { return Ok(Handler::Unfit(found.item, "it is no function")) };
        if written.parameters.len() > 2 || !self.is_free(self.wrapper.first) {
            return Ok(Handler::Unfit(found.item, "its parameters are not those of a handler"));
        }
        if let Some(edits) = self.callback(&found, &written)? {
            return Ok(edits);
        }
        match written.name {
            Some(name) if !written.is_generator => self.inner(&found, name, written.parameters.len()),
            _ => Ok(Handler::Unfit(found.item, "it has no name by which it could be called")),
        }
    }

    /// What an import gives that an expression calls.
    fn called(&self, value: &Expr) -> Option<Imported> {
        let Expr::Call(call) = unwrapped(value) else { return None };
        let Callee::Expr(callee) = &call.callee else { return None };
        match self.bindings.expr(callee)? {
            Meaning::Imported(imported) => Some(imported),
            Meaning::Local | Meaning::Global => None,
        }
    }

    fn function(&self, name: Option<&'a Ident>, function: &'a Function, item: TextRange) -> Option<Written<'a>> {
        let body = function.body.as_ref()?;
        Some(Written {
            name,
            start: item.start(),
            is_async: function.is_async,
            parameters: function.params.iter().map(|param| &param.pat).collect(),
            body: self.module.range(body),
            is_arrow: false,
            is_plain: function.type_params.is_none() && !function.is_generator && !uses_this(body),
            is_generator: function.is_generator,
        })
    }

    fn written(&self, name: Option<&'a Ident>, value: &'a Expr) -> Option<Written<'a>> {
        match value {
            Expr::Arrow(arrow) => Some(Written {
                name,
                start: self.module.range(arrow).start(),
                is_async: arrow.is_async,
                parameters: arrow.params.iter().collect(),
                body: self.module.range(&*arrow.body),
                is_arrow: true,
                is_plain: arrow.type_params.is_none(),
                is_generator: false,
            }),
            // `const middleware = function (request) {…}` is called.
            Expr::Fn(function) => {
                let written = self.function(name, &function.function, self.module.range(value))?;
                Some(Written { is_plain: false, ..written })
            }
            _ => None,
        }
    }

    /// The handler as the callback; `None` where it has to be called instead.
    fn callback(&self, found: &Found<'_>, written: &Written<'_>) -> Result<Option<Handler>, Conflict> {
        let is_plain = written.is_plain
            && written.parameters.iter().all(|parameter| matches!(parameter, Pat::Ident(_)))
            && written.name.is_none_or(|name| self.is_named_once(name));
        let Some(head) = Some(written).filter(|_| is_plain).and_then(|written| self.head(found, written)) else {
            return Ok(None);
        };
        let mut edits = EditSet::default();
        let opening = format!("export default {}({}{}", self.wrapper.call, head.lead, head.first);
        // The line on which the body begins has to fit.
        let line = self.slice(TextRange::new(head.replaced.end(), written.body.start()));
        let rest = self.slice(TextRange::new(written.body.start(), self.module.text().len() as u32));
        let rest = rest.lines().next().unwrap_or_default();
        let arrow = if written.is_arrow { "" } else { "=> " };
        let width = [&opening, line, arrow, rest].iter().map(|part| part.chars().count()).sum::<usize>();
        if line.contains('\n') || width > self.style.width as usize || self.module.has_comment_in(head.replaced) {
            return Ok(None);
        }
        edits.push(TextEdit::replacement(head.replaced, opening))?;
        if let Some(end) = head.after_parameter {
            edits.push(TextEdit::insertion(end, ")"))?;
        }
        if !written.is_arrow {
            edits.push(TextEdit::insertion(written.body.start(), "=> "))?;
        }
        // Comments and the like between the handler and its `;` stay.
        let has_semicolon = self.slice(found.item).ends_with(';') && written.body.end() < found.item.end();
        let close = if has_semicolon || !self.style.semicolons { ")" } else { ");" };
        edits.push(TextEdit::insertion(written.body.end(), close))?;
        Ok(Some(Handler::Composed(edits, vec![head.replaced])))
    }

    /// What stands before the handler's own parameters, and what takes its place.
    fn head(&self, found: &Found<'_>, written: &Written<'_>) -> Option<Head> {
        let lead = if written.is_async { "async (" } else { "(" };
        let first = match written.parameters.len() {
            0 => String::new(),
            _ => format!("{}, ", self.wrapper.first),
        };
        let from = TextRange::new(written.start, written.body.start());
        let parameter = written.parameters.first().map(|parameter| self.module.range(*parameter));
        let open = match parameter {
            Some(parameter) => {
                let before = TextRange::new(from.start(), parameter.start());
                self.slice(before).rfind('(').map(|at| before.start() + at as u32 + 1)
            }
            None => self.slice(from).find('(').map(|at| from.start() + at as u32 + 1),
        };
        let (end, after_parameter) = match (open, parameter) {
            // `(` of the parameters, with nothing but white space up to the first.
            (Some(open), Some(parameter)) if self.slice(TextRange::new(open, parameter.start())).trim().is_empty() => {
                (parameter.start(), None)
            }
            (Some(open), None) => (open, None),
            // `request => …`
            (None, Some(parameter)) if written.is_arrow => (parameter.start(), Some(parameter.end())),
            _ => return None,
        };
        let replaced = TextRange::new(found.item.start(), end);
        Some(Head { replaced, lead: lead.to_owned(), first, after_parameter })
    }

    /// `export default handler;`, `export { handler as middleware };`
    fn named(&self, found: &Found<'a>, name: &'a Ident) -> Result<Handler, Conflict> {
        if matches!(self.bindings.ident(name), Meaning::Imported(_)) {
            return Ok(Handler::Unfit(found.item, "it comes from another module"));
        }
        let Some((count, imported)) = self.declared(name) else {
            return Ok(Handler::Unfit(found.item, "it is no function of the file"));
        };
        if let Some((imported, range)) = imported {
            let Some((_, count, _)) = self.maker(&imported) else { return Ok(Handler::Call(imported, range)) };
            return self.replaced(found, name, *count);
        }
        self.replaced(found, name, count)
    }

    fn replaced(&self, found: &Found<'_>, name: &Ident, count: usize) -> Result<Handler, Conflict> {
        let mut edits = EditSet::default();
        edits.push(TextEdit::replacement(found.item, self.outer(&name.sym, count)))?;
        Ok(Handler::Composed(edits, Vec::new()))
    }

    /// How many parameters a function of the file takes, or what an import gives that makes the handler.
    fn declared(&self, name: &Ident) -> Option<(usize, Option<(Imported, TextRange)>)> {
        let decls = self.items.iter().filter_map(|item| match item {
            ModuleItem::Stmt(Stmt::Decl(decl)) => Some(decl),
            ModuleItem::ModuleDecl(ModuleDecl::ExportDecl(export)) => Some(&export.decl),
            _ => None,
        });
        decls.into_iter().find_map(|decl| match decl {
            Decl::Fn(function) if function.ident.to_id() == name.to_id() => {
                let is_handler = !function.function.is_generator && function.function.params.len() <= 2;
                is_handler.then_some((function.function.params.len(), None))
            }
            Decl::Var(vars) => vars.decls.iter().find_map(|declarator| {
                let Pat::Ident(known) = &declarator.name else { return None };
                let value = declarator.init.as_deref().filter(|_| known.id.to_id() == name.to_id())?;
                match unwrapped(value) {
                    Expr::Arrow(arrow) if arrow.params.len() <= 2 => Some((arrow.params.len(), None)),
                    Expr::Fn(function) if function.function.params.len() <= 2 => {
                        Some((function.function.params.len(), None))
                    }
                    value => Some((0, Some((self.called(value)?, self.module.range(value))))),
                }
            }),
            _ => None,
        })
    }

    fn maker(&self, imported: &Imported) -> Option<&(&'a str, usize, &'a str)> {
        self.wrapper.makers.iter().find(|(module, ..)| imported.module == *module)
    }

    /// `export default createMiddleware(routing);`
    fn made(
        &self,
        found: &Found<'_>,
        imported: &Imported,
        name: Option<&Ident>,
        value: &Expr,
    ) -> Result<Handler, Conflict> {
        let Some((_, count, usual)) = self.maker(imported) else {
            return Ok(Handler::Call(imported.clone(), found.item));
        };
        if let Some(name) = name {
            return self.inner(found, name, *count);
        }
        let numbered = (2..).map(|number| format!("{usual}{number}"));
        let mut names = std::iter::once((*usual).to_owned()).chain(numbered);
        let name = names.find(|name| !self.bindings.is_spelled(name)).unwrap_or_default();
        let mut edits = EditSet::default();
        let head = TextRange::new(found.item.start(), self.module.range(value).start());
        edits.push(TextEdit::replacement(head, format!("const {name} = ")))?;
        edits.push(self.after(found, &name, *count))?;
        Ok(Handler::Composed(edits, Vec::new()))
    }

    /// The handler without its `export`, called by another.
    fn inner(&self, found: &Found<'_>, name: &Ident, count: usize) -> Result<Handler, Conflict> {
        let mut edits = EditSet::default();
        let text = self.slice(found.item);
        let keywords = if text.starts_with("export default ") { "export default " } else { "export " };
        if !text.starts_with(keywords) {
            return Ok(Handler::Unfit(found.item, "its `export` is laid out in an unusual way"));
        }
        let end = found.item.start() + keywords.len() as u32;
        edits.push(TextEdit::replacement(TextRange::new(found.item.start(), end), ""))?;
        edits.push(self.after(found, &name.sym, count))?;
        Ok(Handler::Composed(edits, Vec::new()))
    }

    fn after(&self, found: &Found<'_>, name: &str, count: usize) -> TextEdit {
        let eol = self.style.eol.as_str();
        TextEdit::insertion(found.item.end(), format!("{eol}{eol}{}", self.outer(name, count)))
    }

    /// `export default wrap((_auth, request) => middleware(request));`
    fn outer(&self, name: &str, count: usize) -> String {
        let given: Vec<&str> = self.wrapper.parameters.iter().take(count).copied().collect();
        let all: Vec<&str> =
            if count == 0 { Vec::new() } else { [self.wrapper.first].into_iter().chain(given.clone()).collect() };
        let semicolon = if self.style.semicolons { ";" } else { "" };
        let call = format!("({}) => {name}({})", all.join(", "), given.join(", "));
        let line = format!("export default {}({call}){semicolon}", self.wrapper.call);
        if line.chars().count() <= self.style.width as usize {
            return line;
        }
        let (eol, unit) = (self.style.eol.as_str(), self.style.indent.unit());
        let comma = if self.style.trailing_comma == crate::style::TrailingComma::All { "," } else { "" };
        format!(
            "export default {}(({}) =>{eol}{unit}{name}({}){comma}{eol}){semicolon}",
            self.wrapper.call,
            all.join(", "),
            given.join(", ")
        )
    }

    fn is_free(&self, name: &str) -> bool {
        !self.bindings.is_spelled(name)
    }

    /// Whether a declared name stands nowhere else in the file.
    fn is_named_once(&self, name: &Ident) -> bool {
        let mut count = Count { id: name.to_id(), found: 0 };
        self.items.visit_with(&mut count);
        count.found <= 1
    }

    fn slice(&self, range: TextRange) -> &str {
        range.slice(self.module.text()).unwrap_or_default()
    }
}

struct Head {
    replaced: TextRange,
    lead: String,
    first: String,
    /// Where `)` has to come in, behind a parameter that stood without parentheses.
    after_parameter: Option<u32>,
}

fn variable<'a>(vars: &'a VarDecl, is_named: impl Fn(&Ident) -> bool) -> Option<What<'a>> {
    let found = vars.decls.iter().find_map(|declarator| match &declarator.name {
        Pat::Ident(name) if is_named(&name.id) => Some((&name.id, declarator.init.as_deref())),
        _ => None,
    });
    match found {
        Some((name, Some(value))) if vars.decls.len() == 1 => Some(What::Variable(name, value)),
        Some(_) => Some(What::Unfit("it is declared together with something else")),
        None => {
            // `export const { middleware } = createApp()`
            let hidden = vars.decls.iter().any(|d| crate::flow::names_in(&d.name).iter().any(&is_named));
            hidden.then_some(What::Unfit("it is taken out of something else"))
        }
    }
}

struct Count {
    id: Id,
    found: usize,
}

impl Visit for Count {
    fn visit_ident(&mut self, ident: &Ident) {
        self.found += usize::from(ident.to_id() == self.id);
    }
}

/// Whether code has a `this` or `arguments` of its own, which an arrow function does not.
fn uses_this(body: &swc_ecma_ast::FunctionBody) -> bool {
    struct Own(bool);
    impl Visit for Own {
        fn visit_this_expr(&mut self, _: &swc_ecma_ast::ThisExpr) {
            self.0 = true;
        }
        fn visit_ident(&mut self, ident: &Ident) {
            self.0 |= ident.sym == "arguments";
        }
        fn visit_function(&mut self, _: &Function) {}
        fn visit_class(&mut self, _: &swc_ecma_ast::Class) {}
    }
    let mut own = Own(false);
    body.visit_with(&mut own);
    own.0
}

/// The text of a new file that exports a call and a list of texts, each below a comment.
///
/// ```ts
/// import { wrap } from "m";
///
/// export default wrap();
///
/// export const config = {
///   matcher: [
///     // Everything
///     "/(.*)",
///   ],
/// };
/// ```
pub fn call_module(style: &Style, from: (&str, &str), export: (&str, &str), items: &[(&str, &str)]) -> String {
    let (eol, unit) = (style.eol.as_str(), style.indent.unit());
    let semicolon = if style.semicolons { ";" } else { "" };
    let pad = if style.bracket_spacing { " " } else { "" };
    let last_comma = if style.trailing_comma == crate::style::TrailingComma::None { "" } else { "," };
    let quoted = |text: &str| crate::print::quoted(text, style.quote);
    let (module, name) = from;
    let mut text = format!("import {{{pad}{name}{pad}}} from {}{semicolon}{eol}{eol}", quoted(module));
    text.push_str(&format!("export default {name}(){semicolon}{eol}{eol}"));
    text.push_str(&format!("export const {} = {{{eol}{unit}{}: [{eol}", export.0, export.1));
    for (index, (comment, item)) in items.iter().enumerate() {
        let comma = if index + 1 == items.len() { last_comma } else { "," };
        text.push_str(&format!("{unit}{unit}// {comment}{eol}{unit}{unit}{}{comma}{eol}", quoted(item)));
    }
    text.push_str(&format!("{unit}]{last_comma}{eol}}}{semicolon}{eol}"));
    text
}

#[cfg(test)]
#[path = "handler_tests.rs"]
mod tests;
