extern crate timers_solution as timers;

mod cost;

use std::fmt::Debug;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use cost::{FEW, MANY, expect_flat};
use support::heap;
use timers::{
    Clock, RESOLUTION, TimerId, TimerTree, Timers, TreeId, VirtualClock, whole_milliseconds,
};

/// Counts what a thread allocates.
#[global_allocator]
static COUNTING: heap::Counting = heap::Counting;

fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

fn us(microseconds: u64) -> Duration {
    Duration::from_micros(microseconds)
}

fn ns(nanoseconds: u64) -> Duration {
    Duration::from_nanos(nanoseconds)
}

const NANOSECOND: Duration = Duration::from_nanos(1);

/// Compares, and if the two differ says what was set up, what was expected, what came, and why that
/// usually happens.
#[track_caller]
fn expect<V: Debug + PartialEq<E>, E: Debug>(setup: &str, expected: E, yours: V, cause: &str) {
    assert!(
        yours == expected,
        "{setup}\nexpected: {expected:?}\n   yours: {yours:?}\n{cause}"
    );
}

/// Runs `work`, and if it panics says why that usually happens.
#[track_caller]
fn expect_no_panic<V>(setup: &str, work: impl FnOnce() -> V, cause: &str) -> V {
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(value) => value,
        Err(_) => panic!("{setup}\nexpected: no panic\n   yours: a panic\n{cause}"),
    }
}

/// All values that are due at `now`, in the order in which they come.
#[track_caller]
fn tree_pass<T: Debug>(tree: &mut TimerTree<T>, now: Duration) -> Vec<T> {
    let set = tree.len();
    let mut fired = Vec::new();
    while let Some((_, value)) = tree.pop_due(now) {
        fired.push(value);
        assert!(
            fired.len() <= set,
            "one pass over a tree of {set} timers\nexpected: at most {set} values\n   \
             yours: {} and more\nDoes `pop_due` leave the timer in the tree?",
            fired.len()
        );
    }
    fired
}

/// All values that are due at `now`, in the order in which they come. No callback sets a timer.
#[track_caller]
fn pass<T: Debug>(timers: &mut Timers<T>, now: Duration) -> Vec<T> {
    let set = timers.len();
    let mut fired = Vec::new();
    while let Some((_, value)) = timers.pop_due(now) {
        fired.push(value);
        assert!(
            fired.len() <= set,
            "one pass over {set} timers\nexpected: at most {set} values\n   yours: {} and more\n\
             Is a timer in two lists, or counted wrong?",
            fired.len()
        );
    }
    fired
}

/// Stops a test whose callbacks start timers, when the pass does not end.
#[track_caller]
fn expect_an_end(calls: usize) {
    assert!(
        calls < 50,
        "callbacks start timers again in a pass\nexpected: the pass ends\n   yours: 50 calls and \
         more\nA timer that is started again counts from its new `start`, also when its list exists."
    );
}

// Step 1: the tree.

#[test]
fn tree_fires_in_the_order_of_deadlines() {
    let mut tree = TimerTree::new();
    for deadline in [30, 10, 50, 20, 40] {
        tree.insert(ms(deadline), deadline);
    }
    expect(
        "five timers inserted: the `len` of the tree",
        5,
        tree.len(),
        "Did two timers get the same key? Then the second replaces the first.",
    );
    expect(
        "timers for 30, 10, 50, 20 and 40 ms; a pass at 40 ms",
        vec![10, 20, 30, 40],
        tree_pass(&mut tree, ms(40)),
        "If only 40 is missing: at its deadline a timer is due, so `now` may equal it.\n\
         If the order is wrong: the map's first key must be the earliest deadline.",
    );
    expect(
        "the same tree: how many timers are left",
        1,
        tree.len(),
        "A timer that fires leaves the tree, and no other does.",
    );
}

#[test]
fn tree_timer_is_due_at_its_deadline_and_not_before() {
    for deadline in [
        ms(10),
        us(10_400),
        us(10_999),
        ns(10_400_550),
        ms(0),
        Duration::MAX,
    ] {
        let mut tree = TimerTree::new();
        tree.insert(deadline, "timer");
        if let Some(early) = deadline.checked_sub(NANOSECOND) {
            expect(
                &format!("a timer for {deadline:?}; `pop_due` 1 ns before"),
                None,
                tree.pop_due(early).map(|(_, value)| value),
                "Compare the exact deadline with `now`, to the nanosecond. Whole milliseconds are for the \
                 wait, not for deadlines.",
            );
        }
        let on_time = tree.pop_due(deadline);
        expect(
            &format!("a timer for {deadline:?}; `pop_due` at {deadline:?}"),
            Some("timer"),
            on_time.map(|(_, value)| value),
            "At its deadline a timer is due: `now` equals it. Or did `insert` change the deadline? \
             Then the loop wakes up and finds nothing.",
        );
    }
}

#[test]
fn tree_timers_of_one_deadline_fire_in_the_order_they_were_set() {
    let mut tree = TimerTree::new();
    for name in ["a", "b", "c"] {
        tree.insert(ms(10), name);
    }
    tree.insert(ms(5), "early");
    for name in ["d", "e"] {
        tree.insert(ms(10), name);
    }
    expect(
        "timers a, b, c for 10 ms, one for 5 ms, then d, e for 10 ms; a pass at 10 ms",
        vec!["early", "a", "b", "c", "d", "e"],
        tree_pass(&mut tree, ms(10)),
        "If some are missing, they had the same key and the last one replaced the others.\n\
         If they are reversed, the later one has the smaller key.",
    );
}

