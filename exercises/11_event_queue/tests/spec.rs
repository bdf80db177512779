mod scripted;
mod sockets;

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use event_queue::wait::LONGEST_MS;
use event_queue::{EventQueue, Events, Interest, Token};
use scripted::{Lasts, Outcome, wait_in};
use sockets::{
    Poke, Watch, close_behind, close_queue_behind, connection, drain, is_inherited, number, reset,
    send,
};
use support::{descriptor_count, in_child, thread_cpu_time, within};

/// How long a test may take before it counts as hanging. Far more than any of them needs.
const LIMIT: Duration = Duration::from_secs(6);

const NO_END: &str = "a `wait` with a time limit does not come back. Does the kernel get the limit, in its own unit? \
                      -1, INFINITE and a null pointer are for a wait without one.";

fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

/// Fails unless `yours` is `expected`. `set_up` says what happened before, `causes` why it usually goes wrong.
#[track_caller]
fn check<T: Debug, U: Debug + PartialEq<T>>(set_up: &str, expected: T, yours: U, causes: &str) {
    assert!(
        yours == expected,
        "{set_up}\nexpected  {expected:?}\nyours     {yours:?}\n{causes}"
    );
}

const NOTHING: [&str; 0] = [];

#[test]
fn a_time_limit_is_rounded_up_and_waited_for_to_its_end() {
    let day = Duration::from_secs(24 * 3600);
    for (limit, asked, cause) in [
        (None, None, "No limit is None, and a sleep without one."),
        (
            Some(Duration::ZERO),
            Some(0),
            "Zero stays zero: it looks and does not sleep.",
        ),
        (
            Some(ms(5)),
            Some(5),
            "Whole milliseconds stay what they are.",
        ),
        (
            Some(ms(1_132)),
            Some(1_132),
            "Whole milliseconds stay what they are: with integers, for 1.132 is no exact float.",
        ),
        (
            Some(Duration::from_micros(900)),
            Some(1),
            "Cut off, 900 microseconds are 0: the loop does not sleep, finds nothing due, and spins.",
        ),
        (
            Some(Duration::from_nanos(5_000_001)),
            Some(6),
            "A rest counts as a whole millisecond.",
        ),
        (
            Some(25 * day),
            Some(LONGEST_MS),
            "25 days are more than a C int of milliseconds. Cut to 32 bits they are negative or short.",
        ),
        (
            Some(50 * day),
            Some(LONGEST_MS),
            "50 days of milliseconds do not fit into a u32 either. `as u32` cuts them to seven hours: compare first, \
             convert then.",
        ),
        (
            Some(Duration::from_nanos(u64::MAX) + ms(5)),
            Some(LONGEST_MS),
            "585 years of nanoseconds do not fit into a u64. `as_nanos` gives a u128: compare it as it is.",
        ),
    ] {
        check(
            &format!(
                "the kernel was asked for events, with a limit of {limit:?}, in milliseconds:"
            ),
            Outcome {
                asked: vec![asked],
                answer: Ok(1),
            },
            wait_in(&[(Lasts::Whole, Ok(1))], limit),
            cause,
        );
    }

    let early = Lasts::For(Duration::from_micros(9_100));
    for (script, limit, expected, cause) in [
        (
            vec![(Lasts::Whole, Ok(0))],
            Duration::from_micros(10_900),
            vec![Some(11)],
            "One sleep of 11 ms is enough, and then the time is over.",
        ),
        (
            vec![(Lasts::For(Duration::from_micros(10_950)), Ok(0))],
            Duration::from_micros(10_900),
            vec![Some(11)],
            "10.95 ms are more than 10.9: the time is over. Only what the kernel gets is rounded up. A deadline made \
             of rounded milliseconds is too late.",
        ),
        (
            vec![(early, Ok(0)), (Lasts::Whole, Ok(0))],
            ms(10),
            vec![Some(10), Some(1)],
            "The kernel came back after 9.1 ms with nothing. The clock says that 0.9 ms are left: sleep for those.",
        ),
        (
            vec![(Lasts::For(ms(12)), Ok(0))],
            ms(10),
            vec![Some(10)],
            "It came back too late. Nothing is left, and no other sleep is needed.",
        ),
        (
            vec![(Lasts::Whole, Ok(0)), (Lasts::Whole, Ok(0))],
            25 * day,
            vec![Some(LONGEST_MS), Some(25 * 24 * 3_600_000 - LONGEST_MS)],
            "The longest sleep is over and 25 days are not. The rest is waited for too.",
        ),
        (
            vec![(Lasts::Whole, Ok(0))],
            Duration::ZERO,
            vec![Some(0)],
            "A limit of zero is one look.",
        ),
    ] {
        check(
            &format!("the kernel slept like this: {script:?}; the limit was {limit:?}."),
            Outcome {
                asked: expected,
                answer: Ok(0),
            },
            wait_in(&script, Some(limit)),
            cause,
        );
    }

    let script = [(Lasts::For(ms(1)), Ok(0)), (Lasts::Whole, Ok(1))];
    check(
        "the kernel came back with nothing after 1 ms, and there is no limit.",
        Outcome {
            asked: vec![None, None],
            answer: Ok(1),
        },
        wait_in(&script, None),
        "0 says that the time is over, and without a limit it is never over.",
    );
    let script = [
        (Lasts::Whole, Ok(0)),
        (Lasts::Whole, Ok(0)),
        (Lasts::Whole, Ok(1)),
    ];
    let forever = wait_in(&script, Some(Duration::MAX));
    let longest = |asked: &Option<u32>| matches!(asked, None | Some(LONGEST_MS));
    assert!(
        forever.answer == Ok(1) && forever.asked.len() == 3 && forever.asked.iter().all(longest),
        "the limit was Duration::MAX, and the kernel slept like this: {script:?}\n\
         expected  Ok(1) after three sleeps, each without a limit or as long as possible\n\
         yours     {forever:?}\n\
         Ok(0): the time is never over. `checked_add` gives None for a deadline that is too far away. That is no \
         deadline at all, and not one of 24.8 days.\n\
         A panic: `Instant` + `Duration` panics where `checked_add` gives None."
    );
}

