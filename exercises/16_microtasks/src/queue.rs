//! One first-in, first-out queue of tasks. All of it is given.
//!
//! The rule: no borrow outlives a method. A task runs after it was taken out, so it may queue others.

use std::cell::RefCell;
use std::collections::VecDeque;

/// Something to call once, on the loop's own thread. It need not be `Send`.
pub type Task = Box<dyn FnOnce()>;

/// An empty queue keeps room for this many tasks, and gives back what a burst needed beyond that.
const KEPT: usize = 1024;

/// Tasks in the order in which they were queued.
#[derive(Default)]
pub(crate) struct Queue {
    tasks: RefCell<VecDeque<Task>>,
}

impl Queue {
    /// Puts `task` at the back.
    pub(crate) fn push(&self, task: Task) {
        self.tasks.borrow_mut().push_back(task);
    }

    /// Takes the task at the front.
    pub(crate) fn pop(&self) -> Option<Task> {
        let mut tasks = self.tasks.borrow_mut();
        let task = tasks.pop_front();
        if tasks.is_empty() && tasks.capacity() > KEPT {
            tasks.shrink_to(KEPT);
        }
        task
    }

    /// How many tasks wait.
    pub(crate) fn len(&self) -> usize {
        self.tasks.borrow().len()
    }
}
