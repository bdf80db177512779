//! Which tests run when, and for how long. The limit is the exercise's: however many of its tests hang, all
//! are over when it has passed.
//!
//! As many tests run at a time as there are places. A test that takes long is probably stuck: it goes on,
//! but it gives its place to the next one. So the last test starts before half of the limit has passed, and
//! each has at least the other half. On a machine that is busy with other things honest tests take long
//! too: when such a test passes in the end, the others get more time.

use std::sync::{Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::process::Cancel;

/// A test that has run for this long gives its place away; sooner, when many are waiting.
const PATIENCE: Duration = Duration::from_millis(500);

/// How often somebody who waits for a place looks whether it is still wanted.
const LOOK: Duration = Duration::from_millis(20);

/// The places and the time of one exercise.
#[derive(Debug)]
pub struct Schedule {
    limit: Duration,
    patience: Duration,
    state: Mutex<State>,
    freed: Condvar,
}

#[derive(Debug)]
struct State {
    free: usize,
    end: Instant,
}

/// A test's turn: a place, for a while, and the time that it has.
#[derive(Debug)]
pub struct Turn<'a> {
    schedule: &'a Schedule,
    start: Instant,
    holds_place: bool,
}

impl Schedule {
    /// For `tests` tests that begin now, `places` of them at a time, with `limit` for all that hang.
    pub fn new(tests: usize, places: usize, limit: Duration) -> Schedule {
        let places = places.clamp(1, tests.max(1));
        let share = limit / 2 * u32::try_from(places).unwrap_or(u32::MAX);
        let rounds = u32::try_from(tests.max(1)).unwrap_or(u32::MAX);
        Schedule {
            limit,
            patience: PATIENCE.min(share / rounds),
            state: Mutex::new(State {
                free: places,
                end: Instant::now() + limit,
            }),
            freed: Condvar::new(),
        }
    }

    /// Waits for a place; `None` when somebody asks to stop.
    pub fn turn(&self, cancel: &Cancel) -> Option<Turn<'_>> {
        let mut state = self.lock();
        while state.free == 0 {
            if cancel.asked() {
                return None;
            }
            let waited = self.freed.wait_timeout(state, LOOK);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        state.free -= 1;
        Some(Turn {
            schedule: self,
            start: Instant::now(),
            holds_place: true,
        })
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Turn<'_> {
    /// Whether the test may go on. It has to be asked often.
    pub fn goes_on(&mut self) -> bool {
        let now = Instant::now();
        if now >= self.start + self.schedule.patience {
            self.give_place();
        }
        let end = self.schedule.lock().end;
        now < end.max(self.start + self.schedule.limit / 2)
    }

    /// The test is over, and this is whether it passed.
    pub fn over(self, passed: bool) {
        if passed && !self.holds_place {
            let more = Instant::now() + self.schedule.limit / 2;
            let mut state = self.schedule.lock();
            state.end = state.end.max(more);
        }
    }

    fn give_place(&mut self) {
        if std::mem::take(&mut self.holds_place) {
            self.schedule.lock().free += 1;
            self.schedule.freed.notify_one();
        }
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.give_place();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A place comes free only when a test is over, or has been asked after its patience.
    fn turn(schedule: &Schedule) -> Turn<'_> {
        let turn = schedule.turn(&Cancel::default());
        turn.expect("nobody asks to stop")
    }

    #[test]
    fn a_test_that_takes_long_gives_its_place_to_the_next() {
        let schedule = Schedule::new(2, 1, Duration::from_millis(200));
        let mut first = turn(&schedule);
        while schedule.lock().free == 0 {
            assert!(first.goes_on(), "it has half of the limit, and more");
        }
        assert!(
            first.start.elapsed() >= Duration::from_millis(50),
            "half of the limit, for two"
        );
        let second = turn(&schedule);
        drop(first);
        assert_eq!(schedule.lock().free, 0, "it had no place to give back");
        drop(second);
        assert_eq!(schedule.lock().free, 1);
    }

    #[test]
    fn all_that_hang_are_over_at_the_limit() {
        let limit = Duration::from_millis(200);
        let begin = Instant::now();
        let schedule = Schedule::new(20, 2, limit);
        let mut turns: Vec<Turn<'_>> = Vec::new();
        let mut over = 0;
        while over < 20 {
            if turns.len() + over < 20 && schedule.lock().free > 0 {
                turns.push(turn(&schedule));
            }
            let before = turns.len();
            turns.retain_mut(Turn::goes_on);
            over += before - turns.len();
        }
        assert!(begin.elapsed() >= limit);
        assert!(begin.elapsed() < limit * 4, "{:?}", begin.elapsed());
    }

    #[test]
    fn a_late_pass_gives_the_others_more_time() {
        let schedule = Schedule::new(2, 2, Duration::from_secs(10));
        let mut late = turn(&schedule);
        let end = schedule.lock().end;
        late.give_place();
        late.over(false);
        assert_eq!(schedule.lock().end, end, "a late failure says nothing");
        let quick = turn(&schedule);
        schedule.lock().end = Instant::now();
        quick.over(true);
        assert!(
            schedule.lock().end <= Instant::now(),
            "nor does a quick pass"
        );
        let mut late = turn(&schedule);
        late.give_place();
        late.over(true);
        assert!(schedule.lock().end > Instant::now() + Duration::from_secs(4));
    }

    #[test]
    fn a_request_to_stop_is_heard_while_no_place_is_free() {
        let schedule = Schedule::new(2, 1, Duration::from_secs(10));
        let _first = turn(&schedule);
        let cancel = Cancel::default();
        cancel.ask();
        assert!(schedule.turn(&cancel).is_none());
    }
}
