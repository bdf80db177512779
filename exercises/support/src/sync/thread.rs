//! Threads, as in [`std::thread`].

use std::time::Duration;

use crate::explore::{self, Operation};

/// As [`std::thread::JoinHandle`].
#[derive(Debug)]
pub struct JoinHandle<T> {
    inner: std::thread::JoinHandle<T>,
    /// The thread's number in the exploration that started it.
    explored: Option<usize>,
}

/// Starts a thread. An exploration counts a panic that ends it as a failure, joined or not.
///
/// # Panics
///
/// When the operating system has no thread.
pub fn spawn<F, T>(f: F) -> JoinHandle<T>
where
    F: FnOnce() -> T + Send + 'static,
    T: Send + 'static,
{
    match explore::current() {
        Some(current) => {
            let (inner, number) = current.spawn(f);
            let explored = Some(number);
            JoinHandle { inner, explored }
        }
        None => JoinHandle {
            inner: std::thread::spawn(f),
            explored: None,
        },
    }
}

impl<T> JoinHandle<T> {
    /// Waits until the thread has ended, and returns what it returned.
    ///
    /// # Errors
    ///
    /// When the thread panicked; the error is what it panicked with.
    pub fn join(self) -> std::thread::Result<T> {
        if let (Some(current), Some(number)) = (explore::current(), self.explored) {
            current.step(Operation::Join(number));
        }
        self.inner.join()
    }

    /// Whether the thread has ended.
    pub fn is_finished(&self) -> bool {
        match (explore::current(), self.explored) {
            (Some(current), Some(number)) => current.has_ended(number),
            _ => self.inner.is_finished(),
        }
    }
}

/// Lets another thread run, if one can.
pub fn yield_now() {
    match explore::current() {
        Some(current) => _ = current.step(Operation::Yield),
        None => std::thread::yield_now(),
    }
}

/// Sleeps for this time. Under the explorer the time is virtual and passes at once, when nothing else can
/// happen.
pub fn sleep(time: Duration) {
    match explore::current() {
        Some(current) => _ = current.step(Operation::Sleep(time)),
        None => std::thread::sleep(time),
    }
}
