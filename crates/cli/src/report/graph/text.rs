//! `--format text`: a tree with a line for each node.
//!
//! ```text
//! . (react)
//! └─ src/main.tsx  root
//!    └─ <TaskList />  consumer  [UNGUARDED]  src/TaskList.tsx:4  → tasks:list [needs identity]
//! ```

use std::fmt::Write as _;

use migrate::{AppPicture, Guarded, NodeKind, Picture, PictureFunction, PictureIdentity, PictureNode};

use super::{NO_APP, calls, guard, identity, rows, summary};
use crate::report::places::Places;
use crate::terminal::Paint;

/// The trees of all apps, below each its functions.
pub(crate) fn text(picture: &Picture, paint: Paint) -> String {
    let places = Places::new(picture.base.clone());
    let apps: Vec<String> = picture.apps.iter().map(|app| self::app(app, &places, paint)).collect();
    if apps.is_empty() { format!("{NO_APP}\n") } else { apps.join("\n") }
}

fn app(app: &AppPicture, places: &Places, paint: Paint) -> String {
    let mut text = paint.bold(&line(app.id.as_str()));
    if !app.framework.is_empty() {
        text.push_str(&format!(" ({})", paint.name(&app.framework)));
    }
    text.push('\n');
    if let Some(note) = &app.note {
        // Writing to a String can't fail, here and below.
        let _ = writeln!(text, "  {}", paint.dim(&line(note)));
    }
    let mut rails: Vec<bool> = Vec::new();
    for row in rows(app) {
        rails.truncate(row.depth);
        let above: String = rails.iter().map(|goes_on| if *goes_on { "│  " } else { "   " }).collect();
        let branch = format!("{above}{}", if row.is_last { "└─ " } else { "├─ " });
        let _ = writeln!(text, "{}{}", paint.dim(&branch), node(app, &app.nodes[row.node], places, paint));
        rails.push(!row.is_last);
    }
    if !app.nodes.is_empty() || !app.functions.is_empty() {
        text.push_str(&functions(app, places, paint));
        let _ = writeln!(text, "{}", summary(app));
    }
    text
}

fn node(app: &AppPicture, node: &PictureNode, places: &Places, paint: Paint) -> String {
    let label = line(&node.label);
    let label = match node.kind {
        NodeKind::Gate => paint.cyan(&label),
        NodeKind::Consumer => paint.bold(&label),
        _ => paint.shown(&label),
    };
    let mut parts = vec![label];
    if node.kind != NodeKind::Component {
        parts.push(paint.dim(node.kind.as_str()));
    }
    if node.is_new {
        parts.push(paint.green("(new)"));
    }
    match guard(app, node) {
        Some(Guarded::Yes) => parts.push(paint.cyan("[guarded]")),
        Some(Guarded::No) => parts.push(paint.red("[UNGUARDED]")),
        Some(Guarded::NotNeeded) | None => {}
    }
    // `src/main.tsx  root  src/main.tsx` would say it twice.
    let place = node.location.as_ref().map(|location| places.line(location)).filter(|place| *place != node.label);
    parts.extend(place.map(|place| paint.dim(&line(&place))));
    let calls: Vec<String> = calls(app, node)
        .iter()
        .map(|call| {
            let condition = if call.conditional { " (conditional)" } else { "" };
            format!("{}{condition}", function(&app.functions[call.function], paint))
        })
        .collect();
    if !calls.is_empty() {
        parts.push(format!("→ {}", calls.join(", ")));
    }
    parts.join("  ")
}

/// `tasks:list [needs identity]`
fn function(function: &PictureFunction, paint: Paint) -> String {
    let name = paint.name(&function.name);
    let mark = format!("[{}]", identity(function.identity));
    match function.identity {
        PictureIdentity::Needed => format!("{name} {}", paint.yellow(&mark)),
        PictureIdentity::Used | PictureIdentity::Unknown => format!("{name} {}", paint.dim(&mark)),
        PictureIdentity::Unused => name,
    }
}

fn functions(app: &AppPicture, places: &Places, paint: Paint) -> String {
    let mut text = String::new();
    for each in &app.functions {
        let place = each.location.as_ref().map(|location| format!("  {}", paint.dim(&line(&places.line(location)))));
        let kind = paint.dim(each.kind);
        let _ = writeln!(text, "  {}  {kind}{}", function(each, paint), place.unwrap_or_default());
    }
    if text.is_empty() { text } else { format!("Convex functions\n{text}") }
}

/// A line break in a name would forge the next line.
fn line(name: &str) -> String {
    name.replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::super::sample::{hostile, sample};
    use super::*;

    #[test]
    fn a_tree_with_its_functions() {
        let expected = "\
. (react)
└─ src/main.tsx  root
   └─ <ConvexProviderWithClerk>  provider  src/main.tsx:2
      ├─ <App />  src/App.tsx
      │  ├─ <Authenticated>  gate  (new)
      │  │  ├─ <TaskList />  consumer  [guarded]  → tasks:list [needs identity], users:me [uses identity]
      │  │  └─ <Editor />  consumer  [guarded]  → tasks:list [needs identity] (conditional)
      │  └─ <Totals />  consumer  [UNGUARDED]  → tasks:list [needs identity]
      └─ <Footer />  consumer  → site:version
Convex functions
  tasks:list [needs identity]  query  convex/tasks.ts
  users:me [uses identity]  query
  site:version  query
  jobs:run [identity unknown]  action
4 consumers: 2 guarded, 1 UNGUARDED, 1 without need of a gate; 4 functions: 1 needs identity

site (Vue)
  not analysed yet
";
        assert_eq!(text(&sample(), Paint::default()), expected);
        let colored = text(&sample(), Paint { color: true, escape: true });
        assert!(colored.contains("\x1b[31m[UNGUARDED]\x1b[0m") && colored.contains("\x1b[33m[needs identity]"));
    }

    #[test]
    fn hostile_names_stay_on_their_line_and_do_nothing() {
        let shown = text(&hostile(), Paint { color: false, escape: true });
        assert_eq!(shown.lines().count(), 5, "{shown}");
        assert!(!shown.contains('\x1b') && !shown.contains('\u{202e}') && shown.contains("\\x1b[31m"), "{shown}");
        // Into a pipe the bytes go as they are, line breaks aside.
        assert_eq!(text(&hostile(), Paint::default()).lines().count(), 5);
    }

    #[test]
    fn nothing_is_said_to_be_nothing() {
        let mut picture = sample();
        picture.apps.clear();
        assert_eq!(text(&picture, Paint::default()), "no Convex app was found\n");
    }
}
