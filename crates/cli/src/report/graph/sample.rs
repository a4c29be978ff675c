//! Pictures to test the renderers on.

use std::path::PathBuf;

use change::{AppId, Location, RelPath, TextRange};
use migrate::{AppPicture, Guarded, NodeKind, Picture, PictureCall, PictureFunction, PictureIdentity, PictureNode};

/// A node that calls nothing.
pub(super) fn node(kind: NodeKind, label: &str, parent: Option<usize>) -> PictureNode {
    let guarded = Guarded::NotNeeded;
    PictureNode { kind, label: label.to_owned(), location: None, parent, is_new: false, guarded, calls: Vec::new() }
}

fn function(name: &str, kind: &'static str, identity: PictureIdentity) -> PictureFunction {
    PictureFunction { name: name.to_owned(), kind, identity, location: None }
}

fn consumer(label: &str, parent: usize, guarded: Guarded, functions: &[usize]) -> PictureNode {
    let call = |function: &usize| PictureCall { function: *function, conditional: false };
    let calls = functions.iter().map(call).collect();
    PictureNode { guarded, calls, ..node(NodeKind::Consumer, label, Some(parent)) }
}

fn file(path: &str) -> Option<Location> {
    Some(Location::file(RelPath::new(path).unwrap()))
}

fn picture(apps: Vec<AppPicture>) -> Picture {
    // Its src/main.tsx is there to be read.
    Picture {
        base: PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/react/quickstart/before")),
        apps,
    }
}

/// One of everything.
pub(super) fn sample() -> Picture {
    let mut nodes = vec![
        PictureNode { location: file("src/main.tsx"), ..node(NodeKind::Root, "src/main.tsx", None) },
        node(NodeKind::Provider, "<ConvexProviderWithClerk>", Some(0)),
        PictureNode { location: file("src/App.tsx"), ..node(NodeKind::Component, "<App />", Some(1)) },
        PictureNode { is_new: true, ..node(NodeKind::Gate, "<Authenticated>", Some(2)) },
        consumer("<TaskList />", 3, Guarded::Yes, &[0, 1]),
        consumer("<Editor />", 3, Guarded::Yes, &[0]),
        consumer("<Totals />", 2, Guarded::No, &[0]),
        consumer("<Footer />", 1, Guarded::NotNeeded, &[2]),
    ];
    nodes[5].calls[0].conditional = true;
    let path = RelPath::new("src/main.tsx").unwrap();
    nodes[1].location = Some(Location { path, range: TextRange::new(36, 40) });
    let mut functions = vec![
        function("tasks:list", "query", PictureIdentity::Needed),
        function("users:me", "query", PictureIdentity::Used),
        function("site:version", "query", PictureIdentity::Unused),
        function("jobs:run", "action", PictureIdentity::Unknown),
    ];
    functions[0].location = file("convex/tasks.ts");
    let app = AppPicture { id: AppId::new(""), framework: "react".to_owned(), note: None, nodes, functions };
    let other = AppPicture {
        id: AppId::new("site"),
        framework: "Vue".to_owned(),
        note: Some("not analysed yet".to_owned()),
        nodes: Vec::new(),
        functions: Vec::new(),
    };
    picture(vec![app, other])
}

/// Names that want to be markup, commands of a terminal, or more than one line.
pub(super) fn hostile() -> Picture {
    let name = "</text>\"'&amp;]]><script>\\N \\\"\n\x1b[31m\u{202e}\u{ffff}\0 (x)";
    let mut consumer = consumer(name, 0, Guarded::No, &[0]);
    consumer.parent = None;
    consumer.location = file("src/<a \"b\"> & \n.tsx");
    let functions = vec![function(name, "query", PictureIdentity::Needed)];
    let app =
        AppPicture { id: AppId::new(name), framework: name.to_owned(), note: None, nodes: vec![consumer], functions };
    picture(vec![app])
}

