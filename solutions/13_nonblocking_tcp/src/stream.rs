//! A connection on which no call waits.

use std::io::{self, Read, Write};
use std::net::{self, Shutdown, SocketAddr};
#[cfg(unix)]
use std::os::fd::{AsFd, BorrowedFd};
#[cfg(windows)]
use std::os::windows::io::{AsSocket, BorrowedSocket};

use crate::{Event, State, connect, system};

/// One end of a TCP connection. Reading and writing never wait: they say `WouldBlock`.
///
/// The standard library's type does the reading and writing below. On Linux it writes with `MSG_NOSIGNAL`, on
/// macOS the socket has `SO_NOSIGPIPE`, and Windows has no such signal: so a write to a closed peer is an error
/// whatever SIGPIPE is set to. (`write_vectored` of std's type is `writev(2)`, which has no such flag on Linux.
/// This type leaves that method to its default, which calls `write`.)
#[derive(Debug)]
pub struct TcpStream {
    socket: net::TcpStream,
    state: State,
}

impl TcpStream {
    /// Begins a connection to `address` and comes back at once. When the socket is reported writable, or with an
    /// error, ask for [`connect_result`](TcpStream::connect_result).
    ///
    /// # Errors
    ///
    /// What is known at once: no descriptor left, no way to that network.
    pub fn connect(address: SocketAddr) -> io::Result<TcpStream> {
        let socket = system::open(address)?;
        connect::start(&socket, address)?;
        Ok(TcpStream {
            socket,
            state: State::Connecting,
        })
    }

    /// A connection that is made already. The socket has to be non-blocking.
    pub(crate) fn open(socket: net::TcpStream) -> TcpStream {
        TcpStream {
            socket,
            state: State::Open,
        }
    }

    /// What became of the connect: `None` while it is under way. The result is given once, and after that
    /// the answer is `None` again; [`state`](TcpStream::state) tells the two apart.
    pub fn connect_result(&mut self) -> Option<io::Result<()>> {
        if self.state != State::Connecting {
            return None;
        }
        let result = connect::result(&self.socket)?;
        self.happened(match result {
            Ok(()) => Event::Connected,
            Err(_) => Event::Error,
        });
        Some(result)
    }

    /// Where this end is in the state machine.
    pub fn state(&self) -> State {
        self.state
    }

    /// Ends this end's direction: after the bytes that were written before, the peer reads the end of the stream.
    /// The other direction stays as it is, so the peer's answer can still be read. The second time does
    /// nothing. `shutdown(2)`
    ///
    /// Bytes that still wait in a [`WriteBuffer`](crate::WriteBuffer) are not written before. Flush it first.
    ///
    /// # Errors
    ///
    /// `NotConnected` before there is a connection and after it has failed; every OS error.
    pub fn shutdown(&mut self) -> io::Result<()> {
        match self.state {
            State::Connecting | State::Failed => return Err(io::ErrorKind::NotConnected.into()),
            State::WeEnded | State::Closed => return Ok(()),
            State::Open | State::PeerEnded => {}
        }
        //> // TODO: this hangs up. It also throws away what the peer has still to say.
        //> let done = self.socket.shutdown(Shutdown::Both);
        let done = self.socket.shutdown(Shutdown::Write);
        //<
        self.happened(match done {
            Ok(()) => Event::Shutdown,
            Err(_) => Event::Error,
        });
        done
    }

    /// The address at the other end. `getpeername(2)`
    ///
    /// # Errors
    ///
    /// `NotConnected` before there is a connection; the OS error.
    pub fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.socket.peer_addr()
    }

    /// The address at this end. `getsockname(2)`
    ///
    /// # Errors
    ///
    /// The OS error.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.socket.local_addr()
    }

    /// Whether a small write goes out at once (`true`) or may wait for more to come. `setsockopt(2)`,
    /// `TCP_NODELAY`
    ///
    /// # Errors
    ///
    /// The OS error. macOS has one (`EINVAL`) for a connection that the peer has reset; the next read says so
    /// more clearly.
    pub fn set_nodelay(&self, on: bool) -> io::Result<()> {
        self.socket.set_nodelay(on)
    }

    /// Takes the socket's error, which says what an error event was about. The state becomes `Failed`, and no
    /// read or write gives the same error again. `getsockopt(2)`, `SO_ERROR`
    ///
    /// While the connect is under way the answer is `None`, because the error is its result. After a failure the
    /// answer is `None` too, because you were told. (Windows would go on giving the same one.)
    ///
    /// # Errors
    ///
    /// The OS error of the question itself.
    pub fn take_error(&mut self) -> io::Result<Option<io::Error>> {
        if matches!(self.state, State::Connecting | State::Failed) {
            return Ok(None);
        }
        let error = self.socket.take_error()?;
        if error.is_some() {
            self.happened(Event::Error);
        }
        Ok(error)
    }

    /// The one place in which the state changes.
    fn happened(&mut self, event: Event) {
        self.state = self.state.after(event);
    }

    /// Makes one call on the socket, again when a signal came first, and notes an error that ends the connection.
    fn call(
        &mut self,
        mut call: impl FnMut(&net::TcpStream) -> io::Result<usize>,
    ) -> io::Result<usize> {
        loop {
            match call(&self.socket) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Err(error),
                Err(error) => {
                    self.happened(Event::Error);
                    return Err(error);
                }
                count => return count,
            }
        }
    }
}

/// Reads what has arrived, as much as fits. `recv(2)`
///
/// 0 bytes are the end of the peer's direction (or `buffer` has no room). `WouldBlock`: nothing has arrived, also
/// because the connect is under way. A connection that breaks gives its error once, to a read or to a write;
/// after that the error is `NotConnected`, and never the end of the stream.
impl Read for TcpStream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.state {
            State::Connecting => return Err(io::ErrorKind::WouldBlock.into()),
            State::Failed => return Err(io::ErrorKind::NotConnected.into()),
            State::PeerEnded | State::Closed => return Ok(0),
            State::Open | State::WeEnded => {}
        }
        let count = self.call(|mut socket| socket.read(buffer))?;
        if count == 0 && !buffer.is_empty() {
            self.happened(Event::End);
        }
        Ok(count)
    }
}

/// Writes what the kernel takes, which may be less than `bytes`. `send(2)`
///
/// `WouldBlock`: it takes nothing now, also because the connect is under way. `BrokenPipe` after a `shutdown`. A
/// connection that breaks gives its error once, to a read or to a write; after that the error is
/// `NotConnected`. Flushing does nothing.
impl Write for TcpStream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.state {
            State::Connecting => return Err(io::ErrorKind::WouldBlock.into()),
            State::Failed => return Err(io::ErrorKind::NotConnected.into()),
            State::WeEnded | State::Closed => return Err(io::ErrorKind::BrokenPipe.into()),
            State::Open | State::PeerEnded => {}
        }
        self.call(|mut socket| socket.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(unix)]
impl AsFd for TcpStream {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}

#[cfg(windows)]
impl AsSocket for TcpStream {
    fn as_socket(&self) -> BorrowedSocket<'_> {
        self.socket.as_socket()
    }
}
