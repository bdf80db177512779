//! Lag: how late the loop comes to what is due.
//!
//! The rule: whatever is due every `pace` would have been late as well while the loop was blocked, so it counts.

use std::time::Duration;

use crate::Histogram;

/// What a timer that should fire every `pace` tells about the loop under it. Times are on one clock of yours.
#[derive(Clone, Debug)]
pub struct Lag {
    pace: Duration,
    due: Duration,
    lateness: Histogram,
}

impl Lag {
    /// The timer is set now, to fire after `pace`, which is not zero.
    pub fn new(pace: Duration, now: Duration) -> Lag {
        assert!(!pace.is_zero(), "a pace of zero is no pace");
        Lag {
            pace,
            due: now + pace,
            lateness: Histogram::new(),
        }
    }

    /// The timer has fired, and is set again at the same moment, to fire `pace` later.
    ///
    /// Records how late it was. While it was late other callbacks became due, one every `pace`, and found the loop as
    /// blocked as it did: a timer that is 35 ms late at a pace of 10 ms stands for four, which were 35, 25, 15 and 5 ms
    /// late. A timer that is early, by the grain of the clock, was not late: it counts as one that was 0 late.
    pub fn fired(&mut self, now: Duration) {
        //> // TODO: one block of a second counts as one late timer among a hundred punctual ones here. Count all that
        //> // it would have made late.
        //> self.lateness.record(now.saturating_sub(self.due));
        //> self.due = now + self.pace;
        let mut late = now.saturating_sub(self.due);
        self.lateness.record(late);
        while late > self.pace {
            late -= self.pace;
            self.lateness.record(late);
        }
        self.due = now + self.pace;
        //<
    }

    /// How late they were, each of them counted.
    pub fn lateness(&self) -> &Histogram {
        &self.lateness
    }
}
