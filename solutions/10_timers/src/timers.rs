//! The second timer queue, with Node's structure and Node's order: a list for each duration.
//!
//! The rule: nothing in here asks what time it is. Setting a timer gets the time of that moment. A
//! pass over the due timers gets one time for the whole pass.

use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::time::Duration;

use crate::list::{List, Timer};
use crate::slots::{Slots, TimerId};
use crate::timeout::{RESOLUTION, whole_milliseconds};

/// An empty map of lists keeps the memory of this many lists at most.
const KEPT: usize = 64;

/// Timers, each with a duration and a value of yours that comes back when it fires.
///
/// Time is a [`Duration`] since some start, of your choice (see [`Clock`](crate::Clock)), and must not
/// go backwards. Nothing is rounded. With times of whole milliseconds the order is Node's. With exact
/// times the deadlines are exact, except within 1 ms of the last look at a list: a timer that is due at
/// 10.3 ms may stay silent until 11 ms. What would be due later than [`Duration::MAX`] is due then.
pub struct Timers<T> {
    timers: Slots<Timer<T>>,
    lists: Slots<List>,
    /// For each duration that is in use, the slot of its list.
    by_delay: HashMap<Duration, u32>,
    /// The expiry, the id and the slot of each list. The first is the next list to look at.
    by_expiry: BTreeSet<(Duration, u64, u32)>,
    /// The id that was given last. A new one is greater than all others.
    last_list_id: u64,
    /// How many timers are in a list.
    waiting: usize,
    /// The timer that `pop_due` gave last, until its call is over.
    in_call: Option<InCall>,
}

/// A timer whose value the caller has.
struct InCall {
    timer: TimerId,
    /// The list that it was in, and the generation of that list's slot.
    list: TimerId,
    /// The time of the pass.
    now: Duration,
}

impl<T> Timers<T> {
    /// No timers.
    pub fn new() -> Timers<T> {
        Timers {
            timers: Slots::new(),
            lists: Slots::new(),
            by_delay: HashMap::new(),
            by_expiry: BTreeSet::new(),
            last_list_id: 0,
            waiting: 0,
            in_call: None,
        }
    }

    /// The number of timers that are set. A timer that was given by [`pop_due`](Timers::pop_due) does
    /// not count until it is set again.
    pub fn len(&self) -> usize {
        self.waiting
    }

    /// Whether no timer is set.
    pub fn is_empty(&self) -> bool {
        self.waiting == 0
    }

    /// Sets a timer that is due `delay` after `start`, and returns its id.
    ///
    /// `start` is the time of this call: read the clock for it. A delay below one millisecond counts
    /// as one millisecond, so that a timer that is set in a pass is never due in the same pass.
    pub fn set(&mut self, start: Duration, delay: Duration, value: T) -> TimerId {
        let slot = self.timers.insert(Timer::new(delay.max(RESOLUTION), value));
        self.append(slot, start);
        self.timers.id(slot)
    }

    /// Starts the timer in `slot`, which is in no list: from now on it counts from `start`.
    ///
    /// All timers of one duration share a list, and the one that was started last is the last in it. A
    /// list that exists keeps its expiry, even if it is empty.
    fn append(&mut self, slot: u32, start: Duration) {
        //> // TODO: start the timer, and put it into the list of its duration.
        //> todo!(
        //>     "start a timer of {:?} at {start:?}",
        //>     self.timers[slot].delay
        //> )
        let timer = &mut self.timers[slot];
        timer.start = start;
        let (delay, deadline) = (timer.delay, timer.deadline());
        let list = match self.by_delay.get(&delay) {
            Some(list) => *list,
            None => self.add_list(delay, deadline),
        };
        self.link(slot, list);
        //<
    }

    /// Makes the list of `delay`, which has none, and returns its slot.
    fn add_list(&mut self, delay: Duration, expiry: Duration) -> u32 {
        let id = self.new_list_id();
        let list = self.lists.insert(List::new(delay, expiry, id));
        self.by_delay.insert(delay, list);
        self.by_expiry.insert((expiry, id, list));
        list
    }

    fn new_list_id(&mut self) -> u64 {
        self.last_list_id += 1;
        self.last_list_id
    }

