//! Broken, huge, deep and odd input: a clear message, and nothing lost.

use std::fs;

use crate::support::{Outcome, Project, root, tree};

const PACKAGE: &str =
    "{ \"dependencies\": { \"convex\": \"^1.48.0\", \"react\": \"^19\", \"react-dom\": \"^19\", \"vite\": \"^7\" } }\n";

/// The quickstart app and one more file.
fn with(path: &str, text: impl AsRef<[u8]>) -> Project {
    let project = Project::quickstart();
    project.write(path, text);
    project
}

#[track_caller]
fn check_said(run: &Outcome, code: i32, words: &[&str]) {
    assert_eq!(run.code, Some(code), "{}", run.stderr);
    for word in words {
        assert!(run.stderr.contains(word), "no `{word}` in\n{}", run.stderr);
    }
}

/// The app is migrated although another of its files can't be read.
#[track_caller]
fn check_goes_on(project: &Project, words: &[&str]) {
    let tree = project.tree();
    let run = project.run(&["migrate", "--yes"]);
    check_said(&run, 0, words);
    assert!(project.read("src/main.tsx").contains("ConvexProviderWithClerk"));
    let others =
        |tree: Vec<(String, Vec<u8>)>| tree.into_iter().filter(|(path, _)| path != "src/main.tsx").collect::<Vec<_>>();
    assert_eq!(others(project.tree()), others(tree));
}

/// The app is refused: the file that can't be read mentions the provider.
#[track_caller]
fn check_refused(project: &Project, words: &[&str]) {
    let tree = project.tree();
    let run = project.run(&["migrate", "--yes"]);
    check_said(&run, 3, words);
    assert_eq!(project.tree(), tree);
}

#[test]
fn no_package_json() {
    let project = Project::new(&[("src/main.tsx", "")]);
    check_said(&project.run(&["migrate"]), 2, &["no package.json"]);
    project.write("package.json", PACKAGE);
    check_said(&project.run(&["migrate", "src"]), 2, &["no package.json in `src`", "did you mean"]);
}

#[test]
fn no_convex() {
    let project = Project::new(&[("package.json", "{}"), ("src/main.tsx", "import React from 'react';\n")]);
    let run = project.run(&["migrate", "--dry-run"]);
    check_said(&run, 0, &["nothing to do"]);
    assert_eq!(run.stdout, "");
}

#[test]
fn a_file_or_nothing_instead_of_a_folder() {
    let project = Project::quickstart();
    check_said(&project.run(&["migrate", "nowhere"]), 2, &["cannot read `nowhere`"]);
    check_said(&project.run(&["migrate", "package.json"]), 2, &["cannot read `package.json`"]);
}

#[test]
fn a_syntax_error_has_a_place_and_the_rest_goes_on() {
    let broken = "import { useQuery } from \"convex/react\";\nexport const x = useQuery(;\n";
    check_goes_on(&with("src/broken.tsx", broken), &["warning[unreadable-file] src/broken.tsx:2:27", "syntax error"]);
    let broken = format!("// ConvexProvider\n{broken}");
    check_refused(&with("src/broken.tsx", broken), &["refused [unreadable-file]: src/broken.tsx:3:27"]);
}

#[test]
fn merge_conflicts_and_flow() {
    let conflict = "import { useQuery } from \"convex/react\";\n<<<<<<< HEAD\nlet a;\n=======\nlet b;\n>>>>>>> x\n";
    check_goes_on(&with("src/conflict.ts", conflict), &["src/conflict.ts:2:1", "merge conflict"]);
    let flow = "// @flow\nimport { useQuery } from \"convex/react\";\nfunction f(x: number) {}\n";
    check_goes_on(&with("src/flow.js", flow), &["src/flow.js:3:13", "Flow"]);
    let project = Project::quickstart();
    let main = project.read("src/main.tsx");
    project.write("src/main.tsx", format!("{main}<<<<<<< HEAD\n=======\n>>>>>>> x\n"));
    check_refused(&project, &["merge conflict"]);
}

