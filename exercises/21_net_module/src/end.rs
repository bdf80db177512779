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
        // TODO: this ends our direction whatever is still queued, and asks for nothing afterwards.
        if self.is_ending.get() {
            let _ = self.with_handle(Handle::shutdown);
        }
    }

    /// Tells that the peer has ended. Unless half-open connections are allowed, our direction ends as well, in a
    /// tick after this: what the listeners write, and what they write in their ticks, is still sent. A listener may still
    /// allow them. If it calls `end` and then `write`, the error is `EPIPE`: the end counts as told already.
    pub(crate) fn tell_end(self: &Rc<Self>) {
        if self.is_destroyed() {
            return;
        }
        // TODO: this tells it. What is left to do?
        self.listeners.end.emit(&());
    }

    /// Both directions have ended, so nothing is left to do: the socket is destroyed, without an error.
    fn close_if_over(self: &Rc<Self>) {
        // TODO: when is a connection over?
    }
}
