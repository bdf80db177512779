extern crate io_strategies_solution as io_strategies;

mod kernels;

use std::cell::Cell;
use std::ffi::{c_int, c_short};
use std::io::{self, ErrorKind, Write};
use std::net::{TcpListener, TcpStream};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use io_strategies::{
    POLLERR, POLLHUP, POLLIN, POLLNVAL, PollFd, blocking, busy_polling, poll, readiness,
};
use kernels::{Counted, Poll, Scripted};
use support::{thread_cpu_time, within};

/// How long a test may take before it counts as hanging. Far more than any of them needs.
const LIMIT: Duration = Duration::from_secs(5);

/// What is probably wrong when a conversation never ends.
const NO_END: &str = "the peer has spoken and hung up, and the conversation goes on: does `receive` take 0 bytes, \
                      which are the end, for nothing, and ask again?";

/// What the peer says, line by line, before it hangs up.
const LINES: [&str; 3] = ["I am here\n", "still here\n", "that was all\n"];

fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

/// Both ends of a connection over loopback: ours, and the peer's.
fn connection() -> (TcpStream, TcpStream) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("loopback has a free port");
    let address = listener.local_addr().expect("a listener has an address");
    let ours = TcpStream::connect(address).expect("somebody listens there");
    let (peer, _) = listener.accept().expect("somebody connects");
    // What the peer says goes out at once, and does not wait for more.
    peer.set_nodelay(true).expect("a connection takes options");
    (ours, peer)
}

/// What the bits are called, entry by entry.
fn names(revents: &[c_short]) -> String {
    let bits = [
        (POLLIN, "POLLIN"),
        (POLLHUP, "POLLHUP"),
        (POLLERR, "POLLERR"),
        (POLLNVAL, "POLLNVAL"),
    ];
    let entries = revents.iter().map(|revents| {
        let set = bits.iter().filter(|(bit, _)| revents & bit != 0);
        let names: Vec<&str> = set.map(|(_, name)| *name).collect();
        if names.is_empty() {
            format!("{revents:#x}")
        } else {
            names.join("|")
        }
    });
    format!("[{}]", entries.collect::<Vec<_>>().join(", "))
}

/// What became of a conversation.
struct Heard {
    text: String,
    /// Of the thread that listened.
    cpu: Duration,
    /// From the first call until the end of the conversation.
    took: Duration,
}

/// Listens with `receive` until the peer hangs up. Before each line the peer is silent until `silence` returns.
/// It says no line before the one before was heard: two at once would be one answer. (A listener that keeps
/// what it has heard to itself gets the next line a second later.)
fn conversation(
    mut silence: impl FnMut() + Send + 'static,
    mut receive: impl FnMut(&TcpStream, &mut [u8]) -> io::Result<usize>,
) -> Heard {
    let (ours, mut peer) = connection();
    let (heard, listener) = mpsc::channel();
    let peer = thread::spawn(move || {
        let (mut said, mut known) = (0, 0);
        for line in LINES {
            while known < said {
                match listener.recv_timeout(ms(1000)) {
                    Ok(count) => known += count,
                    Err(_) => break,
                }
            }
            said += line.len();
            silence();
            if peer.write_all(line.as_bytes()).is_err() {
                // The listener has gone. It says why.
                return;
            }
        }
    });
    let (start, cpu) = (Instant::now(), thread_cpu_time());
    let mut text = Vec::new();
    let mut buffer = [0; 64];
    loop {
        match receive(&ours, &mut buffer) {
            Ok(0) => break,
            Ok(count) => {
                text.extend_from_slice(&buffer[..count]);
                // The peer may have said all that it has to say.
                let _ = heard.send(count);
            }
            Err(error) => panic!(
                "the peer says its lines and hangs up, and nothing is wrong with the connection. `receive` \
                 failed after {:?} was heard: {error} ({:?})",
                String::from_utf8_lossy(&text),
                error.kind()
            ),
        }
    }
    let heard = Heard {
        text: String::from_utf8_lossy(&text).into_owned(),
        cpu: thread_cpu_time() - cpu,
        took: start.elapsed(),
    };
    peer.join().expect("the peer does not panic");
    heard
}

#[track_caller]
fn assert_heard_all(heard: &Heard) {
    assert_eq!(
        heard.text,
        LINES.concat(),
        "the peer said all of this before it hung up. (left: what was heard) Is what `read` returns handed on \
         as it is? If nothing was heard: does `receive` return 0, which is the end, for \"nothing yet\"?"
    );
}

