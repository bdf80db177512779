//! What a thread can want to do, and what it did, as the explorer sees it.

use std::panic::Location;
use std::time::Duration;

/// A mutex, a condition variable or an atomic: one is another when it lies elsewhere.
#[derive(Clone, Copy)]
pub(crate) struct Object {
    address: usize,
    pub(super) made_at: &'static Location<'static>,
}

impl Object {
    pub(crate) fn new<T: ?Sized>(made_at: &'static Location<'static>, place: &T) -> Object {
        let address = std::ptr::from_ref(place).addr();
        Object { address, made_at }
    }
}

impl PartialEq for Object {
    fn eq(&self, other: &Object) -> bool {
        self.address == other.address
    }
}

/// What a thread can want to do.
#[derive(Clone, Copy)]
pub(crate) enum Operation {
    Lock(Object),
    /// Lock again, after a notification.
    Relock(Object),
    Wait {
        condvar: Object,
        mutex: Object,
        limit: Option<Duration>,
    },
    NotifyOne(Object),
    NotifyAll(Object),
    /// Read or change an atomic.
    Touch,
    Join(usize),
    Sleep(Duration),
    Yield,
}

/// What a thread did.
pub(crate) enum Event {
    Note(String),
    Lock(Object),
    Unlock(Object),
    Wait(Object),
    Notify {
        what: &'static str,
        condvar: Object,
        woken: Vec<usize>,
    },
    Awake,
    AwakeForNothing,
    TimeOut,
    Touch {
        what: &'static str,
        object: Object,
        value: usize,
    },
    Join(usize),
    Sleep(Duration),
    Yield,
    End,
    Panic,
}

impl Event {
    /// The step in a word. `None` for what a thread said.
    pub(super) fn word(&self) -> Option<&'static str> {
        Some(match self {
            Event::Note(_) => return None,
            Event::Lock(_) => "lock",
            Event::Unlock(_) => "unlock",
            Event::Wait(_) => "wait",
            Event::Notify { what, .. } | Event::Touch { what, .. } => what,
            Event::Awake | Event::AwakeForNothing => "awake",
            Event::TimeOut => "time out",
            Event::Join(_) => "join",
            Event::Sleep(_) => "sleep",
            Event::Yield => "yield",
            Event::End => "end",
            Event::Panic => "panic",
        })
    }
}
