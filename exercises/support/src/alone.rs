//! A test that no other of its program disturbs, and that leaves no descriptor behind.

use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::{descriptor_count, within};

/// How long a thread that was joined may still be closing what it had.
const MOMENT: Duration = Duration::from_millis(500);

/// [`within`] while no other body of this program runs. Then counts the descriptors: `leak` is what usually leaves
/// one open.
///
/// # Panics
///
/// As [`within`], and when more descriptors are open than before.
#[track_caller]
pub fn alone<T, F>(limit: Duration, what: &str, leak: &str, body: F) -> T
where
    T: Send + 'static,
    F: FnOnce() -> T + Send + 'static,
{
    static ALONE: Mutex<()> = Mutex::new(());
    // A test that failed has said so, and has left nothing in there.
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    // Windows opens handles of its own in a process, when it likes.
    let system = if cfg!(windows) { 16 } else { 0 };
    let before = descriptor_count();
    let value = within(limit, what, body);
    let is_left = |after: usize| after > before + system;
    let deadline = Instant::now() + MOMENT;
    while is_left(descriptor_count()) && Instant::now() < deadline {
        thread::yield_now();
    }
    let after = descriptor_count();
    assert!(
        !is_left(after),
        "all that this test had is dropped, and descriptors are open\nexpected  {before}, as before it\nyours     \
         {after}\n{leak}"
    );
    value
}
