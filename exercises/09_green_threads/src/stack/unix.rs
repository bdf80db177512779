//! Linux and macOS: `mmap(2)`, `mprotect(2)`, `munmap(2)`.

use std::ffi::{c_int, c_long, c_void};
use std::{io, ptr};

unsafe extern "C" {
    /// `sysconf(3)`, `<unistd.h>`
    safe fn sysconf(name: c_int) -> c_long;
    /// `mmap(2)`, `<sys/mman.h>`. `off_t` has 64 bits on all of our systems.
    fn mmap(
        address: *mut c_void,
        length: usize,
        protection: c_int,
        flags: c_int,
        descriptor: c_int,
        offset: i64,
    ) -> *mut c_void;
    /// `mprotect(2)`, `<sys/mman.h>`
    fn mprotect(address: *mut c_void, length: usize, protection: c_int) -> c_int;
    /// `munmap(2)`, `<sys/mman.h>`
    fn munmap(address: *mut c_void, length: usize) -> c_int;
}

/// `_SC_PAGESIZE`: `<bits/confname.h>` on Linux, `<unistd.h>` on macOS
const SC_PAGESIZE: c_int = if cfg!(target_os = "macos") { 29 } else { 30 };

/// `PROT_NONE`, `<sys/mman.h>`
const PROT_NONE: c_int = 0;
/// `PROT_READ | PROT_WRITE`, `<sys/mman.h>`
const PROT_READ_WRITE: c_int = 1 | 2;

/// `MAP_PRIVATE | MAP_ANON | MAP_NORESERVE`, `<sys/mman.h>` of macOS
#[cfg(target_os = "macos")]
const FLAGS: c_int = 0x0002 | 0x1000 | 0x0040;
/// `MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK`, `<asm-generic/mman-common.h>` and
/// `<asm-generic/mman.h>`. "No reserve": ten thousand stacks of which little is used need not fit into
/// the machine's memory. "Stack": no huge pages, of which the first byte would take 2 MiB.
#[cfg(not(target_os = "macos"))]
const FLAGS: c_int = 0x02 | 0x20 | 0x4000 | 0x2_0000;

pub fn page_size() -> usize {
    usize::try_from(sysconf(SC_PAGESIZE)).expect("every system has a page size")
}

/// Addresses that nobody else will get, and that may not be touched yet.
pub fn reserve(length: usize) -> io::Result<*mut u8> {
    // SAFETY: the address is the system's choice, so nothing that is mapped already is replaced.
    let address = unsafe { mmap(ptr::null_mut(), length, PROT_NONE, FLAGS, -1, 0) };
    // MAP_FAILED is -1.
    if address.addr() == usize::MAX {
        return Err(io::Error::last_os_error());
    }
    Ok(address.cast())
}

/// Lets a part of what is reserved be read and written.
pub fn make_accessible(start: *mut u8, length: usize) -> io::Result<()> {
    // SAFETY: the pages are ours, reserved a moment ago, and there is nothing in them yet.
    match unsafe { mprotect(start.cast(), length, PROT_READ_WRITE) } {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}

/// Gives back all that one `reserve` got.
pub fn release(base: *mut u8, length: usize) {
    // SAFETY: base and length are those of a mapping of ours. That nobody uses it any more is the
    // promise of whoever drops the stack.
    let result = unsafe { munmap(base.cast(), length) };
    // It fails only for addresses that were never ours. A leak is better than a panic in a drop.
    debug_assert_eq!(result, 0, "munmap: {}", io::Error::last_os_error());
}
