//! How long is the body? Two headers say so, and they may lie.
//!
//! The rule: if two readers could give two answers, there is none. What one of them takes for a body the other would
//! take for the next request.

use super::error::ParseError;
use super::head::Head;

/// How the length of a body is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Framing {
    /// So many bytes. 0: there is no body.
    Length(u64),
    /// In chunks, each with its size before it. An empty one is the last.
    Chunked,
    /// A response's body that goes on until the connection ends.
    UntilClose,
}

/// How long the body of this request is: `Content-Length` says so, or `Transfer-Encoding`, or it has none.
///
/// # Errors
///
/// 400 when both are there, or one of them twice; for a length that is not a number of ASCII digits below 2^64; for
/// a coding other than `chunked`; and for any coding in HTTP/1.0, which has none.
pub(super) fn of_request(head: &Head) -> Result<Framing, ParseError> {
    Ok(declared(head)?.unwrap_or(Framing::Length(0)))
}

/// How long the body of this response is. It has none after a request with the method HEAD (`answers_head`), and
/// with the status 204, 304 or 1xx, whatever its headers say. Without a length it goes on until the connection ends.
///
/// # Errors
///
/// As [`of_request`].
pub(super) fn of_response(head: &Head, answers_head: bool) -> Result<Framing, ParseError> {
    // TODO: this believes the headers. Some responses have none of the body that their headers speak of.
    Ok(declared(head)?.unwrap_or(Framing::UntilClose))
}

/// What the two headers say. `None` when there is neither.
fn declared(head: &Head) -> Result<Option<Framing>, ParseError> {
    // TODO: this asks for the first length, and takes it for what it says it is.
    let length = head
        .header("Content-Length")
        .and_then(|value| value.parse().ok());
    Ok(length.map(Framing::Length))
}

/// The number that `text` writes in ASCII digits, and in nothing else. `None` when it does not fit into 64 bits.
fn number(text: &str) -> Option<u64> {
    let is_digits = text.bytes().all(|byte| byte.is_ascii_digit());
    // An empty text is none to `parse`, and a sign is not a digit.
    if is_digits { text.parse().ok() } else { None }
}
