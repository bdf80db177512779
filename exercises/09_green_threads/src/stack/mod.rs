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

#[cfg(unix)]
#[path = "unix.rs"]
mod system;
#[cfg(windows)]
#[path = "windows.rs"]
mod system;

#[cfg(not(any(unix, windows)))]
compile_error!("the workshop runs on Linux, macOS and Windows");

use std::io;

/// A stack and its guard page. Dropping it gives the memory back, so nobody may be running on it then,
/// and nobody may want to come back to it.
#[derive(Debug)]
pub struct Stack {
    base: *mut u8,
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
    /// What the system says when it has no more memory or addresses for this process.
    pub fn new(size: usize) -> io::Result<Stack> {
        // Asked, not assumed: 4 KiB on most machines, 16 KiB on Apple's processors.
        let page = system::page_size();
        let size = size.max(1).next_multiple_of(page);
        let base = system::reserve(page + size)?;
        let stack = Stack {
            base,
            guard: page,
            size,
        };
        // What is reserved may not be touched. All but the lowest page may be from here on.
        system::make_accessible(stack.bottom(), size)?;
        Ok(stack)
    }

    /// The end of the stack, just above its highest byte: where a stack begins. It is the beginning of
    /// a page, so a multiple of 16.
    pub fn top(&self) -> *mut u8 {
        self.bottom().wrapping_add(self.size)
    }

    /// The lowest byte that may be used. Right below it begins the guard page.
    pub fn bottom(&self) -> *mut u8 {
        self.base.wrapping_add(self.guard)
    }

    /// The lowest byte of all, in the guard page: where the reserved memory begins.
    pub fn base(&self) -> *mut u8 {
        self.base
    }
}

impl Drop for Stack {
    fn drop(&mut self) {
        system::release(self.base, self.guard + self.size);
    }
}
