mod bells;

use std::io::ErrorKind;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::Duration;

use bells::{CountedBell, ExploredBell};
use event_queue::{EventQueue, Events, Token};
use support::explore::{Explore, done};
use support::sync::atomic::AtomicUsize;
use support::{descriptor_count, within};
#[cfg(any(target_os = "linux", target_os = "macos"))]
use support::{in_child, leave_descriptors};
use waker::{Bell, Mailbox, Waker};

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
    for kind in [ErrorKind::OutOfMemory, ErrorKind::WouldBlock] {
        waker.signal().fail(kind);
        let failed = waker.wake().map_err(|error| error.kind());
        assert_eq!(
            failed,
            Err(kind),
            "the bell could not be rung\nexpected  its own error, {kind:?}\nyours     {failed:?}\nA wake that did not \
             happen must not look like one."
        );
        let second = waker.wake();
        let rings = waker.signal().taken();
        assert!(
            second.is_ok() && rings == 2,
            "a ring failed with {kind:?}, then wake was called again\nexpected  2 rings, and Ok\nyours     {rings}, and \
             {second:?}\nAfter a failure no wake is pending, so the flag has to go down again."
        );
        waker.acknowledge();
    }
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
    mailbox.waker().signal().taken();
    mailbox.waker().wake().expect("the bell rings");
    let values = mailbox.collect();
    mailbox.post(4).expect("the bell rings");
    let rings = mailbox.waker().signal().taken();
    assert!(
        values.is_empty() && rings == 2,
        "a wake without a value, a collect, then a value\nexpected  an empty mailbox, and 2 rings\nyours     {values:?}, and \
         {rings} rings\nA collect that finds nothing has to acknowledge all the same: the flag stayed up, and no post \
         ever rings again."
    );
    (5..1005).for_each(|value| mailbox.post(value).expect("the bell rings"));
    let values = mailbox.collect();
    assert_eq!(
        values.len(),
        1001,
        "1,001 values were posted, and the loop collects once (left: yours). The ring is spent: what stays in the mailbox \
         waits for the next post."
    );
    mailbox.waker().signal().fail(ErrorKind::OutOfMemory);
    let failed = mailbox.post(4);
    let values: Vec<i32> = mailbox.collect().into();
    assert!(
        failed.is_err() && values == [4],
        "the bell failed when 4 was posted\nexpected  the error, and 4 is in the mailbox\nyours     \
         {failed:?}, and {values:?}"
    );
    Explore {
        about: "One thread posts five values and collects them.",
        expected: "it ends",
        causes: "collect never waits for a value.",
    }
    .run(|program| {
        program.thread("loop", || {
            let mailbox = Mailbox::new(Waker::with_signal(CountedBell::default()));
            (0..5).for_each(|value| mailbox.post(value).expect("the bell rings"));
            let steps = steps_of(|| assert_eq!(mailbox.collect(), [0, 1, 2, 3, 4]));
            let locks = steps.iter().filter(|step| **step == "lock").count();
            assert!(
                locks <= 2,
                "five values are in the mailbox, and the loop collects\nexpected  one lock\nyours     {locks}, in {steps:?}\n\
                 One lock for each value: while the loop takes one, two busy workers post two, and `collect` does not end."
            );
        });
    });
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
    Explore {
        about: "One thread wakes twice and acknowledges twice.",
        expected: "it ends",
        causes: "wake and acknowledge never wait for anybody.",
    }
    .run(|program| {
        program.thread("loop", || {
            let waker = Waker::with_signal(CountedBell::default());
            let wake = || waker.wake().expect("the bell rings");
            for (what, steps) in [
                ("wake, no wake pending", steps_of(wake)),
                ("wake, one pending", steps_of(wake)),
                ("acknowledge, one pending", steps_of(|| waker.acknowledge())),
                ("acknowledge, none pending", steps_of(|| waker.acknowledge())),
            ] {
                let both = steps.iter().any(|step| !matches!(*step, "load" | "store"));
                assert!(
                    both,
                    "{what}\nexpected  one step that reads the flag and writes it, such as `swap`\nyours     {steps:?}\nA \
                     load and a store are two steps, and the other thread does its own between them. A store alone reads \
                     nothing, so it does not see what was written before the wake; the processor may also finish it after \
                     the look that follows. Of 300,000 wakes on this text's machine, 2,000 were lost by that."
                );
            }
        });
    });
}

/// What `call` does, step by step, when the explorer looks.
fn steps_of(call: impl FnOnce()) -> Vec<&'static str> {
    let before = done().len();
    call();
    done().split_off(before)
}

#[test]
fn a_bell_keeps_many_rings_and_its_own_token() {
    let (queue, mut events) = queue();
    let tokens = [Token(0), Token((1 << 40) + 7)];
    let bells = tokens.map(|token| Bell::new(&queue, token).expect("a bell can be made"));
    for bell in &bells {
        for ring in 0..5_000 {
            let rung = bell.ring();
            assert!(
                rung.is_ok(),
                "a bell was rung {ring} times, and nobody has waited meanwhile\nexpected  Ok\nyours     {rung:?}\nDoes each \
                 ring add 1? The bytes of a number stand in this processor's order."
            );
        }
    }
    let mut heard = Vec::new();
    while heard.len() < 2 {
        let count = queue.wait(&mut events, Some(Duration::ZERO));
        if count.expect("the wait succeeds") == 0 {
            break;
        }
        heard.extend(events.iter().map(|event| event.token()));
        heard.sort_unstable_by_key(|token| token.0);
        heard.dedup();
    }
    assert_eq!(
        heard, tokens,
        "two bells with two tokens were rung (left: what the queue told). The token is handed on as it is."
    );
}

// Windows has no limit of handles that a process could reach.
#[cfg(any(target_os = "linux", target_os = "macos"))]
#[test]
fn without_a_descriptor_there_is_an_error_and_no_bell() {
    let child = in_child("without_a_descriptor_there_is_an_error_and_no_bell", || {
        let (queue, _) = queue();
        leave_descriptors(0);
        match Bell::new(&queue, WAKE) {
            Ok(_) => panic!("a bell was made without a descriptor of its own"),
            Err(error) => println!("the error is {:?}", error.raw_os_error()),
        }
    });
    // `EMFILE`: <asm-generic/errno-base.h>, <sys/errno.h>.
    assert!(
        child.stdout().contains("the error is Some(24)"),
        "a process that may open no more descriptors makes a bell\nexpected  the OS error 24, EMFILE\nyours     {}\nIs -1 \
         asked for before it is made an `OwnedFd`, and the error taken from `last_os_error`?",
        child.stdout()
    );
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
