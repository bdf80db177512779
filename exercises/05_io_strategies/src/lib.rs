#![doc = include_str!("../README.md")]

pub mod blocking;
pub mod busy_polling;
mod kernel;
pub mod readiness;

#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

#[cfg(not(any(unix, windows)))]
compile_error!("this chapter knows Linux, macOS and Windows");

pub use kernel::{Kernel, ThisSystem};

/// `poll` in C's types: what the system's library has under this or a similar name.
#[cfg(unix)]
pub use unix::{POLLERR, POLLHUP, POLLIN, POLLNVAL, PollFd, poll};
#[cfg(windows)]
pub use windows::{POLLERR, POLLHUP, POLLIN, POLLNVAL, PollFd, poll};
