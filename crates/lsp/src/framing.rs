//! Messages on a stream: a header with `Content-Length`, an empty line, and as many bytes of JSON.
//!
//! What is malformed costs itself and nothing else: the next header is looked for behind it.
//! <https://microsoft.github.io/language-server-protocol/specifications/lsp/3.17/specification/#baseProtocol>

use std::io::{self, Read};

use lsp_server::Message;
use memchr::memmem;

/// The largest message that is read, in bytes; a header that announces more is none.
const LARGEST: usize = 256 << 20;

/// The longest header that is read, in bytes; one that goes on is none, and takes no more memory.
const LONGEST_HEADER: usize = 4 << 10;

/// How many bytes are asked for at a time.
const CHUNK: usize = 64 << 10;

const NAME: &[u8] = b"content-length:";

/// What was read.
#[derive(Debug)]
pub enum Incoming {
    /// A message.
    Message(Message),
    /// Something that is none, and why.
    Malformed(String),
}

/// Reads messages from a stream.
pub struct Reader<R> {
    input: R,
    /// What was read and not used yet.
    pending: Vec<u8>,
    is_at_end: bool,
}

impl<R: Read> Reader<R> {
    /// Reads from `input`.
    pub fn new(input: R) -> Self {
        Self { input, pending: Vec::new(), is_at_end: false }
    }

    /// The next message; `None` at the end of the stream.
    ///
    /// # Errors
    /// What the stream says.
    pub fn read(&mut self) -> io::Result<Option<Incoming>> {
        let Some(length) = self.header()? else { return Ok(None) };
        while self.pending.len() < length && !self.is_at_end {
            self.fill()?;
        }
        let body: Vec<u8> = self.pending.drain(..length.min(self.pending.len())).collect();
        if body.len() < length {
            return Ok(Some(Incoming::Malformed("the stream ends within a message".to_owned())));
        }
        Ok(Some(match serde_json::from_slice(&body) {
            Ok(message) => Incoming::Message(message),
            Err(error) => {
                // A length that was too great: the next message is in what was taken for this one.
                if let Some(at) = find_header(&body) {
                    self.pending.splice(..0, body.get(at..).unwrap_or_default().iter().copied());
                }
                Incoming::Malformed(error.to_string())
            }
        }))
    }

    /// Reads up to the end of the next header, and gives the length that it names; what stands before it is passed over.
    fn header(&mut self) -> io::Result<Option<usize>> {
        loop {
            let Some(at) = find_header(&self.pending) else {
                // A name that is there only in part stays.
                let kept = self.pending.len().min(NAME.len() - 1);
                self.pending.drain(..self.pending.len() - kept);
                if self.is_at_end {
                    return Ok(None);
                }
                self.fill()?;
                continue;
            };
            self.pending.drain(..at);
            let end = self.end_of_header()?;
            if end.is_none() && self.is_at_end && self.pending.len() < LONGEST_HEADER {
                return Ok(None);
            }
            let (line, end) = end.unwrap_or_default();
            let named = self.pending.get(NAME.len()..line).unwrap_or_default();
            let length = std::str::from_utf8(named).ok().and_then(|text| text.trim().parse::<usize>().ok());
            if let Some(length) = length.filter(|length| *length <= LARGEST) {
                self.pending.drain(..end);
                return Ok(Some(length));
            }
            self.pending.drain(..NAME.len());
        }
    }

    /// Reads on up to the end of the header that what is pending begins with; `None` where it has none.
    fn end_of_header(&mut self) -> io::Result<Option<(usize, usize)>> {
        loop {
            let header = self.pending.get(..LONGEST_HEADER).unwrap_or(&self.pending);
            let found = end_of_header(header);
            if found.is_some() || header.len() == LONGEST_HEADER || self.is_at_end {
                return Ok(found);
            }
            self.fill()?;
        }
    }

