extern crate crypto_module_solution as crypto_module;

mod world;

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::time::Duration;

use crypto_module::{
    Derivation, Histogram, Lag, Sha256, Totals, Utilization, hmac_sha256, monitor_lag, pbkdf2,
    pbkdf2_in_slices, pbkdf2_sync,
};
use runtime::{
    Event, Kind, Observer, Phase, clear_interval, load, run, set_immediate, set_interval,
    set_observer, set_timeout, work,
};
use support::{heap, within};
use world::{LIMIT, Running, hex, ms, within_range};

/// Counts what a thread allocates.
#[global_allocator]
static COUNTING: heap::Counting = heap::Counting;

/// The bytes that the hashes below are made of.
fn message(length: usize) -> Vec<u8> {
    (0..length).map(|i| (i % 251) as u8).collect()
}

// given
#[test]
fn the_hash_is_that_of_the_standard_wherever_its_input_is_cut() {
    let hash = |pieces: &[&[u8]]| {
        let mut hash = Sha256::new();
        pieces.iter().for_each(|piece| hash.update(piece));
        hash.finish()
    };
    assert_eq!(
        hex(&hash(&[b"abc"])),
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
        "FIPS 180-4, example of one block"
    );
    // Around 55, 56, 64, 119, 120 and 128 bytes the padding needs another block, or none.
    let mut all = Sha256::new();
    for length in 0..=300 {
        let message = message(length);
        let whole = hash(&[&message]);
        all.update(&whole);
        for cut in [1, 56, 64].map(|cut: usize| cut.min(length)) {
            let (head, tail) = message.split_at(cut);
            let (middle, end) = tail.split_at(tail.len() / 2);
            assert_eq!(
                (hash(&[head, tail]), hash(&[head, middle, end])),
                (whole, whole),
                "{length} bytes, cut after {cut}"
            );
        }
    }
    // From Python's hashlib: the hash of the 301 hashes.
    assert_eq!(
        hex(&all.finish()),
        "b90e35153500e9a471591550ee25a954527c6b4448afff95f7949a2ca93300ce",
        "the hashes of 0 to 300 bytes"
    );
}

// given
#[test]
fn keys_are_those_of_the_standard_wherever_the_work_is_cut() {
    assert_eq!(
        hex(&hmac_sha256(b"Jefe", b"what do ya want for nothing?")),
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
        "RFC 4231, test case 2"
    );
    let mut all = Sha256::new();
    // Keys of more than 64 bytes are hashed first.
    (0..=130).for_each(|length| all.update(&hmac_sha256(&message(length), &message(50))));
    assert_eq!(
        hex(&all.finish()),
        "464a6256d90496123075ad7931d0d25a276d52d4be5919809df19b3871ca89ec",
        "the codes under keys of 0 to 130 bytes"
    );
    assert_eq!(
        pbkdf2_sync(b"passwd", b"salt", 1, 64).map(|key| hex(&key)),
        Ok(String::from(
            "55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc\
             49ca9cccf179b645991664b39d77ef317c71b845b1e30bd509112041d3a19783"
        )),
        "RFC 7914, section 11"
    );
    for rounds in [1, 2, 7, u32::MAX] {
        let mut all = Sha256::new();
        for length in 1..=70 {
            let derivation = Derivation::new(b"password", b"salt", 3, length);
            let mut derivation = derivation.expect("the numbers are in range");
            while !derivation.run(rounds) {}
            all.update(&derivation.into_key());
        }
        assert_eq!(
            hex(&all.finish()),
            "163a215a7566a766de9241f0ae14a6d9f55b7dd9c925f7668bd9e09301a20ab7",
            "the keys of 1 to 70 bytes, {rounds} rounds at a time"
        );
    }
}

