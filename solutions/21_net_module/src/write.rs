//! Data that goes out.
//!
//! The rule: what is written is tried at once. What the kernel does not take waits for a turn, in order.

use std::collections::VecDeque;
use std::rc::Rc;

use nonblocking_tcp::{Flushed, WriteBuffer};
use runtime::{Error, Result, next_tick};

use crate::socket::{Inner, Stage};

/// From so many waiting bytes on, `write` asks for a pause: Node's `highWaterMark`.
const HIGH_WATER: usize = 16 * 1024;

pub(crate) type Written = Box<dyn FnOnce(Result<()>)>;

/// What was written and is not with the kernel yet, and who waits for it.
///
/// All bytes of a socket have a place, counted from its first one. A callback waits for the end of its own bytes.
pub(crate) struct Output {
    buffer: WriteBuffer,
    /// How many bytes were written so far: where the next ones begin.
    given: u64,
    callbacks: VecDeque<(u64, Written)>,
    /// `write` has returned false, and `drain` was not told since.
    needs_drain: bool,
}

impl Default for Output {
    fn default() -> Output {
        Output {
            buffer: WriteBuffer::new(HIGH_WATER),
            given: 0,
            callbacks: VecDeque::new(),
            needs_drain: false,
        }
    }
}

impl Output {
    /// How many bytes were written, taken or not.
    pub(crate) fn given(&self) -> u64 {
        self.given
    }

    /// How many bytes wait.
    pub(crate) fn pending(&self) -> usize {
        self.buffer.len()
    }

    /// Whether bytes wait, or callbacks of bytes.
    fn is_waiting(&self) -> bool {
        !self.buffer.is_empty() || !self.callbacks.is_empty()
    }

    /// How many bytes the kernel has taken.
    fn taken(&self) -> u64 {
        self.given - self.buffer.len() as u64
    }

    /// Queues `bytes`, and the callback that waits for the last of them.
    fn push(&mut self, bytes: &[u8], callback: Option<Written>) {
        self.buffer.push(bytes);
        self.given += bytes.len() as u64;
        if let Some(callback) = callback {
            self.callbacks.push_back((self.given, callback));
        }
    }

    /// Whether less waits than the mark says. If not, `drain` is due once nothing waits.
    fn has_room(&mut self) -> bool {
        let has_room = !self.buffer.is_full();
        self.needs_drain |= !has_room;
        has_room
    }

    /// Whether it is time to tell `drain`. That is so once for each time that `write` has asked for a pause.
    fn takes_drain(&mut self) -> bool {
        self.buffer.is_empty() && std::mem::take(&mut self.needs_drain)
    }

    /// The places of the callbacks whose bytes the kernel has taken: the oldest, and those behind it. Without any, the
    /// first number says how many bytes it has taken.
    fn due(&self) -> (u64, Vec<u64>) {
        let taken = self.taken();
        let places = self.callbacks.iter().map(|(end, _)| *end);
        let mut due = places.take_while(|end| *end <= taken);
        (due.next().unwrap_or(taken), due.collect())
    }

    /// Takes out the next callback whose bytes end at `place` or before.
    fn pop_until(&mut self, place: u64) -> Option<Written> {
        let (end, _) = self.callbacks.front()?;
        if *end > place {
            return None;
        }
        self.callbacks.pop_front().map(|(_, callback)| callback)
    }

    /// Takes out all callbacks.
    pub(crate) fn take_callbacks(&mut self) -> VecDeque<(u64, Written)> {
        std::mem::take(&mut self.callbacks)
    }
}

impl Inner {
    /// See [`Socket::write`](crate::Socket::write). What is told, is told in a tick.
    pub(crate) fn write(self: &Rc<Self>, bytes: &[u8], callback: Option<Written>) -> bool {
        if let Some(error) = self.refusal() {
            if let Some(callback) = callback {
                let error = error.clone();
                next_tick(move || callback(Err(error)));
            }
            self.destroy(Some(error));
            return false;
        }
        //> // TODO: queue the bytes, try at once if nothing else waits, and tell in a tick what came of it.
        //> todo!(
        //>     "write {} bytes, and call back: {}",
        //>     bytes.len(),
        //>     callback.is_some()
        //> )
        let is_first = self.output.borrow().pending() == 0;
        let waits = callback.is_some();
        self.output.borrow_mut().push(bytes, callback);
        if is_first && self.stage.get() == Stage::Open {
            self.flush();
            self.update();
        }
        let mut output = self.output.borrow_mut();
        let (end, has_room) = (output.given(), output.has_room());
        if waits && output.pending() == 0 {
            let own = Rc::clone(self);
            next_tick(move || own.written(end));
        }
        has_room && !self.is_destroyed()
        //<
    }

    /// Why nothing may be written any more.
    fn refusal(&self) -> Option<Error> {
        let answered = self.end_told.get() && !self.allows_half_open.get();
        if self.is_ending.get() && answered {
            let text = "This socket has been ended by the other party";
            return Some(Error::new("EPIPE", text));
        }
        if self.is_destroyed() {
            return Some(destroyed_error());
        }
        if self.is_ending.get() {
            return Some(Error::new("ERR_STREAM_WRITE_AFTER_END", "write after end"));
        }
        None
    }

    /// Gives the kernel what it takes now. If it takes anything, the connection is not idle. An error destroys the socket:
    /// its system call is `write`.
    fn flush(self: &Rc<Self>) {
        //> // TODO: flush once, with the handle. What follows from its answer?
        //> todo!("flush {} bytes", self.output.borrow().pending())
        let mut output = self.output.borrow_mut();
        let before = output.pending();
        let flushed = self.with_handle(|handle| handle.flush(&mut output.buffer));
        let after = output.pending();
        drop(output);
        if after < before {
            self.touch();
        }
        match flushed {
            None | Some(Ok(Flushed::All | Flushed::WouldBlock)) => {}
            Some(Err(error)) => self.destroy(Some(Error::from_socket(&error, "write"))),
        }
        //<
    }

    /// Flushes, and tells what came of it: now for the oldest write that waited, in a tick for each of those behind it.
    /// That is Node's order. When all is out, our direction ends if it is to end.
    pub(crate) fn write_turn(self: &Rc<Self>) {
        if self.is_destroyed() {
            return;
        }
        if !self.output.borrow().is_waiting() {
            return self.finish();
        }
        self.flush();
        let (oldest, others) = self.output.borrow().due();
        for place in others {
            let own = Rc::clone(self);
            next_tick(move || own.written(place));
        }
        self.written(oldest);
        self.finish();
    }

    /// The kernel has taken all bytes up to `place`: tells `drain` if it is due, and then the callbacks of the writes
    /// that end there or before, oldest first. One of all these may throw, and then the others are told by a later call:
    /// what is not called yet is still in the queue.
    ///
    /// `drain` is not told when our direction is ending: nobody may write any more.
    fn written(self: &Rc<Self>, place: u64) {
        //> // TODO: call who waits, in the right order. `takes_drain` and `pop_until` say what is due.
        //> todo!("tell that {place} bytes are taken")
        let wants_more = !self.is_ending.get() && !self.is_destroyed();
        if wants_more && self.output.borrow_mut().takes_drain() {
            self.listeners.drain.emit(&());
        }
        loop {
            let callback = self.output.borrow_mut().pop_until(place);
            let Some(callback) = callback else { break };
            callback(Ok(()));
        }
        //<
    }
}

pub(crate) fn destroyed_error() -> Error {
    let text = "Cannot call write after a stream was destroyed";
    Error::new("ERR_STREAM_DESTROYED", text)
}