/// A silence that is long enough to tell sleeping from running.
fn silence() {
    thread::sleep(ms(25));
}

#[track_caller]
fn assert_slept(heard: &Heard, calls: (usize, usize)) {
    assert!(
        heard.cpu < heard.took / 2,
        "the thread has nothing to do while the peer is silent, so it sleeps and uses no processor time. It \
         used {:.1?} of the {:.1?} that the conversation took, with {} reads and {} polls",
        heard.cpu,
        heard.took,
        calls.0,
        calls.1
    );
}

#[test]
fn a_blocking_read_is_one_call_and_sleeps_until_there_is_an_answer() {
    within(LIMIT, NO_END, || {
        let kernel = Counted::new();
        let heard = conversation(silence, |socket, buffer| {
            blocking::receive(&kernel, socket, buffer)
        });
        assert_heard_all(&heard);
        let calls = kernel.calls();
        assert_eq!(
            calls,
            (4, 0),
            "three lines and the end are four answers, and each costs one `kernel.read` and nothing else. \
             (left: the reads and polls of yours) No reads: did you read from the socket itself? Thousands: \
             is it non-blocking? One or two too many: do you read on after an answer? Polls: this way has none."
        );
        assert_slept(&heard, calls);
    });
}

#[test]
fn a_blocking_read_asks_again_after_a_signal_and_never_after_an_answer() {
    let (ours, _) = connection();
    let signal = Err(ErrorKind::Interrupted);
    for (answers, want, what) in [
        (
            vec![signal, signal, Ok(4)],
            Ok(4),
            "two signals came first, and nothing was read by then: ask again",
        ),
        (
            vec![Ok(0)],
            Ok(0),
            "0 bytes are the end of the conversation, and an answer",
        ),
        (
            vec![signal, Err(ErrorKind::ConnectionReset)],
            Err(ErrorKind::ConnectionReset),
            "an error of the connection is the caller's. Is it only `Interrupted` that is asked again?",
        ),
        (
            vec![Err(ErrorKind::WouldBlock)],
            Err(ErrorKind::WouldBlock),
            "somebody has made this socket non-blocking, and the caller wants to know",
        ),
    ] {
        let kernel = Scripted::reads(answers.clone());
        let got = blocking::receive(&kernel, &ours, &mut [0; 64]).map_err(|error| error.kind());
        assert_eq!(
            got, want,
            "the kernel's answers were {answers:?}: {what}. (left: yours)"
        );
    }
}

/// How often the polling loop must have asked in vain before the peer says its next line.
const IN_VAIN: usize = 50;

/// Longer than any loop needs from one read to the next, and shorter than the shortest sleep: Linux rounds each
/// up by 50 µs, the others by more.
const NO_PAUSE: Duration = Duration::from_micros(25);

#[test]
fn busy_polling_burns_processor_time_for_as_long_as_nothing_comes() {
    within(LIMIT, NO_END, || {
        let in_vain = Cell::new(0_usize);
        let (wake, woken) = mpsc::channel();
        let kernel = Counted::with(|| {
            in_vain.set(in_vain.get() + 1);
            if in_vain.get().is_multiple_of(IN_VAIN) {
                let _ = wake.send(());
            }
        });
        // A listener that never asks is answered in the end.
        let silence = move || {
            let _ = woken.recv_timeout(ms(400));
        };
        let heard = conversation(silence, |socket, buffer| {
            busy_polling::receive(&kernel, socket, buffer)
        });
        assert_heard_all(&heard);
        let (reads, polls) = kernel.calls();
        assert!(
            reads >= 20 && polls == 0,
            "while the peer was silent the loop asked all the time, by `kernel.read` and nothing else; yours \
             made {reads} reads and {polls} polls. No reads: did you read from the socket itself? A handful: is \
             it made non-blocking, by `kernel.set_nonblocking`, before the first one? Polls: this way has none."
        );
        // Other programs may take the processor away between two reads, so one of them says nothing.
        let mut pauses = kernel.pauses();
        pauses.sort_unstable();
        let usual = pauses[pauses.len() / 2];
        assert!(
            usual < NO_PAUSE,
            "after `WouldBlock` this strategy asks again at once: half of the time the next read came within \
             {NO_PAUSE:?} and the thread was never off the processor. Yours let {usual:?} pass. Does the loop sleep?"
        );
    });
}

