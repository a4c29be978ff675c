//! `--format svg`: the picture for eyes, in one file that needs nothing else.
//!
//! Light colours are attributes, so that the picture is right where style sheets are not applied; the style sheet adds the dark ones and
//! what is shown under the pointer. Nothing is said by a colour alone: each has its word, its shape or its line beside it.

use std::fmt::Write as _;

use migrate::{Guarded, NodeKind, Picture, PictureIdentity, PictureNode};

use super::layout::{AppLayout, CHAR, Chip, Cut, Layout, MARGIN, ROW, RowLayout, SIGN, SMALL};
use super::layout::{badge_width, gated, is_far, layout, shortened, width};
use super::palette::{look, style};
use super::signs::{self, badge};
use super::{CallState, NO_APP, call_state, calls, identity, parent, summary, visible};
use crate::report::places::Places;

const TITLE: &str = "What is rendered, and what it asks Convex for";
const LEGEND: f64 = 132.0;
const FONT: &str = "ui-monospace,SFMono-Regular,Menlo,Consolas,DejaVu Sans Mono,Liberation Mono,monospace";

/// The picture.
pub(crate) fn svg(picture: &Picture) -> String {
    let places = Places::new(picture.base.clone());
    let laid = layout(picture, &places, MARGIN + LEGEND);
    let (width, height) =
        (laid.width().max(signs::LEGEND_WIDTH), laid.height.max(MARGIN + LEGEND + ROW) + MARGIN / 2.0);
    let (w, h) = (n(width), n(height));
    let mut text = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"convex-clerk-graph\" width=\"{w}\" height=\"{h}\" \
         viewBox=\"0 0 {w} {h}\" role=\"graphics-document document\" aria-label=\"{TITLE}\" font-family=\"{FONT}\" font-size=\"12\">\n"
    );
    // Writing to a String can't fail, here and below.
    let _ = writeln!(text, "<title>convex-clerk: {TITLE}</title>\n<style>{}</style>", style(functions(picture)));
    let _ = writeln!(text, "<rect {} width=\"{w}\" height=\"{h}\"/>", look("page"));
    let _ = writeln!(
        text,
        "<text x=\"{}\" y=\"38\" font-size=\"17\" font-weight=\"700\" {}>{TITLE}</text>",
        n(MARGIN),
        look("ink")
    );
    text.push_str(&signs::legend(58.0));
    if picture.apps.is_empty() {
        text.push_str(&line(MARGIN, MARGIN + LEGEND + 12.0, NO_APP, CHAR, "dim"));
    }
    for (number, app) in laid.apps.iter().enumerate() {
        text.push_str(&self::app(number, app, &laid, &places));
    }
    text + "</svg>\n"
}

/// The names of all chips, for what happens under the pointer.
fn functions(picture: &Picture) -> impl Iterator<Item = String> {
    let apps = picture.apps.iter().enumerate();
    apps.flat_map(|(number, app)| (0..app.functions.len()).map(move |index| format!("f{number}-{index}")))
}

fn app(number: usize, laid: &AppLayout<'_>, all: &Layout<'_>, places: &Places) -> String {
    let app = laid.app;
    let mut text = String::from("<g>\n");
    let _ = writeln!(text, "<path d=\"M{},{}H{}\" {}/>", n(MARGIN), n(laid.top), n(all.width() - MARGIN), look("rule"));
    let framework = if app.framework.is_empty() { String::new() } else { format!(" ({})", app.framework) };
    let title = visible(&format!("{}{framework}", app.id));
    let short = escaped(&shortened(&title, 60, Cut::End));
    let _ = writeln!(
        text,
        "<text x=\"{}\" y=\"{}\" font-size=\"14\" font-weight=\"700\" {}><title>{}</title>{short}</text>",
        n(MARGIN),
        n(laid.top + 22.0),
        look("ink"),
        escaped(&title)
    );
    if !app.nodes.is_empty() || !app.functions.is_empty() {
        text.push_str(&line(MARGIN, laid.top + 40.0, &summary(app), SMALL, "dim"));
        text.push_str(&line(all.chips_start, laid.top + 40.0, "Convex functions", SMALL, "dim"));
    }
    if let Some(note) = &app.note {
        let note = visible(note);
        let short = shortened(&note, ((all.width() - 2.0 * MARGIN) / CHAR) as usize, Cut::End);
        let _ = write!(text, "<g><title>{}</title>", escaped(&note));
        text.push_str(&line(MARGIN, laid.top + 48.0, &short, CHAR, "ink"));
        text.push_str("</g>\n");
    }
    for (gate, last) in gated(laid) {
        let (x, y) = (gate.x - 9.0, gate.y - ROW / 2.0 + 1.0);
        let (w, h) = (all.tree_end + 4.0 - x, last.y - gate.y + ROW - 2.0);
        let _ = writeln!(
            text,
            "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"6\" {}/>",
            n(x),
            n(y),
            n(w),
            n(h),
            look("gated")
        );
    }
    text.push_str(&branches(laid));
    for row in &laid.rows {
        text.push_str(&self::row(number, row, laid, all, places));
    }
    for (index, chip) in &laid.chips {
        text.push_str(&self::chip(number, *index, chip, laid, all, places));
    }
    text + "</g>\n"
}