#[test]
fn text_that_is_not_unicode() {
    check_goes_on(&with("src/latin1.ts", b"import 'convex/react'; // \xe9\n"), &["src/latin1.ts", "not valid UTF-8"]);
    check_refused(
        &with("src/latin1.tsx", b"import { ConvexProvider } from 'convex/react'; // \xe9\n"),
        &["not valid UTF-8"],
    );
}

#[test]
fn a_minified_file_of_20_megabytes() {
    let line = "var a=function(b){return b?require(\"convex/react\"):null};";
    check_goes_on(
        &with("src/vendor.js", line.repeat((20 << 20) / line.len())),
        &["src/vendor.js", "larger than 4 MiB"],
    );
}

#[test]
fn elements_nested_5000_deep() {
    let deep = |mark: &str| {
        format!("import \"convex/react\"; {mark}\nexport default {}{};\n", "<a>".repeat(5_000), "</a>".repeat(5_000))
    };
    check_goes_on(&with("src/deep.tsx", deep("")), &["src/deep.tsx:2:", "nested too deeply"]);
    check_refused(&with("src/deep.tsx", deep("// ConvexProvider")), &["nested too deeply"]);
    // What is not too deep is read, the provider in its midst included.
    let project = Project::quickstart();
    let main = project.read("src/main.tsx");
    let nested = format!("{}<App />{}", "<div>".repeat(2_000), "</div>".repeat(2_000));
    project.write("src/main.tsx", main.replace("<App />", &nested));
    check_said(&project.run(&["migrate", "--yes"]), 0, &["written"]);
}

#[test]
fn chains_and_brackets_without_end() {
    for text in [
        "[".repeat(100_000),
        "1 + ".repeat(100_000),
        "!".repeat(100_000),
        "a ? b : ".repeat(100_000),
        "x = () => ".repeat(100_000),
    ] {
        check_goes_on(&with("src/odd.ts", format!("import \"convex/react\";\n{text}1;\n")), &["src/odd.ts"]);
    }
}

#[test]
fn broken_settings() {
    let project = with("package.json", "{ \"dependencies\": ");
    check_refused(&project, &["refused [broken-manifest]: package.json:1:18: not valid JSON"]);
    check_goes_on(&with("tsconfig.json", "{ \"compilerOptions\": {\n"), &["warning[broken-settings] tsconfig.json:"]);
    check_goes_on(&with("convex.json", "{ functions }"), &["warning[broken-settings] convex.json:1:"]);
    check_goes_on(&with(".prettierrc", "{ \"semi\": "), &["note[style-settings] .prettierrc"]);
    check_goes_on(&with("prettier.config.js", "export default {};\n"), &["note[style-settings] prettier.config.js"]);
}

#[cfg(unix)]
#[test]
fn links_are_not_followed() {
    use std::os::unix::fs::symlink;
    let outside = Project::quickstart();
    let project = Project::quickstart();
    symlink(project.path(), project.path().join("src/loop")).unwrap();
    symlink(outside.path(), project.path().join("linked")).unwrap();
    symlink("nowhere", project.path().join("src/dangling.tsx")).unwrap();
    let before = outside.tree();
    let run = project.run(&["migrate", "--yes"]);
    check_said(&run, 0, &["src/main.tsx"]);
    assert!(
        run.stderr.contains("note[link-not-followed] linked:") && !run.stderr.contains("linked/"),
        "{}",
        run.stderr
    );
    assert_eq!(outside.tree(), before);
    // The provider's own file behind a link: it is not seen, and so nothing is changed through the link.
    let project = Project::quickstart();
    fs::rename(project.path().join("src/main.tsx"), outside.path().join("main.tsx")).unwrap();
    symlink(outside.path().join("main.tsx"), project.path().join("src/main.tsx")).unwrap();
    let before = outside.tree();
    assert_eq!(project.run(&["migrate", "--yes"]).code, Some(0));
    assert_eq!(outside.tree(), before);
}

