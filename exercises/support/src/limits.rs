//! A process that gets no more of something: what a program does then is worth a test.

use std::ffi::c_int;
#[cfg(target_os = "linux")]
use std::fs;
use std::fs::File;
use std::io;
use std::os::fd::AsRawFd;

/// `struct rlimit`, `<sys/resource.h>`: 64 bits each on all Unix systems of this workshop.
#[repr(C)]
struct Limit {
    current: u64,
    highest: u64,
}

/// `RLIMIT_NOFILE`: `<asm-generic/resource.h>` on Linux, `<sys/resource.h>` on macOS.
const NOFILE: c_int = if cfg!(target_os = "macos") { 8 } else { 7 };

/// `RLIMIT_AS`: `<asm-generic/resource.h>`
#[cfg(target_os = "linux")]
const AS: c_int = 9;

unsafe extern "C" {
    /// `getrlimit(2)`
    fn getrlimit(resource: c_int, limit: *mut Limit) -> c_int;
    /// `setrlimit(2)`
    fn setrlimit(resource: c_int, limit: *const Limit) -> c_int;
}

/// From now on this process opens `more` descriptors and no other. Call it in a child process: see
/// [`in_child`](crate::in_child).
///
/// # Panics
///
/// When the system refuses.
pub fn leave_descriptors(more: u64) {
    // A new descriptor has the lowest number that is free, and all numbers are below the limit.
    let file = File::open("/dev/null").expect("every Unix has it");
    let lowest = u64::try_from(file.as_raw_fd()).expect("a descriptor is no negative number");
    drop(file);
    lower(NOFILE, lowest + more);
}

/// From now on this process gets `more` bytes of address space and no others: no stack for a thread, if that is less
/// than one takes. Call it in a child process, and not in an emulator, which needs room itself.
///
/// # Panics
///
/// When the system refuses.
#[cfg(target_os = "linux")]
pub fn leave_memory(more: u64) {
    let status = fs::read_to_string("/proc/self/status").expect("proc is mounted");
    let size = status.lines().find_map(|line| line.strip_prefix("VmSize:"));
    let kilobytes = size.and_then(|size| size.trim().strip_suffix(" kB"));
    let kilobytes = kilobytes.and_then(|size| size.parse::<u64>().ok());
    lower(AS, kilobytes.expect("a size in kB") * 1024 + more);
}

fn lower(resource: c_int, current: u64) {
    let mut limit = Limit {
        current: 0,
        highest: 0,
    };
    // SAFETY: the kernel writes one `struct rlimit`, which is ours.
    let known = unsafe { getrlimit(resource, &mut limit) };
    limit.current = current;
    // SAFETY: the kernel reads one `struct rlimit`, which is ours.
    let set = unsafe { setrlimit(resource, &limit) };
    assert_eq!((known, set), (0, 0), "{}", io::Error::last_os_error());
}
