//! What runs at the end of a turn, because a handle was closed in it.
//!
//! The rule: the handle that was closed last is called first. libuv puts each one at the front of its list.

use std::cell::RefCell;

use crate::Callback;

/// The callbacks of handles that were closed, the last one at the end.
#[derive(Default)]
pub(crate) struct Closing {
    stack: RefCell<Vec<Callback>>,
}

impl Closing {
    pub(crate) fn push(&self, callback: Callback) {
        self.stack.borrow_mut().push(callback);
    }

    /// All that wait now, the last one first. What is pushed from here on waits for the next turn.
    pub(crate) fn take(&self) -> impl Iterator<Item = Callback> + use<> {
        self.stack.take().into_iter().rev()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.stack.borrow().is_empty()
    }
}
