//! The language server, from outside: a client of its own makes what is offered, and the command line says what is right.

mod client;
// What is found, and how it is said.
mod diagnostics;
// Whatever comes, in whatever order.
mod protocol;
// Commands and hovers.
mod commands;
// Which project a file is of.
mod projects;

use serde_json::{Value, json};

use crate::fixtures::{Case, cases, check_all, equal};
use crate::support::Project;
use client::{Can, Client, FULL};

/// A project in a repository, as people have it open.
fn committed(case: &Case) -> Project {
    let project = case.before();
    project.commit();
    project
}

/// The settings that say what a case's options say.
fn settings(case: &Case) -> Value {
    let mut settings = json!({});
    let mut options = case.options.iter();
    while let Some(option) = options.next() {
        let name = match option.as_str() {
            "--gate" => "gate",
            "--issuer-env" => "issuerEnv",
            "--publishable-key-env" => "publishableKeyEnv",
            "--framework" => "framework",
            _ => continue,
        };
        settings[name] = json!(options.next().unwrap());
    }
    settings
}

/// The source files of a project, shortest first: entries before what they take in.
fn sources(project: &Project) -> Vec<String> {
    let is_source = |path: &String| [".tsx", ".ts", ".jsx", ".js", ".mts"].iter().any(|ending| path.ends_with(ending));
    project.tree().into_iter().map(|(path, _)| path).filter(is_source).collect()
}

/// The whole migration that is offered in some file of a project, with everything that goes with it.
fn whole(client: &mut Client, paths: &[String], is_seen: impl Fn(&str) -> bool) -> Option<(String, Value)> {
    paths.iter().find_map(|path| {
        if !client.is_open(path) {
            client.open(path);
        }
        let actions = client.actions_in(path);
        let mut migrations = actions.into_iter().filter(|action| {
            let title = action["title"].as_str().unwrap();
            title.starts_with("Migrate this app to Clerk") && !title.contains(", and: ") && action["disabled"].is_null()
        });
        let last = migrations.next_back().filter(|_| !is_seen(path));
        if last.is_none() {
            client.close(path);
        }
        last.map(|action| (path.clone(), action))
    })
}

fn same_trees(left: &Project, right: &Project) -> Result<(), String> {
    let (left, right) = (left.tree(), right.tree());
    for ((path, is), (other, should)) in left.iter().zip(&right) {
        equal("path", path, other)?;
        equal(path, &String::from_utf8_lossy(is), &String::from_utf8_lossy(should))?;
    }
    equal("files", &left.len().to_string(), &right.len().to_string())
}

/// Takes the whole migration of every app, and saves; the tree is what the command line gives.
fn check_whole(case: &Case, can: Can) -> Result<(), String> {
    let project = committed(case);
    let expected = committed(case);
    let mut options: Vec<&str> = vec!["migrate", "--yes", "--allow-dirty"];
    options.extend(case.options.iter().map(String::as_str));
    expected.run(&options);
    let mut client = Client::new(&project.path(), can, &settings(case));
    let paths = sources(&project);
    let wanted = case.options.iter().skip_while(|option| *option != "--app").nth(1).cloned();
    let is_other = |path: &str| wanted.as_ref().is_some_and(|app| !path.starts_with(app));
    for _ in 0..20 {
        let Some((_, action)) = whole(&mut client, &paths, is_other) else { break };
        client.take(&action);
        client.save();
    }
    if case.options.ends_with(&["--gate".to_owned(), "auto".to_owned()]) {
        take_gates(&mut client, &paths);
    }
    if !client.end() {
        return Err("the server did not end well".to_owned());
    }
    same_trees(&project, &expected)
}

/// Takes every gate that is offered of apps on Clerk, one after the other.
fn take_gates(client: &mut Client, paths: &[String]) {
    for _ in 0..40 {
        let gate = paths.iter().find_map(|path| {
            let is_new = !client.is_open(path);
            if is_new {
                client.open(path);
            }
            let first = client.actions_in(path).into_iter().find(|action| {
                let title = action["title"].as_str().unwrap();
                !title.starts_with("Migrate this app") && action["disabled"].is_null()
            });
            if is_new && first.is_none() {
                client.close(path);
            }
            first
        });
        let Some(gate) = gate else { return };
        client.take(&gate);
        client.save();
    }
}

/// Clients that can less take what they can, and it comes to the same.
#[test]
fn other_clients_get_the_same() {
    let named = [
        "react/quickstart",
        "react/gate-shop",
        "react/crlf",
        "react/bom-no-final-newline",
        "next-app/crlf-line-endings",
    ];
    let cases: Vec<Case> = cases().into_iter().filter(|case| named.contains(&case.name.as_str())).collect();
    assert!(cases.len() == named.len(), "{}", cases.len());
    let others = [
        Can { encoding: "utf-8", ..FULL },
        Can { encoding: "utf-32", ..FULL },
        Can { resolves: false, ..FULL },
        Can { annotations: false, resolves: false, ..FULL },
        Can { literals: false, ..FULL },
        Can { watches: false, ..FULL },
        Can { pulls: true, ..FULL },
    ];
    for case in &cases {
        for can in others {
            check_whole(case, can).unwrap_or_else(|error| panic!("{} {can:?}: {error}", case.name));
        }
    }
}

