//! Linux and macOS: a trap becomes the signal SIGTRAP, and `sigaction(2)` says who gets it.

use std::ffi::{c_int, c_void};
use std::io;
use std::sync::OnceLock;

use system::errno;
use system::signals::{Action, SA_SIGINFO, SIGTRAP, SignalInfo, current_action, raise, set_action};

use crate::context::Context;
use crate::trap::{Verdict, decide};

/// What was done about SIGTRAP before `install`.
static PREVIOUS: OnceLock<Action> = OnceLock::new();

/// The kernel calls this instead of going on with the program: on the program's own stack, with all its
/// registers saved in what `context` points to. When it returns, the kernel loads them from there.
///
/// A signal that a process has sent is no trap, wherever it finds the program. It may find it just behind our
/// trap, where the program counter looks as if it had trapped: a signal that comes during this handler waits,
/// and arrives right there.
unsafe extern "C" fn on_signal(_signal: c_int, info: *mut SignalInfo, context: *mut c_void) {
    // The interrupted code may be just about to look at `errno`, and must find it unchanged.
    let kept = errno::get();
    // SAFETY: with SA_SIGINFO the second argument is a `siginfo_t`, which lives until the handler returns.
    if unsafe { (*info).was_sent() } {
        give_back();
    } else {
        // SAFETY: with SA_SIGINFO the third argument is a `ucontext_t`, and the handler has not returned.
        let context = unsafe { Context::find(context) };
        // SAFETY: it lives until the handler returns, and nobody else knows where it is.
        handle(unsafe { &mut *context });
    }
    errno::set(kept);
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
    // SAFETY: this is what was done before us, and the code that set it answers for its handler.
    let _ = unsafe { set_action(SIGTRAP, previous) };
    let _ = raise(SIGTRAP);
}

/// Makes `on_signal` the handler of SIGTRAP, with all three of its arguments. A trap may come as soon as that is done,
/// and `give_back` must be able to pass it on.
pub fn install() -> io::Result<()> {
    // TODO: set the new action, and keep the one before in PREVIOUS, where `give_back` looks for it.
    todo!("set a handler for signal {SIGTRAP}, and keep what was done before")
}
