//! The runtime of this thread: what the free functions work on.
//!
//! The rule: the slot is borrowed for a moment only, and never while anything of the program's is called.

use std::cell::RefCell;
use std::mem;
use std::process::ExitCode;
use std::rc::Rc;

use event_loop::{EventLoop, Observer, Poller};

use crate::{JobTimes, SystemPoller};

/// A loop, and the operating system under it.
pub(crate) struct Runtime {
    pub(crate) event_loop: EventLoop,
    pub(crate) poller: Rc<SystemPoller>,
}

/// How often the end drops what is left. A value's `Drop` may set a timer that holds a value, and so on.
const ROUNDS: usize = 16;

thread_local! {
    static CURRENT: RefCell<Option<Rc<Runtime>>> = const { RefCell::new(None) };
}

/// The runtime of this thread. `None` outside of [`run`].
pub(crate) fn try_current() -> Option<Rc<Runtime>> {
    // Not even the slot is there when a value in another thread-local variable is dropped, at the end of the thread.
    CURRENT
        .try_with(|current| current.borrow().clone())
        .ok()
        .flatten()
}

/// The runtime of this thread.
pub(crate) fn current() -> Rc<Runtime> {
    try_current()
        .expect("no runtime on this thread: this function is for callbacks inside of runtime::run")
}

/// Runs a program to its end: `fn main() -> ExitCode { runtime::run(javascript) }`. Returns its exit code.
///
/// While `main` and its callbacks run, this thread has a runtime, which the free functions use. When this returns,
/// also by a panic, the thread has none, all workers are joined, and everything that the runtime opened is closed.
///
/// What was never called is dropped before that, with all that it captured. A `Drop` can use the free functions still:
/// what it sets is never called, and dropped as well. A `Drop` that always sets another value like its own would go on
/// for ever. After 16 rounds what is left is leaked: it is never dropped, and its pool is not joined.
///
/// An exit code is cut to the eight bits that Unix has for it. An OS error of the loop is printed, and the code is
/// 1.
///
/// # Panics
///
/// When this thread has a runtime already.
pub fn run(main: impl FnOnce()) -> ExitCode {
    assert!(
        try_current().is_none(),
        "runtime::run was called inside of runtime::run"
    );
    let poller = match SystemPoller::new() {
        Ok(poller) => Rc::new(poller),
        Err(error) => return failed(&error),
    };
    let event_loop = EventLoop::new(Rc::clone(&poller) as Rc<dyn Poller>);
    let runtime = Rc::new(Runtime { event_loop, poller });
    //> // TODO: this first version runs the loop, and its callbacks do not know where. Give the thread its runtime.
    //> let outcome = runtime.event_loop.run(main);
    let entered = Entered::enter(&runtime);
    let outcome = runtime.event_loop.run(main);
    drop(entered);
    //<
    match outcome {
        Ok(code) => ExitCode::from(code as u8),
        Err(error) => failed(&error),
    }
}

fn failed(error: &std::io::Error) -> ExitCode {
    eprintln!("the event loop failed: {error}");
    ExitCode::FAILURE
}

/// Says, while it lives, which runtime the thread has. Dropping it ends that runtime.
struct Entered {
    _slot: Slot,
}

impl Entered {
    fn enter(runtime: &Rc<Runtime>) -> Entered {
        CURRENT.set(Some(Rc::clone(runtime)));
        Entered { _slot: Slot }
    }
}

impl Drop for Entered {
    fn drop(&mut self) {
        for _ in 0..ROUNDS {
            // What is dropped here finds the runtime. What it sets is dropped in the next round.
            let runtime = current();
            runtime.event_loop.clear();
            runtime.poller.shutdown();
            if runtime.event_loop.is_empty() && runtime.poller.is_empty() {
                return;
            }
        }
        eprintln!("a Drop sets something new at the end, again and again: the rest is leaked");
        mem::forget(current());
    }
}

/// Empties the thread's slot when it is dropped: as a field of [`Entered`] also when a value's `Drop` has panicked.
struct Slot;

impl Drop for Slot {
    fn drop(&mut self) {
        // Taken out first and dropped afterwards, when the slot is not borrowed any more.
        let runtime = CURRENT.take();
        drop(runtime);
    }
}

/// From now on, tells `observer` what the loop does.
pub fn set_observer(observer: Rc<dyn Observer>) {
    current().event_loop.set_observer(observer);
}

/// From now on, tells `observer` of each job of the pool, on the loop's thread, just before the job's callback.
/// It is not told of jobs that were queued before, nor of a job that panicked or was cancelled.
pub fn observe_jobs(observer: impl Fn(&JobTimes) + 'static) {
    current().poller.workers().observe(Rc::new(observer));
}

/// How often this thread's loop has asked the kernel to sleep or to look.
pub fn kernel_waits() -> u64 {
    current().poller.waits()
}
