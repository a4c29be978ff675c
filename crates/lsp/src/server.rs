//! The loop: one message after the other, and what was found once nothing more comes for a moment.
//!
//! A defect in one request is that request's answer; the next one starts from what is read anew.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io::{self, Read, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use change::RelPath;
use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded};
use lsp_server::{ErrorCode, Message, Notification, Request, RequestId, Response, ResponseError};
use lsp_types::{ClientCapabilities, NumberOrString};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::Views;
use crate::client::Client;
use crate::diagnostics::Diagnosing;
use crate::documents::{Documents, without_links};
use crate::framing::{Incoming, Reader};
use crate::projects::{Opened, Projects};
use crate::settings::Settings;
use crate::signals::Signals;
use crate::to_proto::path_of;

mod answers;
mod notices;

/// How long nothing has to come before what was found is said, and how long that waits at most.
const DEBOUNCE: Duration = Duration::from_millis(150);
const AT_MOST: Duration = Duration::from_millis(600);

/// How long requests wait for the client to say what is configured.
const PATIENCE: Duration = Duration::from_secs(2);

/// How many messages may wait to be read, and to be written.
const QUEUE: usize = 256;
const OUT: usize = 4096;

/// Why a request has no result.
#[derive(Debug)]
pub(crate) struct Failure {
    code: i32,
    message: String,
}

impl Failure {
    fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self { code: code as i32, message: message.into() }
    }
}

/// What becomes of a request.
enum Outcome {
    Result(Value),
    /// The answer comes once the client has answered.
    Later,
}

/// What an answer of the client's is for.
enum Pending {
    /// The settings of a project.
    Settings(PathBuf),
    /// The change that a command made; it is answered with what is to be said then.
    Applied(RequestId, Value),
    /// Nothing waits for it.
    Nothing,
}

/// Where a session is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Before,
    Running,
    ShutDown,
}

pub(crate) struct Server {
    sender: Sender<Message>,
    signals: Signals,
    views: Views,
    phase: Phase,
    client: Client,
    documents: Documents,
    projects: Projects,
    /// The open files whose texts the engine does not have yet.
    unread: BTreeSet<PathBuf>,
    /// What the client was asked.
    asked: HashMap<RequestId, Pending>,
    asked_so_far: i32,
    /// Requests that wait for settings, and until when.
    held: Vec<Request>,
    held_until: Option<Instant>,
    /// Whether the client did not say in time what is configured.
    is_silent: bool,
    /// When what was found is said: after a moment of rest, but no later than the second.
    due: Option<(Instant, Instant)>,
    /// Settings of a client that is not asked for them.
    initial: Value,
    /// Whether nobody reads what the server says any more.
    is_unheard: Cell<bool>,
}

/// Serves one client until it says `exit` or goes away. Whether it had said `shutdown` before.
pub(crate) fn run(
    input: impl Read + Send + 'static,
    output: impl Write + Send + 'static,
    views: Views,
) -> io::Result<bool> {
    let (sender, to_write) = bounded::<Message>(OUT);
    let (to_read, receiver) = bounded(QUEUE);
    let signals = Signals::default();
    let hearing = signals.clone();
    let reader = std::thread::Builder::new().name("reader".to_owned());
    // It ends with the stream, which may be after the server.
    drop(reader.spawn(move || read(input, &to_read, &hearing))?);
    let writer = std::thread::Builder::new().name("writer".to_owned()).spawn(move || write(output, &to_write))?;
    let is_clean = migrate::on_deep_stack(move || Server::new(sender, signals, views).serve(&receiver));
    // A client that has gone hears nothing more; that is no failure.
    drop(writer.join());
    Ok(is_clean)
}

fn read(input: impl Read, sender: &Sender<Incoming>, signals: &Signals) {
    let mut reader = Reader::new(input);
    while let Ok(Some(incoming)) = reader.read() {
        if let Incoming::Message(message) = &incoming {
            signals.hear(message);
        }
        let is_last = matches!(&incoming, Incoming::Message(Message::Notification(said)) if said.method == "exit");
        if sender.send(incoming).is_err() || is_last {
            break;
        }
    }
}

fn write(mut output: impl Write, receiver: &Receiver<Message>) {
    for message in receiver {
        // JSON-RPC wants `null` for the id of what could not be read; no other message has it.
        if message.write(&mut output).and_then(|()| output.flush()).is_err() {
            break;
        }
    }
}

