//! What the SVG holds, and that nothing in it lies over anything else.

use super::super::sample::{hostile, sample, sixty};
use super::*;

#[test]
fn signs_words_and_edges() {
    let text = svg(&sample());
    for part in [
        ">&lt;TaskList /&gt;</text>",
        ">UNGUARDED</text>",
        ">guarded</text>",
        ">new</text>",
        ">query · needs identity</text>",
        "class=\"edge f0-0 risk\"",
        "class=\"edge f0-0 safe\" fill=\"none\" stroke=\"#0969da\" stroke-width=\"1.3\" stroke-opacity=\".75\" stroke-dasharray=\"5 4\"",
        "consumer &lt;TaskList /&gt;\nguarded\ncalls tasks:list (needs identity)\ncalls users:me (uses identity)</title>",
        ">. (react)</text>",
        ">not analysed yet</text>",
        "@media (prefers-color-scheme:dark)",
    ] {
        assert!(text.contains(part), "no {part} in {text}");
    }
}

/// No script, no address to fetch from, no style of an element: it may be shown under any policy.
#[test]
fn it_needs_nothing_and_runs_nothing() {
    for text in [svg(&sample()), svg(&hostile()), svg(&sixty())] {
        let own = text.replace("xmlns=\"http://www.w3.org/2000/svg\"", "");
        for part in ["http", "<script", " style=", "href", "url(", "@import", "@font-face", "onload", "onclick"] {
            assert!(!own.contains(part), "{part} in {own}");
        }
    }
}

#[test]
fn hostile_names_are_text() {
    let text = svg(&hostile());
    assert!(!text.contains(['\x1b', '\u{202e}', '\u{ffff}', '\0']), "{text}");
    assert!(
        text.contains("&lt;/text&gt;&quot;&#39;&amp;amp;]]&gt;&lt;script&gt;\\N \\&quot;\\n\\x1b[31m\\u{202e}"),
        "{text}"
    );
    well_formed(&text);
}

#[test]
fn every_tag_is_closed() {
    let mut empty = sample();
    empty.apps.clear();
    for picture in [sample(), sixty(), empty] {
        well_formed(&svg(&picture));
    }
}

/// Sixty components: nothing over anything else, and no wider than a screen.
#[test]
fn sixty_components_are_readable() {
    let picture = sixty();
    let is_component = |kind| matches!(kind, NodeKind::Component | NodeKind::Consumer);
    assert!(picture.apps[0].nodes.iter().filter(|node| is_component(node.kind)).count() >= 60);
    // To look at: CONVEX_CLERK_PICTURE=/tmp/sixty.svg cargo test -p convex-clerk sixty
    if let Some(path) = std::env::var_os("CONVEX_CLERK_PICTURE") {
        std::fs::write(path, svg(&picture)).unwrap();
    }
    let laid = layout(&picture, &Places::new(picture.base.clone()), 0.0);
    let app = &laid.apps[0];
    assert!(laid.width() <= 1280.0, "{}", laid.width());
    for (row, next) in app.rows.iter().zip(&app.rows[1..]) {
        assert_eq!(next.y - row.y, ROW);
        assert!(row.content_end + 12.0 < laid.tree_end - width(&row.place) * SMALL, "{}", row.label);
    }
    let mut chips: Vec<f64> = app.chips.values().map(|chip| chip.y).collect();
    chips.sort_by(f64::total_cmp);
    assert!(chips.windows(2).all(|pair| pair[1] - pair[0] >= ROW - 0.01), "{chips:?}");
}

#[track_caller]
fn well_formed(text: &str) {
    let mut open = Vec::new();
    for part in text.split('<').skip(1) {
        let (tag, rest) = part.split_once('>').unwrap_or_else(|| panic!("an open tag: {part}"));
        assert_eq!(tag.matches('"').count() % 2, 0, "{tag}");
        assert!(
            !rest
                .replace("&lt;", "")
                .replace("&gt;", "")
                .replace("&amp;", "")
                .replace("&quot;", "")
                .replace("&#39;", "")
                .contains('&')
        );
        let name = tag.split([' ', '/']).find(|name| !name.is_empty()).unwrap();
        match tag {
            tag if tag.starts_with('/') => assert_eq!(open.pop(), Some(name.to_owned())),
            tag if tag.ends_with('/') => {}
            _ => open.push(name.to_owned()),
        }
    }
    assert!(open.is_empty(), "{open:?}");
}
