mod registers;

use std::cell::{Cell, RefCell};
use std::hint::black_box;
use std::rc::Rc;
use std::sync::atomic::{AtomicPtr, AtomicUsize, Ordering};
use std::sync::{Arc, Barrier, Mutex};
use std::{process, ptr, thread};

use green_threads::{STACK_SIZE, Stack, StackPointer, prepare, run, spawn, switch, yield_now};
use registers::{AT_ENTRY, NAMES, Values, difference, switch_holding, tell_entry, values};
use support::{in_child, no_crash_report, thread_count};

/// Where the two sides of a switch by hand are left. One child process has one such pair.
static HOME: AtomicPtr<u8> = AtomicPtr::new(ptr::null_mut());
static GREEN: AtomicPtr<u8> = AtomicPtr::new(ptr::null_mut());

/// Switches from the test to the green side.
fn go() {
    let green: StackPointer = GREEN.load(Ordering::Relaxed);
    // SAFETY: `green` was prepared or saved, and is used once; its stack lives as long as the test.
    unsafe { switch(HOME.as_ptr(), green) };
}

/// Switches from the green side to the test.
fn back() {
    let home: StackPointer = HOME.load(Ordering::Relaxed);
    // SAFETY: `home` was saved by `go` or `switch_holding`, and is used once; the test waits there.
    unsafe { switch(GREEN.as_ptr(), home) };
}

/// Runs `body` in a process of its own, since a wrong switch can do anything. `crash` is the usual cause
/// when that process does not even come to an assertion.
#[track_caller]
fn alone(test: &str, crash: &str, body: impl FnOnce()) {
    let child = in_child(test, || {
        body();
        println!("<came to its end>");
    });
    // The status alone says too little: a thread that Wine ends takes the process along with status 0.
    if child.status.success() && child.stdout().contains("<came to its end>") {
        return;
    }
    let said = child.stderr();
    // 101 is how a test program ends after a panic.
    let what = match child.status.code() {
        Some(101) => String::from("in a process of its own, this test panics"),
        _ => format!(
            "in a process of its own, this test does not come to its end: {}. {crash}",
            child.status
        ),
    };
    panic!("{what}\n--- it said:\n{said}");
}

/// A list that all green threads of a test write to. They share an OS thread, so it needs no lock.
#[derive(Clone, Default)]
struct Trace(Rc<RefCell<Vec<String>>>);

impl Trace {
    fn note(&self, what: impl Into<String>) {
        self.0.borrow_mut().push(what.into());
    }

    fn text(&self) -> String {
        self.0.borrow().join(" ")
    }
}

/// A green thread that writes `name` and a number `turns` times, and yields after each.
fn take_turns(trace: &Trace, name: char, turns: usize) -> impl FnOnce() + 'static {
    let trace = trace.clone();
    move || {
        for turn in 1..=turns {
            trace.note(format!("{name}{turn}"));
            yield_now();
        }
    }
}

const CRASH: &str = "Does `switch` restore in the order in which it saved, and does `prepare` write the same \
                     number of words in the same order? Is the old stack pointer stored at the address \
                     `save`, and the new one equal to `load`? Does `switch` end with a return, and does \
                     `prepare` return the address of its lowest word? If the tests of these two pass, look at \
                     `scheduler.rs`: `run_all` saves to `home` and `yield_now` to `green`, to the `Cell` itself \
                     (`as_ptr()`), and a thread that yielded gets its new pointer from `green`.";

/// `run` has found no panic; if it has, this one says which.
#[track_caller]
fn nobody_panicked(ended: thread::Result<()>) {
    let Err(panic) = ended else { return };
    let text = panic.downcast_ref::<String>().cloned();
    let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
    panic!(
        "no green thread of this test should panic, and one did: {}. If it is about a borrow: \
         `scheduler.ready` is still borrowed while somebody else runs. In the head of a `while let` a borrow \
         lasts as long as the loop's body.",
        text.as_deref().unwrap_or("without a message")
    );
}

// given
#[test]
fn a_stack_can_be_used_from_its_top_to_its_bottom() {
    let stack = Stack::new(STACK_SIZE).expect("the system has memory");
    let size = stack.top().addr() - stack.bottom().addr();
    assert!(
        size >= STACK_SIZE,
        "{STACK_SIZE} bytes were asked for, and top and bottom are {size} apart"
    );
    assert_eq!(
        stack.top().addr() % 16,
        0,
        "the top of a stack is a multiple of 16"
    );
    // SAFETY: these bytes belong to the stack, and nobody else knows of them.
    unsafe { ptr::write_bytes(stack.bottom(), 0xa5, size) };
}

