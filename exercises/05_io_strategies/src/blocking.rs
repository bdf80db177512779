//! The first strategy: ask once, and let the kernel keep the thread until there is an answer.

use std::io;
use std::net::TcpStream;

use crate::Kernel;

/// Waits until something has arrived at `socket`, a blocking one, and reads it into `buffer`. Returns how many
/// bytes that are; 0 when the peer has closed the connection.
///
/// # Errors
///
/// What [`Kernel::read`] says, except `Interrupted`.
pub fn receive(kernel: &impl Kernel, socket: &TcpStream, buffer: &mut [u8]) -> io::Result<usize> {
    // TODO: read. Which answer is none?
    todo!("wait for up to {} bytes", buffer.len())
}
