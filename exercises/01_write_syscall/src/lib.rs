#![doc = include_str!("../README.md")]

#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;
mod write_all;

#[cfg(not(any(unix, windows)))]
compile_error!("this chapter knows Linux, macOS and Windows");

/// What can be written to: everything that owns or borrows a file descriptor.
#[cfg(unix)]
pub use std::os::fd::AsFd as AsOutput;
/// What can be written to: everything that owns or borrows a handle.
#[cfg(windows)]
pub use std::os::windows::io::AsHandle as AsOutput;

#[cfg(unix)]
pub use unix::{stdout, write};
#[cfg(windows)]
pub use windows::{stdout, write};
pub use write_all::write_all;
