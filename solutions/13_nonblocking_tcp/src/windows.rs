//! Windows: `WSASocketW` and `connect`, from ws2_32.

use std::ffi::c_int;
use std::io;
use std::net::{self, SocketAddr, UdpSocket};
use std::os::windows::io::{AsRawSocket, AsSocket, FromRawSocket, OwnedSocket};
use std::ptr;
use std::sync::Once;

use crate::SockAddr;

/// `AF_INET`, `<winsock2.h>`
const AF_INET: u16 = 2;
/// `AF_INET6`, `<winsock2.h>`
const AF_INET6: u16 = 23;
/// A stream of bytes. `<winsock2.h>`
const SOCK_STREAM: c_int = 1;
/// TCP. `<winsock2.h>`
const IPPROTO_TCP: c_int = 6;
/// The socket can work with a completion port, as those that std makes. `<winsock2.h>`
const WSA_FLAG_OVERLAPPED: u32 = 0x01;
/// A program that this process starts does not get this socket. `<winsock2.h>`
const WSA_FLAG_NO_HANDLE_INHERIT: u32 = 0x80;

/// `WSAEWOULDBLOCK`, `<winerror.h>`: what other systems call EINPROGRESS.
pub const IN_PROGRESS: i32 = 10035;
/// `WSAEMFILE` and `WSAENOBUFS`, `<winerror.h>`
pub const OUT_OF_DESCRIPTORS: [i32; 2] = [10024, 10055];

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
    use std::ffi::{c_int, c_void};
    use std::os::windows::io::{BorrowedSocket, RawSocket};

    /// What `WSASocketW` returns when there is no socket. `<winsock2.h>`
    pub const INVALID_SOCKET: RawSocket = RawSocket::MAX;
    /// `<winbase.h>`
    pub const HANDLE_FLAG_INHERIT: u32 = 1;

    #[link(name = "ws2_32")]
    unsafe extern "system" {
        /// `<winsock2.h>`: a new socket, or `INVALID_SOCKET`. A null `info` means that family, kind and protocol
        /// say it all; `group` is 0.
        pub fn WSASocketW(
            family: c_int,
            kind: c_int,
            protocol: c_int,
            info: *const c_void,
            group: u32,
            flags: u32,
        ) -> RawSocket;
        /// `<winsock2.h>`: 0, or -1 (`SOCKET_ERROR`).
        pub fn connect(socket: BorrowedSocket<'_>, address: *const u8, length: c_int) -> c_int;
        /// `<winsock2.h>`: why the last call of this thread to ws2_32 failed.
        pub safe fn WSAGetLastError() -> c_int;
    }

    #[link(name = "kernel32")]
    unsafe extern "system" {
        /// `<handleapi.h>`: 0 for an error.
        pub fn SetHandleInformation(handle: *mut c_void, mask: u32, flags: u32) -> i32;
    }
}

/// Makes a TCP socket for a connection to an address of the family that `address` has. No call on it waits, and
/// no program that this process starts gets it, not even one that another thread starts right now.
///
/// # Errors
///
/// The OS error, for example `WSAEMFILE` when the process can have no further socket.
pub fn open(address: SocketAddr) -> io::Result<net::TcpStream> {
    start_winsock();
    let family = if address.is_ipv4() { AF_INET } else { AF_INET6 };
    //> // TODO: one `ffi::WSASocketW`, its socket gets an owner (`OwnedSocket`), and then it is made non-blocking.
    //> todo!("a socket of family {family}")
    let flags = WSA_FLAG_OVERLAPPED | WSA_FLAG_NO_HANDLE_INHERIT;
    let family = c_int::from(family);
    // SAFETY: a null `info` is allowed; everything else is a number.
    let socket =
        unsafe { ffi::WSASocketW(family, SOCK_STREAM, IPPROTO_TCP, ptr::null(), 0, flags) };
    if socket == ffi::INVALID_SOCKET {
        return Err(io::Error::from_raw_os_error(ffi::WSAGetLastError()));
    }
    // SAFETY: the system has just made this socket, so it is open, and nobody else closes it.
    let socket = unsafe { OwnedSocket::from_raw_socket(socket) };
    let socket = net::TcpStream::from(socket);
    socket.set_nonblocking(true)?;
    Ok(socket)
    //<
}

/// A process has to start ws2_32 before it makes its first socket. std does so by itself, when it makes one.
fn start_winsock() {
    static ONCE: Once = Once::new();
    // Whether there is a port for this socket does not matter: ws2_32 is started before std asks for one.
    ONCE.call_once(|| drop(UdpSocket::bind(("127.0.0.1", 0))));
}

/// Asks the system once to connect `socket`, and says what it answered.
///
/// # Errors
///
/// The OS error; [`IN_PROGRESS`] is the usual one.
pub fn connect(socket: &net::TcpStream, to: &SockAddr) -> io::Result<()> {
    let bytes = to.bytes();
    let length = c_int::try_from(bytes.len()).map_err(|_| io::ErrorKind::InvalidInput)?;
    //> // TODO: one `ffi::connect`.
    //> todo!("connect {socket:?} to the address in these {length} bytes")
    // SAFETY: the socket is borrowed, so it is open. The system reads `length` bytes of a `sockaddr`, which
    // `bytes` lends until the call returns, and keeps no pointer to them.
    match unsafe { ffi::connect(socket.as_socket(), bytes.as_ptr(), length) } {
        -1 => Err(io::Error::from_raw_os_error(ffi::WSAGetLastError())),
        _ => Ok(()),
    }
    //<
}

/// std leaves an accepted socket as the system made it, and a child process inherits it. No program that this
/// process starts after this call does. Between two system calls there is a gap, as on macOS.
///
/// # Errors
///
/// The OS error.
pub fn keep_from_children(accepted: &net::TcpStream) -> io::Result<()> {
    let handle = ptr::without_provenance_mut(accepted.as_raw_socket() as usize);
    // SAFETY: a socket is a handle, and this one is open while `accepted` is borrowed.
    match unsafe { ffi::SetHandleInformation(handle, ffi::HANDLE_FLAG_INHERIT, 0) } {
        0 => Err(io::Error::last_os_error()),
        _ => Ok(()),
    }
}
