//! From polls that end after one answer to sources that stay registered.
//!
//! Each source has one [`Poll`]. It is **armed** while the poll is pending, for the events in `armed`. An answer
//! disarms it, and the next wait arms it again: that makes it level-triggered. Edge-triggered sources are not armed
//! again for what they have reported, until [`Sources::rearm`] says that it is used up.

use std::collections::HashMap;
use std::io;
use std::os::windows::io::{AsRawSocket, BorrowedHandle, BorrowedSocket, RawSocket};
use std::sync::Arc;

use crate::Token;
use crate::afd::{ABORT, Afd, CONNECT_FAIL, LOCAL_CLOSE, Poll};

/// What is asked for whatever the interest is.
const ALWAYS: u32 = ABORT | CONNECT_FAIL | LOCAL_CLOSE;

/// `ERROR_INVALID_HANDLE`, `<winerror.h>`
const ERROR_INVALID_HANDLE: i32 = 6;

#[derive(Debug)]
struct Source {
    socket: RawSocket,
    token: Token,
    /// The events that the program wants to hear of.
    wanted: u32,
    edge: bool,
    /// Of an edge-triggered source: the events that it has reported.
    reported: u32,
    /// The events that the pending poll asks for; 0 when none is pending.
    armed: u32,
    /// It stands in `Sources::to_arm`.
    queued: bool,
    /// Deregistered, and only waiting for its packet.
    removed: bool,
    poll: Poll,
}

impl Source {
    fn asks_for(&self) -> u32 {
        (self.wanted | ALWAYS) & !self.reported
    }
}

/// The sources of a queue, by the key of their packets.
#[derive(Debug, Default)]
pub struct Sources {
    sources: HashMap<usize, Source>,
    keys: HashMap<RawSocket, usize>,
    last_key: usize,
    to_arm: Vec<usize>,
    drivers: Vec<Arc<Afd>>,
}

impl Sources {
    /// The key under which `socket` is registered.
    pub fn key(&self, socket: BorrowedSocket<'_>) -> Option<usize> {
        self.keys.get(&socket.as_raw_socket()).copied()
    }

    /// Whether a packet of this source is to come.
    pub fn is_armed(&self, key: usize) -> bool {
        self.sources
            .get(&key)
            .is_some_and(|source| source.poll.is_pending())
    }

    /// Adds `socket` and arms it. Whatever had its number before is removed.
    pub fn add(
        &mut self,
        port: BorrowedHandle<'_>,
        socket: BorrowedSocket<'_>,
        token: Token,
        wanted: u32,
        edge: bool,
    ) -> io::Result<()> {
        let poll = Poll::new(self.driver(port)?, socket)?;
        if let Some(key) = self.key(socket) {
            self.remove(key);
        }
        self.last_key += 1;
        let key = self.last_key;
        let mut source = Source {
            socket: socket.as_raw_socket(),
            token,
            wanted,
            edge,
            reported: 0,
            armed: 0,
            queued: false,
            removed: false,
            poll,
        };
        arm(key, &mut source)?;
        self.keys.insert(source.socket, key);
        self.sources.insert(key, source);
        Ok(())
    }

    /// Gives a source a new token and new events, and a fresh look.
    pub fn change(&mut self, key: usize, token: Token, wanted: u32, edge: bool) {
        if let Some(source) = self.sources.get_mut(&key) {
            (source.token, source.wanted, source.edge) = (token, wanted, edge);
            source.reported = 0;
            self.queue(key);
        }
    }

    /// Removes a source. If its poll is pending it is kept, under its key alone, until the packet has come.
    pub fn remove(&mut self, key: usize) {
        let Some(source) = self.sources.get_mut(&key) else {
            return;
        };
        if self.keys.get(&source.socket) == Some(&key) {
            self.keys.remove(&source.socket);
        }
        source.removed = true;
        source.poll.cancel();
        if !source.poll.is_pending() {
            self.sources.remove(&key);
        }
    }

