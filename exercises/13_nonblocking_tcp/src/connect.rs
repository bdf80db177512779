//! A connect in two steps: `start` asks, `result` says what became of it. Between them lies a round trip to the
//! peer, and the thread does something else.

use std::io;
use std::net::{self, SocketAddr};

use crate::{SockAddr, system};

/// What a connect asks of a socket. Each method is one system call, so the tests can count and script them.
pub trait Connect {
    /// Asks for a connection to `to`. `connect(2)`
    ///
    /// # Errors
    ///
    /// [`IN_PROGRESS`](crate::IN_PROGRESS) when it has begun and the answer is to come. `Interrupted` when a
    /// signal came while the kernel began: POSIX has it go on all the same. Everything else is a refusal.
    fn connect(&self, to: SocketAddr) -> io::Result<()>;

    /// Takes the socket's error out of the socket. The next call says `None`, on Windows perhaps the same again.
    /// `getsockopt(2)`, `SO_ERROR`
    ///
    /// # Errors
    ///
    /// The OS error of the question itself.
    fn take_error(&self) -> io::Result<Option<io::Error>>;

    /// The address at the other end. `getpeername(2)`
    ///
    /// # Errors
    ///
    /// `NotConnected` when there is no other end, be it not yet or no longer.
    fn peer_addr(&self) -> io::Result<SocketAddr>;

    /// The address at this end. `getsockname(2)`
    ///
    /// # Errors
    ///
    /// The OS error.
    fn local_addr(&self) -> io::Result<SocketAddr>;
}

impl Connect for net::TcpStream {
    fn connect(&self, to: SocketAddr) -> io::Result<()> {
        system::connect(self, &SockAddr::new(to))
    }

    fn take_error(&self) -> io::Result<Option<io::Error>> {
        net::TcpStream::take_error(self)
    }

    fn peer_addr(&self) -> io::Result<SocketAddr> {
        net::TcpStream::peer_addr(self)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        net::TcpStream::local_addr(self)
    }
}

/// Begins to connect `socket` to `to`, with one `connect` and no second one. `Ok` means that there will be a
/// result, or that it is there already; [`result`] says which.
///
/// # Errors
///
/// What the kernel knows at once, for example that there is no way to that network.
pub fn start(socket: &impl Connect, to: SocketAddr) -> io::Result<()> {
    // TODO: ask once, and tell a beginning from a refusal.
    todo!("begin to connect to {to}")
}

/// Looks once at what became of a connect that [`start`] began. `None` means that it is still under way.
///
/// An error of the socket counts for more than everything else, and is given to the caller, because no later
/// call will find it again. Without one, a socket that has a peer is connected. To be asked once more after a
/// result would be a mistake of the caller.
///
/// A socket that has itself for its peer is an error of the kind `ConnectionRefused`. When nobody listens on a
/// port that the kernel gives to clients, it may give that very port to this client, and TCP lets the two
/// ends of one socket meet.
pub fn result(socket: &impl Connect) -> Option<io::Result<()>> {
    // TODO: the socket's error, the peer's address, and whether that is our own.
    todo!("what became of the connect?")
}
