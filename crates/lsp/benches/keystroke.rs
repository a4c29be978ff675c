//! What an edit costs until its findings are said: `cargo bench -p convex-clerk-lsp`.
//!
//! The server runs in this process and is asked for the findings of a file after each edit. Beside it, in the same run, stands what one parse
//! of the edited file costs, with the resolution of its names; the bound is three of those and 5 ms. Two kinds of edits are made, in turn: one
//! that changes a name, and one that adds a query or takes it away, which changes what is found. `parsed` is how many texts were parsed for
//! each edit. Nothing is asserted: a busy machine is no defect.
#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a benchmark prints, and stops where it can't measure")]

use std::fmt::Write as _;
use std::fs;
use std::io::{BufRead, BufReader, PipeReader, PipeWriter, Read, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use change::RelPath;
use serde_json::{Value, json};

const EDITS: usize = 200;

fn main() {
    println!("{:28} {:>9} {:>9} {:>9} {:>9} {:>7}", "edited file", "parse", "bound", "median", "9 of 10", "parsed");
    for (files, lines) in [(8, 500), (8, 5_000), (500, 40), (500, 500), (500, 5_000)] {
        measure(files, lines);
    }
}

fn measure(files: usize, lines: usize) {
    let folder = tempfile::tempdir().unwrap();
    write_app(folder.path(), files, lines);
    let path = folder.path().canonicalize().unwrap();
    let mut client = Client::new(&path);
    let text = fs::read_to_string(path.join("src/Edited.tsx")).unwrap();
    client.open(&text);
    client.findings();
    // What is typed stands on one line; as editors do, only that is sent.
    let line = text.lines().position(|line| line.contains("const rows")).unwrap();
    let mut times = Vec::new();
    let before = client.parsed();
    for number in 0..EDITS {
        let start = Instant::now();
        client.change(line, &line_of(number));
        client.findings();
        times.push(start.elapsed());
    }
    let parsed = (client.parsed() - before) as f64 / EDITS as f64;
    times.sort();
    let parse = parse_time(&text);
    println!(
        "{:28} {:>9.2?} {:>9.2?} {:>9.2?} {:>9.2?} {parsed:>7.2}",
        format!("{lines} lines, of {files} files"),
        parse,
        parse * 3 + Duration::from_millis(5),
        times[EDITS / 2],
        times[EDITS * 9 / 10],
    );
}

/// The line that is edited, after an edit: another name, and every other time no query.
fn line_of(number: usize) -> String {
    let rows = if number.is_multiple_of(2) { "useQuery(api.tasks.mine)" } else { "[]" };
    format!("  const rows{number} = {rows};")
}

fn parse_time(text: &str) -> Duration {
    let path = RelPath::new("src/Edited.tsx").unwrap();
    syntax::on_deep_stack(|| {
        let mut times: Vec<Duration> = (0..50)
            .map(|number| {
                let source = syntax::SourceFile::new(
                    path.clone(),
                    text.replace("const rows", &format!("const rows{number}")).into(),
                )
                .unwrap();
                let start = Instant::now();
                let module = syntax::parse(&source).unwrap();
                let time = start.elapsed();
                drop(module);
                time
            })
            .collect();
        times.sort();
        times[25]
    })
}

/// An app on Clerk of components that render each other, a third of which subscribe.
fn write_app(folder: &Path, files: usize, lines: usize) {
    let write = |path: &str, text: String| {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    let dependencies =
        json!({ "convex": "^1.42.2", "@clerk/react": "^6.0.0", "react": "19.2.3", "react-dom": "19.2.3" });
    let manifest = json!({ "name": "app", "dependencies": dependencies, "devDependencies": { "vite": "^7.0.0" } });
    write("package.json", manifest.to_string());
    write("index.html", "<script type=\"module\" src=\"/src/main.tsx\"></script>".to_owned());
    write("tsconfig.json", json!({ "compilerOptions": { "paths": { "@/*": ["./src/*"] } } }).to_string());
    write(
        "src/main.tsx",
        "import { createRoot } from \"react-dom/client\";
import { ClerkProvider, useAuth } from \"@clerk/react\";
import { Authenticated, ConvexReactClient } from \"convex/react\";
import { ConvexProviderWithClerk } from \"convex/react-clerk\";
import { Edited } from \"./Edited\";
import { Part0 } from \"@/parts/Part0\";
const convex = new ConvexReactClient(import.meta.env.VITE_CONVEX_URL as string);
createRoot(document.getElementById(\"root\")!).render(
  <ClerkProvider publishableKey={import.meta.env.VITE_CLERK_PUBLISHABLE_KEY}>
    <ConvexProviderWithClerk client={convex} useAuth={useAuth}>
      <Edited />
      <Authenticated>
        <Part0 />
      </Authenticated>
    </ConvexProviderWithClerk>
  </ClerkProvider>,
);
"
        .to_owned(),
    );
    write(
        "convex/auth.config.ts",
        "export default {
  providers: [{ domain: process.env.CLERK_JWT_ISSUER_DOMAIN!, applicationID: \"convex\" }],
};
"
        .to_owned(),
    );
    write(
        "convex/tasks.ts",
        "import { query } from \"./_generated/server\";
export const mine = query(async (ctx) => {
  const identity = await ctx.auth.getUserIdentity();
  if (!identity) throw new Error(\"Not signed in\");
  return await ctx.db.query(\"tasks\").collect();
});
"
        .to_owned(),
    );
    for number in 0..files {
        write(&format!("src/parts/Part{number}.tsx"), component(&format!("Part{number}"), number, files, 40));
    }
    write("src/Edited.tsx", component("Edited", 0, 1, lines));
}

/// A component of about so many lines.
fn component(name: &str, number: usize, of: usize, lines: usize) -> String {
    let parts: Vec<usize> = (1..=3).map(|part| number * 3 + part).filter(|part| *part < of).collect();
    let mut text = String::from("import { useState } from \"react\";\n");
    if number.is_multiple_of(3) {
        text.push_str(
            "import { useQuery } from \"convex/react\";\nimport { api } from \"../convex/_generated/api\";\n",
        );
    }
    // Writing to a String can't fail.
    for part in &parts {
        let _ = writeln!(text, "import {{ Part{part} }} from \"@/parts/Part{part}\";");
    }
    let rows = if number.is_multiple_of(3) { "useQuery(api.tasks.mine)" } else { "[] as { text: string }[]" };
    let _ = write!(
        text,
        "\nexport function {name}() {{\n  const [open, setOpen] = useState(false);\n  const rows = {rows};\n  return (\n    <section className=\"p-4\">\n"
    );
    for part in &parts {
        let _ = writeln!(text, "      <Part{part} />");
    }
    for line in 0..lines.saturating_sub(20) / 4 {
        let _ = write!(
            text,
            "      {{open && rows{line} && (\n        <button className=\"rounded bg-slate-200 px-2\" title=\"{line}\" onClick={{() => setOpen(!open)}}>\n          Row {line} of the list\n        </button>)}}\n"
        );
    }
    text.push_str("    </section>\n  );\n}\n");
    text
}

/// As much of a client as is needed to edit a file and ask what is found.
struct Client {
    to: PipeWriter,
    from: BufReader<PipeReader>,
    uri: String,
    number: i64,
}

impl Client {
    fn new(folder: &Path) -> Self {
        let (server_reads, to) = std::io::pipe().unwrap();
        let (from, server_writes) = std::io::pipe().unwrap();
        let views = lsp::Views { version: "0", page: |_, _| Ok(String::new()), graph: |_| Default::default() };
        drop(std::thread::spawn(move || lsp::serve(server_reads, server_writes, views)));
        let root = format!("file://{}", folder.display());
        let mut client = Self { to, from: BufReader::new(from), uri: format!("{root}/src/Edited.tsx"), number: 0 };
        let capabilities = json!({ "textDocument": { "diagnostic": {} } });
        let folders = json!([{ "uri": root, "name": "app" }]);
        client.request("initialize", json!({ "capabilities": capabilities, "workspaceFolders": folders }));
        client
    }

    fn send(&mut self, message: &Value) {
        let body = message.to_string();
        write!(self.to, "Content-Length: {}\r\n\r\n{body}", body.len()).unwrap();
    }

    fn request(&mut self, method: &str, params: Value) -> Value {
        self.number += 1;
        let id = self.number;
        self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }));
        loop {
            let answer = self.read();
            if answer["id"] == id {
                return answer["result"].clone();
            }
        }
    }

    fn read(&mut self) -> Value {
        let mut length = 0;
        let mut line = String::new();
        while self.from.read_line(&mut line).unwrap() > 2 {
            length = line.trim().strip_prefix("Content-Length: ").map_or(length, |number| number.parse().unwrap());
            line.clear();
        }
        let mut body = vec![0; length];
        self.from.read_exact(&mut body).unwrap();
        serde_json::from_slice(&body).unwrap()
    }

    fn open(&mut self, text: &str) {
        let document = json!({ "uri": self.uri, "languageId": "typescriptreact", "version": 0, "text": text });
        self.send(
            &json!({ "jsonrpc": "2.0", "method": "textDocument/didOpen", "params": { "textDocument": document } }),
        );
    }

    fn change(&mut self, line: usize, text: &str) {
        let range = json!({ "start": { "line": line, "character": 0 }, "end": { "line": line, "character": 999 } });
        let document = json!({ "uri": self.uri, "version": 1 });
        let params = json!({ "textDocument": document, "contentChanges": [{ "range": range, "text": text }] });
        self.send(&json!({ "jsonrpc": "2.0", "method": "textDocument/didChange", "params": params }));
    }

    fn findings(&mut self) {
        let params = json!({ "textDocument": { "uri": self.uri } });
        self.request("textDocument/diagnostic", params);
    }

    fn parsed(&mut self) -> u64 {
        self.request("convexClerk/status", Value::Null)["parsed"].as_u64().unwrap()
    }
}
