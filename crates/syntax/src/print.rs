//! New fragments as text, in a file's style. The only caller of `swc_ecma_codegen`, which prints nothing that was in the file
//! before: it would lose comments and change the layout of what nobody asked it to touch.

use swc_common::SourceMap;
use swc_common::sync::Lrc;
use swc_ecma_ast::{JSXAttr, Str};
use swc_ecma_codegen::text_writer::JsWriter;
use swc_ecma_codegen::{Config, Emitter, Node};
use swc_ecma_visit::{VisitMut, VisitMutWith};

use crate::style::{Quote, Style};

/// Prints new nodes in a style, each on one line; where lines break is the caller's business.
pub(crate) struct Printer<'a> {
    style: &'a Style,
}

impl<'a> Printer<'a> {
    pub(crate) fn new(style: &'a Style) -> Self {
        Self { style }
    }

    /// The text of a node, its strings in the style's quotes.
    pub(crate) fn print<N: Node + VisitMutWith<Quotes>>(&self, mut node: N) -> String {
        node.visit_mut_with(&mut Quotes { code: self.style.quote, jsx: self.style.jsx_quote });
        let mut text = Vec::new();
        let map: Lrc<SourceMap> = Lrc::default();
        let writer = JsWriter::new(map.clone(), "\n", &mut text, None);
        let mut emitter = Emitter { cfg: Config::default(), cm: map, comments: None, wr: writer };
        // Writing to memory can't fail.
        let _ = node.emit_with(&mut emitter);
        String::from_utf8(text).unwrap_or_default()
    }
}

/// Sets the `raw` text of strings, which is what codegen prints verbatim.
pub(crate) struct Quotes {
    code: Quote,
    jsx: Quote,
}

impl VisitMut for Quotes {
    fn visit_mut_jsx_attr(&mut self, attr: &mut JSXAttr) {
        let code = std::mem::replace(&mut self.code, self.jsx);
        if let Some(swc_ecma_ast::JSXAttrValue::Str(text)) = &mut attr.value {
            self.visit_mut_str(text);
        }
        self.code = code;
        if !matches!(attr.value, Some(swc_ecma_ast::JSXAttrValue::Str(_))) {
            attr.value.visit_mut_with(self);
        }
    }

    fn visit_mut_str(&mut self, text: &mut Str) {
        let value = text.value.to_string_lossy();
        text.raw = Some(quoted(&value, self.code).into());
    }
}

/// `value` between quotes of the wished kind, or of the other where that spares an escape, as Prettier has it.
pub(crate) fn quoted(value: &str, quote: Quote) -> String {
    let (wished, other) = match quote {
        Quote::Double => ('"', '\''),
        Quote::Single => ('\'', '"'),
    };
    let quote = if value.matches(wished).count() > value.matches(other).count() { other } else { wished };
    let mut text = String::from(quote);
    for c in value.chars() {
        match c {
            '\n' => text.push_str("\\n"),
            '\r' => text.push_str("\\r"),
            c => {
                if c == quote || c == '\\' {
                    text.push('\\');
                }
                text.push(c);
            }
        }
    }
    text.push(quote);
    text
}
