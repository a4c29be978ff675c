//! Which project a file is of, and that every project has the texts that are open.

use std::fs;

use serde_json::{Value, json};

use super::client::{Can, Client, FULL, position};
use super::diagnostics::on_clerk;
use super::{cases, committed};
use crate::support::Project;

fn pulled(client: &mut Client, path: &str) -> Vec<Value> {
    let params = json!({ "textDocument": { "uri": client.uri(path) } });
    client.request("textDocument/diagnostic", params).unwrap()["items"].as_array().cloned().unwrap_or_default()
}

/// The folder that is open is one app of a repository: what the migration changes beside it is taken as it is in the editor.
#[test]
fn a_file_beside_the_folder_is_taken_as_it_is_open() {
    let case = cases().into_iter().find(|case| case.name == "react/workspace-npm-app-and-backend").unwrap();
    let project = committed(&case);
    let root = project.path();
    let mut client = Client::new(&root, FULL, &json!({}));
    let folder = format!("file://{}", root.display());
    let event = json!({
        "added": [{ "uri": format!("{folder}/apps/web"), "name": "web" }],
        "removed": [{ "uri": folder, "name": "project" }],
    });
    client.notify("workspace/didChangeWorkspaceFolders", json!({ "event": event }));
    client.open("apps/web/src/main.tsx");
    client.open("packages/backend/package.json");
    let text = client.text("packages/backend/package.json");
    client.replace(
        "packages/backend/package.json",
        "{\n",
        "{\n  \"description\": \"edited\",\n  \"license\": \"MIT\",\n",
    );
    let argument = json!({ "uri": client.uri("apps/web/src/main.tsx") });
    let params = json!({ "command": "convexClerk.migrate", "arguments": [argument] });
    assert_eq!(client.request("workspace/executeCommand", params).unwrap()["applied"], true);
    let after: Value = serde_json::from_str(&client.text("packages/backend/package.json")).unwrap();
    assert_eq!(after["license"], "MIT");
    assert_ne!(client.text("packages/backend/package.json"), text);
    assert_eq!(client.request("convexClerk/status", Value::Null).unwrap()["projects"], 1);
    assert!(client.end());
}

/// What is configured holds from the first request on, be a file open or not.
#[test]
fn settings_hold_from_the_first_request_on() {
    let project = Project::plain_quickstart();
    let settings = json!({ "issuerEnv": "MY_ISSUER", "suggestMigration": true });
    let mut client = Client::new(&project.path(), Can { pulls: true, ..FULL }, &settings);
    let params = json!({ "command": "convexClerk.migrate", "arguments": [{}] });
    client.request("workspace/executeCommand", params).unwrap();
    assert!(client.text("convex/auth.config.ts").contains("MY_ISSUER"), "{}", client.text("convex/auth.config.ts"));
    assert!(client.end());

    let mut client = Client::new(&project.path(), Can { pulls: true, ..FULL }, &settings);
    let range = json!({ "start": { "line": 0, "character": 0 }, "end": { "line": 0, "character": 0 } });
    client.actions("src/main.tsx", &range, json!({}));
    client.open("src/main.tsx");
    assert_eq!(pulled(&mut client, "src/main.tsx").len(), 1);
    assert!(client.end());
}

