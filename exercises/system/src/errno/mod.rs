//! The place where a thread finds out why its last call to the system failed: `errno`, on Windows the "last
//! error".
//!
//! `std::io::Error::last_os_error` reads it, and that is what a program wants after a failure. A handler that
//! interrupts a program needs more. The program may be about to read its error, and must find the one that it
//! left there. So a handler calls [`get`] first and [`set`] last.

#[cfg(target_os = "linux")]
#[path = "linux.rs"]
mod platform;
#[cfg(target_os = "macos")]
#[path = "macos.rs"]
mod platform;
#[cfg(windows)]
#[path = "windows.rs"]
mod platform;

/// The error number of the calling thread. Allowed in a handler.
pub fn get() -> i32 {
    platform::get()
}

/// Sets the error number of the calling thread. Allowed in a handler.
pub fn set(error: i32) {
    platform::set(error);
}
