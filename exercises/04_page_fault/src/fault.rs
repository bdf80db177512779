//! What to do about a fault: the same on all systems. Everything here that a handler calls neither
//! allocates nor waits nor panics.

use std::io;
use std::sync::{Mutex, PoisonError};

use crate::platform;

/// What the fault handler is to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The page is accessible now: let the instruction that faulted run again.
    Retry,
    /// The address is in no [`LazyRegion`](crate::LazyRegion), or the system has no memory for it. Whoever
    /// handled faults before us is to do it.
    NotOurs,
}

/// Decides about a fault at `address`. When it lies in a [`LazyRegion`](crate::LazyRegion), the page that it
/// lies in becomes accessible, no other page does, and the region counts one fault.
///
/// The fault handler calls this, so it must not allocate, lock, print or panic. Called as an ordinary
/// function, it does what a fault at that address would do, and that is how the first tests call it.
pub fn on_fault(address: *const u8) -> Verdict {
    // TODO: find the region, and make the page accessible. As long as you keep what `crate::table::find` has
    // returned, nobody can drop the region.
    let found = crate::table::find(address.addr()).map(|found| (found.start, found.page_size));
    todo!("decide about a fault at {address:?}; region and page size: {found:#x?}")
}

/// From now on faults in this process come to [`on_fault`] first, and those that are not ours go where they
/// went before. Calling it again changes nothing.
///
/// # Errors
///
/// What the system says when it refuses the handler.
pub fn handle_faults() -> io::Result<()> {
    static INSTALLED: Mutex<bool> = Mutex::new(false);
    let mut installed = INSTALLED.lock().unwrap_or_else(PoisonError::into_inner);
    if !*installed {
        platform::install()?;
        *installed = true;
    }
    Ok(())
}
