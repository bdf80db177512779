//! Signals of Linux and macOS: what is done about one, and what a handler is told.

#[cfg(target_os = "linux")]
#[path = "linux.rs"]
mod platform;
#[cfg(target_os = "macos")]
#[path = "macos.rs"]
mod platform;

use std::ffi::c_int;
use std::{io, ptr};

pub use platform::{Action, SA_ONSTACK, SA_SIGINFO, SIGBUS, SignalInfo};

/// A trap. `<signal.h>`, the same number on Linux and macOS.
pub const SIGTRAP: c_int = 5;
/// A page fault that the kernel has no answer to. `<signal.h>`, the same number on Linux and macOS.
pub const SIGSEGV: c_int = 11;
/// The terminal's size has changed. Ignored by default. `<signal.h>`, the same number on Linux and macOS.
pub const SIGWINCH: c_int = 28;

unsafe extern "C" {
    /// `sigaction(2)`: either pointer may be null.
    fn sigaction(signal: c_int, new: *const Action, old: *mut Action) -> c_int;
    /// `raise(3)`: sends a signal to the calling thread. Allowed in a handler.
    ///
    /// A signal is blocked while its own handler runs, so one that the handler raises comes when it returns.
    pub safe fn raise(signal: c_int) -> c_int;
    /// `pthread_self(3)`: the calling thread. `pthread_t` is an unsigned long on Linux, a pointer on macOS.
    pub safe fn pthread_self() -> usize;
    /// `pthread_kill(3)`: sends a signal to a thread.
    ///
    /// # Safety
    ///
    /// The thread has not ended.
    pub fn pthread_kill(thread: usize, signal: c_int) -> c_int;
}

/// What is done about `signal` now. Allowed in a handler. `sigaction(2)`
///
/// # Errors
///
/// The OS error: `EINVAL` when there is no such signal.
pub fn current_action(signal: c_int) -> io::Result<Action> {
    let mut current = Action::DEFAULT;
    // SAFETY: nothing is set; `current` lives until the call returns.
    match unsafe { sigaction(signal, ptr::null(), &mut current) } {
        0 => Ok(current),
        _ => Err(io::Error::last_os_error()),
    }
}

/// Says what is done about `signal` from now on. Allowed in a handler. `sigaction(2)`
///
/// # Safety
///
/// The handler in `action` is 0, 1, or a function that takes the arguments which the flags promise. It
/// interrupts any code, on any thread, and has to leave it as it was.
///
/// # Errors
///
/// The OS error: `EINVAL` when there is no such signal.
pub unsafe fn set_action(signal: c_int, action: &Action) -> io::Result<()> {
    // SAFETY: `action` lives until the call returns, and the caller answers for its handler.
    match unsafe { sigaction(signal, action, ptr::null_mut()) } {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}
