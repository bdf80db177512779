//! What the operating system says about this process: time on the processor, threads, descriptors.
//!
//! Every system's file gives the same four functions. They panic when the system refuses, because a
//! test cannot go on without its measurement.

#[cfg(any(target_os = "linux", target_os = "macos"))]
mod clock;
#[cfg(target_os = "linux")]
#[path = "linux.rs"]
mod system;
#[cfg(target_os = "macos")]
#[path = "macos.rs"]
mod system;
#[cfg(windows)]
#[path = "windows.rs"]
mod system;

use std::thread;
use std::time::Duration;

/// The time that all threads of this process have spent on a processor, in user mode and in the
/// kernel. A thread that sleeps or waits spends none.
pub fn process_cpu_time() -> Duration {
    system::process_cpu_time()
}

/// The time that the calling thread has spent on a processor.
pub fn thread_cpu_time() -> Duration {
    system::thread_cpu_time()
}

/// How many threads this process has now, the calling one included.
pub fn thread_count() -> usize {
    system::thread_count()
}

/// How many file descriptors (on Windows: handles) this process has open now. Wine 8 always says 0, so
/// compare two counts, and never ask for a certain one.
pub fn descriptor_count() -> usize {
    system::descriptor_count()
}

/// How many threads there are beyond `before`. A thread that was just joined may be listed by the kernel for a moment
/// longer, so this looks again before it says that there are any.
pub fn threads_beyond(before: usize) -> usize {
    for _ in 0..200 {
        if thread_count() <= before {
            return 0;
        }
        thread::sleep(Duration::from_millis(1));
    }
    thread_count().saturating_sub(before)
}
