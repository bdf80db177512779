use std::time::Duration;

use timers::{Clock, TimerId, Timers, VirtualClock};

fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

fn us(microseconds: u64) -> Duration {
    Duration::from_micros(microseconds)
}

/// Everything that is due at `now`, in order.
#[track_caller]
fn drain<T>(timers: &mut Timers<T>, now: Duration) -> Vec<T> {
    let set = timers.len();
    let mut fired = Vec::new();
    while let Some((_, value)) = timers.pop_due(now) {
        fired.push(value);
        assert!(
            fired.len() <= set,
            "{set} timers were set and `pop_due` has given {}: does it leave the timer in?",
            fired.len()
        );
    }
    fired
}

#[test]
fn timers_fire_by_deadline_in_whatever_order_they_were_set() {
    let mut timers = Timers::new();
    for deadline in [30, 10, 50, 20, 40] {
        timers.insert(ms(deadline), deadline);
    }
    assert_eq!(
        timers.len(),
        5,
        "five timers are set, so `len` is 5; yours is {}. Do two of them share a key?",
        timers.len()
    );
    let fired = drain(&mut timers, ms(100));
    assert_eq!(
        fired,
        [10, 20, 30, 40, 50],
        "set for 30, 10, 50, 20, 40 ms, timers fire in the order of their deadlines; yours came as \
         {fired:?}. Look at `cmp`: the smaller id fires first."
    );
    assert!(
        timers.is_empty(),
        "all timers have fired, so none is left; {} are",
        timers.len()
    );
}

#[test]
fn a_timer_is_due_at_its_deadline_and_not_a_nanosecond_before() {
    let mut timers = Timers::new();
    timers.insert(ms(10), "timer");
    let early = timers.pop_due(ms(10) - Duration::from_nanos(1));
    assert_eq!(
        early.map(|(_, value)| value),
        None,
        "a timer for 10 ms fired 1 ns early. A program that was promised 10 ms may rely on them: \
         `pop_due` must compare the first deadline with `now`."
    );
    let on_time = timers.pop_due(ms(10));
    assert_eq!(
        on_time.map(|(id, value)| (id.deadline(), value)),
        Some((ms(10), "timer")),
        "at 10 ms exactly a timer for 10 ms is due. If it is not, a loop that has waited for the \
         right time finds nothing to do, and waits for zero: is your comparison `<` where `<=` is \
         meant?"
    );
}

#[test]
fn timers_of_one_deadline_fire_in_the_order_they_were_set() {
    let mut timers = Timers::new();
    for name in ["a", "b", "c"] {
        timers.insert(ms(10), name);
    }
    timers.insert(ms(5), "early");
    for name in ["d", "e"] {
        timers.insert(ms(10), name);
    }
    let fired = drain(&mut timers, ms(10));
    assert_eq!(
        fired,
        ["early", "a", "b", "c", "d", "e"],
        "five timers of one deadline, set as a, b, c, d, e, fire in that order, after the one that \
         is earlier; yours came as {fired:?}. If some are missing, they had one key and the last \
         replaced the others; if they are reversed, look at the second half of `cmp`."
    );
}

#[test]
fn a_cancelled_timer_gives_its_value_back_and_never_fires() {
    let mut timers = Timers::new();
    timers.insert(ms(10), "first");
    let second = timers.insert(ms(10), "second");
    timers.insert(ms(10), "third");
    let value = timers.cancel(second);
    assert_eq!(
        value,
        Some("second"),
        "`cancel` gives back the value of the timer that the id names; yours gave {value:?}"
    );
    let again = timers.cancel(second);
    assert_eq!(
        again, None,
        "cancelled a second time, a timer is not there any more and the answer is None; yours was \
         {again:?}. Programs do this all the time: it must touch nothing."
    );
    assert_eq!(
        timers.len(),
        2,
        "of three timers one is cancelled, which leaves 2; `len` says {}. Does a cancelled timer \
         stay in the queue with a mark on it?",
        timers.len()
    );
    let fired = drain(&mut timers, ms(10));
    assert_eq!(
        fired,
        ["first", "third"],
        "the second of three timers was cancelled, the others fire; yours came as {fired:?}"
    );
}

