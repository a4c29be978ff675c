//! `--format json`, version 1: the picture for programs. Its own types, so that the inner ones can change without it.
//!
//! Paths are relative to the top of the git work tree, without one to PATH; ranges are byte offsets; lines and columns are from 1, columns
//! in UTF-16 units. A node is named by its index in `nodes`, a function by its index in `functions`.

use migrate::{AppPicture, Picture, PictureFunction, PictureNode};
use serde::Serialize;

use super::{calls, parent};
use crate::report::json::{Place, TOOL, Tool};
use crate::report::places::Places;

/// The version of the format. It grows when a field changes its meaning or goes; new fields don't count.
const VERSION: u32 = 1;

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    tool: Tool,
    apps: Vec<App<'a>>,
}

#[derive(Serialize)]
struct App<'a> {
    /// The folder, `.` for the base.
    id: &'a str,
    /// Empty where it is not known.
    framework: &'a str,
    /// Why nothing is drawn; null where there is nothing to say.
    note: Option<&'a str>,
    /// A forest: each node after its parent.
    nodes: Vec<Node<'a>>,
    functions: Vec<Function<'a>>,
}

#[derive(Serialize)]
struct Node<'a> {
    /// `root`, `provider`, `gate`, `component`, `consumer`
    kind: &'static str,
    label: &'a str,
    location: Option<Place>,
    /// The index of the node that renders it; null for a root.
    parent: Option<usize>,
    /// Whether the plan adds it.
    new: bool,
    /// `yes`, `no`, `not-needed`
    guarded: &'static str,
    /// Each function once.
    calls: Vec<Call>,
}

#[derive(Serialize)]
struct Call {
    function: usize,
    /// Whether every call of it depends on a condition.
    conditional: bool,
}

#[derive(Serialize)]
struct Function<'a> {
    /// `tasks:list`
    name: &'a str,
    /// `query`, `mutation`, `action`
    kind: &'static str,
    /// `needed` (throws without), `used` (goes on without), `unused`, `unknown`
    identity: &'static str,
    location: Option<Place>,
}

/// The document.
///
/// # Errors
/// serde_json's, which these types give no cause for.
pub(crate) fn json(picture: &Picture) -> serde_json::Result<String> {
    let places = Places::new(picture.base.clone());
    let apps = picture.apps.iter().map(|app| self::app(app, &places)).collect();
    Ok(serde_json::to_string_pretty(&Document { version: VERSION, tool: TOOL, apps })? + "\n")
}

fn app<'a>(app: &'a AppPicture, places: &Places) -> App<'a> {
    App {
        id: app.id.as_str(),
        framework: &app.framework,
        note: app.note.as_deref(),
        nodes: app.nodes.iter().enumerate().map(|(index, node)| self::node(app, index, node, places)).collect(),
        functions: app.functions.iter().map(|function| self::function(function, places)).collect(),
    }
}

fn node<'a>(app: &AppPicture, index: usize, node: &'a PictureNode, places: &Places) -> Node<'a> {
    let calls = calls(app, node);
    Node {
        kind: node.kind.as_str(),
        label: &node.label,
        location: place(node.location.as_ref(), places),
        parent: parent(app, index),
        new: node.is_new,
        guarded: node.guarded.as_str(),
        calls: calls.iter().map(|call| Call { function: call.function, conditional: call.conditional }).collect(),
    }
}

fn function<'a>(function: &'a PictureFunction, places: &Places) -> Function<'a> {
    Function {
        name: &function.name,
        kind: function.kind,
        identity: function.identity.as_str(),
        location: place(function.location.as_ref(), places),
    }
}

fn place(location: Option<&change::Location>, places: &Places) -> Option<Place> {
    let location = location?;
    let text = places.text(&location.path);
    Some(Place::new(&location.path, location.range, text.as_deref().unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::sample::{hostile, sample};

    #[test]
    fn nodes_and_functions_name_each_other() {
        let document: Value = serde_json::from_str(&super::json(&sample()).unwrap()).unwrap();
        assert_eq!(document["version"], 1);
        let app = &document["apps"][0];
        let expected = json!({
            "kind": "consumer", "label": "<Editor />", "location": null, "parent": 3, "new": false, "guarded": "yes",
            "calls": [{ "function": 0, "conditional": true }],
        });
        assert_eq!(app["nodes"][5], expected);
        assert_eq!((&app["nodes"][3]["new"], &app["nodes"][0]["parent"]), (&Value::Bool(true), &Value::Null));
        assert_eq!(app["nodes"][1]["location"]["line"], 2);
        assert_eq!(
            (&app["functions"][0]["name"], &app["functions"][0]["identity"]),
            (&"tasks:list".into(), &"needed".into())
        );
        assert_eq!(
            (&document["apps"][1]["note"], &document["apps"][1]["nodes"]),
            (&"not analysed yet".into(), &json!([]))
        );
    }

    #[test]
    fn hostile_names_come_back_as_they_are() {
        let picture = hostile();
        let document: Value = serde_json::from_str(&super::json(&picture).unwrap()).unwrap();
        assert_eq!(document["apps"][0]["nodes"][0]["label"], *picture.apps[0].nodes[0].label);
    }
}
