//! The head of a message: its first line and its headers. All of it is given.
//!
//! The rule: the text is copied once, as it came. Everything else is a place in it.

use std::fmt;
use std::ops::Range;

use super::framing::Framing;

/// The head of a request or of a response.
#[derive(Clone, PartialEq, Eq)]
pub struct Head {
    text: String,
    parts: Parts,
    /// How long the body is.
    pub(super) framing: Framing,
    pub(super) keep_alive: bool,
    pub(super) expects_continue: bool,
}

/// What stands where in a head's text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Parts {
    /// A request's method.
    pub(super) method: Range<usize>,
    /// A request's target.
    pub(super) target: Range<usize>,
    /// A response's status. 0 in a request.
    pub(super) status: u16,
    /// The text behind the status.
    pub(super) reason: Range<usize>,
    /// The version is HTTP/1.`minor`.
    pub(super) minor: u8,
    /// The names of the headers, and the values without the blanks around them.
    pub(super) fields: Vec<(Range<usize>, Range<usize>)>,
}

impl Head {
    /// Names and values are ASCII nearly always. In a text that is not even UTF-8, each other byte becomes a `?`.
    pub(super) fn new(text: Vec<u8>, parts: Parts) -> Head {
        let text = String::from_utf8(text).unwrap_or_else(|error| {
            let bytes = error.into_bytes().into_iter();
            let ascii = bytes.map(|byte| if byte.is_ascii() { byte.into() } else { '?' });
            ascii.collect()
        });
        Head {
            text,
            parts,
            framing: Framing::Length(0),
            keep_alive: true,
            expects_continue: false,
        }
    }

    /// A request's method, as it was sent: `GET`. Empty in a response.
    pub fn method(&self) -> &str {
        &self.text[self.parts.method.clone()]
    }

    /// A request's target, as it was sent: `/search?q=rust`, to a proxy also `http://host/search?q=rust`. Empty in a
    /// response.
    pub fn target(&self) -> &str {
        &self.text[self.parts.target.clone()]
    }

    /// A response's status: 200. 0 in a request.
    pub fn status(&self) -> u16 {
        self.parts.status
    }

    /// The text behind the status, which may be empty.
    pub fn reason(&self) -> &str {
        &self.text[self.parts.reason.clone()]
    }

    /// The version: `(1, 1)` or `(1, 0)`. A later minor version speaks 1.1, too.
    pub fn version(&self) -> (u8, u8) {
        (1, self.parts.minor)
    }

    /// The value of the first header of that name, in whatever case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.all(name).next()
    }

    /// The values of all headers of that name, in whatever case.
    pub fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.headers()
            .filter(move |(own, _)| own.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    }

    /// All headers, as they were sent: name and value.
    pub fn headers(&self) -> impl Iterator<Item = (&str, &str)> {
        let fields = self.parts.fields.iter();
        fields.map(|(name, value)| (&self.text[name.clone()], &self.text[value.clone()]))
    }

    /// Whether one of the words in the lists `name: word, word` is `word`, in whatever case.
    pub fn lists(&self, name: &str, word: &str) -> bool {
        self.all(name)
            .flat_map(|list| list.split(','))
            .any(|item| item.trim_matches([' ', '\t']).eq_ignore_ascii_case(word))
    }

    /// How the length of the body is known.
    pub fn framing(&self) -> Framing {
        self.framing
    }

    /// Whether the sender wants to go on with this connection afterwards.
    pub fn keep_alive(&self) -> bool {
        self.keep_alive
    }

    /// Whether a request's sender waits for `100 Continue` before it sends the body.
    pub fn expects_continue(&self) -> bool {
        self.expects_continue
    }
}

impl fmt::Debug for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text.trim_end())
    }
}
