use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use channel::{
    RecvError, RecvTimeoutError, SendError, Sender, TryRecvError, TrySendError, bounded, channel,
};
use support::{thread_cpu_time, within};

/// How long a test may take before it counts as hanging. Far more than any of them needs.
const LIMIT: Duration = Duration::from_secs(5);

/// Lets other threads run, so that what they wait in may be reached. A test never relies on it: it only
/// makes the interesting order of events a likely one.
fn give_way(time: Duration) {
    let end = Instant::now() + time;
    while Instant::now() < end {
        thread::yield_now();
    }
}

/// Growing times to give way for, as many as fit into a time that a busy machine can spare.
fn growing_times() -> impl Iterator<Item = Duration> {
    let end = Instant::now() + Duration::from_millis(100);
    (0..100)
        .map(|round| Duration::from_micros(10) * round)
        .take_while(move |_| Instant::now() < end)
}

#[test]
fn values_come_out_in_the_order_they_went_in() {
    let (sender, receiver) = channel();
    assert_eq!(
        receiver.try_recv(),
        Err(TryRecvError::Empty),
        "nothing was sent and there is a sender, so the channel is Empty. (left: yours)"
    );
    for value in 1..=5 {
        assert_eq!(
            sender.send(value),
            Ok(()),
            "the receiver is there, so sending {value} succeeds. (left: yours)"
        );
    }
    let got: Vec<i32> = (0..5).filter_map(|_| receiver.try_recv().ok()).collect();
    assert_eq!(
        got,
        [1, 2, 3, 4, 5],
        "a channel is a queue: in at the back, out at the front. (left: what came out of yours) The other \
         way round it is a stack, and the first question is answered last."
    );
    assert_eq!(
        receiver.try_recv(),
        Err(TryRecvError::Empty),
        "all five are taken, so the channel is Empty again. Is a value taken out, or only looked at? (left: \
         yours)"
    );
}

#[test]
fn recv_waits_until_a_value_comes() {
    let hint = "two threads send a value to and fro, and one of them sleeps although there is a value. Is it \
                pushed under the lock, and the other one woken after that? A notification is not kept: sent \
                too early, nobody hears it. And does recv look into the queue before it sleeps?";
    within(LIMIT, hint, || {
        let (to, inbox) = channel();
        let (back, answers) = channel();
        let echo = thread::spawn(move || {
            while let Ok(value) = inbox.recv() {
                if value == u32::MAX || back.send(value).is_err() {
                    return;
                }
            }
        });
        // Each round puts both threads to sleep once, and wakes them. As many as fit into the time: what
        // goes wrong only in a gap of a millionth of a second needs some tries.
        let end = Instant::now() + Duration::from_millis(150);
        let mut round = 0;
        while Instant::now() < end {
            let _ = to.send(round);
            let answer = answers.recv();
            assert_eq!(
                answer,
                Ok(round),
                "{round} was sent and comes back. (left: what your recv gives) An error before there is an \
                 answer means that recv did not wait: a wake-up is only a reason to look again."
            );
            round += 1;
        }
        let _ = to.send(u32::MAX);
        echo.join().expect("the echo thread does not panic");
    });
}

#[test]
fn what_was_sent_before_the_last_sender_went_still_arrives() {
    let hint =
        "all senders are gone, so recv has nothing to wait for. Does drop count its sender out?";
    within(LIMIT, hint, || {
        let (sender, receiver) = channel();
        let second = sender.clone();
        let _ = sender.send("from the first");
        drop(sender);
        assert_eq!(
            receiver.recv(),
            Ok("from the first"),
            "the value was sent before its sender was dropped. (left: yours)"
        );
        assert_eq!(
            receiver.try_recv(),
            Err(TryRecvError::Empty),
            "one of two senders is gone, the other may still send, so this is Empty. (left: yours)"
        );
        let _ = second.send("from the second");
        drop(second);
        assert_eq!(
            receiver.recv(),
            Ok("from the second"),
            "all senders are gone, but a value is left, and it comes first. Is the queue looked at before \
             the number of senders? (left: yours)"
        );
        assert_eq!(
            receiver.recv(),
            Err(RecvError),
            "no value and no sender: recv says so. (left: yours)"
        );
        assert_eq!(
            receiver.try_recv(),
            Err(TryRecvError::Disconnected),
            "no value and no sender: try_recv says Disconnected. (left: yours)"
        );
        assert_eq!(
            receiver.recv_timeout(Duration::from_secs(60)),
            Err(RecvTimeoutError::Disconnected),
            "no value and no sender: recv_timeout says so at once. (left: yours)"
        );
    });
}

