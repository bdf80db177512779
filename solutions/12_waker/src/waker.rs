//! Ends a wait in the kernel from any other thread, at the price of a system call only when it is needed.
//!
//! The rule: the flag is raised before the bell rings, and lowered before the work is looked at.

use std::io;

use event_queue::{EventQueue, Token};
use support::sync::atomic::{AtomicBool, Ordering};

use crate::Bell;

/// What ends a wait in the kernel. [`Bell`] is the real one; tests have their own.
pub trait Signal {
    /// Ends the wait that is under way, or else the next one. Never blocks.
    ///
    /// # Errors
    ///
    /// The OS error.
    fn ring(&self) -> io::Result<()>;
}

impl Signal for Bell {
    fn ring(&self) -> io::Result<()> {
        Bell::ring(self)
    }
}

/// Wakes the thread that waits in an [`EventQueue`]. Threads share it by reference or in an `Arc`.
///
/// A wake says only that there is something to look at. Between two calls of
/// [`acknowledge`](Waker::acknowledge), a thousand wakes are one.
#[derive(Debug)]
pub struct Waker<S = Bell> {
    signal: S,
    /// Whether the signal was rung and the loop has not acknowledged it yet.
    pending: AtomicBool,
}

impl Waker {
    /// A waker for `queue`: a wake comes out of its wait as a readable event with this token.
    ///
    /// # Errors
    ///
    /// The OS error.
    pub fn new(queue: &EventQueue, token: Token) -> io::Result<Waker> {
        Ok(Waker::with_signal(Bell::new(queue, token)?))
    }
}

impl<S: Signal> Waker<S> {
    /// A waker that rings `signal`.
    pub fn with_signal(signal: S) -> Waker<S> {
        Waker {
            signal,
            pending: AtomicBool::new(false),
        }
    }

    /// Ends the wait that is under way, or else the next one. May be called from any thread, and never blocks.
    ///
    /// While an earlier wake is pending, this makes no system call. Whatever a thread has written before it
    /// calls this, the loop sees after its `acknowledge`.
    ///
    /// # Errors
    ///
    /// The OS error. The wake did not happen then, and the next one tries again. Another thread that came in between and
    /// found this wake pending has relied on it: its wake did not happen either, and it does not hear of that.
    pub fn wake(&self) -> io::Result<()> {
        //> // TODO: ring, unless a wake is pending.
        //> todo!("wake the loop")
        if self.pending.swap(true, Ordering::AcqRel) {
            return Ok(());
        }
        self.signal.ring().inspect_err(|_| {
            self.pending.store(false, Ordering::Release);
        })
        //<
    }

    /// Says that the loop is awake: the next wake rings again. The loop calls this when it has seen the event,
    /// and *before* it looks for work.
    pub fn acknowledge(&self) {
        //> // TODO: no wake is pending any more.
        //> todo!("acknowledge the wake")
        // A swap and not a store: it reads what the last `wake` wrote, and so everything before it.
        self.pending.swap(false, Ordering::AcqRel);
        //<
    }

    /// The signal that this waker rings.
    pub fn signal(&self) -> &S {
        &self.signal
    }
}
