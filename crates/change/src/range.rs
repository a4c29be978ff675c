//! Where in a file: a half-open range of byte offsets.

use std::fmt;

/// A half-open range of byte offsets, `start..end`, into the text of a file as it is on disk, byte order mark included.
///
/// In an editor the offsets count in the open buffer instead.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TextRange {
    start: u32,
    end: u32,
}

impl TextRange {
    /// The bytes from `start` up to, not including, `end`. Bounds in the wrong order are swapped.
    pub fn new(start: u32, end: u32) -> Self {
        Self { start: start.min(end), end: start.max(end) }
    }

    /// The empty range at `offset`: where an insertion goes.
    pub fn empty(offset: u32) -> Self {
        Self { start: offset, end: offset }
    }

    /// The first byte's offset.
    pub fn start(self) -> u32 {
        self.start
    }

    /// The offset after the last byte.
    pub fn end(self) -> u32 {
        self.end
    }

    /// The length in bytes.
    pub fn len(self) -> u32 {
        self.end - self.start
    }

    /// Whether the range holds no byte.
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// Whether `offset` is one of the bytes in the range.
    pub fn contains(self, offset: u32) -> bool {
        self.start <= offset && offset < self.end
    }

    /// Whether every byte of `other` lies in this range.
    pub fn covers(self, other: Self) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// The text the range names, or `None` where it leaves the text or splits a character.
    pub fn slice(self, text: &str) -> Option<&str> {
        text.get(self.start as usize..self.end as usize)
    }
}

impl fmt::Debug for TextRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}..{}", self.start, self.end)
    }
}