/// The elbows from each node to what it renders.
fn branches(laid: &AppLayout<'_>) -> String {
    let mut places = vec![(0.0, 0.0); laid.app.nodes.len()];
    let mut path = String::new();
    for row in &laid.rows {
        places[row.row.node] = (row.x, row.y);
        if let Some((x, y)) = parent(laid.app, row.row.node).map(|parent| places[parent]) {
            let _ = write!(path, "M{},{}V{}q0,5 5,5H{}", n(x), n(y + 8.0), n(row.y - 5.0), n(row.x - 8.0));
        }
    }
    if path.is_empty() { path } else { format!("<path d=\"{path}\" {}/>\n", look("branch")) }
}

fn row(number: usize, row: &RowLayout, laid: &AppLayout<'_>, all: &Layout<'_>, places: &Places) -> String {
    let node = &laid.app.nodes[row.row.node];
    let (x, y) = (row.x, row.y);
    let mut text = format!("<g class=\"row\"><title>{}</title>", escaped(&about(laid, node, places)));
    let _ = write!(
        text,
        "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"4\" {}/>",
        n(x + 9.0),
        n(y - ROW / 2.0 + 2.0),
        n(all.tree_end - x - 9.0),
        n(ROW - 4.0),
        look("hit")
    );
    text.push_str(&signs::node(node.kind, x, y));
    let weight = if node.kind == NodeKind::Consumer { " font-weight=\"700\"" } else { "" };
    let _ = write!(
        text,
        "<text x=\"{}\" y=\"{}\" textLength=\"{}\"{weight} {}>{}</text>",
        n(x + SIGN),
        n(y + 4.0),
        n(width(&row.label) * CHAR),
        look("ink"),
        escaped(&row.label)
    );
    let mut at = x + SIGN + width(&row.label) * CHAR;
    for word in &row.badges {
        text.push_str(&badge(word, at + 8.0, y));
        at += 8.0 + badge_width(word);
    }
    let place_start = all.tree_end - 4.0 - width(&row.place) * SMALL;
    let mut calls = calls(laid.app, node);
    // What may throw lies over what may not.
    calls.sort_by_key(|call| call_state(laid.app, node, *call) == CallState::Unguarded);
    if !calls.is_empty() && place_start - at > 16.0 {
        let _ = write!(text, "<path d=\"M{},{}H{}\" {}/>", n(at + 7.0), n(y), n(place_start - 6.0), look("leader"));
    }
    if !row.place.is_empty() {
        text.push_str(&line(place_start, y + 4.0, &row.place, SMALL, "dim"));
    }
    for call in calls {
        let Some(chip) = laid.chips.get(&call.function) else { continue };
        let (from, to) = ((all.tree_end + 8.0, y), (all.chips_start - 3.0, chip.y));
        let path = match laid.lanes.get(&call.function).filter(|_| is_far(y, chip.y)) {
            Some(lane) => through(from, all.lane(laid, *lane), to),
            None => curve(from, to),
        };
        let state = match call_state(laid.app, node, call) {
            CallState::Guarded => "safe",
            CallState::Unguarded => "risk",
            CallState::Free => "free",
        };
        let dashes = if call.conditional { " stroke-dasharray=\"5 4\"" } else { "" };
        let _ = write!(
            text,
            "<path d=\"{}\" {}{dashes}/>",
            path,
            look(&format!("edge f{number}-{} {state}", call.function))
        );
    }
    text + "</g>\n"
}

