//! What the client tells: files that open, change, close and are saved, folders, settings, files on disk.

use std::path::PathBuf;

use lsp_server::{ErrorCode, Notification, Response};
use lsp_types::{
    DidChangeTextDocumentParams, DidChangeWatchedFilesParams, DidChangeWorkspaceFoldersParams,
    DidCloseTextDocumentParams, DidOpenTextDocumentParams, DidSaveTextDocumentParams, FileChangeType, InitializeParams,
    Url,
};
use serde_json::{Value, json};

use super::{Failure, Outcome, Pending, Phase, Server, params};
use crate::client::Client;
use crate::documents::without_links;
use crate::settings::Settings;
use crate::to_proto::path_of;

/// The files whose changes on disk matter.
const WATCHED: [&str; 3] = [
    // Settings that others extend may have any name.
    "**/*.{ts,tsx,mts,cts,js,jsx,mjs,cjs,html,mdx,json,jsonc,yaml,yml,toml}",
    "**/{yarn.lock,bun.lock,bun.lockb,.env*,env.*}",
    "**/{.prettierrc*,.editorconfig,.gitignore}",
];

/// Folders whose files are none of the project.
const NEVER: [&str; 3] = ["node_modules", "dist", ".git"];

impl Server {
    pub(super) fn initialize(&mut self, value: Value) -> Result<Outcome, Failure> {
        // lsp-types has the name of an older draft for it.
        let refreshes = value.pointer("/capabilities/workspace/diagnostics/refreshSupport") == Some(&Value::Bool(true));
        let mut value = value;
        if value["capabilities"].is_null() && value.is_object() {
            value["capabilities"] = json!({});
        }
        let given: InitializeParams = params(value)?;
        let name = given.client_info.map(|info| info.name).unwrap_or_default();
        self.client = Client { refreshes, ..Client::new(&given.capabilities, &name) };
        self.initial = given.initialization_options.unwrap_or(Value::Null);
        let folders = given.workspace_folders.unwrap_or_default().into_iter().map(|folder| folder.uri);
        let mut folders: Vec<Url> = folders.collect();
        if folders.is_empty() {
            #[expect(deprecated, reason = "clients without folders name a root")]
            folders.extend(given.root_uri);
        }
        folders.iter().filter_map(path_of).for_each(|folder| self.projects.add_folder(folder));
        self.phase = Phase::Running;
        let result = json!({
            "capabilities": self.client.server(),
            "serverInfo": { "name": crate::SOURCE, "version": self.views.version },
        });
        Ok(Outcome::Result(result))
    }

    pub(super) fn notification(&mut self, said: Notification) {
        let value = said.params;
        let method = said.method.as_str();
        let done = match method {
            "textDocument/didOpen" => params(value).map(|given| self.opened(given)),
            "textDocument/didChange" => params(value).map(|given| self.changed(given)),
            "textDocument/didClose" => params(value).map(|given| self.closed(&given)),
            "textDocument/didSave" => params(value).map(|given| self.saved(&given)),
            "workspace/didChangeWatchedFiles" => params(value).map(|given| self.changed_on_disk(&given)),
            "workspace/didChangeWorkspaceFolders" => params(value).map(|given| self.changed_folders(&given)),
            _ => {
                self.said(method, value);
                Ok(())
            }
        };
        if let Err(failure) = done {
            self.log(&format!("{method}: {}", failure.message));
        }
    }

    /// Takes what comes in no form that could be wrong.
    fn said(&mut self, method: &str, value: Value) {
        match method {
            "initialized" => self.watch_files(),
            "workspace/didChangeConfiguration" => self.changed_settings(value),
            // What it says was heard as it came; what it is about is done by now.
            "$/cancelRequest" => self.forget_stopped(&value),
            _ => {}
        }
    }

    fn forget_stopped(&self, value: &Value) {
        let id = value.get("id").cloned().unwrap_or(Value::Null);
        if let Ok(id) = serde_json::from_value(id) {
            self.signals.forget(&id, None);
        }
    }

    fn watch_files(&mut self) {
        if !self.client.watches {
            return;
        }
        let watchers: Vec<Value> = WATCHED.iter().map(|glob| json!({ "globPattern": glob })).collect();
        let registration = json!({
            "id": "files",
            "method": "workspace/didChangeWatchedFiles",
            "registerOptions": { "watchers": watchers },
        });
        self.ask("client/registerCapability", json!({ "registrations": [registration] }), Pending::Nothing);
    }

    fn opened(&mut self, given: DidOpenTextDocumentParams) {
        let item = given.text_document;
        let Some(path) = path_of(&item.uri) else { return };
        let path = without_links(&path);
        self.documents.open(path.clone(), item.uri, item.version, item.text.into());
        self.read_soon(path);
    }

