//! The server: who listens, and who is connected. All of it is given.

mod connection;
mod exchange;
mod options;
mod patience;
mod pipeline;
mod reading;
mod reply;
mod request;
mod response;
mod sending;
mod unread;

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::net::SocketAddr;
use std::rc::{Rc, Weak};

use net_module::Target;
use runtime::{Error, Result};

use connection::Connection;
pub use options::ServerOptions;
pub use patience::{Time, WaitsFor};
pub use pipeline::{Pipeline, Turn};
pub use request::Request;
pub use response::Response;
pub use unread::{Rest, Unread};

type ConnectionId = u64;

/// What all connections of a server use.
struct Shared {
    handler: Box<dyn Fn(Request, Response)>,
    options: Cell<ServerOptions>,
    is_closing: Cell<bool>,
    /// They belong to their sockets.
    connections: RefCell<HashMap<ConnectionId, Weak<Connection>>>,
    /// The id that was given last.
    last: Cell<ConnectionId>,
}

impl Shared {
    fn remove(&self, id: ConnectionId) {
        let mut connections = self.connections.borrow_mut();
        connections.remove(&id);
        if connections.is_empty() {
            connections.shrink_to_fit();
        }
    }
}

/// A server, as [`create_server`] made it. Clones name the same one.
#[derive(Clone)]
pub struct Server {
    server: net_module::Server,
    shared: Rc<Shared>,
}

/// Makes a server that calls `handler` for each request, as soon as its head is there. It serves nobody until it
/// listens.
pub fn create_server(handler: impl Fn(Request, Response) + 'static) -> Server {
    let shared = Rc::new(Shared {
        handler: Box::new(handler),
        options: Cell::default(),
        is_closing: Cell::new(false),
        connections: RefCell::default(),
        last: Cell::new(0),
    });
    let of_connections = Rc::clone(&shared);
    let server = net_module::create_server(move |socket| {
        socket.set_no_delay(true);
        let shared = &of_connections;
        let id = shared.last.get() + 1;
        shared.last.set(id);
        let connection = Connection::start(socket, id, Rc::clone(shared));
        let connection = Rc::downgrade(&connection);
        shared.connections.borrow_mut().insert(id, connection);
    });
    Server { server, shared }
}

impl Server {
    /// Listens, and calls `listening` when it does: `server.listen(("127.0.0.1", 8080), || ...)`.
    pub fn listen(&self, target: impl Into<Target>, listening: impl FnOnce() + 'static) {
        self.server.listen(target, listening);
    }

    /// Calls `listener` when the server cannot listen.
    pub fn on_error(&self, listener: impl Fn(&Error) + 'static) {
        self.server.on_error(listener);
    }

    /// Where it listens. `None` when it does not.
    pub fn local_addr(&self) -> Option<SocketAddr> {
        self.server.local_addr()
    }

    /// Sets the limits. On connections that are there already, the limits of messages stay as they were.
    pub fn set_options(&self, options: ServerOptions) {
        self.shared.options.set(options);
    }

    /// How many connections there are.
    pub fn connections(&self) -> usize {
        self.shared.connections.borrow().len()
    }

    /// Takes no further connections. Those with nothing to do end now, the others with the reply that they are about.
    /// Calls `closed` when none is left.
    pub fn close(&self, closed: impl FnOnce(Result<()>) + 'static) {
        self.shared.is_closing.set(true);
        self.server.close(closed);
        let connections: Vec<_> = self.shared.connections.borrow().values().cloned().collect();
        for connection in connections.iter().filter_map(Weak::upgrade) {
            connection.close_if_idle();
        }
    }

    /// Lets the server keep the program alive, as it does from the start. (`ref` is a keyword.)
    pub fn ref_(&self) {
        self.server.ref_();
    }

    /// Lets the program end although the server listens.
    pub fn unref(&self) {
        self.server.unref();
    }
}