#[test]
fn busy_polling_asks_again_while_there_is_nothing_and_never_after_an_answer() {
    let (ours, _) = connection();
    let nothing = Err(ErrorKind::WouldBlock);
    for (answers, want, what) in [
        (
            vec![nothing, nothing, nothing, Ok(4)],
            Ok(4),
            "nothing had come, three times: ask again",
        ),
        (
            vec![nothing, Ok(0)],
            Ok(0),
            "`WouldBlock` says that nothing has come yet, 0 bytes that nothing will come any more",
        ),
        (
            vec![nothing, Err(ErrorKind::Interrupted), Ok(4)],
            Ok(4),
            "a signal is no answer here either: ask again",
        ),
        (
            vec![nothing, Err(ErrorKind::ConnectionReset)],
            Err(ErrorKind::ConnectionReset),
            "an error of the connection is the caller's: no later read will do better",
        ),
    ] {
        let kernel = Scripted::reads(answers.clone());
        let got = busy_polling::receive(&kernel, &ours, &mut [0; 64]).map_err(|error| error.kind());
        assert!(
            !kernel.read_while_blocking.get(),
            "`kernel.set_nonblocking` comes before the first `kernel.read`, which would wait otherwise; yours \
             reads first"
        );
        assert_eq!(
            got, want,
            "the kernel's answers were {answers:?}: {what}. (left: yours)"
        );
    }
    let kernel = Scripted::reads([Ok(4)]);
    kernel.refuses.set(Some(ErrorKind::PermissionDenied));
    let got = busy_polling::receive(&kernel, &ours, &mut [0; 64]).map_err(|error| error.kind());
    assert_eq!(
        got,
        Err(ErrorKind::PermissionDenied),
        "`kernel.set_nonblocking` failed: the caller wants to know, and a read would wait. (left: yours)"
    );
}

#[test]
fn poll_says_which_sockets_have_something() {
    let hint = "`poll` does not come back. With a time-out of 0 it only looks, and with -1 it waits for one of two \
                sockets, of which the second one has something. Does the system get the pointer, the number of \
                entries and the time-out that the caller gave?";
    within(LIMIT, hint, || {
        let (silent, mut silent_peer) = connection();
        let (speaking, mut speaker) = connection();
        let mut entries = [PollFd::new(&silent), PollFd::new(&speaking)];
        let ready = poll(&mut entries, 0);
        assert!(
            matches!(ready, Ok(0)),
            "nobody has said anything, so 0 of the two sockets are ready; yours says {ready:?}"
        );

        speaker.write_all(b"hello").expect("we listen");
        let ready = poll(&mut entries, -1);
        assert!(
            matches!(ready, Ok(1)),
            "one of the two peers has said something, so one socket is ready; yours says {ready:?}. Is what the \
             system's function returns the count, or an error only when it is -1? And is the number of \
             entries right?"
        );
        let revents = [entries[0].revents, entries[1].revents];
        assert!(
            revents[0] == 0 && revents[1] & POLLIN != 0,
            "the second socket has something to read, POLLIN, and the first one nothing. The `revents` are {}. \
             Does the system get a pointer to the caller's entries, and not to a copy?",
            names(&revents)
        );

        silent_peer.write_all(b"hello").expect("we listen");
        let ready = [poll(&mut entries[..1], -1), poll(&mut entries, 0)];
        assert!(
            matches!(ready, [Ok(1), Ok(2)]),
            "now both peers have said something. Asked about the first socket alone, it is 1 that is ready, and \
             about both of them 2; yours says {ready:?}"
        );

        // What is no error on one system is one on the other.
        let empty = poll(&mut [], 0).map_err(|error| error.raw_os_error());
        let want = if cfg!(windows) {
            Err(Some(10022)) // WSAEINVAL, <winerror.h>
        } else {
            Ok(0)
        };
        assert_eq!(
            empty, want,
            "an empty list is nothing to wait for; Windows refuses it, error 10022. (left: yours) Is -1 \
             turned into the system's error?"
        );
    });
}