#[test]
fn a_signal_neither_ends_a_wait_nor_extends_it() {
    let signal = |after: u64| (Lasts::For(ms(after)), Err(ErrorKind::Interrupted));
    for (script, limit, expected, cause) in [
        (
            vec![signal(4), signal(4), (Lasts::Whole, Ok(0))],
            Some(ms(10)),
            (vec![Some(10), Some(6), Some(2)], Ok(0)),
            "Each sleep is for what is left.\n\
             [10, 10, ...]: a signal each second makes a wait of two seconds endless. Is it the whole limit again?\n\
             [11, 7, 3]: a millisecond too many in each. Rounded up, whole milliseconds stay what they are.",
        ),
        (
            vec![signal(4), (Lasts::For(ms(1)), Ok(2))],
            Some(ms(10)),
            (vec![Some(10), Some(6)], Ok(2)),
            "A signal is no reason to stop waiting: the events come after it.",
        ),
        (
            vec![signal(4), (Lasts::Whole, Ok(2))],
            None,
            (vec![None, None], Ok(2)),
            "Without a limit there is none after a signal either.",
        ),
        (
            vec![(Lasts::For(ms(1)), Err(ErrorKind::PermissionDenied))],
            Some(ms(10)),
            (vec![Some(10)], Err(ErrorKind::PermissionDenied)),
            "Every other error is the caller's, at once.",
        ),
    ] {
        check(
            &format!("the kernel slept like this: {script:?}; the limit was {limit:?}."),
            Outcome {
                asked: expected.0,
                answer: expected.1,
            },
            wait_in(&script, limit),
            cause,
        );
    }

    let late = wait_in(&[signal(12), (Lasts::Whole, Ok(0))], Some(ms(10)));
    assert!(
        late.answer == Ok(0) && matches!(late.asked[..], [Some(10)] | [Some(10), Some(0)]),
        "a signal came after 12 ms, and the limit was 10 ms\n\
         expected  Ok(0) after no other sleep, or after one look: [Some(10)] or [Some(10), Some(0)]\n\
         yours     {late:?}\n\
         [Some(10), None]: that is for ever. Past the deadline nothing is left: zero, and not None.\n\
         Err(Interrupted): a signal is no error for the caller, and past the deadline it is none either."
    );

    // Twelve signals, 0.9 ms apart: 10.8 ms.
    let mut script = vec![
        (
            Lasts::For(Duration::from_micros(900)),
            Err(ErrorKind::Interrupted)
        );
        12
    ];
    script.push((Lasts::Whole, Ok(0)));
    let often = wait_in(&script, Some(ms(10)));
    // What is left: 10, 9.1, 8.2 and so on, down to 1 and 0.1.
    let mut expected: Vec<Option<u32>> = [10, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 1].map(Some).to_vec();
    if often.asked.len() > expected.len() {
        // Past the deadline, one look.
        expected.push(Some(0));
    }
    check(
        "a signal came every 0.9 ms, and the limit was 10 ms.",
        Outcome {
            asked: expected,
            answer: Ok(0),
        },
        often,
        "10 again and again: at each signal less than a millisecond has passed, and counted in whole milliseconds \
         that is 0. Rounded up it is too much. Compare the clock with one deadline; do not add up sleeps.",
    );
}

#[test]
fn what_the_system_refuses_is_an_error_for_the_caller() {
    const NAME: &str = "what_the_system_refuses_is_an_error_for_the_caller";
    // In a process of its own, where no other thread opens anything.
    let child = in_child(NAME, || {
        let queue = EventQueue::new().expect("a queue can be made");
        let refused = |set_up: &str, answer: std::io::Result<()>| {
            assert!(
                answer.is_err(),
                "{set_up}\nexpected  an error\nyours     {answer:?}\n\
                 The system has refused (EBADF on Linux and macOS). Is that hidden here? Only `deregister` takes a \
                 closed descriptor for a success, since what it was asked for is so already."
            );
        };
        let (ours, _peer) = connection();
        let answer = close_behind(ours, |ours| {
            queue.register(ours, Token(1), Interest::READABLE)
        });
        refused(
            "register of a socket whose descriptor somebody has closed.",
            answer,
        );
        let (ours, _peer) = connection();
        if cfg!(unix) {
            // Windows knows it until its packet has come.
            let answer = queue.register(&ours, Token(2), Interest::READABLE);
            answer.expect("an open socket can be registered");
        }
        let answer = close_behind(ours, |ours| {
            queue.reregister(ours, Token(3), Interest::BOTH)
        });
        refused(
            "reregister of a socket whose descriptor somebody has closed.",
            answer,
        );

        #[cfg(unix)]
        {
            support::leave_descriptors(0);
            let yours = match std::panic::catch_unwind(EventQueue::new) {
                Ok(Err(_)) => "an error",
                Ok(Ok(_)) => "a queue",
                Err(_) => "a panic",
            };
            check(
                "EventQueue::new, and the process may open no other descriptor.",
                "an error",
                yours,
                "Is -1 from the call looked at before an `OwnedFd` gets it? `cvt` makes an error of it. (A panic \
                 \"fd != -1\" is from `OwnedFd`.)",
            );
        }
    });
    assert!(
        child.status.success(),
        "in a process of its own: {}",
        child.stderr()
    );
}

