//! How many jobs are queued or running. All of this is given.
//!
//! The rule: a job is counted for as long as its [`Counted`] exists. Whatever becomes of the job (it ends,
//! it panics, it is cancelled, the queue refuses it), the value is dropped once, and the count is right.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The number, shared by the pool and all of its jobs.
#[derive(Clone, Default)]
pub(crate) struct Pending(Arc<AtomicUsize>);

/// One job in the number.
pub(crate) struct Counted(Pending);

impl Pending {
    /// Counts one job more, until the returned value is dropped.
    pub(crate) fn count_one(&self) -> Counted {
        self.0.fetch_add(1, Ordering::Relaxed);
        Counted(self.clone())
    }

    /// The number at this moment.
    pub(crate) fn now(&self) -> usize {
        // Relaxed suffices: a thread that has received a job's outcome through any lock or channel also
        // sees what the worker did to this number before.
        self.0.load(Ordering::Relaxed)
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.0.fetch_sub(1, Ordering::Relaxed);
    }
}
