//! macOS: numbers and layouts, the same on both processors.

use std::ffi::{c_int, c_void};

/// A page was touched that does not allow it. (Where nothing is mapped, it is `SIGSEGV`.) `<sys/signal.h>`
pub const SIGBUS: c_int = 10;
/// The handler gets three arguments: the signal, a [`SignalInfo`], a `ucontext_t`. `<sys/signal.h>`
pub const SA_SIGINFO: c_int = 0x40;
/// The handler runs on the thread's alternate stack, if it has one. `<sys/signal.h>`
pub const SA_ONSTACK: c_int = 0x01;

/// What is done about a signal. `struct sigaction`, `<sys/signal.h>`: 16 bytes. (`struct __sigaction`, with one
/// field more, is what the library gives to the kernel.)
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Action {
    /// The address of the handler; or 0 (`SIG_DFL`) for the default action; or 1 (`SIG_IGN`) for none.
    pub handler: usize,
    /// Which signals are blocked while the handler runs, besides the one that is handled.
    pub mask: u32,
    /// `SA_` constants.
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

/// What a handler is told. `siginfo_t`, `<sys/signal.h>`: the beginning of its 104 bytes.
#[repr(C)]
#[derive(Debug)]
pub struct SignalInfo {
    /// The signal.
    pub signal: c_int,
    /// Not used by macOS.
    pub errno: c_int,
    /// Where it comes from. See [`was_sent`](SignalInfo::was_sent).
    pub code: c_int,
    sender_and_status: [c_int; 3],
    /// The address that was touched, if this is a fault.
    pub address: *mut c_void,
}

impl SignalInfo {
    /// Whether a process has sent this signal: always false, because macOS does not tell. For the signals of this
    /// crate it writes the same code either way, and the address of the thread's last fault (`sendsig` in
    /// `bsd/dev/*/unix_signal.c` of Apple's sources).
    pub fn was_sent(&self) -> bool {
        false
    }
}

const _: () = assert!(size_of::<Action>() == 16);
const _: () = assert!(std::mem::offset_of!(Action, mask) == 8);
const _: () = assert!(std::mem::offset_of!(Action, flags) == 12);
const _: () = assert!(std::mem::offset_of!(SignalInfo, code) == 8);
const _: () = assert!(std::mem::offset_of!(SignalInfo, address) == 24);
