//! How much memory a thread asks for and holds. A test program opts in:
//!
//! ```rust,ignore
//! #[global_allocator]
//! static COUNTING: support::heap::Counting = support::heap::Counting;
//! ```

// Clippy for Windows takes a constant value for one that is not.
#![allow(clippy::missing_const_for_thread_local)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

thread_local! {
    /// Bytes allocated by this thread.
    static ASKED: Cell<usize> = const { Cell::new(0) };
    /// Bytes freed by this thread.
    static FREED: Cell<usize> = const { Cell::new(0) };
}

/// The system's allocator, which counts bytes thread by thread.
pub struct Counting;

fn count(asked: usize, freed: usize) {
    // A thread that is ending counts nothing any more.
    let _ = ASKED.try_with(|sum| sum.set(sum.get() + asked));
    let _ = FREED.try_with(|sum| sum.set(sum.get() + freed));
}

// SAFETY: every call goes on to `System` with the same arguments, and counting allocates nothing.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size(), 0);
        // SAFETY: our caller keeps the contract of `alloc`, which is the same.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        count(0, layout.size());
        // SAFETY: `block` came from `System` with this layout, since all of ours do.
        unsafe { System.dealloc(block, layout) }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count(size, layout.size());
        // SAFETY: `block` came from `System` with this layout, and `size` is our caller's.
        unsafe { System.realloc(block, layout, size) }
    }
}

/// The bytes that this thread has asked for until now. 0 in a program that does not count.
pub fn asked() -> usize {
    ASKED.get()
}

/// The bytes that this thread holds: asked for, and not freed.
pub fn held() -> isize {
    asked().wrapping_sub(FREED.get()).cast_signed()
}
