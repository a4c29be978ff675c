//! The laws, each on every fixture.

use serde_json::Value;

use crate::fixtures::{Case, cases, check_all, equal};
use crate::support::Project;

fn plan(case: &Case, project: &Project) -> Value {
    let run = case.run(project, &["--dry-run", "--format", "json"]);
    serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{}: {error}\n{}", case.name, run.stderr))
}

/// Law 1: an edit takes nothing away but white space, a brace that it puts elsewhere, the name of the tag, and tags that it puts elsewhere.
#[test]
fn untouched_bytes_stay_identical() {
    check_all(|case| {
        let project = case.before();
        let plan = plan(case, &project);
        let edits = plan["groups"].as_array().unwrap().iter().flat_map(|group| group["edits"].as_array().unwrap());
        let bare = |text: &str| text.split_whitespace().collect::<String>();
        let given: String = edits.map(|edit| bare(edit["text"].as_str().unwrap())).collect();
        for edit in plan["groups"].as_array().unwrap().iter().flat_map(|group| group["edits"].as_array().unwrap()) {
            let text = project.read(edit["path"].as_str().unwrap());
            let (start, end) = (edit["start"].as_u64().unwrap() as usize, edit["end"].as_u64().unwrap() as usize);
            let taken = &text[start..end];
            let is_name = taken.chars().all(|c| c.is_alphanumeric() || c == '.');
            // `client={convex}>` grows too long: its `>` goes on a line of its own.
            let is_space = taken.trim_end_matches("/>").trim_end_matches('>').trim().is_empty();
            // An inner ClerkProvider changes places with the plain provider: its tags come back word for word.
            let is_moved = taken.trim().starts_with('<') && given.contains(&bare(taken));
            // `{ client }, child` becomes `{ client, useAuth, children: child }`.
            let is_brace = taken.chars().all(|c| c.is_whitespace() || "},".contains(c));
            // `const { ConvexProvider, ConvexReactClient } = require("convex/react")`
            let is_unused = taken.trim_matches([',', ' ', '\n']) == "ConvexProvider" && edit["text"] == "";
            // `export function middleware(` becomes `export default clerkMiddleware((_auth, `; the rest of the handler stays.
            let name = edit["path"].as_str().unwrap().rsplit('/').next().unwrap();
            let is_handler = ["middleware.", "proxy."].iter().any(|stem| name.starts_with(stem));
            let is_export = is_handler && taken.starts_with("export ") && taken.lines().count() == 1;
            // `export { proxy, config }` goes on without the handler.
            let is_listed = is_handler && edit["text"] == "" && taken.trim_end().ends_with(',') && taken.len() < 40;
            // `export async function loader(` becomes `export const loader = (args) => rootAuthLoader(args, async (`, or goes by another name.
            let is_root = name.starts_with("root.");
            let is_loader = is_root && (taken == "export " || taken.ends_with("function loader"));
            let is_renamed = is_root && taken == "loader" && edit["text"] == "rootLoader";
            // `new ConvexQueryClient(url)`: what it was given makes the client that it is given.
            let is_given =
                name.starts_with("router.") && given.contains(&format!("newConvexReactClient({}", bare(taken)));
            // `createRootRoute` becomes `createRootRouteWithContext<…>()`; an arrow that returned an object gets a block.
            let is_route = name.starts_with("__root.")
                && (taken == "createRootRoute" || given.contains(bare(taken).trim_matches(['(', ')', '{', '}'])));
            // `{ loaderData: { theme } }` is taken apart a line later, and a prop joins those that are there.
            let is_pattern = is_root
                && taken.starts_with('{')
                && bare(taken).split(',').all(|prop| prop.split([':', '{', '}']).all(|name| given.contains(name)));
            // `export { loader } from "./loader"` becomes an import from there.
            let is_passed = is_root
                && taken.starts_with("export { loader } from ")
                && bare(edit["text"].as_str().unwrap()).contains("rootAuthLoader(args,rootLoader)");
            // `)` goes on a line of its own, `{}` gains what is in it.
            let mut comes = bare(edit["text"].as_str().unwrap()).into_bytes().into_iter();
            let is_back = taken.len() < 3 && bare(taken).bytes().all(|byte| comes.any(|other| other == byte));
            if !(is_space
                || is_back
                || is_export
                || is_loader
                || is_renamed
                || is_pattern
                || is_given
                || is_route
                || is_passed
                || is_listed
                || is_unused
                || is_brace
                || is_moved
                || is_name && edit["text"].as_str().unwrap().ends_with("Clerk")
                || is_name && edit["text"] == "ConvexClerkProvider")
            {
                return Err(format!("an edit takes {taken:?} away"));
            }
        }
        Ok(())
    });
}