#[test]
fn tree_gives_no_id_twice() {
    let mut tree = TimerTree::new();
    let mut ids: Vec<TreeId> = Vec::new();
    let fired = tree.insert(ms(10), "fired");
    let popped = tree.pop_due(ms(10));
    expect(
        "one timer, fired: what `pop_due` gives",
        Some((fired, "fired")),
        popped,
        "`pop_due` gives the id that `insert` gave.",
    );
    ids.push(fired);
    // The tree is empty now, and the pass goes on until it hears so.
    expect(
        "the same tree, empty: `pop_due`",
        None,
        tree.pop_due(ms(10)),
        "`pop_due` takes the timer out of the tree.",
    );
    let cancelled = tree.insert(ms(10), "cancelled");
    ids.push(cancelled);
    ids.push(tree.insert(ms(10), "waiting"));
    tree.cancel(cancelled);
    for name in ["new", "newer", "newest"] {
        ids.push(tree.insert(ms(10), name));
    }
    for (index, id) in ids.iter().enumerate() {
        assert!(
            !ids[..index].contains(id),
            "six timers for 10 ms; one fired and left the tree empty, one was cancelled\n\
             expected: six different ids\n   yours: number {} is given again: {id:?}\n\
             Count the timers that were ever inserted, not those that are set. Never go back, also \
             not when the tree is empty.",
            index + 1
        );
    }
    for old in [fired, cancelled] {
        expect(
            "an id whose timer fired or was cancelled: `cancel` again",
            None,
            tree.cancel(old),
            "An old id cancelled another timer: an id was given twice.",
        );
    }
}

#[test]
fn tree_is_never_searched() {
    let tree = |count| {
        let mut tree = TimerTree::new();
        let ids: Vec<TreeId> = (0..count).map(|n| tree.insert(us(n as u64), n)).collect();
        (tree, ids)
    };
    let none_due = us(1);
    expect_flat(
        "`pop_due` when no timer is due",
        tree(FEW),
        tree(MANY),
        |(tree, _)| {
            for _ in 0..10 {
                while tree.pop_due(none_due).is_some() {}
            }
        },
    );
    expect_flat(
        "10 timers inserted and fired, while others wait",
        tree(FEW),
        tree(MANY),
        |(tree, _)| {
            for _ in 0..10 {
                tree.insert(ms(0), 0);
            }
            while tree.pop_due(ms(0)).is_some() {}
        },
    );
    expect_flat("`cancel`", tree(FEW), tree(MANY), |(tree, ids)| {
        let last = ids.len() - 10;
        for id in ids.drain(last..) {
            tree.cancel(id);
        }
    });
}

// Step 2: the wait.

#[test]
fn wait_is_rounded_up_to_whole_milliseconds() {
    for (left, wanted) in [
        (ms(10), ms(10)),
        (ms(1), ms(1)),
        (ms(0), ms(0)),
        (NANOSECOND, ms(1)),
        (us(900), ms(1)),
        (us(2_100), ms(3)),
        (us(7_900), ms(8)),
        (ms(7) + NANOSECOND, ms(8)),
        (ms(3_600_000) + us(1), ms(3_600_001)),
    ] {
        expect(
            &format!("the wait when {left:?} are left"),
            wanted,
            whole_milliseconds(left),
            "Shorter: the loop wakes early, and spins until the timer is due.\n\
             Longer: a whole number of milliseconds needs no rounding.",
        );
    }
    for whole in 0..10_000 {
        for (left, wanted) in [
            (ms(whole), ms(whole)),
            (ms(whole) + NANOSECOND, ms(whole + 1)),
        ] {
            expect(
                &format!("the wait when {left:?} are left"),
                wanted,
                whole_milliseconds(left),
                "Right for some numbers and not for all: an f64 holds most fractions of a second only \
                 nearly. Count in whole nanoseconds.",
            );
        }
    }
}

#[test]
fn wait_of_the_longest_duration_overflows_nothing() {
    // 2^64 milliseconds are some 584 million years.
    let eons = Duration::from_secs(u64::MAX / 1_000 + 5);
    // The milliseconds of 25 days fit into an `i32` no more, and those of 50 days into no `u32`.
    let days = |days: u64| Duration::from_secs(days * 24 * 3_600);
    for (left, wanted) in [
        (days(25), days(25)),
        (days(25) + NANOSECOND, days(25) + RESOLUTION),
        (days(50), days(50)),
        (days(50) + NANOSECOND, days(50) + RESOLUTION),
        (eons, eons),
        (eons + NANOSECOND, eons + RESOLUTION),
        (Duration::MAX, Duration::MAX),
        (Duration::MAX - NANOSECOND, Duration::MAX),
    ] {
        expect(
            &format!("the wait when {left:?} are left"),
            wanted,
            whole_milliseconds(left),
            "Shorter: is the wait cut to what one system call takes? That is no matter of this function. Only \
             `Duration::MAX` is its limit.\n\
             Its milliseconds do not fit into 32 bits, or not into 64 bits, and an f64 keeps only the first \
             53 bits of a number. Adding to the longest Duration panics.",
        );
    }
}

/// Waits as `epoll_wait` does: in whole milliseconds. What is beyond them is cut off.
fn wait_in_the_os(clock: &VirtualClock, timeout: Duration) {
    let whole = u64::try_from(timeout.as_millis()).expect("this test waits for milliseconds");
    clock.advance(ms(whole));
}

#[test]
fn wait_ends_when_a_timer_is_due() {
    let clock = VirtualClock::new();
    let mut tree = TimerTree::new();
    for deadline in [300, 1_001, 2_000, 2_400, 10_900, 10_950, 11_000] {
        tree.insert(us(deadline), us(deadline));
    }
    let mut waits = Vec::new();
    while let Some(timeout) = tree.next_timeout(clock.now()) {
        waits.push(timeout);
        wait_in_the_os(&clock, timeout);
        if tree_pass(&mut tree, clock.now()).is_empty() {
            break;
        }
    }
    expect(
        "deadlines of 0.3, 1.001, 2, 2.4, 10.9, 10.95 and 11 ms; the loop waits until a wait ends with \
         nothing due, or no timer is left: all its waits",
        vec![ms(1), ms(1), ms(1), ms(8)],
        waits,
        "The operating system cuts a wait to whole milliseconds. Round up, or the loop spins.",
    );
}

