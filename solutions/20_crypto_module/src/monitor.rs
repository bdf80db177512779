//! A timer that measures the lag of this thread's loop. All of it is given.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::rc::Rc;
use std::time::{Duration, Instant};

use runtime::{Timeout, clear_timeout, set_timeout};

use crate::{Histogram, Lag};

/// Measures how late the loop is, with a timer of `pace` milliseconds, until it is stopped. Node's `monitorEventLoopDelay`.
///
/// The timer does not keep the program alive.
pub fn monitor_lag(pace: u32) -> LagMonitor {
    let start = Instant::now();
    let pace = Duration::from_millis(pace.max(1).into());
    let shared = Rc::new(Shared {
        start,
        pace,
        lag: RefCell::new(Lag::new(pace, Duration::ZERO)),
        timer: Cell::new(None),
    });
    Shared::set(&shared);
    LagMonitor(shared)
}

/// A measurement that is under way. Dropping it changes nothing; see [`stop`](LagMonitor::stop).
pub struct LagMonitor(Rc<Shared>);

struct Shared {
    start: Instant,
    pace: Duration,
    lag: RefCell<Lag>,
    timer: Cell<Option<Timeout>>,
}

impl Shared {
    fn set(shared: &Rc<Shared>) {
        let own = Rc::clone(shared);
        let timer = set_timeout(
            move || {
                own.lag.borrow_mut().fired(own.start.elapsed());
                Shared::set(&own);
            },
            shared.pace,
        );
        shared.timer.set(Some(timer.unref()));
    }
}

impl LagMonitor {
    /// Ends the measurement, and returns how late the loop was.
    pub fn stop(&self) -> Histogram {
        if let Some(timer) = self.0.timer.take() {
            clear_timeout(timer);
        }
        self.0.lag.borrow().lateness().clone()
    }
}

impl fmt::Debug for LagMonitor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LagMonitor(..)")
    }
}
