//! Memory by pages: how long a page is, and addresses that belong to us before there is memory behind them.
//!
//! What makes the pages accessible is taught in chapter 04: `mprotect(2)`, on Windows `VirtualAlloc`. Here
//! they are only declared, and so are the numbers that they take.

#[cfg(target_os = "linux")]
#[path = "linux.rs"]
mod platform;
#[cfg(target_os = "macos")]
#[path = "macos.rs"]
mod platform;
#[cfg(windows)]
#[path = "windows.rs"]
mod platform;
#[cfg(any(target_os = "linux", target_os = "macos"))]
mod posix;

use std::io;
use std::ptr::NonNull;

#[cfg(any(target_os = "linux", target_os = "macos"))]
pub use platform::{MAP_ANONYMOUS, MAP_NORESERVE};
#[cfg(windows)]
pub use platform::{
    MEM_COMMIT, MEM_RELEASE, MEM_RESERVE, PAGE_NOACCESS, PAGE_READWRITE, VirtualAlloc, VirtualFree,
};
#[cfg(any(target_os = "linux", target_os = "macos"))]
pub use posix::{
    MAP_FAILED, MAP_PRIVATE, PROT_NONE, PROT_READ, PROT_WRITE, mmap, mprotect, munmap,
};

#[cfg(windows)]
use platform as pages;
#[cfg(any(target_os = "linux", target_os = "macos"))]
use posix as pages;

/// How many bytes a page has. Not a constant: 4096 on most machines, 16384 on a Mac with Apple's processor, up
/// to 65536 with some Linux kernels on aarch64. `sysconf(3)`, on Windows `GetSystemInfo`
pub fn page_size() -> usize {
    pages::page_size()
}

/// Addresses that nobody else gets, and that nobody can touch yet. Dropping it gives them back, together with
/// all memory that was put behind them.
#[derive(Debug)]
pub struct Reservation {
    start: NonNull<u8>,
    bytes: usize,
}

// SAFETY: the reservation owns its addresses, and they mean the same on every thread of the process.
unsafe impl Send for Reservation {}
// SAFETY: a shared reference gives out an address and a number, and changes nothing.
unsafe impl Sync for Reservation {}

impl Reservation {
    /// Reserves `bytes` addresses in a row, rounded up to whole pages. `mmap(2)`, on Windows `VirtualAlloc`
    ///
    /// # Errors
    ///
    /// The OS error when this process cannot have so many, and for 0.
    pub fn new(bytes: usize) -> io::Result<Reservation> {
        let start = pages::reserve(bytes)?;
        Ok(Reservation { start, bytes })
    }

    /// The first address, where a page begins.
    pub fn start(&self) -> *mut u8 {
        self.start.as_ptr()
    }

    /// How many bytes were asked for.
    pub fn bytes(&self) -> usize {
        self.bytes
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        // SAFETY: `reserve` returned this start for this number of bytes. The one who owned them is dropping
        // them, and may use them no more.
        let released = unsafe { pages::release(self.start, self.bytes) };
        // It fails only for addresses that were never ours. A leak is better than a panic in a drop.
        debug_assert!(released.is_ok(), "{released:?}");
    }
}