#[test]
fn no_timer_ever_has_the_id_of_another() {
    let mut timers = Timers::new();
    let fired = timers.insert(ms(10), "fired");
    let cancelled = timers.insert(ms(10), "cancelled");
    let waiting = timers.insert(ms(10), "waiting");
    let first = timers.pop_due(ms(10));
    assert_eq!(
        first,
        Some((fired, "fired")),
        "`pop_due` gives the id that `insert` gave, and the value; yours gave {first:?}"
    );
    timers.cancel(cancelled);
    // Two are gone, one is set: a number counted from what is left is one that was given already.
    let ids = [
        timers.insert(ms(10), "new"),
        timers.insert(ms(10), "newer"),
        timers.insert(ms(10), "newest"),
    ];
    for old in [fired, cancelled] {
        let got = timers.cancel(old);
        assert_eq!(
            got, None,
            "{old:?} fired or was cancelled long ago, so cancelling it does nothing; yours \
             cancelled the timer {got:?}, which had nothing to do with it. An id must never be \
             given twice: count upwards, and never back."
        );
    }
    for (index, id) in ids.iter().enumerate() {
        assert!(
            *id != waiting && !ids[..index].contains(id),
            "{id:?} was given to two timers that wait at the same time: the later one replaced the \
             earlier. Count the timers that were ever set, not those that are."
        );
    }
    let left = drain(&mut timers, ms(10));
    assert_eq!(
        left,
        ["waiting", "new", "newer", "newest"],
        "one old timer and three new ones are left and fire in that order; yours came as {left:?}"
    );
}

#[test]
fn a_timer_set_by_a_timer_waits_for_its_own_deadline() {
    let mut timers = Timers::new();
    timers.insert(ms(10), "a");
    timers.insert(ms(10), "c");
    let now = ms(12);
    let mut fired = Vec::new();
    while let Some((_, value)) = timers.pop_due(now) {
        fired.push(value);
        assert!(
            fired.len() <= 4,
            "the pass goes on without end: {fired:?}. A timer for 13 ms is not due at 12 ms."
        );
        if value == "a" {
            // Sets itself again, and one for a time that has passed already.
            timers.insert(now + ms(1), "a again");
            timers.insert(ms(9), "b, overdue");
        }
    }
    assert_eq!(
        fired,
        ["a", "b, overdue", "c"],
        "at 12 ms: `a` and `c` for 10 ms are due. `a` sets a timer for 9 ms, which is overdue and \
         takes its place before `c`, and one for 13 ms, which is not due in this pass. Yours fired \
         {fired:?}."
    );
    let next = timers.next_deadline();
    assert_eq!(
        next,
        Some(ms(13)),
        "the timer that set itself again is still there, for 13 ms; the next deadline is {next:?}"
    );
}

#[test]
fn the_timeout_is_rounded_up_to_whole_milliseconds() {
    for (deadline, now, wanted) in [
        (ms(10), ms(0), ms(10)),
        (ms(10), ms(9), ms(1)),
        (ms(10), us(9_999), ms(1)),
        (us(1_000), ms(0), ms(1)),
        (Duration::from_nanos(1_000_100), ms(0), ms(2)),
        (Duration::from_nanos(1), ms(0), ms(1)),
        (us(2_500), us(400), ms(3)),
        (Duration::from_secs(3_600) + us(1), ms(0), ms(3_600_001)),
    ] {
        let mut timers = Timers::new();
        timers.insert(deadline, ());
        let got = timers.next_timeout(now);
        assert_eq!(
            got,
            Some(wanted),
            "it is {now:?} and the next timer is due at {deadline:?}: wait for {wanted:?}; yours \
             says {got:?}. Less wakes the loop before the timer is due; a whole number stays as it \
             is; more is late for nothing."
        );
    }
}

#[test]
fn the_timeout_is_zero_when_a_timer_is_due_and_none_without_timers() {
    let mut timers = Timers::new();
    let empty = timers.next_timeout(ms(5));
    assert_eq!(
        empty, None,
        "with no timer set there is nothing to wake up for: None; yours says {empty:?}. Zero \
         would make an idle loop spin."
    );
    let due = timers.insert(ms(10), "due");
    timers.insert(ms(30), "later");
    for now in [ms(10), us(10_001), ms(25), Duration::MAX] {
        let got = timers.next_timeout(now);
        assert_eq!(
            got,
            Some(Duration::ZERO),
            "it is {now:?} and a timer was due at 10 ms: do not wait at all; yours says {got:?}. \
             (`deadline - now` panics when the deadline has passed.)"
        );
    }
    timers.cancel(due);
    let got = timers.next_timeout(ms(10));
    assert_eq!(
        got,
        Some(ms(20)),
        "the timer for 10 ms is cancelled, so at 10 ms the next one is 20 ms away; yours says \
         {got:?}. Waking up for a cancelled timer is waking up for nothing."
    );
}

