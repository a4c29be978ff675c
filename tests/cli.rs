//! Flags, streams and exit codes.

use std::io::Write as _;
use std::process::Stdio;

use serde_json::Value;

use crate::support::{Outcome, Project, binary, root};

const PATCHED: &str = "+import { ConvexProviderWithClerk } from \"convex/react-clerk\";\n";

fn committed() -> Project {
    let project = Project::quickstart();
    project.commit();
    project
}

/// The quickstart, and beside it an app whose provider has no children.
fn half_refused() -> Project {
    let project = Project::quickstart();
    for (path, bytes) in Project::quickstart().tree() {
        project.write(&format!("other/{path}"), bytes);
    }
    let main = project.read("other/src/main.tsx");
    project.write("other/src/main.tsx", main.replace(">\n      <App />\n    </ConvexProvider>", " />"));
    project.commit();
    project
}

#[track_caller]
fn check(outcome: &Outcome, code: i32, stdout: &str, stderr: &str) {
    assert_eq!(outcome.code, Some(code), "{outcome:#?}");
    match stdout {
        "" => assert_eq!(outcome.stdout, "", "{outcome:#?}"),
        _ => assert!(outcome.stdout.contains(stdout), "no {stdout:?} in {outcome:#?}"),
    }
    assert!(outcome.stderr.contains(stderr), "no {stderr:?} in {outcome:#?}");
}

// Exit code 0.

#[test]
fn shown_written_and_nothing_to_do_are_0() {
    let project = committed();
    check(&project.run(&["migrate", "--dry-run"]), 0, PATCHED, "can be migrated");
    assert_eq!(project.git(&["status", "--porcelain"]), "", "a dry run writes nothing");
    check(&project.run(&["migrate", "--yes"]), 0, "", "written:\n  src/main.tsx\nto undo it: ");
    check(&project.run(&["migrate", "--yes"]), 0, "", "nothing to do: it is on Clerk already");
    check(&project.run(&["migrate", "--check"]), 0, "", "nothing to do");
}

