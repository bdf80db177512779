extern crate event_loop_solution as event_loop;

mod world;

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::io;
use std::rc::Rc;
use std::time::Duration;

use event_loop::{Callback, Delay, Event, EventLoop, Kind, Observer, Phase, Poller, VirtualPoller};
use world::{World, ms};

#[test]
fn a_delay_is_what_node_makes_of_the_number() {
    let cases = [
        (1.0, 1),
        (1.9, 1),
        (25.5, 25),
        (2_147_483_647.0, 2_147_483_647),
        (0.0, 1),
        (0.5, 1),
        (-5.0, 1),
        (f64::NAN, 1),
        (f64::INFINITY, 1),
        (f64::NEG_INFINITY, 1),
        (2_147_483_647.5, 1),
        (2_147_483_648.0, 1),
        (4_294_967_301.0, 1),
        (1e12, 1),
        (1e300, 1),
    ];
    for (number, expected) in cases {
        let delay = Delay::from(number);
        assert_eq!(
            delay.as_duration(),
            ms(expected),
            "setTimeout(f, {number})\nexpected  {:?}\nyours     {:?}\nA number between 1 and 2^31 - 1 loses its \
             fraction. Every other number is 1 ms.\n2147483647.5 is not between them: compare first, then cut.\n\
             5 for 4294967301: the number was cut to 32 bits.",
            ms(expected),
            delay.as_duration()
        );
        let is_cut = number > 2_147_483_647.0;
        assert_eq!(
            delay.is_cut(),
            is_cut,
            "Node warns of delays that are too long, and of nothing else\nexpected  is_cut() is {is_cut} for \
             {number}\nyours     {}",
            delay.is_cut()
        );
    }
    for milliseconds in 1..5_000 {
        let delay = Delay::from(ms(milliseconds));
        assert_eq!(
            delay.as_duration(),
            ms(milliseconds),
            "a delay of {milliseconds} ms, as a Duration\nexpected  {:?}\nyours     {:?}\nIn seconds and `f64` a \
             millisecond gets lost. `as_millis` is exact.",
            ms(milliseconds),
            delay.as_duration()
        );
    }
    let cut = Delay::from(Duration::from_micros(1_999)).as_duration();
    assert_eq!(
        cut,
        ms(1),
        "a delay of 1,999 us, as a Duration\nexpected  1ms\nyours     {cut:?}\nIts fraction is cut off."
    );
    for (too_long, name) in [(ms(1 << 31), "2^31 ms"), (Duration::MAX, "Duration::MAX")] {
        let delay = Delay::from(too_long);
        assert!(
            delay.as_duration() == ms(1) && delay.is_cut(),
            "{name} is too long\nexpected  1 ms, is_cut() is true\nyours     {delay:?}"
        );
    }
}

#[test]
fn a_timer_fires_at_its_time_and_ends_the_program_after_it() {
    let world = World::new();
    let code = world.run(|world| {
        world.event_loop.set_timeout(world.saying_at("b"), 20);
        world.event_loop.set_timeout(world.saying_at("a"), 10);
        world.say_at("main");
    });
    world.expect(
        "main@0 a@10 b@20",
        "timers of 20 and 10 ms were set",
        "Nothing after main: no turn was made although timers are set.\nb@0: a timer that is not due was called.",
    );
    assert_eq!(
        code, 0,
        "a program that just ends has the exit code 0\nexpected  0\nyours     {code}"
    );
    let waits = world.poller.take_waits();
    assert_eq!(
        waits,
        [Some(ms(10)), Some(ms(10))],
        "two timers, and nothing else: the loop sleeps until each of them\nexpected  [10 ms, 10 ms]\nyours     \
         {waits:?}\nMore waits are turns for nothing, and with waits of zero the loop spins."
    );
}

#[test]
fn a_turn_is_poll_check_close_timers() {
    // Seen in Node 20: from an I/O callback, an immediate is always before a timer.
    let world = World::new();
    world.run(|world| {
        let inner = world.clone();
        world.poller.ready_at(ms(2), move || {
            inner.say("io");
            inner.event_loop.set_timeout(inner.saying("timer"), 1);
            inner.event_loop.on_close(inner.saying("close"));
            inner.event_loop.set_immediate(inner.saying("immediate"));
            inner.event_loop.queue_microtask(inner.saying("microtask"));
            inner.event_loop.next_tick(inner.saying("tick"));
            inner.poller.work(ms(10));
        });
        world.poller.ready_at(ms(2), world.saying("io2"));
        world.event_loop.set_timeout(world.saying("first-timer"), 1);
        world.poller.work(ms(2));
        world.say("main");
    });
    world.expect(
        "main first-timer io tick microtask io2 immediate close timer",
        "an event called back, set a timer of 1 ms, a closed handle, an immediate and two tasks, and worked 10 ms",
        "timer before immediate: the usual diagrams begin a turn with the timers. Since libuv 1.45 they end it.\n\
         first-timer late: timers that are due are called once before the first turn.\n\
         io2 behind immediate: all that is ready is called before the next phase.\n\
         tick behind io2: ticks follow each single callback.",
    );
}

