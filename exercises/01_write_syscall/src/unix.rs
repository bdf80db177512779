//! Linux and macOS: `write(2)`, as the C library offers it.

use std::io;
use std::os::fd::{AsFd, BorrowedFd};

/// What we know of the C library. Rust takes our word for it: the linker finds a function by its name
/// alone, and nobody checks that the types are right.
mod ffi {
    // TODO: declare `write`, with the types of its manual page, `man 2 write`:
    //
    //     ssize_t write(int fd, const void buf[.count], size_t count);
    //
    // in a block `unsafe extern "C" { … }`, and as `pub`: it is called from outside this module. In
    // Rust, `int` is `std::ffi::c_int`, `const void *` is `*const std::ffi::c_void`, `size_t` is
    // `usize` and `ssize_t`, the same with a sign, is `isize`.
}

/// The most that one call is asked to take. Linux takes no more than this anyway, and macOS refuses
/// more than `INT_MAX` bytes with `EINVAL`. (`write(2)`, in both systems' manuals.)
const MOST: usize = 0x7fff_f000;

/// Makes a `Result` of what `write(2)` returns: a count, or -1 when it failed. The reason of a failure is
/// in `errno`, which the next call to the C library may overwrite.
fn cvt(result: isize) -> io::Result<usize> {
    // TODO: turn -1 into `io::Error::last_os_error()`, which reads `errno`, and everything else into a
    // count.
    todo!("make a result of {result}")
}

/// Writes some of `bytes` to `to` by one call of `write(2)`, and returns how many the system took:
/// perhaps fewer than there are.
///
/// # Errors
///
/// What the system says, for example `EBADF` for a descriptor that is not open for writing, `EPIPE` when
/// nobody reads, `EINTR` when a signal came first.
pub fn write(to: impl AsFd, bytes: &[u8]) -> io::Result<usize> {
    // TODO: call `ffi::write` with the number of the descriptor (`as_fd`, then `as_raw_fd` of
    // `std::os::fd::AsRawFd`), a pointer to the first byte, and how many bytes there are, but no more
    // than `MOST`. Hand what it returns to `cvt`.
    todo!("hand {} bytes to write(2)", bytes.len())
}

/// This process's standard output: file descriptor 1.
pub fn stdout() -> BorrowedFd<'static> {
    // TODO: borrow descriptor 1. `BorrowedFd::borrow_raw` makes a `BorrowedFd` from a number; it is
    // unsafe, and its documentation says what you must promise in the `// SAFETY:` comment.
    todo!("borrow file descriptor 1")
}
