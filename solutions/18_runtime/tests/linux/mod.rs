//! What the system can be made to refuse on Linux. Both last for the rest of the process.

use std::env;
use std::ffi::c_int;
use std::fs::{self, File};
use std::os::fd::AsRawFd;
use std::thread;

/// Less than the stack of a thread, and enough for everything else here.
const LEFT: u64 = 1 << 20;

unsafe extern "C" {
    /// `dup2(2)`
    fn dup2(from: c_int, to: c_int) -> c_int;
}

/// Leaves no room for the stack of another thread. Returns whether the system refuses one then.
pub fn refuse_threads() -> bool {
    if env::var_os("WORKSHOP_RUNNER").is_some() {
        return false;
    }
    support::leave_memory(LEFT);
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
