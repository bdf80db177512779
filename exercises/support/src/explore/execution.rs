//! The baton: real threads, of which one runs at a time.

use std::any::Any;
use std::cell::RefCell;
use std::panic::{self, AssertUnwindSafe};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::schedule::{Schedule, Status, Verdict};
use super::{Event, Object, Operation};

/// One schedule, and what its threads share.
pub(super) struct Execution {
    pub(super) schedule: Mutex<Schedule>,
    /// Notified when the schedule is over.
    pub(super) over: Condvar,
    /// When the virtual clock was zero.
    pub(super) epoch: Instant,
}

impl Execution {
    pub(super) fn lock(&self) -> MutexGuard<'_, Schedule> {
        self.schedule.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A thread that the explorer runs, seen from inside.
#[derive(Clone)]
pub(crate) struct Current {
    pub(super) execution: Arc<Execution>,
    pub(super) me: usize,
}

thread_local! {
    pub(super) static CURRENT: RefCell<Option<Current>> = const { RefCell::new(None) };
}

/// What a thread is unwound with when its schedule was stopped.
struct Abandoned;

impl Current {
    /// Announces a step, and comes back when it is done: then this thread runs, and no other. Says whether a
    /// sleep ended because the time was over.
    pub(crate) fn step(&self, operation: Operation) -> bool {
        let mut schedule = self.execution.lock();
        let thread = &mut schedule.threads[self.me];
        thread.panicking = thread::panicking();
        thread.status = Status::Wants(operation);
        match schedule.verdict {
            None => schedule.advance(self.me),
            Some(_) => schedule.unwind_next(),
        }
        if schedule.running != self.me || schedule.is_over {
            self.hand_over(schedule);
            schedule = self.execution.lock();
        }
        self.wait_for_turn(schedule)
    }

    fn wait_for_turn<'a>(&'a self, mut schedule: MutexGuard<'a, Schedule>) -> bool {
        while schedule.running != self.me || schedule.is_over {
            drop(schedule);
            thread::park();
            schedule = self.execution.lock();
        }
        let timed_out = schedule.threads[self.me].timed_out;
        let stopped = schedule.verdict.is_some();
        drop(schedule);
        if stopped && !thread::panicking() {
            // Not `panic!`: there is nothing to print.
            panic::resume_unwind(Box::new(Abandoned));
        }
        timed_out
    }

    /// Wakes the thread whose turn it is.
    fn hand_over(&self, schedule: MutexGuard<'_, Schedule>) {
        if schedule.is_over {
            self.execution.over.notify_all();
        } else if let Some(handle) = schedule.threads[schedule.running].handle.clone() {
            // The thread that is woken needs the lock.
            drop(schedule);
            handle.unpark();
        }
    }

    pub(crate) fn unlock(&self, mutex: Object) {
        let mut schedule = self.execution.lock();
        schedule.record(self.me, Event::Unlock(mutex));
        schedule.unlock(mutex);
    }

    pub(crate) fn record(&self, event: Event) {
        self.execution.lock().record(self.me, event);
    }

    /// For the panic hook. When this thread panicked in the explorer itself, the schedule is locked.
    pub(super) fn note_panic(&self) {
        if let Ok(mut schedule) = self.execution.schedule.try_lock() {
            schedule.record(self.me, Event::Panic);
            schedule.threads[self.me].panicking = true;
        }
    }

    pub(crate) fn note(&self, text: String) {
        self.execution.lock().threads[self.me].notes.push(text);
    }

    pub(super) fn done(&self) -> Vec<&'static str> {
        let schedule = self.execution.lock();
        let own = schedule.steps.iter().filter(|step| step.thread == self.me);
        own.filter_map(|step| step.event.word()).collect()
    }

    pub(crate) fn now(&self) -> Instant {
        self.execution.epoch + self.execution.lock().read_clock()
    }

    pub(crate) fn has_ended(&self, thread: usize) -> bool {
        self.step(Operation::Touch);
        matches!(self.execution.lock().threads[thread].status, Status::Ended)
    }

    /// A new thread of this schedule, to be given a real one.
    pub(super) fn child(&self, name: Option<&str>) -> (Current, usize) {
        let me = self.execution.lock().add(name, Some(self.me));
        let execution = Arc::clone(&self.execution);
        (Current { execution, me }, me)
    }

    /// Starts a thread.
    pub(crate) fn spawn<F, T>(&self, f: F) -> (thread::JoinHandle<T>, usize)
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send + 'static,
    {
        let (child, me) = self.child(None);
        let handle = thread::spawn(move || match child.run(f) {
            Ok(value) => value,
            Err(payload) => panic::resume_unwind(payload),
        });
        self.start(me, handle.thread().clone());
        (handle, me)
    }

    /// Lets a new thread run to its first step.
    pub(super) fn start(&self, thread: usize, handle: thread::Thread) {
        let mut schedule = self.execution.lock();
        schedule.threads[thread].handle = Some(handle);
        schedule.running = thread;
        self.hand_over(schedule);
        self.wait_for_turn(self.execution.lock());
    }

    /// The life of a thread, on that thread.
    pub(super) fn run<T>(self, f: impl FnOnce() -> T) -> thread::Result<T> {
        CURRENT.set(Some(self.clone()));
        let result = panic::catch_unwind(AssertUnwindSafe(|| {
            self.wait_for_turn(self.execution.lock());
            f()
        }));
        CURRENT.set(None);
        self.end(result.as_ref().err());
        result
    }

    fn end(&self, payload: Option<&Box<dyn Any + Send>>) {
        let mut schedule = self.execution.lock();
        if let Some(payload) = payload.filter(|it| !it.is::<Abandoned>()) {
            let verdict = Verdict::Panicked(self.me, super::hook::take_message(payload));
            schedule.stop(verdict);
        } else {
            schedule.record(self.me, Event::End);
        }
        schedule.threads[self.me].status = Status::Ended;
        match schedule.verdict {
            None => schedule.advance(self.me),
            Some(_) => schedule.unwind_next(),
        }
        self.hand_over(schedule);
    }
}

/// A schedule without a step for so long has a thread that loops, or waits, behind the explorer's back.
const SILENCE: Duration = Duration::from_secs(10);

/// Waits until the schedule is over, and returns it.
pub(super) fn wait_until_over(execution: &Execution) -> MutexGuard<'_, Schedule> {
    let mut schedule = execution.lock();
    while !schedule.is_over {
        let steps = schedule.steps.len();
        let (guard, timeout) = execution
            .over
            .wait_timeout(schedule, SILENCE)
            .unwrap_or_else(PoisonError::into_inner);
        schedule = guard;
        if timeout.timed_out() && !schedule.is_over && schedule.steps.len() == steps {
            let silent = Verdict::Silent(schedule.running);
            schedule.stop(silent);
            break;
        }
    }
    schedule
}
