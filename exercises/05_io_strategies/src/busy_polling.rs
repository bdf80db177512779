//! The second strategy: ask again and again, and never let the kernel keep the thread.

use std::io;
use std::net::TcpStream;

use crate::Kernel;

/// Waits until something has arrived at `socket` and reads it into `buffer`. Returns how many bytes that are;
/// 0 when the peer has closed the connection. Makes the socket non-blocking, and leaves it so.
///
/// # Errors
///
/// What [`Kernel::read`] and [`Kernel::set_nonblocking`] say, except `WouldBlock` and `Interrupted`.
pub fn receive(kernel: &impl Kernel, socket: &TcpStream, buffer: &mut [u8]) -> io::Result<usize> {
    // TODO: ask, and never wait.
    todo!("ask for up to {} bytes until there are some", buffer.len())
}
