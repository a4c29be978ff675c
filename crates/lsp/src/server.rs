//! The loop: one message after the other, and what was found once nothing more comes for a moment.
//!
//! A defect in one request is that request's answer; the next one starts from what is read anew.

use std::collections::{BTreeSet, HashMap};
use std::io::{self, Read, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded, unbounded};
use lsp_server::{ErrorCode, Message, Notification, Request, RequestId, Response, ResponseError};
use lsp_types::{ClientCapabilities, NumberOrString};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::Views;
use crate::client::Client;
use crate::diagnostics::Diagnosing;
use crate::documents::Documents;
use crate::framing::{Incoming, Reader};
use crate::projects::Projects;
use crate::settings::Settings;
use crate::signals::Signals;

mod answers;
mod notices;

/// How long nothing has to come before what was found is said, and how long that waits at most.
const DEBOUNCE: Duration = Duration::from_millis(150);
const AT_MOST: Duration = Duration::from_millis(600);

/// How long requests wait for the client to say what is configured.
const PATIENCE: Duration = Duration::from_secs(2);

/// How many messages may wait.
const QUEUE: usize = 256;

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
}

/// Serves one client until it says `exit` or goes away. Whether it had said `shutdown` before.
pub(crate) fn run(
    input: impl Read + Send + 'static,
    output: impl Write + Send + 'static,
    views: Views,
) -> io::Result<bool> {
    let (sender, to_write) = unbounded::<Message>();
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
        }
    }

    /// Whether the client ended the session as it should.
    fn serve(mut self, receiver: &Receiver<Incoming>) -> bool {
        loop {
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
    fn has_to_wait(&mut self) -> bool {
        self.safely("documents", Self::hand_over);
        let is_asked = self.asked.values().any(|pending| matches!(pending, Pending::Settings(_)));
        is_asked && !self.is_silent
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
        if self.phase == Phase::Running && request.method != "shutdown" && self.has_to_wait() {
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
        // A writer that is gone has nobody to write to.
        let _ = self.sender.send(message);
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

    /// Gives the engine the texts that it does not have yet.
    fn hand_over(&mut self) {
        for path in std::mem::take(&mut self.unread) {
            let text = self.documents.get(&path).map(|document| document.text.clone());
            let Some((opened, is_new)) = self.projects.of(&path) else { continue };
            if let Some(below) = opened.relative(&path) {
                opened.project.open(&below, text);
                opened.changed();
            }
            if is_new {
                let (root, scope) = (opened.root().to_owned(), opened.scope());
                opened.settings = Settings::read(&self.initial);
                self.ask_for_settings(root, scope);
            }
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
        self.hand_over();
        let mut is_other = false;
        let mut told = Vec::new();
        for opened in self.projects.iter_mut().filter(|opened| !opened.is_shown()) {
            let diagnosing = Diagnosing { client: &self.client, documents: &self.documents };
            let Some(found) = diagnosing.of(opened) else { continue };
            let paths: BTreeSet<_> = found.keys().chain(opened.shown.keys()).cloned().collect();
            for path in paths {
                let now = found.get(&path).cloned().unwrap_or_default();
                if opened.shown.get(&path).unwrap_or(&Vec::new()) != &now {
                    is_other = true;
                    let version = self.documents.get(&opened.absolute(&path)).map(|document| document.version);
                    told.extend(opened.uri(&self.documents, &path).map(|uri| (uri, version, now)));
                }
            }
            opened.show(found);
        }
        if self.client.pulls {
            if is_other && self.client.refreshes {
                self.ask("workspace/diagnostic/refresh", Value::Null, Pending::Nothing);
            }
            return;
        }
        for (uri, version, diagnostics) in told {
            let params = lsp_types::PublishDiagnosticsParams { uri, diagnostics, version };
            self.notify("textDocument/publishDiagnostics", params);
        }
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
