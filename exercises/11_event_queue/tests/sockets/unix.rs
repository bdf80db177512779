//! Linux and macOS: descriptors.

use std::ffi::c_int;
use std::mem;
use std::net::TcpStream;
use std::os::fd::{AsFd, AsRawFd, IntoRawFd, OwnedFd};
#[cfg(target_os = "linux")]
use std::{
    ffi::c_uint,
    fs::File,
    io::{self, Write},
    os::fd::FromRawFd,
};

#[cfg(target_os = "linux")]
use event_queue::Interest;
#[cfg(target_os = "macos")]
use event_queue::kqueue::{EV_ADD, EV_CLEAR, EV_RECEIPT, EVFILT_USER, Raw, submit};

use event_queue::{EventQueue, Token};

unsafe extern "C" {
    /// `close(2)`
    fn close(fd: c_int) -> c_int;
    /// `fcntl(2)`
    fn fcntl(fd: c_int, command: c_int, ...) -> c_int;
}

/// The number by which the system knows a socket.
pub fn number(source: &TcpStream) -> usize {
    source.as_raw_fd() as usize
}

/// Closes the descriptor of `source` as careless C code would, calls `f` with what is left, and forgets it.
pub fn close_behind<T>(source: TcpStream, f: impl FnOnce(&TcpStream) -> T) -> T {
    // SAFETY: this is a process of its own with one thread, so nobody else gets the number until `source`, which
    // does not know, is forgotten below.
    unsafe { close(source.as_raw_fd()) };
    let value = f(&source);
    let _ = source.into_raw_fd();
    value
}

/// The same with the descriptor of `queue`.
pub fn close_queue_behind<T>(queue: EventQueue, f: impl FnOnce(&EventQueue) -> T) -> T {
    // SAFETY: as in `close_behind`; `queue` does not know, and is forgotten below.
    unsafe { close(queue.as_fd().as_raw_fd()) };
    let value = f(&queue);
    mem::forget(queue);
    value
}

/// Whether programs that this one starts get the queue's descriptor.
pub fn is_inherited(queue: &EventQueue) -> bool {
    const F_GETFD: c_int = 1; // <fcntl.h>, the same number on both systems, as is the next
    const FD_CLOEXEC: c_int = 1;
    // SAFETY: the descriptor is open, and the command takes no argument.
    let flags = unsafe { fcntl(queue.as_fd().as_raw_fd(), F_GETFD) };
    flags & FD_CLOEXEC == 0
}

/// An event from the program itself.
#[cfg(target_os = "linux")]
pub struct Poke(OwnedFd);

#[cfg(target_os = "linux")]
impl Poke {
    /// An `eventfd(2)`, registered under `token`.
    pub fn new(queue: &EventQueue, token: Token) -> Poke {
        unsafe extern "C" {
            safe fn eventfd(value: c_uint, flags: c_int) -> c_int;
        }
        let fd = eventfd(0, 0);
        assert!(fd >= 0, "no eventfd: {}", io::Error::last_os_error());
        // SAFETY: the kernel has just opened this descriptor for us.
        let fd = unsafe { OwnedFd::from_raw_fd(fd) };
        let registered = queue.register(&fd, token, Interest::READABLE);
        registered.unwrap_or_else(|error| panic!("register of an eventfd failed: {error}"));
        Poke(fd)
    }

    pub fn poke(&self) {
        let fd = self.0.try_clone().expect("a descriptor can be copied");
        let written = File::from(fd).write(&1_u64.to_ne_bytes());
        written.expect("an eventfd takes eight bytes");
    }
}

/// An event from the program itself.
#[cfg(target_os = "macos")]
pub struct Poke(OwnedFd, Raw);

#[cfg(target_os = "macos")]
impl Poke {
    /// An `EVFILT_USER` of the queue's kqueue, with `token`.
    pub fn new(queue: &EventQueue, token: Token) -> Poke {
        let change = Raw {
            filter: EVFILT_USER,
            flags: EV_ADD | EV_CLEAR | EV_RECEIPT,
            udata: std::ptr::without_provenance_mut(token.0),
            ..Raw::default()
        };
        submit(queue.as_fd(), &[change]).expect("a kqueue takes a user filter");
        let queue = queue.as_fd().try_clone_to_owned();
        Poke(queue.expect("a kqueue can be copied"), change)
    }

    pub fn poke(&self) {
        const NOTE_TRIGGER: u32 = 0x0100_0000; // <sys/event.h>
        let change = Raw {
            flags: EV_RECEIPT,
            fflags: NOTE_TRIGGER,
            ..self.1
        };
        submit(self.0.as_fd(), &[change]).expect("the filter is there");
    }
}
