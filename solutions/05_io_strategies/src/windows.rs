//! Windows: `WSAPoll`, from ws2_32.

use std::ffi::{c_int, c_short};
use std::io;
use std::net::TcpStream;
use std::os::windows::io::{AsSocket, BorrowedSocket};

/// There is something to read. `<winsock2.h>`: two bits, `POLLRDNORM` and `POLLRDBAND` (urgent data), of which
/// the answer has those that are true.
pub const POLLIN: c_short = 0x0100 | 0x0200;
/// There is an error to fetch, by the next read or write. `<winsock2.h>`. Never asked for, always told.
pub const POLLERR: c_short = 0x0001;
/// The connection is closed. `<winsock2.h>`. Never asked for, always told.
pub const POLLHUP: c_short = 0x0002;
/// This is not an open socket. `<winsock2.h>`. Never asked for, always told.
pub const POLLNVAL: c_short = 0x0004;

mod ffi {
    use super::PollFd;
    use std::ffi::c_int;

    #[link(name = "ws2_32")]
    unsafe extern "system" {
        /// `<winsock2.h>`
        pub fn WSAPoll(fds: *mut PollFd<'_>, count: u32, timeout_ms: c_int) -> c_int;
        /// `<winsock2.h>`: why the last call of this thread to ws2_32 failed.
        pub safe fn WSAGetLastError() -> c_int;
    }
}

/// One entry of the list that `WSAPoll` gets: a socket, what we wait for, and room for the answer.
/// `WSAPOLLFD`, `<winsock2.h>`: 16 bytes.
#[repr(C)]
#[derive(Debug)]
pub struct PollFd<'socket> {
    socket: BorrowedSocket<'socket>,
    /// What we wait for: our **interest**.
    pub events: c_short,
    /// What has happened, in the system's words; 0 for nothing. The system writes it at each call.
    pub revents: c_short,
}

const _: () = assert!(size_of::<PollFd>() == 16);

impl<'socket> PollFd<'socket> {
    /// An entry that waits until there is something to read from `socket`.
    pub fn new(socket: &'socket TcpStream) -> PollFd<'socket> {
        PollFd {
            socket: socket.as_socket(),
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
/// What the system says: `WSAEINVAL` for an empty list.
pub fn poll(sockets: &mut [PollFd<'_>], timeout_ms: c_int) -> io::Result<usize> {
    //> // TODO: the system call, by way of `ffi::WSAPoll`. Its error is in `ffi::WSAGetLastError`.
    //> todo!("ask about {} sockets for {timeout_ms} ms", sockets.len())
    let count = u32::try_from(sockets.len()).map_err(|_| io::ErrorKind::InvalidInput)?;
    // SAFETY: the pointer and the count are those of a slice of `WSAPOLLFD`s that nobody else uses until the
    // call returns. The sockets in them are borrowed, so they are open; and a closed one would only be told.
    let ready = unsafe { ffi::WSAPoll(sockets.as_mut_ptr(), count, timeout_ms) };
    usize::try_from(ready).map_err(|_| io::Error::from_raw_os_error(ffi::WSAGetLastError()))
    //<
}
