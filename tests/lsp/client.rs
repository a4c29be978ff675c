//! A client of the language server, written from the protocol: it keeps texts as an editor does, makes edits strictly, and saves.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Read as _, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::thread::JoinHandle;

use serde_json::{Value, json};

use crate::support::binary;

/// What a client says that it can.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Can {
    pub(crate) encoding: &'static str,
    pub(crate) document_changes: bool,
    pub(crate) creates: bool,
    pub(crate) annotations: bool,
    pub(crate) resolves: bool,
    pub(crate) literals: bool,
    pub(crate) pulls: bool,
    pub(crate) watches: bool,
}

/// A client as editors are today.
pub(crate) const FULL: Can = Can {
    encoding: "utf-16",
    document_changes: true,
    creates: true,
    annotations: true,
    resolves: true,
    literals: true,
    pulls: false,
    watches: true,
};

impl Can {
    fn capabilities(self) -> Value {
        let mut action = json!({ "dataSupport": true, "disabledSupport": true, "isPreferredSupport": true });
        if self.literals {
            action["codeActionLiteralSupport"] =
                json!({ "codeActionKind": { "valueSet": ["", "quickfix", "refactor"] } });
        }
        if self.resolves {
            action["resolveSupport"] = json!({ "properties": ["edit"] });
        }
        let mut edit = json!({ "documentChanges": self.document_changes });
        if self.creates {
            edit["resourceOperations"] = json!(["create", "rename", "delete"]);
        }
        if self.annotations {
            edit["changeAnnotationSupport"] = json!({ "groupsOnLabel": true });
        }
        let mut document = json!({
            "codeAction": action,
            "hover": { "contentFormat": ["markdown", "plaintext"] },
            "publishDiagnostics": { "relatedInformation": true, "codeDescriptionSupport": true, "versionSupport": true },
        });
        if self.pulls {
            document["diagnostic"] = json!({ "dynamicRegistration": false });
        }
        json!({
            "general": { "positionEncodings": [self.encoding] },
            "workspace": {
                "applyEdit": true,
                "configuration": true,
                "workspaceEdit": edit,
                "diagnostics": { "refreshSupport": true },
                "didChangeWatchedFiles": { "dynamicRegistration": self.watches },
            },
            "textDocument": document,
            "window": { "workDoneProgress": true },
        })
    }
}

/// Where the server runs.
enum Server {
    Here(JoinHandle<std::io::Result<bool>>),
    Process(Child),
}

/// A session with the server.
pub(crate) struct Client {
    pub(crate) folder: PathBuf,
    can: Can,
    settings: Value,
    to: Option<Box<dyn Write>>,
    from: Box<dyn BufRead>,
    server: Option<Server>,
    last_id: i64,
    /// The open files: version and text, without a byte order mark.
    open: BTreeMap<String, (i64, String)>,
    /// Whether a file that is open has a byte order mark on disk.
    marks: BTreeMap<String, bool>,
    /// Answers that nobody waited for yet.
    answers: Vec<Value>,
    /// Notifications that nobody waited for yet.
    pub(crate) heard: Vec<Value>,
    /// The edits that the server asked for.
    pub(crate) asked: Vec<Value>,
}

impl Client {
    pub(crate) fn new(folder: &Path, can: Can, settings: &Value) -> Self {
        Self::unstarted(folder, can, settings).initialized()
    }

