//! macOS: numbers and layouts, the same on both processors.

use std::ffi::{c_int, c_void};

/// `_SC_PAGESIZE`, `<unistd.h>`
pub const SC_PAGESIZE: c_int = 29;
/// `MAP_PRIVATE | MAP_ANON | MAP_NORESERVE`, `<sys/mman.h>`
pub const MAP_RESERVE: c_int = 0x0002 | 0x1000 | 0x0040;
/// `SIGSEGV` and `SIGBUS`, `<sys/signal.h>`. Here a page without access gives `SIGBUS`, and an address where
/// nothing is mapped gives `SIGSEGV`.
pub const FAULT_SIGNALS: [c_int; 2] = [11, 10];
/// `SA_SIGINFO`, `<sys/signal.h>`: the handler gets three arguments.
pub const SA_SIGINFO: c_int = 0x40;
/// `SA_ONSTACK`, `<sys/signal.h>`: the handler runs on the thread's alternate stack, if it has one.
pub const SA_ONSTACK: c_int = 0x01;

/// `struct sigaction`, `<sys/signal.h>`: 16 bytes. (`struct __sigaction`, with one field more, is what the
/// library gives to the kernel.)
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Action {
    /// The address of the handler, or 0 (`SIG_DFL`) for the default action.
    pub handler: usize,
    /// Signals to block while the handler runs, besides the one that is handled: none.
    pub mask: u32,
    pub flags: c_int,
}

impl Action {
    /// The default action.
    pub const DEFAULT: Action = Action {
        handler: 0,
        mask: 0,
        flags: 0,
    };
}

/// `siginfo_t`, `<sys/signal.h>`: the beginning of its 104 bytes.
#[repr(C)]
pub struct SignalInfo {
    pub signal: c_int,
    pub errno: c_int,
    pub code: c_int,
    sender_and_status: [c_int; 3],
    /// The address that was touched, at byte 24.
    pub address: *mut c_void,
}

unsafe extern "C" {
    /// `errno(2)`, `<sys/errno.h>`: where this thread's `errno` is.
    #[link_name = "__error"]
    pub safe fn errno_location() -> *mut c_int;
}

const _: () = assert!(size_of::<Action>() == 16);
const _: () = assert!(std::mem::offset_of!(SignalInfo, address) == 24);
