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
    //> // TODO: None is -1. Otherwise the number of milliseconds, rounded up: `Duration` has `as_nanos`, and
    //> // integers have `div_ceil`. `c_int::try_from` says when that is too much.
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
/// connection, or an error is there to be fetched.
///
/// # Errors
///
/// What [`Kernel::poll`] says, except `Interrupted`; and `InvalidInput` when the kernel says that one of
/// `sockets` is no open socket.
pub fn wait_any(
    kernel: &impl Kernel,
    sockets: &[&TcpStream],
    limit: Option<Duration>,
) -> io::Result<Vec<usize>> {
    //> // TODO: first work out the deadline, the moment at which the time is over: `kernel.now()`, and
    //> // `checked_add` of `Instant`, which is None for a moment too far away to matter. Make a `PollFd` for
    //> // each socket. Then, in a loop, `kernel.poll` them for the time that is left now.
    //> //
    //> // Interrupted: again. Another error: the caller's. 0: over when the clock says so too, otherwise again.
    //> // More: the positions of those whose `revents` are not 0, whatever is in them. One bit is
    //> // different: `POLLNVAL` in any entry, whatever else is set, is a mistake of ours, and an error of the
    //> // kind `InvalidInput`. With a limit of zero there is still one look.
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
