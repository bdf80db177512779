//! Windows: `VirtualAlloc`, `VirtualQuery`, and a vectored exception handler for the faults.

use std::ffi::c_void;
use std::io;
use std::ptr::{self, NonNull};

mod ffi {
    use super::{ExceptionPointers, MemoryInfo, SystemInfo};
    use std::ffi::c_void;

    /// `PVECTORED_EXCEPTION_HANDLER`, `<winnt.h>`
    pub type Handler = unsafe extern "system" fn(*mut ExceptionPointers) -> i32;

    #[link(name = "kernel32")]
    unsafe extern "system" {
        /// `<sysinfoapi.h>`
        pub fn GetSystemInfo(info: *mut SystemInfo);
        /// `<memoryapi.h>`: null when it fails.
        pub fn VirtualAlloc(
            address: *mut c_void,
            bytes: usize,
            kind: u32,
            protection: u32,
        ) -> *mut c_void;
        /// `<memoryapi.h>`: a BOOL; for MEM_RELEASE `bytes` is 0.
        pub fn VirtualFree(address: *mut c_void, bytes: usize, kind: u32) -> i32;
        /// `<memoryapi.h>`: how many bytes of `info` it wrote, 0 when it fails. Any address may be asked about.
        pub fn VirtualQuery(address: *const c_void, info: *mut MemoryInfo, bytes: usize) -> usize;
        /// `<errhandlingapi.h>`: null when it fails. `first` is a BOOL: call this one before the others.
        pub fn AddVectoredExceptionHandler(first: u32, handler: Handler) -> *mut c_void;
        /// `<errhandlingapi.h>`
        pub safe fn GetLastError() -> u32;
        /// `<errhandlingapi.h>`
        pub safe fn SetLastError(error: u32);
    }
}

/// `MEM_COMMIT`, `<winnt.h>`: addresses with memory.
const MEM_COMMIT: u32 = 0x1000;
/// `MEM_RESERVE`, `<winnt.h>`: addresses that nobody else gets.
const MEM_RESERVE: u32 = 0x2000;
/// `MEM_RELEASE`, `<winnt.h>`
const MEM_RELEASE: u32 = 0x8000;
/// `PAGE_NOACCESS`, `<winnt.h>`
const PAGE_NOACCESS: u32 = 0x01;
/// `PAGE_READWRITE`, `<winnt.h>`
const PAGE_READWRITE: u32 = 0x04;
/// `PAGE_EXECUTE`, `<winnt.h>`: code that may not be read.
const PAGE_EXECUTE: u32 = 0x10;
/// `PAGE_GUARD`, `<winnt.h>`: the first access is a fault.
const PAGE_GUARD: u32 = 0x100;
/// `EXCEPTION_ACCESS_VIOLATION`, `<minwinbase.h>`
const ACCESS_VIOLATION: u32 = 0xc000_0005;
/// `EXCEPTION_CONTINUE_EXECUTION`, `<excpt.h>`: let the instruction run again.
const CONTINUE_EXECUTION: i32 = -1;
/// `EXCEPTION_CONTINUE_SEARCH`, `<excpt.h>`: ask the next handler.
const CONTINUE_SEARCH: i32 = 0;

/// `SYSTEM_INFO`, `<sysinfoapi.h>`: 48 bytes.
#[repr(C)]
#[derive(Default)]
struct SystemInfo {
    processor_architecture: u32,
    page_size: u32,
    rest: [usize; 5],
}

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

/// `EXCEPTION_POINTERS`, `<winnt.h>`
#[repr(C)]
struct ExceptionPointers {
    record: *const ExceptionRecord,
    context: *mut c_void,
}

/// `EXCEPTION_RECORD`, `<winnt.h>`: 152 bytes.
#[repr(C)]
struct ExceptionRecord {
    code: u32,
    flags: u32,
    nested: *const ExceptionRecord,
    instruction: *const c_void,
    parameters: u32,
    /// For an access violation: 0 for a read, 1 for a write, 8 for an instruction; and the address.
    information: [usize; 15],
}

const _: () = assert!(size_of::<SystemInfo>() == 48);
const _: () = assert!(size_of::<MemoryInfo>() == 48);
const _: () = assert!(std::mem::offset_of!(MemoryInfo, state) == 32);
const _: () = assert!(size_of::<ExceptionRecord>() == 152);
const _: () = assert!(std::mem::offset_of!(ExceptionRecord, information) == 32);

