//! Where white space at the start of a line is part of a value, so that the line may not be moved.

use change::TextRange;
use swc_ecma_ast::{JSXAttrOrSpread, JSXElementName, JSXText, Str, Tpl};
use swc_ecma_visit::{Visit, VisitWith};

use crate::parse::ParsedModule;

/// Where whitespace at the start of a line is part of a value.
pub(crate) struct Literals<'a> {
    pub(crate) module: &'a ParsedModule,
    pub(crate) ranges: Vec<TextRange>,
}

impl Visit for Literals<'_> {
    fn visit_tpl(&mut self, template: &Tpl) {
        // The text between the expressions only: a JSX element inside `${…}` moves with its lines.
        for quasi in &template.quasis {
            let range = self.module.range(quasi);
            self.ranges.push(TextRange::new(range.start().saturating_sub(1), range.end() + 1));
        }
        template.visit_children_with(self);
    }

    fn visit_str(&mut self, text: &Str) {
        self.ranges.push(self.module.range(text));
    }

    // JSX text is trimmed line by line: its lines may move.
    fn visit_jsx_text(&mut self, _: &JSXText) {}

    fn visit_jsx_element_name(&mut self, _: &JSXElementName) {}

    fn visit_jsx_attr_or_spread(&mut self, attribute: &JSXAttrOrSpread) {
        attribute.visit_children_with(self);
    }
}
