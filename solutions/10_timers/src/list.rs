//! A first-in first-out list of timers, linked through their slots.
//!
//! The rule: a list holds no timer. Each timer knows its two neighbours, so it can leave from the
//! middle without a search.

use std::time::Duration;

use crate::slots::Slots;

/// One timer, in its slot.
pub(crate) struct Timer<T> {
    /// The duration of the timer.
    pub(crate) delay: Duration,
    /// The time from which the delay counts.
    pub(crate) start: Duration,
    /// The caller's value. `None` while the caller has it: from `pop_due` to `put_back`.
    pub(crate) value: Option<T>,
    /// The list that the timer is in. `None` while it is in no list.
    pub(crate) list: Option<u32>,
    previous: Option<u32>,
    next: Option<u32>,
}

impl<T> Timer<T> {
    /// A timer that is in no list yet.
    pub(crate) fn new(delay: Duration, value: T) -> Timer<T> {
        Timer {
            delay,
            start: Duration::ZERO,
            value: Some(value),
            list: None,
            previous: None,
            next: None,
        }
    }

    /// The time from which on this timer is due.
    pub(crate) fn deadline(&self) -> Duration {
        self.start.saturating_add(self.delay)
    }
}

/// The timers of one duration, in the order in which they were put in.
pub(crate) struct List {
    /// The duration.
    pub(crate) delay: Duration,
    /// When to look at this list. Its first timer may be due later.
    pub(crate) expiry: Duration,
    /// Decides between lists of one expiry: the smaller id comes first.
    pub(crate) id: u64,
    head: Option<u32>,
    tail: Option<u32>,
}

impl List {
    pub(crate) fn new(delay: Duration, expiry: Duration, id: u64) -> List {
        List {
            delay,
            expiry,
            id,
            head: None,
            tail: None,
        }
    }

    /// The slot of the first timer. `None` when the list is empty.
    pub(crate) fn head(&self) -> Option<u32> {
        self.head
    }

    /// Puts the timer in `slot`, which is in no list, behind all others.
    pub(crate) fn push_back<T>(&mut self, timers: &mut Slots<Timer<T>>, slot: u32) {
        let last = self.tail.replace(slot);
        match last {
            Some(last) => timers[last].next = Some(slot),
            None => self.head = Some(slot),
        }
        let timer = &mut timers[slot];
        timer.previous = last;
        timer.next = None;
    }

    /// Takes the timer in `slot`, which is in this list, out of it.
    pub(crate) fn unlink<T>(&mut self, timers: &mut Slots<Timer<T>>, slot: u32) {
        let timer = &mut timers[slot];
        let previous = timer.previous.take();
        let next = timer.next.take();
        match previous {
            Some(previous) => timers[previous].next = next,
            None => self.head = next,
        }
        match next {
            Some(next) => timers[next].previous = previous,
            None => self.tail = previous,
        }
    }
}
