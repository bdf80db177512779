extern crate runtime_solution as runtime;

#[cfg(target_os = "linux")]
mod linux;
mod programs;
mod world;

use std::cell::{Cell, RefCell};
use std::io::Read;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use programs::{burn, say, taken};
use runtime::{
    Error, Event, Interest, Observer, Phase, Watch, clear_timeout, close, kernel_waits, load,
    next_tick, observe_jobs, pool_size, process, queue_microtask, run, set_immediate, set_interval,
    set_observer, set_timeout, throw, watch, work,
};
use support::{descriptor_count, in_child, thread_count, thread_cpu_time, threads_beyond, within};
use world::{
    Gate, LIMIT, SetsAnew, UsesRuntime, connection, expect, gate, hold_workers, lines_with,
    posted_jobs, send, workers,
};

/// Keeps the peers of connections open until the program is over.
fn keep_open<T: 'static>(peers: T) {
    process::on_exit(move |_| {
        let _open = &peers;
    });
}

#[test]
fn small_programs_do_what_they_do_in_node() {
    within(LIMIT, "a program of tests/programs does not end", || {
        for (name, main) in programs::ALL {
            let causes = "\nIf yours is `code 1` alone: do the free functions find the runtime?";
            programs::in_node().expect(name, &programs::trace(main), causes);
        }
    });
}

// given
#[test]
fn the_node_of_this_machine_agrees_with_what_is_stored() {
    let what =
        "a program of tests/programs does not end in Node. Nothing of yours runs in this test";
    within(2 * LIMIT, what, || {
        programs::in_node().expect_of_node(&programs::ALL.map(|(name, _)| name));
    });
}

#[test]
fn each_thread_has_a_runtime_while_it_runs_and_none_afterwards() {
    within(LIMIT, "a program of two timers does not end", || {
        let code = run(|| {
            say("main");
            // Another thread has a program of its own, and ends first.
            let other = thread::spawn(|| {
                let code = run(|| {
                    set_timeout(|| process::exit(5), 1);
                });
                (code, taken())
            });
            let (code, words) = other.join().expect("it does not panic");
            assert_eq!(
                (code, words),
                (ExitCode::from(5), Vec::new()),
                "a thread ran a program that exits with code 5, while this thread runs another\nEach thread has its \
                 own runtime."
            );
            let nested = catch_unwind(AssertUnwindSafe(|| run(|| say("nested"))));
            say(if nested.is_err() { "refused" } else { "ran" });
            set_timeout(|| say("timer"), 1);
        });
        expect(
            "main refused timer",
            "main called run again, which panics, and then set a timer",
            "Nothing after main: the failed call has taken the runtime of the first one away.",
        );
        assert_eq!(code, ExitCode::SUCCESS, "every program just ended");

        let timer = Rc::new(Cell::new(None));
        let kept = Rc::clone(&timer);
        let code = run(move || {
            kept.set(Some(set_timeout(|| {}, 60_000).unref()));
            process::set_exit_code(3);
        });
        assert_eq!(
            code,
            ExitCode::from(3),
            "the exit code was set to 3\nexpected  {:?}\nyours     {code:?}",
            ExitCode::from(3)
        );
        let outside = catch_unwind(|| set_timeout(|| {}, 1));
        assert!(
            outside.is_err(),
            "set_timeout was called after run\nexpected  a panic that says so\nyours     a timer\nThe thread still \
             has the runtime of a program that is over."
        );
        clear_timeout(timer.get().expect("it was set"));

        // What the loop itself does not catch comes out of `run`.
        struct Broken;
        impl Observer for Broken {
            fn observe(&self, _: Duration, event: Event) {
                if event == Event::Begin(Phase::Poll) {
                    throw("the observer");
                }
            }
        }
        let broken = catch_unwind(|| {
            run(|| {
                set_observer(Rc::new(Broken));
                set_immediate(|| {});
            })
        });
        assert!(
            broken.is_err(),
            "an observer threw\nexpected  the panic comes out of run\nyours     {broken:?}\nIt is no callback, so the loop \
             does not catch it. Nor does run."
        );
        let code = catch_unwind(|| run(|| process::set_exit_code(6)));
        assert!(
            code.as_ref().is_ok_and(|code| *code == ExitCode::from(6)),
            "after a program whose observer threw, another program ran on this thread\nexpected  its exit code 6\n\
             yours     {code:?}\nA panic that leaves run must take the runtime away from the thread as well."
        );

        // A value that is dropped at the end.
        struct Throws;
        impl Drop for Throws {
            fn drop(&mut self) {
                throw("the value");
            }
        }
        let broken = catch_unwind(|| {
            run(|| {
                let value = Throws;
                set_timeout(move || drop(value), 60_000).unref();
            })
        });
        assert!(
            broken.is_err(),
            "the Drop of a value threw at the end\nexpected  the panic comes out of run\nyours     {broken:?}"
        );
        let code = catch_unwind(|| run(|| process::set_exit_code(6)));
        assert!(
            code.as_ref().is_ok_and(|code| *code == ExitCode::from(6)),
            "after a program in which the Drop of a value threw at the end, another program ran on this thread\nexpected  \
             its exit code 6\nyours     {code:?}"
        );
    });
}

/// Takes a timer back when it is dropped.
struct Clears(Cell<Option<runtime::Timeout>>);

impl Drop for Clears {
    fn drop(&mut self) {
        let timer = self.0.take().expect("it was set");
        clear_timeout(timer);
        println!("cleared");
    }
}

thread_local! {
    static CLEARS: Clears = const { Clears(Cell::new(None)) };
}

#[test]
fn a_timer_can_be_cleared_when_its_thread_ends() {
    let child = in_child("a_timer_can_be_cleared_when_its_thread_ends", || {
        let thread = thread::spawn(|| {
            // Used before the runtime's own variable, so that it is dropped after that.
            CLEARS.with(|clears| clears.0.set(None));
            run(|| {
                let timer = set_timeout(|| {}, 60_000).unref();
                CLEARS.with(|clears| clears.0.set(Some(timer)));
            });
        });
        thread.join().expect("it does not panic");
    });
    let said = child.stdout();
    let yours = lines_with(&said, &["cleared"]);
    assert!(
        yours == ["cleared"],
        "a value in a thread-local variable clears a timer when it is dropped, after the program and at the end of the \
         thread\nexpected  nothing happens: there is nothing left to take back\nyours\n{}",
        child.stderr()
    );
}

