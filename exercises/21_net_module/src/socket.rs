//! What a program sees of a socket, and what a socket is made of. All of it is given.
//!
//! The rule: each method changes the state a little and comes back. Nothing of the program's is called before it
//! has returned.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::rc::{Rc, Weak};
use std::time::Duration;

use nonblocking_tcp::TcpStream;
use runtime::{Error, Interest, Result, Watch};

use crate::close::Kept;
use crate::handle::Handle;
use crate::idle::Idle;
use crate::listeners::{Listener, Listeners};
use crate::lookup::resolve;
use crate::server;
use crate::target::Target;
use crate::write::Output;

/// One end of a TCP connection. Clones are the same socket.
///
/// It keeps the program alive until it is closed, also when no clone is left. Listeners are called on the loop's
/// thread; they may do anything with the socket, also destroy it. When it has closed they are dropped.
#[derive(Clone)]
pub struct Socket {
    pub(crate) inner: Rc<Inner>,
}

/// What a socket can still do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// The host's name is looked up, or an address is tried. What is written waits.
    Connecting,
    /// There is a connection. Each direction may have ended.
    Open,
    /// It is over. `close` is to come, or was told.
    Destroyed,
}

/// Whether the program wants data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flow {
    /// Nobody has listened for data yet. The first listener lets it flow.
    NotYet,
    /// Data goes to the listeners. If there is none, it is thrown away.
    Flowing,
    /// The program wants none until it says so.
    Paused,
}

pub(crate) struct Inner {
    pub(crate) stage: Cell<Stage>,
    pub(crate) flow: Cell<Flow>,
    /// A read found the end of the stream.
    pub(crate) peer_ended: Cell<bool>,
    /// The listeners of `end` have heard of it.
    pub(crate) end_told: Cell<bool>,
    /// `end` was called, by the program or because the peer has ended.
    pub(crate) is_ending: Cell<bool>,
    /// All that was written is on its way, and FIN behind it.
    pub(crate) is_shut: Cell<bool>,
    pub(crate) allows_half_open: Cell<bool>,
    pub(crate) no_delay: Cell<bool>,
    pub(crate) is_ref: Cell<bool>,
    pub(crate) bytes_read: Cell<u64>,
    /// Read while nobody wanted it: at most one piece.
    pub(crate) ahead: RefCell<Vec<u8>>,
    pub(crate) output: RefCell<Output>,
    /// `None` before there is an address to try, and when the socket is destroyed.
    pub(crate) handle: RefCell<Option<Rc<Handle>>>,
    pub(crate) watch: Cell<Option<Watch>>,
    /// What the watch was told to look for.
    pub(crate) told: Cell<Interest>,
    /// The addresses that were not tried yet.
    pub(crate) addresses: RefCell<VecDeque<SocketAddr>>,
    /// The one that is tried.
    pub(crate) trying: Cell<Option<SocketAddr>>,
    /// Why the first address was of no use; once the socket is destroyed, why.
    pub(crate) error: RefCell<Option<Error>>,
    pub(crate) listeners: Listeners,
    pub(crate) idle: Idle,
    /// Who counts this connection.
    pub(crate) server: RefCell<Option<Rc<server::Kept>>>,
    pub(crate) kept: RefCell<Weak<Kept>>,
}

/// Begins a connection, and returns the socket at once.
///
/// A host's name is resolved on the pool. All addresses are tried, one after the other; when none is of use, the
/// error is the one of the first.
pub fn connect(target: impl Into<Target>) -> Socket {
    let socket = Socket::new(Stage::Connecting);
    let kept = socket.inner.keep();
    resolve(target.into(), move |addresses| {
        kept.socket().try_all(addresses)
    });
    socket
}

impl Socket {
    fn new(stage: Stage) -> Socket {
        let inner = Inner {
            stage: Cell::new(stage),
            flow: Cell::new(Flow::NotYet),
            peer_ended: Cell::new(false),
            end_told: Cell::new(false),
            is_ending: Cell::new(false),
            is_shut: Cell::new(false),
            allows_half_open: Cell::new(false),
            no_delay: Cell::new(false),
            is_ref: Cell::new(true),
            bytes_read: Cell::new(0),
            ahead: RefCell::default(),
            output: RefCell::default(),
            handle: RefCell::default(),
            watch: Cell::new(None),
            told: Cell::new(Interest::NONE),
            addresses: RefCell::default(),
            trying: Cell::default(),
            error: RefCell::default(),
            listeners: Listeners::default(),
            idle: Idle::default(),
            server: RefCell::default(),
            kept: RefCell::default(),
        };
        Socket {
            inner: Rc::new(inner),
        }
    }

    /// The socket of a connection that `server` has accepted.
    ///
    /// # Errors
    ///
    /// The OS error, when the system cannot watch it.
    pub(crate) fn accepted(stream: TcpStream, server: Rc<server::Kept>) -> io::Result<Socket> {
        let socket = Socket::new(Stage::Open);
        socket.inner.begin(stream, Interest::READABLE)?;
        socket.inner.server.replace(Some(server));
        Ok(socket)
    }

    /// Calls `listener` when the connection is made.
    pub fn on_connect(&self, listener: impl FnOnce() + 'static) -> Listener {
        self.inner.listeners.on_connect(listener)
    }

    /// Calls `listener` with each piece of data. The first listener lets the data flow, unless the socket is paused.
    pub fn on_data(&self, listener: impl Fn(&[u8]) + 'static) -> Listener {
        let id = self.inner.listeners.on_data(listener);
        if self.inner.flow.get() == Flow::NotYet {
            self.inner.resume();
        }
        id
    }

