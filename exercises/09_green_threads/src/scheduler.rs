//! Who runs next: a queue of green threads, and a loop that gives each of them a turn.
//!
//! The rule of this file: nothing is borrowed while somebody else runs. A switch looks like a call that
//! returns, but before it does, any other green thread may have come through here.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::{process, ptr, thread};

use crate::{Stack, StackPointer, prepare, switch};

/// How large the stack of a green thread is, in bytes. It does not grow.
pub const STACK_SIZE: usize = 128 * 1024;

type Work = Box<dyn FnOnce()>;
type Panic = Box<dyn Any + Send>;

/// A green thread that waits for its turn.
#[allow(dead_code, reason = "read by `run_all`, once that is written")]
struct Thread {
    /// What it is to do. None once it has begun.
    work: Option<Work>,
    /// Where it was left.
    pointer: StackPointer,
    /// Nobody reads it, but it keeps the memory: dropping the thread frees its stack.
    stack: Stack,
}

/// The green threads of one OS thread. `home` and `green` are the two ends of every switch.
struct Scheduler {
    /// Those that wait, the one that has waited longest in front.
    ready: RefCell<VecDeque<Thread>>,
    /// Where `run` was left, while a green thread is running. Null when there is no `run`.
    home: Cell<StackPointer>,
    /// Where the green thread that ran last was left.
    green: Cell<StackPointer>,
    /// What the green thread that runs for the first time is to do.
    work: Cell<Option<Work>>,
    /// Whether the green thread that ran last will never go on.
    ended: Cell<bool>,
    /// The first panic that came to the bottom of a stack.
    panic: Cell<Option<Panic>>,
}

thread_local! {
    // Not shared with other OS threads: a green thread stays on the one where it began.
    #[allow(clippy::missing_const_for_thread_local, reason = "it is const; clippy overlooks it on Windows")]
    static SCHEDULER: Scheduler = const { Scheduler::new() };
}

/// Runs `first` as a green thread on this OS thread, and all that it spawns, and returns when the last of
/// them has ended.
///
/// # Errors
///
/// The first panic of a green thread, if there was one. It ended that green thread and no other.
///
/// # Panics
///
/// When it is called by a green thread, and when the system has no stack for `first`.
pub fn run(first: impl FnOnce() + 'static) -> thread::Result<()> {
    SCHEDULER.with(|scheduler| {
        assert!(
            scheduler.home.get().is_null(),
            "`run` is called by a green thread: it runs already, call `spawn`"
        );
        spawn(first);
        run_all(scheduler);
        scheduler.home.set(ptr::null_mut());
        scheduler.panic.take().map_or(Ok(()), Err)
    })
}

/// Makes a green thread that will do `work`, and puts it at the end of the queue. The caller runs on.
///
/// It does not leave its OS thread, so `work` may use what no two OS threads may share, such as an
/// [`Rc`](std::rc::Rc). Spawned outside of [`run`], it waits for the next `run` on this OS thread.
///
/// # Panics
///
/// When the system has no memory for another stack.
pub fn spawn(work: impl FnOnce() + 'static) {
    let mut stack = Stack::new(STACK_SIZE)
        .unwrap_or_else(|error| panic!("no stack for another green thread: {error}"));
    let thread = Thread {
        work: Some(Box::new(work)),
        pointer: prepare(&mut stack, bottom),
        stack,
    };
    SCHEDULER.with(|scheduler| scheduler.ready.borrow_mut().push_back(thread));
}

/// Gives the others a turn. Returns when it is this green thread's turn again.
///
/// # Panics
///
/// When it is not called by a green thread.
pub fn yield_now() {
    SCHEDULER.with(|scheduler| {
        let home = scheduler.home.get();
        assert!(
            !home.is_null(),
            "`yield_now` is for green threads: there is no `run`"
        );
        // TODO: leave this stack, its pointer to `scheduler.green`, and go on at `home`. A `Cell` gives
        // out the address of what is in it: `scheduler.green.as_ptr()`.
        todo!("switch from {:?} to {home:?}", scheduler.green.as_ptr())
    });
}

/// Gives every green thread its turn, in the order of the queue, until none is left.
fn run_all(scheduler: &Scheduler) {
    // TODO: take the first of the queue, hand its work over, switch, and see why you are back. While another
    // thread runs, `scheduler.ready` must not be borrowed: it may call `spawn`.
    todo!("run {} green threads", scheduler.ready.borrow().len())
}

/// The first function on every green thread's stack, and the last.
///
/// There is nothing below: no caller to return to, and none that could catch a panic. The word where the
/// return address belongs is 0.
extern "C" fn bottom() -> ! {
    SCHEDULER.with(|scheduler| {
        // TODO: do the work in `scheduler.work`, keep a panic, say that this thread has ended, and leave for good.
        todo!("do the work and then go {:?}", scheduler.home.get())
    });
    // Somebody switched to a thread that had ended. There is no stack to return to.
    process::abort()
}

impl Scheduler {
    const fn new() -> Scheduler {
        Scheduler {
            ready: RefCell::new(VecDeque::new()),
            home: Cell::new(ptr::null_mut()),
            green: Cell::new(ptr::null_mut()),
            work: Cell::new(None),
            ended: Cell::new(false),
            panic: Cell::new(None),
        }
    }

    #[allow(dead_code, reason = "used by `bottom`, once that is written")]
    fn keep_first_panic(&self, panic: Panic) {
        let first = self.panic.take();
        self.panic.set(first.or(Some(panic)));
    }
}