/// How many bytes a page has. Windows has said 4096 on all 64-bit processors so far; we ask.
pub fn page_size() -> usize {
    let mut info = SystemInfo::default();
    // SAFETY: `info` is a SYSTEM_INFO that lives until the call returns.
    unsafe { ffi::GetSystemInfo(&mut info) };
    usize::try_from(info.page_size).expect("a page fits the address space")
}

/// Addresses that nobody else gets and nobody may use.
pub fn reserve(bytes: usize) -> io::Result<NonNull<u8>> {
    // SAFETY: the system chooses the place (the address is null), so nothing that exists is replaced.
    let start = unsafe { ffi::VirtualAlloc(ptr::null_mut(), bytes, MEM_RESERVE, PAGE_NOACCESS) };
    NonNull::new(start.cast()).ok_or_else(io::Error::last_os_error)
}

/// Gives addresses back that `reserve` has returned, and the memory behind them.
pub fn release(start: NonNull<u8>, _bytes: usize) {
    // SAFETY: `start` is what `reserve` gave, and the region that owned it is being dropped: nobody can use
    // these addresses any more. The system remembers how many there are.
    let ok = unsafe { ffi::VirtualFree(start.as_ptr().cast(), 0, MEM_RELEASE) };
    debug_assert_ne!(ok, 0, "VirtualFree: {}", io::Error::last_os_error());
}

/// Whether this process may read the byte at `address`. Asks the kernel, and touches nothing itself.
///
/// The answer is as old as it is: another thread may change it before you have it.
pub fn is_readable(address: *const u8) -> bool {
    //> // TODO: ask `ffi::VirtualQuery` about the address, with a `MemoryInfo` for the answer and its size. No
    //> // bytes written means: no address that a program can have. Otherwise the address is readable when
    //> // `state` is MEM_COMMIT and `protection` is neither PAGE_NOACCESS nor PAGE_EXECUTE and has no
    //> // PAGE_GUARD in it.
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
pub fn make_accessible(page: *mut u8, page_size: usize) -> bool {
    //> // TODO: one call of `ffi::VirtualAlloc`, for this page, with MEM_COMMIT and PAGE_READWRITE. It returns
    //> // null when it failed.
    //> todo!("make the {page_size} bytes at {page:?} accessible")
    // SAFETY: the page belongs to a region (that is how `on_fault` found it), whose owner wants it to be
    // accessible as soon as it is touched. Committing a page again leaves its contents alone.
    let start = unsafe { ffi::VirtualAlloc(page.cast(), page_size, MEM_COMMIT, PAGE_READWRITE) };
    !start.is_null()
    //<
}

/// The system calls this for every exception of the process, on the stack of the thread that has it. What
/// it returns decides whether the instruction runs again.
unsafe extern "system" fn on_exception(pointers: *mut ExceptionPointers) -> i32 {
    // The interrupted code may be just about to ask for the last error, and must find it unchanged.
    let kept = ffi::GetLastError();
    // SAFETY: the system passes pointers to structs that live until the handler returns.
    let record = unsafe { (*pointers).record };
    // SAFETY: as above.
    let answer = handle(unsafe { &*record });
    ffi::SetLastError(kept);
    answer
}

/// Everything that `on_exception` does about an exception.
fn handle(record: &ExceptionRecord) -> i32 {
    //> // TODO: an exception whose `code` is not ACCESS_VIOLATION is none of ours: CONTINUE_SEARCH. For an
    //> // access violation `information[1]` is the address (`ptr::without_provenance` makes a pointer of it):
    //> // ask `crate::on_fault`, and return CONTINUE_EXECUTION for `Verdict::Retry`, or CONTINUE_SEARCH.
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
    //> // TODO: one call of `ffi::AddVectoredExceptionHandler`, with 1 for "first" and `on_exception`. It
    //> // returns null when it failed.
    //> todo!("add {:?}", on_exception as *const ())
    // SAFETY: the handler is a function of this program and keeps to what a handler may do.
    let handle = unsafe { ffi::AddVectoredExceptionHandler(1, on_exception) };
    if handle.is_null() {
        return Err(io::Error::last_os_error());
    }
    Ok(())
    //<
}