#[test]
fn a_phase_calls_all_that_wait_each_with_its_tasks() {
    let world = World::new();
    world.run(|world| {
        world.event_loop.set_timeout(world.with_tasks(1), 1);
        world.event_loop.set_timeout(world.with_tasks(2), 1);
        world.event_loop.set_timeout(world.with_tasks(3), 2);
        world.event_loop.set_immediate(world.with_tasks(4));
        world.event_loop.set_immediate(world.with_tasks(5));
        world.poller.work(ms(5));
    });
    world.expect(
        "t1 n1 m1 t2 n2 m2 t3 n3 m3 t4 n4 m4 t5 n5 m5",
        "three timers that are due, then two immediates; each, t, sets a tick, n, and a microtask, m",
        "t2 behind t4: the phase called one timer only. It calls all that are due.\n\
         t2 before n1, or t5 before n4: several were called in one `call`, or without any. Each needs its own.",
    );
    let world = World::new();
    world.run(|world| {
        let (called, id) = (Rc::new(Cell::new(0)), Rc::new(Cell::new(None)));
        let (inner, count, own) = (world.clone(), Rc::clone(&called), Rc::clone(&id));
        let first = move || {
            count.set(count.get() + 1);
            let interval = own.get().expect("it was set");
            inner.event_loop.clear_interval(interval);
            let (then, count) = (inner.clone(), Rc::clone(&count));
            inner.event_loop.set_immediate(move || {
                then.say(format!("immediate-after-{}", count.get()));
            });
        };
        id.set(Some(world.event_loop.set_interval(first, 1)));
        for _ in 1..2_000 {
            let (inner, called) = (world.clone(), Rc::clone(&called));
            let timer = move || {
                called.set(called.get() + 1);
                inner.poller.work(ms(20));
            };
            world.event_loop.set_timeout(timer, 1);
        }
        world.poller.work(ms(5));
    });
    world.expect(
        "immediate-after-2000",
        "an interval, which sets an immediate, and 1,999 timers, all due; each timer works for 20 ms",
        "after-1: the phase ended with the interval.\n\
         after-2: the phase ended because time had passed.\n\
         after-1024: only the poll phase has a budget. What is due is called in one phase.",
    );
    let world = World::new();
    world.run(|world| {
        let called = Rc::new(Cell::new(0));
        for number in 1..=3_000 {
            let (inner, called) = (world.clone(), Rc::clone(&called));
            world.event_loop.set_immediate(move || {
                called.set(called.get() + 1);
                inner.poller.work(ms(20));
                if number == 1 {
                    let then = inner.clone();
                    inner.event_loop.on_close(move || {
                        then.say(format!("close-after-{}", called.get()));
                        then.event_loop.set_timeout(then.saying("timer"), 1);
                        then.event_loop.on_close(then.saying("close"));
                        then.poller.work(ms(2));
                    });
                }
            });
        }
    });
    world.expect(
        "close-after-3000 timer close",
        "3,000 immediates work for 20 ms each; the first closes a handle, whose callback closes another and sets a \
         timer that is due",
        "close-after-1: the phase called one immediate, or ended because time had passed.\n\
         close-after-1024: only the poll phase has a budget.\n\
         close before timer: what is closed in the close phase waits for the next turn.",
    );
}

#[test]
fn closed_handles_are_called_last_to_first() {
    let world = World::new();
    world.run(|world| {
        world.event_loop.set_immediate(world.doing("|", |world| {
            for name in ["a", "b"] {
                let inner = world.clone();
                world.event_loop.on_close(move || {
                    inner.say(name);
                    inner.event_loop.next_tick(inner.saying("tick"));
                    inner.event_loop.on_close(inner.saying("next-turn"));
                });
            }
        }));
        world.event_loop.set_immediate(world.doing("|", |world| {
            world.event_loop.on_close(world.saying("c"));
        }));
    });
    world.expect(
        "| | c b tick a tick next-turn next-turn",
        "one immediate closed the handles a and b, and the next one c; a and b each set a tick and close another \
         handle",
        "a b c: Node calls the handle first that was closed last.",
    );
}

#[test]
fn a_timer_that_a_timer_sets_waits_for_the_next_turn() {
    let world = World::new();
    world.run(|world| {
        let inner = world.clone();
        world.event_loop.set_timeout(
            move || {
                inner.say("t1");
                inner.event_loop.set_timeout(inner.saying("t2"), 1);
                inner.event_loop.set_immediate(inner.saying("immediate"));
                inner.poller.work(ms(50));
            },
            10,
        );
        world.poller.ready_at(ms(30), world.saying("io"));
    });
    world.expect(
        "t1 io immediate t2",
        "a timer set a timer of 1 ms and worked for 50 ms, so that the new one is due before the phase is over",
        "t2 next to t1: the clock was read again during the phase. It is read once, at its beginning.",
    );
}

#[test]
fn late_timers_fire_list_by_list() {
    let world = World::new();
    world.run(|world| {
        world.event_loop.set_timeout(world.saying("P100"), 100);
        world.event_loop.set_timeout(world.saying("Q110"), 110);
        world.poller.work(ms(15));
        world.event_loop.set_timeout(world.saying("R100"), 100);
        world.poller.work(ms(200));
    });
    world.expect(
        "P100 R100 Q110",
        "timers of 100 and 110 ms; 15 ms later one more of 100 ms; then the loop was blocked until all were due",
        "P Q R is the order of the deadlines. Node empties a list of one duration before it looks at the next.",
    );
}

