//! Exceptions of Windows, and the vectored handlers that are asked about them.

use std::ffi::c_void;

/// `EXCEPTION_ACCESS_VIOLATION`, `<minwinbase.h>`: a page fault that the system has no answer to.
pub const ACCESS_VIOLATION: u32 = 0xc000_0005;
/// `EXCEPTION_BREAKPOINT`, `<minwinbase.h>`: a trap.
pub const BREAKPOINT: u32 = 0x8000_0003;

/// `EXCEPTION_CONTINUE_EXECUTION`, `<excpt.h>`, an answer of a handler: load the registers, and let the program
/// go on.
pub const CONTINUE_EXECUTION: i32 = -1;
/// `EXCEPTION_CONTINUE_SEARCH`, `<excpt.h>`, an answer of a handler: ask the next one.
pub const CONTINUE_SEARCH: i32 = 0;

/// `EXCEPTION_POINTERS`, `<winnt.h>`: 16 bytes.
#[repr(C)]
#[derive(Debug)]
pub struct ExceptionPointers {
    /// What happened.
    pub record: *const ExceptionRecord,
    /// The registers of the thread, as a `CONTEXT` of its processor.
    pub context: *mut c_void,
}

/// `EXCEPTION_RECORD`, `<winnt.h>`: 152 bytes.
#[repr(C)]
#[derive(Debug)]
pub struct ExceptionRecord {
    /// Which exception it is: [`BREAKPOINT`], [`ACCESS_VIOLATION`], or one of many others.
    pub code: u32,
    /// Whether the program can go on, and more.
    pub flags: u32,
    /// The exception in whose handler this one happened, or null.
    pub nested: *const ExceptionRecord,
    /// Where it happened.
    pub instruction: *const c_void,
    /// How many words of `information` there are.
    pub parameters: u32,
    /// For an access violation two words: 0 for a read, 1 for a write, 8 for an instruction; and the address.
    pub information: [usize; 15],
}

const _: () = assert!(size_of::<ExceptionPointers>() == 16);
const _: () = assert!(std::mem::offset_of!(ExceptionPointers, context) == 8);
const _: () = assert!(size_of::<ExceptionRecord>() == 152);
const _: () = assert!(std::mem::offset_of!(ExceptionRecord, instruction) == 16);
const _: () = assert!(std::mem::offset_of!(ExceptionRecord, information) == 32);

/// `PVECTORED_EXCEPTION_HANDLER`, `<winnt.h>`: returns [`CONTINUE_EXECUTION`] or [`CONTINUE_SEARCH`]. The
/// pointers are good until it returns.
pub type Handler = unsafe extern "system" fn(*mut ExceptionPointers) -> i32;

#[link(name = "kernel32")]
unsafe extern "system" {
    /// `<errhandlingapi.h>`: from now on `handler` is asked about every exception of the process, before the
    /// others unless `first` is 0. Returns null when it fails.
    ///
    /// # Safety
    ///
    /// The handler interrupts any code, on any thread, and has to leave it as it was.
    pub fn AddVectoredExceptionHandler(first: u32, handler: Handler) -> *mut c_void;
    /// `<errhandlingapi.h>`: makes an exception happen here, with `count` words of information.
    ///
    /// # Safety
    ///
    /// `arguments` points to `count` words, at most 15; or it is null, and `count` is 0.
    pub fn RaiseException(code: u32, flags: u32, count: u32, arguments: *const usize);
}
