//! Windows: a packet that the program posts to the completion port itself.

use std::io;
use std::os::windows::io::{AsHandle, AsRawHandle, OwnedHandle, RawHandle};
use std::ptr;

use event_queue::{EventQueue, Token};

#[link(name = "kernel32")]
unsafe extern "system" {
    /// `PostQueuedCompletionStatus`, `<ioapiset.h>`
    fn PostQueuedCompletionStatus(
        port: RawHandle,
        bytes: u32,
        key: usize,
        overlapped: *mut std::ffi::c_void,
    ) -> i32;
}

/// Posts packets to the port of a queue.
#[derive(Debug)]
pub struct Bell {
    /// A second handle of the queue's port, so that the bell may outlive the queue.
    port: OwnedHandle,
    token: Token,
}

impl Bell {
    /// Makes a bell. The port needs to know nothing of it.
    ///
    /// # Errors
    ///
    /// The OS error.
    pub fn new(queue: &EventQueue, token: Token) -> io::Result<Bell> {
        //> // TODO: keep a handle of the port that is the bell's own.
        //> todo!("a bell that {queue:?} reports under {token:?}")
        let port = queue.as_handle().try_clone_to_owned()?;
        Ok(Bell { port, token })
        //<
    }

    /// Posts a packet with the token for its key, and no overlapped block. Never blocks.
    ///
    /// # Errors
    ///
    /// The OS error.
    pub fn ring(&self) -> io::Result<()> {
        //> // TODO: post the packet. See how chapter 11 tells it from the packet of a poll.
        //> todo!("post a packet with the key {:?}", self.token)
        let port = self.port.as_raw_handle();
        // SAFETY: the handle is ours and open. No overlapped block means that nobody follows a pointer.
        let ok = unsafe { PostQueuedCompletionStatus(port, 0, self.token.0, ptr::null_mut()) };
        if ok == 0 {
            return Err(io::Error::last_os_error());
        }
        Ok(())
        //<
    }
}
