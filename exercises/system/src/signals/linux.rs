//! Linux: numbers and layouts, the same on x86_64 and aarch64. (Other processors differ.)

use std::ffi::{c_int, c_void};

/// A mapped file has become shorter than the page that was touched. `<bits/signum-arch.h>`
pub const SIGBUS: c_int = 7;
/// The handler gets three arguments: the signal, a [`SignalInfo`], a `ucontext_t`. `<bits/sigaction.h>`
pub const SA_SIGINFO: c_int = 4;
/// The handler runs on the thread's alternate stack, if it has one. `<bits/sigaction.h>`
pub const SA_ONSTACK: c_int = 0x0800_0000;

/// What is done about a signal. `struct sigaction`, `<bits/sigaction.h>`: 152 bytes.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Action {
    /// The address of the handler; or 0 (`SIG_DFL`) for the default action; or 1 (`SIG_IGN`) for none.
    pub handler: usize,
    /// Which signals are blocked while the handler runs, besides the one that is handled.
    pub mask: [u64; 16],
    /// `SA_` constants.
    pub flags: c_int,
    /// The C library's own.
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

/// What a handler is told. `siginfo_t`, `<bits/types/siginfo_t.h>`: the beginning of its 128 bytes.
#[repr(C)]
#[derive(Debug)]
pub struct SignalInfo {
    /// The signal.
    pub signal: c_int,
    /// Not used by Linux.
    pub errno: c_int,
    /// Where it comes from. See [`was_sent`](SignalInfo::was_sent).
    pub code: c_int,
    padding: c_int,
    /// The address that was touched, if this is a fault.
    pub address: *mut c_void,
}

impl SignalInfo {
    /// Whether a process has sent this signal, by `kill(2)` or `raise(3)`. Otherwise it comes from an instruction
    /// of this thread. `SI_FROMUSER`, `<asm-generic/siginfo.h>`
    pub fn was_sent(&self) -> bool {
        self.code <= 0
    }
}

const _: () = assert!(size_of::<Action>() == 152);
const _: () = assert!(std::mem::offset_of!(Action, mask) == 8);
const _: () = assert!(std::mem::offset_of!(Action, flags) == 136);
const _: () = assert!(std::mem::offset_of!(Action, restorer) == 144);
const _: () = assert!(std::mem::offset_of!(SignalInfo, code) == 8);
const _: () = assert!(std::mem::offset_of!(SignalInfo, address) == 16);
