//! Whatever comes, in whatever order: the server answers or passes it over, and goes on.

use serde_json::{Value, json};

use super::client::{Can, Client, FULL};
use super::diagnostics::on_clerk;
use crate::support::Project;

#[test]
fn the_order_of_things() {
    let project = Project::plain_quickstart();
    let mut client = Client::unstarted(&project.path(), FULL, &json!({}));
    let code = |result: Result<Value, Value>| result.unwrap_err()["code"].as_i64().unwrap();
    assert_eq!(code(client.request("textDocument/hover", json!({}))), -32002);
    assert_eq!(code(client.request("shutdown", Value::Null)), -32002);
    client.notify("textDocument/didOpen", json!({ "nonsense": true }));
    assert_eq!(code(client.request("initialize", json!("x"))), -32602);
    client.request("initialize", json!({ "capabilities": null })).unwrap();
    client.notify("initialized", json!({}));
    assert_eq!(code(client.request("initialize", json!({ "capabilities": {} }))), -32600);
    assert_eq!(code(client.request("textDocument/unheardOf", json!({}))), -32601);
    assert_eq!(code(client.request("textDocument/codeAction", json!({ "range": 1 }))), -32602);
    client.notify("$/unheardOf", json!({}));
    client.notify(
        "textDocument/didChange",
        json!({ "textDocument": { "uri": "file:///nowhere.ts", "version": 1 }, "contentChanges": [] }),
    );
    client.notify("textDocument/didClose", json!({ "textDocument": { "uri": "untitled:Untitled-1" } }));
    client.request("shutdown", Value::Null).unwrap();
    assert_eq!(code(client.request("textDocument/hover", json!({}))), -32600);
    client.notify("exit", Value::Null);
    assert!(client.leave(), "it was told to shut down first");
}

#[test]
fn how_a_session_ends() {
    let project = Project::plain_quickstart();
    assert!(Client::of_program(&project.path(), FULL, &json!({})).end());
    assert!(!Client::of_program(&project.path(), FULL, &json!({})).leave(), "exit code 1: it left without a word");
    let mut client = Client::of_program(&project.path(), FULL, &json!({}));
    client.notify("exit", Value::Null);
    assert!(!client.leave());
}

/// Rubbish between messages, broken JSON, wrong lengths: the next message is answered.
#[test]
fn malformed_messages() {
    let project = Project::plain_quickstart();
    let mut client = Client::of_program(&project.path(), FULL, &json!({}));
    for rubbish in [
        "rubbish\r\n\r\n",
        "Content-Length: 5\r\n\r\n{\"id\"",
        "Content-Length: 2\r\n\r\n[]",
        "Content-Length: 4\r\n\r\nnull",
        "Content-Length: nonsense\r\n\r\n",
        "Content-Length: 99999999999\r\n\r\n",
        "\u{0}\u{1}\u{2}",
        "Content-Length: 27\r\nContent-Type: x\r\n\r\n{\"jsonrpc\":\"2.0\",\"id\":{}}  ",
    ] {
        client.send_bytes(rubbish.as_bytes());
        let status = client.request("convexClerk/status", Value::Null).unwrap();
        assert_eq!(status["documents"], 0, "{rubbish:?}");
    }
    assert!(client.end());
}

/// Ranges that no text has, texts that are no text of the language, files that are not there.
#[test]
fn odd_documents() {
    let project = on_clerk();
    project.write("src/Huge.tsx", format!("// ConvexProvider\n{}", "x".repeat(5 << 20)));
    project.write("src/Deep.tsx", format!("import \"convex/react\";\n{}1{}", "(".repeat(9000), ")".repeat(9000)));
    let mut client = Client::new(&project.path(), Can { pulls: true, ..FULL }, &json!({}));
    for path in ["src/Huge.tsx", "src/Deep.tsx", "src/Tasks.tsx", "package.json"] {
        client.open(path);
    }
    let uri = client.uri("src/Tasks.tsx");
    let place = |line: u64, character: u64| json!({ "line": line, "character": character });
    for (start, end) in [
        (place(900, 900), place(901, 0)),
        (place(3, 0), place(1, 0)),
        (place(4_294_967_295, 0), place(0, 4_294_967_295)),
        (place(0, 5), place(0, 5)),
    ] {
        let changes = json!([{ "range": { "start": start, "end": end }, "text": "é😀" }]);
        let document = json!({ "uri": uri, "version": 2 });
        client.notify("textDocument/didChange", json!({ "textDocument": document, "contentChanges": changes }));
        let params = json!({ "textDocument": { "uri": uri } });
        client.request("textDocument/diagnostic", params).unwrap();
        client.actions("src/Tasks.tsx", &json!({ "start": end, "end": start }), json!({}));
        let params = json!({ "textDocument": { "uri": uri }, "position": end });
        client.request("textDocument/hover", params).unwrap();
    }
    for (number, text) in ["{", "", "null", "{\"name\": 3, \"dependencies\": []}"].into_iter().enumerate() {
        let document = json!({ "uri": client.uri("package.json"), "version": number + 10 });
        client.notify(
            "textDocument/didChange",
            json!({ "textDocument": document, "contentChanges": [{ "text": text }] }),
        );
        client.request("textDocument/diagnostic", json!({ "textDocument": { "uri": uri } })).unwrap();
    }
    for uri in ["file:///", "file:///no/such/folder/a.tsx", "untitled:a.tsx", "http://example.com/a.tsx", "nonsense"] {
        let document = json!({ "uri": uri, "languageId": "typescript", "version": 1, "text": "import 'convex/react'" });
        client.notify("textDocument/didOpen", json!({ "textDocument": document }));
        drop(client.request("textDocument/diagnostic", json!({ "textDocument": { "uri": uri } })));
    }
    assert!(client.end());
}

