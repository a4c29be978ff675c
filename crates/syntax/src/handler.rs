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
use crate::body::{uses_arguments, uses_this};
use crate::parse::ParsedModule;
use crate::source::SourceKind;
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
    /// The types that each of them may have.
    pub types: [&'a [&'a str]; 2],
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
    Variable(&'a Ident, &'a Expr, bool),
    /// `export default …`
    Expression(&'a Expr),
    /// `export { handler as middleware }`
    Name(&'a Ident),
    /// `export { middleware, config }`, and where in the list.
    Listed(&'a Ident, TextRange),
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
    /// Whether it has type parameters.
    has_types: bool,
    reads_arguments: bool,
    /// Whether it may ask for more than its parameters name: `...args`, `arguments`, a type that says so.
    is_open: bool,
}

impl Written<'_> {
    /// How many arguments it is called with.
    fn count(&self) -> usize {
        let is_rest = self.parameters.iter().any(|parameter| matches!(parameter, Pat::Rest(_)));
        let given = self.parameters.iter().take_while(|parameter| !matches!(parameter, Pat::Assign(_))).count();
        if is_rest || self.is_open { 2 } else { given }
    }
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
                    ModuleExportName::Ident(name) => What::Listed(name, self.module.range(named)),
                    ModuleExportName::Str(_) => What::Unfit("its name is no word"),
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
            What::Variable(name, value, is_typed) => match self.called(value) {
                Some(imported) => return self.made(&found, &imported, Some(name), value),
                None => self.written(Some(name), value).map(|written| Written { is_open: *is_typed, ..written }),
            },
            What::Expression(value) => match (self.called(value), unwrapped(value)) {
                (Some(imported), _) => return self.made(&found, &imported, None, value),
                (None, Expr::Ident(name)) => return self.named(&found, name, None),
                _ => self.written(None, value),
            },
            What::Name(name) => return self.named(&found, name, None),
            What::Listed(name, place) => return self.named(&found, name, Some(*place)),
        };
        let Some(written) = written else { return Ok(Handler::Unfit(found.item, "it is no function")) };
        if written.parameters.len() > 2 || !self.takes_a_request(&written) {
            return Ok(Handler::Unfit(found.item, "its parameters are not those of a handler"));
        }
        // TypeScript takes no more arguments than there are parameters.
        let is_typed = SourceKind::of(&self.module.source.path).is_some_and(SourceKind::has_types);
        if is_typed && written.reads_arguments && written.parameters.len() < 2 {
            return Ok(Handler::Unfit(found.item, "it reads `arguments`"));
        }
        if written.is_generator {
            return Ok(Handler::Unfit(found.item, "it is a generator"));
        }
        if let Some(edits) = self.callback(&found, &written)? {
            return Ok(edits);
        }
        match written.name {
            Some(name) => self.inner(&found, name, written.count()),
            None => self.named_inner(&found, &written),
        }
    }

    /// Whether the types of the parameters, where there are some, are those of a request and an event.
    fn takes_a_request(&self, written: &Written<'_>) -> bool {
        let allowed = self.wrapper.types;
        written.has_types
            || written.parameters.iter().zip(allowed).all(|(parameter, names)| {
                let Pat::Ident(name) = parameter else { return true };
                let Some(annotation) = &name.type_ann else { return true };
                let text = self.slice(self.module.range(&annotation.type_ann));
                names.contains(&text)
            })
    }

    /// A default export without a name is given one, and called.
    fn named_inner(&self, found: &Found<'_>, written: &Written<'_>) -> Result<Handler, Conflict> {
        let names = [self.wrapper.export, "handler"];
        let Some(name) = names.into_iter().find(|name| self.is_free(name)) else {
            return Ok(Handler::Unfit(found.item, "it has no name by which it could be called"));
        };
        let head = self.slice(TextRange::new(found.item.start(), written.body.start()));
        let mut edits = EditSet::default();
        let (old, new) = match written.is_arrow {
            true => {
                let length = written.start - found.item.start();
                (head.get(..length as usize).unwrap_or_default(), format!("const {name} = "))
            }
            false => {
                let end = head.find('(').unwrap_or_default();
                let lead = if written.is_async { "async " } else { "" };
                (head.get(..end).unwrap_or_default(), format!("{lead}function {name}"))
            }
        };
        let range = TextRange::new(found.item.start(), found.item.start() + old.len() as u32);
        if old.is_empty() || self.module.has_comment_in(range) {
            return Ok(Handler::Unfit(found.item, "it has no name by which it could be called"));
        }
        edits.push(TextEdit::replacement(range, new))?;
        edits.push(self.after(found, name, written.count()))?;
        Ok(Handler::Composed(edits, Vec::new()))
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
            has_types: function.type_params.is_some(),
            reads_arguments: uses_arguments(body),
            is_open: uses_arguments(body),
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
                has_types: arrow.type_params.is_some(),
                reads_arguments: false,
                is_open: false,
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
            && written.name.is_none_or(|name| self.is_named_once(name))
            && self.is_free(self.wrapper.first);
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
        let follows = self.module.text().get(found.item.end() as usize..).is_some_and(|rest| rest.starts_with(';'));
        let is_within = self.slice(found.item).ends_with(';') && written.body.end() < found.item.end();
        let has_semicolon = follows || is_within;
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
    fn named(&self, found: &Found<'a>, name: &'a Ident, place: Option<TextRange>) -> Result<Handler, Conflict> {
        if matches!(self.bindings.ident(name), Meaning::Imported(_)) {
            return Ok(Handler::Unfit(found.item, "it comes from another module"));
        }
        let Some((count, imported)) = self.declared(name) else {
            return Ok(Handler::Unfit(found.item, "it is no function of the file"));
        };
        if let Some((imported, range)) = imported {
            let Some((_, count, _)) = self.maker(&imported) else { return Ok(Handler::Call(imported, range)) };
            return self.replaced(found, name, *count, place);
        }
        self.replaced(found, name, count, place)
    }

    fn replaced(
        &self,
        found: &Found<'_>,
        name: &Ident,
        count: usize,
        place: Option<TextRange>,
    ) -> Result<Handler, Conflict> {
        let mut edits = EditSet::default();
        let Some(place) = place else {
            edits.push(TextEdit::replacement(found.item, self.outer(&name.sym, count)))?;
            return Ok(Handler::Composed(edits, Vec::new()));
        };
        // Out of the list, with the comma after it, or the one before where it is the last.
        let after = self.slice(TextRange::new(place.end(), found.item.end()));
        let before = self.slice(TextRange::new(found.item.start(), place.start()));
        let range = match after.strip_prefix(',') {
            Some(rest) => {
                let space = rest.len() - rest.trim_start().len();
                TextRange::new(place.start(), place.end() + 1 + space as u32)
            }
            None => {
                let kept = before.trim_end().trim_end_matches(',');
                TextRange::new(found.item.start() + kept.len() as u32, place.end())
            }
        };
        if self.module.has_comment_in(found.item) {
            return Ok(Handler::Unfit(found.item, "there are comments in the list that exports it"));
        }
        edits.push(TextEdit::replacement(range, ""))?;
        edits.push(self.after(found, &name.sym, count))?;
        Ok(Handler::Composed(edits, Vec::new()))
    }

    /// How many arguments a function of the file is called with, or what an import gives that makes the handler.
    fn declared(&self, name: &'a Ident) -> Option<(usize, Option<(Imported, TextRange)>)> {
        let decls = self.items.iter().filter_map(|item| match item {
            ModuleItem::Stmt(Stmt::Decl(decl)) => Some(decl),
            ModuleItem::ModuleDecl(ModuleDecl::ExportDecl(export)) => Some(&export.decl),
            _ => None,
        });
        let of = |written: Option<Written<'a>>, is_typed: bool| {
            let written = written.map(|written| Written { is_open: written.is_open || is_typed, ..written });
            let fits = written.filter(|w| !w.is_generator && w.parameters.len() <= 2 && self.takes_a_request(w));
            fits.map(|written| (written.count(), None))
        };
        decls.into_iter().find_map(|decl| match decl {
            Decl::Fn(function) if function.ident.to_id() == name.to_id() => {
                of(self.function(Some(name), &function.function, self.module.range(decl)), false)
            }
            Decl::Var(vars) => vars.decls.iter().find_map(|declarator| {
                let Pat::Ident(known) = &declarator.name else { return None };
                let value = declarator.init.as_deref().filter(|_| known.id.to_id() == name.to_id())?;
                match unwrapped(value) {
                    value @ (Expr::Arrow(_) | Expr::Fn(_)) => {
                        of(self.written(Some(name), value), known.type_ann.is_some())
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
        // A handler called `request` is not hidden by a parameter.
        let parameter = |usual: &&'a str| if *usual == name { "given" } else { usual };
        let given: Vec<&str> = self.wrapper.parameters.iter().take(count).map(parameter).collect();
        let first = if name == self.wrapper.first { "_clerk" } else { self.wrapper.first };
        let all: Vec<&str> = if count == 0 { Vec::new() } else { [first].into_iter().chain(given.clone()).collect() };
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
        Pat::Ident(name) if is_named(&name.id) => Some((&name.id, declarator.init.as_deref(), name.type_ann.is_some())),
        _ => None,
    });
    match found {
        Some((name, Some(value), is_typed)) if vars.decls.len() == 1 => Some(What::Variable(name, value, is_typed)),
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

#[cfg(test)]
#[path = "handler_tests.rs"]
mod tests;