// given
#[test]
fn a_stack_larger_than_memory_is_an_error() {
    // The first two cannot even be rounded up to pages and given a guard page.
    for size in [usize::MAX, usize::MAX - 20_000, usize::MAX / 2] {
        let stack = Stack::new(size);
        assert!(
            stack.is_err(),
            "a stack of {size:#x} bytes does not fit the address space; this one was made: {stack:?}"
        );
    }
}

// given
#[test]
fn right_below_a_stack_lies_a_page_that_kills() {
    let child = in_child("right_below_a_stack_lies_a_page_that_kills", || {
        no_crash_report();
        let stack = Stack::new(STACK_SIZE).expect("the system has memory");
        let below = stack.bottom().wrapping_sub(1);
        println!("about to touch {below:?}");
        // SAFETY: it is not: the address is in the guard page. The process is to die of it.
        let byte = unsafe { below.read_volatile() };
        println!("survived, and read {byte}");
    });
    assert!(
        child.stdout().contains("about to touch") && !child.stdout().contains("survived"),
        "whoever reads the byte below a stack must be killed by its guard page. The child said:\n{}{}",
        child.stdout(),
        child.stderr()
    );
}

/// Where the stack pointer was at the first instruction of `tell_entry`.
static AT_FIRST: AtomicUsize = AtomicUsize::new(0);

extern "C" fn note(stack_pointer: usize) -> ! {
    AT_FIRST.store(stack_pointer, Ordering::Relaxed);
    back();
    process::abort()
}

#[test]
fn a_new_stack_is_entered_at_its_top_and_aligned() {
    alone(
        "a_new_stack_is_entered_at_its_top_and_aligned",
        CRASH,
        || {
            let mut stack = Stack::new(STACK_SIZE).expect("the system has memory");
            GREEN.store(prepare(&mut stack, tell_entry()), Ordering::Relaxed);
            go();
            let at_first = AT_FIRST.load(Ordering::Relaxed);
            let remainder = at_first % 16;
            assert_eq!(
                remainder, AT_ENTRY,
                "your new stack is entered with the stack pointer at {at_first:#x}, which is {remainder} modulo \
                 16; the ABI wants {AT_ENTRY} at the first instruction of a function. Are there words missing or \
                 too many above the address of `entry`?"
            );
            let (top, bottom) = (stack.top().addr(), stack.bottom().addr());
            assert!(
                at_first > bottom && at_first <= top && top - at_first < 256,
                "the new stack reaches from {bottom:#x} to {top:#x}, and is used from its top down; your \
                 function starts with the stack pointer at {at_first:#x}"
            );
        },
    );
}

/// What came back to the green side.
static GREEN_HELD: Mutex<Values> = Mutex::new([0; NAMES.len()]);

extern "C" fn hold_others() -> ! {
    back();
    let mut held = values(0xbbbb);
    let home = HOME.load(Ordering::Relaxed);
    // SAFETY: as in `back`; `held` lives until the call returns.
    unsafe { switch_holding(GREEN.as_ptr(), home, &mut held) };
    *GREEN_HELD.lock().expect("nobody panics with it") = held;
    let mut held = values(0xcccc);
    let home = HOME.load(Ordering::Relaxed);
    // SAFETY: as above.
    unsafe { switch_holding(GREEN.as_ptr(), home, &mut held) };
    process::abort()
}

#[test]
fn a_switch_brings_every_callee_saved_register_back() {
    alone(
        "a_switch_brings_every_callee_saved_register_back",
        CRASH,
        || {
            let mut stack = Stack::new(STACK_SIZE).expect("the system has memory");
            GREEN.store(prepare(&mut stack, hold_others), Ordering::Relaxed);
            go(); // There and back, before anything difficult.
            go(); // It has come back holding 0xbbbb....
            let mut held = values(0xaaaa);
            let green = GREEN.load(Ordering::Relaxed);
            // SAFETY: as in `go`; `held` lives until the call returns.
            unsafe { switch_holding(HOME.as_ptr(), green, &mut held) };
            let lost = difference(&values(0xaaaa), &held);
            let lost_there = difference(
                &values(0xbbbb),
                &GREEN_HELD.lock().expect("nobody panics with it"),
            );
            assert!(
                lost.is_empty() && lost_there.is_empty(),
                "a callee-saved register must hold the same after a switch as before, because `switch` is a \
                 function, and its caller relies on that. Is one not saved, or are they restored in another \
                 order?\nThe one who switched away first:{lost}\nThe other:{lost_there}"
            );
        },
    );
}