// Step 3: a list for each duration.

#[test]
fn list_expires_with_its_first_timer() {
    let mut timers = Timers::new();
    let setup = |what: &str| format!("20 ms set at 0, 20 ms at 5, 10 ms at 7, 50 ms at 8: {what}");
    let first = timers.set(ms(0), ms(20), "a");
    expect(
        "20 ms set at 0: the wait at 0",
        Some(ms(20)),
        timers.next_timeout(ms(0)),
        "A new list expires when its first timer is due: at its start plus its delay.",
    );
    timers.refresh(first, ms(3));
    expect(
        "20 ms set at 0 and refreshed at 3: the wait at 3",
        Some(ms(17)),
        timers.next_timeout(ms(3)),
        "The list exists, though it was empty for a moment, so its expiry stays 20. The loop may look \
         too early once. A thousand refreshes then move nothing.",
    );
    timers.set(ms(5), ms(20), "b");
    expect(
        "20 ms set at 0, and again at 5: the wait at 5",
        Some(ms(15)),
        timers.next_timeout(ms(5)),
        "The list of 20 ms expires with its first timer. A second timer changes nothing.",
    );
    timers.set(ms(7), ms(10), "c");
    timers.set(ms(8), ms(50), "d");
    expect(
        &setup("the wait at 8"),
        Some(ms(9)),
        timers.next_timeout(ms(8)),
        "The list of 10 ms expires at 17, before the others. A deadline counts from `start`: set that \
         before you ask for `deadline()`.",
    );
    expect(
        &setup("`len`"),
        4,
        timers.len(),
        "`append` puts each timer into one list, with `link`.",
    );
    let mut timers = Timers::new();
    timers.set(ms(0), us(10_900), "longer");
    timers.set(ms(0), ms(10), "shorter");
    expect(
        "10.9 ms and 10 ms set at 0: the wait at 0",
        Some(ms(10)),
        timers.next_timeout(ms(0)),
        "11 ms: the shorter one is in the longer one's list. Each duration has a list of its own, to the \
         nanosecond. Do not round the key.",
    );
    let mut timers = Timers::new();
    let setup = "`Duration::MAX` set at 5 ms";
    let cause = "`+` panics beyond `Duration::MAX`. `Timer::deadline` stops there.";
    expect_no_panic(
        setup,
        || timers.set(ms(5), Duration::MAX, "at the end of time"),
        cause,
    );
    expect(
        &format!("{setup}: the wait at 5, which ends at the end of time"),
        Some(Duration::MAX - ms(5) + NANOSECOND),
        timers.next_timeout(ms(5)),
        "What would be due later than `Duration::MAX` is due then.",
    );
}

// Step 4: cancelling.

#[test]
fn cancel_gives_the_value_back_once_and_leaves_nothing() {
    let mut timers = Timers::new();
    let first = timers.set(ms(0), ms(10), "first");
    let second = timers.set(ms(3), ms(10), "second");
    let other = timers.set(ms(4), ms(30), "other");
    expect(
        "10 ms set at 0 and at 3, 30 ms at 4: the value that cancelling the first gives",
        Some("first"),
        timers.cancel(first),
        "`cancel` returns the value of the timer that the id names.",
    );
    expect(
        "cancelling it again",
        None,
        timers.cancel(first),
        "It is gone: its slot must be free. Cancelling twice is no error and touches nothing.",
    );
    expect(
        "one of three timers cancelled: `len`",
        2,
        timers.len(),
        "A cancelled timer leaves its list: see `unlink`.",
    );
    expect(
        "10 ms set at 0 and at 3, the first one cancelled: the wait at 4",
        Some(ms(6)),
        timers.next_timeout(ms(4)),
        "9 ms: a list that still has timers keeps its expiry, here 10. One early look is cheap.\n\
         30 ms: the list was removed, though a timer is in it.",
    );
    timers.cancel(second);
    expect(
        "both timers of 10 ms cancelled, 30 ms set at 4: the wait at 4",
        Some(ms(30)),
        timers.next_timeout(ms(4)),
        "The list of 10 ms is empty and must go, or the loop wakes up for nothing.",
    );
    timers.cancel(other);
    expect(
        "all timers cancelled: the wait",
        None,
        timers.next_timeout(ms(4)),
        "No list is left, so there is nothing to wait for.",
    );
}

#[test]
fn cancel_with_an_old_id_never_hits_a_new_timer() {
    let mut timers = Timers::new();
    let mut old: Vec<TimerId> = Vec::new();
    for round in 0..100 {
        let id = timers.set(ms(0), ms(10), round);
        assert!(
            !old.contains(&id),
            "100 timers, each cancelled before the next is set\nexpected: 100 different ids\n   \
             yours: {id:?} is given again\nA slot may be used again, an id may not."
        );
        expect(
            "the id of a new timer: its value, by `get_mut`",
            Some(&mut round.clone()),
            timers.get_mut(id),
            "`Slots::find` leads from the id to the slot.",
        );
        for id in &old {
            expect(
                "an id whose timer is gone, while another timer uses its slot: `get_mut`, `refresh` and \
                 `cancel`",
                (None, false, None),
                (
                    timers.get_mut(*id).copied(),
                    timers.refresh(*id, ms(1)),
                    timers.cancel(*id),
                ),
                "If `refresh` says true: a cancelled timer left its list and not its slot. \
                 `Slots::remove` frees it.\nOtherwise the id found the new timer: leave the comparison \
                 to `Slots::find`.",
            );
        }
        expect(
            "the new timer, after all the old ids were cancelled once more",
            Some(round),
            timers.cancel(id),
            "An old id took the new timer away.",
        );
        old.push(id);
    }
}

