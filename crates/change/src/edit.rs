//! Edits: "replace this range of the original by this text".
//!
//! ```
//! # use change::{EditSet, TextEdit, TextRange};
//! let mut edits = EditSet::default();
//! edits.push(TextEdit::insertion(0, "<P>"))?;
//! edits.push(TextEdit::replacement(TextRange::new(1, 4), "New"))?;
//! assert_eq!(edits.apply("<Old/>").as_deref(), Some("<P><New/>"));
//! # Ok::<(), change::Conflict>(())
//! ```

use crate::TextRange;

/// One replacement of a range of the original text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextEdit {
    range: TextRange,
    text: String,
    /// Whether it belongs to what ends at its offset.
    is_appended: bool,
}

impl TextEdit {
    /// Puts `text` at byte `offset`.
    pub fn insertion(offset: u32, text: impl Into<String>) -> Self {
        Self::replacement(TextRange::empty(offset), text)
    }

    /// Puts `text` right behind what ends at byte `offset`: before whatever else is inserted there.
    pub fn appended(offset: u32, text: impl Into<String>) -> Self {
        Self { is_appended: true, ..Self::insertion(offset, text) }
    }

    /// Takes the bytes of `range` away.
    pub fn deletion(range: TextRange) -> Self {
        Self::replacement(range, "")
    }

    /// Puts `text` in the place of `range`.
    pub fn replacement(range: TextRange, text: impl Into<String>) -> Self {
        Self { range, text: text.into(), is_appended: false }
    }

    /// What is replaced, in byte offsets of the original text.
    pub fn range(&self) -> TextRange {
        self.range
    }

    /// What stands there afterwards.
    pub fn text(&self) -> &str {
        &self.text
    }

    fn is_insertion(&self) -> bool {
        self.range.is_empty()
    }

    /// The same, `shift` bytes further to the front.
    fn shifted(&self, shift: i64, is_appended: bool) -> Option<Self> {
        let offset = |at: u32| u32::try_from(i64::from(at) - shift).ok();
        let range = TextRange::new(offset(self.range.start())?, offset(self.range.end())?);
        Some(Self { range, text: self.text.clone(), is_appended: is_appended || self.is_appended })
    }
}

/// Two edits of one file that cannot both be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an edit of bytes {second:?} overlaps an edit of bytes {first:?}")]
pub struct Conflict {
    /// The range that was there first.
    pub first: TextRange,
    /// The range that was turned away.
    pub second: TextRange,
}

/// The edits of one file.
///
/// Invariant: sorted by start, then end, and disjoint. Insertions at one offset keep the order in which they were pushed and stand
/// before a replacement that starts there and after one that ends there; those that are appended come first of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EditSet {
    edits: Vec<TextEdit>,
}

impl EditSet {
    /// Adds an edit. The same replacement or deletion twice is one; the same insertion twice is two.
    ///
    /// # Errors
    /// A [`Conflict`] where the edit overlaps another; the set is then unchanged.
    pub fn push(&mut self, edit: TextEdit) -> Result<(), Conflict> {
        if edit.is_insertion() && edit.text.is_empty() {
            return Ok(());
        }
        let key = |edit: &TextEdit| (edit.range.start(), edit.range.end(), !edit.is_appended);
        let at = self.edits.partition_point(|other| key(other) <= key(&edit));
        if let Some(before) = at.checked_sub(1).and_then(|index| self.edits.get(index)) {
            if !edit.is_insertion() && *before == edit {
                return Ok(());
            }
            if before.range.end() > edit.range.start() || (before.range == edit.range && !edit.is_insertion()) {
                return Err(Conflict { first: before.range, second: edit.range });
            }
        }
        if let Some(after) = self.edits.get(at)
            && edit.range.end() > after.range.start()
        {
            return Err(Conflict { first: after.range, second: edit.range });
        }
        self.edits.insert(at, edit);
        Ok(())
    }

    /// Adds every edit of `other`, or none of them.
    ///
    /// # Errors
    /// The first [`Conflict`]; the set is then unchanged.
    pub fn merge(&mut self, other: &Self) -> Result<(), Conflict> {
        let mut merged = self.clone();
        for edit in &other.edits {
            merged.push(edit.clone())?;
        }
        *self = merged;
        Ok(())
    }