/// A file that never could be parsed holds nothing back, and what is said has a place in the text.
#[test]
fn a_broken_file_holds_back_itself_only() {
    let project = on_clerk();
    project.write("src/notes.js", "// @flow\nexport const a = (b: ?string): %checks => !!b;\n");
    let mut client = Client::new(&project.path(), Can { pulls: true, ..FULL }, &json!({}));
    client.open("src/notes.js");
    client.open("src/Tasks.tsx");
    assert_eq!(pulled(&mut client, "src/Tasks.tsx").len(), 1);
    client.replace("src/Tasks.tsx", "return <ul>", "return <ul");
    assert_eq!(pulled(&mut client, "src/Tasks.tsx").len(), 1, "what was said stands while it is typed");
    let text = client.text("src/Tasks.tsx");
    client.replace("src/Tasks.tsx", &text, "export const x = <");
    assert_eq!(pulled(&mut client, "src/Tasks.tsx"), Vec::<Value>::new(), "as far as it has a place");
    let other = project.read("src/App.tsx");
    client.open("src/App.tsx");
    client.replace("src/App.tsx", &other, "export default function App() {\n  return <p />;\n}\n");
    client.replace("src/Tasks.tsx", "export const x = <", &text);
    assert_eq!(pulled(&mut client, "src/Tasks.tsx"), Vec::<Value>::new(), "nothing renders it");
    assert!(client.end());
}

/// Addresses may be spelled in several ways; it is the file that counts.
#[test]
fn addresses_are_compared_by_their_files() {
    let project = on_clerk();
    fs::rename(project.path().join("src/Tasks.tsx"), project.path().join("src/Ta(sks).tsx")).unwrap();
    project.write("src/App.tsx", project.read("src/App.tsx").replace("./Tasks", "./Ta(sks)"));
    let mut client = Client::new(&project.path(), Can { pulls: true, ..FULL }, &json!({}));
    client.open("src/App.tsx");
    let all = client.request("workspace/diagnostic", json!({ "previousResultIds": [] })).unwrap();
    let [item] = all["items"].as_array().unwrap().as_slice() else { panic!("{all}") };
    let known = json!([{ "uri": client.uri("src/Ta(sks).tsx"), "value": item["resultId"] }]);
    let again = client.request("workspace/diagnostic", json!({ "previousResultIds": known })).unwrap();
    assert_eq!(again["items"].as_array().unwrap().len(), 1, "{again}");
    assert_eq!((&again["items"][0]["kind"], &again["items"][0]["uri"]), (&json!("unchanged"), &known[0]["uri"]));
    assert!(client.end());
}

/// A client that pulls is told when something else than it asked for has changed.
#[test]
fn a_client_that_pulls_is_told_to_ask_again() {
    let project = on_clerk();
    let mut client = Client::new(&project.path(), Can { pulls: true, ..FULL }, &json!({}));
    client.open("src/Tasks.tsx");
    assert_eq!(pulled(&mut client, "src/Tasks.tsx").len(), 1);
    project.write("src/App.tsx", "export default function App() {\n  return <p />;\n}\n");
    client.notify(
        "workspace/didChangeWatchedFiles",
        json!({ "changes": [{ "uri": client.uri("src/App.tsx"), "type": 2 }] }),
    );
    client.wait_for("workspace/diagnostic/refresh", |_| true);
    assert_eq!(pulled(&mut client, "src/Tasks.tsx").len(), 0);
    assert!(client.end());
}

/// A folder within a folder: each file's findings are said once, and by the other when one is left.
#[test]
fn folders_within_folders() {
    let inner = on_clerk();
    let project = Project::new(&[("package.json", "{ \"name\": \"all\", \"workspaces\": [\"web\"] }\n")]);
    for (path, bytes) in inner.tree() {
        project.write(&format!("web/{path}"), bytes);
    }
    project.commit();
    let mut client = Client::new(&project.path(), FULL, &json!({}));
    let web = json!({ "uri": client.uri("web"), "name": "web" });
    let change = |added: Value, removed: Value| json!({ "event": { "added": added, "removed": removed } });
    client.notify("workspace/didChangeWorkspaceFolders", change(json!([web]), json!([])));
    client.open("web/src/Tasks.tsx");
    client.open("package.json");
    let uri = client.uri("web/src/Tasks.tsx");
    let is_it = |params: &Value| params["uri"] == uri.as_str();
    assert_eq!(client.wait_for("textDocument/publishDiagnostics", is_it)["diagnostics"].as_array().unwrap().len(), 1);
    client.notify("workspace/didChangeWorkspaceFolders", change(json!([]), json!([web])));
    let last = |params: &Value| is_it(params) && !params["diagnostics"].as_array().unwrap().is_empty();
    client.wait_for("textDocument/publishDiagnostics", last);
    assert!(client.end());
}

