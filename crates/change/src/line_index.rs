//! From byte offsets to lines and columns, and back.

/// What a column counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnUnit {
    /// Bytes of UTF-8.
    Utf8,
    /// UTF-16 code units, as JavaScript and LSP count by default.
    Utf16,
    /// Unicode scalar values.
    Chars,
}

/// A line and a column, both from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LineCol {
    /// The line, from 0.
    pub line: u32,
    /// The column, from 0, in the unit that was asked for.
    pub column: u32,
}

/// Where the lines of a text begin. Lines end at LF, CR or CRLF, as in LSP; U+2028 ends none.
#[derive(Clone, Debug)]
pub struct LineIndex {
    starts: Vec<u32>,
}

impl LineIndex {
    /// Finds the lines of `text`.
    pub fn new(text: &str) -> Self {
        let bytes = text.as_bytes();
        let mut starts = vec![0];
        // The first half of `\r\n` ends no line.
        let ends = memchr::memchr2_iter(b'\n', b'\r', bytes)
            .filter(|offset| bytes.get(*offset..offset + 2) != Some(b"\r\n".as_slice()));
        starts.extend(ends.map(|offset| offset as u32 + 1));
        Self { starts }
    }

    /// The line and column of the byte `offset` of `text`, the text the index was made of. An offset past the end is the end; one
    /// inside a character is its start.
    pub fn line_col(&self, text: &str, offset: u32, unit: ColumnUnit) -> LineCol {
        let offset = floor_char_boundary(text, offset as usize);
        let line = self.starts.partition_point(|start| *start as usize <= offset).saturating_sub(1);
        let start = self.starts.get(line).map_or(0, |start| *start as usize);
        let before = text.get(start..offset).unwrap_or_default();
        LineCol { line: line as u32, column: count(before, unit) }
    }

    /// The byte offset of a line and column; past a line's end it is the line's end, past the last line the text's end.
    pub fn offset(&self, text: &str, at: LineCol, unit: ColumnUnit) -> u32 {
        let Some(start) = self.starts.get(at.line as usize) else {
            return text.len() as u32;
        };
        let end = self.starts.get(at.line as usize + 1).map_or(text.len(), |next| *next as usize);
        let line = text.get(*start as usize..end).unwrap_or_default();
        let line = line.trim_end_matches(['\r', '\n']);
        let mut column = 0;
        for (offset, c) in line.char_indices() {
            let width = count(c.encode_utf8(&mut [0; 4]), unit);
            if column + width > at.column {
                return start + offset as u32;
            }
            column += width;
        }
        start + line.len() as u32
    }

    /// The byte offset at which the line that holds `offset` begins.
    pub fn line_start(&self, offset: u32) -> u32 {
        let line = self.starts.partition_point(|start| *start <= offset).saturating_sub(1);
        self.starts.get(line).copied().unwrap_or(0)
    }

    /// The offsets at which the lines begin, from 0 on.
    pub fn line_starts(&self) -> &[u32] {
        &self.starts
    }
}

fn count(text: &str, unit: ColumnUnit) -> u32 {
    let count = match unit {
        ColumnUnit::Utf8 => text.len(),
        ColumnUnit::Utf16 => text.encode_utf16().count(),
        ColumnUnit::Chars => text.chars().count(),
    };
    count as u32
}

fn floor_char_boundary(text: &str, offset: usize) -> usize {
    let mut offset = offset.min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    offset
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(text: &str, offset: u32, unit: ColumnUnit, line: u32, column: u32) {
        let index = LineIndex::new(text);
        assert_eq!(index.line_col(text, offset, unit), LineCol { line, column }, "{text:?} at {offset}");
        assert_eq!(index.offset(text, LineCol { line, column }, unit), offset, "{text:?} at {line}:{column}");
    }

    #[test]
    fn columns_count_in_the_unit_asked_for() {
        let text = "a\né😀x";
        check(text, 8, ColumnUnit::Utf8, 1, 6);
        check(text, 8, ColumnUnit::Utf16, 1, 3);
        check(text, 8, ColumnUnit::Chars, 1, 2);
    }

    #[test]
    fn lines_end_at_lf_crlf_and_cr_only() {
        let text = "a\r\nb\rc\u{2028}d\ne";
        assert_eq!(LineIndex::new(text).line_starts(), [0, 3, 5, 11]);
        check(text, 10, ColumnUnit::Utf16, 2, 3 - 1 + 1);
    }

    #[test]
    fn out_of_range_is_the_nearest_place() {
        let index = LineIndex::new("ab\ncd");
        assert_eq!(index.offset("ab\ncd", LineCol { line: 0, column: 99 }, ColumnUnit::Utf16), 2);
        assert_eq!(index.offset("ab\ncd", LineCol { line: 9, column: 0 }, ColumnUnit::Utf16), 5);
        assert_eq!(index.line_col("ab\ncd", 99, ColumnUnit::Utf16), LineCol { line: 1, column: 2 });
    }

    proptest! {
        /// Every character's offset survives the way to line and column and back, in each unit.
        #[test]
        fn there_and_back(text in "[a-zé😀\r\n\u{2028}]{0,40}") {
            let index = LineIndex::new(&text);
            for (offset, c) in text.char_indices().filter(|(_, c)| !matches!(c, '\r' | '\n')) {
                for unit in [ColumnUnit::Utf8, ColumnUnit::Utf16, ColumnUnit::Chars] {
                    let at = index.line_col(&text, offset as u32, unit);
                    prop_assert_eq!(index.offset(&text, at, unit), offset as u32, "{:?}", c);
                }
            }
        }
    }
}