    /// The edits, in the order of the text.
    pub fn iter(&self) -> impl Iterator<Item = &TextEdit> {
        self.edits.iter()
    }

    /// Where a range of the original stands afterwards; what is inserted at its edges lies outside of it.
    pub fn moved(&self, range: TextRange) -> TextRange {
        let shift = |offset: u32, counts: &dyn Fn(&TextEdit) -> bool| {
            self.edits
                .iter()
                .filter(|edit| counts(edit))
                .fold(i64::from(offset), |at, edit| at + edit.text.len() as i64 - i64::from(edit.range.len()))
        };
        let start = shift(range.start(), &|edit| edit.range.end() <= range.start());
        let end = shift(range.end(), &|edit| edit.range.start() < range.end());
        let offset = |at: i64| u32::try_from(at).unwrap_or_default();
        TextRange::new(offset(start), offset(end.max(start)))
    }

    /// The edit of the original that does what `edit` does to the edited text, once it joins these; `None` where it is about something that
    /// they put in.
    ///
    /// ```
    /// # use change::{EditSet, TextEdit};
    /// let mut edits = EditSet::default();
    /// edits.push(TextEdit::insertion(1, "  "))?;                      // `a|b` becomes `a  |b`
    /// let behind = edits.before(&TextEdit::insertion(3, "(")).unwrap();
    /// edits.push(behind)?;
    /// assert_eq!(edits.apply("ab").as_deref(), Some("a  (b"));
    /// # Ok::<(), change::Conflict>(())
    /// ```
    pub fn before(&self, edit: &TextEdit) -> Option<TextEdit> {
        let (start, end) = (i64::from(edit.range.start()), i64::from(edit.range.end()));
        let mut shift = 0;
        let mut is_behind = false;
        for made in &self.edits {
            let from = i64::from(made.range.start()) + shift;
            let to = from + made.text.len() as i64;
            let is_insertion = edit.is_insertion();
            if start < from || (start == from && is_insertion && !is_behind) {
                // Up to where the next edit was made nothing else was.
                return match end <= from {
                    true => edit.shifted(shift, is_insertion && start == from && made.is_insertion()),
                    false => None,
                };
            }
            if start < to || (start == from && is_behind) {
                return None;
            }
            shift += made.text.len() as i64 - i64::from(made.range.len());
            is_behind = start == to;
        }
        edit.shifted(shift, false)
    }

    /// Whether there is no edit.
    pub fn is_empty(&self) -> bool {
        self.edits.is_empty()
    }

