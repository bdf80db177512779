//! What runs between two callbacks: ticks, then microtasks.
//!
//! The rule: take a task out, and only then call it. While it runs, both queues can be used.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;

use crate::queue::Queue;

/// What a task threw: the payload of its `panic!`, as `catch_unwind` gives it.
pub type Panic = Box<dyn Any + Send>;

/// The queue of ticks and the queue of microtasks. They belong to one thread, the loop's.
#[derive(Default)]
pub struct TaskQueues {
    ticks: Queue,
    microtasks: Queue,
    /// Whether a callback or a drain is under way: see [`Inside`].
    inside: Cell<bool>,
    when_empty: RefCell<Option<Rc<dyn Fn()>>>,
}

impl TaskQueues {
    /// Two empty queues.
    pub fn new() -> TaskQueues {
        TaskQueues::default()
    }

    /// Queues a tick, Node's `process.nextTick`. It is never called before this returns.
    pub fn next_tick(&self, task: impl FnOnce() + 'static) {
        self.ticks.push(Box::new(task));
    }

    /// Queues a microtask, JavaScript's `queueMicrotask`. Promise jobs go into the same queue. It is
    /// never called before this returns.
    pub fn queue_microtask(&self, task: impl FnOnce() + 'static) {
        self.microtasks.push(Box::new(task));
    }

    /// How many ticks and microtasks wait. Inside of a task these are the ones behind it.
    pub fn len(&self) -> usize {
        self.ticks.len() + self.microtasks.len()
    }

    /// Whether no task waits.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// From now on, [`drain`](TaskQueues::drain) calls `hook` each time it has come to the end of both
    /// queues, also of empty ones. Chapter 24 reports unhandled rejections there.
    pub fn when_empty(&self, hook: impl Fn() + 'static) {
        // The one before is dropped when nothing is borrowed any more.
        self.when_empty.replace(Some(Rc::new(hook)));
    }

    /// Runs ticks, the oldest first, until none is left. Ticks that these queue are among them.
    ///
    /// A tick that panics ends the run. `uncaught` gets the panic, the ticks behind it stay queued,
    /// and the result is false.
    fn run_ticks(&self, uncaught: &dyn Fn(Panic)) -> bool {
        //> // TODO: run the ticks.
        //> todo!("run {} ticks", self.ticks.len())
        while let Some(task) = self.ticks.pop() {
            if let Err(panic) = catch_unwind(AssertUnwindSafe(task)) {
                uncaught(panic);
                return false;
            }
        }
        true
        //<
    }

    /// Runs microtasks, the oldest first, until none is left. Microtasks that these queue are among them.
    ///
    /// A microtask that panics ends only itself: `uncaught` gets the panic, and the next one runs.
    fn run_microtasks(&self, uncaught: &dyn Fn(Panic)) {
        //> // TODO: run the microtasks.
        //> todo!("run {} microtasks", self.microtasks.len())
        while let Some(task) = self.microtasks.pop() {
            if let Err(panic) = catch_unwind(AssertUnwindSafe(task)) {
                uncaught(panic);
            }
        }
        //<
    }

    /// Empties both queues in Node's order, and returns when nothing is left to run. There is no limit:
    /// a task that always queues another one keeps `drain` from returning.
    ///
    /// All ticks run before the first microtask. A tick that a microtask queues waits until no
    /// microtask is left. The hook of [`when_empty`](TaskQueues::when_empty) is called when both queues
    /// are empty; what it queues runs, too, and then the hook is asked again: the one that is set then.
    ///
    /// When a tick panics, `uncaught` gets the panic and `drain` returns at once. All that is left
    /// stays queued for the next `drain`. The hook is not called, even if nothing is left.
    ///
    /// `uncaught` may panic, and so may the hook. That panic ends the drain and unwinds into its caller.
    /// What is left stays queued.
    ///
    /// Inside of a task, a callback or the hook this does nothing: a drain is under way already, or will
    /// be.
    pub fn drain(&self, uncaught: &dyn Fn(Panic)) {
        let Some(_inside) = Inside::enter(&self.inside) else {
            return;
        };
        //> // TODO: this runs each queue once. Make it go on until nothing is left to run.
        //> if self.run_ticks(uncaught) {
        //>     self.run_microtasks(uncaught);
        //> }
        loop {
            if !self.run_ticks(uncaught) {
                return;
            }
            self.run_microtasks(uncaught);
            if self.ticks.len() > 0 {
                continue;
            }
            // Cloned, so that nothing is borrowed during the call: the hook may set another one.
            let hook = self.when_empty.borrow().clone();
            if let Some(hook) = hook {
                hook();
            }
            if self.is_empty() {
                return;
            }
        }
        //<
    }

    /// Runs one callback of the event loop, and then what it queued: see [`drain`](TaskQueues::drain).
    ///
    /// A callback that panics hands its panic to `uncaught`, and nothing is drained: what the two queued
    /// waits for the next drain, and the hook is not called, even if nothing is left. What `uncaught`
    /// throws unwinds into the caller, and so does what leaves the drain.
    ///
    /// A callback may come here again, with a callback of its own. To the loop that is still one
    /// callback: the inner one is simply called, its panic unwinds into the outer one, and only the end
    /// of the outer one drains.
    pub fn run_callback(&self, callback: impl FnOnce(), uncaught: &dyn Fn(Panic)) {
        //> // TODO: this is right for a callback that does not panic, and that is not inside of another one.
        //> callback();
        //> self.drain(uncaught);
        let Some(inside) = Inside::enter(&self.inside) else {
            return callback();
        };
        let outcome = catch_unwind(AssertUnwindSafe(callback));
        drop(inside);
        match outcome {
            Ok(()) => self.drain(uncaught),
            Err(panic) => uncaught(panic),
        }
        //<
    }
}

/// Says, while it lives, that a callback or a drain is under way.
struct Inside<'a>(&'a Cell<bool>);

impl Inside<'_> {
    /// `None` when one is under way already.
    fn enter(inside: &Cell<bool>) -> Option<Inside<'_>> {
        let was_inside = inside.replace(true);
        (!was_inside).then(|| Inside(inside))
    }
}

impl Drop for Inside<'_> {
    /// Also when a panic unwinds: the next callback starts afresh.
    fn drop(&mut self) {
        self.0.set(false);
    }
}

// The tasks are closures and cannot be shown.
impl fmt::Debug for TaskQueues {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TaskQueues")
            .field("ticks", &self.ticks.len())
            .field("microtasks", &self.microtasks.len())
            .finish()
    }
}
