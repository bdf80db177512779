//! The lines of a head, byte by byte.
//!
//! The rule: what a byte means follows from one state and from nothing else. So the bytes may come in any pieces.

use std::ops::Range;

use super::bytes::{is_target, is_token, is_value};
use super::error::ParseError;
use super::head::{Head, Parts};
use super::limits::Limits;

/// What the next byte belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// The first byte of a message. An empty line may stand before it.
    Start,
    /// The LF of that empty line.
    StartLf,
    /// A request's method, after its first byte.
    Method,
    /// A request's target, and the space behind it.
    Target,
    /// The version. So many of its 8 bytes, `HTTP/1.1`, have come.
    Version(u8),
    /// The CR behind the version of a request, or the space behind that of a response.
    VersionEnd,
    /// A response's status. So many of its 3 digits have come.
    Status(u8),
    /// The space or the CR behind the status.
    StatusEnd,
    /// The text behind the status.
    Reason,
    /// The LF of a line.
    LineLf,
    /// The first byte of a line: a header's name begins, or the head ends.
    LineStart,
    /// A header's name, after its first byte.
    Name,
    /// The blanks between the colon and the value.
    Blank,
    /// The value, after its first byte.
    Value,
    /// The LF of the empty line at the end.
    EndLf,
    /// The head is complete.
    Done,
}

/// Which first line a head has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Request,
    Response,
}

/// Reads one head.
#[derive(Debug)]
pub(crate) struct HeadReader {
    kind: Kind,
    limits: Limits,
    state: State,
    /// The digit before the point of the version.
    major: u8,
    /// The bytes so far.
    text: Vec<u8>,
    /// What stands where in them.
    parts: Parts,
    /// Where the present line begins.
    line: usize,
    /// Where the present method, target, name or value begins.
    begin: usize,
    /// The present header's name.
    name: Range<usize>,
    /// Where the present value ends if nothing but blanks follows.
    value_end: usize,
}

impl HeadReader {
    /// Nothing read yet.
    pub(crate) fn new(kind: Kind, limits: Limits) -> HeadReader {
        HeadReader {
            kind,
            limits,
            state: match kind {
                Kind::Request => State::Start,
                Kind::Response => State::Version(0),
            },
            major: 0,
            text: Vec::new(),
            parts: Parts::default(),
            line: 0,
            begin: 0,
            name: 0..0,
            value_end: 0,
        }
    }

    /// A reader for the header lines behind the last chunk of a body.
    pub(crate) fn trailers(limits: Limits) -> HeadReader {
        HeadReader {
            state: State::LineStart,
            ..HeadReader::new(Kind::Request, limits)
        }
    }

    /// Whether not one byte has come yet.
    pub(crate) fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// Takes the head's bytes off the front of `bytes`, and leaves what follows it. `None` while its end is missing.
    pub(crate) fn read(&mut self, bytes: &mut &[u8]) -> Result<Option<Head>, ParseError> {
        let before = self.text.len();
        let mut taken = 0;
        while taken < bytes.len() && self.state != State::Done {
            taken += self.uneventful(&bytes[taken..]);
            let (at, byte) = (before + taken, bytes[taken]);
            self.check_limits(at)?;
            self.state = self.step(at, byte)?;
            taken += 1;
            if byte == b'\n' {
                self.line = at + 1;
            }
        }
        let (head, rest) = bytes.split_at(taken);
        *bytes = rest;
        self.text.extend_from_slice(head);
        if self.state != State::Done {
            return Ok(None);
        }
        let done = std::mem::replace(self, HeadReader::new(self.kind, self.limits));
        Ok(Some(Head::new(done.text, done.parts)))
    }

    /// How many bytes at the front need no step, for speed. In the middle of a name, a target or a word nothing
    /// happens, and the step for the last byte of it says all. At least one byte is left.
    fn uneventful(&self, bytes: &[u8]) -> usize {
        let length = match self.state {
            State::Name => run(bytes, is_token),
            State::Target | State::Value => run(bytes, is_target),
            _ => 0,
        };
        length.saturating_sub(1)
    }

    /// Whether there may be a byte at `at`.
    fn check_limits(&self, at: usize) -> Result<(), ParseError> {
        if at < self.limits.head && at - self.line < self.limits.line {
            return Ok(());
        }
        let in_first_line = match self.state {
            State::Method | State::Target | State::Version(_) | State::VersionEnd => true,
            State::LineLf => self.parts.fields.is_empty(),
            _ => false,
        };
        Err(match in_first_line {
            true => ParseError::new(414, "the first line is too long"),
            false => ParseError::new(431, "the head is too long"),
        })
    }

