//! What the loop tells those who watch it. All of it is given.

use std::time::Duration;

/// A part of a turn, in the order of the turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Phase {
    /// Waits, and calls what became ready.
    Poll,
    /// Calls immediates.
    Check,
    /// Calls what waits for a handle to be closed.
    Close,
    /// Calls timers that are due.
    Timers,
}

/// What is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// The program's main part.
    Main,
    /// What an event from outside called.
    Ready,
    /// A timer or an interval.
    Timer,
    /// An immediate.
    Immediate,
    /// What a closed handle called.
    Close,
    /// A tick.
    Tick,
    /// A microtask.
    Microtask,
    /// A listener of `beforeExit` or `exit`, or a handler of an uncaught panic.
    Process,
}

/// Something that the loop does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// A phase begins.
    Begin(Phase),
    /// A phase is over.
    End(Phase),
    /// The loop is about to wait, for so long at most. `None` is without end.
    Wait(Option<Duration>),
    /// The wait is over, and so many callbacks are ready.
    Awake(usize),
    /// A callback begins.
    Call(Kind),
    /// A callback is over.
    Return(Kind),
}

/// Somebody who watches a loop. The loop asks nothing of it and tells it everything.
pub trait Observer {
    /// The loop does `event` at the time `at`.
    fn observe(&self, at: Duration, event: Event);
}
