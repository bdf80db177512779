//! What a program sees of a response that comes. All of it is given.

use std::rc::Rc;

use runtime::{Error, Result};

use super::call::Call;
use crate::message::{Body, collect_text};
use crate::parser::Head;

/// A response. Clones name the same one.
///
/// Its body comes when somebody wants it: the first `on_data`, `text` or `resume` lets it flow from the next tick on.
#[derive(Clone)]
pub struct Incoming(pub(super) Rc<Response>);

pub(super) struct Response {
    pub(super) head: Head,
    pub(super) body: Rc<Body>,
    pub(super) call: Rc<Call>,
}

impl Incoming {
    /// The status: 200.
    pub fn status(&self) -> u16 {
        self.0.head.status()
    }

    /// The text behind the status, which may be empty.
    pub fn reason(&self) -> &str {
        self.0.head.reason()
    }

    /// The version: `(1, 1)`.
    pub fn version(&self) -> (u8, u8) {
        self.0.head.version()
    }

    /// The value of the first header of that name, in whatever case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.0.head.header(name)
    }

    /// All headers, as they were sent: name and value.
    pub fn headers(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.head.headers()
    }

    /// Calls `listener` with each piece of the body.
    pub fn on_data(&self, listener: impl Fn(&[u8]) + 'static) {
        self.0.body.on_data(listener);
        self.resume();
    }

    /// Calls `listener` when all of the body has come.
    pub fn on_end(&self, listener: impl Fn() + 'static) {
        self.0.body.on_end(listener);
    }

    /// Calls `listener` when the rest of the body will never come: the connection broke, the server ended it too early,
    /// was too slow, or broke a rule.
    pub fn on_error(&self, listener: impl Fn(&Error) + 'static) {
        self.0.body.on_error(listener);
    }

    /// Calls `listener` after the end or the error.
    pub fn on_close(&self, listener: impl Fn() + 'static) {
        self.0.body.on_close(listener);
    }

    /// Calls `callback` with the whole body, or with the error that ended it. What is not UTF-8 becomes U+FFFD.
    pub fn text(&self, callback: impl FnOnce(Result<String>) + 'static) {
        collect_text(&self.0.body, callback);
        self.resume();
    }

    /// Lets the body wait in the socket, and behind that in the server.
    pub fn pause(&self) {
        self.0.body.pause();
    }

    /// Lets the body flow, from the next tick on.
    pub fn resume(&self) {
        let call = Rc::clone(&self.0.call);
        self.0.body.resume(move || call.wake());
    }

    /// Breaks the connection. Nothing more is told but the close.
    pub fn destroy(&self) {
        self.0.call.destroy();
    }
}
