//! How the body of a message that is to be sent will be framed, and the bytes for that. All of it is given.

use std::io::Write;

use crate::parser::Framing;

/// How far a message is that is being sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outgoing {
    /// Its head may still be changed.
    Head,
    /// The head is sent. This is how the body goes out. A length says how much is still to come.
    Body(Framing),
    /// The head is sent, and there is no body whatever the program writes: HEAD, 204, 304.
    Bodiless,
    /// All of it is sent, or it never will be.
    Done,
}

/// Appends a chunk. Without data there is none: an empty chunk would be the last one.
pub(crate) fn append_chunk(to: &mut Vec<u8>, data: &[u8]) {
    if data.is_empty() {
        return;
    }
    // A `Vec` takes everything.
    let _ = write!(to, "{:x}\r\n", data.len());
    to.extend_from_slice(data);
    to.extend_from_slice(b"\r\n");
}

/// Appends a number in base 10.
pub(crate) fn append_number(to: &mut Vec<u8>, number: u64) {
    // A `Vec` takes everything.
    let _ = write!(to, "{number}");
}
