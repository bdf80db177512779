//! The explorer of interleavings: runs a small program of threads in every order that matters.
//!
//! One thread runs at a time. At each lock, wait, notify, atomic access, join and end, the explorer decides
//! who goes on, and it tries all decisions, one schedule after another. A *surprise* is a thread that is
//! preempted although it could go on, a wake-up for nothing, or a time that is over while others could still
//! run. All schedules with at most [`SURPRISES`] surprises are tried, those with the fewest first.
//!
//! The program's threads meet only in the types of [`crate::sync`].

mod crew;
mod execution;
mod failure;
mod hook;
mod labels;
mod moves;
mod path;
mod picture;
mod schedule;
mod step;

use std::any::Any;
use std::fmt::Debug;
use std::mem;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::Instant;

use crew::{Body, Crew};
pub(crate) use execution::Current;
use execution::{CURRENT, Execution, wait_until_over};
use path::Path;
use schedule::Schedule;
pub(crate) use step::{Event, Object, Operation};

/// How many surprises a schedule has at most.
pub const SURPRISES: usize = 2;

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
        let text = format!("{result:?}");
        if text != "()" {
            note(format!("= {text}"));
        }
    }
    result
}

/// What this thread has done so far in this schedule, a word for each step: `lock`, `notify_one`, `swap`, `store`. Nothing
/// when nobody explores.
///
/// It answers what the order of steps alone does not: how many locks a call takes, or whether it changes a flag in
/// one step.
pub fn done() -> Vec<&'static str> {
    current().map_or_else(Vec::new, |current| current.done())
}

/// The threads of a program.
#[derive(Default)]
pub struct Program {
    threads: Vec<(&'static str, Body)>,
    kept: Vec<Box<dyn Any>>,
}

impl Program {
    /// A thread. All start when the set-up is done.
    pub fn thread(&mut self, name: &'static str, f: impl FnOnce() + Send + 'static) {
        self.threads.push((name, Box::new(f)));
    }

    /// Something that the threads share, and that is dropped when all have ended: its drop is no part of
    /// the program.
    pub fn keep<T: 'static>(&mut self, value: T) -> Arc<T> {
        let value = Arc::new(value);
        self.kept.push(Box::new(Arc::clone(&value)));
        value
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
        let mut crew = Crew::default();
        let outcome = self.try_all(&set_up, &mut crew);
        let hanging = outcome
            .as_ref()
            .err()
            .map_or(&[][..], |failure| &failure.hanging);
        crew.dismiss(hanging);
        EXPLORATIONS.fetch_sub(1, Ordering::Relaxed);
        match outcome {
            Ok(schedules) => schedules,
            Err(failure) => panic!("{}", failure.message),
        }
    }

    fn try_all(&self, set_up: &impl Fn(&mut Program), crew: &mut Crew) -> Result<usize, Failure> {
        let (mut tried, mut schedules) = (0, 0);
        for surprises in 0..=SURPRISES {
            schedules = 0;
            let mut path = Path::default();
            loop {
                tried += 1;
                schedules += 1;
                let (execution, kept) = run(set_up, crew, path, surprises);
                let mut schedule = execution.lock();
                if let Some(verdict) = &schedule.verdict {
                    // A thread that hangs may hold a lock which its drop needs.
                    mem::forget(kept);
                    return Err(Failure {
                        message: failure::report(self, &schedule, verdict, tried),
                        hanging: schedule.hanging(),
                    });
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

struct Failure {
    message: String,
    /// The numbers in the crew of threads that could not be unwound.
    hanging: Vec<usize>,
}

/// Runs one schedule.
fn run(
    set_up: &impl Fn(&mut Program),
    crew: &mut Crew,
    path: Path,
    surprises: usize,
) -> (Arc<Execution>, Vec<Box<dyn Any>>) {
    let mut schedule = Schedule::new(path, surprises);
    let me = schedule.add(Some("set-up"), None);
    schedule.threads[me].handle = Some(thread::current());
    let execution = Arc::new(Execution {
        schedule: Mutex::new(schedule),
        over: Condvar::new(),
        epoch: Instant::now(),
    });
    let current = Current {
        execution: Arc::clone(&execution),
        me,
    };
    let mut kept = Vec::new();
    // A panic of the set-up is in the schedule, like every other.
    let _ = current.clone().run(|| {
        let mut program = Program::default();
        set_up(&mut program);
        kept = program.kept;
        for (number, (name, body)) in program.threads.into_iter().enumerate() {
            let (thread, me) = current.child(Some(name));
            let handle = crew
                .run(number, Box::new(move || _ = thread.run(body)))
                .clone();
            execution.lock().threads[me].hand = Some(number);
            current.start(me, handle);
        }
    });
    wait_until_over(&execution).look_at_the_end();
    (execution, kept)
}
