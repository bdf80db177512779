//! Linux: `socket(2)` and `connect(2)`.

use std::ffi::c_int;
use std::io;
use std::net::{self, SocketAddr};
use std::os::fd::{AsFd, FromRawFd, OwnedFd};

use crate::SockAddr;

/// `AF_INET`, `<bits/socket.h>`
const AF_INET: u16 = 2;
/// `AF_INET6`, `<bits/socket.h>`
const AF_INET6: u16 = 10;
/// A stream of bytes: TCP. `<bits/socket_type.h>`, as the two below, which are added to it with `|`.
const SOCK_STREAM: c_int = 1;
/// No call on this socket waits.
const SOCK_NONBLOCK: c_int = 0o4000;
/// A program that this process starts does not get this socket.
const SOCK_CLOEXEC: c_int = 0o2000000;

/// `EINPROGRESS`, `<asm-generic/errno.h>`
pub const IN_PROGRESS: i32 = 115;
/// `EMFILE`, `ENFILE` and `ENOMEM`, `<asm-generic/errno-base.h>`; `ENOBUFS`, `<asm-generic/errno.h>`
pub const OUT_OF_DESCRIPTORS: [i32; 4] = [24, 23, 12, 105];

/// How an address begins: its family.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Head {
    family: u16,
}

impl Head {
    pub const V4: Head = Head { family: AF_INET };
    pub const V6: Head = Head { family: AF_INET6 };
}

mod ffi {
    use std::ffi::c_int;
    use std::os::fd::BorrowedFd;

    unsafe extern "C" {
        /// `socket(2)`: a new descriptor, or -1.
        pub safe fn socket(family: c_int, kind: c_int, protocol: c_int) -> c_int;
        /// `connect(2)`: 0, or -1.
        pub fn connect(socket: BorrowedFd<'_>, address: *const u8, length: u32) -> c_int;
    }
}

/// Makes a TCP socket for a connection to an address of the family that `address` has. No call on it waits, and
/// no program that this process starts gets it, not even one that another thread starts right now.
///
/// # Errors
///
/// The OS error, for example `EMFILE` when the process has no descriptor left.
pub fn open(address: SocketAddr) -> io::Result<net::TcpStream> {
    let family = if address.is_ipv4() { AF_INET } else { AF_INET6 };
    // TODO: one `ffi::socket`, and its descriptor gets an owner (`OwnedFd`).
    todo!("a socket of family {family}")
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

/// Nothing is left to do: std accepts with `accept4(2)` and `SOCK_CLOEXEC`.
///
/// # Errors
///
/// None.
pub fn keep_from_children(_accepted: &net::TcpStream) -> io::Result<()> {
    Ok(())
}