/// Law 1, where settings change: every line stays, but for a comma, a range that is raised, or an item of a list that stood on it.
#[test]
fn lines_of_settings_stay() {
    check_all(|case| {
        let before = case.before();
        let settings =
            |path: &str| [".json", ".yaml", ".example", ".sample", ".template"].iter().any(|end| path.ends_with(end));
        for (path, after) in case.after().into_iter().filter(|(path, _)| settings(path) && before.has(path)) {
            let after = String::from_utf8(after).unwrap();
            let mut rest = after.lines();
            for line in before.read(&path).lines() {
                // The names of a line, its range and closing brackets aside.
                let name = |line: &str| line.split_once(": ").map(|(name, _)| name.to_owned());
                let kept = |new: &str| {
                    new == line
                        || new.strip_suffix(',') == Some(line)
                        || name(new).is_some_and(|new_name| Some(new_name) == name(line))
                        // An object or a list on one line.
                        || (line.len() > 60 && new.len() > line.len())
                };
                if !rest.any(kept) {
                    return Err(format!("{path} lost the line {line:?}"));
                }
            }
        }
        Ok(())
    });
}

/// Law 1: what a file's lines end in, its byte order mark and its last byte stay.
#[test]
fn line_endings_and_marks_stay() {
    check_all(|case| {
        let before = case.before();
        for (path, after) in case.after().into_iter().filter(|(path, _)| before.has(path)) {
            let before = before.read(&path);
            let after = String::from_utf8(after).unwrap();
            let endings = |text: &str| (text.contains("\r\n"), text.replace("\r\n", "").contains('\n'));
            let marks = |text: &str| (endings(text), text.starts_with('\u{feff}'), text.ends_with('\n'));
            equal(&path, &format!("{:?}", marks(&after)), &format!("{:?}", marks(&before)))?;
        }
        Ok(())
    });
}

/// Law 1, on twins: the same project with CRLF, and with byte order marks, becomes the same with those.
#[test]
fn twins_with_other_line_endings_or_marks_become_the_same() {
    let crlf: fn(&str) -> String = |text| text.replace("\r\n", "\n").replace('\n', "\r\n");
    let bom: fn(&str) -> String = |text| format!("\u{feff}{}", text.trim_start_matches('\u{feff}'));
    for (name, twin) in [("CRLF", crlf), ("BOM", bom)] {
        check_all(|case| {
            let is_source = |path: &str| [".ts", ".tsx", ".js", ".jsx"].iter().any(|ending| path.ends_with(ending));
            let project = case.before();
            let original = case.before();
            for (path, bytes) in project.tree().into_iter().filter(|(path, _)| is_source(path)) {
                project.write(&path, twin(&String::from_utf8(bytes).unwrap()));
            }
            let run = case.run(&project, &["--yes"]);
            equal("exit code", &format!("{:?}", run.code), &format!("{:?}", Some(case.code())))?;
            for (path, bytes) in case.after() {
                let text = String::from_utf8(bytes).unwrap();
                // A new file has the line endings of its neighbours, and no mark.
                let expected = match is_source(&path) && (original.has(&path) || name == "CRLF") {
                    true => twin(&text),
                    false => text,
                };
                equal(&format!("{name} twin of {path}"), &project.read(&path), &expected)?;
            }
            Ok(())
        });
    }
}

