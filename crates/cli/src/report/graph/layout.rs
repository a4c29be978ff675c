//! Where everything of the SVG stands: rows of the tree on the left, chips of the functions on the right, room for the edges between.
//!
//! Widths are counted in characters of a monospaced font; the SVG then asks for exactly that width (`textLength`), whatever font there is.

use std::collections::BTreeMap;

use migrate::{AppPicture, Guarded, NodeKind, Picture, PictureFunction};

use super::{Row, calls, guard, identity, rows, visible};
use crate::report::places::Places;

/// The distance of rows, and of chips.
pub(super) const ROW: f64 = 24.0;
/// How far each level of the tree is moved in.
pub(super) const INDENT: f64 = 18.0;
/// The margin of the picture.
pub(super) const MARGIN: f64 = 24.0;
/// The width of a character in labels, and in small text.
pub(super) const CHAR: f64 = 7.2;
pub(super) const SMALL: f64 = 6.3;
/// From the middle of a node's sign to its label.
pub(super) const SIGN: f64 = 13.0;

const HEADER: f64 = 64.0;
const GUTTER: f64 = 150.0;
const MIN_TREE: f64 = 440.0;

/// The columns, the same for all apps, and the apps below each other.
pub(super) struct Layout<'a> {
    /// Where the rows of the tree end.
    pub(super) tree_end: f64,
    /// Where the chips begin.
    pub(super) chips_start: f64,
    /// How wide each chip is.
    pub(super) chip_width: f64,
    pub(super) apps: Vec<AppLayout<'a>>,
    pub(super) height: f64,
}

/// An app with the place of each of its rows and chips.
pub(super) struct AppLayout<'a> {
    pub(super) app: &'a AppPicture,
    /// The top of its header.
    pub(super) top: f64,
    pub(super) rows: Vec<RowLayout>,
    /// By the index of the function.
    pub(super) chips: BTreeMap<usize, Chip>,
    /// By the index of the function: in which lane the calls from far away run together.
    pub(super) lanes: BTreeMap<usize, usize>,
}

pub(super) struct RowLayout {
    pub(super) row: Row,
    /// The middle of the node's sign.
    pub(super) x: f64,
    /// The middle of the row.
    pub(super) y: f64,
    pub(super) label: String,
    /// `guarded`, `UNGUARDED`, `new`
    pub(super) badges: Vec<&'static str>,
    pub(super) place: String,
    /// Where the badges end.
    pub(super) content_end: f64,
    /// The number of the row after the last that stands below this one.
    pub(super) end: usize,
}

pub(super) struct Chip {
    /// The middle of the chip.
    pub(super) y: f64,
    pub(super) name: String,
    /// `query · needs identity`
    pub(super) about: String,
}

/// Lays a picture out below `top`.
pub(super) fn layout<'a>(picture: &'a Picture, places: &Places, top: f64) -> Layout<'a> {
    let mut y = top;
    let mut apps = Vec::new();
    for app in &picture.apps {
        let laid = self::app(app, places, y);
        let rows_end = laid.rows.last().map_or(0.0, |row| row.y);
        let chips_end = laid.chips.values().map(|chip| chip.y).fold(0.0, f64::max);
        let notes = if app.note.is_some() { ROW } else { 0.0 };
        y = rows_end.max(chips_end).max(y + HEADER + notes - ROW) + ROW * 1.5;
        apps.push(laid);
    }
    let rows = apps.iter().flat_map(|app| &app.rows);
    let ends = rows.map(|row| row.content_end + 20.0 + width(&row.place) * SMALL);
    let tree_end = ends.fold(MARGIN + MIN_TREE, f64::max);
    let chips = apps.iter().flat_map(|app| app.chips.values());
    let widths = chips.map(|chip| 46.0 + width(&chip.name) * CHAR + width(&chip.about) * SMALL);
    let chip_width = widths.fold(260.0, f64::max);
    Layout { tree_end, chips_start: tree_end + GUTTER, chip_width, apps, height: y }
}

impl Layout<'_> {
    /// The middle of a lane of an app.
    pub(super) fn lane(&self, laid: &AppLayout<'_>, lane: usize) -> f64 {
        let number = laid.lanes.values().max().map_or(1, |last| last + 1);
        let (start, end) = (self.tree_end + 40.0, self.chips_start - 36.0);
        start + (end - start) * (lane as f64 + 0.5) / number as f64
    }

    pub(super) fn width(&self) -> f64 {
        self.chips_start + self.chip_width + MARGIN
    }
}