    /// Returns the state after `byte`, which stands at `at` in the text.
    fn step(&mut self, at: usize, byte: u8) -> Result<State, ParseError> {
        match self.state {
            State::Version(_)
            | State::VersionEnd
            | State::Status(_)
            | State::StatusEnd
            | State::Reason => self.step_in_version_or_status(at, byte),
            _ => self.step_in_line(at, byte),
        }
    }

    /// `HTTP/1.1` in both kinds of first line, and what follows it in a response: ` 200 OK`. All of it is given, and
    /// has the form of what is not.
    fn step_in_version_or_status(&mut self, at: usize, byte: u8) -> Result<State, ParseError> {
        Ok(match (self.state, byte) {
            (State::Version(have @ 0..5), _) if byte == b"HTTP/"[usize::from(have)] => {
                State::Version(have + 1)
            }
            (State::Version(5), b'0'..=b'9') => {
                self.major = byte;
                State::Version(6)
            }
            (State::Version(6), b'.') => State::Version(7),
            (State::Version(7), b'0'..=b'9') => {
                if self.major != b'1' {
                    return Err(ParseError::new(505, "this is HTTP/1.1"));
                }
                self.parts.minor = byte - b'0';
                State::VersionEnd
            }
            (State::VersionEnd, b'\r') if self.kind == Kind::Request => State::LineLf,
            (State::VersionEnd, b' ') if self.kind == Kind::Response => State::Status(0),
            // No status begins with a 0.
            (State::Status(have @ 0..3), b'0'..=b'9') if (have, byte) != (0, b'0') => {
                self.parts.status = self.parts.status * 10 + u16::from(byte - b'0');
                match have {
                    2 => State::StatusEnd,
                    _ => State::Status(have + 1),
                }
            }
            // Some servers leave out the text, and the space before it.
            (State::StatusEnd, b'\r') => State::LineLf,
            (State::StatusEnd, b' ') => {
                self.parts.reason = at + 1..at + 1;
                State::Reason
            }
            (State::Reason, b'\r') => State::LineLf,
            (State::Reason, _) if is_value(byte) => {
                self.parts.reason.end = at + 1;
                State::Reason
            }
            _ => return Err(self.unexpected()),
        })
    }

    /// A request's method and target, and the lines of headers.
    ///
    /// Empty lines before the first line are skipped. A header's value has no blanks around it, and may be empty.
    /// `end_field` notes it, with its name.
    ///
    /// # Errors
    ///
    /// 400 for a byte that may not stand where it does; what `end_field` says.
    fn step_in_line(&mut self, at: usize, byte: u8) -> Result<State, ParseError> {
        Ok(match (self.state, byte) {
            (State::Start, b'\r') => State::StartLf,
            (State::StartLf, b'\n') => State::Start,
            // TODO: the arrows that are missing. As it is, every request is malformed at its first byte.
            _ => return Err(self.unexpected()),
        })
    }

    /// Notes the present header, whose value stands at `value`. Its line ends with an LF.
    fn end_field(&mut self, value: Range<usize>) -> Result<State, ParseError> {
        if self.parts.fields.len() == self.limits.headers {
            return Err(ParseError::new(431, "there are too many headers"));
        }
        self.parts.fields.push((self.name.clone(), value));
        Ok(State::LineLf)
    }

    /// The error of a byte that may not stand where it does.
    fn unexpected(&self) -> ParseError {
        ParseError::malformed(match self.state {
            State::Start | State::Method => "a method consists of letters, and one space follows",
            State::Target => "a target consists of visible ASCII bytes, and one space follows",
            State::Version(_) | State::VersionEnd => "a version is HTTP/1.1",
            State::Status(_) | State::StatusEnd => "a status has three digits",
            State::StartLf | State::LineLf | State::EndLf => {
                "a line ends in CR LF and in nothing else"
            }
            State::LineStart | State::Name => {
                "a name consists of letters, and its colon follows at once"
            }
            State::Reason | State::Blank | State::Value => "a value has no control bytes",
            State::Done => "the head is complete",
        })
    }
}

/// How many bytes at the front are of a kind.
fn run(bytes: &[u8], is_of_kind: impl Fn(u8) -> bool) -> usize {
    let end = bytes.iter().position(|byte| !is_of_kind(*byte));
    end.unwrap_or(bytes.len())
}
