//! Where connections come in. All of it is given.
//!
//! The rule: a server that can take nobody stops asking. It never asks again and again.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::rc::{Rc, Weak};
use std::time::Duration;

use callbacks::Emitter;
use nonblocking_tcp::{TcpListener, TcpStream, out_of_descriptors};
use runtime::{
    Error, Interest, Result, Timeout, Watch, clear_timeout, next_tick, set_timeout, throw, watch,
};

use crate::backlog;
use crate::lookup::resolve;
use crate::socket::Socket;
use crate::target::{self, Target};
use crate::turn::after_drain;

/// How many connections are accepted in one turn at most. Others wait for the next one.
const BUDGET: usize = 64;

/// How long a server without a descriptor waits before it tries again, unless a connection of its own closes before.
const PAUSE: Duration = Duration::from_millis(100);

/// A server. Clones are the same one.
///
/// While it listens it keeps the program alive, also when no clone is left.
#[derive(Clone)]
pub struct Server {
    inner: Rc<Listening>,
}

type OnConnection = Rc<dyn Fn(Socket)>;
type OnClosed = Box<dyn FnOnce(Result<()>)>;

/// A server's insides, which its connections know, too: it counts them.
pub(crate) struct Listening {
    stage: RefCell<Stage>,
    /// Rises with each call of `listen` and `close`: an address that was looked up for an earlier one is not used.
    attempt: Cell<u64>,
    on_connection: RefCell<Option<OnConnection>>,
    on_error: Emitter<Error>,
    connections: Cell<usize>,
    max_connections: Cell<Option<usize>>,
    /// Who waits for the last connection to go.
    on_closed: RefCell<Vec<OnClosed>>,
    is_ref: Cell<bool>,
    kept: RefCell<Weak<Kept>>,
}

enum Stage {
    /// It does not listen.
    Idle,
    /// Its address is looked up.
    Starting,
    /// Connections come in.
    Open {
        listener: Rc<TcpListener>,
        watch: Watch,
        /// Set while no descriptor is left.
        pause: Option<Timeout>,
    },
    /// No connections come in any more. The last one is still to go.
    Closing,
}

/// A server whose connections go to `on_connection`. It does not listen yet.
pub fn create_server(on_connection: impl Fn(Socket) + 'static) -> Server {
    Server {
        inner: Rc::new(Listening {
            stage: RefCell::new(Stage::Idle),
            attempt: Cell::new(0),
            on_connection: RefCell::new(Some(Rc::new(on_connection))),
            on_error: Emitter::new(),
            connections: Cell::new(0),
            max_connections: Cell::new(None),
            on_closed: RefCell::default(),
            is_ref: Cell::new(true),
            kept: RefCell::default(),
        }),
    }
}

impl Server {
    /// Listens at `target`, and calls `on_listening` in a tick when it does. Port 0 lets the system choose a port, and
    /// [`local_addr`](Server::local_addr) says which. A name is resolved on the pool, and its first address counts.
    ///
    /// What goes wrong is told by [`on_error`](Server::on_error): `EADDRINUSE` and the like from `listen`, `ENOTFOUND`
    /// from `getaddrinfo`, `ERR_SERVER_ALREADY_LISTEN`. After an error you may try again; after a `close` that has
    /// succeeded, make a new server.
    pub fn listen(&self, target: impl Into<Target>, on_listening: impl FnOnce() + 'static) {
        let inner = Rc::clone(&self.inner);
        if let Some(error) = inner.refusal() {
            return next_tick(move || inner.tell_error(&error));
        }
        inner.stage.replace(Stage::Starting);
        let attempt = inner.next_attempt();
        resolve(target.into(), move |addresses| {
            if inner.attempt.get() == attempt {
                inner.start(addresses, on_listening);
            }
        });
    }

    /// Calls `listener` when something goes wrong that is no matter of a single connection. Without a listener it is
    /// an uncaught exception.
    pub fn on_error(&self, listener: impl Fn(&Error) + 'static) {
        self.inner.on_error.on(listener);
    }

    /// Accepts no more connections from now on. When the last one has gone, `callback` is called in a tick.
    ///
    /// The callback's error is `ERR_SERVER_NOT_RUNNING` if it did not listen.
    pub fn close(&self, callback: impl FnOnce(Result<()>) + 'static) {
        self.inner.close(Box::new(callback));
    }