    /// An edge-triggered source has used up `events`: they may be reported again.
    pub fn rearm(&mut self, key: usize, events: u32) {
        if let Some(source) = self.sources.get_mut(&key) {
            source.reported &= !events;
            self.queue(key);
        }
    }

    /// Arms every source that has to be: those that have reported something, and those that have been changed.
    pub fn arm_all(&mut self) -> io::Result<()> {
        while let Some(key) = self.to_arm.pop() {
            let Some(source) = self.sources.get_mut(&key) else {
                continue;
            };
            source.queued = false;
            if source.removed {
                continue;
            }
            if source.poll.is_pending() {
                // A poll that asks for enough stays; what it says beyond that is left out later. One that asks for
                // too little is ended, and its packet brings the source here again.
                if source.asks_for() & !source.armed != 0 {
                    source.poll.cancel();
                }
            } else if let Err(error) = arm(key, source) {
                self.remove(key);
                // Closed behind our back: nothing is left to report.
                if error.raw_os_error() != Some(ERROR_INVALID_HANDLE) {
                    return Err(error);
                }
            }
        }
        Ok(())
    }

    /// The packet with `key` has been taken out of the port. Returns the source's token and the events that are
    /// true of it and of interest, if there are any.
    ///
    /// # Safety
    ///
    /// That is so, and the packet came from a poll.
    pub unsafe fn packet(&mut self, key: usize) -> Option<(Token, u32)> {
        // SAFETY: the caller's.
        let events = unsafe { self.settle(key) }?;
        let source = self.sources.get_mut(&key)?;
        let events = events & source.asks_for();
        if source.edge {
            source.reported |= events;
        }
        (events != 0).then_some((source.token, events))
    }

    /// The same, and what the packet says counts as not yet reported. `None` for a source that is no more.
    ///
    /// # Safety
    ///
    /// As for [`packet`](Sources::packet).
    pub unsafe fn settle(&mut self, key: usize) -> Option<u32> {
        let source = self.sources.get_mut(&key)?;
        // SAFETY: the caller's; a source has one poll, its key is of no other, and keys are not used again.
        let events = unsafe { source.poll.take_back() };
        source.armed = 0;
        if source.removed || events & LOCAL_CLOSE != 0 {
            self.remove(key);
            return None;
        }
        self.queue(key);
        Some(events)
    }

    /// Makes the packet of an armed source come at once, whatever it says.
    pub fn disturb(&mut self, key: usize) {
        if let Some(source) = self.sources.get_mut(&key) {
            source.poll.cancel();
        }
    }

    /// Cancels everything, and returns how many packets are still to come.
    pub fn cancel_all(&mut self) -> usize {
        let keys: Vec<usize> = self.sources.keys().copied().collect();
        keys.into_iter().for_each(|key| self.remove(key));
        self.sources.len()
    }

    fn queue(&mut self, key: usize) {
        if let Some(source) = self.sources.get_mut(&key)
            && !source.queued
        {
            source.queued = true;
            self.to_arm.push(key);
        }
    }

    /// A driver's handle that has room for one more poll.
    fn driver(&mut self, port: BorrowedHandle<'_>) -> io::Result<Arc<Afd>> {
        if let Some(last) = self.drivers.last()
            && Arc::strong_count(last) <= Afd::POLLS
        {
            return Ok(Arc::clone(last));
        }
        // Handles that no source uses any more are closed before another is opened.
        self.drivers.retain(|driver| Arc::strong_count(driver) > 1);
        let driver = Arc::new(Afd::open(port)?);
        self.drivers.push(Arc::clone(&driver));
        Ok(driver)
    }
}

fn arm(key: usize, source: &mut Source) -> io::Result<()> {
    let events = source.asks_for();
    source.poll.submit(events, key)?;
    source.armed = events;
    Ok(())
}
