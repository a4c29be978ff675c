//! A list in the configuration that a file exports: what is in it, and one more item.
//!
//! ```ts
//! const providers = [{ domain: process.env.ISSUER!, applicationID: "convex" }];
//! export default { providers } satisfies AuthConfig;
//! ```

use change::{Conflict, EditSet, TextEdit, TextRange};
use swc_ecma_ast::{
    ArrayLit, Expr, KeyValueProp, ModuleDecl, ModuleItem, ObjectLit, Pat, Program, Prop, PropName, PropOrSpread, Stmt,
    VarDeclKind,
};

use crate::bindings::{string_value, unwrapped};
use crate::build::{self, Expression};
use crate::parse::ParsedModule;
use crate::print::{Printer, quoted};
use crate::style::{Style, TrailingComma};

/// What an item of the list says, as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigItem {
    /// Its properties; none where it is no object.
    pub properties: Vec<ConfigValue>,
    /// Whether it may have others: `{ ...base }`, or no object at all.
    pub is_open: bool,
    /// Where it is.
    pub range: TextRange,
}

/// A property of an item of such a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigValue {
    /// Its name.
    pub name: String,
    /// The source of its value.
    pub source: String,
    /// What it is, where it is a text that is written out.
    pub text: Option<String>,
    /// Where its value is.
    pub range: TextRange,
}

/// A property of a new item: its name, and its value.
pub type ConfigProperty = (&'static str, Expression);

/// The items of the list `name` of a file's default export; `None` where it can't be found in the file itself.
pub fn config_items(module: &ParsedModule, name: &str) -> Option<Vec<ConfigItem>> {
    let list = list_in(module, name)?;
    let value = |name: String, expr: &Expr| {
        let range = module.range(expr);
        let source = range.slice(module.text()).unwrap_or_default().to_owned();
        ConfigValue { name, source, text: text_of(unwrapped(expr)), range }
    };
    let items = list.elems.iter().flatten().map(|element| {
        let range = module.range(&*element.expr);
        let Expr::Object(object) = unwrapped(&element.expr) else {
            return ConfigItem { properties: Vec::new(), is_open: true, range };
        };
        let properties = object.props.iter().filter_map(|prop| match prop {
            PropOrSpread::Prop(prop) => match &**prop {
                Prop::KeyValue(pair) => Some(value(key_of(&pair.key)?, &pair.value)),
                Prop::Shorthand(name) => {
                    let (name, range) = (name.sym.to_string(), module.range(name));
                    Some(ConfigValue { source: name.clone(), name, text: None, range })
                }
                _ => None,
            },
            PropOrSpread::Spread(_) => None,
        });
        let is_open = object.props.iter().any(|prop| matches!(prop, PropOrSpread::Spread(_)));
        ConfigItem { properties: properties.collect(), is_open, range }
    });
    Some(items.collect())
}

/// What an expression is, where it is a text that is written out: `"a"`, `` `a` ``.
fn text_of(expr: &Expr) -> Option<String> {
    match expr {
        Expr::Tpl(template) if template.exprs.is_empty() => template.quasis.first().map(|text| text.raw.to_string()),
        expr => string_value(expr).map(str::to_owned),
    }
}

/// The edits that add an item at the end of the list `name`; `None` where the list can't be found.
///
/// # Errors
/// A [`Conflict`] would be a defect of this function.
pub fn append_config_item(
    module: &ParsedModule,
    style: &Style,
    name: &str,
    item: &[ConfigProperty],
) -> Result<Option<EditSet>, Conflict> {
    let Some(list) = list_in(module, name) else { return Ok(None) };
    // What stands between the items of one line would have to find a line of its own.
    let range = module.range(list);
    let is_one_line = range.slice(module.text()).is_some_and(|text| !text.contains('\n'));
    if list.elems.iter().any(Option::is_none) || (is_one_line && module.has_comment_in(range)) {
        return Ok(None);
    }
    let mut edits = EditSet::default();
    Appender { module, style, list, range: module.range(list) }.edits(item, &mut edits)?;
    Ok(Some(edits))
}

/// A new file that exports the list `name` with one item, checked against the type `type_of` of a module where that is known.
pub fn config_module(style: &Style, name: &str, item: &[ConfigProperty], type_of: Option<(&str, &str)>) -> String {
    let (eol, unit) = (style.eol.as_str(), style.indent.unit());
    let semicolon = if style.semicolons { ";" } else { "" };
    let comma = if style.trailing_comma == TrailingComma::None { "" } else { "," };
    let item = expanded(style, &unit.repeat(2), item);
    let pad = if style.bracket_spacing { " " } else { "" };
    let (import, satisfies) = match type_of {
        Some((module, name)) => {
            let module = quoted(module, style.quote);
            let import = format!("import type {{{pad}{name}{pad}}} from {module}{semicolon}{eol}{eol}");
            (import, format!(" satisfies {name}"))
        }
        None => (String::new(), String::new()),
    };
    format!(
        "{import}export default {{{eol}{unit}{name}: [{eol}{unit}{unit}{item}{comma}{eol}{unit}]{comma}{eol}}}{satisfies}{semicolon}{eol}"
    )
}

fn printed(style: &Style, value: &Expression) -> String {
    Printer::new(style).print(*value.0.clone())
}

/// `{ domain: x, applicationID: "convex" }`
fn on_one_line(style: &Style, item: &[ConfigProperty]) -> String {
    let pairs: Vec<String> = item.iter().map(|(name, value)| format!("{name}: {}", printed(style, value))).collect();
    let pad = if style.bracket_spacing { " " } else { "" };
    format!("{{{pad}{}{pad}}}", pairs.join(", "))
}

/// The same with a line for each property, in lines that begin with `indent`.
fn expanded(style: &Style, indent: &str, item: &[ConfigProperty]) -> String {
    let (eol, unit) = (style.eol.as_str(), style.indent.unit());
    let comma = if style.trailing_comma == TrailingComma::None { "" } else { "," };
    let lines: Vec<String> =
        item.iter().map(|(name, value)| format!("{indent}{unit}{name}: {}", printed(style, value))).collect();
    format!("{{{eol}{}{comma}{eol}{indent}}}", lines.join(&format!(",{eol}")))
}

fn list_in<'m>(module: &'m ParsedModule, name: &str) -> Option<&'m ArrayLit> {
    let object = exported(module)?;
    let is_named = |prop: &PropOrSpread| match prop {
        PropOrSpread::Prop(prop) => match &**prop {
            Prop::KeyValue(pair) => key_of(&pair.key).as_deref() == Some(name),
            Prop::Shorthand(ident) => ident.sym == name,
            _ => false,
        },
        PropOrSpread::Spread(_) => false,
    };
    // The last wins: `{ providers: [], ...base }`, and the same key twice.
    let at = object.props.iter().rposition(is_named)?;
    let is_hidden = object.props.iter().skip(at).any(|prop| matches!(prop, PropOrSpread::Spread(_)));
    if is_hidden || object.props.iter().filter(|prop| is_named(prop)).count() > 1 {
        return None;
    }
    object.props.iter().skip(at).find_map(|prop| {
        let PropOrSpread::Prop(prop) = prop else { return None };
        let value = match &**prop {
            Prop::KeyValue(KeyValueProp { key, value }) if key_of(key).as_deref() == Some(name) => &**value,
            Prop::Shorthand(ident) if ident.sym == name => constant(module, name)?,
            _ => return None,
        };
        match followed(module, value) {
            Expr::Array(list) => Some(list),
            _ => None,
        }
    })
}

