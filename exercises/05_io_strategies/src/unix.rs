//! Linux and macOS: `poll(2)`.

use std::ffi::{c_int, c_short};
use std::io;
use std::net::TcpStream;
use std::os::fd::{AsFd, BorrowedFd};

/// There is something to read. `<poll.h>`, the same number on both systems, as the three below.
pub const POLLIN: c_short = 0x001;
/// There is an error to fetch, by the next read or write. Never asked for, always told.
pub const POLLERR: c_short = 0x008;
/// The connection is closed in both directions. Never asked for, always told.
pub const POLLHUP: c_short = 0x010;
/// This descriptor is not open. Never asked for, always told.
pub const POLLNVAL: c_short = 0x020;

/// `nfds_t`, `<poll.h>`
#[cfg(target_os = "linux")]
type Count = std::ffi::c_ulong;
/// `nfds_t`, `<sys/poll.h>`
#[cfg(target_os = "macos")]
type Count = std::ffi::c_uint;

mod ffi {
    use super::{Count, PollFd};
    use std::ffi::c_int;

    unsafe extern "C" {
        /// `poll(2)`
        pub fn poll(fds: *mut PollFd<'_>, count: Count, timeout_ms: c_int) -> c_int;
    }
}

/// One entry of the list that `poll` gets: a socket, what we wait for, and room for the answer.
/// `struct pollfd`, `<poll.h>`: 8 bytes.
#[repr(C)]
#[derive(Debug)]
pub struct PollFd<'socket> {
    socket: BorrowedFd<'socket>,
    /// What we wait for: our **interest**.
    pub events: c_short,
    /// What has happened, in the kernel's words; 0 for nothing. The kernel writes it at each call.
    pub revents: c_short,
}

const _: () = assert!(size_of::<PollFd>() == 8);

impl<'socket> PollFd<'socket> {
    /// An entry that waits until there is something to read from `socket`.
    pub fn new(socket: &'socket TcpStream) -> PollFd<'socket> {
        PollFd {
            socket: socket.as_fd(),
            events: POLLIN,
            revents: 0,
        }
    }
}

/// Sleeps until something has happened to one of `sockets`, for `timeout_ms` milliseconds at most (0: does not
/// sleep, -1: no limit). Writes each entry's `revents`, and returns how many of them are not 0.
///
/// # Errors
///
/// What the system says: `EINTR` (`Interrupted`) when a signal came first, `EINVAL` for more entries than this
/// process may have descriptors.
pub fn poll(sockets: &mut [PollFd<'_>], timeout_ms: c_int) -> io::Result<usize> {
    // TODO: the system call, by way of `ffi::poll`.
    todo!("ask about {} sockets for {timeout_ms} ms", sockets.len())
}
