//! What the client asks: actions, hovers, diagnostics, commands.

use std::collections::BTreeMap;
use std::path::PathBuf;

use change::RelPath;
use lsp_server::{ErrorCode, Request, RequestId};
use lsp_types::{
    CodeAction, CodeActionParams, DocumentDiagnosticParams, ExecuteCommandParams, HoverParams, NumberOrString, Url,
    WorkspaceDiagnosticParams,
};
use migrate::Watch;
use serde_json::{Value, json};

use super::{Failure, Outcome, Pending, Server, params, progress, stopped};
use crate::actions::{Acting, Offer};
use crate::commands::{APPLY, Argument, DOCTOR, Done, GRAPH, MIGRATE, PREVIEW, Running, watch};
use crate::diagnostics::result_id;
use crate::documents::without_links;
use crate::hover::hover;
use crate::to_proto::path_of;

impl Server {
    pub(super) fn answer(&mut self, request: Request) -> Result<Outcome, Failure> {
        let value = request.params;
        let result = match request.method.as_str() {
            "textDocument/codeAction" => self.actions(params(value)?),
            "codeAction/resolve" => self.resolved(params(value)?)?,
            "textDocument/hover" => self.hover(params(value)?),
            "textDocument/diagnostic" => self.diagnostics(params(value)?),
            "workspace/diagnostic" => self.all_diagnostics(params(value)?),
            "workspace/executeCommand" => return self.command(request.id, params(value)?),
            "convexClerk/status" => self.status(),
            method => return Err(Failure::new(ErrorCode::MethodNotFound, format!("`{method}` is not known"))),
        };
        Ok(Outcome::Result(result))
    }

    /// What is kept, for tests and for reports of defects.
    fn status(&mut self) -> Value {
        json!({ "parsed": migrate::parsed(), "documents": self.documents.len(), "projects": self.projects.len() })
    }

    /// The project and the path in it of a file.
    fn place(&mut self, uri: &Url) -> Option<(PathBuf, RelPath)> {
        let path = without_links(&path_of(uri)?);
        let moved = self.projects.close_moved();
        self.close(moved);
        self.hand_over();
        self.open_project(&path);
        let is_unwatched = !self.client.watches;
        let (opened, _) = self.projects.of(&path)?;
        if is_unwatched {
            opened.refresh();
        }
        Some((opened.root().to_owned(), opened.relative(&path)?))
    }

    fn actions(&mut self, given: CodeActionParams) -> Value {
        let Some((root, path)) = self.place(&given.text_document.uri) else { return json!([]) };
        let Some(opened) = self.projects.get_mut(&root) else { return json!([]) };
        let acting = Acting { client: &self.client, documents: &self.documents };
        json!(acting.at(opened, &path, given.range, &given.context))
    }

    fn resolved(&mut self, mut action: CodeAction) -> Result<Value, Failure> {
        let offer: Offer = params(action.data.clone().unwrap_or(Value::Null))?;
        self.hand_over();
        let gone = || Failure::new(ErrorCode::ContentModified, "the project is no longer open");
        let is_unwatched = !self.client.watches;
        let opened = self.projects.get_mut(&offer.root).ok_or_else(gone)?;
        if is_unwatched {
            opened.refresh();
        }
        let planned = opened
            .plan_of(&offer, Watch::default())
            .map_err(|error| Failure::new(ErrorCode::ContentModified, error.to_string()))?;
        let acting = Acting { client: &self.client, documents: &self.documents };
        let edit = acting.edit(opened, offer.plan(&planned), &offer);
        action.edit = Some(edit.map_err(|message| Failure::new(ErrorCode::ContentModified, message))?);
        Ok(json!(action))
    }

    fn hover(&mut self, given: HoverParams) -> Value {
        let at = given.text_document_position_params;
        let Some((root, path)) = self.place(&at.text_document.uri) else { return Value::Null };
        let Some(opened) = self.projects.get_mut(&root) else { return Value::Null };
        json!(hover(&self.client, &self.documents, opened, &path, at.position))
    }

    /// What is found in one file; `unchanged` where the client has it already.
    fn diagnostics(&mut self, given: DocumentDiagnosticParams) -> Value {
        let found = self.place(&given.text_document.uri).map(|(root, path)| {
            self.catch_up();
            let shown = self.projects.get_mut(&root).and_then(|opened| opened.shown.get(&path).cloned());
            shown.map(|(_, all)| all).unwrap_or_default()
        });
        report(&found.unwrap_or_default(), given.previous_result_id.as_deref())
    }

    /// What is found in every file of every project.
    fn all_diagnostics(&mut self, given: WorkspaceDiagnosticParams) -> Value {
        self.catch_up();
        let mut items = Vec::new();
        // By their paths: clients spell addresses in their own way.
        let path_of = |uri: &Url| path_of(uri).map(|path| without_links(&path));
        let known =
            given.previous_result_ids.into_iter().filter_map(|id| Some((path_of(&id.uri)?, (id.uri, id.value))));
        let mut known: BTreeMap<PathBuf, (Url, String)> = known.collect();
        for opened in self.projects.iter_mut() {
            for (path, (uri, diagnostics)) in &opened.shown {
                let before = known.remove(&opened.absolute(path));
                let mut item = report(diagnostics, before.as_ref().map(|(_, id)| id.as_str()));
                let version = self.documents.get(&opened.absolute(path)).map(|document| document.version);
                item["uri"] = json!(before.map_or_else(|| uri.clone(), |(uri, _)| uri));
                item["version"] = json!(version);
                items.push(item);
            }
        }
        // What had findings and has none any more.
        let gone = known.into_values();
        items.extend(gone.map(|(uri, _)| json!({ "kind": "full", "uri": uri, "version": null, "items": [] })));
        json!({ "items": items })
    }

