//! Tells the checker when a test ends while threads that it started are still running.
//!
//! A process takes its threads with it when it exits, so from outside a forgotten thread cannot be
//! seen. This file registers a handler with `atexit(3)`, which runs inside the process after libtest
//! is done and before the threads are gone. It does nothing unless the checker asked for it, by
//! naming a file in `WORKSHOP_REPORT`.

use std::ffi::c_int;
use std::time::{Duration, Instant};
use std::{env, fs, thread};

/// A thread that has just been joined may be listed by the kernel for a moment longer.
const GRACE: Duration = Duration::from_millis(100);

unsafe extern "C" {
    /// `atexit(3)`, `<stdlib.h>`.
    safe fn atexit(handler: extern "C" fn()) -> c_int;
}

/// The C library calls the functions in this section before `main`.
#[used]
// SAFETY: an entry of `.init_array` is a pointer to a C function, and `register` is one; it needs
// nothing that is set up later than the C library itself (`atexit` only stores a pointer).
#[unsafe(link_section = ".init_array")]
static REGISTER: extern "C" fn() = register;

extern "C" fn register() {
    // When the C library has no room for the handler, threads left behind go unreported: no harm.
    let _ = atexit(report);
}

extern "C" fn report() {
    let Some(path) = env::var_os("WORKSHOP_REPORT") else {
        return;
    };
    let deadline = Instant::now() + GRACE;
    loop {
        let others = crate::thread_count().saturating_sub(1);
        if others == 0 {
            return;
        }
        if Instant::now() >= deadline {
            // Nobody to tell when the file cannot be written.
            let _ = fs::write(path, format!("threads {others}\n"));
            return;
        }
        thread::sleep(Duration::from_millis(1));
    }
}
