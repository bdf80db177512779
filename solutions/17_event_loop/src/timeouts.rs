//! Timeouts and intervals, on the queue of chapter 10.
//!
//! The rule: time is in whole milliseconds here. A timer counts from the call that set it.

use std::cell::{Cell, RefCell};
use std::iter;
use std::time::Duration;

use timers::{TimerId, Timers};

use crate::Callback;

/// A timer, as `set_timeout` or `set_interval` gave it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Timeout(TimerId);

/// What a timer calls.
pub(crate) enum Action {
    Once(Callback),
    Every(Box<dyn FnMut()>),
}

pub(crate) struct Entry {
    pub(crate) action: Action,
    is_ref: bool,
}

/// The timers that are set.
#[derive(Default)]
pub(crate) struct Timeouts {
    timers: RefCell<Timers<Entry>>,
    /// How many of them keep the loop alive. An interval counts while it is called.
    refs: Cell<usize>,
    /// The interval that is called at the moment, and whether it is to keep the loop alive. Its entry is not in
    /// the queue meanwhile.
    called: Cell<Option<(TimerId, bool)>>,
}

impl Timeouts {
    pub(crate) fn set(&self, now: Duration, delay: Duration, action: Action) -> Timeout {
        self.refs.set(self.refs.get() + 1);
        let entry = Entry {
            action,
            is_ref: true,
        };
        Timeout(self.timers.borrow_mut().set(now, delay, entry))
    }

    /// Takes a timer back. One that was called, or cleared before, is none.
    pub(crate) fn clear(&self, timeout: Timeout) {
        // What it captured is dropped when nothing is borrowed any more.
        let cleared = self.timers.borrow_mut().cancel(timeout.0);
        if let Some(entry) = cleared
            && entry.is_ref
        {
            self.refs.set(self.refs.get() - 1);
        }
    }

    /// Lets a timer that has not been called yet, or an interval, count afresh from `now`.
    pub(crate) fn refresh(&self, now: Duration, timeout: Timeout) {
        self.timers.borrow_mut().refresh(timeout.0, now);
    }

    pub(crate) fn set_ref(&self, timeout: Timeout, is_ref: bool) {
        let was_ref = match (
            self.called.get(),
            self.timers.borrow_mut().get_mut(timeout.0),
        ) {
            (Some((id, was_ref)), _) if id == timeout.0 => {
                self.called.set(Some((id, is_ref)));
                was_ref
            }
            (_, Some(entry)) => std::mem::replace(&mut entry.is_ref, is_ref),
            (_, None) => return,
        };
        match (was_ref, is_ref) {
            (false, true) => self.refs.set(self.refs.get() + 1),
            (true, false) => self.refs.set(self.refs.get() - 1),
            _ => {}
        }
    }

    pub(crate) fn has_ref(&self, timeout: Timeout) -> bool {
        match self.called.get() {
            Some((id, is_ref)) if id == timeout.0 => is_ref,
            _ => {
                let mut timers = self.timers.borrow_mut();
                timers.get_mut(timeout.0).is_some_and(|entry| entry.is_ref)
            }
        }
    }

    /// Takes all timers out. Their ids stay over: no timer that is set later gets one of them.
    pub(crate) fn take(&self) -> Vec<Entry> {
        let mut timers = self.timers.borrow_mut();
        self.refs.set(0);
        iter::from_fn(|| timers.pop_due(Duration::MAX))
            .map(|(_, entry)| entry)
            .collect()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.timers.borrow().is_empty()
    }

    /// Whether a timer keeps the loop alive.
    pub(crate) fn is_alive(&self) -> bool {
        self.refs.get() > 0
    }

    /// How long until a timer is due. `None` when none is set.
    pub(crate) fn next_timeout(&self, now: Duration) -> Option<Duration> {
        self.timers.borrow_mut().next_timeout(now)
    }

    /// Takes out the next timer that is due at `now`, which is the same for a whole pass. Give it to
    /// [`returned`](Timeouts::returned) after the call.
    pub(crate) fn pop_due(&self, now: Duration) -> Option<(Timeout, Entry)> {
        let (id, entry) = self.timers.borrow_mut().pop_due(now)?;
        match entry.action {
            Action::Once(_) if entry.is_ref => self.refs.set(self.refs.get() - 1),
            Action::Once(_) => {}
            Action::Every(_) => self.called.set(Some((id, entry.is_ref))),
        }
        Some((Timeout(id), entry))
    }

    /// Sets an interval again after its call, from `start`, a time before the call. Not if it was cleared.
    pub(crate) fn returned(&self, timeout: Timeout, action: Action, start: Duration) {
        let Some((_, is_ref)) = self.called.take() else {
            return;
        };
        let entry = Entry { action, is_ref };
        let over = self
            .timers
            .borrow_mut()
            .put_back(timeout.0, entry, Some(start));
        if over.is_some() && is_ref {
            self.refs.set(self.refs.get() - 1);
        }
    }
}
