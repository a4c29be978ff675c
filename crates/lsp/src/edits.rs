//! A change of files as the edit that a client makes: as small as it can be, all of it or none.

use std::collections::{BTreeMap, HashMap};

use change::{ColumnUnit, EditSet, FileChange, RelPath, TextEdit, TextRange, edits_between, hunks};
use lsp_types::{
    AnnotatedTextEdit, ChangeAnnotation, CreateFile, CreateFileOptions, DocumentChangeOperation, DocumentChanges,
    OneOf, OptionalVersionedTextDocumentIdentifier, Position, Range, ResourceOp, TextDocumentEdit, Url, WorkspaceEdit,
};

use crate::client::Client;
use crate::documents::Documents;
use crate::projects::Opened;
use crate::to_proto::Lines;

/// The name under which the one annotation of an edit goes.
const ANNOTATION: &str = "convex-clerk";

/// What is said of a change where it is confirmed.
pub(crate) struct About<'a> {
    pub(crate) label: &'a str,
    pub(crate) description: &'a str,
    /// Whether a person has to look at it first.
    pub(crate) needs_review: bool,
}

/// Why a client can't make a change.
pub(crate) const NO_FILES: &str =
    "this editor makes no new files for a language server; run `convex-clerk migrate` in a terminal";

/// The edit that makes the files what they become.
///
/// # Errors
/// A sentence for the user where the client can't make all of it.
pub(crate) fn workspace_edit(
    client: &Client,
    documents: &Documents,
    opened: &Opened,
    files: &BTreeMap<RelPath, FileChange>,
    about: &About<'_>,
) -> Result<WorkspaceEdit, String> {
    let is_new = |change: &FileChange| change.before.is_none();
    if files.values().any(is_new) && !client.creates {
        return Err(NO_FILES.to_owned());
    }
    let mut made = Made { client, changes: HashMap::new(), operations: Vec::new() };
    // New files come first: if one can't be made, nothing was changed.
    let (new, known): (Vec<_>, Vec<_>) = files.iter().partition(|(_, change)| is_new(change));
    for (path, change) in new.into_iter().chain(known) {
        let uri = opened.uri(documents, path).ok_or_else(|| format!("`{path}` has no address"))?;
        match &change.before {
            None => made.create(uri, &change.after),
            Some(base) => {
                let version = documents.get(&opened.absolute(path)).map(|document| document.version);
                made.edit(uri, version, text_edits(&base.text, &change.after, client.unit));
            }
        }
    }
    Ok(made.finish(about))
}

/// An edit in the making.
struct Made<'a> {
    client: &'a Client,
    changes: HashMap<Url, Vec<lsp_types::TextEdit>>,
    operations: Vec<DocumentChangeOperation>,
}

impl Made<'_> {
    fn create(&mut self, uri: Url, text: &str) {
        let options = CreateFileOptions { overwrite: Some(false), ignore_if_exists: Some(false) };
        let annotation_id = self.annotation();
        let create = CreateFile { uri: uri.clone(), options: Some(options), annotation_id };
        self.operations.push(DocumentChangeOperation::Op(ResourceOp::Create(create)));
        // Up to a line that an empty text does not have: Neovim takes the empty text for one empty line, which would stay behind the new text.
        let (start, end) = (Position { line: 0, character: 0 }, Position { line: 1, character: 0 });
        let all = lsp_types::TextEdit { range: Range { start, end }, new_text: text.to_owned() };
        self.edit(uri, None, vec![all]);
    }

    fn edit(&mut self, uri: Url, version: Option<i32>, edits: Vec<lsp_types::TextEdit>) {
        if !self.client.document_changes {
            self.changes.entry(uri).or_default().extend(edits);
            return;
        }
        let annotation = self.annotation();
        let edits = edits.into_iter().map(|text_edit| match &annotation {
            Some(id) => OneOf::Right(AnnotatedTextEdit { text_edit, annotation_id: id.clone() }),
            None => OneOf::Left(text_edit),
        });
        self.operations.push(DocumentChangeOperation::Edit(TextDocumentEdit {
            text_document: OptionalVersionedTextDocumentIdentifier { uri, version },
            edits: edits.collect(),
        }));
    }

    fn annotation(&self) -> Option<String> {
        self.client.annotations.then(|| ANNOTATION.to_owned())
    }

    fn finish(self, about: &About<'_>) -> WorkspaceEdit {
        if !self.client.document_changes {
            return WorkspaceEdit { changes: Some(self.changes), ..WorkspaceEdit::default() };
        }
        let annotation = ChangeAnnotation {
            label: about.label.to_owned(),
            needs_confirmation: Some(about.needs_review),
            description: Some(about.description.to_owned()),
        };
        let annotations = self.client.annotations.then(|| HashMap::from([(ANNOTATION.to_owned(), annotation)]));
        WorkspaceEdit {
            changes: None,
            document_changes: Some(DocumentChanges::Operations(self.operations)),
            change_annotations: annotations,
        }
    }
}

