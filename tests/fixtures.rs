//! Every fixture gives what it says: the files in `after/`, the patch in `expected.diff`, the findings in `expected.json`.
//!
//! `UPDATE_FIXTURES=1` writes the last two anew; read the git diff of what it wrote. `after/` is written by hand.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use serde_json::{Value, json};

use crate::support::{Outcome, Project, root, tree};

/// A fixture.
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) folder: PathBuf,
    pub(crate) expect: String,
    pub(crate) reason: Option<String>,
    /// The exit code, where some of several apps are refused and others change.
    code: Option<i32>,
    pub(crate) options: Vec<String>,
    /// The rules that it is about; all of them when empty.
    pub(crate) rules: Vec<String>,
    pub(crate) shapes: Vec<String>,
}

impl Case {
    fn read(folder: PathBuf) -> Self {
        let text = fs::read_to_string(folder.join("case.toml")).unwrap();
        let toml: toml::Table = text.parse().unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
        let string = |key: &str| toml.get(key).and_then(toml::Value::as_str).map(str::to_owned);
        let list = |key: &str| {
            let items = toml.get(key).and_then(toml::Value::as_array).into_iter().flatten();
            items.filter_map(toml::Value::as_str).map(str::to_owned).collect()
        };
        assert!(string("title").is_some_and(|title| !title.is_empty()), "{} has no title", folder.display());
        let parts: Vec<_> = folder.components().rev().take(2).map(|part| part.as_os_str().to_str().unwrap()).collect();
        Self {
            name: format!("{}/{}", parts[1], parts[0]),
            expect: string("expect").unwrap_or_default(),
            reason: string("reason"),
            code: toml.get("code").and_then(toml::Value::as_integer).and_then(|code| code.try_into().ok()),
            options: list("options"),
            rules: list("rules"),
            shapes: list("shapes"),
            folder,
        }
    }

    pub(crate) fn before(&self) -> Project {
        Project::copy_of(&self.folder.join("before"))
    }

    /// The files that change or are new.
    pub(crate) fn after(&self) -> Vec<(String, Vec<u8>)> {
        let folder = self.folder.join("after");
        if folder.exists() { tree(&folder) } else { Vec::new() }
    }

    /// `migrate` in a project, with the case's options.
    pub(crate) fn run(&self, project: &Project, args: &[&str]) -> Outcome {
        let options = self.options.iter().map(String::as_str);
        let rules = self.rules.iter().flat_map(|rule| ["--rule", rule]);
        let all = ["migrate"].into_iter().chain(args.iter().copied()).chain(options).chain(rules);
        project.run(&all.collect::<Vec<_>>())
    }

    /// The exit code that a run ends with, once nothing is left to change.
    pub(crate) fn code(&self) -> i32 {
        self.code.unwrap_or(if self.expect == "refused" { 3 } else { 0 })
    }
}

/// Every fixture, sorted.
pub(crate) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for framework in fs::read_dir(root().join("fixtures")).unwrap().flatten() {
        for case in fs::read_dir(framework.path()).unwrap().flatten() {
            cases.push(Case::read(case.path()));
        }
    }
    cases.sort_by(|a, b| a.name.cmp(&b.name));
    assert!(cases.len() >= 125, "{} fixtures", cases.len());
    cases
}

