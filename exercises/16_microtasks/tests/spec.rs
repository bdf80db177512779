mod trace;

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::rc::Rc;
use std::time::Duration;

use support::within;
use trace::{Trace, throw};

/// Far more than any test needs.
const LIMIT: Duration = Duration::from_secs(10);

/// The same for chains of 100,000 tasks and more. An emulated and very busy machine needs 19 s.
const LONG_LIMIT: Duration = Duration::from_secs(60);

#[test]
fn ticks_run_in_the_order_in_which_they_were_queued() {
    within(
        LIMIT,
        "drain does not return although no tick is left",
        || {
            let trace = Trace::new();
            trace.tick("n1");
            trace.tick_then("n2", |trace| trace.tick("n4"));
            trace.tick("n3");
            trace.expect(
                "",
                "three ticks were queued, and nothing was drained",
                "A task is never called before the call that queued it has returned.",
            );
            trace.drain();
            trace.expect(
                "n1 n2 n3 n4",
                "n1, n2 and n3 were queued, and n2 queued n4",
                "n4 missing: drain took a copy of the queue and did not look again.\n\
             n3 first: the newest was taken, so it is a stack.",
            );
            assert!(
                trace.queues.is_empty(),
                "all four ran, and {} are still queued\nA task is taken out before it is called, so that \
             it runs once.",
                trace.queues.len()
            );
        },
    );
}

#[test]
fn a_long_chain_of_ticks_needs_no_stack() {
    within(
        LONG_LIMIT,
        "drain does not return although the chain has an end",
        || {
            let trace = Trace::new();
            let count = Rc::new(Cell::new(0_u32));
            fn link(trace: Trace, count: Rc<Cell<u32>>) {
                count.set(count.get() + 1);
                if count.get() < 150_000 {
                    let queues = Rc::clone(&trace.queues);
                    queues.next_tick(move || link(trace, count));
                }
            }
            link(trace.clone(), Rc::clone(&count));
            let (inner, seen) = (trace.clone(), Rc::clone(&count));
            trace
                .queues
                .queue_microtask(move || inner.note(&format!("m-after-{}", seen.get())));
            trace.drain();
            trace.expect(
                "m-after-150000",
                "a tick queues the next, 150,000 times, and a microtask was queued",
                "Fewer, or no m: the run has a limit. It ends when no tick is left, and then the microtasks run.",
            );
        },
    );
}

#[test]
fn all_ticks_run_before_the_first_microtask() {
    within(
        LIMIT,
        "drain does not return although no task is left",
        || {
            let trace = Trace::new();
            trace.microtask("m1");
            trace.tick_then("n1", |trace| trace.tick("n-in-n1"));
            trace.microtask("m2");
            trace.tick("n2");
            trace.drain();
            trace.expect(
                "n1 n2 n-in-n1 m1 m2",
                "queued: m1 n1 m2 n2, and n1 queues one more tick",
                "m1 first: the two queues are one, or microtasks are looked at first.\n\
             m1 before n-in-n1: only the ticks that were there at the start ran before it.",
            );
            let waiting = |trace: &Trace| trace.note(&format!("({} wait)", trace.queues.len()));
            trace.tick_then("n1", waiting);
            trace.tick_then("n2", waiting);
            trace.microtask_then("m1", waiting);
            trace.microtask_then("m2", waiting);
            trace.drain();
            trace.expect(
                "n1 (3 wait) n2 (2 wait) m1 (1 wait) m2 (0 wait)",
                "queued: n1 n2 m1 m2; each writes down how many tasks wait",
                "Too few: several tasks were taken out at once. Take out one, call it, and look again.",
            );
        },
    );
}

