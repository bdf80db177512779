//! Linux and macOS: a trap becomes the signal SIGTRAP, and `sigaction(2)` says who gets it.

use std::ffi::{c_int, c_void};
use std::sync::OnceLock;
use std::{io, ptr};

use crate::context::Context;
use crate::trap::{Verdict, decide};

#[cfg(target_os = "linux")]
#[path = "linux.rs"]
mod layout;
#[cfg(target_os = "macos")]
#[path = "macos.rs"]
mod layout;

use layout::{Action, SA_SIGINFO};

mod ffi {
    use super::Action;
    use std::ffi::c_int;

    unsafe extern "C" {
        /// `sigaction(2)`: either pointer may be null.
        pub fn sigaction(signal: c_int, new: *const Action, old: *mut Action) -> c_int;
        /// `raise(3)`: a signal for the calling thread. Allowed in a handler.
        pub safe fn raise(signal: c_int) -> c_int;
    }
}

/// `SIGTRAP`, `<signal.h>`, the same number on Linux and macOS.
const SIGTRAP: c_int = 5;

/// What was done about SIGTRAP before `install`.
static PREVIOUS: OnceLock<Action> = OnceLock::new();

/// The kernel calls this instead of going on with the program: on the program's own stack, with all its
/// registers saved in what `context` points to. When it returns, the kernel loads them from there.
///
/// (`_info`, a `siginfo_t`, says where the signal came from. We need not ask: a signal that somebody sent does
/// not find the program at our trap.)
extern "C" fn on_signal(_signal: c_int, _info: *mut c_void, context: *mut c_void) {
    // The interrupted code may be just about to look at `errno`, and must find it unchanged.
    let errno = layout::errno_location();
    // SAFETY: the C library gives the address of this thread's `errno`, which lives as long as the thread.
    let kept = unsafe { errno.read() };
    // SAFETY: with SA_SIGINFO the third argument is a `ucontext_t`. It lives until the handler returns, and
    // nobody else knows where it is.
    handle(unsafe { &mut *Context::find(context) });
    // SAFETY: as above.
    unsafe { errno.write(kept) };
}

/// Everything that `on_signal` does about a trap.
fn handle(context: &mut Context) {
    let mut frame = context.frame();
    match decide(&mut frame) {
        Verdict::Resume => context.resume(&frame),
        Verdict::NotOurs => give_back(),
    }
}

/// Sets what was done about SIGTRAP before us, and sends the signal again. A signal is blocked while its
/// handler runs; so it arrives when we have returned, and the other one gets it: a handler, or the default
/// action, which ends the process.
fn give_back() {
    let previous = PREVIOUS.get().unwrap_or(&Action::DEFAULT);
    // There is nobody to tell when this fails, and it does not: the action came from the kernel.
    let _ = sigaction(SIGTRAP, Some(previous));
    let _ = ffi::raise(SIGTRAP);
}

/// Makes `on_signal` the handler of SIGTRAP.
pub fn install() -> io::Result<()> {
    //> // TODO: ask `sigaction` (below) what is done about SIGTRAP now, and keep the answer in PREVIOUS
    //> // (`OnceLock::set`). Only then set the new action. It has three parts: `handler` is the address of the
    //> // function, `on_signal as *const () as usize`; `flags` is SA_SIGINFO, or the handler does not get
    //> // its second and third argument; and the rest is `..Action::DEFAULT`.
    //> todo!("set a handler for signal {SIGTRAP}, and keep what was done before")
    // First keep the old one, then set the new one: a trap in between would find nothing to go back to.
    let _ = PREVIOUS.set(sigaction(SIGTRAP, None)?);
    let action = Action {
        handler: on_signal as *const () as usize,
        flags: SA_SIGINFO,
        ..Action::DEFAULT
    };
    sigaction(SIGTRAP, Some(&action))?;
    Ok(())
    //<
}

/// What is done about `signal` until now; and from now on `new`, if there is one. Allowed in a handler.
fn sigaction(signal: c_int, new: Option<&Action>) -> io::Result<Action> {
    let new = new.map_or(ptr::null(), ptr::from_ref);
    let mut old = Action::DEFAULT;
    // SAFETY: `new` is null or an action that lives until the call returns, and its handler is one that we
    // wrote for this, or one that was set before; `old` lives as long.
    match unsafe { ffi::sigaction(signal, new, &mut old) } {
        0 => Ok(old),
        _ => Err(io::Error::last_os_error()),
    }
}
