//! One connection of a server: bytes come in, requests go to the handler, replies go out.
//!
//! This file is what a connection consists of. `reading.rs` has the way in, `sending.rs` the way out, and `patience.rs`
//! the time. All of it is given, but for a piece of the last.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use net_module::Socket;

use super::exchange::Exchange;
use super::options::ServerOptions;
use super::patience::WaitsFor;
use super::pipeline::Pipeline;
use super::{ConnectionId, Shared};
use crate::message::Deadline;
use crate::parser::Parser;

pub(crate) struct Connection {
    pub(super) socket: Socket,
    id: ConnectionId,
    pub(super) server: Rc<Shared>,
    pub(super) parser: RefCell<Parser>,
    /// What was read and could not be used.
    pub(super) rest: RefCell<Vec<u8>>,
    /// The replies that are owed. `None` is the reply to what was no request.
    pub(super) pipeline: RefCell<Pipeline<Option<Rc<Exchange>>>>,
    /// The exchange whose body is under way.
    pub(super) reading: RefCell<Option<Rc<Exchange>>>,
    /// How much of that body was skipped.
    pub(super) skipped: Cell<u64>,
    /// What is to be written to the socket.
    pub(super) out: RefCell<Vec<u8>>,
    pub(super) stage: Cell<Stage>,
    /// Whether requests are being read, so that their replies wait for each other.
    pub(super) is_pumping: Cell<bool>,
    /// Whether a tick is set that will read on.
    pub(super) will_pump: Cell<bool>,
    /// Whether the socket has said "wait for drain".
    pub(super) is_full: Cell<bool>,
    pub(super) is_paused: Cell<bool>,
    pub(super) has_peer_ended: Cell<bool>,
    pub(super) waits_for: Cell<WaitsFor>,
    pub(super) deadline: Deadline<Connection>,
}

/// How far the connection is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Stage {
    /// Requests may come.
    Open,
    /// There will be no further request. Replies are owed.
    LastReplies,
    /// All is said. What still comes is thrown away.
    Lingering,
    /// The socket is gone.
    Closed,
}

impl Connection {
    /// Serves a client.
    pub(super) fn start(socket: Socket, id: ConnectionId, server: Rc<Shared>) -> Rc<Connection> {
        let connection = Rc::new(Connection {
            id,
            parser: RefCell::new(Parser::request(server.options.get().limits)),
            server,
            rest: RefCell::default(),
            pipeline: RefCell::default(),
            reading: RefCell::default(),
            skipped: Cell::new(0),
            out: RefCell::default(),
            stage: Cell::new(Stage::Open),
            is_pumping: Cell::new(false),
            will_pump: Cell::new(false),
            is_full: Cell::new(false),
            is_paused: Cell::new(false),
            has_peer_ended: Cell::new(false),
            waits_for: Cell::new(WaitsFor::Nothing),
            deadline: Deadline::new(|owner: &Connection| &owner.deadline, Connection::is_late),
            socket,
        });
        connection.listen();
        connection.set_deadline();
        connection
    }

    fn listen(self: &Rc<Self>) {
        let socket = &self.socket;
        // The client's end is not ours: replies may be owed.
        socket.set_allow_half_open(true);
        let connection = Rc::clone(self);
        socket.on_data(move |bytes| connection.data(bytes));
        let connection = Rc::clone(self);
        socket.on_end(move || {
            connection.has_peer_ended.set(true);
            connection.look_at_end();
        });
        let connection = Rc::clone(self);
        socket.on_drain(move || {
            connection.is_full.set(false);
            connection.drain();
            connection.wake();
        });
        // What broke does not matter to an exchange. That it is over, it hears from the close.
        socket.on_error(|_| {});
        let share = SocketsShare(Rc::clone(self));
        socket.on_close(move |_| share.0.closed());
    }

    pub(super) fn options(&self) -> ServerOptions {
        self.server.options.get()
    }

    pub(super) fn is_closed(&self) -> bool {
        self.stage.get() >= Stage::Lingering
    }

    /// Whether the reply that is being made should say that it is the last one.
    pub(super) fn is_ending(&self) -> bool {
        self.server.is_closing.get()
    }

    /// How much of the body that is under way is to come.
    pub(super) fn left_of_body(&self) -> Option<u64> {
        self.parser.borrow().left()
    }

    fn closed(self: &Rc<Self>) {
        self.stage.set(Stage::Closed);
        self.deadline.stop();
        if let Some(exchange) = self.reading.take() {
            exchange.abort();
        }
        self.abandon();
        self.rest.take();
        self.server.remove(self.id);
    }
}

/// The socket's share of a connection, which lives as long as the socket's listeners.
///
/// A program may end in the middle. Then nobody hears of a close, and the exchanges, which hold their connection, must
/// be let go all the same.
struct SocketsShare(Rc<Connection>);

impl Drop for SocketsShare {
    fn drop(&mut self) {
        let connection = &self.0;
        connection.deadline.stop();
        let reading = connection.reading.take();
        let owed = connection.pipeline.borrow_mut().clear();
        for exchange in owed.into_iter().flatten().chain(reading) {
            exchange.forget();
        }
    }
}