#[test]
fn a_tick_of_a_microtask_waits_until_no_microtask_is_left() {
    within(
        LIMIT,
        "drain does not return although no task is left",
        || {
            let trace = Trace::new();
            trace.microtask_then("m1", |trace| {
                trace.tick("n-in-m1");
                trace.microtask("m-in-m1");
            });
            trace.microtask("m2");
            trace.drain();
            trace.expect(
            "m1 m2 m-in-m1 n-in-m1",
            "queued: m1 m2; m1 queues a tick and one more microtask",
            "n-in-m1 early: ticks are looked at after each microtask, instead of after all of them.\n\
             n-in-m1 missing: drain looked at the ticks once, and they were empty then.",
        );
        },
    );
}

#[test]
fn the_order_from_main_is_nodes() {
    // Seen in Node 20.20: process.nextTick, Promise.resolve().then and queueMicrotask in one script.
    within(
        LIMIT,
        "drain does not return although no task is left",
        || {
            let trace = Trace::new();
            trace.tick_then("n1", |trace| trace.microtask("m-in-n1"));
            trace.microtask_then("m1", |trace| {
                trace.microtask("m2");
                trace.tick_then("n-in-m1", |trace| {
                    trace.microtask("m3");
                    trace.tick("n3");
                });
            });
            trace.tick("n2");
            trace.microtask("q");
            trace.drain();
            trace.expect(
            "n1 n2 m1 q m-in-n1 m2 n-in-m1 n3 m3",
            "this is the order in which Node 20 runs the same program",
            "Ends before n3: after the microtasks, ticks come again, and after those microtasks.\n\
             q elsewhere: promise jobs and queueMicrotask share one queue.",
        );
        },
    );
}

#[test]
fn the_hook_is_asked_each_time_both_queues_are_empty() {
    within(
        LIMIT,
        "drain does not return although the hook queued nothing more",
        || {
            let trace = Trace::new();
            let asked = Cell::new(0);
            trace.when_empty("empty?", move |trace| {
                asked.set(asked.get() + 1);
                match asked.get() {
                    1 => trace.tick_then("n-of-hook", |trace| trace.microtask("m-of-hook")),
                    2 => trace.microtask("m2-of-hook"),
                    _ => {}
                }
            });
            trace.microtask_then("m1", |trace| trace.tick("n1"));
            trace.drain();
            trace.expect(
                "m1 n1 empty? n-of-hook m-of-hook empty? m2-of-hook empty?",
                "the hook queues a tick, then a microtask, then nothing",
                "A hook before n1: it was asked after the microtasks, and a tick was waiting.\n\
             Something of the hook missing: what it queued runs in the same drain, and then it is \
             asked again.",
            );
            trace.run_callback(|| trace.note("t1"));
            trace.expect(
                "t1 empty?",
                "a callback that queues nothing was run",
                "empty? first: nothing is drained before the callback.\n\
                 empty? missing: the drain was skipped because nothing was queued. The hook is asked after each \
                 callback: a promise may have been rejected in it.",
            );
        },
    );
}

#[test]
fn long_chains_through_both_queues_and_the_hook_need_no_stack() {
    within(
        LONG_LIMIT,
        "drain does not return although the chain has an end",
        || {
            let trace = Trace::new();
            let count = Rc::new(Cell::new(0_u32));
            fn link(trace: Trace, count: Rc<Cell<u32>>) {
                count.set(count.get() + 1);
                let queues = Rc::clone(&trace.queues);
                match count.get() {
                    200_000 => {}
                    even if even % 2 == 0 => queues.next_tick(move || link(trace, count)),
                    _ => queues.queue_microtask(move || link(trace, count)),
                }
            }
            link(trace.clone(), Rc::clone(&count));
            trace.drain();
            assert_eq!(
                count.get(),
                200_000,
                "a microtask queues a tick, and that a microtask, 200,000 tasks in one drain\nexpected  200000 \
                 calls\nyours     {} calls\nDid drain stop after some rounds? It has no limit.",
                count.get()
            );
            let count = Rc::new(Cell::new(0_u32));
            fn link_of_microtasks(trace: Trace, count: Rc<Cell<u32>>) {
                count.set(count.get() + 1);
                let queues = Rc::clone(&trace.queues);
                match count.get() {
                    1 => {
                        let (trace, count) = (trace.clone(), Rc::clone(&count));
                        queues.next_tick(move || trace.note(&format!("n-after-{}", count.get())));
                    }
                    100_000 => return,
                    _ => {}
                }
                queues.queue_microtask(move || link_of_microtasks(trace, count));
            }
            let (inner, seen) = (trace.clone(), Rc::clone(&count));
            trace
                .queues
                .queue_microtask(move || link_of_microtasks(inner, seen));
            trace.drain();
            trace.expect(
                "n-after-100000",
                "a microtask queues a tick and the next microtask, and that the next one, 100,000 in all",
                "Fewer: the run of microtasks has a limit. It ends when none is left, and then the tick runs.",
            );
            let (inner, count) = (trace.clone(), Rc::new(Cell::new(0_u32)));
            let asked = Rc::clone(&count);
            trace.queues.when_empty(move || {
                asked.set(asked.get() + 1);
                if asked.get() < 100_000 {
                    inner.queues.next_tick(|| {});
                }
            });
            trace.drain();
            assert_eq!(
                count.get(),
                100_000,
                "the hook queues a tick each time, until it is asked for the 100,000th time\nexpected  100000 \
                 calls\nyours     {} calls\nAfter what the hook queued, the hook is asked again, without a limit.",
                count.get()
            );
        },
    );
}