/// What Python's hashlib gives for `password0` to `password4`, `salt` and [`ROUNDS`].
const KEYS: [&str; 5] = [
    "897df1a81e1aa7d72fb7da97897ef78a",
    "8e56128c7e16ede90c0a6d7e9b4ae7fc",
    "9dfea28de83faa539d410acde975c2b2",
    "91a7e88f8804056f14752539e8945b6b",
    "57dfed097a83e8405b5bbcab7253475e",
];

const ROUNDS: u32 = 100;

#[test]
fn the_pool_computes_and_the_loop_goes_on() {
    within(
        LIMIT,
        "a program that derives five keys does not end",
        || {
            let keys = Rc::new(RefCell::new(vec![None; KEYS.len()]));
            let kinds = Rc::new(RefCell::new(Vec::new()));
            let at_the_end_of_main = Rc::new(Cell::new((0, 0)));
            let in_main = Rc::clone(&at_the_end_of_main);
            let theirs = Rc::clone(&keys);
            let (their_kinds, running) = (Rc::clone(&kinds), Running::default());
            run(move || {
                running.watch();
                for i in 0..KEYS.len() {
                    let (keys, kinds) = (Rc::clone(&theirs), Rc::clone(&their_kinds));
                    let running = running.clone();
                    pbkdf2(format!("password{i}"), "salt", ROUNDS, 16, move |key| {
                        kinds.borrow_mut().push(running.kind());
                        keys.borrow_mut()[i] = Some(key.map(|key| hex(&key)));
                    });
                }
                // What is checked in here would be thrown in the program, and not in the test.
                in_main.set((load().pending, theirs.borrow().iter().flatten().count()));
            });
            assert_eq!(
                at_the_end_of_main.get(),
                (KEYS.len(), 0),
                "five keys were asked for, so at the end of main five jobs wait or run in the pool, and no callback was \
                 called (left: yours). No jobs: is the key computed on the loop's own thread?"
            );
            assert_eq!(
                *keys.borrow(),
                KEYS.map(|key| Some(Ok(String::from(key)))),
                "each callback gets the key of its own password (left: yours). None: it was never called."
            );
            assert_eq!(
                *kinds.borrow(),
                [Some(Kind::Ready); 5],
                "the callbacks are called in a poll phase, as what became ready (left: yours). `work` does that, if it gets \
                 the callback itself."
            );
            // While all workers are held, `pbkdf2` returns all the same. Two blocks make a key of 64 bytes.
            let long = Rc::new(RefCell::new(None));
            let theirs = Rc::clone(&long);
            run(move || {
                let (open, gate) = mpsc::channel::<()>();
                let gate = Arc::new(Mutex::new(gate));
                for _ in 0..64 {
                    let gate = Arc::clone(&gate);
                    let hold = move || {
                        let _ = gate.lock().unwrap_or_else(PoisonError::into_inner).recv();
                        Ok(())
                    };
                    work(hold, |_| {});
                }
                pbkdf2([0xff, 0], "salt", 3, 64, move |key| {
                    *theirs.borrow_mut() = key.ok()
                });
                drop(open);
            });
            assert_eq!(
                long.take(),
                pbkdf2_sync(&[0xff, 0], b"salt", 3, 64).ok(),
                "a key of 64 bytes, from a password that is no text (left: yours). Two blocks take twice as many rounds."
            );
            // A thread that makes a key asks for its memory. That is exact, where a time is not.
            const LENGTH: usize = 1 << 15;
            let [short, long, salted] =
                [(32, 0), (LENGTH, 0), (32, LENGTH)].map(|(length, salt)| {
                    let salt = vec![0; salt];
                    let made = Rc::new(Cell::new(0));
                    let theirs = Rc::clone(&made);
                    let before = heap::asked();
                    run(move || {
                        pbkdf2("password", salt, 1, length, move |key| {
                            theirs.set(key.map_or(0, |key| key.len()));
                        });
                    });
                    assert_eq!(made.get(), length, "the bytes of a key (left: yours)");
                    heap::asked() - before
                });
            assert!(
                long < short + LENGTH / 2,
                "a program asks for a key of 32 bytes, another one for a key of {LENGTH}\nexpected  the loop's thread \
                 allocates the same for both: a thread of the pool makes the key\nyours     {short} bytes and {long} \
                 bytes\nIs the key made before the job, or in the callback? The job makes it."
            );
            // What begins a key hashes the password, which may be long, and copies the salt.
            assert!(
                salted < short + LENGTH / 2,
                "a program asks for a key with no salt, another one with a salt of {LENGTH} bytes, which `pbkdf2` \
                 owns\nexpected  the loop's thread allocates the same for both: the salt moves into the job\nyours     \
                 {short} bytes and {salted} bytes\nIs the `Derivation` made before the job, or the salt cloned? All of it \
                 is the job's work, the hash of a long password, too."
            );
        },
    );
}

