//! The timers that are set, and the order in which they fire.
//!
//! The rule: nothing in here asks what time it is. Whoever calls says it, and says it once for each
//! pass over the timers that are due.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

/// The step in which operating systems count a time-out: `epoll_wait`, `poll` and
/// `GetQueuedCompletionStatusEx` take whole milliseconds.
pub const RESOLUTION: Duration = Duration::from_millis(1);

/// Names one timer, and is its place in the queue. No two timers of a queue ever have the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TimerId {
    deadline: Duration,
    /// How many timers were set before this one.
    sequence: u64,
}

impl TimerId {
    /// The time from which on this timer is due.
    pub fn deadline(self) -> Duration {
        self.deadline
    }
}

/// The order in which timers fire: the smaller one first.
///
/// An earlier deadline comes first. Among timers of one deadline, the one that was set first comes
/// first.
impl Ord for TimerId {
    fn cmp(&self, other: &TimerId) -> Ordering {
        //> // TODO: compare by what decides first, and then by what decides a tie.
        //> todo!("say whether {self:?} fires before {other:?}")
        // `#[derive(PartialOrd, Ord)]` would say the same, as long as nobody reorders the fields.
        self.deadline
            .cmp(&other.deadline)
            .then(self.sequence.cmp(&other.sequence))
        //<
    }
}

impl PartialOrd for TimerId {
    fn partial_cmp(&self, other: &TimerId) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Timers, each with a deadline and a value of yours that comes back when it fires.
///
/// Time is a [`Duration`] since some start: whose start, the caller decides (see
/// [`Clock`](crate::Clock)).
pub struct Timers<T> {
    /// The timers that are set and have not fired. The map keeps them in the order of [`TimerId`].
    entries: BTreeMap<TimerId, T>,
    /// The sequence number of the next timer. It only grows: one timer each nanosecond would last
    /// 584 years.
    next_sequence: u64,
}

impl<T> Timers<T> {
    /// No timers.
    pub fn new() -> Timers<T> {
        Timers {
            entries: BTreeMap::new(),
            next_sequence: 0,
        }
    }

    /// How many timers are set: neither fired nor cancelled.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether no timer is set.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Sets a timer that is due from `deadline` on, and says how to cancel it.
    ///
    /// A deadline that has passed is fine: the timer is due at once. So is one that never comes:
    /// `now.saturating_add(delay)` makes a deadline of any delay.
    pub fn insert(&mut self, deadline: Duration, value: T) -> TimerId {
        //> // TODO: make an id that no timer of this queue has had, and put the value under it.
        //> todo!("set timer {} for {deadline:?}", self.next_sequence)
        let id = TimerId {
            deadline,
            sequence: self.next_sequence,
        };
        self.next_sequence += 1;
        self.entries.insert(id, value);
        id
        //<
    }

    /// Takes a timer out before it fires, and gives its value back.
    ///
    /// `None` when it has fired or was cancelled: to come too late is not an error. An id belongs to
    /// the queue that gave it; another queue may know the same one.
    pub fn cancel(&mut self, id: TimerId) -> Option<T> {
        //> // TODO: take the timer out without looking at all the others.
        //> todo!("cancel {id:?}")
        // The id is the key, so there is nothing to search.
        self.entries.remove(&id)
        //<
    }

    /// Takes out the first timer that is due at `now`: its deadline is `now` or earlier.
    ///
    /// `None` when none is due. Call it until then, with the same `now`:
    ///
    /// ```rust,ignore
    /// let now = clock.now();
    /// while let Some((id, value)) = timers.pop_due(now) {
    ///     // May set and cancel other timers.
    /// }
    /// ```
    ///
    /// A timer that is set meanwhile takes its place among the others. If its deadline is later than
    /// `now`, by however little, it waits for the next pass, so a timer that sets itself again does
    /// not keep the pass from ending.
    pub fn pop_due(&mut self, now: Duration) -> Option<(TimerId, T)> {
        //> // TODO: look at the first timer, and take it out only if it is due.
        //> todo!("the first timer with a deadline of {now:?} or earlier")
        let first = self.entries.first_entry()?;
        if first.key().deadline > now {
            return None;
        }
        Some(first.remove_entry())
        //<
    }

    /// The deadline of the first timer, in the past or not. `None` when no timer is set.
    pub fn next_deadline(&self) -> Option<Duration> {
        self.entries.first_key_value().map(|(id, _)| id.deadline)
    }

    /// How long to wait in the operating system from `now` on, so that afterwards a timer is due.
    ///
    /// In whole steps of [`RESOLUTION`], rounded up. Zero when a timer is due already, `None` when
    /// no timer is set: then only something else can end the wait. A wait that would be longer than
    /// [`Duration::MAX`] is cut to that.
    pub fn next_timeout(&self, now: Duration) -> Option<Duration> {
        //> // TODO: the time until the next deadline, none if that has passed, rounded up to a whole
        //> // number of milliseconds.
        //> todo!("how long to wait when it is {now:?}")
        let left = self.next_deadline()?.saturating_sub(now);
        // The whole seconds are whole milliseconds as well, so only the fraction needs rounding. In
        // 64-bit milliseconds the longest durations would not fit.
        let beyond = left.subsec_nanos() % RESOLUTION.subsec_nanos();
        if beyond == 0 {
            return Some(left);
        }
        Some(left.saturating_add(RESOLUTION - Duration::from_nanos(beyond.into())))
        //<
    }
}

impl<T> Default for Timers<T> {
    fn default() -> Timers<T> {
        Timers::new()
    }
}

/// The values may be closures, which cannot be shown: the ids are.
impl<T> fmt::Debug for Timers<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.entries.keys()).finish()
    }
}
