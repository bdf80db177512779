//! Linux: the processor's time from `clock_gettime(2)`, the counts from `proc(5)`.

use std::fs;
use std::time::Duration;

use super::clock::time_of;

pub fn process_cpu_time() -> Duration {
    time_of(2) // CLOCK_PROCESS_CPUTIME_ID, <bits/time.h>
}

pub fn thread_cpu_time() -> Duration {
    time_of(3) // CLOCK_THREAD_CPUTIME_ID, <bits/time.h>
}

pub fn thread_count() -> usize {
    let threads = fs::read_dir("/proc/self/task").expect("/proc is mounted");
    threads.count()
}

pub fn descriptor_count() -> usize {
    let descriptors = fs::read_dir("/proc/self/fd").expect("/proc is mounted");
    // One of them reads this directory.
    descriptors.count() - 1
}
