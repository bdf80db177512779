//! Timers, immediates, ticks and closing, as a JavaScript program writes them. All of it is given.
//!
//! Outside of [`run`](crate::run) these functions panic, except those that take something back: there is nothing
//! left to take back.

use event_loop::Delay;

use crate::current::{current, try_current};

/// A timer or an interval.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Timeout(event_loop::Timeout);

/// An immediate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Immediate(event_loop::Immediate);

/// Calls `callback` once, not before `delay` has passed. A whole number is in milliseconds: `set_timeout(f, 3_000)`.
pub fn set_timeout(callback: impl FnOnce() + 'static, delay: impl Into<Delay>) -> Timeout {
    Timeout(current().event_loop.set_timeout(callback, delay))
}

/// Calls `callback` again and again, with `delay` from one call to the next.
pub fn set_interval(callback: impl FnMut() + 'static, delay: impl Into<Delay>) -> Timeout {
    Timeout(current().event_loop.set_interval(callback, delay))
}

/// Calls `callback` in the next check phase.
pub fn set_immediate(callback: impl FnOnce() + 'static) -> Immediate {
    Immediate(current().event_loop.set_immediate(callback))
}

/// Takes a timer back. To come too late is no error.
pub fn clear_timeout(timeout: Timeout) {
    if let Some(runtime) = try_current() {
        runtime.event_loop.clear_timeout(timeout.0);
    }
}

/// Ends an interval, also from inside its own call.
pub fn clear_interval(interval: Timeout) {
    clear_timeout(interval);
}

/// Takes an immediate back. To come too late is no error.
pub fn clear_immediate(immediate: Immediate) {
    if let Some(runtime) = try_current() {
        runtime.event_loop.clear_immediate(immediate.0);
    }
}

/// Calls `task` when the callback that runs now is over, before anything else. Node's `process.nextTick`.
pub fn next_tick(task: impl FnOnce() + 'static) {
    current().event_loop.next_tick(task);
}

/// Calls `task` after the ticks.
pub fn queue_microtask(task: impl FnOnce() + 'static) {
    current().event_loop.queue_microtask(task);
}

/// Calls `callback` in the close phase of this turn, or of the next one if that phase has begun. That phase calls
/// the callbacks of `close` last to first, as Node does.
pub fn close(callback: impl FnOnce() + 'static) {
    current().event_loop.on_close(callback);
}

impl Timeout {
    /// Lets the timer keep the program alive, as it does from the start. (`ref` is a keyword.)
    pub fn ref_(self) -> Timeout {
        current().event_loop.ref_timeout(self.0);
        self
    }

    /// Lets the program end although this timer is set.
    pub fn unref(self) -> Timeout {
        current().event_loop.unref_timeout(self.0);
        self
    }

    /// Whether the timer is set and keeps the program alive.
    pub fn has_ref(self) -> bool {
        current().event_loop.timeout_has_ref(self.0)
    }

    /// Lets the timer count afresh from now on. One that was called already stays over, since its callback could be
    /// called only once. Node sets such a timeout again.
    pub fn refresh(self) -> Timeout {
        current().event_loop.refresh(self.0);
        self
    }
}

impl Immediate {
    /// Lets the immediate keep the program alive, as it does from the start.
    pub fn ref_(self) -> Immediate {
        current().event_loop.ref_immediate(self.0);
        self
    }

    /// Lets the program end although this immediate is set.
    pub fn unref(self) -> Immediate {
        current().event_loop.unref_immediate(self.0);
        self
    }

    /// Whether the immediate is set and keeps the program alive.
    pub fn has_ref(self) -> bool {
        current().event_loop.immediate_has_ref(self.0)
    }
}