#[test]
fn cancel_leaves_no_memory_in_use() {
    let before = heap::held();
    let mut timers = Timers::new();
    for n in 0..2_000 {
        // A new duration each time.
        let id = timers.set(ms(n), ms(n + 1), [0_u8; 64]);
        timers.cancel(id);
    }
    let one_by_one = heap::held() - before;
    assert!(
        one_by_one < 10_000,
        "2,000 timers of 64 bytes, each set and cancelled before the next\n\
         expected: memory for one, less than 10,000 bytes\n   yours: {one_by_one} bytes held\n\
         A cancelled timer leaves something behind: its slot, its list, or its place in a list."
    );
    let ids: Vec<TimerId> = (0..2_000)
        .map(|n| timers.set(ms(0), ms(1 + n), [0_u8; 64]))
        .collect();
    for id in ids {
        timers.cancel(id);
    }
    let together = heap::held() - before;
    assert!(
        together < 50_000,
        "2,000 timers of 64 bytes set, then all cancelled\n\
         expected: nearly all memory given back, less than 50,000 bytes held\n   \
         yours: {together} bytes held\n\
         `Slots` and `remove_list` give memory back when nothing is left: is something left?"
    );
}

#[test]
fn cancel_never_searches() {
    let timers = |count| {
        let mut timers = Timers::new();
        let ids: Vec<TimerId> = (0..count).map(|n| timers.set(ms(0), ms(10), n)).collect();
        (timers, ids)
    };
    // Each of them has a list of its own. Fewer timers, since an `append` that searches takes long to set them.
    let lists = |count| {
        let mut timers = Timers::new();
        let delay = |n: usize| ms(10 + n as u64);
        let ids: Vec<TimerId> = (0..count).map(|n| timers.set(ms(0), delay(n), n)).collect();
        (timers, ids)
    };
    for (what, few, many) in [
        ("`cancel`", timers(FEW), timers(MANY)),
        (
            "`cancel`, when each timer has its own duration",
            lists(FEW / 2),
            lists(MANY / 2),
        ),
    ] {
        expect_flat(what, few, many, |(timers, ids)| {
            let last = ids.len() - 10;
            for id in ids.drain(last..) {
                timers.cancel(id);
            }
        });
    }
}

// Step 5: the pass.

#[test]
fn pass_calls_a_timer_at_its_deadline_and_not_before() {
    for (start, delay) in [
        (ms(0), ms(10)),
        (us(2_900), ms(10)),
        (us(700), us(1_500)),
        (ns(400_550), ms(10)),
    ] {
        let mut timers = Timers::new();
        timers.set(start, delay, "timer");
        let due = start + delay;
        expect(
            &format!("{delay:?} set at {start:?}; a pass 1 ns before {due:?}"),
            Vec::<&str>::new(),
            pass(&mut timers, due - NANOSECOND),
            "A timer never fires early. Compare exact times.",
        );
        expect(
            &format!("{delay:?} set at {start:?}; a pass at {due:?}"),
            vec!["timer"],
            pass(&mut timers, due),
            "At its deadline a timer is due: its deadline equals `now`.\n\
             Or its list expires too late, or too early and is looked at again 1 ms later: `append` makes \
             the list for the exact deadline, which counts from the new `start`.",
        );
    }
    for (start, now) in [(us(4_300), us(14_200)), (ns(4_300_550), ns(14_300_549))] {
        let mut timers = Timers::new();
        timers.set(ms(0), ms(10), "first");
        timers.set(start, ms(10), "second");
        expect(
            &format!("10 ms set at 0 and at {start:?}; a pass at {now:?}"),
            vec!["first"],
            pass(&mut timers, now),
            "The expiry of a list says when to look. Each of its timers has its own exact deadline, to the \
             nanosecond.",
        );
    }
    let mut timers = Timers::new();
    timers.set(ms(0), ms(10), "first");
    timers.set(us(4_300), ms(10), "second");
    pass(&mut timers, ms(10));
    expect(
        "10 ms set at 0 and at 4.3; a pass at 10, then the wait at 10",
        Some(ms(5)),
        timers.next_timeout(ms(10)),
        "The second timer was not due at 10, so its list now expires with it, at 14.3. With 14 the loop \
         wakes for nothing.",
    );
    expect(
        "the same timers; a pass at 14.3",
        vec!["second"],
        pass(&mut timers, us(14_300)),
        "The list expires at 14.3. Only the wait is in whole milliseconds, an expiry is exact.",
    );
    // The second one would be due after the end of time.
    let end = Duration::MAX;
    let mut timers = Timers::new();
    let setup = "10 ms set 12 ms and 9 ms before `Duration::MAX`; a pass 0.5 ms before it";
    let fired = expect_no_panic(
        setup,
        || {
            timers.set(end - ms(12), ms(10), "first");
            timers.set(end - ms(9), ms(10), "second");
            pass(&mut timers, end - us(500))
        },
        "`+` panics beyond `Duration::MAX`. `Timer::deadline` and `saturating_add` stop there.",
    );
    expect(setup, vec!["first"], fired, "Only the first is due.");
    let setup = "the same timers; a pass at `Duration::MAX`";
    let fired = expect_no_panic(
        setup,
        || pass(&mut timers, end),
        "If it says that the pass never ends: less than its delay has passed since the start of the second \
         one. Compare the deadline with `now`.",
    );
    expect(
        setup,
        vec!["second"],
        fired,
        "What would be due later than `Duration::MAX` is due then.",
    );
}