#[test]
fn an_event_names_its_source_and_says_what_is_ready() {
    within(LIMIT, NO_END, || {
        let mut watch = Watch::new();
        let pairs = [connection(), connection(), connection()];
        // Tokens are the program's: all bits of them come back.
        let tokens = [7, usize::MAX, 1 << 40];
        for ((ours, _), token) in pairs.iter().zip(tokens) {
            watch.register(ours, token, Interest::READABLE);
        }
        send(&pairs[2].1, b"hello", &pairs[2].0);
        check(
            "three sockets are registered as readable. The peer of the one with token 2^40 has spoken.",
            ["1099511627776: readable"],
            watch.hear(),
            "A token of 0 or a wrong one: does the entry that goes to the kernel carry it, all 64 bits of it?\n\
             Another state: are the kernel's bits tested one by one, with `&`?",
        );
        send(&pairs[0].1, b"hello", &pairs[0].0);
        check(
            "the peer of the one with token 7 has spoken too, and nothing has been read.",
            ["7: readable", "1099511627776: readable"],
            watch.hear(),
            "One event only: are all entries taken that the kernel has written? Is the first one reported a second \
             time? (A one-shot entry is not.)\n\
             A wrong token in the second: is the entry's layout the kernel's?",
        );
        send(&pairs[1].1, b"hello", &pairs[1].0);
        watch.deregister(&pairs[0].0);
        check(
            "now token usize::MAX has something to read, and token 7 is deregistered.",
            ["1099511627776: readable", "18446744073709551615: readable"],
            watch.hear(),
            "Are all 64 bits of a token kept?",
        );

        // What chapter 12 builds on.
        let mut watch = Watch::new();
        let poke = Poke::new(&watch.queue, Token(usize::MAX - 1));
        poke.poke();
        check(
            "a queue without sockets was poked from outside: by an eventfd, an EVFILT_USER or a posted packet.",
            ["18446744073709551614: readable"],
            watch.hear(),
            "On Windows, a posted packet has no overlapped block and belongs to no source: its key is the token.",
        );
    });
}

#[test]
fn a_wait_sleeps_until_something_is_ready_or_its_time_is_over() {
    const NAME: &str = "a_wait_sleeps_until_something_is_ready_or_its_time_is_over";
    const ENDLESS: &str = "a `wait` does not come back.\n\
                          With a limit: does the kernel get it, in its own unit? -1, INFINITE and a null pointer are \
                          for a wait without one.\n\
                          Without one: a peer has spoken. Is its socket still on the list after its first event? (A \
                          one-shot entry is not.)";
    within(LIMIT, ENDLESS, || {
        let queue = EventQueue::new().expect("a queue can be made");
        let mut events = Events::with_capacity(8);
        let (ours, mut peer) = connection();
        let registered = queue.register(&ours, Token(1), Interest::READABLE);
        registered.expect("an open socket can be registered");

        send(&peer, b"hello", &ours);
        let first = queue.wait(&mut events, Some(Duration::ZERO));
        // Where readiness comes as a packet, it may need a moment.
        let first = first.and_then(|count| match count {
            0 => queue.wait(&mut events, Some(sockets::LONG)),
            count => Ok(count),
        });
        assert!(
            matches!(first, Ok(1)) && drain(&ours) == (5, false),
            "something is there to be read: expected 1 event, yours {first:?}"
        );

        #[cfg(target_os = "linux")]
        let slept = sockets::times_slept();
        let (start, cpu, before) = (Instant::now(), thread_cpu_time(), queue.waits());
        let nothing = queue.wait(&mut events, Some(ms(100)));
        let (took, cpu, waits) = (
            start.elapsed(),
            thread_cpu_time() - cpu,
            queue.waits() - before,
        );
        #[cfg(target_os = "linux")]
        let slept = sockets::times_slept() - slept;
        assert!(
            matches!(nothing, Ok(0)) && events.is_empty() && took >= ms(100),
            "nothing is ready, and the limit is 100 ms\n\
             expected  Ok(0), no events, after 100 ms\n\
             yours     {nothing:?}, {} events, after {took:.1?}\n\
             Too early: is the limit the kernel's, in its unit? Events: are those of the last wait gone?",
            events.len()
        );
        assert!(
            waits <= 4 && cpu < ms(20),
            "nothing is ready, and the limit is 100 ms\n\
             expected  1 sleep (some more where the system's clock is coarse)\n\
             yours     {waits}, and {cpu:.1?} of processor time\n\
             Is the time-out that the kernel gets 0?"
        );
        // An emulator's own locks let its thread sleep, too, now and then: of some waits the quietest counts.
        #[cfg(target_os = "linux")]
        let slept = (0..4).fold(slept, |least, _| {
            if least <= 10 {
                return least;
            }
            let before = sockets::times_slept();
            let _ = queue.wait(&mut events, Some(ms(100)));
            least.min(sockets::times_slept() - before)
        });
        #[cfg(target_os = "linux")]
        assert!(
            slept <= 10,
            "nothing is ready, and the limit is 100 ms. How often did the thread go to sleep? (It is counted in \
             /proc/thread-self/status, as voluntary_ctxt_switches.)\n\
             expected  once, or a few times\n\
             yours     {slept} times, in {waits} calls of `Queue::wait`\n\
             A loop inside `Queue::wait` that looks, sleeps a little, and looks again, wakes the processor each time. \
             The kernel does the sleeping, for the whole time-out: one call."
        );

        let before = queue.waits();
        let speaker = thread::spawn(move || {
            thread::sleep(ms(30));
            let _ = peer.write_all(b"hello");
            peer
        });
        let cpu = thread_cpu_time();
        let something = queue.wait(&mut events, None);
        let (waits, cpu) = (queue.waits() - before, thread_cpu_time() - cpu);
        let _peer = speaker.join().expect("the speaker does not panic");
        assert!(
            matches!(something, Ok(1)) && waits <= 2 && cpu < ms(15),
            "without a limit, and the peer speaks after 30 ms\n\
             expected  Ok(1) after 1 sleep\n\
             yours     {something:?} after {waits}, and {cpu:.1?} of processor time\n\
             Many sleeps: no limit is not 0, it is -1, INFINITE or a null pointer."
        );
    });

    // In a process of its own, where no other thread opens anything.
    let child = in_child(NAME, || {
        let queue = EventQueue::new().expect("a queue can be made");
        let mut events = Events::with_capacity(8);
        let answer = close_queue_behind(queue, |queue| queue.wait(&mut events, Some(ms(20))));
        assert!(
            answer.is_err(),
            "somebody closed the queue's own descriptor, and now it is waited for\n\
             expected  an error\n\
             yours     {answer:?}\n\
             -1 from the kernel is not 0 events, and no other number either. Which error it stands for says \
             `io::Error::last_os_error()`."
        );
    });
    assert!(
        child.status.success(),
        "in a process of its own: {}",
        child.stderr()
    );
}

