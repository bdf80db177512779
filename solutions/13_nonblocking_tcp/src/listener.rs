//! Where connections come in.

use std::io;
use std::net::{self, SocketAddr};
#[cfg(unix)]
use std::os::fd::{AsFd, BorrowedFd};
#[cfg(windows)]
use std::os::windows::io::{AsSocket, BorrowedSocket};

use crate::{TcpStream, system};

/// A socket to which others connect. Accepting never waits: it says `WouldBlock`.
#[derive(Debug)]
pub struct TcpListener {
    socket: net::TcpListener,
}

impl TcpListener {
    /// Listens at `address`; port 0 lets the system choose a free one. `socket(2)`, `bind(2)`, `listen(2)`
    ///
    /// # Errors
    ///
    /// `AddrInUse`, `PermissionDenied` and every other OS error.
    pub fn bind(address: SocketAddr) -> io::Result<TcpListener> {
        let socket = net::TcpListener::bind(address)?;
        socket.set_nonblocking(true)?;
        Ok(TcpListener { socket })
    }

    /// Takes the next connection out of the kernel's queue, as [`accept_from`] says.
    ///
    /// # Errors
    ///
    /// Those of [`accept_from`].
    pub fn accept(&self) -> io::Result<(TcpStream, SocketAddr)> {
        accept_from(&self.socket)
    }

    /// Where it listens, with the port that the system has chosen. `getsockname(2)`
    ///
    /// # Errors
    ///
    /// The OS error.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.socket.local_addr()
    }
}

/// What accepting asks of a listener: one system call, so the tests can script it.
pub trait Accept {
    /// Takes the next connection out of the queue. The new socket is a **blocking** one on Linux, whatever the
    /// listener is; on macOS and Windows it is as the listener. `accept(2)`
    ///
    /// # Errors
    ///
    /// `WouldBlock` when there is none. `ConnectionAborted`, on Windows `ConnectionReset`, when there was one whose
    /// peer has gone: it is out of the queue, and others may be behind it. `Interrupted` for a signal.
    fn accept(&self) -> io::Result<(net::TcpStream, SocketAddr)>;
}

impl Accept for net::TcpListener {
    fn accept(&self) -> io::Result<(net::TcpStream, SocketAddr)> {
        let (socket, address) = net::TcpListener::accept(self)?;
        system::keep_from_children(&socket)?;
        Ok((socket, address))
    }
}

/// The next connection that `listener` has for us, and its peer's address. No call on the new stream waits. A
/// connection that is gone before it is ours is no reason to stop: the next one counts.
///
/// # Errors
///
/// `WouldBlock` when there is no connection, and every OS error. Ask [`out_of_descriptors`] about the latter.
pub fn accept_from(listener: &impl Accept) -> io::Result<(TcpStream, SocketAddr)> {
    //> // TODO: this accepts as a blocking program would. Make it keep the contract.
    //> let (socket, address) = listener.accept()?;
    //> Ok((TcpStream::open(socket), address))
    loop {
        match listener.accept() {
            Ok((socket, address)) => {
                socket.set_nonblocking(true)?;
                return Ok((TcpStream::open(socket), address));
            }
            Err(error) => match error.kind() {
                // One peer has given up. The queue is shorter by one, so this loop ends.
                io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset => {}
                io::ErrorKind::Interrupted => {}
                _ => return Err(error),
            },
        }
    }
    //<
}

/// Whether `error`, from `accept` or `connect`, says that no further socket can be made now: the process or the
/// system has used up its descriptors, or its memory for sockets. The connection stays in the kernel's
/// queue, and the listener stays ready. A server that only tries again spins. It stops asking for a while, or
/// until it has closed a connection.
pub fn out_of_descriptors(error: &io::Error) -> bool {
    let number = error.raw_os_error();
    number.is_some_and(|number| system::OUT_OF_DESCRIPTORS.contains(&number))
}

#[cfg(unix)]
impl AsFd for TcpListener {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}

#[cfg(windows)]
impl AsSocket for TcpListener {
    fn as_socket(&self) -> BorrowedSocket<'_> {
        self.socket.as_socket()
    }
}