#[test]
fn numbers_out_of_range_are_the_callbacks_errors() {
    within(
        LIMIT,
        "a program that asks for an impossible key does not end",
        || {
            let no_rounds = "ERR_OUT_OF_RANGE: The value of \"iterations\" is out of range. It must be >= 1 && <= \
                     2147483647. Received 0";
            let too_long = "ERR_OUT_OF_RANGE: The value of \"keylen\" is out of range. It must be >= 0 && <= 2147483647. \
                    Received 2147483648";
            for (iterations, length, expected) in [(0, 32, no_rounds), (1, 1 << 31, too_long)] {
                let heard = Rc::new(RefCell::new(Vec::new()));
                let (theirs, too_early) = (Rc::clone(&heard), Rc::new(Cell::new(0)));
                let (early, running) = (Rc::clone(&too_early), Running::default());
                run(move || {
                    running.watch();
                    for way in ["pool", "slices"] {
                        let (heard, running) = (Rc::clone(&theirs), running.clone());
                        let callback = move |key: runtime::Result<Vec<u8>>| {
                            heard.borrow_mut().push((
                                way,
                                running.kind(),
                                key.map_err(|error| error.to_string()),
                            ));
                        };
                        match way {
                            "pool" => pbkdf2("password", "salt", iterations, length, callback),
                            _ => pbkdf2_in_slices(
                                b"password",
                                b"salt",
                                iterations,
                                length,
                                8,
                                callback,
                            ),
                        }
                        early.set(early.get() + theirs.borrow().len());
                    }
                });
                assert_eq!(
                    too_early.get(),
                    0,
                    "{iterations} iterations, {length} bytes: a callback was called before the function had returned. An \
                     error comes as late as a key."
                );
                heard.borrow_mut().sort_unstable_by_key(|(way, ..)| *way);
                let error = || Err(String::from(expected));
                assert_eq!(
                    *heard.borrow(),
                    [
                        ("pool", Some(Kind::Ready), error()),
                        ("slices", Some(Kind::Immediate), error())
                    ],
                    "{iterations} iterations, {length} bytes: the error of `pbkdf2_sync` goes to the callback (left: yours). \
                     The pool's comes in a poll phase, like a key.\nERR_JOB_PANICKED: the job unwraps it.\nImmediate \
                     beside the pool: the numbers were looked at on the loop. The job does that, and `work` hands its \
                     error on."
                );
            }
        },
    );
}