#[test]
fn only_what_is_of_interest_is_reported_and_interest_can_change() {
    within(LIMIT, NO_END, || {
        let mut watch = Watch::new();
        let (ours, peer) = connection();
        let change =
            "reregister changes the entry that is there: its token, and all of its interest.";

        watch.register(&ours, 1, Interest::BOTH);
        check(
            "a new connection, registered for both directions. Nobody has spoken, and there is room to write.",
            ["1: writable"],
            watch.hear(),
            "Are both directions asked for, and the answers told apart?",
        );
        watch.reregister(&ours, 2, Interest::READABLE);
        check(
            "now only reading is of interest, and there is nothing to read.",
            NOTHING,
            watch.listen(),
            "Writable: a connection has room nearly always. A loop that hears of it spins.",
        );
        send(&peer, b"hello", &ours);
        check(
            "the peer has spoken; the new token is 2.",
            ["2: readable"],
            watch.hear(),
            change,
        );
        watch.reregister(&ours, 3, Interest::NONE);
        check(
            "now nothing is of interest, and something is there to be read.",
            NOTHING,
            watch.listen(),
            "This is how a server stops reading from a peer for a while. Is a direction left on?",
        );
        watch.reregister(&ours, 4, Interest::WRITABLE);
        check(
            "now only writing is of interest, and something is there to be read.",
            ["4: writable"],
            watch.hear(),
            change,
        );
        watch.reregister(&ours, 5, Interest::READABLE | Interest::WRITABLE);
        check(
            "now both directions are of interest again, and both are ready.",
            ["5: readable writable"],
            watch.hear(),
            change,
        );
        // A poll that waits for less than is of interest now has to be replaced.
        watch.reregister(&ours, 6, Interest::NONE);
        watch.listen();
        watch.reregister(&ours, 7, Interest::READABLE);
        check("and reading again.", ["7: readable"], watch.hear(), change);
    });
}

#[test]
fn level_reports_what_is_left_and_edge_does_not() {
    within(LIMIT, NO_END, || {
        let mut watch = Watch::new();
        let (mut ours, peer) = connection();
        watch.register(&ours, 1, Interest::READABLE);
        send(&peer, b"0123456789", &ours);
        check(
            "level-triggered, ten bytes came.",
            ["1: readable"],
            watch.hear(),
            "Is a new registration on the list that the kernel looks at?",
        );
        ours.read_exact(&mut [0; 4]).expect("ten bytes are there");
        check(
            "level-triggered, four of ten bytes were read.",
            ["1: readable"],
            watch.hear(),
            "Level-triggered is the kernel's default. Was the entry edge-triggered, or one-shot?",
        );
        drain(&ours);
        check(
            "level-triggered, everything was read.",
            NOTHING,
            watch.listen(),
            "Readable with nothing to read: is what is reported what the kernel wrote in this wait?",
        );

        watch.reregister(&ours, 2, Interest::READABLE.edge());
        send(&peer, b"0123456789", &ours);
        check(
            "edge-triggered, ten bytes came.",
            ["2: readable"],
            watch.hear(),
            "A source that becomes ready is an edge. Does reregister keep reading on?",
        );
        ours.read_exact(&mut [0; 4]).expect("ten bytes are there");
        check(
            "edge-triggered, four of ten bytes were read, and nothing new came.",
            NOTHING,
            watch.listen(),
            "Is the interest's `is_edge` handed to the kernel (EPOLLET, EV_CLEAR), in every entry?",
        );
        watch.reregister(&ours, 3, Interest::READABLE.edge());
        check(
            "edge-triggered, six bytes are left, and the source was reregistered.",
            ["3: readable"],
            watch.hear(),
            "Reregistering looks afresh.",
        );
        check("what was left was drained", (6, false), drain(&ours), "");
        watch.rearm(&ours);
        send(&peer, b"x", &ours);
        check(
            "edge-triggered, read until WouldBlock, and then a byte came.",
            ["3: readable"],
            watch.hear(),
            "An edge-triggered source is reported each time that it becomes ready. Once only is one-shot.",
        );
        watch.reregister(&ours, 4, Interest::BOTH.edge());
        check(
            "edge-triggered in both directions.",
            ["4: readable writable"],
            watch.hear(),
            "Reregistering looks afresh, in both directions. Are both asked for?",
        );
        check(
            "edge-triggered in both directions, both were reported, nothing was read or written.",
            NOTHING,
            watch.listen(),
            "Are both directions edge-triggered?",
        );
        watch.reregister(&ours, 5, Interest::READABLE);
        watch.hear();
        check(
            "level-triggered again, and a byte has been waiting for two waits.",
            ["5: readable"],
            watch.hear(),
            "Reregistering with another interest takes the edge away too.",
        );
    });
}