/// An app of the size that people have: 60 components, two layouts, shared and conditional queries.
pub(super) fn sixty() -> Picture {
    let mut app = Sixty::default();
    let main = app.node(NodeKind::Root, "src/main.tsx", None);
    let clerk = app.node(NodeKind::Provider, "<ClerkProvider>", Some(main));
    let convex = app.node(NodeKind::Provider, "<ConvexProviderWithClerk>", Some(clerk));
    app.nodes[clerk].is_new = true;
    let root = app.node(NodeKind::Component, "<App />", Some(convex));
    let router = app.node(NodeKind::Component, "<BrowserRouter>", Some(root));
    let shell = app.node(NodeKind::Component, "<Shell />", Some(router));
    let header = app.node(NodeKind::Component, "<Header />", Some(shell));
    app.consumer("<Announcement />", header, Guarded::NotNeeded, &["site:announcement"]);
    let gate = app.gate(header);
    app.consumer("<UserMenu />", gate, Guarded::Yes, &["users:me", "users:settings"]);
    app.consumer("<NotificationBell />", gate, Guarded::Yes, &["notifications:unread"]);
    let pages = [
        ("Dashboard", ["TaskList", "ActivityFeed", "TeamOverview", "RevenueChart", "UpcomingMeetings"], "tasks"),
        (
            "Projects",
            ["ProjectGrid", "ProjectFilters", "ArchivedProjects", "ProjectMembersPopover", "NewProject"],
            "projects",
        ),
        ("Board", ["BoardColumns", "CardDialog", "CardComments", "CardAttachments", "LabelPicker"], "boards"),
        (
            "Inbox",
            ["ThreadList", "ThreadView", "Composer", "MentionsAutocompleteDropdownList", "SearchBox"],
            "messages",
        ),
        ("Calendar", ["MonthGrid", "EventDialog", "Attendees", "RoomFinder", "TimeZoneSelect"], "events"),
        ("Reports", ["ReportList", "ReportChart", "ExportButton", "ScheduledReports", "ReportFilters"], "reports"),
        ("Billing", ["PlanPicker", "InvoiceTable", "UsageMeter", "PaymentMethods", "TaxDetails"], "billing"),
    ];
    for (number, (page, parts, module)) in pages.iter().enumerate() {
        let route = app.node(NodeKind::Component, &format!("<{page}Page />"), Some(shell));
        let inside = if number == 6 { route } else { app.gate(route) };
        for (part, name) in parts.iter().enumerate() {
            let guarded = if number == 6 { Guarded::No } else { Guarded::Yes };
            let frame = if part % 2 == 1 { app.node(NodeKind::Component, "<Panel>", Some(inside)) } else { inside };
            let own = ["list", "get", "stats", "search"][part % 4];
            let names = [format!("{module}:{own}"), ["users:me", "teams:members"][part % 2].to_owned()];
            let names: Vec<&str> = names.iter().take(1 + usize::from(part % 3 == 0)).map(String::as_str).collect();
            let label = format!("<{name} />");
            match part {
                4 => drop(app.node(NodeKind::Component, &label, Some(frame))),
                _ => app.consumer(&label, frame, guarded, &names),
            }
        }
    }
    let footer = app.node(NodeKind::Component, "<Footer />", Some(shell));
    app.consumer("<StatusBadge />", footer, Guarded::NotNeeded, &["site:status", "site:announcement"]);
    app.functions.push(function("internal:cleanUpAfterSomebodyLeft", "mutation", PictureIdentity::Unknown));
    let (nodes, functions) = (app.nodes, app.functions);
    picture(vec![AppPicture {
        id: AppId::new("apps/web"),
        framework: "react".to_owned(),
        note: None,
        nodes,
        functions,
    }])
}

#[derive(Default)]
struct Sixty {
    nodes: Vec<PictureNode>,
    functions: Vec<PictureFunction>,
}

impl Sixty {
    fn node(&mut self, kind: NodeKind, label: &str, parent: Option<usize>) -> usize {
        let name = label.trim_matches(['<', '/', '>', ' ']);
        let path = if parent.is_none() { label.to_owned() } else { format!("src/components/{name}/{name}.tsx") };
        self.nodes.push(PictureNode { location: file(&path), ..node(kind, label, parent) });
        self.nodes.len() - 1
    }

    fn gate(&mut self, parent: usize) -> usize {
        let gate = self.node(NodeKind::Gate, "<Authenticated>", Some(parent));
        self.nodes[gate].is_new = true;
        gate
    }

    fn consumer(&mut self, label: &str, parent: usize, guarded: Guarded, names: &[&str]) {
        let functions: Vec<usize> = names.iter().map(|name| self.function(name)).collect();
        let index = self.node(NodeKind::Consumer, label, Some(parent));
        self.nodes[index].guarded = guarded;
        let call = |function: &usize| PictureCall { function: *function, conditional: index.is_multiple_of(5) };
        self.nodes[index].calls = functions.iter().map(call).collect();
    }

    fn function(&mut self, name: &str) -> usize {
        if let Some(known) = self.functions.iter().position(|function| function.name == name) {
            return known;
        }
        let identity = match name.split(':').next().unwrap() {
            "site" => PictureIdentity::Unused,
            "users" => PictureIdentity::Used,
            _ => PictureIdentity::Needed,
        };
        let location = file(&format!("convex/{}.ts", name.split(':').next().unwrap()));
        self.functions.push(PictureFunction { location, ..function(name, "query", identity) });
        self.functions.len() - 1
    }
}