impl Server {
    fn new(sender: Sender<Message>, signals: Signals, views: Views) -> Self {
        Self {
            sender,
            signals,
            views,
            phase: Phase::Before,
            client: Client::new(&ClientCapabilities::default(), ""),
            documents: Documents::default(),
            projects: Projects::default(),
            unread: BTreeSet::new(),
            asked: HashMap::new(),
            asked_so_far: 0,
            held: Vec::new(),
            held_until: None,
            is_silent: false,
            due: None,
            initial: Value::Null,
            is_unheard: Cell::new(false),
        }
    }

    /// Whether the client ended the session as it should.
    fn serve(mut self, receiver: &Receiver<Incoming>) -> bool {
        while !self.is_unheard.get() {
            let rest = self.due.map(|(rest, last)| rest.min(last));
            let incoming = match rest.into_iter().chain(self.held_until).min() {
                Some(deadline) => match receiver.recv_deadline(deadline) {
                    Err(RecvTimeoutError::Timeout) => {
                        self.elapsed(Instant::now());
                        continue;
                    }
                    incoming => incoming.ok(),
                },
                None => receiver.recv().ok(),
            };
            match incoming {
                None => return self.phase == Phase::ShutDown,
                Some(Incoming::Message(Message::Notification(said))) if said.method == "exit" => {
                    return self.phase == Phase::ShutDown;
                }
                Some(Incoming::Message(message)) => self.message(message),
                Some(Incoming::Malformed(why)) => self.log(&format!("a message that could not be read: {why}")),
            }
        }
        false
    }

    /// Does what was to be done by now.
    fn elapsed(&mut self, now: Instant) {
        if self.held_until.is_some_and(|until| until <= now) {
            self.is_silent = true;
            self.go_on();
        }
        if self.due.is_some_and(|(rest, last)| rest.min(last) <= now) {
            self.due = None;
            self.safely("diagnostics", Self::say_what_was_found);
        }
    }

    /// Answers the requests that waited for settings.
    fn go_on(&mut self) {
        self.held_until = None;
        for request in std::mem::take(&mut self.held) {
            self.request(request);
        }
    }

    /// Whether a request has to wait for settings that the client was asked for.
    fn has_to_wait(&mut self, request: &Request) -> bool {
        self.safely("documents", |server| server.meet(request));
        let is_asked = self.asked.values().any(|pending| matches!(pending, Pending::Settings(_)));
        is_asked && !self.is_silent
    }

    /// Opens the project that a request is about, so that its settings are known when it is answered.
    fn meet(&mut self, request: &Request) {
        self.hand_over();
        let named = [&request.params["textDocument"]["uri"], &request.params["arguments"][0]["uri"]];
        let named = named.into_iter().filter_map(|uri| serde_json::from_value(uri.clone()).ok());
        for path in named.filter_map(|uri| path_of(&uri)) {
            self.open_project(&without_links(&path));
        }
        if request.method == "workspace/executeCommand"
            && self.projects.len() == 0
            && let Some(folder) = self.projects.only_folder()
        {
            self.open_project(&folder.join("package.json"));
        }
        self.hand_over();
    }

    fn message(&mut self, message: Message) {
        match message {
            Message::Request(request) => self.request(request),
            Message::Notification(notification) => {
                if self.phase == Phase::Running {
                    self.safely(&notification.method.clone(), |server| server.notification(notification));
                }
            }
            Message::Response(response) => {
                if let Some(pending) = self.asked.remove(&response.id) {
                    self.safely("response", |server| server.answered(pending, response));
                }
            }
        }
    }

