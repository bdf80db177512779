//! The regions of this process, in a table that a fault handler can read.
//!
//! The rule: a handler may have interrupted its own thread anywhere, in the middle of the memory
//! allocator or with any lock in its hand. So it must neither allocate nor wait. This table is a `static`
//! of a fixed size, and a handler that reads it never waits. The thread that drops a region waits for the
//! handlers instead: until none of them holds what it has found in the slot.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};

/// How many regions there can be at a time.
const SLOTS: usize = 64;

static TABLE: [Slot; SLOTS] = [const { Slot::empty() }; SLOTS];

/// Room for one region. Without a region `bytes` is 0, so that no address lies in it.
#[derive(Debug)]
pub struct Slot {
    /// Whether a region has this slot, also one without pages.
    taken: AtomicBool,
    /// How many handlers look at this slot. While it is not 0, the region cannot leave.
    readers: AtomicUsize,
    start: AtomicUsize,
    bytes: AtomicUsize,
    page_size: AtomicUsize,
    faults: AtomicUsize,
}

/// What a fault handler has to know about the region that an address lies in.
///
/// As long as this value lives, the region stays: the thread that drops the region waits for it. So a handler
/// keeps it until the page is changed, and nobody keeps it longer.
#[derive(Debug)]
pub struct Found {
    /// The address of its first byte, which is the start of a page.
    pub start: usize,
    /// How long its pages are, in bytes. It was asked beforehand: a handler cannot ask.
    pub page_size: usize,
    slot: &'static Slot,
}

impl Found {
    /// Counts one fault for this region.
    pub fn count_fault(&self) {
        self.slot.faults.fetch_add(1, SeqCst);
    }
}

impl Drop for Found {
    fn drop(&mut self) {
        self.slot.readers.fetch_sub(1, SeqCst);
    }
}

/// The region that `address` lies in. Allowed in a fault handler.
pub fn find(address: usize) -> Option<Found> {
    TABLE.iter().find_map(|slot| slot.find(address))
}

/// Enters a region. `None` when the table is full.
pub fn enter(start: usize, bytes: usize, page_size: usize) -> Option<&'static Slot> {
    let slot = TABLE.iter().find(|slot| !slot.taken.swap(true, SeqCst))?;
    slot.start.store(start, SeqCst);
    slot.page_size.store(page_size, SeqCst);
    slot.faults.store(0, SeqCst);
    // Last: from here on, addresses are found.
    slot.bytes.store(bytes, SeqCst);
    Some(slot)
}

impl Slot {
    const fn empty() -> Slot {
        Slot {
            taken: AtomicBool::new(false),
            readers: AtomicUsize::new(0),
            start: AtomicUsize::new(0),
            bytes: AtomicUsize::new(0),
            page_size: AtomicUsize::new(0),
            faults: AtomicUsize::new(0),
        }
    }

    fn find(&'static self, address: usize) -> Option<Found> {
        // A look first, since most slots are not the one. What it sees may be half of one region and half of
        // another.
        if !self.contains(address) {
            return None;
        }
        self.readers.fetch_add(1, SeqCst);
        let found = Found {
            start: self.start.load(SeqCst),
            page_size: self.page_size.load(SeqCst),
            slot: self,
        };
        // Now the look that counts. If the region is still there, it stays until `found` is dropped: it cannot
        // leave without having seen us. If it is not, `found` is dropped here.
        self.contains(address).then_some(found)
    }

    fn contains(&self, address: usize) -> bool {
        let bytes = self.bytes.load(SeqCst);
        let start = self.start.load(SeqCst);
        address >= start && address - start < bytes
    }

    /// How many faults were counted since the region was entered.
    pub fn faults(&self) -> usize {
        self.faults.load(SeqCst)
    }

    /// Takes the region out of the table, and waits until no handler looks at it any more. Only its owner may do
    /// this, once, and not in a handler.
    pub fn leave(&self) {
        self.bytes.store(0, SeqCst);
        while self.readers.load(SeqCst) != 0 {
            std::thread::yield_now();
        }
        self.taken.store(false, SeqCst);
    }
}
