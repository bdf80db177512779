//! Node's `process`: how a program ends. All of it is given.

use event_loop::Uncaught;

use crate::current::current;

/// Ends the program at once: the listeners of `exit`, and nothing else. What runs in the pool is waited for, what is
/// queued there is dropped.
pub fn exit(code: i32) -> ! {
    current().event_loop.exit(code)
}

/// The exit code of a program that ends by itself.
pub fn set_exit_code(code: i32) {
    current().event_loop.set_exit_code(code);
}

/// Calls `listener` with the exit code at the very end.
pub fn on_exit(listener: impl Fn(i32) + 'static) {
    current().event_loop.on_exit(listener);
}

/// Calls `listener` with the exit code each time nothing is pending any more. It may begin something new.
pub fn on_before_exit(listener: impl Fn(i32) + 'static) {
    current().event_loop.on_before_exit(listener);
}

/// Calls `handler` with what a callback threw and nobody caught. The program goes on. Without a handler it ends with
/// code 1.
pub fn on_uncaught_exception(handler: impl Fn(&Uncaught) + 'static) {
    current().event_loop.on_uncaught_exception(handler);
}
