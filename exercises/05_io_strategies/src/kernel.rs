//! Everything that the three strategies ask of the operating system, in one trait.
//!
//! A strategy calls these four and nothing else. So whoever hands it a kernel sees each call: the tests count
//! them, and put in interruptions and a clock of their own.

use std::ffi::c_int;
use std::io::{self, Read};
use std::net::TcpStream;
use std::time::Instant;

use crate::PollFd;

/// The part of an operating system that a strategy needs. Each method but `now` is one system call.
pub trait Kernel {
    /// Reads what has arrived into `buffer`, as much as fits, and returns how many bytes that are. 0 means
    /// that the peer has closed the connection and nothing is left. `recv(2)`
    ///
    /// While nothing has arrived, a blocking socket makes the thread sleep.
    ///
    /// # Errors
    ///
    /// `WouldBlock` when nothing has arrived at a non-blocking socket, `Interrupted` when a signal came first,
    /// and everything that can go wrong with a connection.
    fn read(&self, socket: &TcpStream, buffer: &mut [u8]) -> io::Result<usize>;

    /// Makes `socket` non-blocking, until somebody sets it back. `O_NONBLOCK` of `fcntl(2)`; on Windows
    /// `FIONBIO` of `ioctlsocket`
    ///
    /// # Errors
    ///
    /// What the system says.
    fn set_nonblocking(&self, socket: &TcpStream) -> io::Result<()>;

    /// Sleeps until something has happened to one of the sockets or the time is over, and returns to how many.
    /// See [`poll`](crate::poll).
    ///
    /// # Errors
    ///
    /// `Interrupted` when a signal came first, and what else the system says.
    fn poll(&self, sockets: &mut [PollFd<'_>], timeout_ms: c_int) -> io::Result<usize>;

    /// The time on a clock that is never set back.
    fn now(&self) -> Instant;
}

/// The system on which this program runs.
#[derive(Clone, Copy, Debug, Default)]
pub struct ThisSystem;

impl Kernel for ThisSystem {
    fn read(&self, mut socket: &TcpStream, buffer: &mut [u8]) -> io::Result<usize> {
        socket.read(buffer)
    }

    fn set_nonblocking(&self, socket: &TcpStream) -> io::Result<()> {
        socket.set_nonblocking(true)
    }

    fn poll(&self, sockets: &mut [PollFd<'_>], timeout_ms: c_int) -> io::Result<usize> {
        crate::poll(sockets, timeout_ms)
    }

    fn now(&self) -> Instant {
        Instant::now()
    }
}
