//! A queue of values for a thread that sleeps in the kernel.
//!
//! The rule: the value first, then the wake. The acknowledgement first, then the look.

use std::collections::VecDeque;
use std::fmt;
use std::io;

use channel::{Receiver, Sender, channel};

use crate::{Bell, Signal, Waker};

/// Values from any thread for one loop, and the waker that tells it of them.
pub struct Mailbox<T, S = Bell> {
    sender: Sender<T>,
    receiver: Receiver<T>,
    waker: Waker<S>,
}

impl<T, S: Signal> Mailbox<T, S> {
    /// An empty mailbox whose values are announced by `waker`.
    pub fn new(waker: Waker<S>) -> Mailbox<T, S> {
        let (sender, receiver) = channel();
        Mailbox {
            sender,
            receiver,
            waker,
        }
    }

    /// Puts `value` in and wakes the loop. May be called from any thread, and never waits for the loop.
    ///
    /// # Errors
    ///
    /// The OS error when the loop could not be woken. The value is in the mailbox all the same, and is collected
    /// with the next ones.
    pub fn post(&self, value: T) -> io::Result<()> {
        //> // TODO: put the value in, and wake the loop.
        //> todo!("post a value")
        let sent = self.sender.send(value);
        debug_assert!(sent.is_ok(), "the receiver lives as long as the mailbox");
        self.waker.wake()
        //<
    }

    /// Takes all values, the oldest first. The loop calls this when its wait had an event for the waker's token.
    ///
    /// A value that is posted at the same time is either among them, or its wake ends the next wait.
    pub fn collect(&self) -> VecDeque<T> {
        //> // TODO: acknowledge the wake, and take all values.
        //> todo!("collect {} values", self.receiver.len())
        self.waker.acknowledge();
        self.receiver.take_all()
        //<
    }

    /// The waker, to wake the loop without a value.
    pub fn waker(&self) -> &Waker<S> {
        &self.waker
    }
}

// What is in the mailbox is not shown: `T` need not be printable.
impl<T, S> fmt::Debug for Mailbox<T, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Mailbox(..)")
    }
}
