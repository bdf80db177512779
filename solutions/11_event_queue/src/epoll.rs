//! Linux: `epoll(7)`. The kernel keeps the interest list and the ready list; a wait copies ready entries only.

use std::ffi::c_int;
use std::io;
pub use std::os::fd::AsFd as Source;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, OwnedFd, RawFd};

use crate::{Event, Events, Interest, Token};

mod ffi {
    use super::Raw;
    use std::ffi::c_int;

    unsafe extern "C" {
        /// `epoll_create1(2)`
        pub safe fn epoll_create1(flags: c_int) -> c_int;
        /// `epoll_ctl(2)`
        pub fn epoll_ctl(epoll: c_int, operation: c_int, fd: c_int, event: *mut Raw) -> c_int;
        /// `epoll_wait(2)`
        pub fn epoll_wait(epoll: c_int, events: *mut Raw, room: c_int, timeout_ms: c_int) -> c_int;
    }
}

// <sys/epoll.h>
const EPOLL_CTL_ADD: c_int = 1;
const EPOLL_CTL_DEL: c_int = 2;
const EPOLL_CTL_MOD: c_int = 3;

// <bits/epoll.h>: octal 02000000, as O_CLOEXEC.
const EPOLL_CLOEXEC: c_int = 0x8_0000;

// <sys/epoll.h>
/// There is something to read.
const EPOLLIN: u32 = 0x001;
/// There is room to write.
const EPOLLOUT: u32 = 0x004;
/// There is an error to fetch. Never asked for, always told.
const EPOLLERR: u32 = 0x008;
/// Both directions are closed. Never asked for, always told.
const EPOLLHUP: u32 = 0x010;
/// The peer will send no more.
const EPOLLRDHUP: u32 = 0x2000;
/// Edge-triggered.
const EPOLLET: u32 = 1 << 31;

/// `<errno-base.h>`: the descriptor is not open.
const EBADF: i32 = 9;

/// `struct epoll_event`, `<sys/epoll.h>`: what goes into the interest list and comes out of the ready list. On
/// x86_64 it is packed, so that 32-bit programs have the same layout; on every other processor it is not.
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(target_arch = "x86_64", repr(C, packed))]
#[cfg_attr(not(target_arch = "x86_64"), repr(C))]
pub struct Raw {
    bits: u32,
    /// The program's: the kernel keeps it and gives it back.
    data: u64,
}

#[cfg(target_arch = "x86_64")]
const _: () = assert!(size_of::<Raw>() == 12 && std::mem::offset_of!(Raw, data) == 4);
#[cfg(target_arch = "aarch64")]
const _: () = assert!(size_of::<Raw>() == 16 && std::mem::offset_of!(Raw, data) == 8);

/// An epoll instance.
#[derive(Debug)]
pub struct Queue {
    epoll: OwnedFd,
}

impl Queue {
    /// Makes an epoll instance that programs started by this one do not inherit.
    pub fn new() -> io::Result<Queue> {
        //> // TODO: make the instance, and let an `OwnedFd` own it.
        //> todo!("an epoll instance, from ffi::epoll_create1")
        let epoll = cvt(ffi::epoll_create1(EPOLL_CLOEXEC))?;
        // SAFETY: the kernel has just opened this descriptor for us, and nothing else knows its number.
        let epoll = unsafe { OwnedFd::from_raw_fd(epoll) };
        Ok(Queue { epoll })
        //<
    }

    /// Adds `source` to the interest list. `AlreadyExists` if it is on it, and then the entry stays as it is.
    pub fn register(&self, source: &impl AsFd, token: Token, interest: Interest) -> io::Result<()> {
        //> // TODO: one call of `control`.
        //> todo!("register a source under {token:?} for {interest:?}")
        self.control(
            EPOLL_CTL_ADD,
            source.as_fd().as_raw_fd(),
            entry(token, interest),
        )
        //<
    }

    /// Changes the entry of `source`. `NotFound` if there is none.
    pub fn reregister(
        &self,
        source: &impl AsFd,
        token: Token,
        interest: Interest,
    ) -> io::Result<()> {
        //> // TODO: one call of `control`.
        //> todo!("change a source to {token:?} and {interest:?}")
        self.control(
            EPOLL_CTL_MOD,
            source.as_fd().as_raw_fd(),
            entry(token, interest),
        )
        //<
    }

