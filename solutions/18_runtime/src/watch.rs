//! Sockets that a program waits for. All of it is given.
//!
//! The rule: a token is a number that is never used twice. An event for a watch that is closed finds nobody.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::rc::Rc;

use event_loop::Callback;
use event_queue::{Event, EventQueue, Interest, Source, Token};

use crate::current::{current, try_current};

/// An empty map keeps room for this many watches, and gives back what a burst needed beyond that.
const KEPT: usize = 1024;

/// What a socket is ready for. It is a hint: be ready for `WouldBlock` all the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Readiness {
    /// A read will not have to wait: it gives bytes, the end of the stream, or the error.
    pub readable: bool,
    /// A write will not have to wait: there is room, or it gives the error.
    pub writable: bool,
    /// The peer will send nothing more.
    pub read_closed: bool,
    /// The connection is broken, or was never made.
    pub error: bool,
}

/// A socket that is watched, as [`watch`] gave it. Copies name the same one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Watch(Token);

/// Calls `callback` in the poll phase of each turn in which `source` is ready for what `interest` says, until the
/// watch is closed. It keeps the program alive.
///
/// The source should be non-blocking. The watch holds it, so it stays open; close the watch to let it go.
///
/// # Errors
///
/// The OS error. `AlreadyExists` for a source that is watched.
pub fn watch<S: Source + 'static>(
    source: Rc<S>,
    interest: Interest,
    callback: impl FnMut(Readiness) + 'static,
) -> io::Result<Watch> {
    current()
        .poller
        .watches()
        .add(source, interest, Box::new(callback))
}

impl Watch {
    /// From the next turn on, tells of `interest` and no longer of what it was.
    ///
    /// # Errors
    ///
    /// The OS error. A closed watch is left alone, and that is no error.
    pub fn set_interest(self, interest: Interest) -> io::Result<()> {
        current().poller.watches().set_interest(self.0, interest)
    }

    /// Ends the watch, also from inside its own callback, and drops its callback. It is never called again, not
    /// even for what was ready already. To close it twice is no error.
    pub fn close(self) {
        if let Some(runtime) = try_current() {
            runtime.poller.watches().close(self.0);
        }
    }

    /// Lets the watch keep the program alive, as it does from the start.
    pub fn ref_(self) -> Watch {
        current().poller.watches().set_ref(self.0, true);
        self
    }

    /// Lets the program end although this is watched.
    pub fn unref(self) -> Watch {
        current().poller.watches().set_ref(self.0, false);
        self
    }
}

type OnReady = Box<dyn FnMut(Readiness)>;

/// A source whose type does not matter any more.
trait Registered {
    fn reregister(&self, queue: &EventQueue, token: Token, interest: Interest) -> io::Result<()>;
    fn deregister(&self, queue: &EventQueue) -> io::Result<()>;
}

impl<S: Source> Registered for S {
    fn reregister(&self, queue: &EventQueue, token: Token, interest: Interest) -> io::Result<()> {
        queue.reregister(self, token, interest)
    }

    fn deregister(&self, queue: &EventQueue) -> io::Result<()> {
        queue.deregister(self)
    }
}

struct Entry {
    source: Rc<dyn Registered>,
    /// `None` while it is called.
    callback: Option<OnReady>,
    /// What became ready and was not told yet. `None` when no call is queued.
    ready: Option<Readiness>,
    is_ref: bool,
}

/// The sources that are watched.
pub(crate) struct Watches {
    queue: Rc<EventQueue>,
    entries: RefCell<HashMap<Token, Entry>>,
    /// The token that was given last.
    last: Cell<usize>,
    /// How many of them keep the loop alive.
    refs: Cell<usize>,
}

impl Watches {
    /// No watches. Tokens follow on `bell`, which is not one of them.
    pub(crate) fn new(queue: Rc<EventQueue>, bell: Token) -> Watches {
        Watches {
            queue,
            entries: RefCell::default(),
            last: Cell::new(bell.0),
            refs: Cell::new(0),
        }
    }

