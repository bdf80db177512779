extern crate channel_solution as channel;

use std::collections::VecDeque;
use std::fmt::Debug;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use channel::{
    Receiver, RecvError, RecvTimeoutError, SendError, Sender, TryRecvError, TrySendError, bounded,
    channel,
};
use support::explore::{Explore, call, done};
use support::sync::{thread, time::Instant};
use support::within;

/// Fails with both sides, one under the other, and the usual cause.
#[track_caller]
fn expect<T: Debug + PartialEq>(story: &str, expected: T, yours: T, cause: &str) {
    assert!(
        expected == yours,
        "{story}\n  expected  {expected:?}\n  yours     {yours:?}\n{cause}"
    );
}

/// Runs `f` as the only thread of the explorer: a call that waits is named, and does not hang.
#[track_caller]
fn alone(about: &'static str, f: fn()) {
    Explore {
        about,
        expected: "no call has to wait",
        causes: "Is the lock taken twice?\nDoes a function wait that must not?",
    }
    .run(|program| program.thread("main", f));
}

/// A way to ask for the oldest value, with the name of its error.
type Ask = fn(&Receiver<i32>) -> Result<i32, String>;

/// A value is sent and the last sender dropped, at any moment of this call. It says Disconnected only when
/// the queue is empty.
#[track_caller]
fn never_ends_beside_a_value(way: &'static str, ask: Ask) {
    Explore {
        about: "A sender sends 1 and is dropped. Another thread asks for a value once.",
        expected: "the value, or an error",
        causes: "Does the drop of the last sender notify at not_empty?",
    }
    .run(|program| {
        let (sender, receiver) = channel();
        program.thread("receiver", move || {
            let result = call(way, || ask(&receiver));
            if result == Err("Disconnected".to_owned()) {
                expect(
                    &format!("{way} says Disconnected. So many values are in the queue:"),
                    0,
                    receiver.len(),
                    "The value came before the last sender went. Look at the queue and then at the\n\
                     senders under one lock, also after each wait.",
                );
            }
        });
        program.thread("sender", move || {
            let _ = call("send(1)", || sender.send(1));
            call("drop", || drop(sender));
        });
    });
}

/// In virtual time, so it passes at once.
const HOUR: Duration = Duration::from_secs(3600);

#[test]
fn values_come_out_in_the_order_they_went_in() {
    alone("A thread sends 1 to 5 and takes them.", || {
        let (sender, receiver) = channel();
        expect(
            "Nothing was sent, and there is a sender. try_recv:",
            Err(TryRecvError::Empty),
            receiver.try_recv(),
            "Does the number of senders decide between Empty and Disconnected?",
        );
        for value in 1..=5 {
            expect(
                "The receiver is there and the channel has no limit. send:",
                Ok(()),
                sender.send(value),
                "",
            );
        }
        expect(
            "1 to 5 were sent. How many are queued, by the sender and by the receiver:",
            (5, 5),
            (sender.len(), receiver.len()),
            "",
        );
        let got: Vec<i32> = (0..5).filter_map(|_| receiver.try_recv().ok()).collect();
        expect(
            "1 to 5 were sent, and try_recv was called five times:",
            vec![1, 2, 3, 4, 5],
            got,
            "In at the back, out at the front? The other way round it is a stack.\n\
         Is the value taken out, and not only looked at?",
        );
        expect(
            "All were taken. try_recv, and the sender's and the receiver's is_empty:",
            (Err(TryRecvError::Empty), true, true),
            (receiver.try_recv(), sender.is_empty(), receiver.is_empty()),
            "Is the value taken out, and not only looked at?",
        );
    });
}

#[test]
fn recv_sleeps_until_a_value_comes() {
    for (about, pause) in [
        ("One thread calls recv, the other send(1).", Duration::ZERO),
        (
            "One thread calls recv, the other sleeps for an hour and calls send(1).",
            HOUR,
        ),
    ] {
        Explore {
            about,
            expected: "recv sleeps until there is a value, and returns Ok(1)",
            causes: "It spins: wait at the Condvar instead of asking again, and without a time limit.\n\
                     It sleeps for ever: does recv unlock between its look at the queue and its wait?\n\
                     It sleeps for ever: is the value pushed before the notification?\n\
                     It sleeps for ever: does recv wait where send notifies, at not_empty?",
        }
        .run(|program| {
            let (sender, receiver) = channel();
            // The last sender's drop would wake the receiver. So both are dropped when all is over.
            let (sender, receiver) = (program.keep(sender), program.keep(receiver));
            program.thread("receiver", move || {
                expect(
                    "send(1) is called, sooner or later. recv:",
                    Ok(1),
                    call("recv", || receiver.recv()),
                    "Does it look at the queue again after each wake-up?",
                );
            });
            program.thread("sender", move || {
                if !pause.is_zero() {
                    thread::sleep(pause);
                }
                let _ = call("send(1)", || sender.send(1));
            });
        });
    }
}