#[test]
fn a_job_runs_on_a_worker_and_calls_back_on_the_loop() {
    within(
        LIMIT,
        "a job waits for a gate that the loop opens: it ran on the loop's thread, or its result woke nobody, or the \
         loop goes on when no callback waits any more",
        || {
            let here = thread::current().id();
            run(move || {
                let (open, closed) = gate();
                work(
                    move || {
                        closed.wait();
                        Ok(thread::current().name().map(String::from))
                    },
                    move |name| {
                        let is_here = thread::current().id() == here;
                        say(format!("{:?} {is_here}", name.map(|it| it.is_some())));
                        next_tick(|| say("tick"));
                        set_timeout(|| say("timer"), 0);
                        close(|| say("close"));
                        set_immediate(|| say("immediate"));
                        burn(3);
                    },
                );
                set_timeout(
                    move || {
                        say("opened");
                        open.open();
                    },
                    2,
                );
                next_tick(|| say("tick"));
                say("main");
            });
            expect(
                "main tick opened Ok(true) true tick immediate close timer",
                "a job waited for a timer of 2 ms; its callback set a tick, a timer and an immediate, and closed something",
                "Nothing at all: the job ran inside of work, on the loop's own thread.\n\
                 Nothing after opened: the loop ended although a callback waits.\n\
                 false: the callback is called on the loop's thread, the job on a worker, whose thread has a name.\n\
                 timer before immediate: results are called in the poll phase, and the check phase follows.",
            );
        },
    );

    // A job that needs no time calls back later all the same.
    within(
        LIMIT,
        "a job needs no time, and its program does not end",
        || {
            run(|| {
                work(|| Ok(7), |value| say(format!("{value:?}")));
                // Long enough for the worker: its result is there before main is over.
                burn(20);
                say("main");
                next_tick(|| say("tick"));
            });
            expect(
                "main tick Ok(7)",
                "a job was over before main was",
                "Ok(7) before main: no callback is called before the call that asked for it has returned.\n\
             Ok(7) before tick: it was called in the middle of main's drain, and not by the poll phase.",
            );
        },
    );

    // An observer hears who ran it, and when.
    within(LIMIT, "a program of one job does not end", || {
        run(|| {
            observe_jobs(|job| {
                let in_order =
                    job.queued <= job.began && job.began + Duration::from_millis(2) <= job.ended;
                say(format!("{} {in_order}", job.worker.starts_with("pool")));
            });
            let job = || {
                burn(2);
                Ok(())
            };
            work(job, |_| say("callback"));
        });
        expect(
            "true true callback",
            "a job worked for 2 ms, and an observer wrote down whether its worker and its times were right",
            "The observer hears of a job just before its callback is called.",
        );
    });
}

#[test]
fn errors_and_panics_of_jobs_reach_their_callbacks() {
    within(
        LIMIT,
        "jobs that fail and panic, and one callback did not come: its worker died, or the result was dropped",
        || {
            let code = run(|| {
                // More than there are workers: a worker that dies would be missed.
                for _ in 0..=workers() {
                    work(
                        || -> runtime::Result<()> { throw("no good") },
                        |outcome| say(outcome.expect_err("it panicked")),
                    );
                }
                work(
                    || -> runtime::Result<()> { Err(Error::new("ERR_TEST", "it failed")) },
                    |outcome| say(outcome.expect_err("it failed")),
                );
            });
            let mut words = taken();
            words.sort();
            words.dedup();
            assert_eq!(
                words,
                [
                    "ERR_JOB_PANICKED: the job panicked: no good",
                    "ERR_TEST: it failed"
                ],
                "jobs that panicked, and one that returned an error: `panic_error` makes the first one, with the words of \
                 the panic"
            );
            assert_eq!(
                code,
                ExitCode::SUCCESS,
                "an error that is handed on ends nothing"
            );
        },
    );
}

#[test]
fn a_full_pool_delays_jobs_and_never_the_loop() {
    within(
        LIMIT,
        "all workers are busy until a timer fires: the loop waited for a worker, or a result woke nobody",
        || {
            run(|| {
                let mut gates: Vec<Gate> = Vec::new();
                for number in 0..workers() {
                    let (open, closed) = gate();
                    gates.push(open);
                    work(
                        move || {
                            closed.wait();
                            Ok(number)
                        },
                        |_| {},
                    );
                }
                // The queue has no limit.
                let ran = Rc::new(Cell::new(0_u32));
                for _ in 0..2_000 {
                    let ran = Rc::clone(&ran);
                    work(
                        || Ok(()),
                        move |_| {
                            ran.set(ran.get() + 1);
                            if ran.get() == 2_000 {
                                // One more, when the burst is over.
                                work(|| Ok(()), |_| {});
                            }
                        },
                    );
                }
                let count = Rc::clone(&ran);
                let mut ticks = 0;
                let own = Rc::new(Cell::new(None));
                let interval = Rc::clone(&own);
                own.set(Some(set_interval(
                    move || {
                        ticks += 1;
                        say(format!("timer {}", count.get()));
                        if ticks == 3 {
                            gates.clear();
                            clear_timeout(interval.get().expect("it was set"));
                        }
                    },
                    1,
                )));
                let pending = load().pending;
                process::on_exit(move |_| {
                    let now = load();
                    say(format!(
                        "{} {} {}",
                        ran.get(),
                        now.pending,
                        now.peak == pending
                    ));
                });
            });
            expect(
                "timer 0 timer 0 timer 0 2000 0 true",
                "as many jobs as workers wait for the third call of an interval; 2,000 jobs are behind them",
                "The last three: how many callbacks were called, how many are pending at the end, and whether the \
                 high-water mark is the number that was pending when all were queued.",
            );
        },
    );

    // Callbacks come in the order in which jobs end.
    within(
        LIMIT,
        "the first job waits until the callback of the second has run",
        || {
            if workers() < 2 {
                return;
            }
            run(|| {
                let (open, closed) = gate();
                work(
                    move || {
                        closed.wait();
                        Ok(())
                    },
                    |_| say("first"),
                );
                work(
                    || Ok(()),
                    move |_| {
                        say("second");
                        open.open();
                    },
                );
            });
            expect(
                "second first",
                "the first job ends when the callback of the second one says so",
                "Each callback once, and none of them waits for the job before it.",
            );
        },
    );
}