#[test]
fn a_slice_a_turn_and_the_others_in_between() {
    within(LIMIT, "a derivation in slices never ends", || {
        // 20 rounds for 32 bytes, 40 for 33.
        for (length, rounds, turns) in [
            (32, 5, 4),
            (32, 7, 3),
            (33, 5, 8),
            (32, 100, 1),
            (32, 0, 20),
        ] {
            let words = Rc::new(RefCell::new(String::new()));
            let (theirs, kind) = (Rc::clone(&words), Rc::new(Cell::new(None)));
            let their_kind = Rc::clone(&kind);
            run(move || {
                let running = Running::default();
                running.watch();
                let (others, done) = (Rc::clone(&theirs), Rc::new(Cell::new(false)));
                let is_done = Rc::clone(&done);
                pbkdf2_in_slices(b"password", b"salt", 20, length, rounds, move |key| {
                    let key = key.expect("the numbers are in range");
                    let same = pbkdf2_sync(b"password", b"salt", 20, length) == Ok(key);
                    theirs
                        .borrow_mut()
                        .push_str(if same { "key" } else { "wrong key" });
                    their_kind.set(running.kind());
                    is_done.set(true);
                });
                others.borrow_mut().push_str("main ");
                other_turns(others, done);
            });
            let expected = format!("main {}key", ". ".repeat(turns - 1));
            assert!(
                *words.borrow() == expected,
                "20 iterations for {length} bytes, {rounds} rounds a slice, beside a chain of immediates\nexpected  \
             {expected}\nyours     {}\nA dot is a turn of somebody else.\nNone: the slices follow each other in one turn. \
             A tick or a microtask is no turn.\nToo few: is a later slice longer than the first?\nToo many: is the \
             callback called right after the last slice?\nMany too many: a timer waits for a millisecond.",
                words.borrow()
            );
            assert_eq!(
                kind.get(),
                Some(Kind::Immediate),
                "the callback is called in the immediate of the last slice (left: yours). A tick or a timer is another \
                 callback."
            );
        }
        // Nothing else keeps this program alive.
        let alone = Rc::new(Cell::new(false));
        let theirs = Rc::clone(&alone);
        run(move || {
            pbkdf2_in_slices(b"password", b"salt", 20, 32, 5, move |_| theirs.set(true));
        });
        assert!(
            alone.get(),
            "a program that has nothing but a key in slices ended before the key was there. Do the slices keep it alive?"
        );
    });
}

/// A chain of immediates that says a dot in each turn until the key is there.
fn other_turns(words: Rc<RefCell<String>>, done: Rc<Cell<bool>>) {
    set_immediate(move || {
        if !done.get() {
            words.borrow_mut().push_str(". ");
            other_turns(words, done);
        }
    });
}

/// What a timer of 10 ms that fired at these times, in microseconds, tells.
fn lag_of(fired: &[u64]) -> Histogram {
    let mut lag = Lag::new(ms(10), ms(100));
    fired
        .iter()
        .for_each(|at| lag.fired(Duration::from_micros(*at)));
    lag.lateness().clone()
}

#[test]
fn one_late_timer_stands_for_all_that_would_have_been_late() {
    let punctual = lag_of(&[110_000, 120_000, 130_000]);
    assert_eq!(
        (punctual.count(), punctual.max()),
        (3, Duration::ZERO),
        "a timer of 10 ms was set at 100, and fired at 110, 120 and 130 ms: three, none of them late (left: yours)"
    );
    for (name, at, expected) in [
        ("35 ms late", 145_000, &[35_000, 25_000, 15_000, 5_000][..]),
        ("exactly one pace late", 120_000, &[10_000]),
        ("0.3 ms late", 110_300, &[300]),
        ("10.001 ms late", 120_001, &[10_001, 1]),
        (
            "four paces late",
            150_000,
            &[40_000, 30_000, 20_000, 10_000],
        ),
    ] {
        let mut wanted = Histogram::new();
        expected
            .iter()
            .for_each(|late| wanted.record(Duration::from_micros(*late)));
        let yours = lag_of(&[at]);
        let show = |it: &Histogram| {
            format!(
                "{} recorded, mean {:?}, longest {:?}, median {:?}",
                it.count(),
                it.mean(),
                it.max(),
                it.percentile(50.0)
            )
        };
        assert!(
            show(&yours) == show(&wanted),
            "a timer of 10 ms is {name}\nexpected  {}\nyours     {}\nThe records are {expected:?} in microseconds. One \
             alone: what became due while the loop was blocked was late, too. One too many: what is due right now is \
             not late.",
            show(&wanted),
            show(&yours)
        );
    }
}