#[test]
fn a_wake_up_is_no_promise_of_a_value() {
    Explore {
        about: "A thread calls recv. Another sends 1, takes a value itself, and sends 2.",
        expected: "recv returns a value",
        causes: "Is each value followed by a notification at not_empty?",
    }
    .run(|program| {
        let (sender, receiver) = channel();
        let (sender, receiver) = (program.keep(sender), program.keep(receiver));
        let second = Arc::clone(&receiver);
        program.thread("receiver", move || {
            let result = call("recv", || receiver.recv());
            expect(
                "There are two values, and the other thread takes one at most. recv:",
                Ok("a value"),
                result.map(|_| "a value"),
                "Woken, and nothing there: another thread took the value, or it was for nothing.\n\
                 Is it `if` there is nothing, wait, instead of `while` there is nothing, wait?",
            );
        });
        program.thread("thief", move || {
            let _ = call("send(1)", || sender.send(1));
            let _ = call("try_recv", || second.try_recv());
            let _ = call("send(2)", || sender.send(2));
        });
    });
}

#[test]
fn what_was_sent_before_the_last_sender_went_still_arrives() {
    Explore {
        about: "A sender sends a value and is dropped. The receiver calls recv twice.",
        expected: "first the value, then an error",
        causes: "Does the drop of the last sender notify at not_empty?\n\
                 Does it count the sender out before it notifies?\n\
                 Does recv look at the number of senders before it sleeps?",
    }
    .run(|program| {
        let (sender, receiver) = channel();
        program.thread("receiver", move || {
            expect(
                "The value is sent before the sender is dropped. recv, and recv again:",
                (Ok("a value"), Err(RecvError)),
                (
                    call("recv", || receiver.recv()),
                    call("recv", || receiver.recv()),
                ),
                "Look at the queue first, and at the number of senders when it is empty.",
            );
        });
        program.thread("sender", move || {
            let _ = call("send", || sender.send("a value"));
            call("drop", || drop(sender));
        });
    });

    never_ends_beside_a_value("try_recv", |receiver| {
        receiver.try_recv().map_err(|error| format!("{error:?}"))
    });

    alone("Two senders are dropped, one after the other.", || {
        let (sender, receiver) = channel();
        drop(sender.clone());
        expect(
            "One of two senders is gone, the other may still send. try_recv:",
            Err(TryRecvError::Empty),
            receiver.try_recv(),
            "Does the drop take one sender away, and not all?",
        );
        let _ = sender.send("a value");
        drop(sender);
        expect(
            "All senders are gone, and one value is left. try_recv, and try_recv again:",
            (Ok("a value"), Err(TryRecvError::Disconnected)),
            (receiver.try_recv(), receiver.try_recv()),
            "Does drop count its sender out? Are values looked at first?",
        );
    });
}

#[test]
fn the_last_sender_wakes_all_who_wait() {
    let one_by_one = Arc::new(AtomicBool::new(false));
    every_recv_ends(
        "Two threads call recv on one receiver. Both senders are dropped.",
        &["left", "right"],
        2,
        &one_by_one,
    );

    Explore {
        about: "A thread calls recv. Two other threads drop the two senders.",
        expected: "recv returns Err(RecvError)",
        causes: "Does drop count the sender out and look whether it was the last under one lock?\n\
                 With two locks both may go, and each finds that it was not the last.",
    }
    .run(|program| {
        let (sender, receiver) = channel::<()>();
        let second = sender.clone();
        program.thread("receiver", move || {
            let result = call("recv", || receiver.recv());
            expect(
                "Nothing was sent, and all senders go. recv:",
                Err(RecvError),
                result,
                "",
            );
        });
        program.thread("left", move || call("drop", || drop(sender)));
        program.thread("right", move || call("drop", || drop(second)));
    });

    Explore {
        about: "Two threads call recv on one receiver. A third sends a value and drops the only sender.",
        expected: "both recv come back, one with the value and one with Err(RecvError)",
        causes: "The value may still be queued when the sender goes, for a receiver that is awake and not\n\
                 there yet. The other one sleeps. Does drop notify all, whether the queue is empty or not?",
    }
    .run(|program| {
        let (sender, receiver) = channel();
        let receiver = program.keep(receiver);
        for name in ["left", "right"] {
            let receiver = Arc::clone(&receiver);
            program.thread(name, move || _ = call("recv", || receiver.recv()));
        }
        program.thread("sender", move || {
            let _ = call("send", || sender.send("a value"));
            call("drop", || drop(sender));
        });
    });

    // Four threads have thousands of schedules. A drop that notifies all does not need them.
    if one_by_one.load(Ordering::Relaxed) {
        every_recv_ends(
            "Three threads call recv on one receiver. The only sender is dropped.",
            &["left", "middle", "right"],
            1,
            &one_by_one,
        );
    }
}