#[test]
fn a_green_thread_that_returns_ends_well() {
    alone(
        "a_green_thread_that_returns_ends_well",
        "SIGABRT: somebody came to the `abort` at the end of `bottom`. It did not switch away, or did not set \
         `ended`, so that `run_all` switched to it once more, or there was no work for it. Anything else: does \
         `run_all` save its pointer to `scheduler.home`?",
        || {
            let trace = Trace::default();
            let inner = trace.clone();
            let here = 0_u8;
            let ours = (&raw const here).addr();
            let ended = run(move || {
                let there = 0_u8;
                let apart = (&raw const there).addr().abs_diff(ours);
                inner.note(if apart > 4096 { "elsewhere" } else { "here" });
            });
            nobody_panicked(ended);
            assert_eq!(
                trace.text(),
                "elsewhere",
                "one green thread runs once, on another stack than the caller's. (left: yours. Empty: it did \
                 not run; `here`: it ran on the caller's stack.)"
            );
            let inner = trace.clone();
            let ended = run(move || inner.note("again"));
            nobody_panicked(ended);
            assert_eq!(
                trace.text(),
                "elsewhere again",
                "after one `run` comes another. (left: yours) Is `ended` set back?"
            );
        },
    );
}

#[test]
fn green_threads_take_turns_in_the_order_in_which_they_were_spawned() {
    alone(
        "green_threads_take_turns_in_the_order_in_which_they_were_spawned",
        CRASH,
        || {
            let trace = Trace::default();
            let all = trace.clone();
            let ended = run(move || {
                spawn(take_turns(&all, 'a', 3));
                spawn(take_turns(&all, 'b', 2));
                spawn(take_turns(&all, 'c', 3));
                all.note("spawned");
            });
            nobody_panicked(ended);
            assert_eq!(
                trace.text(),
                "spawned a1 b1 c1 a2 b2 c2 a3 c3",
                "three green threads yield after each step, so they take turns, the one that has waited longest \
                 first. (left: yours.) Which end of the queue does `run_all` take from, and which does it put to? If it \
                 stops after the first turns, `ended` was not set back."
            );
        },
    );
}

#[test]
fn a_green_thread_may_spawn_others_which_queue_behind_those_that_wait() {
    alone(
        "a_green_thread_may_spawn_others_which_queue_behind_those_that_wait",
        "A panic about a borrow: is `scheduler.ready` still borrowed while somebody else runs?",
        || {
            let trace = Trace::default();
            let all = trace.clone();
            let ended = run(move || {
                spawn(take_turns(&all, 'a', 2));
                let inner = all.clone();
                spawn(move || {
                    inner.note("b1");
                    spawn(take_turns(&inner, 'c', 2));
                    yield_now();
                    inner.note("b2");
                });
                yield_now();
                all.note("first");
            });
            nobody_panicked(ended);
            assert_eq!(
                trace.text(),
                "a1 b1 first a2 c1 b2 c2",
                "a spawned thread waits at the end of the queue, and who spawns runs on. (left: yours.)"
            );
        },
    );
}

/// Sums up `count` numbers that are computed on the way, with a turn for the others after each. Recursion
/// and an array keep something on the stack at every level.
fn sum_slowly(seed: u64, count: u64) -> f64 {
    if count == 0 {
        return 0.0;
    }
    let here = black_box([seed, count, seed ^ count, seed * count]);
    yield_now();
    let rest = sum_slowly(seed, count - 1);
    let mine: u64 = here.iter().sum();
    rest + mine as f64 / 2.0
}

fn sum_at_once(seed: u64, count: u64) -> f64 {
    (1..=count).fold(0.0, |sum, count| {
        sum + (seed + count + (seed ^ count) + seed * count) as f64 / 2.0
    })
}

