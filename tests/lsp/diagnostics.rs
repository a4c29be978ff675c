//! What is found, and how it is said.

use std::fs;

use serde_json::{Value, json};

use super::client::{Can, Client, FULL};
use crate::support::Project;

/// A page that shows the tasks of who is signed in to everybody.
const OPEN: &str = "import { useQuery } from \"convex/react\";
import { api } from \"../convex/_generated/api\";

export function Tasks() {
  const tasks = useQuery(api.tasks.mine);
  return <ul>{tasks?.map((task) => <li key={task._id}>{task.text}</li>)}</ul>;
}
";

/// An app on Clerk whose `Tasks` subscribe outside of every gate.
pub(super) fn on_clerk() -> Project {
    let project = Project::plain_quickstart();
    project.run(&["migrate", "--yes", "--gate", "none"]);
    project.write("src/Tasks.tsx", OPEN);
    project.write(
        "src/App.tsx",
        "import { Tasks } from \"./Tasks\";\n\nexport default function App() {\n  return <Tasks />;\n}\n",
    );
    project.write(
        "convex/tasks.ts",
        "import { query } from \"./_generated/server\";

export const mine = query({
  args: {},
  handler: async (ctx) => {
    const identity = await ctx.auth.getUserIdentity();
    if (!identity) throw new Error(\"Not signed in\");
    return await ctx.db.query(\"tasks\").collect();
  },
});
",
    );
    project
}

fn published(client: &mut Client, path: &str, is_it: impl Fn(&Vec<Value>) -> bool) -> Value {
    let uri = client.uri(path);
    client.wait_for("textDocument/publishDiagnostics", |params| {
        params["uri"] == uri && is_it(params["diagnostics"].as_array().unwrap())
    })
}

/// Who asks for actions while something is typed does not lose what is found of it.
#[test]
fn actions_leave_findings_to_be_said() {
    let project = on_clerk();
    let mut client = Client::new(&project.path(), FULL, &json!({}));
    client.open("src/Tasks.tsx");
    let range = client.range_of("src/Tasks.tsx", "useQuery(");
    client.actions("src/Tasks.tsx", &range, json!({ "triggerKind": 2 }));
    published(&mut client, "src/Tasks.tsx", |all| all.len() == 1);
    assert!(client.end());
}

#[test]
fn findings_come_from_texts_that_are_not_saved() {
    let project = on_clerk();
    let mut client = Client::new(&project.path(), FULL, &json!({}));
    client.open("src/Tasks.tsx");
    let said = published(&mut client, "src/Tasks.tsx", |all| all.len() == 1);
    let found = &said["diagnostics"][0];
    assert_eq!(said["version"], 1);
    assert_eq!(found["source"], "convex-clerk");
    assert_eq!(found["code"], "unguarded-query");
    assert_eq!(found["severity"], 1);
    assert_eq!(found["codeDescription"]["href"], "https://docs.convex.dev/auth/clerk");
    assert_eq!(found["range"], client.range_of("src/Tasks.tsx", "useQuery(api.tasks.mine)"));

    // Nothing is saved: the query waits for Convex to see the session.
    client.replace("src/Tasks.tsx", "{ useQuery }", "{ useConvexAuth, useQuery }");
    client.replace("src/Tasks.tsx", "const tasks = useQuery(api.tasks.mine)", "const { isAuthenticated } = useConvexAuth();\n  const tasks = useQuery(api.tasks.mine, isAuthenticated ? {} : \"skip\")");
    let said = published(&mut client, "src/Tasks.tsx", Vec::is_empty);
    assert_eq!(said["version"], 3);
    client.close("src/Tasks.tsx");
    published(&mut client, "src/Tasks.tsx", |all| all.len() == 1);
    assert!(client.end());
}

/// While something is typed that can't be parsed yet, what was said stands.
#[test]
fn a_broken_text_takes_nothing_back() {
    let project = on_clerk();
    let mut client = Client::new(&project.path(), FULL, &json!({}));
    client.open("src/App.tsx");
    published(&mut client, "src/Tasks.tsx", |all| all.len() == 1);
    client.replace("src/App.tsx", "<Tasks />", "<Tasks /");
    client
        .request(
            "textDocument/hover",
            json!({ "textDocument": { "uri": client.uri("src/App.tsx") }, "position": { "line": 0, "character": 0 } }),
        )
        .unwrap();
    std::thread::sleep(std::time::Duration::from_millis(800));
    client.replace("src/App.tsx", "<Tasks /", "<p />");
    // The next thing that is said is that it is gone.
    let said = published(&mut client, "src/Tasks.tsx", |_| true);
    assert_eq!(said["diagnostics"], json!([]));
    assert!(client.end());
}

/// What `doctor --fix` would write is a quick fix where it is found, and no part of the migration.
#[test]
fn what_fix_would_write_is_a_quick_fix() {
    let project = on_clerk();
    let config = "export default {\n  providers: [{ domain: process.env.CLERK_JWT_ISSUER_DOMAIN! }],\n};\n";
    project.write("convex/auth.config.ts", config);
    let mut client = Client::new(&project.path(), FULL, &json!({}));
    client.open("convex/auth.config.ts");
    let said = published(&mut client, "convex/auth.config.ts", |all| all.len() == 1);
    assert_eq!(said["diagnostics"][0]["code"], "auth-config-application-id");
    let range = said["diagnostics"][0]["range"].clone();
    let context = json!({ "diagnostics": said["diagnostics"], "only": ["quickfix"], "triggerKind": 1 });
    let actions = client.actions("convex/auth.config.ts", &range, context);
    let [action] = actions.as_slice() else { panic!("{actions:?}") };
    assert_eq!((&action["kind"], &action["isPreferred"]), (&json!("quickfix"), &json!(true)));
    let resolved = client.request("codeAction/resolve", action.clone()).unwrap();
    client.apply(&resolved["edit"]);
    published(&mut client, "convex/auth.config.ts", Vec::is_empty);
    let edited = client.text("convex/auth.config.ts");
    assert!(client.end());
    project.run(&["doctor", "--fix"]);
    assert_eq!(edited, project.read("convex/auth.config.ts"));
    assert!(edited.contains("DOMAIN!, applicationID: \"convex\" }"), "{edited}");
}

/// What cures a finding is its quick fix; once it is taken, the finding is gone, and nothing was saved for that.
#[test]
fn a_cure_is_a_quick_fix() {
    let project = on_clerk();
    let mut client = Client::new(&project.path(), FULL, &json!({}));
    client.open("src/Tasks.tsx");
    let said = published(&mut client, "src/Tasks.tsx", |all| all.len() == 1);
    let range = said["diagnostics"][0]["range"].clone();
    let context = json!({ "diagnostics": said["diagnostics"], "only": ["quickfix"], "triggerKind": 1 });
    let actions = client.actions("src/Tasks.tsx", &range, context);
    let [action] = actions.as_slice() else { panic!("{actions:?}") };
    assert_eq!(action["title"], "Show `Tasks` to those who are signed in");
    assert_eq!(action["diagnostics"], said["diagnostics"]);
    assert_eq!(action["isPreferred"], true);
    let resolved = client.request("codeAction/resolve", action.clone()).unwrap();
    let annotations = resolved["edit"]["changeAnnotations"].as_object().unwrap();
    assert!(annotations.values().all(|annotation| annotation["needsConfirmation"] == true), "{annotations:?}");
    client.apply(&resolved["edit"]);
    published(&mut client, "src/Tasks.tsx", Vec::is_empty);
    assert!(client.text("src/App.tsx").contains("<Authenticated>"), "{}", client.text("src/App.tsx"));
    assert!(!project.read("src/App.tsx").contains("Authenticated"));
    assert!(client.end());
}

/// Nobody who did not ask is told that an app could be migrated.
#[test]
fn nobody_is_nagged() {
    let project = Project::plain_quickstart();
    let mut client = Client::new(&project.path(), Can { pulls: true, ..FULL }, &json!({}));
    client.open("src/main.tsx");
    let pull = |client: &mut Client| {
        let params = json!({ "textDocument": { "uri": client.uri("src/main.tsx") } });
        client.request("textDocument/diagnostic", params).unwrap()["items"].clone()
    };
    assert_eq!(pull(&mut client), json!([]));
    assert!(client.end());

    let asked = json!({ "suggestMigration": true });
    let mut client = Client::new(&project.path(), Can { pulls: true, ..FULL }, &asked);
    client.open("src/main.tsx");
    let items = pull(&mut client);
    assert_eq!(items[0]["code"], "plain-convex-provider", "{items}");
    assert_eq!(items[0]["severity"], 4);
    assert_eq!(items.as_array().unwrap().len(), 1);
    assert!(client.end());
}

/// A client that pulls is pushed nothing, and one that is pushed to is not said to pull.
#[test]
fn pulled_or_pushed_but_not_both() {
    let project = on_clerk();
    let mut client = Client::new(&project.path(), Can { pulls: true, ..FULL }, &json!({}));
    client.open("src/Tasks.tsx");
    let params = json!({ "textDocument": { "uri": client.uri("src/Tasks.tsx") } });
    let full = client.request("textDocument/diagnostic", params.clone()).unwrap();
    assert_eq!((&full["kind"], full["items"].as_array().unwrap().len()), (&json!("full"), 1));
    let mut again = params;
    again["previousResultId"] = full["resultId"].clone();
    assert_eq!(client.request("textDocument/diagnostic", again).unwrap()["kind"], "unchanged");

    // The files that are not open have findings too.
    let all = client.request("workspace/diagnostic", json!({ "previousResultIds": [] })).unwrap();
    assert_eq!(all["items"].as_array().unwrap().len(), 1, "{all}");
    let known = json!([{ "uri": all["items"][0]["uri"], "value": all["items"][0]["resultId"] }]);
    let same = client.request("workspace/diagnostic", json!({ "previousResultIds": known })).unwrap();
    assert_eq!(same["items"][0]["kind"], "unchanged");
    client.replace("src/Tasks.tsx", "useQuery(api.tasks.mine)", "[]");
    let gone = client.request("workspace/diagnostic", json!({ "previousResultIds": known })).unwrap();
    assert_eq!((&gone["items"][0]["kind"], &gone["items"][0]["items"]), (&json!("full"), &json!([])));
    std::thread::sleep(std::time::Duration::from_millis(800));
    client.request("workspace/diagnostic", json!({ "previousResultIds": [] })).unwrap();
    assert!(client.heard.iter().all(|said| said["method"] != "textDocument/publishDiagnostics"), "{:?}", client.heard);
    assert!(client.end());
}

/// What changes on disk counts as soon as the client says so; for one that watches nothing, as soon as it saves.
#[test]
fn changes_on_disk_count() {
    for watches in [true, false] {
        let project = on_clerk();
        let mut client = Client::new(&project.path(), Can { watches, ..FULL }, &json!({}));
        client.open("src/Tasks.tsx");
        published(&mut client, "src/Tasks.tsx", |all| all.len() == 1);
        project.write("src/App.tsx", "export default function App() {\n  return <p />;\n}\n");
        if watches {
            let changes = json!([{ "uri": client.uri("src/App.tsx"), "type": 2 }]);
            client.notify("workspace/didChangeWatchedFiles", json!({ "changes": changes }));
        } else {
            std::thread::sleep(std::time::Duration::from_millis(1100));
            client.save();
        }
        published(&mut client, "src/Tasks.tsx", Vec::is_empty);

        // A file that vanishes, the functions and all.
        fs::remove_dir_all(project.path().join("src")).unwrap();
        let changes = json!([{ "uri": client.uri("src/App.tsx"), "type": 3 }, { "uri": client.uri("src"), "type": 3 }]);
        client.notify("workspace/didChangeWatchedFiles", json!({ "changes": changes }));
        assert_eq!(client.actions_in("src/Tasks.tsx"), Vec::<Value>::new());
        assert!(client.end());
    }
}

/// Each folder is a project of its own; what was said of one that is left is taken back.
#[test]
fn several_folders() {
    let (one, other) = (on_clerk(), on_clerk());
    let mut client = Client::new(&one.path(), FULL, &json!({}));
    client.open("src/Tasks.tsx");
    published(&mut client, "src/Tasks.tsx", |all| all.len() == 1);
    let folder = format!("file://{}", other.path().display());
    let uri = format!("{folder}/src/Tasks.tsx");
    let event = json!({ "added": [{ "uri": folder, "name": "other" }], "removed": [] });
    client.notify("workspace/didChangeWorkspaceFolders", json!({ "event": event }));
    let document =
        json!({ "uri": uri, "languageId": "typescriptreact", "version": 7, "text": other.read("src/Tasks.tsx") });
    client.notify("textDocument/didOpen", json!({ "textDocument": document }));
    let is_other = |params: &Value| params["uri"] == uri.as_str();
    let said = client.wait_for("textDocument/publishDiagnostics", is_other);
    assert_eq!((said["diagnostics"].as_array().unwrap().len(), &said["version"]), (1, &json!(7)));
    client.notify("textDocument/didClose", json!({ "textDocument": { "uri": uri } }));
    let event = json!({ "added": [], "removed": [{ "uri": folder, "name": "other" }] });
    client.notify("workspace/didChangeWorkspaceFolders", json!({ "event": event }));
    let said = client.wait_for("textDocument/publishDiagnostics", is_other);
    assert_eq!(said["diagnostics"], json!([]));
    assert!(client.end());
}
