//! The process: its exit code, those who listen for its end, and what happens to panics that nobody caught.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::panic::resume_unwind;
use std::rc::Rc;

use microtasks::Panic;

/// Unwinds the stack up to the loop, which then ends. It is no error, and nobody may catch it.
pub(crate) struct ExitNow;

/// Throws `what`, JavaScript's `throw`: a panic without the message that `panic!` prints.
pub fn throw(what: impl Any + Send) -> ! {
    resume_unwind(Box::new(what))
}

/// A panic that nobody caught.
pub struct Uncaught {
    payload: Panic,
}

impl Uncaught {
    pub(crate) fn new(payload: Panic) -> Uncaught {
        Uncaught { payload }
    }

    /// What was thrown, if it was a text.
    pub fn message(&self) -> &str {
        match (
            self.payload.downcast_ref::<String>(),
            self.payload.downcast_ref::<&'static str>(),
        ) {
            (Some(text), _) => text,
            (None, Some(text)) => text,
            (None, None) => "something that is not a text",
        }
    }

    /// What was thrown.
    pub fn payload(&self) -> &(dyn Any + Send) {
        &*self.payload
    }
}

pub(crate) type Listeners<A> = RefCell<Vec<Rc<dyn Fn(A)>>>;
pub(crate) type Handler = Rc<dyn Fn(&Uncaught)>;

/// What a program says about its own end.
#[derive(Default)]
pub(crate) struct Process {
    /// The exit code, once somebody has set one.
    pub(crate) code: Cell<i32>,
    /// Whether the end has begun: listeners of `exit` are called once.
    pub(crate) is_exiting: Cell<bool>,
    pub(crate) on_before_exit: Listeners<i32>,
    pub(crate) on_exit: Listeners<i32>,
    pub(crate) on_uncaught: RefCell<Option<Handler>>,
}

impl Process {
    /// Whether nobody listens.
    pub(crate) fn is_empty(&self) -> bool {
        self.on_before_exit.borrow().is_empty()
            && self.on_exit.borrow().is_empty()
            && self.on_uncaught.borrow().is_none()
    }
}

/// Calls those who listen at this moment, in their order.
pub(crate) fn emit(listeners: &Listeners<i32>, code: i32) {
    let now: Vec<_> = listeners.borrow().clone();
    for listener in now {
        listener(code);
    }
}
