//! Queues whose tasks write their names down, and a check of what they wrote.

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::rc::Rc;

use microtasks::{Panic, TaskQueues};

/// What the tests throw.
struct Thrown(&'static str);

/// A handle to one pair of queues and one list of names. Clones share both.
#[derive(Clone, Default)]
pub struct Trace {
    pub queues: Rc<TaskQueues>,
    names: Rc<RefCell<Vec<String>>>,
}

impl Trace {
    pub fn new() -> Trace {
        Trace::default()
    }

    /// Writes `name` down.
    pub fn note(&self, name: &str) {
        self.names.borrow_mut().push(name.to_owned());
    }

    /// Queues a tick that writes `name` down and then does `more`.
    pub fn tick_then(&self, name: &'static str, more: impl FnOnce(&Trace) + 'static) {
        let trace = self.clone();
        self.queues.next_tick(move || {
            trace.note(name);
            more(&trace);
        });
    }

    pub fn tick(&self, name: &'static str) {
        self.tick_then(name, |_| {});
    }

    /// Queues a microtask that writes `name` down and then does `more`.
    pub fn microtask_then(&self, name: &'static str, more: impl FnOnce(&Trace) + 'static) {
        let trace = self.clone();
        self.queues.queue_microtask(move || {
            trace.note(name);
            more(&trace);
        });
    }

    pub fn microtask(&self, name: &'static str) {
        self.microtask_then(name, |_| {});
    }

    /// Writes down what was thrown.
    fn uncaught(&self, panic: Panic) {
        assert!(
            !panic.is::<Panic>(),
            "something was thrown, and the handler got a box with a box in it\n`catch_unwind` gives the box that the \
             handler wants: hand it on, and put it into no other one."
        );
        match panic.downcast::<Thrown>() {
            Ok(thrown) => self.note(&format!("caught {}", thrown.0)),
            Err(other) => resume_unwind(other),
        }
    }

    /// Drains. Nothing may be thrown out of it.
    #[track_caller]
    pub fn drain(&self) {
        let drain = || self.queues.drain(&|panic| self.uncaught(panic));
        if let Err(panic) = catch_unwind(AssertUnwindSafe(drain)) {
            left_through("drain", "a task", panic);
        }
    }

    /// Runs a callback of the loop. Nothing may be thrown out of it.
    #[track_caller]
    pub fn run_callback(&self, callback: impl FnOnce()) {
        let run = || self.run_inner_callback(callback);
        if let Err(panic) = catch_unwind(AssertUnwindSafe(run)) {
            left_through("run_callback", "a callback or a task", panic);
        }
    }

    /// Runs a callback inside of another one, or of a task. What it throws unwinds into its caller.
    pub fn run_inner_callback(&self, callback: impl FnOnce()) {
        self.queues
            .run_callback(callback, &|panic| self.uncaught(panic));
    }

    /// Queues a hook that writes `name` down and then does `more`.
    pub fn when_empty(&self, name: &'static str, more: impl Fn(&Trace) + 'static) {
        let trace = self.clone();
        self.queues.when_empty(move || {
            trace.note(name);
            more(&trace);
        });
    }

    /// What was written down since the last call, in one line.
    pub fn taken(&self) -> String {
        self.names
            .borrow_mut()
            .drain(..)
            .collect::<Vec<_>>()
            .join(" ")
    }

    /// Compares what was written down since the last call. `cause` is what usually made the difference.
    #[track_caller]
    pub fn expect(&self, expected: &str, setup: &str, cause: &str) {
        let yours = self.taken();
        assert!(
            yours == expected,
            "{setup}\nexpected  {expected}\nyours     {yours}\n{cause}"
        );
    }
}

/// Throws `what`, without the message that the panic hook would print.
pub fn throw(what: &'static str) {
    resume_unwind(Box::new(Thrown(what)));
}

/// Fails the test in which a panic came out of `function`.
#[track_caller]
fn left_through(function: &str, who: &str, panic: Panic) -> ! {
    match panic.downcast::<Thrown>() {
        Ok(thrown) => panic!(
            "{who} threw `{}`, and the panic left through `{function}`\nIt is called inside of `catch_unwind`, and \
             `uncaught` gets what it threw. It is not thrown again.",
            thrown.0
        ),
        // It has printed its own message.
        Err(other) => resume_unwind(other),
    }
}