    /// A session with the program itself.
    pub(crate) fn of_program(folder: &Path, can: Can, settings: &Value) -> Self {
        let mut command = binary();
        command.args(["lsp", "--stdio"]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        let (to, from) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
        Self::over(folder, can, settings, (Box::new(to), Box::new(from), Server::Process(child))).initialized()
    }

    fn initialized(mut self) -> Self {
        let can = self.can;
        let client = &mut self;
        let uri = client.uri("");
        let params = json!({
            "processId": null,
            "capabilities": can.capabilities(),
            "workspaceFolders": [{ "uri": uri.trim_end_matches('/'), "name": "project" }],
        });
        let answer = client.request("initialize", params).unwrap();
        assert_eq!(answer["capabilities"]["positionEncoding"], can.encoding);
        client.notify("initialized", json!({}));
        self
    }

    /// A session before its first message.
    pub(crate) fn unstarted(folder: &Path, can: Can, settings: &Value) -> Self {
        let (server_reads, to) = std::io::pipe().unwrap();
        let (from, server_writes) = std::io::pipe().unwrap();
        let views = ::lsp::Views {
            version: "0",
            page: |_, _| Ok("<!doctype html>".to_owned()),
            graph: |picture| (format!("{} apps", picture.apps.len()), "<svg/>".to_owned()),
        };
        let server = std::thread::spawn(move || ::lsp::serve(server_reads, server_writes, views));
        Self::over(folder, can, settings, (Box::new(to), Box::new(BufReader::new(from)), Server::Here(server)))
    }

    fn over(
        folder: &Path,
        can: Can,
        settings: &Value,
        (to, from, server): (Box<dyn Write>, Box<dyn BufRead>, Server),
    ) -> Self {
        Self {
            folder: folder.to_owned(),
            can,
            settings: settings.clone(),
            to: Some(to),
            from,
            server: Some(server),
            last_id: 0,
            open: BTreeMap::new(),
            marks: BTreeMap::new(),
            answers: Vec::new(),
            heard: Vec::new(),
            asked: Vec::new(),
        }
    }

    /// The address of a file of the project.
    pub(crate) fn uri(&self, path: &str) -> String {
        let encoded: String = path.chars().map(encoded).collect();
        format!("file://{}/{encoded}", self.folder.display())
    }

    fn path(&self, uri: &str) -> String {
        let prefix = format!("file://{}/", self.folder.display());
        decoded(uri.strip_prefix(&prefix).unwrap_or_else(|| panic!("{uri} is not in {prefix}")))
    }

    pub(crate) fn send_bytes(&mut self, bytes: &[u8]) {
        self.to.as_mut().unwrap().write_all(bytes).unwrap();
    }

    pub(crate) fn send(&mut self, message: &Value) {
        let body = message.to_string();
        self.send_bytes(format!("Content-Length: {}\r\n\r\n{body}", body.len()).as_bytes());
    }

    pub(crate) fn notify(&mut self, method: &str, params: Value) {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params }));
    }

    /// Sends a request, answers what the server asks meanwhile, and gives the result or the error.
    pub(crate) fn request(&mut self, method: &str, params: Value) -> Result<Value, Value> {
        let id = self.start(method, params);
        self.answer(id)
    }

    /// Sends a request.
    pub(crate) fn start(&mut self, method: &str, params: Value) -> i64 {
        self.last_id += 1;
        self.send(&json!({ "jsonrpc": "2.0", "id": self.last_id, "method": method, "params": params }));
        self.last_id
    }

    /// Waits for the answer to a request.
    pub(crate) fn answer(&mut self, id: i64) -> Result<Value, Value> {
        loop {
            if let Some(at) = self.answers.iter().position(|answer| answer["id"] == id) {
                let answer = self.answers.remove(at);
                let error = answer["error"].clone();
                return if error.is_null() { Ok(answer["result"].clone()) } else { Err(error) };
            }
            let message = self.read();
            self.hear(message);
        }
    }

    /// Waits for a notification.
    pub(crate) fn wait_for(&mut self, method: &str, is_it: impl Fn(&Value) -> bool) -> Value {
        loop {
            let found = self.heard.iter().position(|said| said["method"] == method && is_it(&said["params"]));
            if let Some(at) = found {
                return self.heard.remove(at)["params"].clone();
            }
            let message = self.read();
            self.hear(message);
        }
    }

    fn read(&mut self) -> Value {
        let mut length = 0;
        loop {
            let mut line = String::new();
            assert!(self.from.read_line(&mut line).unwrap() > 0, "the server has gone");
            match line.trim_end().split_once(": ") {
                Some(("Content-Length", number)) => length = number.parse().unwrap(),
                Some(_) => {}
                None => break,
            }
        }
        let mut body = vec![0; length];
        self.from.read_exact(&mut body).unwrap();
        serde_json::from_slice(&body).unwrap()
    }

    fn hear(&mut self, message: Value) {
        if message["method"].is_null() {
            self.answers.push(message);
            return;
        }
        let (id, method) = (message["id"].clone(), message["method"].as_str().unwrap_or_default().to_owned());
        if id.is_null() {
            self.heard.push(message);
            return;
        }
        let result = match method.as_str() {
            "workspace/configuration" => json!([self.settings]),
            "workspace/applyEdit" => {
                self.asked.push(message["params"]["edit"].clone());
                self.apply(&message["params"]["edit"]);
                json!({ "applied": true })
            }
            "client/registerCapability" | "workspace/diagnostic/refresh" => {
                self.heard.push(message);
                Value::Null
            }
            other => panic!("the server asks for {other}"),
        };
        self.send(&json!({ "jsonrpc": "2.0", "id": id, "result": result }));
    }

    /// The text of a file as it is in the editor, else as one would open it.
    pub(crate) fn text(&self, path: &str) -> String {
        match self.open.get(path) {
            Some((_, text)) => text.clone(),
            None => fs::read_to_string(self.folder.join(path)).unwrap().trim_start_matches('\u{feff}').to_owned(),
        }
    }

    pub(crate) fn is_open(&self, path: &str) -> bool {
        self.open.contains_key(path)
    }

    pub(crate) fn open(&mut self, path: &str) {
        let text = self.text(path);
        let bytes = fs::read(self.folder.join(path)).unwrap_or_default();
        self.marks.insert(path.to_owned(), bytes.starts_with("\u{feff}".as_bytes()));
        self.open.insert(path.to_owned(), (1, text.clone()));
        let document = json!({ "uri": self.uri(path), "languageId": "typescriptreact", "version": 1, "text": text });
        self.notify("textDocument/didOpen", json!({ "textDocument": document }));
    }

    /// Replaces a part of an open file, as by typing.
    pub(crate) fn replace(&mut self, path: &str, from: &str, to: &str) {
        let (version, text) = self.open.get_mut(path).unwrap();
        let start = text.find(from).unwrap_or_else(|| panic!("{path} has no {from:?}"));
        let range = json!({
            "start": position(text, start, self.can.encoding),
            "end": position(text, start + from.len(), self.can.encoding),
        });
        text.replace_range(start..start + from.len(), to);
        *version += 1;
        let version = *version;
        let changes = json!([{ "range": range, "text": to }]);
        let document = json!({ "uri": self.uri(path), "version": version });
        self.notify("textDocument/didChange", json!({ "textDocument": document, "contentChanges": changes }));
    }

    pub(crate) fn close(&mut self, path: &str) {
        self.open.remove(path);
        self.notify("textDocument/didClose", json!({ "textDocument": { "uri": self.uri(path) } }));
    }

    /// Where a text stands in a file, from its beginning to its end.
    pub(crate) fn range_of(&self, path: &str, text: &str) -> Value {
        let all = self.text(path);
        let start = all.find(text).unwrap_or_else(|| panic!("{path} has no {text:?}"));
        let at = |offset| position(&all, offset, self.can.encoding);
        json!({ "start": at(start), "end": at(start + text.len()) })
    }

    /// The actions at a range of a file.
    pub(crate) fn actions(&mut self, path: &str, range: &Value, context: Value) -> Vec<Value> {
        let mut context = context;
        if context["diagnostics"].is_null() {
            context["diagnostics"] = json!([]);
        }
        let params = json!({ "textDocument": { "uri": self.uri(path) }, "range": range, "context": context });
        self.request("textDocument/codeAction", params).unwrap().as_array().cloned().unwrap_or_default()
    }

    /// The actions anywhere in a file.
    pub(crate) fn actions_in(&mut self, path: &str) -> Vec<Value> {
        let all = json!({ "start": { "line": 0, "character": 0 }, "end": { "line": 1_000_000, "character": 0 } });
        self.actions(path, &all, json!({ "triggerKind": 1 }))
    }

    /// Takes an action as an editor does: resolves it if it came without its edit, makes the edit, runs the command.
    pub(crate) fn take(&mut self, action: &Value) {
        if action["command"].is_string() {
            let params = json!({ "command": action["command"], "arguments": action["arguments"] });
            self.request("workspace/executeCommand", params).unwrap();
            return;
        }
        let action = match action["edit"].is_null() {
            true => self.request("codeAction/resolve", action.clone()).unwrap(),
            false => action.clone(),
        };
        assert!(action["edit"].is_object(), "no edit: {action}");
        self.apply(&action["edit"]);
    }

    /// Makes an edit. What does not fit is a failure: nothing is clamped, nothing overwritten, versions have to be those that are known.
    pub(crate) fn apply(&mut self, edit: &Value) {
        let can = self.can;
        assert_eq!(edit["changeAnnotations"].is_object(), can.annotations && can.document_changes, "{edit}");
        let mut new = BTreeMap::new();
        for change in edit["documentChanges"].as_array().into_iter().flatten() {
            assert!(can.document_changes);
            if change["kind"] == "create" {
                assert!(can.creates, "{change}");
                let path = self.path(change["uri"].as_str().unwrap());
                assert!(!self.folder.join(&path).exists() && !self.is_open(&path), "{path} is there");
                new.insert(path, String::new());
                continue;
            }
            let path = self.path(change["textDocument"]["uri"].as_str().unwrap());
            let version = self.open.get(&path).map_or(Value::Null, |(version, _)| json!(version));
            assert_eq!(change["textDocument"].get("version"), Some(&version), "{path}");
            let annotated = change["edits"].as_array().unwrap().iter().all(|edit| edit["annotationId"].is_string());
            assert_eq!(annotated, can.annotations, "{change}");
            match new.get_mut(&path) {
                Some(text) => *text = filled(&change["edits"]),
                None => self.edit(&path, &change["edits"]),
            }
        }
        for (uri, edits) in edit["changes"].as_object().into_iter().flatten() {
            assert!(!can.document_changes);
            self.edit(&self.path(uri), edits);
        }
        for (path, text) in new {
            let place = self.folder.join(&path);
            fs::create_dir_all(place.parent().unwrap()).unwrap();
            fs::write(place, "").unwrap();
            self.open(&path);
            self.open.insert(path.clone(), (2, text.clone()));
            let document = json!({ "uri": self.uri(&path), "version": 2 });
            self.notify(
                "textDocument/didChange",
                json!({ "textDocument": document, "contentChanges": [{ "text": text }] }),
            );
        }
    }

    fn edit(&mut self, path: &str, edits: &Value) {
        if !self.is_open(path) {
            self.open(path);
        }
        let (version, text) = self.open.get_mut(path).unwrap();
        *text = edited(text, edits, self.can.encoding);
        *version += 1;
        let (version, text) = (*version, text.clone());
        let document = json!({ "uri": self.uri(path), "version": version });
        self.notify(
            "textDocument/didChange",
            json!({ "textDocument": document, "contentChanges": [{ "text": text }] }),
        );
    }

    /// Writes every file that is open.
    pub(crate) fn save(&mut self) {
        let all: Vec<(String, String)> =
            self.open.iter().map(|(path, (_, text))| (path.clone(), text.clone())).collect();
        for (path, text) in all {
            let mark = if self.marks[&path] { "\u{feff}" } else { "" };
            fs::write(self.folder.join(&path), format!("{mark}{text}")).unwrap();
            self.notify("textDocument/didSave", json!({ "textDocument": { "uri": self.uri(&path) } }));
        }
    }

    /// Ends the session; whether the server says that it ended well.
    pub(crate) fn end(mut self) -> bool {
        self.request("shutdown", Value::Null).unwrap();
        self.notify("exit", Value::Null);
        self.join()
    }

    /// The memory that the program uses now, in bytes.
    #[cfg(target_os = "linux")]
    pub(crate) fn memory(&self) -> u64 {
        let Some(Server::Process(child)) = &self.server else { panic!("it runs here") };
        let status = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() * 1024
    }

    /// Goes away without a word.
    pub(crate) fn leave(mut self) -> bool {
        self.to = None;
        self.join()
    }

    fn join(&mut self) -> bool {
        match self.server.take().unwrap() {
            Server::Here(thread) => thread.join().unwrap().unwrap(),
            Server::Process(mut child) => child.wait().unwrap().success(),
        }
    }
}