#[test]
fn names_that_are_no_unicode() {
    #[cfg(target_os = "linux")]
    {
        use std::os::unix::ffi::OsStrExt;
        let project = Project::quickstart();
        let name = std::ffi::OsStr::from_bytes(b"src/\xff.tsx");
        fs::write(project.path().join(name), "import \"convex/react\";\n").unwrap();
        check_said(&project.run(&["migrate", "--yes"]), 0, &["not Unicode", "written"]);
    }
}

#[test]
fn a_patch_on_a_pipe_holds_control_characters_as_they_are() {
    // It would not apply otherwise; what a terminal gets is tested in `terminal`.
    let project = Project::quickstart();
    let main = project.read("src/main.tsx");
    project.write("src/main.tsx", main.replace("<App />", "<App title=\"\u{1b}[31m\u{202e}\" />"));
    let run = project.run(&["migrate", "--dry-run"]);
    assert!(run.stdout.contains('\u{1b}'), "{}", run.stdout);
}

#[cfg(unix)]
#[test]
fn a_named_pipe_under_a_settings_name_is_left_alone() {
    for name in ["tsconfig.json", "convex.json", ".prettierrc", ".editorconfig", "biome.json"] {
        let project = Project::quickstart();
        let _ = fs::remove_file(project.path().join(name));
        assert!(std::process::Command::new("mkfifo").arg(project.path().join(name)).status().unwrap().success());
        assert_eq!(project.run(&["migrate", "--check"]).code, Some(1), "{name}");
    }
}

#[test]
fn a_provider_in_a_file_that_is_too_large_is_no_lack_of_one() {
    let project = Project::plain_quickstart();
    let padding = format!("\nexport const lines = [\n{}];\n", "  \"line\",\n".repeat(500_000));
    project.write("src/main.tsx", project.read("src/main.tsx") + &padding);
    let run = project.run(&["migrate", "--check"]);
    assert_eq!(run.code, Some(3), "{}", run.stderr);
    assert!(
        run.stderr.contains("refused [unreadable-file]: src/main.tsx: a file that names a provider"),
        "{}",
        run.stderr
    );
    // A build output beside an app that shows what it renders is no reason to refuse it.
    let project = Project::plain_quickstart();
    project.write("public/app.js", format!("ConvexProvider;{padding}"));
    assert_eq!(project.run(&["migrate", "--check"]).code, Some(1));
}

/// What a folder above is called says nothing: `[id]` is no pattern of the settings below it.
#[test]
fn folders_above_may_be_called_as_patterns() {
    let case = root().join("fixtures/react/barrel-alias-in-extended-settings/before");
    let expected = Project::copy_of(&case).run(&["migrate", "--dry-run"]).stdout;
    assert!(expected.contains("ConvexProviderWithClerk"));
    for above in ["[id]", "a{b}", "a*b", "(x)"] {
        let project = Project::empty();
        for (path, bytes) in tree(&case) {
            project.write(&format!("{above}/app/{path}"), bytes);
        }
        assert_eq!(project.run_in(&format!("{above}/app"), &["migrate", "--dry-run"]).stdout, expected, "{above}");
    }
}

/// The settings of Expo in code, whatever else stands in them, come before app.json.
#[test]
fn settings_in_code_count_whatever_they_mention() {
    let case = root().join("fixtures/expo/app-json-under-app-config-js/before");
    for mention in ["", "// convex\n"] {
        let project = Project::copy_of(&case);
        let text = project.read("app.config.js");
        project.write("app.config.js", format!("{mention}{text}"));
        let run = project.run(&["migrate", "--dry-run"]);
        assert!(!run.stdout.contains("app.json"), "{mention:?}: {}", run.stdout);
    }
}