#[test]
fn an_interval_keeps_its_pace_and_never_catches_up() {
    let world = World::new();
    world.run(|world| {
        let (inner, calls) = (world.clone(), Cell::new(0));
        let interval = Rc::new(Cell::new(None));
        let own = Rc::clone(&interval);
        let id = world.event_loop.set_interval(
            move || {
                inner.say_at("i");
                calls.set(calls.get() + 1);
                match calls.get() {
                    1 | 2 => inner.poller.work(ms(15)),
                    3 => inner.poller.work(ms(100)),
                    5 => inner
                        .event_loop
                        .clear_interval(own.get().expect("it was set")),
                    _ => {}
                }
            },
            20,
        );
        interval.set(Some(id));
    });
    world.expect(
        "i@20 i@40 i@60 i@160 i@180",
        "an interval of 20 ms works 15 ms, 15 ms, then 100 ms; its fifth call clears it",
        "i@20 and no more: the timers were taken out before the first was called. `pop_due` ends the call of the \
         timer before, so call each timer right after its `pop_due`.\n\
         i@55: it counted from the end of its call. It counts from the time just before the call.\n\
         Many calls at 160: it caught up. One call a pass, whatever was missed.\n\
         i@161: the loop slept although the interval was due already. The wait is zero then.\n\
         A sixth call, or no end: an interval that is cleared in its own call is over.",
    );
    // Seen in Node 20: at 40 the interval is before the timer that its own tick has set.
    let world = World::new();
    world.run(|world| {
        world.event_loop.set_timeout(|| {}, 20);
        let (inner, calls) = (world.clone(), Cell::new(0));
        world
            .event_loop
            .set_timeout(world.doing("work", |world| world.poller.work(ms(7))), 20);
        let id = Rc::new(Cell::new(None));
        let own = Rc::clone(&id);
        let interval = world.event_loop.set_interval(
            move || {
                inner.say_at("i");
                calls.set(calls.get() + 1);
                if calls.get() == 1 {
                    let tick = inner.clone();
                    inner.event_loop.next_tick(move || {
                        tick.event_loop.set_timeout(tick.saying_at("t"), 20);
                    });
                }
                if calls.get() == 3 {
                    inner
                        .event_loop
                        .clear_interval(own.get().expect("it was set"));
                }
            },
            20,
        );
        id.set(Some(interval));
    });
    world.expect(
        "work i@27 i@47 t@47 i@67",
        "another timer of the same pass worked for 7 ms; then a tick of the interval's first call set a timer of \
         20 ms",
        "i@40: the interval counted from the beginning of the pass, not from its own call.\n\
         t before i: the interval was set again after its ticks. It is set again right after its call.",
    );
    let world = World::new();
    world.run(|world| {
        world.poller.work(Duration::from_micros(700));
        let (inner, calls) = (world.clone(), Cell::new(0));
        let id = Rc::new(Cell::new(None));
        let own = Rc::clone(&id);
        let interval = world.event_loop.set_interval(
            move || {
                inner.say_at("i");
                calls.set(calls.get() + 1);
                if calls.get() == 1 {
                    let interval = own.get().expect("it was set");
                    inner.event_loop.unref_timeout(interval);
                    inner.event_loop.set_timeout(inner.saying_at("t"), 10);
                }
                if calls.get() == 4 {
                    inner
                        .event_loop
                        .clear_interval(own.get().expect("it was set"));
                }
            },
            20,
        );
        id.set(Some(interval));
        world.event_loop.set_timeout(world.saying_at("last"), 75);
        world.event_loop.set_timeout(world.saying_at("a"), 10);
        let inner = world.clone();
        world.event_loop.set_timeout(
            move || {
                inner.event_loop.set_timeout(inner.saying_at("b"), 10);
            },
            1,
        );
    });
    world.expect(
        "a@10 b@11 i@20 t@30 i@40 i@60 last@75",
        "the clock stands at 0.7 ms; then timers of 10 ms, a and, 1 ms later, b are set, and an interval of 20 ms, \
         whose first call unrefs it",
        "b@12, i@41: the poller's clock has fractions. `now` of the loop gives whole milliseconds.\n\
         i@80: the interval gave up its ref in its own call. Without a ref it keeps the loop alive no longer.",
    );
}

#[test]
fn what_is_cleared_is_never_called() {
    let world = World::new();
    world.run(|world| {
        let timer = world.event_loop.set_timeout(world.saying("timer"), 5);
        let immediate = world.event_loop.set_immediate(world.saying("immediate"));
        let late = Rc::new(Cell::new(None));
        let (inner, victim) = (world.clone(), Rc::clone(&late));
        world.event_loop.set_immediate(move || {
            inner.say("clears");
            inner
                .event_loop
                .clear_immediate(victim.get().expect("it was set"));
            inner.event_loop.clear_timeout(timer);
            inner.event_loop.clear_timeout(timer);
        });
        late.set(Some(world.event_loop.set_immediate(world.saying("late"))));
        world.event_loop.set_immediate(world.saying("last"));
        world.event_loop.clear_immediate(immediate);
        world.event_loop.clear_immediate(immediate);
    });
    world.expect(
        "clears last",
        "an immediate was cleared by main, and another one by an immediate of the same phase, with a timer",
        "late: an immediate can be cleared until its very call.\n\
         Nothing at all, or a panic: to clear twice is no error, and counts once.",
    );
}