/// Law 4: a second run has nothing to change, no step left that files can show done, and the same notes.
#[test]
fn twice_is_once() {
    check_all(|case| {
        let project = case.before();
        let notes = |plan: &Value| -> Vec<Value> {
            let all = plan["findings"].as_array().unwrap().iter();
            all.filter(|finding| finding["group"].is_null()).map(|finding| finding["message"].clone()).collect()
        };
        let first = plan(case, &project);
        case.run(&project, &["--yes"]);
        let tree = project.tree();
        let second = plan(case, &project);
        equal("patch", &case.run(&project, &["--dry-run"]).stdout, "")?;
        equal("files", &second["files"].to_string(), "[]")?;
        // No file shows yet that anything was installed or configured: the steps stay.
        let ids =
            |plan: &Value| plan["steps"].as_array().unwrap().iter().map(|step| step["id"].clone()).collect::<Vec<_>>();
        if case.expect == "changes" {
            equal("steps", &format!("{:?}", ids(&second)), &format!("{:?}", ids(&first)))?;
        }
        equal("notes", &format!("{:?}", notes(&second)), &format!("{:?}", notes(&first)))?;
        let check = case.run(&project, &["--check"]);
        equal("exit code", &format!("{:?}", check.code), &format!("{:?}", Some(case.code())))?;
        case.run(&project, &["--yes"]);
        if project.tree() == tree { Ok(()) } else { Err("a second --yes changed something".to_owned()) }
    });
}

/// Law 4: a step that the files show done is gone, and so are all once nothing that files can show is left.
#[test]
fn steps_go_once_they_are_done() {
    let project = Project::plain_quickstart();
    let ids = || -> Vec<String> {
        let run = project.run(&["migrate", "--dry-run", "--format", "json"]);
        let plan: Value = serde_json::from_str(&run.stdout).unwrap();
        plan["steps"].as_array().unwrap().iter().map(|step| step["id"].as_str().unwrap().to_owned()).collect()
    };
    project.run(&["migrate", "--yes"]);
    let all = ids();
    let expected = [
        "create-account",
        "create-application",
        "activate-integration",
        "set-publishable-key",
        "set-issuer",
        "install",
        "push-functions",
        "sign-in-again",
    ];
    assert_eq!(all, expected);
    let lock = |packages: &[(&str, &str)]| {
        let entries: Vec<String> = packages
            .iter()
            .map(|(name, version)| format!("\"node_modules/{name}\": {{ \"version\": \"{version}\" }}"))
            .collect();
        format!("{{ \"lockfileVersion\": 3, \"packages\": {{ {} }} }}\n", entries.join(", "))
    };
    project.write("package-lock.json", lock(&[("convex", "1.48.0"), ("react", "19.2.3")]));
    project.write(".env.local", "VITE_CLERK_PUBLISHABLE_KEY=pk_test_dmVyYi1ub3VuLTAwLmNsZXJrLmFjY291bnRzLmRldiQ\n");
    assert_eq!(ids(), ["activate-integration", "set-issuer", "install", "push-functions", "sign-in-again"]);
    let installed = [("@clerk/react", "6.18.0"), ("@types/node", "22.19.0"), ("convex", "1.48.0"), ("react", "19.2.3")];
    project.write("package-lock.json", lock(&installed));
    assert_eq!(ids(), Vec::<String>::new());
}

/// Law 4: neither the order in which files came nor node_modules nor the place changes a byte.
#[test]
fn surroundings_change_nothing() {
    check_all(|case| {
        let straight = case.before();
        let reversed = Project::empty();
        for (path, bytes) in straight.tree().into_iter().rev() {
            reversed.write(&path, bytes);
        }
        reversed.write("node_modules/convex/package.json", "{\"name\":\"convex\",\"version\":\"0.1.0\"}");
        reversed.write("node_modules/x/index.jsx", "import { ConvexProvider } from 'convex/react'; <ConvexProvider/>");
        for format in ["diff", "json", "human"] {
            let args = ["--dry-run", "--format", format];
            equal(format, &case.run(&reversed, &args).stdout, &case.run(&straight, &args).stdout)?;
        }
        Ok(())
    });
}