#[test]
fn a_hook_may_set_another_hook() {
    within(
        LIMIT,
        "drain does not return although the hook queued nothing more",
        || {
            let trace = Trace::new();
            trace.when_empty("first hook", |trace| {
                trace.when_empty("second hook", |_| {})
            });
            let outcome = catch_unwind(AssertUnwindSafe(|| trace.drain()));
            assert!(
                outcome.is_ok(),
                "the hook called when_empty while it ran, and that panicked\nIs `when_empty` still borrowed \
             while the hook is called? Clone the `Rc` first, in a statement of its own."
            );
            trace.expect(
                "first hook",
                "nothing was queued, and the hook queued nothing",
                "Nothing: the hook is asked in each drain, also when nothing was queued.\n\
                 second hook: a hook that queued nothing is asked once.",
            );
            trace.drain();
            trace.expect(
                "second hook",
                "the first hook set the second",
                "first hook: when_empty takes the place of the hook that was set before.",
            );
            let asked = Cell::new(false);
            trace.when_empty("a", move |trace| {
                if !asked.replace(true) {
                    trace.when_empty("b", |_| {});
                    trace.tick("n");
                }
            });
            trace.tick_then("n1", |trace| trace.microtask("m1"));
            trace.drain();
            trace.expect(
                "n1 m1 a n b",
                "the hook a sets the hook b and queues a tick",
                "a instead of b: the hook was cloned once for the whole drain. Clone it anew each time.\n\
                 Nothing after n: when what the hook queued has run, the hook is asked again.",
            );
            let trace = Trace::new();
            trace.tick_then("n1", |trace| trace.when_empty("hook", |_| {}));
            trace.drain();
            trace.expect(
                "n1 hook",
                "a tick sets a hook",
                "hook missing: the hook was cloned when the drain began. It is asked for when both queues are empty.",
            );
        },
    );
}

#[test]
fn every_callback_is_followed_by_its_own_tasks() {
    within(
        LIMIT,
        "run_callback does not return although no task is left",
        || {
            let trace = Trace::new();
            for (timer, tick, microtask) in [("t0", "n0", "m0"), ("t1", "n1", "m1")] {
                trace.run_callback(|| {
                    trace.note(timer);
                    trace.microtask(microtask);
                    trace.tick(tick);
                });
            }
            trace.expect(
            "t0 n0 m0 t1 n1 m1",
            "two timers were due together, and each queued a tick and a microtask",
            "No n0 at all: `drain` was called while `Inside` still lived, and did nothing. Drop it first.\n\
             t0 t1 first: the tasks wait until all callbacks have run, as they did in Node before \
             version 11.",
        );
        },
    );
}