#[test]
fn any_pace_and_any_lateness_is_counted() {
    for (pace, late, expected) in [
        (1_000_000, 5_000_000_000, 5_000),
        (10_000_000, 70_000_000, 7),
        (500_000, 1_200_000, 3),
        (1_500_000, 4_501_000, 4),
        (700, 1_500, 3),
    ] {
        let (pace, late) = (Duration::from_nanos(pace), Duration::from_nanos(late));
        let mut lag = Lag::new(pace, ms(100));
        lag.fired(ms(100) + pace + late);
        let yours = lag.lateness().count();
        assert_eq!(
            yours, expected,
            "a timer at a pace of {pace:?} is {late:?} late (left: your records)\nFewer: is there a limit, or a number that \
             is too small? More: does what is due right now count, or is a part of a millisecond cut off? \
             0.07 / 0.01 is more than 7 in floating point."
        );
    }
}

#[test]
fn after_a_late_timer_the_next_one_counts_from_then() {
    let lag = lag_of(&[145_000, 155_000, 164_900, 174_900]);
    assert_eq!(
        (lag.count(), lag.max(), lag.percentile(40.0)),
        (7, ms(35), Duration::ZERO),
        "a timer of 10 ms is 35 ms late, and its next calls come 10, 9.9 and 10 ms after each other: four records for the \
         first, one for each of the others, which were not late (left: yours). It is set again when it fires, so the \
         next one is due 10 ms after that. One that is early is not late, and it counts."
    );
    let lag = lag_of(&[109_000, 120_000, 129_500]);
    assert_eq!(
        (lag.count(), lag.max(), lag.percentile(60.0)),
        (3, ms(1), Duration::ZERO),
        "a timer of 10 ms fires 1 ms early, the next one 11 ms after that, and one 9.5 ms later: three records, of which \
         the second is 1 ms and the others are 0 (left: yours). The early one is set again when it fires, too, so the \
         next one is due 10 ms after that."
    );
}

/// The totals of an observer that was told this, times in milliseconds.
fn told(events: &[(u64, Event)]) -> Totals {
    let observer = Utilization::new();
    events
        .iter()
        .for_each(|(at, event)| observer.observe(ms(*at), *event));
    observer.totals()
}

#[test]
fn the_time_asleep_is_idle_and_everything_else_is_not() {
    let turn = [
        (100, Event::Call(Kind::Main)),
        (120, Event::Return(Kind::Main)),
        (121, Event::Begin(Phase::Poll)),
        (122, Event::Wait(None)),
        (172, Event::Awake(1)),
        (173, Event::Call(Kind::Ready)),
        (180, Event::Return(Kind::Ready)),
        (190, Event::End(Phase::Poll)),
        (192, Event::Wait(Some(Duration::ZERO))),
        (193, Event::Awake(0)),
        (200, Event::Wait(Some(ms(60_000)))),
    ];
    let totals = told(&turn);
    let yours = (totals.elapsed, totals.idle, totals.utilization());
    assert!(
        within_range(&yours, ms(100), ms(51), 0.49),
        "a loop was watched from 100 to 200 ms; it slept from 122 to 172 and from 192 to 193, and has just gone to sleep \
         again\nexpected  100 ms in all, 51 ms idle, utilization 0.49\nyours     {:?} in all, {:?} idle, utilization \
         {:.2}\nIdle is what lies between `Wait` and `Awake`. A sleep that is not over does not count yet.",
        yours.0,
        yours.1,
        yours.2
    );
    let observer = Utilization::new();
    observer.observe(Duration::ZERO, Event::Wait(None));
    observer.observe(Duration::from_nanos(1_500_300), Event::Awake(1));
    assert_eq!(
        observer.totals().idle,
        Duration::from_nanos(1_500_300),
        "one sleep of 1.5003 ms (left: yours). Parts of a millisecond add up."
    );
    let nothing = told(&[(5, Event::Begin(Phase::Timers))]);
    assert!(
        nothing.utilization() == 0.0 && nothing.elapsed.is_zero(),
        "one event, and no time has passed: utilization 0, and not {}",
        nothing.utilization()
    );
}

