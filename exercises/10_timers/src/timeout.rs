//! How long the loop may sleep.
//!
//! The rule: a wait may end late by a part of a millisecond, and never early.

use std::time::Duration;

/// The step in which operating systems count a time-out: `epoll_wait`, `poll` and
/// `GetQueuedCompletionStatusEx` take whole milliseconds.
pub const RESOLUTION: Duration = Duration::from_millis(1);

/// The shortest wait of whole milliseconds that is not shorter than `left`.
///
/// Nothing left is no wait. A wait that would be longer than [`Duration::MAX`] is cut to that, and to nothing
/// less: what the operating system can be asked for in one call is the caller's business.
pub fn whole_milliseconds(left: Duration) -> Duration {
    // TODO: give back the wait that the operating system can be asked for.
    todo!("how long to wait when {left:?} are left")
}
