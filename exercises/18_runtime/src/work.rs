//! Jobs for the pool, and the way of their results back to the loop.
//!
//! The rule: the callback stays in the registry, on the loop's thread. An id goes out with the job, and comes back
//! with the result.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::fmt;
use std::io;
use std::rc::Rc;
use std::sync::Arc;
use std::thread;

use callbacks::{CallbackId, Callbacks, Completion, Error, Result};
use event_loop::Callback;
use event_queue::{EventQueue, Token};
use thread_pool::{Panicked, Ticket};
use timers::{Clock, MonotonicClock};
use waker::{Mailbox, Waker};

use crate::JobTimes;
use crate::current::{current, try_current};
use crate::pool::Pool;

/// Runs `job` on a thread of the pool. Calls `callback` with its result on this thread, in a later poll phase.
///
/// Jobs begin in the order of the calls, as workers become free; the queue has no limit. Callbacks are called in the
/// order in which the jobs end. A job whose callback was not called yet keeps the program alive.
///
/// A job that panics gives its callback the error `ERR_JOB_PANICKED`, and costs no worker. If the system refuses the
/// pool's threads, the callback gets that error, with `spawn` as the name of the system call, and the job never runs.
pub fn work<T: Send + 'static>(
    job: impl FnOnce() -> Result<T> + Send + 'static,
    callback: impl FnOnce(Result<T>) + 'static,
) -> Work {
    current().poller.workers().work(job, callback)
}

/// How much is in the pool at present.
pub fn load() -> Load {
    let runtime = current();
    let workers = runtime.poller.workers();
    Load {
        pending: workers.callbacks.borrow().len(),
        in_pool: workers.pool.pending(),
        peak: workers.peak.get(),
    }
}

/// How much the pool has to do, in jobs whose callbacks were not called yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Load {
    /// The number at this moment.
    pub pending: usize,
    /// How many of them no worker has finished yet. The results of the others are on their way to their callbacks.
    pub in_pool: usize,
    /// The highest number that there has been: the high-water mark.
    pub peak: usize,
}

/// A job of the pool, as [`work`] gave it. Dropping it changes nothing.
pub struct Work {
    /// `None` when the job was never queued.
    ticket: Option<Ticket>,
    /// Makes the completion of a cancelled job.
    cancelled: Box<dyn Fn() -> Completion>,
}

impl Work {
    /// Takes the job back if no worker has begun it. Then it never runs, and its callback gets the error
    /// `ECANCELED` in a later poll phase. Returns whether it did so.
    pub fn cancel(&self) -> bool {
        let (Some(ticket), Some(runtime)) = (&self.ticket, try_current()) else {
            return false;
        };
        let is_cancelled = ticket.cancel();
        if is_cancelled {
            runtime.poller.workers().post((self.cancelled)());
        }
        is_cancelled
    }
}

impl fmt::Debug for Work {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Work(..)")
    }
}

/// What a worker sends to the loop.
struct Letter {
    completion: Completion,
    /// `None` when nobody observed the jobs.
    times: Option<JobTimes>,
}

type JobObserver = Rc<dyn Fn(&JobTimes)>;

/// The pool, the callbacks that wait for it, and the mailbox into which it puts results.
pub(crate) struct Workers {
    clock: MonotonicClock,
    callbacks: Rc<RefCell<Callbacks>>,
    mailbox: Arc<Mailbox<Letter>>,
    pool: Pool,
    peak: Cell<usize>,
    observer: RefCell<Option<JobObserver>>,
}

impl Workers {
    /// No jobs, and no thread yet. Results end the waits of `queue` under the token `bell`.
    pub(crate) fn new(
        clock: MonotonicClock,
        queue: &EventQueue,
        bell: Token,
    ) -> io::Result<Workers> {
        Ok(Workers {
            clock,
            callbacks: Rc::default(),
            mailbox: Arc::new(Mailbox::new(Waker::new(queue, bell)?)),
            pool: Pool::default(),
            peak: Cell::new(0),
            observer: RefCell::default(),
        })
    }