#[test]
fn an_immediate_of_an_immediate_waits_for_the_next_turn() {
    let world = World::new();
    world.run(|world| {
        let inner = world.clone();
        world.event_loop.set_immediate(move || {
            inner.say("a");
            inner.event_loop.set_immediate(inner.saying("c"));
            inner.event_loop.set_timeout(inner.saying("timer"), 1);
            inner.poller.work(ms(2));
        });
        world.event_loop.set_immediate(world.saying("b"));
    });
    world.expect(
        "a b timer c",
        "the immediate a set another one, and a timer that is due at the end of the turn",
        "b behind timer: the phase called one immediate only. It calls all that were set before it.\n\
         c before timer: the phase called what was set during the phase. A chain of immediates would starve \
         timers and sockets.",
    );
}

#[test]
fn the_loop_sleeps_exactly_as_long_as_it_may() {
    let world = World::new();
    world.run(|world| {
        let inner = world.clone();
        world.event_loop.set_immediate(move || {
            inner.poller.ready_at(ms(40), inner.saying("io"));
        });
        let idle = world.event_loop.set_immediate(world.saying("idle"));
        world.event_loop.unref_immediate(idle);
        world.event_loop.set_timeout(world.saying("timer"), 25);
        world.event_loop.set_timeout(
            world.doing("close", |world| world.event_loop.on_close(|| {})),
            41,
        );
    });
    world.taken();
    let waits = world.poller.take_waits();
    let expected = [
        Some(Duration::ZERO),
        Some(ms(25)),
        Some(ms(16)),
        Some(ms(1)),
        Some(Duration::ZERO),
    ];
    assert_eq!(
        waits, expected,
        "an immediate; a timer at 25 ms; an event at 40 ms; a timer at 41 ms that closes a handle\nexpected  \
         0, 25 ms, 16 ms, 1 ms, 0\nyours     {waits:?}\nWhile an immediate or a closed handle waits, the loop \
         does not sleep. Otherwise it sleeps until the next timer, and an event ends that sleep."
    );
    let world = World::new();
    world.run(|world| world.poller.ready_at(ms(40), world.saying("io")));
    let waits = world.poller.take_waits();
    assert_eq!(
        waits,
        [None],
        "an event is to come, and there is no timer\nexpected  one wait without end\nyours     {waits:?}"
    );
    let world = World::new();
    world.run(|world| {
        world
            .event_loop
            .set_timeout(world.saying("hour"), ms(3_600_000));
        world
            .event_loop
            .set_timeout(world.saying("longest"), i32::MAX);
    });
    let waits = world.poller.take_waits();
    assert_eq!(
        waits,
        [Some(ms(3_600_000)), Some(ms(2_147_483_647 - 3_600_000))],
        "timers of an hour and of 2^31 - 1 ms\nexpected  two waits: 1 h, and the rest\nyours     {waits:?}\nA \
         wait has no limit: the poller cuts what the system cannot wait. A zero at the end is a turn after the last \
         timer."
    );
    let world = World::new();
    world.run(|world| {
        let idle = world.event_loop.set_immediate(world.saying("idle"));
        world.event_loop.unref_immediate(idle);
        world.event_loop.set_timeout(world.saying("timer"), 100);
    });
    let waits = world.poller.take_waits();
    assert_eq!(
        waits,
        [Some(ms(100))],
        "an immediate without a ref, and a timer of 100 ms\nexpected  [100 ms]\nyours     {waits:?}\nA wait of \
         zero: an immediate without a ref does not keep the loop from sleeping. It is called after that sleep."
    );
    let world = World::new();
    world.run(|world| {
        world.poller.ready_at(ms(100), world.saying_at("io"));
        let timer = world.event_loop.set_timeout(world.saying_at("timer"), 10);
        world.event_loop.unref_timeout(timer);
        let inner = world.clone();
        world.event_loop.set_timeout(
            move || inner.event_loop.on_close(inner.saying_at("close")),
            20,
        );
    });
    world.expect(
        "timer@10 close@20 io@100",
        "a timer of 10 ms without a ref; a timer of 20 ms that closes a handle; an event at 100 ms",
        "close@100: a closed handle waits, so the loop does not sleep, whatever else is to come.\n\
         timer@20: a timer without a ref ends the sleep like any other.",
    );
    let world = World::new();
    world.run(|world| {
        world.poller.ready_at(ms(100), world.saying_at("io"));
        let timer = world.event_loop.set_timeout(world.saying_at("timer"), 10);
        world.event_loop.unref_timeout(timer);
    });
    world.expect(
        "timer@10 io@100",
        "a timer of 10 ms without a ref, and an event at 100 ms",
        "timer@100: a timer without a ref ends the sleep like any other, also when no timer has a ref.",
    );
}

