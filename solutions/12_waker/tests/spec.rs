extern crate waker_solution as waker;

mod bells;

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::Duration;

use bells::{CountedBell, ExploredBell};
use event_queue::{EventQueue, Events, Token};
use support::explore::Explore;
use support::sync::atomic::AtomicUsize;
use support::{descriptor_count, within};
use waker::{Mailbox, Waker};

/// Far more than any test needs.
const LIMIT: Duration = Duration::from_secs(5);

/// The token of the wakers here.
const WAKE: Token = Token(7);

fn queue() -> (EventQueue, Events) {
    let queue = EventQueue::new().expect("the system has a queue for this test");
    (queue, Events::with_capacity(8))
}

/// Waits, and says how many events there were for the waker: 0 when the time was over.
fn heard(queue: &EventQueue, events: &mut Events, timeout: Option<Duration>) -> usize {
    queue.wait(events, timeout).expect("the wait succeeds");
    let of_waker = |event: &&event_queue::Event| event.token() == WAKE && event.is_readable();
    events.iter().filter(of_waker).count()
}

#[test]
fn a_wake_before_the_wait_ends_that_wait() {
    let cause = "the wait goes on although the waker woke before it\nDoes `ring` reach the queue that the bell \
                 was made for, and is the token of `new` the one that comes out?";
    within(LIMIT, cause, || {
        let (queue, mut events) = queue();
        let waker = Waker::new(&queue, WAKE).expect("a bell can be made");
        let before = heard(&queue, &mut events, Some(Duration::ZERO));
        assert_eq!(
            before, 0,
            "nobody has called wake\nexpected  no event\nyours     {before}\nIs the counter 1 from the start?"
        );
        waker.wake().expect("a wake succeeds");
        let events_seen = heard(&queue, &mut events, None);
        assert_eq!(
            events_seen, 1,
            "wake was called once, then the queue waited\nexpected  1 readable event with {WAKE:?}\nyours     \
             {events_seen}, in {events:?}"
        );
    });
}

#[test]
fn a_wake_from_another_thread_ends_the_wait_that_is_under_way() {
    let cause = "the wait goes on although another thread woke the loop";
    within(LIMIT, cause, || {
        let (queue, mut events) = queue();
        let waker = Arc::new(Waker::new(&queue, WAKE).expect("a bell can be made"));
        for round in 0..100 {
            let theirs = Arc::clone(&waker);
            let other = thread::spawn(move || theirs.wake());
            let seen = heard(&queue, &mut events, None);
            assert_eq!(
                seen, 1,
                "round {round}: another thread called wake once\nexpected  1 event\nyours     {seen}"
            );
            waker.acknowledge();
            let result = other.join().expect("wake does not panic");
            assert!(result.is_ok(), "wake failed: {result:?}");
        }
    });
}

#[test]
fn a_wake_is_reported_once_and_then_the_queue_sleeps() {
    within(
        LIMIT,
        "the wait has no end although its time was over",
        || {
            let (queue, mut events) = queue();
            let waker = Waker::new(&queue, WAKE).expect("a bell can be made");
            for round in 1..=3 {
                waker.wake().expect("a wake succeeds");
                let first = heard(&queue, &mut events, None);
                waker.acknowledge();
                let waits = queue.waits();
                let again = heard(&queue, &mut events, Some(Duration::from_millis(2)));
                assert_eq!(
                    (first, again),
                    (1, 0),
                    "round {round}: one wake, then a wait, then a second wait of 2 ms\nexpected  1 event, then \
                 none\nyours     {first}, then {again}\nA second event for one wake is a loop that spins: \
                 the bell is level-triggered, and nobody silences it.\nNone at all in a later round: \
                 acknowledge has to let the next wake ring."
                );
                assert!(
                    queue.waits() - waits <= 4,
                    "a wait of 2 ms with nothing to report\nexpected  one look at the kernel, or a few\nyours     \
                 {}\nThe bell ends the wait again and again.",
                    queue.waits() - waits
                );
            }
        },
    );
}

