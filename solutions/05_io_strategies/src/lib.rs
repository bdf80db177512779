#![doc = include_str!("../../../exercises/05_io_strategies/README.md")]

pub mod blocking;
pub mod busy_polling;
mod kernel;
pub mod readiness;

#[cfg(any(target_os = "linux", target_os = "macos"))]
mod unix;
#[cfg(windows)]
mod windows;

#[cfg(not(all(
    any(target_os = "linux", target_os = "macos", windows),
    any(target_arch = "x86_64", target_arch = "aarch64")
)))]
compile_error!("this workshop runs on Linux, macOS and Windows, on x86_64 and aarch64");

pub use kernel::{Kernel, ThisSystem};

/// `poll` in C's types: what the system's library has under this or a similar name.
#[cfg(any(target_os = "linux", target_os = "macos"))]
pub use unix::{POLLERR, POLLHUP, POLLIN, POLLNVAL, PollFd, poll};
#[cfg(windows)]
pub use windows::{POLLERR, POLLHUP, POLLIN, POLLNVAL, PollFd, poll};
