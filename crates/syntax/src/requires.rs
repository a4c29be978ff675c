//! Changes of what a file takes in by `require`, by edits alone.
//!
//! ```js
//! const { Old, Client } = require("m");
//! ```
//! with `Old` of `m` going and `New` of `n` coming becomes
//! ```js
//! const { Client } = require("m");
//! const { New } = require("n");
//! ```
//! A statement that takes `Old` alone changes in place.

use change::{Conflict, EditSet, TextEdit, TextRange};
use swc_ecma_ast::{Expr, ModuleItem, ObjectPatProp, Pat, Program, VarDecl, VarDeclarator};
use swc_ecma_visit::{Visit, VisitWith};

use crate::bindings::required;
use crate::parse::ParsedModule;
use crate::print::quoted;
use crate::style::Style;

/// What to do with the one statement that takes `name` out of the module `from`.
#[derive(Clone, Debug)]
pub struct RequireChange<'a> {
    /// The module whose export goes.
    pub from: &'a str,
    /// The export that goes.
    pub name: &'a str,
    /// Whether nothing uses it any more.
    pub drops: bool,
    /// The module that the new name is from; it begins with `from`.
    pub to: &'a str,
    /// The new name.
    pub new_name: &'a str,
    /// A module and names of it that are taken in before, where the file has no imports.
    pub before: Option<(&'a str, Vec<&'a str>)>,
}

/// Whether a file has imports or exports, so that a new import fits in.
pub fn is_es_module(module: &ParsedModule) -> bool {
    match &module.program {
        Program::Module(tree) => tree.body.iter().any(|item| matches!(item, ModuleItem::ModuleDecl(_))),
        Program::Script(_) => false,
    }
}

/// The edits of a change; `None` where the file has no such statement, several, or one in another form.
///
/// # Errors
/// A [`Conflict`] would be a defect of this function.
pub fn require_edits(
    module: &ParsedModule,
    style: &Style,
    change: &RequireChange<'_>,
) -> Result<Option<EditSet>, Conflict> {
    let mut search = Search { module, from: change.from, found: Vec::new() };
    module.program.visit_with(&mut search);
    let [(statement, declarator)] = search.found.as_slice() else { return Ok(None) };
    let line = module.lines.line_start(statement.start());
    let slice = |from, to| TextRange::new(from, to).slice(module.text()).unwrap_or_default();
    let indent = slice(line, statement.start()).to_owned();
    let rest = module.text().get(statement.end() as usize..).unwrap_or_default();
    let is_alone = indent.trim().is_empty() && rest.split('\n').next().is_none_or(|rest| rest.trim().is_empty());
    let Some(pattern) = Pattern::of(module, declarator, change.name).filter(|_| is_alone) else { return Ok(None) };
    let eol = style.eol.as_str();
    let text = |source: &str, names: &str| {
        let end = if style.semicolons { ";" } else { "" };
        format!("const {{ {names} }} = require({}){end}", quoted(source, style.quote))
    };
    let mut edits = EditSet::default();
    if let Some((source, names)) = &change.before {
        edits.push(TextEdit::insertion(
            statement.start(),
            format!("{}{eol}{indent}", text(source, &names.join(", "))),
        ))?;
    }
    match pattern {
        Pattern::Alone { name, source } if change.drops => {
            edits.push(TextEdit::replacement(name, change.new_name))?;
            let added = change.to.strip_prefix(change.from).unwrap_or_default();
            edits.push(TextEdit::insertion(source.end() - 1, added))?;
        }
        pattern => {
            if let (Pattern::Among { whole, .. }, true) = (&pattern, change.drops) {
                edits.push(TextEdit::replacement(*whole, ""))?;
            }
            let added = format!("{eol}{indent}{}", text(change.to, change.new_name));
            edits.push(TextEdit::insertion(statement.end(), added))?;
        }
    }
    Ok(Some(edits))
}

/// How a statement takes the name.
enum Pattern {
    /// `const { Old } = require("m")`
    Alone { name: TextRange, source: TextRange },
    /// `const { Old, Client } = require("m")`: the name with its comma.
    Among { whole: TextRange },
    /// `const m = require("m")`
    Namespace,
}

impl Pattern {
    fn of(module: &ParsedModule, declarator: &VarDeclarator, wanted: &str) -> Option<Self> {
        let Some(Expr::Call(call)) = declarator.init.as_deref() else { return None };
        let object = match &declarator.name {
            Pat::Ident(_) => return Some(Self::Namespace),
            Pat::Object(object) => object,
            _ => return None,
        };
        if module.has_comment_in(module.range(object)) {
            return None;
        }
        let is_it = |prop: &ObjectPatProp| matches!(prop, ObjectPatProp::Assign(prop) if prop.key.sym == wanted && prop.value.is_none());
        let index = object.props.iter().position(is_it)?;
        let own = module.range(&object.props[index]);
        if object.props.len() == 1 {
            return Some(Self::Alone { name: own, source: module.range(call.args.first()?) });
        }
        let whole = match (object.props.get(index + 1), index.checked_sub(1)) {
            (Some(next), _) => TextRange::new(own.start(), module.range(next).start()),
            (None, Some(before)) => TextRange::new(module.range(&object.props[before]).end(), own.end()),
            (None, None) => own,
        };
        Some(Self::Among { whole })
    }
}

struct Search<'a> {
    module: &'a ParsedModule,
    from: &'a str,
    found: Vec<(TextRange, VarDeclarator)>,
}

impl Visit for Search<'_> {
    fn visit_var_decl(&mut self, decl: &VarDecl) {
        if let [declarator] = decl.decls.as_slice()
            && let Some(init) = declarator.init.as_deref()
            && required(init, self.module.unresolved) == Some(self.from)
        {
            self.found.push((self.module.range(decl), declarator.clone()));
        }
        decl.visit_children_with(self);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::tests::parsed;

    #[track_caller]
    fn check(before: &str, after: Option<&str>, with_line: bool) {
        let edited = parsed("a.js", before, |module| {
            let change = RequireChange {
                from: "m",
                name: "Old",
                drops: true,
                to: "m-n",
                new_name: "New",
                before: with_line.then(|| ("k", vec!["A", "b"])),
            };
            let edits = require_edits(&module, &Style::default(), &change).unwrap();
            edits.map(|edits| edits.apply(before).unwrap())
        });
        assert_eq!(edited.as_deref(), after, "{before}");
    }

    #[test]
    fn statements_of_every_form() {
        check("const { Old } = require(\"m\");\n", Some("const { New } = require(\"m-n\");\n"), false);
        check(
            "if (x) {\n  const { Old, C } = require('m');\n}\n",
            Some("if (x) {\n  const { C } = require('m');\n  const { New } = require(\"m-n\");\n}\n"),
            false,
        );
        check(
            "const { C, Old } = require(\"m\");\n",
            Some(
                "const { A, b } = require(\"k\");\nconst { C } = require(\"m\");\nconst { New } = require(\"m-n\");\n",
            ),
            true,
        );
        check(
            "const m = require(\"m\");\n",
            Some("const m = require(\"m\");\nconst { New } = require(\"m-n\");\n"),
            false,
        );
    }

    #[test]
    fn statements_that_are_not_covered() {
        check("const { Old: P } = require(\"m\");\n", None, false);
        check("const { Old /* why */ } = require(\"m\");\n", None, false);
        check("const { Old } = require(\"m\"), b = 1;\n", None, false);
        check("const { Old } = require(\"m\"); f();\n", None, false);
        check("const { Old } = require(\"m\");\nconst n = require(\"m\");\n", None, false);
    }
}
