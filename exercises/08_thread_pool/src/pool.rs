//! Threads that wait for jobs at the end of a channel.
//!
//! The rule of the game: the pool owns the only sender of jobs. When it drops that, each worker still gets
//! what is in the queue, then an error, and returns; and then it can be joined.

use std::fmt;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use channel::{Receiver, SendError, Sender, TrySendError, bounded, channel};

use crate::handle::{Handle, Panicked};

/// What a worker runs: a closure that is called once, on another thread.
pub type Job = Box<dyn FnOnce() + Send>;

/// A fixed number of threads that run jobs, the oldest first.
pub struct ThreadPool {
    /// Where jobs go in. `None` after `shutdown`.
    jobs: Option<Sender<Job>>,
    /// The threads that have not been joined yet.
    workers: Vec<JoinHandle<()>>,
}

impl ThreadPool {
    /// Starts `size` workers, named `pool0`, `pool1` and so on. Their queue has no limit.
    ///
    /// # Errors
    ///
    /// `InvalidInput` when `size` is 0, because nobody would ever run a job; and what the operating system
    /// says when it has no thread to give.
    pub fn new(size: usize) -> io::Result<ThreadPool> {
        ThreadPool::start(size, channel())
    }

    /// Starts `size` workers. At most `limit` jobs wait in their queue: when it is full,
    /// [`execute`](ThreadPool::execute) waits.
    ///
    /// # Errors
    ///
    /// As [`new`](ThreadPool::new), and `InvalidInput` also when `limit` is 0.
    pub fn with_limit(size: usize, limit: usize) -> io::Result<ThreadPool> {
        if limit == 0 {
            return Err(invalid("a queue needs room for one job at least"));
        }
        ThreadPool::start(size, bounded(limit))
    }

    fn start(size: usize, queue: (Sender<Job>, Receiver<Job>)) -> io::Result<ThreadPool> {
        if size == 0 {
            return Err(invalid("a pool needs one worker at least"));
        }
        // TODO: put the receiver into an `Arc`. Start `size` threads with `thread::Builder`, which can name
        // them, and let each of them `work` on its clone of the `Arc`. Keep their handles. If
        // one cannot be started, those that run have to be joined: make the `ThreadPool` first, and push to it.
        todo!("start {size} workers")
    }

    /// Puts `job` at the back of the queue. When the queue is full, waits until there is room.
    ///
    /// # Errors
    ///
    /// When the pool is shut down: the error has the job.
    pub fn execute(&self, job: impl FnOnce() + Send + 'static) -> Result<(), SendError<Job>> {
        let job: Job = Box::new(job);
        match &self.jobs {
            Some(jobs) => jobs.send(job),
            None => Err(SendError(job)),
        }
    }

    /// Puts `job` at the back of the queue if there is room. Never waits.
    ///
    /// # Errors
    ///
    /// When the queue is full or the pool is shut down: the error has the job.
    pub fn try_execute(
        &self,
        job: impl FnOnce() + Send + 'static,
    ) -> Result<(), TrySendError<Job>> {
        let job: Job = Box::new(job);
        match &self.jobs {
            Some(jobs) => jobs.try_send(job),
            None => Err(TrySendError::Disconnected(job)),
        }
    }

    /// As [`execute`](ThreadPool::execute), for a job that returns something: the [`Handle`] waits for it.
    ///
    /// # Errors
    ///
    /// When the pool is shut down.
    pub fn submit<T: Send + 'static>(
        &self,
        job: impl FnOnce() -> T + Send + 'static,
    ) -> Result<Handle<T>, SendError<Job>> {
        // TODO: make a channel for the one result. Execute a job that runs `job` inside `catch_unwind`, makes
        // a `Panicked` of a panic, and sends the outcome. Return the other end as a `Handle`.
        todo!("execute a job that sends back its result")
    }

    /// Takes no more jobs, lets the workers run all that are in the queue, and returns when the workers
    /// have ended. A second time there is nothing to do.
    ///
    /// A job may call this, or drop the last reference to its pool, which does the same. Its own worker
    /// cannot be waited for: it would wait for itself. That worker is left to end by itself, after the job
    /// and whatever it then finds in the queue. The others are joined.
    pub fn shutdown(&mut self) {
        // TODO: first drop the sender, so that the workers see the end of the queue. Then join every worker,
        // except the one that runs this code (compare `thread().id()` with that of `thread::current()`).
        // `drop` calls this, so nothing here may panic: do not `unwrap` what `join` returns.
        todo!("let the workers finish, and join them")
    }
}

/// What a worker does from its first moment to its last.
fn work(jobs: &Receiver<Job>) {
    // TODO: receive jobs until there are no more, and run each inside `catch_unwind`, so that a panic ends
    // the job and not the worker.
    todo!("receive jobs and run them")
}

impl Drop for ThreadPool {
    /// As [`shutdown`](ThreadPool::shutdown): no thread is left behind.
    fn drop(&mut self) {
        // TODO: do what `shutdown` does. There is no `todo!()` here, because this also runs while a test's
        // panic is under way, and a second panic would end the process.
    }
}

fn invalid(reason: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, reason)
}

impl fmt::Debug for ThreadPool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ThreadPool")
            .field("workers", &self.workers.len())
            .field("is_shut_down", &self.jobs.is_none())
            .finish()
    }
}
