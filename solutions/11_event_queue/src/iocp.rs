//! Windows: a completion port (IOCP), made to speak of readiness by polls of the socket driver.
//!
//! Given beside it: `afd.rs`, the driver's poll, and `armed.rs`, which starts the polls again. Each registered
//! source has one poll pending; when it ends, a **packet** comes to the port, with the source's key.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::io;
pub use std::os::windows::io::AsSocket as Source;
use std::os::windows::io::{
    AsHandle, AsRawHandle, AsSocket, BorrowedHandle, BorrowedSocket, HandleOrNull, OwnedHandle,
};
use std::ptr;

use crate::afd::{ABORT, ACCEPT, CONNECT_FAIL, DISCONNECT, RECEIVE, SEND};
use crate::armed::Sources;
use crate::{Event, Events, Interest, Token};

mod ffi {
    use super::Raw;
    use std::os::windows::io::RawHandle;

    #[link(name = "kernel32")]
    unsafe extern "system" {
        /// `<ioapiset.h>`. With INVALID_HANDLE_VALUE for a file and null for a port, a new port.
        pub fn CreateIoCompletionPort(
            file: RawHandle,
            port: RawHandle,
            key: usize,
            threads: u32,
        ) -> RawHandle;
        /// `<ioapiset.h>`
        pub fn GetQueuedCompletionStatusEx(
            port: RawHandle,
            packets: *mut Raw,
            room: u32,
            removed: *mut u32,
            timeout_ms: u32,
            alertable: i32,
        ) -> i32;
    }
}

/// `INVALID_HANDLE_VALUE`, `<handleapi.h>`
const INVALID_HANDLE_VALUE: usize = usize::MAX;
/// `INFINITE`, `<winbase.h>`
const INFINITE: u32 = u32::MAX;
/// `WAIT_TIMEOUT`, `<winerror.h>`: the time is over, and there was no packet.
const WAIT_TIMEOUT: i32 = 258;

/// `OVERLAPPED_ENTRY`, `<minwinbase.h>`: a packet.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct Raw {
    /// Of a posted packet: what its sender has chosen, here a token.
    completion_key: usize,
    /// Of a poll's packet: the key of the source. Of a posted packet: 0. Declared as the number that it is for
    /// us, because no pointer in a packet is ever to be followed.
    overlapped: usize,
    internal: usize,
    bytes: u32,
}

const _: () = assert!(size_of::<Raw>() == 32);

/// A completion port and the sources whose polls end in it.
#[derive(Debug)]
pub struct Queue {
    port: OwnedHandle,
    sources: RefCell<Sources>,
    /// Packets that were taken out while `register` looked for another one.
    early: RefCell<VecDeque<Raw>>,
}

impl Queue {
    /// Makes a completion port.
    pub fn new() -> io::Result<Queue> {
        //> // TODO: make the port, and let an `OwnedHandle` own it. It starts without sources.
        //> todo!("a completion port, from ffi::CreateIoCompletionPort")
        let no_file = ptr::without_provenance_mut(INVALID_HANDLE_VALUE);
        // SAFETY: the call takes no pointers of ours.
        let port = unsafe { ffi::CreateIoCompletionPort(no_file, ptr::null_mut(), 0, 1) };
        // SAFETY: null, or a handle that the kernel has just opened for us and nothing else knows.
        let port = unsafe { HandleOrNull::from_raw_handle(port) };
        Ok(Queue {
            port: OwnedHandle::try_from(port).map_err(|_| io::Error::last_os_error())?,
            sources: RefCell::default(),
            early: RefCell::default(),
        })
        //<
    }