/// A character of a path in an address.
fn encoded(c: char) -> String {
    if c.is_ascii_alphanumeric() || "/-._~".contains(c) {
        return c.to_string();
    }
    c.encode_utf8(&mut [0; 4]).bytes().map(|byte| format!("%{byte:02X}")).collect()
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        match byte {
            b'%' => {
                let digits = [rest.next().unwrap(), rest.next().unwrap()];
                bytes.push(u8::from_str_radix(std::str::from_utf8(&digits).unwrap(), 16).unwrap());
            }
            byte => bytes.push(byte),
        }
    }
    String::from_utf8(bytes).unwrap()
}

fn units(c: char, encoding: &str) -> usize {
    match encoding {
        "utf-8" => c.len_utf8(),
        "utf-16" => c.len_utf16(),
        "utf-32" => 1,
        other => panic!("{other}"),
    }
}

/// The lines of a text, as the protocol has them: with where each begins and where it ends before its line break.
fn lines(text: &str) -> Vec<(usize, usize)> {
    let mut lines = Vec::new();
    let mut start = 0;
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let width = match bytes[at] {
            b'\r' if bytes.get(at + 1) == Some(&b'\n') => 2,
            b'\r' | b'\n' => 1,
            _ => 0,
        };
        if width > 0 {
            lines.push((start, at));
            start = at + width;
        }
        at += width.max(1);
    }
    lines.push((start, text.len()));
    lines
}

