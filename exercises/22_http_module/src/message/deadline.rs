//! A time limit that is set again and again, and hardly ever reached. All of it is given.
//!
//! The rule: to set it costs a look at the clock. The timer stays as it is, and when it fires it looks whether it is
//! still early.

use std::cell::Cell;
use std::rc::{Rc, Weak};
use std::time::{Duration, Instant};

use runtime::{Timeout, clear_timeout, set_timeout};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// The time limit of an `Owner`, who holds it.
pub(crate) struct Deadline<Owner> {
    at: Cell<Option<Instant>>,
    /// The timer, and when it will fire.
    timer: Cell<Option<(Timeout, Instant)>>,
    reached: fn(&Rc<Owner>),
    deadline_of: fn(&Owner) -> &Deadline<Owner>,
}

impl<Owner: 'static> Deadline<Owner> {
    /// No limit yet. Calls `reached` when there is one and it has passed. `deadline_of` finds this in its owner.
    pub(crate) fn new(
        deadline_of: fn(&Owner) -> &Deadline<Owner>,
        reached: fn(&Rc<Owner>),
    ) -> Deadline<Owner> {
        Deadline {
            at: Cell::new(None),
            timer: Cell::new(None),
            reached,
            deadline_of,
        }
    }

    /// From now on the limit is `after` from now.
    pub(crate) fn set(&self, owner: &Rc<Owner>, after: Duration) {
        // So long a limit is none.
        let Some(at) = Instant::now().checked_add(after) else {
            return self.clear();
        };
        self.at.set(Some(at));
        match self.timer.get() {
            Some((_, fires)) if fires <= at => {}
            Some((timer, _)) => {
                clear_timeout(timer);
                self.start(Rc::downgrade(owner), at, after);
            }
            None => self.start(Rc::downgrade(owner), at, after),
        }
    }

    /// From now on there is no limit.
    pub(crate) fn clear(&self) {
        self.at.set(None);
    }

    /// There will never be one again.
    pub(crate) fn stop(&self) {
        self.at.set(None);
        if let Some((timer, _)) = self.timer.take() {
            clear_timeout(timer);
        }
    }

    fn start(&self, owner: Weak<Owner>, at: Instant, after: Duration) {
        let deadline_of = self.deadline_of;
        let fire = move || {
            if let Some(owner) = owner.upgrade() {
                deadline_of(&owner).fire(&owner);
            }
        };
        // A timer of 25 days and more would fire at once.
        self.timer
            .set(Some((set_timeout(fire, after.min(DAY)), at)));
    }

    fn fire(&self, owner: &Rc<Owner>) {
        self.timer.set(None);
        let Some(at) = self.at.get() else { return };
        match at.checked_duration_since(Instant::now()) {
            // A timer counts from the whole millisecond before, so it may be a little early.
            Some(left) if !left.is_zero() => {
                self.start(Rc::downgrade(owner), at, left.max(Duration::from_millis(1)))
            }
            _ => {
                self.at.set(None);
                (self.reached)(owner);
            }
        }
    }
}
