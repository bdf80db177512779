//! How long a client may take.
//!
//! The rule: time runs only while the client owes us something. While a handler makes a reply, it may take hours.

use std::rc::Rc;
use std::time::Duration;

use super::connection::{Connection, Stage};
use crate::parser::ParseError;

/// After our end of a connection, the client has so long to take what was sent and to end its own. nginx's
/// `lingering_timeout` is 5 s. To close at once could cost it the reply: the kernel answers bytes that nobody read with
/// a reset, and the client's kernel throws away what it has.
const LINGER: Duration = Duration::from_secs(2);

/// What the client owes us, for which it has some time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum WaitsFor {
    /// Nothing: it is the handler that we wait for.
    Nothing,
    /// The first byte of a request.
    Request,
    /// The end of a head that has begun.
    Head,
    /// More of a body.
    Body,
    /// Its end of the connection.
    End,
}

impl Connection {
    /// Something came, or went out: decides what the client owes us now, and how long it has.
    ///
    /// A time begins when the client begins to owe us something else than before. Only that for a body begins anew with
    /// each piece. The time for a head counts from its first byte, and no further byte renews it.
    pub(super) fn set_deadline(self: &Rc<Self>) {
        let waits_for = self.waits_for();
        let is_new = self.waits_for.replace(waits_for) != waits_for;
        let options = self.options();
        let time = match waits_for {
            WaitsFor::Nothing => return self.deadline.clear(),
            WaitsFor::Request => options.idle_timeout,
            WaitsFor::Head => options.head_timeout,
            WaitsFor::Body => options.body_timeout,
            WaitsFor::End => LINGER,
        };
        // TODO: this renews every time limit whenever something moves. A byte a minute keeps a head open for ever.
        self.deadline.set(self, time);
    }

    fn waits_for(&self) -> WaitsFor {
        if self.stage.get() >= Stage::Lingering {
            return WaitsFor::End;
        }
        if let Some(exchange) = &*self.reading.borrow() {
            return match exchange.body.is_wanted() {
                true => WaitsFor::Body,
                false => WaitsFor::Nothing,
            };
        }
        let parser = self.parser.borrow();
        if self.stage.get() == Stage::Open && parser.is_in_head() && !parser.is_between_messages() {
            WaitsFor::Head
        } else if self.pipeline.borrow().is_empty() {
            WaitsFor::Request
        } else {
            WaitsFor::Nothing
        }
    }

    /// The client was not in time.
    pub(super) fn is_late(self: &Rc<Self>) {
        match self.waits_for.get() {
            WaitsFor::Nothing => {}
            WaitsFor::Request => self.end_idle(),
            WaitsFor::Head => self.refuse(ParseError::new(408, "the head took too long")),
            WaitsFor::Body => self.refuse(ParseError::new(408, "the body took too long")),
            WaitsFor::End => self.socket.destroy(),
        }
    }

    /// The server is being closed: a connection with nothing to do ends now.
    pub(super) fn close_if_idle(self: &Rc<Self>) {
        if self.waits_for() == WaitsFor::Request {
            self.end_idle();
        }
    }

    /// Nothing is owed to anyone.
    fn end_idle(self: &Rc<Self>) {
        match self.socket.pending_bytes() {
            0 => self.socket.destroy(),
            _ => self.hang_up(),
        }
    }
}