#[test]
fn a_job_that_has_not_begun_can_be_cancelled() {
    within(
        LIMIT,
        "a cancelled job's callback is still waited for: it gets an error, once",
        || {
            run(|| {
                let begun = Arc::new(AtomicUsize::new(0));
                let mut gates = Vec::new();
                let mut running = Vec::new();
                let ended = Rc::new(Cell::new(0));
                for _ in 0..workers() {
                    let (open, closed) = gate();
                    gates.push(open);
                    let begun = Arc::clone(&begun);
                    let ended = Rc::clone(&ended);
                    running.push(work(
                        move || {
                            begun.fetch_add(1, Ordering::SeqCst);
                            closed.wait();
                            Ok(())
                        },
                        move |outcome| ended.set(ended.get() + usize::from(outcome.is_ok())),
                    ));
                }
                while begun.load(Ordering::SeqCst) < workers() {
                    thread::yield_now();
                }
                let captured = Arc::new(());
                let theirs = Arc::clone(&captured);
                let queued = work(
                    move || {
                        drop(theirs);
                        panic!("a cancelled job never runs")
                    },
                    |outcome: runtime::Result<()>| say(outcome.expect_err("it was cancelled")),
                );
                say(running[0].cancel());
                say(queued.cancel());
                say(queued.cancel());
                say(Arc::strong_count(&captured));
                say("main");
                gates.clear();
                process::on_exit(move |_| say(ended.get() == workers()));
            });
            expect(
                "false true false 1 main ECANCELED: operation canceled true",
                "a running job and one in the queue were cancelled, the second one twice",
                "It can be cancelled once, and not when it runs. Its callback gets the error in a later poll phase.\n\
                 The last word: whether the running jobs' callbacks got their results.",
            );
        },
    );
}

#[test]
fn a_loop_that_waits_costs_nothing() {
    within(LIMIT, "a timer of 350 ms does not fire", || {
        #[derive(Default)]
        struct Turns {
            count: Cell<u32>,
            wait: Cell<(Duration, Duration)>,
            /// By how much the loop woke up before its time, at most.
            early: Cell<Duration>,
        }
        impl Observer for Turns {
            fn observe(&self, at: Duration, event: Event) {
                match event {
                    Event::Wait(limit) => {
                        self.count.set(self.count.get() + 1);
                        self.wait.set((at, limit.unwrap_or_default()));
                    }
                    Event::Awake(_) => {
                        let (start, limit) = self.wait.get();
                        let early = limit.saturating_sub(at - start);
                        self.early.set(self.early.get().max(early));
                    }
                    _ => {}
                }
            }
        }
        let turns = Rc::new(Turns::default());
        let waits = Rc::new(Cell::new(0));
        let (theirs, their_waits) = (Rc::clone(&turns), Rc::clone(&waits));
        run(move || {
            set_observer(theirs);
            set_timeout(move || their_waits.set(kernel_waits()), 350);
        });
        // The clock of Windows ticks every 16 ms, and a wait may end one tick early.
        let early = turns.early.get();
        assert!(
            early < Duration::from_millis(20),
            "a timer of 350 ms, and nothing else\nexpected  poll returns when the timer is due\nyours     it returned \
             {early:?} before that\nWait for as long as you are told, and not for less. With nothing else to come the loop \
             still sleeps until the timer is due."
        );
        let (turns, waits) = (turns.count.get(), waits.get());
        assert!(
            turns <= 3 && (1..=3).contains(&waits),
            "a timer of 350 ms, and nothing else\nexpected  1 turn and 1 wait in the kernel, or one or two more\n\
             yours     {turns} turns and {waits} waits\nMany: wait for as long as you are told.\nNo wait: it did not sleep in the event \
             queue."
        );
    });
    within(
        LIMIT,
        "a job that a timer releases did not call back",
        || {
            for (has_socket, has_job) in [(true, true), (false, true), (true, false)] {
                let elapsed = Instant::now();
                let cpu = thread_cpu_time();
                let waits = Rc::new(Cell::new(0));
                let theirs = Rc::clone(&waits);
                run(move || {
                    let silent = has_socket.then(|| {
                        let (ours, peer) = connection();
                        keep_open(peer);
                        watch(ours, Interest::READABLE, |_| say("called")).expect("it is open")
                    });
                    let close = move || silent.into_iter().for_each(Watch::close);
                    let (open, closed) = gate();
                    if has_job {
                        let job = move || {
                            closed.wait();
                            Ok(())
                        };
                        work(job, move |_| close());
                    }
                    let release = move || {
                        open.open();
                        if !has_job {
                            close();
                        }
                    };
                    set_timeout(release, 100);
                    process::on_exit(move |_| theirs.set(kernel_waits()));
                });
                let (cpu, elapsed) = (thread_cpu_time() - cpu, elapsed.elapsed());
                let waits = waits.get();
                let (fewest, setup) = match (has_socket, has_job) {
                    (true, true) => (
                        2,
                        "a silent socket, and a job that a timer of 100 ms releases",
                    ),
                    (false, _) => (2, "a job that a timer of 100 ms releases, and no socket"),
                    (_, false) => (
                        1,
                        "a silent socket that a timer of 100 ms closes, and no job",
                    ),
                };
                assert!(
                    (fewest..=8).contains(&waits),
                    "{setup}\nexpected  {fewest} waits in the kernel, or a few more\nyours     {waits}\nMany: the loop looks \
                     again and again although nothing happened. It sleeps until the timer is due, and then until the bell \
                     rings.\nNone: it did not sleep in the event queue."
                );
                assert!(
                    cpu < elapsed / 2,
                    "{setup}: the loop slept for most of the time\nexpected  far less than {elapsed:?} of the processor\n\
                     yours     {cpu:?}"
                );
            }
            expect(
                "",
                "the peer of a watched socket says nothing",
                "It was called although nothing came.",
            );
        },
    );
}

