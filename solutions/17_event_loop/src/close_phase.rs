//! What runs at the end of a turn, because a handle was closed in it.

use std::cell::RefCell;
use std::collections::VecDeque;

use crate::Callback;

/// The callbacks of handles that were closed, the first one at the front.
#[derive(Default)]
pub(crate) struct Closing {
    queue: RefCell<VecDeque<Callback>>,
}

impl Closing {
    pub(crate) fn push(&self, callback: Callback) {
        self.queue.borrow_mut().push_back(callback);
    }

    /// All that wait now. What is pushed from here on waits for the next turn.
    pub(crate) fn take(&self) -> VecDeque<Callback> {
        self.queue.take()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.queue.borrow().is_empty()
    }
}