#[test]
fn what_lies_on_a_stack_stays_there_while_others_run() {
    alone(
        "what_lies_on_a_stack_stays_there_while_others_run",
        CRASH,
        || {
            let sums = Rc::new(RefCell::new(Vec::new()));
            let all = Rc::clone(&sums);
            let ended = run(move || {
                for seed in 1..=8 {
                    let all = Rc::clone(&all);
                    spawn(move || {
                        let sum = sum_slowly(seed, 20 + seed);
                        all.borrow_mut().push((seed, sum));
                    });
                }
            });
            nobody_panicked(ended);
            let expected: Vec<(u64, f64)> = (1..=8)
                .map(|seed| (seed, sum_at_once(seed, 20 + seed)))
                .collect();
            assert_eq!(
                *sums.borrow(),
                expected,
                "eight green threads sum up numbers, and yield between any two. (left: yours, as pairs of \
                 number and sum, in the order in which they end.) Do two threads share a stack, or a pointer?"
            );
        },
    );
}

#[test]
fn a_panic_ends_its_own_green_thread_and_no_other() {
    alone(
        "a_panic_ends_its_own_green_thread_and_no_other",
        "`bottom` catches panics: below it there is nobody who could. On Windows an exception must also find \
         the limits of the stack in the thread's block.",
        || {
            struct Dropped(Trace);
            impl Drop for Dropped {
                fn drop(&mut self) {
                    self.0.note("dropped");
                }
            }
            let trace = Trace::default();
            let all = trace.clone();
            let ended = run(move || {
                spawn(take_turns(&all, 'a', 3));
                let inner = all.clone();
                spawn(move || {
                    let _dropped = Dropped(inner);
                    yield_now();
                    panic!("the first panic, on purpose");
                });
                spawn(|| {
                    yield_now();
                    yield_now();
                    panic!("the second panic, on purpose");
                });
                let inner = all.clone();
                spawn(move || {
                    yield_now();
                    // Caught before it comes to the bottom: nobody else hears of it.
                    let caught = std::panic::catch_unwind(|| panic!("the third panic, on purpose"));
                    inner.note(if caught.is_err() { "caught" } else { "lost" });
                });
            });
            assert_eq!(
                trace.text(),
                "a1 a2 dropped caught a3",
                "a panic unwinds its own stack, dropping what lies there, and ends there: the others go on. \
                 (left: yours.)"
            );
            let panic = ended.err().and_then(|panic| panic.downcast::<&str>().ok());
            assert_eq!(
                panic.as_deref(),
                Some(&"the first panic, on purpose"),
                "`run` says that somebody panicked, by the first panic that came to the bottom of a stack. \
                 (left: yours.) Does `bottom` hand it to `keep_first_panic`?"
            );
            let ended = run(|| {});
            assert!(
                ended.is_ok(),
                "the next `run` knows nothing of earlier panics; yours says {ended:?}"
            );
        },
    );
}

#[test]
fn a_stack_is_freed_when_its_green_thread_has_ended() {
    let child = in_child("a_stack_is_freed_when_its_green_thread_has_ended", || {
        // The address of something on the stack of a thread that has ended.
        let address: Rc<Cell<*const u8>> = Rc::default();
        let ended = run(move || {
            let inner = Rc::clone(&address);
            spawn(move || {
                let local = black_box(7_u8);
                inner.set(&raw const local);
                yield_now();
            });
            yield_now();
            // SAFETY: that thread waits, so what lies on its stack is still there.
            let byte = unsafe { address.get().read_volatile() };
            println!("while it waits: {byte}");
            yield_now(); // Here it ends.
            println!("about to touch what is gone");
            // SAFETY: it is not: the stack is freed. The process is to die of it.
            let byte = unsafe { address.get().read_volatile() };
            println!("survived, and read {byte}");
        });
        println!("run says {ended:?}");
    });
    let (said, status) = (child.stdout(), child.status);
    assert!(
        said.contains("while it waits: 7") && said.contains("about to touch"),
        "a green thread waits, and another one reads from its stack, which is allowed: it lives on the same \
         OS thread. That did not work ({status}). The child said:\n{said}{}",
        child.stderr()
    );
    assert!(
        !said.contains("survived"),
        "a green thread has ended, others run on, and its stack can still be read: it is not freed. Does \
         `run_all` drop the thread when it has ended? The child said:\n{said}{}",
        child.stderr()
    );
}

/// Uses about a KiB of stack at each level.
fn dive(levels: usize) -> usize {
    let here = black_box([levels; 128]);
    match levels {
        0 => 0,
        _ => dive(levels - 1) + usize::from(here[levels % 128] == levels),
    }
}

