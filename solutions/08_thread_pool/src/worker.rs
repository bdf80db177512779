//! What a worker does.
//!
//! The rule: a worker ends when the queue is empty and its sender is gone, and for no other reason.

use channel::Receiver;

use crate::catch::catch;
use crate::pending::Counted;

/// What a worker runs: a closure that is called once, on another thread.
pub type Job = Box<dyn FnOnce() + Send>;

/// A job in the queue.
pub(crate) struct Task {
    /// What to run.
    pub(crate) job: Job,
    /// Counts the job while the task exists. `None` when the job counts itself, as those of `submit_then` do.
    pub(crate) counted: Option<Counted>,
}

/// Runs jobs, the oldest first, from the thread's first moment to its last. Sleeps while the queue is empty.
pub(crate) fn work(queue: &Receiver<Task>) {
    //> // TODO: run what the queue gives until it gives nothing more.
    //> todo!("receive tasks and run their jobs")
    // `recv` frees the channel's lock before it returns, so others can take their task while this one runs.
    while let Ok(Task { job, counted }) = queue.recv() {
        // A job from `execute` that panics has nobody to tell.
        let _ = catch(job);
        drop(counted);
    }
    //<
}