#[test]
fn the_loop_lives_as_long_as_something_with_a_ref_is_pending() {
    let world = World::new();
    world.run(|world| {
        let idle = world.event_loop.set_interval(world.saying_at("idle"), 10);
        world.event_loop.unref_timeout(idle);
        world.event_loop.unref_timeout(idle);
        world.event_loop.set_timeout(world.saying_at("timer"), 25);
        let never = world
            .event_loop
            .set_immediate(world.saying("immediate-without-ref"));
        world.event_loop.unref_immediate(never);
        let back = world.event_loop.set_timeout(world.saying_at("back"), 30);
        world.event_loop.unref_timeout(back);
        world.event_loop.ref_timeout(back);
    });
    world.expect(
        "immediate-without-ref idle@10 idle@20 timer@25 back@30 idle@30",
        "an interval and an immediate without a ref, beside two timers with one",
        "idle@30 missing: the phase called one timer, or took the timers out first. It calls each right after its \
         `pop_due`.\n\
         No end: what has no ref does not keep the loop alive.\n\
         idle missing: what has no ref is called as long as the loop lives.\n\
         back missing: a ref can be given back.",
    );
    world.run(|world| {
        let alone = world.event_loop.set_timeout(world.saying("alone"), 1);
        world.event_loop.unref_timeout(alone);
        world.poller.work(ms(5));
    });
    world.expect(
        "",
        "a timer without a ref is alone, and due",
        "Nothing is alive, so no turn is made.",
    );
    let world = World::new();
    world.run(|world| {
        let inner = world.clone();
        world.event_loop.set_immediate(move || {
            let late = inner.event_loop.set_timeout(inner.saying("late"), 1);
            inner.event_loop.unref_timeout(late);
            inner.poller.work(ms(2));
        });
    });
    world.expect(
        "late",
        "an immediate set a timer without a ref, which is due at the end of the turn",
        "Timers come before the question whether the loop is alive.",
    );
    // Seen in Node 20.
    let world = World::new();
    world.run(|world| {
        let far = world.event_loop.set_timeout(world.saying("far"), 100);
        world.event_loop.unref_timeout(far);
        let left = world.event_loop.set_immediate(world.saying("immediate"));
        world.event_loop.unref_immediate(left);
        world.event_loop.set_timeout(world.saying("timer"), 1);
        world.poller.work(ms(3));
    });
    world.expect(
        "timer immediate",
        "main set an immediate and a timer of 100 ms without a ref, and a timer of 1 ms, which was due before the \
         first turn",
        "immediate missing: the loop asked whether it is alive after the timers that come before the first turn. \
         It asks before them, and then at the end of each turn.\n\
         far: nothing is alive in that turn, so it waits for nothing.",
    );
    let waits = world.poller.take_waits();
    assert_eq!(
        waits,
        [Some(Duration::ZERO)],
        "the one turn of that program, in which nothing is alive any more\nexpected  [0]\nyours     {waits:?}\nA \
         loop that nothing keeps alive does not sleep for what may be left."
    );
}

#[test]
fn the_end_is_announced_and_may_be_put_off() {
    let world = World::new();
    let code = world.run(|world| {
        let (inner, asked) = (world.clone(), Cell::new(0));
        world.event_loop.on_before_exit(move |code| {
            inner.say(format!("before-exit({code})"));
            asked.set(asked.get() + 1);
            match asked.get() {
                1 => {
                    inner.event_loop.set_timeout(inner.saying("timer"), 5);
                }
                2 => inner.event_loop.next_tick(inner.saying("tick")),
                _ => {}
            }
        });
        let inner = world.clone();
        world.event_loop.on_exit(move |code| {
            inner.say(format!("exit({code})"));
            inner.event_loop.set_timeout(inner.saying("too-late"), 1);
            inner.event_loop.set_immediate(inner.saying("too-late"));
            inner.event_loop.next_tick(inner.saying("too-late"));
            inner.event_loop.queue_microtask(inner.saying("microtask"));
            inner.event_loop.set_exit_code(9);
        });
        let inner = world.clone();
        world
            .event_loop
            .on_exit(move |code| inner.say(format!("second({code})")));
        world.event_loop.set_exit_code(3);
    });
    world.expect(
        "before-exit(3) timer before-exit(3) tick exit(3) second(3) microtask",
        "the first before-exit sets a timer, the second a tick; exit sets several things",
        "before-exit once: each time nothing is pending any more, it is asked again.\n\
         too-late: after exit nothing runs but microtasks.",
    );
    assert_eq!(
        code, 9,
        "a listener of exit set the exit code to 9\nexpected  9\nyours     {code}"
    );
}