/// An app in a workspace whose card comes from a package.
fn with_card(card: &str) -> Project {
    let app = "{ \"name\": \"web\", \"dependencies\": { \"@acme/ui\": \"*\", \"convex\": \"^1.48.0\", \"react\": \"^19\", \"react-dom\": \"^19\" }, \"devDependencies\": { \"vite\": \"^7\" } }\n";
    let query = "import { query } from \"./_generated/server\";\nexport const list = query(async (ctx) => {\n  if (!(await ctx.auth.getUserIdentity())) throw new Error(\"no\");\n  return [];\n});\n";
    let shown = "import { Card } from \"@acme/ui\";\nimport { Tasks } from \"./Tasks\";\n\nexport default function App() {\n  return (\n    <main>\n      <h1>Tasks</h1>\n      <Card>\n        <Tasks />\n      </Card>\n    </main>\n  );\n}\n";
    let tasks = "import { useQuery } from \"convex/react\";\nimport { api } from \"../convex/_generated/api\";\n\nexport const Tasks = () => <p>{useQuery(api.tasks.list)?.length}</p>;\n";
    let main = "import { createRoot } from \"react-dom/client\";\nimport { ConvexProvider, ConvexReactClient } from \"convex/react\";\nimport App from \"./App\";\n\nconst convex = new ConvexReactClient(import.meta.env.VITE_CONVEX_URL as string);\n\ncreateRoot(document.getElementById(\"root\")!).render(\n  <ConvexProvider client={convex}>\n    <App />\n  </ConvexProvider>,\n);\n";
    Project::new(&[
        ("package.json", "{ \"private\": true, \"workspaces\": [\"apps/*\", \"packages/*\"] }\n"),
        ("apps/web/package.json", app),
        ("apps/web/index.html", "<script type=\"module\" src=\"/src/main.tsx\"></script>\n"),
        ("apps/web/src/main.tsx", main),
        ("apps/web/src/App.tsx", shown),
        ("apps/web/src/Tasks.tsx", tasks),
        ("apps/web/convex/tasks.ts", query),
        ("packages/ui/package.json", "{ \"name\": \"@acme/ui\", \"exports\": \"./src/index.ts\" }\n"),
        ("packages/ui/src/index.ts", "export { Card } from \"./card\";\nexport * from \"./other\";\n"),
        ("packages/ui/src/card.tsx", card),
        (
            "packages/ui/src/other.tsx",
            "import { ClerkProvider } from \"@clerk/react\";\nexport const Other = () => <ClerkProvider />;\n",
        ),
        ("packages/ui/src/plain.tsx", "export const Plain = () => null;\n"),
    ])
}

/// A file of a package that names neither Convex nor Clerk is read only where that matters; one that names them in a comment always is.
#[test]
fn what_is_left_unread_changes_nothing() {
    let mut gated = 0;
    for card in [
        "export const Card = ({ children }) => <div>{children}</div>;\n",
        "export const Card = () => <div />;\n",
        "import { Other } from \"./other\";\nexport const Card = ({ children }) => <Other>{children}</Other>;\n",
        "import { Other } from\u{feff}\"./other\";\nexport const Card = ({ children }) => <Other>{children}</Other>;\n",
        "import { lazy } from \"react\";\nconst Other = lazy(() => import(/* later */ \"./other\"));\nexport const Card = ({ children }) => <Other>{children}</Other>;\n",
        "const all = import.meta\n  .glob(\"./*.tsx\");\nexport const Card = ({ children }) => <div title={all}>{children}</div>;\n",
        "import { Route, Routes } from \"react-router\";\nexport const Card = ({ children }) => <Routes><Route path=\"/\" element={children} /></Routes>;\n",
        "export { Outlet as Card } from \"react-router\";\n",
        "export const Card = ({ children }) => <div>{children}</span>;\n",
        "import { nowhere } from \"./nowhere\";\nexport const Card = ({ children }) => nowhere(children);\n",
        "import { Plain } from \"./plain\";\nexport const Card = ({ children }) => <Plain>{children}</Plain>;\n",
    ] {
        let said = [card.to_owned(), format!("{card}// convex\n")].map(|card| {
            let project = with_card(&card);
            let run = project.run(&["migrate", "--dry-run", "--format", "diff"]);
            gated += usize::from(run.stdout.contains("<Authenticated>"));
            (run.code, run.stdout, run.stderr.lines().filter(|line| !line.contains("unreadable-file")).count())
        });
        assert_eq!(said[0].0, said[1].0, "{card}");
        assert_eq!(said[0].1, said[1].1, "{card}");
    }
    assert!((6..20).contains(&gated), "{gated}");
}

