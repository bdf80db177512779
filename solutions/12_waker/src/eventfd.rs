//! Linux: an `eventfd(2)`, a counter in the kernel that is readable while it is not zero.

use std::ffi::{c_int, c_uint, c_void};
use std::io;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};

use event_queue::{EventQueue, Interest, Token};

unsafe extern "C" {
    /// `eventfd(2)`
    safe fn eventfd(initial: c_uint, flags: c_int) -> c_int;
    /// `write(2)`
    fn write(fd: c_int, bytes: *const c_void, count: usize) -> isize;
}

/// `<bits/eventfd.h>`: octal 02000000, as `O_CLOEXEC`.
const EFD_CLOEXEC: c_int = 0x8_0000;
/// `<bits/eventfd.h>`: octal 04000, as `O_NONBLOCK`.
const EFD_NONBLOCK: c_int = 0x800;

/// A counter that the queue watches.
#[derive(Debug)]
pub struct Bell {
    counter: OwnedFd,
}

impl Bell {
    /// Makes a counter of zero that programs started by this one do not inherit, and registers it.
    ///
    /// The registration is edge-triggered: each ring is reported once, and nobody has to read the counter.
    ///
    /// # Errors
    ///
    /// The OS error, for example when the process has no descriptor left.
    pub fn new(queue: &EventQueue, token: Token) -> io::Result<Bell> {
        //> // TODO: make the counter, let an `OwnedFd` own it, and register it.
        //> todo!("a counter that {queue:?} reports under {token:?}")
        let counter = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
        if counter == -1 {
            return Err(io::Error::last_os_error());
        }
        // SAFETY: the kernel has just opened this descriptor for us, and nothing else knows its number.
        let counter = unsafe { OwnedFd::from_raw_fd(counter) };
        queue.register(&counter, token, Interest::READABLE.edge())?;
        Ok(Bell { counter })
        //<
    }

    /// Adds 1 to the counter. Never blocks.
    ///
    /// # Errors
    ///
    /// The OS error.
    pub fn ring(&self) -> io::Result<()> {
        //> // TODO: write a 1 to the counter. It takes eight bytes, never fewer.
        //> todo!("ring {:?}", self.counter)
        let one = 1_u64.to_ne_bytes();
        // SAFETY: `one` is eight bytes of this function's own, and the kernel only reads them.
        let written = unsafe { write(self.counter.as_raw_fd(), one.as_ptr().cast(), one.len()) };
        if written == -1 {
            return Err(io::Error::last_os_error());
        }
        Ok(())
        //<
    }
}
