//! `--format dot`: the picture for Graphviz. A cluster for each app, and a legend.

use std::fmt::Write as _;

use migrate::{AppPicture, Guarded, NodeKind, Picture, PictureFunction, PictureIdentity, PictureNode};

use super::{CallState, NO_APP, call_state, calls, guard, identity, parent, summary, visible};
use crate::report::places::Places;

const HEAD: &str = "digraph \"convex-clerk\" {
  rankdir=LR; ordering=out; nodesep=0.12; ranksep=0.7;
  graph [fontname=\"Helvetica\", fontsize=12, labeljust=l];
  node [fontname=\"Helvetica\", fontsize=11, margin=\"0.12,0.05\", height=0.3];
  edge [fontname=\"Helvetica\", fontsize=9, color=\"#8c959f\", arrowsize=0.6];
";

/// The graph.
pub(crate) fn dot(picture: &Picture) -> String {
    let places = Places::new(picture.base.clone());
    let mut text = HEAD.to_owned();
    for (number, app) in picture.apps.iter().enumerate() {
        text.push_str(&self::app(number, app, &places));
    }
    if picture.apps.is_empty() {
        let _ = writeln!(text, "  nothing [shape=plaintext, label={}];", quoted(&[NO_APP]));
    }
    text.push_str(&legend());
    text.push_str("}\n");
    text
}

fn app(number: usize, app: &AppPicture, places: &Places) -> String {
    let title = match app.framework.as_str() {
        "" => app.id.to_string(),
        framework => format!("{} ({framework})", app.id),
    };
    let title = if app.nodes.is_empty() { title } else { format!("{title}: {}", summary(app)) };
    // Writing to a String can't fail, here and below.
    let mut text = format!("  subgraph cluster_{number} {{\n");
    let _ = writeln!(text, "    label={}; color=\"#8c959f\"; style=rounded;", quoted(&[&title]));
    if let Some(note) = &app.note {
        let _ = writeln!(text, "    a{number}_note [shape=note, label={}];", quoted(&[note]));
    }
    for (index, node) in app.nodes.iter().enumerate() {
        let _ = writeln!(text, "    a{number}_n{index} [{}];", self::node(app, node, places));
    }
    for (index, function) in app.functions.iter().enumerate() {
        let _ = writeln!(text, "    a{number}_f{index} [{}];", self::function(function, places));
    }
    // One column, as nothing is rendered by them.
    let column: String = (0..app.functions.len()).map(|index| format!(" a{number}_f{index};")).collect();
    let _ = writeln!(text, "    {{ rank=same;{column} }}");
    for (index, node) in app.nodes.iter().enumerate() {
        if let Some(parent) = parent(app, index) {
            let _ = writeln!(text, "    a{number}_n{parent} -> a{number}_n{index};");
        }
        for call in calls(app, node) {
            let look = edge(call_state(app, node, call), call.conditional);
            let _ = writeln!(text, "    a{number}_n{index} -> a{number}_f{} [{look}];", call.function);
        }
    }
    text + "  }\n"
}

fn node(app: &AppPicture, node: &PictureNode, places: &Places) -> String {
    let guard = match guard(app, node) {
        Some(Guarded::Yes) => Some("guarded"),
        Some(Guarded::No) => Some("UNGUARDED"),
        Some(Guarded::NotNeeded) | None => None,
    };
    let marks: Vec<&str> = guard.into_iter().chain(node.is_new.then_some("new")).collect();
    let place = node.location.as_ref().map(|location| places.line(location)).filter(|place| *place != node.label);
    let marks = if marks.is_empty() { String::new() } else { format!("[{}]", marks.join(", ")) };
    let lines: Vec<&str> = [&node.label, &marks, place.as_deref().unwrap_or_default()]
        .into_iter()
        .filter(|line| !line.is_empty())
        .collect();
    let mut look = format!("label={}, {}", quoted(&lines), shape(node.kind));
    match guard {
        Some("UNGUARDED") => look.push_str(", color=\"#b93a00\", fontcolor=\"#b93a00\", penwidth=2.5"),
        Some(_) => look.push_str(", color=\"#0969da\", penwidth=1.5"),
        None => {}
    }
    // A second style would take the place of the first.
    if node.is_new { look.replace("style=\"", "style=\"dashed,") } else { look }
}

fn shape(kind: NodeKind) -> &'static str {
    match kind {
        NodeKind::Root => "shape=folder, style=\"filled\", fillcolor=\"#eaeef2\"",
        NodeKind::Provider => "shape=hexagon, style=\"filled\", fillcolor=\"#eaeef2\"",
        NodeKind::Gate => "shape=octagon, style=\"filled\", fillcolor=\"#ddf4ff\", color=\"#0969da\"",
        NodeKind::Component => "shape=box, style=\"rounded\"",
        NodeKind::Consumer => "shape=box, style=\"rounded,filled\", fillcolor=\"#fff8c5\"",
    }
}

fn function(function: &PictureFunction, places: &Places) -> String {
    let place = function.location.as_ref().map(|location| places.line(location)).unwrap_or_default();
    let kind = format!("{}, {}", function.kind, identity(function.identity));
    let lines: Vec<&str> = [&*function.name, &kind, &place].into_iter().filter(|line| !line.is_empty()).collect();
    format!("label={}, {}", quoted(&lines), identity_look(function.identity))
}

fn identity_look(identity: PictureIdentity) -> &'static str {
    match identity {
        PictureIdentity::Needed => {
            "shape=box, peripheries=2, style=\"filled\", fillcolor=\"#fbe3f1\", color=\"#99286e\", penwidth=1.5"
        }
        PictureIdentity::Used => "shape=box, style=\"solid\", color=\"#99286e\"",
        PictureIdentity::Unused => "shape=box, style=\"solid\", color=\"#8c959f\"",
        PictureIdentity::Unknown => "shape=box, style=\"dotted\", color=\"#59636e\", penwidth=1.5",
    }
}

fn edge(state: CallState, conditional: bool) -> String {
    let look = match state {
        CallState::Guarded => "color=\"#0969da\"",
        CallState::Unguarded => "color=\"#b93a00\", penwidth=2.5, label=\"unguarded\", fontcolor=\"#b93a00\"",
        CallState::Free => "color=\"#8c959f\"",
    };
    format!("{look}, style={}", if conditional { "dashed" } else { "solid" })
}

/// One of everything.
fn legend() -> String {
    let mut text =
        String::from("  subgraph cluster_legend {\n    label=\"Legend\"; color=\"#d0d7de\"; style=rounded;\n");
    for kind in NodeKind::ALL {
        let _ = writeln!(text, "    l_{0} [label=\"{0}\", {1}];", kind.as_str(), shape(kind));
    }
    for each in PictureIdentity::ALL {
        let _ = writeln!(text, "    l_{} [label=\"{}\", {}];", each.as_str(), identity(each), identity_look(each));
    }
    for (index, (what, state, conditional)) in [
        ("guarded call", CallState::Guarded, false),
        ("unguarded call", CallState::Unguarded, false),
        ("other call", CallState::Free, false),
        ("conditional call", CallState::Free, true),
    ]
    .into_iter()
    .enumerate()
    {
        let _ = writeln!(
            text,
            "    l_{index} [shape=plaintext, label=\"{what}\"]; l_{index}_end [shape=point, height=0.05];"
        );
        let _ = writeln!(text, "    l_{index} -> l_{index}_end [{}];", edge(state, conditional));
    }
    text + "  }\n"
}

/// A string of DOT that shows these lines as they are: Graphviz reads `\N` and `&lt;` in a label.
fn quoted(lines: &[&str]) -> String {
    let plain = |line: &&str| visible(line).replace('\\', "\\\\").replace('"', "\\\"").replace('&', "&amp;");
    format!("\"{}\"", lines.iter().map(plain).collect::<Vec<_>>().join("\\n"))
}

#[cfg(test)]
mod tests {
    use super::super::sample::{hostile, sample};
    use super::*;

    #[test]
    fn nodes_calls_and_the_legend() {
        let text = dot(&sample());
        for part in [
            "    label=\". (react): 4 consumers: 2 guarded, 1 UNGUARDED, 1 without need of a gate; 4 functions: 1 needs identity\";",
            "    a0_n1 [label=\"<ConvexProviderWithClerk>\\nsrc/main.tsx:2\", shape=hexagon,",
            "    a0_n3 [label=\"<Authenticated>\\n[new]\", shape=octagon, style=\"dashed,filled\",",
            "    a0_n6 [label=\"<Totals />\\n[UNGUARDED]\",",
            "    a0_n3 -> a0_n4;\n",
            "    a0_n5 -> a0_f0 [color=\"#0969da\", style=dashed];\n",
            "    a0_f0 [label=\"tasks:list\\nquery, needs identity\\nconvex/tasks.ts\", shape=box,",
            "    a1_note [shape=note, label=\"not analysed yet\"];\n",
            "subgraph cluster_legend",
        ] {
            assert!(text.contains(part), "no {part} in {text}");
        }
        assert_eq!(text.matches('{').count(), text.matches('}').count());
    }

    #[test]
    fn hostile_names_stay_in_their_strings() {
        assert_eq!(quoted(&["\"]; x [\\N &lt;", "b\n\u{202e}"]), r#""\"]; x [\\N &amp;lt;\nb\\n\\u{202e}""#);
        let text = dot(&hostile());
        // Outside of strings there are only words of our own.
        for line in text.lines().filter(|line| line.starts_with("    a0_")) {
            let mut outside = String::new();
            let (mut inside, mut escaped) = (false, false);
            for c in line.chars() {
                match c {
                    '"' if !escaped => inside = !inside,
                    c if !inside => outside.push(c),
                    _ => {}
                }
                escaped = c == '\\' && !escaped;
            }
            assert!(!inside && !outside.contains(['<', '&', '(', '\\']), "{outside} of {line}");
        }
    }
}
