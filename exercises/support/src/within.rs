//! A time limit for code that may hang.

use std::panic;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

/// Runs `f` on a thread of its own and returns what it returns.
///
/// # Panics
///
/// When `f` panics, with the same payload; and when it has not come back after `limit`, with `what`,
/// which says what probably went wrong. A thread cannot be stopped from outside, so a hanging `f`
/// keeps its thread until the process ends.
#[track_caller]
pub fn within<T, F>(limit: Duration, what: &str, f: F) -> T
where
    T: Send + 'static,
    F: FnOnce() -> T + Send + 'static,
{
    let (done, wait) = mpsc::channel();
    let name = thread::current().name().unwrap_or("test").to_owned();
    let worker = thread::Builder::new()
        .name(name)
        .spawn(move || {
            let value = f();
            // The receiver is gone only when the limit has passed, and then nobody wants the value.
            let _ = done.send(value);
        })
        .expect("the operating system has a thread for this test");
    match wait.recv_timeout(limit) {
        Ok(value) => {
            // The value is sent, so the thread is about to end: no second limit is needed.
            let _ = worker.join();
            value
        }
        Err(RecvTimeoutError::Timeout) => panic!("not finished after {limit:?}: {what}"),
        Err(RecvTimeoutError::Disconnected) => match worker.join() {
            Err(payload) => panic::resume_unwind(payload),
            Ok(()) => unreachable!("a thread that did not panic has sent its value"),
        },
    }
}
