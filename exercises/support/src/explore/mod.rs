//! The explorer of interleavings: runs a small program of threads in every order that matters.
//!
//! One thread runs at a time. At each lock, wait, notify, atomic access, join and end, the explorer decides
//! who goes on, and it tries all decisions, one schedule after another. A *surprise* is a thread that is
//! preempted although it could go on, a wake-up for nothing, or a time that is over while others could still
//! run. All schedules with at most [`SURPRISES`] surprises are tried, those with the fewest first.
//!
//! The program's threads meet only in the types of [`crate::sync`].

mod execution;
mod failure;
mod hook;
mod path;
mod picture;
mod schedule;

use std::fmt::Debug;
use std::mem;
use std::panic::Location;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

pub(crate) use execution::Current;
use execution::{CURRENT, Execution, wait_until_over};
use path::Path;
use schedule::{Schedule, Status};

/// How many surprises a schedule has at most.
pub const SURPRISES: usize = 2;

/// A mutex, a condition variable or an atomic: one is another when it lies elsewhere.
#[derive(Clone, Copy)]
pub(crate) struct Object {
    address: usize,
    made_at: &'static Location<'static>,
}

impl Object {
    pub(crate) fn new<T: ?Sized>(made_at: &'static Location<'static>, place: &T) -> Object {
        let address = std::ptr::from_ref(place).addr();
        Object { address, made_at }
    }
}

impl PartialEq for Object {
    fn eq(&self, other: &Object) -> bool {
        self.address == other.address
    }
}

/// What a thread can want to do.
#[derive(Clone, Copy)]
pub(crate) enum Operation {
    Lock(Object),
    /// Lock again, after a notification.
    Relock(Object),
    Wait {
        condvar: Object,
        mutex: Object,
        limit: Option<Duration>,
    },
    NotifyOne(Object),
    NotifyAll(Object),
    /// Read or change an atomic.
    Touch,
    Join(usize),
    Sleep(Duration),
    Yield,
}

/// What a thread did.
pub(crate) enum Event {
    Note(String),
    Lock(Object),
    Unlock(Object),
    Wait(Object),
    Notify {
        what: &'static str,
        condvar: Object,
        woken: Vec<usize>,
    },
    Awake,
    AwakeForNothing,
    TimeOut,
    Touch {
        what: &'static str,
        object: Object,
        value: usize,
    },
    Join(usize),
    Sleep(Duration),
    Yield,
    End,
    Panic,
}

/// How many explorations run. Zero in every ordinary program.
static EXPLORATIONS: AtomicUsize = AtomicUsize::new(0);

/// The explorer's view of this thread, if the explorer runs it.
pub(crate) fn current() -> Option<Current> {
    if EXPLORATIONS.load(Ordering::Relaxed) == 0 {
        return None;
    }
    CURRENT.try_with(|it| it.borrow().clone()).ok().flatten()
}

/// Writes `text` into this thread's row of the picture. Does nothing when nobody explores.
pub fn note(text: impl Into<String>) {
    if let Some(current) = current() {
        current.note(text.into());
    }
}

/// Calls `f`, and writes its name and what it returns into this thread's row of the picture.
pub fn call<R: Debug>(name: &str, f: impl FnOnce() -> R) -> R {
    note(format!("{name}:"));
    let result = f();
    if current().is_some() {
        note(format!("= {result:?}"));
    }
    result
}

type Body = Box<dyn FnOnce() + Send>;

/// The threads of a program.
#[derive(Default)]
pub struct Program {
    threads: Vec<(&'static str, Body)>,
}

impl Program {
    /// A thread. All start when the set-up is done.
    pub fn thread(&mut self, name: &'static str, f: impl FnOnce() + Send + 'static) {
        self.threads.push((name, Box::new(f)));
    }
}

/// An exploration, in words. They are printed when a schedule goes wrong.
pub struct Explore {
    /// What the program does.
    pub about: &'static str,
    /// What is to come of it.
    pub expected: &'static str,
    /// What usually is the cause when a thread sleeps or spins for ever, one a line.
    pub causes: &'static str,
}

impl Explore {
    /// Sets the program up and runs its threads, again and again, until every schedule was tried. Returns
    /// how many there are.
    ///
    /// # Panics
    ///
    /// When in one of the schedules a thread panics, sleeps for ever or goes on for ever. The message has the
    /// picture of that schedule.
    #[track_caller]
    pub fn run(&self, set_up: impl Fn(&mut Program)) -> usize {
        hook::install();
        EXPLORATIONS.fetch_add(1, Ordering::Relaxed);
        let outcome = self.try_all(&set_up);
        EXPLORATIONS.fetch_sub(1, Ordering::Relaxed);
        match outcome {
            Ok(schedules) => schedules,
            Err(message) => panic!("{message}"),
        }
    }

    fn try_all(&self, set_up: &impl Fn(&mut Program)) -> Result<usize, String> {
        let (mut tried, mut schedules) = (0, 0);
        for surprises in 0..=SURPRISES {
            schedules = 0;
            let mut path = Path::default();
            loop {
                tried += 1;
                schedules += 1;
                let execution = run(set_up, path, surprises);
                let mut schedule = execution.lock();
                if let Some(verdict) = &schedule.verdict {
                    return Err(failure::report(self, &schedule, verdict, tried));
                }
                path = mem::take(&mut schedule.path);
                if !path.next() {
                    break;
                }
            }
        }
        Ok(schedules)
    }
}

/// Runs one schedule.
fn run(set_up: &impl Fn(&mut Program), path: Path, surprises: usize) -> Arc<Execution> {
    let mut schedule = Schedule::new(path, surprises);
    let me = schedule.add(Some("set-up"), None);
    schedule.threads[me].handle = Some(std::thread::current());
    let execution = Arc::new(Execution {
        schedule: Mutex::new(schedule),
        over: Condvar::new(),
        epoch: Instant::now(),
    });
    let current = Current {
        execution: Arc::clone(&execution),
        me,
    };
    let mut handles = Vec::new();
    let _ = current.clone().run(|| {
        let mut program = Program::default();
        set_up(&mut program);
        for (name, f) in program.threads {
            handles.push(current.spawn(Some(name), f));
        }
    });
    let mut schedule = wait_until_over(&execution);
    schedule.look_at_the_end();
    let ended = |number: usize| matches!(schedule.threads[number].status, Status::Ended);
    let ended: Vec<_> = handles
        .into_iter()
        .filter(|(_, number)| ended(*number))
        .collect();
    drop(schedule);
    for (handle, _) in ended {
        // Why it ended is in the schedule.
        let _ = handle.join();
    }
    execution
}
