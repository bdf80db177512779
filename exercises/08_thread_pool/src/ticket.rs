//! Cancelling a job that has not begun.
//!
//! The rule: a job that can be cancelled lies in a slot. The worker takes it out to run it, a ticket takes
//! it out to drop it, and only one of them finds it there.

use std::sync::{Arc, Mutex, PoisonError, Weak};

use crate::worker::Job;

/// Where a job lies until it begins or is cancelled.
type Slot = Mutex<Option<Job>>;

/// Cancels one job, if that has not begun. Dropping the ticket changes nothing.
#[derive(Debug)]
pub struct Ticket {
    /// Weak, because the queue owns the slot: what the queue drops must be gone, tickets or no tickets.
    slot: Weak<Slot>,
}

impl Ticket {
    /// Cancels the job if it is still in the queue: then neither the job nor its `then` ever runs, and what
    /// they captured is dropped before this returns. Returns whether it did so.
    ///
    /// Returns false when the job has begun, has ended, or was cancelled before. Never waits for a job.
    ///
    /// A cancelled job keeps its place in the queue, empty, until a worker comes to it.
    pub fn cancel(&self) -> bool {
        self.slot
            .upgrade()
            .is_some_and(|slot| take(&slot).is_some())
    }
}

/// Makes `job` one that can be cancelled. The returned job goes into the queue in place of `job`; it does
/// nothing when it is called after [`Ticket::cancel`] has returned true.
pub(crate) fn ticketed(job: Job) -> (Job, Ticket) {
    // TODO: this first version's ticket has no slot, so it always comes too late. Give it one.
    (job, Ticket { slot: Weak::new() })
}

/// Takes the job out of its slot. The lock is free again when this returns, so neither the job nor the
/// `drop` of what it captured runs under it.
fn take(slot: &Slot) -> Option<Job> {
    // No code that could panic runs under this lock, so it is never poisoned.
    slot.lock().unwrap_or_else(PoisonError::into_inner).take()
}
