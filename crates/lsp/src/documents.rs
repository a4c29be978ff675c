//! The files that are open in the editor, with their texts as they are there.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use change::ColumnUnit;
use lsp_types::{TextDocumentContentChangeEvent, Url};

use crate::to_proto::Lines;

/// A file that is open.
#[derive(Clone, Debug)]
pub(crate) struct Document {
    /// Its addresses as the client spells them, the last opened last: a link and what it leads to are one file.
    names: Vec<Url>,
    /// The version that the client gave its text.
    pub(crate) version: i32,
    /// Its text.
    pub(crate) text: Arc<str>,
    /// The last text of it that could be parsed.
    pub(crate) readable: Option<Arc<str>>,
}

impl Document {
    pub(crate) fn uri(&self) -> Option<&Url> {
        self.names.last()
    }
}

/// The files that are open, by their paths without links.
#[derive(Debug, Default)]
pub(crate) struct Documents(BTreeMap<PathBuf, Document>);

impl Documents {
    pub(crate) fn get(&self, path: &Path) -> Option<&Document> {
        self.0.get(path)
    }

    pub(crate) fn open(&mut self, path: PathBuf, uri: Url, version: i32, text: Arc<str>) {
        let mut names = self.0.remove(&path).map(|document| document.names).unwrap_or_default();
        names.retain(|name| *name != uri);
        names.push(uri);
        self.0.insert(path, Document { names, version, text, readable: None });
    }

    pub(crate) fn close(&mut self, path: &Path, uri: &Url) {
        if let Some(document) = self.0.get_mut(path) {
            document.names.retain(|name| name != uri);
            if document.names.is_empty() {
                self.0.remove(path);
            }
        }
    }

    /// Notes that the text of a file as it is could be parsed.
    pub(crate) fn is_readable(&mut self, path: &Path) {
        if let Some(document) = self.0.get_mut(path) {
            document.readable = Some(document.text.clone());
        }
    }

    pub(crate) fn paths(&self) -> impl Iterator<Item = &PathBuf> {
        self.0.keys()
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// Makes the client's changes in a text, one after the other; its text then. `None` where the file is not open.
    pub(crate) fn change(
        &mut self,
        path: &Path,
        version: i32,
        changes: Vec<TextDocumentContentChangeEvent>,
        unit: ColumnUnit,
    ) -> Option<Arc<str>> {
        let document = self.0.get_mut(path)?;
        let mut text = document.text.to_string();
        for change in changes {
            match change.range {
                None => text = change.text,
                Some(range) => {
                    let range = Lines::new(&text, unit).offsets(range);
                    text.replace_range(range.start() as usize..range.end() as usize, &change.text);
                }
            }
        }
        document.text = text.into();
        document.version = version;
        Some(document.text.clone())
    }
}

/// The path of a file without links, be it there or not: editors and the engine have to mean the same by it.
pub(crate) fn without_links(path: &Path) -> PathBuf {
    if let Ok(real) = path.canonicalize() {
        return real;
    }
    match (path.parent(), path.file_name()) {
        (Some(parent), Some(name)) if parent != path => without_links(parent).join(name),
        _ => path.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lsp_types::{Position, Range};
    use proptest::prelude::*;

    fn changed(text: &str, changes: Vec<TextDocumentContentChangeEvent>) -> String {
        let mut documents = Documents::default();
        let uri = Url::parse("file:///a.ts").unwrap();
        documents.open("/a.ts".into(), uri, 1, text.into());
        documents.change(Path::new("/a.ts"), 2, changes, ColumnUnit::Utf16).unwrap().to_string()
    }

    fn change(start: (u32, u32), end: (u32, u32), text: &str) -> TextDocumentContentChangeEvent {
        let at = |(line, character)| Position { line, character };
        let range = Some(Range { start: at(start), end: at(end) });
        TextDocumentContentChangeEvent { range, range_length: None, text: text.to_owned() }
    }

    #[test]
    fn changes_follow_each_other() {
        let changes = vec![change((0, 1), (0, 1), "😀"), change((0, 3), (1, 0), "x")];
        assert_eq!(changed("ab\ncd", changes), "a😀xcd");
    }

    #[test]
    fn a_file_under_two_names_is_open_until_both_are_closed() {
        let mut documents = Documents::default();
        let [link, real] = ["file:///link.ts", "file:///real.ts"].map(|uri| Url::parse(uri).unwrap());
        for uri in [&real, &link] {
            documents.open("/real.ts".into(), uri.clone(), 1, "".into());
        }
        documents.close(Path::new("/real.ts"), &link);
        assert_eq!(documents.get(Path::new("/real.ts")).and_then(Document::uri), Some(&real));
        documents.close(Path::new("/real.ts"), &real);
        assert_eq!(documents.len(), 0);
    }

    #[test]
    fn places_out_of_range_are_the_nearest() {
        assert_eq!(changed("ab", vec![change((9, 0), (9, 9), "c")]), "abc");
        assert_eq!(changed("ab", vec![change((0, 1), (0, 0), "c")]), "cb");
        assert_eq!(changed("a😀b", vec![change((0, 2), (0, 2), "x")]), "ax😀b");
    }

    proptest! {
        /// Whatever a client sends, the text stays one.
        #[test]
        fn nothing_panics(text in "[ab😀é\r\n\u{feff}]{0,20}", all in prop::collection::vec(((0u32..5, 0u32..9), (0u32..5, 0u32..9), "[x\n]{0,3}"), 0..6)) {
            drop(changed(&text, all.iter().map(|(start, end, text)| change(*start, *end, text)).collect()));
        }
    }
}
