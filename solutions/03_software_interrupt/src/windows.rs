//! Windows: a trap becomes the exception EXCEPTION_BREAKPOINT, and vectored handlers are asked about it.

use std::io;

use system::errno;
use system::exceptions::{
    AddVectoredExceptionHandler, BREAKPOINT, CONTINUE_EXECUTION, CONTINUE_SEARCH, ExceptionPointers,
};

use crate::context::Context;
use crate::trap::{Verdict, decide};

/// The system calls this for every exception of the process, on the stack of the thread that has it, with
/// all its registers saved in the context. What it returns decides whether they are loaded from there.
unsafe extern "system" fn on_exception(pointers: *mut ExceptionPointers) -> i32 {
    // The interrupted code may be just about to ask for the last error, and must find it unchanged.
    let kept = errno::get();
    // SAFETY: the system passes pointers to structs that live until the handler returns.
    let record = unsafe { (*pointers).record };
    // SAFETY: as above.
    let context = unsafe { (*pointers).context }.cast::<Context>();
    // SAFETY: as above.
    let code = unsafe { (*record).code };
    // SAFETY: as above, and nobody else knows where the context is.
    let answer = handle(code, unsafe { &mut *context });
    errno::set(kept);
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
    //> // TODO: one call of `AddVectoredExceptionHandler`, with 1 for "first" and `on_exception`. It
    //> // returns null when it failed: then the reason is `io::Error::last_os_error()`.
    //> todo!("add {:?}", on_exception as *const ())
    // SAFETY: the handler is a function of this program and keeps to what a handler may do.
    let handle = unsafe { AddVectoredExceptionHandler(1, on_exception) };
    if handle.is_null() {
        return Err(io::Error::last_os_error());
    }
    Ok(())
    //<
}