#[test]
fn exit_ends_everything_at_once() {
    let world = World::new();
    let code = world.run(|world| {
        let inner = world.clone();
        world.event_loop.on_exit(move |code| {
            inner.say(format!("exit({code})"));
            inner.event_loop.queue_microtask(inner.saying("microtask"));
        });
        world
            .event_loop
            .on_before_exit(|_| panic!("exit does not ask whether it may"));
        let inner = world.clone();
        world.event_loop.set_immediate(move || {
            inner.event_loop.next_tick(inner.saying("tick"));
            inner.event_loop.exit(4);
        });
        world.event_loop.set_immediate(world.saying("immediate"));
        world.event_loop.set_timeout(world.saying("timer"), 1);
    });
    world.expect(
        "exit(4)",
        "an immediate called exit(4); a tick, an immediate and a timer were waiting",
        "Everything else is what exit drops.",
    );
    assert_eq!(code, 4, "exit(4)\nexpected  4\nyours     {code}");

    for lane in ["tick", "microtask"] {
        let world = World::new();
        let code = world.run(|world| {
            let inner = world.clone();
            world.event_loop.on_exit(move |code| {
                inner.say(format!("exit({code})"));
                if code == 3 {
                    inner.event_loop.exit(5);
                }
            });
            let own = world.event_loop.clone();
            match lane {
                "tick" => world.event_loop.next_tick(move || own.exit(3)),
                _ => world.event_loop.queue_microtask(move || own.exit(3)),
            }
            world.event_loop.queue_microtask(world.saying("microtask"));
            world.event_loop.set_timeout(world.saying("timer"), 1);
        });
        world.expect(
            "exit(3)",
            &format!("a {lane} called exit(3), and a listener of exit called exit(5)"),
            "microtask or timer: the panic of `exit` did not get out of chapter 16's drain. What the handler of \
             panics throws must go on to the caller.\n\
             exit(5): the listeners of exit are called once.",
        );
        assert_eq!(
            code, 5,
            "a {lane} called exit(3), and a listener of exit called exit(5)\nexpected  5\nyours     {code}"
        );
    }
}

#[test]
fn a_panic_that_nobody_caught_goes_to_the_handler_or_ends_the_process() {
    let world = World::new();
    let code = world.run(|world| {
        let inner = world.clone();
        world
            .event_loop
            .on_exit(move |code| inner.say(format!("exit({code})")));
        world.event_loop.set_timeout(
            world.doing("t1", |world| {
                world.event_loop.next_tick(world.saying("tick"));
                world.throw("t1");
            }),
            1,
        );
        world.event_loop.set_timeout(world.saying("t2"), 1);
    });
    world.expect(
        "t1 exit(1)",
        "t1 threw, and there is no handler",
        "The process ends with code 1, and its listeners of exit are told.",
    );
    assert_eq!(
        code, 1,
        "a panic that nobody caught\nexpected  1\nyours     {code}"
    );

    let world = World::new();
    let code = world.run(|world| {
        let inner = world.clone();
        world.event_loop.on_uncaught_exception(move |uncaught| {
            inner.say(format!("caught({})", uncaught.message()));
        });
        world.event_loop.set_timeout(
            world.doing("t1", |world| {
                world.event_loop.next_tick(world.saying("t1-tick"));
                world.throw("t1");
            }),
            1,
        );
        world.event_loop.set_timeout(world.saying("t2"), 1);
        world.event_loop.set_timeout(
            world.doing("t3", |world| {
                world
                    .event_loop
                    .next_tick(world.doing("tick", |world| world.throw("tick")));
                world.event_loop.next_tick(world.saying_at("next-tick"));
            }),
            20,
        );
        world.event_loop.set_timeout(world.saying_at("t4"), 100);
    });
    world.expect(
        "t1 caught(t1) t2 t1-tick t3 tick caught(tick) next-tick@20 t4@100",
        "t1 threw and there is a handler; later a tick threw",
        "t1-tick before t2: the phase called one timer only, or something was drained after the throw. The phase \
         goes on with the next timer, and its drain calls the tick.\n\
         next-tick@100: nothing else was to be called before, so an immediate has to give the drain. It needs a \
         `call`, too.",
    );
    assert_eq!(
        code, 0,
        "every panic was handled\nexpected  0\nyours     {code}"
    );

    let world = World::new();
    world.run(|world| {
        world.event_loop.on_uncaught_exception(|_| {});
        let (inner, calls) = (world.clone(), Cell::new(0));
        let id = Rc::new(Cell::new(None));
        let own = Rc::clone(&id);
        let interval = world.event_loop.set_interval(
            move || {
                inner.say_at("i");
                calls.set(calls.get() + 1);
                if calls.get() == 3 {
                    inner
                        .event_loop
                        .clear_interval(own.get().expect("it was set"));
                }
                inner.throw("i");
            },
            5,
        );
        id.set(Some(interval));
    });
    world.expect(
        "i@5 i@10 i@15",
        "an interval of 5 ms that throws in each call, with a handler; its third call clears it",
        "i@5 and no more: an interval that throws is set again, too. `call_interval` does it.",
    );

    let world = World::new();
    let code = world.run(|world| {
        world
            .event_loop
            .on_exit(|_| panic!("a handler that throws ends the process without exit"));
        let inner = world.clone();
        world
            .event_loop
            .on_uncaught_exception(move |_| inner.throw("the handler"));
        let inner = world.clone();
        world
            .event_loop
            .set_immediate(move || inner.throw("the immediate"));
    });
    assert_eq!(
        code, 7,
        "the handler threw as well\nexpected  7\nyours     {code}"
    );
}

