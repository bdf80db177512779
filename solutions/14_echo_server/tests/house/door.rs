//! The door of the server: a listener and connections that fail, come too early or take nothing, when the test
//! wants it. Beneath them are real sockets, so the kernel reports them.

use std::cell::{Cell, OnceCell};
use std::io::{self, ErrorKind, Read, Write};
use std::net::UdpSocket;
use std::rc::Rc;

use echo_server::{Listener, Stream};
use nonblocking_tcp::{TcpListener, TcpStream};

/// What the test wants of the listener, and of all connections that it gives.
#[derive(Default)]
pub struct Door {
    /// How `accept` fails. `None`: as the kernel says.
    pub refusal: Cell<Option<fn() -> io::Error>>,
    /// How often the server has called `accept`.
    pub accepts: Cell<usize>,
    /// So many reads find nothing yet, although the connection was reported readable.
    pub early: Cell<usize>,
    /// How often the server has called `read`.
    pub reads: Cell<usize>,
    /// So many bytes are there to be read, instead of those that the client has sent.
    pub supply: Cell<Option<usize>>,
    /// So many more bytes the kernel takes. `None`: as many as it really takes.
    pub room: Cell<Option<usize>>,
    /// How often a write found no such room.
    pub refused: Cell<usize>,
    /// How `write` fails.
    pub write_error: Cell<Option<ErrorKind>>,
    /// A socket that no queue knows. Once it is there, every connection lends it in place of its own.
    pub stranger: OnceCell<UdpSocket>,
}

/// The process has no descriptor left.
pub fn used_up() -> io::Error {
    // EMFILE: `<asm-generic/errno-base.h>`, `<sys/errno.h>`; WSAEMFILE: `<winerror.h>`
    io::Error::from_raw_os_error(if cfg!(windows) { 10024 } else { 24 })
}

/// A firewall forbids this connection: `accept(2)`, EPERM.
pub fn forbidden() -> io::Error {
    ErrorKind::PermissionDenied.into()
}

/// A real listener whose `accept` does what the test wants.
pub struct Gate {
    pub listener: TcpListener,
    pub door: Rc<Door>,
}

/// The server's end of a real connection, whose calls do what the test wants.
pub struct Line {
    stream: TcpStream,
    door: Rc<Door>,
}

impl Listener for Gate {
    type Stream = Line;

    fn accept(&self) -> io::Result<Line> {
        add(&self.door.accepts, 1);
        if let Some(refusal) = self.door.refusal.get() {
            return Err(refusal());
        }
        Ok(Line {
            stream: Listener::accept(&self.listener)?,
            door: Rc::clone(&self.door),
        })
    }
}

impl Read for Line {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let door = &self.door;
        add(&door.reads, 1);
        if let Some(early) = door.early.get().checked_sub(1) {
            door.early.set(early);
            return Err(ErrorKind::WouldBlock.into());
        }
        match door.supply.get() {
            None => self.stream.read(buffer),
            Some(0) => Err(ErrorKind::WouldBlock.into()),
            Some(supply) => {
                let count = buffer.len().min(supply);
                buffer[..count].fill(b'.');
                door.supply.set(Some(supply - count));
                Ok(count)
            }
        }
    }
}

impl Write for Line {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let door = &self.door;
        if let Some(error) = door.write_error.get() {
            return Err(error.into());
        }
        match door.room.get() {
            None => self.stream.write(bytes),
            Some(0) => {
                add(&door.refused, 1);
                Err(ErrorKind::WouldBlock.into())
            }
            Some(room) => {
                let count = self.stream.write(&bytes[..bytes.len().min(room)])?;
                door.room.set(Some(room - count));
                Ok(count)
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Stream for Line {
    fn shutdown(&mut self) -> io::Result<()> {
        self.stream.shutdown()
    }
}

fn add(cell: &Cell<usize>, count: usize) {
    cell.set(cell.get() + count);
}

#[cfg(unix)]
mod lend {
    use super::{Gate, Line};
    use std::os::fd::{AsFd, BorrowedFd};

    impl AsFd for Gate {
        fn as_fd(&self) -> BorrowedFd<'_> {
            self.listener.as_fd()
        }
    }

    impl AsFd for Line {
        fn as_fd(&self) -> BorrowedFd<'_> {
            match self.door.stranger.get() {
                Some(stranger) => stranger.as_fd(),
                None => self.stream.as_fd(),
            }
        }
    }
}

#[cfg(windows)]
mod lend {
    use super::{Gate, Line};
    use std::os::windows::io::{AsSocket, BorrowedSocket};

    impl AsSocket for Gate {
        fn as_socket(&self) -> BorrowedSocket<'_> {
            self.listener.as_socket()
        }
    }

    impl AsSocket for Line {
        fn as_socket(&self) -> BorrowedSocket<'_> {
            match self.door.stranger.get() {
                Some(stranger) => stranger.as_socket(),
                None => self.stream.as_socket(),
            }
        }
    }
}
