//! The kernel has something to say about a socket: one turn.
//!
//! The rule: a turn makes one call for each direction, and never waits. What is left comes in the next turn.

use std::io;
use std::rc::Rc;

use nonblocking_tcp::TcpStream;
use runtime::{Error, Interest, Readiness, next_tick, queue_microtask, watch};

use crate::handle::Handle;
use crate::socket::{Inner, Stage};

impl Inner {
    /// Gives the socket its stream, and lets the runtime watch it.
    pub(crate) fn begin(self: &Rc<Self>, stream: TcpStream, interest: Interest) -> io::Result<()> {
        let handle = Rc::new(Handle::new(stream));
        let kept = self.keep();
        let watch = watch(Rc::clone(&handle), interest, move |readiness| {
            kept.socket().turn(readiness);
        })?;
        if !self.is_ref.get() {
            watch.unref();
        }
        self.handle.replace(Some(handle));
        self.watch.set(Some(watch));
        self.told.set(interest);
        Ok(())
    }

    /// Calls `f` with the stream, if there is one. `f` makes system calls, and calls nothing of the program's.
    pub(crate) fn with_handle<R>(&self, f: impl FnOnce(&Handle) -> R) -> Option<R> {
        self.handle.borrow().as_deref().map(f)
    }

    /// The socket is ready for something.
    ///
    /// Reading comes first: a connection that breaks may have data for us, and the first error that a write finds is
    /// the end of it.
    fn turn(self: &Rc<Self>, readiness: Readiness) {
        if self.stage.get() == Stage::Connecting {
            self.connect_turn();
        } else {
            // Also when nothing waits any more: a callback that threw may have kept the last turn from its end.
            let writes = readiness.writable && self.told.get().is_writable();
            if readiness.readable && self.wants_to_read() {
                self.read_turn();
                if writes {
                    // The ticks of what was just called come in between, as if these were two events.
                    let own = Rc::clone(self);
                    return after_drain(move || {
                        own.write_turn();
                        own.update();
                    });
                }
            } else if readiness.error {
                self.broken();
            }
            if writes {
                self.write_turn();
            }
        }
        self.update();
    }

    /// There may be an error, and nobody reads.
    pub(crate) fn broken(self: &Rc<Self>) {
        if let Some(Ok(Some(error)) | Err(error)) = self.with_handle(Handle::take_error) {
            self.destroy(Some(Error::from_socket(&error, "read")));
        }
    }

    /// Whether a read would be of use.
    pub(crate) fn wants_to_read(&self) -> bool {
        self.stage.get() == Stage::Open && !self.peer_ended.get() && self.ahead.borrow().is_empty()
    }

    /// Whether something waits for the kernel to take it.
    pub(crate) fn wants_to_write(&self) -> bool {
        self.stage.get() == Stage::Open && self.output.borrow().pending() > 0
    }

    /// What the next turn waits for. The watch is level-triggered: asking for what you would not use is a spin.
    ///
    /// A hang-up is reported even to those who ask for nothing, so that interest is edge-triggered: once is enough.
    fn interest(&self) -> Interest {
        // TODO: this asks for everything, always. Ask for what the next turn would use.
        Interest::BOTH
    }

    /// Tells the watch what the next turn waits for, if that has changed.
    pub(crate) fn update(self: &Rc<Self>) {
        let Some(watch) = self.watch.get() else {
            return;
        };
        let interest = self.interest();
        if self.told.replace(interest) == interest {
            return;
        }
        if let Err(error) = watch.set_interest(interest) {
            self.destroy(Some(Error::from_io(&error, "watch")));
        }
    }

    pub(crate) fn set_ref(&self, is_ref: bool) {
        self.is_ref.set(is_ref);
        match (self.watch.get(), is_ref) {
            (Some(watch), true) => drop(watch.ref_()),
            (Some(watch), false) => drop(watch.unref()),
            (None, _) => {}
        }
    }

    pub(crate) fn set_no_delay(&self, on: bool) {
        self.no_delay.set(on);
        if self.stage.get() == Stage::Open {
            // A connection that is broken has no such option. The next read says what is wrong.
            let _ = self.with_handle(|handle| handle.set_no_delay(on));
        }
    }
}

/// Calls `f` when the ticks and the microtasks of the callback that runs now are over, as if the loop had called it.
///
/// One event of the kernel may bring several callbacks, and rule 3 of chapter 17 wants a drain between them. A
/// microtask that sets a tick comes at the right time: the tick waits until no microtask is left.
pub(crate) fn after_drain(f: impl FnOnce() + 'static) {
    queue_microtask(|| next_tick(f));
}