#[test]
fn pass_time_is_not_the_start_of_a_new_timer() {
    // The turn begins at 100 ms. Its code works for 50 ms and then sets a timer.
    let clock = VirtualClock::new();
    let mut timers = Timers::new();
    timers.set(clock.now(), ms(100), "work");
    timers.set(clock.now(), ms(10), "earlier");
    pass(&mut timers, ms(10));
    clock.advance(ms(100));
    let now = clock.now();
    let mut fired = Vec::new();
    while let Some((_, name)) = timers.pop_due(now) {
        fired.push((name, clock.now()));
        expect_an_end(fired.len());
        if name == "work" {
            clock.advance(ms(50));
            timers.set(clock.now(), ms(10), "set after work");
        }
    }
    for _ in 0..3 {
        let Some(timeout) = timers.next_timeout(clock.now()) else {
            break;
        };
        clock.advance(timeout);
        for name in pass(&mut timers, clock.now()) {
            fired.push((name, clock.now()));
        }
    }
    expect(
        "a turn begins at 100 ms, works until 150 ms, then sets a timer of 10 ms: what fires when",
        vec![("work", ms(100)), ("set after work", ms(160))],
        fired,
        "The pass has one time, and setting a timer has another: `start` is the time of the call.",
    );
    let mut timers = Timers::new();
    timers.set(ms(90), ms(10), "work");
    let mut fired = Vec::new();
    while let Some((_, name)) = timers.pop_due(ms(100)) {
        fired.push(name);
        expect_an_end(fired.len());
        if name == "work" {
            timers.set(ms(150), ms(10), "set after work");
        }
    }
    expect(
        "10 ms set at 90; a pass at 100, whose callback works until 150, then sets 10 ms: what fires, and the \
         wait at 150",
        (vec!["work"], Some(ms(10))),
        (fired, timers.next_timeout(ms(150))),
        "`due_head` sees the new timer at 100, before its start. It is due at 160, and its list is looked at \
         then, not before. Neither a start after `now` nor `now` changes a deadline.",
    );
}

#[test]
fn pass_goes_through_late_lists_as_in_node() {
    let mut timers = Timers::new();
    for (start, delay, name) in [(0, 20, "A"), (12, 10, "B"), (15, 20, "C")] {
        timers.set(ms(start), ms(delay), name);
    }
    expect(
        "A of 20 ms set at 0, B of 10 at 12, C of 20 at 15; one pass at 40",
        vec!["A", "C", "B"],
        pass(&mut timers, ms(40)),
        "The list of 20 ms expires first, at 20, and is emptied as far as it is due. In Node too.",
    );
    let mut timers = Timers::new();
    for (start, delay, name) in [(0, 100, "P"), (1, 110, "Q"), (2, 100, "R")] {
        timers.set(ms(start), ms(delay), name);
    }
    expect(
        "P of 100 ms, Q of 110 ms, R of 100 ms, set in this order; one pass at 200",
        vec!["P", "R", "Q"],
        pass(&mut timers, ms(200)),
        "P and R share the list of 100 ms. One list a timer gives P Q R or R P Q.",
    );
    let mut timers = Timers::new();
    let a = timers.set(ms(0), ms(60), "a");
    timers.set(ms(2), ms(58), "b");
    timers.refresh(a, ms(2));
    expect(
        "a of 60 ms set at 0, b of 58 at 2, then a refreshed at 2; one pass at 200",
        vec!["a", "b"],
        pass(&mut timers, ms(200)),
        "Both lists expire at 60, and a's is older. A refresh leaves the expiry of a list that exists.",
    );
    let mut timers = Timers::new();
    let a = timers.set(ms(0), ms(60), "a");
    timers.set(ms(7), ms(60), "b");
    timers.set(ms(7), ms(55), "c");
    timers.cancel(a);
    expect(
        "a of 60 ms set at 0, b of 60 and c of 55 at 7, a cancelled; one pass at 200",
        vec!["b", "c"],
        pass(&mut timers, ms(200)),
        "The list of 60 ms still expires at 60, before c's at 62. `cancel` moves no list.",
    );
    let mut timers = Timers::new();
    let [first, _, last] = ["first", "a", "last"].map(|name| timers.set(ms(0), ms(20), name));
    timers.set(ms(10), ms(10), "b");
    timers.cancel(first);
    timers.cancel(last);
    expect(
        "first, a and last of 20 ms set at 0, b of 10 at 10, first and last cancelled; a pass at 20",
        vec!["a", "b"],
        pass(&mut timers, ms(20)),
        "Both lists expire at 20, and a's is older. `cancel` gives a list that still has timers neither a new \
         expiry nor a new id.",
    );
}

#[test]
fn pass_moves_what_waits_again_behind_its_equals() {
    let mut timers = Timers::new();
    timers.set(ms(0), ms(10), "ten");
    timers.set(ms(5), ms(10), "ten again");
    timers.set(ms(7), ms(8), "eight");
    expect(
        "10 ms set at 0 and at 5, 8 ms set at 7; a pass at 10",
        vec!["ten"],
        pass(&mut timers, ms(10)),
        "Only the first is due.",
    );
    expect(
        "the same timers; a pass at 15, when both lists expire",
        vec!["eight", "ten again"],
        pass(&mut timers, ms(15)),
        "At 10 the list of 10 ms was given a new expiry, 15. That gave it a new id as well, so it \
         stands behind the list of 8 ms, which has that expiry already.",
    );
    let mut timers = Timers::new();
    timers.set(us(0), ms(10), "first");
    timers.set(us(2_300), ms(10), "second");
    pass(&mut timers, ms(12));
    expect(
        "10 ms set at 0 and at 2.3; a pass at 12, and one at 12.9",
        Vec::<&str>::new(),
        pass(&mut timers, us(12_900)),
        "The second is not due at 12. Its list is looked at again 1 ms after that look, not before: \
         what counts is `now`, not the old expiry.",
    );
    expect(
        "the same timers; a pass at 13",
        vec!["second"],
        pass(&mut timers, ms(13)),
        "1 ms after the last look is soon enough.",
    );
    // When the second is set, the first look, a time without a look, and when the second fires.
    for (start, look, silent, fires) in [
        (us(1_500), us(10_300), us(11_499), us(11_500)),
        (us(1_200), us(10_900), us(11_899), us(11_900)),
    ] {
        let mut timers = Timers::new();
        timers.set(us(0), ms(10), "first");
        timers.set(start, ms(10), "second");
        expect(
            &format!(
                "10 ms set at 0 and at {start:?}; what fires in passes at {look:?}, {silent:?} and {fires:?}"
            ),
            [vec!["first"], vec![], vec!["second"]],
            [look, silent, fires].map(|now| pass(&mut timers, now)),
            "The list is looked at when the second is due, but not within 1 ms of the last look. Neither time \
             is rounded to whole milliseconds.",
        );
    }
}

