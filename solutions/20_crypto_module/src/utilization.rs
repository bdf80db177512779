//! Where the loop's time goes: it sleeps, or somebody's callback has it.
//!
//! The rule: the loop says what it does, and when. Nobody reads a clock here.

use std::cell::Cell;
use std::time::Duration;

use runtime::{Event, Kind, Observer};

/// An observer of a loop that adds up. Node's `performance.eventLoopUtilization`, and who is to blame.
#[derive(Debug, Default)]
pub struct Utilization {
    totals: Cell<Totals>,
    began: Cell<Began>,
}

/// When what the loop does began.
#[derive(Clone, Copy, Debug, Default)]
struct Began {
    /// The first event of all.
    observing: Option<Duration>,
    /// The last wait.
    sleep: Duration,
    /// The end of the last wait. `None` before it.
    awake: Option<Duration>,
    /// The callback that runs. `None` between two callbacks, and when its beginning was not seen.
    call: Option<Duration>,
}

/// What a [`Utilization`] has seen so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// From the first event until the last one.
    pub elapsed: Duration,
    /// The time of it in which the loop was asleep, or looked into the kernel.
    pub idle: Duration,
    /// The longest time from one look into the kernel to the next, or from the first event to the first look. So long
    /// did the world have to wait. A stretch that is not over yet does not count.
    pub longest_blind: Duration,
    /// The longest callback of those whose beginning and end were seen, and of what kind it was. `None` when there was
    /// none. One that took no time is one. Of two equal ones, the first.
    pub longest_call: Option<(Kind, Duration)>,
}

impl Totals {
    /// The part of the time in which the loop was not asleep: 0 is idle, 1 is busy without a pause. 0 when no time has
    /// passed.
    pub fn utilization(&self) -> f64 {
        if self.elapsed.is_zero() {
            return 0.0;
        }
        1.0 - self.idle.as_secs_f64() / self.elapsed.as_secs_f64()
    }
}

impl Utilization {
    /// Nothing seen yet.
    pub fn new() -> Utilization {
        Utilization::default()
    }

    /// What was seen so far.
    pub fn totals(&self) -> Totals {
        self.totals.get()
    }
}

impl Observer for Utilization {
    /// Adds up. A sleep that is not over yet is not counted.
    fn observe(&self, at: Duration, event: Event) {
        let mut totals = self.totals.get();
        let mut began = self.began.get();
        let start = *began.observing.get_or_insert(at);
        totals.elapsed = at - start;
        //> // TODO: `elapsed` is done. Four of the six events tell the rest.
        //> if !matches!(event, Event::Begin(_) | Event::End(_)) {
        //>     todo!("what does {event:?} at {at:?} tell?");
        //> }
        match event {
            Event::Wait(_) => {
                let blind = at - began.awake.unwrap_or(start);
                totals.longest_blind = totals.longest_blind.max(blind);
                began.sleep = at;
            }
            Event::Awake(_) => {
                totals.idle += at - began.sleep;
                began.awake = Some(at);
            }
            Event::Call(_) => began.call = Some(at),
            Event::Return(kind) => {
                let longest = totals.longest_call.map(|(_, longest)| longest);
                if let Some(call) = began.call.take()
                    && longest.is_none_or(|longest| at - call > longest)
                {
                    totals.longest_call = Some((kind, at - call));
                }
            }
            Event::Begin(_) | Event::End(_) => {}
        }
        //<
        self.totals.set(totals);
        self.began.set(began);
    }
}
