//! What the server asks of its sockets: four calls. The tests and the example hand it sockets of their own.

use std::io::{self, Read, Write};

use event_queue::Source;
use nonblocking_tcp::{TcpListener, TcpStream};

/// One end of a connection on which no call waits.
pub trait Stream: Read + Write {
    /// Ends this end's direction, after the bytes that were written before. `shutdown(2)`
    ///
    /// # Errors
    ///
    /// Every OS error.
    fn shutdown(&mut self) -> io::Result<()>;
}

/// Where connections come from.
pub trait Listener: Source {
    /// What it gives.
    type Stream: Stream + Source;

    /// Takes the next connection out of the kernel's queue. `accept(2)`
    ///
    /// # Errors
    ///
    /// `WouldBlock` when there is none. Every other error is about this process or this system, most often that
    /// the descriptors are used up. The connection stays in the kernel's queue, and the listener stays
    /// readable.
    fn accept(&self) -> io::Result<Self::Stream>;
}

impl Stream for TcpStream {
    fn shutdown(&mut self) -> io::Result<()> {
        TcpStream::shutdown(self)
    }
}

impl Listener for TcpListener {
    type Stream = TcpStream;

    fn accept(&self) -> io::Result<TcpStream> {
        let (stream, _) = TcpListener::accept(self)?;
        // An echo is small and somebody waits for it. A connection that is broken already says so in its first
        // read, more clearly than here.
        let _ = stream.set_nodelay(true);
        Ok(stream)
    }
}