    /// Where it listens. `None` when it does not, or not yet.
    pub fn local_addr(&self) -> Option<SocketAddr> {
        match &*self.inner.stage.borrow() {
            Stage::Open { listener, .. } => listener.local_addr().ok(),
            _ => None,
        }
    }

    /// Whether connections can come in.
    pub fn is_listening(&self) -> bool {
        matches!(*self.inner.stage.borrow(), Stage::Open { .. })
    }

    /// How many connections there are.
    pub fn connections(&self) -> usize {
        self.inner.connections.get()
    }

    /// From now on, a connection beyond so many is closed as soon as it is accepted.
    pub fn set_max_connections(&self, max: usize) {
        self.inner.max_connections.set(Some(max));
    }

    /// Lets the server keep the program alive while it listens, as it does from the start.
    pub fn ref_(&self) {
        self.inner.set_ref(true);
    }

    /// Lets the program end although the server listens. Its connections keep the program alive all the same.
    pub fn unref(&self) {
        self.inner.set_ref(false);
    }
}

impl Listening {
    /// Why it cannot begin to listen.
    fn refusal(&self) -> Option<Error> {
        if self.on_connection.borrow().is_none() {
            let text = "A server that was closed does not listen again.";
            return Some(Error::new("ERR_SERVER_NOT_RUNNING", text));
        }
        if matches!(*self.stage.borrow(), Stage::Idle) {
            return None;
        }
        let text = "Listen method has been called more than once without closing.";
        Some(Error::new("ERR_SERVER_ALREADY_LISTEN", text))
    }

    fn next_attempt(&self) -> u64 {
        self.attempt.set(self.attempt.get() + 1);
        self.attempt.get()
    }

    /// The address is known, or it is not.
    fn start(
        self: &Rc<Self>,
        addresses: Result<Vec<SocketAddr>>,
        on_listening: impl FnOnce() + 'static,
    ) {
        let started = addresses.and_then(|addresses| {
            let address = addresses[0];
            self.open(address)
                .map_err(|error| Error::from_io(&error, "listen").with_host(target::text(address)))
        });
        let own = Rc::clone(self);
        match started {
            Ok(()) => next_tick(move || {
                if matches!(*own.stage.borrow(), Stage::Open { .. }) {
                    on_listening();
                }
            }),
            Err(error) => {
                self.stage.replace(Stage::Idle);
                next_tick(move || own.tell_error(&error));
            }
        }
    }

    fn open(self: &Rc<Self>, address: SocketAddr) -> io::Result<()> {
        let listener = Rc::new(TcpListener::bind(address)?);
        backlog::raise(&listener);
        let kept = Rc::new(Kept(Rc::clone(self)));
        self.kept.replace(Rc::downgrade(&kept));
        let watch = watch(Rc::clone(&listener), Interest::READABLE, move |_| {
            kept.0.accept(BUDGET);
        })?;
        if !self.is_ref.get() {
            watch.unref();
        }
        self.stage.replace(Stage::Open {
            listener,
            watch,
            pause: None,
        });
        Ok(())
    }