#[test]
fn what_does_not_fit_into_the_buffer_comes_with_the_next_wait() {
    const NAME: &str = "what_does_not_fit_into_the_buffer_comes_with_the_next_wait";
    // In a process of its own, because a mistake here may tear down the whole process.
    let child = in_child(NAME, || {
        let pairs: Vec<(TcpStream, TcpStream)> = (0..11).map(|_| connection()).collect();
        for (ours, peer) in &pairs {
            send(peer, b"hello", ours);
        }
        for (capacity, edge) in [(4, true), (4, false), (0, true), (100, true)] {
            let mut watch = Watch::with_capacity(capacity);
            let interest = match edge {
                true => Interest::READABLE.edge(),
                false => Interest::READABLE,
            };
            for (token, (ours, _)) in pairs.iter().enumerate() {
                // Two digits each, so that they sort as numbers do.
                watch.register(ours, token + 10, interest);
            }
            let kind = if edge { "edge" } else { "level" };
            let set_up = format!(
                "eleven sources, {kind}-triggered, all with something to read, and Events::with_capacity({capacity})"
            );
            let mut times: BTreeMap<String, usize> = BTreeMap::new();
            for _ in 0..11 {
                let heard = match times.len() {
                    // Once they are all heard, nothing new comes.
                    11 if edge => watch.listen(),
                    _ => watch.wait(ms(500)),
                };
                if heard.is_empty() {
                    break;
                }
                let room = capacity.max(1);
                assert!(
                    heard.len() <= room,
                    "{set_up}\nexpected  at most {room} events\nyours     {}\n\
                     The kernel is told how many entries fit into `events.raw`. With more it writes over other memory.",
                    heard.len()
                );
                for event in heard {
                    *times.entry(event).or_default() += 1;
                }
            }
            let expected: Vec<String> =
                (10..21).map(|token| format!("{token}: readable")).collect();
            check(
                &format!("{set_up}: all that was heard in eleven waits."),
                expected,
                times.keys().cloned().collect::<Vec<String>>(),
                "Some are missing: is `events.raw.len()` the room that the kernel is told? Told of more, it writes the \
                 others over memory that is not the queue's, and they are lost.\n\
                 Are all entries that it has written turned into events?",
            );
            assert!(
                !edge || times.values().all(|times| *times == 1),
                "{set_up}\nexpected  each of them once\nyours     {times:?}\n\
                 Edge-triggered, nothing is reported twice for the same bytes."
            );
        }
    });
    // What libtest ends with when a test has failed; a crash ends in another way.
    let crashed = match child.status.code() {
        Some(0 | 101) => "",
        _ => {
            "It crashed. Eleven sources were ready and the buffer had room for fewer: was the kernel told of more room \
             than `events.raw.len()`? Then it wrote over the heap.\n"
        }
    };
    assert!(
        child.status.success(),
        "{crashed}in a process of its own ({}): {}",
        child.status,
        child.stderr()
    );
}

