//! Linux and macOS: `mmap(2)`, `mprotect(2)`, `munmap(2)`.

use std::ffi::{c_int, c_long, c_void};
use std::io;
use std::ptr::{self, NonNull};

use super::platform::{RESERVED, SC_PAGESIZE};

/// No access. `<sys/mman.h>`, the same number on Linux and macOS, as all the following.
pub const PROT_NONE: c_int = 0;
/// May be read.
pub const PROT_READ: c_int = 1;
/// May be written.
pub const PROT_WRITE: c_int = 2;
/// Changes are for this process alone.
pub const MAP_PRIVATE: c_int = 2;
/// What `mmap` returns when it fails: the address -1.
pub const MAP_FAILED: usize = usize::MAX;

unsafe extern "C" {
    /// `sysconf(3)`
    safe fn sysconf(name: c_int) -> c_long;
    /// `mmap(2)`: new memory at an address, or where the system likes if that is null. `off_t` has 64 bits on
    /// our systems.
    ///
    /// # Safety
    ///
    /// With `MAP_FIXED` it replaces what is at `address`, and that must be the caller's.
    pub fn mmap(
        address: *mut c_void,
        bytes: usize,
        protection: c_int,
        flags: c_int,
        descriptor: c_int,
        offset: i64,
    ) -> *mut c_void;
    /// `munmap(2)`: 0, or -1 when it fails.
    ///
    /// # Safety
    ///
    /// The pages are the caller's, and nobody uses them any more.
    pub fn munmap(address: *mut c_void, bytes: usize) -> c_int;
    /// `mprotect(2)`: 0, or -1 when it fails.
    ///
    /// # Safety
    ///
    /// The pages are the caller's, and nobody relies on the access that is taken away or given.
    pub fn mprotect(address: *mut c_void, bytes: usize, protection: c_int) -> c_int;
}

pub fn page_size() -> usize {
    usize::try_from(sysconf(SC_PAGESIZE)).expect("every system knows its page size")
}

pub fn reserve(bytes: usize) -> io::Result<NonNull<u8>> {
    let flags = MAP_PRIVATE | RESERVED;
    // SAFETY: the system chooses the place, so nothing that exists is replaced.
    let start = unsafe { mmap(ptr::null_mut(), bytes, PROT_NONE, flags, -1, 0) };
    if start.addr() == MAP_FAILED {
        return Err(io::Error::last_os_error());
    }
    Ok(NonNull::new(start.cast()).expect("mmap never chooses page 0"))
}

/// # Safety
///
/// `reserve` has returned `start` for `bytes`, and nobody uses these addresses any more.
pub unsafe fn release(start: NonNull<u8>, bytes: usize) -> io::Result<()> {
    // SAFETY: that is the caller's promise.
    match unsafe { munmap(start.as_ptr().cast(), bytes) } {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}
