//! The explorer finds what it is there to find, and nothing else.

use std::panic::{self, AssertUnwindSafe};
use std::time::Duration;

use support::explore::{Explore, Program, call, done};
use support::in_child;
use support::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use support::sync::time::Instant;
use support::sync::{Arc, Condvar, Mutex, MutexGuard, thread};

/// A number that threads count down, and a place to wait for it to be more than zero.
struct Tickets {
    left: Mutex<usize>,
    more: Condvar,
}

impl Tickets {
    fn new(left: usize) -> Arc<Tickets> {
        Arc::new(Tickets {
            left: Mutex::new(left),
            more: Condvar::new(),
        })
    }

    fn lock(&self) -> MutexGuard<'_, usize> {
        self.left.lock().expect("nobody panics")
    }

    fn take(&self) {
        let mut left = self.lock();
        while *left == 0 {
            left = self.more.wait(left).expect("nobody panics");
        }
        *left -= 1;
    }

    fn give(&self, count: usize) {
        *self.lock() += count;
        for _ in 0..count {
            self.more.notify_one();
        }
    }
}

const EXPLORE: Explore = Explore {
    about: "Tickets are taken and given.",
    expected: "all threads end",
    causes: "Is somebody told?",
};

/// The message of the failure that the explorer must find.
#[track_caller]
fn failure(set_up: impl Fn(&mut Program)) -> String {
    let outcome = panic::catch_unwind(AssertUnwindSafe(|| EXPLORE.run(set_up)));
    match outcome {
        Ok(schedules) => panic!("nothing was found in {schedules} schedules"),
        Err(payload) => *payload.downcast::<String>().expect("a text"),
    }
}

#[test]
fn a_program_without_a_fault_passes_in_every_schedule() {
    let schedules = EXPLORE.run(|program| {
        let tickets = Tickets::new(0);
        for name in ["left", "right"] {
            let tickets = Arc::clone(&tickets);
            program.thread(name, move || tickets.take());
        }
        program.thread("giver", move || tickets.give(2));
    });
    println!("{schedules} schedules");
    assert!(schedules > 100, "{schedules}");
}

#[test]
fn a_lost_wake_up() {
    let message = failure(|program| {
        let tickets = Tickets::new(0);
        let taker = Arc::clone(&tickets);
        program.thread("taker", move || {
            call("look", || *taker.lock() == 0);
            let left = taker.lock();
            drop(taker.more.wait(left));
        });
        program.thread("giver", move || call("give", || tickets.give(1)));
    });
    assert!(message.contains("taker sleeps for ever"), "{message}");
}

#[test]
fn two_locks_in_two_orders() {
    let message = failure(|program| {
        let first = Arc::new(Mutex::new(()));
        let second = Arc::new(Mutex::new(()));
        let (a, b) = (Arc::clone(&first), Arc::clone(&second));
        program.thread("left", move || {
            let _a = a.lock();
            let _b = b.lock();
        });
        program.thread("right", move || {
            let _b = second.lock();
            let _a = first.lock();
        });
    });
    assert!(
        message.contains("left waits for ever, right waits for ever"),
        "{message}"
    );
}

#[test]
fn notify_one_where_it_must_be_notify_all() {
    let message = failure(|program| {
        let tickets = Tickets::new(0);
        for name in ["left", "right"] {
            let tickets = Arc::clone(&tickets);
            program.thread(name, move || tickets.take());
        }
        program.thread("giver", move || {
            *tickets.lock() += 2;
            tickets.more.notify_one();
        });
    });
    assert!(message.contains("sleeps for ever"), "{message}");
}

#[test]
fn if_where_it_must_be_while() {
    let message = failure(|program| {
        let tickets = Tickets::new(0);
        let taker = Arc::clone(&tickets);
        program.thread("taker", move || {
            let mut left = taker.lock();
            if *left == 0 {
                left = taker.more.wait(left).expect("nobody panics");
            }
            *left = left.checked_sub(1).expect("woken, so there is a ticket");
        });
        program.thread("giver", move || tickets.give(1));
    });
    assert!(message.contains("taker panicked"), "{message}");
    assert!(message.contains("woken, so there is a ticket"), "{message}");
    assert!(message.contains("tests/explore.rs"), "{message}");
}

#[test]
fn a_thread_that_spins() {
    let message = failure(|program| {
        let ready = Arc::new(AtomicBool::new(false));
        let waiting = Arc::clone(&ready);
        program.thread("waiter", move || while !waiting.load(Ordering::SeqCst) {});
        program.thread("setter", move || ready.store(true, Ordering::SeqCst));
    });
    assert!(message.contains("waiter goes on and on"), "{message}");
}

