//! Immediates: what runs in the check phase, right after the poll.
//!
//! The rule: a phase runs those that were there when it began.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;

use crate::Callback;

/// An empty queue keeps room for this many immediates, and gives back what a burst needed beyond that.
const KEPT: usize = 1024;

/// An immediate, as `set_immediate` gave it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Immediate(u64);

pub(crate) struct Entry {
    /// `None` when it was cleared.
    callback: Option<Callback>,
    is_ref: bool,
}

/// The immediates that wait, the oldest at the front.
#[derive(Default)]
pub(crate) struct Immediates {
    queue: RefCell<VecDeque<Entry>>,
    /// The number of the entry at the front. The others follow it without a gap, so a number is a place.
    first: Cell<u64>,
    /// How many of them keep the loop alive.
    refs: Cell<usize>,
}

impl Immediates {
    pub(crate) fn set(&self, callback: Callback) -> Immediate {
        let mut queue = self.queue.borrow_mut();
        queue.push_back(Entry {
            callback: Some(callback),
            is_ref: true,
        });
        self.refs.set(self.refs.get() + 1);
        Immediate(self.first.get() + queue.len() as u64 - 1)
    }

    /// Takes an immediate back. One that was called or cleared is none.
    pub(crate) fn clear(&self, immediate: Immediate) {
        let cleared = self.with(immediate, |entry| entry.callback.take());
        if cleared.flatten().is_some() {
            self.set_ref(immediate, false);
        }
    }

    pub(crate) fn set_ref(&self, immediate: Immediate, is_ref: bool) {
        let was_ref = self.with(immediate, |entry| {
            std::mem::replace(&mut entry.is_ref, is_ref)
        });
        match (was_ref, is_ref) {
            (Some(false), true) => self.refs.set(self.refs.get() + 1),
            (Some(true), false) => self.refs.set(self.refs.get() - 1),
            _ => {}
        }
    }

    pub(crate) fn has_ref(&self, immediate: Immediate) -> bool {
        self.with(immediate, |entry| entry.is_ref) == Some(true)
    }

    /// Takes all immediates out. Their numbers stay over.
    pub(crate) fn take(&self) -> VecDeque<Entry> {
        self.first.set(self.end());
        self.refs.set(0);
        self.queue.take()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.queue.borrow().is_empty()
    }

    /// Whether an immediate keeps the loop alive.
    pub(crate) fn is_alive(&self) -> bool {
        self.refs.get() > 0
    }

    /// The number that the next immediate will get: those of this phase have smaller ones.
    pub(crate) fn end(&self) -> u64 {
        self.first.get() + self.queue.borrow().len() as u64
    }

    /// Takes out the next immediate with a number below `end`. One that was cleared is passed over.
    pub(crate) fn pop(&self, end: u64) -> Option<Callback> {
        while self.first.get() < end {
            let mut queue = self.queue.borrow_mut();
            let entry = queue.pop_front()?;
            if queue.is_empty() && queue.capacity() > KEPT {
                queue.shrink_to(KEPT);
            }
            drop(queue);
            self.first.set(self.first.get() + 1);
            if entry.is_ref {
                self.refs.set(self.refs.get() - 1);
            }
            if entry.callback.is_some() {
                return entry.callback;
            }
        }
        None
    }

    fn with<R>(&self, immediate: Immediate, f: impl FnOnce(&mut Entry) -> R) -> Option<R> {
        let place = immediate.0.checked_sub(self.first.get())?;
        let mut queue = self.queue.borrow_mut();
        queue.get_mut(usize::try_from(place).ok()?).map(f)
    }
}
