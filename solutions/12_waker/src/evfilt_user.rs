//! macOS: an `EVFILT_USER`, a filter of the kqueue that the program triggers itself. See `kevent(2)`.

use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::ptr;

use event_queue::kqueue::{EV_ADD, EV_CLEAR, EV_RECEIPT, EVFILT_USER, Raw, submit};
use event_queue::{EventQueue, Token};

/// `NOTE_TRIGGER`, `<sys/event.h>`: the filter becomes active.
const NOTE_TRIGGER: u32 = 0x0100_0000;

/// A filter that belongs to the queue, not to a descriptor.
#[derive(Debug)]
pub struct Bell {
    /// A second descriptor of the queue's kqueue, so that the bell may outlive the queue.
    kqueue: OwnedFd,
    token: Token,
}

impl Bell {
    /// Adds the filter to the queue. Its identifier is the token.
    ///
    /// The filter resets itself (`EV_CLEAR`): each ring is reported once, and nobody has to silence it.
    ///
    /// # Errors
    ///
    /// The OS error, for example when the process has no descriptor left.
    pub fn new(queue: &EventQueue, token: Token) -> io::Result<Bell> {
        //> // TODO: keep a descriptor of the kqueue that is the bell's own, and add the filter.
        //> todo!("a filter that {queue:?} reports under {token:?}")
        let kqueue = queue.as_fd().try_clone_to_owned()?;
        submit(kqueue.as_fd(), &[change(token, EV_ADD | EV_CLEAR, 0)])?;
        Ok(Bell { kqueue, token })
        //<
    }

    /// Triggers the filter. Never blocks.
    ///
    /// # Errors
    ///
    /// The OS error.
    pub fn ring(&self) -> io::Result<()> {
        //> // TODO: one change of the filter, with NOTE_TRIGGER.
        //> todo!("trigger the filter of {:?}", self.token)
        submit(self.kqueue.as_fd(), &[change(self.token, 0, NOTE_TRIGGER)])
        //<
    }
}

/// A change to the filter of `token`, with a receipt.
fn change(token: Token, flags: u16, fflags: u32) -> Raw {
    Raw {
        ident: token.0,
        filter: EVFILT_USER,
        flags: flags | EV_RECEIPT,
        fflags,
        data: 0,
        udata: ptr::without_provenance_mut(token.0),
    }
}