fn app<'a>(app: &'a AppPicture, places: &Places, top: f64) -> AppLayout<'a> {
    let first = top + HEADER + if app.note.is_some() { ROW } else { 0.0 };
    let tree = rows(app);
    let ends: Vec<usize> = (0..tree.len()).map(|at| end_of(&tree, at)).collect();
    let place = |(number, row): (usize, Row)| {
        let node = &app.nodes[row.node];
        let x = MARGIN + 8.0 + row.depth as f64 * INDENT;
        let label = shortened(&visible(&node.label), 30, Cut::End);
        let place = node.location.as_ref().map(|location| places.line(location)).filter(|place| *place != node.label);
        let guard = match guard(app, node) {
            Some(Guarded::Yes) => Some("guarded"),
            Some(Guarded::No) => Some("UNGUARDED"),
            Some(Guarded::NotNeeded) | None => None,
        };
        let badges: Vec<&str> = guard.into_iter().chain(node.is_new.then_some("new")).collect();
        let content_end = badges.iter().fold(x + SIGN + width(&label) * CHAR, |x, badge| x + 8.0 + badge_width(badge));
        let place = shortened(&visible(&place.unwrap_or_default()), 28, Cut::Start);
        RowLayout { x, y: first + number as f64 * ROW, label, badges, place, content_end, end: ends[number], row }
    };
    let rows: Vec<RowLayout> = tree.into_iter().enumerate().map(place).collect();
    let chips = chips(app, &rows, first);
    let lanes = lanes(app, &rows, &chips);
    AppLayout { app, top, rows, chips, lanes }
}

/// The number of the row after the last below row `at`.
fn end_of(rows: &[Row], at: usize) -> usize {
    let inside = rows[at + 1..].iter().take_while(|row| row.depth > rows[at].depth);
    at + 1 + inside.count()
}

/// How wide a badge is: a sign, its word, and room around them.
pub(super) fn badge_width(badge: &str) -> f64 {
    22.0 + width(badge) * SMALL
}

/// The chips in the order of their first callers, each as near to its callers as the others let it; what nobody calls comes last.
fn chips(app: &AppPicture, rows: &[RowLayout], first: f64) -> BTreeMap<usize, Chip> {
    let mut callers: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (number, row) in rows.iter().enumerate() {
        for call in calls(app, &app.nodes[row.row.node]) {
            callers.entry(call.function).or_default().push(number);
        }
    }
    let mean = |rows: &[usize]| rows.iter().sum::<usize>() as f64 / rows.len().max(1) as f64;
    let mut order: Vec<(usize, Vec<usize>)> = callers.into_iter().collect();
    // Of two with the same first caller, the one that is called further down stands further down.
    order.sort_by(|(_, a), (_, b)| a.first().cmp(&b.first()).then(mean(a).total_cmp(&mean(b))));
    let wanted: Vec<f64> = order.iter().map(|(_, rows)| rows.first().map_or(0.0, |row| *row as f64 * ROW)).collect();
    let placed = spread(&wanted, ROW);
    let mut next = placed.last().map_or(0.0, |last| last + ROW * 1.5);
    let mut chips: BTreeMap<usize, Chip> =
        order.iter().zip(placed).map(|((index, _), y)| (*index, chip(&app.functions[*index], first + y))).collect();
    for (index, function) in app.functions.iter().enumerate() {
        chips.entry(index).or_insert_with(|| {
            let y = first + next;
            next += ROW;
            chip(function, y)
        });
    }
    chips
}

fn chip(function: &PictureFunction, y: f64) -> Chip {
    let about = format!("{} · {}", visible(function.kind), identity(function.identity));
    Chip { y, name: shortened(&visible(&function.name), 26, Cut::End), about }
}

/// Whether a call goes so far up or down that it runs in a lane.
pub(super) fn is_far(row: f64, chip: f64) -> bool {
    (row - chip).abs() > 2.5 * ROW
}

