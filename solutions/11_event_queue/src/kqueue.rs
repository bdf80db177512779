//! macOS: `kqueue(2)`. The kernel keeps **filters**, one for each direction of a source, and lists those that are
//! active; a wait copies active ones only.

use std::cell::RefCell;
use std::collections::HashMap;
use std::ffi::{c_int, c_void};
use std::io;
pub use std::os::fd::AsFd as Source;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, OwnedFd, RawFd};
use std::ptr;

use crate::{Event, Events, Interest, Token};

mod ffi {
    use super::{Raw, Timespec};
    use std::ffi::c_int;

    unsafe extern "C" {
        /// `kqueue(2)`
        pub safe fn kqueue() -> c_int;
        /// `kevent(2)`
        pub fn kevent(
            kqueue: c_int,
            changes: *const Raw,
            change_count: c_int,
            events: *mut Raw,
            room: c_int,
            timeout: *const Timespec,
        ) -> c_int;
        /// `fcntl(2)`, which takes its third argument as a variadic function does.
        pub fn fcntl(fd: c_int, command: c_int, ...) -> c_int;
    }
}

// <sys/event.h>
/// Readable.
pub const EVFILT_READ: i16 = -1;
/// Writable.
pub const EVFILT_WRITE: i16 = -2;
/// Triggered by the program itself.
pub const EVFILT_USER: i16 = -10;

// <sys/event.h>
/// Adds a filter.
pub const EV_ADD: u16 = 0x0001;
/// Removes a filter. The kernel does so by itself when the descriptor is closed.
pub const EV_DELETE: u16 = 0x0002;
/// Changes a filter that is there.
pub const EV_ENABLE: u16 = 0x0004;
/// Edge-triggered: the filter is reset when it has been reported.
pub const EV_CLEAR: u16 = 0x0020;
/// The answer to this change is an entry of its own.
pub const EV_RECEIPT: u16 = 0x0040;
/// In an answer: `data` is the OS error, 0 for none.
pub const EV_ERROR: u16 = 0x4000;
/// In an event: this direction has come to its end. `fflags` is the socket's error, 0 for none.
pub const EV_EOF: u16 = 0x8000;

// <fcntl.h>
const F_SETFD: c_int = 2;
const FD_CLOEXEC: c_int = 1;

// <sys/errno.h>
const ENOENT: i32 = 2;
const EBADF: i32 = 9;

/// `struct kevent`, `<sys/event.h>`, under `#pragma pack(4)`: a change to a filter, or an active one.
#[repr(C, packed(4))]
#[derive(Clone, Copy, Debug)]
pub struct Raw {
    /// The descriptor.
    pub ident: usize,
    /// `EVFILT_…`
    pub filter: i16,
    /// `EV_…`
    pub flags: u16,
    /// More flags, of the filter's own.
    pub fflags: u32,
    /// A number of the filter's own: bytes to read, room to write. In a receipt, the OS error.
    pub data: isize,
    /// The program's: the kernel keeps it and gives it back. Here it is the token.
    pub udata: *mut c_void,
}

const _: () = assert!(size_of::<Raw>() == 32 && align_of::<Raw>() == 4);
const _: () =
    assert!(std::mem::offset_of!(Raw, data) == 16 && std::mem::offset_of!(Raw, udata) == 24);

// SAFETY: `udata` is a number for us, and nobody follows it.
unsafe impl Send for Raw {}

impl Default for Raw {
    fn default() -> Raw {
        change(0, 0, 0, Token(0))
    }
}

/// `struct timespec`, `<sys/_types/_timespec.h>`
#[repr(C)]
struct Timespec {
    seconds: i64,
    nanoseconds: i64,
}

const _: () = assert!(size_of::<Timespec>() == 16);

/// A kqueue, and what has been registered in it.
#[derive(Debug)]
pub(crate) struct Queue {
    kqueue: OwnedFd,
    /// A kqueue takes a filter that it has for a change, and knows of no sources, only of filters. So this
    /// remembers which descriptors are registered. The kernel has the last word: see `is_registered`.
    sources: RefCell<HashMap<RawFd, (Token, Interest)>>,
}

