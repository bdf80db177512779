//! The regions of this process, in a table that a fault handler can read.
//!
//! The rule: a handler may have interrupted its own thread anywhere, in the middle of the memory
//! allocator or with any lock in its hand. So it must neither allocate nor wait. This table is a `static`
//! of a fixed size, and whoever reads it never waits: a slot that is being changed is passed over.

use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

/// How many regions there can be at a time.
const SLOTS: usize = 64;

static TABLE: [Slot; SLOTS] = [const { Slot::empty() }; SLOTS];

/// One region, or none: then `bytes` is 0.
#[derive(Debug)]
pub struct Slot {
    /// Grows by one when a change begins and by one when it is over, so it is odd in between. A reader
    /// that finds an even number, and the same one afterwards, has read what belongs together.
    version: AtomicUsize,
    start: AtomicUsize,
    bytes: AtomicUsize,
    page_size: AtomicUsize,
    faults: AtomicUsize,
}

/// What a fault handler has to know about the region that an address lies in.
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

/// The region that `address` lies in. Allowed in a fault handler.
pub fn find(address: usize) -> Option<Found> {
    TABLE.iter().find_map(|slot| slot.contains(address))
}

/// Enters a region. `None` when the table is full.
pub fn enter(start: usize, bytes: usize, page_size: usize) -> Option<&'static Slot> {
    let slot = TABLE.iter().find(|slot| slot.claim())?;
    slot.start.store(start, SeqCst);
    slot.bytes.store(bytes, SeqCst);
    slot.page_size.store(page_size, SeqCst);
    slot.faults.store(0, SeqCst);
    slot.version.fetch_add(1, SeqCst);
    Some(slot)
}

impl Slot {
    const fn empty() -> Slot {
        Slot {
            version: AtomicUsize::new(0),
            start: AtomicUsize::new(0),
            bytes: AtomicUsize::new(0),
            page_size: AtomicUsize::new(0),
            faults: AtomicUsize::new(0),
        }
    }

    /// Begins a change, if the slot is empty and nobody else has begun one.
    fn claim(&self) -> bool {
        let version = self.version.load(SeqCst);
        version.is_multiple_of(2)
            && self.bytes.load(SeqCst) == 0
            && self
                .version
                .compare_exchange(version, version + 1, SeqCst, SeqCst)
                .is_ok()
    }

    fn contains(&'static self, address: usize) -> Option<Found> {
        let version = self.version.load(SeqCst);
        let start = self.start.load(SeqCst);
        let bytes = self.bytes.load(SeqCst);
        let page_size = self.page_size.load(SeqCst);
        // While somebody uses a region, its slot does not change. So a slot that does is not the one that
        // is looked for, and there is no need to look again.
        let unchanged = version.is_multiple_of(2) && self.version.load(SeqCst) == version;
        let inside = address >= start && address - start < bytes;
        (unchanged && inside).then_some(Found {
            start,
            page_size,
            slot: self,
        })
    }

    /// How many faults were counted since the region was entered.
    pub fn faults(&self) -> usize {
        self.faults.load(SeqCst)
    }

    /// Takes the region out of the table. Only who entered it may do this, and once.
    pub fn leave(&self) {
        self.version.fetch_add(1, SeqCst);
        self.bytes.store(0, SeqCst);
        self.version.fetch_add(1, SeqCst);
    }
}
