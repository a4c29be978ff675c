//! Elements put around what stands within another: one of its children, or all of them.
//!
//! ```tsx
//! <body>{children}</body>        // <body><ClerkProvider>{children}</ClerkProvider></body>, laid out
//! ```

use change::{Conflict, EditSet, TextEdit, TextRange};
use swc_ecma_ast::JSXElementChild;
use swc_ecma_visit::{Visit, VisitWith};

use crate::jsx::{ElementRewrite, Node, Rewriter, Search, Tag, tag_lines};
use crate::literals::Literals;
use crate::parse::ParsedModule;
use crate::style::Style;

/// The edits that put `tags`, outermost first, around the child of an element at `range`: `{children}`, or a fragment.
///
/// # Errors
/// A [`Conflict`] would be a defect of this function.
pub fn wrap_child(module: &ParsedModule, style: &Style, range: TextRange, tags: Vec<Tag>) -> Result<EditSet, Conflict> {
    let mut search = ChildSearch { module, range, found: None };
    module.program.visit_with(&mut search);
    let mut edits = EditSet::default();
    if let Some(child) = search.found {
        let rewrite = ElementRewrite { wrap_in: tags, ..ElementRewrite::default() };
        let node = Node::Child(&child);
        Rewriter { module, style, node, range, rewrite: &rewrite, pulled: None }.edits(&mut edits)?;
    }
    Ok(edits)
}

/// The edits that put `tag` around all that is in the element at `range`; `None` where its tags do not stand on lines of their own.
///
/// # Errors
/// A [`Conflict`] would be a defect of this function.
pub fn wrap_children(
    module: &ParsedModule,
    style: &Style,
    range: TextRange,
    tag: &Tag,
) -> Result<Option<EditSet>, Conflict> {
    let mut search = Search { module, range, found: None };
    module.program.visit_with(&mut search);
    let lines = search.found.as_ref().and_then(|element| Some((element, tag_lines(module, element)?)));
    let Some((element, (open, close))) = lines else { return Ok(None) };
    let rewrite = ElementRewrite::default();
    let rewriter = Rewriter { module, style, node: Node::Element(element), range, rewrite: &rewrite, pulled: None };
    let (eol, unit) = (style.eol.as_str(), style.indent.unit());
    let closing = rewriter.slice(close);
    let own = closing.get(..closing.len() - closing.trim_start().len()).unwrap_or_default();
    let indent = format!("{own}{unit}");
    let opening = rewriter.opening_text(tag, &indent, rewriter.columns(&indent));
    let mut literals = Literals { module, ranges: Vec::new() };
    module.program.visit_with(&mut literals);
    let mut edits = EditSet::default();
    let inside = TextRange::new(open.end(), close.start());
    let mut lead = format!("{indent}{opening}{eol}");
    let mut start = inside.start();
    for line in rewriter.slice(inside).split_inclusive('\n') {
        let is_fixed = literals.ranges.iter().any(|range| range.start() < start && start < range.end());
        let step = if is_fixed || line.trim().is_empty() { "" } else { unit };
        let text = format!("{}{step}", std::mem::take(&mut lead));
        if !text.is_empty() {
            edits.push(TextEdit::insertion(start, text))?;
        }
        start += line.len() as u32;
    }
    edits.push(TextEdit::insertion(close.start(), format!("{lead}{indent}</{}>{eol}", tag.name)))?;
    Ok(Some(edits))
}

struct ChildSearch<'a> {
    module: &'a ParsedModule,
    range: TextRange,
    found: Option<JSXElementChild>,
}

impl Visit for ChildSearch<'_> {
    fn visit_jsx_element_child(&mut self, child: &JSXElementChild) {
        if self.module.range(child) == self.range {
            self.found = Some(child.clone());
        } else {
            child.visit_children_with(self);
        }
    }
}