#[test]
fn the_end_of_a_stream_comes_with_its_bytes_and_belongs_to_reading() {
    within(LIMIT, NO_END, || {
        let mut watch = Watch::new();
        let (mut ours, mut peer) = connection();
        watch.register(&ours, 1, Interest::READABLE);
        send(&peer, b"0123456789", &ours);
        check(
            "ten bytes came, and the stream is open.",
            ["1: readable"],
            watch.hear(),
            "The end comes only when the peer stops sending: which bit says so?",
        );
        peer.shutdown(Shutdown::Write)
            .expect("the connection is open");
        let mut bytes = [0; 10];
        let read = ours.read(&mut bytes);
        assert!(
            matches!(read, Ok(10)) && &bytes == b"0123456789",
            "the test's own read of ten bytes that are there failed: {read:?}"
        );
        check(
            "the peer's ten bytes have been read. It will send no more, and still reads.",
            ["1: readable read-closed"],
            watch.hear(),
            "Only readable: is the peer's end asked for (EPOLLRDHUP) and told (RDHUP, EV_EOF, DISCONNECT)?\n\
             Nothing: is the source still on the list after its first event? (A one-shot entry is not.)\n\
             Error, or writable: the end of one direction is neither.",
        );
        check("and a read gives the end.", (0, true), drain(&ours), "");
        ours.write_all(b"thanks").expect("the peer still reads");
        peer.read_exact(&mut [0; 6]).expect("the peer still reads");
        watch.reregister(&ours, 2, Interest::WRITABLE);
        check(
            "the stream has ended, and only writing is of interest.",
            ["2: writable"],
            watch.hear(),
            "The end belongs to reading. A source that nobody reads any more is not ready because of it.",
        );
        watch.reregister(&ours, 3, Interest::NONE);
        check(
            "the stream has ended, and nothing is of interest.",
            NOTHING,
            watch.listen(),
            "An idle loop makes no wake-ups. Is the end asked for although reading is not of interest?",
        );
        watch.reregister(&ours, 4, Interest::READABLE.edge());
        check(
            "edge-triggered, at the end.",
            ["4: readable read-closed"],
            watch.hear(),
            "The end was there before, and reregistering looks afresh.",
        );
        check(
            "edge-triggered, and the end was reported.",
            NOTHING,
            watch.listen(),
            "The end, too, is reported once. Is the edge asked for with it?",
        );
        ours.shutdown(Shutdown::Write)
            .expect("the peer still reads");
        watch.reregister(&ours, 5, Interest::READABLE);
        let heard = watch.hear();
        let ended = |heard: &[String], start: &str| {
            heard.len() == 1 && heard[0].starts_with(start) && heard[0].ends_with(" read-closed")
        };
        assert!(
            ended(&heard, "5: readable"),
            "both directions were shut down in good order\n\
             expected  [\"5: readable … read-closed\"]\n\
             yours     {heard:?}\n\
             EPOLLHUP says that both directions are closed, and EPOLLERR that something went wrong."
        );
        #[cfg(target_os = "linux")]
        {
            watch.reregister(&ours, 6, Interest::NONE);
            check(
                "both directions were shut down, and nothing is of interest. Linux tells that all the same.",
                ["6: readable writable read-closed"],
                watch.hear(),
                "Here EPOLLHUP comes alone, and it says that both directions are closed: readable, because a read \
                 gives the end at once; writable, because a write gives an error at once; read-closed.",
            );
        }
        #[cfg(unix)]
        {
            let (reader, writer) = std::io::pipe().expect("a pipe can be made");
            watch.deregister(&ours);
            watch.register(&reader, 7, Interest::READABLE);
            drop(writer);
            let heard = watch.hear();
            assert!(
                ended(&heard, "7: readable"),
                "a pipe was registered, and its writer is gone\n\
                 expected  [\"7: readable … read-closed\"]\n\
                 yours     {heard:?}\n\
                 Linux says so with EPOLLHUP alone, without EPOLLIN and EPOLLRDHUP. A read gives the end, at once."
            );
        }
    });
}

#[test]
fn an_error_is_reported_whatever_the_interest_is() {
    within(LIMIT, NO_END, || {
        let mut watch = Watch::new();
        let (ours, peer) = connection();
        watch.register(&ours, 1, Interest::WRITABLE.edge());
        check(
            "a new connection, of which only writing is of interest, edge-triggered.",
            ["1: writable"],
            watch.hear(),
            "There is room to write. Is that asked for?",
        );
        reset(peer, &ours);
        let mut heard = watch.hear();
        if heard == ["1: writable"] {
            // The byte that we sent has been acknowledged, and room is new.
            heard = watch.hear();
        }
        let says = |heard: &[String], what: &str| heard.len() == 1 && heard[0].contains(what);
        assert!(
            says(&heard, "1: readable writable") && says(&heard, "error"),
            "only writing is of interest, and the peer has reset the connection\n\
             expected  [\"1: readable writable … error\"]\n\
             yours     {heard:?}\n\
             No error: EPOLLERR, EV_EOF with fflags, ABORT come unasked; are they left out?\n\
             Nothing at all: the same, or the entry is one-shot (EPOLLONESHOT) and is silent after its first event.\n\
             Writable as before: is `WRITABLE.edge()` registered as level? Then old room is reported again and again.\n\
             Not readable or not writable: a caller that looks for nothing else has to learn of it too."
        );

        let (mut ours, peer) = connection();
        watch.register(&ours, 2, Interest::READABLE);
        reset(peer, &ours);
        let heard = watch.hear();
        assert!(
            says(&heard, "2: readable writable") && says(&heard, "error"),
            "only reading is of interest, and the peer has reset the connection\n\
             expected  [\"2: readable writable … error\"]\n\
             yours     {heard:?}\n\
             No error: EPOLLERR, EV_EOF with fflags, ABORT come unasked; are they left out?"
        );
        let read = ours.read(&mut [0; 8]).map_err(|error| error.kind());
        // Wine says that the stream has ended.
        assert!(
            matches!(read, Ok(0) | Err(ErrorKind::ConnectionReset)),
            "the event only says that something is wrong, and a read says what, at once; it said {read:?}"
        );

        // An error is not an end.
        #[cfg(target_os = "linux")]
        {
            let refused = sockets::refused();
            watch.deregister(&ours);
            watch.register(&refused, 3, Interest::READABLE);
            check(
                "a datagram was sent to a port where nobody takes it. The socket has an error, and can go on.",
                ["3: readable writable error"],
                watch.hear(),
                "Read-closed: EPOLLERR says that there is an error to fetch. That the peer will send no more say \
                 EPOLLRDHUP and EPOLLHUP.",
            );
        }
    });
}

