//! What one connection does when it has its turn, and what it waits for afterwards.
//!
//! The rule: a connection never waits, and it keeps neither the thread nor the memory that others need.

use std::io;

use event_queue::Interest;
use nonblocking_tcp::{Stopped, WriteBuffer, read_available};

use crate::{Config, Stream};

/// What a turn has achieved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// At least one byte was read or written.
    Moved,
    /// None was. The event came too early, or for nothing.
    Still,
    /// The peer has ended its direction, all its bytes are echoed, and this end is shut down. There is nothing left
    /// to do but to close.
    Finished,
}

/// One connection whose bytes go back to where they came from.
#[derive(Debug)]
pub struct Connection<S> {
    stream: S,
    /// What was read and is not written yet. It has no memory while nothing is queued.
    output: WriteBuffer,
    /// Whether the peer has ended its direction.
    ended: bool,
    budget: usize,
    high_water: usize,
}

impl<S: Stream> Connection<S> {
    /// A connection that is open in both directions.
    pub fn new(stream: S, config: &Config) -> Connection<S> {
        Connection {
            stream,
            output: WriteBuffer::new(config.high_water),
            ended: false,
            budget: config.budget,
            high_water: config.high_water,
        }
    }

    /// The socket, to be registered.
    pub fn stream(&self) -> &S {
        &self.stream
    }

    /// How many bytes are read and not written yet. Never more than the high-water mark.
    pub fn queued(&self) -> usize {
        self.output.len()
    }

    /// How many bytes of memory the queued bytes have now. 0 when none is queued.
    pub fn memory(&self) -> usize {
        self.output.capacity()
    }

    /// Reads what has come, and writes it back, without waiting for either. What the socket does not take stays
    /// queued, and goes out first in the next turn.
    ///
    /// One turn reads until `WouldBlock` or the end of the stream, until `budget` bytes are read, or until
    /// `high_water` bytes are queued. After the end of the stream it reads no more. When the stream has ended and
    /// nothing is queued, it shuts this end down. A call that a signal interrupted is made again.
    ///
    /// `scratch` is memory that all connections share. What is in it before and afterwards has no meaning, and it
    /// does not grow from turn to turn.
    ///
    /// # Errors
    ///
    /// Those of the socket, and `WriteZero`. The connection is broken then, and there is nothing left to do but to
    /// close. Bytes that came before the error need not be echoed.
    pub fn turn(&mut self, scratch: &mut Vec<u8>) -> io::Result<Turn> {
        // TODO: write, read, write, and see whether that was the end.
        todo!(
            "a turn with {} bytes queued, and {} bytes of scratch memory",
            self.queued(),
            scratch.capacity()
        )
    }

    /// What the next turn has to wait for. Level-triggered: what a turn leaves in the kernel is reported again.
    ///
    /// Readable while a turn would read, if only one byte, and writable while something is queued. Everything else
    /// would be reported again and again, with nothing to do about it.
    pub fn interest(&self) -> Interest {
        // TODO: this asks for everything, all the time. Ask only for what a turn would use.
        Interest::BOTH
    }

    /// Writes what is queued, as much as the socket takes, and returns how many bytes that were. When all are
    /// written it gives the memory back: ten thousand idle connections with 16 KiB each would hold 160 MB.
    ///
    /// # Errors
    ///
    /// Those of the socket.
    fn flush(&mut self) -> io::Result<usize> {
        let before = self.output.len();
        if before == 0 {
            return Ok(0);
        }
        self.output.flush(&mut self.stream)?;
        if self.output.is_empty() {
            self.output = WriteBuffer::new(self.high_water);
        }
        Ok(before - self.output.len())
    }
}
