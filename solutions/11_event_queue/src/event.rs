//! The words of the queue: what a program asks for, and what it gets. They are the same on every system.

use std::ops::BitOr;

use crate::system;

/// The program's own name for a source. The queue keeps it, gives it back in every event, and never looks at
/// it. Two sources may have the same token; then their events cannot be told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Token(pub usize);

/// What a program wants to hear about a source, and how often.
///
/// **Level-triggered**, unless [`edge`](Interest::edge) says otherwise: each wait reports the source for as
/// long as it is ready.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interest {
    readable: bool,
    writable: bool,
    edge: bool,
}

impl Interest {
    /// Neither direction: the source stays registered, and neither bytes nor room are reported.
    ///
    /// It need not be silent. Linux and Windows still report an error, and Linux reports a source whose directions
    /// are both shut (`EPOLLHUP`). Level-triggered, each wait does so, and a loop that leaves it at that spins.
    /// Deregister such a source.
    pub const NONE: Interest = Interest {
        readable: false,
        writable: false,
        edge: false,
    };

    /// A read would not have to wait: there are bytes, or a connection to accept, or the stream has ended.
    pub const READABLE: Interest = Interest {
        readable: true,
        ..Interest::NONE
    };

    /// A write would not have to wait: there is room, or a connection has been made or has failed.
    pub const WRITABLE: Interest = Interest {
        writable: true,
        ..Interest::NONE
    };

    /// Both directions.
    pub const BOTH: Interest = Interest {
        readable: true,
        writable: true,
        edge: false,
    };

    /// The same directions, **edge-triggered**: a source is reported when it becomes ready, and then not again
    /// because of what was there already.
    pub const fn edge(self) -> Interest {
        Interest { edge: true, ..self }
    }

    /// Whether reading is of interest.
    pub const fn is_readable(self) -> bool {
        self.readable
    }

    /// Whether writing is of interest.
    pub const fn is_writable(self) -> bool {
        self.writable
    }

    /// Whether this is edge-triggered.
    pub const fn is_edge(self) -> bool {
        self.edge
    }
}

/// Everything that one or the other is interested in; edge-triggered if one of them is.
impl BitOr for Interest {
    type Output = Interest;

    fn bitor(self, other: Interest) -> Interest {
        Interest {
            readable: self.readable || other.readable,
            writable: self.writable || other.writable,
            edge: self.edge || other.edge,
        }
    }
}

/// Something has happened to a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Event {
    pub(crate) token: Token,
    pub(crate) readable: bool,
    pub(crate) writable: bool,
    pub(crate) read_closed: bool,
    pub(crate) error: bool,
}

impl Event {
    /// The token with which the source was registered.
    pub fn token(&self) -> Token {
        self.token
    }

    /// A read will not have to wait: it gives bytes, the end of the stream, or the error.
    pub fn is_readable(&self) -> bool {
        self.readable
    }

    /// A write will not have to wait: there is room, or it gives the error.
    pub fn is_writable(&self) -> bool {
        self.writable
    }

    /// The peer will send nothing more. Comes with [`is_readable`](Event::is_readable), and a read gives what is
    /// left and then 0 bytes. Windows may say so only when the last byte has been read.
    pub fn is_read_closed(&self) -> bool {
        self.read_closed
    }

    /// The connection is broken, or was never made. The next read or write gives the error.
    pub fn is_error(&self) -> bool {
        self.error
    }
}

/// Room for the events of one wait, to be used again for the next.
#[derive(Debug)]
pub struct Events {
    /// The memory that the kernel writes to; how long it is says how many events fit.
    pub(crate) raw: Vec<system::Raw>,
    /// The events of the last wait.
    pub(crate) list: Vec<Event>,
}

impl Events {
    /// Room for `capacity` events. What does not fit stays in the kernel for the next wait. A capacity of 0 is
    /// taken for 1.
    pub fn with_capacity(capacity: usize) -> Events {
        let capacity = capacity.max(1);
        Events {
            raw: vec![system::Raw::default(); capacity],
            list: Vec::with_capacity(capacity),
        }
    }

    /// The events of the last wait, in the kernel's order.
    pub fn iter(&self) -> std::slice::Iter<'_, Event> {
        self.list.iter()
    }

    /// How many events the last wait brought.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether the last wait brought none, because its time was over.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }
}

impl<'events> IntoIterator for &'events Events {
    type Item = &'events Event;
    type IntoIter = std::slice::Iter<'events, Event>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}