/// A file that vanished between the offer and its choice.
#[test]
fn an_offer_that_is_out_of_date() {
    let project = Project::plain_quickstart();
    let mut client = Client::new(&project.path(), FULL, &json!({}));
    client.open("src/main.tsx");
    let actions = client.actions_in("src/main.tsx");
    client.replace("src/main.tsx", "<ConvexProvider client={convex}>", "<>");
    client.replace("src/main.tsx", "</ConvexProvider>", "</>");
    let error = client.request("codeAction/resolve", actions[0].clone()).unwrap_err();
    assert_eq!(error["code"], -32801, "{error}");
    let mut nonsense = actions[0].clone();
    nonsense["data"] = json!({ "root": "/", "title": "", "groups": ["x"] });
    assert_eq!(client.request("codeAction/resolve", nonsense).unwrap_err()["code"], -32801);
    assert!(client.end());
}

/// After an edit that file is parsed, once, and no other; an edit that is taken back costs nothing.
#[test]
fn only_what_changes_is_parsed() {
    let project = on_clerk();
    let mut client = Client::of_program(&project.path(), Can { pulls: true, ..FULL }, &json!({}));
    client.open("src/Tasks.tsx");
    let findings = |client: &mut Client| {
        let params = json!({ "textDocument": { "uri": client.uri("src/Tasks.tsx") } });
        let items = client.request("textDocument/diagnostic", params).unwrap()["items"].as_array().map_or(0, Vec::len);
        let status = client.request("convexClerk/status", Value::Null).unwrap();
        (items, status["parsed"].as_u64().unwrap())
    };
    let (found, before) = findings(&mut client);
    assert_eq!(found, 1);
    for number in 1..=20 {
        let (from, to) = (format!("task{}", "s".repeat(number)), format!("task{}", "s".repeat(number + 1)));
        client.replace("src/Tasks.tsx", &format!("const {from} ="), &format!("const {to} ="));
        assert_eq!(findings(&mut client), (1, before + number as u64));
    }
    client.replace("src/Tasks.tsx", "useQuery(api.tasks.mine)", "null");
    assert_eq!(findings(&mut client), (0, before + 21));
    client.replace("src/Tasks.tsx", " null", " useQuery(api.tasks.mine)");
    assert_eq!(findings(&mut client), (1, before + 21), "the text was there before");
    assert!(client.end());
}

/// Ten thousand edits leave nothing behind.
#[cfg(target_os = "linux")]
#[test]
fn memory_stays_bounded() {
    let project = on_clerk();
    let mut client = Client::of_program(&project.path(), Can { pulls: true, ..FULL }, &json!({}));
    client.open("src/Tasks.tsx");
    let edit = |client: &mut Client, number: usize| {
        let (from, to) = (format!("const tasks{} ", number % 7), format!("const tasks{} ", (number + 1) % 7));
        client.replace("src/Tasks.tsx", &from, &to);
        if number.is_multiple_of(10) {
            let params = json!({ "textDocument": { "uri": client.uri("src/Tasks.tsx") } });
            client.request("textDocument/diagnostic", params).unwrap();
        }
    };
    client.replace("src/Tasks.tsx", "const tasks ", "const tasks0 ");
    (0..1_000).for_each(|number| edit(&mut client, number));
    let before = client.memory();
    (1_000..10_000).for_each(|number| edit(&mut client, number));
    let after = client.memory();
    assert!(after < before + (8 << 20), "{before} bytes, then {after}");
    assert!(client.end());
}