#[test]
fn a_watched_socket_calls_back_for_as_long_as_it_is_ready() {
    within(
        LIMIT,
        "ten bytes arrived and are read four at a time; then a watch without a ref is silent. An event that says \
         writable was dropped, or the watch without a ref keeps the program alive",
        || {
            run(|| {
                let (ours, peer) = connection();
                send(&peer, b"ten bytes.", &ours);
                keep_open(peer);
                process::on_uncaught_exception(|uncaught| say(uncaught.message()));
                let own: Rc<Cell<Option<Watch>>> = Rc::default();
                let (socket, id) = (Rc::clone(&ours), Rc::clone(&own));
                let mut calls = 0;
                let on_ready = move |ready: runtime::Readiness| {
                    let watch = id.get().expect("it was set");
                    if ready.writable {
                        say("writable");
                        watch.close();
                        return;
                    }
                    calls += 1;
                    if calls == 2 {
                        throw("thrown");
                    }
                    let mut room = [0; 4];
                    let count = (&*socket).read(&mut room).expect("it was ready");
                    say(String::from_utf8_lossy(&room[..count]));
                    set_immediate(|| say("|"));
                    if calls == 4 {
                        // Nothing is left to read. What does the socket do while a timer runs?
                        let change = move || {
                            say("quiet");
                            watch.set_interest(Interest::WRITABLE).expect("it is open");
                        };
                        set_timeout(change, 5);
                    }
                };
                own.set(Some(
                    watch(ours, Interest::READABLE, on_ready).expect("it is open"),
                ));
            });
            expect(
                "ten  | thrown byte | s. | quiet writable",
                "ten bytes, and a callback that reads four each time, throws once, and ends with an interest in writing",
                "Once a turn, as long as there is something to read, also after a throw. Then silence.\n\
             Nothing at all: the loop ended although a socket is watched, or its events have no callback.",
            );
            // A socket without a ref does not keep the program alive.
            let (ours, _peer) = connection();
            run(move || {
                watch(ours, Interest::READABLE, |_| say("called"))
                    .expect("it is open")
                    .unref();
                set_timeout(|| say("end"), 1);
            });
            expect(
                "end",
                "a socket that is watched without a ref, and a timer",
                "It ends with the timer.",
            );
        },
    );

    within(
        LIMIT,
        "the peer closed its connection, and the callback of the watch was not called: hand on every event",
        || {
            run(|| {
                let (ours, _) = connection();
                let own: Rc<Cell<Option<Watch>>> = Rc::default();
                let id = Rc::clone(&own);
                let on_ready = move |ready: runtime::Readiness| {
                    say(ready.read_closed);
                    id.get().expect("it was set").close();
                };
                own.set(Some(
                    watch(ours, Interest::READABLE, on_ready).expect("it is open"),
                ));
            });
            expect(
                "true",
                "the peer closed its connection, and the callback said whether `read_closed` is set",
                "false: the callback is told what the event says.",
            );
            let code = run(|| {
                let (ours, peer) = connection();
                // A socket that is closed before its bytes are read resets the connection.
                send(&ours, b"x", &peer);
                drop(peer);
                let own: Rc<Cell<Option<Watch>>> = Rc::default();
                let id = Rc::clone(&own);
                let on_ready = move |_| {
                    say("reset");
                    id.get().expect("it was set").close();
                    set_immediate(|| say("immediate"));
                };
                own.set(Some(
                    watch(ours, Interest::READABLE, on_ready).expect("it is open"),
                ));
            });
            expect(
                "reset immediate",
                "the peer reset its connection",
                "Nothing: an event with an error is the socket's affair. Its callback is told, and the loop goes on.",
            );
            assert_eq!(
                code,
                ExitCode::SUCCESS,
                "the peer reset its connection, and the callback closed the watch"
            );
        },
    );

    // All that is ready is called in one phase.
    within(
        LIMIT,
        "three sockets are ready, and each is closed in its callback",
        || {
            run(|| {
                for _ in 0..3 {
                    let (ours, peer) = connection();
                    send(&peer, b"x", &ours);
                    keep_open(peer);
                    let own: Rc<Cell<Option<Watch>>> = Rc::default();
                    let id = Rc::clone(&own);
                    let on_ready = move |_| {
                        say("called");
                        id.get().expect("it was set").close();
                        set_immediate(|| say("immediate"));
                        next_tick(|| say("tick"));
                    };
                    own.set(Some(
                        watch(ours, Interest::READABLE, on_ready).expect("it is open"),
                    ));
                }
            });
            expect(
                "called tick called tick called tick immediate immediate immediate",
                "three sockets were ready at once, and each callback set a tick and an immediate",
                "immediate in between: one event was handled a turn, and the others had to wait for the next one.",
            );
        },
    );
}

#[test]
fn a_closed_watch_never_calls_and_no_new_one_gets_its_events() {
    within(LIMIT, "both sockets are closed in an immediate", || {
        run(|| {
            // Both are ready in the same batch. The first one closes the other, and watches a silent one instead.
            let watches: Rc<RefCell<Vec<Watch>>> = Rc::default();
            let mut peers = Vec::new();
            for number in 0..2 {
                let (ours, peer) = connection();
                send(&peer, b"x", &ours);
                peers.push(peer);
                let all = Rc::clone(&watches);
                let on_ready = move |_| {
                    say("called");
                    all.borrow()[1 - number].close();
                    all.borrow()[1 - number].close();
                    let (silent, peer) = connection();
                    let stale = watch(silent, Interest::READABLE, |_| say("stale"));
                    let stale = stale.expect("it is open");
                    let own = all.borrow()[number];
                    set_immediate(move || {
                        own.close();
                        // One turn more, and a look at the kernel.
                        set_immediate(move || {
                            stale.close();
                            drop(peer);
                        });
                    });
                };
                let watch = watch(ours, Interest::READABLE, on_ready).expect("it is open");
                watches.borrow_mut().push(watch);
            }
            keep_open(peers);
        });
        expect(
            "called",
            "two sockets were ready at once; the first to be called closed the other and watched a silent one",
            "called twice: the event of a watch that was closed in the meantime was still told.\n\
             stale: it was told to the new watch.",
        );
    });
}

/// Opens gates when it is dropped.
struct OpensWhenDropped {
    _gates: Vec<Gate>,
}