/// Each function that is called from far away gets a lane, one that is free between its chip and its callers.
fn lanes(app: &AppPicture, rows: &[RowLayout], chips: &BTreeMap<usize, Chip>) -> BTreeMap<usize, usize> {
    let mut spans: BTreeMap<usize, (f64, f64)> = BTreeMap::new();
    for row in rows {
        for call in calls(app, &app.nodes[row.row.node]) {
            if let Some(chip) = chips.get(&call.function).filter(|chip| is_far(row.y, chip.y)) {
                let (top, bottom) = spans.entry(call.function).or_insert((chip.y, chip.y));
                (*top, *bottom) = (top.min(row.y), bottom.max(row.y));
            }
        }
    }
    let mut spans: Vec<(usize, (f64, f64))> = spans.into_iter().collect();
    spans.sort_by(|(_, a), (_, b)| a.0.total_cmp(&b.0));
    let mut ends: Vec<f64> = Vec::new();
    let lane = |(function, (top, bottom)): (usize, (f64, f64))| {
        let free = ends.iter().position(|end| *end < top).unwrap_or(ends.len());
        ends.resize(ends.len().max(free + 1), bottom);
        ends[free] = bottom;
        (function, free)
    };
    spans.into_iter().map(lane).collect()
}

/// Places as near to the wanted ones, which ascend, as `step` between them allows, none below 0.
///
/// Neighbours that would overlap are pooled around the mean of what they want: the least sum of squares.
fn spread(wanted: &[f64], step: f64) -> Vec<f64> {
    let mut pools: Vec<(f64, usize)> = Vec::new();
    let mean = |(sum, number): (f64, usize)| sum / number as f64;
    for (index, place) in wanted.iter().enumerate() {
        let mut pool = (place - index as f64 * step, 1);
        while let Some(last) = pools.pop_if(|last| mean(*last) > mean(pool)) {
            pool = (pool.0 + last.0, pool.1 + last.1);
        }
        pools.push(pool);
    }
    let starts = pools.into_iter().flat_map(|pool| std::iter::repeat_n(mean(pool).max(0.0), pool.1));
    starts.enumerate().map(|(index, start)| start + index as f64 * step).collect()
}

/// Which end of a long text can be spared.
#[derive(Clone, Copy)]
pub(super) enum Cut {
    /// Of paths: the file's name stands at their end.
    Start,
    /// Of names.
    End,
}

/// `text` in at most `max` columns.
pub(super) fn shortened(text: &str, max: usize, cut: Cut) -> String {
    if width(text) <= max as f64 {
        return text.to_owned();
    }
    let mut left = max as f64 - 1.0;
    let fits = |c: &char| {
        left -= columns(*c);
        left >= 0.0
    };
    match cut {
        Cut::End => text.chars().take_while(fits).chain(['…']).collect(),
        Cut::Start => {
            let kept: Vec<char> = text.chars().rev().take_while(fits).collect();
            std::iter::once('…').chain(kept.into_iter().rev()).collect()
        }
    }
}

/// How many columns a text takes.
pub(super) fn width(text: &str) -> f64 {
    text.chars().map(columns).sum()
}

/// Two for the scripts and pictures that are as wide as they are high; none for marks that sit on a letter.
fn columns(c: char) -> f64 {
    match c as u32 {
        0x300..=0x36f | 0xfe00..=0xfe0f | 0x20d0..=0x20ff => 0.0,
        0x1100..=0x115f | 0x2e80..=0xa4cf | 0xac00..=0xd7a3 | 0xf900..=0xfaff | 0xfe30..=0xfe6f => 2.0,
        0xff00..=0xff60 | 0xffe0..=0xffe6 | 0x1f300..=0x1faff | 0x20000..=0x3fffd => 2.0,
        _ => 1.0,
    }
}

/// The rows that a gate keeps: its own and all below it.
pub(super) fn gated<'a>(laid: &'a AppLayout<'a>) -> impl Iterator<Item = (&'a RowLayout, &'a RowLayout)> {
    let gates = laid.rows.iter().filter(|row| laid.app.nodes[row.row.node].kind == NodeKind::Gate);
    gates.filter_map(|gate| Some((gate, laid.rows.get(gate.end - 1)?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_stay_near_and_apart() {
        assert_eq!(spread(&[0.0, 0.0, 100.0], 10.0), [0.0, 10.0, 100.0]);
        assert_eq!(spread(&[50.0, 50.0, 51.0], 10.0), [40.333333333333336, 50.333333333333336, 60.333333333333336]);
        assert!(spread(&[], 10.0).is_empty());
    }

    #[test]
    fn long_names_lose_the_end_that_matters_less() {
        assert_eq!(shortened("TaskList", 8, Cut::End), "TaskList");
        assert_eq!(shortened("TaskListView", 8, Cut::End), "TaskLis…");
        assert_eq!(shortened("src/a/TaskList.tsx:4", 9, Cut::Start), "…st.tsx:4");
        assert_eq!((&*shortened("日本語日本語", 6, Cut::End), width("日本")), ("日本…", 4.0));
    }
}
