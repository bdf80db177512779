//! The time since something last moved. All of it is given.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use runtime::{Timeout, clear_timeout, set_timeout};

use crate::socket::Inner;

/// The timer of a socket, if one is set.
#[derive(Default)]
pub(crate) struct Idle(Cell<Option<Timeout>>);

impl Idle {
    pub(crate) fn stop(&self) {
        if let Some(timeout) = self.0.take() {
            clear_timeout(timeout);
        }
    }
}

impl Inner {
    /// Bytes have moved, so the time counts from now.
    pub(crate) fn touch(&self) {
        if let Some(timeout) = self.idle.0.get() {
            timeout.refresh();
        }
    }

    /// See [`Socket::set_timeout`](crate::Socket::set_timeout).
    pub(crate) fn set_idle(self: &Rc<Self>, delay: Duration, callback: impl FnOnce() + 'static) {
        self.idle.stop();
        if delay.is_zero() || self.is_destroyed() {
            return;
        }
        let own = Rc::downgrade(self);
        let on_idle = move || {
            if let Some(own) = own.upgrade() {
                own.idle.0.take();
            }
            callback();
        };
        // The socket keeps the program alive, if it is to. Its timer does not.
        self.idle.0.set(Some(set_timeout(on_idle, delay).unref()));
    }
}
