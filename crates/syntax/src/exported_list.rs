//! The texts of a list in an object that a file exports under a name, and one more of them.
//!
//! ```ts
//! export const config = { matcher: ["/dashboard/:path*"] };
//! ```

use change::{Conflict, EditSet, TextEdit, TextRange};
use swc_ecma_ast::{
    ArrayLit, Decl, Expr, ExprOrSpread, ModuleDecl, ModuleItem, Pat, Program, Prop, PropName, PropOrSpread,
};

use crate::bindings::{string_value, unwrapped};
use crate::parse::ParsedModule;
use crate::print::quoted;
use crate::style::{Style, TrailingComma};

/// What a file exports as a list of texts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExportedTexts {
    /// Nothing under that name.
    Missing,
    /// These, and no others.
    Texts(Vec<String>),
    /// These, and items that are no texts: `[{ source: "/a", has }, "/b"]`.
    Some(Vec<String>),
    /// Something that is not written out.
    Unknown,
}

enum Found<'a> {
    Missing,
    One(&'a Expr, String),
    List(&'a ArrayLit),
    Unknown,
}

/// The texts of the property `name` of the object that the file exports as `export`: a list, or one text.
pub fn exported_texts(module: &ParsedModule, export: &str, name: &str) -> ExportedTexts {
    match find(module, export, name) {
        Found::Missing => ExportedTexts::Missing,
        Found::One(_, text) => ExportedTexts::Texts(vec![text]),
        Found::List(list) => {
            let items = || list.elems.iter().flatten();
            let text = |item: &ExprOrSpread| string_value(&item.expr).map(str::to_owned);
            let texts: Vec<String> = items().filter_map(text).collect();
            if texts.len() == items().count() { ExportedTexts::Texts(texts) } else { ExportedTexts::Some(texts) }
        }
        Found::Unknown => ExportedTexts::Unknown,
    }
}

/// The edits that add a text to it; `None` where there is no such list.
///
/// # Errors
/// A [`Conflict`] would be a defect of this function.
pub fn add_exported_text(
    module: &ParsedModule,
    style: &Style,
    (export, name): (&str, &str),
    texts: &[String],
) -> Result<Option<EditSet>, Conflict> {
    let added: Vec<String> = texts.iter().map(|text| quoted(text, style.quote)).collect();
    let mut edits = EditSet::default();
    match find(module, export, name) {
        Found::One(value, _) => {
            let range = module.range(value);
            edits.push(TextEdit::insertion(range.start(), "["))?;
            edits.push(TextEdit::insertion(range.end(), format!(", {}]", added.join(", "))))?;
        }
        Found::List(list) => {
            let ranges: Vec<TextRange> = list.elems.iter().flatten().map(|item| module.range(item)).collect();
            let (Some(first), Some(last)) = (ranges.first(), ranges.last()) else { return Ok(None) };
            append(module, style, module.range(list), &ranges, (*first, *last), &added, &mut edits)?;
        }
        Found::Missing | Found::Unknown => return Ok(None),
    }
    Ok(Some(edits))
}

fn append(
    module: &ParsedModule,
    style: &Style,
    list: TextRange,
    items: &[TextRange],
    (first, last): (TextRange, TextRange),
    added: &[String],
    edits: &mut EditSet,
) -> Result<(), Conflict> {
    let eol = style.eol.as_str();
    let slice = |from, to| TextRange::new(from, to).slice(module.text()).unwrap_or_default();
    let line = module.lines.line_start(last.start());
    let lead = slice(line, last.start());
    if lead.trim().is_empty() && line > list.start() {
        let text: String = added.iter().map(|text| format!(",{eol}{lead}{text}")).collect();
        return edits.push(TextEdit::insertion(last.end(), text));
    }
    let start = module.lines.line_start(list.start());
    let rest = slice(start, module.text().len() as u32).lines().next().unwrap_or_default();
    let flat: String = added.iter().map(|text| format!(", {text}")).collect();
    if rest.chars().count() + flat.chars().count() <= style.width as usize
        || slice(list.start(), list.end()).contains('\n')
    {
        return edits.push(TextEdit::insertion(last.end(), flat));
    }
    let indent: String = slice(start, list.start()).chars().take_while(|c| matches!(c, ' ' | '\t')).collect();
    let inner = format!("{eol}{indent}{}", style.indent.unit());
    edits.push(TextEdit::insertion(first.start(), inner.clone()))?;
    for pair in items.windows(2) {
        edits.push(TextEdit::replacement(TextRange::new(pair[0].end(), pair[1].start()), format!(",{inner}")))?;
    }
    let text: String = added.iter().map(|text| format!(",{inner}{text}")).collect();
    let comma = if style.trailing_comma == TrailingComma::None { "" } else { "," };
    edits.push(TextEdit::replacement(TextRange::new(last.end(), list.end()), format!("{text}{comma}{eol}{indent}]")))
}

fn find<'m>(module: &'m ParsedModule, export: &str, name: &str) -> Found<'m> {
    let Program::Module(tree) = &module.program else { return Found::Unknown };
    let mut is_hidden = false;
    let value = tree.body.iter().find_map(|item| {
        let ModuleItem::ModuleDecl(decl) = item else { return None };
        match decl {
            ModuleDecl::ExportDecl(decl) => {
                let Decl::Var(vars) = &decl.decl else { return None };
                vars.decls.iter().find_map(|declarator| match &declarator.name {
                    Pat::Ident(ident) if ident.id.sym == export => declarator.init.as_deref(),
                    _ => None,
                })
            }
            // `export { config }`, `export * from "./config"`
            ModuleDecl::ExportNamed(_) | ModuleDecl::ExportAll(_) => {
                is_hidden = true;
                None
            }
            _ => None,
        }
    });
    let Some(value) = value else { return if is_hidden { Found::Unknown } else { Found::Missing } };
    let Expr::Object(object) = unwrapped(value) else { return Found::Unknown };
    for prop in &object.props {
        let PropOrSpread::Prop(prop) = prop else { return Found::Unknown };
        let Prop::KeyValue(pair) = &**prop else { return Found::Unknown };
        let is_it = match &pair.key {
            PropName::Ident(key) => key.sym == name,
            PropName::Str(key) => key.value.as_str() == Some(name),
            _ => return Found::Unknown,
        };
        if is_it {
            return match unwrapped(&pair.value) {
                Expr::Array(list) if list.elems.iter().flatten().all(|item| item.spread.is_none()) => Found::List(list),
                value => string_value(value).map_or(Found::Unknown, |text| Found::One(value, text.to_owned())),
            };
        }
    }
    Found::Missing
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::tests::parsed;

    #[track_caller]
    fn check(before: &str, after: Option<&str>) {
        let edited = parsed("a.ts", before, |module| {
            let texts = ["/mine".to_owned()];
            let edits = add_exported_text(&module, &Style::default(), ("config", "matcher"), &texts).unwrap();
            edits.map(|edits| edits.apply(before).unwrap())
        });
        assert_eq!(edited.as_deref(), after, "{before}");
    }

    #[test]
    fn a_text_is_added() {
        check(
            "export const config = { matcher: [\"/a\"] };\n",
            Some("export const config = { matcher: [\"/a\", \"/mine\"] };\n"),
        );
        check(
            "export const config = { matcher: \"/a\" };\n",
            Some("export const config = { matcher: [\"/a\", \"/mine\"] };\n"),
        );
        check(
            "export const config = {\n  matcher: [\n    // A\n    \"/a\",\n  ],\n};\n",
            Some("export const config = {\n  matcher: [\n    // A\n    \"/a\",\n    \"/mine\",\n  ],\n};\n"),
        );
        let long = "/a-path-that-is-long-enough-to-fill-the-line/:path*";
        check(
            &format!("export const config = {{\n  matcher: [\"/\", \"{long}\"],\n}};\n"),
            Some(&format!(
                "export const config = {{\n  matcher: [\n    \"/\",\n    \"{long}\",\n    \"/mine\",\n  ],\n}};\n"
            )),
        );
        check("export const config = { matcher };\n", None);
        check("export const config = { matcher: [] };\n", None);
    }

    #[test]
    fn texts_that_are_there() {
        for (text, expected) in [
            (
                "export const config = { matcher: ['/a', '/b'] };",
                ExportedTexts::Texts(vec!["/a".to_owned(), "/b".to_owned()]),
            ),
            (
                "export const config = { matcher: ['/a', { source: '/b' }] };",
                ExportedTexts::Some(vec!["/a".to_owned()]),
            ),
            ("export const config = { matcher: ['/a', ...more] };", ExportedTexts::Unknown),
            ("export const config = { matcher: '/a' } satisfies C;", ExportedTexts::Texts(vec!["/a".to_owned()])),
            ("export const config = { runtime: 'edge' };", ExportedTexts::Missing),
            ("export default 1;", ExportedTexts::Missing),
            ("export const config = makeConfig();", ExportedTexts::Unknown),
            ("const config = {}; export { config };", ExportedTexts::Unknown),
        ] {
            parsed("a.ts", text, |module| assert_eq!(exported_texts(&module, "config", "matcher"), expected, "{text}"));
        }
    }
}
