//! A range of addresses that gets its memory page by page, when it is touched.

use std::io;

use system::memory::{Reservation, page_size};

use crate::table;

/// A range of addresses whose pages become memory when they are first touched.
///
/// At first no page is accessible. [`handle_faults`](crate::handle_faults) has to be called once in the
/// process before a page is touched; without it, the first touch ends the process.
///
/// Behind the last page lies one more, the guard page, which belongs to no region and is never made
/// accessible: who runs off the end crashes, and does not write into something else.
#[derive(Debug)]
pub struct LazyRegion {
    /// Its addresses, and those of the guard page.
    memory: Reservation,
    pages: usize,
    page_size: usize,
    /// Its place in the table that the fault handler reads.
    slot: &'static table::Slot,
}

impl LazyRegion {
    /// Reserves the addresses for `pages` pages, each [`page_size`] bytes long. No memory is used yet. A region
    /// without pages has a guard page and nothing else.
    ///
    /// # Errors
    ///
    /// What the system says when there are not so many addresses in a row; [`io::ErrorKind::InvalidInput`]
    /// for more bytes than a `usize` can count, and [`io::ErrorKind::QuotaExceeded`] when there are too many
    /// regions already.
    pub fn new(pages: usize) -> io::Result<LazyRegion> {
        let page_size = page_size();
        let bytes = pages.checked_mul(page_size);
        let with_guard = bytes.and_then(|bytes| bytes.checked_add(page_size));
        let (Some(bytes), Some(with_guard)) = (bytes, with_guard) else {
            return Err(io::ErrorKind::InvalidInput.into());
        };
        let memory = Reservation::new(with_guard)?;
        let slot = table::enter(memory.start().addr(), bytes, page_size)
            .ok_or(io::ErrorKind::QuotaExceeded)?;
        Ok(LazyRegion {
            memory,
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
        unsafe { self.memory.start().add(number * self.page_size) }
    }

    /// The byte at `offset`: 0 until another one is written.
    ///
    /// # Panics
    ///
    /// When the region is not so long.
    pub fn read(&self, offset: usize) -> u8 {
        let address = self.address(offset);
        // SAFETY: the byte lies in the region, which nobody writes to while it is borrowed. If its page is not
        // accessible yet, the fault handler makes it so, filled with zeros; when two threads touch a page at
        // once, it does so twice, and the second time changes nothing. Volatile, because the compiler must not
        // move or leave out a read that can be a fault.
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
        unsafe { self.memory.start().add(offset) }
    }
}

impl Drop for LazyRegion {
    fn drop(&mut self) {
        // First of all: `memory` gives the addresses back when it is dropped, right after this, and then they
        // may become somebody else's. So no handler may find them any more.
        self.slot.leave();
    }
}