    fn command(&mut self, id: RequestId, given: ExecuteCommandParams) -> Result<Outcome, Failure> {
        let token = given.work_done_progress_params.work_done_token;
        let argument = given.arguments.into_iter().next().unwrap_or(Value::Null);
        let titles = [(MIGRATE, "Moving to Clerk"), (PREVIEW, "Planning"), (GRAPH, "Drawing"), (DOCTOR, "Looking")];
        let title = titles.iter().find(|(command, _)| *command == given.command).map_or("Planning", |(_, title)| title);
        self.begin(token.as_ref(), title);
        let done = self.run(&id, &token, &given.command, argument);
        let is_stopped = self.signals.is_stopped(&id, token.as_ref());
        self.end(token.as_ref());
        self.signals.forget(&id, token.as_ref());
        if is_stopped {
            return Err(stopped());
        }
        match done? {
            Done::Answer(value) => Ok(Outcome::Result(value)),
            Done::Edit(..) if !self.client.applies => {
                let message =
                    "this editor takes no changes from a language server; run `convex-clerk migrate` in a terminal";
                Err(Failure::new(ErrorCode::RequestFailed, message))
            }
            Done::Edit(edit, said) => {
                let label = "Migrate this app to Clerk";
                self.ask("workspace/applyEdit", json!({ "label": label, "edit": edit }), Pending::Applied(id, said));
                Ok(Outcome::Later)
            }
        }
    }

    fn run(
        &mut self,
        id: &RequestId,
        token: &Option<NumberOrString>,
        command: &str,
        argument: Value,
    ) -> Result<Done, Failure> {
        let failed = |message: String| Failure::new(ErrorCode::RequestFailed, message);
        let report = self.reporter(token.clone());
        let watch = watch(self.signals.clone(), id.clone(), token.clone(), report);
        let offer: Option<Offer> = if command == APPLY { Some(params(argument.clone())?) } else { None };
        let argument: Argument = match (&offer, argument) {
            (Some(_), _) | (None, Value::Null) => Argument::default(),
            (None, argument) => params(argument)?,
        };
        self.hand_over();
        let place = match &argument.uri {
            Some(uri) => Some(self.place(uri).ok_or_else(|| failed(format!("{uri} is of no app")))?),
            None => None,
        };
        let root = match (&offer, &place) {
            (Some(offer), _) => Some(offer.root.clone()),
            (None, Some((root, _))) => Some(root.clone()),
            (None, None) => self.only(),
        };
        let open = "open a file of the app first";
        let root = root.ok_or_else(|| failed(open.to_owned()))?;
        let is_unwatched = !self.client.watches;
        let opened = self.projects.get_mut(&root).ok_or_else(|| failed(open.to_owned()))?;
        if is_unwatched {
            opened.refresh();
        }
        let acting = Acting { client: &self.client, documents: &self.documents };
        let running = Running { acting, views: self.views, watch, document: place.map(|(_, path)| path) };
        let done = match (command, &offer) {
            (MIGRATE, _) => running.migrate(opened, &argument),
            (PREVIEW, _) => running.preview(opened),
            (GRAPH, _) => running.graph(opened),
            (DOCTOR, _) => running.doctor(opened),
            (APPLY, Some(offer)) => running.apply(opened, offer),
            _ => return Err(Failure::new(ErrorCode::InvalidParams, format!("`{command}` is not known"))),
        };
        let done = done.map_err(failed)?;
        // What it lists is in the editor by then.
        if command == DOCTOR {
            self.due = None;
            self.say_what_was_found();
        }
        Ok(done)
    }

    /// The only project that is open.
    fn only(&mut self) -> Option<PathBuf> {
        let mut all: Vec<PathBuf> = self.projects.iter_mut().map(|opened| opened.root().to_owned()).collect();
        (all.len() == 1).then(|| all.pop()).flatten()
    }

    fn begin(&self, token: Option<&NumberOrString>, title: &str) {
        if let Some(token) = token {
            self.send(progress(token, json!({ "kind": "begin", "title": title, "cancellable": true })));
        }
    }

    fn end(&self, token: Option<&NumberOrString>) {
        if let Some(token) = token {
            self.send(progress(token, json!({ "kind": "end" })));
        }
    }

    fn reporter(&self, token: Option<NumberOrString>) -> impl Fn(&str, Option<u32>) + Send + Sync + 'static {
        let sender = self.sender.clone();
        move |message, percentage| {
            if let Some(token) = &token {
                let value =
                    json!({ "kind": "report", "message": message, "percentage": percentage, "cancellable": true });
                // A writer that is gone has nobody to write to.
                let _ = sender.send(progress(token, value));
            }
        }
    }
}

fn report(diagnostics: &[lsp_types::Diagnostic], previous: Option<&str>) -> Value {
    let id = result_id(diagnostics);
    match previous == Some(id.as_str()) {
        true => json!({ "kind": "unchanged", "resultId": id }),
        false => json!({ "kind": "full", "resultId": id, "items": diagnostics }),
    }
}
