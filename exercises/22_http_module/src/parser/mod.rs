//! The parser: bytes in, in any pieces; heads, bodies and ends out. It knows no sockets.
//!
//! The rule: nothing is decided twice. A head says how its body ends, a body's end begins the next head.

mod bytes;
mod chunks;
mod error;
mod framing;
mod head;
mod head_reader;
mod limits;

use bytes::is_host;
pub(crate) use bytes::{is_target, is_token, is_value};
use chunks::{Chunks, Piece};
pub use error::ParseError;
pub use framing::Framing;
pub use head::Head;
use head_reader::{HeadReader, Kind};
pub use limits::Limits;

/// What a parser finds. For each message a head, any number of pieces of data, and the end.
#[derive(Debug, PartialEq, Eq)]
pub enum Event<'a> {
    /// The first line and the headers.
    Head(Head),
    /// Some more of the body. Never empty. It is a part of the bytes that were fed.
    Data(&'a [u8]),
    /// The message is complete. The next byte begins another one.
    End,
}

/// Reads one stream of messages, one after the other.
///
/// ```text
/// let mut bytes = what_came;
/// while let Some(event) = parser.feed(&mut bytes)? { ... }
/// ```
#[derive(Debug)]
pub struct Parser {
    kind: Kind,
    limits: Limits,
    stage: Stage,
    /// Whether the response that comes answers a HEAD.
    answers_head: bool,
}

/// What the next byte belongs to.
#[derive(Debug)]
enum Stage {
    Head(HeadReader),
    /// A body of which so much is to come.
    Length(u64),
    Chunked(Box<Chunks>),
    /// A body that goes on to the end, and may have so much more.
    UntilClose {
        left: u64,
    },
    /// There is no next byte.
    Failed(ParseError),
}

impl Parser {
    /// A parser for the requests that a server gets.
    pub fn request(limits: Limits) -> Parser {
        Parser::new(Kind::Request, limits)
    }

    /// A parser for the responses that a client gets.
    pub fn response(limits: Limits) -> Parser {
        Parser::new(Kind::Response, limits)
    }

    fn new(kind: Kind, limits: Limits) -> Parser {
        Parser {
            kind,
            limits,
            stage: Stage::Head(HeadReader::new(kind, limits)),
            answers_head: false,
        }
    }

    /// Says whether the next response answers a request with the method HEAD. Only the client knows that.
    pub fn answers_head(&mut self, is_head: bool) {
        self.answers_head = is_head;
    }

    /// Whether not one byte of the next message has come.
    pub fn is_between_messages(&self) -> bool {
        matches!(&self.stage, Stage::Head(reader) if reader.is_empty())
    }

    /// Whether the head of a message is under way, or is to come.
    pub fn is_in_head(&self) -> bool {
        matches!(self.stage, Stage::Head(_))
    }

    /// How much of the present message's body is to come. `None` when nobody knows: it comes in chunks, or goes on
    /// until the connection ends.
    pub fn left(&self) -> Option<u64> {
        match self.stage {
            Stage::Length(left) => Some(left),
            Stage::Head(_) | Stage::Failed(_) => Some(0),
            Stage::Chunked(_) | Stage::UntilClose { .. } => None,
        }
    }

