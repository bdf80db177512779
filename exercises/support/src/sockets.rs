//! What std cannot ask of a socket, and tests of servers need.

use std::ffi::{c_int, c_void};
use std::net::TcpStream;
use std::{env, io, ptr};

/// `SOL_SOCKET`, `SO_LINGER`, `SO_SNDBUF`, `SO_RCVBUF`: `<asm-generic/socket.h>`.
#[cfg(target_os = "linux")]
mod option {
    pub const SOCKET: i32 = 1;
    pub const LINGER: i32 = 13;
    pub const SNDBUF: i32 = 7;
    pub const RCVBUF: i32 = 8;
}
/// The same: `<sys/socket.h>`, `<winsock2.h>`.
#[cfg(any(target_os = "macos", windows))]
mod option {
    pub const SOCKET: i32 = 0xffff;
    pub const LINGER: i32 = 0x0080;
    pub const SNDBUF: i32 = 0x1001;
    pub const RCVBUF: i32 = 0x1002;
}

/// `struct linger`, `<sys/socket.h>`
#[cfg(any(target_os = "linux", target_os = "macos"))]
#[repr(C)]
struct Linger(c_int, c_int);
/// `LINGER`, `<winsock2.h>`
#[cfg(windows)]
#[repr(C)]
struct Linger(u16, u16);

#[cfg(any(target_os = "linux", target_os = "macos"))]
use std::os::fd::{AsFd as AsSocket, BorrowedFd as BorrowedSocket};
#[cfg(windows)]
use std::os::windows::io::{AsSocket, BorrowedSocket};

#[cfg_attr(windows, link(name = "ws2_32"))]
unsafe extern "system" {
    /// `setsockopt(2)`: 0, or -1. ("system" is C's convention on Unix.)
    fn setsockopt(
        socket: BorrowedSocket<'_>,
        level: c_int,
        name: c_int,
        value: *const c_void,
        length: u32,
    ) -> c_int;
}

/// `value` has to be of the type that this option has in C.
fn set_option<T>(socket: &impl AsSocket, name: c_int, value: &T) {
    #[cfg(any(target_os = "linux", target_os = "macos"))]
    let socket = socket.as_fd();
    #[cfg(windows)]
    let socket = socket.as_socket();
    let (value, length) = (ptr::from_ref(value).cast(), size_of::<T>() as u32);
    // SAFETY: the socket is borrowed, so it is open; the system reads one `T`.
    let set = unsafe { setsockopt(socket, option::SOCKET, name, value, length) };
    assert_eq!(set, 0, "setsockopt: {}", io::Error::last_os_error());
}

/// Closes `peer` so that its other end gets a reset: to linger for no time at all means exactly that.
///
/// # Panics
///
/// When the system refuses.
pub fn reset(peer: TcpStream) {
    set_option(&peer, option::LINGER, &Linger(1, 0));
}

/// Lets the kernel keep so many bytes for a socket in each direction, or what it takes for that.
///
/// # Panics
///
/// When the system refuses.
pub fn set_buffers(socket: &impl AsSocket, bytes: i32) {
    set_option(socket, option::SNDBUF, &bytes);
    set_option(socket, option::RCVBUF, &bytes);
}

/// Whether resets reach this program. Under Wine 8 its server takes the error out of the socket first, and the
/// program reads the end of the stream instead, std's sockets as well. `.ci/cross` sets the variable.
pub fn resets_are_told() -> bool {
    !(cfg!(windows) && env::var_os("WINEDEBUG").is_some())
}
