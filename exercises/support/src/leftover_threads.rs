//! Tells the checker when a test ends while threads that it started are still running.
//!
//! A process takes its threads with it when it exits, so from outside a forgotten thread cannot be
//! seen. This file registers a handler with `atexit(3)`, which runs inside the process after libtest
//! is done and before the threads are gone. It does nothing unless the checker asked for it, by
//! naming a file in `WORKSHOP_REPORT`.
//!
//! The rule: this code runs before and after `main`, where std promises nothing, and a panic must not
//! leave an `extern "C"` function. So it calls the C library only, allocates nothing, and cannot panic.

use std::ffi::{CStr, c_char, c_int, c_uint};
use std::ptr;
use std::sync::atomic::{AtomicPtr, Ordering::Relaxed};

/// A thread that has just been joined may be listed by the kernel for a moment longer: so many looks, with a
/// millisecond between two.
const LOOKS: u32 = 100;

/// `O_RDONLY`, `<fcntl.h>`
const READ: c_int = 0;
/// `O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC`, `<bits/fcntl-linux.h>`
const WRITE_ANEW: c_int = 0o1 | 0o100 | 0o1000 | 0o2_000_000;

unsafe extern "C" {
    /// `atexit(3)`, `<stdlib.h>`
    safe fn atexit(handler: extern "C" fn()) -> c_int;
    /// `getenv(3)`
    fn getenv(name: *const c_char) -> *mut c_char;
    /// `open(2)`
    fn open(path: *const c_char, flags: c_int, ...) -> c_int;
    /// `read(2)`
    fn read(descriptor: c_int, bytes: *mut u8, count: usize) -> isize;
    /// `write(2)`
    fn write(descriptor: c_int, bytes: *const u8, count: usize) -> isize;
    /// `close(2)`
    safe fn close(descriptor: c_int) -> c_int;
    /// `usleep(3)`
    safe fn usleep(microseconds: c_uint) -> c_int;
}

/// The file to report to. `getenv` gives an address in the environment that the kernel has made, which stays
/// where it is.
static REPORT: AtomicPtr<c_char> = AtomicPtr::new(ptr::null_mut());

/// The C library calls the functions in this section before `main`.
#[used]
// SAFETY: an entry of `.init_array` is a pointer to a C function, and `register` is one; it needs
// nothing that is set up later than the C library itself.
#[unsafe(link_section = ".init_array")]
static REGISTER: extern "C" fn() = register;

extern "C" fn register() {
    // SAFETY: the name ends with a zero byte, and before `main` nobody changes the environment.
    let path = unsafe { getenv(c"WORKSHOP_REPORT".as_ptr()) };
    if !path.is_null() {
        REPORT.store(path, Relaxed);
        // When the C library has no room for the handler, threads left behind go unreported: no harm.
        let _ = atexit(report);
    }
}

extern "C" fn report() {
    for _ in 0..LOOKS {
        match threads() {
            // When the kernel does not say (`/proc` may be hidden), there is nothing to report.
            None | Some(0 | 1) => return,
            Some(_) => usleep(1000),
        };
    }
    if let Some(threads @ 2..) = threads() {
        write_report(threads - 1);
    }
}

/// How many threads this process has: the line "Threads:" of `/proc/self/status`, see `proc(5)`. None when it
/// cannot be read.
fn threads() -> Option<u32> {
    let mut buffer = [0_u8; 4096];
    let status = contents(c"/proc/self/status", &mut buffer)?;
    let mut lines = status.split(|byte| *byte == b'\n');
    let line = lines.find_map(|line| line.strip_prefix(b"Threads:"))?;
    line.iter()
        .filter(|byte| byte.is_ascii_digit())
        .try_fold(0_u32, |number, digit| {
            number.checked_mul(10)?.checked_add(u32::from(digit & 0x0f))
        })
}

/// The beginning of a file, as much as fits.
fn contents<'buffer>(path: &CStr, buffer: &'buffer mut [u8]) -> Option<&'buffer [u8]> {
    // SAFETY: the path ends with a zero byte; without O_CREAT there is no third argument.
    let file = unsafe { open(path.as_ptr(), READ) };
    if file < 0 {
        return None;
    }
    // SAFETY: the kernel writes at most `len` bytes to the buffer.
    let count = unsafe { read(file, buffer.as_mut_ptr(), buffer.len()) };
    close(file);
    buffer.get(..usize::try_from(count).ok()?)
}

/// Writes "threads N" to the file. Nobody to tell when it cannot be written.
fn write_report(others: u32) {
    let mut text = *b"threads ..........\n";
    let mut rest = others;
    for place in text.iter_mut().rev().skip(1).take(10) {
        *place = b'0' | (rest % 10).to_le_bytes()[0];
        rest /= 10;
    }
    // SAFETY: `register` found the path; the third argument belongs to O_CREAT.
    let file = unsafe { open(REPORT.load(Relaxed), WRITE_ANEW, 0o644 as c_uint) };
    if file >= 0 {
        // SAFETY: the bytes live until the call returns.
        unsafe { write(file, text.as_ptr(), text.len()) };
        close(file);
    }
}