#[test]
fn the_last_sender_wakes_everybody_who_waits() {
    let hint = "the last sender is gone, and a recv that was waiting still waits. Does drop notify, after it \
                has counted its sender out, and all of those who wait?";
    within(LIMIT, hint, || {
        for time in growing_times() {
            let (sender, receiver) = channel::<()>();
            let receiver = Arc::new(receiver);
            let ready = Arc::new(Barrier::new(3));
            let waiting = [(); 2].map(|()| {
                let (receiver, ready) = (Arc::clone(&receiver), Arc::clone(&ready));
                thread::spawn(move || {
                    ready.wait();
                    receiver.recv()
                })
            });
            let second = sender.clone();
            ready.wait();
            drop(sender);
            give_way(time);
            drop(second);
            for thread in waiting {
                let result = thread.join().expect("your recv does not panic");
                assert_eq!(
                    result,
                    Err(RecvError),
                    "nothing was sent, and all senders are gone. (left: yours)"
                );
            }
        }
    });
}

/// A value that counts when it is dropped, and that holds a sender of the very channel it is in.
struct Letter {
    answer_to: Sender<Letter>,
    dropped: Arc<AtomicUsize>,
}

impl Drop for Letter {
    fn drop(&mut self) {
        self.dropped.fetch_add(1, Ordering::Relaxed);
    }
}

#[test]
fn without_a_receiver_values_come_back_and_those_left_are_dropped() {
    let hint = "the receiver is dropped while the queue holds values that hold senders of the same channel. \
                Are they dropped while the lock is held? Their own drop needs it.";
    within(LIMIT, hint, || {
        let (sender, receiver) = channel();
        let dropped = Arc::new(AtomicUsize::new(0));
        let letter = || Letter {
            answer_to: sender.clone(),
            dropped: Arc::clone(&dropped),
        };
        for _ in 0..3 {
            let _ = sender.send(letter());
        }
        drop(receiver);
        let count = dropped.load(Ordering::Relaxed);
        assert_eq!(
            count, 3,
            "3 values were in the queue when the receiver went, and nobody can take them any more: they are \
             dropped then, and not when the last sender goes. {count} were. (Here each of them holds a \
             sender, so that would be never.)"
        );

        let result = sender.send(letter());
        let count = dropped.load(Ordering::Relaxed);
        match result {
            Err(SendError(back)) => drop(back.answer_to.clone()),
            Ok(()) => panic!(
                "the receiver is gone, so nobody will ever see the value: send gives it back in SendError, \
                 and yours says Ok(())"
            ),
        }
        assert_eq!(
            count, 3,
            "what could not be sent is not dropped but given back"
        );
    });
}

#[test]
fn a_wake_up_is_no_promise_of_a_value() {
    let hint = "recv was woken some times for nothing, and then a value came. Does it still look?";
    within(LIMIT, hint, || {
        let (sender, receiver) = channel();
        let waiting = thread::spawn(move || receiver.recv());
        let end = Instant::now() + Duration::from_millis(20);
        while Instant::now() < end {
            sender.wake_all_for_nothing();
            thread::yield_now();
        }
        let _ = sender.send("a value");
        match waiting.join() {
            Ok(result) => assert_eq!(
                result,
                Ok("a value"),
                "recv was woken for nothing before the value was sent: wake-ups come without a reason, or \
                 somebody else takes the value first. (left: yours) Is it `if` there is nothing, wait, or \
                 `while` there is nothing?"
            ),
            Err(_) => panic!(
                "recv panicked after a wake-up that found the queue empty. Is it `if` there is nothing, \
                 wait, or `while` there is nothing?"
            ),
        }
    });
}

#[test]
fn recv_timeout_gives_up_when_the_time_is_over_and_not_before() {
    let hint = "recv_timeout with a limit of 30 ms is still waiting. Does it go back to sleep when the time \
                is over?";
    within(LIMIT, hint, || {
        let (sender, receiver) = channel();
        let limit = Duration::from_millis(30);
        let start = Instant::now();
        let result = receiver.recv_timeout(limit);
        let took = start.elapsed();
        assert_eq!(
            result,
            Err(RecvTimeoutError::Timeout),
            "nothing was sent, so the time runs out; the sender is still there. (left: yours)"
        );
        assert!(
            took >= limit,
            "recv_timeout was to wait {limit:?} and gave up after {took:?}"
        );

        let _ = sender.send(1);
        assert_eq!(
            receiver.recv_timeout(Duration::ZERO),
            Ok(1),
            "there is a value, so the time does not matter, not even when it is none. Is the queue looked at \
             before the clock? (left: yours)"
        );
        let _ = sender.send(2);
        assert_eq!(
            receiver.recv_timeout(Duration::MAX),
            Ok(2),
            "there is a value, and the limit is longer than the clock can count: no limit. (left: yours)"
        );
        let later = thread::spawn(move || {
            give_way(Duration::from_millis(1));
            let _ = sender.send(3);
            sender
        });
        assert_eq!(
            receiver.recv_timeout(Duration::from_secs(60)),
            Ok(3),
            "a value comes long before the time is over. (left: yours)"
        );
        drop(later.join());
    });
}