/// Law 5: nothing of a refused app is touched, and the reason has a place.
#[test]
fn all_or_nothing() {
    check_all(|case| {
        if case.expect == "changes" {
            return Ok(());
        }
        let project = case.before();
        let tree = project.tree();
        let run = case.run(&project, &["--yes"]);
        equal("exit code", &format!("{:?}", run.code), &format!("{:?}", Some(case.code())))?;
        if project.tree() != tree {
            return Err("a file was touched".to_owned());
        }
        let plan = plan(case, &project);
        let reason = plan["apps"][0]["reason"].as_str().unwrap_or_default();
        let has_place = plan["apps"][0]["location"]["path"].is_string()
            || ["convex-too-old", "unsupported-framework"].contains(&reason);
        if case.expect == "refused" && !has_place { Err("the refusal has no place".to_owned()) } else { Ok(()) }
    });
}

/// Law 6: `git apply` of the printed patch gives the tree that writing gives.
#[test]
fn the_patch_is_the_change() {
    check_all(|case| {
        let (written, patched) = (case.before(), case.before());
        written.commit();
        patched.commit();
        case.run(&written, &["--yes"]);
        let patch = case.run(&patched, &["--dry-run"]).stdout;
        if !patch.is_empty() {
            let applied = patched.apply("", &patch, &["--whitespace=nowarn"]);
            equal("git apply", &applied.stderr, "")?;
        }
        if written.tree() == patched.tree() { Ok(()) } else { Err("the trees differ".to_owned()) }
    });
}

/// Law 6: what git ignores is never written; what it tracks is part of the project, whatever an ignore rule says.
#[test]
fn ignored_files_are_never_written_and_tracked_ones_are() {
    let project = Project::quickstart();
    project.write(".gitignore", "src/main.tsx\n");
    project.git(&["init", "--quiet"]);
    let tree = project.tree();
    let run = project.run(&["migrate", "--yes"]);
    assert_eq!(project.tree(), tree, "{}", run.stderr);
    project.commit();
    let run = project.run(&["migrate", "--yes"]);
    assert!(project.read("src/main.tsx").contains("ConvexProviderWithClerk"), "{}", run.stderr);
}

/// Law 5: a file that only the user's own rules hide still counts.
#[test]
fn rules_that_are_not_the_repositorys_hide_nothing() {
    let project = Project::quickstart();
    project.write(
        "src/Other.tsx",
        "import { ClerkProvider } from \"@clerk/react\";\nexport const A = () => <ClerkProvider>a</ClerkProvider>;\n",
    );
    project.write("src/App.tsx", "import { A } from \"./Other\";\nexport default () => <A />;\n");
    project.commit();
    assert_eq!(project.run(&["migrate", "--check"]).code, Some(3));
    for (file, rule) in
        [(".ignore", "Other.tsx\n"), (".gitignore", "Other.tsx\n"), (".git/info/exclude", "Other.tsx\n")]
    {
        project.write(file, rule);
        assert_eq!(project.run(&["migrate", "--check"]).code, Some(3), "{file}");
    }
    // A rule above the work tree is none of git's.
    let home = Project::new(&[(".gitignore", "*\n")]);
    for (path, bytes) in Project::quickstart().tree() {
        home.write(&format!("app/{path}"), bytes);
    }
    let run = home.run_in("app", &["migrate", "--check"]);
    assert_eq!(run.code, Some(1), "{}", run.stderr);
}

/// Law 8: no value of an env file is in any output.
#[test]
fn secrets_stay_put() {
    let secret = "sk_test_cGxhbnRlZC1zZWNyZXQ";
    for case in cases() {
        let project = case.before();
        for name in [".env", ".env.local", ".env.production", ".env.example"] {
            let text = format!("CLERK_SECRET_KEY={secret}\nVITE_OTHER='{secret}'\nBROKEN {secret}\n");
            let before = project.tree().iter().find(|(path, _)| path == name).map(|_| project.read(name));
            project.write(name, before.unwrap_or_default() + "\n" + &text);
        }
        for args in [
            &["--dry-run"][..],
            &["--dry-run", "--format", "json", "--verbose"],
            &["--dry-run", "--format", "human"],
            &["--check"],
            &["--yes"],
        ] {
            let run = case.run(&project, args);
            assert!(!(run.stdout + &run.stderr).contains(secret), "{} {args:?}", case.name);
        }
    }
}
