//! The one place where swc's positions become byte offsets.
//!
//! swc counts from 1; a file is parsed with its first byte at `BytePos(1)`, byte order mark included, so that the offset in the file
//! as it is on disk is the position less one.

use change::TextRange;
use swc_common::{BytePos, Span, Spanned};

/// The position of the byte at `offset`.
pub(crate) fn position(offset: usize) -> BytePos {
    BytePos(offset as u32 + 1)
}

/// The byte offsets of a span.
pub(crate) fn range_of(span: Span) -> TextRange {
    TextRange::new(span.lo.0.saturating_sub(1), span.hi.0.saturating_sub(1))
}

/// The byte offsets of a node.
pub(crate) fn range(node: &impl Spanned) -> TextRange {
    range_of(node.span())
}
