//! How long a client may take.
//!
//! The rule: time runs only while the client owes us something. While a handler makes a reply, it may take hours.

use std::rc::Rc;
use std::time::Duration;

use super::connection::{Connection, Stage};
use super::options::ServerOptions;
use crate::parser::ParseError;

/// What the client owes us, for which it has some time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WaitsFor {
    /// Nothing: it is the handler that we wait for.
    Nothing,
    /// The first byte of a request.
    Request,
    /// The end of a head that has begun.
    Head,
    /// More of a body.
    Body,
    /// Its end of the connection. Ours was sent.
    End,
}

/// What becomes of the time that a client has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Time {
    /// It has all the time in the world.
    Stops,
    /// The time that runs goes on.
    GoesOn,
    /// It has so long from now.
    Begins(Duration),
}

impl WaitsFor {
    /// Something came, or went out. Until now the client owed us `before`, and now it owes us `self`.
    ///
    /// A time begins when the client begins to owe us something else. Only that for a body begins anew with each piece.
    /// The time for a head counts from its first byte, and that for its end from ours: nothing that comes renews them.
    pub fn time(self, before: WaitsFor, options: &ServerOptions) -> Time {
        // TODO: this renews every limit whenever something moves. A byte a minute keeps a head open for ever.
        self.limit(options).map_or(Time::Stops, Time::Begins)
    }

    /// How long the client has for it.
    fn limit(self, options: &ServerOptions) -> Option<Duration> {
        match self {
            WaitsFor::Nothing => None,
            WaitsFor::Request => Some(options.idle_timeout),
            WaitsFor::Head => Some(options.head_timeout),
            WaitsFor::Body => Some(options.body_timeout),
            WaitsFor::End => Some(options.linger_timeout),
        }
    }
}

impl Connection {
    /// Something came, or went out: decides what the client owes us now, and how long it has.
    pub(super) fn set_deadline(self: &Rc<Self>) {
        let now = self.waits_for();
        let before = self.waits_for.replace(now);
        match now.time(before, &self.options()) {
            Time::Stops => self.deadline.clear(),
            Time::GoesOn => {}
            Time::Begins(limit) => self.deadline.set(self, limit),
        }
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
