//! A queue of jobs and the threads at its end.
//!
//! The rule: the pool owns the only sender. Dropping it tells every worker to finish what is in the queue
//! and to end, and after that each worker can be joined.

use std::fmt;
use std::io;
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use channel::{Receiver, SendError, Sender, TrySendError, bounded, channel};

use crate::catch::catch;
use crate::error::{Panicked, ShutDown};
use crate::handle::Handle;
use crate::pending::Pending;
use crate::ticket::{Ticket, ticketed};
use crate::worker::{Job, Task, work};

/// A fixed number of threads that run jobs, the oldest first.
///
/// Threads may share it by reference. Dropping it shuts it down.
pub struct ThreadPool {
    /// Where jobs go in. `None` after a shutdown.
    jobs: Option<Sender<Task>>,
    /// Where they come out. The workers share it.
    queue: Arc<Receiver<Task>>,
    /// The threads that have not been joined yet.
    workers: Vec<JoinHandle<()>>,
    pending: Pending,
}

impl ThreadPool {
    /// Starts `size` workers. Their threads are named `pool0`, `pool1` and so on. The queue has no limit.
    ///
    /// # Errors
    ///
    /// `InvalidInput` when `size` is 0, because no job would ever run. Otherwise the OS error, when it
    /// refuses a thread; those that were started before it are joined.
    pub fn new(size: usize) -> io::Result<ThreadPool> {
        ThreadPool::start(size, channel())
    }

    /// Starts `size` workers as [`new`](ThreadPool::new) does. At most `limit` jobs wait in their queue.
    ///
    /// # Errors
    ///
    /// As [`new`](ThreadPool::new), and `InvalidInput` also when `limit` is 0.
    pub fn with_limit(size: usize, limit: usize) -> io::Result<ThreadPool> {
        if limit == 0 {
            return Err(invalid("a queue needs room for at least one job"));
        }
        ThreadPool::start(size, bounded(limit))
    }

    fn start(size: usize, (jobs, queue): (Sender<Task>, Receiver<Task>)) -> io::Result<ThreadPool> {
        if size == 0 {
            return Err(invalid("a pool needs at least one worker"));
        }
        // TODO: start the workers and return the pool that owns them.
        todo!("start {size} workers")
    }

    /// Puts `job` at the back of the queue. A panic of the job ends the job alone.
    ///
    /// When the queue has a limit and is full, this waits until there is room. So an event loop must never
    /// call it on a pool with a limit: the loop would stand still. [`try_execute`](ThreadPool::try_execute)
    /// is for loops. A job that calls it on its own pool can wait for ever, for the same reason.
    ///
    /// # Errors
    ///
    /// When the pool is shut down. The error gives the job back.
    pub fn execute(&self, job: impl FnOnce() + Send + 'static) -> Result<(), SendError<Job>> {
        let job: Job = Box::new(job);
        let Some(jobs) = &self.jobs else {
            return Err(SendError(job));
        };
        let counted = Some(self.pending.count_one());
        jobs.send(Task { job, counted })
            .map_err(|SendError(task)| SendError(task.job))
    }

    /// Puts `job` at the back of the queue if there is room. Never waits.
    ///
    /// # Errors
    ///
    /// When the queue is full or the pool is shut down. The error gives the job back.
    pub fn try_execute(
        &self,
        job: impl FnOnce() + Send + 'static,
    ) -> Result<(), TrySendError<Job>> {
        let job: Job = Box::new(job);
        let Some(jobs) = &self.jobs else {
            return Err(TrySendError::Disconnected(job));
        };
        let counted = Some(self.pending.count_one());
        jobs.try_send(Task { job, counted })
            .map_err(|error| match error {
                TrySendError::Full(task) => TrySendError::Full(task.job),
                TrySendError::Disconnected(task) => TrySendError::Disconnected(task.job),
            })
    }

    /// Puts `job` at the back of the queue. The [`Handle`] waits for what it returns.
    ///
    /// Waits for room as [`execute`](ThreadPool::execute) does.
    ///
    /// # Errors
    ///
    /// When the pool is shut down.
    pub fn submit<T: Send + 'static>(
        &self,
        job: impl FnOnce() -> T + Send + 'static,
    ) -> Result<Handle<T>, ShutDown> {
        let (sender, outcome) = channel();
        let ticket = self.submit_then(job, move |result| {
            // The handle may be gone. Then nobody wants the result.
            let _ = sender.send(result);
        })?;
        Ok(Handle { outcome, ticket })
    }

    /// Puts `job` at the back of the queue. The worker that has run it passes the outcome to `then` at once:
    /// what the job returned, or its panic.
    ///
    /// `then` hands the outcome to the thread that wants it: it pushes to that thread's queue and wakes it.
    /// It should be short, since its worker does nothing else meanwhile. A panic in it is caught and costs
    /// no worker. The job is no longer [`pending`](ThreadPool::pending) when `then` begins.
    ///
    /// Waits for room as [`execute`](ThreadPool::execute) does.
    ///
    /// # Errors
    ///
    /// When the pool is shut down. Then neither closure ever runs.
    pub fn submit_then<T: 'static>(
        &self,
        job: impl FnOnce() -> T + Send + 'static,
        then: impl FnOnce(Result<T, Panicked>) + Send + 'static,
    ) -> Result<Ticket, ShutDown> {
        let Some(jobs) = &self.jobs else {
            return Err(ShutDown);
        };
        let counted = self.pending.count_one();
        // TODO: make one job of `job` and `then`, and queue it so that it can be cancelled.
        todo!("queue a job that passes on its outcome")
    }

    /// How many jobs are queued or running at this moment. A job counts until it has ended or is cancelled;
    /// its `then` does not count.
    ///
    /// So a loop that has got an outcome finds the number already lowered. For the same reason the number is
    /// no answer to "may the loop end?": at 0, an outcome may still be on its way.
    pub fn pending(&self) -> usize {
        self.pending.now()
    }

    /// Takes no more jobs, lets the workers run all that are in the queue, and joins the workers. Calling it
    /// again does nothing.
    ///
    /// A job may call this for its own pool, or drop the last reference to it. The worker that runs this
    /// job cannot be joined, for it would wait for itself. It ends on its own after the job and what it then
    /// finds in the queue; the others are joined. Nothing in here panics, because `drop` calls it.
    pub fn shutdown(&mut self) {
        // TODO: tell the workers that no more jobs will come, and join them.
        todo!("let the workers finish, and join them")
    }

    /// Takes no more jobs, drops those in the queue, and joins the workers, which finish what they are
    /// running.
    ///
    /// The queued jobs are dropped first, on this thread. So a [`Handle`] that waits for one gets
    /// [`WaitError::Cancelled`](crate::WaitError::Cancelled) at once, and not after the running jobs. What
    /// [`shutdown`](ThreadPool::shutdown) says of a job's own pool and of panics holds here too.
    pub fn shutdown_now(&mut self) {
        // TODO: end without what is queued. What may happen when it is dropped?
        todo!("end without running what is queued")
    }
}

impl Drop for ThreadPool {
    /// Shuts the pool down as [`shutdown`](ThreadPool::shutdown) does, also while a panic unwinds the stack.
    fn drop(&mut self) {
        // TODO: shut down. (No `todo!()` stands here: a panic in `drop` can end the whole process.)
    }
}

fn invalid(reason: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, reason)
}

impl fmt::Debug for ThreadPool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ThreadPool")
            .field("workers", &self.workers.len())
            .field("pending", &self.pending())
            .field("is_shut_down", &self.jobs.is_none())
            .finish()
    }
}
