//! Replies go out. All of it is given.
//!
//! The rule: what is written while requests are read goes out together at the end, and everything else at once.

use std::rc::Rc;

use runtime::next_tick;

use super::connection::{Connection, Stage};
use super::pipeline::Turn;

/// Replies that are made one after the other go out together, in pieces of about this size.
const BATCH: usize = 16 * 1024;

/// An idle connection keeps no more memory than this for its replies.
const KEPT: usize = 4 * 1024;

impl Connection {
    /// Calls `append` with the place for the bytes of this turn. `None` when that is over.
    pub(super) fn with_sink<R>(
        &self,
        turn: Turn,
        append: impl FnOnce(&mut Vec<u8>) -> R,
    ) -> Option<R> {
        let mut pipeline = self.pipeline.borrow_mut();
        let mut out = self.out.borrow_mut();
        pipeline.sink(turn, &mut out).map(append)
    }

    pub(super) fn is_first(&self, turn: Turn) -> bool {
        self.pipeline.borrow().is_first(turn)
    }

    /// Appends bytes to the reply with this turn.
    pub(super) fn append(&self, turn: Turn, bytes: &[u8]) {
        self.with_sink(turn, |sink| sink.extend_from_slice(bytes));
        self.has_written();
    }

    /// Something was written. It goes out now, or at the end of the pump. Returns whether there is room for more.
    pub(super) fn has_written(&self) -> bool {
        if !self.is_pumping.get() || self.out.borrow().len() >= BATCH {
            self.flush();
        }
        !self.is_full.get()
    }

    /// The reply with this turn is complete.
    pub(super) fn finish(self: &Rc<Self>, turn: Turn) {
        self.pipeline.borrow_mut().finish(turn);
        self.advance();
    }

    /// Sends what has its turn, and looks what comes next.
    pub(super) fn advance(self: &Rc<Self>) {
        loop {
            let done = self.pipeline.borrow_mut().pop(&mut self.out.borrow_mut());
            let Some(done) = done else { break };
            let closes = done.as_ref().is_none_or(|exchange| exchange.closes.get());
            if let Some(exchange) = done {
                exchange.close();
            }
            if closes {
                return self.hang_up();
            }
        }
        let is_over = self.stage.get() == Stage::LastReplies && self.reading.borrow().is_none();
        if is_over && self.pipeline.borrow().is_empty() {
            return self.hang_up();
        }
        if self.has_written() {
            self.drain();
        }
        // The pump does this at its end, for all its requests at once.
        if !self.is_pumping.get() {
            self.set_deadline();
            self.wake();
        }
    }

    /// The reply whose turn it is may go on.
    pub(super) fn drain(&self) {
        let first = self.pipeline.borrow().first().cloned().flatten();
        if let Some(exchange) = first
            && exchange.needs_drain.get()
        {
            next_tick(move || exchange.drain());
        }
    }

    pub(super) fn flush(&self) {
        let mut out = self.out.take();
        if out.is_empty() {
            return;
        }
        self.is_full.set(!self.socket.write(&out));
        out.clear();
        out.shrink_to(KEPT);
        *self.out.borrow_mut() = out;
    }

    /// All is said: sends the rest, and our end behind it.
    pub(super) fn hang_up(self: &Rc<Self>) {
        if self.stage.get() >= Stage::Lingering {
            return;
        }
        self.no_more_requests();
        self.stage.set(Stage::Lingering);
        self.abandon();
        self.flush();
        self.socket.end();
        if self.is_paused.replace(false) {
            self.socket.resume();
        }
        self.set_deadline();
    }

    /// Tells those whose replies will never be complete.
    pub(super) fn abandon(&self) {
        let abandoned = self.pipeline.borrow_mut().clear();
        for exchange in abandoned.into_iter().flatten() {
            exchange.abort();
        }
    }
}