    fn changed(&mut self, given: DidChangeTextDocumentParams) {
        let Some(path) = path_of(&given.text_document.uri) else { return };
        let path = without_links(&path);
        let version = given.text_document.version;
        if self.documents.change(&path, version, given.content_changes, self.client.unit).is_some() {
            self.read_soon(path);
        }
    }

    fn closed(&mut self, given: &DidCloseTextDocumentParams) {
        let Some(path) = path_of(&given.text_document.uri) else { return };
        let path = without_links(&path);
        self.documents.close(&path, &given.text_document.uri);
        self.read_soon(path);
    }

    fn saved(&mut self, given: &DidSaveTextDocumentParams) {
        let Some(path) = path_of(&given.text_document.uri) else { return };
        // Who watches nothing may have had other files changed by what runs at saving.
        if !self.client.watches
            && let Some((opened, _)) = self.projects.of(&without_links(&path))
        {
            opened.refresh();
            self.wait();
        }
    }

    fn read_soon(&mut self, path: PathBuf) {
        self.unread.insert(path);
        self.wait();
    }

    fn changed_on_disk(&mut self, given: &DidChangeWatchedFilesParams) {
        // A package.json that comes makes a project of what is open around it.
        if given.changes.iter().any(|event| event.typ != FileChangeType::CHANGED) {
            self.unread.extend(self.documents.paths().cloned());
        }
        for event in &given.changes {
            let Some(path) = path_of(&event.uri) else { continue };
            let path = without_links(&path);
            for opened in self.projects.iter_mut() {
                let Some(below) = opened.relative(&path) else { continue };
                if below.as_str().split('/').any(|part| NEVER.contains(&part)) {
                    continue;
                }
                match event.typ {
                    FileChangeType::CHANGED => opened.project.touch(&below),
                    _ => opened.project.forget(),
                }
                opened.changed();
            }
        }
        self.wait();
    }

    fn changed_folders(&mut self, given: &DidChangeWorkspaceFoldersParams) {
        let added = given.event.added.iter().filter_map(|folder| path_of(&folder.uri));
        added.for_each(|folder| self.projects.add_folder(folder));
        let removed = given.event.removed.iter().filter_map(|folder| path_of(&folder.uri));
        removed.for_each(|folder| self.projects.remove_folder(&folder));
        // What is open may be of another project now.
        let all = self.projects.close_all();
        self.close(all);
    }

    fn changed_settings(&mut self, value: Value) {
        if !self.client.configures {
            self.initial = value.get("settings").cloned().unwrap_or(Value::Null);
            let settings = Settings::read(&self.initial);
            self.projects.iter_mut().for_each(|opened| {
                opened.settings = settings.clone();
                opened.changed();
            });
            self.wait();
            return;
        }
        let projects: Vec<_> =
            self.projects.iter_mut().map(|opened| (opened.root().to_owned(), opened.scope())).collect();
        for (root, scope) in projects {
            self.ask_for_settings(root, scope);
        }
    }

    /// Takes what the client says to something that it was asked.
    pub(super) fn answered(&mut self, pending: Pending, response: Response) {
        match pending {
            Pending::Nothing => {}
            Pending::Settings(root) => {
                let values = response.response_result.unwrap_or_default();
                let settings = values.get(0).map(Settings::read).unwrap_or_default();
                if let Some(unknown) = &settings.unknown {
                    let message = format!("convexClerk.framework: no framework is called `{unknown}`; it is left out");
                    self.notify("window/showMessage", json!({ "type": 2, "message": message }));
                }
                if let Some(opened) = self.projects.get_mut(&root).filter(|opened| opened.settings != settings) {
                    opened.settings = settings;
                    opened.changed();
                    self.wait();
                }
                self.is_silent = false;
                if !self.asked.values().any(|pending| matches!(pending, Pending::Settings(_))) {
                    self.go_on();
                }
            }
            Pending::Applied(id, said) => {
                let result = match response.response_result {
                    Ok(value) if value.get("applied") == Some(&Value::Bool(true)) => {
                        let mut said = said;
                        said["applied"] = json!(true);
                        Ok(said)
                    }
                    Ok(value) => {
                        let why = value.get("failureReason").and_then(Value::as_str).unwrap_or("Nothing was changed.");
                        Ok(json!({ "applied": false, "message": why }))
                    }
                    Err(error) => Err(Failure::new(ErrorCode::RequestFailed, error.message)),
                };
                self.respond(id, result);
            }
        }
    }
}