#[test]
fn a_time_limit_is_rounded_up_to_whole_milliseconds() {
    for (limit, want, what) in [
        (None, -1, "no limit is -1"),
        (
            Some(Duration::ZERO),
            0,
            "no time at all is 0: look, and do not sleep",
        ),
        (Some(ms(50)), 50, "whole milliseconds stay what they are"),
        (
            Some(ms(1132)),
            1132,
            "whole milliseconds stay what they are: with integers, for a float is not exact",
        ),
        (
            Some(ms(16_777_217)),
            16_777_217,
            "whole milliseconds stay what they are: with integers, for a float is not exact",
        ),
        (
            Some(Duration::from_micros(49_001)),
            50,
            "a rest counts as a whole millisecond",
        ),
        (
            Some(Duration::from_nanos(1)),
            1,
            "rounded down this is 0, and a loop that waits for 0 milliseconds until the time has come spins",
        ),
        (
            Some(Duration::from_secs(30 * 24 * 3600)),
            c_int::MAX,
            "30 days are more than a `c_int` can say: the longest that it can, never a negative number",
        ),
        (
            Some(Duration::MAX),
            c_int::MAX,
            "the longest that a `c_int` can say",
        ),
    ] {
        let got = readiness::timeout_ms(limit);
        assert_eq!(
            got, want,
            "{limit:?} in milliseconds, as poll wants them: {what}. (left: yours)"
        );
    }
}

#[test]
fn readiness_sleeps_in_the_kernel_until_there_is_something_to_read() {
    within(
        LIMIT,
        "the peer speaks and hangs up, and `wait_any` does not return",
        || {
            let kernel = Counted::new();
            let heard = conversation(silence, |socket, buffer| {
                readiness::receive(&kernel, socket, buffer, None)
            });
            assert_heard_all(&heard);
            let calls = kernel.calls();
            assert_eq!(
                calls,
                (4, 4),
                "three lines and the end are four answers, and each costs one poll and one read. (left: the reads \
             and polls of yours) Many polls: there is no limit here, so the time-out is -1"
            );
            assert_slept(&heard, calls);
        },
    );
}

#[test]
fn a_wait_ends_with_data_with_a_hang_up_and_with_its_time() {
    within(
        LIMIT,
        "`wait_any` has a limit of 20 ms, or something has happened, and it does not return",
        || {
            let (silent, silent_peer) = connection();
            let (other, mut other_peer) = connection();
            let (third, third_peer) = connection();
            let sockets = [&silent, &other, &third];

            let kernel = Counted::new();
            let limit = ms(20);
            let start = Instant::now();
            let ready = readiness::wait_any(&kernel, &sockets, Some(limit));
            let (took, polls) = (start.elapsed(), kernel.calls().1);
            assert!(
                matches!(ready.as_deref(), Ok([])),
                "nobody says anything for {limit:?}, so none of the sockets is ready; yours says {ready:?}"
            );
            assert!(
                took >= limit && (1..=5).contains(&polls),
                "the time is not over before {limit:?} have passed, and one poll waits for all of it; yours came \
             back after {took:?} with {polls} polls. Is the clock asked before you say that the time is over, \
             and is what is left rounded up?"
            );

            let ready = readiness::wait_any(&kernel, &sockets, Some(Duration::ZERO));
            assert!(
                matches!(ready.as_deref(), Ok([])),
                "with no time at all it looks once, finds nothing, and comes back; yours says {ready:?}"
            );

            other_peer.write_all(b"hello").expect("we listen");
            let ready = readiness::wait_any(&kernel, &sockets, None);
            assert!(
                matches!(ready.as_deref(), Ok([1])),
                "the second of three peers has said something, so the ready one is at position 1; yours says \
             {ready:?}"
            );

            drop(third_peer);
            // The kernel may take a moment to hear of it, and of nothing else: wait for that one alone first.
            let ready = readiness::wait_any(&kernel, &[&third], Some(LIMIT));
            assert!(
                matches!(ready.as_deref(), Ok([0])),
                "the peer has hung up. A read would not wait, it would say 0, so the socket is ready; yours says \
             {ready:?}. Which bits of `revents` do you look at?"
            );
            // A deadline so far away that no `Instant` can say it is no deadline.
            let ready = catch_unwind(AssertUnwindSafe(|| {
                readiness::wait_any(&kernel, &sockets, Some(Duration::MAX))
            }));
            let Ok(ready) = ready else {
                panic!(
                    "`wait_any` panicked with the limit Duration::MAX. An `Instant` plus a `Duration` panics when the sum is \
                     too far away; `checked_add` gives None."
                );
            };
            assert!(
                matches!(ready.as_deref(), Ok([1, 2])),
                "nobody has read what came on the second socket, and the third peer has hung up, so positions 1 \
             and 2 are ready, in this order, and stay so; yours says {ready:?}"
            );
            drop(silent_peer);
        },
    );
}