#[test]
fn a_green_thread_that_overflows_its_stack_kills_the_process_and_harms_no_neighbour() {
    let test = "a_green_thread_that_overflows_its_stack_kills_the_process_and_harms_no_neighbour";
    let child = in_child(test, || {
        no_crash_report();
        // On a thread of its own, because Wine ends only the thread: then `join` panics.
        let os_thread = thread::spawn(|| {
            let ended = run(|| {
                // Stacks that are made one after the other often lie side by side.
                spawn(yield_now);
                spawn(|| {
                    println!("shallow: {}", dive(STACK_SIZE / 1024 / 4));
                    println!("deep: {}", dive(STACK_SIZE / 1024 * 3 / 2));
                });
                // As many below as the dive could need: without optimisation its frames are large.
                for _ in 0..6 {
                    spawn(yield_now);
                }
            });
            println!("run says {ended:?}");
        });
        os_thread.join().expect("no panic comes here");
    });
    let (said, status) = (child.stdout(), child.status);
    assert!(
        said.contains("shallow: 32"),
        "a green thread that needs a quarter of its stack runs well; yours does not ({status}). The child \
         said:\n{said}{}",
        child.stderr()
    );
    assert!(
        !status.success() && !said.contains("deep:"),
        "a green thread needs one and a half times its stack, and runs on ({status}): it wrote into memory that \
         is not its own. Is there a guard page? The child said:\n{said}{}",
        child.stderr()
    );
}

#[test]
fn ten_thousand_green_threads_wait_on_one_os_thread() {
    alone(
        "ten_thousand_green_threads_wait_on_one_os_thread",
        "Does the system refuse memory? Each stack is two mappings, and Linux allows a process 65530.",
        || {
            const MANY: usize = 10_000;
            let os_threads = thread_count();
            let (alive, most, sum) = (
                Rc::<Cell<usize>>::default(),
                Rc::<Cell<usize>>::default(),
                Rc::<Cell<usize>>::default(),
            );
            let counts = (Rc::clone(&alive), Rc::clone(&most), Rc::clone(&sum));
            let ended = run(move || {
                for number in 0..MANY {
                    let (alive, most, sum) = counts.clone();
                    spawn(move || {
                        alive.set(alive.get() + 1);
                        yield_now();
                        most.set(most.get().max(alive.get()));
                        yield_now();
                        alive.set(alive.get() - 1);
                        sum.set(sum.get() + number);
                    });
                }
                yield_now();
                let os_threads_now = thread_count();
                assert_eq!(
                    os_threads_now, os_threads,
                    "green threads are no OS threads: {os_threads} before, {os_threads_now} now"
                );
            });
            nobody_panicked(ended);
            assert_eq!(
                (most.get(), alive.get(), sum.get()),
                (MANY, 0, MANY * (MANY - 1) / 2),
                "10,000 green threads begin, yield, and end: (most alive at once, alive at the end, sum of \
                 their numbers). (left: yours.)"
            );
        },
    );
}

#[test]
fn every_os_thread_has_green_threads_of_its_own() {
    alone(
        "every_os_thread_has_green_threads_of_its_own",
        "Two OS threads run green threads at the same time. Is there anything that they share, such as a \
         `static` with a stack pointer?",
        || {
            let both = Arc::new(Barrier::new(2));
            let os_threads: Vec<_> = (0..2)
                .map(|_| {
                    let both = Arc::clone(&both);
                    thread::spawn(move || {
                        let trace = Trace::default();
                        let all = trace.clone();
                        let ended = run(move || {
                            // Both OS threads are in a green thread now, and neither has left it yet.
                            both.wait();
                            let here = thread::current().id();
                            let inner = all.clone();
                            spawn(move || {
                                for _ in 0..100 {
                                    let moved = thread::current().id() != here;
                                    assert!(!moved, "a green thread stays on its OS thread");
                                    yield_now();
                                }
                                inner.note("b");
                            });
                            all.note("a");
                        });
                        nobody_panicked(ended);
                        trace.text()
                    })
                })
                .collect();
            for os_thread in os_threads {
                let text = os_thread.join().expect("no assertion of it fails");
                assert_eq!(
                    text, "a b",
                    "two OS threads run two green threads each, at the same time (left: what one of them did)"
                );
            }
        },
    );
}
