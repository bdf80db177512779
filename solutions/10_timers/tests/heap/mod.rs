//! How much memory this test holds: an allocator that counts, thread by thread.

// Clippy for Windows takes a constant value for one that is not.
#![allow(clippy::missing_const_for_thread_local)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

thread_local! {
    /// Bytes allocated by this thread, minus bytes freed by it.
    static HELD: Cell<isize> = const { Cell::new(0) };
}

#[global_allocator]
static COUNTING: Counting = Counting;

struct Counting;

fn count(allocated: usize, freed: usize) {
    // A layout has at most `isize::MAX` bytes. A thread that is ending counts nothing any more.
    let _ = HELD.try_with(|held| held.set(held.get() + allocated as isize - freed as isize));
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

/// The bytes that this thread holds.
pub fn held() -> isize {
    HELD.get()
}
