//! Any stream as what an editor sends: reading ends, takes no more memory than came, and doesn't care in which pieces it comes.
//!
//! The first byte is how many bytes come at a time, the rest is the stream.

use std::io::{self, Read};

use lsp::{Incoming, Reader};
use lsp_server::Message;

use crate::byte;
use crate::memory::largest_piece;

/// How many bytes may be asked for at once where little came: the buffer that is read into.
const SPARE: usize = 1 << 20;

/// How many times as much as came: `0,` is two bytes of a list and a whole value in memory, and a list grows twofold.
const TIMES: usize = 100;

/// Reads `data` as a stream of messages.
pub fn framing(mut data: &[u8]) {
    let length = usize::from(byte(&mut data)).max(1);
    let (whole, largest) = largest_piece(|| read(data));
    // Tests run beside each other, and each asks for memory.
    if cfg!(fuzzing) {
        assert!(largest <= data.len() * TIMES + SPARE, "{largest} bytes at once for a stream of {}", data.len());
    }
    let pieces = read(Pieces { left: data, length });
    assert_eq!(format!("{pieces:?}"), format!("{whole:?}"), "in pieces of {length}");
    let messages: Vec<Message> = whole.into_iter().filter_map(Result::ok).collect();
    let mut written = Vec::new();
    messages.iter().for_each(|message| message.write(&mut written).expect("a vector takes it"));
    let again: Vec<Message> = read(&written[..]).into_iter().collect::<Result<_, _>>().expect("what was written");
    let heads = |messages: &[Message]| messages.iter().map(head).collect::<Vec<_>>();
    assert_eq!(heads(&again), heads(&messages), "what was written is not what is read");
}

/// What came: messages, and why something is none.
fn read(input: impl Read) -> Vec<Result<Message, String>> {
    let mut reader = Reader::new(input);
    let mut all = Vec::new();
    while let Some(incoming) = reader.read().expect("the stream has no errors") {
        all.push(match incoming {
            Incoming::Message(message) => Ok(message),
            Incoming::Malformed(why) => Err(why),
        });
    }
    all
}

/// What a message is; numbers in its parameters may lose a digit.
fn head(message: &Message) -> String {
    match message {
        Message::Request(request) => format!("{} {}", request.id, request.method),
        Message::Response(response) => format!("{} {}", response.id, response.response_result.is_ok()),
        Message::Notification(notification) => notification.method.clone(),
    }
}

/// A stream that gives a few bytes at a time.
struct Pieces<'a> {
    left: &'a [u8],
    length: usize,
}

impl Read for Pieces<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let taken = self.length.min(self.left.len()).min(buffer.len());
        let (piece, left) = self.left.split_at(taken);
        buffer[..taken].copy_from_slice(piece);
        self.left = left;
        Ok(taken)
    }
}
