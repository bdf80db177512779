//! Linux and macOS: `mprotect(2)`.

use std::io;

use system::memory::{PROT_READ, PROT_WRITE, mprotect};

/// Lets a part of what is reserved be read and written.
///
/// # Safety
///
/// The pages are the caller's, and nobody relies on their being inaccessible.
pub unsafe fn make_accessible(start: *mut u8, length: usize) -> io::Result<()> {
    // SAFETY: that is the caller's promise.
    match unsafe { mprotect(start.cast(), length, PROT_READ | PROT_WRITE) } {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}