/// The object that `export default` gives, or `module.exports`.
fn exported(module: &ParsedModule) -> Option<&ObjectLit> {
    let value = match &module.program {
        Program::Module(tree) => tree.body.iter().find_map(|item| match item {
            ModuleItem::ModuleDecl(ModuleDecl::ExportDefaultExpr(export)) => Some(&*export.expr),
            ModuleItem::ModuleDecl(ModuleDecl::TsExportAssignment(export)) => Some(&*export.expr),
            _ => None,
        }),
        Program::Script(_) => None,
    }?;
    match followed(module, value) {
        Expr::Object(object) => Some(object),
        _ => None,
    }
}

/// An expression, or what the constant is that it names.
fn followed<'m>(module: &'m ParsedModule, expr: &'m Expr) -> &'m Expr {
    match unwrapped(expr) {
        Expr::Ident(ident) => constant(module, &ident.sym).map_or(expr, unwrapped),
        expr => expr,
    }
}

/// What a constant of the file is set to.
fn constant<'m>(module: &'m ParsedModule, name: &str) -> Option<&'m Expr> {
    let Program::Module(tree) = &module.program else { return None };
    let decls = tree.body.iter().filter_map(|item| match item {
        ModuleItem::Stmt(Stmt::Decl(decl)) => Some(decl),
        ModuleItem::ModuleDecl(ModuleDecl::ExportDecl(export)) => Some(&export.decl),
        _ => None,
    });
    // A `let` may be another thing by the time it is exported.
    let constants = decls.filter_map(|decl| decl.as_var()).filter(|vars| vars.kind == VarDeclKind::Const);
    let declarators = constants.flat_map(|vars| &vars.decls);
    let named = declarators.filter(|declarator| matches!(&declarator.name, Pat::Ident(ident) if ident.id.sym == name));
    named.filter_map(|declarator| declarator.init.as_deref()).next()
}

