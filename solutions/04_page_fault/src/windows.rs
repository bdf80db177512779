//! Windows: `VirtualQuery`, `VirtualAlloc`, and a vectored exception handler for the faults.

use std::io;
use std::ptr;

use system::errno;
use system::exceptions::{
    ACCESS_VIOLATION, AddVectoredExceptionHandler, CONTINUE_EXECUTION, CONTINUE_SEARCH,
    ExceptionPointers, ExceptionRecord,
};
use system::memory::{MEM_COMMIT, PAGE_NOACCESS, PAGE_READWRITE, VirtualAlloc};

mod ffi {
    use super::MemoryInfo;
    use std::ffi::c_void;

    #[link(name = "kernel32")]
    unsafe extern "system" {
        /// `<memoryapi.h>`: how many bytes of `info` it wrote, 0 when it fails. Any address may be asked about.
        pub fn VirtualQuery(address: *const c_void, info: *mut MemoryInfo, bytes: usize) -> usize;
    }
}

/// `PAGE_EXECUTE`, `<winnt.h>`: code that may not be read.
const PAGE_EXECUTE: u32 = 0x10;
/// `PAGE_GUARD`, `<winnt.h>`: the first access is a fault.
const PAGE_GUARD: u32 = 0x100;

/// `MEMORY_BASIC_INFORMATION`, `<winnt.h>`: 48 bytes.
#[repr(C)]
#[derive(Default)]
struct MemoryInfo {
    base: usize,
    allocation_base: usize,
    allocation_protection: u32,
    partition: u32,
    bytes: usize,
    /// MEM_COMMIT, MEM_RESERVE, or MEM_FREE.
    state: u32,
    /// One of the PAGE_ constants, perhaps with PAGE_GUARD. Says something only for MEM_COMMIT.
    protection: u32,
    kind: u32,
}

const _: () = assert!(size_of::<MemoryInfo>() == 48);
const _: () = assert!(std::mem::offset_of!(MemoryInfo, state) == 32);

/// Whether this process may read the byte at `address`. Asks the kernel, and touches nothing itself.
///
/// The answer is as old as it is: another thread may change it before you have it.
pub fn is_readable(address: *const u8) -> bool {
    //> // TODO: ask `ffi::VirtualQuery`.
    //> todo!("ask the kernel about {address:?}")
    let mut info = MemoryInfo::default();
    // SAFETY: the function looks up what is known of the address and does not use it; `info` is as long as we
    // say and lives until the call returns.
    let written = unsafe { ffi::VirtualQuery(address.cast(), &mut info, size_of::<MemoryInfo>()) };
    written != 0
        && info.state == MEM_COMMIT
        && info.protection & PAGE_GUARD == 0
        && !matches!(info.protection & 0xff, PAGE_NOACCESS | PAGE_EXECUTE)
    //<
}

/// Makes the page that begins at `page` readable and writable, filled with zeros if it was never used. Says
/// whether that worked.
///
/// The fault handler calls it, by way of `on_fault`.
///
/// # Safety
///
/// The page belongs to a region that nobody drops during the call.
pub unsafe fn make_accessible(page: *mut u8, page_size: usize) -> bool {
    //> // TODO: one call of `VirtualAlloc`, for this page, with MEM_COMMIT and PAGE_READWRITE. It returns
    //> // null when it failed.
    //> todo!("make the {page_size} bytes at {page:?} accessible")
    // SAFETY: the page belongs to a region, and so to nobody else. Its owner wants it to be accessible as soon as
    // it is touched. Committing a page again leaves its contents alone.
    let start = unsafe { VirtualAlloc(page.cast(), page_size, MEM_COMMIT, PAGE_READWRITE) };
    !start.is_null()
    //<
}

/// The system calls this for every exception of the process, on the stack of the thread that has it. What
/// it returns decides whether the instruction runs again.
unsafe extern "system" fn on_exception(pointers: *mut ExceptionPointers) -> i32 {
    // The interrupted code may be just about to ask for the last error, and must find it unchanged.
    let kept = errno::get();
    // SAFETY: the system passes pointers to structs that live until the handler returns.
    let record = unsafe { (*pointers).record };
    // SAFETY: as above.
    let record = unsafe { &*record };
    // Anybody can raise this exception by name, and without saying an address.
    let answer = match record.code == ACCESS_VIOLATION && record.parameters < 2 {
        true => CONTINUE_SEARCH,
        false => handle(record),
    };
    errno::set(kept);
    answer
}

/// Everything that `on_exception` does about an exception.
fn handle(record: &ExceptionRecord) -> i32 {
    //> // TODO: decide, by way of `crate::on_fault`. Only an access violation is ours.
    //> let (code, information) = (record.code, record.information);
    //> todo!("decide about exception {code:#x}, with {information:?}")
    if record.code != ACCESS_VIOLATION {
        return CONTINUE_SEARCH;
    }
    match crate::on_fault(ptr::without_provenance(record.information[1])) {
        crate::Verdict::Retry => CONTINUE_EXECUTION,
        crate::Verdict::NotOurs => CONTINUE_SEARCH,
    }
    //<
}

/// Makes `on_exception` a vectored exception handler, before all others. There is nothing to keep: who
/// handled faults before is still there and is asked next.
pub fn install() -> io::Result<()> {
    //> // TODO: one call of `AddVectoredExceptionHandler`, with 1 for "first" and `on_exception`. It
    //> // returns null when it failed.
    //> todo!("add {:?}", on_exception as *const ())
    // SAFETY: the handler is a function of this program and keeps to what a handler may do.
    let handle = unsafe { AddVectoredExceptionHandler(1, on_exception) };
    if handle.is_null() {
        return Err(io::Error::last_os_error());
    }
    Ok(())
    //<
}
