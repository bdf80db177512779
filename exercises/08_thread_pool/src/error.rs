//! What can go wrong with a job, as types. All of this is given.

use std::error::Error;
use std::fmt;

/// The job panicked instead of returning something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Panicked {
    /// The text of the job's `panic!`, or `a panic without a message`.
    pub message: String,
}

/// Why [`Handle::wait`](crate::Handle::wait) has no result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WaitError {
    /// The job ran and panicked.
    Panicked(Panicked),
    /// The job never ran: it was cancelled, or dropped by
    /// [`shutdown_now`](crate::ThreadPool::shutdown_now).
    Cancelled,
}

/// The pool is shut down and takes no more jobs. The refused job has been dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShutDown;

impl fmt::Display for Panicked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the job panicked: {}", self.message)
    }
}

impl fmt::Display for WaitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            WaitError::Panicked(panicked) => panicked.fmt(f),
            WaitError::Cancelled => f.write_str("the job was cancelled before it began"),
        }
    }
}

impl fmt::Display for ShutDown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the thread pool is shut down")
    }
}

impl Error for Panicked {}
impl Error for WaitError {}
impl Error for ShutDown {}