    fn request(&mut self, request: Request) {
        if self.phase == Phase::Running && request.method != "shutdown" && self.has_to_wait(&request) {
            self.held.push(request);
            self.held_until.get_or_insert_with(|| Instant::now() + PATIENCE);
            return;
        }
        let (id, method) = (request.id.clone(), request.method.clone());
        let outcome = match (self.phase, method.as_str()) {
            (Phase::Before, "initialize") => self.initialize(request.params),
            (Phase::Before, _) => Err(Failure::new(ErrorCode::ServerNotInitialized, "`initialize` comes first")),
            (Phase::ShutDown, _) => Err(Failure::new(ErrorCode::InvalidRequest, "the server is shut down")),
            (Phase::Running, "initialize") => Err(Failure::new(ErrorCode::InvalidRequest, "the server is initialized")),
            (Phase::Running, "shutdown") => {
                self.phase = Phase::ShutDown;
                Ok(Outcome::Result(Value::Null))
            }
            (Phase::Running, _) if self.signals.is_stopped(&id, None) => Err(stopped()),
            (Phase::Running, _) => self
                .safely(&method, |server| server.answer(request))
                .unwrap_or_else(|| Err(Failure::new(ErrorCode::InternalError, "this is a defect of convex-clerk"))),
        };
        match outcome {
            Ok(Outcome::Later) => {}
            Ok(Outcome::Result(result)) => self.respond(id, Ok(result)),
            Err(failure) => self.respond(id, Err(failure)),
        }
    }

    /// Does some work. What panics is said and forgotten, with all that was read: it may be half done.
    fn safely<T>(&mut self, what: &str, work: impl FnOnce(&mut Self) -> T) -> Option<T> {
        let done = catch_unwind(AssertUnwindSafe(|| work(self)));
        if done.is_err() {
            self.log(&format!("{what}: this is a defect of convex-clerk; please report it"));
            self.projects.iter_mut().for_each(|opened| {
                opened.project.forget();
                opened.changed();
            });
        }
        done.ok()
    }

    fn respond(&self, id: RequestId, result: Result<Value, Failure>) {
        self.signals.forget(&id, None);
        let response_result =
            result.map_err(|failure| ResponseError { code: failure.code, message: failure.message, data: None });
        self.send(Response { id, response_result }.into());
    }

    fn send(&self, message: Message) {
        if self.sender.send(message).is_err() {
            self.is_unheard.set(true);
        }
    }

    fn notify(&self, method: &str, params: impl Serialize) {
        let params = serde_json::to_value(params).unwrap_or(Value::Null);
        self.send(Notification { method: method.to_owned(), params }.into());
    }

    /// Asks the client for something.
    fn ask(&mut self, method: &str, params: impl Serialize, pending: Pending) {
        self.asked_so_far = self.asked_so_far.wrapping_add(1);
        let id = RequestId::from(self.asked_so_far);
        let params = serde_json::to_value(params).unwrap_or(Value::Null);
        self.asked.insert(id.clone(), pending);
        self.send(Request { id, method: method.to_owned(), params }.into());
    }

    fn log(&self, message: &str) {
        self.notify("window/logMessage", json!({ "type": 2, "message": message }));
    }

    /// Has what was found said after a moment of rest.
    fn wait(&mut self) {
        let now = Instant::now();
        let last = self.due.map_or(now + AT_MOST, |(_, last)| last);
        self.due = Some((now + DEBOUNCE, last));
    }

    /// Gives the engine the texts that it does not have yet: every project that may change the file.
    fn hand_over(&mut self) {
        while let Some(path) = self.unread.pop_first() {
            let text = self.documents.get(&path).map(|document| document.text.clone());
            self.open_project(&path);
            let mut is_readable = false;
            for opened in self.projects.iter_mut() {
                let Some(below) = opened.relative(&path) else { continue };
                opened.project.open(&below, text.clone());
                opened.changed();
                is_readable |= !opened.project.is_broken(&below);
            }
            if is_readable {
                self.documents.is_readable(&path);
            }
        }
    }

    /// Opens the project of a file, with its settings and all that is open of it.
    fn open_project(&mut self, path: &Path) {
        let Some((opened, true)) = self.projects.of(path) else { return };
        opened.settings = Settings::read(&self.initial);
        let (root, scope) = (opened.root().to_owned(), opened.scope());
        self.unread.extend(self.documents.paths().cloned());
        self.projects.iter_mut().for_each(Opened::doubt);
        self.wait();
        self.ask_for_settings(root, scope);
    }

    /// Closes projects, and takes back what was said of them; what is open of them is of another project now.
    fn close(&mut self, gone: Vec<Opened>) {
        if gone.is_empty() {
            return;
        }
        for (uri, _) in gone.into_iter().flat_map(|opened| opened.shown.into_values()) {
            self.publish(uri, None, Vec::new());
        }
        if self.client.pulls && self.client.refreshes {
            self.ask("workspace/diagnostic/refresh", Value::Null, Pending::Nothing);
        }
        self.unread.extend(self.documents.paths().cloned());
        self.projects.iter_mut().for_each(Opened::doubt);
        self.wait();
    }

