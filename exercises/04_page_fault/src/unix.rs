//! Linux and macOS: `mmap(2)`, `mprotect(2)`, and `sigaction(2)` for the faults.

use std::ffi::{c_int, c_void};
use std::io;
use std::ptr::{self, NonNull};
use std::sync::OnceLock;

#[cfg(target_os = "linux")]
#[path = "linux.rs"]
mod layout;
#[cfg(target_os = "macos")]
#[path = "macos.rs"]
mod layout;

use layout::{Action, FAULT_SIGNALS, MAP_RESERVE, SA_ONSTACK, SA_SIGINFO, SignalInfo};

mod ffi {
    use super::Action;
    use std::ffi::{c_int, c_long, c_void};

    unsafe extern "C" {
        /// `sysconf(3)`
        pub safe fn sysconf(name: c_int) -> c_long;
        /// `mmap(2)`
        pub fn mmap(
            address: *mut c_void,
            bytes: usize,
            protection: c_int,
            flags: c_int,
            descriptor: c_int,
            offset: i64,
        ) -> *mut c_void;
        /// `munmap(2)`
        pub fn munmap(address: *mut c_void, bytes: usize) -> c_int;
        /// `mprotect(2)`
        pub fn mprotect(address: *mut c_void, bytes: usize, protection: c_int) -> c_int;
        /// `write(2)`
        pub fn write(descriptor: c_int, bytes: *const c_void, count: usize) -> isize;
        /// `sigaction(2)`: either pointer may be null.
        pub fn sigaction(signal: c_int, new: *const Action, old: *mut Action) -> c_int;
    }
}

/// `PROT_NONE`, `<sys/mman.h>`, the same number on Linux and macOS; so are the next ones.
const PROT_NONE: c_int = 0;
/// `PROT_READ`, `<sys/mman.h>`
const PROT_READ: c_int = 1;
/// `PROT_WRITE`, `<sys/mman.h>`
const PROT_WRITE: c_int = 2;
/// `EFAULT`, "bad address", `<errno.h>`
const EFAULT: i32 = 14;

/// How many bytes a page has. Not a constant: 4096 on most machines, 16384 on a Mac with Apple's processor,
/// up to 65536 with some Linux kernels on aarch64.
pub fn page_size() -> usize {
    let bytes = ffi::sysconf(layout::SC_PAGESIZE);
    usize::try_from(bytes).expect("every system knows its page size")
}

/// Addresses that nobody else gets and nobody may use. A call of `mmap` that asks for memory without a file.
pub fn reserve(bytes: usize) -> io::Result<NonNull<u8>> {
    // SAFETY: the system chooses the place (the address is null), so nothing that exists is replaced.
    let start = unsafe { ffi::mmap(ptr::null_mut(), bytes, PROT_NONE, MAP_RESERVE, -1, 0) };
    // MAP_FAILED is -1, `<sys/mman.h>`.
    if start.addr() == usize::MAX {
        return Err(io::Error::last_os_error());
    }
    Ok(NonNull::new(start.cast()).expect("mmap never chooses page 0"))
}

/// Gives addresses back that `reserve` has returned, and the memory behind them.
pub fn release(start: NonNull<u8>, bytes: usize) {
    // SAFETY: `start` and `bytes` are what `reserve` was asked for and gave, and the region that owned them
    // is being dropped: nobody can use them any more.
    let status = unsafe { ffi::munmap(start.as_ptr().cast(), bytes) };
    debug_assert_eq!(status, 0, "munmap: {}", io::Error::last_os_error());
}

/// Whether this process may read the byte at `address`. Asks the kernel, and touches nothing itself.
///
/// The answer is as old as it is: another thread may change it before you have it.
///
/// # Panics
///
/// When the system has no pipe for the question.
pub fn is_readable(address: *const u8) -> bool {
    // TODO: make a pipe with `std::io::pipe`, and offer the one byte at `address` to it with `ffi::write`.
    // The kernel has to read the byte. Either it takes it, or it fails with EFAULT. (Read the error with
    // `io::Error::last_os_error()`, and panic for every other one: it would be no answer.)
    todo!("ask the kernel about {address:?}")
}

/// Makes the page that begins at `page` readable and writable, filled with zeros if it was never used. Says
/// whether that worked.
///
/// The fault handler calls it, by way of `on_fault`. POSIX does not list `mprotect` among the functions that a
/// handler may call, but on Linux and macOS it is a system call and nothing more.
pub fn make_accessible(page: *mut u8, page_size: usize) -> bool {
    // TODO: one call of `ffi::mprotect`, with PROT_READ and PROT_WRITE. It returns 0 when it worked.
    todo!("make the {page_size} bytes at {page:?} accessible")
}

/// What was done about each of the `FAULT_SIGNALS` before `install`: std has a handler of its own, which
/// recognises stack overflows.
static PREVIOUS: [OnceLock<Action>; FAULT_SIGNALS.len()] = [const { OnceLock::new() }; 2];

/// The kernel calls this instead of going on with the instruction that faulted. When it returns, that
/// instruction runs again.
extern "C" fn on_signal(signal: c_int, info: *mut SignalInfo, _context: *mut c_void) {
    // The interrupted code may be just about to look at `errno`, and must find it unchanged.
    let errno = layout::errno_location();
    // SAFETY: the C library gives the address of this thread's `errno`, which lives as long as the thread.
    let kept = unsafe { errno.read() };
    handle(signal, info);
    // SAFETY: as above.
    unsafe { errno.write(kept) };
}

/// Everything that `on_signal` does about a fault.
fn handle(signal: c_int, info: *mut SignalInfo) {
    // TODO: `info` says which `address` was touched: hand it to `crate::on_fault`. For `Verdict::Retry`
    // there is nothing more to do. For `Verdict::NotOurs` call `give_back`.
    todo!("decide about a fault, signal {signal}")
}

/// Sets what was done about `signal` before us. The instruction runs again, faults again, and this time the
/// other one gets it: std's handler, or the default action, which ends the process.
fn give_back(signal: c_int) {
    let at = FAULT_SIGNALS.iter().position(|known| *known == signal);
    let previous = at.and_then(|at| PREVIOUS[at].get());
    // There is nobody to tell when this fails, and it does not: the action came from the kernel.
    let _ = sigaction(signal, Some(previous.unwrap_or(&Action::DEFAULT)));
}

/// Makes `on_signal` the handler of all `FAULT_SIGNALS`, on the alternate stack.
pub fn install() -> io::Result<()> {
    // TODO: for each of the FAULT_SIGNALS, ask `sigaction` (below) what is done now and keep the answer
    // in PREVIOUS (`OnceLock::set`), and only then set the new action. It has three parts: `handler` is the
    // address of the function, `on_signal as *const () as usize`; `flags` are SA_SIGINFO, or the handler
    // does not get the address, and SA_ONSTACK, or it has no stack to run on after an overflow of the
    // other; and `..Action::DEFAULT`.
    todo!("set a handler for {FAULT_SIGNALS:?}, and keep what was done before")
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