#[test]
fn an_atomic_read_and_written_in_two_steps() {
    let message = failure(|program| {
        let count = Arc::new(AtomicUsize::new(0));
        let counting = [(); 2].map(|()| {
            let count = Arc::clone(&count);
            move || {
                let before = count.load(Ordering::SeqCst);
                count.store(before + 1, Ordering::SeqCst);
            }
        });
        program.thread("counter", move || {
            let threads = counting.map(thread::spawn);
            for thread in threads {
                thread.join().expect("no panic");
            }
            assert_eq!(count.load(Ordering::SeqCst), 2);
        });
    });
    assert!(message.contains("counter panicked"), "{message}");
}

#[test]
fn time_is_virtual_and_a_time_out_may_come_at_any_moment() {
    let start = std::time::Instant::now();
    let long = Duration::from_secs(3600);
    EXPLORE.run(|program| {
        let tickets = Tickets::new(0);
        let taker = Arc::clone(&tickets);
        program.thread("taker", move || {
            let start = Instant::now();
            let (left, result) = taker
                .more
                .wait_timeout_while(taker.lock(), long, |left| *left == 0)
                .expect("nobody panics");
            assert_eq!(result.timed_out(), *left == 0);
            if result.timed_out() {
                assert!(start.elapsed() >= long && start.elapsed() < long + long / 100);
            }
        });
        program.thread("giver", move || {
            thread::sleep(2 * long);
            tickets.give(1);
        });
    });
    let outcome = failure(|program| {
        let tickets = Tickets::new(0);
        let taker = Arc::clone(&tickets);
        program.thread("taker", move || {
            let left = taker.lock();
            let (left, _) = taker.more.wait_timeout(left, long).expect("nobody panics");
            assert_eq!(*left, 1, "the time may be over first");
        });
        program.thread("giver", move || tickets.give(1));
    });
    assert!(outcome.contains("the time may be over first"), "{outcome}");
    assert!(start.elapsed() < Duration::from_secs(60));
}

#[test]
fn two_looks_at_the_clock_differ_and_close_ends_come_in_any_order() {
    let outcome = failure(|program| {
        let tickets = Tickets::new(1);
        program.thread("reader", move || {
            tickets.take();
            let start = Instant::now();
            assert!(start.elapsed().is_zero(), "time has passed");
        });
    });
    assert!(outcome.contains("time has passed"), "{outcome}");
    let outcome = failure(|program| {
        let tickets = Tickets::new(0);
        let (first, second) = (Arc::clone(&tickets), tickets);
        program.thread("first", move || {
            thread::sleep(Duration::from_secs(1));
            first.give(1);
        });
        program.thread("second", move || {
            let _ = Instant::now();
            thread::sleep(Duration::from_secs(1));
            assert_eq!(*second.lock(), 1, "the first may be late");
        });
    });
    assert!(outcome.contains("the first may be late"), "{outcome}");
}

#[test]
fn a_todo_is_reported_where_it_is() {
    // The panic hook prints where this test cannot read, so a process of its own runs it.
    let child = in_child("a_todo_is_reported_where_it_is", || {
        EXPLORE.run(|program| {
            let tickets = Tickets::new(1);
            program.thread("taker", move || {
                tickets.take();
                todo!("give it back")
            });
        });
    });
    let text = child.stderr();
    let places: Vec<&str> = text
        .lines()
        .filter(|it| it.contains("panicked at"))
        .collect();
    assert_eq!(
        places.len(),
        2,
        "the todo's own place, and the test's:\n{text}"
    );
    let after = text.split_once(places[0]).map_or("", |(_, after)| after);
    let message = after.trim_start_matches('\n');
    assert!(
        message.starts_with("not yet implemented: give it back"),
        "{text}"
    );
}

#[test]
fn a_program_that_the_explorer_cannot_see() {
    let message = failure(|program| {
        let number = Arc::new(std::sync::Mutex::new(0));
        program.thread("one", move || *number.lock().expect("nobody panics") += 1);
    });
    assert!(message.contains("std::sync"), "{message}");
}

#[test]
fn a_set_up_that_never_ends() {
    let message = failure(|_| Tickets::new(0).take());
    assert!(message.contains("set-up sleeps for ever"), "{message}");
}

#[test]
fn a_thread_can_ask_what_it_has_done() {
    assert!(done().is_empty(), "nobody explores");
    EXPLORE.run(|program| {
        let tickets = Tickets::new(1);
        let flag = Arc::new(AtomicBool::new(false));
        for name in ["one", "two"] {
            let (tickets, flag) = (Arc::clone(&tickets), Arc::clone(&flag));
            program.thread(name, move || {
                flag.fetch_or(true, Ordering::AcqRel);
                tickets.give(1);
                assert_eq!(done(), ["fetch_or", "lock", "unlock", "notify_one"]);
            });
        }
    });
}