    /// Takes bytes off the front of `bytes`, up to the end of the next event. `None` when they are used up and say
    /// nothing yet.
    ///
    /// # Errors
    ///
    /// The message breaks a rule. All further calls give the same error, and take nothing: what follows such a message
    /// has no meaning.
    pub fn feed<'a>(&mut self, bytes: &mut &'a [u8]) -> Result<Option<Event<'a>>, ParseError> {
        let event = self.read(bytes);
        if let Err(error) = event {
            self.stage = Stage::Failed(error);
        }
        event
    }

    /// Tells the parser that the stream is over. Returns the end of a body that goes on until then; `None` between
    /// two messages.
    ///
    /// # Errors
    ///
    /// The stream ended in the middle of a message.
    pub fn finish(&mut self) -> Result<Option<Event<'static>>, ParseError> {
        match &self.stage {
            Stage::Failed(error) => Err(*error),
            Stage::Head(reader) if reader.is_empty() => Ok(None),
            Stage::UntilClose { .. } => Ok(Some(self.end())),
            _ => {
                let error = ParseError::malformed("the stream ended in the middle of a message");
                self.stage = Stage::Failed(error);
                Err(error)
            }
        }
    }

    fn read<'a>(&mut self, bytes: &mut &'a [u8]) -> Result<Option<Event<'a>>, ParseError> {
        match &mut self.stage {
            Stage::Failed(error) => Err(*error),
            Stage::Head(reader) => {
                let Some(mut head) = reader.read(bytes)? else {
                    return Ok(None);
                };
                self.stage = self.judge(&mut head)?;
                Ok(Some(Event::Head(head)))
            }
            Stage::Length(0) => Ok(Some(self.end())),
            Stage::Length(left) => {
                let data = take(bytes, *left);
                *left -= data.len() as u64;
                Ok(event_of(data))
            }
            Stage::Chunked(chunks) => Ok(match chunks.read(bytes)? {
                Some(Piece::Data(data)) => Some(Event::Data(data)),
                Some(Piece::End) => Some(self.end()),
                None => None,
            }),
            Stage::UntilClose { left } => {
                if *left == 0 && !bytes.is_empty() {
                    return Err(TOO_LONG);
                }
                let data = take(bytes, *left);
                *left -= data.len() as u64;
                Ok(event_of(data))
            }
        }
    }

    /// The end of a message. What comes next is a head.
    fn end(&mut self) -> Event<'static> {
        self.stage = Stage::Head(HeadReader::new(self.kind, self.limits));
        Event::End
    }

    /// Decides what follows this head, and completes it with what its headers mean.
    fn judge(&self, head: &mut Head) -> Result<Stage, ParseError> {
        head.framing = match self.kind {
            Kind::Request => framing::of_request(head)?,
            Kind::Response => framing::of_response(head, self.answers_head)?,
        };
        head.keep_alive = match head.version() {
            _ if head.framing == Framing::UntilClose => false,
            // What follows may be meant for a tunnel, and is no request.
            _ if head.method() == "CONNECT" => false,
            _ if head.lists("Connection", "close") => false,
            version => version >= (1, 1) || head.lists("Connection", "keep-alive"),
        };
        if self.kind == Kind::Request {
            check_host(head)?;
            head.expects_continue = expects_continue(head)?;
        }
        match head.framing {
            Framing::Length(length) if length > self.limits.body => Err(TOO_LONG),
            Framing::Length(length) => Ok(Stage::Length(length)),
            Framing::Chunked => Ok(Stage::Chunked(Box::new(Chunks::new(self.limits)))),
            Framing::UntilClose => Ok(Stage::UntilClose {
                left: self.limits.body,
            }),
        }
    }
}

const TOO_LONG: ParseError = ParseError::new(413, "the body is too long");

/// Takes up to `most` bytes off the front of `bytes`.
fn take<'a>(bytes: &mut &'a [u8], most: u64) -> &'a [u8] {
    let count = usize::try_from(most).map_or(bytes.len(), |most| most.min(bytes.len()));
    let (taken, rest) = bytes.split_at(count);
    *bytes = rest;
    taken
}

fn event_of(data: &[u8]) -> Option<Event<'_>> {
    (!data.is_empty()).then_some(Event::Data(data))
}

/// A request says once to which host it goes. In HTTP/1.0 it need not. RFC 9112, 3.2.
fn check_host(head: &Head) -> Result<(), ParseError> {
    let mut hosts = head.all("Host");
    match (hosts.next(), hosts.next()) {
        (Some(host), None) if host.bytes().all(is_host) => Ok(()),
        (None, None) if head.version() == (1, 0) => Ok(()),
        _ => Err(ParseError::malformed("a request has one Host")),
    }
}

/// Whether the sender waits for `100 Continue`. In HTTP/1.0 nobody does. RFC 9110, 10.1.1.
fn expects_continue(head: &Head) -> Result<bool, ParseError> {
    let is_known = |value: &str| value.eq_ignore_ascii_case("100-continue");
    if head.version() == (1, 0) {
        return Ok(false);
    }
    if !head.all("Expect").all(is_known) {
        return Err(ParseError::new(417, "the only expectation is 100-continue"));
    }
    // Without a body there is nothing to wait for.
    Ok(head.header("Expect").is_some() && head.framing != Framing::Length(0))
}
