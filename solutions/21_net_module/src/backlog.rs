//! How many connections may wait in the kernel until they are accepted. All of it is given.

use nonblocking_tcp::TcpListener;

/// Node's own number, `lib/net.js`. The system may allow less: Linux `net.core.somaxconn`, macOS
/// `kern.ipc.somaxconn`.
#[cfg(unix)]
const BACKLOG: std::ffi::c_int = 511;

/// Raises the limit, which is 128 for a listener of std's. Beyond it the kernel answers nobody, and a peer tries again
/// a second later. (Windows leaves the limit of a listener as it is.)
#[cfg(unix)]
pub(crate) fn raise(listener: &TcpListener) {
    use std::ffi::c_int;
    use std::os::fd::{AsFd, AsRawFd};
    unsafe extern "C" {
        /// `listen(2)`; for a listening socket it changes the limit. A number that is no listener is an error and not
        /// a danger.
        safe fn listen(socket: c_int, backlog: c_int) -> c_int;
    }
    // If it fails, the limit stays as it was.
    listen(listener.as_fd().as_raw_fd(), BACKLOG);
}

#[cfg(windows)]
pub(crate) fn raise(_listener: &TcpListener) {}