#[test]
fn a_thousand_wakes_ring_once() {
    let waker = Waker::with_signal(CountedBell::default());
    for round in 1..=3 {
        for _ in 0..1_000 {
            waker.wake().expect("a wake succeeds");
        }
        let rings = waker.signal().taken();
        assert_eq!(
            rings, 1,
            "round {round}: 1,000 wakes, and the loop has acknowledged nothing meanwhile\nexpected  1 ring\n\
             yours     {rings}\n0: acknowledge must let the next wake ring.\n1000: each ring is a system \
             call; while one is pending, no other is needed."
        );
        waker.acknowledge();
    }
    waker.acknowledge();
    waker.wake().expect("a wake succeeds");
    let rings = waker.signal().taken();
    assert_eq!(
        rings, 1,
        "acknowledge was called twice, then wake\nexpected  1 ring\nyours     {rings}"
    );
}

#[test]
fn a_ring_that_failed_is_tried_again() {
    let waker = Waker::with_signal(CountedBell::default());
    waker.signal().fail(1);
    let failed = waker.wake();
    assert!(
        failed.is_err(),
        "the bell could not be rung\nexpected  its error\nyours     Ok\nA wake that did not happen must not \
         look like one."
    );
    let second = waker.wake();
    let rings = waker.signal().taken();
    assert!(
        second.is_ok() && rings == 2,
        "the first ring failed, then wake was called again\nexpected  2 rings, and Ok\nyours     {rings}, and \
         {second:?}\nAfter a failure no wake is pending, so the flag has to go down again."
    );
}

#[test]
fn values_come_out_in_the_order_they_were_posted() {
    let mailbox = Mailbox::new(Waker::with_signal(CountedBell::default()));
    for value in 1..=3 {
        mailbox.post(value).expect("the bell rings");
    }
    let rings = mailbox.waker().signal().taken();
    assert_eq!(
        rings, 1,
        "three values were posted\nexpected  1 ring\nyours     {rings}\n0: the loop sleeps on, and nobody \
         tells it."
    );
    let values: Vec<i32> = mailbox.collect().into();
    assert_eq!(
        values,
        [1, 2, 3],
        "collect takes all values, the oldest first\nexpected  [1, 2, 3]\nyours     {values:?}"
    );
    let values = mailbox.collect();
    assert!(
        values.is_empty(),
        "all was collected\nexpected  nothing\nyours     {values:?}"
    );
    mailbox.waker().signal().fail(1);
    let failed = mailbox.post(4);
    let values: Vec<i32> = mailbox.collect().into();
    assert!(
        failed.is_err() && values == [4],
        "the bell failed when 4 was posted\nexpected  the error, and 4 is in the mailbox\nyours     \
         {failed:?}, and {values:?}"
    );
}

#[test]
fn in_no_order_of_events_is_a_value_left_behind() {
    Explore {
        about: "Two workers post a value each. The loop sleeps until the bell rings and collects, until it has both.",
        expected: "the loop gets both values, and all threads end",
        causes: "post has to put the value in before it wakes.\n\
                 collect has to acknowledge before it looks.\n\
                 acknowledge has to lower the flag, or the next wake rings no bell.",
    }
    .run(|program| {
            let mailbox = Arc::new(Mailbox::new(Waker::with_signal(ExploredBell::new())));
            for (name, value) in [("worker 1", 1), ("worker 2", 2)] {
                let mailbox = Arc::clone(&mailbox);
                program.thread(name, move || {
                    mailbox.post(value).expect("this bell never fails");
                });
            }
            program.thread("loop", move || {
                let mut got = Vec::new();
                while got.len() < 2 {
                    mailbox.waker().signal().wait();
                    got.extend(mailbox.collect());
                }
                got.sort_unstable();
                assert_eq!(
                    got,
                    [1, 2],
                    "each value is collected once\nexpected  [1, 2]\nyours     {got:?}"
                );
            });
        });
}

