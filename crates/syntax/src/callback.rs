//! A function that a file exports, made the callback of a call that is exported in its place.
//!
//! ```ts
//! export async function loader({ request }: Route.LoaderArgs) {     // export const loader = (args: Route.LoaderArgs) =>
//!   return { theme: await themeOf(request) };                      //   rootAuthLoader(args, async ({ request }: Route.LoaderArgs) => {
//! }                                                                //     return { theme: await themeOf(request) };
//!                                                                  //   });
//! ```
//! One that can't become an arrow function, or whose first line would pass the width, goes by another name and is handed over.

use change::{Conflict, EditSet, TextEdit, TextRange};
use swc_ecma_ast::{
    Decl, ExportSpecifier, Expr, Ident, ModuleDecl, ModuleExportName, ModuleItem, Pat, Program, TsType,
};
use swc_ecma_visit::{Visit, VisitWith};

use crate::bindings::{Bindings, unwrapped};
use crate::functions::{FunctionFact, function_named};
use crate::literals::Literals;
use crate::parse::ParsedModule;
use crate::style::Style;

/// The call that takes the function.
#[derive(Clone, Copy, Debug)]
pub struct OuterCall<'a> {
    /// The export.
    pub export: &'a str,
    /// The parameters of the function around the call: `args: Route.LoaderArgs`.
    pub parameters: &'a str,
    /// What is called, in the file's terms.
    pub callee: &'a str,
    /// The first argument.
    pub argument: &'a str,
    /// What the function goes by where it is handed over.
    pub inner: &'a str,
}

/// What became of an export.
#[derive(Debug)]
pub enum WrappedExport {
    /// There is none.
    Absent,
    /// It calls the callee already.
    Calls,
    /// The edits that put it inside the call, and where the function is.
    Edits(EditSet, TextRange),
    /// The edits that hand over what another module exports, which is to be imported from there as `inner`.
    Imported(EditSet, String),
    /// It can't be, and why.
    Unfit(TextRange, &'static str),
}

/// Puts the function that a file exports inside a call.
///
/// # Errors
/// A [`Conflict`] would be a defect of this function.
pub fn wrap_export(
    module: &ParsedModule,
    bindings: &Bindings,
    style: &Style,
    outer: &OuterCall<'_>,
) -> Result<WrappedExport, Conflict> {
    let Program::Module(tree) = &module.program else { return Ok(WrappedExport::Absent) };
    let Some((item, exported)) = tree.body.iter().find_map(|item| exported(item, outer.export)) else {
        return Ok(WrappedExport::Absent);
    };
    let item = module.range(item);
    let code = item.slice(module.text()).unwrap_or_default();
    if code.contains(&format!("{}(", outer.callee)) {
        return Ok(WrappedExport::Calls);
    }
    let is_declaration = match exported {
        Exported::Function { is_declaration } => is_declaration,
        Exported::From(source) if !bindings.is_spelled(outer.inner) => {
            // `export { loader } from "./root.server";`
            let text = outer.handing_over(style);
            let mut edits = EditSet::default();
            edits.push(TextEdit::replacement(item, text))?;
            return Ok(WrappedExport::Imported(edits, source));
        }
        _ => return Ok(WrappedExport::Unfit(item, "it is no function that the file writes out")),
    };
    let Some(function) = function_named(module, outer.export) else {
        return Ok(WrappedExport::Unfit(item, "it is no function that the file writes out"));
    };
    let Some(uses) = uses_as_value(module, outer.export, item) else {
        return Ok(WrappedExport::Unfit(item, "the file uses it by its name, in a form that can't be renamed"));
    };
    let wrapping = Wrapping { module, bindings, style, outer, item, function: &function, is_declaration, uses };
    let callback = if wrapping.uses.is_empty() { wrapping.callback()? } else { None };
    match callback {
        Some(edits) => Ok(WrappedExport::Edits(edits, function.range)),
        None => wrapping.handed_over(),
    }
}

enum Exported {
    Function {
        is_declaration: bool,
    },
    /// Alone in its statement, under the same name, from another module.
    From(String),
    Other,
}

impl OuterCall<'_> {
    /// `(args: Route.LoaderArgs) =>`
    fn head(&self, style: &Style) -> String {
        let is_bare = !style.arrow_parens && !self.parameters.contains([':', ',']);
        let parameters = if is_bare { self.parameters.to_owned() } else { format!("({})", self.parameters) };
        format!("{parameters} =>")
    }

