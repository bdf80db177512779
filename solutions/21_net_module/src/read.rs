//! Data that comes in.
//!
//! The rule: one read a turn. A peer that sends as fast as we read has the loop for 64 KiB, and then others have it.

use std::io;
use std::rc::Rc;

use runtime::{Error, next_tick};

use crate::chunk::{Chunk, TURN};
use crate::socket::{Flow, Inner};

/// How much is read while nobody wants it, in bytes: Node's `highWaterMark` for a socket. Without such a read nobody
/// would ever see that the peer has ended, or that the connection is broken.
const AHEAD: usize = 16 * 1024;

impl Inner {
    /// The kernel has something to read.
    pub(crate) fn read_turn(self: &Rc<Self>) {
        let mut chunk = Chunk::take();
        self.read_into(&mut chunk);
        chunk.give_back();
    }

    /// Reads once, and tells what came.
    ///
    /// Data goes to its listeners if it flows; else it is kept, 16 KiB at most, and no more is read. The end of
    /// the stream is told in a tick, by `tell_end`. An error destroys the socket: its system call is `read`.
    fn read_into(self: &Rc<Self>, chunk: &mut Chunk) {
        //> // TODO: read once. There are four kinds of answers.
        //> todo!("read up to {} bytes", chunk.room().len())
        let is_flowing = self.flow.get() == Flow::Flowing;
        let limit = if is_flowing { TURN } else { AHEAD };
        let room = &mut chunk.room()[..limit];
        match self.with_handle(|handle| handle.read(room)) {
            None => {}
            Some(Ok(0)) => {
                self.peer_ended.set(true);
                let own = Rc::clone(self);
                next_tick(move || own.tell_end());
            }
            Some(Ok(count)) => {
                chunk.set_len(count);
                self.came(count);
                if is_flowing {
                    self.listeners.data.emit(chunk);
                } else {
                    *self.ahead.borrow_mut() = chunk.bytes().to_vec();
                }
            }
            Some(Err(error)) if error.kind() == io::ErrorKind::WouldBlock => {}
            Some(Err(error)) => self.destroy(Some(Error::from_socket(&error, "read"))),
        }
        //<
    }

    /// Counts, and notes that the connection is not idle.
    fn came(&self, count: usize) {
        self.bytes_read.set(self.bytes_read.get() + count as u64);
        self.touch();
    }

    /// Lets the data flow. What was read ahead is told in a tick.
    pub(crate) fn resume(self: &Rc<Self>) {
        let was = self.flow.replace(Flow::Flowing);
        if was != Flow::Flowing && !self.ahead.borrow().is_empty() {
            let own = Rc::clone(self);
            next_tick(move || own.tell_ahead());
        }
    }

    /// Tells what was read ahead, if it is still wanted, and goes on reading.
    fn tell_ahead(self: &Rc<Self>) {
        if self.flow.get() != Flow::Flowing || self.ahead.borrow().is_empty() {
            return;
        }
        let chunk = Chunk::from(self.ahead.take());
        self.listeners.data.emit(&chunk);
        self.update();
    }
}
