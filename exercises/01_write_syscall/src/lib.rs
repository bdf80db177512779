#![doc = include_str!("../README.md")]

#[cfg(any(target_os = "linux", target_os = "macos"))]
mod unix;
#[cfg(windows)]
mod windows;
mod write_all;

#[cfg(not(all(
    any(target_os = "linux", target_os = "macos", windows),
    any(target_arch = "x86_64", target_arch = "aarch64")
)))]
compile_error!("this workshop runs on Linux, macOS and Windows, on x86_64 and aarch64");

/// What can be written to: everything that owns or borrows a file descriptor.
#[cfg(any(target_os = "linux", target_os = "macos"))]
pub use std::os::fd::AsFd as AsOutput;
/// What can be written to: everything that owns or borrows a handle.
#[cfg(windows)]
pub use std::os::windows::io::AsHandle as AsOutput;

#[cfg(any(target_os = "linux", target_os = "macos"))]
pub use unix::{stdout, write};
#[cfg(windows)]
pub use windows::{stdout, write};
pub use write_all::write_all;