/// A project in a folder that is called as those which hold no sources, and `git init` above one that is open.
#[test]
fn folders_above_do_not_matter() {
    let inner = on_clerk();
    let project = Project::empty();
    for (path, bytes) in inner.tree() {
        project.write(&format!("dist/app/{path}"), bytes);
    }
    let folder = project.path().join("dist/app");
    let mut client = Client::new(&folder, Can { pulls: true, ..FULL }, &json!({}));
    client.open("src/Tasks.tsx");
    assert_eq!(pulled(&mut client, "src/Tasks.tsx").len(), 1);
    fs::write(folder.join("src/App.tsx"), "export default function App() {\n  return <p />;\n}\n").unwrap();
    client.notify(
        "workspace/didChangeWatchedFiles",
        json!({ "changes": [{ "uri": client.uri("src/App.tsx"), "type": 2 }] }),
    );
    assert_eq!(pulled(&mut client, "src/Tasks.tsx").len(), 0);
    fs::write(folder.join("src/App.tsx"), inner.read("src/App.tsx")).unwrap();
    project.git(&["init", "--quiet"]);
    client.notify(
        "workspace/didChangeWatchedFiles",
        json!({ "changes": [{ "uri": client.uri("src/App.tsx"), "type": 2 }] }),
    );
    assert_eq!(pulled(&mut client, "src/Tasks.tsx").len(), 1);
    let all = client.request("workspace/diagnostic", json!({ "previousResultIds": [] })).unwrap();
    assert_eq!(all["items"][0]["uri"], client.uri("src/Tasks.tsx"));
    assert!(client.end());
}

/// A document of no project is of no app, whichever others are open.
#[test]
fn a_document_of_no_project_migrates_nothing() {
    let project = Project::plain_quickstart();
    let mut client = Client::new(&project.path(), FULL, &json!({}));
    client.open("src/main.tsx");
    let params = json!({ "command": "convexClerk.migrate", "arguments": [{ "uri": "file:///no/such/folder/a.ts" }] });
    let error = client.request("workspace/executeCommand", params).unwrap_err();
    assert!(error["message"].as_str().unwrap().contains("is of no app"), "{error}");
    assert!(client.end());
}

/// What is open before there is a project is taken as it is open once there is one.
#[test]
fn documents_that_were_open_before_their_project() {
    let project = Project::plain_quickstart();
    let manifest = project.read("package.json");
    fs::remove_file(project.path().join("package.json")).unwrap();
    let mut client = Client::new(&project.path(), FULL, &json!({ "suggestMigration": true }));
    client.open("src/main.tsx");
    client.replace("src/main.tsx", "import { StrictMode", "// one\n// two\nimport { StrictMode");
    client.request("convexClerk/status", Value::Null).unwrap();
    project.write("package.json", manifest);
    client.notify(
        "workspace/didChangeWatchedFiles",
        json!({ "changes": [{ "uri": client.uri("package.json"), "type": 1 }] }),
    );
    // Nothing else is asked: the project is found by the file that is open.
    client.wait_for("textDocument/publishDiagnostics", |said| said["diagnostics"].as_array().unwrap().len() == 1);
    let params = json!({ "command": "convexClerk.migrate", "arguments": [{}] });
    assert_eq!(client.request("workspace/executeCommand", params).unwrap()["applied"], true);
    let text = client.text("src/main.tsx");
    assert!(
        text.starts_with("// one\n// two\nimport { StrictMode }") && text.contains("<ConvexProviderWithClerk"),
        "{text}"
    );
    assert_eq!(position(&text, 0, "utf-16")["line"], 0);
    assert!(client.end());
}
