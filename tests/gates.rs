//! What is said of gates, how they are chosen, and the commands that look at them.

use std::collections::BTreeSet;

use change::{GroupId, Selection};
use serde_json::Value;

use crate::fixtures::{cases, check_all, equal};
use crate::support::{Project, root};

fn before(case: &str) -> Project {
    Project::copy_of(&root().join("fixtures").join(case).join("before"))
}

/// Whatever groups are chosen, what is written parses, and a gate comes only with the wiring and with the gate that says what is there instead.
#[test]
fn any_choice_of_gates_can_be_rendered() {
    let mut choices = 0;
    for case in cases().iter().filter(|case| case.name.contains("/gate-")) {
        let project = case.before();
        let planned = migrate::plan(&project.path(), &migrate::Options::default()).unwrap();
        let ids: Vec<GroupId> = planned.plan.groups().iter().map(|group| group.id.clone()).collect();
        assert!(ids.len() < 9, "{}: {ids:?}", case.name);
        for chosen in 0..1_u32 << ids.len() {
            let is_in = |index: usize| chosen >> index & 1 == 1;
            let only: BTreeSet<GroupId> =
                ids.iter().enumerate().filter(|(index, _)| is_in(*index)).map(|(_, id)| id.clone()).collect();
            let selection = Selection::Only(only);
            let files = planned.plan.render(&selection).unwrap_or_else(|error| panic!("{}: {error}", case.name));
            let taken = planned.plan.chosen(&selection);
            let has_gate = taken.iter().any(|id| id.as_str().starts_with("gate-"));
            let shows = |tag: &str| files.values().any(|file| file.after.contains(tag));
            assert!(!has_gate || taken.iter().any(|id| id.as_str().starts_with("wiring:")), "{}: {taken:?}", case.name);
            let is_served = ["<Unauthenticated>", "SignInButton", "Unauthenticated>"].iter().any(|tag| shows(tag));
            assert!(!has_gate || is_served, "{}: {taken:?} shows nothing to who is signed out", case.name);
            choices += 1;
        }
    }
    assert!(choices > 150, "{choices} choices");
}

/// Asked for again, gates that are there already are found and answered: nothing is added.
#[test]
fn gates_asked_for_twice_are_there_once() {
    let checked = std::cell::Cell::new(0);
    check_all(|case| {
        if !case.name.contains("/gate-") || case.code() != 0 || case.options.iter().any(|option| option == "--gate") {
            return Ok(());
        }
        let project = case.before();
        let first = case.run(&project, &["--yes", "--gate", "auto"]);
        let second = case.run(&project, &["--dry-run", "--gate", "auto"]);
        checked.set(checked.get() + 1);
        equal("exit codes", &format!("{:?} {:?}", first.code, second.code), "Some(0) Some(0)")?;
        equal("second patch", &second.stdout, "")
    });
    assert!(checked.get() > 60, "{}", checked.get());
}

/// The same where the page is shown by a condition, a variable, a list or a function of somebody else.
#[test]
fn gates_under_conditions_are_known_again() {
    let shows = [
        "if (open) return <Content />;\n  return <button onClick={() => setOpen(true)}>Open</button>;",
        "const content = <Content />;\n  return <main onClick={() => setOpen(!open)}>{content}</main>;",
        "return <main onClick={() => setOpen(true)}>{open && <Content />}</main>;",
        "return <main onClick={() => setOpen(true)}>{open ? <p>Notes</p> : <Content />}</main>;",
        "return <main onClick={() => setOpen(!open)}>{[1, 2].map((page) => <Content key={page} />)}</main>;",
        "return <BoxProvider>{open && <Content />}<p>Middle</p><Content /></BoxProvider>;",
        "return <Frame open={open} onOpen={setOpen} content={() => <Content />} />;",
    ];
    for show in shows {
        let project = before("react/gate-header-and-content");
        let imports = "import { useState } from \"react\";\nimport { Frame } from \"some-frames\";\n";
        let frame = "function BoxProvider({ children }: { children: React.ReactNode }) {\n  return children;\n}\n";
        let content = "import { Content } from \"./Content\";\n\nexport default function App() {\n";
        let state = "  const [open, setOpen] = useState(false);\n";
        project.write("src/App.tsx", format!("{imports}{frame}{content}{state}  {show}\n}}\n"));
        let first = project.run(&["migrate", "--yes", "--gate", "auto"]);
        assert!(project.read("src/App.tsx").contains("<Authenticated>"), "{show}\n{}", first.stderr);
        let second = project.run(&["migrate", "--dry-run", "--gate", "auto"]);
        assert_eq!((second.code, second.stdout.as_str()), (Some(0), ""), "{show}\n{}", project.read("src/App.tsx"));
    }
}

