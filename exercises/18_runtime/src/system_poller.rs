//! The real poller: the operating system under the loop of chapter 17.
//!
//! The rule: there is one place to sleep, the wait of the event queue. Sockets end it, and so does the pool's bell.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::io;
use std::rc::Rc;
use std::time::Duration;

use event_loop::{Callback, Poller};
use event_queue::{EventQueue, Events, Token};
use timers::{Clock, MonotonicClock};

use crate::watch::Watches;
use crate::work::Workers;

/// The token of the pool's bell. Watches have greater ones.
const BELL: Token = Token(0);

/// Room for the events of one wait. What does not fit comes with the next one.
const EVENTS: usize = 1024;

/// Sockets, the pool and the clock, for an [`EventLoop`](event_loop::EventLoop).
pub struct SystemPoller {
    clock: MonotonicClock,
    queue: Rc<EventQueue>,
    events: RefCell<Events>,
    workers: Workers,
    watches: Rc<Watches>,
}

impl SystemPoller {
    /// A poller with nothing to wait for, and without threads.
    ///
    /// # Errors
    ///
    /// The OS error, for example when the process has no descriptor left.
    pub fn new() -> io::Result<SystemPoller> {
        let clock = MonotonicClock::new();
        let queue = Rc::new(EventQueue::new()?);
        Ok(SystemPoller {
            clock,
            events: RefCell::new(Events::with_capacity(EVENTS)),
            workers: Workers::new(clock, &queue, BELL)?,
            watches: Rc::new(Watches::new(Rc::clone(&queue), BELL)),
            queue,
        })
    }

    pub(crate) fn workers(&self) -> &Workers {
        &self.workers
    }

    pub(crate) fn watches(&self) -> &Rc<Watches> {
        &self.watches
    }

    /// How often the kernel was asked to sleep or to look.
    pub(crate) fn waits(&self) -> u64 {
        self.queue.waits()
    }

    /// Ends what is under way: see [`Workers::shutdown`]. Forgets all watches, and who observes the jobs.
    pub(crate) fn shutdown(&self) {
        self.workers.shutdown();
        self.workers.forget_observer();
        self.watches.clear();
    }

    /// Whether nothing is left for [`shutdown`](SystemPoller::shutdown).
    pub(crate) fn is_empty(&self) -> bool {
        self.workers.is_empty() && self.watches.is_empty()
    }

    /// Whether the kernel has nothing to tell: no socket is watched, and no job is under way.
    fn is_idle(&self) -> bool {
        self.watches.is_empty() && !self.workers.is_alive()
    }
}

impl Poller for SystemPoller {
    fn now(&self) -> Duration {
        self.clock.now()
    }

    /// Waits in the event queue, and makes a callback of everything that comes out of it, in its order.
    ///
    /// A look without sleep is left out when there is nothing to look for.
    fn poll(&self, timeout: Option<Duration>, ready: &mut VecDeque<Callback>) -> io::Result<()> {
        if timeout == Some(Duration::ZERO) && self.is_idle() {
            return Ok(());
        }
        let mut events = self.events.borrow_mut();
        // TODO: wait, and look at each event: is it the bell, or a watch?
        todo!(
            "wait for {timeout:?} at most, and make callbacks of {events:?}, behind the {} in `ready`",
            ready.len()
        )
    }

    /// Whether the world outside still owes the program something: the result of a job, or an event of a watch that
    /// has a ref.
    fn is_alive(&self) -> bool {
        // TODO: ask the two who know. This first version says that nothing is ever to come.
        false
    }
}