    /// Removes the entry of `source`. `NotFound` if there is none. For a descriptor that is closed it is a success:
    /// the kernel removed the entry then.
    pub fn deregister(&self, source: &impl AsFd) -> io::Result<()> {
        //> // TODO: one call of `control`, and one error that is none.
        //> todo!("deregister {:?}", source.as_fd())
        match self.control(EPOLL_CTL_DEL, source.as_fd().as_raw_fd(), Raw::default()) {
            Err(error) if error.raw_os_error() == Some(EBADF) => Ok(()),
            answer => answer,
        }
        //<
    }

    /// Nothing to do: the kernel sees that a read or write would block.
    pub fn rearm(&self, _source: &impl AsFd, _directions: Interest) -> io::Result<()> {
        Ok(())
    }

    /// Sleeps once, for `timeout_ms` milliseconds at most (`None`: without a limit), and appends what has happened
    /// to `events.list`. The kernel writes to `events.raw`, and to nothing else. `Interrupted` when a signal came.
    pub fn wait(&self, events: &mut Events, timeout_ms: Option<u32>) -> io::Result<()> {
        //> // TODO: call `ffi::epoll_wait`, and make an `Event` of each entry that the kernel has written.
        //> todo!("up to {} events, {timeout_ms:?} ms", events.raw.len())
        let timeout_ms = match timeout_ms {
            None => -1,
            Some(timeout_ms) => c_int::try_from(timeout_ms).unwrap_or(c_int::MAX),
        };
        let room = c_int::try_from(events.raw.len()).unwrap_or(c_int::MAX);
        let (epoll, raw) = (self.epoll.as_raw_fd(), events.raw.as_mut_ptr());
        // SAFETY: `raw` points to at least `room` entries, which are borrowed until the call returns.
        let count = cvt(unsafe { ffi::epoll_wait(epoll, raw, room, timeout_ms) })?;
        let written = events.raw.iter().take(count as usize);
        events.list.extend(written.map(event));
        Ok(())
        //<
    }

    /// `epoll_ctl(2)`: does `operation` with the entry of `fd`.
    fn control(&self, operation: c_int, fd: RawFd, mut entry: Raw) -> io::Result<()> {
        // SAFETY: `entry` is an `epoll_event` of this function's own; the kernel copies it before it returns. A
        // number that is no descriptor is an error and not a danger.
        cvt(unsafe { ffi::epoll_ctl(self.epoll.as_raw_fd(), operation, fd, &mut entry) })?;
        Ok(())
    }
}

impl AsFd for Queue {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.epoll.as_fd()
    }
}

/// The entry for a source: `token` as the data that comes back, and the bits that `interest` stands for. A reader
/// wants to hear of the end of the stream too. A source that nobody reads must not be ready because of it.
fn entry(token: Token, interest: Interest) -> Raw {
    //> // TODO: put together the bits, and the token.
    //> todo!("{token:?} and the bits of {interest:?}")
    let mut bits = 0;
    if interest.is_readable() {
        bits |= EPOLLIN | EPOLLRDHUP;
    }
    if interest.is_writable() {
        bits |= EPOLLOUT;
    }
    if interest.is_edge() {
        bits |= EPOLLET;
    }
    Raw {
        bits,
        data: token.0 as u64,
    }
    //<
}

/// What an entry of the ready list means, in the sense of [`Event`]'s methods. Readable is everything after which a
/// read returns at once, and writable everything after which a write does, be it with an error.
fn event(raw: &Raw) -> Event {
    //> // TODO: which bits mean readable, writable, read-closed, error?
    //> todo!("what {raw:?} means")
    let Raw { bits, data } = *raw;
    let any = |wanted: u32| bits & wanted != 0;
    Event {
        token: Token(data as usize),
        readable: any(EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR),
        writable: any(EPOLLOUT | EPOLLHUP | EPOLLERR),
        read_closed: any(EPOLLRDHUP | EPOLLHUP),
        error: any(EPOLLERR),
    }
    //<
}

/// What a system call has returned, or the error if it is -1.
fn cvt(returned: c_int) -> io::Result<c_int> {
    match returned {
        -1 => Err(io::Error::last_os_error()),
        returned => Ok(returned),
    }
}
