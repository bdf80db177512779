//! Linux: numbers and layouts, the same on x86_64 and aarch64. (Other processors differ.)

use std::ffi::{c_int, c_void};

/// `_SC_PAGESIZE`, `<bits/confname.h>`
pub const SC_PAGESIZE: c_int = 30;
/// `MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE`, `<bits/mman.h>`
pub const MAP_RESERVE: c_int = 0x02 | 0x20 | 0x4000;
/// `SIGSEGV` and `SIGBUS`, `<bits/signum-arch.h>`. A page without access gives the first. The second is for
/// a mapped file that has become shorter; we handle both, as on macOS.
pub const FAULT_SIGNALS: [c_int; 2] = [11, 7];
/// `SA_SIGINFO`, `<bits/sigaction.h>`: the handler gets three arguments.
pub const SA_SIGINFO: c_int = 4;
/// `SA_ONSTACK`, `<bits/sigaction.h>`: the handler runs on the thread's alternate stack, if it has one.
pub const SA_ONSTACK: c_int = 0x0800_0000;

/// `struct sigaction`, `<bits/sigaction.h>`: 152 bytes.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Action {
    /// The address of the handler, or 0 (`SIG_DFL`) for the default action.
    pub handler: usize,
    /// Signals to block while the handler runs, besides the one that is handled: none.
    pub mask: [u64; 16],
    pub flags: c_int,
    pub restorer: usize,
}

impl Action {
    /// The default action.
    pub const DEFAULT: Action = Action {
        handler: 0,
        mask: [0; 16],
        flags: 0,
        restorer: 0,
    };
}

/// `siginfo_t`, `<bits/types/siginfo_t.h>`: the beginning of its 128 bytes.
#[repr(C)]
pub struct SignalInfo {
    pub signal: c_int,
    pub errno: c_int,
    pub code: c_int,
    padding: c_int,
    /// The address that was touched, at byte 16.
    pub address: *mut c_void,
}

unsafe extern "C" {
    /// `errno(3)`, `<errno.h>`: where this thread's `errno` is.
    #[link_name = "__errno_location"]
    pub safe fn errno_location() -> *mut c_int;
}

const _: () = assert!(size_of::<Action>() == 152);
const _: () = assert!(std::mem::offset_of!(Action, flags) == 136);
const _: () = assert!(std::mem::offset_of!(SignalInfo, address) == 16);
