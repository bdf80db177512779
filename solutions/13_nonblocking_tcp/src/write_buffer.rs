//! What the socket has not taken yet.

use std::collections::VecDeque;
use std::io::{self, Write};

/// What [`WriteBuffer::flush`] achieved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flushed {
    /// Nothing is left. Stop being interested in writable events.
    All,
    /// The socket takes no more now. Go on when it is reported writable.
    WouldBlock,
}

/// The bytes that are still to be written to one connection, in order.
///
/// It takes whatever it is given. Its high-water mark only tells the program when to stop making more: that is
/// **backpressure**.
#[derive(Debug)]
pub struct WriteBuffer {
    /// A ring: bytes go in at the back and leave at the front, and none of the others moves.
    bytes: VecDeque<u8>,
    high_water: usize,
}

impl WriteBuffer {
    /// The memory, in bytes, that a buffer may keep however little is queued.
    pub const KEEP: usize = 16 * 1024;

    /// An empty buffer, which is full from `high_water` queued bytes on. It has no memory yet.
    pub fn new(high_water: usize) -> WriteBuffer {
        WriteBuffer {
            bytes: VecDeque::new(),
            high_water,
        }
    }

    /// How many bytes wait.
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Whether none waits.
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// Whether as many wait as the high-water mark says, or more. Whoever fills the buffer should stop.
    pub fn is_full(&self) -> bool {
        self.len() >= self.high_water
    }

    /// How many bytes of memory the buffer has now.
    pub fn capacity(&self) -> usize {
        self.bytes.capacity()
    }

    /// Queues `bytes` behind those that wait. Returns whether there is room for more: false says that the buffer
    /// [is full](WriteBuffer::is_full) now. All of `bytes` is queued in both cases.
    pub fn push(&mut self, bytes: &[u8]) -> bool {
        //> // TODO: queue them, and say how it stands.
        //> todo!("queue {} bytes behind {}", bytes.len(), self.len())
        self.bytes.extend(bytes);
        !self.is_full()
        //<
    }

    /// Writes to `sink`, oldest byte first, until it takes no more or nothing is left. Each byte goes out once:
    /// what `sink` took leaves the buffer, and what it did not take stays. An empty buffer writes nothing, not
    /// even 0 bytes. A write that a signal interrupted is made again.
    ///
    /// Afterwards, also after an error, a burst does not hold its memory: the capacity is at most
    /// [`KEEP`](WriteBuffer::KEEP), or four times what is queued, whichever is more. Writing costs time in proportion
    /// to what is written, in however many pieces and flushes `sink` takes it.
    ///
    /// # Errors
    ///
    /// `WriteZero` when `sink` takes 0 bytes without an error, and every error but `WouldBlock` and `Interrupted`.
    /// What was not taken is still there.
    pub fn flush(&mut self, sink: &mut impl Write) -> io::Result<Flushed> {
        //> // TODO: write from the front until there is a reason to stop, and give memory back.
        //> todo!("write {} bytes", self.len())
        let flushed = self.write_front(sink);
        if self.capacity() > Self::KEEP.max(4 * self.len()) {
            // Half of the limit: what is left has to halve again before the next time. Shrunk to the limit itself, it
            // would be moved in each flush.
            self.bytes.shrink_to(Self::KEEP.max(2 * self.len()));
        }
        flushed
    }

    fn write_front(&mut self, sink: &mut impl Write) -> io::Result<Flushed> {
        loop {
            // The ring lies in memory in up to two pieces, and the first is the older one.
            let (oldest, _) = self.bytes.as_slices();
            if oldest.is_empty() {
                return Ok(Flushed::All);
            }
            match sink.write(oldest) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(taken) => drop(self.bytes.drain(..taken)),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    return Ok(Flushed::WouldBlock);
                }
                Err(error) => return Err(error),
            }
        }
        //<
    }
}