#[test]
fn nothing_is_left_after_the_end() {
    let child = in_child("nothing_is_left_after_the_end", || {
        within(
            LIMIT,
            "process::exit was called while jobs run and wait in the queue. The running ones go on when a queued one \
             is dropped: it never was",
            || {
                let before = (thread_count(), descriptor_count());
                let ran = Arc::new(AtomicUsize::new(0));
                let witness = Rc::new(());
                let theirs = Rc::clone(&witness);
                let counter = Arc::clone(&ran);
                let code = run(move || {
                    let mut gates = Vec::new();
                    let begun = Arc::new(AtomicUsize::new(0));
                    for _ in 0..workers() {
                        let (open, closed) = gate();
                        gates.push(open);
                        let begun = Arc::clone(&begun);
                        let kept = Rc::clone(&theirs);
                        let job = move || {
                            begun.fetch_add(1, Ordering::SeqCst);
                            closed.wait();
                            Ok(())
                        };
                        work(job, move |_| drop(kept));
                    }
                    while begun.load(Ordering::SeqCst) < workers() {
                        thread::yield_now();
                    }
                    let opens = OpensWhenDropped { _gates: gates };
                    let late = move || {
                        counter.fetch_add(1, Ordering::SeqCst);
                        drop(opens);
                        Ok(())
                    };
                    work(late, |_| say("called"));
                    let (ours, _peer) = connection();
                    let kept = (Rc::clone(&ours), Rc::clone(&theirs));
                    watch(ours, Interest::READABLE, move |_| drop(kept.clone()))
                        .expect("it is open");
                    let kept = Rc::clone(&theirs);
                    set_timeout(move || drop(kept), 60_000);
                    let kept = Rc::clone(&theirs);
                    process::on_exit(move |_| drop(Rc::clone(&kept)));
                    set_immediate(|| process::exit(4));
                    set_immediate(move || drop(theirs));
                });
                println!("code {}", code == ExitCode::from(4));
                println!("late jobs {}", ran.load(Ordering::SeqCst));
                println!("words {:?}", taken());
                println!("kept {}", Rc::strong_count(&witness));
                println!("threads {}", threads_beyond(before.0));
                println!(
                    "descriptors {}",
                    descriptor_count() as i64 - before.1 as i64
                );
            },
        );
    });
    let said = child.stdout();
    let yours = lines_with(
        &said,
        &[
            "code ",
            "late jobs ",
            "words ",
            "kept ",
            "threads ",
            "descriptors ",
        ],
    );
    let expected = [
        "code true",
        "late jobs 0",
        "words []",
        "kept 1",
        "threads 0",
        "descriptors 0",
    ];
    assert!(
        yours == expected,
        "process::exit(4) while all workers run, one job is queued, a socket is watched and a timer is set\n\
         expected  {expected:?}\nyours     {yours:?}\nlate jobs: what no worker has begun is dropped.\nkept: what \
         callbacks captured must be dropped.\nthreads, descriptors: more than before the program.\n{said}{}",
        child.stderr()
    );
}

#[test]
fn jobs_that_have_ended_are_called_one_by_one() {
    within(LIMIT, "a job has ended before main is over", || {
        run(|| {
            drop(posted_jobs(1, || say("called")));
            while load().in_pool > 0 {
                thread::yield_now();
            }
            say("main");
        });
        expect(
            "main called",
            "the pool has nothing to do any more when main is over, and a result is in the mailbox",
            "Nothing after main: the loop asked whether the pool has jobs. A job counts until its callback is called.",
        );
    });
    within(
        LIMIT,
        "three jobs have ended before main is over, and one callback did not come",
        || {
            run(|| {
                let gates = posted_jobs(3, || {
                    say("result");
                    next_tick(|| say("tick"));
                });
                set_immediate(move || drop(gates));
            });
            expect(
                "result tick result tick result tick",
                "three results were in the mailbox at once, and each callback set a tick",
                "result result: `ready` needs a callback for each result. The loop drains behind each of these.",
            );
        },
    );
    // The bell and a socket in one batch.
    within(
        LIMIT,
        "a result and a socket were ready at once, and one callback did not come",
        || {
            for order in ["result socket immediate", "socket result immediate"] {
                run(move || {
                    let (ours, peer) = connection();
                    let own: Rc<Cell<Option<Watch>>> = Rc::default();
                    let id = Rc::clone(&own);
                    let kept = Rc::clone(&ours);
                    let on_ready = move |_| {
                        say("socket");
                        id.get().expect("it was set").close();
                    };
                    own.set(Some(
                        watch(ours, Interest::READABLE, on_ready).expect("it is open"),
                    ));
                    if order.starts_with("socket") {
                        send(&peer, b"x", &kept);
                    }
                    let gates = posted_jobs(1, || say("result"));
                    if order.starts_with("result") {
                        send(&peer, b"x", &kept);
                    }
                    keep_open(peer);
                    set_immediate(move || {
                        say("immediate");
                        drop(gates);
                    });
                });
                let mut words = taken();
                // Linux tells first what became ready first. Other systems tell both in an order of their own.
                if cfg!(not(target_os = "linux"))
                    && words.last().is_some_and(|it| it == "immediate")
                {
                    words = order.split(' ').map(String::from).collect();
                }
                let yours = words.join(" ");
                assert!(
                    yours == order,
                    "a result came into the mailbox, and a watched socket got a byte, one after the other\nexpected  {order}\n\
                     yours     {yours}\nimmediate in between: the batch holds both events. Look at all of them, also behind \
                     the bell.\nThe first two changed places: append the callbacks in the order of the events."
                );
            }
        },
    );
    // One poll phase calls 1,024 callbacks. The others wait in `ready`.
    within(
        LIMIT,
        "1,100 results and a socket that becomes ready behind them, and one callback did not come: `ready` was emptied \
         before the events of a wait went into it, or an event was dropped",
        || {
            let code = catch_unwind(|| {
                run(|| {
                    let (ours, peer) = connection();
                    let results = Rc::new(Cell::new(0));
                    let (count, kept) = (Rc::clone(&results), Rc::clone(&ours));
                    let other: Rc<Cell<Option<Watch>>> = Rc::default();
                    let own: Rc<Cell<Option<Watch>>> = Rc::default();
                    let id = Rc::clone(&own);
                    let on_ready = move |_| {
                        say(format!("socket after {}", results.get()));
                        id.get().expect("it was set").close();
                    };
                    // It becomes ready in the first turn. The second turn has 76 results left, and the third none.
                    let sender = Rc::new(peer);
                    let from = Rc::clone(&sender);
                    let held: Rc<RefCell<Vec<Gate>>> = Rc::default();
                    let gates = Rc::clone(&held);
                    let on_result = move || {
                        count.set(count.get() + 1);
                        if count.get() == 1 {
                            gates.take();
                            send(&from, b"x", &kept);
                        }
                        if count.get() == 1_100 {
                            set_immediate(|| say("turn's end"));
                        }
                    };
                    held.replace(posted_jobs(1_100, on_result));
                    own.set(Some(
                        watch(ours, Interest::READABLE, on_ready).expect("it is open"),
                    ));
                    // This one is ready from the start, so its callback is queued when the second turn finds it again.
                    let (early, peer) = connection();
                    send(&peer, b"x", &early);
                    let id = Rc::clone(&other);
                    let on_ready = move |_| {
                        say("early");
                        id.get().expect("it was set").close();
                    };
                    other.set(Some(
                        watch(early, Interest::READABLE, on_ready).expect("it is open"),
                    ));
                    keep_open((sender, peer));
                })
            });
            let mut words = taken();
            // On Windows an event may come to the queue some time after the byte came to the socket.
            if cfg!(windows) {
                words.sort();
            }
            // Whether it comes before the results is the system's choice.
            if let Some(at) = words.iter().position(|it| it == "early") {
                words[..=at].rotate_right(1);
            }
            let expected = ["early", "socket after 1100", "turn's end"];
            assert!(
                code.as_ref().is_ok_and(|code| *code == ExitCode::SUCCESS) && words == expected,
                "1,100 results are in the mailbox, and one poll phase calls 1,024 callbacks. One socket is ready from the \
                 start, a second one from the first result on\nexpected  {expected:?}, and success\nyours     {words:?} \
                 and {code:?}\nA panic: `callback_for` gives None for a watch whose callback is queued already.\n\
                 Fewer than 1100: what is ready belongs behind the callbacks that are in `ready`, and not before them.\n\
                 turn's end before the socket: the second turn did not look, because `ready` was not empty."
            );
        },
    );
}

