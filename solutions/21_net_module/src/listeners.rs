//! Who listens to a socket, on the emitters of chapter 15. All of it is given.

use callbacks::{Emitter, ListenerId};
use runtime::Error;

use crate::chunk::Chunk;

/// Names one listener of one socket, for [`Socket::off`](crate::Socket::off).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Listener {
    event: Event,
    id: ListenerId,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Event {
    Connect,
    Data,
    End,
    Drain,
    Error,
    Close,
}

#[derive(Default)]
pub(crate) struct Listeners {
    pub(crate) connect: Emitter<()>,
    pub(crate) data: Emitter<Chunk>,
    pub(crate) end: Emitter<()>,
    pub(crate) drain: Emitter<()>,
    pub(crate) error: Emitter<Error>,
    /// The argument says whether there was an error.
    pub(crate) close: Emitter<bool>,
}

impl Listeners {
    pub(crate) fn on_connect(&self, listener: impl FnOnce() + 'static) -> Listener {
        let id = self.connect.once(|()| listener());
        let event = Event::Connect;
        Listener { event, id }
    }

    pub(crate) fn on_data(&self, listener: impl Fn(&[u8]) + 'static) -> Listener {
        let id = self.data.on(move |chunk| listener(chunk.bytes()));
        let event = Event::Data;
        Listener { event, id }
    }

    pub(crate) fn on_end(&self, listener: impl FnOnce() + 'static) -> Listener {
        let id = self.end.once(|()| listener());
        let event = Event::End;
        Listener { event, id }
    }

    pub(crate) fn on_drain(&self, listener: impl Fn() + 'static) -> Listener {
        let id = self.drain.on(move |()| listener());
        let event = Event::Drain;
        Listener { event, id }
    }

    pub(crate) fn on_error(&self, listener: impl FnOnce(&Error) + 'static) -> Listener {
        let id = self.error.once(listener);
        let event = Event::Error;
        Listener { event, id }
    }

    pub(crate) fn on_close(&self, listener: impl FnOnce(bool) + 'static) -> Listener {
        let id = self.close.once(|had_error| listener(*had_error));
        let event = Event::Close;
        Listener { event, id }
    }

    pub(crate) fn off(&self, listener: Listener) -> bool {
        match listener.event {
            Event::Connect => self.connect.off(listener.id),
            Event::Data => self.data.off(listener.id),
            Event::End => self.end.off(listener.id),
            Event::Drain => self.drain.off(listener.id),
            Event::Error => self.error.off(listener.id),
            Event::Close => self.close.off(listener.id),
        }
    }

    /// Drops all of them, and what they captured.
    pub(crate) fn clear(&self) {
        self.connect.remove_all();
        self.data.remove_all();
        self.end.remove_all();
        self.drain.remove_all();
        self.error.remove_all();
        self.close.remove_all();
    }
}
