//! Time on the processor by `clock_gettime(2)`, the same on Linux and macOS but for two numbers.

use std::ffi::c_int;
use std::io;
use std::time::Duration;

/// `struct timespec`, `<time.h>`; both fields have 64 bits.
#[repr(C)]
#[derive(Default)]
struct Timespec {
    seconds: i64,
    nanoseconds: i64,
}

unsafe extern "C" {
    /// `clock_gettime(2)`
    fn clock_gettime(clock: c_int, time: *mut Timespec) -> c_int;
}

/// What the clock with this number shows.
pub fn time_of(clock: c_int) -> Duration {
    let mut time = Timespec::default();
    // SAFETY: `time` is a `struct timespec` that lives until the call returns; the kernel checks
    // the clock's number.
    let status = unsafe { clock_gettime(clock, &mut time) };
    assert_eq!(status, 0, "clock_gettime: {}", io::Error::last_os_error());
    let seconds = u64::try_from(time.seconds).expect("time on the processor is not negative");
    let nanoseconds = u32::try_from(time.nanoseconds).expect("less than a second");
    Duration::new(seconds, nanoseconds)
}
