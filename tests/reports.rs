//! The views of a plan, and `apply`, which carries one out that was saved.

use std::fs;
use std::process::Command;

use serde_json::Value;

use crate::fixtures::{check_all, equal};
use crate::support::{Outcome, Project, binary, root};

/// Runs `migrate --dry-run` with `--output` for each ending, and gives the folder they are in.
fn views(project: &Project, args: &[&str]) -> (tempfile::TempDir, Outcome) {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let outputs = ["plan.json", "results.sarif", "body.md", "page.html", "patch.diff", "github=notes"];
    let outputs = outputs.map(|name| match name.split_once('=') {
        Some((format, name)) => format!("{format}={}", file(name)),
        None => file(name),
    });
    let mut all = vec!["migrate", "--dry-run"];
    all.extend(outputs.iter().flat_map(|output| ["--output", output.as_str()]));
    all.extend(args);
    let run = project.run(&all);
    (folder, run)
}

fn text(folder: &tempfile::TempDir, name: &str) -> String {
    fs::read_to_string(folder.path().join(name)).unwrap()
}

#[test]
fn a_saved_plan_does_what_writing_does() {
    check_all(|case| {
        let (written, applied) = (case.before(), case.before());
        case.run(&written, &["--yes"]);
        let plan = tempfile::NamedTempFile::with_suffix(".json").unwrap();
        let plan = plan.path().to_str().unwrap();
        case.run(&applied, &["--dry-run", "--output", plan]);
        let first = applied.run(&["apply", plan]);
        equal("exit code", &format!("{:?}", first.code), "Some(0)")?;
        equal("files", &format!("{:?}", applied.tree() == written.tree()), "true")?;
        let second = applied.run(&["apply", plan]);
        equal("second exit code", &format!("{:?}", second.code), "Some(0)")?;
        equal("second run", &second.stderr.contains("written:").to_string(), "false")?;
        equal("files after it", &format!("{:?}", applied.tree() == written.tree()), "true")
    });
}

