//! What a program sees of a request. All of it is given.

use std::net::SocketAddr;
use std::rc::Rc;

use runtime::Result;

use super::exchange::Exchange;
use crate::message::collect_text;

/// A request. Clones name the same one.
///
/// Its body comes when somebody wants it: the first `on_data`, `text` or `resume` lets it flow from the next tick on.
/// What nobody has read when the reply is complete is skipped, up to a limit.
#[derive(Clone)]
pub struct Request(pub(super) Rc<Exchange>);

impl Request {
    /// The method, as it was sent: `GET`.
    pub fn method(&self) -> &str {
        self.0.head.method()
    }

    /// The target, as it was sent: `/search?q=rust`. Node's `url`.
    ///
    /// In `http://host/search`, the form for proxies, the host counts before the one of the header (RFC 9112, 3.2.2). A
    /// handler that has several hosts has to look at both.
    pub fn target(&self) -> &str {
        self.0.head.target()
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

    /// The client's address.
    pub fn remote_addr(&self) -> Option<SocketAddr> {
        self.0.connection.socket.remote_addr()
    }

    /// Calls `listener` with each piece of the body.
    pub fn on_data(&self, listener: impl Fn(&[u8]) + 'static) {
        self.0.body.on_data(listener);
        self.resume();
    }

    /// Calls `listener` when all of the body has been read or skipped.
    pub fn on_end(&self, listener: impl Fn() + 'static) {
        self.0.body.on_end(listener);
    }

    /// Calls `listener` when the exchange is over: the reply is sent, or the connection is gone before that.
    pub fn on_close(&self, listener: impl Fn() + 'static) {
        self.0.body.on_close(listener);
    }

    /// Calls `callback` with the whole body. What is not UTF-8 becomes U+FFFD.
    ///
    /// The callback's error is `ECONNRESET` when the rest never comes.
    pub fn text(&self, callback: impl FnOnce(Result<String>) + 'static) {
        collect_text(&self.0.body, callback);
        self.resume();
    }

    /// Lets the body wait in the socket, and behind that in the client.
    pub fn pause(&self) {
        self.0.body.pause();
    }

    /// Lets the body flow, from the next tick on.
    pub fn resume(&self) {
        Exchange::read_body(&self.0);
    }
}
