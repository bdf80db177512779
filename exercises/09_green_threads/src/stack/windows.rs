//! Windows: `VirtualAlloc`, the second of its two steps.

use std::io;

use system::memory::{MEM_COMMIT, PAGE_READWRITE, VirtualAlloc};

/// Lets a part of what is reserved be read and written. Windows promises at once that there will be
/// memory behind every page of it ("commit"), though a page gets it when it is first touched.
///
/// # Safety
///
/// The pages are the caller's, and nobody relies on their being inaccessible.
pub unsafe fn make_accessible(start: *mut u8, length: usize) -> io::Result<()> {
    // SAFETY: that is the caller's promise.
    let address = unsafe { VirtualAlloc(start.cast(), length, MEM_COMMIT, PAGE_READWRITE) };
    match address.is_null() {
        true => Err(io::Error::last_os_error()),
        false => Ok(()),
    }
}
