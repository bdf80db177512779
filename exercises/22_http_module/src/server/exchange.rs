//! One request and its reply. All of it is given.

use std::cell::{Cell, OnceCell, RefCell};
use std::rc::Rc;

use callbacks::Emitter;
use runtime::{Error, next_tick};

use super::connection::Connection;
use super::pipeline::Turn;
use super::unread::{Rest, Unread};
use crate::message::{Body, Fields, Outgoing};
use crate::parser::Head;

/// What [`Request`](super::Request) and [`Response`](super::Response) have in common.
pub(crate) struct Exchange {
    pub(super) connection: Rc<Connection>,
    /// Whose turn it is to reply.
    pub(super) turn: Turn,
    pub(super) head: Head,
    pub(super) body: Rc<Body>,
    pub(super) status: Cell<u16>,
    pub(super) fields: RefCell<Fields>,
    /// How far the reply is.
    pub(super) outgoing: Cell<Outgoing>,
    /// Whether the connection ends with this reply.
    pub(super) closes: Cell<bool>,
    /// Whether the client waits for a `100 Continue`.
    awaits_continue: Cell<bool>,
    /// Whether a write has said "wait for drain".
    pub(super) needs_drain: Cell<bool>,
    is_closed: Cell<bool>,
    listeners: OnceCell<Box<Listeners>>,
}

#[derive(Default)]
struct Listeners {
    drain: Emitter<()>,
    close: Emitter<()>,
}

impl Exchange {
    pub(super) fn new(connection: &Rc<Connection>, turn: Turn, head: Head) -> Exchange {
        Exchange {
            connection: Rc::clone(connection),
            turn,
            body: Rc::new(Body::new()),
            status: Cell::new(200),
            fields: RefCell::default(),
            outgoing: Cell::new(Outgoing::Head),
            closes: Cell::new(!head.keep_alive()),
            awaits_continue: Cell::new(head.expects_continue()),
            needs_drain: Cell::new(false),
            is_closed: Cell::new(false),
            listeners: OnceCell::new(),
            head,
        }
    }

    pub(super) fn on_drain(&self, listener: impl Fn() + 'static) {
        let listeners = self.listeners.get_or_init(Box::default);
        listeners.drain.on(move |()| listener());
    }

    pub(super) fn on_close(&self, listener: impl Fn() + 'static) {
        let listeners = self.listeners.get_or_init(Box::default);
        listeners.close.on(move |()| listener());
    }

    /// Lets the request's body flow, from the next tick on. A client that waits for leave to send it gets that.
    pub(super) fn read_body(exchange: &Rc<Exchange>) {
        if exchange.awaits_continue.replace(false) && exchange.outgoing.get() == Outgoing::Head {
            exchange
                .connection
                .append(exchange.turn, b"HTTP/1.1 100 Continue\r\n\r\n");
        }
        let connection = Rc::clone(&exchange.connection);
        exchange.body.resume(move || {
            connection.set_deadline();
            connection.wake();
        });
    }

    /// What is to be done with what nobody reads of the body. A body that somebody reads is left to them.
    pub(super) fn rest_of_body(&self) -> Rest {
        if self.body.is_wanted() && !self.body.is_skipping() || self.body.is_about_to_flow() {
            return Rest::Skip;
        }
        let unread = Unread {
            is_complete: self.body.is_complete(),
            left: self.connection.left_of_body(),
            awaits_continue: self.awaits_continue.get(),
            skipped: self.connection.skipped.get(),
        };
        unread.rest(self.connection.options().skipped)
    }

    /// The reply has gone out, or will never go: tells the listeners, once, in a tick.
    pub(super) fn close(self: &Rc<Self>) {
        self.outgoing.set(Outgoing::Done);
        if self.is_closed.replace(true) {
            return;
        }
        if self.listeners.get().is_some() || self.body.has_listeners() {
            let exchange = Rc::clone(self);
            next_tick(move || exchange.tell_close());
        }
    }

    fn tell_close(self: &Rc<Self>) {
        if let Some(listeners) = self.listeners.get() {
            listeners.close.emit(&());
            self.forget_listeners();
        }
        // A handler may go on reading after it has replied. What is told of the end by then comes before the close.
        if self.body.is_complete() || self.connection.is_closed() {
            let exchange = Rc::clone(self);
            next_tick(move || exchange.body.close());
        }
    }

    /// Drops the listeners of the reply. What they captured may hold this exchange.
    fn forget_listeners(&self) {
        if let Some(listeners) = self.listeners.get() {
            listeners.close.remove_all();
            listeners.drain.remove_all();
        }
    }

    /// The program has ended in the middle: drops all listeners, and calls none.
    pub(super) fn forget(&self) {
        self.forget_listeners();
        self.body.forget();
    }

    /// All of the request has come.
    pub(super) fn complete(self: &Rc<Self>) {
        self.body.complete();
        if self.is_closed.get() && self.body.has_listeners() {
            let exchange = Rc::clone(self);
            next_tick(move || exchange.body.close());
        }
    }

    /// The connection is gone, and this exchange was not over.
    pub(super) fn abort(self: &Rc<Self>) {
        self.lose_body();
        self.close();
    }

    /// What has not come of the body will not be read any more.
    pub(super) fn lose_body(&self) {
        self.body.fail(&Error::new("ECONNRESET", "aborted"));
    }

    /// There is room again.
    pub(super) fn drain(&self) {
        if self.needs_drain.replace(false)
            && let Some(listeners) = self.listeners.get()
        {
            listeners.drain.emit(&());
        }
    }
}