    /// Gives a list another expiry, and a new id: it stands behind all lists that have this expiry
    /// already.
    fn postpone_list(&mut self, list: u32, expiry: Duration) {
        let id = self.new_list_id();
        let List {
            expiry: old_expiry,
            id: old_id,
            ..
        } = self.lists[list];
        self.by_expiry.remove(&(old_expiry, old_id, list));
        self.lists[list].expiry = expiry;
        self.lists[list].id = id;
        self.by_expiry.insert((expiry, id, list));
    }

    /// Removes a list, which must be empty.
    fn remove_list(&mut self, list: u32) {
        let List {
            delay, expiry, id, ..
        } = self.lists.remove(list);
        self.by_expiry.remove(&(expiry, id, list));
        self.by_delay.remove(&delay);
        if self.by_delay.is_empty() && self.by_delay.capacity() > 2 * KEPT {
            self.by_delay.shrink_to(KEPT);
        }
    }

    /// The list that the timer in `slot` is in, or the one that it would go back to.
    fn list_of(&self, slot: u32) -> Option<u32> {
        let timer = &self.timers[slot];
        let again = || self.by_delay.get(&timer.delay).copied();
        timer.list.or_else(again)
    }

    /// Puts the timer in `slot` at the end of a list.
    fn link(&mut self, slot: u32, list: u32) {
        self.lists[list].push_back(&mut self.timers, slot);
        self.timers[slot].list = Some(list);
        self.waiting += 1;
    }

    /// Takes the timer in `slot` out of its list, if it is in one. The list stays, even if it is empty.
    fn unlink(&mut self, slot: u32) {
        if let Some(list) = self.timers[slot].list.take() {
            self.lists[list].unlink(&mut self.timers, slot);
            self.waiting -= 1;
        }
    }

    /// Takes a timer out before it fires, and returns its value.
    ///
    /// `None` when it has fired or was cancelled: cancelling too late is not an error. `None` as well
    /// when the caller has the value, between [`pop_due`](Timers::pop_due) and
    /// [`put_back`](Timers::put_back), which then does not set the timer again.
    ///
    /// Nothing of the timer stays, also while a callback runs: not its slot, and not the list that is
    /// without timers now (see `list_of`). A list that still has timers keeps its expiry. The call of
    /// another timer is not over.
    pub fn cancel(&mut self, id: TimerId) -> Option<T> {
        //> // TODO: take the timer that `id` names out of its list and out of its slot.
        //> todo!("cancel {id:?}")
        let slot = self.timers.find(id)?;
        let list = self.list_of(slot);
        self.unlink(slot);
        if let Some(list) = list
            && self.lists[list].head().is_none()
        {
            self.remove_list(list);
        }
        self.timers.remove(slot).value
        //<
    }

    /// Starts a timer again, with its old delay and under its old id, behind all others of its
    /// duration. `start` is the time of this call.
    ///
    /// `false` when the timer is over or was cancelled. A callback can refresh its own timer: it is set
    /// as soon as [`put_back`](Timers::put_back) brings the value.
    pub fn refresh(&mut self, id: TimerId, start: Duration) -> bool {
        let Some(slot) = self.timers.find(id) else {
            return false;
        };
        self.restart(slot, start);
        true
    }

    /// The list keeps its expiry, though its first timer may be due later now: looking too early once
    /// costs less than moving the list at each refresh.
    fn restart(&mut self, slot: u32, start: Duration) {
        self.unlink(slot);
        self.append(slot, start);
    }

    /// The value of a timer that is set. `None` while the caller has it.
    pub fn get_mut(&mut self, id: TimerId) -> Option<&mut T> {
        let slot = self.timers.find(id)?;
        self.timers[slot].value.as_mut()
    }