impl Queue {
    /// Makes a kqueue that programs started by this one do not inherit.
    pub fn new() -> io::Result<Queue> {
        //> // TODO: make the kqueue, let an `OwnedFd` own it, and have it closed on exec. It starts without sources.
        //> todo!("a kqueue, from ffi::kqueue")
        let kqueue = cvt(ffi::kqueue())?;
        // SAFETY: the kernel has just opened this descriptor for us, and nothing else knows its number.
        let kqueue = unsafe { OwnedFd::from_raw_fd(kqueue) };
        // SAFETY: the descriptor is ours, and this command takes a number.
        cvt(unsafe { ffi::fcntl(kqueue.as_raw_fd(), F_SETFD, FD_CLOEXEC) })?;
        Ok(Queue {
            kqueue,
            sources: RefCell::default(),
        })
        //<
    }

    /// Adds the filters that `interest` stands for. `AlreadyExists` if `source` is registered, and then its filters
    /// stay as they are.
    pub fn register(&self, source: &impl AsFd, token: Token, interest: Interest) -> io::Result<()> {
        let fd = source.as_fd().as_raw_fd();
        if self.is_registered(fd)? {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        self.add(fd, token, interest)
    }

    /// Removes the filters of `source` and adds those that `interest` stands for. `NotFound` if it is not
    /// registered.
    pub fn reregister(
        &self,
        source: &impl AsFd,
        token: Token,
        interest: Interest,
    ) -> io::Result<()> {
        let fd = source.as_fd().as_raw_fd();
        if !self.is_registered(fd)? {
            return Err(io::ErrorKind::NotFound.into());
        }
        self.remove(fd)?;
        self.add(fd, token, interest)
    }

    /// Removes the filters of `source`. `NotFound` if it is not registered. Filters that the kernel has removed by
    /// itself, because the descriptor was closed, are a success.
    pub fn deregister(&self, source: &impl AsFd) -> io::Result<()> {
        let fd = source.as_fd().as_raw_fd();
        match self.remove(fd) {
            Ok(true) => Ok(()),
            Ok(false) => Err(io::ErrorKind::NotFound.into()),
            Err(error) => Err(error),
        }
    }

    /// Nothing to do: the kernel sees that a read or write would block.
    pub fn rearm(&self, _source: &impl AsFd, _directions: Interest) -> io::Result<()> {
        Ok(())
    }

    /// Sleeps once, for `timeout_ms` milliseconds at most (`None`: without a limit), and appends what has happened
    /// to `events.list`. The kernel writes to `events.raw`, and to nothing else. `Interrupted` when a signal came.
    pub fn wait(&self, events: &mut Events, timeout_ms: Option<u32>) -> io::Result<()> {
        //> // TODO: call `ffi::kevent` without changes, and make an `Event` of each entry that the kernel has written.
        //> todo!("up to {} events, {timeout_ms:?} ms", events.raw.len())
        let timeout = timeout_ms.map(|timeout_ms| Timespec {
            seconds: i64::from(timeout_ms / 1_000),
            nanoseconds: i64::from(timeout_ms % 1_000) * 1_000_000,
        });
        let timeout = timeout.as_ref().map_or(ptr::null(), ptr::from_ref);
        let room = c_int::try_from(events.raw.len()).unwrap_or(c_int::MAX);
        let (kqueue, raw) = (self.kqueue.as_raw_fd(), events.raw.as_mut_ptr());
        // SAFETY: `raw` points to at least `room` entries, which are borrowed until the call returns; so is the
        // time, if there is one. Without changes no pointer to them is needed.
        let count = cvt(unsafe { ffi::kevent(kqueue, ptr::null(), 0, raw, room, timeout) })?;
        let written = events.raw.iter().take(count as usize);
        events.list.extend(written.map(event));
        Ok(())
        //<
    }

    /// Adds the filters that `interest` stands for: all of them, or none.
    fn add(&self, fd: RawFd, token: Token, interest: Interest) -> io::Result<()> {
        self.sources.borrow_mut().insert(fd, (token, interest));
        submit(self.as_fd(), &additions(fd, token, interest)).inspect_err(|_| {
            // The first error is the one to tell.
            let _ = self.remove(fd);
        })
    }

    /// Removes what is registered for `fd`, and says whether there was anything.
    fn remove(&self, fd: RawFd) -> io::Result<bool> {
        let Some((token, interest)) = self.sources.borrow_mut().remove(&fd) else {
            return Ok(false);
        };
        let mut changes = additions(fd, token, interest);
        for change in &mut changes {
            change.flags = EV_DELETE | EV_RECEIPT;
        }
        match submit(self.as_fd(), &changes) {
            Err(error) if !is_forgotten(&error) => Err(error),
            _ => Ok(true),
        }
    }

    /// Whether `fd` is registered. Its number may be that of a descriptor that was registered and closed, and then
    /// the kernel has removed the filters: it is asked to change them to what they are.
    fn is_registered(&self, fd: RawFd) -> io::Result<bool> {
        let Some((token, interest)) = self.sources.borrow().get(&fd).copied() else {
            return Ok(false);
        };
        let mut changes = additions(fd, token, interest);
        for change in &mut changes {
            change.flags = EV_ENABLE | EV_RECEIPT;
        }
        match submit(self.as_fd(), &changes) {
            Ok(()) => Ok(true),
            Err(error) if is_forgotten(&error) => {
                self.sources.borrow_mut().remove(&fd);
                Ok(false)
            }
            Err(error) => Err(error),
        }
    }
}

/// Has `kqueue` make `changes`, each of them if it can. The error of the first that it could not make. Every change
/// must ask for a receipt (`EV_RECEIPT`). Chapter 12 adds and triggers its `EVFILT_USER` with it.
pub fn submit(kqueue: BorrowedFd<'_>, changes: &[Raw]) -> io::Result<()> {
    //> // TODO: call `ffi::kevent` with room for a receipt for each change, and read the receipts.
    //> todo!("make {} changes and read their receipts", changes.len())
    let mut receipts = vec![Raw::default(); changes.len()];
    let count = c_int::try_from(changes.len()).map_err(|_| io::ErrorKind::InvalidInput)?;
    let (kqueue, room) = (kqueue.as_raw_fd(), receipts.as_mut_ptr());
    // SAFETY: both pointers are to `count` entries, borrowed until the call returns. With as much room as there are
    // receipts, it does not wait.
    let count =
        cvt(unsafe { ffi::kevent(kqueue, changes.as_ptr(), count, room, count, ptr::null()) })?;
    for receipt in receipts.iter().take(count as usize) {
        let Raw { flags, data, .. } = *receipt;
        if flags & EV_ERROR != 0 && data != 0 {
            return Err(io::Error::from_raw_os_error(data as i32));
        }
    }
    Ok(())
    //<
}

impl AsFd for Queue {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.kqueue.as_fd()
    }
}