    /// See [`work`].
    fn work<T: Send + 'static>(
        &self,
        job: impl FnOnce() -> Result<T> + Send + 'static,
        callback: impl FnOnce(Result<T>) + 'static,
    ) -> Work {
        let id = self.keep(callback);
        let job = timed(self.clock, self.observer.borrow().is_some(), job);
        // TODO: the job runs on the loop's own thread here, and nothing else runs meanwhile. Give it to the pool.
        // If the pool cannot start, post `Error::from_io(&error, "spawn")`.
        let ((result, times), ticket) = (job(), None);
        let completion = id.complete(result);
        let _ = self.mailbox.post(Letter { completion, times });
        Work {
            ticket,
            cancelled: Box::new(move || {
                let error = Error::new("ECANCELED", "operation canceled");
                id.complete(Err(error))
            }),
        }
    }

    /// Puts a callback into the registry, and counts.
    fn keep<T: Send + 'static>(&self, callback: impl FnOnce(Result<T>) + 'static) -> CallbackId<T> {
        let mut callbacks = self.callbacks.borrow_mut();
        let id = callbacks.insert(callback);
        self.peak.set(self.peak.get().max(callbacks.len()));
        id
    }

    /// Puts a result into the mailbox that no worker had.
    fn post(&self, completion: Completion) {
        let times = None;
        // As above.
        let _ = self.mailbox.post(Letter { completion, times });
    }

    /// Appends a callback to `ready` for each result that is in the mailbox.
    pub(crate) fn collect(&self, ready: &mut VecDeque<Callback>) {
        for Letter { completion, times } in self.mailbox.collect() {
            let callbacks = Rc::clone(&self.callbacks);
            let observer = match times {
                Some(times) => self.observer.borrow().clone().map(|it| (it, times)),
                None => None,
            };
            ready.push_back(Box::new(move || {
                let call = callbacks.borrow_mut().take(completion);
                if let Some((observer, times)) = observer {
                    observer(&times);
                }
                if let Some(call) = call {
                    call.call();
                }
            }));
        }
    }

    /// Whether a callback waits for the result of a job.
    pub(crate) fn is_alive(&self) -> bool {
        !self.callbacks.borrow().is_empty()
    }

    /// From now on, tells `observer` of jobs.
    pub(crate) fn observe(&self, observer: JobObserver) {
        // The one before is dropped when nothing is borrowed any more.
        self.observer.replace(Some(observer));
    }

    /// Forgets who observes the jobs.
    pub(crate) fn forget_observer(&self) {
        let observer = self.observer.take();
        drop(observer);
    }

    /// Whether there is no pool, no callback and nobody who observes. A result in the mailbox has a callback.
    pub(crate) fn is_empty(&self) -> bool {
        self.pool.is_empty() && !self.is_alive() && self.observer.borrow().is_none()
    }

    /// Drops the jobs that no worker has begun, waits for the others, and joins the workers. Then drops the results
    /// that are in the mailbox, and the callbacks, and calls none of them.
    ///
    /// What is dropped may call [`load`] and [`work`]. [`run`](crate::run) comes here again for a job that it queues.
    pub(crate) fn shutdown(&self) {
        // TODO: this first version runs each job in the queue to its end, and leaves the results where they are.
        drop(self.pool.take());
        let callbacks = self.callbacks.take();
        drop(callbacks);
    }
}

/// The job, with a look at the clock before and after it if somebody observes.
fn timed<T, J: FnOnce() -> T>(
    clock: MonotonicClock,
    is_observed: bool,
    job: J,
) -> impl FnOnce() -> (T, Option<JobTimes>) + use<T, J> {
    let queued = is_observed.then(|| clock.now());
    move || {
        let Some(queued) = queued else {
            return (job(), None);
        };
        let began = clock.now();
        let result = job();
        let times = JobTimes {
            worker: thread::current().name().unwrap_or_default().to_owned(),
            queued,
            began,
            ended: clock.now(),
        };
        (result, Some(times))
    }
}

fn panic_error(panicked: &Panicked) -> Error {
    Error::new("ERR_JOB_PANICKED", panicked.to_string())
}
