//! What a gate may stand around, and where within a component: not around the document, a router or another provider, not within running
//! text or a list.
//!
//! ```tsx
//! <ul>{rows.map((row) => <Row key={row.id} />)}</ul>      // the gate goes around the <ul>
//! ```

use change::TextRange;
use syntax::{FileFacts, JsxFact, JsxId, Reference, Value};

use super::Why;

/// Elements in which no paragraph and no button may stand.
const NARROW: [&str; 26] = [
    "p", "ul", "ol", "dl", "table", "tbody", "thead", "tfoot", "tr", "select", "optgroup", "datalist", "span",
    "button", "a", "label", "h1", "h2", "h3", "h4", "h5", "h6", "svg", "g", "small", "strong",
];
/// What routers have, what may stand in them only, and what belongs at the root.
const ROUTERS: [&str; 17] = [
    "Router",
    "Routes",
    "Route",
    "Switch",
    "Stack",
    "Tabs",
    "Drawer",
    "NativeTabs",
    "Slot",
    "Screen",
    "StrictMode",
    "NavigationContainer",
    "Scripts",
    "ScrollRestoration",
    "HeadContent",
    "Meta",
    "Links",
];

/// The name of a tag, as far as it has one.
pub(super) fn tag_name(fact: &JsxFact) -> &str {
    match &fact.tag {
        Reference::Imported(imported) => match &imported.export {
            change::ImportedName::Named(name) => name,
            _ => "",
        },
        Reference::Local(name) | Reference::Global(name) | Reference::Html(name) | Reference::Member(name) => name,
        Reference::Other => "",
    }
}

/// Whether no gate may stand around an element.
pub(super) fn is_forbidden(fact: &JsxFact) -> bool {
    match &fact.tag {
        Reference::Html(name) => ["html", "body", "head"].contains(&&**name),
        _ => tag_name(fact).ends_with("Provider") || is_router(fact),
    }
}

/// Whether an element is a router, or of what a router or the root is made: what stands in it has to stay what it is.
pub(super) fn is_router(fact: &JsxFact) -> bool {
    let name = tag_name(fact);
    let has_name = name.ends_with("Router") || name.ends_with("Routes") || name == "RouterProvider";
    let is_known = match &fact.tag {
        Reference::Imported(imported) => {
            let packages = ["react-router", "@tanstack/", "expo-router", "wouter", "@react-navigation/", "@remix-run/"];
            imported.module == "react" || packages.iter().any(|package| imported.module.starts_with(package))
        }
        Reference::Member(_) => true,
        _ => false,
    };
    has_name || (is_known && ROUTERS.contains(&name))
}

/// A range of a file on its way outwards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ground {
    pub(super) range: TextRange,
    /// The element around it, be it as a child or in an attribute.
    pub(super) holder: Option<JsxId>,
}

/// The child of an element that holds a range: an element, or an expression.
pub(super) fn child_at(facts: &FileFacts, holder: JsxId, range: TextRange) -> Option<(usize, TextRange)> {
    let flow = facts.flow.element(holder)?;
    let found = flow.ranges.iter().position(|child| child.covers(range))?;
    Some((found, *flow.ranges.get(found)?))
}

/// Where a gate around the element `id` would stand: around the element, or what it is part of within its component.
pub(super) fn ground(facts: &FileFacts, text: &str, id: JsxId) -> Result<Ground, Why> {
    let element = facts.element(id).ok_or(Why::Form)?;
    let keyed = |fact: &JsxFact| fact.attributes.iter().any(|attribute| attribute.name.as_deref() == Some("key"));
    let mut at = Ground { range: element.range, holder: element.parent };
    let mut owner = element.owner;
    let mut is_keyed = keyed(element);
    loop {
        let Some((id, holder)) = at.holder.and_then(|id| Some((id, facts.element(id)?))) else {
            return if is_keyed { Err(Why::Form) } else { Ok(at) };
        };
        let child = child_at(facts, id, at.range);
        let is_narrow = matches!(&holder.tag, Reference::Html(name) if NARROW.contains(&&**name));
        let is_called = holder.owner != owner;
        let is_listed = child.is_some_and(|(index, _)| {
            let value = facts.flow.element(id).and_then(|flow| flow.children.get(index));
            // `{rows.map((row) => <Row />)}`; not `{(row) => <Row />}`, which has to stay what it is.
            is_called && !matches!(value, Some(Value::Function(_)))
        });
        match child {
            Some((_, range)) if is_keyed || is_listed => {
                at.range = range;
                owner = holder.owner;
                is_keyed = false;
            }
            None if is_keyed => return Err(Why::Form),
            Some((_, range)) if is_narrow || (range == at.range && has_text_beside(text, range)) => {
                at = Ground { range: holder.range, holder: holder.parent };
                owner = holder.owner;
                is_keyed = keyed(holder);
            }
            _ => return Ok(at),
        }
    }
}

/// Whether text stands on the same line as a child of an element: `Hello <Name />!`.
fn has_text_beside(text: &str, range: TextRange) -> bool {
    let (start, end) = (range.start() as usize, range.end() as usize);
    let line = text.get(..start).and_then(|before| before.rsplit('\n').next()).unwrap_or_default();
    let rest = text.get(end..).and_then(|after| after.split('\n').next()).unwrap_or_default();
    let before = line.trim_end().chars().next_back();
    let after = rest.trim().chars().next();
    let is_text = |c: char| !"<>{}()".contains(c);
    before.is_some_and(is_text) || after.is_some_and(is_text)
}