/// A line that leaves and arrives level.
fn curve((x, y): (f64, f64), (to_x, to_y): (f64, f64)) -> String {
    let middle = n((x + to_x) / 2.0);
    format!("M{},{}C{middle},{} {middle},{} {},{}", n(x), n(y), n(y), n(to_y), n(to_x), n(to_y))
}

/// A line that goes up or down in a lane, which all that have the same end share: one trunk instead of a fan.
fn through((x, y): (f64, f64), lane: f64, (to_x, to_y): (f64, f64)) -> String {
    let turn = if to_y > y { 12.0 } else { -12.0 };
    let (start, end) = (format!("M{},{}H{}", n(x), n(y), n(lane - 12.0)), format!("H{}", n(to_x)));
    let (lane, after) = (n(lane), n(lane + 12.0));
    format!(
        "{start}Q{lane},{} {lane},{}V{}Q{lane},{} {after},{}{end}",
        n(y),
        n(y + turn),
        n(to_y - turn),
        n(to_y),
        n(to_y)
    )
}

/// All that is known of a node.
fn about(laid: &AppLayout<'_>, node: &PictureNode, places: &Places) -> String {
    let mut parts = vec![format!("{} {}", node.kind.as_str(), visible(&node.label))];
    parts.extend(node.location.as_ref().map(|location| visible(&places.line(location))));
    match super::guard(laid.app, node) {
        Some(Guarded::Yes) => parts.push("guarded".to_owned()),
        Some(Guarded::No) => parts.push("UNGUARDED".to_owned()),
        Some(Guarded::NotNeeded) | None => {}
    }
    if node.is_new {
        parts.push("new: the plan adds it".to_owned());
    }
    for call in calls(laid.app, node) {
        let function = &laid.app.functions[call.function];
        let condition = if call.conditional { ", conditional" } else { "" };
        parts.push(format!("calls {} ({}{condition})", visible(&function.name), identity(function.identity)));
    }
    parts.join("\n")
}

fn chip(number: usize, index: usize, chip: &Chip, laid: &AppLayout<'_>, all: &Layout<'_>, places: &Places) -> String {
    let function = &laid.app.functions[index];
    let mut about = vec![visible(&function.name), chip.about.clone()];
    about.extend(function.location.as_ref().map(|location| visible(&places.line(location))));
    let (x, y) = (all.chips_start, chip.y);
    let class = match function.identity {
        PictureIdentity::Needed => "needed",
        PictureIdentity::Used => "used",
        PictureIdentity::Unused => "unused",
        PictureIdentity::Unknown => "unknown",
    };
    let mut text = format!("<g class=\"chip c{number}-{index}\"><title>{}</title>", escaped(&about.join("\n")));
    text.push_str(&signs::chip(class, x, y, all.chip_width));
    let _ = write!(
        text,
        "<text x=\"{}\" y=\"{}\" textLength=\"{}\" {}>{}</text>",
        n(x + 26.0),
        n(y + 4.0),
        n(width(&chip.name) * CHAR),
        look("ink"),
        escaped(&chip.name)
    );
    text.push_str(&line(x + all.chip_width - 10.0 - width(&chip.about) * SMALL, y + 4.0, &chip.about, SMALL, "dim"));
    text + "</g>\n"
}

/// Text from `x` on, as wide as its characters, `size` each.
pub(super) fn line(x: f64, y: f64, text: &str, size: f64, class: &str) -> String {
    let length = n(width(text) * size);
    let font = if size < CHAR { " font-size=\"10.5\"" } else { "" };
    format!(
        "<text x=\"{}\" y=\"{}\" textLength=\"{length}\"{font} {}>{}</text>",
        n(x),
        n(y),
        look(class),
        escaped(text)
    )
}

/// A number with at most one digit after the point.
pub(super) fn n(number: f64) -> String {
    let text = format!("{number:.1}");
    text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
}

/// Text as XML spells it.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;")
}

#[cfg(test)]
#[path = "svg_tests.rs"]
mod tests;
