//! Linux and macOS: descriptors.

use std::ffi::c_int;
use std::net::TcpStream;
use std::os::fd::{AsFd, AsRawFd, IntoRawFd};

use event_queue::EventQueue;

unsafe extern "C" {
    /// `close(2)`
    fn close(fd: c_int) -> c_int;
    /// `fcntl(2)`
    fn fcntl(fd: c_int, command: c_int, ...) -> c_int;
}

/// The number by which the system knows a socket.
pub fn number(source: &TcpStream) -> usize {
    source.as_raw_fd() as usize
}

/// Closes the descriptor of `source` as careless C code would, calls `f` with what is left, and forgets it.
pub fn close_behind<T>(source: TcpStream, f: impl FnOnce(&TcpStream) -> T) -> T {
    // SAFETY: this is a process of its own with one thread, so nobody else gets the number until `source`, which
    // does not know, is forgotten below.
    unsafe { close(source.as_raw_fd()) };
    let value = f(&source);
    let _ = source.into_raw_fd();
    value
}

/// Whether programs that this one starts get the queue's descriptor.
pub fn is_inherited(queue: &EventQueue) -> bool {
    const F_GETFD: c_int = 1; // <fcntl.h>, the same number on both systems, as is the next
    const FD_CLOEXEC: c_int = 1;
    // SAFETY: the descriptor is open, and the command takes no argument.
    let flags = unsafe { fcntl(queue.as_fd().as_raw_fd(), F_GETFD) };
    flags & FD_CLOEXEC == 0
}
