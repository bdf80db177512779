//! A socket that is made up: what the peer has sent and how much the kernel takes stand in variables.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::io::{self, ErrorKind, Read, Write};
use std::rc::Rc;

use echo_server::Stream;

/// Both ends of a made-up connection.
#[derive(Debug, Default)]
pub struct Peer {
    /// What the peer has sent and nobody has read.
    pub sent: VecDeque<u8>,
    /// The peer has ended its direction behind those bytes.
    pub ended: bool,
    /// How a read fails that has taken all of them.
    pub read_error: Option<ErrorKind>,
    /// How many more bytes the kernel takes.
    pub room: usize,
    /// How many more it takes as soon as something is read.
    pub room_after_a_read: usize,
    /// How a write fails. `WriteZero`: it takes 0 bytes, and says so.
    pub write_error: Option<ErrorKind>,
    /// How a shutdown fails.
    pub shutdown_error: Option<ErrorKind>,
    /// Whether a signal interrupts each call before it succeeds.
    pub signals: bool,
    /// Whether the last call was interrupted.
    interrupted: bool,
    /// What the kernel has taken.
    pub got: Vec<u8>,
    /// How often this end was shut down.
    pub shutdowns: usize,
    /// What `got` was at the first of these.
    pub got_at_shutdown: Option<usize>,
    /// How often the end of the stream was read.
    pub ends_read: usize,
}

impl Peer {
    /// Sends `count` more bytes, 0, 1, 2 and so on. 251 is a prime, so no piece looks like its neighbour.
    pub fn send(&mut self, count: usize) {
        let from = self.got.len() + self.sent.len();
        self.sent.extend((from..from + count).map(byte));
    }

    /// Fails when a signal has come.
    fn signal(&mut self) -> io::Result<()> {
        self.interrupted = self.signals && !self.interrupted;
        match self.interrupted {
            true => Err(ErrorKind::Interrupted.into()),
            false => Ok(()),
        }
    }
}

/// The byte at this place of everything that a peer sends.
pub fn byte(place: usize) -> u8 {
    (place % 251) as u8
}

/// The end that the connection has. The test keeps the other one.
#[derive(Clone, Debug, Default)]
pub struct Scripted(pub Rc<RefCell<Peer>>);

impl Read for Scripted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut peer = self.0.borrow_mut();
        peer.signal()?;
        if let (true, Some(error)) = (peer.sent.is_empty(), peer.read_error) {
            return Err(error.into());
        }
        if peer.sent.is_empty() && peer.ended {
            peer.ends_read += 1;
            return Ok(0);
        }
        if peer.sent.is_empty() {
            return Err(ErrorKind::WouldBlock.into());
        }
        let count = buffer.len().min(peer.sent.len());
        for (to, from) in buffer.iter_mut().zip(peer.sent.drain(..count)) {
            *to = from;
        }
        peer.room += peer.room_after_a_read;
        Ok(count)
    }
}

impl Write for Scripted {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut peer = self.0.borrow_mut();
        peer.signal()?;
        match peer.write_error {
            Some(ErrorKind::WriteZero) => return Ok(0),
            Some(error) => return Err(error.into()),
            None => {}
        }
        if peer.room == 0 {
            return Err(ErrorKind::WouldBlock.into());
        }
        let count = bytes.len().min(peer.room);
        peer.room -= count;
        peer.got.extend(&bytes[..count]);
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Stream for Scripted {
    fn shutdown(&mut self) -> io::Result<()> {
        let mut peer = self.0.borrow_mut();
        peer.shutdowns += 1;
        let got = peer.got.len();
        peer.got_at_shutdown.get_or_insert(got);
        peer.shutdown_error
            .map_or(Ok(()), |error| Err(error.into()))
    }
}
