//! From byte offsets and paths to what the protocol says, and back.

use std::path::{Path, PathBuf};

use change::{ColumnUnit, LineCol, LineIndex, TextRange};
use lsp_types::{Position, Range, Url};

/// A text with its lines, for places in it.
pub(crate) struct Lines<'t> {
    text: &'t str,
    index: LineIndex,
    unit: ColumnUnit,
    /// Editors keep a byte order mark out of their texts.
    mark: u32,
}

impl<'t> Lines<'t> {
    /// The lines of `text`, with columns in `unit`. What is read from a file may begin with a byte order mark, which columns leave out.
    pub(crate) fn new(text: &'t str, unit: ColumnUnit) -> Self {
        let body = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mark = (text.len() - body.len()) as u32;
        Self { text: body, index: LineIndex::new(body), unit, mark }
    }

    pub(crate) fn position(&self, offset: u32) -> Position {
        let at = self.index.line_col(self.text, offset.saturating_sub(self.mark), self.unit);
        Position { line: at.line, character: at.column }
    }

    pub(crate) fn range(&self, range: TextRange) -> Range {
        Range { start: self.position(range.start()), end: self.position(range.end()) }
    }

    /// The byte offset of a position; past a line's end it is the line's end, past the last line the text's end.
    pub(crate) fn offset(&self, position: Position) -> u32 {
        let at = LineCol { line: position.line, column: position.character };
        self.mark + self.index.offset(self.text, at, self.unit)
    }

    /// The byte offsets of a range, in whatever order it names its ends.
    pub(crate) fn offsets(&self, range: Range) -> TextRange {
        let (one, other) = (self.offset(range.start), self.offset(range.end));
        TextRange::new(one.min(other), one.max(other))
    }

    /// The whole lines that a range touches, without the last line's end.
    pub(crate) fn around(&self, range: TextRange) -> TextRange {
        let start = self.index.line_start(range.start().saturating_sub(self.mark));
        let end = range.end().saturating_sub(self.mark) as usize;
        let rest = self.text.get(end..).unwrap_or_default();
        let length = rest.find(['\n', '\r']).unwrap_or(rest.len());
        TextRange::new(start + self.mark, (end + length) as u32 + self.mark)
    }
}

/// The address of a file; `None` for a path that is not absolute.
pub(crate) fn uri(path: &Path) -> Option<Url> {
    Url::from_file_path(path).ok()
}

/// The path of a file's address; `None` where it is no file's: `untitled:Untitled-1`.
pub(crate) fn path_of(uri: &Url) -> Option<PathBuf> {
    (uri.scheme() == "file").then(|| uri.to_file_path().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_byte_order_mark_has_no_column() {
        let lines = Lines::new("\u{feff}ab\ncd", ColumnUnit::Utf16);
        assert_eq!(lines.position(4), Position { line: 0, character: 1 });
        assert_eq!(lines.offset(Position { line: 0, character: 1 }), 4);
        assert_eq!(lines.offset(Position { line: 1, character: 9 }), 8);
    }

    #[test]
    fn lines_around_a_place() {
        let lines = Lines::new("ab\r\ncd\r\nef", ColumnUnit::Utf16);
        assert_eq!(lines.around(TextRange::new(5, 5)), TextRange::new(4, 6));
        assert_eq!(lines.around(TextRange::new(1, 9)), TextRange::new(0, 10));
    }

    #[test]
    fn addresses_of_files() {
        let path = Path::new("/a b/ü#?[id].tsx");
        assert_eq!(path_of(&uri(path).unwrap()).as_deref(), Some(path));
        assert_eq!(path_of(&Url::parse("untitled:Untitled-1").unwrap()), None);
        assert_eq!(uri(Path::new("relative")), None);
    }
}
