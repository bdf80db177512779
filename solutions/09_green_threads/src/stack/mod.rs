//! Memory for a stack, with a guard page at the end towards which it grows.
//!
//! ```text
//!   higher addresses
//!                      top     the first push goes just below
//!   +--------------+ <-------
//!   | the stack    |
//!   |      |       |
//!   |      v       |   grows downwards
//!   |              | bottom
//!   +--------------+ <-------
//!   | guard page   |   may be neither read nor written: whoever runs off the stack dies here
//!   +--------------+ <------- base
//!   lower addresses
//! ```

#[cfg(any(target_os = "linux", target_os = "macos"))]
#[path = "unix.rs"]
mod platform;
#[cfg(windows)]
#[path = "windows.rs"]
mod platform;

use std::io;

use system::memory::{Reservation, page_size};

/// A stack and its guard page. Dropping it gives the memory back, so nobody may be running on it then,
/// and nobody may want to come back to it.
#[derive(Debug)]
pub struct Stack {
    /// The guard page, and above it the stack.
    memory: Reservation,
    guard: usize,
    size: usize,
}

impl Stack {
    /// Asks the system for a stack of at least `size` bytes, and for a guard page below it.
    ///
    /// The addresses are ours from now on; memory comes behind them page by page, as they are used.
    ///
    /// # Errors
    ///
    /// What the system says when it has no more memory or addresses for this process, and
    /// [`io::ErrorKind::InvalidInput`] for more bytes than a `usize` can count.
    pub fn new(size: usize) -> io::Result<Stack> {
        // Asked, not assumed: 4 KiB on most machines, 16 KiB on Apple's processors.
        let page = page_size();
        let size = size.max(1).checked_next_multiple_of(page);
        let with_guard = size.and_then(|size| size.checked_add(page));
        let (Some(size), Some(with_guard)) = (size, with_guard) else {
            return Err(io::ErrorKind::InvalidInput.into());
        };
        let stack = Stack {
            memory: Reservation::new(with_guard)?,
            guard: page,
            size,
        };
        // What is reserved may not be touched. All but the lowest page may be from here on.
        // SAFETY: these pages are ours, and nobody knows of them yet.
        unsafe { platform::make_accessible(stack.bottom(), size) }?;
        Ok(stack)
    }

    /// The end of the stack, just above its highest byte: where a stack begins. It is the beginning of
    /// a page, so a multiple of 16.
    pub fn top(&self) -> *mut u8 {
        self.bottom().wrapping_add(self.size)
    }

    /// The lowest byte that may be used. Right below it begins the guard page.
    pub fn bottom(&self) -> *mut u8 {
        self.base().wrapping_add(self.guard)
    }

    /// The lowest byte of all, in the guard page: where the reserved memory begins.
    pub fn base(&self) -> *mut u8 {
        self.memory.start()
    }
}