#[test]
fn one_busy_source_does_not_starve_the_others() {
    let world = World::new();
    let called = Rc::new(Cell::new(0_u32));
    world.run(|world| {
        for _ in 0..5_000 {
            let called = Rc::clone(&called);
            world
                .poller
                .ready_at(ms(0), move || called.set(called.get() + 1));
        }
        let (inner, called) = (world.clone(), Rc::clone(&called));
        world.event_loop.set_immediate(move || {
            inner.say(if called.get() < 5_000 {
                "between"
            } else {
                "behind"
            });
        });
    });
    world.expect(
        "between",
        "5,000 callbacks were ready at once, and an immediate waited",
        "behind: a poll phase has a budget, and what is left waits for the next turn.",
    );
    assert_eq!(
        called.get(),
        5_000,
        "every callback is called once\nexpected  5000\nyours     {}\n1024: the loop ended while callbacks waited in `ready`. \
         They keep it alive.",
        called.get()
    );
}

/// Says its name when it is dropped, and then uses the loop as `sets` does.
struct Value {
    world: World,
    name: &'static str,
    sets: fn(&World),
}

impl Drop for Value {
    fn drop(&mut self) {
        self.world.say(self.name);
        (self.sets)(&self.world);
    }
}

/// A tick that holds a value whose drop sets one more tick like it, so many times.
fn ticks_of_drops(world: &World, left: usize) {
    struct Chain(World, usize);
    impl Drop for Chain {
        fn drop(&mut self) {
            self.0.say("chain");
            if self.1 > 0 {
                ticks_of_drops(&self.0, self.1 - 1);
            }
        }
    }
    let chain = Chain(world.clone(), left);
    world.event_loop.next_tick(move || {
        let _kept = &chain;
    });
}

#[test]
fn what_is_left_at_the_end_is_dropped_and_never_called() {
    let world = World::new();
    let value = |name, sets: fn(&World)| {
        let value = Value {
            world: world.clone(),
            name,
            sets,
        };
        move || {
            let _kept = &value;
            value.world.say("called");
        }
    };
    let old = Rc::new(Cell::new(None));
    let ids = Rc::clone(&old);
    world.run(|world| {
        // Each Drop does what it would find borrowed if it were dropped in its place.
        let timer = value("timer", |world| {
            world.event_loop.set_timeout(|| {}, 1);
        });
        let interval = value("interval", |world| {
            let timer = world.event_loop.set_timeout(|| {}, 1);
            world.event_loop.clear_timeout(timer);
        });
        let immediate = value("immediate", |world| {
            world.event_loop.set_immediate(|| {});
        });
        let tick = value("tick", |world| world.event_loop.next_tick(|| {}));
        let microtask = value("microtask", |world| {
            world.event_loop.queue_microtask(|| {});
        });
        let close = value("close", |world| world.event_loop.on_close(|| {}));
        let before_exit = value("before-exit", |world| {
            world.event_loop.on_before_exit(|_| {});
        });
        let uncaught = value("uncaught", |world| {
            world.event_loop.on_uncaught_exception(|_| {});
        });
        let exit = Value {
            world: world.clone(),
            name: "exit",
            sets: |world| world.event_loop.on_exit(|_| {}),
        };
        let inner = world.clone();
        world.poller.ready_at(ms(1), move || {
            let events = &inner.event_loop;
            ids.set(Some((
                events.set_timeout(timer, 5),
                events.set_immediate(immediate),
            )));
            events.set_interval(interval, 5);
            events.next_tick(tick);
            events.queue_microtask(microtask);
            events.on_close(close);
            events.on_before_exit(move |_| before_exit());
            events.on_uncaught_exception(move |_| uncaught());
            events.on_exit(move |_| {
                let _kept = &exit;
            });
            events.exit(4);
        });
        let ready = value("ready", |world| {
            world.event_loop.set_interval(|| {}, 1);
            world.event_loop.is_alive();
        });
        world.poller.ready_at(ms(1), ready);
    });
    world.expect(
        "",
        "an event set one of each, and called exit(4)",
        "Nothing is called, and nothing is dropped yet.",
    );
    let sorted = || {
        let words = world.taken();
        let mut words: Vec<_> = words.split_whitespace().map(String::from).collect();
        words.sort();
        words.join(" ")
    };
    world.event_loop.clear();
    let (yours, is_empty) = (sorted(), world.event_loop.is_empty());
    let expected = "before-exit close exit immediate interval microtask ready tick timer uncaught";
    assert!(
        yours == expected && !is_empty,
        "after that run, `clear` drops one of each; the Drop of each one sets something\nexpected  {expected}\nyours     \
         {yours}\nand then the loop is not empty\nyours     {}\ncalled: what is left is dropped and never called.",
        if is_empty { "empty" } else { "not empty" }
    );
    world.event_loop.clear();
    let is_over = world.event_loop.is_empty() && !world.event_loop.is_alive();
    assert!(
        is_over,
        "a second `clear` drops what was set meanwhile\nexpected  the loop is empty, and not alive"
    );

    let (timer, immediate) = old.get().expect("it was set");
    world.run(|world| {
        world.event_loop.set_timeout(world.saying("timer"), 5);
        world.event_loop.set_immediate(world.saying("immediate"));
        world.event_loop.clear_timeout(timer);
        world.event_loop.clear_immediate(immediate);
    });
    world.expect(
        "immediate timer",
        "the loop was cleared, and runs another program, which clears a timer and an immediate of the one before",
        "One is missing: it got an id that was given before.",
    );

    let world = World::new();
    world.run(|world| {
        world.event_loop.set_immediate(world.doing("exit", |world| {
            ticks_of_drops(world, 3);
            world.event_loop.exit(0);
        }));
    });
    world.event_loop.clear();
    world.expect(
        "exit chain",
        "exit was called while a tick waited; the Drop of what the tick holds sets a tick that holds such a value, too",
        "chain chain: each of them was dropped inside of the drop of the one before. Without an end this overflows \
         the stack.",
    );
}