/// A package that uses Convex and in which no text has a provider is not parsed to say that it renders none; one that names a provider in a
/// comment is. Either way the same is said, and what it takes in of an app counts.
#[test]
fn what_renders_no_provider_is_told_by_its_texts() {
    let (mut refused, mut shared) = (0, 0);
    for (convex, hooks) in [
        ("^1.48.0", "import { useQuery } from \"convex/react\";\nexport const useTasks = useQuery;\n"),
        ("^1.0.0", "import { useQuery } from \"convex/react\";\nexport const useTasks = useQuery;\n"),
        (
            "^1.48.0",
            "import { useQuery } from \"convex/react\";\nexport { default as App } from \"../../../apps/web/src/main\";\nexport const useTasks = useQuery;\n",
        ),
        (
            "^1.48.0",
            "import { useQuery } from \"convex/react\";\nimport type { App } from \"../../../apps/web/src/main\";\nexport const useTasks = useQuery;\n",
        ),
        (
            "^1.48.0",
            "import { useQuery } from \"convex/react\";\nimport { useConvexAuth } from \"@convex-dev/auth/react\";\nexport const useTasks = useQuery, useThem = useConvexAuth;\n",
        ),
        (
            "^1.48.0",
            "import { ConvexReactClient } from \"convex/react\";\nexport const convex = new ConvexReactClient(\"\");\nconvex.setAuth(async () => null);\n",
        ),
        (
            "^1.48.0",
            "import { lazy } from \"react\";\nimport { useQuery } from \"convex/react\";\nexport const Clerk = lazy(() => import(\"convex/react-clerk\"));\nexport const useTasks = useQuery;\n",
        ),
        (
            "^1.48.0",
            "import * as C from \"convex/react\";\nexport const All = C;\nexport { useQuery } from \"convex/react\";\n",
        ),
    ] {
        let said = [hooks.to_owned(), format!("{hooks}// ConvexProvider\n")].map(|hooks| {
            let project = with_card("export const Card = ({ children }) => <div>{children}</div>;\n");
            let manifest = format!("{{ \"name\": \"@acme/hooks\", \"dependencies\": {{ \"convex\": \"{convex}\", \"react\": \"^19\" }} }}\n");
            project.write("packages/hooks/package.json", manifest);
            project.write("packages/hooks/src/index.ts", hooks);
            let [diff, json] = ["diff", "json"].map(|format| project.run(&["migrate", "--dry-run", "--format", format]));
            (diff.code, diff.stdout, diff.stderr, json.stdout)
        });
        assert_eq!(said[0], said[1], "{hooks}");
        refused += usize::from(said[0].3.contains("other-auth"));
        shared += usize::from(said[0].3.contains("shared-file"));
    }
    assert_eq!((refused, shared), (2, 1));
}

/// A page in Markdown takes in what it imports: what is right for the app of that file need not be for the page's.
#[test]
fn pages_in_markdown_take_in_what_they_import() {
    for (import, is_gated) in [("../../../web/src/App", false), ("../../../web/src/Other", true)] {
        let project = with_card("export const Card = ({ children }) => <div>{children}</div>;\n");
        let manifest = "{ \"name\": \"docs\", \"dependencies\": { \"convex\": \"^1.48.0\", \"next\": \"^16.4.0\", \"react\": \"^19\" } }\n";
        project.write("apps/docs/package.json", manifest);
        project.write("apps/docs/app/tasks/page.mdx", format!("import App from \"{import}\";\n\n# Tasks\n\n<App />\n"));
        let layout = "export default ({ children }) => <html lang=\"en\"><body>{children}</body></html>;\n";
        project.write("apps/docs/app/layout.tsx", layout);
        project.write("apps/web/src/Other.tsx", "export default () => null;\n");
        let run = project.run(&["migrate", "--dry-run", "--format", "diff"]);
        assert_eq!(run.stdout.contains("<Authenticated>"), is_gated, "{import}: {}\n{}", run.stdout, run.stderr);
        assert!(run.stdout.contains("<ConvexProviderWithClerk"), "{import}");
    }
}