/// The filter is no more, or the descriptor is not open.
fn is_forgotten(error: &io::Error) -> bool {
    matches!(error.raw_os_error(), Some(ENOENT | EBADF))
}

/// The changes that add the filters of `interest`: one for each direction, both with the token, each to be
/// answered by a receipt.
fn additions(fd: RawFd, token: Token, interest: Interest) -> Vec<Raw> {
    //> // TODO: put together the changes.
    //> todo!("the filters of {fd} for {interest:?}, under {token:?}")
    let mut flags = EV_ADD | EV_RECEIPT;
    if interest.is_edge() {
        flags |= EV_CLEAR;
    }
    let mut changes = Vec::with_capacity(2);
    if interest.is_readable() {
        changes.push(change(fd, EVFILT_READ, flags, token));
    }
    if interest.is_writable() {
        changes.push(change(fd, EVFILT_WRITE, flags, token));
    }
    changes
    //<
}

/// What an active filter means, in the sense of [`Event`]'s methods. A broken connection makes a source readable and
/// writable: a read or a write returns at once, with the error. A user filter is readable.
fn event(raw: &Raw) -> Event {
    //> // TODO: which filters and flags mean readable, writable, read-closed, error?
    //> todo!("what {raw:?} means")
    let Raw {
        filter,
        flags,
        fflags,
        udata,
        ..
    } = *raw;
    let ended = flags & EV_EOF != 0;
    let error = flags & EV_ERROR != 0 || (ended && filter != EVFILT_USER && fflags != 0);
    Event {
        token: Token(udata.addr()),
        readable: filter == EVFILT_READ || filter == EVFILT_USER || error,
        writable: filter == EVFILT_WRITE || error,
        read_closed: ended && filter == EVFILT_READ,
        error,
    }
    //<
}

/// A change to the filter of one direction of `fd`.
fn change(fd: RawFd, filter: i16, flags: u16, token: Token) -> Raw {
    Raw {
        ident: fd as usize,
        filter,
        flags,
        fflags: 0,
        data: 0,
        udata: ptr::without_provenance_mut(token.0),
    }
}

/// What a system call has returned, or the error if it is -1.
fn cvt(returned: c_int) -> io::Result<c_int> {
    match returned {
        -1 => Err(io::Error::last_os_error()),
        returned => Ok(returned),
    }
}
