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
const NARROW: [&str; 36] = [
    "p", "ul", "ol", "dl", "table", "tbody", "thead", "tfoot", "tr", "select", "optgroup", "datalist", "span",
    "button", "a", "label", "h1", "h2", "h3", "h4", "h5", "h6", "svg", "g", "small", "strong", "em", "b", "i", "code",
    "summary", "dt", "pre", "sub", "sup", "mark",
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

/// Whether an element is one for each of a list: `{rows.map((row) => <Row key={row.id} />)}`.
pub(super) fn is_listed(facts: &FileFacts, id: JsxId) -> bool {
    let Some(element) = facts.element(id) else { return false };
    let is_keyed = element.attributes.iter().any(|attribute| attribute.name.as_deref() == Some("key"));
    // `<FlatList renderItem={({ item }) => <Row item={item} />} />`
    let in_row =
        element.parent.and_then(|parent| Some((parent, facts.element(parent)?))).is_some_and(|(id, holder)| {
            let mut attributes = holder.attributes.iter();
            child_at(facts, id, element.range).is_none()
                && attributes.any(|a| a.name.as_deref() == Some("renderItem") && a.range.covers(element.range))
        });
    let in_call =
        element.parent.and_then(|parent| Some((parent, facts.element(parent)?))).is_some_and(|(id, holder)| {
            let value = child_at(facts, id, element.range).and_then(|(at, _)| facts.flow.element(id)?.children.get(at));
            holder.owner != element.owner && matches!(value, Some(Value::Call(_)))
        });
    is_keyed || in_call || in_row
}

/// Whether what stands in an element has to be fit for running text, or is counted or taken apart by it.
pub(super) fn is_narrow(fact: &JsxFact) -> bool {
    let takes_one = fact.attributes.iter().any(|attribute| attribute.name.as_deref() == Some("asChild"));
    takes_one
        || match &fact.tag {
            Reference::Html(name) => NARROW.contains(&&**name),
            _ => ["Link", "NavLink", "Button", "Canvas"].contains(&tag_name(fact)),
        }
}

/// Whether an element is what another is known by, which has to be the first thing in it: `<details><summary>…</summary>…</details>`.
fn is_heading(facts: &FileFacts, range: TextRange) -> bool {
    let element = facts.elements.iter().find(|element| element.range == range);
    element.is_some_and(
        |element| matches!(&element.tag, Reference::Html(name) if ["summary", "legend", "figcaption", "caption"].contains(&&**name)),
    )
}

/// The child of an element that holds a range: an element, or an expression.
pub(super) fn child_at(facts: &FileFacts, holder: JsxId, range: TextRange) -> Option<(usize, TextRange)> {
    let flow = facts.flow.element(holder)?;
    let found = flow.ranges.iter().position(|child| child.covers(range))?;
    Some((found, *flow.ranges.get(found)?))
}

/// Where a gate around the element `id` would stand: around the element, or what it is part of within its component.
pub(super) fn ground(facts: &FileFacts, text: &str, id: JsxId) -> Result<Ground, Why> {
    // However deep in what is there for each of a list.
    let around = std::iter::once(id).chain(facts.ancestors(id).map(|(id, _)| id));
    let start = around.filter(|id| is_listed(facts, *id)).last().unwrap_or(id);
    let id = start;
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
        let is_narrow = is_narrow(holder);
        let is_called = holder.owner != owner;
        let is_listed = child.is_some_and(|(index, _)| {
            let value = facts.flow.element(id).and_then(|flow| flow.children.get(index));
            // `{rows.map((row) => <Row />)}`; not `{(row) => <Row />}`, which has to stay what it is.
            is_called && !matches!(value, Some(Value::Function(_)))
        });
        let in_function = child.is_some_and(|(index, _)| {
            let value = facts.flow.element(id).and_then(|flow| flow.children.get(index));
            is_called && matches!(value, Some(Value::Function(_)))
        });
        let is_row = child.is_none() && self::is_listed(facts, start) && at.range == element.range && !is_keyed;
        match child {
            // What a function gives has to be what it gives.
            _ if in_function && !is_narrow => return Ok(at),
            // `<Button icon={<Count />}>`, `<Link>{() => <Count />}</Link>`
            _ if !is_keyed && is_narrow && (in_function || child.is_none()) => {
                at = Ground { range: holder.range, holder: holder.parent };
                owner = holder.owner;
                is_keyed = keyed(holder);
            }
            None if is_row => {
                at = Ground { range: holder.range, holder: holder.parent };
                owner = holder.owner;
                is_keyed = keyed(holder);
            }
            Some((_, range)) if is_keyed || is_listed => {
                at.range = range;
                owner = holder.owner;
                is_keyed = false;
            }
            None if is_keyed => return Err(Why::Form),
            Some(_) if is_heading(facts, at.range) => {
                at = Ground { range: holder.range, holder: holder.parent };
                owner = holder.owner;
                is_keyed = keyed(holder);
            }
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
    let is_text = |c: char| !"<>{}".contains(c);
    before.is_some_and(is_text) || after.is_some_and(is_text)
}
