//! What is said of a call of a Convex function: whether the function needs an identity, and through what.

use change::{ColumnUnit, Location, RelPath};
use lsp_types::{Hover, HoverContents, MarkupContent, MarkupKind, Position};
use migrate::{FunctionCall, PictureIdentity};

use crate::client::Client;
use crate::documents::Documents;
use crate::projects::Opened;
use crate::to_proto::Lines;

/// How many calls on the way are named.
const NAMED: usize = 4;

/// The hover at a place of a file.
pub(crate) fn hover(
    client: &Client,
    documents: &Documents,
    opened: &mut Opened,
    path: &RelPath,
    position: Position,
) -> Option<Hover> {
    let text = opened.project.text(path)?;
    let lines = Lines::new(&text, client.unit);
    let found = opened.project.function_at(path, lines.offset(position)).ok()??;
    let told = Told { is_markdown: client.markdown, documents, opened };
    let kind = if client.markdown { MarkupKind::Markdown } else { MarkupKind::PlainText };
    let contents = HoverContents::Markup(MarkupContent { kind, value: told.text(&found) });
    Some(Hover { contents, range: Some(lines.range(found.range)) })
}

struct Told<'a> {
    is_markdown: bool,
    documents: &'a Documents,
    opened: &'a Opened,
}

impl Told<'_> {
    fn text(&self, found: &FunctionCall) -> String {
        let function = &found.function;
        let identity = match function.identity {
            PictureIdentity::Needed => "needs an identity: it throws without one.",
            PictureIdentity::Used => "uses the identity if there is one, and answers without.",
            PictureIdentity::Unused => "asks for no identity: anybody may call it.",
            PictureIdentity::Unknown => "may ask for an identity: it could not be followed.",
        };
        let mut text = format!("{}, a Convex {}, {identity}", self.code(&function.name), function.kind);
        let way: Vec<String> = found.through.iter().take(NAMED).map(|place| self.call(place)).collect();
        if !way.is_empty() {
            text.push_str(&format!("\n\nThrough {}.", way.join(", then ")));
        }
        text
    }

    /// `requireUser` in convex/lib/auth.ts:3
    fn call(&self, place: &Location) -> String {
        let source = self.opened.project.text(&place.path).unwrap_or_else(|| "".into());
        let call = place.range.slice(&source).unwrap_or_default();
        let callee: String = call.split('(').next().unwrap_or_default().split_whitespace().collect();
        let line = Lines::new(&source, ColumnUnit::Utf16).position(place.range.start()).line + 1;
        let at = format!("{}:{line}", place.path);
        let uri = self.opened.uri(self.documents, &place.path).filter(|_| self.is_markdown);
        let at = uri.map_or(at.clone(), |uri| format!("[{at}]({}#L{line})", uri.as_str()));
        format!("{} in {at}", self.code(&callee))
    }

    fn code(&self, text: &str) -> String {
        match self.is_markdown && !text.contains('`') {
            true => format!("`{text}`"),
            false => text.to_owned(),
        }
    }
}