/// A poller whose second poll fails.
struct Failing {
    world: Rc<VirtualPoller>,
    polls: Cell<u32>,
    error: io::ErrorKind,
}

impl Poller for Failing {
    fn now(&self) -> Duration {
        self.world.now()
    }

    fn poll(&self, timeout: Option<Duration>, ready: &mut VecDeque<Callback>) -> io::Result<()> {
        self.polls.set(self.polls.get() + 1);
        if self.polls.get() == 2 {
            return Err(self.error.into());
        }
        self.world.poll(timeout, ready)
    }

    fn is_alive(&self) -> bool {
        self.world.is_alive()
    }
}

#[test]
fn an_error_of_the_poller_ends_the_run_at_once() {
    for error in [io::ErrorKind::Other, io::ErrorKind::Interrupted] {
        let mut world = World::new();
        world.event_loop = EventLoop::new(Rc::new(Failing {
            world: Rc::clone(&world.poller),
            polls: Cell::new(0),
            error,
        }));
        let result = world.event_loop.run(|| {
            let inner = world.clone();
            world
                .event_loop
                .on_before_exit(move |_| inner.say("before-exit"));
            let inner = world.clone();
            world.event_loop.on_exit(move |_| inner.say("exit"));
            world.event_loop.set_timeout(
                world.doing("first", |world| {
                    world.event_loop.set_immediate(world.saying("immediate"));
                    world.event_loop.on_close(world.saying("close"));
                    world.event_loop.set_timeout(world.saying("timer"), 1);
                    world.poller.work(ms(2));
                }),
                5,
            );
        });
        let result = result.map_err(|error| error.kind());
        assert_eq!(
            result,
            Err(error),
            "the second poll fails with {error:?}\nexpected  run gives that error\nyours     {result:?}\n`poll` \
             gives the error to `turns`, which gives it on. Of whatever kind: to try again is the poller's affair."
        );
        world.expect(
            "first",
            &format!(
                "the second poll fails with {error:?}; an immediate, a handle and a timer wait"
            ),
            "immediate: the turn went on after the error. The error ends it at the poll.",
        );
    }
}

/// Writes down what the loop tells.
#[derive(Default)]
struct Diary(RefCell<Vec<String>>);

impl Observer for Diary {
    fn observe(&self, at: Duration, event: Event) {
        let at = at.as_millis();
        self.0.borrow_mut().push(match event {
            Event::Begin(phase) => format!("{phase:?}("),
            Event::End(Phase::Timers) => String::from(")\n"),
            Event::End(_) => String::from(")"),
            Event::Wait(timeout) => format!("wait {:?}", timeout.map(|it| it.as_millis())),
            Event::Awake(ready) => format!("awake@{at}:{ready}"),
            Event::Call(Kind::Main) => format!("Main@{at}"),
            Event::Call(kind) => format!("{kind:?}"),
            Event::Return(Kind::Main) => String::from("\n"),
            Event::Return(_) => String::from("."),
        });
    }
}

#[test]
fn an_observer_is_told_of_every_phase_and_call() {
    let world = World::new();
    let diary = Rc::new(Diary::default());
    world
        .event_loop
        .set_observer(Rc::clone(&diary) as Rc<dyn Observer>);
    world.run(|world| {
        let inner = world.clone();
        world
            .event_loop
            .set_immediate(move || inner.event_loop.next_tick(|| {}));
        world.event_loop.set_timeout(|| {}, 5);
    });
    let told = diary
        .0
        .take()
        .join(" ")
        .replace("( )", "()")
        .replace("\n ", "\n");
    let expected = "Main@0 \nTimers( )\nPoll( wait Some(0) awake@0:0 ) Check( Immediate . Tick . ) Close() Timers( \
                    )\nPoll( wait Some(5) awake@5:0 ) Check() Close() Timers( Timer . )\nProcess . Process .";
    let tidy = |text: &str| text.replace("( )", "()");
    assert!(
        tidy(&told) == tidy(expected),
        "an immediate with a tick, and a timer of 5 ms\nexpected\n{}\nyours\n{}\nA word of Timer or Immediate is \
         missing: it was called without `call`, or with another kind.",
        tidy(expected),
        tidy(&told)
    );
}
