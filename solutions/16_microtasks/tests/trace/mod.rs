//! Queues whose tasks write their names down, and a check of what they wrote.

use std::cell::RefCell;
use std::panic;
use std::rc::Rc;

use microtasks::{Panic, TaskQueues};

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
        match panic.downcast::<&'static str>() {
            Ok(what) => self.note(&format!("caught {what}")),
            Err(other) => panic::resume_unwind(other),
        }
    }

    pub fn drain(&self) {
        self.queues.drain(&|panic| self.uncaught(panic));
    }

    pub fn run_callback(&self, callback: impl FnOnce()) {
        self.queues
            .run_callback(callback, &|panic| self.uncaught(panic));
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
    panic::resume_unwind(Box::new(what));
}