#[test]
fn what_is_saved_is_what_is_printed() {
    let project = Project::plain_quickstart();
    let (folder, run) = views(&project, &[]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert_eq!(text(&folder, "patch.diff"), run.stdout);
    for (name, format) in
        [("plan.json", "json"), ("results.sarif", "sarif"), ("body.md", "markdown"), ("notes", "github")]
    {
        assert_eq!(text(&folder, name), project.run(&["migrate", "--dry-run", "--format", format]).stdout, "{format}");
    }
    let plan = folder.path().join("plan.json");
    assert_eq!(project.run(&["apply", "--dry-run", plan.to_str().unwrap()]).stdout, run.stdout);
    let html = project.run(&["migrate", "--dry-run", "--format", "html"]).stdout;
    assert_eq!(text(&folder, "page.html"), html);
}

#[test]
fn an_output_has_to_name_its_format_and_a_file_of_its_own() {
    let project = Project::plain_quickstart();
    let before = project.tree();
    for (output, said) in [
        ("plan.xml", "its ending names no format"),
        ("diff=package.json", "is a file that the plan changes"),
        ("human=./src/main.tsx", "is a file that the plan changes"),
        ("no-such-folder/plan.json", "could not write `no-such-folder/plan.json`"),
    ] {
        let run = project.run(&["migrate", "--dry-run", "--output", output]);
        assert_eq!(run.code, Some(2), "{output}");
        assert!(run.stderr.contains(said), "{output}: {}", run.stderr);
    }
    assert_eq!(project.tree(), before);
}

#[cfg(unix)]
#[test]
fn an_output_does_not_follow_a_link_to_what_changes() {
    use std::os::unix::fs::symlink;
    let project = Project::plain_quickstart();
    for (target, link) in [("src/main.tsx", "a.json"), ("a.json", "b.json"), ("convex/auth.config.ts", "c.json")] {
        symlink(target, project.path().join(link)).unwrap();
    }
    let before = project.tree();
    for args in [["--output", "a.json"], ["--output", "b.json"], ["--output", "c.json"], ["--steps", "a.json"]] {
        let run = project.run(&[&["migrate", "--dry-run"][..], &args].concat());
        assert_eq!(run.code, Some(2), "{args:?}");
        assert!(run.stderr.contains("is a file that the plan changes: choose another"), "{args:?}: {}", run.stderr);
    }
    assert_eq!(project.tree(), before);
    symlink("elsewhere.json", project.path().join("d.json")).unwrap();
    let run = project.run(&["migrate", "--dry-run", "--output", "d.json"]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert!(project.read("elsewhere.json").starts_with("{\n"));
    let run = project.run(&["migrate", "--dry-run", "--output", "x.json", "--output", "sarif=./x.json"]);
    assert!(run.code == Some(2) && run.stderr.contains("is to hold two views"), "{}", run.stderr);
}

#[test]
fn fingerprints_stay_where_lines_are_added_above() {
    let results = |project: &Project| -> Vec<(Value, Value)> {
        let run = project.run(&["migrate", "--dry-run", "--format", "sarif"]);
        let log: Value = serde_json::from_str(&run.stdout).unwrap();
        let results = log["runs"][0]["results"].as_array().unwrap().clone();
        let line = |result: &Value| result["locations"][0]["physicalLocation"]["region"]["startLine"].clone();
        results.iter().map(|result| (result["partialFingerprints"].clone(), line(result))).collect()
    };
    let project = Project::copy_of(&root().join("fixtures/react/gate-shop/before"));
    let before = results(&project);
    assert!(before.len() >= 6, "{before:?}");
    let text = project.read("src/main.tsx");
    project.write("src/main.tsx", format!("// one\n// two\n{text}"));
    let after = results(&project);
    let prints = |results: &[(Value, Value)]| results.iter().map(|(print, _)| print.to_string()).collect::<Vec<_>>();
    assert_eq!(prints(&before), prints(&after));
    assert_ne!(before, after, "the lines have moved");
    let mut different = prints(&before);
    different.sort();
    different.dedup();
    assert_eq!(different.len(), before.len());
}

#[test]
fn a_refused_app_is_an_error_in_each_view() {
    let project = Project::copy_of(&root().join("fixtures/react").join(refused_case()).join("before"));
    let (folder, run) = views(&project, &[]);
    assert_eq!(run.code, Some(3), "{}", run.stderr);
    assert!(text(&folder, "notes").starts_with("::error "), "{}", text(&folder, "notes"));
    assert!(text(&folder, "results.sarif").contains("\"level\": \"error\""));
    assert!(text(&folder, "body.md").contains("refused (`"));
    assert!(text(&folder, "page.html").contains("<strong>refused</strong>"));
}

/// A fixture of a React app that is refused.
fn refused_case() -> String {
    let case = crate::fixtures::cases()
        .into_iter()
        .find(|case| case.expect == "refused" && case.name.starts_with("react/") && case.options.is_empty());
    case.unwrap().name.trim_start_matches("react/").to_owned()
}

#[test]
fn no_more_annotations_are_printed_than_github_shows() {
    let project = Project::copy_of(&root().join("fixtures/react/gate-shop/before"));
    let app = project.read("src/pages/Admin.tsx");
    let part = project.read("src/parts/CartTable.tsx");
    let (mut imports, mut elements) = (String::new(), String::new());
    for number in 0..14 {
        let name = format!("More{number}");
        let box_of = format!(
            "import {{ {name} }} from \"./{name}\";\n\nexport function Box{number}() {{\n  return (\n    <div>\n      <{name} />\n    </div>\n  );\n}}\n"
        );
        project.write(&format!("src/parts/{name}.tsx"), part.replace("CartTable", &name));
        project.write(&format!("src/parts/Box{number}.tsx"), box_of);
        imports.push_str(&format!("import {{ Box{number} }} from \"../parts/Box{number}\";\n"));
        elements.push_str(&format!("      <Box{number} />\n"));
    }
    project.write("src/pages/Admin.tsx", imports + &app.replace("      <CartTable />\n", &elements));
    let run = project.run(&["migrate", "--dry-run", "--format", "github"]);
    let notices = run.stdout.lines().filter(|line| line.starts_with("::notice ")).count();
    assert_eq!(notices, 10, "{}", run.stdout);
    assert!(run.stdout.lines().last().unwrap().ends_with(" more notices in the summary"), "{}", run.stdout);
}

/// A plan of the quickstart, changed by `change`, applied to the quickstart: nothing may be written.
#[track_caller]
fn check_refused(change: impl Fn(&mut Value), said: &str) {
    let project = Project::plain_quickstart();
    let run = project.run(&["migrate", "--dry-run", "--format", "json"]);
    let mut plan: Value = serde_json::from_str(&run.stdout).unwrap();
    change(&mut plan);
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(file.path(), plan.to_string()).unwrap();
    let before = project.tree();
    let run = project.run(&["apply", file.path().to_str().unwrap()]);
    assert_eq!(run.code, Some(2), "{}", run.stderr);
    assert!(run.stderr.contains(said), "{}", run.stderr);
    assert!(run.stderr.contains("nothing was written"), "{}", run.stderr);
    assert_eq!(project.tree(), before);
}

/// What a plan says of `src/main.tsx`.
fn main(plan: &mut Value) -> &mut Value {
    let mut files = plan["files"].as_array_mut().unwrap().iter_mut();
    files.find(|file| file["path"] == "src/main.tsx").unwrap()
}

#[test]
fn a_plan_of_another_version_is_refused() {
    check_refused(|plan| plan["version"] = 0.into(), "help: make the plan again");
    check_refused(
        |plan| {
            plan["version"] = 2.into();
            plan["tool"]["version"] = "9.8.7".into();
            plan["files"] = "something new".into();
        },
        "upgrade to that version or a later one",
    );
    check_refused(|plan| plan["tool"]["name"] = "other".into(), "is no plan of convex-clerk");
    check_refused(|plan| plan["files"] = Value::Null, "is no plan of convex-clerk");
}

#[test]
fn a_plan_that_leads_elsewhere_is_refused() {
    for path in ["../a.ts", "/etc/passwd", "src/../../a", ".git/config", ".GIT/hooks/x", "src//a.ts", "./a.ts", ""] {
        check_refused(|plan| plan["files"][0]["path"] = path.into(), "is not a place for a project's file");
    }
    check_refused(|plan| plan["files"][1] = plan["files"][0].clone(), "twice");
}

#[test]
fn a_plan_that_contradicts_itself_is_refused() {
    check_refused(|plan| main(plan)["replacements"][0]["text"] = "evil()".into(), "does not give what it should");
    check_refused(|plan| main(plan)["replacements"][0]["start"] = 4_000_000_000_u32.into(), "does not give");
    check_refused(|plan| main(plan)["mode"] = "104755".into(), "does not give");
    check_refused(|plan| main(plan)["base_sha256"] = Value::Null, "files have changed since");
}

#[cfg(unix)]
#[test]
fn a_plan_is_not_carried_out_through_links() {
    let project = Project::plain_quickstart();
    let run = project.run(&["migrate", "--dry-run", "--format", "json"]);
    let outside = Project::empty();
    project.write("plan.json", run.stdout);
    fs::rename(project.path().join("src"), outside.path().join("src")).unwrap();
    std::os::unix::fs::symlink(outside.path().join("src"), project.path().join("src")).unwrap();
    let before = (project.tree(), outside.tree());
    let run = project.run(&["apply", "plan.json"]);
    assert_eq!(run.code, Some(2), "{}", run.stderr);
    assert!(run.stderr.contains("symbolic link `src`"), "{}", run.stderr);
    assert_eq!((project.tree(), outside.tree()), before);
}

#[test]
fn a_plan_still_fits_commits_later() {
    let project = Project::plain_quickstart();
    project.commit();
    let plan = tempfile::NamedTempFile::with_suffix(".json").unwrap();
    let plan = plan.path().to_str().unwrap();
    project.run(&["migrate", "--dry-run", "--output", plan]);
    for number in 1..=3 {
        project.write(&format!("src/other{number}.ts"), "export {};\n");
        project.git(&["add", "--all"]);
        project.git(&["commit", "--quiet", "--message=other"]);
    }
    let before = project.tree();
    // A file of the plan has changed: not even the others are written.
    project.write("src/main.tsx", project.read("src/main.tsx") + "\n");
    let run = project.run(&["apply", plan]);
    assert_eq!(run.code, Some(2));
    assert!(run.stderr.contains("files have changed since the plan was made; nothing was written:\n  src/main.tsx\n"));
    project.git(&["checkout", "--quiet", "."]);
    assert_eq!(project.tree(), before);
    // Half of it is there already.
    let half = project.run(&["apply", "--dry-run", plan]).stdout;
    let first = half.find("diff --git a/src/main.tsx").unwrap();
    assert_eq!(project.apply("", &half[..first], &[]).code, Some(0));
    let run = project.run(&["apply", "--allow-dirty", plan]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert!(run.stderr.contains("3 files of the plan: nothing to do"), "{}", run.stderr);
    assert!(project.read("src/main.tsx").contains("ConvexProviderWithClerk"));
    assert!(project.run(&["migrate", "--check"]).code == Some(0));
}

#[test]
fn a_plan_is_read_from_stdin() {
    let project = Project::plain_quickstart();
    let plan = project.run(&["migrate", "--dry-run", "--format", "json"]).stdout;
    let mut command: Command = binary();
    let mut child = command
        .current_dir(project.path())
        .args(["apply", "-"])
        .stdin(std::process::Stdio::piped())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), plan.as_bytes()).unwrap();
    assert!(child.wait().unwrap().success());
    assert!(project.read("src/main.tsx").contains("ConvexProviderWithClerk"));
}

#[test]
fn a_repository_of_forty_apps_has_one_plan() {
    let project = Project::empty();
    let app = crate::support::tree(&root().join("fixtures/react/quickstart/before"));
    let refused = crate::support::tree(&root().join("fixtures/react").join(refused_case()).join("before"));
    for number in 0..40 {
        let files = if number % 8 == 7 { &refused } else { &app };
        for (path, bytes) in files {
            project.write(&format!("apps/app{number:02}/{path}"), bytes);
        }
    }
    project.write("package.json", "{ \"private\": true, \"workspaces\": [\"apps/*\"] }\n");
    project.commit();
    let (folder, run) = views(&project, &[]);
    assert_eq!(run.code, Some(3), "{}", run.stderr);
    let notes = text(&folder, "notes");
    let of_kind = |kind: &str| notes.lines().filter(|line| line.starts_with(&format!("::{kind} "))).count();
    assert_eq!((of_kind("error"), of_kind("notice")), (5, 10), "{notes}");
    let body = text(&folder, "body.md");
    assert!(body.chars().count() < 65_536 && body.contains("| `apps/app39` |"), "{} characters", body.chars().count());
    let plan: Value = serde_json::from_str(&text(&folder, "plan.json")).unwrap();
    assert_eq!(plan["apps"].as_array().unwrap().len(), 40);
    assert_eq!(plan["groups"].as_array().unwrap().len(), 35);
    let file = folder.path().join("plan.json");
    let applied = project.run(&["apply", file.to_str().unwrap()]);
    assert_eq!(applied.code, Some(0), "{}", applied.stderr);
    assert_eq!(project.run(&["migrate", "--check", "--refused-ok"]).code, Some(0));
}

#[test]
fn a_name_stays_in_its_cell() {
    let project = Project::empty();
    let app = crate::support::tree(&root().join("fixtures/react/quickstart/before"));
    for (path, bytes) in &app {
        project.write(&format!("a|<b>`@octocat|/{path}"), bytes);
        project.write(&format!("b/{path}"), bytes);
    }
    let body = project.run(&["migrate", "--dry-run", "--format", "markdown"]).stdout;
    let row = body.lines().find(|line| line.starts_with("| `` a")).unwrap();
    assert_eq!(row, "| `` a\\|<b>`@octocat\\| `` | react | changed here |");
}

#[test]
fn a_body_is_never_longer_than_github_takes() {
    let project = Project::empty();
    let app = crate::support::tree(&root().join("fixtures/tanstack-start/official-template/before"));
    for number in 0..90 {
        for (path, bytes) in &app {
            project.write(&format!("apps/app{number:02}/{path}"), bytes);
        }
    }
    let body = project.run(&["migrate", "--dry-run", "--format", "markdown"]).stdout;
    assert!(body.chars().count() <= 60_000, "{}", body.chars().count());
    assert!(body.contains("too long for here") && body.contains("- and "), "{body}");
}

#[test]
fn an_empty_repository_has_nothing_to_say() {
    let project = Project::empty();
    project.git(&["init", "--quiet"]);
    let (folder, run) = views(&project, &[]);
    assert_eq!(run.code, Some(2), "{}", run.stderr);
    assert!(run.stderr.contains("no package.json"), "{}", run.stderr);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    // A package without Convex is no error: nothing is to be done there.
    project.write("package.json", "{ \"name\": \"tools\" }\n");
    let (folder, run) = views(&project, &[]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert_eq!((text(&folder, "patch.diff").as_str(), text(&folder, "notes").as_str()), ("", ""));
    assert!(text(&folder, "body.md").contains("Nothing is to be changed."));
    let file = folder.path().join("plan.json");
    assert_eq!(project.run(&["apply", file.to_str().unwrap()]).code, Some(0));
}

#[test]
fn each_hunk_has_its_own_reason_above_it() {
    let project = Project::copy_of(&root().join("fixtures/react/gate-shop/before"));
    let shown = project.run(&["migrate", "--dry-run", "--format", "human"]).stdout;
    let admin = &shown[shown.find("src/pages/Admin.tsx\n").unwrap()..shown.find("src/pages/Orders.tsx\n").unwrap()];
    let hunks: Vec<&str> = admin.split("@@ -").collect();
    assert_eq!(hunks.len(), 5, "{admin}");
    // Imports are for all three; then each gate.
    for name in ["CartTable", "ProfileCard", "StockTable"] {
        assert!(hunks[0].contains(&format!("Show `{name}` to")), "{admin}");
    }
    assert!(!hunks[0].contains("throws"), "{admin}");
    for (at, query) in ["shop:cart throws", "shop:profile throws", "shop:stock throws"].into_iter().enumerate() {
        assert_eq!(hunks.iter().position(|hunk| hunk.contains(query)), Some(at + 1), "{admin}");
    }
}

#[test]
fn contents_and_names_do_not_drive_who_reads_a_log() {
    let project = Project::plain_quickstart();
    project.write(
        "src/main.tsx",
        project.read("src/main.tsx").replace("createRoot(doc", "/* \u{1b}[31m \u{202e} */ createRoot(doc"),
    );
    let human = project.run(&["migrate", "--dry-run", "--format", "human"]);
    assert!(human.stdout.contains("/* \\x1b[31m \\u{202e} */"), "{}", human.stdout);
    let patch = project.run(&["migrate", "--dry-run"]).stdout;
    assert!(patch.contains("/* \u{1b}[31m \u{202e} */"), "{patch}");
    let odd = Project::empty();
    for (path, bytes) in crate::support::tree(&root().join("fixtures/react/quickstart/before")) {
        odd.write(&format!("a\u{1b}[31m/{path}"), bytes);
    }
    let run = odd.run(&["migrate", "--yes"]);
    assert!(
        run.code == Some(0) && !run.stderr.contains('\u{1b}') && run.stderr.contains("a\\x1b[31m"),
        "{}",
        run.stderr
    );
}

#[test]
fn a_saved_plan_is_shown_as_git_keeps_the_files() {
    // The checkout has CRLF where git has LF: a patch has to name and show what git has.
    let project = Project::plain_quickstart();
    project.commit();
    project.git(&["config", "core.autocrlf", "true"]);
    std::fs::remove_file(project.path().join("src/main.tsx")).unwrap();
    project.git(&["checkout", "--quiet", "src/main.tsx"]);
    assert!(project.read("src/main.tsx").contains("\r\n"));
    let patch = project.run(&["migrate", "--dry-run", "--output", "plan.json"]).stdout;
    assert_eq!(project.run(&["apply", "--dry-run", "plan.json"]).stdout, patch);
}

#[test]
fn a_step_of_a_body_mentions_nobody() {
    let project = Project::copy_of(&root().join("fixtures/react/gate-shop/before"));
    let args = ["migrate", "--dry-run", "--format", "markdown", "--rule", "plain-convex-provider"];
    let body = project.run(&args).stdout;
    assert!(body.contains("- [ ] Install @<!-- -->clerk/react.\n"), "{body}");
}
