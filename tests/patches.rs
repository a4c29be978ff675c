//! Patches as git takes them, in repositories of every kind.

use std::fs;

use crate::support::{Outcome, Project};

const PROVIDER: &str = "import { ConvexProvider } from \"convex/react\";\nexport const P = (p: any) => (\n  <ConvexProvider client={p.client}>\n    {p.children}\n  </ConvexProvider>\n);\n";
const PACKAGE: &str =
    "{ \"dependencies\": { \"convex\": \"^1.48.0\", \"react\": \"^19\", \"react-dom\": \"^19\", \"vite\": \"^7\" } }\n";

/// An app whose provider is in the file `path`.
fn app(folder: &str, path: &str) -> Vec<(String, String)> {
    let at = |path: &str| if folder.is_empty() { path.to_owned() } else { format!("{folder}/{path}") };
    vec![
        (at("package.json"), PACKAGE.to_owned()),
        (at("index.html"), "<div id=\"root\"></div>\n".to_owned()),
        (at(path), PROVIDER.to_owned()),
    ]
}

fn project(apps: &[Vec<(String, String)>]) -> Project {
    let project = Project::empty();
    for (path, text) in apps.iter().flatten() {
        project.write(path, text);
    }
    project
}

fn patch(project: &Project, folder: &str) -> String {
    let run = project.run_in(folder, &["migrate", "--dry-run"]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert!(run.stdout.contains("ConvexProviderWithClerk"), "{}", run.stderr);
    run.stdout
}

#[track_caller]
fn check_applied(outcome: &Outcome) {
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
}

#[test]
fn names_of_every_kind() {
    for name in [
        "a b.tsx",
        "it's \"it\".tsx",
        "tab\there.tsx",
        "é-日本.tsx",
        "[id].tsx",
        "(group)/x.tsx",
        "back\\slash.tsx",
        "-x.tsx",
    ] {
        let project = project(&[app("", &format!("src/{name}"))]);
        project.commit();
        let patch = patch(&project, "");
        check_applied(&project.apply("", &patch, &["--index"]));
        let status = project.git(&["status", "--short"]);
        assert!(status.starts_with("M "), "{name}: {status}");
        // The bytes are git's own, but for the words after a hunk's place.
        let own = project.git(&["diff", "--cached", "--full-index", "--diff-algorithm=myers", "--no-indent-heuristic"]);
        let bare = |text: &str| -> Vec<String> {
            text.lines().map(|line| line.split(" @@").next().unwrap_or_default().to_owned()).collect()
        };
        assert_eq!(bare(&patch), bare(&own), "{name}");
    }
}

#[cfg(unix)]
#[test]
fn an_executable_file_stays_executable() {
    use std::os::unix::fs::PermissionsExt;
    let project = project(&[app("", "src/main.tsx")]);
    let file = project.path().join("src/main.tsx");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
    project.commit();
    let patch = patch(&project, "");
    assert!(patch.contains(" 100755\n"), "{patch}");
    check_applied(&project.apply("", &patch, &["--index"]));
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o755);
    project.git(&["checkout", "--quiet", "--force", "."]);
    project.git(&["reset", "--quiet", "--hard"]);
    let run = project.run(&["migrate", "--yes"]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o755);
}

#[test]
fn a_patch_applies_three_way_after_an_unrelated_commit() {
    let project = project(&[app("", "src/main.tsx")]);
    project.commit();
    let patch = patch(&project, "");
    // The lines around the change move: only the blobs that the patch names bring the two together.
    let text = project.read("src/main.tsx");
    project
        .write("src/main.tsx", format!("// one\n// two\n// three\n// four\n{}", text.replace("(p: any)", "(p: any )")));
    project.git(&["commit", "--quiet", "--all", "--message=unrelated"]);
    let applied = project.apply("", &patch, &["--3way"]);
    assert!(!applied.stderr.contains("lacks the necessary blob"), "{}", applied.stderr);
    let text = project.read("src/main.tsx");
    assert!(text.contains("ConvexProviderWithClerk") && text.contains("// four"), "{text}");
}

