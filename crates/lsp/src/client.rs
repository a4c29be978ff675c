//! What the client can take, by what it says when it starts.

use change::ColumnUnit;
use lsp_types::{
    ClientCapabilities, CodeActionKind, CodeActionOptions, CodeActionProviderCapability, DiagnosticOptions,
    DiagnosticServerCapabilities, ExecuteCommandOptions, HoverProviderCapability, OneOf, PositionEncodingKind,
    ResourceOperationKind, SaveOptions, ServerCapabilities, TextDocumentSyncCapability, TextDocumentSyncKind,
    TextDocumentSyncOptions, TextDocumentSyncSaveOptions, WorkDoneProgressOptions, WorkspaceFoldersServerCapabilities,
    WorkspaceServerCapabilities,
};

use crate::commands::COMMANDS;

/// What the client can take.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    /// What a column counts.
    pub(crate) unit: ColumnUnit,
    /// Whether it asks for diagnostics; else they are pushed.
    pub(crate) pulls: bool,
    /// Whether it asks again when it is told to.
    pub(crate) refreshes: bool,
    /// Whether an action may come without its edit, which is asked for when it is chosen.
    pub(crate) resolves: bool,
    /// Whether an action may be more than a command.
    pub(crate) has_actions: bool,
    /// Whether an action may say why it can't be taken.
    pub(crate) shows_disabled: bool,
    /// Whether edits name versions, and may come with new files. Neovim up to 0.9 makes files, which no other form of an edit has, and does not say
    /// that it takes this one.
    pub(crate) document_changes: bool,
    /// Whether a change may make files.
    pub(crate) creates: bool,
    /// Whether changes are shown with what they are, and confirmed.
    pub(crate) annotations: bool,
    /// Whether changes may be sent to it.
    pub(crate) applies: bool,
    /// Whether it answers what is configured.
    pub(crate) configures: bool,
    /// Whether it watches files that it is asked to.
    pub(crate) watches: bool,
    /// Whether diagnostics may name related places.
    pub(crate) related: bool,
    /// Whether diagnostics may name a page.
    pub(crate) code_description: bool,
    /// Whether it sends whole texts: Neovim says wrongly what changed around a text's last line (seen in 0.7.2 and 0.11.4).
    pub(crate) sends_all: bool,
    /// Whether hovers may be Markdown.
    pub(crate) markdown: bool,
}

impl Client {
    /// `name` is what the client calls itself.
    pub(crate) fn new(capabilities: &ClientCapabilities, name: &str) -> Self {
        let workspace = capabilities.workspace.clone().unwrap_or_default();
        let document = capabilities.text_document.clone().unwrap_or_default();
        let edit = workspace.workspace_edit.unwrap_or_default();
        let action = document.code_action.unwrap_or_default();
        let pushed = document.publish_diagnostics.unwrap_or_default();
        let encodings = capabilities.general.as_ref().and_then(|general| general.position_encodings.clone());
        let resolved =
            action.resolve_support.is_some_and(|support| support.properties.iter().any(|name| name == "edit"));
        let created = edit.resource_operations.unwrap_or_default().contains(&ResourceOperationKind::Create);
        let formats = document.hover.and_then(|hover| hover.content_format).unwrap_or_default();
        Self {
            unit: unit_of(&encodings.unwrap_or_default()),
            pulls: document.diagnostic.is_some(),
            refreshes: workspace.diagnostic.is_some_and(|diagnostic| diagnostic.refresh_support == Some(true)),
            resolves: resolved && action.data_support == Some(true),
            has_actions: action.code_action_literal_support.is_some(),
            shows_disabled: action.disabled_support == Some(true),
            document_changes: edit.document_changes == Some(true) || created,
            creates: created,
            annotations: edit.change_annotation_support.is_some() && (edit.document_changes == Some(true) || created),
            applies: workspace.apply_edit == Some(true),
            configures: workspace.configuration == Some(true),
            watches: workspace.did_change_watched_files.is_some_and(|watch| watch.dynamic_registration == Some(true)),
            related: document.diagnostic.is_some() || pushed.related_information == Some(true),
            code_description: document.diagnostic.is_some() || pushed.code_description_support == Some(true),
            sends_all: name == "Neovim",
            markdown: formats.first() == Some(&lsp_types::MarkupKind::Markdown),
        }
    }

    /// What the server says that it can do.
    pub(crate) fn server(&self) -> ServerCapabilities {
        let sync = TextDocumentSyncOptions {
            open_close: Some(true),
            change: Some(match self.sends_all {
                true => TextDocumentSyncKind::FULL,
                false => TextDocumentSyncKind::INCREMENTAL,
            }),
            save: Some(TextDocumentSyncSaveOptions::SaveOptions(SaveOptions { include_text: Some(false) })),
            ..TextDocumentSyncOptions::default()
        };
        let actions = CodeActionOptions {
            code_action_kinds: Some(vec![CodeActionKind::QUICKFIX, CodeActionKind::REFACTOR_REWRITE]),
            resolve_provider: Some(self.resolves),
            work_done_progress_options: WorkDoneProgressOptions::default(),
        };
        let pulled = DiagnosticOptions {
            identifier: Some(crate::SOURCE.to_owned()),
            inter_file_dependencies: true,
            workspace_diagnostics: true,
            work_done_progress_options: WorkDoneProgressOptions::default(),
        };
        ServerCapabilities {
            position_encoding: Some(match self.unit {
                ColumnUnit::Utf8 => PositionEncodingKind::UTF8,
                ColumnUnit::Utf16 => PositionEncodingKind::UTF16,
                ColumnUnit::Chars => PositionEncodingKind::UTF32,
            }),
            text_document_sync: Some(TextDocumentSyncCapability::Options(sync)),
            code_action_provider: Some(CodeActionProviderCapability::Options(actions)),
            hover_provider: Some(HoverProviderCapability::Simple(true)),
            execute_command_provider: Some(ExecuteCommandOptions {
                commands: COMMANDS.iter().map(|command| (*command).to_owned()).collect(),
                work_done_progress_options: WorkDoneProgressOptions { work_done_progress: Some(true) },
            }),
            diagnostic_provider: self.pulls.then_some(DiagnosticServerCapabilities::Options(pulled)),
            workspace: Some(WorkspaceServerCapabilities {
                workspace_folders: Some(WorkspaceFoldersServerCapabilities {
                    supported: Some(true),
                    change_notifications: Some(OneOf::Left(true)),
                }),
                file_operations: None,
            }),
            ..ServerCapabilities::default()
        }
    }
}

/// The first encoding of the client's that is known; UTF-16 where it names none.
fn unit_of(encodings: &[PositionEncodingKind]) -> ColumnUnit {
    let known = |kind: &PositionEncodingKind| match kind.as_str() {
        "utf-8" => Some(ColumnUnit::Utf8),
        "utf-16" => Some(ColumnUnit::Utf16),
        "utf-32" => Some(ColumnUnit::Chars),
        _ => None,
    };
    encodings.iter().find_map(known).unwrap_or(ColumnUnit::Utf16)
}