    /// Calls `listener` when the peer has ended its direction, and all data was told.
    pub fn on_end(&self, listener: impl FnOnce() + 'static) -> Listener {
        self.inner.listeners.on_end(listener)
    }

    /// Calls `listener` when it is time to write again: `write` has returned false, and now the kernel has taken
    /// all that was written.
    pub fn on_drain(&self, listener: impl Fn() + 'static) -> Listener {
        self.inner.listeners.on_drain(listener)
    }

    /// Calls `listener` with the error that has ended the connection. Without a listener the error is an uncaught
    /// exception.
    pub fn on_error(&self, listener: impl FnOnce(&Error) + 'static) -> Listener {
        self.inner.listeners.on_error(listener)
    }

    /// Calls `listener` when all is over, in the close phase. The argument says whether there was an error.
    pub fn on_close(&self, listener: impl FnOnce(bool) + 'static) -> Listener {
        self.inner.listeners.on_close(listener)
    }

    /// Takes a listener off. False when it is not there: it was taken off before, or it was called for the only
    /// time.
    pub fn off(&self, listener: Listener) -> bool {
        self.inner.listeners.off(listener)
    }

    /// Sends `bytes` after those that were written before. False asks you to wait for `drain` before you write more:
    /// the kernel takes no more at present, and 16 KiB or more wait. They are sent all the same.
    ///
    /// After `end` this is an error, which destroys the socket: `EPIPE` if the peer had ended the connection, else
    /// `ERR_STREAM_WRITE_AFTER_END`. On a socket that is destroyed it does nothing.
    pub fn write(&self, bytes: &[u8]) -> bool {
        self.inner.write(bytes, None)
    }

    /// The same, and calls `callback` when the kernel has taken the bytes, or when it is clear that it will not.
    pub fn write_then(&self, bytes: &[u8], callback: impl FnOnce(Result<()>) + 'static) -> bool {
        self.inner.write(bytes, Some(Box::new(callback)))
    }

    /// Ends our direction, after all that was written. The peer may go on sending. The second time does nothing.
    pub fn end(&self) {
        self.inner.end();
    }

    /// Writes `bytes` and ends.
    pub fn end_with(&self, bytes: &[u8]) {
        self.write(bytes);
        self.end();
    }

    /// Closes the connection at once. What was not sent is lost, and no listener is called any more but those of
    /// `close`. The second time does nothing.
    pub fn destroy(&self) {
        self.inner.destroy(None);
    }

    /// The same, because of `error`: its listeners hear of it in a tick.
    pub fn destroy_with(&self, error: Error) {
        self.inner.destroy(Some(error));
    }

    /// Whether it is destroyed. Then `close` is to come, or was told.
    pub fn is_destroyed(&self) -> bool {
        self.inner.is_destroyed()
    }

    /// Whether something may still be written: neither `end` was called nor is the socket destroyed.
    pub fn is_writable(&self) -> bool {
        !self.inner.is_ending.get() && !self.is_destroyed()
    }

    /// Tells no data from now on. At most one piece more is read, and kept; then the kernel's buffers fill up, and
    /// the peer has to wait.
    pub fn pause(&self) {
        self.inner.flow.set(Flow::Paused);
    }

    /// Lets the data flow. Without a listener it is thrown away.
    pub fn resume(&self) {
        self.inner.resume();
    }

    /// Whether `pause` was called, and not `resume` after it.
    pub fn is_paused(&self) -> bool {
        self.inner.flow.get() == Flow::Paused
    }

    /// Calls `callback` once, when nothing was sent and nothing came for `delay`. The socket stays open: destroy it,
    /// if that is what you want. Takes the place of an earlier one. A `delay` of zero only takes that away.
    pub fn set_timeout(&self, delay: Duration, callback: impl FnOnce() + 'static) {
        self.inner.set_idle(delay, callback);
    }

    /// Whether small writes go out at once (`true`), or may wait for the answer to earlier ones. `TCP_NODELAY`
    pub fn set_no_delay(&self, on: bool) {
        self.inner.set_no_delay(on);
    }

    /// Whether our direction stays open when the peer has ended its own. At first it does not: `end` is called by
    /// itself, in the tick after the listeners of `end`.
    pub fn set_allow_half_open(&self, on: bool) {
        self.inner.allows_half_open.set(on);
    }

    /// Lets the socket keep the program alive, as it does from the start.
    pub fn ref_(&self) {
        self.inner.set_ref(true);
    }

    /// Lets the program end although the socket is open. (The look-up of a name keeps it alive all the same.)
    pub fn unref(&self) {
        self.inner.set_ref(false);
    }

    /// The address at the other end, while there is a connection.
    pub fn remote_addr(&self) -> Option<SocketAddr> {
        self.inner.with_handle(|handle| handle.peer_addr().ok())?
    }

    /// The address at this end, while there is a connection.
    pub fn local_addr(&self) -> Option<SocketAddr> {
        self.inner.with_handle(|handle| handle.local_addr().ok())?
    }

    /// How many bytes came.
    pub fn bytes_read(&self) -> u64 {
        self.inner.bytes_read.get()
    }

    /// How many bytes were written, those that wait included.
    pub fn bytes_written(&self) -> u64 {
        self.inner.output.borrow().given()
    }

    /// How many bytes wait for the kernel to take them.
    pub fn pending_bytes(&self) -> usize {
        self.inner.output.borrow().pending()
    }
}

impl fmt::Debug for Socket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Socket")
            .field("stage", &self.inner.stage.get())
            .field("flow", &self.inner.flow.get())
            .finish_non_exhaustive()
    }
}