#[test]
fn pass_leaves_what_it_sets_to_the_next_pass() {
    let mut timers = Timers::new();
    timers.set(ms(0), ms(10), "a");
    timers.set(ms(0), ms(10), "b");
    // The clock stands still, the worst case: no time passes while the callbacks run.
    let now = ms(30);
    let mut fired = Vec::new();
    while let Some((_, name)) = timers.pop_due(now) {
        fired.push(name);
        assert!(
            fired.len() < 10,
            "a callback sets timers of 0, 1 and 10 ms in a pass\nexpected: none runs in this pass\n   \
             yours: {fired:?} and more\nA new timer counts from its own start. Is it due?"
        );
        if name == "a" {
            for delay in [ms(0), ms(1), ms(10)] {
                timers.set(now, delay, "set in the pass");
            }
        }
    }
    expect(
        "a and b are due, and a sets timers of 0, 1 and 10 ms: what runs in this pass",
        vec!["a", "b"],
        fired,
        "A delay below 1 ms counts as 1 ms, so none of the three is due at the time of the pass.",
    );
    expect(
        "the same timers: the wait after the pass",
        Some(ms(1)),
        timers.next_timeout(now),
        "The timers of 0 and 1 ms are due 1 ms after they were set.",
    );
    expect(
        "the same timers; a pass 10 ms later",
        vec!["set in the pass"; 3],
        pass(&mut timers, now + ms(10)),
        "All three are set and due by now. None is lost, and none comes twice.",
    );
}

#[test]
fn pass_skips_what_a_callback_has_taken_away() {
    let mut timers = Timers::new();
    let first = timers.set(ms(0), ms(10), "first");
    let ids: Vec<TimerId> = ["next", "middle", "kept", "last"]
        .into_iter()
        .map(|name| timers.set(ms(0), ms(10), name))
        .collect();
    let other_list = timers.set(ms(0), ms(50), "other list");
    let mut fired = Vec::new();
    let mut values = Vec::new();
    let mut given_back = None;
    while let Some((id, name)) = timers.pop_due(ms(30)) {
        fired.push(name);
        expect_an_end(fired.len());
        if name == "first" {
            for id in [ids[0], ids[1], ids[3], other_list] {
                values.push(timers.cancel(id));
            }
            // It is an interval.
            given_back = timers.put_back(id, name, Some(ms(30)));
        }
    }
    expect(
        "five timers of 10 ms are due, one of 50 ms is not; the first one's callback cancels four of \
         the others: what fires",
        vec!["first", "kept"],
        fired,
        "A pass takes out one timer at a time, so that each call can still change what follows.",
    );
    expect(
        "the values that these four calls of `cancel` returned",
        vec![
            Some("next"),
            Some("middle"),
            Some("last"),
            Some("other list"),
        ],
        values,
        "A timer that is due and has not been called yet is cancelled as every other.",
    );
    expect(
        "the first one is an interval: what its `put_back` returned, and what cancelling it returns",
        (None, Some("first")),
        (given_back, timers.cancel(first)),
        "The interval is lost. Cancelling another timer must not end its call: `cancel` leaves `in_call` \
         alone.",
    );
    expect(
        "all are cancelled or over, also the one of 50 ms: the wait at 30",
        None,
        timers.next_timeout(ms(30)),
        "A list goes with its last timer, also while a callback runs. The loop would wake for nothing.",
    );
    for own in [true, false] {
        let mut timers = Timers::new();
        let mut last = timers.set(ms(0), ms(40), "A");
        if !own {
            last = timers.set(ms(0), ms(40), "B");
        }
        let mut fired = Vec::new();
        while let Some((_, name)) = timers.pop_due(ms(40)) {
            fired.push(name);
            expect_an_end(fired.len());
            if name == "A" {
                timers.cancel(last);
                timers.set(ms(43), ms(40), "X");
                timers.set(ms(47), ms(36), "Y");
            }
        }
        fired.extend(pass(&mut timers, ms(100)));
        let cancelled = if own {
            "itself"
        } else {
            "B, the last timer in the list of 40 ms"
        };
        expect(
            &format!(
                "A of 40 ms fires at 40; its callback cancels {cancelled}, then sets X of 40 ms at 43 \
                 and Y of 36 ms at 47; one more pass at 100: what fires"
            ),
            vec!["A", "X", "Y"],
            fired,
            "`cancel` leaves the list of 40 ms without timers, so it must go, also while A runs. X \
             then makes a new list, which is older than Y's. While A runs it is in no list: `list_of` \
             knows the one that it came from. X Y is Node's order too.",
        );
    }
}