#[test]
fn the_longest_call_and_the_longest_time_without_a_look_are_known() {
    let totals = told(&[
        (0, Event::Call(Kind::Main)),
        (3, Event::Return(Kind::Main)),
        (4, Event::Wait(None)),
        (50, Event::Awake(2)),
        (50, Event::Call(Kind::Ready)),
        (57, Event::Return(Kind::Ready)),
        (57, Event::Call(Kind::Tick)),
        (64, Event::Return(Kind::Tick)),
        (66, Event::Wait(None)),
        (90, Event::Awake(1)),
        (90, Event::Call(Kind::Ready)),
        (95, Event::Return(Kind::Ready)),
        (95, Event::Wait(None)),
    ]);
    assert_eq!(
        totals.longest_call,
        Some((Kind::Ready, ms(7))),
        "calls took 3 ms (main), 7 ms (an event), 7 ms (its tick) and 5 ms\nexpected  {:?}\nyours     {:?}\nOf two equal \
         ones the first is kept.",
        Some((Kind::Ready, ms(7))),
        totals.longest_call
    );
    assert_eq!(
        totals.longest_blind,
        ms(16),
        "the loop looked into the kernel at 4 ms, from then until 50, from 66 until 90, and at 95\nexpected  16 ms, from 50 \
         to 66\nyours     {:?}\nIt begins when the loop is awake and ends with the next wait.",
        totals.longest_blind
    );
    let first = told(&[(10, Event::Call(Kind::Main)), (40, Event::Wait(None))]);
    assert_eq!(
        first.longest_blind,
        ms(30),
        "main worked from 10 to 40 ms, before the first look\nexpected  30 ms\nyours     {:?}\nThe first stretch begins \
         with the first event.",
        first.longest_blind
    );
    let empty_look = told(&[
        (0, Event::Wait(None)),
        (1, Event::Awake(1)),
        (21, Event::Wait(Some(Duration::ZERO))),
        (21, Event::Awake(0)),
        (31, Event::Wait(None)),
        (40, Event::Awake(0)),
    ]);
    assert_eq!(
        empty_look.longest_blind,
        ms(20),
        "awake at 1 ms, a look at 21 that found nothing, a wait at 31 (left: yours). A look is a look, whatever it finds."
    );
    for kind in [
        Kind::Main,
        Kind::Ready,
        Kind::Timer,
        Kind::Immediate,
        Kind::Close,
        Kind::Tick,
        Kind::Microtask,
        Kind::Process,
    ] {
        let totals = told(&[(1, Event::Call(kind)), (9, Event::Return(kind))]);
        assert_eq!(
            totals.longest_call,
            Some((kind, ms(8))),
            "one callback was called (left: yours). Each kind of it can block the loop."
        );
    }
    let late_watcher = told(&[
        (107, Event::Return(Kind::Timer)),
        (108, Event::Call(Kind::Tick)),
        (109, Event::Return(Kind::Tick)),
    ]);
    assert_eq!(
        late_watcher.longest_call,
        Some((Kind::Tick, ms(1))),
        "the observer was set inside of a timer's callback, so it sees only the end of that one (left: yours). What it has \
         not seen begin did not begin with the clock."
    );
    let another_watcher_meanwhile = told(&[
        (1, Event::Call(Kind::Timer)),
        (3, Event::Return(Kind::Timer)),
        (90, Event::Return(Kind::Immediate)),
    ]);
    assert_eq!(
        another_watcher_meanwhile.longest_call,
        Some((Kind::Timer, ms(2))),
        "the observer saw a call from 1 to 3 ms, gave way to another one, and came back inside of an immediate, of which it \
         saw the end at 90 (left: yours). A beginning belongs to one end: take it out."
    );
    let of_no_time = told(&[
        (5, Event::Call(Kind::Timer)),
        (5, Event::Return(Kind::Timer)),
    ]);
    assert_eq!(
        of_no_time.longest_call,
        Some((Kind::Timer, Duration::ZERO)),
        "one callback began and ended at the same reading of the clock (left: yours). It is a callback, and so the \
         longest there was."
    );
    let observer = Utilization::new();
    for (nanos, event) in [
        (100_000, Event::Call(Kind::Main)),
        (1_000_300, Event::Return(Kind::Main)),
        (1_050_500, Event::Wait(None)),
    ] {
        observer.observe(Duration::from_nanos(nanos), event);
    }
    let totals = observer.totals();
    assert_eq!(
        (totals.longest_call, totals.longest_blind),
        (
            Some((Kind::Main, Duration::from_nanos(900_300))),
            Duration::from_nanos(950_500)
        ),
        "main took 0.9003 ms, and the first look into the kernel came 0.0502 ms later (left: yours). Parts of a \
         millisecond count."
    );
    for (name, open) in [
        (
            "one began with the first event, at 10 ms",
            &[
                (10, Event::Call(Kind::Main)),
                (40, Event::Return(Kind::Main)),
            ][..],
        ),
        (
            "one began with the end of a wait, at 10 ms",
            &[
                (9, Event::Wait(None)),
                (10, Event::Awake(1)),
                (10, Event::Call(Kind::Ready)),
                (40, Event::Return(Kind::Ready)),
                (40, Event::End(Phase::Poll)),
            ],
        ),
    ] {
        assert_eq!(
            told(open).longest_blind,
            Duration::ZERO,
            "{name}, and no wait has ended it (left: yours). A stretch that is not over does not count yet."
        );
    }
    let none = told(&[
        (10, Event::Begin(Phase::Timers)),
        (11, Event::End(Phase::Timers)),
    ]);
    assert_eq!(none.longest_call, None, "nothing was called (left: yours)");
}

