//! The memory for one read. All of it is given.
//!
//! The rule: all sockets of a thread share one chunk, so 10,000 silent connections need none of their own.

use std::cell::Cell;

/// The most that one read asks for, in bytes, as in libuv: `uv__stream_read`'s suggestion of 64 KiB. It is what one
/// socket may read in one turn.
pub(crate) const TURN: usize = 64 * 1024;

/// Bytes that were read, and room for as many as one turn may bring.
pub(crate) struct Chunk {
    memory: Box<[u8]>,
    len: usize,
}

thread_local! {
    /// `None` while it is lent.
    static SHARED: Cell<Option<Chunk>> = const { Cell::new(None) };
}

impl Chunk {
    /// The thread's chunk, or a new one if that is lent. Give it [`back`](Chunk::give_back).
    pub(crate) fn take() -> Chunk {
        SHARED.take().unwrap_or_else(|| Chunk {
            memory: vec![0; TURN].into(),
            len: 0,
        })
    }

    pub(crate) fn give_back(self) {
        SHARED.set(Some(self));
    }

    /// Where to read to.
    pub(crate) fn room(&mut self) -> &mut [u8] {
        &mut self.memory
    }

    /// Says how many bytes were read.
    pub(crate) fn set_len(&mut self, len: usize) {
        self.len = len;
    }

    /// What was read.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.memory[..self.len]
    }
}

/// Bytes that were read ahead.
impl From<Vec<u8>> for Chunk {
    fn from(bytes: Vec<u8>) -> Chunk {
        Chunk {
            len: bytes.len(),
            memory: bytes.into(),
        }
    }
}
