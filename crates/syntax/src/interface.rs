//! One more member of an interface, in the form of the last one.
//!
//! ```ts
//! interface ImportMetaEnv {
//!   readonly VITE_CONVEX_URL: string;
//! }
//! ```

use change::{TextEdit, TextRange};
use swc_ecma_ast::{Expr, TsInterfaceDecl, TsTypeElement};
use swc_ecma_visit::{Visit, VisitWith};

use crate::parse::ParsedModule;

/// The edit that adds the member `name` to the interface `interface`: `None` where it is not declared, has no member to go by, or has this
/// one.
pub fn add_interface_member(module: &ParsedModule, interface: &str, name: &str) -> Option<TextEdit> {
    let mut search = Search { interface, found: None };
    module.program.visit_with(&mut search);
    let declaration = search.found?;
    let key = |member: &TsTypeElement| match member {
        TsTypeElement::TsPropertySignature(property) => match &*property.key {
            Expr::Ident(ident) => Some(ident.sym.to_string()),
            _ => None,
        },
        _ => None,
    };
    if declaration.body.body.iter().any(|member| key(member).as_deref() == Some(name)) {
        return None;
    }
    let last = declaration.body.body.iter().rev().find_map(|member| match member {
        TsTypeElement::TsPropertySignature(property) if key(member).is_some() => Some(property),
        _ => None,
    })?;
    let range = module.range(last);
    let slice = |range: TextRange| range.slice(module.text()).unwrap_or_default();
    // `readonly VITE_CONVEX_URL?: string;`: how it is written is taken over, its type is not.
    let readonly = if last.readonly { "readonly " } else { "" };
    let optional = if last.optional { "?" } else { "" };
    let member = format!("{readonly}{name}{optional}: string");
    let rest = module.text().get(range.start() as usize..)?;
    let written = slice(range).trim_end_matches([';', ',']).len();
    let end = rest.get(written..)?.chars().next().filter(|c| [';', ','].contains(c));
    let line = module.lines.line_start(range.start());
    let lead = slice(TextRange::new(line, range.start()));
    let eol = if module.text().contains("\r\n") { "\r\n" } else { "\n" };
    let end_text = end.map(String::from).unwrap_or_default();
    let at = range.start() + written as u32 + end.map_or(0, |_| 1);
    // A comment after the member stays with it.
    let line_end = module.text().get(at as usize..)?.find(['\r', '\n']).map_or(at, |length| at + length as u32);
    Some(match lead.trim().is_empty() {
        true => TextEdit::insertion(line_end, format!("{eol}{lead}{member}{end_text}")),
        false => TextEdit::insertion(at, format!("{} {member}{end_text}", if end.is_some() { "" } else { ";" })),
    })
}

struct Search<'a> {
    interface: &'a str,
    found: Option<TsInterfaceDecl>,
}

impl Visit for Search<'_> {
    fn visit_ts_interface_decl(&mut self, declaration: &TsInterfaceDecl) {
        if declaration.id.sym == self.interface {
            self.found = Some(declaration.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::tests::parsed;
    use change::EditSet;

    fn added(text: &str) -> Option<String> {
        let edit = parsed("env.d.ts", text, |module| add_interface_member(&module, "Env", "NEW"))?;
        let mut edits = EditSet::default();
        edits.push(edit).unwrap();
        edits.apply(text)
    }

    #[test]
    fn the_new_member_is_like_the_last() {
        for (before, after) in [
            (
                "interface Env {\n  readonly A: string; // a\n}\n",
                "interface Env {\n  readonly A: string; // a\n  readonly NEW: string;\n}\n",
            ),
            (
                "declare global {\n\tinterface Env {\n\t\tA?: boolean\n\t}\n}\n",
                "declare global {\n\tinterface Env {\n\t\tA?: boolean\n\t\tNEW?: string\n\t}\n}\n",
            ),
            ("interface Env { A: string; }\r\n", "interface Env { A: string; NEW: string; }\r\n"),
            ("interface Env { A: string }\n", "interface Env { A: string; NEW: string }\n"),
        ] {
            assert_eq!(added(before).as_deref(), Some(after));
        }
    }

    #[test]
    fn what_can_not_be_added() {
        for text in ["interface Env {}\n", "interface Env { NEW: string }\n", "interface Other { A: string }\n"] {
            assert_eq!(added(text), None, "{text}");
        }
    }
}