#[test]
fn checkouts_that_convert_line_endings() {
    for (name, config, attributes) in [
        ("core.autocrlf", Some("core.autocrlf"), None),
        ("eol=crlf", None, Some("*.tsx text eol=crlf\n")),
        ("no conversion", None, None),
    ] {
        let project = project(&[app("", "src/main.tsx")]);
        project.write("src/main.tsx", PROVIDER.replace('\n', "\r\n"));
        project.git(&["init", "--quiet", "--initial-branch=main"]);
        if let Some(config) = config {
            project.git(&["config", config, "true"]);
        }
        if let Some(attributes) = attributes {
            project.write(".gitattributes", attributes);
        }
        project.git(&["add", "--all"]);
        project.git(&["commit", "--quiet", "--message=before"]);
        let patch = patch(&project, "");
        for form in [&["--index"][..], &["--3way"], &["--cached"], &["--whitespace=nowarn"]] {
            check_applied(&project.apply("", &patch, form));
            if form != ["--whitespace=nowarn"] {
                project.git(&["reset", "--quiet", "--hard"]);
            }
        }
        let after = project.read("src/main.tsx");
        assert!(!after.replace("\r\n", "").contains('\n') && after.contains("Clerk"), "{name}: {after:?}");
        // The ids are those of the blobs that git keeps.
        let id = project.git(&["hash-object", "--path=src/main.tsx", "src/main.tsx"]);
        assert!(patch.contains(&format!("..{} 100644", id.trim())), "{name}: {patch}");
        let old = project.git(&["rev-parse", "HEAD:src/main.tsx"]);
        assert!(patch.contains(&format!("index {}..", old.trim())), "{name}: {patch}");
    }
}

#[test]
fn a_repository_with_sha256_ids() {
    let project = project(&[app("", "src/main.tsx")]);
    project.git(&["init", "--quiet", "--object-format=sha256"]);
    project.git(&["add", "--all"]);
    project.git(&["commit", "--quiet", "--message=before"]);
    let patch = patch(&project, "");
    let old = project.git(&["rev-parse", "HEAD:src/main.tsx"]);
    assert!(patch.contains(&format!("index {}..", old.trim())), "{patch}");
    check_applied(&project.apply("", &patch, &["--index"]));
}

#[test]
fn two_packages_from_a_sub_folder() {
    let project = project(&[app("apps/one", "src/main.tsx"), app("apps/two", "src/main.tsx")]);
    project.write("package.json", "{ \"workspaces\": [\"apps/*\"] }\n");
    project.commit();
    let run = project.run_in("apps/one", &["migrate", "../.."]);
    // git passes over what lies outside the current folder, and says nothing.
    check_applied(&project.apply("apps/one", &run.stdout, &[]));
    assert!(!project.read("apps/two/src/main.tsx").contains("Clerk"));
    project.git(&["checkout", "--quiet", "."]);
    // The command that the summary prints reaches them all.
    let command = run
        .stderr
        .lines()
        .find_map(|line| line.strip_prefix("or, with a patch: "))
        .unwrap_or_else(|| panic!("{}", run.stderr));
    let path = std::path::Path::new(env!("CARGO_BIN_EXE_convex-clerk")).parent().unwrap();
    let paths = format!("{}:{}", path.display(), std::env::var("PATH").unwrap());
    let mut shell = std::process::Command::new("sh");
    let outcome: Outcome = shell
        .args(["-c", command])
        .current_dir(project.path().join("apps/one"))
        .env("PATH", paths)
        .output()
        .unwrap()
        .into();
    check_applied(&outcome);
    for app in ["one", "two"] {
        assert!(project.read(&format!("apps/{app}/src/main.tsx")).contains("ConvexProviderWithClerk"), "{app}");
    }
}

#[test]
fn the_command_names_the_work_tree_that_the_plan_is_for() {
    let (here, there) = (project(&[app("", "src/main.tsx")]), project(&[app("", "src/main.tsx")]));
    here.commit();
    there.commit();
    let path = there.path();
    let run = here.run(&["migrate", path.to_str().unwrap()]);
    assert!(run.stderr.contains(&format!("git -C {} apply", path.display())), "{}", run.stderr);
}

#[test]
fn paths_are_relative_to_the_top_of_the_work_tree() {
    let project = project(&[app("apps/one", "src/main.tsx")]);
    let run = project.run_in("apps/one", &["migrate", "--dry-run"]);
    assert!(run.stdout.contains("+++ b/src/main.tsx\n"), "no repository: relative to PATH\n{}", run.stdout);
    project.commit();
    let run = project.run_in("apps/one", &["migrate", "--dry-run"]);
    assert!(run.stdout.contains("+++ b/apps/one/src/main.tsx\n"), "{}", run.stdout);
}

#[test]
fn a_nested_repository_is_another_project() {
    let project = project(&[app("", "src/main.tsx"), app("vendor/other", "src/main.tsx")]);
    project.git(&["init", "--quiet", "vendor/other"]);
    project.git(&["init", "--quiet"]);
    let patch = patch(&project, "");
    assert!(!patch.contains("vendor"), "{patch}");
}
