//! The public type: one wait in the kernel for any number of sources.

use std::cell::Cell;
use std::io;
#[cfg(unix)]
use std::os::fd::{AsFd, BorrowedFd};
#[cfg(windows)]
use std::os::windows::io::{AsHandle, BorrowedHandle};
use std::time::{Duration, Instant};

use crate::wait::{Kernel, wait_until};
use crate::{Events, Interest, Source, Token, system};

/// A list in the kernel of sources, each with what the program wants to hear about it.
///
/// The queue belongs to one thread at a time: it may be sent to another, and not shared. Another thread reaches
/// it through the kernel. That is the seam on which chapter 12 builds its waker: on Unix the queue lends its
/// descriptor (`AsFd`); an `eventfd` is a source as any other, and an `EVFILT_USER` of a kqueue becomes a
/// readable event with the token in its `udata`. On Windows it lends its port (`AsHandle`); a packet posted
/// to it without an overlapped block becomes a readable event with the completion key for its token.
///
/// # What it promises about sources that come and go
///
/// - A source may be closed while it is registered: the kernel then forgets it. In no order of closing sources
///   and dropping the queue does the kernel write to memory that is no longer the queue's.
/// - Once `deregister` has returned, no later `wait` has an event of that registration, and neither a new
///   source with the same token nor one with the same descriptor number gets one that was meant for it.
/// - The events of the wait *before* are already yours, and the queue cannot take them back. If you close a
///   source while you go through a batch, and give its token to a new one, an event of the old one may still
///   follow in that batch. Put a generation into the token, or free tokens after the batch.
/// - Deregister before you close. Linux forgets a source when its last copy is closed, and a copy that is still
///   open keeps reporting under the old token. `try_clone` makes copies, and so does starting a program, until
///   the program runs.
/// - On Windows the queue knows a source by its number. If you close one that has just been reported, without
///   deregistering it, and another socket gets that number, the queue may look at the other one.
#[derive(Debug)]
pub struct EventQueue {
    system: system::Queue,
    waits: Cell<u64>,
}

/// It may be sent to another thread, and so may events.
const _: fn() = || {
    fn can_be_sent<T: Send>() {}
    can_be_sent::<(EventQueue, Events)>();
};

impl EventQueue {
    /// Makes an empty queue. `epoll_create1(2)`, `kqueue(2)`, `CreateIoCompletionPort`
    ///
    /// # Errors
    ///
    /// The OS error, for example when the process has no descriptor left.
    pub fn new() -> io::Result<EventQueue> {
        Ok(EventQueue {
            system: system::Queue::new()?,
            waits: Cell::new(0),
        })
    }

    /// Puts `source` on the list. From the next wait on it is reported under `token`, also when it was ready
    /// before. It should be non-blocking, because readiness is a hint: what made it ready may be gone.
    ///
    /// # Errors
    ///
    /// `AlreadyExists` for a source that is on the list, which stays as it is; `PermissionDenied` on Linux for a
    /// file, which is always ready; and every other OS error.
    pub fn register(
        &self,
        source: &impl Source,
        token: Token,
        interest: Interest,
    ) -> io::Result<()> {
        self.system.register(source, token, interest)
    }

    /// Gives a source on the list a new token and a new interest. If it is ready it is reported afresh, also
    /// when it is edge-triggered.
    ///
    /// # Errors
    ///
    /// `NotFound` for a source that is not on the list, and every other OS error.
    pub fn reregister(
        &self,
        source: &impl Source,
        token: Token,
        interest: Interest,
    ) -> io::Result<()> {
        self.system.reregister(source, token, interest)
    }

    /// Takes `source` off the list. A source that was closed behind its owner's back is off already, and that
    /// is a success.
    ///
    /// # Errors
    ///
    /// `NotFound` for a source that is not on the list, and every other OS error.
    pub fn deregister(&self, source: &impl Source) -> io::Result<()> {
        self.system.deregister(source)
    }

    /// Tells the queue that an edge-triggered source has just said `WouldBlock`, to a read, a write, or both.
    /// epoll and kqueue know that by themselves, and there this costs nothing. Windows does not: there a source
    /// that has been reported is reported again only after this call.
    ///
    /// # Errors
    ///
    /// `NotFound` on Windows for a source that is not on the list.
    pub fn rearm(&self, source: &impl Source, directions: Interest) -> io::Result<()> {
        self.system.rearm(source, directions)
    }

    /// Sleeps until a source is ready or `timeout` is over. Returns how many events there are, and leaves them
    /// in `events` in place of those of the last wait. 0 means that the time is over.
    ///
    /// A time is rounded up to whole milliseconds. `Some(Duration::ZERO)` looks and does not sleep, `None` and
    /// `Some(Duration::MAX)` wait for as long as it takes. A signal neither ends a wait nor extends it. One
    /// source may have two events in a batch, one for each direction.
    ///
    /// # Errors
    ///
    /// The OS error, never `Interrupted`.
    pub fn wait(&self, events: &mut Events, timeout: Option<Duration>) -> io::Result<usize> {
        events.list.clear();
        wait_until(
            &mut Sleep {
                queue: self,
                events,
            },
            timeout,
        )
    }

    /// How often this queue has asked the kernel to sleep or to look. A loop that has nothing to do and counts
    /// up here is spinning.
    pub fn waits(&self) -> u64 {
        self.waits.get()
    }
}

/// The real kernel behind a wait.
struct Sleep<'wait> {
    queue: &'wait EventQueue,
    events: &'wait mut Events,
}

impl Kernel for Sleep<'_> {
    fn wait(&mut self, timeout_ms: Option<u32>) -> io::Result<usize> {
        self.queue.waits.set(self.queue.waits.get() + 1);
        self.queue.system.wait(self.events, timeout_ms)?;
        Ok(self.events.len())
    }

    fn now(&self) -> Instant {
        Instant::now()
    }
}

/// The descriptor of the queue itself: readable when `wait` would have an event.
#[cfg(unix)]
impl AsFd for EventQueue {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.system.as_fd()
    }
}

/// The completion port.
#[cfg(windows)]
impl AsHandle for EventQueue {
    fn as_handle(&self) -> BorrowedHandle<'_> {
        self.system.as_handle()
    }
}