    fn add<S: Source + 'static>(
        &self,
        source: Rc<S>,
        interest: Interest,
        callback: OnReady,
    ) -> io::Result<Watch> {
        self.last.set(self.last.get() + 1);
        let token = Token(self.last.get());
        self.queue.register(&*source, token, interest)?;
        let entry = Entry {
            source,
            callback: Some(callback),
            ready: None,
            is_ref: true,
        };
        self.entries.borrow_mut().insert(token, entry);
        self.refs.set(self.refs.get() + 1);
        Ok(Watch(token))
    }

    fn set_interest(&self, token: Token, interest: Interest) -> io::Result<()> {
        let entries = self.entries.borrow();
        let Some(entry) = entries.get(&token) else {
            return Ok(());
        };
        entry.source.reregister(&self.queue, token, interest)
    }

    fn set_ref(&self, token: Token, is_ref: bool) {
        let mut entries = self.entries.borrow_mut();
        let Some(entry) = entries.get_mut(&token) else {
            return;
        };
        match (std::mem::replace(&mut entry.is_ref, is_ref), is_ref) {
            (false, true) => self.refs.set(self.refs.get() + 1),
            (true, false) => self.refs.set(self.refs.get() - 1),
            _ => {}
        }
    }

    fn close(&self, token: Token) {
        let mut entries = self.entries.borrow_mut();
        let Some(entry) = entries.remove(&token) else {
            return;
        };
        if entries.is_empty() && entries.capacity() > 2 * KEPT {
            entries.shrink_to(KEPT);
        }
        // What the entry captured is dropped below, when nothing is borrowed any more.
        drop(entries);
        if entry.is_ref {
            self.refs.set(self.refs.get() - 1);
        }
        // The source is open, since the entry holds it, so the kernel knows it and has nothing to complain of.
        let _ = entry.source.deregister(&self.queue);
    }

    /// Whether a watch keeps the loop alive.
    pub(crate) fn is_alive(&self) -> bool {
        self.refs.get() > 0
    }

    /// Whether nothing is watched, with or without a ref.
    pub(crate) fn is_empty(&self) -> bool {
        self.entries.borrow().is_empty()
    }

    /// Makes a callback of an event. `None` when nobody waits for it, or when a callback that was made before has
    /// not been called yet: then that one will tell.
    pub(crate) fn callback_for(self: &Rc<Self>, event: &Event) -> Option<Callback> {
        let mut entries = self.entries.borrow_mut();
        let entry = entries.get_mut(&event.token())?;
        let is_queued = entry.ready.is_some();
        let ready = entry.ready.get_or_insert_default();
        ready.readable |= event.is_readable();
        ready.writable |= event.is_writable();
        ready.read_closed |= event.is_read_closed();
        ready.error |= event.is_error();
        if is_queued {
            return None;
        }
        let (watches, token) = (Rc::clone(self), event.token());
        Some(Box::new(move || watches.call(token)))
    }

    /// Calls the callback of a watch, if that was not closed in the meantime.
    fn call(&self, token: Token) {
        let taken = self.entries.borrow_mut().get_mut(&token).and_then(|entry| {
            let ready = entry.ready.take()?;
            Some((ready, entry.callback.take()?))
        });
        let Some((ready, mut callback)) = taken else {
            return;
        };
        let outcome = catch_unwind(AssertUnwindSafe(|| callback(ready)));
        if let Some(entry) = self.entries.borrow_mut().get_mut(&token) {
            entry.callback = Some(callback);
        }
        if let Err(panic) = outcome {
            resume_unwind(panic);
        }
    }

    /// Forgets all of them.
    pub(crate) fn clear(&self) {
        // The queue is about to be closed, and with it the kernel forgets the sources.
        let entries = self.entries.take();
        self.refs.set(0);
        drop(entries);
    }
}
