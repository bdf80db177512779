//! The stream of chapter 13 as the runtime can watch it. All of it is given.
//!
//! The rule: the stream is borrowed for one call of this file, and nothing of the program's is called meanwhile.

use std::cell::RefCell;
use std::io::{self, Read};
use std::net::SocketAddr;
#[cfg(unix)]
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, RawFd};
#[cfg(windows)]
use std::os::windows::io::{AsRawSocket, AsSocket, BorrowedSocket, RawSocket};

use nonblocking_tcp::{Flushed, TcpStream, WriteBuffer};

/// A stream with two users: the runtime, which asks for its descriptor, and the socket, which reads and writes.
/// Dropping the last `Rc` of it closes the connection.
pub(crate) struct Handle {
    /// The number of the descriptor that `stream` owns. (Windows: of the socket.)
    #[cfg(unix)]
    number: RawFd,
    #[cfg(windows)]
    number: RawSocket,
    stream: RefCell<TcpStream>,
}

impl Handle {
    pub(crate) fn new(stream: TcpStream) -> Handle {
        Handle {
            #[cfg(unix)]
            number: stream.as_fd().as_raw_fd(),
            #[cfg(windows)]
            number: stream.as_socket().as_raw_socket(),
            stream: RefCell::new(stream),
        }
    }

    /// What became of the connect. `None` while it is under way.
    pub(crate) fn connect_result(&self) -> Option<io::Result<()>> {
        self.stream.borrow_mut().connect_result()
    }

    /// Reads once, and never waits: `WouldBlock`. 0 bytes are the end.
    pub(crate) fn read(&self, room: &mut [u8]) -> io::Result<usize> {
        self.stream.borrow_mut().read(room)
    }

    /// Writes what the kernel takes of `buffer`, and never waits.
    pub(crate) fn flush(&self, buffer: &mut WriteBuffer) -> io::Result<Flushed> {
        buffer.flush(&mut *self.stream.borrow_mut())
    }

    /// Ends our direction: FIN.
    pub(crate) fn shutdown(&self) -> io::Result<()> {
        self.stream.borrow_mut().shutdown()
    }

    /// Takes the error of the connection, if it has one.
    pub(crate) fn take_error(&self) -> io::Result<Option<io::Error>> {
        self.stream.borrow_mut().take_error()
    }

    pub(crate) fn set_no_delay(&self, on: bool) -> io::Result<()> {
        self.stream.borrow().set_nodelay(on)
    }

    pub(crate) fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.stream.borrow().peer_addr()
    }

    pub(crate) fn local_addr(&self) -> io::Result<SocketAddr> {
        self.stream.borrow().local_addr()
    }
}

#[cfg(unix)]
impl AsFd for Handle {
    fn as_fd(&self) -> BorrowedFd<'_> {
        // SAFETY: `stream` owns the descriptor with this number. It closes it when `self` is dropped and not before,
        // because no method of this file puts another stream in its place or lets it out.
        unsafe { BorrowedFd::borrow_raw(self.number) }
    }
}

#[cfg(windows)]
impl AsSocket for Handle {
    fn as_socket(&self) -> BorrowedSocket<'_> {
        // SAFETY: `stream` owns the socket with this number. It closes it when `self` is dropped and not before,
        // because no method of this file puts another stream in its place or lets it out.
        unsafe { BorrowedSocket::borrow_raw(self.number) }
    }
}
