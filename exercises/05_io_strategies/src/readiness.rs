//! The third strategy: ask the kernel to say when, sleep until then, and read what is there.

use std::ffi::c_int;
use std::io;
use std::net::TcpStream;
use std::time::Duration;

use crate::{Kernel, POLLNVAL, PollFd};

/// A time limit as `poll` wants it: whole milliseconds, rounded up, and -1 for no limit. One that is longer
/// than a `c_int` can say (24 days) becomes the longest that it can.
///
/// Rounded up, because a wait that ends before its time is a wait for nothing: the caller looks at the clock,
/// finds a rest, and waits again, at last for 0 milliseconds, again and again until the time has come.
pub fn timeout_ms(limit: Option<Duration>) -> c_int {
    // TODO: a number, or -1.
    todo!("{limit:?} in milliseconds")
}

/// Sleeps until something has happened to at least one of `sockets`, and returns their positions, in order.
/// None at all means that `limit` is over, and that is never said too early. A limit of zero looks
/// once and does not sleep; `None` waits for ever.
///
/// A socket is **ready** when a read would not have to wait: something has arrived, or the peer has closed the
/// connection, or an error is there to be fetched. Whatever is in its `revents` says so.
///
/// The time is over when the kernel's clock says so, and not when a poll comes back early. A signal neither ends
/// the wait nor makes it longer. A limit that lies beyond what an `Instant` can hold is none.
///
/// # Errors
///
/// What [`Kernel::poll`] says, except `Interrupted`; and `InvalidInput` when the kernel says (`POLLNVAL`) that one
/// of `sockets` is no open socket, whatever it says of the others.
pub fn wait_any(
    kernel: &impl Kernel,
    sockets: &[&TcpStream],
    limit: Option<Duration>,
) -> io::Result<Vec<usize>> {
    // TODO: poll until there is something to say. When do you poll again, and for how long?
    todo!("wait for {} sockets, {limit:?} at most", sockets.len())
}

/// Waits until something has arrived at `socket` and reads it into `buffer`. Returns how many bytes that are;
/// 0 when the peer has closed the connection.
///
/// # Errors
///
/// `TimedOut` when `limit` is over; and what [`wait_any`] and [`Kernel::read`] say.
pub fn receive(
    kernel: &impl Kernel,
    socket: &TcpStream,
    buffer: &mut [u8],
    limit: Option<Duration>,
) -> io::Result<usize> {
    if wait_any(kernel, &[socket], limit)?.is_empty() {
        return Err(io::ErrorKind::TimedOut.into());
    }
    kernel.read(socket, buffer)
}