    /// `export const loader = (args) => rootAuthLoader(args, rootLoader);`
    fn handing_over(&self, style: &Style) -> String {
        let head = format!("export const {} = {}", self.export, self.head(style));
        let semicolon = if style.semicolons { ";" } else { "" };
        let call = format!("{}({}, {}){semicolon}", self.callee, self.argument, self.inner);
        let fits = head.chars().count() + 1 + call.chars().count() <= style.width as usize;
        let gap = if fits { " ".to_owned() } else { format!("{}{}", style.eol.as_str(), style.indent.unit()) };
        format!("{head}{gap}{call}")
    }
}

/// What an item exports under a name.
fn exported<'a>(item: &'a ModuleItem, name: &str) -> Option<(&'a ModuleItem, Exported)> {
    let ModuleItem::ModuleDecl(decl) = item else { return None };
    match decl {
        ModuleDecl::ExportDecl(export) => match &export.decl {
            Decl::Fn(function) if function.ident.sym == name => {
                Some((item, Exported::Function { is_declaration: true }))
            }
            Decl::Var(vars) => {
                let is_named = |pat: &Pat| matches!(pat, Pat::Ident(ident) if ident.id.sym == name);
                let found = vars.decls.iter().find(|declarator| is_named(&declarator.name))?;
                let Pat::Ident(ident) = &found.name else { return None };
                let is_arrow = matches!(found.init.as_deref().map(unwrapped), Some(Expr::Arrow(_)));
                // A type of its own would not fit what the call gives.
                let is_plain = is_arrow && vars.decls.len() == 1 && ident.type_ann.is_none();
                let bare = matches!(found.init.as_deref(), Some(Expr::Arrow(_)));
                Some((
                    item,
                    if is_plain && bare { Exported::Function { is_declaration: false } } else { Exported::Other },
                ))
            }
            _ => None,
        },
        ModuleDecl::ExportNamed(export) => {
            let is_it = |specifier: &ExportSpecifier| match specifier {
                ExportSpecifier::Named(named) => {
                    let exported = named.exported.as_ref().unwrap_or(&named.orig);
                    matches!(exported, ModuleExportName::Ident(ident) if ident.sym == name)
                }
                _ => false,
            };
            let is_plain = |specifier: &ExportSpecifier| match specifier {
                ExportSpecifier::Named(named) => named.exported.is_none(),
                _ => false,
            };
            let source = export.src.as_ref().and_then(|source| source.value.as_str()).map(str::to_owned);
            let is_alone = matches!(export.specifiers.as_slice(), [only] if is_plain(only));
            let found = source.filter(|_| is_alone).map_or(Exported::Other, Exported::From);
            export.specifiers.iter().any(is_it).then_some((item, found))
        }
        _ => None,
    }
}

/// Where else than at `item` a name stands for a value, `typeof loader` aside; `None` where one of these could not be another name.
fn uses_as_value(module: &ParsedModule, name: &str, item: TextRange) -> Option<Vec<TextRange>> {
    struct Uses<'a> {
        module: &'a ParsedModule,
        name: &'a str,
        found: Vec<TextRange>,
        is_fixed: bool,
    }
    impl Visit for Uses<'_> {
        fn visit_ident(&mut self, ident: &Ident) {
            if ident.sym == self.name {
                self.found.push(self.module.range(ident));
            }
        }
        // `{ loader }`, `export { loader }`
        fn visit_prop(&mut self, prop: &swc_ecma_ast::Prop) {
            self.is_fixed |= matches!(prop, swc_ecma_ast::Prop::Shorthand(ident) if ident.sym == self.name);
            prop.visit_children_with(self);
        }
        // One of the same name: which of them is meant is not followed.
        fn visit_pat(&mut self, pat: &Pat) {
            if let Pat::Ident(ident) = pat {
                self.is_fixed |= ident.id.sym == self.name && !self.found.is_empty();
            }
            pat.visit_children_with(self);
        }
        fn visit_ts_type(&mut self, _: &TsType) {}
    }
    let mut uses = Uses { module, name, found: Vec::new(), is_fixed: false };
    module.program.visit_with(&mut uses);
    let elsewhere = uses.found.into_iter().filter(|range| !item.covers(*range));
    (!uses.is_fixed).then(|| elsewhere.collect())
}