fn key_of(key: &PropName) -> Option<String> {
    match key {
        PropName::Ident(name) => Some(name.sym.to_string()),
        PropName::Str(text) => Some(text.value.to_string_lossy().into_owned()),
        _ => None,
    }
}

struct Appender<'a> {
    module: &'a ParsedModule,
    style: &'a Style,
    list: &'a ArrayLit,
    range: TextRange,
}

impl Appender<'_> {
    fn edits(&self, item: &[ConfigProperty], edits: &mut EditSet) -> Result<(), Conflict> {
        let (eol, unit) = (self.style.eol.as_str(), self.style.indent.unit());
        let comma = if self.style.trailing_comma == TrailingComma::None { "" } else { "," };
        let outside = self.indent_at(self.range.start());
        let is_one_line = !self.slice(self.range).contains('\n');
        let items: Vec<TextRange> =
            self.list.elems.iter().flatten().map(|element| self.module.range(element)).collect();
        let close = self.range.end() - 1;
        let Some(last) = items.last() else { return self.first_item(item, close, &outside, edits) };
        let indent = if is_one_line { format!("{outside}{unit}") } else { self.indent_at(last.start()) };
        let text = self.item_text(item, &indent, !self.slice(*last).contains('\n'));
        if is_one_line {
            // `[{ … }]`: its items go on lines of their own.
            let gap = format!("{eol}{indent}");
            let mut from = self.range.start() + 1;
            for (index, range) in items.iter().enumerate() {
                let between = if index == 0 { gap.clone() } else { format!(",{gap}") };
                edits.push(TextEdit::replacement(TextRange::new(from, range.start()), between))?;
                from = range.end();
            }
            let end = TextRange::new(from, close);
            return edits.push(TextEdit::replacement(end, format!(",{gap}{text}{comma}{eol}{outside}")));
        }
        let has_comma = self.comma_after(last.end(), close);
        if has_comma.is_none() {
            edits.push(TextEdit::insertion(last.end(), ","))?;
        }
        let anchor = self.after_comments(has_comma.map_or(last.end(), |comma| comma + 1), close);
        let comma = if has_comma.is_some() { "," } else { comma };
        edits.push(TextEdit::insertion(anchor, format!("{eol}{indent}{text}{comma}")))
    }

    /// `[]`, or a list of comments only.
    fn first_item(
        &self,
        item: &[ConfigProperty],
        close: u32,
        outside: &str,
        edits: &mut EditSet,
    ) -> Result<(), Conflict> {
        let (eol, unit) = (self.style.eol.as_str(), self.style.indent.unit());
        let comma = if self.style.trailing_comma == TrailingComma::None { "" } else { "," };
        let start = self.range.start() + 1;
        let anchor = self.after_comments(start, close);
        let comment = self.module.comments.iter().find(|comment| self.range.covers(comment.range));
        let indent = match comment {
            Some(comment) if self.is_first(comment.range.start()) => self.indent_at(comment.range.start()),
            _ => format!("{outside}{unit}"),
        };
        let text = expanded(self.style, &indent, item);
        let rest = TextRange::new(anchor, close);
        edits.push(TextEdit::replacement(rest, format!("{eol}{indent}{text}{comma}{eol}{outside}")))
    }

    fn item_text(&self, item: &[ConfigProperty], indent: &str, like_one_line: bool) -> String {
        let line = on_one_line(self.style, item);
        let columns = indent.chars().map(|c| if c == '\t' { self.style.tab_width as usize } else { 1 }).sum::<usize>();
        match like_one_line && columns + line.chars().count() < self.style.width as usize {
            true => line,
            false => expanded(self.style, indent, item),
        }
    }

    /// The comma after an item, comments aside.
    fn comma_after(&self, from: u32, to: u32) -> Option<u32> {
        let bytes = self.module.text().as_bytes();
        (from..to).find(|offset| {
            bytes.get(*offset as usize) == Some(&b',')
                && !self.module.comments.iter().any(|comment| comment.range.contains(*offset))
        })
    }

    /// The end of the last comment between two offsets, or the first of them.
    fn after_comments(&self, from: u32, to: u32) -> u32 {
        let within = self.module.comments.iter().filter(|comment| TextRange::new(from, to).covers(comment.range));
        within.map(|comment| comment.range.end()).max().unwrap_or(from)
    }

    /// Whether an offset is that of the first character of its line, blanks aside.
    fn is_first(&self, offset: u32) -> bool {
        let line = self.module.lines.line_start(offset);
        self.slice(TextRange::new(line, offset)).trim().is_empty()
    }

    fn indent_at(&self, offset: u32) -> String {
        let line = self.module.lines.line_start(offset);
        let lead = self.slice(TextRange::new(line, offset)).trim_start_matches('\u{feff}');
        lead.chars().take_while(|c| matches!(c, ' ' | '\t')).collect()
    }

    fn slice(&self, range: TextRange) -> &str {
        range.slice(self.module.text()).unwrap_or_default()
    }
}

