//! Writes down what the loop and the pool do.
//!
//! The rule: the loop tells beginnings and ends. A span is written down at its end.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::{Duration, Instant};

use runtime::{Event, JobTimes, Observer, observe_jobs, set_observer};

use super::{Call, Job, Span, Trace, Word};

/// An observer that makes a [`Trace`].
#[derive(Default)]
pub struct Recorder {
    trace: RefCell<Trace>,
    /// When what goes on at present began.
    open: Cell<Open>,
    /// A moment on the loop's clock and on the system's.
    clocks: Cell<Option<(Duration, Instant)>>,
}

#[derive(Clone, Copy, Default)]
struct Open {
    phase: Duration,
    sleep: Duration,
    call: Duration,
    /// Whether this phase has called anything.
    has_called: bool,
}

impl Recorder {
    /// A recorder that has seen nothing.
    pub fn new() -> Recorder {
        Recorder::default()
    }

    /// Records the program of this thread from now on. Call it inside of `run`.
    pub fn start() -> Rc<Recorder> {
        let recorder = Rc::new(Recorder::new());
        set_observer(Rc::clone(&recorder) as Rc<dyn Observer>);
        let own = Rc::clone(&recorder);
        observe_jobs(move |times| own.job(times));
        recorder
    }

    /// What was recorded, and forgets it.
    pub fn take(&self) -> Trace {
        self.trace.take()
    }

    /// Writes down that the program says `text` now.
    pub fn say(&self, text: impl Into<String>) {
        let (at, instant) = self
            .clocks
            .get()
            .unwrap_or((Duration::ZERO, Instant::now()));
        let word = Word {
            at: at + instant.elapsed(),
            text: text.into(),
        };
        self.trace.borrow_mut().words.push(word);
    }

    /// Writes down a job. The loop tells of it from within the job's own callback, just before the program's part of it.
    pub fn job(&self, times: &JobTimes) {
        let job = Job {
            worker: times.worker.clone(),
            queued: times.queued,
            ran: Span {
                began: times.began,
                ended: times.ended,
            },
            called: self.open.get().call,
        };
        self.trace.borrow_mut().jobs.push(job);
    }
}

impl Observer for Recorder {
    /// Writes down each callback, each sleep, and each phase in which something was called. The poll phase begins when
    /// the loop is awake. A look into the kernel that took no time is no sleep.
    fn observe(&self, at: Duration, event: Event) {
        if self.clocks.get().is_none() {
            self.clocks.set(Some((at, Instant::now())));
        }
        let mut open = self.open.get();
        let mut trace = self.trace.borrow_mut();
        let since = |began| Span { began, ended: at };
        // TODO: match the beginnings with the ends.
        if !matches!(event, Event::Begin(_)) {
            todo!("what does {event:?} begin or end?");
        }
        drop(trace);
        self.open.set(open);
    }
}
