//! Why a message is refused. All of it is given.

use std::fmt;

/// A message that breaks a rule. The stream has no meaning from here on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParseError {
    /// The status of the answer, if it was a request: 400, 413, 414, 417, 431, or 505.
    pub status: u16,
    /// The rule.
    pub reason: &'static str,
}

impl ParseError {
    /// An error that is answered with `status`.
    pub const fn new(status: u16, reason: &'static str) -> ParseError {
        ParseError { status, reason }
    }

    /// The error of a malformed message: 400.
    pub const fn malformed(reason: &'static str) -> ParseError {
        ParseError::new(400, reason)
    }
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.status, self.reason)
    }
}

impl std::error::Error for ParseError {}
