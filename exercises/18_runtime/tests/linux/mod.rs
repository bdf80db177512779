//! What the system can be made to refuse on Linux. Both last for the rest of the process.

use std::env;
use std::ffi::{c_int, c_ulong};
use std::fs::{self, File};
use std::os::fd::AsRawFd;
use std::thread;

/// The size of a process's address space. `include/uapi/asm-generic/resource.h`
const RLIMIT_AS: c_int = 9;

/// Less than the stack of a thread, and enough for everything else here.
const LEFT: c_ulong = 1 << 20;

/// `struct rlimit`, where `rlim_t` is an `unsigned long`.
#[repr(C)]
struct Limit {
    current: c_ulong,
    largest: c_ulong,
}

unsafe extern "C" {
    fn setrlimit(resource: c_int, limit: *const Limit) -> c_int;
    fn dup2(from: c_int, to: c_int) -> c_int;
}

/// Leaves no room for the stack of another thread. Returns whether the system refuses one then.
pub fn refuse_threads() -> bool {
    if env::var_os("WORKSHOP_RUNNER").is_some() {
        // An emulator needs room itself.
        return false;
    }
    let status = fs::read_to_string("/proc/self/status").expect("proc is mounted");
    let size = status.lines().find_map(|line| line.strip_prefix("VmSize:"));
    let kilobytes = size.and_then(|size| size.trim().strip_suffix(" kB"));
    let kilobytes = kilobytes.and_then(|size| size.parse::<c_ulong>().ok());
    let current = kilobytes.expect("a size in kB") * 1024 + LEFT;
    let limit = Limit {
        current,
        largest: current,
    };
    // SAFETY: `limit` is a `struct rlimit`, and lives during the call.
    let result = unsafe { setrlimit(RLIMIT_AS, &limit) };
    assert_eq!(result, 0, "a process may lower its own limit");
    thread::Builder::new().spawn(|| {}).is_err()
}

/// Puts another file into the place of this process's epoll descriptor, so that each wait fails.
pub fn spoil_the_event_queue() {
    let other = File::open("/dev/null").expect("it is always there");
    for entry in fs::read_dir("/proc/self/fd").expect("proc is mounted") {
        let entry = entry.expect("a descriptor");
        let is_queue =
            fs::read_link(entry.path()).is_ok_and(|it| it.as_os_str() == "anon_inode:[eventpoll]");
        if is_queue {
            let name = entry.file_name();
            let number = name.to_str().and_then(|name| name.parse().ok());
            // SAFETY: Both are open. The event queue keeps its number, and can close it.
            let result = unsafe { dup2(other.as_raw_fd(), number.expect("a number")) };
            assert!(result >= 0, "both are open");
        }
    }
}
