//! An address as the kernel reads it.
//!
//! Rust's [`SocketAddr`] has a layout of its own, which no kernel knows. C's structs are the interface.

use std::net::SocketAddr;
use std::slice;

use crate::system::Head;

/// `struct sockaddr_in` or `struct sockaddr_in6`: an IP address and a port.
///
/// Linux `<netinet/in.h>`; macOS `<netinet/in.h>`, `<netinet6/in6.h>`; Windows `<winsock2.h>`, `<ws2ipdef.h>`.
/// All three agree on everything behind the first two bytes.
#[derive(Clone, Copy, Debug)]
pub enum SockAddr {
    /// IPv4.
    V4(V4),
    /// IPv6.
    V6(V6),
}

/// `struct sockaddr_in`: 16 bytes.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct V4 {
    /// `sin_family`: tells the kernel which of the two structs this is.
    pub(crate) head: Head,
    /// `sin_port`, in **network byte order**: the byte of greater value has the lower address.
    pub(crate) port: u16,
    /// `sin_addr`: the four bytes in the order in which one writes them.
    pub(crate) address: [u8; 4],
    /// `sin_zero`: unused.
    pub(crate) zero: [u8; 8],
}

/// `struct sockaddr_in6`: 28 bytes.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct V6 {
    /// `sin6_family`
    pub(crate) head: Head,
    /// `sin6_port`, in network byte order.
    pub(crate) port: u16,
    /// `sin6_flowinfo`: a label for the packets of one flow. The number is passed on as `SocketAddrV6` has it.
    pub(crate) flow: u32,
    /// `sin6_addr`: the sixteen bytes in the order in which one writes them.
    pub(crate) address: [u8; 16],
    /// `sin6_scope_id`: the network interface on which a link-local address is meant, in the machine's order.
    pub(crate) scope: u32,
}

const _: () = assert!(size_of::<V4>() == 16 && align_of::<V4>() <= 4);
const _: () = assert!(size_of::<V6>() == 28 && align_of::<V6>() == 4);
const _: () = assert!(core::mem::offset_of!(V4, port) == 2);
const _: () = assert!(core::mem::offset_of!(V4, address) == 4);
const _: () = assert!(core::mem::offset_of!(V6, port) == 2);
const _: () = assert!(core::mem::offset_of!(V6, flow) == 4);
const _: () = assert!(core::mem::offset_of!(V6, address) == 8);
const _: () = assert!(core::mem::offset_of!(V6, scope) == 24);

impl SockAddr {
    /// Translates `address`. No part of it is lost.
    pub fn new(address: SocketAddr) -> SockAddr {
        // TODO: fill in `V4` or `V6`; `Head::V4` and `Head::V6` are the first two bytes.
        todo!("{address} as C has it")
    }

    /// The struct as the kernel reads it: its first byte, and how many there are.
    pub fn bytes(&self) -> &[u8] {
        let (first, count) = match self {
            SockAddr::V4(v4) => (std::ptr::from_ref(v4).cast::<u8>(), size_of::<V4>()),
            SockAddr::V6(v6) => (std::ptr::from_ref(v6).cast::<u8>(), size_of::<V6>()),
        };
        // SAFETY: pointer and size are those of one struct that `self` lends for as long as the slice lives. It
        // has no padding: the assertions above leave no gap between its fields. So each byte is initialized.
        unsafe { slice::from_raw_parts(first, count) }
    }
}