#[test]
fn inside_of_a_callback_or_a_task_nothing_is_drained() {
    within(
        LIMIT,
        "run_callback does not return although no task is left",
        || {
            let trace = Trace::new();
            trace.run_callback(|| {
                trace.tick_then("n1", |trace| {
                    // A tick that emits an event calls its listeners in this way.
                    trace.run_inner_callback(|| {
                        trace.note("listener-in-n1");
                        trace.tick("n3");
                    });
                    trace.note("n1-ends");
                });
                trace.run_inner_callback(|| {
                    trace.note("listener");
                    trace.tick("n2");
                });
                trace.queues.drain(&|_| {});
                trace.note("callback-ends");
            });
            trace.expect(
                "listener callback-ends n1 listener-in-n1 n1-ends n2 n3",
                "a callback called a listener through run_callback, and so did the tick n1",
                "n1 before callback-ends: the inner call drained.\n\
             n2 or n3 before n1-ends: the drain itself counts as inside, too.\n\
             No n1 at all: `drain` was called while `Inside` still lived, and did nothing. Drop it first.",
            );
            let asked = Cell::new(false);
            trace.when_empty("empty?", move |trace| {
                if !asked.replace(true) {
                    trace.run_inner_callback(|| {
                        trace.note("listener");
                        trace.tick("n4");
                    });
                    trace.note("hook-ends");
                }
            });
            trace.drain();
            trace.expect(
                "empty? listener hook-ends n4 empty?",
                "the hook called a listener through run_callback, and that queued a tick",
                "n4 before hook-ends: the hook is a part of the drain, so it counts as inside, too.\n\
             An empty? missing: the hook is asked also when nothing was queued, and again when n4 has run.",
            );
        },
    );
}

#[test]
fn a_tick_that_throws_leaves_the_others_for_the_next_drain() {
    within(LIMIT, "drain does not return although a tick threw", || {
        let trace = Trace::new();
        trace.when_empty("empty?", |_| {});
        trace.tick_then("n1", |trace| {
            trace.tick("n3");
            throw("n1");
        });
        trace.tick("n2");
        trace.microtask("m1");
        trace.drain();
        trace.expect(
            "n1 caught n1",
            "n1 threw; n2, m1 and n3 were queued",
            "n2 or m1 here: after a tick that threw, this drain is over. Node is so, too.\n\
             empty? here: the queues are not empty.",
        );
        trace.drain();
        trace.expect(
            "n2 n3 m1 empty?",
            "this is the drain after the one in which n1 threw",
            "n1 again: a task is taken out before it is called.\n\
             Something missing: what had not run must stay queued.\n\
             empty? missing: this drain ended well, so the hook is asked.",
        );
        trace.tick_then("n4", |_| throw("n4"));
        trace.drain();
        trace.expect(
            "n4 caught n4",
            "n4 threw, and nothing else was queued",
            "empty? here: after a tick that threw the drain is over, also when nothing is left. Node is so, too.",
        );
        let cause = "More: a tick that throws ends the drain, whoever has queued it, and in whatever round.";
        trace.microtask_then("m2", |trace| {
            trace.tick_then("n5", |trace| {
                trace.microtask("m3");
                throw("n5");
            });
            trace.tick("n6");
        });
        trace.drain();
        trace.expect(
            "m2 n5 caught n5",
            "the microtask m2 queued the ticks n5, which threw, and n6",
            cause,
        );
        trace.drain();
        trace.expect(
            "n6 m3 empty?",
            "this is the drain after the one in which n5 threw",
            "Something missing: what had not run must stay queued.",
        );
        let asked = Cell::new(false);
        trace.when_empty("empty?", move |trace| {
            if !asked.replace(true) {
                trace.tick_then("n7", |_| throw("n7"));
                trace.tick("n8");
            }
        });
        trace.drain();
        trace.expect(
            "empty? n7 caught n7",
            "the hook queued the ticks n7, which threw, and n8",
            cause,
        );
        trace.drain();
        trace.expect(
            "n8 empty?",
            "this is the drain after the one in which n7 threw",
            "Something missing: what had not run must stay queued.",
        );
    });
}

