//! A world made of a script: what becomes ready, and when. Time passes only while somebody waits or works.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::time::Duration;

use crate::{Callback, Poller};

/// So many looks without a sleep between them are a loop that burns a processor.
const LOOKS: usize = 10_000;

/// A [`Poller`] whose clock stands still until it is told to go on. A year takes a microsecond.
#[derive(Default)]
pub struct VirtualPoller {
    now: Cell<Duration>,
    /// What becomes ready: by time, and in the order of the script.
    script: RefCell<BTreeMap<(Duration, usize), Callback>>,
    scripted: Cell<usize>,
    waits: RefCell<Vec<Option<Duration>>>,
    /// How many looks without sleep came one after the other.
    looks: Cell<usize>,
}

impl VirtualPoller {
    /// A world in which nothing happens. Its clock stands at zero.
    pub fn new() -> VirtualPoller {
        VirtualPoller::default()
    }

    /// Lets `callback` become ready at the time `at`, as an event from outside would. Until then it keeps the
    /// loop alive.
    pub fn ready_at(&self, at: Duration, callback: impl FnOnce() + 'static) {
        let key = (at, self.scripted.replace(self.scripted.get() + 1));
        self.script.borrow_mut().insert(key, Box::new(callback));
    }

    /// Works for `time`: it passes, and nothing else happens.
    pub fn work(&self, time: Duration) {
        self.now.set(self.now.get().saturating_add(time));
    }

    fn count_look(&self, timeout: Option<Duration>) {
        let is_look = timeout == Some(Duration::ZERO);
        self.looks
            .set(if is_look { self.looks.get() + 1 } else { 0 });
        assert!(
            self.looks.get() < LOOKS,
            "the loop spins: it has looked {LOOKS} times, one after the other, and never slept\nThe usual cause: \
             `poll_timeout` gives zero although nothing waits to be called. Or a phase never calls what waits for it."
        );
    }

    /// The timeouts of the polls since the last call.
    pub fn take_waits(&self) -> Vec<Option<Duration>> {
        self.waits.take()
    }
}

impl Poller for VirtualPoller {
    fn now(&self) -> Duration {
        self.now.get()
    }

    /// Panics when it is to sleep for ever, because nothing in this world would ever end that sleep, and when it is
    /// to look again and again without sleep.
    fn poll(&self, timeout: Option<Duration>, ready: &mut VecDeque<Callback>) -> io::Result<()> {
        self.waits.borrow_mut().push(timeout);
        self.count_look(timeout);
        let mut script = self.script.borrow_mut();
        let first = script.keys().next().map(|(at, _)| *at);
        let limit = timeout.map(|timeout| self.now.get().saturating_add(timeout));
        let awake = match (first, limit) {
            (Some(first), Some(limit)) => first.min(limit),
            (Some(only), None) | (None, Some(only)) => only,
            (None, None) => {
                panic!(
                    "the loop sleeps for ever: `poll_timeout` gave None, and nothing is to come\nThe usual cause: \
                     an immediate, a closed handle or a ready callback waits, and `poll_timeout` does not ask for \
                     it. Or nothing keeps the loop alive any more."
                )
            }
        };
        self.now.set(self.now.get().max(awake));
        while let Some(entry) = script.first_entry() {
            if entry.key().0 > self.now.get() {
                break;
            }
            ready.push_back(entry.remove());
        }
        Ok(())
    }

    fn is_alive(&self) -> bool {
        !self.script.borrow().is_empty()
    }
}