/// `--gate` says what is gated; absent, an app that was plain before gets gates, and one on Clerk gets none.
#[test]
fn the_mode_decides_what_is_gated() {
    let project = before("react/gate-header-and-content");
    let patch = |mode: &[&str]| {
        let run = project.run(&[&["migrate", "--dry-run"], mode].concat());
        assert_eq!(run.code, Some(0), "{}", run.stderr);
        run.stdout
    };
    let (auto, root, none) = (patch(&["--gate", "auto"]), patch(&["--gate", "root"]), patch(&["--gate", "none"]));
    assert_eq!(patch(&[]), auto);
    assert!(auto.contains("+++ b/src/App.tsx") && auto.contains("+      <Authenticated>"), "{auto}");
    assert!(!root.contains("+++ b/src/App.tsx") && root.contains("<Authenticated>"), "{root}");
    assert!(!none.contains("Authenticated") && none.contains("ConvexProviderWithClerk"), "{none}");
    let said = project.run(&["migrate", "--dry-run"]).stderr;
    assert!(said.contains("visible only after sign-in from now on:\n") && said.contains("`--gate none`"), "{said}");
    // Now it is on Clerk.
    assert_eq!(project.run(&["migrate", "--yes", "--gate", "none"]).code, Some(0));
    assert_eq!(patch(&[]), "");
    assert!(patch(&["--gate", "auto"]).contains("+++ b/src/App.tsx"));
    assert_eq!(project.run(&["migrate", "--dry-run", "--gate", "all"]).code, Some(2));
}

/// The reason of a gate says what becomes private.
#[test]
fn reasons_say_what_becomes_private() {
    let reasons = |case: &str| -> Vec<String> {
        let run = before(case).run(&["migrate", "--dry-run", "--format", "json"]);
        let plan: Value = serde_json::from_str(&run.stdout).unwrap();
        let groups = plan["groups"].as_array().unwrap().iter();
        let gates = groups.filter(|group| group["id"].as_str().unwrap().starts_with("gate-"));
        gates.map(|group| group["reason"].as_str().unwrap().to_owned()).collect()
    };
    let open = reasons("react/gate-routes");
    assert!(open.len() == 2 && open.iter().all(|reason| reason.starts_with("visible only after sign-in from now on")));
    let needed = reasons("react/gate-needs-identity");
    assert!(needed.len() == 1 && needed[0].starts_with("orders:mine throws without an identity"), "{needed:?}");
}

/// `migrate` ends with how much `doctor` has to say; `doctor` says it, and gates take it away.
#[test]
fn doctor_says_what_is_open() {
    let project = before("react/gate-needs-identity");
    assert!(!project.run(&["migrate", "--dry-run"]).stderr.contains("convex-clerk doctor"));
    let run = project.run(&["migrate", "--yes", "--gate", "none"]);
    assert!(run.stderr.ends_with("\n1 more finding: convex-clerk doctor\n"), "{}", run.stderr);
    let doctor = project.run(&["doctor"]);
    assert_eq!(doctor.code, Some(1), "{}", doctor.stderr);
    assert!(doctor.stdout.contains("error[unguarded-query] src/MyOrders.tsx:"), "{}", doctor.stdout);
    assert_eq!(project.run(&["migrate", "--yes", "--gate", "auto"]).code, Some(0));
    let doctor = project.run(&["doctor"]);
    assert_eq!((doctor.code, &*doctor.stdout), (Some(0), "0 findings\n"));
}

/// Clerk's state where Convex's is meant, and a template that is left.
#[test]
fn doctor_knows_clerks_state_and_templates() {
    let project = before("react/gate-needs-identity");
    project.run(&["migrate", "--yes", "--gate", "none"]);
    let text = project.read("src/MyOrders.tsx");
    let bridge = "import { useAuth } from \"@clerk/react\";\n";
    let waits = text.replace("useQuery(api.orders.mine)", "useQuery(api.orders.mine, isSignedIn ? {} : \"skip\")");
    assert_ne!(text, waits);
    let body = waits.replacen(
        "() {\n",
        "() {\n  const { isSignedIn, getToken } = useAuth();\n  void getToken({ template: \"convex\" });\n",
        1,
    );
    project.write("src/MyOrders.tsx", format!("{bridge}{body}"));
    let doctor = project.run(&["doctor"]).stdout;
    assert!(doctor.contains("warning[clerk-state-for-convex] src/MyOrders.tsx:"), "{doctor}");
    assert!(doctor.contains("warning[token-template-left] src/MyOrders.tsx:"), "{doctor}");
}

/// `graph` draws the same decisions in every format.
#[test]
fn the_graph_shows_gates_and_what_they_guard() {
    let project = before("react/gate-needs-identity");
    let text = project.run(&["graph"]).stdout;
    let line = |needle: &str| text.lines().find(|line| line.contains(needle)).unwrap_or_else(|| panic!("{text}"));
    assert!(line("<MyOrders />").contains("[guarded]") && line("<MyOrders />").contains("orders:mine"), "{text}");
    assert!(line("<Authenticated>").contains("(new)"), "{text}");
    assert!(line("  orders:mine").contains("[needs identity]"), "{text}");
    let open = project.run(&["graph", "--gate", "none"]).stdout;
    assert!(open.contains("[UNGUARDED]") && !open.contains("<Authenticated>"), "{open}");
    let json: Value = serde_json::from_str(&project.run(&["graph", "--format", "json"]).stdout).unwrap();
    let nodes = json["apps"][0]["nodes"].as_array().unwrap();
    assert!(nodes.iter().any(|node| node["kind"] == "consumer" && node["guarded"] == "yes"), "{json}");
    assert!(project.run(&["graph", "--format", "svg"]).stdout.contains("orders:mine"));
    assert!(project.run(&["graph", "--format", "dot"]).stdout.starts_with("digraph"));
}