#[test]
fn what_is_on_the_list_and_what_is_not_are_told_apart() {
    const NAME: &str = "what_is_on_the_list_and_what_is_not_are_told_apart";
    within(LIMIT, NO_END, the_list_is_kept);

    // In a process of its own, where no other thread opens anything.
    let child = in_child(NAME, || {
        let watch = Watch::new();
        let (ours, _peer) = connection();
        watch.register(&ours, 4, Interest::READABLE);
        let answer = close_behind(ours, |ours| kind(watch.queue.deregister(ours)));
        check(
            "somebody closed the descriptor of a registered socket, and now it is deregistered.",
            Ok(()),
            answer,
            "The kernel has forgotten it by itself, so it is off the list as was asked. (EBADF on Linux.)",
        );
    });
    assert!(
        child.status.success(),
        "in a process of its own: {}",
        child.stderr()
    );
}

fn kind(answer: std::io::Result<()>) -> Result<(), ErrorKind> {
    answer.map_err(|error| error.kind())
}

/// Errors for what is on the list already, and for what is not on it.
fn the_list_is_kept() {
    let mut watch = Watch::new();
    let (ours, peer) = connection();
    let unknown = "Does the kernel's error (ENOENT) reach the caller? A mistake that is not seen is found late.";

    let answer = kind(watch.queue.reregister(&ours, Token(1), Interest::READABLE));
    check(
        "reregister of a socket that was never registered.",
        Err(ErrorKind::NotFound),
        answer,
        unknown,
    );
    let answer = kind(watch.queue.deregister(&ours));
    check(
        "deregister of a socket that was never registered.",
        Err(ErrorKind::NotFound),
        answer,
        unknown,
    );

    watch.register(&ours, 1, Interest::READABLE);
    let answer = kind(watch.queue.register(&ours, Token(2), Interest::WRITABLE));
    check(
        "register of a socket that is on the list.",
        Err(ErrorKind::AlreadyExists),
        answer,
        "Does the kernel's error (EEXIST) reach the caller?",
    );
    send(&peer, b"hello", &ours);
    check(
        "the second registration failed, and the peer has spoken.",
        ["1: readable"],
        watch.hear(),
        "The first registration stays as it was.",
    );
    watch.deregister(&ours);
    let answer = kind(watch.queue.deregister(&ours));
    check(
        "deregister for the second time.",
        Err(ErrorKind::NotFound),
        answer,
        unknown,
    );
    watch.register(&ours, 3, Interest::READABLE);
    check(
        "registered again after that.",
        ["3: readable"],
        watch.hear(),
        "",
    );
}

#[test]
fn nothing_more_is_heard_of_a_source_that_is_off_the_list() {
    const NAME: &str = "nothing_more_is_heard_of_a_source_that_is_off_the_list";
    within(LIMIT, NO_END, || {
        let mut watch = Watch::new();
        let (first, first_peer) = connection();
        watch.register(&first, 1, Interest::READABLE);
        watch.listen();
        send(&first_peer, b"hello", &first);
        watch.deregister(&first);
        check(
            "a socket became readable, and then it was deregistered.",
            NOTHING,
            watch.listen(),
            "Does deregister reach the kernel? Is a packet that came before it still told?",
        );

        // The token is free, and another source gets it.
        watch.register(&first, 1, Interest::READABLE);
        watch.hear();
        watch.deregister(&first);
        let (second, second_peer) = connection();
        watch.register(&second, 1, Interest::READABLE);
        check(
            "a readable socket was deregistered, and one with nothing to read got its token.",
            NOTHING,
            watch.listen(),
            "An event of the first reaches the second.",
        );

        send(&second_peer, b"hello", &second);
        check(
            "the one that took the token over is heard.",
            ["1: readable"],
            watch.hear(),
            "Did deregistering the first one take the second one off as well?",
        );
    });

    // In a process of its own. A program that another thread starts has copies of all sockets for a moment, and
    // Linux forgets a socket when the last copy is closed.
    let child = in_child(NAME, closed_and_not_deregistered);
    assert!(
        child.status.success(),
        "in a process of its own: {}",
        child.stderr()
    );
}

/// Sockets that are closed while they are registered, once before and once after they were reported: their numbers
/// are free, and new sockets get them.
fn closed_and_not_deregistered() {
    let mut watch = Watch::new();
    // So that the queue has opened what it needs, and takes none of the free numbers.
    let (bystander, _bystanders_peer) = connection();
    watch.register(&bystander, 1, Interest::READABLE);
    for reported in [false, true] {
        let (closed, closed_peer) = connection();
        watch.register(&closed, 2, Interest::READABLE);
        watch.listen();
        if reported {
            send(&closed_peer, b"hello", &closed);
            watch.hear();
        }
        let old = number(&closed);
        drop((closed, closed_peer));
        // The lowest free number is the next one.
        let (next, next_peer) = connection();
        watch.register(&next, 3, Interest::READABLE);
        let set_up = format!(
            "socket {old} was closed while it was registered (reported before: {reported}), and a new one, {}, \
             is registered with token 3.",
            number(&next)
        );
        check(
            &set_up,
            NOTHING,
            watch.listen(),
            "The new one has nothing to read.",
        );
        send(&next_peer, b"hello", &next);
        check(
            &format!("{set_up} Its peer has spoken."),
            ["3: readable"],
            watch.hear(),
            "The token of the old one: what was remembered about a number outlived the socket.",
        );
        watch.deregister(&next);
    }
}

