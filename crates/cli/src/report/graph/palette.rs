//! The colours of the SVG, each for light and for dark.
//!
//! Blue, vermilion and reddish purple are told apart with every kind of colour blindness.

/// What a class looks like: its attributes for a light page, its properties for a dark one.
struct Look {
    class: &'static str,
    light: &'static str,
    dark: &'static str,
}

const LOOKS: &[Look] = &[
    Look { class: "page", light: "fill=\"#ffffff\"", dark: "fill:#0d1117" },
    Look { class: "ink", light: "fill=\"#1f2328\"", dark: "fill:#e6edf3" },
    Look { class: "dim", light: "fill=\"#59636e\"", dark: "fill:#9da7b3" },
    Look { class: "rule", light: "fill=\"none\" stroke=\"#d0d7de\"", dark: "stroke:#3d444d" },
    Look { class: "branch", light: "fill=\"none\" stroke=\"#afb8c1\"", dark: "stroke:#656c76" },
    Look {
        class: "leader",
        light: "fill=\"none\" stroke=\"#afb8c1\" stroke-dasharray=\"1 4\"",
        dark: "stroke:#656c76",
    },
    Look { class: "hit", light: "fill=\"#1f2328\" fill-opacity=\"0\"", dark: "fill:#e6edf3" },
    Look {
        class: "gated",
        light: "fill=\"#0969da\" fill-opacity=\".07\" stroke=\"#0969da\" stroke-opacity=\".3\"",
        dark: "fill:#58a6ff;stroke:#58a6ff",
    },
    // Nodes.
    Look {
        class: "node",
        light: "fill=\"#ffffff\" stroke=\"#59636e\" stroke-width=\"1.5\"",
        dark: "fill:#0d1117;stroke:#9da7b3",
    },
    Look {
        class: "gate",
        light: "fill=\"#0969da\" stroke=\"#0969da\" stroke-width=\"1.5\"",
        dark: "fill:#58a6ff;stroke:#58a6ff",
    },
    Look {
        class: "consumer",
        light: "fill=\"#1f2328\" stroke=\"#1f2328\" stroke-width=\"1.5\"",
        dark: "fill:#e6edf3;stroke:#e6edf3",
    },
    // Badges: the box, and what is written in it.
    Look { class: "guarded", light: "fill=\"none\" stroke=\"#0969da\"", dark: "stroke:#58a6ff" },
    Look { class: "guarded-ink", light: "fill=\"#0550ae\"", dark: "fill:#79b8ff" },
    Look { class: "unguarded", light: "fill=\"#b93a00\" stroke=\"#b93a00\"", dark: "fill:#ff9b6a;stroke:#ff9b6a" },
    Look { class: "unguarded-ink", light: "fill=\"#ffffff\"", dark: "fill:#0d1117" },
    Look { class: "new", light: "fill=\"none\" stroke=\"#00704f\" stroke-dasharray=\"3 2\"", dark: "stroke:#4ac99b" },
    Look { class: "new-ink", light: "fill=\"#00704f\"", dark: "fill:#4ac99b" },
    // Chips.
    Look {
        class: "needed",
        light: "fill=\"#fbe9f4\" stroke=\"#99286e\" stroke-width=\"2\"",
        dark: "fill:#3a1a2d;stroke:#ee8cc5",
    },
    Look { class: "used", light: "fill=\"#ffffff\" stroke=\"#99286e\"", dark: "fill:#0d1117;stroke:#ee8cc5" },
    Look { class: "unused", light: "fill=\"#ffffff\" stroke=\"#afb8c1\"", dark: "fill:#0d1117;stroke:#656c76" },
    Look {
        class: "unknown",
        light: "fill=\"#ffffff\" stroke=\"#59636e\" stroke-dasharray=\"2 3\"",
        dark: "fill:#0d1117;stroke:#9da7b3",
    },
    Look { class: "key", light: "fill=\"none\" stroke=\"#99286e\" stroke-width=\"1.6\"", dark: "stroke:#ee8cc5" },
    Look { class: "doubt", light: "fill=\"none\" stroke=\"#59636e\" stroke-width=\"1.6\"", dark: "stroke:#9da7b3" },
    // Edges.
    Look {
        class: "safe",
        light: "fill=\"none\" stroke=\"#0969da\" stroke-width=\"1.3\" stroke-opacity=\".75\"",
        dark: "stroke:#58a6ff",
    },
    Look { class: "risk", light: "fill=\"none\" stroke=\"#b93a00\" stroke-width=\"2.6\"", dark: "stroke:#ff9b6a" },
    Look {
        class: "free",
        light: "fill=\"none\" stroke=\"#6e7781\" stroke-width=\"1.1\" stroke-opacity=\".8\"",
        dark: "stroke:#9da7b3",
    },
];

/// The attributes of an element of these classes; the last one says what it looks like.
pub(super) fn look(classes: &str) -> String {
    let last = classes.rsplit(' ').next().unwrap_or_default();
    let light = LOOKS.iter().find(|look| look.class == last).map_or("", |look| look.light);
    format!("class=\"{classes}\" {light}")
}

/// What attributes can't say. Every rule begins with the picture's own class: in a page it would be everybody's.
pub(super) fn style(functions: impl Iterator<Item = String>) -> String {
    let mut text = String::from(
        "\n.convex-clerk-graph .row:hover .hit{fill-opacity:.07}\
         \n.convex-clerk-graph:has(.row:hover .edge) .edge,.convex-clerk-graph:has(.chip:hover) .edge{stroke-opacity:.06}\
         \n.convex-clerk-graph:has(.row:hover .edge) .row:hover .edge{stroke-opacity:1;stroke-width:3}\n",
    );
    for function in functions {
        let chip = function.replacen('f', "c", 1);
        text.push_str(&format!(
            ".convex-clerk-graph:has(.{chip}:hover) .{function}{{stroke-opacity:1;stroke-width:3}}\n"
        ));
    }
    text.push_str("@media (prefers-color-scheme:dark){\n");
    for look in LOOKS {
        text.push_str(&format!(".convex-clerk-graph .{}{{{}}}\n", look.class, look.dark));
    }
    text + "}\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_look_is_its_last_class_and_every_rule_is_the_picture_s_own() {
        assert!(look("edge f0-1 risk").starts_with("class=\"edge f0-1 risk\" fill=\"none\" stroke=\"#b93a00\""));
        let style = style(std::iter::once("f0-1".to_owned()));
        let own = |line: &&str| !line.is_empty() && *line != "}" && !line.starts_with('@');
        assert!(style.lines().filter(own).all(|line| line.starts_with(".convex-clerk-graph")), "{style}");
        assert!(style.contains(":has(.c0-1:hover) .f0-1{"), "{style}");
    }
}