#[test]
fn whatever_has_happened_to_a_socket_it_is_ready() {
    let (ours, _) = connection();
    let sockets = [&ours, &ours, &ours];
    let wait = |revents| {
        let kernel = Scripted::polls([Poll::Says(revents)]);
        readiness::wait_any(&kernel, &sockets, Some(ms(50)))
    };
    for (revents, want, what) in [
        (&[0, POLLIN, 0][..], &[1][..], "something to read"),
        (
            &[0, 0, POLLHUP],
            &[2],
            "a peer that has gone: the read says 0, or the error",
        ),
        (&[POLLERR, 0, 0], &[0], "an error: the read says which"),
        (
            &[POLLIN | POLLHUP, POLLERR | POLLHUP, POLLIN],
            &[0, 1, 2],
            "several things at once",
        ),
    ] {
        let ready = wait(revents);
        assert_eq!(
            ready.as_deref().map_err(io::Error::kind),
            Ok(want),
            "the `revents` are {}: {what}. A read would not wait, so the socket is ready. (left: yours) Which \
             bits do you look at? Any of them will do.",
            names(revents)
        );
    }
    let kernel = Scripted::polls([Poll::Says(&[0, POLLIN, 0])]);
    let ready = readiness::wait_any(&kernel, &sockets, Some(Duration::ZERO));
    assert!(
        matches!(ready.as_deref(), Ok([1])),
        "no time at all still means one look, and what has arrived by then is ready; yours says {ready:?}. Does \
         it poll before it asks whether the time is over?"
    );
    for revents in [&[0, POLLNVAL, 0], &[POLLIN, POLLIN | POLLNVAL, 0]] {
        let refused = wait(revents);
        assert_eq!(
            refused.as_ref().map_err(io::Error::kind),
            Err(ErrorKind::InvalidInput),
            "POLLNVAL says that this is no open socket: a mistake in the program, and an error. \
         (left: yours) Called ready, it would be read, closed, and waited for again. The `revents` are {}.",
            names(revents)
        );
    }
}

#[test]
fn a_signal_neither_ends_a_wait_nor_extends_it() {
    let (ours, _) = connection();
    let early = Duration::from_micros(500);
    let longest = Duration::from_millis(c_int::MAX.unsigned_abs().into());
    for (limit, answers, asked, what) in [
        (
            ms(50),
            vec![Poll::Signal(ms(20)), Poll::Signal(ms(20)), Poll::Over],
            vec![50, 30, 10],
            "a signal after 20 ms, another one 20 ms later: each call asks for what is left of the limit",
        ),
        (
            ms(50),
            vec![Poll::OverEarlier(early), Poll::Over],
            vec![50, 1],
            "the system came back half a millisecond early: 0 from `poll` is not the end, the clock decides, and \
             that half is waited for as well",
        ),
        (
            longest + ms(5),
            vec![Poll::Over, Poll::Over],
            vec![c_int::MAX, 5],
            "the limit is longer than `poll` can say: the rest is waited for afterwards",
        ),
    ] {
        let kernel = Scripted::polls(answers);
        let ready = readiness::wait_any(&kernel, &[&ours], Some(limit));
        assert!(
            matches!(ready.as_deref(), Ok([])),
            "{what}. Then the time is over, and nothing is ready; yours says {ready:?}, having polled for {:?} \
             ms",
            kernel.asked.borrow()
        );
        assert_eq!(
            *kernel.asked.borrow(),
            asked,
            "{what}. (left: the time-outs that yours polled with, in milliseconds) Is the deadline worked out \
             once, before the loop, and what is left of it each time, in the loop? Is the clock always `kernel.now()`?"
        );
        assert_eq!(
            kernel.answers_left(),
            0,
            "{what}, and the wait ended before"
        );
    }

    // A signal that comes when the time is over: look once more, or not at all, but do not wait.
    let kernel = Scripted::polls([Poll::Signal(ms(60)), Poll::Over]);
    let ready = readiness::wait_any(&kernel, &[&ours], Some(ms(50)));
    assert!(
        matches!(ready.as_deref(), Ok([])),
        "a signal came 10 ms after the deadline, so the time is over; yours says {ready:?}"
    );

    let kernel = Scripted::polls([Poll::Signal(ms(20)), Poll::Fails(ErrorKind::OutOfMemory)]);
    let failed = readiness::wait_any(&kernel, &[&ours], Some(ms(50)));
    assert_eq!(
        failed.map_err(|error| error.kind()),
        Err(ErrorKind::OutOfMemory),
        "an error that is not `Interrupted` is the caller's. (left: yours)"
    );
}