/// Threads of these names call recv, and so many senders are dropped. Says whether a drop woke the threads without
/// `notify_all`.
#[track_caller]
fn every_recv_ends(
    about: &'static str,
    names: &[&'static str],
    senders: usize,
    one_by_one: &Arc<AtomicBool>,
) {
    Explore {
        about,
        expected: "each recv returns Err(RecvError)",
        causes: "Does drop notify at not_empty, and all of those who wait there?\n\
                 Does it notify after it has counted the sender out?",
    }
    .run(|program| {
        let (sender, receiver) = channel::<()>();
        let receiver = program.keep(receiver);
        for name in names {
            let receiver = Arc::clone(&receiver);
            program.thread(name, move || {
                expect(
                    "Nothing was sent, and all senders are gone. recv:",
                    Err(RecvError),
                    call("recv", || receiver.recv()),
                    "",
                );
            });
        }
        let one_by_one = Arc::clone(one_by_one);
        program.thread("senders", move || {
            for sender in vec![sender; senders] {
                call("drop", || drop(sender));
            }
            if !done().contains(&"notify_all") {
                one_by_one.store(true, Ordering::Relaxed);
            }
        });
    });
}

/// A value that counts when it is dropped, and holds a sender of the very channel it is in.
struct Letter {
    answer_to: Sender<Letter>,
    dropped: Arc<AtomicUsize>,
}

impl Letter {
    fn new(sender: &Sender<Letter>, dropped: &Arc<AtomicUsize>) -> Letter {
        Letter {
            answer_to: sender.clone(),
            dropped: Arc::clone(dropped),
        }
    }
}

impl Drop for Letter {
    fn drop(&mut self) {
        self.dropped.fetch_add(1, Ordering::Relaxed);
    }
}

#[test]
fn without_a_receiver_values_come_back_and_those_left_are_dropped() {
    Explore {
        about: "A receiver is dropped. Three values are queued, and each holds a sender.",
        expected: "the three values are dropped, and so are their senders",
        causes: "Are the values dropped while drop holds the lock? Their senders' drop needs it.",
    }
    .run(|program| {
        let (sender, receiver) = channel();
        let dropped = Arc::new(AtomicUsize::new(0));
        for _ in 0..3 {
            let _ = sender.try_send(Letter::new(&sender, &dropped));
        }
        program.thread("receiver", move || {
            call("drop", || drop(receiver));
            expect(
                "Three values were left when the receiver went. So many were dropped with it:",
                3,
                dropped.load(Ordering::Relaxed),
                "Nobody can take them any more. Is the queue emptied in the receiver's drop?\n\
                 (Each holds a sender of its own channel. Left in the queue, they live for ever.)",
            );
            let result = call("send", || sender.send(Letter::new(&sender, &dropped)));
            expect(
                "A value is sent after the receiver has gone. send is refused:",
                true,
                result.is_err(),
                "Does the receiver's drop put down that it is gone? Does send look there?",
            );
            expect(
                "A value could not be sent. So many were dropped by now, without this one:",
                3,
                dropped.load(Ordering::Relaxed),
                "SendError gives the value back to the sender.",
            );
            if let Err(SendError(back)) = result {
                drop(back.answer_to.clone());
            }
        });
    });

    alone(
        "Four values are queued, and the first one's drop panics.",
        || {
            let (sender, receiver) = channel();
            let dropped = Arc::new(AtomicUsize::new(0));
            for panics in [true, false, false, false] {
                let _ = sender.try_send(Fragile {
                    panics,
                    dropped: Arc::clone(&dropped),
                });
            }
            let _ = catch_unwind(AssertUnwindSafe(|| call("drop", || drop(receiver))));
            expect(
                "Four values were left, a sender is there, and the first value's drop panics.\n\
                 So many were dropped with the receiver:",
                4,
                dropped.load(Ordering::Relaxed),
                "The panic ended the receiver's drop, and the others are still in the shared queue.\n\
                 Take the whole queue out first. The drop of a VecDeque goes on after a panic.",
            );
            drop(sender);
        },
    );
}

/// A value that counts when it is dropped, and may panic then.
struct Fragile {
    panics: bool,
    dropped: Arc<AtomicUsize>,
}

impl Drop for Fragile {
    fn drop(&mut self) {
        self.dropped.fetch_add(1, Ordering::Relaxed);
        assert!(!self.panics, "this panic is part of the test");
    }
}

/// A way to take the oldest value.
type Take = fn(&Receiver<i32>) -> Option<i32>;

/// A send that waits for room goes on when a value is taken in this way.
#[track_caller]
fn makes_room(way: &'static str, take: Take) {
    for pause in [Duration::ZERO, HOUR] {
        Explore {
            about: "A channel with room for one is full. A thread sends, another takes.",
            expected: "send sleeps until there is room, and goes on then",
            causes: "It spins: wait at the Condvar instead of asking again, and without a time limit.\n\
                     It sleeps for ever: does the function that takes a value notify not_full, after that?\n\
                     It sleeps for ever: does send wait at not_full?",
        }
        .run(|program| {
            let (sender, receiver) = bounded(1);
            let _ = sender.try_send(1);
            // The receiver's drop would wake the sender. So both are dropped when all is over.
            let (sender, receiver) = (program.keep(sender), program.keep(receiver));
            program.thread("sender", move || {
                let result = call("send(2)", || sender.send(2));
                expect("The receiver is there. send(2):", Ok(()), result, "");
                expect(
                    "There is room for one value, and send(2) came back. Queued are at most:",
                    1,
                    sender.len().max(1),
                    "The channel is full when len == capacity, and not one later.\n\
                     Does send look again when it was woken: `while` it is full, wait?",
                );
            });
            program.thread("receiver", move || {
                if !pause.is_zero() {
                    thread::sleep(pause);
                }
                let taken = call(way, || take(&receiver));
                expect("1 is the oldest value. Taken:", Some(1), taken, "");
            });
        });
    }
}

#[test]
fn a_full_channel_makes_send_sleep_until_there_is_room() {
    alone("There is room for two, and three values.", || {
        let (sender, _receiver) = bounded(2);
        expect(
            "There is room for two. try_send three times:",
            [Ok(()), Ok(()), Err(TrySendError::Full(3))],
            [1, 2, 3].map(|value| sender.try_send(value)),
            "",
        );
    });
    makes_room("recv", |receiver| receiver.recv().ok());
    makes_room("try_recv", |receiver| receiver.try_recv().ok());
    wakes_a_sender_each("recv", 1, |receiver| receiver.recv().ok());
}

#[test]
fn a_send_that_waits_learns_that_the_receiver_has_gone() {
    Explore {
        about: "A channel with room for one is full. Two threads send. The receiver is dropped.",
        expected: "both send return their value in Err(SendError(..))",
        causes: "Does the receiver's drop notify at not_full, and all of those who wait there?\n\
                 Does it notify after it has put down that the receiver is gone?",
    }
    .run(|program| {
        let (sender, receiver) = bounded(1);
        let _ = sender.try_send("the one that fits");
        for name in ["left", "right"] {
            let sender = sender.clone();
            program.thread(name, move || {
                let result = call("send", || sender.send(name));
                expect(
                    "The channel was full until its receiver went. send gives the value back:",
                    Err(name),
                    result.map_err(|SendError(value)| value),
                    "Does send look whether the receiver is gone, also after it has waited?\n\
                     Does the receiver's drop put down that it is gone and empty the queue under one lock?",
                );
            });
        }
        program.thread("receiver", move || call("drop", || drop(receiver)));
    });

    Explore {
        about: "A channel with room for one is full. Two threads send. One value is taken, and the\n\
                receiver is dropped.",
        expected: "both send come back, with Ok(()) or with Err(SendError(..))",
        causes: "The queue has room by now, and a sender still waits for the receiver's word.\n\
                 Does drop notify all at not_full, whether the queue is full or not?",
    }
    .run(|program| {
        let (sender, receiver) = bounded(1);
        let _ = sender.try_send(1);
        for (name, value) in [("left", 2), ("right", 3)] {
            let sender = sender.clone();
            program.thread(name, move || _ = call("send", || sender.send(value)));
        }
        program.thread("receiver", move || {
            let _ = call("try_recv", || receiver.try_recv());
            call("drop", || drop(receiver));
        });
    });

    Explore {
        about: "A channel with room for one is full. A thread sends, the receiver is dropped.\n\
                The value that is left waits in its own drop until that thread has sent.",
        expected: "send returns its value in Err(SendError(..)), and then the value left is dropped",
        causes: "Does the receiver's drop drop the values that are left before it notifies?\n\
                 Unlock, notify all at not_full, and only then drop the values.",
    }
    .run(|program| {
        let (sender, receiver) = bounded(1);
        let (done, wait) = channel();
        let _ = sender.try_send(Patient(Some(wait)));
        program.thread("sender", move || {
            let _ = call("send", || sender.send(Patient(None)).is_ok());
            let _ = call("done", || done.send(()));
        });
        program.thread("receiver", move || call("drop", || drop(receiver)));
    });

    Explore {
        about: "A channel with room for one is full. A thread sends. The receiver's thread panics.",
        expected: "send returns its value in Err(SendError(..))",
        causes: "A panic drops the receiver too. Its drop does the same then, and notifies.",
    }
    .run(|program| {
        let (sender, receiver) = bounded(1);
        // As many handles as there are of it, so often the value lives.
        let value = Arc::new(());
        let _ = sender.try_send(Some(Arc::clone(&value)));
        program.thread("sender", move || {
            let result = call("send", || sender.send(None));
            expect(
                "The channel was full until its receiver went. send is refused:",
                true,
                result.is_err(),
                "A panic drops the receiver too. Its drop then puts down that it is gone.",
            );
        });
        program.thread("receiver", move || {
            let _ = catch_unwind(AssertUnwindSafe(move || {
                let _receiver = receiver;
                panic!("this panic is part of the test");
            }));
            expect(
                "A panic has dropped the receiver. Of the value that was queued there are left:",
                0,
                Arc::strong_count(&value) - 1,
                "Its drop does the same during a panic: the values that are left are dropped.",
            );
        });
    });
}

/// A value whose drop waits for another thread, as that of a thread's handle may.
struct Patient(Option<Receiver<()>>);

impl Drop for Patient {
    fn drop(&mut self) {
        if let Some(wait) = &self.0 {
            let _ = call("the value's drop: recv", || wait.recv());
        }
    }
}

#[test]
fn each_value_sent_or_taken_wakes_one_thread() {
    Explore {
        about: "Two threads call recv on one receiver. A third sends two values.",
        expected: "each recv returns a value",
        causes: "It spins: wait at the Condvar instead of asking again.\n\
                 Does send notify only when the queue was empty? The second value then wakes nobody.\n\
                 Does it notify before it pushes?",
    }
    .run(|program| {
        let (sender, receiver) = channel();
        let (sender, receiver) = (program.keep(sender), program.keep(receiver));
        for name in ["left", "right"] {
            let receiver = Arc::clone(&receiver);
            program.thread(name, move || {
                let result = call("recv", || receiver.recv());
                expect(
                    "There are two values for two receivers, and senders. recv:",
                    Ok("a value"),
                    result.map(|_| "a value"),
                    "Did it not wait until there was one?",
                );
            });
        }
        program.thread("sender", move || {
            let _ = call("send(1)", || sender.send(1));
            let _ = call("send(2)", || sender.send(2));
        });
    });

    wakes_a_sender_each("recv", 2, |receiver| receiver.recv().ok());
    wakes_a_sender_each("try_recv", 2, |receiver| receiver.try_recv().ok());
}

/// Two sends wait for room, and two values are taken in this way. Both sends go on.
#[track_caller]
fn wakes_a_sender_each(way: &'static str, room: usize, take: Take) {
    Explore {
        about: "A channel is full. Two threads send, and a third takes two values.",
        expected: "there is room for both senders",
        causes: "A sender: does the function that takes a value notify not_full for each, and not only\n\
                 when the queue was full?\n\
                 A sender: does it notify wherever it takes a value, also after it has waited?\n\
                 The receiver too: does send notify not_empty wherever it pushes, also after it has waited?",
    }
    .run(|program| {
        let (sender, receiver) = bounded(room);
        for value in 0..room {
            let _ = sender.try_send(value as i32);
        }
        let (sender, receiver) = (program.keep(sender), program.keep(receiver));
        for (name, value) in [("left", 3), ("right", 4)] {
            let sender = Arc::clone(&sender);
            program.thread(name, move || {
                let _ = call("send", || sender.send(value));
                expect(
                    &format!("There is room for {room}, and two threads send. Queued are at most:"),
                    room,
                    sender.len().max(room),
                    "Does send look and push under one lock? With two locks, two threads may find the same room.",
                );
            });
        }
        program.thread("receiver", move || {
            let mut taken = 0;
            while taken < 2 {
                match call(way, || take(&receiver)) {
                    Some(_) => taken += 1,
                    // Nothing there, or nothing in time: let the senders run.
                    None => thread::sleep(HOUR),
                }
            }
        });
    });
}

#[test]
fn take_all_takes_all_at_one_moment_and_makes_room_for_all() {
    alone("A thread sends 1, 2 and 3 and takes all.", || {
        let (sender, receiver) = channel();
        expect(
            "Nothing was sent. take_all:",
            VecDeque::new(),
            receiver.take_all(),
            "",
        );
        for value in 1..=3 {
            let _ = sender.send(value);
        }
        expect(
            "1, 2 and 3 were sent. take_all, and what is left:",
            (VecDeque::from([1, 2, 3]), 0),
            (receiver.take_all(), receiver.len()),
            "The oldest at the front, and nothing stays.",
        );
        let _ = sender.send(4);
        drop(sender);
        expect(
            "4 was sent, and the only sender is gone. take_all:",
            VecDeque::from([4]),
            receiver.take_all(),
            "What was sent before the last sender went still arrives. Look at the queue only.",
        );
    });

    // Too many steps for the explorer.
    let hint = "1,000 values are sent and taken by take_all. Does a function wait that must not?";
    within(Duration::from_secs(9), hint, || {
        let (sender, receiver) = channel();
        for value in 0..1_000 {
            let _ = sender.send(value);
        }
        expect(
            "1,000 values are queued. How many take_all takes, and how many are left:",
            (1_000, 0),
            (receiver.take_all().len(), receiver.len()),
            "All that are in the queue, however many.",
        );
    });

    Explore {
        about: "1 and 2 are queued. Two threads call take_all.",
        expected: "one of them gets both values, the other none",
        causes: "take_all never waits.",
    }
    .run(|program| {
        let (sender, receiver) = channel();
        let (sender, receiver) = (program.keep(sender), program.keep(receiver));
        for value in 1..=2 {
            let _ = sender.try_send(value);
        }
        for name in ["left", "right"] {
            let receiver = Arc::clone(&receiver);
            program.thread(name, move || {
                let taken = call("take_all", || receiver.take_all());
                expect(
                    "1 and 2 are queued, and another thread calls take_all too. Taken all or none:",
                    true,
                    taken == [1, 2] || taken.is_empty(),
                    "Is the lock taken once for each value, so that the other gets in between?",
                );
            });
        }
    });

    for (about, one_first) in [
        (
            "A channel with room for two is full. Two threads call send, the third take_all.",
            false,
        ),
        (
            "A channel with room for two is full. Two threads send, a third calls try_recv and take_all.",
            true,
        ),
    ] {
        Explore {
            about,
            expected: "there is room for both senders",
            causes: "take_all makes room for many. Does it wake all who wait at not_full?\n\
                 Does it wake them only when the queue was full? Some may wait although it is not.",
        }
        .run(|program| {
            let (sender, receiver) = bounded(2);
            let _ = (sender.try_send(1), sender.try_send(2));
            let (sender, receiver) = (program.keep(sender), program.keep(receiver));
            for (name, value) in [("left", 3), ("right", 4)] {
                let sender = Arc::clone(&sender);
                program.thread(name, move || _ = call("send", || sender.send(value)));
            }
            program.thread("receiver", move || {
                if one_first {
                    let _ = call("try_recv", || receiver.try_recv());
                }
                let _ = call("take_all", || receiver.take_all());
            });
        });
    }
}

/// Whether what came at this time, if it came, came too late for the recv_timeout that has just given up.
///
/// What counts is the moment when it decides, under the lock. Right code may do something after it has
/// unlocked, and another thread may send meanwhile. Then only the time of the clock is asked.
fn came_too_late(came_at: Option<Duration>, limit: Duration) -> bool {
    let decided_last = done().last() == Some(&"unlock");
    came_at.is_none_or(|came_at| !decided_last && came_at >= limit)
}

#[test]
fn recv_timeout_waits_for_its_time_and_no_longer() {
    const LIMIT: Duration = Duration::from_millis(500);
    // The explorer's clock stops 10 us late.
    const SLACK: Duration = Duration::from_micros(100);
    const WEEK: Duration = Duration::from_secs(7 * 24 * 3600);
    alone("Values are queued and taken, and the sender goes.", || {
        let (sender, receiver) = channel();
        // The last three are too long for the clock of every system.
        let limits = [
            Duration::ZERO,
            HOUR,
            Duration::MAX,
            Duration::MAX - Duration::from_nanos(1),
            Duration::from_secs(u64::MAX - 1),
        ];
        for limit in limits {
            let _ = sender.send(1);
            expect(
                &format!("1 is queued. recv_timeout({limit:?}), or None for a panic:"),
                Some(Ok(1)),
                catch_unwind(AssertUnwindSafe(|| receiver.recv_timeout(limit))).ok(),
                "Is the queue looked at before the clock?\n\
                 `+` panics when a limit is too long for the clock, and not Duration::MAX alone is.\n\
                 Instant::checked_add says whether it is.",
            );
        }
        drop(sender);
        for limit in limits {
            expect(
                &format!(
                    "The only sender is gone, and there is no value. recv_timeout({limit:?}):"
                ),
                Err(RecvTimeoutError::Disconnected),
                receiver.recv_timeout(limit),
                "No value can come any more, so this is no matter of time.\n\
                 Are the senders looked at before the clock?\n\
                 When the limit is too long for the clock, does recv's error become Disconnected?",
            );
        }
    });

    alone(
        "recv_timeout waits 0 to 500 ns on an empty channel. Each look at the clock takes 100 ns.",
        || {
            let (_sender, receiver) = channel::<()>();
            for limit in (0..=500).step_by(50).map(Duration::from_nanos) {
                expect(
                    &format!("There is a sender, and no value. recv_timeout({limit:?}):"),
                    Err(RecvTimeoutError::Timeout),
                    call("recv_timeout", || receiver.recv_timeout(limit)),
                    "",
                );
            }
        },
    );

    for limit in [
        Duration::from_micros(50),
        Duration::from_micros(500_700),
        2 * HOUR,
        // More milliseconds than fit into 32 bits.
        50 * 24 * HOUR,
    ] {
        Explore {
            about: "There is a sender, and nothing is sent. A thread calls recv_timeout.",
            expected: "Err(Timeout) when the time is over",
            causes: "It sleeps for ever: only a limit that is too long for the clock is no limit.\n\
                     checked_add says so. 50 days are not too long.\n\
                     It spins: wait for what is left of the time.",
        }
        .run(|program| {
            let (sender, receiver) = channel::<()>();
            let _sender = program.keep(sender);
            program.thread("receiver", move || {
                let way = format!("recv_timeout({limit:?})");
                let start = Instant::now();
                let result = call(&way, || receiver.recv_timeout(limit));
                let took = start.elapsed();
                expect(
                    &format!(
                        "Nothing was sent. {way} came back after {took:?}.\n\
                         Its answer, and whether it came not too early and not too late:"
                    ),
                    (Err(RecvTimeoutError::Timeout), true, true),
                    (result, took >= limit, took <= limit + SLACK),
                    "Too early: the limit counts to the nanosecond. Is it cut to whole milliseconds?\n\
                     Too late: is the limit, or what is left of it, made longer?",
                );
            });
        });
    }

    Explore {
        about: "recv_timeout(500 ms) waits. After 400 ms a value is sent and taken away.",
        expected: "the value, or Err(Timeout) after 500 ms",
        causes: "Does it go back to sleep when its time is over?\n\
                 Does it wait for the whole limit again after each wake-up, and so for ever?",
    }
    .run(|program| {
        let (sender, receiver) = channel();
        let (sender, receiver) = (program.keep(sender), program.keep(receiver));
        let second = Arc::clone(&receiver);
        program.thread("receiver", move || {
            let start = Instant::now();
            let result = call("recv_timeout", || receiver.recv_timeout(LIMIT));
            let took = start.elapsed();
            let story = "No value is there in the end. recv_timeout(500 ms):";
            match result {
                Ok(1) => return,
                other => expect(story, Err(RecvTimeoutError::Timeout), other, ""),
            }
            let story = format!(
                "recv_timeout(500 ms) gave up after {took:?}. Not too early, and not too late:"
            );
            let cause = "Too early: a wake-up without a value is not the end of the time.\n\
                         Too late: after a wake-up, wait for what is left of the time.";
            expect(
                &story,
                (true, true),
                (took >= LIMIT, took <= LIMIT + SLACK),
                cause,
            );
        });
        program.thread("thief", move || {
            thread::sleep(LIMIT * 4 / 5);
            let _ = call("send(1)", || sender.send(1));
            let _ = call("try_recv", || second.try_recv());
        });
    });

    for (about, limit, pause) in [
        (
            "One thread calls recv_timeout(a week), the other send(1).",
            WEEK,
            Duration::ZERO,
        ),
        (
            "One thread calls recv_timeout(a week), the other send(1) at the end of it.",
            WEEK,
            WEEK,
        ),
        (
            "One thread calls recv_timeout(Duration::MAX), the other send(1).",
            Duration::MAX,
            HOUR,
        ),
    ] {
        Explore {
            about,
            expected: "Ok(1), or Err(Timeout) if nothing was there when the time was over",
            causes: "It sleeps for ever: does recv_timeout wait at not_empty, which send notifies?\n\
                     It sleeps for ever: does it unlock between its look and its wait?\n\
                     It spins: wait for all that is left of the time, not for a short time again and again.",
        }
        .run(|program| {
            let (sender, receiver) = channel();
            let (sender, receiver) = (program.keep(sender), program.keep(receiver));
            // When send came back, in seconds of the virtual clock.
            let sent_at = Arc::new(OnceLock::new());
            let was_sent_at = Arc::clone(&sent_at);
            let start = Instant::now();
            program.thread("receiver", move || {
                let result = call("recv_timeout", || receiver.recv_timeout(limit));
                let took = start.elapsed();
                let sent_at: Option<Duration> = was_sent_at.get().copied();
                match result {
                    Ok(_) => expect(
                        "send came back at this time, and recv_timeout with the value not later:",
                        true,
                        sent_at.is_none_or(|sent_at| took <= sent_at + SLACK),
                        "Does it wait at not_empty, where send notifies?\n\
                         Does it unlock between its look and its wait?",
                    ),
                    Err(error) => expect(
                        "recv_timeout gave up. Why, was its time over, and was nothing there:",
                        (RecvTimeoutError::Timeout, true, true),
                        (error, took >= limit, came_too_late(sent_at, limit)),
                        "The time: a limit too long for the clock is no limit.\n\
                         The value: it came while the time ran out. Look at the queue again.",
                    ),
                }
            });
            program.thread("sender", move || {
                if !pause.is_zero() {
                    thread::sleep(pause);
                }
                let _ = call("send(1)", || sender.send(1));
                let _ = sent_at.set(start.elapsed());
            });
        });
    }
}

#[test]
fn recv_timeout_makes_room_and_ends_with_the_last_sender() {
    never_ends_beside_a_value("recv_timeout", |receiver| {
        let result = receiver.recv_timeout(HOUR);
        result.map_err(|error| format!("{error:?}"))
    });

    let take: Take = |receiver| receiver.recv_timeout(HOUR).ok();
    makes_room("recv_timeout", take);
    for room in [2, 1] {
        wakes_a_sender_each("recv_timeout", room, take);
    }

    Explore {
        about: "One thread calls recv_timeout(two hours). After an hour the last sender is dropped.",
        expected: "Err(Disconnected) at once, or Err(Timeout) if the time was over first",
        causes: "Are the senders looked at again after each wake-up?",
    }
    .run(|program| {
        let (sender, receiver) = channel::<()>();
        // When the sender was gone, in the time of the virtual clock.
        let gone_at = Arc::new(OnceLock::new());
        let was_gone_at = Arc::clone(&gone_at);
        let start = Instant::now();
        program.thread("receiver", move || {
            let result = call("recv_timeout", || receiver.recv_timeout(2 * HOUR));
            let took = start.elapsed();
            let gone_at: Option<Duration> = was_gone_at.get().copied();
            match result {
                Err(RecvTimeoutError::Timeout) => expect(
                    "recv_timeout returned Err(Timeout). Was there a sender?",
                    true,
                    came_too_late(gone_at, 2 * HOUR),
                    "The last sender went during the wait.\n\
                     Are the senders looked at after each wake-up, as the queue is?",
                ),
                other => expect(
                    "The last sender went during the wait. recv_timeout, and whether it came at once:",
                    (Err(RecvTimeoutError::Disconnected), true),
                    (other, gone_at.is_none_or(|gone_at| took < gone_at + HOUR / 2)),
                    "Are the senders looked at after each wake-up, as the queue is?",
                ),
            }
        });
        program.thread("sender", move || {
            thread::sleep(HOUR);
            call("drop", || drop(sender));
            let _ = gone_at.set(start.elapsed());
        });
    });
}

#[test]
fn on_real_threads_nothing_is_lost_even_when_one_panics() {
    const EACH: usize = 500;
    let hint = "Four threads send through a channel with room for eight, and one of them panics.\n\
                A thread waits for ever. Does another test fail too? It says which wake-up is missing.\n\
                If not: does a sender that is dropped by a panic count and notify too?";
    within(Duration::from_secs(9), hint, || {
        let (sender, receiver) = bounded(8);
        let senders: Vec<_> = (0..4)
            .map(|name| {
                let sender = sender.clone();
                std::thread::spawn(move || {
                    for number in 0..EACH {
                        let _ = sender.send((name, number));
                    }
                    // The panic drops this thread's sender, as a return does.
                    assert!(name != 3, "this panic is part of the test");
                })
            })
            .collect();
        drop(sender);
        let mut next = [0; 4];
        for (name, number) in receiver.iter() {
            expect(
                &format!("What sender {name} sends comes in its order. The next of it:"),
                next[name],
                number,
                "In at the back, out at the front?",
            );
            next[name] += 1;
        }
        expect(
            "Four senders sent 500 values each. Received from each:",
            [EACH; 4],
            next,
            "A panic elsewhere is no reason to stop.",
        );
        let ends: Vec<bool> = senders.into_iter().map(|it| it.join().is_ok()).collect();
        expect(
            "Only the last sender panics, on purpose. These ended well:",
            vec![true, true, true, false],
            ends,
            "",
        );
    });
}
