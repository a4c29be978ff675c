//! Commands and hovers.

use serde_json::{Value, json};

use super::client::{Client, FULL};
use super::diagnostics::on_clerk;
use super::same_trees;
use crate::support::Project;

fn run(client: &mut Client, command: &str, argument: Value) -> Result<Value, Value> {
    client.request("workspace/executeCommand", json!({ "command": command, "arguments": [argument] }))
}

/// The command makes the whole migration, by asking the client to; by its arguments without gates.
#[test]
fn migrate_asks_the_client_to_make_the_change() {
    for (argument, options) in [(json!({}), vec![]), (json!({ "gates": false }), vec!["--gate", "none"])] {
        let (project, expected) = (Project::plain_quickstart(), Project::plain_quickstart());
        expected.run(&[&["migrate", "--yes"], options.as_slice()].concat());
        let mut client = Client::of_program(&project.path(), FULL, &json!({}));
        // No file is open: the client has one folder.
        let done = run(&mut client, "convexClerk.migrate", argument).unwrap();
        assert_eq!(done["applied"], true);
        assert!(done["message"].as_str().unwrap().contains("steps are left to you"), "{done}");
        client.save();
        same_trees(&project, &expected).unwrap();
        let argument = json!({ "uri": client.uri("src/main.tsx") });
        let again = run(&mut client, "convexClerk.migrate", argument).unwrap();
        assert_eq!(again["applied"], false, "{again}");
        assert!(again["message"].as_str().unwrap().contains("it is on Clerk already"), "{again}");
        assert!(client.end());
    }
}

#[test]
fn views_are_those_of_the_command_line() {
    let project = Project::plain_quickstart();
    let mut client = Client::of_program(&project.path(), FULL, &json!({}));
    client.open("src/main.tsx");
    let argument = json!({ "uri": client.uri("src/main.tsx") });
    let page = run(&mut client, "convexClerk.preview", argument.clone()).unwrap();
    let expected = project.run(&["migrate", "--dry-run", "--format", "html"]).stdout;
    assert_eq!(page["html"], expected);
    let graph = run(&mut client, "convexClerk.graph", argument.clone()).unwrap();
    assert_eq!(graph["svg"], project.run(&["graph", "--format", "svg"]).stdout);
    assert_eq!(graph["text"], project.run(&["graph", "--format", "text"]).stdout);
    let doctor = run(&mut client, "convexClerk.doctor", argument).unwrap();
    assert_eq!((&doctor["findings"], &doctor["text"]), (&json!(0), &json!(".: not on Clerk yet\n0 findings\n")));
    assert_eq!(doctor["message"], ".: not on Clerk yet");
    assert!(client.end());

    let project = on_clerk();
    let mut client = Client::of_program(&project.path(), FULL, &json!({}));
    client.open("src/Tasks.tsx");
    let doctor = run(&mut client, "convexClerk.doctor", json!({})).unwrap();
    assert_eq!(doctor["findings"], 1);
    assert!(doctor["text"].as_str().unwrap().starts_with("error[unguarded-query] src/Tasks.tsx:5:17: "), "{doctor}");
    let page = run(&mut client, "convexClerk.preview", json!({})).unwrap();
    assert!(page["html"].is_null() && page["message"].as_str().unwrap().contains("on Clerk already"), "{page}");
    assert!(client.end());
}

#[test]
fn commands_say_what_is_wrong() {
    let project = Project::new(&[("readme.md", "nothing")]);
    let mut client = Client::new(&project.path(), FULL, &json!({}));
    for command in ["convexClerk.migrate", "convexClerk.preview", "convexClerk.graph", "convexClerk.doctor"] {
        let error = run(&mut client, command, json!({})).unwrap_err();
        assert!(error["message"].as_str().is_some_and(|message| !message.is_empty()), "{command}: {error}");
    }
    for wrong in [json!({ "uri": 3 }), json!("x")] {
        assert_eq!(run(&mut client, "convexClerk.migrate", wrong.clone()).unwrap_err()["code"], -32602, "{wrong}");
    }
    assert!(client.end());

    let project = Project::plain_quickstart();
    let mut client = Client::new(&project.path(), FULL, &json!({}));
    client.open("src/main.tsx");
    let error = run(&mut client, "convexClerk.migrate", json!({ "app": "apps/none" })).unwrap_err();
    assert!(error["message"].as_str().unwrap().contains("apps/none"), "{error}");
    assert_eq!(run(&mut client, "convexClerk.other", json!({})).unwrap_err()["code"], -32602);
    assert!(client.end());
}

