//! Linux: `errno(3)`. The name is the C library's, glibc's and musl's.

use std::ffi::c_int;

unsafe extern "C" {
    /// `<errno.h>`: the address of the calling thread's `errno`.
    #[link_name = "__errno_location"]
    safe fn errno_location() -> *mut c_int;
}

pub fn get() -> c_int {
    // SAFETY: the C library returns the address of this thread's `errno`, which lives as long as the thread.
    unsafe { errno_location().read() }
}

pub fn set(error: c_int) {
    // SAFETY: as in `get`, and no other thread has this address.
    unsafe { errno_location().write(error) };
}