    fn fill(&mut self) -> io::Result<()> {
        let mut chunk = vec![0; CHUNK];
        match self.input.read(&mut chunk) {
            Ok(0) => self.is_at_end = true,
            Ok(read) => self.pending.extend(chunk.iter().take(read)),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
        Ok(())
    }
}

/// Where the name of the header stands, in whatever case.
fn find_header(bytes: &[u8]) -> Option<usize> {
    let rest = |at: usize| bytes.get(at..at + NAME.len());
    memmem::find_iter(&bytes.to_ascii_lowercase(), NAME).find(|at| rest(*at).is_some())
}

/// Where the first line of a header ends, and the header: at an empty line.
fn end_of_header(bytes: &[u8]) -> Option<(usize, usize)> {
    let line = memchr::memchr(b'\n', bytes)?;
    let mut at = line + 1;
    loop {
        let next = memchr::memchr(b'\n', bytes.get(at..)?)?;
        let text = bytes.get(at..at + next)?;
        at += next + 1;
        if text.trim_ascii().is_empty() {
            return Some((line, at));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn framed(body: &str) -> String {
        format!("Content-Length: {}\r\n\r\n{body}", body.len())
    }

    fn request(id: i32) -> String {
        format!("{{\"jsonrpc\":\"2.0\",\"id\":{id},\"method\":\"m\"}}")
    }

    /// The ids of the requests in a stream, 0 for what is malformed.
    fn ids(stream: &[u8]) -> Vec<i32> {
        let mut reader = Reader::new(stream);
        let mut ids = Vec::new();
        while let Some(read) = reader.read().unwrap() {
            ids.push(match read {
                Incoming::Message(Message::Request(request)) => request.id.to_string().parse().unwrap(),
                Incoming::Message(_) => -1,
                Incoming::Malformed(_) => 0,
            });
        }
        ids
    }

    #[test]
    fn what_is_malformed_costs_itself_only() {
        let (one, two) = (framed(&request(1)), framed(&request(2)));
        let wrong_length = |length: usize| format!("Content-Length: {length}\r\n\r\n{}", request(1));
        for (stream, expected) in [
            (format!("{one}{two}"), vec![1, 2]),
            (format!("{one}garbage\r\n\r\n{two}"), vec![1, 2]),
            (format!("{}{two}", framed("{\"id\":")), vec![0, 2]),
            (format!("{}{two}", wrong_length(7)), vec![0, 2]),
            (format!("{}{two}", wrong_length(request(1).len() + 30)), vec![0, 2]),
            (format!("Content-Length: x\r\n\r\n{two}"), vec![2]),
            (format!("Content-Length: -1\r\n\r\n{two}"), vec![2]),
            (format!("Content-Length: 99999999999999999999\r\n\r\n{two}"), vec![2]),
            (format!("Content-Type: a\r\ncontent-length:{}\r\nX: y\r\n\r\n{}", request(1).len(), request(1)), vec![1]),
            (format!("Content-Length: {}\n\n{}{two}", request(1).len(), request(1)), vec![1, 2]),
            (format!("{one}Content-Length: 50\r\n\r\n{{"), vec![1, 0]),
            (format!("{one}Content-Length: 50"), vec![1]),
            (framed("[]") + &two, vec![0, 2]),
            (format!("Content-Length: 9\r\nX: {}{two}", "x".repeat(1 << 20)), vec![2]),
            (format!("Content-Length: 9\r\nX: {}", "x".repeat(1 << 20)), vec![]),
            (String::new(), vec![]),
        ] {
            assert_eq!(ids(stream.as_bytes()), expected, "{stream:?}");
        }
    }

    /// A stream that gives a few bytes at a time.
    struct Slow<'a>(&'a [u8]);

    impl Read for Slow<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let taken = self.0.len().min(3).min(buffer.len());
            buffer[..taken].copy_from_slice(&self.0[..taken]);
            self.0 = &self.0[taken..];
            Ok(taken)
        }
    }

    proptest! {
        /// Whatever comes, reading ends; and messages behind rubbish without a header are found, in whatever pieces they come.
        #[test]
        fn reading_always_ends(rubbish in "[a-z{}\\[\\]:\r\n0-9]{0,80}", bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            drop(ids(&bytes));
            let stream = format!("{rubbish}{}", framed(&request(7)));
            prop_assert_eq!(ids(stream.as_bytes()).last().copied(), Some(7));
            let mut slow = Reader::new(Slow(stream.as_bytes()));
            prop_assert!(matches!(slow.read().unwrap(), Some(Incoming::Message(_))));
        }
    }
}