#[test]
fn main_may_exit_and_throw() {
    within(LIMIT, "main exits or throws", || {
        let code = catch_unwind(|| run(|| process::exit(3))).ok();
        assert_eq!(
            code,
            Some(ExitCode::from(3)),
            "main called process::exit(3)\nexpected  the exit code 3\nyours     {code:?}, where None is a panic that came \
             out of run\nHand main to the loop's run: the loop catches what main throws."
        );
        let code = catch_unwind(|| {
            run(|| {
                process::on_uncaught_exception(|uncaught| say(uncaught.message()));
                next_tick(|| say("tick"));
                throw("thrown");
            })
        })
        .ok();
        expect(
            "thrown tick",
            "main set a handler and a tick, and threw",
            "Nothing, or no tick: main runs inside of the loop's run, as a callback does.",
        );
        assert_eq!(
            code,
            Some(ExitCode::SUCCESS),
            "main threw, and a handler took it\nexpected  success\nyours     {code:?}, where None is a panic that came \
             out of run"
        );
    });
}

#[cfg(target_os = "linux")]
#[test]
fn what_the_system_refuses_reaches_the_program() {
    // No `within` in here: the stack of its thread would be there for one more.
    let child = in_child("what_the_system_refuses_reaches_the_program", || {
        let code = run(|| {
            linux::spoil_the_event_queue();
            set_timeout(|| println!("called"), 20);
            println!("set");
        });
        println!("failure {}", code == ExitCode::FAILURE);

        if !linux::refuse_threads() {
            return println!("granted");
        }
        let code = run(|| {
            let job = || -> runtime::Result<()> { panic!("it has no worker") };
            work(job, |outcome| {
                let error = outcome.expect_err("it never ran");
                say(error.syscall() == Some("spawn") && error.errno().is_some());
                next_tick(|| say("tick"));
            });
            let give_up = || {
                say("nobody");
                process::exit(1);
            };
            set_timeout(give_up, 2_000).unref();
            say("main");
        });
        println!("words {} {}", taken().join(" "), code == ExitCode::SUCCESS);
        run(|| {
            let value = UsesRuntime("captured");
            work(|| Ok(()), move |_| drop(value));
            process::exit(0);
        });
        println!("exit {}", taken().join(" "));
    });
    let said = child.stdout();
    let words = ["set", "called", "failure ", "granted", "words ", "exit "];
    let yours = lines_with(&said, &words);
    let mut expected = vec![
        "set",
        "failure true",
        "words main true tick true",
        "exit captured found",
    ];
    if yours.last() == Some(&"granted") {
        expected.splice(2.., ["granted"]);
    }
    assert!(
        yours == expected,
        "a file takes the place of the event queue, so that each wait fails, and a timer of 20 ms was set. Then the \
         system refuses the threads of the pool, and the callback of a job says whether its error is the system's and names `spawn`. Then \
         the same job, in a main that exits\nexpected  {expected:?}\nyours     {yours:?}\n\
         called: the loop went on, and looked as often as it could. The error of the wait is the error of `poll`.\n\
         true before main: the callback was called inside of work.\n\
         nobody: the callback was not called. There is no worker, so work posts the error itself.\n\
         exit alone: shutdown drops the callbacks also when there is no pool.\n{}",
        child.stderr()
    );
}

/// Sets immediate after immediate until `is_called`, for two seconds at most.
fn immediates_until(is_called: Rc<Cell<bool>>, end: Instant) {
    if is_called.get() || Instant::now() > end {
        return say(if is_called.get() { "called" } else { "starved" });
    }
    set_immediate(move || immediates_until(is_called, end));
}

#[test]
fn a_chain_of_immediates_starves_nothing() {
    within(LIMIT, "a chain of immediates does not end", || {
        let end = || Instant::now() + Duration::from_secs(2);
        run(move || {
            let is_called = Rc::new(Cell::new(false));
            let tells = Rc::clone(&is_called);
            work(|| Ok(()), move |_| tells.set(true));
            immediates_until(is_called, end());
        });
        expect(
            "called",
            "each immediate sets the next one until a job's callback is called, for two seconds at most",
            "starved: a time-out of zero still means one look at the kernel, as long as a job is under way.",
        );
        let (ours, peer) = connection();
        send(&peer, b"x", &ours);
        run(move || {
            let is_called = Rc::new(Cell::new(false));
            let tells = Rc::clone(&is_called);
            watch(ours, Interest::READABLE, move |_| tells.set(true))
                .expect("it is open")
                .unref();
            immediates_until(is_called, end());
        });
        expect(
            "called",
            "each immediate sets the next one until a socket without a ref is ready, for two seconds at most",
            "starved: a watch without a ref does not keep the program alive, and still it is told of what comes.",
        );
        drop(peer);
    });
    within(LIMIT, "a chain of 100 immediates does not end", || {
        /// How long the shortest look without sleep took.
        struct Looks {
            began: Cell<Option<Duration>>,
            shortest: Cell<Duration>,
        }
        impl Observer for Looks {
            fn observe(&self, at: Duration, event: Event) {
                match event {
                    Event::Wait(limit) => self
                        .began
                        .set(limit.is_some_and(|it| it.is_zero()).then_some(at)),
                    Event::Awake(_) => {
                        if let Some(began) = self.began.get() {
                            self.shortest.set(self.shortest.get().min(at - began));
                        }
                    }
                    _ => {}
                }
            }
        }
        fn chain(left: u32) {
            if left > 0 {
                set_immediate(move || chain(left - 1));
            }
        }
        let looks = Rc::new(Looks {
            began: Cell::new(None),
            shortest: Cell::new(Duration::MAX),
        });
        let theirs = Rc::clone(&looks);
        let (ours, peer) = connection();
        run(move || {
            set_observer(theirs);
            watch(ours, Interest::READABLE, |_| {})
                .expect("it is open")
                .unref();
            chain(100);
        });
        drop(peer);
        let shortest = looks.shortest.get();
        assert!(
            shortest < Duration::from_millis(1),
            "a silent socket is watched, and each immediate sets the next one, 100 of them\nexpected  a look at the kernel \
             between two of them takes no time\nyours     the shortest one took {shortest:?}\nA time-out of zero looks and \
             does not sleep."
        );
    });
}