    /// Adds `source` and starts its poll. `AlreadyExists` if it is registered, and then it stays as it is.
    pub fn register(
        &self,
        source: &impl AsSocket,
        token: Token,
        interest: Interest,
    ) -> io::Result<()> {
        //> // TODO: `Sources::add`, unless `is_registered`.
        //> todo!("register a source under {token:?} for {interest:?}")
        let socket = source.as_socket();
        if self.is_registered(socket)? {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        let mut sources = self.sources.borrow_mut();
        sources.add(
            self.port.as_handle(),
            socket,
            token,
            wanted(interest),
            interest.is_edge(),
        )
        //<
    }

    /// Changes what is wanted of `source`. `NotFound` if it is not registered.
    pub fn reregister(
        &self,
        source: &impl AsSocket,
        token: Token,
        interest: Interest,
    ) -> io::Result<()> {
        //> // TODO: `Sources::change`, with the key from `key_of`.
        //> todo!("change a source to {token:?} and {interest:?}")
        let key = self.key_of(source)?;
        let mut sources = self.sources.borrow_mut();
        sources.change(key, token, wanted(interest), interest.is_edge());
        Ok(())
        //<
    }

    /// Removes `source`. `NotFound` if it is not registered. One that was closed is still known here until its
    /// packet has come, and to remove it is a success.
    pub fn deregister(&self, source: &impl AsSocket) -> io::Result<()> {
        //> // TODO: `Sources::remove`, with the key from `key_of`.
        //> todo!("deregister {:?}", source.as_socket())
        let key = self.key_of(source)?;
        self.sources.borrow_mut().remove(key);
        Ok(())
        //<
    }

    /// An edge-triggered source has said `WouldBlock` in these directions.
    pub fn rearm(&self, source: &impl AsSocket, directions: Interest) -> io::Result<()> {
        let key = self.key_of(source)?;
        // The end of a stream is reported once, however often the stream is read.
        let events = wanted(directions) & !DISCONNECT;
        self.sources.borrow_mut().rearm(key, events);
        Ok(())
    }

    /// Sleeps until a packet comes or `timeout_ms` milliseconds are over (`None`: without a limit), and appends
    /// what has happened to `events.list`. Not every packet is an event.
    pub fn wait(&self, events: &mut Events, timeout_ms: Option<u32>) -> io::Result<()> {
        loop {
            self.sources.borrow_mut().arm_all()?;
            let room = events.raw.len();
            let packets = match self.take_early(&mut events.raw[..room]) {
                0 => self.take(&mut events.raw, timeout_ms)?,
                early => early,
            };
            for packet in &events.raw[..packets] {
                events.list.extend(self.event_of(packet));
            }
            // A packet that is no event ends a wait with a time: the caller works out what is left of it. A wait
            // without time goes on until it has looked at everything that is there.
            if packets == 0 || !events.list.is_empty() || timeout_ms.is_some_and(|ms| ms > 0) {
                return Ok(());
            }
        }
    }

    /// Takes up to `room.len()` packets out of the port, after a sleep of at most `timeout_ms` milliseconds (`None`:
    /// without a limit) if there are none. Returns how many; 0 when the time is over.
    fn take(&self, room: &mut [Raw], timeout_ms: Option<u32>) -> io::Result<usize> {
        //> // TODO: call `ffi::GetQueuedCompletionStatusEx`. One of its errors is none.
        //> todo!("up to {} packets, {timeout_ms:?} ms", room.len())
        let length = u32::try_from(room.len()).unwrap_or(u32::MAX);
        let timeout_ms = timeout_ms.unwrap_or(INFINITE);
        let mut removed = 0;
        let (port, packets) = (self.port.as_raw_handle(), room.as_mut_ptr());
        // SAFETY: there is room for at least `length` packets, borrowed until the call returns.
        let ok = unsafe {
            ffi::GetQueuedCompletionStatusEx(port, packets, length, &mut removed, timeout_ms, 0)
        };
        if ok != 0 {
            return Ok(removed as usize);
        }
        match io::Error::last_os_error() {
            error if error.raw_os_error() == Some(WAIT_TIMEOUT) => Ok(0),
            error => Err(error),
        }
        //<
    }

    /// The event that a packet stands for, if it stands for one. A packet without an overlapped block was
    /// posted: a readable event whose token is the completion key. Every other one is a poll's, and
    /// `Sources::packet` knows whose.
    fn event_of(&self, packet: &Raw) -> Option<Event> {
        //> // TODO: tell the two kinds apart.
        //> todo!("what {packet:?} means")
        if packet.overlapped == 0 {
            return Some(event(Token(packet.completion_key), RECEIVE));
        }
        // SAFETY: the packet is out of the port, and only polls send packets that have a key.
        let reported = unsafe { self.sources.borrow_mut().packet(packet.overlapped) };
        reported.map(|(token, events)| event(token, events))
        //<
    }

    /// Moves packets from `early` into `room`.
    fn take_early(&self, room: &mut [Raw]) -> usize {
        let mut early = self.early.borrow_mut();
        let count = early.len().min(room.len());
        for (place, packet) in room.iter_mut().zip(early.drain(..count)) {
            *place = packet;
        }
        count
    }

    fn key_of(&self, source: &impl AsSocket) -> io::Result<usize> {
        let key = self.sources.borrow().key(source.as_socket());
        key.ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    /// Whether `socket` is registered. Its number may be that of a socket that was registered and closed: if so, its
    /// poll has ended and said so, in a packet that may still lie in the port.
    fn is_registered(&self, socket: BorrowedSocket<'_>) -> io::Result<bool> {
        let Some(key) = self.sources.borrow().key(socket) else {
            return Ok(false);
        };
        if !self.sources.borrow().is_armed(key) {
            // It has reported, and is not armed until the next wait. A socket that was closed meanwhile cannot be
            // told from one that is registered twice; the new registration takes the place of the old one.
            return Ok(false);
        }
        self.sources.borrow_mut().disturb(key);
        let mut early = self.early.borrow_mut();
        let mut packet = [Raw::default()];
        while !early.iter().any(|packet| packet.overlapped == key) {
            if self.take(&mut packet, Some(1_000))? == 0 {
                return Err(io::ErrorKind::TimedOut.into());
            }
            early.push_back(packet[0]);
        }
        early.retain(|packet| packet.overlapped != key);
        // SAFETY: the packet is out of the port. What it reports is reported again when the source is armed again.
        unsafe { self.sources.borrow_mut().settle(key) };
        Ok(self.sources.borrow().key(socket).is_some())
    }
}

impl Drop for Queue {
    /// Ends all polls and takes their memory back before it is freed.
    fn drop(&mut self) {
        for packet in self.early.take() {
            self.event_of(&packet);
        }
        let mut packets = [Raw::default(); 64];
        while self.sources.borrow_mut().cancel_all() > 0 {
            match self.take(&mut packets, Some(1_000)) {
                Ok(count @ 1..) => packets[..count].iter().for_each(|packet| {
                    self.event_of(packet);
                }),
                // Something is wrong with the system. `Poll` keeps the memory that is still lent.
                _ => return,
            }
        }
    }
}

impl AsHandle for Queue {
    fn as_handle(&self) -> BorrowedHandle<'_> {
        self.port.as_handle()
    }
}

/// The events of AFD that an interest stands for. A reader wants to hear of new connections and of the end of the
/// stream too. A source that nobody reads must not be ready because of them.
fn wanted(interest: Interest) -> u32 {
    //> // TODO: put together the bits.
    //> todo!("the bits of {interest:?}")
    let mut events = 0;
    if interest.is_readable() {
        events |= RECEIVE | ACCEPT | DISCONNECT;
    }
    if interest.is_writable() {
        events |= SEND;
    }
    events
    //<
}

/// What events of AFD mean, in the sense of [`Event`]'s methods. Readable is everything after which a read returns at
/// once, and writable everything after which a write does, be it with an error.
fn event(token: Token, events: u32) -> Event {
    //> // TODO: which events mean readable, writable, read-closed, error?
    //> todo!("what {events:#x} of {token:?} means")
    let any = |wanted: u32| events & wanted != 0;
    let error = any(ABORT | CONNECT_FAIL);
    Event {
        token,
        readable: any(RECEIVE | ACCEPT | DISCONNECT) || error,
        writable: any(SEND) || error,
        read_closed: any(DISCONNECT | ABORT),
        error,
    }
    //<
}