#[test]
fn one_thread_listens_to_many_peers_whoever_speaks_first() {
    let hint = "three peers, of which the last one speaks first, and the others only after that was heard. \
                Does `wait_any` wait for all the sockets at once?";
    within(LIMIT, hint, || {
        let (ours, peers): (Vec<_>, Vec<_>) = (0..3).map(|_| connection()).unzip();
        let order = [2, 0, 1];
        let mut heard = Vec::new();
        let mut said = order.into_iter();
        let mut next_speaks = || {
            if let Some(peer) = said.next() {
                let line = LINES[peer].as_bytes();
                (&peers[peer]).write_all(line).expect("we listen");
            }
        };
        next_speaks();
        let kernel = Counted::new();
        while heard.len() < order.len() {
            let sockets: Vec<&TcpStream> = ours.iter().collect();
            let ready = readiness::wait_any(&kernel, &sockets, Some(LIMIT));
            let ready =
                ready.unwrap_or_else(|error| panic!("nothing is wrong, and wait_any says {error}"));
            assert_eq!(
                ready.len(),
                1,
                "one peer has spoken since the last wait, so one socket is ready; yours says {ready:?}"
            );
            let mut buffer = [0; 64];
            let read = readiness::receive(&kernel, &ours[ready[0]], &mut buffer, Some(LIMIT));
            let count =
                read.unwrap_or_else(|error| panic!("socket {} was ready: {error}", ready[0]));
            let text = String::from_utf8_lossy(&buffer[..count]).into_owned();
            heard.push((ready[0], text));
            next_speaks();
        }
        let want = order.map(|peer| (peer, LINES[peer].to_owned()));
        assert_eq!(
            heard, want,
            "who speaks is heard, in the order in which they spoke. (left: what was heard, with the position \
             that yours gave)"
        );
    });
}

/// The wait of the test before last, with signals from the system.
#[cfg(unix)]
#[test]
fn a_real_signal_does_not_end_a_wait() {
    use std::sync::Arc;
    use std::sync::atomic::Ordering;
    use system::signals::{Action, SIGWINCH, pthread_kill, pthread_self, set_action};

    extern "C" fn nothing(_: c_int) {}

    // The handler belongs to the whole process, so this happens in another one.
    let child = support::in_child("a_real_signal_does_not_end_a_wait", || {
        let action = Action {
            handler: nothing as *const () as usize,
            ..Action::DEFAULT
        };
        // SAFETY: without flags the handler gets one argument; it does nothing, so it may interrupt anything.
        unsafe { set_action(SIGWINCH, &action) }.expect("the system takes a handler");
        let (ours, mut peer) = connection();
        let kernel = Arc::new(Counted::new());
        let waiting = pthread_self();
        let (stop, stopped) = mpsc::channel::<()>();
        let signals = thread::spawn({
            let kernel = Arc::clone(&kernel);
            move || {
                // Until the wait has been interrupted three times, or has come back.
                while kernel.interrupted.load(Ordering::Relaxed) < 3
                    && stopped.try_recv() == Err(mpsc::TryRecvError::Empty)
                {
                    // SAFETY: the thread that waits joins this one, so it is there.
                    unsafe { pthread_kill(waiting, SIGWINCH) };
                    thread::yield_now();
                }
                let _ = peer.write_all(b"hello");
                peer
            }
        });
        let ready = readiness::wait_any(&*kernel, &[&ours], Some(ms(2000)));
        drop(stop);
        let _peer = signals
            .join()
            .expect("the thread that sends signals does not panic");
        assert!(
            matches!(ready.as_deref(), Ok([0])),
            "three signals came, and then something to read: the socket is ready. Yours says {ready:?}"
        );
    });
    assert!(
        child.status.success(),
        "a wait that signals interrupt goes on until there is something to read. In `poll`, is -1 turned into \
         `io::Error::last_os_error()`, and in `wait_any`, is `Interrupted` a reason to ask again? The child \
         process said:\n{}",
        child.stderr()
    );
}