#[test]
fn pass_keeps_the_id_and_the_rhythm_of_an_interval() {
    let mut timers = Timers::new();
    let interval = timers.set(ms(0), ms(20), "interval");
    let mut fired = Vec::new();
    for wake in [20, 40, 105, 110, 120, 125] {
        let mut now = ms(wake);
        while let Some((id, value)) = timers.pop_due(ms(wake)) {
            fired.push((id, wake));
            expect_an_end(fired.len());
            let start = now;
            // Its callback takes 15 ms; the third one, at 105 ms, takes none.
            now += if wake == 105 { ms(0) } else { ms(15) };
            timers.put_back(id, value, Some(start));
        }
    }
    let expected: Vec<(TimerId, u64)> = [20, 40, 105, 125].map(|at| (interval, at)).into();
    expect(
        "an interval of 20 ms with callbacks of 15 ms, passes at 20, 40, 105, 110, 120, 125: calls",
        expected,
        fired,
        "It starts again from the time before its callback, under its old id. After a long block it \
         fires once, and not for each time that it missed.",
    );
    let mut again = Timers::new();
    let id = again.set(ms(0), ms(10), "interval");
    again.pop_due(ms(10));
    again.refresh(id, ms(14));
    again.put_back(id, "interval", Some(ms(10)));
    expect(
        "an interval of 10 ms called at 10, refreshed by its callback at 14, put back from 10: the wait at 14",
        Some(ms(6)),
        again.next_timeout(ms(14)),
        "The last start counts, also when it is earlier: `put_back` comes after `refresh`, so it is due at 20.",
    );
    let mut again = Timers::new();
    let id = again.set(ms(0), ms(10), "interval");
    again.pop_due(ms(10));
    let other = again.set(ms(12), ms(10), "cancelled");
    again.cancel(other);
    again.set(ms(15), ms(10), "set");
    again.put_back(id, "interval", Some(ms(10)));
    expect(
        "an interval of 10 ms called at 10; its callback sets 10 ms at 12, cancels it, sets 10 ms at 15; it is \
         put back from 10: the wait at 15",
        Some(ms(10)),
        again.next_timeout(ms(15)),
        "5 ms: `append` gave a list that exists another expiry. The one set at 15 made a new list, for 25. The \
         interval stands behind it and is called after it, though it is due at 20. So does Node.",
    );
    // Its callback takes the last timer out of its list, and so the list. Then it cancels itself.
    for waits in [true, false] {
        let mut again = Timers::new();
        let id = again.set(ms(0), ms(10), "interval");
        let before = waits.then(|| again.set(ms(0), ms(10), "other"));
        again.pop_due(ms(10));
        let other = before.unwrap_or_else(|| again.set(ms(10), ms(10), "other"));
        let setup = if waits {
            "an interval and another timer of 10 ms are due; the interval's callback cancels the other"
        } else {
            "an interval of 10 ms is due; its callback sets another timer of 10 ms, cancels that one"
        };
        again.cancel(other);
        expect(
            &format!("{setup}, and then itself: `cancel`, `put_back`, `len` and the wait"),
            (None, Some("interval"), 0, None),
            (
                again.cancel(id),
                again.put_back(id, "interval", Some(ms(10))),
                again.len(),
                again.next_timeout(ms(10)),
            ),
            "Its list went with the other timer, so `list_of` gives None. `cancel` must free the slot all the \
             same: a `?` at `list_of` returns before that, and `put_back` sets the timer again.",
        );
    }
    // At its next call it cancels itself.
    let called = timers.pop_due(ms(145));
    expect(
        "the same interval; a pass at 145: its id and its value",
        Some((interval, "interval")),
        called,
        "It was set again at 125, for 145.",
    );
    expect(
        "the interval's callback cancels it: what `cancel` returns",
        None,
        timers.cancel(interval),
        "The value is with the caller of `pop_due`.",
    );
    expect(
        "cancelled by its own callback: what `put_back` returns",
        Some("interval"),
        timers.put_back(interval, "interval", Some(ms(145))),
        "`cancel` must free the slot also when the timer is in no list. Then `put_back` finds that it \
         is over, and gives the value back.",
    );
    expect(
        "cancelled by its own callback: `len`, and the wait at 145",
        (0, None),
        (timers.len(), timers.next_timeout(ms(145))),
        "Nothing is left of it. If the wait is not None, its empty list was left: `list_of` knows the \
         list while the callback runs.",
    );
}

#[test]
fn pass_lets_a_callback_refresh_its_own_timer() {
    let mut timers = Timers::new();
    let refreshed = timers.set(ms(0), ms(20), "refreshed");
    timers.set(ms(0), ms(20), "twice");
    let mut fired = Vec::new();
    for now in [20, 40, 45, 65, 85].map(ms) {
        while let Some((id, value)) = timers.pop_due(now) {
            fired.push((value, now));
            expect_an_end(fired.len());
            // 5 ms later it starts itself again. "twice" then cancels itself as well.
            if now < ms(45) {
                timers.refresh(id, now + ms(5));
                if value == "twice" {
                    timers.cancel(id);
                }
            }
            expect_no_panic(
                "a timer refreshes itself 5 ms after the time of the pass; `put_back`",
                || timers.put_back(id, value, None),
                "If it says `overflow when subtracting durations`: a timer that a callback starts may \
                 have a start after the pass's `now`. Compare its deadline with `now`.",
            );
        }
    }
    expect(
        "two timers of 20 ms, which refresh themselves 5 ms after they fire; one also cancels itself; \
         passes at 20, 40, 45, 65, 85: calls",
        vec![
            ("refreshed", ms(20)),
            ("twice", ms(20)),
            ("refreshed", ms(45)),
        ],
        fired,
        "A refreshed timer counts from the time of `refresh`: `append` must take over its `start` \
         also when the list exists. A cancelled one is not put back.",
    );
    expect(
        "the timer that fired for the last time: `cancel` and `refresh`",
        (None, false),
        (timers.cancel(refreshed), timers.refresh(refreshed, ms(90))),
        "It is over, and its id names nothing any more.",
    );
}

