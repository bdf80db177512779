//! Windows: a trap becomes the exception EXCEPTION_BREAKPOINT, and vectored handlers are asked about it.

use std::ffi::c_void;
use std::io;

use crate::context::Context;
use crate::trap::{Verdict, decide};

mod ffi {
    use super::ExceptionPointers;
    use std::ffi::c_void;

    /// `PVECTORED_EXCEPTION_HANDLER`, `<winnt.h>`
    pub type Handler = unsafe extern "system" fn(*mut ExceptionPointers) -> i32;

    #[link(name = "kernel32")]
    unsafe extern "system" {
        /// `<errhandlingapi.h>`: null when it fails. `first` is a number: if it is not 0, call this one before the
        /// others.
        pub fn AddVectoredExceptionHandler(first: u32, handler: Handler) -> *mut c_void;
        /// `<errhandlingapi.h>`
        pub safe fn GetLastError() -> u32;
        /// `<errhandlingapi.h>`
        pub safe fn SetLastError(error: u32);
    }
}

/// `EXCEPTION_BREAKPOINT`, `<minwinbase.h>`
const BREAKPOINT: u32 = 0x8000_0003;
/// `EXCEPTION_CONTINUE_EXECUTION`, `<excpt.h>`: load the registers, the program goes on.
const CONTINUE_EXECUTION: i32 = -1;
/// `EXCEPTION_CONTINUE_SEARCH`, `<excpt.h>`: ask the next handler.
const CONTINUE_SEARCH: i32 = 0;

/// `EXCEPTION_POINTERS`, `<winnt.h>`
#[repr(C)]
struct ExceptionPointers {
    record: *const ExceptionRecord,
    context: *mut Context,
}

/// `EXCEPTION_RECORD`, `<winnt.h>`: the beginning of its 152 bytes.
#[repr(C)]
struct ExceptionRecord {
    code: u32,
    flags: u32,
    nested: *const ExceptionRecord,
    instruction: *const c_void,
}

const _: () = assert!(std::mem::offset_of!(ExceptionPointers, context) == 8);
const _: () = assert!(std::mem::offset_of!(ExceptionRecord, instruction) == 16);

/// The system calls this for every exception of the process, on the stack of the thread that has it, with
/// all its registers saved in the context. What it returns decides whether they are loaded from there.
unsafe extern "system" fn on_exception(pointers: *mut ExceptionPointers) -> i32 {
    // The interrupted code may be just about to ask for the last error, and must find it unchanged.
    let kept = ffi::GetLastError();
    // SAFETY: the system passes pointers to structs that live until the handler returns.
    let record = unsafe { (*pointers).record };
    // SAFETY: as above.
    let context = unsafe { (*pointers).context };
    // SAFETY: as above.
    let code = unsafe { (*record).code };
    // SAFETY: as above, and nobody else knows where the context is.
    let answer = handle(code, unsafe { &mut *context });
    ffi::SetLastError(kept);
    answer
}

/// Everything that `on_exception` does about an exception.
fn handle(code: u32, context: &mut Context) -> i32 {
    if code != BREAKPOINT {
        return CONTINUE_SEARCH;
    }
    let mut frame = context.frame();
    match decide(&mut frame) {
        Verdict::Resume => {
            context.resume(&frame);
            CONTINUE_EXECUTION
        }
        // Whoever handled exceptions before is still there, and is asked next.
        Verdict::NotOurs => CONTINUE_SEARCH,
    }
}

/// Makes `on_exception` a vectored exception handler, before all others.
pub fn install() -> io::Result<()> {
    // TODO: one call of `ffi::AddVectoredExceptionHandler`, with 1 for "first" and `on_exception`. It
    // returns null when it failed: then the reason is `io::Error::last_os_error()`.
    todo!("add {:?}", on_exception as *const ())
}