pub(crate) fn position(text: &str, offset: usize, encoding: &str) -> Value {
    let lines = lines(text);
    let (number, (start, _)) = lines.iter().enumerate().rfind(|(_, (start, _))| *start <= offset).unwrap();
    let column: usize = text[*start..offset].chars().map(|c| units(c, encoding)).sum();
    json!({ "line": number, "character": column })
}

/// The offset of a position, which has to be one that the text has.
fn offset(text: &str, position: &Value, encoding: &str) -> usize {
    let (line, column) =
        (position["line"].as_u64().unwrap() as usize, position["character"].as_u64().unwrap() as usize);
    let lines = lines(text);
    let (start, end) = *lines.get(line).unwrap_or_else(|| panic!("no line {line} of {}", lines.len()));
    let mut seen = 0;
    for (at, c) in text[start..end].char_indices() {
        if seen == column {
            return start + at;
        }
        seen += units(c, encoding);
    }
    assert_eq!(seen, column, "no column {column} in {:?}", &text[start..end]);
    end
}

/// The text of a new file: up to (1, 0), so that editors which take an empty text for an empty line leave nothing of it.
fn filled(edits: &Value) -> String {
    let [edit] = edits.as_array().unwrap().as_slice() else { panic!("{edits}") };
    let whole = json!({ "start": { "line": 0, "character": 0 }, "end": { "line": 1, "character": 0 } });
    assert_eq!(edit["range"], whole);
    edit["newText"].as_str().unwrap().to_owned()
}

/// A text after edits that are all about the text as it is.
fn edited(text: &str, edits: &Value, encoding: &str) -> String {
    let mut found: Vec<(usize, usize, &str)> = edits
        .as_array()
        .unwrap()
        .iter()
        .map(|edit| {
            let at = |end: &str| offset(text, &edit["range"][end], encoding);
            (at("start"), at("end"), edit["newText"].as_str().unwrap())
        })
        .collect();
    found.sort_by_key(|(start, end, _)| (*start, *end));
    let (mut result, mut done) = (String::new(), 0);
    for (start, end, new) in found {
        assert!(done <= start && start <= end, "edits overlap at {start}");
        result.push_str(&text[done..start]);
        result.push_str(new);
        done = end;
    }
    result + &text[done..]
}
