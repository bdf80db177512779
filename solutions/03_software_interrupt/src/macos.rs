//! macOS: numbers and layouts of signals, the same on both processors.

use std::ffi::c_int;

/// `SA_SIGINFO`, `<sys/signal.h>`: the handler gets three arguments.
pub const SA_SIGINFO: c_int = 0x40;

/// `struct sigaction`, `<sys/signal.h>`: 16 bytes. (`struct __sigaction`, with one field more, is what the
/// library gives to the kernel.)
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Action {
    /// The address of the handler; or 0 (`SIG_DFL`), the default action; or 1 (`SIG_IGN`), none.
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

unsafe extern "C" {
    /// `errno(2)`, `<sys/errno.h>`: where this thread's `errno` is.
    #[link_name = "__error"]
    pub safe fn errno_location() -> *mut c_int;
}

const _: () = assert!(size_of::<Action>() == 16);
const _: () = assert!(std::mem::offset_of!(Action, flags) == 12);
