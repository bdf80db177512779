//! macOS: the processor's time from `clock_gettime(2)`, the threads from `proc_pidinfo` (`<libproc.h>`),
//! the descriptors from the directory that lists them.

use std::ffi::{c_int, c_void};
use std::time::Duration;
use std::{fs, io, mem, process};

use super::clock::time_of;

pub fn process_cpu_time() -> Duration {
    time_of(12) // CLOCK_PROCESS_CPUTIME_ID, <time.h>
}

pub fn thread_cpu_time() -> Duration {
    time_of(16) // CLOCK_THREAD_CPUTIME_ID, <time.h>
}

/// `struct proc_taskinfo`, `<sys/proc_info.h>`: the fields that are not read here are only counted.
#[repr(C)]
#[derive(Default)]
struct TaskInfo {
    sizes_and_times: [u64; 6],
    policy_to_context_switches: [i32; 9],
    threads: i32,
    running_and_priority: [i32; 2],
}

/// `PROC_PIDTASKINFO`, `<sys/proc_info.h>`
const PROC_PIDTASKINFO: c_int = 4;

unsafe extern "C" {
    /// `proc_pidinfo`, `<libproc.h>`: returns how many bytes it wrote.
    fn proc_pidinfo(
        pid: c_int,
        flavor: c_int,
        argument: u64,
        buffer: *mut c_void,
        bytes: c_int,
    ) -> c_int;
}

pub fn thread_count() -> usize {
    let pid = c_int::try_from(process::id()).expect("a process id fits pid_t");
    let size = mem::size_of::<TaskInfo>();
    let bytes = c_int::try_from(size).expect("a small struct");
    let mut info = TaskInfo::default();
    let buffer: *mut TaskInfo = &mut info;
    // SAFETY: `buffer` points to `bytes` writable bytes, which stay alive during the call, and every
    // pattern of bits is a valid `TaskInfo`.
    let written = unsafe { proc_pidinfo(pid, PROC_PIDTASKINFO, 0, buffer.cast(), bytes) };
    assert_eq!(
        written,
        bytes,
        "proc_pidinfo: {}",
        io::Error::last_os_error()
    );
    usize::try_from(info.threads).expect("a count is not negative")
}

pub fn descriptor_count() -> usize {
    let descriptors = fs::read_dir("/dev/fd").expect("/dev/fd is there");
    // One of them reads this directory.
    descriptors.count() - 1
}