#[test]
fn the_end_waits_for_jobs_and_drops_the_rest() {
    let limit = "a program that exits in main does not end";
    within(LIMIT, limit, || {
        /// Says, when it is dropped, whether the job is over.
        struct LooksAtTheJob(Arc<AtomicUsize>);
        impl Drop for LooksAtTheJob {
            fn drop(&mut self) {
                let is_over = self.0.load(Ordering::SeqCst) == 1;
                say(if is_over { "behind" } else { "before" });
            }
        }
        let is_over = Arc::new(AtomicUsize::new(0));
        let theirs = Arc::clone(&is_over);
        let looks = LooksAtTheJob(Arc::clone(&is_over));
        run(move || {
            let has_begun = Arc::new(AtomicUsize::new(0));
            let begins = Arc::clone(&has_begun);
            let job = move || {
                begins.store(1, Ordering::SeqCst);
                thread::sleep(Duration::from_millis(200));
                theirs.store(1, Ordering::SeqCst);
                Ok(UsesRuntime("result"))
            };
            let values = (UsesRuntime("captured"), looks);
            work(job, move |_| drop(values));
            while has_begun.load(Ordering::SeqCst) == 0 {
                thread::yield_now();
            }
            process::exit(0);
        });
        let is_over = is_over.load(Ordering::SeqCst) == 1;
        assert!(
            is_over,
            "process::exit was called while a job of 200 ms runs\nexpected  the job is over when run returns\nyours     \
             it still runs\nThe end waits for the workers: it joins them on the loop's own thread, and without a limit."
        );
        let mut words = taken();
        words.sort();
        let expected = ["behind", "captured found", "result found"];
        assert!(
            words == expected,
            "the job's callback captured a value whose Drop calls load(), and so does the Drop of its result; another \
             value says whether it was dropped before or behind the job\nexpected  {expected:?}\nyours     {words:?}\n\
             captured failed: drop the callbacks in shutdown, while the thread has its runtime, and when nothing is \
             borrowed.\nresult failed: that job ended while the end waited for it. Look into the mailbox when the workers \
             are joined.\nbefore: callbacks are dropped when no job runs any more.\nA word is missing: something was never \
             dropped."
        );
    });
    within(LIMIT, limit, || {
        let code = run(|| {
            let _gates = posted_jobs(1, || say("called"));
            process::exit(5);
        });
        expect(
            "",
            "a result was in the mailbox when the program exited",
            "called: nothing is called after the exit.",
        );
        assert_eq!(code, ExitCode::from(5), "process::exit(5) was called");
    });
    within(LIMIT, limit, || {
        run(|| {
            work(|| Ok(UsesRuntime("result")), |_| say("called"));
            let _gates = hold_workers();
            process::exit(0);
        });
        expect(
            "result found",
            "the result of a job was in the mailbox when the program exited, and its Drop calls load()",
            "failed: what is in the mailbox is dropped in shutdown, while the thread has its runtime.",
        );
    });
    within(LIMIT, limit, || {
        /// Queues a job when it is dropped.
        struct Works;
        impl Drop for Works {
            fn drop(&mut self) {
                let value = UsesRuntime("captured");
                work(|| Ok(()), move |_: runtime::Result<()>| drop(value));
            }
        }
        run(|| {
            let works = Works;
            work(|| Ok(()), move |_| drop(works));
            process::exit(0);
        });
        expect(
            "captured found",
            "a callback was dropped at the end, and captured a value whose Drop calls work",
            "failed: that job came after shutdown had looked. `Entered` calls it again, until there is no pool and no \
             callback.",
        );
    });
}

/// How a program ends while something waits to be called.
#[derive(Clone, Copy, Debug, PartialEq)]
enum End {
    /// Nothing keeps it alive.
    Normal,
    /// A callback calls `process::exit`.
    Exit,
    /// A panic leaves `run`.
    Panic,
}

/// An observer with a value. Throws when a check phase ends, if the program is to end by that.
struct Ends {
    end: End,
    _value: UsesRuntime,
}

impl Observer for Ends {
    fn observe(&self, _: Duration, event: Event) {
        if self.end == End::Panic && event == Event::End(Phase::Check) {
            throw("the observer");
        }
    }
}

/// Lets everything that can hold a value hold one that uses the runtime when it is dropped. Nothing of it keeps the
/// program alive, and nothing is ever called.
fn hold_values_everywhere(end: End) {
    let holds = |name| {
        let value = UsesRuntime(name);
        move || {
            let _kept = &value;
            say("called");
        }
    };
    set_timeout(holds("timeout"), 60_000).unref();
    set_interval(holds("interval"), 60_000).unref();
    let uncaught = holds("uncaught");
    process::on_uncaught_exception(move |_| uncaught());
    let value = UsesRuntime("before-exit");
    process::on_before_exit(move |_| {
        let _kept = &value;
    });
    let value = UsesRuntime("exit");
    process::on_exit(move |_| {
        let _kept = &value;
    });
    let value = UsesRuntime("jobs");
    observe_jobs(move |_| {
        let _kept = &value;
    });
    let (silent, peer) = connection();
    let on_ready = holds("watch");
    watch(silent, Interest::READABLE, move |_| {
        let _open = &peer;
        on_ready();
    })
    .expect("it is open")
    .unref();
    let _value = UsesRuntime("observer");
    set_observer(Rc::new(Ends { end, _value }));
    set_immediate(move || {
        if end == End::Normal {
            return;
        }
        set_immediate(holds("immediate"));
        close(holds("close"));
        if end == End::Exit {
            next_tick(holds("tick"));
            queue_microtask(holds("microtask"));
            process::exit(4);
        }
    });
}

