//! What a program sees of a reply. All of it is given.

use std::rc::Rc;

use runtime::{Error, Result};

use super::exchange::Exchange;
use crate::message::Outgoing;

/// The reply to a request. Clones name the same one.
///
/// What is written goes out at once, if all earlier requests of the connection have their replies; otherwise when they
/// have. It may stay open for hours. After its end, and when the client is gone, all further calls do nothing.
#[derive(Clone)]
pub struct Response(pub(super) Rc<Exchange>);

impl Response {
    /// Sets the status, which is 200 at first.
    ///
    /// # Panics
    ///
    /// When `status` is no final one: 200 to 999.
    pub fn set_status(&self, status: u16) {
        assert!(
            (200..=999).contains(&status),
            "the status of a response is 200 to 999, and this is {status}"
        );
        self.0.status.set(status);
    }

    /// Sets a header. One of the same name is replaced.
    ///
    /// The framing is the server's: a `Transfer-Encoding` is refused, and of `Connection` only `close` is taken. With
    /// a `Content-Length` you promise to write so much; a reply that breaks the promise breaks the connection.
    ///
    /// # Errors
    ///
    /// `ERR_INVALID_HTTP_TOKEN` for the name, `ERR_INVALID_CHAR` for CR, LF, NUL and other control bytes in the value,
    /// `ERR_INVALID_ARG_VALUE` for what is refused, `ERR_HTTP_HEADERS_SENT` when the head is sent.
    pub fn set_header(&self, name: &str, value: &str) -> Result<()> {
        if self.0.outgoing.get() != Outgoing::Head {
            let text = "Cannot set headers after they are sent to the client";
            return Err(Error::new("ERR_HTTP_HEADERS_SENT", text));
        }
        self.0.fields.borrow_mut().set(name, value)
    }

    /// Sends the head before there is a body.
    pub fn send_head(&self) {
        self.0.send(&[], false);
    }

    /// Writes a piece of the body. Returns whether there is room for more: after false, wait for `on_drain`.
    pub fn write(&self, data: &[u8]) -> bool {
        self.0.send(data, false)
    }

    /// Ends the reply.
    pub fn end(&self) {
        self.0.send(&[], true);
    }

    /// Writes the last piece of the body, and ends the reply. If it is the only one, the client learns its length.
    pub fn end_with(&self, data: &[u8]) {
        self.0.send(data, true);
    }

    /// Breaks the connection.
    pub fn destroy(&self) {
        self.0.connection.socket.destroy();
    }

    /// Calls `listener` each time when there is room again after a `write` that returned false.
    pub fn on_drain(&self, listener: impl Fn() + 'static) {
        self.0.on_drain(listener);
    }

    /// Calls `listener` when the reply is sent, or when the client is gone before that.
    pub fn on_close(&self, listener: impl Fn() + 'static) {
        self.0.on_close(listener);
    }

    /// Whether the reply can still be written.
    pub fn is_open(&self) -> bool {
        self.0.outgoing.get() != Outgoing::Done
    }
}