/// What a client no longer wants is not worked out.
#[test]
fn work_is_reported_and_can_be_stopped() {
    let project = Project::plain_quickstart();
    let mut client = Client::new(&project.path(), FULL, &json!({}));
    client.open("src/main.tsx");
    let started = |token: &str| json!({ "command": "convexClerk.preview", "arguments": [{}], "workDoneToken": token });
    client.request("workspace/executeCommand", started("one")).unwrap();
    let of = |client: &Client, token: &str| -> Vec<Value> {
        let said =
            client.heard.iter().filter(|said| said["method"] == "$/progress" && said["params"]["token"] == token);
        said.map(|said| said["params"]["value"]["kind"].clone()).collect()
    };
    let kinds = of(&client, "one");
    assert_eq!((kinds.first().unwrap(), kinds.last().unwrap()), (&json!("begin"), &json!("end")), "{kinds:?}");
    assert!(kinds.contains(&json!("report")), "{kinds:?}");

    client.notify("window/workDoneProgress/cancel", json!({ "token": "two" }));
    // A change, so that the plan has to be made anew.
    client.replace("src/main.tsx", "<StrictMode>", "<StrictMode >");
    let error = client.request("workspace/executeCommand", started("two")).unwrap_err();
    assert_eq!(error["code"], -32800);
    assert_eq!(of(&client, "two").last().unwrap(), "end");
    // The next one is answered.
    client.request("workspace/executeCommand", started("three")).unwrap();

    // A request that is called off before its turn.
    let (first, id) =
        (client.start("convexClerk/status", Value::Null), client.start("convexClerk/status", Value::Null));
    client.answer(first).unwrap();
    client.answer(id).unwrap();
    client.notify("$/cancelRequest", json!({ "id": 4000 }));
    client.send(&json!({ "jsonrpc": "2.0", "id": "a", "method": "convexClerk/status" }));
    assert!(client.end());
}

fn hover(client: &mut Client, path: &str, text: &str) -> Value {
    let position = client.range_of(path, text)["start"].clone();
    client
        .request("textDocument/hover", json!({ "textDocument": { "uri": client.uri(path) }, "position": position }))
        .unwrap()
}

#[test]
fn hovers_say_what_a_function_needs() {
    let project = on_clerk();
    project.write("convex/lib/auth.ts", "export async function requireUser(ctx: any) {\n  const identity = await ctx.auth.getUserIdentity();\n  if (!identity) throw new Error(\"Not signed in\");\n  return identity;\n}\n");
    project.write(
        "convex/tasks.ts",
        "import { query } from \"./_generated/server\";
import { requireUser } from \"./lib/auth\";

export const mine = query(async (ctx) => {
  const user = await requireUser(ctx);
  return await ctx.db.query(\"tasks\").collect();
});
export const all = query(async (ctx) => await ctx.db.query(\"tasks\").collect());
",
    );
    project.write(
        "src/Tasks.tsx",
        super::diagnostics::on_clerk()
            .read("src/Tasks.tsx")
            .replace("  return", "  const all = useQuery(api.tasks.all);\n  return"),
    );
    let mut client = Client::new(&project.path(), FULL, &json!({}));
    client.open("src/Tasks.tsx");
    let found = hover(&mut client, "src/Tasks.tsx", "api.tasks.mine");
    let functions = client.uri("convex/tasks.ts");
    let helpers = client.uri("convex/lib/auth.ts");
    assert_eq!(
        found["contents"]["value"],
        format!(
            "`tasks:mine`, a Convex query, needs an identity: it throws without one.\n\nThrough `requireUser` in \
             [convex/tasks.ts:5]({functions}#L5), then `ctx.auth.getUserIdentity` in [convex/lib/auth.ts:2]({helpers}#L2)."
        )
    );
    assert_eq!(found["range"], client.range_of("src/Tasks.tsx", "api.tasks.mine"));
    let found = hover(&mut client, "src/Tasks.tsx", "api.tasks.all");
    assert_eq!(found["contents"]["value"], "`tasks:all`, a Convex query, asks for no identity: anybody may call it.");
    assert_eq!(hover(&mut client, "src/Tasks.tsx", "export function"), Value::Null);
    assert!(client.end());
}
