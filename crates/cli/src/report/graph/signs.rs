//! The signs of the SVG, and the legend that explains them.

use std::fmt::Write as _;

use migrate::NodeKind;

use super::layout::{MARGIN, SMALL, badge_width, width};
use super::palette::look;
use super::svg::{line, n};

/// The width that the legend needs.
pub(super) const LEGEND_WIDTH: f64 = 940.0;

/// A node's sign, its middle at a point.
pub(super) fn node(kind: NodeKind, x: f64, y: f64) -> String {
    let (class, path) = match kind {
        // A sheet with a corner turned down.
        NodeKind::Root => ("node", "m-5,-6h6l4,4v8h-10zm6,0v4h4"),
        NodeKind::Provider => ("node", "m-3.5,-6h7l3.5,6l-3.5,6h-7l-3.5,-6z"),
        NodeKind::Gate => ("gate", "m0,-7l7,7l-7,7l-7,-7z"),
        NodeKind::Component => ("node", "m-4,0a4,4 0 1,0 8,0a4,4 0 1,0 -8,0z"),
        NodeKind::Consumer => ("consumer", "m-5,0a5,5 0 1,0 10,0a5,5 0 1,0 -10,0z"),
    };
    format!("<path d=\"M{},{}{path}\" {}/>", n(x), n(y), look(class))
}

/// A word in a box, with a sign before it: a tick, a stroke with a dot below it, a plus.
pub(super) fn badge(word: &str, x: f64, y: f64) -> String {
    let (class, sign) = match word {
        "guarded" => ("guarded", "m-3,0.5l2.2,2.5l4,-5.5l-1,-0.8l-3.2,4.3l-1.2,-1.4z"),
        "UNGUARDED" => ("unguarded", "m-1,-5h2v6h-2zm0,7.5h2v2h-2z"),
        _ => ("new", "m-0.8,-3.8h1.6v3h3v1.6h-3v3h-1.6v-3h-3v-1.6h3z"),
    };
    let ink = format!("{class}-ink");
    let (w, sign_x) = (n(badge_width(word)), n(x + 9.0));
    let mut text =
        format!("<rect x=\"{}\" y=\"{}\" width=\"{w}\" height=\"16\" rx=\"8\" {}/>", n(x), n(y - 8.0), look(class));
    let _ = write!(text, "<path d=\"M{sign_x},{}{sign}\" {}/>", n(y), look(&ink));
    text + &line(x + 16.0, y + 3.8, word, SMALL, &ink)
}

/// The box of a function, and what stands before its name: a key where it asks who calls, in a ring where it throws without.
pub(super) fn chip(class: &str, x: f64, y: f64, width: f64) -> String {
    let mut text = format!(
        "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"20\" rx=\"5\" {}/>",
        n(x),
        n(y - 10.0),
        n(width),
        look(class)
    );
    let sign = match class {
        "needed" | "used" => "m-6,0a2.8,2.8 0 1,0 5.6,0a2.8,2.8 0 1,0 -5.6,0zm5.6,0h6.4v3.2m-2.6,-3.2v2.4",
        "unknown" => "m-2.6,-2.2a2.6,2.4 0 1,1 3.6,2.2q-1,0.5 -1,1.8m0,2v1.2",
        _ => return text,
    };
    let _ = write!(
        text,
        "<path d=\"M{},{}{sign}\" {}/>",
        n(x + 14.0),
        n(y),
        look(if class == "unknown" { "doubt" } else { "key" })
    );
    text
}

/// What the signs mean, in rows from `top` on.
pub(super) fn legend(top: f64) -> String {
    let rows: [(&str, Vec<Item>); 4] = [
        ("nodes", NodeKind::ALL.into_iter().map(Item::Node).collect()),
        (
            "marks",
            vec![
                Item::Badge("guarded", "asks with a session only"),
                Item::Badge("UNGUARDED", "should, and does not"),
                Item::Badge("new", "the plan adds it"),
                Item::Gated,
            ],
        ),
        (
            "functions",
            vec![
                Item::Chip("needed", "throws without identity"),
                Item::Chip("used", "uses it if present"),
                Item::Chip("unused", "no identity"),
                Item::Chip("unknown", "can't be told"),
            ],
        ),
        (
            "calls",
            vec![
                Item::Edge("safe", "guarded", ""),
                Item::Edge("risk", "unguarded, and needs identity", ""),
                Item::Edge("free", "no session needed", ""),
                Item::Edge("free", "conditional", " stroke-dasharray=\"5 4\""),
            ],
        ),
    ];
    let mut text = String::from("<g>\n");
    for (number, (name, items)) in rows.iter().enumerate() {
        let y = top + 6.0 + number as f64 * 22.0;
        text.push_str(&line(MARGIN, y + 4.0, name, SMALL, "dim"));
        let mut x = MARGIN + 76.0;
        for item in items {
            let (drawn, wide) = item.draw(x, y);
            text.push_str(&drawn);
            x += wide + 26.0;
        }
        text.push('\n');
    }
    text + "</g>\n"
}

enum Item {
    Node(NodeKind),
    Badge(&'static str, &'static str),
    Gated,
    Chip(&'static str, &'static str),
    Edge(&'static str, &'static str, &'static str),
}

impl Item {
    /// The item from `x` on, and how wide it is.
    fn draw(&self, x: f64, y: f64) -> (String, f64) {
        let (sign, wide, word) = match self {
            Self::Node(kind) => (node(*kind, x + 7.0, y), 14.0, kind.as_str()),
            Self::Badge(badge, word) => (self::badge(badge, x, y), badge_width(badge), *word),
            Self::Gated => (rect(x, y, 28.0, "gated"), 28.0, "inside a gate"),
            Self::Chip(class, word) => (chip(class, x, y, 28.0), 28.0, *word),
            Self::Edge(class, word, dashes) => {
                let path = format!("<path d=\"M{},{}h32\" {}{dashes}/>", n(x), n(y), look(class));
                (path, 32.0, *word)
            }
        };
        (sign + &line(x + wide + 7.0, y + 4.0, word, SMALL, "ink"), wide + 7.0 + width(word) * SMALL)
    }
}

fn rect(x: f64, y: f64, width: f64, class: &str) -> String {
    format!("<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"16\" rx=\"5\" {}/>", n(x), n(y - 8.0), n(width), look(class))
}