    /// Takes out the next timer that is due at `now`.
    ///
    /// `None` when no timer is due any more. Call it until then, with the same `now`: that is a pass.
    /// The list with the earliest expiry comes first, and of lists with one expiry the oldest. A list
    /// is emptied as far as its timers are due before the next list is looked at.
    ///
    /// The timer keeps its id while its callback runs. The callback may cancel or refresh it. After the
    /// callback, `put_back` says what becomes of the timer. Without that call it is over at the next
    /// call of `pop_due` or `next_timeout`.
    ///
    /// ```rust,ignore
    /// let now = clock.now();
    /// while let Some((id, mut interval)) = timers.pop_due(now) {
    ///     let start = clock.now();
    ///     interval.call(&mut timers);
    ///     timers.put_back(id, interval, Some(start));
    /// }
    /// ```
    pub fn pop_due(&mut self, now: Duration) -> Option<(TimerId, T)> {
        self.end_call();
        loop {
            let &(expiry, _, list) = self.by_expiry.first()?;
            if expiry > now {
                return None;
            }
            let looked_at = self.lists.id(list);
            let Some(slot) = self.due_head(list, now) else {
                let left = self.lists.find(looked_at);
                assert!(
                    left.is_none_or(|list| self.lists[list].expiry > now),
                    "`due_head` found nothing due and left the list to be looked at now: this pass never \
                     ends"
                );
                continue;
            };
            self.unlink(slot);
            let timer = self.timers.id(slot);
            let list = self.lists.id(list);
            self.in_call = Some(InCall { timer, list, now });
            let value = self.timers[slot].value.take();
            return Some((timer, value.expect("a timer that waits has its value")));
        }
    }

    /// The slot of the timer in `list` that is to be called at `now`. The expiry of the list has come.
    ///
    /// `None` when there is none. Then nobody looks at the list again before it has a timer to call, and
    /// not within one millisecond of `now`. A list without timers does not stay.
    ///
    /// `now` is the time of the pass: a callback may have started a timer after it.
    fn due_head(&mut self, list: u32, now: Duration) -> Option<u32> {
        //> // TODO: find the timer to call, or see to it that the list is looked at when there is one.
        //> todo!(
        //>     "the timer of {:?} that is to be called at {now:?}",
        //>     self.lists[list].delay
        //> )
        let Some(head) = self.lists[list].head() else {
            self.remove_list(list);
            return None;
        };
        let deadline = self.timers[head].deadline();
        if deadline <= now {
            return Some(head);
        }
        self.postpone_list(list, deadline.max(now.saturating_add(RESOLUTION)));
        None
        //<
    }

    /// Says that the callback of the timer that `pop_due` gave has returned.
    ///
    /// `start` is `Some` for an interval: the timer is set again, from that time, which was read before
    /// the callback. It stands behind the timers of its duration that the callback has set, and is called
    /// after them even if it is due before: so does Node. With `None` the timer is set only if its
    /// callback has refreshed it. Returns the value when the timer is over: it is not to fire again, or
    /// was cancelled meanwhile.
    pub fn put_back(&mut self, id: TimerId, value: T, start: Option<Duration>) -> Option<T> {
        let in_call = self.in_call.as_ref().is_some_and(|call| call.timer == id);
        let slot = self.timers.find(id).filter(|_| in_call);
        let mut value = Some(value);
        if let Some(slot) = slot {
            if let Some(start) = start {
                self.restart(slot, start);
            }
            let timer = &mut self.timers[slot];
            if timer.list.is_some() {
                timer.value = value.take();
            }
        }
        self.end_call();
        value
    }

    /// Ends the call of the last timer that `pop_due` gave: without a value it is over. Then its list
    /// is looked at, which has stayed where it was for as long as the callback ran.
    fn end_call(&mut self) {
        let Some(call) = self.in_call.take() else {
            return;
        };
        if let Some(slot) = self.timers.find(call.timer)
            && self.timers[slot].value.is_none()
        {
            match self.timers[slot].list {
                Some(_) => drop(self.cancel(call.timer)),
                None => drop(self.timers.remove(slot)),
            }
        }
        if let Some(list) = self.lists.find(call.list) {
            self.due_head(list, call.now);
        }
    }

    /// How long to wait in the operating system from `now` on, until there is something to look at.
    ///
    /// In whole milliseconds, rounded up. Zero when a list is due already, `None` when no timer is set:
    /// then only something else can end the wait. After the first timer of a list was cancelled or
    /// refreshed, one wait may end before anything is due: one for each such list.
    pub fn next_timeout(&mut self, now: Duration) -> Option<Duration> {
        self.end_call();
        let &(expiry, _, _) = self.by_expiry.first()?;
        Some(whole_milliseconds(expiry.saturating_sub(now)))
    }
}

impl<T> Default for Timers<T> {
    fn default() -> Timers<T> {
        Timers::new()
    }
}

/// The values may be closures, which cannot be shown. The lists are: expiry, id, duration.
impl<T> fmt::Debug for Timers<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(&self.by_expiry).finish()
    }
}
