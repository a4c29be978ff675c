//! Random apps: a tree of components over several files, with a ConvexProvider somewhere in it.

use std::collections::BTreeMap;

use arbitrary::{Result, Unstructured};

use crate::folder::Files;
use crate::links::Exported;
use crate::made::{Made, Style};
use crate::wiring::Root;

/// An app that was made up.
pub(crate) struct App {
    pub(crate) files: Files,
    pub(crate) roots: Vec<Root>,
    /// What imports may begin with, and where that leads.
    pub(crate) aliases: Vec<(String, String)>,
    /// Lines that nothing may change, with their files.
    pub(crate) kept: Vec<(String, String)>,
}

/// What stands innermost.
#[derive(Clone)]
pub(crate) enum Tail {
    /// The component that the app is about, which each file has to import.
    App,
    /// An expression of the file: `children`, `props.children`.
    Children(&'static str),
    /// A component of the file.
    Element(&'static str),
}

/// Makes an app.
pub(crate) struct Maker<'a, 'u> {
    pub(crate) u: &'a mut Unstructured<'u>,
    pub(crate) style: Style,
    pub(crate) is_next: bool,
    /// The folder of the app, with `/`.
    pub(crate) folder: &'static str,
    pub(crate) made: BTreeMap<String, Made>,
    app: (String, Exported),
    count: usize,
}

/// Makes an app of what there is to choose by.
pub(crate) fn app(u: &mut Unstructured<'_>) -> Result<App> {
    let (style, is_next) = (Style::any(u)?, u.ratio(1, 3)?);
    let folder = if u.ratio(1, 6)? { "apps/web/" } else { "" };
    let app = (String::new(), Exported::Default);
    let maker = Maker { u, style, is_next, folder, made: BTreeMap::new(), app, count: 0 };
    if is_next { maker.next_app() } else { maker.react_app() }
}

impl Maker<'_, '_> {
    pub(crate) fn ending(&self) -> &'static str {
        if self.style.is_typescript { "tsx" } else { "jsx" }
    }

    /// A path in the folder of sources: `src/` of a React app.
    pub(crate) fn path(&mut self, stem: &str) -> String {
        let source = if self.is_next { "" } else { "src/" };
        format!("{}{source}{stem}", self.folder)
    }

    pub(crate) fn fresh(&mut self, stem: &str) -> String {
        self.count += 1;
        format!("{stem}{}", self.count)
    }

    pub(crate) fn file(&mut self, path: &str) -> &mut Made {
        self.made.entry(path.to_owned()).or_default()
    }

    fn react_app(mut self) -> Result<App> {
        self.page_component()?;
        let mut roots = Vec::new();
        let mut scripts = String::new();
        let others = if self.u.ratio(1, 6)? { 1 } else { 0 };
        for entry in ["main", "widget"].iter().take(1 + others) {
            let ending = self.ending();
            let path = self.path(&format!("{entry}.{ending}"));
            self.entry(&path)?;
            scripts.push_str(&format!("<script type=\"module\" src=\"/src/{entry}.{ending}\"></script>\n"));
            roots.push(Root::Entry(path));
        }
        if self.u.ratio(1, 4)? {
            self.test_file()?;
        }
        let html = format!(
            "<!doctype html>\n<html lang=\"en\">\n<body>\n<div id=\"root\"></div>\n{scripts}</body>\n</html>\n"
        );
        self.finished(roots, "src/", &[("index.html", &html)], "\"vite\": \"^7.3.0\"", "\"react-dom\": \"^19.2.3\"")
    }

    fn next_app(mut self) -> Result<App> {
        let ending = self.ending();
        let mut roots = Vec::new();
        let layout = self.path(&format!("app/layout.{ending}"));
        for route in ["app", "app/about"].iter().take(self.u.int_in_range(1..=2)?) {
            let page = self.path(&format!("{route}/page.{ending}"));
            let made = self.file(&page);
            made.lines.push("export default function Page() {".to_owned());
            made.lines.push("  return <main>Notes</main>;".to_owned());
            made.lines.push("}".to_owned());
            roots.push(Root::Routes(vec![layout.clone(), page]));
        }
        let mut need = true;
        self.noise(&layout)?;
        let inner = self.layers(&layout, 4, &mut need, &Tail::Children("children"))?;
        let types = if self.style.is_typescript { ": { children: React.ReactNode }" } else { "" };
        let made = self.file(&layout);
        made.lines.push(format!("export default function RootLayout({{ children }}{types}) {{"));
        made.lines.extend(["  return (", "    <html lang=\"en\">", "      <body>"].map(str::to_owned));
        made.lines.extend(inner.iter().map(|line| format!("        {line}")));
        made.lines.extend(["      </body>", "    </html>", "  );", "}"].map(str::to_owned));
        self.finished(
            roots,
            "",
            &[],
            "\"@types/node\": \"^22.0.0\"",
            "\"next\": \"^16.4.0\",\n    \"react-dom\": \"^19.2.3\"",
        )
    }

    /// The component that the app is about.
    fn page_component(&mut self) -> Result<()> {
        let path = format!("{}src/App.{}", self.folder, self.ending());
        self.noise(&path)?;
        // Law 7: an own component of that name is none of ours.
        let mut body = "<main>Notes</main>";
        if self.u.ratio(1, 6)? {
            let types = if self.style.is_typescript { ": { client: string }" } else { "" };
            let made = self.file(&path);
            made.lines.push(format!("const ConvexProvider = (props{types}) => <b>{{props.client}}</b>;"));
            body = "<main><ConvexProvider client=\"own\" /></main>";
        }
        let exported = self.component(&path, "App", false, |_, _| Ok(vec![body.to_owned()]))?;
        self.app = (path, exported);
        Ok(())
    }

    /// The file in which a React app begins.
    fn entry(&mut self, path: &str) -> Result<()> {
        self.noise(path)?;
        let mut need = true;
        let depth = self.u.int_in_range(1..=5)?;
        let inner = self.layers(path, depth, &mut need, &Tail::App)?;
        let ways = ["createRoot(", "hydrateRoot(", "ReactDOM.createRoot(", "const root = createRoot("];
        let way = *self.u.choose(&ways)?;
        let bang = if self.style.is_typescript { "!" } else { "" };
        let place = format!("document.getElementById(\"root\"){bang}");
        let made = self.file(path);
        match way {
            "ReactDOM.createRoot(" => drop(made.import_default("react-dom/client", "ReactDOM")),
            "hydrateRoot(" => made.import("react-dom/client", "hydrateRoot"),
            _ => made.import("react-dom/client", "createRoot"),
        }
        let open = match way {
            "hydrateRoot(" => format!("hydrateRoot({place}, "),
            "const root = createRoot(" => {
                made.last.push(format!("const root = createRoot({place});"));
                "root.render(".to_owned()
            }
            way => format!("{way}{place}).render("),
        };
        match &*inner {
            [line] => made.last.push(format!("{open}{line});")),
            lines => {
                made.last.push(open.trim_end().to_owned());
                made.last.extend(lines.iter().map(|line| format!("  {line}")));
                if let Some(line) = made.last.last_mut() {
                    line.push(',');
                }
                made.last.push(");".to_owned());
            }
        }
        Ok(())
    }

    /// A test or a story that renders the provider, which is no part of the app.
    fn test_file(&mut self) -> Result<()> {
        let kind = *self.u.choose(&["test", "stories"])?;
        let path = format!("{}src/App.{kind}.{}", self.folder, self.ending());
        let made = self.file(&path);
        made.import("convex/react", "ConvexProvider");
        made.import("convex/react", "ConvexReactClient");
        made.lines.push("const client = new ConvexReactClient(\"https://otter.example\");".to_owned());
        made.lines
            .push("export const Shown = () => <ConvexProvider client={client}>{null}</ConvexProvider>;".to_owned());
        Ok(())
    }

    /// What looks like a provider and is none, and what nobody may touch.
    pub(crate) fn noise(&mut self, path: &str) -> Result<()> {
        for _ in 0..self.u.int_in_range(0..=2)? {
            let name = self.fresh("kept");
            let lines: Vec<String> = match self.u.int_in_range(0..=4)? {
                0 => vec![format!("// keep-{name} <ConvexProvider client={{convex}}> \tä ")],
                1 => vec![format!(
                    "export const {name} = 'keep-{name} import {{ ConvexProvider }} from \"convex/react\"';"
                )],
                2 => vec![
                    format!("export const {name} = `keep-{name}"),
                    "    keep-a <ConvexProvider>  ".to_owned(),
                    "\tkeep-b ${1}`;".to_owned(),
                ],
                3 => vec![format!("/* keep-{name}"), " * keep-c ClerkProvider useAuth".to_owned(), " */".to_owned()],
                _ => vec![format!("export const {name} = /keep-{name}<\\/ConvexProvider>/u;")],
            };
            self.file(path).lines.extend(lines);
        }
        Ok(())
    }

    /// A component in a file: what `inside` gives for its children.
    pub(crate) fn component(
        &mut self,
        path: &str,
        name: &str,
        has_children: bool,
        inside: impl FnOnce(&mut Self, &Tail) -> Result<Vec<String>>,
    ) -> Result<Exported> {
        let way = self.u.int_in_range(0..=3)?;
        let is_props = has_children && self.u.ratio(1, 3)?;
        let tail = Tail::Children(if is_props { "props.children" } else { "children" });
        let lines = inside(self, &tail)?;
        let types = if self.style.is_typescript { ": { children?: any }" } else { "" };
        let param = match (has_children, is_props) {
            (false, _) => String::new(),
            (true, true) => format!("props{types}"),
            (true, false) => format!("{{ children }}{types}"),
        };
        let (exported, before, after) = self.export(name, way == 0)?;
        let made = self.file(path);
        let body = |indent: &str| lines.iter().map(|line| format!("{indent}{line}")).collect::<Vec<_>>();
        match way {
            0 => {
                made.lines.push(format!("{before}function {name}({param}) {{"));
                made.lines.push("  return (".to_owned());
                made.lines.extend(body("    "));
                made.lines.extend(["  );", "}"].map(str::to_owned));
            }
            1 => {
                made.lines.push(format!("{before}const {name} = ({param}) => ("));
                made.lines.extend(body("  "));
                made.lines.push(");".to_owned());
            }
            2 => {
                made.lines.push(format!("{before}const {name} = ({param}) => {{"));
                made.lines.push("  return (".to_owned());
                made.lines.extend(body("    "));
                made.lines.extend(["  );", "};"].map(str::to_owned));
            }
            _ => {
                made.import("react", "memo");
                made.lines.push(format!("{before}const {name} = memo(function {name}Inner({param}) {{"));
                made.lines.push("  return (".to_owned());
                made.lines.extend(body("    "));
                made.lines.extend(["  );", "});"].map(str::to_owned));
            }
        }
        made.last.extend(after);
        Ok(exported)
    }

    /// Writes the innermost element of a file.
    pub(crate) fn tail(&mut self, path: &str, tail: &Tail) -> Result<String> {
        Ok(match tail {
            Tail::App => {
                let (file, exported) = self.app.clone();
                let tag = self.import(&file, &exported, path)?;
                format!("<{tag} />")
            }
            Tail::Children(expr) => format!("{{{expr}}}"),
            Tail::Element(tag) => format!("<{tag} />"),
        })
    }

    fn finished(
        self,
        roots: Vec<Root>,
        source: &str,
        others: &[(&str, &str)],
        tool: &str,
        package: &str,
    ) -> Result<App> {
        let folder = self.folder;
        let mut files = Files::new();
        let mut kept = Vec::new();
        for (path, made) in &self.made {
            let text = made.text(&self.style);
            let lines = text.split_inclusive('\n').filter(|line| line.contains("keep-"));
            kept.extend(lines.map(|line| (path.clone(), line.to_owned())));
            files.insert(path.clone(), text.into_bytes());
        }
        let mut put = |path: String, text: &str| drop(files.insert(path, text.as_bytes().to_vec()));
        for (path, text) in others {
            put(format!("{folder}{path}"), text);
        }
        put(format!("{folder}convex/tasks.ts"), "export const limit = 3;\n");
        let dependencies = format!("\"convex\": \"^1.48.0\",\n    \"react\": \"^19.2.3\",\n    {package}");
        let manifest = format!(
            "{{\n  \"name\": \"web\",\n  \"private\": true,\n  \"dependencies\": {{\n    {dependencies}\n  }},\n  \"devDependencies\": {{\n    {tool}\n  }}\n}}\n"
        );
        put(format!("{folder}package.json"), &manifest);
        let settings = format!(
            "{{\n  \"compilerOptions\": {{\n    \"jsx\": \"react-jsx\",\n    \"moduleResolution\": \"bundler\",\n    \"allowJs\": true,\n    \"paths\": {{ \"@/*\": [\"./{source}*\"] }}\n  }}\n}}\n"
        );
        put(format!("{folder}tsconfig.json"), &settings);
        if !folder.is_empty() {
            put("package.json".to_owned(), "{\n  \"private\": true,\n  \"workspaces\": [\"apps/*\"]\n}\n");
        }
        Ok(App { files, roots, aliases: vec![("@/".to_owned(), format!("{folder}{source}"))], kept })
    }
}
