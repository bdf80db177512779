//! Crashes that are expected.

/// Lets this process crash without a window that says so, and without a debugger. Only Windows shows them;
/// the exit status is the exception's code all the same.
pub fn no_crash_report() {
    #[cfg(windows)]
    windows::no_crash_report();
}

#[cfg(windows)]
mod windows {
    use std::ffi::c_void;

    /// `EXCEPTION_EXECUTE_HANDLER`, `<excpt.h>`: the process ends here, with the exception's code.
    const END_THE_PROCESS: i32 = 1;

    type Filter = extern "system" fn(*mut c_void) -> i32;

    #[link(name = "kernel32")]
    unsafe extern "system" {
        /// `<errhandlingapi.h>`: the system asks this filter when no handler has taken an exception.
        safe fn SetUnhandledExceptionFilter(filter: Filter) -> *const c_void;
    }

    extern "system" fn end_the_process(_pointers: *mut c_void) -> i32 {
        END_THE_PROCESS
    }

    pub fn no_crash_report() {
        SetUnhandledExceptionFilter(end_the_process);
    }
}