#[test]
fn a_microtask_that_throws_costs_only_itself() {
    within(
        LIMIT,
        "drain does not return although no task is left",
        || {
            let trace = Trace::new();
            trace.when_empty("empty?", |_| {});
            trace.microtask_then("m1", |trace| {
                trace.tick("n-of-m1");
                throw("m1");
            });
            trace.microtask("m2");
            trace.microtask_then("m3", |_| throw("m3"));
            trace.drain();
            trace.expect(
            "m1 caught m1 m2 m3 caught m3 n-of-m1 empty?",
            "m1 queued a tick and threw; m2 and m3, which threw as well, were queued behind it",
            "m2 missing, or after n-of-m1: the panic ended the run. A promise job that throws does not stop the next one.\n\
             One caught, or both at the end: the handler gets each panic, before the next microtask runs.\n\
             n-of-m1 or empty? missing: a microtask that threw does not end the drain. Only a tick does.",
        );
            trace.microtask_then("m4", |_| throw("m4"));
            trace.drain();
            trace.expect(
                "m4 caught m4 empty?",
                "m4 threw, and nothing else was queued",
                "empty? missing: the hook is asked after a microtask that threw, also when that was the last task.",
            );
        },
    );
}

#[test]
fn a_callback_that_throws_leaves_its_tasks_for_the_next_drain() {
    within(
        LIMIT,
        "run_callback does not return although the callback threw",
        || {
            let trace = Trace::new();
            trace.when_empty("empty?", |_| {});
            trace.run_callback(|| {
                trace.note("t1");
                trace.tick("n-of-t1");
                trace.microtask("m-of-t1");
                trace.run_inner_callback(|| throw("t1's listener"));
                trace.note("not reached");
            });
            trace.expect(
                "t1 caught t1's listener",
                "t1 queued a tick and a microtask, and a listener that it called threw",
                "n-of-t1 or m-of-t1 here: after a throw nothing is drained.\n\
             empty? here: the hook is a part of the drain, and two tasks wait.\n\
             not reached: the listener's panic was caught inside. It unwinds into its caller.",
            );
            assert_eq!(
                trace.queues.len(),
                2,
                "t1 queued a tick and a microtask and threw\nexpected  2 tasks wait\nyours     {}\nThey wait for \
                 the next drain.",
                trace.queues.len()
            );
            // The handler may throw as well: that is how a program without a handler ends.
            let escaped = catch_unwind(AssertUnwindSafe(|| {
                trace
                    .queues
                    .run_callback(|| throw("t2"), &|panic| resume_unwind(panic));
            }));
            assert!(
                escaped.is_err(),
                "the handler of uncaught panics threw, and run_callback swallowed that\nOnly the callback is \
             called inside of catch_unwind, not the handler."
            );
            trace.run_callback(|| trace.note("t3"));
            trace.expect(
            "t3 n-of-t1 m-of-t1 empty?",
            "the next callback, t3, is the next drain point",
            "n-of-t1 first: drain after the callback and not before it.\n\
             n-of-t1 missing: after a panic the queues still believe that a callback is under way.\n\
             Nothing at all: the same.",
        );
            trace.run_callback(|| throw("t4"));
            trace.expect(
                "caught t4",
                "t4 threw, and nothing was queued",
                "empty? here: after a callback that threw the hook is not asked, also when nothing is left.",
            );
            // The handler may queue tasks. Before them stand those of the callback that threw.
            let callback = || {
                trace.note("t5");
                trace.tick("n-of-t5");
                throw("t5");
            };
            trace.queues.run_callback(callback, &|_| {
                trace.note("handler");
                trace.tick("n-of-handler");
            });
            trace.expect(
                "t5 handler",
                "t5 queued a tick and threw, and the handler queued another one",
                "A tick here: after a throw nothing is drained, whatever the handler has queued.",
            );
            trace.drain();
            trace.expect(
                "n-of-t5 n-of-handler empty?",
                "this is the drain after t5 and the handler",
                "Something missing: what had not run must stay queued.",
            );
        },
    );
}

