//! Where the time comes from: the operating system, or you.
//!
//! The rule: time is a [`Duration`] since the clock was started. Only a clock knows more than that.

use std::cell::Cell;
use std::time::{Duration, Instant};

/// Something that says how much time has passed since it was started. It never goes backwards.
pub trait Clock {
    /// The time since the start.
    fn now(&self) -> Duration;
}

/// The operating system's monotonic clock: nobody sets it, not even when the wall clock is set.
#[derive(Clone, Copy, Debug)]
pub struct MonotonicClock {
    start: Instant,
}

impl MonotonicClock {
    /// A clock that starts now.
    pub fn new() -> MonotonicClock {
        MonotonicClock {
            start: Instant::now(),
        }
    }
}

impl Default for MonotonicClock {
    fn default() -> MonotonicClock {
        MonotonicClock::new()
    }
}

impl Clock for MonotonicClock {
    fn now(&self) -> Duration {
        self.start.elapsed()
    }
}

/// A clock that stands still until it is told to go on, by exactly as much as it is told.
///
/// With it a test of a whole day takes a microsecond, and gives the same result every time.
#[derive(Debug, Default)]
pub struct VirtualClock {
    // A `Cell`, so that a loop can hold the clock while somebody else advances it.
    now: Cell<Duration>,
}

impl VirtualClock {
    /// A clock that stands at zero.
    pub fn new() -> VirtualClock {
        VirtualClock::default()
    }

    /// Lets `by` pass. At the end of time, which is [`Duration::MAX`], the clock stops.
    pub fn advance(&self, by: Duration) {
        self.now.set(self.now.get().saturating_add(by));
    }
}

impl Clock for VirtualClock {
    fn now(&self) -> Duration {
        self.now.get()
    }
}