/// A client that makes no files gets what changes only files that are there, and else hears why it gets nothing.
#[test]
fn clients_that_make_no_files() {
    for can in [
        Can { creates: false, ..FULL },
        Can { creates: false, document_changes: false, annotations: false, ..FULL },
        Can { creates: false, document_changes: false, annotations: false, literals: false, resolves: false, ..FULL },
    ] {
        let prepared = Project::quickstart();
        let expected = Project::quickstart();
        expected.run(&["migrate", "--yes"]);
        let mut client = Client::new(&prepared.path(), can, &json!({}));
        let (_, action) = whole(&mut client, &["src/main.tsx".to_owned()], |_| false).unwrap();
        client.take(&action);
        client.save();
        assert!(client.end());
        same_trees(&prepared, &expected).unwrap();

        let plain = Project::plain_quickstart();
        let mut client = Client::new(&plain.path(), can, &json!({}));
        client.open("src/main.tsx");
        let actions = client.actions_in("src/main.tsx");
        let first = actions.first().unwrap_or_else(|| panic!("{can:?}"));
        match can.literals {
            true => assert!(first["disabled"]["reason"].as_str().unwrap().contains("convex-clerk migrate"), "{first}"),
            false => {
                let params = json!({ "command": first["command"], "arguments": first["arguments"] });
                let error = client.request("workspace/executeCommand", params).unwrap_err();
                assert!(error["message"].as_str().unwrap().contains("convex-clerk migrate"), "{error}");
            }
        }
        assert!(client.end());
    }
}

/// The wiring first, then each gate by itself: the app is where it is when all is taken at once, but for where imports stand.
#[test]
fn gates_one_by_one() {
    let case = cases().into_iter().find(|case| case.name == "react/gate-shop").unwrap();
    let (project, expected) = (committed(&case), committed(&case));
    expected.run(&["migrate", "--yes"]);
    let mut client = Client::new(&project.path(), FULL, &json!({}));
    let paths = sources(&project);
    client.open("src/main.tsx");
    let wiring = client.actions_in("src/main.tsx");
    let wiring = wiring.iter().find(|action| action["title"] == "Migrate this app to Clerk").unwrap();
    client.take(wiring);
    client.save();
    take_gates(&mut client, &paths);
    assert!(client.end());
    same_trees(&project, &expected).unwrap();
}

/// Nothing of it is a fix of what is wrong: a save that fixes all leaves a plain app as it is.
#[test]
fn fixing_all_migrates_nothing() {
    let project = Project::plain_quickstart();
    let mut client = Client::new(&project.path(), FULL, &json!({ "suggestMigration": true }));
    client.open("src/main.tsx");
    let range = client.range_of("src/main.tsx", "<ConvexProvider");
    // What an editor does that fixes all at saving: asks for it, takes what it gets, saves.
    let before = project.tree();
    for only in [json!(["source.fixAll"]), json!(["source"])] {
        for action in client.actions("src/main.tsx", &range, json!({ "only": only, "triggerKind": 2 })) {
            client.take(&action);
        }
        client.save();
    }
    assert_eq!(project.tree(), before);
    for kind in ["source.fixAll", "source.fixAll.convexClerk", "source", "source.organizeImports", "quickfix"] {
        for trigger in [1, 2] {
            let actions = client.actions("src/main.tsx", &range, json!({ "only": [kind], "triggerKind": trigger }));
            assert!(actions.is_empty(), "{kind}: {actions:?}");
        }
    }
    let kinds = |client: &mut Client, only: Value| -> Vec<Value> {
        let actions = client.actions("src/main.tsx", &range, json!({ "only": only }));
        actions.iter().map(|action| action["kind"].clone()).collect()
    };
    assert_eq!(kinds(&mut client, json!(["refactor"]))[0], "refactor.rewrite");
    assert_eq!(kinds(&mut client, json!([""]))[0], "refactor.rewrite");
    assert!(client.end());
}

/// A lamp lights up on a provider and what changes with it; by hand, the migration is there wherever the app begins.
#[test]
fn where_it_is_offered() {
    let project = Project::plain_quickstart();
    project.write("src/Other.tsx", "export function Other() {\n  return <p>nothing of Convex</p>;\n}\n");
    let mut client = Client::new(&project.path(), FULL, &json!({}));
    for path in ["src/main.tsx", "src/Other.tsx"] {
        client.open(path);
    }
    let mut count = |path: &str, text: &str, trigger: i32| {
        let range = client.range_of(path, text);
        client.actions(path, &range, json!({ "triggerKind": trigger })).len()
    };
    assert!(count("src/main.tsx", "<ConvexProvider", 2) > 0);
    assert!(count("src/main.tsx", "{ ConvexProvider,", 1) > 0);
    assert_eq!(count("src/main.tsx", "StrictMode", 2), 0);
    assert!(count("src/main.tsx", "StrictMode", 1) > 0);
    assert_eq!(count("src/Other.tsx", "nothing", 1), 0);
    assert!(client.end());
}

/// An app that is refused says so where somebody asks, and offers nothing.
#[test]
fn a_refused_app_says_why() {
    let case = cases().into_iter().find(|case| case.reason.as_deref() == Some("other-auth")).unwrap();
    let project = committed(&case);
    let mut client = Client::new(&project.path(), FULL, &json!({}));
    let mut disabled = Vec::new();
    for path in sources(&project) {
        client.open(&path);
        for action in client.actions_in(&path) {
            assert!(action["disabled"].is_object(), "{action}");
            disabled.push(action["disabled"]["reason"].clone());
        }
    }
    assert!(!disabled.is_empty());
    assert!(client.end());
}

/// For every fixture: the actions give what the command line gives.
#[test]
fn actions_give_what_the_command_line_gives() {
    check_all(|case| check_whole(case, FULL));
}
