//! macOS: `socket(2)` and `connect(2)`. Its `socket` knows no flags, so three calls follow it.

use std::ffi::c_int;
use std::io;
use std::net::{self, SocketAddr};
use std::os::fd::{AsFd, FromRawFd, OwnedFd};
use std::ptr;

use crate::SockAddr;

/// `AF_INET`, `<sys/socket.h>`
const AF_INET: u8 = 2;
/// `AF_INET6`, `<sys/socket.h>`
const AF_INET6: u8 = 30;
/// A stream of bytes: TCP. `<sys/socket.h>`
const SOCK_STREAM: c_int = 1;

/// `EINPROGRESS`, `<sys/errno.h>`
pub const IN_PROGRESS: i32 = 36;
/// `EMFILE`, `ENFILE`, `ENOMEM` and `ENOBUFS`, `<sys/errno.h>`
pub const OUT_OF_DESCRIPTORS: [i32; 4] = [24, 23, 12, 55];

/// How an address begins: how long it is, and its family.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Head {
    length: u8,
    family: u8,
}

impl Head {
    pub const V4: Head = Head {
        length: 16,
        family: AF_INET,
    };
    pub const V6: Head = Head {
        length: 28,
        family: AF_INET6,
    };
}

mod ffi {
    use std::ffi::{c_int, c_void};
    use std::os::fd::BorrowedFd;

    /// Sets a descriptor's flags. `<sys/fcntl.h>`
    pub const F_SETFD: c_int = 2;
    /// A program that this process starts does not get this descriptor. `<sys/fcntl.h>`
    pub const FD_CLOEXEC: c_int = 1;
    /// The options of sockets in general. `<sys/socket.h>`
    pub const SOL_SOCKET: c_int = 0xffff;
    /// A write to a closed peer is `EPIPE` and no signal. `<sys/socket.h>`
    pub const SO_NOSIGPIPE: c_int = 0x1022;

    unsafe extern "C" {
        /// `socket(2)`: a new descriptor, or -1.
        pub safe fn socket(family: c_int, kind: c_int, protocol: c_int) -> c_int;
        /// `connect(2)`: 0, or -1.
        pub fn connect(socket: BorrowedFd<'_>, address: *const u8, length: u32) -> c_int;
        /// `fcntl(2)`: -1 for an error.
        pub fn fcntl(descriptor: BorrowedFd<'_>, command: c_int, ...) -> c_int;
        /// `setsockopt(2)`: 0, or -1.
        pub fn setsockopt(
            socket: BorrowedFd<'_>,
            level: c_int,
            name: c_int,
            value: *const c_void,
            length: u32,
        ) -> c_int;
    }
}

/// Makes a TCP socket for a connection to an address of the family that `address` has. No call on it waits. No
/// program that this process starts after this call gets it: between two system calls there is a gap, and
/// macOS has no call without it.
///
/// # Errors
///
/// The OS error, for example `EMFILE` when the process has no descriptor left.
pub fn open(address: SocketAddr) -> io::Result<net::TcpStream> {
    let family = if address.is_ipv4() { AF_INET } else { AF_INET6 };
    // TODO: one `ffi::socket`, its descriptor gets an owner (`OwnedFd`), and then three properties.
    todo!("a socket of family {family}")
}

/// A program that this process starts from now on does not get `socket`.
fn close_in_children(socket: &OwnedFd) -> io::Result<()> {
    // SAFETY: the descriptor is borrowed, so it is open; F_SETFD takes one `int`.
    match unsafe { ffi::fcntl(socket.as_fd(), ffi::F_SETFD, ffi::FD_CLOEXEC) } {
        -1 => Err(io::Error::last_os_error()),
        _ => Ok(()),
    }
}

/// A write to a closed peer is an error, and does not raise SIGPIPE. std does the same to the sockets that it
/// makes itself, and an accepted socket has it from its listener.
fn no_sigpipe(socket: &OwnedFd) -> io::Result<()> {
    let on: c_int = 1;
    let value = ptr::from_ref(&on).cast();
    // SAFETY: the descriptor is borrowed, so it is open. The kernel reads one `int`, 4 bytes, which `on` is.
    match unsafe { ffi::setsockopt(socket.as_fd(), ffi::SOL_SOCKET, ffi::SO_NOSIGPIPE, value, 4) } {
        -1 => Err(io::Error::last_os_error()),
        _ => Ok(()),
    }
}

/// Asks the kernel once to connect `socket`, and says what it answered.
///
/// # Errors
///
/// The OS error; [`IN_PROGRESS`] is the usual one.
pub fn connect(socket: &net::TcpStream, to: &SockAddr) -> io::Result<()> {
    let bytes = to.bytes();
    let length = u32::try_from(bytes.len()).map_err(|_| io::ErrorKind::InvalidInput)?;
    // TODO: one `ffi::connect`.
    todo!("connect {socket:?} to the address in these {length} bytes")
}

/// Nothing is left to do: std sets `FD_CLOEXEC` on what it accepts.
///
/// # Errors
///
/// None.
pub fn keep_from_children(_accepted: &net::TcpStream) -> io::Result<()> {
    Ok(())
}