#[test]
fn a_queue_leaves_nothing_behind_in_whatever_order_things_are_dropped() {
    const NAME: &str = "a_queue_leaves_nothing_behind_in_whatever_order_things_are_dropped";
    let inherited = is_inherited(&EventQueue::new().expect("a queue can be made"));
    check(
        "whether programs that this one starts get the queue's descriptor.",
        false,
        inherited,
        "It is to be closed on exec: EPOLL_CLOEXEC, FD_CLOEXEC.",
    );
    // In a process of its own, where no other thread opens anything.
    let child = in_child(NAME, || {
        let before = descriptor_count();
        for round in 0..40 {
            let mut watch = Watch::new();
            let pairs: Vec<(TcpStream, TcpStream)> = (0..3).map(|_| connection()).collect();
            for (token, (ours, peer)) in pairs.iter().enumerate() {
                watch.register(ours, token, Interest::READABLE);
                if token == 0 {
                    send(peer, b"hello", ours);
                }
            }
            match round % 3 {
                // The queue first, and its sources live on.
                0 => {
                    drop(watch);
                    pairs
                        .iter()
                        .for_each(|(ours, peer)| send(peer, b"hello", ours));
                }
                // The sources first, and the queue looks for them afterwards.
                1 => {
                    drop(pairs);
                    watch.listen();
                }
                // Some deregistered, some not, and no wait.
                _ => watch.deregister(&pairs[1].0),
            }
        }
        check(
            "descriptors that are open after 40 queues were made and dropped.",
            before,
            descriptor_count(),
            "The queue's own descriptor has an owner that closes it: an `OwnedFd` or `OwnedHandle`.",
        );
    });
    assert!(
        child.status.success(),
        "in a process of its own: {}",
        child.stderr()
    );
}

/// Waits of the real kernel, with signals from the system.
#[cfg(unix)]
#[test]
fn a_real_signal_neither_ends_a_real_wait_nor_extends_it() {
    use std::ffi::{c_int, c_void};
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::mpsc::{self, RecvTimeoutError};

    const NAME: &str = "a_real_signal_neither_ends_a_real_wait_nor_extends_it";
    /// `SIGWINCH`, `<signal.h>`, on Linux and macOS: the size of the terminal has changed. Ignored by default.
    const SIGWINCH: c_int = 28;
    /// Less than a child process may take.
    const SOON: Duration = Duration::from_secs(4);
    const AGAIN: &str = "Is there a loop inside `Queue::wait` that calls again, with the same time-out, when a signal \
                         has come? Then each signal starts the whole time afresh. `Queue::wait` sleeps once and \
                         returns `Interrupted`; `wait_until`, which has the deadline, works out what is left.";

    unsafe extern "C" {
        /// `signal(2)`. What it returns is not used here.
        fn signal(signal: c_int, handler: extern "C" fn(c_int)) -> *mut c_void;
        /// `pthread_self(3)`
        safe fn pthread_self() -> usize;
        /// `pthread_kill(3)`
        fn pthread_kill(thread: usize, signal: c_int) -> c_int;
    }

    static CAUGHT: AtomicUsize = AtomicUsize::new(0);

    extern "C" fn count(_: c_int) {
        CAUGHT.fetch_add(1, Ordering::Relaxed);
    }

    fn waits_among_signals() {
        // SAFETY: the handler counts, and may interrupt whatever it likes.
        unsafe { signal(SIGWINCH, count) };
        let mut watch = Watch::new();
        let (ours, mut peer) = connection();
        watch.register(&ours, 1, Interest::READABLE);
        let waiting = pthread_self();
        let (stop, stopped) = mpsc::channel::<()>();
        let signals = thread::spawn(move || {
            let mut spoken = false;
            while stopped.recv_timeout(ms(2)) == Err(RecvTimeoutError::Timeout) {
                // SAFETY: the thread that waits joins this one, or is there until the process ends.
                unsafe { pthread_kill(waiting, SIGWINCH) };
                if !spoken && CAUGHT.load(Ordering::Relaxed) >= 5 {
                    spoken = peer.write_all(b"hello").is_ok();
                }
            }
        });
        check(
            "a few signals came while the queue waited, and then something to read.",
            ["1: readable"],
            watch.hear(),
            "Does -1 from the kernel become `io::Error::last_os_error()`, and `Interrupted` another sleep?",
        );

        drain(&ours);
        // On a busy machine the signals may be late, and a round with few of them says nothing.
        for _ in 0..5 {
            let (start, before) = (Instant::now(), watch.queue.waits());
            let caught = CAUGHT.load(Ordering::Relaxed);
            let heard = watch.wait(ms(200));
            let (took, waits) = (start.elapsed(), watch.queue.waits() - before);
            let caught = CAUGHT.load(Ordering::Relaxed) - caught;
            assert!(
                heard.is_empty() && took >= ms(200),
                "{caught} signals came and nothing else, and the limit was 200 ms\n\
                 expected  no event, after 200 ms\n\
                 yours     {heard:?}, after {took:.1?}\n\
                 A signal is not the end of the time. What is left of it is waited for."
            );
            if caught >= 10 {
                assert!(
                    waits > 1,
                    "{caught} signals came and nothing else, and the limit was 200 ms\n\
                     expected  a sleep, and another one after each signal\n\
                     yours     {waits} call of `Queue::wait`\n\
                     {AGAIN}"
                );
                break;
            }
        }
        drop(stop);
        signals
            .join()
            .expect("the thread that sends signals does not panic");
    }

    // The handler belongs to the whole process, so this happens in another one.
    let child = in_child(NAME, || {
        let endless = format!(
            "a signal comes every 2 ms and nothing else, and a wait with a limit of 200 ms does not come back.\n{AGAIN}"
        );
        within(SOON, &endless, waits_among_signals);
    });
    assert!(
        child.status.success(),
        "in a process of its own: {}",
        child.stderr()
    );
}
