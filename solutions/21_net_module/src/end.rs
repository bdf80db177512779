//! The end of each direction.
//!
//! The rule: a connection is over when both directions have ended, each in its own time.

use std::rc::Rc;

use runtime::{Error, next_tick};

use crate::handle::Handle;
use crate::socket::{Inner, Stage};
use crate::turn::after_drain;

impl Inner {
    /// See [`Socket::end`](crate::Socket::end).
    pub(crate) fn end(self: &Rc<Self>) {
        if !self.is_ending.replace(true) {
            self.finish();
        }
    }

    /// Shuts our direction down if it is to end, there is a connection, and all that was written is with the kernel.
    /// Once. What was reset cannot be shut down: `broken` tells of the reset, as Node does.
    ///
    /// Whether the connection is over then is asked when the ticks and microtasks of this callback have run: in Node
    /// a later part of the turn shuts down.
    pub(crate) fn finish(self: &Rc<Self>) {
        //> // TODO: this ends our direction whatever is still queued, and asks for nothing afterwards.
        //> if self.is_ending.get() {
        //>     let _ = self.with_handle(Handle::shutdown);
        //> }
        let is_time = self.is_ending.get() && !self.is_shut.get() && !self.wants_to_write();
        if self.stage.get() != Stage::Open || !is_time {
            return;
        }
        self.is_shut.set(true);
        self.broken();
        match self.with_handle(Handle::shutdown) {
            Some(Err(error)) => self.destroy(Some(Error::from_socket(&error, "shutdown"))),
            _ => {
                let own = Rc::clone(self);
                after_drain(move || own.close_if_over());
            }
        }
        //<
    }

    /// Tells that the peer has ended. Unless half-open connections are allowed, our direction ends as well, in a
    /// tick after this: what the listeners write, and what they write in their ticks, is still sent. A listener may still
    /// allow them. If it calls `end` and then `write`, the error is `EPIPE`: the end counts as told already.
    pub(crate) fn tell_end(self: &Rc<Self>) {
        if self.is_destroyed() {
            return;
        }
        //> // TODO: this tells it. What is left to do?
        //> self.listeners.end.emit(&());
        self.end_told.set(true);
        // If our direction ends in a listener, `finish` asks whether it is over, when the ticks have run.
        let was_shut = self.is_shut.get();
        self.listeners.end.emit(&());
        if !self.allows_half_open.get() {
            let own = Rc::clone(self);
            next_tick(move || own.end());
        }
        if was_shut {
            self.close_if_over();
        }
        //<
    }

    /// Both directions have ended, so nothing is left to do: the socket is destroyed, without an error.
    fn close_if_over(self: &Rc<Self>) {
        //> // TODO: when is a connection over?
        if self.end_told.get() && self.is_shut.get() {
            self.destroy(None);
        }
        //<
    }
}