#[test]
fn a_real_loop_is_measured() {
    within(LIMIT, "a program with a lag monitor never ends", || {
        let outcome = Rc::new(RefCell::new(None));
        let theirs = Rc::clone(&outcome);
        let utilization = Rc::new(Utilization::new());
        let observer = Rc::clone(&utilization);
        run(move || {
            set_observer(observer);
            let monitor = monitor_lag(1);
            let calls = Cell::new(0);
            let own = Rc::new(Cell::new(None));
            let id = Rc::clone(&own);
            own.set(Some(set_interval(
                move || {
                    calls.set(calls.get() + 1);
                    match calls.get() {
                        2 => world::burn(ms(20)),
                        10 => {
                            clear_interval(id.get().expect("it was set"));
                            *theirs.borrow_mut() = Some(monitor.stop());
                        }
                        _ => {}
                    }
                },
                2,
            )));
            // Another one, which nobody stops.
            monitor_lag(1);
            set_timeout(|| {}, 1);
        });
        let lag = outcome.take().expect("the interval was called ten times");
        assert!(
            lag.max() >= ms(15) && lag.count() >= 20,
            "a callback worked for 20 ms, under a monitor of 1 ms\nexpected  20 records or more, the longest of about 20 ms\n\
         yours     {} records, the longest {:?}",
            lag.count(),
            lag.max()
        );
        let totals = utilization.totals();
        assert!(
            totals
                .longest_call
                .is_some_and(|(kind, took)| kind == Kind::Timer && took >= ms(20)),
            "the longest call was a timer's, of 20 ms; yours is {:?}",
            totals.longest_call
        );
    });
}