#[test]
fn pass_after_a_refresh_is_early_once_and_never_spins() {
    // An idle time-out of 60 ms, refreshed by a request every 7 ms until 210 ms.
    let clock = VirtualClock::new();
    let mut timers = Timers::new();
    let idle = timers.set(clock.now(), ms(60), "idle");
    let behind = timers.set(clock.now(), ms(60), "behind");
    let mut looks = Vec::new();
    let mut fired = Vec::new();
    let mut request = ms(7);
    while let Some(timeout) = timers.next_timeout(clock.now()) {
        let wake = clock.now() + timeout;
        if request <= ms(210) && request < wake {
            clock.advance(request - clock.now());
            timers.refresh(idle, clock.now());
            timers.refresh(behind, clock.now());
            request += ms(7);
            continue;
        }
        clock.advance(timeout);
        looks.push(wake);
        for name in pass(&mut timers, clock.now()) {
            fired.push((name, clock.now()));
        }
        if looks.len() > 20 {
            break;
        }
    }
    expect(
        "two time-outs of 60 ms, refreshed every 7 ms from 7 to 210: what fires when",
        vec![("idle", ms(270)), ("behind", ms(270))],
        fired,
        "Refreshed timers count from the last refresh.",
    );
    expect(
        "the same timers: when the loop looked at them",
        vec![ms(60), ms(116), ms(172), ms(228), ms(270)],
        looks,
        "When the first timer of a list is not due, the list waits for the deadline of that timer. A \
         shorter wait wakes the loop for nothing, again and again.",
    );
}

#[test]
fn pass_agrees_with_the_tree() {
    // xorshift, Marsaglia 2003.
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut random = move |below: u64| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state % below
    };
    let mut now = Duration::ZERO;
    let mut timers = Timers::new();
    let mut tree = TimerTree::new();
    let mut set: Vec<(TimerId, TreeId, Duration)> = Vec::new();
    for name in 0..3_000 {
        now += ms(random(4));
        match random(8) {
            0..4 => {
                let delay = ms([1, 2, 5, 10, 10, 30][random(6) as usize]);
                let id = timers.set(now, delay, name);
                set.push((id, tree.insert(now + delay, name), delay));
            }
            4 if !set.is_empty() => {
                let (id, key, _) = set.swap_remove(random(set.len() as u64) as usize);
                expect(
                    "a random timer cancelled in both queues: the value that the lists give back",
                    tree.cancel(key),
                    timers.cancel(id),
                    "The tree says what is right: does the timer exist or not?",
                );
            }
            5 if !set.is_empty() => {
                let index = random(set.len() as u64) as usize;
                let (id, key, delay) = &mut set[index];
                if let Some(value) = tree.cancel(*key) {
                    timers.refresh(*id, now);
                    *key = tree.insert(now + *delay, value);
                }
            }
            6 => {
                let mut fired = pass(&mut timers, now);
                let mut wanted = tree_pass(&mut tree, now);
                fired.sort_unstable();
                wanted.sort_unstable();
                expect(
                    &format!("random timers; what fires in one pass at {now:?}, sorted"),
                    wanted,
                    fired,
                    "The order of the two queues may differ, and what is due may not.",
                );
            }
            _ => {}
        }
        let wait = timers.next_timeout(now);
        let longest = tree.next_timeout(now);
        assert!(
            wait.is_some() == longest.is_some() && wait <= longest,
            "random timers; the wait at {now:?}, in milliseconds\n\
             expected: {longest:?}, or less after a cancelled or refreshed timer\n   yours: {wait:?}\n\
             A list must not expire later than its first timer is due."
        );
        expect(
            "random timers: `len`",
            tree.len(),
            timers.len(),
            "`link` and `unlink` count. If yours is one more, a timer may be missing in the tree: did `insert` give \
             two timers one key?",
        );
    }
}

#[test]
fn pass_leaves_no_memory_in_use() {
    let before = heap::held();
    let mut timers = Timers::new();
    for n in 0..2_000 {
        // A new duration each time.
        timers.set(ms(n), ms(n + 1), [0_u8; 64]);
        pass(&mut timers, ms(2 * n + 1));
    }
    let held = heap::held() - before;
    assert!(
        held < 10_000,
        "2,000 timers of 64 bytes, each of another duration, set and fired before the next\n\
         expected: memory for one, less than 10,000 bytes\n   yours: {held} bytes held\n\
         A timer that has fired leaves its list behind, or a part of it: `remove_list` removes an empty list \
         wherever it is known."
    );
}

#[test]
fn pass_never_searches() {
    let timers = |count| {
        let mut timers = Timers::new();
        for n in 0..count {
            timers.set(ms(0), ms(10), n);
        }
        (timers, ms(0))
    };
    expect_flat(
        "10 timers set and fired, while others wait",
        timers(FEW),
        timers(MANY),
        |(timers, start)| {
            for _ in 0..10 {
                timers.set(*start, ms(2), 0);
            }
            while timers.pop_due(*start + ms(2)).is_some() {}
        },
    );
    // Each of them has a list of its own, which expires in an hour or later.
    let lists = |count: usize| {
        let mut timers = Timers::new();
        let delays = (0..count as u64).map(|n| ms(3_600_000 + n));
        let longest = delays.clone().next_back();
        for delay in delays {
            timers.set(ms(0), delay, 0);
        }
        (timers, longest.expect("there is one"))
    };
    expect_flat(
        "10 timers of new durations set, while others with other durations wait",
        lists(FEW / 2),
        lists(MANY / 2),
        |(timers, longest)| {
            for _ in 0..10 {
                *longest += ms(1);
                timers.set(ms(0), *longest, 0);
            }
        },
    );
    expect_flat(
        "10 lists looked at too early and given another expiry, while others wait",
        lists(FEW / 2),
        lists(MANY / 2),
        |(timers, _)| {
            let ids: Vec<TimerId> = (2..12).map(|n| timers.set(ms(0), ms(n), 0)).collect();
            for id in &ids {
                timers.refresh(*id, ms(20));
            }
            while timers.pop_due(ms(12)).is_some() {}
            for id in ids {
                timers.cancel(id);
            }
        },
    );
}
