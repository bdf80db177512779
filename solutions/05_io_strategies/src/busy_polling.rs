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
    //> // TODO: ask, and never wait.
    //> todo!("ask for up to {} bytes until there are some", buffer.len())
    kernel.set_nonblocking(socket)?;
    loop {
        match kernel.read(socket, buffer) {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => std::hint::spin_loop(),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            // Also 0: the end of the conversation is an answer, and no later read gives another.
            answer => return answer,
        }
    }
    //<
}