    /// The edited text, or `None` where an edit leaves `text` or splits a character: the edits were made for another text.
    pub fn apply(&self, text: &str) -> Option<String> {
        let grown: usize = self.edits.iter().map(|edit| edit.text.len()).sum();
        let mut result = String::with_capacity(text.len() + grown);
        let mut done = 0;
        for edit in &self.edits {
            result.push_str(text.get(done..edit.range.start() as usize)?);
            result.push_str(&edit.text);
            done = edit.range.end() as usize;
        }
        result.push_str(text.get(done..)?);
        Some(result)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn set(edits: impl IntoIterator<Item = TextEdit>) -> Result<EditSet, Conflict> {
        let mut set = EditSet::default();
        edits.into_iter().try_for_each(|edit| set.push(edit))?;
        Ok(set)
    }

    #[test]
    fn insertions_at_one_offset_keep_call_order() {
        let edits = set([TextEdit::insertion(1, "x"), TextEdit::insertion(1, "y"), TextEdit::insertion(1, "x")]);
        assert_eq!(edits.unwrap().apply("ab").unwrap(), "axyxb");
    }

    #[test]
    fn insertions_stand_outside_a_replacement_they_touch() {
        let replaced = TextEdit::replacement(TextRange::new(1, 2), "R");
        for edits in [
            [TextEdit::insertion(1, "<"), replaced.clone(), TextEdit::insertion(2, ">")],
            [replaced.clone(), TextEdit::insertion(2, ">"), TextEdit::insertion(1, "<")],
        ] {
            assert_eq!(set(edits).unwrap().apply("abc").unwrap(), "a<R>c");
        }
    }

    #[test]
    fn overlaps_are_conflicts_and_change_nothing() {
        let mut edits = set([TextEdit::replacement(TextRange::new(2, 5), "x")]).unwrap();
        let before = edits.clone();
        for range in [(0, 3), (4, 6), (3, 4), (0, 9), (3, 3), (2, 5)] {
            let second = TextRange::new(range.0, range.1);
            let clash = edits.push(TextEdit::replacement(second, "y"));
            assert_eq!(clash, Err(Conflict { first: TextRange::new(2, 5), second }), "{range:?}");
        }
        assert_eq!(edits, before);
        assert_eq!(
            edits.push(TextEdit::replacement(TextRange::new(2, 5), "x")),
            Ok(()),
            "an equal one is the same edit"
        );
        assert_eq!(edits, before);
    }

    #[test]
    fn merge_takes_all_or_nothing() {
        let mut edits = set([TextEdit::deletion(TextRange::new(4, 6))]).unwrap();
        let before = edits.clone();
        let other = set([TextEdit::insertion(0, "a"), TextEdit::deletion(TextRange::new(5, 7))]).unwrap();
        assert!(edits.merge(&other).is_err());
        assert_eq!(edits, before);
    }

    #[test]
    fn edits_for_another_text_are_not_applied() {
        assert_eq!(set([TextEdit::insertion(9, "x")]).unwrap().apply("abc"), None);
        assert_eq!(set([TextEdit::insertion(1, "x")]).unwrap().apply("é"), None);
    }

    fn edit() -> impl Strategy<Value = TextEdit> {
        (0u32..24, 0u32..6, "[a-z]{0,3}")
            .prop_map(|(start, len, text)| TextEdit::replacement(TextRange::new(start, start + len), text))
    }

    #[test]
    fn a_range_moves_with_what_is_before_it() {
        let mut edits = EditSet::default();
        for edit in [
            TextEdit::insertion(0, "ab"),
            TextEdit::insertion(2, "("),
            TextEdit::replacement(TextRange::new(3, 5), ""),
            TextEdit::insertion(6, ")"),
        ] {
            edits.push(edit).unwrap();
        }
        assert_eq!(edits.moved(TextRange::new(2, 6)), TextRange::new(5, 7));
    }

    proptest! {
        /// Bytes outside the edits come through in order, and the set stays sorted and disjoint whatever is pushed.
        #[test]
        fn untouched_bytes_stay(edits in prop::collection::vec(edit(), 0..12)) {
            let text = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123";
            let mut set = EditSet::default();
            for edit in edits {
                let before = set.clone();
                if set.push(edit).is_err() {
                    prop_assert_eq!(&set, &before);
                }
                prop_assert!(set.edits.windows(2).all(|pair| pair[0].range.end() <= pair[1].range.start()));
            }
            let applied = set.apply(text).unwrap();
            let kept: String = applied.chars().filter(|c| !c.is_ascii_lowercase()).collect();
            let mut expected = String::new();
            for (offset, c) in text.char_indices() {
                if !set.iter().any(|edit| edit.range.contains(offset as u32)) {
                    expected.push(c);
                }
            }
            prop_assert_eq!(kept, expected);
        }

        /// An edit of the edited text that can be made in the original does the same there.
        #[test]
        fn edits_of_edited_text(edits in prop::collection::vec(edit(), 0..8), later in edit()) {
            let text = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123";
            let mut first = EditSet::default();
            for edit in edits {
                drop(first.push(edit));
            }
            let edited = first.apply(text).unwrap();
            let fits = later.range.end() as usize <= edited.len();
            if let (true, Some(earlier)) = (fits, first.before(&later)) {
                let expected = set([later]).unwrap().apply(&edited).unwrap();
                first.push(earlier).unwrap();
                prop_assert_eq!(first.apply(text).unwrap(), expected);
            }
        }

        /// Disjoint edits give one text, in whatever order they are pushed.
        #[test]
        fn push_order_of_replacements_does_not_matter(edits in prop::collection::vec(edit(), 0..12), seed in any::<u64>()) {
            let mut accepted: Vec<TextEdit> = Vec::new();
            let mut first = EditSet::default();
            for edit in edits {
                if !edit.is_insertion() && first.push(edit.clone()).is_ok() {
                    accepted.push(edit);
                }
            }
            let turn = seed as usize % accepted.len().max(1);
            accepted.rotate_left(turn);
            prop_assert_eq!(set(accepted).unwrap(), first);
        }
    }
}
