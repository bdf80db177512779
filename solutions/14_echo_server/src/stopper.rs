//! Stops a server from any other thread.
//!
//! The rule: the wish first, then the wake. The server acknowledges first, and then looks for the wish.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use event_queue::{EventQueue, Token};
use waker::Waker;

/// A handle with which another thread stops the server. Its clones belong to the same server.
#[derive(Clone, Debug)]
pub struct Stopper {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    waker: Waker,
    wanted: AtomicBool,
}

impl Stopper {
    pub(crate) fn new(queue: &EventQueue, token: Token) -> io::Result<Stopper> {
        Ok(Stopper {
            shared: Arc::new(Shared {
                waker: Waker::new(queue, token)?,
                wanted: AtomicBool::new(false),
            }),
        })
    }

    /// Asks the server to stop, and does not wait for that. The second time changes nothing.
    ///
    /// # Errors
    ///
    /// The OS error when the server could not be woken. It stops all the same, when something else wakes it.
    pub fn stop(&self) -> io::Result<()> {
        self.shared.wanted.store(true, Ordering::Release);
        self.shared.waker.wake()
    }

    /// Whether a stop is wanted. The server calls this when its wait had an event of the waker.
    pub(crate) fn acknowledge(&self) -> bool {
        self.shared.waker.acknowledge();
        self.shared.wanted.load(Ordering::Acquire)
    }
}