    /// Takes one connection in. If there was one, goes on after its ticks and microtasks, until `left` are in.
    fn accept(self: &Rc<Self>, left: usize) {
        let accepted = match &*self.stage.borrow() {
            Stage::Open { listener, .. } => listener.accept(),
            _ => return,
        };
        match accepted {
            Ok((stream, _)) => {
                self.take_in(stream);
                if left > 1 {
                    let own = Rc::clone(self);
                    after_drain(move || own.accept(left - 1));
                }
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(error) if out_of_descriptors(&error) => self.pause(),
            Err(error) => self.tell_error(&Error::from_socket(&error, "accept")),
        }
    }

    /// Makes a socket of a new connection, and tells of it. A connection too many is closed.
    fn take_in(self: &Rc<Self>, stream: TcpStream) {
        let max = self.max_connections.get();
        if max.is_some_and(|max| self.connections.get() >= max) {
            return;
        }
        let Some(kept) = self.kept.borrow().upgrade() else {
            return;
        };
        match Socket::accepted(stream, kept) {
            Ok(socket) => {
                self.connections.set(self.connections.get() + 1);
                let on_connection = self.on_connection.borrow().clone();
                if let Some(on_connection) = on_connection {
                    on_connection(socket);
                }
            }
            Err(error) => self.tell_error(&Error::from_socket(&error, "accept")),
        }
    }

    /// No descriptor is left. The connection waits in the kernel, and the listener stays readable: so this stops asking
    /// for a while.
    fn pause(self: &Rc<Self>) {
        if let Stage::Open { watch, pause, .. } = &mut *self.stage.borrow_mut() {
            let own = Rc::downgrade(self);
            let resume = move || {
                if let Some(own) = own.upgrade() {
                    own.resume();
                }
            };
            // If this fails, the next turn fails to accept and tries it once more.
            let _ = watch.set_interest(Interest::NONE);
            *pause = Some(set_timeout(resume, PAUSE).unref());
        }
    }

    fn resume(&self) {
        if let Stage::Open { watch, pause, .. } = &mut *self.stage.borrow_mut()
            && let Some(timeout) = pause.take()
        {
            clear_timeout(timeout);
            // The kernel knows the listener, and a change of its interest needs no memory.
            let _ = watch.set_interest(Interest::READABLE);
        }
    }

    /// A connection has gone. A descriptor is free, and perhaps it was the last one that `close` waits for.
    pub(crate) fn gone(self: &Rc<Self>) {
        self.connections.set(self.connections.get() - 1);
        self.resume();
        self.tell_closed_if_over();
    }

    fn close(self: &Rc<Self>, callback: OnClosed) {
        self.next_attempt();
        let before = self.stage.replace(Stage::Closing);
        match before {
            Stage::Open { watch, pause, .. } => {
                self.on_closed.borrow_mut().push(callback);
                // The watch has the runtime's share of this server. Here it goes on to the connections, or to a tick.
                let kept = self.kept.borrow().upgrade();
                watch.close();
                if let Some(timeout) = pause {
                    clear_timeout(timeout);
                }
                self.tell_closed_if_over();
                drop(kept);
            }
            Stage::Closing => {
                let callback = Box::new(|_| callback(Err(not_running())));
                self.on_closed.borrow_mut().push(callback);
            }
            Stage::Idle | Stage::Starting => {
                self.stage.replace(Stage::Idle);
                next_tick(|| callback(Err(not_running())));
            }
        }
    }

    fn tell_closed_if_over(self: &Rc<Self>) {
        let is_closing = matches!(*self.stage.borrow(), Stage::Closing);
        if is_closing && self.connections.get() == 0 {
            let kept = self.kept.borrow().upgrade();
            next_tick(move || {
                if let Some(kept) = kept {
                    kept.0.tell_closed();
                }
            });
        }
    }

    fn tell_closed(&self) {
        self.stage.replace(Stage::Idle);
        let on_connection = self.on_connection.take();
        drop(on_connection);
        for callback in self.on_closed.take() {
            callback(Ok(()));
        }
    }

    fn tell_error(&self, error: &Error) {
        if !self.on_error.emit(error) {
            throw(error.to_string());
        }
    }

    fn set_ref(&self, is_ref: bool) {
        self.is_ref.set(is_ref);
        if let Stage::Open { watch, .. } = &*self.stage.borrow() {
            if is_ref {
                watch.ref_();
            } else {
                watch.unref();
            }
        }
    }
}

fn not_running() -> Error {
    Error::new("ERR_SERVER_NOT_RUNNING", "Server is not running.")
}

/// The runtime's share of a server that listens, as a socket has one. The watch holds it, and so does each connection.
/// When the last one is dropped, `close` was told, or the program has ended in the middle.
pub(crate) struct Kept(Rc<Listening>);

impl Kept {
    pub(crate) fn server(&self) -> &Rc<Listening> {
        &self.0
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        let inner = &self.0;
        inner.next_attempt();
        // Each is taken out first and dropped afterwards, when nothing is borrowed any more.
        let stage = inner.stage.replace(Stage::Idle);
        if let Stage::Open { watch, .. } = stage {
            watch.close();
        }
        let on_connection = inner.on_connection.take();
        drop(on_connection);
        inner.on_error.remove_all();
        let on_closed = inner.on_closed.take();
        drop(on_closed);
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server")
            .field("local_addr", &self.local_addr())
            .field("connections", &self.connections())
            .finish_non_exhaustive()
    }
}
