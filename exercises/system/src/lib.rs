//! What chapters are given of Linux, macOS and Windows: functions of the system's library, numbers, layouts.
//!
//! There is nothing to write here. What a chapter teaches, it declares itself; what it only needs, it takes
//! from this crate, so that each declaration exists once.
//!
//! A subject is a module, and each system has a file in it with the same items. The layouts are checked while
//! this crate is compiled. Next to each number stands the header or the manual page that it comes from.

pub mod errno;
#[cfg(windows)]
pub mod exceptions;
pub mod memory;
#[cfg(any(target_os = "linux", target_os = "macos"))]
pub mod signals;

#[cfg(not(all(
    any(target_os = "linux", target_os = "macos", windows),
    any(target_arch = "x86_64", target_arch = "aarch64")
)))]
compile_error!("this workshop runs on Linux, macOS and Windows, on x86_64 and aarch64");
