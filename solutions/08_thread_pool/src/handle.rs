//! The result of a job, for the thread that waits for it.

use std::fmt;

use channel::Receiver;

use crate::error::{Panicked, WaitError};
use crate::ticket::Ticket;

/// Waits for the result of one job. Dropping the handle does not stop the job.
pub struct Handle<T> {
    /// Gets the job's outcome. A job that is dropped drops the sender without having sent one.
    pub(crate) outcome: Receiver<Result<T, Panicked>>,
    pub(crate) ticket: Ticket,
}

impl<T> Handle<T> {
    /// Waits until the job has ended, and returns what it returned. The thread sleeps meanwhile.
    ///
    /// A job that waits for another job of its own pool keeps its worker from running anything. When all
    /// workers do that, nothing in the queue ever runs. An event loop never calls this:
    /// [`submit_then`](crate::ThreadPool::submit_then) is for loops.
    ///
    /// # Errors
    ///
    /// When the job panicked, and when it was cancelled.
    pub fn wait(self) -> Result<T, WaitError> {
        //> // TODO: wait for the outcome, and tell apart the three ways in which it can come out.
        //> todo!("wait for the outcome")
        match self.outcome.recv() {
            Ok(outcome) => outcome.map_err(WaitError::Panicked),
            // The sender is gone and has sent nothing: its job was dropped.
            Err(_) => Err(WaitError::Cancelled),
        }
        //<
    }

    /// As [`Ticket::cancel`]. After it has returned true, [`wait`](Handle::wait) returns
    /// [`WaitError::Cancelled`].
    pub fn cancel(&self) -> bool {
        self.ticket.cancel()
    }
}

// `T` need not be printable, and there may be no result yet.
impl<T> fmt::Debug for Handle<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Handle(..)")
    }
}
