//! When a socket is over.
//!
//! The rule: the connection is closed at once. What is to be told, is told later.

use std::rc::Rc;

use runtime::{Error, close, next_tick, throw};

use crate::socket::{Inner, Stage};
use crate::turn::after_drain;
use crate::write::destroyed_error;

impl Inner {
    pub(crate) fn is_destroyed(&self) -> bool {
        self.stage.get() == Stage::Destroyed
    }

    /// See [`Socket::destroy`](crate::Socket::destroy). The second time does nothing.
    ///
    /// The watch and the connection are closed when this returns. The error is told in a tick. The server that
    /// counts this connection is told. `tell_closed` follows in the close phase.
    pub(crate) fn destroy(self: &Rc<Self>, error: Option<Error>) {
        if self.stage.replace(Stage::Destroyed) == Stage::Destroyed {
            return;
        }
        let kept = self.keep();
        self.release();
        self.error.replace(error.clone());
        // TODO: this calls the listeners before `destroy` has returned, and forgets one who counts. Who hears of it
        // when?
        if let Some(error) = error {
            self.tell_error(&error);
        }
        kept.socket().tell_closed();
    }

    /// Closes the watch and the connection. The kernel forgets the socket now.
    fn release(&self) {
        if let Some(watch) = self.watch.take() {
            watch.close();
        }
        self.handle.take();
        self.addresses.take();
        self.ahead.take();
        self.idle.stop();
    }

    /// Node: an `error` event without a listener is thrown.
    fn tell_error(&self, error: &Error) {
        if !self.listeners.error.emit(error) {
            throw(error.to_string());
        }
    }

    /// The last thing that is told. Callbacks of writes that were never made get the socket's error, if it has one.
    fn tell_closed(self: &Rc<Self>) {
        let error = self.error.borrow().clone();
        let had_error = error.is_some();
        let error = error.unwrap_or_else(destroyed_error);
        let callbacks = self.output.borrow_mut().take_callbacks();
        // Each in a tick of its own: what one of them throws does not keep the next from being told.
        for (_, callback) in callbacks {
            let error = error.clone();
            next_tick(move || callback(Err(error)));
        }
        let kept = self.keep();
        after_drain(move || {
            kept.socket().listeners.close.emit(&had_error);
        });
    }

    /// What the runtime holds while the socket lives.
    pub(crate) fn keep(self: &Rc<Self>) -> Rc<Kept> {
        let kept = self.kept.borrow().upgrade();
        kept.unwrap_or_else(|| {
            let kept = Rc::new(Kept(Rc::clone(self)));
            self.kept.replace(Rc::downgrade(&kept));
            kept
        })
    }
}

/// The runtime's share of a socket. Whatever it keeps for the socket holds an `Rc` of it: the look-up, the watch, the
/// close callback. When the last one is dropped, `close` was told, or the program has ended in the middle.
///
/// Then the listeners go, too. A listener usually captures its own socket, and two that hold each other live for
/// ever.
pub(crate) struct Kept(Rc<Inner>);

impl Kept {
    pub(crate) fn socket(&self) -> &Rc<Inner> {
        &self.0
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        let inner = &self.0;
        inner.stage.set(Stage::Destroyed);
        inner.release();
        inner.server.take();
        inner.listeners.clear();
        let callbacks = inner.output.borrow_mut().take_callbacks();
        drop(callbacks);
    }
}