/// Runs `check` on every fixture and fails with everything that it said.
#[track_caller]
pub(crate) fn check_all(check: impl Fn(&Case) -> Result<(), String>) {
    let failures: Vec<String> =
        cases().iter().filter_map(|case| check(case).err().map(|error| format!("== {}\n{error}", case.name))).collect();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[track_caller]
pub(crate) fn equal(what: &str, left: &str, right: &str) -> Result<(), String> {
    if left == right { Ok(()) } else { Err(format!("{what}:\n--- is\n{left}\n--- should be\n{right}")) }
}

#[test]
fn files_become_what_after_holds() {
    check_all(|case| {
        let project = case.before();
        let mut expected = project.tree();
        for (path, bytes) in case.after() {
            expected.retain(|(other, _)| *other != path);
            expected.push((path, bytes));
        }
        expected.sort();
        let run = case.run(&project, &["--yes"]);
        for ((path, is), (other, should)) in project.tree().iter().zip(&expected) {
            equal("path", path, other)?;
            equal(path, &String::from_utf8_lossy(is), &String::from_utf8_lossy(should))?;
        }
        equal("files", &project.tree().len().to_string(), &expected.len().to_string())?;
        equal("exit code", &format!("{:?}", run.code), &format!("{:?}", Some(case.code())))?;
        let has_after = !case.after().is_empty();
        equal("changes", &has_after.to_string(), &(case.expect == "changes").to_string())
    });
}

#[test]
fn patches_are_the_expected_ones() {
    check_all(|case| expected(case, "expected.diff", &case.run(&case.before(), &["--dry-run"]).stdout));
}

#[test]
fn findings_are_the_expected_ones() {
    check_all(|case| {
        let run = case.run(&case.before(), &["--format", "json", "--dry-run"]);
        let plan: Value = serde_json::from_str(&run.stdout).map_err(|error| format!("{error}: {}", run.stderr))?;
        let texts = |list: &str, keys: &[&str]| -> Value {
            let pick = |item: &Value| keys.iter().map(|key| ((*key).to_owned(), item[*key].clone())).collect();
            plan[list].as_array().unwrap().iter().map(|item| Value::Object(pick(item))).collect()
        };
        let mut found = json!({
            "apps": texts("apps", &["id", "framework", "outcome", "reason", "message", "location"]),
            "findings": texts("findings", &["rule", "severity", "location", "message"]),
            "steps": texts("steps", &["id", "title", "at"]),
        });
        found.sort_all_objects();
        if let Some(reason) = &case.reason {
            equal("reason", found["apps"][0]["reason"].as_str().unwrap_or_default(), reason)?;
        }
        expected(case, "expected.json", &(serde_json::to_string_pretty(&found).unwrap() + "\n"))
    });
}

fn expected(case: &Case, name: &str, is: &str) -> Result<(), String> {
    let path = case.folder.join(name);
    if std::env::var_os("UPDATE_FIXTURES").is_some() {
        fs::write(path, is).unwrap();
        return Ok(());
    }
    equal(name, is, &fs::read_to_string(path).unwrap_or_default())
}

#[test]
fn every_framework_has_fixtures_and_every_folder_a_framework() {
    let folders: BTreeSet<String> = fs::read_dir(root().join("fixtures"))
        .unwrap()
        .flatten()
        .map(|entry| entry.file_name().into_string().unwrap())
        .collect();
    let ids: BTreeSet<String> = migrate::framework_ids().into_iter().map(str::to_owned).collect();
    assert_eq!(folders, ids);
}

#[test]
fn every_refusal_has_a_fixture() {
    let covered: BTreeSet<String> = cases().into_iter().filter_map(|case| case.reason).collect();
    let missing: Vec<&str> = migrate::refusal_ids().into_iter().filter(|id| !covered.contains(*id)).collect();
    assert!(missing.is_empty(), "no fixture for {missing:?}");
}

#[test]
fn every_id_that_a_report_prints_can_be_explained() {
    let known: BTreeSet<&str> = migrate::explanations().iter().map(|explanation| explanation.id).collect();
    for case in cases() {
        let found: Value =
            serde_json::from_str(&fs::read_to_string(case.folder.join("expected.json")).unwrap()).unwrap();
        for finding in found["findings"].as_array().unwrap() {
            assert!(known.contains(finding["rule"].as_str().unwrap()), "{}: {finding}", case.name);
        }
    }
}

/// The forms of the React kind that this version claims, as counted in real apps.
const SHAPES: &[&str] = &[
    "import:{ ConvexProvider, ConvexReactClient } in one statement",
    "import:{ ConvexProvider } alone in its statement",
    "import:alias (X as Y)",
    "render:inline in root.render",
    "render:own wrapper component (children prop)",
    "render:App component",
    "render:HOC",
    "parent:StrictMode",
    "parent:React.StrictMode",
    "parent:Suspense",
    "parent:ThemeProvider",
    "children:{children} only",
    "children:single <App/>",
    "children:single Router element",
    "children:single <RouterProvider/>",
    "children:several children",
    "client:module const",
    "client:imported from another module",
    "client:in component: useMemo",
    "style:CRLF",
    "style:BOM",
    "style:tab",
    "style:indent 4",
    "style:no final newline",
    "style:semicolons no",
    "style:single quotes",
    "type:jsx",
    "type:js",
];

#[test]
fn every_form_that_is_claimed_has_a_fixture() {
    let covered: Vec<String> = cases().into_iter().flat_map(|case| case.shapes).collect();
    let missing: Vec<&&str> =
        SHAPES.iter().filter(|shape| !covered.iter().any(|covered| covered.starts_with(**shape))).collect();
    assert!(missing.is_empty(), "no fixture for {missing:?}");
}

/// Each row of docs/shapes.md says what its fixture says.
#[test]
fn the_table_of_shapes_is_true() {
    let text = fs::read_to_string(root().join("docs/shapes.md")).unwrap();
    let rows: Vec<Vec<&str>> = text
        .lines()
        .filter(|line| line.starts_with("| ") && !line.starts_with("| nr") && !line.starts_with("| -"))
        .map(|line| line.trim_matches('|').split(" | ").map(str::trim).collect())
        .collect();
    let cases = cases();
    let mut wrong = Vec::new();
    for row in &rows {
        let [_, _, outcome, fixture] = row.as_slice() else { panic!("{row:?}") };
        let case = cases.iter().find(|case| case.name == *fixture || case.name == format!("react/{fixture}"));
        let says = case.map(|case| match (&*case.expect, &case.reason) {
            ("refused", Some(reason)) => reason.clone(),
            ("none", _) => "nothing".to_owned(),
            _ => "patch".to_owned(),
        });
        if says.as_deref() != Some(outcome) {
            wrong.push(format!("{fixture}: {outcome}, but the fixture says {says:?}"));
        }
    }
    let numbers: Vec<usize> = rows.iter().filter_map(|row| row[0].parse().ok()).collect();
    assert!(numbers.iter().copied().eq(1..=rows.len()) && rows.len() >= 34, "{numbers:?}");
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn no_ignore_rule_hides_a_fixture() {
    let git = |args: &[&str]| {
        let output = std::process::Command::new("git").current_dir(root()).args(args).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    if git(&["rev-parse", "--is-inside-work-tree"]).trim() != "true" {
        return;
    }
    let hidden = git(&["ls-files", "--others", "--ignored", "--exclude-standard", "-z", "--", "fixtures"]);
    assert_eq!(hidden, "");
}

/// What the official guide's React entry file is wired like, point by point: <https://docs.convex.dev/auth/clerk>.
#[test]
fn the_quickstart_is_wired_as_the_guide_says() {
    let after = fs::read_to_string(root().join("fixtures/react/quickstart/after/src/main.tsx")).unwrap();
    let at = |needle: &str| after.find(needle).unwrap_or_else(|| panic!("no `{needle}` in\n{after}"));
    // ClerkProvider and useAuth come from Clerk's React package, ConvexProviderWithClerk from convex/react-clerk.
    at("import { ClerkProvider, useAuth } from \"@clerk/react\";");
    at("import { ConvexProviderWithClerk } from \"convex/react-clerk\";");
    // The client stays, made by ConvexReactClient of convex/react from the same variable.
    at("import { ConvexReactClient } from \"convex/react\";");
    at("const convex = new ConvexReactClient(import.meta.env.VITE_CONVEX_URL as string);");
    // StrictMode > ClerkProvider with the key from the environment > ConvexProviderWithClerk with client and useAuth > App.
    let order = [
        at("<StrictMode>"),
        at("<ClerkProvider publishableKey={import.meta.env.VITE_CLERK_PUBLISHABLE_KEY}>"),
        at("<ConvexProviderWithClerk client={convex} useAuth={useAuth}>"),
        at("<App />"),
        at("</ConvexProviderWithClerk>"),
        at("</ClerkProvider>"),
        at("</StrictMode>"),
    ];
    assert!(order.is_sorted(), "{order:?}");
    // The plain provider is gone.
    assert!(!after.contains("<ConvexProvider ") && !after.contains("ConvexProvider,"));
}

/// What the official guides' Next.js app is wired like, point by point: <https://docs.convex.dev/auth/clerk>,
/// <https://clerk.com/docs/nextjs/getting-started/quickstart>.
/// Every point of the official demo of TanStack Start with Clerk (Core 3), on its template without a session:
/// <https://docs.convex.dev/client/tanstack/tanstack-start/clerk>.
#[test]
fn the_start_template_is_wired_as_the_demo_is() {
    let folder = root().join("fixtures/tanstack-start/official-template");
    let read = |path: &str| fs::read_to_string(folder.join("after").join(path)).unwrap();
    let before = |path: &str| fs::read_to_string(folder.join("before").join(path)).unwrap();
    let at = |text: &str, needle: &str| text.find(needle).unwrap_or_else(|| panic!("no `{needle}` in\n{text}"));
    let (router, page, start) = (read("src/router.tsx"), read("src/routes/__root.tsx"), read("src/start.ts"));
    // The client is made explicitly, handed to the one for TanStack Query, and both are in the context.
    at(&router, "import { ConvexProvider, ConvexReactClient } from 'convex/react'");
    let made = [
        "const convex = new ConvexReactClient(CONVEX_URL, {",
        "unsavedChangesWarning: false,",
        "const convexQueryClient = new ConvexQueryClient(convex)",
        "queryKeyHashFn: convexQueryClient.hashFn()",
        "queryFn: convexQueryClient.queryFn()",
        "convexQueryClient.connect(queryClient)",
        "context: { queryClient, convexClient: convex, convexQueryClient },",
    ];
    assert!(made.map(|needle| at(&router, needle)).is_sorted(), "{router}");
    // The plain provider in `Wrap` is the one of before.
    let wrap = |text: &str| text[at(text, "Wrap: ({ children }) => (")..at(text, "queryClient,\n  )")].to_owned();
    assert_eq!(wrap(&router), wrap(&before("src/router.tsx")));
    // Request middleware, after the check that TanStack Start has where there is no such file.
    at(&start, "import { clerkMiddleware } from '@clerk/tanstack-react-start/server'");
    at(&start, "requestMiddleware: [csrfMiddleware, clerkMiddleware()],");
    at(&start, "export const startInstance = createStart(() => ({");
    // A server function gives the token, the type of the context names both clients, `beforeLoad` sets the token.
    let session = [
        "const fetchClerkAuth = createServerFn({ method: 'GET' }).handler(async () => {",
        "await auth()",
        "await getToken()",
        "createRootRouteWithContext<{",
        "queryClient: QueryClient",
        "convexClient: ConvexReactClient",
        "convexQueryClient: ConvexQueryClient",
        "head: () => ({",
        "beforeLoad: async (ctx) => {",
        "await fetchClerkAuth()",
        "ctx.context.convexQueryClient.serverHttpClient?.setAuth(token)",
        "return { userId, token }",
        "component: RootComponent,",
    ];
    assert!(session.map(|needle| page.rfind(needle).unwrap_or_else(|| panic!("no `{needle}` in\n{page}"))).is_sorted());
    // The providers are around the document, in the component.
    let tree = [
        "function RootComponent() {",
        "const context = useRouteContext({ from: Route.id })",
        "<ClerkProvider>",
        "<ConvexProviderWithClerk client={context.convexClient} useAuth={useAuth}>",
        "<RootDocument>",
        "<Outlet />",
        "</RootDocument>",
        "</ConvexProviderWithClerk>",
        "</ClerkProvider>",
        "function RootDocument(",
    ];
    assert!(tree.map(|needle| at(&page, needle)).is_sorted(), "{page}");
    // `<Scripts />` stays where it was, and so does the page for what is not found.
    let document = |text: &str| text[at(text, "function RootDocument(")..].to_owned();
    assert_eq!(document(&page), document(&before("src/routes/__root.tsx")));
    at(&page, "notFoundComponent: () => <div>Route not found</div>,");
    for import in [
        "  ClerkProvider,\n  useAuth,\n  SignInButton,\n  UserButton,\n} from '@clerk/tanstack-react-start'",
        "import { auth } from '@clerk/tanstack-react-start/server'",
        "import { createServerFn } from '@tanstack/react-start'",
        "import { ConvexProviderWithClerk } from 'convex/react-clerk'",
        "import type { ConvexQueryClient } from '@convex-dev/react-query'",
        "import type { ConvexReactClient } from 'convex/react'",
    ] {
        at(&page, import);
    }
    // The issuer, the package, the types of Node.js for the issuer's variable.
    at(&read("convex/auth.config.ts"), "domain: process.env.CLERK_JWT_ISSUER_DOMAIN!");
    at(&read("package.json"), "\"@clerk/tanstack-react-start\": \"^1.");
    at(&read("package.json"), "\"@types/node\"");
    at(&read("convex/tsconfig.json"), "\"types\": [\"node\"]");
}

#[test]
fn the_next_quickstart_is_wired_as_the_guides_say() {
    let folder = root().join("fixtures/next-app/quickstart");
    let read = |path: &str| fs::read_to_string(folder.join(path)).unwrap();
    let (layout, provider) = (read("after/app/layout.tsx"), read("after/app/ConvexClientProvider.tsx"));
    let at = |text: &str, needle: &str| text.find(needle).unwrap_or_else(|| panic!("no `{needle}` in\n{text}"));
    // The layout is a Server Component as before: html > body > ClerkProvider without attributes > the client file > children.
    assert!(!layout.contains("use client"));
    at(&layout, "import { ClerkProvider } from \"@clerk/nextjs\";");
    let order =
        ["<html", "<body", "<ClerkProvider>", "<ConvexClientProvider>{children}", "</ClerkProvider>", "</body>"];
    assert!(order.map(|needle| at(&layout, needle)).is_sorted(), "{layout}");
    // Metadata and fonts stay as they are.
    let head = |text: &str| text[at(text, "const geistSans")..at(text, "export default")].to_owned();
    assert_eq!(head(&layout), head(&read("before/app/layout.tsx")));
    // The client file stays one, with the same client, and useAuth of the same package as ClerkProvider.
    assert!(provider.starts_with("\"use client\";\n"));
    at(&provider, "import { useAuth } from \"@clerk/nextjs\";");
    at(&provider, "import { ConvexProviderWithClerk } from \"convex/react-clerk\";");
    at(&provider, "const convex = new ConvexReactClient(process.env.NEXT_PUBLIC_CONVEX_URL!);");
    at(&provider, "<ConvexProviderWithClerk client={convex} useAuth={useAuth}>");
    // Next.js 16 has a proxy, beside app/, with Clerk's three entries.
    let proxy = read("after/proxy.ts");
    at(&proxy, "import { clerkMiddleware } from \"@clerk/nextjs/server\";");
    at(&proxy, "export default clerkMiddleware();");
    let entries = ["\"/((?!_next|[^?]*\\\\.(?:html?|css|js(?!on)|", "\"/(api|trpc)(.*)\"", "\"/__clerk/(.*)\""];
    assert!(entries.map(|needle| at(&proxy, needle)).is_sorted(), "{proxy}");
    assert!(!folder.join("after/middleware.ts").exists());
    // The issuer, the package and the names of both keys.
    at(&read("after/convex/auth.config.ts"), "domain: process.env.CLERK_JWT_ISSUER_DOMAIN!");
    at(&read("after/package.json"), "\"@clerk/nextjs\": \"^7.");
    at(&read("after/.env.example"), "NEXT_PUBLIC_CLERK_PUBLISHABLE_KEY=\nCLERK_SECRET_KEY=\n");
}
