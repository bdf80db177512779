//! What the specification is made of: busy workers, a comparison that explains itself, processor time.

use std::fmt::Debug;
use std::hint;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender, TryRecvError};
use std::thread::{self, ThreadId};
use std::time::Duration;

use support::{process_cpu_time, thread_cpu_time};
use thread_pool::{ThreadPool, Ticket};

/// Starts a pool without a limit.
#[track_caller]
pub fn pool(size: usize) -> ThreadPool {
    ThreadPool::new(size).expect("the operating system has some threads for a pool")
}

/// Queues a job.
#[track_caller]
pub fn execute(pool: &ThreadPool, job: impl FnOnce() + Send + 'static) {
    let taken = pool.execute(job);
    assert!(
        taken.is_ok(),
        "a job was queued in a pool that is not shut down\n\
         expected  Ok(())\n\
         yours     {taken:?}\n\
         likely    the pool has no sender, or the receiver is gone: are both in the ThreadPool?"
    );
}

/// Fails unless `yours` is `expected`. `likely` names the mistakes that cause this, the likeliest first, one a
/// line.
#[track_caller]
pub fn compare<T: Debug + PartialEq>(setup: &str, expected: T, yours: T, likely: &str) {
    let likely = likely.replace('\n', "\n          ");
    assert!(
        expected == yours,
        "{setup}\nexpected  {expected:?}\nyours     {yours:?}\nlikely    {likely}"
    );
}

/// A worker that runs one job, which lasts until the test says so. Dropping this ends the job.
pub struct Busy {
    /// The name of the worker's thread.
    pub worker: String,
    last: Sender<Box<dyn FnOnce() + Send>>,
}

impl Busy {
    /// Queues a job in `pool` and returns when it has begun.
    #[track_caller]
    pub fn new(pool: &ThreadPool) -> Busy {
        let (last, command) = mpsc::channel::<Box<dyn FnOnce() + Send>>();
        let (begun, has_begun) = mpsc::channel();
        execute(pool, move || {
            let name = thread::current().name().unwrap_or("(no name)").to_owned();
            let _ = begun.send(name);
            drop(begun);
            if let Ok(last) = command.recv() {
                last();
            }
        });
        let worker = has_begun.recv();
        assert!(
            worker.is_ok(),
            "a job was queued in a pool that has a free worker\n\
             expected  the job begins\n\
             yours     the job was dropped and never ran\n\
             likely    the worker's thread has ended: is there a loop, and does it go on after a panic?"
        );
        Busy {
            worker: worker.unwrap_or_default(),
            last,
        }
    }

    /// Makes every worker of a pool of `size` busy. The list is sorted by the workers' names.
    #[track_caller]
    pub fn all(pool: &ThreadPool, size: usize) -> Vec<Busy> {
        let mut all: Vec<Busy> = (0..size).map(|_| Busy::new(pool)).collect();
        all.sort_by(|a, b| a.worker.cmp(&b.worker));
        all
    }

    /// Lets the job call `last` and end.
    pub fn end_with(self, last: impl FnOnce() + Send + 'static) {
        let _ = self.last.send(Box::new(last));
    }
}

/// Keeps the processor busy until this thread has used this much time on it.
pub fn burn(time: Duration) {
    let end = thread_cpu_time() + time;
    while thread_cpu_time() < end {
        hint::spin_loop();
    }
}

/// Fails unless all threads but this one sleep while this one works. Only for a process of its own.
///
/// A thread that asks in a loop gets little of a busy processor if it yields in between: a hundredth of what
/// this one gets. One that sleeps gets nothing at all. So the limit is low, and the caller has several threads
/// wait. A thread that was still on its way to sleep at the first look is asleep at the next.
#[track_caller]
pub fn others_sleep(setup: &str, likely: &str) {
    let step = step_of_the_clock();
    let most = Duration::from_micros(50) + 2 * step;
    // Where the clock has long steps, the work is longer too: threads that ask on another processor get as much.
    let work = Duration::from_millis(15) + 4 * step;
    let mut looks = Vec::new();
    while looks.len() < 3 {
        let (all, own) = (process_cpu_time(), thread_cpu_time());
        burn(work);
        let (all, own) = (process_cpu_time() - all, thread_cpu_time() - own);
        let used = all.saturating_sub(own);
        if used <= most {
            return;
        }
        looks.push(used);
    }
    panic!(
        "{setup}; meanwhile, another thread worked three times for {work:.0?}\n\
         expected  at most {most:.0?} of processor time used by those that wait\n\
         yours     {looks:?}\n\
         likely    {likely}"
    );
}

/// Less than a microsecond on most systems, and 16 ms on some.
fn step_of_the_clock() -> Duration {
    let next = |from| loop {
        let now = thread_cpu_time();
        if now != from {
            return now;
        }
    };
    let start = next(thread_cpu_time());
    next(start) - start
}

/// `"waits"` when nothing has been reported by now, otherwise `"is over"`. For calls and jobs that must wait for
/// something that the test has not done yet.
///
/// A call that wrongly does not wait gets as much of the processor as this thread uses here, a hundred times
/// what it needs, however busy the machine is. A call that waits passes, however long this takes.
pub fn waits(over: &Receiver<()>) -> &'static str {
    burn(Duration::from_millis(10));
    match over.try_recv() {
        Err(TryRecvError::Empty) => "waits",
        Ok(()) => "is over",
        Err(TryRecvError::Disconnected) => "is over, without a report",
    }
}

/// As [`waits`], for a call that another thread makes: it reports once right before the call, and once after it.
/// Until the first report that thread may do other work, such as printing the backtrace of a panic.
pub fn call_waits(reports: &Receiver<()>) -> &'static str {
    let _ = reports.recv();
    waits(reports)
}

/// Panics when it is dropped, unless a panic is under way.
pub struct PanicsWhenDropped;

impl Drop for PanicsWhenDropped {
    fn drop(&mut self) {
        if !thread::panicking() {
            panic!("this panic in a drop is part of the test");
        }
    }
}

/// Reports, when it is dropped, whether a panic is under way, and on which thread. If none is, it panics.
pub struct ReportsAndPanics(pub Sender<(bool, ThreadId)>);

impl Drop for ReportsAndPanics {
    fn drop(&mut self) {
        let _ = self.0.send((thread::panicking(), thread::current().id()));
        drop(PanicsWhenDropped);
    }
}

/// Has another thread cancel the job that captured this, when it is dropped, and reports what `cancel` returned.
pub struct CancelsItsJob {
    pub ticket: Receiver<Arc<Ticket>>,
    pub report: Sender<Result<bool, RecvTimeoutError>>,
}

impl Drop for CancelsItsJob {
    fn drop(&mut self) {
        let ticket = self.ticket.recv();
        let (cancelled, answer) = mpsc::channel();
        thread::spawn(move || ticket.map(|ticket| cancelled.send(ticket.cancel())));
        // This thread would wait for ever if it asked itself, and so it would without a limit.
        let _ = self
            .report
            .send(answer.recv_timeout(Duration::from_secs(2)));
    }
}

/// Lets a worker's job end when it is dropped, and gives the worker as much time for its next job as
/// [`waits`] gives a call.
pub struct FreesAWorker(pub Option<Busy>);

impl Drop for FreesAWorker {
    fn drop(&mut self) {
        drop(self.0.take());
        burn(Duration::from_millis(10));
    }
}

/// Reports to a channel when it is dropped.
pub struct Reports(pub Sender<()>);

impl Drop for Reports {
    fn drop(&mut self) {
        let _ = self.0.send(());
    }
}