#[test]
fn in_no_order_of_events_is_a_wake_lost() {
    Explore {
        about: "Two workers count themselves and wake. The loop acknowledges, looks at the count, and sleeps unless \
                it is 2. There is no mailbox.",
        expected: "the loop sees the count of 2, and all threads end",
        causes: "wake has to raise the flag before it rings.\n\
                 acknowledge has to lower the flag.",
    }
    .run(|program| {
        let waker = Arc::new(Waker::with_signal(ExploredBell::new()));
        let ready = Arc::new(AtomicUsize::new(0));
        for name in ["worker 1", "worker 2"] {
            let (waker, ready) = (Arc::clone(&waker), Arc::clone(&ready));
            program.thread(name, move || {
                ready.fetch_add(1, Ordering::AcqRel);
                waker.wake().expect("this bell never fails");
            });
        }
        program.thread("loop", move || {
            loop {
                waker.acknowledge();
                if ready.load(Ordering::Acquire) == 2 {
                    break;
                }
                waker.signal().wait();
            }
        });
    });
}

#[test]
fn values_of_four_threads_all_arrive_through_the_kernel() {
    const EACH: usize = 5_000;
    let cause = "a value was posted, and the loop sleeps in the kernel";
    within(LIMIT, cause, || {
        let (queue, mut events) = queue();
        let waker = Waker::new(&queue, WAKE).expect("a bell can be made");
        let mailbox = Arc::new(Mailbox::new(waker));
        let workers = [(); 4].map(|()| {
            let mailbox = Arc::clone(&mailbox);
            thread::spawn(move || {
                for value in 0..EACH {
                    mailbox.post(value).expect("the bell rings");
                }
            })
        });
        let (mut values, mut wakes) = (Vec::new(), 0);
        while values.len() < 4 * EACH {
            wakes += heard(&queue, &mut events, None);
            values.extend(mailbox.collect());
        }
        for worker in workers {
            worker.join().expect("post does not panic");
        }
        values.sort_unstable();
        let expected: Vec<usize> = (0..4 * EACH).map(|index| index / 4).collect();
        assert!(
            values == expected,
            "four threads posted 0 to {} each\nexpected  each value four times\nyours     {} values, not all \
             of them right",
            EACH - 1,
            values.len()
        );
        assert!(
            wakes <= 4 * EACH,
            "at most one event a value\nexpected  at most {}\nyours     {wakes}",
            4 * EACH
        );
    });
}

#[test]
fn queue_and_waker_may_go_in_any_order() {
    within(
        LIMIT,
        "a wake after the queue has gone does not come back",
        || {
            let before = descriptor_count();
            for _ in 0..3 {
                let (first, _) = queue();
                let waker = Waker::new(&first, WAKE).expect("a bell can be made");
                drop(first);
                // Nobody hears it. It may fail, and it must not do harm.
                let _ = waker.wake();
                let (second, mut events) = queue();
                let heard_by_second = heard(&second, &mut events, Some(Duration::ZERO));
                assert_eq!(
                    heard_by_second, 0,
                    "the waker of a queue that is gone woke another queue\nexpected  0 events\nyours     \
                 {heard_by_second}\nThe bell used a number that was closed and given away again: it needs a \
                 descriptor or handle of its own."
                );
                drop(waker);
                let other = Waker::new(&second, WAKE).expect("a bell can be made");
                drop(other);
                let after_drop = heard(&second, &mut events, Some(Duration::ZERO));
                assert_eq!(
                    after_drop, 0,
                    "a waker was made and dropped without a wake\nexpected  0 events\nyours     {after_drop}"
                );
            }
            let after = descriptor_count();
            assert_eq!(
                after, before,
                "queues and wakers were made and dropped\nexpected  {before:?} open descriptors\nyours     \
             {after:?}\nIs each descriptor owned by an OwnedFd or OwnedHandle?"
            );
        },
    );
}