#[test]
fn what_is_dropped_at_the_end_finds_the_runtime() {
    let limit = "a program that ends does not come back: what is dropped at its end sets something, and that is called \
                 or dropped for ever";
    let everywhere = [
        "before-exit",
        "exit",
        "interval",
        "jobs",
        "observer",
        "timeout",
        "uncaught",
        "watch",
    ];
    for end in [End::Normal, End::Exit, End::Panic] {
        within(LIMIT, limit, move || {
            let code = catch_unwind(move || run(move || hold_values_everywhere(end)));
            let mut names = everywhere.to_vec();
            if end != End::Normal {
                names.extend(["close", "immediate"]);
            }
            if end == End::Exit {
                names.extend(["microtask", "tick"]);
            }
            names.sort();
            let expected: Vec<_> = names.iter().map(|name| format!("{name} found")).collect();
            let mut words = taken();
            words.sort();
            assert!(
                words == expected,
                "everything that can hold a value holds one whose Drop calls load(), and the program ends: {end:?}\n\
                 expected  {}\nyours     {}\nfailed: it was dropped when the thread had no runtime any more, or while \
                 something was borrowed.\ncalled: nothing is called at the end.\nA name that is missing: it was leaked, \
                 since nobody took it out of the loop or of the pool.",
                expected.join(", "),
                words.join(", ")
            );
            assert_eq!(
                code.is_err(),
                end == End::Panic,
                "the program was to end: {end:?}\nyours     {code:?}, where an error is a panic that came out of run"
            );
        });
    }
    within(LIMIT, limit, || {
        let code = run(|| {
            // One of them is called, and exits. The result of the other one waits in `ready` then.
            for _ in 0..2 {
                work(
                    || Ok(UsesRuntime("result")),
                    |result| {
                        say("exits");
                        drop(result);
                        process::exit(4);
                    },
                );
            }
            drop(hold_workers());
        });
        expect(
            "exits result found result found",
            "two results were ready, and the callback of the first one called process::exit",
            "failed: the second result was dropped when the thread had no runtime any more.",
        );
        assert_eq!(code, ExitCode::from(4), "process::exit(4) was called");
    });
}

/// A callback that is never to be called.
fn called(_: SetsAnew) {
    say("called");
}

/// Gives a value to a function of the runtime.
type Setter = fn(SetsAnew);

/// The functions that can be given a value, by name.
const SETTERS: [(&str, Setter); 8] = [
    ("set_timeout", |value| {
        set_timeout(|| called(value), 0);
    }),
    ("set_interval", |value| {
        let mut value = Some(value);
        set_interval(move || value.take().into_iter().for_each(called), 0);
    }),
    ("set_immediate", |value| {
        set_immediate(|| called(value));
    }),
    ("next_tick", |value| next_tick(|| called(value))),
    ("queue_microtask", |value| queue_microtask(|| called(value))),
    ("close", |value| close(|| called(value))),
    ("work", |value| {
        work(|| Ok(()), |_: runtime::Result<()>| called(value));
    }),
    ("process::on_exit", |value| {
        let value = Cell::new(Some(value));
        process::on_exit(move |_| value.take().into_iter().for_each(called));
    }),
];

/// Runs a program at whose end a value is dropped that gives another one to `set`, and so on: so many times. Returns
/// how many were dropped when it was over.
fn drops_at_the_end(times: usize, set: Setter) -> usize {
    let drops = Rc::new(Cell::new(0));
    let value = SetsAnew {
        times,
        set,
        drops: Rc::clone(&drops),
    };
    run(move || {
        set_timeout(move || called(value), 60_000);
        process::exit(0);
    });
    drops.get()
}

#[test]
fn what_is_set_at_the_end_is_dropped_and_never_called() {
    let limit = "the Drop of a value gives another one to the runtime at the end, and the end never comes: after some \
                 rounds the rest is leaked";
    for (name, set) in SETTERS {
        within(LIMIT, limit, move || {
            let drops = drops_at_the_end(5, set);
            expect(
                "",
                &format!(
                    "the Drop of a value gives another one to {name}, at the end of a program"
                ),
                "failed: it was dropped when the thread had no runtime any more, or while something was borrowed.\n\
                 called: nothing is called at the end.",
            );
            assert_eq!(
                drops, 6,
                "at the end a value is dropped whose Drop gives another one to {name}, and so on for five times\n\
                 expected  6 are dropped when run returns\nyours     {drops}\n1: what is set meanwhile has to be \
                 dropped, too."
            );
        });
    }
}

#[test]
fn a_drop_that_always_sets_another_value_does_not_keep_the_end_from_coming() {
    let child = in_child(
        "a_drop_that_always_sets_another_value_does_not_keep_the_end_from_coming",
        || {
            for (name, set) in SETTERS {
                let limit = "the Drop of a value always gives another one to the runtime, and the end never comes";
                let drops = within(LIMIT, limit, move || drops_at_the_end(usize::MAX, set));
                println!("{name} {}", (6..1_000).contains(&drops));
            }
        },
    );
    let said = child.stdout();
    let names = SETTERS.map(|(name, _)| name);
    let yours = lines_with(&said, &names);
    let expected = names.map(|name| format!("{name} true"));
    assert!(
        yours == expected,
        "at the end a value is dropped whose Drop always gives another one to a function of the runtime\nexpected  \
         {expected:?}\nyours     {yours:?}\nEach says whether between 6 and 1,000 were dropped. After some rounds the \
         rest is leaked.\nA line is missing: its program did not end well.\n{}",
        child.stderr()
    );
}

#[test]
fn the_pool_has_as_many_workers_as_libuv_would_start() {
    let cases = [
        (None, 4),
        (Some("1"), 1),
        (Some("16"), 16),
        (Some("1024"), 1024),
        (Some("1025"), 1024),
        (Some("99999999999999999999999"), 1024),
        (Some("0"), 1),
        (Some(""), 1),
        (Some("many"), 1),
        (Some(" 8 threads"), 8),
    ];
    for (setting, expected) in cases {
        let yours = pool_size(setting);
        assert_eq!(
            yours, expected,
            "UV_THREADPOOL_SIZE is {setting:?}\nexpected  {expected}\nyours     {yours}"
        );
    }
    let child = in_child("the_pool_has_as_many_workers_as_libuv_would_start", || {
        let before = thread_count();
        run(move || {
            work(|| Ok(()), |_| {});
            println!("workers {}", thread_count() - before);
        });
        println!("afterwards {}", threads_beyond(before));
        run(move || {
            set_timeout(move || println!("without {}", threads_beyond(before)), 1);
        });
    });
    let said = child.stdout();
    let yours = lines_with(&said, &["workers ", "afterwards ", "without "]);
    let expected = [
        format!("workers {}", workers()),
        String::from("afterwards 0"),
        String::from("without 0"),
    ];
    assert!(
        yours == expected,
        "a program with one job, and one without\nexpected  {expected:?}\nyours     {yours:?}\nwithout: the pool starts \
         with the first job, and never without one.\nworkers: pool_size says how many.\nafterwards: the end joins them.\n\
         A line is missing: its program did not end well.\n{}",
        child.stderr()
    );
}