#[test]
fn wake_ups_without_a_value_neither_end_nor_extend_the_time() {
    let limit = Duration::from_millis(100);
    let far_too_long = Duration::from_secs(1);
    within(LIMIT, "recv_timeout does not come back", move || {
        let (sender, receiver) = channel::<()>();
        let (report, reports) = mpsc::channel();
        let waiting = thread::spawn(move || {
            let start = Instant::now();
            let result = receiver.recv_timeout(limit);
            let _ = report.send((result, start.elapsed()));
        });
        // A wake-up for nothing every millisecond, and no end of them in sight for a recv_timeout that starts
        // afresh at each. The pause is no meeting point: a wake-up that comes early or late is as good.
        let end = Instant::now() + 2 * far_too_long;
        let mut outcome = None;
        while outcome.is_none() && Instant::now() < end {
            sender.wake_all_for_nothing();
            outcome = reports.recv_timeout(Duration::from_millis(1)).ok();
        }
        let outcome = outcome.or_else(|| reports.recv().ok());
        waiting.join().expect("your recv_timeout does not panic");
        let (result, took) = outcome.expect("the thread reports before it ends");
        assert_eq!(
            result,
            Err(RecvTimeoutError::Timeout),
            "nothing was sent, and the sender is there. (left: yours)"
        );
        assert!(
            took >= limit,
            "recv_timeout({limit:?}) gave up after {took:?}: it was woken, found nothing, and took that for \
             the end of the time. Look at the clock."
        );
        assert!(
            took <= far_too_long,
            "recv_timeout({limit:?}) took {took:?}, because it was woken every millisecond and found nothing. Does \
             it wait for the whole limit again after each wake-up? Work out once when the time is over, and \
             wait for what is left until then."
        );
    });
}

#[test]
fn after_a_wake_up_only_what_is_left_of_the_time_is_waited_for() {
    let limit = Duration::from_millis(500);
    let woken_after = Duration::from_millis(400);
    within(LIMIT, "recv_timeout does not come back", move || {
        let (sender, receiver) = channel::<()>();
        let (report, reports) = mpsc::channel();
        let (begin, begun) = mpsc::channel();
        let (_never, silence) = mpsc::channel::<()>();
        let waiting = thread::spawn(move || {
            let start = Instant::now();
            let _ = begin.send(());
            let result = receiver.recv_timeout(limit);
            let _ = report.send((result, start.elapsed()));
        });
        begun.recv().expect("the thread begins");
        // Waiting is the lesson here: one wake-up late in the time, and then none.
        let _ = silence.recv_timeout(woken_after);
        sender.wake_all_for_nothing();
        let (result, took) = reports.recv().expect("your recv_timeout does not panic");
        waiting.join().expect("it has reported");
        assert_eq!(
            result,
            Err(RecvTimeoutError::Timeout),
            "nothing was sent, and the sender is there. (left: yours)"
        );
        assert!(
            took < limit + woken_after / 2,
            "recv_timeout({limit:?}) was woken for nothing after {woken_after:?} and took {took:?} in all. Does it \
             go back to sleep for the whole limit, and not for what is left of it?"
        );
    });
}

/// How much of the processor's time `wait` costs the thread that runs it.
fn cost_of<R>(wait: impl FnOnce() -> R) -> Duration {
    let before = thread_cpu_time();
    let _ = wait();
    thread_cpu_time() - before
}

/// How long the threads wait whose processor time is measured. The waiting is what is tested, so this is
/// one of few places where a test lets time pass.
const WAIT: Duration = Duration::from_millis(280);

/// What a wait of [`WAIT`] may cost at most. Going to sleep and waking up costs some microseconds; the
/// rest is for clocks that only tick every 16 ms. A loop that asks again and again uses all it can get.
const COST: Duration = Duration::from_millis(20);

#[test]
fn waiting_costs_no_processor_time() {
    within(LIMIT, "recv or recv_timeout does not come back", || {
        let (sender, receiver) = channel();
        let (second, with_limit) = channel();
        let recv = thread::spawn(move || cost_of(|| receiver.recv()));
        let recv_timeout =
            thread::spawn(move || cost_of(|| with_limit.recv_timeout(Duration::from_secs(60))));
        thread::sleep(WAIT);
        let _ = sender.send(());
        let _ = second.send(());
        for (name, thread) in [("recv", recv), ("recv_timeout", recv_timeout)] {
            let cost = thread.join().expect("your receiver does not panic");
            assert!(
                cost < COST,
                "{name} waited for {WAIT:?} and used {cost:?} of the processor's time: it does not sleep, it \
                 asks again and again. Condvar::wait sleeps until somebody notifies."
            );
        }
    });
}

