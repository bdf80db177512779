//! Linux and macOS: `write(2)` as a question, `mprotect(2)`, and `sigaction(2)` for the faults.

use std::ffi::{c_int, c_void};
use std::io;
use std::sync::OnceLock;

use system::errno;
use system::memory::{PROT_READ, PROT_WRITE, mprotect};
use system::signals::{
    Action, SA_ONSTACK, SA_SIGINFO, SIGBUS, SIGSEGV, SignalInfo, current_action, raise, set_action,
};

mod ffi {
    use std::ffi::{c_int, c_void};

    unsafe extern "C" {
        /// `write(2)`
        pub fn write(descriptor: c_int, bytes: *const c_void, count: usize) -> isize;
    }
}

/// `EFAULT`, "bad address", `<errno.h>`, the same number on Linux and macOS.
const EFAULT: i32 = 14;

/// A page without access gives SIGSEGV on Linux and SIGBUS on macOS. The other one is for addresses where nothing
/// is mapped (macOS), and for mapped files that have become shorter (Linux).
const FAULT_SIGNALS: [c_int; 2] = [SIGSEGV, SIGBUS];

/// Whether this process may read the byte at `address`. Asks the kernel, and touches nothing itself.
///
/// The answer is as old as it is: another thread may change it before you have it.
///
/// # Panics
///
/// When the system has no pipe for the question, or answers something that is neither yes nor no.
pub fn is_readable(address: *const u8) -> bool {
    //> // TODO: let the kernel read the byte, and see what it says.
    //> todo!("ask the kernel about {address:?}")
    let (_reader, writer) = io::pipe().expect("the system has a pipe");
    let descriptor = std::os::fd::AsRawFd::as_raw_fd(&writer);
    // SAFETY: whether the byte can be read is the question. The kernel checks the address before it uses it,
    // and reads one byte at most; the pipe is open, and empty, so this does not wait.
    if unsafe { ffi::write(descriptor, address.cast(), 1) } == 1 {
        return true;
    }
    let error = io::Error::last_os_error();
    assert_eq!(error.raw_os_error(), Some(EFAULT), "{error}");
    false
    //<
}

/// Makes the page that begins at `page` readable and writable, filled with zeros if it was never used. Says
/// whether that worked.
///
/// The fault handler calls it, by way of `on_fault`. POSIX does not list `mprotect` among the functions that a
/// handler may call, but on Linux and macOS it is a system call and nothing more.
///
/// # Safety
///
/// The page belongs to a region that nobody drops during the call.
pub unsafe fn make_accessible(page: *mut u8, page_size: usize) -> bool {
    //> // TODO: one call of `mprotect`, with PROT_READ and PROT_WRITE. It returns 0 when it worked.
    //> todo!("make the {page_size} bytes at {page:?} accessible")
    // SAFETY: the page belongs to a region, and so to nobody else. Its owner wants it to be accessible as soon as
    // it is touched.
    unsafe { mprotect(page.cast(), page_size, PROT_READ | PROT_WRITE) == 0 }
    //<
}

/// What was done about each of the `FAULT_SIGNALS` before `install`: std has a handler of its own, which
/// recognises stack overflows.
static PREVIOUS: [OnceLock<Action>; FAULT_SIGNALS.len()] = [const { OnceLock::new() }; 2];

/// The kernel calls this instead of going on with the instruction that faulted. When it returns, that
/// instruction runs again.
///
/// A signal that a process has sent is no fault, and has no address. Nothing faults again after it, so the one
/// who was there before us would never get it: it has to be sent again.
unsafe extern "C" fn on_signal(signal: c_int, info: *mut SignalInfo, _context: *mut c_void) {
    // The interrupted code may be just about to look at `errno`, and must find it unchanged.
    let kept = errno::get();
    // SAFETY: with SA_SIGINFO the kernel passes a `siginfo_t`, which lives until the handler returns.
    let info = unsafe { &*info };
    if info.was_sent() {
        give_back(signal);
        let _ = raise(signal);
    } else {
        handle(signal, info);
    }
    errno::set(kept);
}

/// Everything that `on_signal` does about a fault.
fn handle(signal: c_int, info: &SignalInfo) {
    //> // TODO: `info` says which `address` was touched: hand it to `crate::on_fault`. For `Verdict::Retry`
    //> // there is nothing more to do. For `Verdict::NotOurs` call `give_back`.
    //> todo!("decide about a fault, signal {signal}, {info:?}")
    match crate::on_fault(info.address.cast()) {
        crate::Verdict::Retry => {}
        crate::Verdict::NotOurs => give_back(signal),
    }
    //<
}

/// Sets what was done about `signal` before us. The instruction runs again, faults again, and this time the
/// other one gets it: std's handler, or the default action, which ends the process.
fn give_back(signal: c_int) {
    let at = FAULT_SIGNALS.iter().position(|known| *known == signal);
    let previous = at.and_then(|at| PREVIOUS[at].get());
    // There is nobody to tell when this fails, and it does not: the action came from the kernel.
    // SAFETY: this is what was done before us, and the code that set it answers for its handler.
    let _ = unsafe { set_action(signal, previous.unwrap_or(&Action::DEFAULT)) };
}

/// Makes `on_signal` the handler of all `FAULT_SIGNALS`, with all three of its arguments, on the alternate stack. A
/// fault may come as soon as that is done, and `give_back` must be able to pass it on.
pub fn install() -> io::Result<()> {
    //> // TODO: set the new action for each of them, and keep the one before in PREVIOUS, where `give_back` looks.
    //> todo!("set a handler for {FAULT_SIGNALS:?}, and keep what was done before")
    for (signal, previous) in FAULT_SIGNALS.into_iter().zip(&PREVIOUS) {
        // First keep the old one, then set the new one: a fault in between would find nothing to go back to.
        // It can only be set already when an earlier call failed half-way, and then it is right.
        let _ = previous.set(current_action(signal)?);
        let action = Action {
            handler: on_signal as *const () as usize,
            flags: SA_SIGINFO | SA_ONSTACK,
            ..Action::DEFAULT
        };
        // SAFETY: `on_signal` takes the three arguments of SA_SIGINFO, and leaves the interrupted program as it
        // was.
        unsafe { set_action(signal, &action)? };
    }
    Ok(())
    //<
}
