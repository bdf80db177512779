//! The first timer queue: a tree in the order of firing.
//!
//! The rule: nothing in here asks what time it is. The caller says it.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::timeout::whole_milliseconds;

/// Names one timer of a [`TimerTree`], and is its key there. No two timers of a tree ever have the
/// same key.
///
/// The derived order compares the fields from the first to the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TreeId {
    deadline: Duration,
    sequence: u64,
}

/// Timers in a tree, ordered by deadline. Timers of one deadline fire in the order in which they were
/// inserted.
pub struct TimerTree<T> {
    /// The timers that are set. The map keeps them in the order of their keys.
    entries: BTreeMap<TreeId, T>,
    next_sequence: u64,
}

impl<T> TimerTree<T> {
    /// A tree without timers.
    pub fn new() -> TimerTree<T> {
        TimerTree {
            entries: BTreeMap::new(),
            next_sequence: 0,
        }
    }

    /// The number of timers that are set.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether no timer is set.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Sets a timer that is due from `deadline` on, to the nanosecond, and returns its id.
    ///
    /// A deadline in the past is allowed: that timer is due at once. The id is never given to a second
    /// timer of this tree.
    pub fn insert(&mut self, deadline: Duration, value: T) -> TreeId {
        //> // TODO: store the value under a key of its own.
        //> todo!("insert a timer for {deadline:?}")
        let id = TreeId {
            deadline,
            sequence: self.next_sequence,
        };
        // It only grows: one timer each nanosecond would last 584 years.
        self.next_sequence += 1;
        self.entries.insert(id, value);
        id
        //<
    }

    /// Takes a timer out before it fires, and returns its value. `None` when it has fired or was
    /// cancelled.
    pub fn cancel(&mut self, id: TreeId) -> Option<T> {
        self.entries.remove(&id)
    }

    /// Takes out the first timer whose deadline is `now` or earlier. `None` when no timer is due.
    ///
    /// The loop asks in every turn, so the answer must not take longer when many timers wait.
    pub fn pop_due(&mut self, now: Duration) -> Option<(TreeId, T)> {
        //> // TODO: take out the first timer, if it is due.
        //> todo!("the first timer that is due at {now:?}")
        let first = self.entries.first_entry()?;
        if first.key().deadline > now {
            return None;
        }
        Some(first.remove_entry())
        //<
    }

    /// How long to wait in the operating system from `now` on, in whole milliseconds. Zero when a
    /// timer is due already, `None` when no timer is set.
    pub fn next_timeout(&self, now: Duration) -> Option<Duration> {
        let (first, _) = self.entries.first_key_value()?;
        Some(whole_milliseconds(first.deadline.saturating_sub(now)))
    }
}

impl<T> Default for TimerTree<T> {
    fn default() -> TimerTree<T> {
        TimerTree::new()
    }
}