#[test]
fn many_senders_keep_their_order_even_if_one_of_them_panics() {
    const EACH: usize = 500;
    let hint = "four senders send, one of them panics, then all are gone, and recv still waits";
    within(LIMIT, hint, || {
        let (sender, receiver) = channel();
        let senders: Vec<_> = (0..4)
            .map(|name| {
                let sender = sender.clone();
                thread::spawn(move || {
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
            assert_eq!(
                number, next[name],
                "what one sender sends arrives in the order in which it was sent, whatever the others do. \
                 (left: the number from sender {name} that came, right: its next)"
            );
            next[name] += 1;
        }
        assert_eq!(
            next, [EACH; 4],
            "each of four senders sent {EACH} values, and all were sent before the last one ended. (left: \
             how many came from each) A panic elsewhere is no reason to stop."
        );
        let ends: Vec<bool> = senders.into_iter().map(|it| it.join().is_ok()).collect();
        assert_eq!(
            ends,
            [true, true, true, false],
            "only the last sender panics, by intention. (left: which of yours ended well)"
        );
    });
}

#[test]
fn a_full_channel_makes_send_wait_until_there_is_room() {
    let hint = "a channel with room for two is full, and a value is taken. Is the send that waits for room \
                woken by recv, by try_recv and by recv_timeout?";
    within(LIMIT, hint, || {
        let (sender, receiver) = bounded(2);
        let _ = sender.send(0);
        let _ = sender.send(1);
        assert_eq!(
            sender.try_send(9),
            Err(TrySendError::Full(9)),
            "two values fit, and two are in. (left: yours)"
        );
        let (report, reports) = mpsc::channel();
        let nudge = sender.clone();
        let sending = thread::spawn(move || {
            cost_of(|| {
                for value in 2..5 {
                    let result = sender.send(value);
                    let _ = report.send((value, result));
                }
            })
        });
        let ways: [(&str, &dyn Fn() -> Option<i32>); 3] = [
            ("recv", &|| receiver.recv().ok()),
            ("try_recv", &|| receiver.try_recv().ok()),
            ("recv_timeout", &|| receiver.recv_timeout(LIMIT).ok()),
        ];
        for (old, (way, take)) in (0..).zip(ways) {
            for _ in 0..4 {
                nudge.wake_all_for_nothing();
                assert_eq!(
                    reports.recv_timeout(WAIT / 12),
                    Err(mpsc::RecvTimeoutError::Timeout),
                    "a channel with room for two holds two values, and the next send has to wait, even if it \
                     is woken for nothing. Yours came back, (left), so the queue grows beyond its limit."
                );
            }
            assert_eq!(
                take(),
                Some(old),
                "{old} is the oldest value, so {way} takes it. (left: yours)"
            );
            let new = old + 2;
            assert_eq!(
                reports.recv_timeout(LIMIT / 5),
                Ok((new, Ok(()))),
                "{way} took a value, so there is room, and the send of {new} that was waiting goes on. \
                 (left: what it said, Timeout if nothing) Does {way} notify not_full?"
            );
        }
        assert_eq!(
            (receiver.recv(), receiver.recv()),
            (Ok(3), Ok(4)),
            "what had to wait arrives in order too. (left: yours)"
        );
        let cost = sending.join().expect("your send does not panic");
        assert!(
            cost < COST,
            "send waited for {WAIT:?} and used {cost:?} of the processor's time: it does not sleep, it asks \
             again and again"
        );
    });
}

#[test]
fn a_send_that_waits_learns_that_the_receiver_has_gone() {
    let hint = "the receiver is gone, and a send that was waiting for room still waits. Does the receiver's \
                drop notify, after it has noted that it is gone, and all of those who wait?";
    within(LIMIT, hint, || {
        for time in growing_times() {
            let (sender, receiver) = bounded(1);
            let _ = sender.send("the one that fits");
            let ready = Arc::new(Barrier::new(3));
            let waiting = ["left", "right"].map(|value| {
                let (sender, ready) = (sender.clone(), Arc::clone(&ready));
                thread::spawn(move || {
                    ready.wait();
                    (sender.send(value), Err(SendError(value)))
                })
            });
            ready.wait();
            give_way(time);
            drop(receiver);
            for thread in waiting {
                let (result, expected) = thread.join().expect("your send does not panic");
                assert_eq!(
                    result.map_err(|SendError(value)| value),
                    expected.map_err(|SendError(value)| value),
                    "the channel was full until its receiver went, so the value comes back in SendError. \
                     (left: yours)"
                );
            }
        }
    });
}
