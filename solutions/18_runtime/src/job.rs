//! When a job of the pool waited, ran and was over. All of it is given.

use std::time::Duration;

/// What [`observe_jobs`](crate::observe_jobs) tells of one job. Times are on the clock of the loop's observer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobTimes {
    /// The name of the worker's thread: `pool0`.
    pub worker: String,
    /// When `work` was called.
    pub queued: Duration,
    /// When a worker began it.
    pub began: Duration,
    /// When it was over.
    pub ended: Duration,
}