#[test]
fn a_deadline_at_the_end_of_time_overflows_nothing() {
    let mut timers = Timers::new();
    let never = timers.insert(Duration::MAX, "never");
    let got = timers.next_timeout(Duration::ZERO);
    assert_eq!(
        got,
        Some(Duration::MAX),
        "the longest Duration is no whole number of milliseconds, and there is none above it: the \
         answer is cut to it; yours says {got:?}. (Its milliseconds do not fit into 64 bits, and \
         adding to it panics.)"
    );
    let day = Duration::from_secs(86_400 * 365 * 1_000_000);
    let early = timers.pop_due(day);
    assert_eq!(
        early, None,
        "a million years is not the end of time, so the timer is not due; yours gave {early:?}"
    );
    let cancelled = timers.cancel(never);
    assert_eq!(
        cancelled,
        Some("never"),
        "it can be cancelled as every other; yours gave {cancelled:?}"
    );
}

/// Waits as `epoll_wait` does: in whole milliseconds, and what is beyond them is cut off.
fn wait_in_the_os(clock: &VirtualClock, timeout: Duration) {
    let whole = u64::try_from(timeout.as_millis()).expect("this test waits for milliseconds");
    clock.advance(ms(whole));
}

#[test]
fn a_loop_that_wakes_up_finds_a_timer_due() {
    let clock = VirtualClock::new();
    let mut timers = Timers::new();
    for deadline in [300, 1_001, 2_000, 2_400, 10_900, 10_950, 11_000] {
        timers.insert(us(deadline), us(deadline));
    }
    let mut waits = Vec::new();
    while let Some(timeout) = timers.next_timeout(clock.now()) {
        let before = clock.now();
        wait_in_the_os(&clock, timeout);
        waits.push(timeout);
        let now = clock.now();
        let fired = drain(&mut timers, now);
        assert!(
            !fired.is_empty(),
            "at {before:?} the loop waited for {timeout:?}, the operating system cut that to whole \
             milliseconds, and at {now:?} nothing was due: the next timer is at {:?}. The loop \
             would go round and round until then: round up.",
            timers.next_deadline()
        );
        assert!(
            fired.iter().all(|deadline| *deadline <= now),
            "at {now:?} timers for {fired:?} fired: too early"
        );
    }
    assert_eq!(
        waits,
        [ms(1), ms(1), ms(1), ms(8)],
        "for deadlines of 0.3, 1.001, 2, 2.4, 10.9, 10.95 and 11 ms a loop wakes at 1, 2, 3 and 11 \
         ms; yours waited {waits:?}"
    );
    assert!(
        timers.is_empty(),
        "`next_timeout` says that there is nothing to wait for, and {} timers are set",
        timers.len()
    );
}

/// The processor time for `rounds` times setting `count` timers, cancelling half and firing the rest.
fn cost(rounds: u32, count: u32) -> Duration {
    // A multiplication by an odd number visits every place once, in no order that helps anybody.
    let shuffled = |n: u32| u64::from(n.wrapping_mul(2_654_435_761));
    let start = support::thread_cpu_time();
    for _ in 0..rounds {
        let mut timers = Timers::new();
        let ids: Vec<TimerId> = (0..count)
            .map(|n| timers.insert(us(shuffled(n)), n))
            .collect();
        for id in ids.iter().step_by(2) {
            timers.cancel(*id);
        }
        while timers.pop_due(Duration::MAX).is_some() {}
    }
    support::thread_cpu_time() - start
}

#[test]
fn twenty_times_as_many_timers_cost_hardly_more_each() {
    let mut ratios = Vec::new();
    // Other programs disturb even a measurement of processor time: a bad result is not believed at
    // once.
    for _ in 0..3 {
        let many = cost(1, 20_000);
        // As many operations in all. Below 5 ms some systems' clocks say nothing.
        let few = cost(20, 1_000).max(ms(5));
        let ratio = many.as_secs_f64() / few.as_secs_f64();
        ratios.push(format!("{ratio:.1}"));
        if ratio < 6.0 {
            return;
        }
    }
    panic!(
        "with 20,000 timers an operation takes {} times as long as with 1,000, in three attempts; \
         a tree or a heap takes less than 2 times, 6 are allowed. Look for something that touches \
         every timer: a search in `cancel`, a sort in `insert`.",
        ratios.join(", ")
    );
}
