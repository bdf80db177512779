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
    //> // TODO: a number, or -1.
    //> todo!("{limit:?} in milliseconds")
    match limit {
        None => -1,
        Some(limit) => c_int::try_from(limit.as_nanos().div_ceil(1_000_000)).unwrap_or(c_int::MAX),
    }
    //<
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
    //> // TODO: poll until there is something to say. When do you poll again, and for how long?
    //> todo!("wait for {} sockets, {limit:?} at most", sockets.len())
    let deadline = limit.and_then(|limit| kernel.now().checked_add(limit));
    let mut entries: Vec<PollFd> = sockets.iter().map(|socket| PollFd::new(socket)).collect();
    loop {
        // What is left, not the whole limit: with a signal every second, that would never be over.
        let left = deadline.map(|deadline| deadline.saturating_duration_since(kernel.now()));
        match kernel.poll(&mut entries, timeout_ms(left)) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
            Ok(0) if deadline.is_some_and(|deadline| kernel.now() >= deadline) => {
                return Ok(Vec::new());
            }
            // The limit was longer than `poll` can say, or the system's clock ticks coarsely and it came
            // back a little early.
            Ok(0) => {}
            Ok(_) => break,
        }
    }
    if entries.iter().any(|entry| entry.revents & POLLNVAL != 0) {
        return Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "poll: not an open socket",
        ));
    }
    let ready = entries
        .iter()
        .enumerate()
        .filter(|(_, entry)| entry.revents != 0);
    Ok(ready.map(|(position, _)| position).collect())
    //<
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