#[test]
fn a_closed_pipe_is_0() {
    let project = committed();
    let mut child =
        binary().current_dir(project.path()).args(["migrate", "--dry-run"]).stdout(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn a_reader_that_closes_the_pipe_does_not_stop_a_write() {
    let project = committed();
    let mut command = binary();
    let args = ["migrate", "--yes", "--format", "json"];
    let mut child = command.current_dir(project.path()).args(args).stdout(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert!(project.read("src/main.tsx").contains("ConvexProviderWithClerk"));
}

// Exit code 1.

#[test]
fn check_is_1_while_changes_are_needed() {
    let project = committed();
    check(&project.run(&["migrate", "--check"]), 1, "", "can be migrated");
    check(&project.run(&["migrate", "--check", "--format", "diff"]), 1, PATCHED, "");
    // Nothing of the chosen level is needed.
    check(&project.run(&["migrate", "--check", "--level", "safe"]), 0, "", "left out: its changes are below the level");
}

// Exit code 2.

#[test]
fn usage_errors_are_2() {
    let project = committed();
    for pair in [["--yes", "--dry-run"], ["--yes", "--check"], ["--dry-run", "--check"], ["-q", "-v"]] {
        check(&project.run(&["migrate", pair[0], pair[1]]), 2, "", "cannot be used with");
    }
    check(&project.run(&["migrate", "--format", "xml"]), 2, "", "possible values: diff, human, json");
    check(&project.run(&["migrate", "--level", "sure"]), 2, "", "possible values: safe, needs-review, manual");
    check(&project.run(&["-v"]), 2, "", "a command is missing");
    check(&project.run(&["nothing"]), 2, "", "unrecognized subcommand");
    check(&project.run(&["explain", "inside"]), 2, "", "there is: clerk-inside");
}

#[test]
fn what_cannot_run_is_2() {
    let project = committed();
    check(&project.run(&["migrate", "nowhere"]), 2, "", "cannot read `nowhere`");
    check(
        &project.run(&["migrate", "--framework", "vue"]),
        2,
        "",
        "there is: next-app, next-pages, tanstack-start, react-router, expo, react",
    );
    check(&project.run(&["migrate", "--app", "apps/x"]), 2, "", "no Convex app is in `apps/x`\nhelp: there is: .");
    check(&Project::empty().run(&["migrate"]), 2, "", "no package.json in `.` or below it");
}

/// What an app leans on is read from the whole workspace, wherever the run begins.
#[test]
fn an_app_s_own_folder_and_its_workspace_give_the_same_patch() {
    let project = Project::copy_of(&root().join("fixtures/next-app/clerk-provider-in-a-workspace-package/before"));
    project.commit();
    let whole = project.run(&["migrate", "--dry-run"]);
    check(&whole, 0, "ConvexProviderWithClerk", "");
    assert!(!whole.stdout.contains("<ClerkProvider>"), "{}", whole.stdout);
    for path in ["apps/web", "apps"] {
        assert_eq!(project.run(&["migrate", "--dry-run", path]).stdout, whole.stdout, "{path}");
    }
}

#[test]
fn two_frameworks_are_2_and_name_the_flag() {
    let project = Project::copy_of(&root().join("fixtures/next-app/quickstart/before"));
    project.write("vite.config.ts", "export default {};\n");
    project.write("index.html", "<div id=\"root\"></div>\n");
    let run = project.run(&["migrate", "--dry-run"]);
    check(&run, 2, "", "may be next-app");
    check(&run, 2, "", "vite.config.ts and index.html");
    check(&project.run(&["migrate", "--dry-run", "--framework", "next-app"]), 0, "clerkMiddleware", "");
}

#[test]
fn no_framework_is_2_and_names_the_flag() {
    let project = committed();
    project.write("package.json", "{ \"dependencies\": { \"convex\": \"^1.48.0\" } }");
    check(&project.run(&["migrate", "--dry-run"]), 2, "", "--framework");
    check(&project.run(&["migrate", "--dry-run", "--framework", "react"]), 0, PATCHED, "");
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_behind_stdout_is_2() {
    let project = committed();
    let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
    let mut command = binary();
    let output = command.current_dir(project.path()).args(["migrate", "--dry-run"]).stdout(full).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8(output.stderr).unwrap().contains("could not write to stdout"));
}

// Exit code 3, and what comes before what.

#[test]
fn a_refused_app_is_3_and_the_others_are_done() {
    let project = half_refused();
    let refused = "refused [childless-provider]: other/src/main.tsx:11:5";
    check(&project.run(&["migrate", "--dry-run"]), 3, PATCHED, refused);
    check(&project.run(&["migrate", "--check"]), 3, "", refused);
    check(&project.run(&["migrate", "--check", "--refused-ok"]), 1, "", refused);
    check(&project.run(&["migrate", "--check", "--quiet"]), 3, "", refused);
    check(&project.run(&["migrate", "--yes", "--refused-ok"]), 0, "", "written:\n  src/main.tsx\n");
    check(&project.run(&["migrate", "--check"]), 3, "", refused);
    check(&project.run(&["migrate", "--check", "--refused-ok"]), 0, "", refused);
    // What could not run comes before what was refused.
    project.write("other/src/main.tsx", project.read("other/src/main.tsx") + "// dirty\n");
    project.write("src/main.tsx", project.read("src/main.tsx").replace("ConvexProviderWithClerk", "x"));
    check(&project.run(&["migrate", "--yes", "nowhere"]), 2, "", "cannot read");
}

#[test]
fn an_app_can_be_chosen() {
    let project = half_refused();
    check(&project.run(&["migrate", "--check", "--app", "."]), 1, "", "can be migrated");
    for app in ["other", "./other", "other/"] {
        check(&project.run(&["migrate", "--check", "--app", app]), 3, "", "refused");
    }
    // Relative to PATH as well as to the base.
    check(&project.run_in("other", &["migrate", "--check", "--app", "."]), 3, "", "refused");
}

// Streams.

#[test]
fn without_a_flag_and_without_a_terminal_it_is_a_dry_run_that_says_how_to_write() {
    let project = committed();
    let outcome = project.run(&["migrate"]);
    check(&outcome, 0, PATCHED, "To write: convex-clerk migrate --yes\n");
    assert_eq!(outcome.stdout, project.run(&["migrate", "--dry-run"]).stdout);
    assert_eq!(project.git(&["status", "--porcelain"]), "");
}

#[test]
fn quiet_says_nothing_and_verbose_says_why() {
    let project = committed();
    assert_eq!(project.run(&["migrate", "--dry-run", "--quiet"]).stderr, "");
    check(&project.run(&["migrate", "--dry-run", "--verbose"]), 0, PATCHED, "why: Convex sees a session only through");
}

#[test]
fn colour_is_a_layer_over_the_same_bytes() {
    let project = committed();
    let plain = project.run(&["migrate", "--dry-run"]).stdout;
    let mut colored = project.run(&["migrate", "--dry-run", "--color", "always"]).stdout;
    assert!(colored.contains("\x1b[32m"));
    for code in ["\x1b[0m", "\x1b[1m", "\x1b[31m", "\x1b[32m", "\x1b[36m"] {
        colored = colored.replace(code, "");
    }
    assert_eq!(colored, plain);
    let run = |name: &str, value: &str| {
        let output =
            binary().current_dir(project.path()).args(["migrate", "--dry-run"]).env(name, value).output().unwrap();
        String::from_utf8(output.stdout).unwrap().contains('\x1b')
    };
    assert!(run("CLICOLOR_FORCE", "1") && !run("CLICOLOR_FORCE", "0") && !run("NO_COLOR", "1"));
}

#[test]
fn human_shows_reasons_and_hunks() {
    let project = committed();
    let outcome = project.run(&["migrate", "--dry-run", "--format", "human"]);
    check(&outcome, 0, "src/main.tsx\n  Give Convex the Clerk session", "");
    assert!(outcome.stdout.ends_with("1 file to change\n"), "{}", outcome.stdout);
}

#[test]
fn json_names_what_it_was_made_for() {
    let project = committed();
    let plan = project.run(&["migrate", "--dry-run", "--format", "json"]).stdout;
    let plan: Value = serde_json::from_str(&plan).unwrap();
    assert_eq!(plan["version"], 1);
    assert_eq!(plan["apps"][0]["outcome"], "migrated");
    let hash = |path: &str| {
        let output = std::process::Command::new("sha256sum").arg(project.path().join(path)).output().unwrap();
        String::from_utf8(output.stdout).unwrap().split(' ').next().unwrap().to_owned()
    };
    let file = &plan["files"][0];
    assert_eq!(file["base_sha256"], hash("src/main.tsx"));
    // Ranges point at the text, in bytes and in lines.
    let text = project.read("src/main.tsx");
    let name = plan["groups"][0]["edits"]
        .as_array()
        .unwrap()
        .iter()
        .find(|edit| edit["text"] == "ConvexProviderWithClerk")
        .unwrap();
    let (start, end) = (name["start"].as_u64().unwrap() as usize, name["end"].as_u64().unwrap() as usize);
    assert_eq!(&text[start..end], "ConvexProvider");
    let line = text.lines().nth(name["line"].as_u64().unwrap() as usize - 1).unwrap();
    assert!(line[name["column"].as_u64().unwrap() as usize - 1..].starts_with("ConvexProvider"));
    project.run(&["migrate", "--yes"]);
    assert_eq!(file["result_sha256"], hash("src/main.tsx"));
}

// The graph.

#[test]
fn the_graph_is_printed_in_four_formats() {
    let project = committed();
    check(&project.run(&["graph"]), 0, ". (react)\n", "");
    assert_eq!(project.run(&["graph", "."]), project.run(&["graph", "--format", "text", "--app", "."]));
    let json = project.run(&["graph", "--format", "json", "--gate", "none"]);
    let picture: Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!((&picture["version"], &picture["apps"][0]["id"]), (&1.into(), &".".into()));
    check(&project.run(&["graph", "--format", "dot"]), 0, "digraph \"convex-clerk\" {\n", "");
    check(
        &project.run(&["graph", "--format", "svg", "--gate", "root"]),
        0,
        "<svg xmlns=\"http://www.w3.org/2000/svg\"",
        "",
    );
    assert_eq!(project.git(&["status", "--porcelain"]), "", "a graph writes nothing");
}

#[test]
fn a_graph_that_cannot_be_drawn_is_2() {
    let project = committed();
    check(&project.run(&["graph", "nowhere"]), 2, "", "cannot read `nowhere`");
    check(&project.run(&["graph", "--app", "apps/x"]), 2, "", "no Convex app is in `apps/x`");
    check(&project.run(&["graph", "--framework", "vue"]), 2, "", "no framework is called `vue`");
    check(&project.run(&["graph", "--format", "png"]), 2, "", "possible values: text, json, dot, svg");
    check(&project.run(&["graph", "--gate", "all"]), 2, "", "possible values: auto, root, none");
    check(&Project::empty().run(&["graph"]), 2, "", "no package.json in `.` or below it");
    // No app is nothing to draw, and no failure; a framework that is only recognised is named.
    let project = Project::new(&[("package.json", "{}")]);
    check(&project.run(&["graph"]), 0, "no Convex app was found\n", "");
}

// Pages.

#[test]
fn pages_are_printed() {
    let project = Project::empty();
    check(&project.run(&["--help"]), 0, "Exit codes:", "");
    check(&project.run(&["migrate", "--help"]), 0, "--allow-dirty", "");
    check(&project.run(&["graph", "--help"]), 0, "--format svg > graph.svg", "");
    check(&project.run(&["--version"]), 0, concat!("convex-clerk ", env!("CARGO_PKG_VERSION"), "\n"), "");
    check(&project.run(&["--version", "-v"]), 0, "checked 2026-", "");
    check(&project.run(&["completions", "fish"]), 0, "complete -c convex-clerk", "");
    check(&project.run(&["man"]), 0, "allow\\-dirty", "");
    let list = project.run(&["explain"]).stdout;
    for id in list.lines().map(|line| line.split(' ').next().unwrap()) {
        check(&project.run(&["explain", id]), 0, id, "");
    }
}

/// An application of Nx has no package.json: its folder, and --app, choose it all the same.
#[test]
fn an_nx_application_is_chosen_by_its_folder() {
    let project = Project::copy_of(&root().join("fixtures/next-app/monorepo-nx-projects/before"));
    project.commit();
    let by_path = project.run_in("apps/desk", &["migrate", "--dry-run"]);
    let by_name = project.run(&["migrate", "--dry-run", "--app", "apps/desk"]);
    assert_eq!((by_path.code, by_name.code), (Some(0), Some(0)), "{}", by_path.stderr);
    assert!(by_path.stdout.contains("apps/desk/src/main.tsx") && !by_path.stdout.contains("apps/site"));
    assert_eq!(by_path.stdout, by_name.stdout);
}

/// A framework that nobody can tell stops a run that is about that app alone; among several apps it is a refusal.
#[test]
fn an_unknown_framework_stops_only_a_run_about_it_alone() {
    let files = |name: &str| root().join("fixtures/react").join(name).join("before");
    let project = Project::copy_of(&files("workspace-root-of-no-framework"));
    let run = project.run(&["migrate", "--dry-run"]);
    assert_eq!(run.code, Some(3), "{}", run.stderr);
    assert!(run.stdout.contains("apps/web/src/main.tsx") && run.stderr.contains("refused [unknown-framework]"));
    let run = project.run(&["migrate", "--dry-run", "--app", "."]);
    assert_eq!((run.code, &*run.stdout), (Some(2), ""), "{}", run.stderr);
    assert!(run.stderr.contains("no framework was recognised"), "{}", run.stderr);
    std::fs::remove_dir_all(project.path().join("apps")).unwrap();
    assert_eq!(project.run(&["migrate", "--dry-run"]).code, Some(2));
    // `--framework` says what it is.
    let project = Project::copy_of(&files("workspace-two-frameworks-fit-one-app"));
    let run = project.run(&["migrate", "--check", "--app", "apps/amb", "--framework", "react"]);
    assert_eq!(run.code, Some(1), "{}", run.stderr);
}

/// Several apps end in a table; a framework that is only recognised comes with a paragraph and one address, and writes nothing.
#[test]
fn several_apps_end_in_a_table_and_a_recognised_one_says_where_to_go_on() {
    let project = Project::quickstart();
    project.write(
        "site/package.json",
        "{ \"dependencies\": { \"convex\": \"1\", \"convex-vue\": \"1\", \"vue\": \"3\" } }\n",
    );
    let run = project.run(&["migrate", "--dry-run"]);
    assert_eq!(run.code, Some(3), "{}", run.stderr);
    let table = "\n2 apps:\n  .     react  patch\n  site  Vue    refused   unsupported-framework\n";
    assert!(run.stderr.ends_with(table), "{}", run.stderr);
    let page = "https://clerk.com/docs/vue/getting-started/quickstart";
    assert!(
        run.stderr.contains(&format!("    see: {page}\n")) && run.stderr.contains("no React tree"),
        "{}",
        run.stderr
    );
    let run = project.run(&["migrate", "--dry-run", "--format", "json", "--app", "site"]);
    let plan: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!((&plan["apps"][0]["doc"], &plan["files"]), (&page.into(), &Value::Array(Vec::new())));
    assert!(plan["apps"][0]["message"].as_str().unwrap().starts_with("The app is built with Vue"));
    assert!(!run.stderr.contains("apps:"), "{}", run.stderr);
    let explained = project.run(&["explain", "vue"]).stdout;
    assert!(explained.contains("no React tree") && explained.contains(page), "{explained}");
}

/// The groups that `--interactive` writes, given what is typed.
#[track_caller]
fn check_chosen(typed: &str, changed: &[&str], said: &str) {
    let project = Project::copy_of(&root().join("fixtures/react/gate-shop/before"));
    project.commit();
    let mut command = binary();
    command.current_dir(project.path()).args(["migrate", "--interactive"]);
    let child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = child.spawn().unwrap();
    child.stdin.take().unwrap().write_all(typed.as_bytes()).unwrap();
    let run: Outcome = child.wait_with_output().unwrap().into();
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert_eq!(run.stdout, "");
    assert!(run.stderr.contains(said), "{}", run.stderr);
    let status = project.git(&["diff", "--name-only"]);
    assert_eq!(status.lines().filter(|path| path.starts_with("src/")).collect::<Vec<_>>(), changed, "{typed:?}");
}

#[test]
fn each_change_can_be_taken_or_left() {
    let (main, admin, orders, bar) =
        ("src/main.tsx", "src/pages/Admin.tsx", "src/pages/Orders.tsx", "src/parts/TopBar.tsx");
    check_chosen("a\ny\n", &[main, admin, orders, bar], "Write 6 files? [y/N]");
    check_chosen(
        "y\nn\ny\nq\ny\n",
        &[main, admin],
        "\nleft: Show `OrderBadge` to those who are signed in, as it goes only with: Show `OrderList`",
    );
    check_chosen("y\nwhat\n?\nq\ny\n", &[main], "? - show this");
    check_chosen("n\n", &[], "nothing was written");
    check_chosen("a\nn\n", &[], "nothing was written");
    check_chosen("y\n", &[], "nothing was written");
    check_chosen("", &[], "nothing was written");
}

#[test]
fn a_check_that_finds_nothing_to_change_lists_no_steps() {
    let project = committed();
    let first = project.run(&["migrate", "--check"]);
    assert!(first.code == Some(1) && first.stderr.contains("left to you:"), "{}", first.stderr);
    project.run(&["migrate", "--yes"]);
    let second = project.run(&["migrate", "--check"]);
    assert!(second.code == Some(0) && !second.stderr.contains("left to you:"), "{}", second.stderr);
}