/// `"text"`
pub fn text_literal(text: &str) -> Expression {
    Expression(Box::new(Expr::Lit(swc_ecma_ast::Lit::Str(build::string(text)))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::build::{env_member, non_null};
    use crate::parse::tests::parsed;

    fn item() -> Vec<ConfigProperty> {
        vec![("domain", non_null(env_member("process.env", "D", false))), ("id", text_literal("c"))]
    }

    #[track_caller]
    fn check(before: &str, after: &str) {
        let edited = parsed("a.ts", before, |module| {
            let edits = append_config_item(&module, &Style::default(), "list", &item()).unwrap();
            edits.map(|edits| edits.apply(before).unwrap())
        });
        assert_eq!(edited.as_deref(), Some(after));
    }

    #[test]
    fn lists_on_lines() {
        check(
            "export default {\n  list: [\n    // a\n    { x: 1 },\n  ],\n} satisfies T;\n",
            "export default {\n  list: [\n    // a\n    { x: 1 },\n    { domain: process.env.D!, id: \"c\" },\n  ],\n} satisfies T;\n",
        );
        check(
            "const list = [\n  {\n    x: 1\n  } // why\n]\nexport default { list }\n",
            "const list = [\n  {\n    x: 1\n  }, // why\n  {\n    domain: process.env.D!,\n    id: \"c\",\n  },\n]\nexport default { list }\n",
        );
        check(
            "export default {\n  list: [\n    // { x: 1 },\n  ],\n};\n",
            "export default {\n  list: [\n    // { x: 1 },\n    {\n      domain: process.env.D!,\n      id: \"c\",\n    },\n  ],\n};\n",
        );
    }

    #[test]
    fn lists_on_one_line() {
        check(
            "const c: T = { list: [{ x: 1 }] };\nexport default c;\n",
            "const c: T = { list: [\n  { x: 1 },\n  { domain: process.env.D!, id: \"c\" },\n] };\nexport default c;\n",
        );
        check(
            "export default { list: [] };\n",
            "export default { list: [\n  {\n    domain: process.env.D!,\n    id: \"c\",\n  },\n] };\n",
        );
    }

    #[test]
    fn spreads_stay_spreads() {
        check(
            "export default { list: [...base, { x: 1 }] };\n",
            "export default { list: [\n  ...base,\n  { x: 1 },\n  { domain: process.env.D!, id: \"c\" },\n] };\n",
        );
    }

    #[test]
    fn lists_that_are_not_the_ones_in_force() {
        for text in [
            "export default { list: [], ...base };\n",
            "export default { list: [], list: [] };\n",
            "let list = [];\nlist = other;\nexport default { list };\n",
            "export default { list: [/* a */ { x: 1 }] };\n",
        ] {
            let edits =
                parsed("a.ts", text, |module| append_config_item(&module, &Style::default(), "list", &item()).unwrap());
            assert_eq!(edits, None, "{text}");
        }
    }

    #[test]
    fn what_is_not_in_the_file_is_not_found() {
        for text in ["export default { list: make() };\n", "export default make();\n", "export const list = [];\n"] {
            let items = parsed("a.ts", text, |module| config_items(&module, "list"));
            assert_eq!(items, None, "{text}");
        }
        let items = parsed("a.ts", "export default { list: [{ a: b!, 'c': \"d\" }, e] } as T;\n", |module| {
            config_items(&module, "list").unwrap()
        });
        let sources: Vec<(&str, &str, Option<&str>)> = items[0]
            .properties
            .iter()
            .map(|value| (value.name.as_str(), value.source.as_str(), value.text.as_deref()))
            .collect();
        assert_eq!(sources, [("a", "b!", None), ("c", "\"d\"", Some("d"))]);
        assert_eq!((items.len(), items[1].properties.len()), (2, 0));
    }

    #[test]
    fn a_new_file() {
        let text = config_module(&Style::default(), "list", &item(), Some(("m", "T")));
        let expected = "import type { T } from \"m\";\n\nexport default {\n  list: [\n    {\n      domain: process.env.D!,\n      id: \"c\",\n    },\n  ],\n} satisfies T;\n";
        assert_eq!(text, expected);
    }
}
