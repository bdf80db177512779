//! Windows: `WriteFile`, and `WriteConsoleW` for a console, from kernel32.

use std::ffi::c_void;
use std::io;
use std::os::windows::io::{AsHandle, AsRawHandle, BorrowedHandle};

/// What we know of kernel32. Rust takes our word for it: the linker finds a function by its name alone,
/// and nobody checks that the types are right.
mod ffi {
    use super::{Bool, Handle};

    #[link(name = "kernel32")]
    unsafe extern "system" {
        /// `<consoleapi.h>`: succeeds only for a console.
        pub fn GetConsoleMode(console: Handle, mode: *mut u32) -> Bool;
        /// `<consoleapi.h>`: characters in UTF-16; `reserved` is null.
        pub fn WriteConsoleW(
            console: Handle,
            characters: *const u16,
            count: u32,
            written: *mut u32,
            reserved: *mut std::ffi::c_void,
        ) -> Bool;
    }

    //> // TODO: declare these two in the same way, in a block like the one above:
    //> //
    //> //     HANDLE GetStdHandle(DWORD nStdHandle);                                   <processenv.h>
    //> //     BOOL WriteFile(HANDLE hFile, LPCVOID lpBuffer, DWORD nNumberOfBytesToWrite,
    //> //                    LPDWORD lpNumberOfBytesWritten, LPOVERLAPPED lpOverlapped);  <fileapi.h>
    //> //
    //> // `DWORD` is `u32`, `LPCVOID` is `*const c_void`, `LPDWORD` is `*mut u32`; you will pass null for the
    //> // last one, so `*mut c_void` is good enough.
    #[link(name = "kernel32")]
    unsafe extern "system" {
        /// `<processenv.h>`. It takes a number and checks it, so it is safe to call.
        pub safe fn GetStdHandle(which: u32) -> Handle;
        /// `<fileapi.h>`
        pub fn WriteFile(
            file: Handle,
            buffer: *const std::ffi::c_void,
            count: u32,
            written: *mut u32,
            overlapped: *mut std::ffi::c_void,
        ) -> Bool;
    }
    //<
}

/// `HANDLE`, `<winnt.h>`
type Handle = *mut c_void;

/// `BOOL`, `<minwindef.h>`: 0 is a failure, everything else is not.
type Bool = i32;

/// `STD_OUTPUT_HANDLE`, `<processenv.h>`: `(DWORD)-11`
const STD_OUTPUT_HANDLE: u32 = 0xffff_fff5;

/// How many bytes of text go to a console at a time.
const CONSOLE_MOST: usize = 8192;

/// Makes a `Result` of a `BOOL`. The reason of a failure is what `GetLastError` says, and the next call to
/// the system may change that.
fn cvt(result: Bool) -> io::Result<()> {
    //> // TODO: turn 0 into `io::Error::last_os_error()`, which asks `GetLastError`, and the rest into `Ok(())`.
    //> todo!("make a result of {result}")
    match result {
        // Asked at once: between the call and this line there is nothing that could change it.
        0 => Err(io::Error::last_os_error()),
        _ => Ok(()),
    }
    //<
}

/// Writes some of `bytes` to `to` by one call of `WriteFile`, or of `WriteConsoleW` when `to` is a console,
/// and returns how many the system took: perhaps fewer than there are.
///
/// # Errors
///
/// What the system says, for example `ERROR_ACCESS_DENIED` for a handle that is not open for writing and
/// `ERROR_NO_DATA` when nobody reads.
pub fn write(to: impl AsHandle, bytes: &[u8]) -> io::Result<usize> {
    let handle = to.as_handle().as_raw_handle();
    if is_console(handle) {
        return write_console(handle, bytes);
    }
    //> // TODO: call `ffi::WriteFile` with the handle, a pointer to the first byte, how many there are (no
    //> // more than a `u32` can say), a pointer to a variable for the count, and null. It returns a BOOL for
    //> // `cvt`; the variable has the count.
    //> todo!("hand {} bytes to WriteFile", bytes.len())
    let count = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
    let mut written = 0;
    // SAFETY: the pointer is the start of a slice of at least `count` readable bytes, borrowed until the
    // call returns; `written` lives as long; null is allowed for a handle that is not overlapped.
    cvt(unsafe {
        ffi::WriteFile(
            handle,
            bytes.as_ptr().cast(),
            count,
            &mut written,
            std::ptr::null_mut(),
        )
    })?;
    Ok(written as usize)
    //<
}

/// This process's standard output.
///
/// # Panics
///
/// When the process has none: a program without a console, for example.
pub fn stdout() -> BorrowedHandle<'static> {
    //> // TODO: ask `GetStdHandle` for STD_OUTPUT_HANDLE, and borrow what it returns:
    //> // `BorrowedHandle::borrow_raw` is unsafe, and its documentation says what you must promise in the
    //> // `// SAFETY:` comment. A null handle means that there is no standard output: panic with a message.
    //> todo!("ask for the handle of the standard output")
    let handle = ffi::GetStdHandle(STD_OUTPUT_HANDLE);
    assert!(!handle.is_null(), "this process has no standard output");
    // SAFETY: the handle is not null. It belongs to the process, and nothing in this program closes it,
    // so it is open for as long as the program runs.
    unsafe { BorrowedHandle::borrow_raw(handle) }
    //<
}

fn is_console(handle: Handle) -> bool {
    let mut mode = 0;
    // SAFETY: a handle that is no console is refused; `mode` lives until the call returns.
    unsafe { ffi::GetConsoleMode(handle, &mut mode) != 0 }
}

/// A console takes UTF-16, not bytes: `WriteFile` would show them in whatever code page it has.
fn write_console(handle: Handle, bytes: &[u8]) -> io::Result<usize> {
    let (text, stands_for) = leading_text(bytes);
    let characters: Vec<u16> = text.encode_utf16().collect();
    let count = u32::try_from(characters.len()).unwrap_or(u32::MAX);
    let mut written = 0;
    // SAFETY: the pointer is the start of `count` readable characters, which live until the call returns,
    // as `written` does; the reserved pointer is null, as it must be.
    cvt(unsafe {
        ffi::WriteConsoleW(
            handle,
            characters.as_ptr(),
            count,
            &mut written,
            std::ptr::null_mut(),
        )
    })?;
    if written == count {
        return Ok(stands_for);
    }
    // In bytes, what was written in 16-bit units: whole characters only.
    let mut units = 0;
    let whole = text.chars().take_while(|character| {
        units += character.len_utf16();
        units <= written as usize
    });
    Ok(whole.map(char::len_utf8).sum())
}

/// The whole characters that `bytes` begins with, and how many bytes they stand for. A byte that begins no
/// character is shown as U+FFFD.
fn leading_text(bytes: &[u8]) -> (&str, usize) {
    let some = &bytes[..bytes.len().min(CONSOLE_MOST)];
    let valid = match std::str::from_utf8(some) {
        Ok(text) => text.len(),
        Err(error) => error.valid_up_to(),
    };
    match std::str::from_utf8(&some[..valid]) {
        Ok(text) if valid > 0 || some.is_empty() => (text, valid),
        _ => ("\u{fffd}", 1),
    }
}