#[test]
fn what_the_handler_or_the_hook_throws_reaches_the_caller() {
    within(
        LIMIT,
        "drain does not return although the handler threw",
        || {
            let drain_throws = |trace: &Trace| {
                let drain = || trace.queues.drain(&|panic| resume_unwind(panic));
                catch_unwind(AssertUnwindSafe(drain)).is_err()
            };
            let causes = "This is how `exit` gets out of a task. Only the task is called inside of catch_unwind, not \
                          the handler, and nothing runs after it.";
            let trace = Trace::new();
            trace.tick_then("n1", |_| throw("n1"));
            trace.tick("n2");
            trace.microtask("m1");
            assert!(
                drain_throws(&trace),
                "the tick n1 threw, and so did the handler\nexpected  drain throws it on\nyours     drain \
                 returned\n{causes}"
            );
            trace.expect("n1", "the handler of the tick n1 threw", causes);
            trace.drain();
            trace.expect(
                "n2 m1",
                "this is the drain after the one in which the handler of n1 threw",
                "Something missing: it was taken out too early, and the panic has dropped it.\n\
                 Nothing at all: the queues still believe that a drain is under way.",
            );
            trace.microtask_then("m1", |_| throw("m1"));
            trace.microtask("m2");
            assert!(
                drain_throws(&trace),
                "the microtask m1 threw, and so did the handler\nexpected  drain throws it on\nyours     drain \
                 returned\n{causes}"
            );
            trace.expect("m1", "the handler of the microtask m1 threw", causes);
            trace.drain();
            trace.expect(
                "m2",
                "this is the drain after the one in which the handler of m1 threw",
                "m2 missing: it was taken out too early, and the panic has dropped it.",
            );
            trace.when_empty("empty?", |_| throw("the hook"));
            for drain in ["first", "second"] {
                let run = || trace.queues.drain(&|_| trace.note("caught"));
                let outcome = catch_unwind(AssertUnwindSafe(run));
                assert!(
                    outcome.is_err(),
                    "the hook threw, in the {drain} drain\nexpected  drain throws it on\nyours     drain \
                     returned\nThe hook is no task: what it throws is not caught, and the hook stays set."
                );
                trace.expect(
                    "empty?",
                    &format!("the hook threw, in the {drain} drain"),
                    "The hook is called once in it, and not again after it threw.",
                );
            }
            // The same three, in the drain of a callback that did not throw.
            for (who, expected) in [
                ("a tick", "t1 n1 handler"),
                ("a microtask", "t1 m1 handler"),
                ("the hook", "t1 empty?"),
            ] {
                let trace = Trace::new();
                let run = || {
                    let callback = || {
                        trace.note("t1");
                        match who {
                            "a tick" => trace.tick_then("n1", |_| throw("n1")),
                            "a microtask" => trace.microtask_then("m1", |_| throw("m1")),
                            _ => trace.when_empty("empty?", |_| throw("the hook")),
                        }
                    };
                    trace.queues.run_callback(callback, &|panic| {
                        trace.note("handler");
                        resume_unwind(panic);
                    });
                };
                let outcome = catch_unwind(AssertUnwindSafe(run));
                let setup = format!(
                    "{who} threw in the drain of t1, and the handler throws on what it gets"
                );
                trace.expect(
                    expected,
                    &setup,
                    "handler twice, or after empty?: the drain is called inside of a catch_unwind. Only the callback is.",
                );
                assert!(
                    outcome.is_err(),
                    "{setup}\nexpected  run_callback throws it on\nyours     run_callback returned\n{causes}"
                );
                trace.queues.when_empty(|| {});
                trace.run_callback(|| {
                    trace.note("t2");
                    trace.tick("n2");
                });
                trace.expect(
                    "t2 n2",
                    &format!("{setup}; then the callback t2 ran"),
                    "n2 missing: the queues still believe that t1 or its drain is under way.",
                );
            }
        },
    );
}