/// The edits that make `after` of `before`, in the client's columns: of the lines that differ the characters that do, if they can be named so.
pub(crate) fn text_edits(before: &str, after: &str, unit: ColumnUnit) -> Vec<lsp_types::TextEdit> {
    let whole = || vec![TextEdit::replacement(TextRange::new(0, before.len() as u32), after)];
    let least = || edits_between(before, after).into_iter().map(|edit| on_a_line(before, edit)).collect();
    let ways: [&dyn Fn() -> Vec<TextEdit>; 3] = [&least, &|| by_lines(before, after), &whole];
    let lines = Lines::new(before, unit);
    let named = |edits: Vec<TextEdit>| -> Vec<lsp_types::TextEdit> {
        let edit =
            |edit: TextEdit| lsp_types::TextEdit { range: lines.range(edit.range()), new_text: edit.text().to_owned() };
        edits.into_iter().map(edit).collect()
    };
    // Between CR and LF no position can be named, nor before a byte order mark.
    let is_right = |edits: &Vec<lsp_types::TextEdit>| applied(&lines, before, edits).as_deref() == Some(after);
    let found = ways.iter().map(|way| named(way())).find(is_right);
    found.unwrap_or_else(|| named(whole()))
}

/// An edit that begins on a line that is there. What comes behind the last line break would stand on a line that some editors take for none
/// (Neovim from 0.10 on), so it takes that line break in, and puts it back.
fn on_a_line(text: &str, edit: TextEdit) -> TextEdit {
    let end = text.len() as u32;
    let last_break = if text.ends_with("\r\n") { "\r\n" } else { "\n" };
    let is_behind = edit.range().is_empty() && edit.range().start() == end && text.ends_with(last_break);
    if !is_behind || edit.text().ends_with(last_break) != text.ends_with(last_break) {
        return edit;
    }
    let range = TextRange::new(end - last_break.len() as u32, end);
    TextEdit::replacement(range, format!("{last_break}{}", edit.text()))
}

/// What a client makes of a text by edits.
fn applied(lines: &Lines<'_>, text: &str, edits: &[lsp_types::TextEdit]) -> Option<String> {
    let mut set = EditSet::default();
    for edit in edits {
        set.push(TextEdit::replacement(lines.offsets(edit.range), edit.new_text.clone())).ok()?;
    }
    set.apply(text)
}

/// Whole lines for whole lines.
fn by_lines(before: &str, after: &str) -> Vec<TextEdit> {
    let line = |number: usize| {
        let mut starts = before.split_inclusive('\n').scan(0, |at, line| {
            let start = *at;
            *at += line.len();
            Some(start as u32)
        });
        starts.nth(number).unwrap_or(before.len() as u32)
    };
    let edit = |hunk: &change::Hunk<'_>| {
        let (start, end) = (line(hunk.old_start), line(hunk.old_start + hunk.old_len));
        let new: String =
            hunk.lines.iter().filter(|line| line.kind != change::LineKind::Removed).map(|line| line.text).collect();
        TextEdit::replacement(TextRange::new(start, end), new)
    };
    hunks(before, after, 0).iter().map(edit).collect()
}
