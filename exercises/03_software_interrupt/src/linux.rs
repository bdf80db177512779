//! Linux: numbers and layouts of signals, the same on x86_64 and aarch64. (Other processors differ.)

use std::ffi::c_int;

/// `SA_SIGINFO`, `<bits/sigaction.h>`: the handler gets three arguments.
pub const SA_SIGINFO: c_int = 4;

/// `struct sigaction`, `<bits/sigaction.h>`: 152 bytes.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Action {
    /// The address of the handler; or 0 (`SIG_DFL`), the default action; or 1 (`SIG_IGN`), none.
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

unsafe extern "C" {
    /// `errno(3)`, `<errno.h>`: where this thread's `errno` is.
    #[link_name = "__errno_location"]
    pub safe fn errno_location() -> *mut c_int;
}

const _: () = assert!(size_of::<Action>() == 152);
const _: () = assert!(std::mem::offset_of!(Action, flags) == 136);