    fn publish(&self, uri: lsp_types::Url, version: Option<i32>, diagnostics: Vec<lsp_types::Diagnostic>) {
        if !self.client.pulls {
            let params = lsp_types::PublishDiagnosticsParams { uri, diagnostics, version };
            self.notify("textDocument/publishDiagnostics", params);
        }
    }

    fn ask_for_settings(&mut self, root: PathBuf, scope: Option<lsp_types::Url>) {
        if self.client.configures {
            let item = json!({ "section": crate::settings::SECTION, "scopeUri": scope });
            self.ask("workspace/configuration", json!({ "items": [item] }), Pending::Settings(root));
        }
    }

    /// Says what was found in every project that has changed.
    fn say_what_was_found(&mut self) {
        let is_other = self.catch_up();
        if is_other && self.client.pulls && self.client.refreshes {
            self.ask("workspace/diagnostic/refresh", Value::Null, Pending::Nothing);
        }
    }

    /// Brings the diagnostics of every project up to date, and pushes those that are others. Whether some are.
    fn catch_up(&mut self) -> bool {
        let moved = self.projects.close_moved();
        self.close(moved);
        self.hand_over();
        self.due = None;
        let mut found = Vec::new();
        for opened in self.projects.iter_mut().filter(|opened| !opened.is_shown()) {
            let diagnosing = Diagnosing { client: &self.client, documents: &self.documents };
            found.push((opened.root().to_owned(), diagnosing.of(opened)));
        }
        let mut told = Vec::new();
        for (root, mut found) in found {
            let Some(opened) = self.projects.get_mut(&root) else { continue };
            let paths: Vec<PathBuf> = found.keys().map(|path| opened.absolute(path)).collect();
            let owned: BTreeSet<PathBuf> =
                paths.into_iter().filter(|path| self.projects.is_owner(&root, path)).collect();
            let Some(opened) = self.projects.get_mut(&root) else { continue };
            found.retain(|path, _| owned.contains(&opened.absolute(path)));
            let now: BTreeMap<RelPath, (lsp_types::Url, Vec<lsp_types::Diagnostic>)> = found
                .into_iter()
                .filter_map(|(path, all)| Some((path.clone(), (opened.uri(&self.documents, &path)?, all))))
                .collect();
            for (path, before) in opened.shown.iter().filter(|(path, before)| now.get(*path) != Some(*before)) {
                // Under the name that it was said under; what is there now comes under that of now.
                if now.get(path).is_none_or(|(uri, _)| *uri != before.0) && !before.1.is_empty() {
                    told.push((before.0.clone(), None, Vec::new()));
                }
            }
            for (path, (uri, all)) in now.iter().filter(|(path, now)| opened.shown.get(*path) != Some(*now)) {
                let version = self.documents.get(&opened.absolute(path)).map(|document| document.version);
                told.push((uri.clone(), version, all.clone()));
            }
            opened.show(now);
        }
        let is_other = !told.is_empty();
        for (uri, version, diagnostics) in told {
            let version = version.or_else(|| self.version_of(&uri));
            self.publish(uri, version, diagnostics);
        }
        is_other
    }

    /// The version of a file that is open under an address.
    fn version_of(&self, uri: &lsp_types::Url) -> Option<i32> {
        let path = without_links(&path_of(uri)?);
        self.documents.get(&path).map(|document| document.version)
    }
}

fn stopped() -> Failure {
    Failure::new(ErrorCode::RequestCanceled, "no longer wanted")
}

/// Reads what a message comes with.
fn params<T: DeserializeOwned>(value: Value) -> Result<T, Failure> {
    serde_json::from_value(value).map_err(|error| Failure::new(ErrorCode::InvalidParams, error.to_string()))
}

/// `progress` of a piece of work, as it begins, goes on and ends.
pub(crate) fn progress(token: &NumberOrString, value: Value) -> Message {
    let params = json!({ "token": token, "value": value });
    Notification { method: "$/progress".to_owned(), params }.into()
}
