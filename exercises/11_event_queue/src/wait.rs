//! How long to sleep: from the caller's time limit to the whole milliseconds that `epoll_wait(2)` takes, and that
//! every system's file is given.
//!
//! [`wait_until`] asks for everything through a [`Kernel`], so that the specification can hand it one whose
//! clock and whose signals are made up.

use std::io;
use std::time::{Duration, Instant};

/// The longest time that every system takes: `epoll_wait(2)` has a C `int` for it. 24.8 days.
pub const LONGEST_MS: u32 = i32::MAX as u32;

/// What a wait needs of the operating system.
pub trait Kernel {
    /// Sleeps until there are events or `timeout_ms` milliseconds are over, and returns how many events there
    /// are. `Some(0)` looks and does not sleep; `None` sleeps without a limit. At most [`LONGEST_MS`].
    ///
    /// May return 0 too early, by the tick of a coarse clock or because what happened is no event.
    ///
    /// # Errors
    ///
    /// `Interrupted` when a signal ended the sleep, and every other OS error.
    fn wait(&mut self, timeout_ms: Option<u32>) -> io::Result<usize>;

    /// The time on a clock that is never set back.
    fn now(&self) -> Instant;
}

/// Sleeps until there are events or `timeout` is over, and returns how many events there are. 0 means that the
/// time is over, and is never said before the kernel's clock says so too.
///
/// - `Some(Duration::ZERO)` looks once and does not sleep; `None` waits without a limit.
/// - The sleep is never shorter than what is left of the time. It is at most a millisecond longer, and so a
///   caller that waits for its next timer never finds that it woke up too early.
/// - A signal does not end the wait, and does not extend it.
/// - A time that is longer than the kernel or the clock can say is no error: it is waited for all the same.
///
/// # Errors
///
/// What [`Kernel::wait`] says, except `Interrupted`.
pub fn wait_until(kernel: &mut impl Kernel, timeout: Option<Duration>) -> io::Result<usize> {
    // TODO: this first version, with `milliseconds` below, keeps only the first of these promises. Mend both.
    kernel.wait(timeout.map(milliseconds))
}

/// What a kernel is told of the time that is left, in milliseconds.
fn milliseconds(left: Duration) -> u32 {
    left.as_millis() as u32
}
