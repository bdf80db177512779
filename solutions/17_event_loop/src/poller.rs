//! The loop's only way to the time and to the world outside. All of it is given.

use std::collections::VecDeque;
use std::io;
use std::time::Duration;

/// Something to call once, on the loop's thread.
pub type Callback = Box<dyn FnOnce()>;

/// Where events come from: the operating system in chapter 18, a script in the tests.
pub trait Poller {
    /// The time since some start. It never goes backwards.
    fn now(&self) -> Duration;

    /// Appends what is ready to `ready`. If nothing is, sleeps until something is or `timeout` is over.
    ///
    /// `Some(Duration::ZERO)` looks and does not sleep, `None` sleeps for as long as it takes. May come back
    /// early, with nothing.
    ///
    /// # Errors
    ///
    /// The OS error. The loop ends with it.
    fn poll(&self, timeout: Option<Duration>, ready: &mut VecDeque<Callback>) -> io::Result<()>;

    /// Whether something is under way that the program waits for: an open socket, a job in the pool.
    fn is_alive(&self) -> bool;
}
