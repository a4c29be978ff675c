//! `graph`: what renders whom, where the gates stand, and who asks Convex for what. One file for each format; what they share is here.

mod dot;
mod json;
mod layout;
mod palette;
mod signs;
mod svg;
mod text;

#[cfg(test)]
mod sample;

pub(crate) use dot::dot;
pub(crate) use json::json;
pub(crate) use svg::svg;
pub(crate) use text::text;

use migrate::{AppPicture, Guarded, NodeKind, PictureCall, PictureIdentity, PictureNode};

use super::count;
use crate::terminal::escaped;

/// What is said where there is nothing to draw.
const NO_APP: &str = "no Convex app was found";

/// A node where it stands in the tree.
struct Row {
    /// Its index.
    node: usize,
    /// How many are around it.
    depth: usize,
    /// Whether it is the last that its parent renders.
    is_last: bool,
}

/// The index of what renders a node. One that is not before it is none: it would be no tree.
fn parent(app: &AppPicture, index: usize) -> Option<usize> {
    app.nodes.get(index)?.parent.filter(|parent| *parent < index)
}

/// The nodes from the top down, each before what it renders.
fn rows(app: &AppPicture) -> Vec<Row> {
    let mut children = vec![Vec::new(); app.nodes.len()];
    let mut roots = Vec::new();
    for index in 0..app.nodes.len() {
        match parent(app, index) {
            Some(parent) => children[parent].push(index),
            None => roots.push(index),
        }
    }
    // No recursion: an app is as deep as it likes.
    let mut rows = Vec::new();
    let mut next = below(&roots, 0);
    while let Some(row) = next.pop() {
        next.extend(below(&children[row.node], row.depth + 1));
        rows.push(row);
    }
    rows
}

/// Siblings, the last first.
fn below(nodes: &[usize], depth: usize) -> Vec<Row> {
    let row = |(back, node): (usize, &usize)| Row { node: *node, depth, is_last: back == 0 };
    nodes.iter().rev().enumerate().map(row).collect()
}

/// The functions that a node calls, each once; conditional if every call of it is.
fn calls(app: &AppPicture, node: &PictureNode) -> Vec<PictureCall> {
    let mut calls: Vec<PictureCall> = Vec::new();
    for call in node.calls.iter().filter(|call| call.function < app.functions.len()) {
        match calls.iter_mut().find(|known| known.function == call.function) {
            Some(known) => known.conditional &= call.conditional,
            None => calls.push(*call),
        }
    }
    calls
}

/// Whether a node's guard is worth a word: of what asks for nothing, it says nothing.
fn guard(app: &AppPicture, node: &PictureNode) -> Option<Guarded> {
    let asks = node.kind == NodeKind::Consumer || !calls(app, node).is_empty();
    Some(node.guarded).filter(|guarded| asks && *guarded != Guarded::NotNeeded)
}

/// What a call comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum CallState {
    /// It waits for a session.
    Guarded,
    /// Nothing keeps it from throwing.
    Unguarded,
    /// No session is needed.
    Free,
}

fn call_state(app: &AppPicture, node: &PictureNode, call: PictureCall) -> CallState {
    match (node.guarded, app.functions[call.function].identity) {
        (Guarded::Yes, _) => CallState::Guarded,
        (Guarded::No, PictureIdentity::Needed) => CallState::Unguarded,
        _ => CallState::Free,
    }
}

/// What a function does with the identity, in words.
fn identity(identity: PictureIdentity) -> &'static str {
    match identity {
        PictureIdentity::Needed => "needs identity",
        PictureIdentity::Used => "uses identity",
        PictureIdentity::Unused => "no identity",
        PictureIdentity::Unknown => "identity unknown",
    }
}

/// `3 consumers: 2 guarded, 1 UNGUARDED; 4 functions: 1 needs identity`
fn summary(app: &AppPicture) -> String {
    let consumers: Vec<_> = app.nodes.iter().filter(|node| node.kind == NodeKind::Consumer).collect();
    let guarded = |guarded: Guarded| consumers.iter().filter(|node| node.guarded == guarded).count();
    let needing = app.functions.iter().filter(|function| function.identity == PictureIdentity::Needed).count();
    let parts = [
        (guarded(Guarded::Yes), "guarded"),
        (guarded(Guarded::No), "UNGUARDED"),
        (guarded(Guarded::NotNeeded), "without need of a gate"),
    ];
    let parts: Vec<_> = parts.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{n} {what}")).collect();
    let consumers = [count(consumers.len(), "consumer"), parts.join(", ")];
    let needs = if needing == 1 { "needs identity" } else { "need identity" };
    let functions = [count(app.functions.len(), "function"), format!("{needing} {needs}")];
    let joined = |[head, rest]: [String; 2]| if rest.is_empty() { head } else { format!("{head}: {rest}") };
    format!("{}; {}", joined(consumers), joined(functions))
}

/// A name on one line, with nothing in it that a viewer would act on or that XML can't hold.
fn visible(name: &str) -> String {
    let mut text = String::with_capacity(name.len());
    for c in escaped(name).chars() {
        match c {
            '\n' => text.push_str("\\n"),
            '\t' => text.push_str("\\t"),
            '\u{fffe}' | '\u{ffff}' => text.push_str(&format!("\\u{{{:x}}}", c as u32)),
            c => text.push(c),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::sample::{node, sample};
    use super::*;

    #[test]
    fn rows_are_a_tree_whatever_the_order() {
        let mut app = sample().apps.remove(0);
        // Breadth first, and a parent that is none.
        let parents = [None, Some(0), Some(0), Some(1), Some(9), Some(2)];
        app.nodes = parents.iter().map(|parent| node(NodeKind::Component, "x", *parent)).collect();
        let rows: Vec<_> = rows(&app).iter().map(|row| (row.node, row.depth, row.is_last)).collect();
        assert_eq!(rows, [(0, 0, false), (1, 1, false), (3, 2, true), (2, 1, true), (5, 2, true), (4, 0, true)]);
    }

    #[test]
    fn calls_are_counted_once_and_only_where_there_is_a_function() {
        let app = sample().apps.remove(0);
        let mut caller = node(NodeKind::Consumer, "x", None);
        let call = |function, conditional| PictureCall { function, conditional };
        caller.calls = vec![call(1, true), call(99, false), call(0, true), call(1, false)];
        assert_eq!(calls(&app, &caller), [call(1, false), call(0, true)]);
    }

    #[test]
    fn a_summary_counts() {
        let app = sample().apps.remove(0);
        assert_eq!(
            summary(&app),
            "4 consumers: 2 guarded, 1 UNGUARDED, 1 without need of a gate; 4 functions: 1 needs identity"
        );
    }

    #[test]
    fn names_are_one_visible_line() {
        assert_eq!(visible("a\n\tb\u{202e}\u{ffff}\u{0}"), "a\\n\\tb\\u{202e}\\u{ffff}\\x00");
    }
}
