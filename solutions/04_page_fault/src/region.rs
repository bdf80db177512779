//! A range of addresses that gets its memory page by page, when it is touched.

use std::io;
use std::ptr::NonNull;

use crate::{system, table};

/// A range of addresses whose pages become memory when they are first touched.
///
/// At first no page is accessible. [`handle_faults`](crate::handle_faults) has to be called once in the
/// process before a page is touched; without it, the first touch ends the process.
///
/// Behind the last page lies one more, the guard page, which belongs to no region and is never made
/// accessible: who runs off the end crashes, and does not write into something else.
#[derive(Debug)]
pub struct LazyRegion {
    start: NonNull<u8>,
    pages: usize,
    page_size: usize,
    /// Its place in the table that the fault handler reads.
    slot: &'static table::Slot,
}

// SAFETY: the region owns its addresses, and they are valid on every thread of the process.
unsafe impl Send for LazyRegion {}
// SAFETY: with a shared reference the memory is only read. Two threads that touch a page at once both get
// a fault, and making a page accessible a second time changes nothing.
unsafe impl Sync for LazyRegion {}

impl LazyRegion {
    /// Reserves the addresses for `pages` pages, each [`page_size`](crate::page_size) bytes long. No memory
    /// is used yet.
    ///
    /// # Errors
    ///
    /// What the system says when there are not so many addresses in a row; [`io::ErrorKind::InvalidInput`]
    /// for more bytes than a `usize` can count, and [`io::ErrorKind::QuotaExceeded`] when there are too many
    /// regions already.
    pub fn new(pages: usize) -> io::Result<LazyRegion> {
        let page_size = system::page_size();
        let bytes = pages.checked_mul(page_size);
        let with_guard = bytes.and_then(|bytes| bytes.checked_add(page_size));
        let (Some(bytes), Some(with_guard)) = (bytes, with_guard) else {
            return Err(io::ErrorKind::InvalidInput.into());
        };
        let start = system::reserve(with_guard)?;
        let Some(slot) = table::enter(start.addr().get(), bytes, page_size) else {
            system::release(start, with_guard);
            return Err(io::ErrorKind::QuotaExceeded.into());
        };
        Ok(LazyRegion {
            start,
            pages,
            page_size,
            slot,
        })
    }

    /// How many pages the region has. The guard page is not one of them.
    pub fn pages(&self) -> usize {
        self.pages
    }

    /// How many bytes the region has.
    pub fn bytes(&self) -> usize {
        self.pages * self.page_size
    }

    /// How many faults there were in the region.
    pub fn faults(&self) -> usize {
        self.slot.faults()
    }

    /// The address of page `number`, counted from 0. The last number, [`pages`](LazyRegion::pages), is the
    /// guard page.
    ///
    /// # Panics
    ///
    /// When `number` is greater than that.
    pub fn page(&self, number: usize) -> *mut u8 {
        assert!(number <= self.pages, "there is no page {number}");
        // SAFETY: at most `pages` pages from the start, so inside the reservation: the guard page is there.
        unsafe { self.start.as_ptr().add(number * self.page_size) }
    }

    /// The byte at `offset`: 0 until another one is written.
    ///
    /// # Panics
    ///
    /// When the region is not so long.
    pub fn read(&self, offset: usize) -> u8 {
        let address = self.address(offset);
        // SAFETY: the byte lies in the region, which nobody writes to while it is borrowed. If its page is not
        // accessible yet, the fault handler makes it so, filled with zeros. Volatile, because the compiler
        // must not move or leave out a read that can be a fault.
        unsafe { address.read_volatile() }
    }

    /// Writes `value` to the byte at `offset`.
    ///
    /// # Panics
    ///
    /// When the region is not so long.
    pub fn write(&mut self, offset: usize, value: u8) {
        let address = self.address(offset);
        // SAFETY: as in `read`, and nobody else has the region while it is borrowed mutably.
        unsafe { address.write_volatile(value) };
    }

    fn address(&self, offset: usize) -> *mut u8 {
        assert!(
            offset < self.bytes(),
            "byte {offset} of {} does not exist",
            self.bytes()
        );
        // SAFETY: inside the reservation, as just checked.
        unsafe { self.start.as_ptr().add(offset) }
    }
}

impl Drop for LazyRegion {
    fn drop(&mut self) {
        // In this order: once the addresses are free, somebody else may get them.
        self.slot.leave();
        system::release(self.start, self.bytes() + self.page_size);
    }
}