struct Wrapping<'a> {
    module: &'a ParsedModule,
    bindings: &'a Bindings,
    style: &'a Style,
    outer: &'a OuterCall<'a>,
    /// The whole export.
    item: TextRange,
    function: &'a FunctionFact,
    is_declaration: bool,
    /// Where else the file uses it.
    uses: Vec<TextRange>,
}

impl Wrapping<'_> {
    fn slice(&self, from: u32, to: u32) -> &str {
        TextRange::new(from, to).slice(self.module.text()).unwrap_or_default()
    }

    /// The function as a callback within the call; `None` where that is not to be.
    fn callback(&self) -> Result<Option<EditSet>, Conflict> {
        let (function, eol, unit) = (self.function, self.style.eol.as_str(), self.style.indent.unit());
        let lead = self.slice(self.item.start(), function.body.start());
        let is_commented = self.module.has_comment_in(TextRange::new(self.item.start(), function.body.start()));
        let column = self.item.start() - self.module.lines.line_start(self.item.start());
        if !function.is_plain || is_commented || lead.contains('\n') || column > 0 {
            return Ok(None);
        }
        let OuterCall { export, callee, argument, .. } = self.outer;
        // Up to the parameters of a declaration, or up to an arrow.
        let start = match (self.is_declaration, function.open) {
            (true, Some(open)) => open - 1,
            (true, None) => return Ok(None),
            (false, _) => function.range.start(),
        };
        let is_async = if self.is_declaration && function.is_async { "async " } else { "" };
        let arrow = if self.is_declaration { "=> " } else { "" };
        let opening = format!("{callee}({argument}, {is_async}");
        let own = self.slice(start, function.body.start());
        let body = self.slice(function.body.start(), function.range.end());
        let end = self.slice(function.range.end(), self.item.end());
        let head = self.outer.head(self.style);
        let whole = format!("export const {export} = {head} {opening}{own}{arrow}{body}){end}");
        let is_flat = !whole.contains('\n') && whole.chars().count() <= self.style.width as usize;
        let first = body.split(['\r', '\n']).next().unwrap_or_default();
        let broken = [unit, &opening, own, arrow, first].iter().map(|part| part.chars().count()).sum::<usize>();
        if !is_flat && broken > self.style.width as usize {
            return Ok(None);
        }
        let gap = if is_flat { " ".to_owned() } else { format!("{eol}{unit}") };
        let text = format!("{head}{gap}{opening}");
        let mut edits = EditSet::default();
        match self.is_declaration {
            true => {
                // `export async function loader(`
                let kept = self.item.start() + "export ".len() as u32;
                edits.push(TextEdit::replacement(TextRange::new(kept, start), format!("const {export} = {text}")))?;
                edits.push(TextEdit::insertion(function.body.start(), arrow))?;
            }
            false => edits.push(TextEdit::insertion(start, text))?,
        }
        if !is_flat {
            self.move_in(&mut edits)?;
        }
        let semicolon = if self.is_declaration && self.style.semicolons { ";" } else { "" };
        edits.push(TextEdit::insertion(function.range.end(), format!("){semicolon}")))?;
        Ok(Some(edits))
    }

    /// Moves the lines of the function in by a step, those that begin within a text aside.
    fn move_in(&self, edits: &mut EditSet) -> Result<(), Conflict> {
        let mut literals = Literals { module: self.module, ranges: Vec::new() };
        self.module.program.visit_with(&mut literals);
        let body = TextRange::new(self.function.body.start(), self.function.range.end());
        let text = self.slice(body.start(), body.end());
        for (at, _) in text.match_indices('\n') {
            let start = body.start() + at as u32 + 1;
            let line = self.slice(start, body.end()).split(['\r', '\n']).next().unwrap_or_default();
            let is_fixed = literals.ranges.iter().any(|range| range.start() < start && start < range.end());
            if !is_fixed && !line.trim().is_empty() {
                edits.push(TextEdit::insertion(start, self.style.indent.unit()))?;
            }
        }
        Ok(())
    }

    /// The function under another name, handed to the call.
    fn handed_over(&self) -> Result<WrappedExport, Conflict> {
        let OuterCall { export, inner, .. } = self.outer;
        if self.bindings.is_spelled(inner) {
            return Ok(WrappedExport::Unfit(self.item, "the name that it would go by is taken"));
        }
        let text = self.slice(self.item.start(), self.item.end());
        let name = text.find(&format!(" {export}")).map(|at| self.item.start() + at as u32 + 1);
        let (Some(name), Some(rest)) = (name, text.strip_prefix("export")) else {
            return Ok(WrappedExport::Unfit(self.item, "it is no function that the file writes out"));
        };
        let mut edits = EditSet::default();
        let kept = self.item.end() - rest.trim_start().len() as u32;
        edits.push(TextEdit::replacement(TextRange::new(self.item.start(), kept), ""))?;
        edits.push(TextEdit::replacement(TextRange::new(name, name + export.len() as u32), (*inner).to_owned()))?;
        for range in &self.uses {
            edits.push(TextEdit::replacement(*range, (*inner).to_owned()))?;
        }
        let eol = self.style.eol.as_str();
        let added = format!("{eol}{eol}{}", self.outer.handing_over(self.style));
        edits.push(TextEdit::insertion(self.item.end(), added))?;
        Ok(WrappedExport::Edits(edits, self.function.range))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::tests::parsed;

    const OUTER: OuterCall<'static> = OuterCall {
        export: "loader",
        parameters: "args: Args",
        callee: "rootAuthLoader",
        argument: "args",
        inner: "rootLoader",
    };

    #[track_caller]
    fn check(before: &str, after: Option<&str>) {
        let edited = parsed("a.ts", before, |module| {
            let bindings = Bindings::new(&module);
            match wrap_export(&module, &bindings, &Style::default(), &OUTER).unwrap() {
                WrappedExport::Edits(edits, _) => Some(edits.apply(before).unwrap()),
                _ => None,
            }
        });
        assert_eq!(edited.as_deref(), after, "{before}");
    }

    #[test]
    fn a_function_becomes_the_callback() {
        check(
            "export async function loader({ request }: Args) {\n  const text = `\n a`;\n\n  return { text };\n}\n",
            Some(
                "export const loader = (args: Args) =>\n  rootAuthLoader(args, async ({ request }: Args) => {\n    const text = `\n a`;\n\n    return { text };\n  });\n",
            ),
        );
        check(
            "export const loader = () => ({ a: 1 });\n",
            Some("export const loader = (args: Args) => rootAuthLoader(args, () => ({ a: 1 }));\n"),
        );
        check(
            "export function loader() {\n  return null;\n}\ntype Data = typeof loader;\n",
            Some(
                "export const loader = (args: Args) =>\n  rootAuthLoader(args, () => {\n    return null;\n  });\ntype Data = typeof loader;\n",
            ),
        );
    }

    #[test]
    fn a_function_is_handed_over() {
        check(
            "export async function loader(this: void) {\n  return this;\n}\n",
            Some(
                "async function rootLoader(this: void) {\n  return this;\n}\n\nexport const loader = (args: Args) => rootAuthLoader(args, rootLoader);\n",
            ),
        );
    }

    #[test]
    fn a_function_that_the_file_calls_keeps_a_name() {
        check(
            "export function loader() {\n  return 1;\n}\n\nexport const action = () => loader();\n",
            Some(
                "function rootLoader() {\n  return 1;\n}\n\nexport const loader = (args: Args) => rootAuthLoader(args, rootLoader);\n\nexport const action = () => rootLoader();\n",
            ),
        );
    }

    #[test]
    fn some_are_left_alone() {
        check("export { loader } from \"./loader\";\n", None);
        check("export const loader = make();\n", None);
        check("export const loader: Loader = () => null;\n", None);
        check("export function loader() {}\nconst all = { loader };\n", None);
        check("export const loader = (args: Args) => rootAuthLoader(args);\n", None);
    }
}
