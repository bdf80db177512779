extern crate thread_pool_solution as thread_pool;

mod machinery;

use std::hint::black_box;
use std::io::ErrorKind;
use std::mem;
use std::panic::{self, AssertUnwindSafe, panic_any};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier, mpsc};
use std::thread;
use std::time::Duration;

use machinery::{Busy, CancelsItsJob, FreesAWorker, PanicsWhenDropped, Reports, ReportsAndPanics};
use machinery::{burn, call_waits, compare, execute, others_sleep, pool, waits};
use support::{in_child, within};
use thread_pool::{Panicked, SendError, ShutDown, ThreadPool, TrySendError, WaitError};

/// How long a test may take before it counts as hanging. Far more than any of them needs, also on a machine with
/// ten times more to do than it has processors.
const LIMIT: Duration = Duration::from_secs(5);

#[test]
fn a_job_runs_on_a_worker() {
    let hint = "one job was queued in a pool with one worker, and it has neither run nor been dropped\n\
                likely    the worker does not receive: is `work` called on the new thread?";
    let pool = within(LIMIT, hint, || {
        let pool = pool(1);
        let (done, ran_on) = mpsc::channel();
        execute(&pool, move || {
            let _ = done.send(thread::current().id());
        });
        let here = thread::current().id();
        compare(
            "one job was queued in a pool with one worker",
            Ok("ran on another thread"),
            ran_on.recv().map(|id| match id == here {
                true => "ran on the thread that queued it",
                false => "ran on another thread",
            }),
            "an error means that the job was dropped: does `work` call the job it received?",
        );
        pool
    });
    let hint = "the job of a pool with one worker has ended, and dropping the pool does not return\n\
                likely    `shutdown` joins the worker before it drops the sender, and the worker ends when that is gone\n\
                or        the worker does not leave its loop when `recv` gives an error";
    within(LIMIT, hint, move || drop(pool));
    for (call, result) in [
        ("ThreadPool::new(0)", ThreadPool::new(0)),
        ("ThreadPool::with_limit(0, 1)", ThreadPool::with_limit(0, 1)),
        ("ThreadPool::with_limit(1, 0)", ThreadPool::with_limit(1, 0)),
    ] {
        compare(
            &format!("{call}: such a pool would never run a job"),
            Err(ErrorKind::InvalidInput),
            result.map(|_| ()).map_err(|error| error.kind()),
            "the check at the top of `start` or of `with_limit` is gone",
        );
    }
}

#[test]
fn all_workers_have_names_and_work_at_the_same_time() {
    let hint = "a pool of four workers got four jobs that last, or four that wait for each other, and not all run at \
                the same time\n\
                likely    a lock is held while a job runs: a guard in the head of `while let` lives until the \
                end of the body\n\
                or        fewer than four workers were started\n\
                or        one worker takes several tasks at once, and they wait for each other";
    within(LIMIT, hint, || {
        compare(
            "a pool of 70 workers, printed with {:?}",
            "ThreadPool { workers: 70, pending: 0, is_shut_down: false }",
            &format!("{:?}", pool(70)),
            "fewer workers: `start` has a limit of its own, or does not keep the handle of each thread\n\
             more workers: `0..=size` has one number more than `0..size`",
        );
        let pool = pool(4);
        let busy = Busy::all(&pool, 4);
        let names: Vec<&str> = busy.iter().map(|busy| busy.worker.as_str()).collect();
        compare(
            "four jobs run at the same time and say on which thread",
            vec!["pool0", "pool1", "pool2", "pool3"],
            names,
            "the threads have no names, or are counted from 1: `thread::Builder` gives a name\n\
             there are more workers than asked for (`0..=size`?)",
        );
        let (done, met) = mpsc::channel();
        let meeting = Arc::new(Barrier::new(4));
        for _ in 0..4 {
            let (done, meeting) = (done.clone(), Arc::clone(&meeting));
            execute(&pool, move || {
                let _ = done.send(());
                meeting.wait();
            });
        }
        compare(
            "all four workers are busy, and four jobs that wait for each other were queued; the first of them",
            "waits",
            waits(&met),
            "there are more workers than asked for (`0..=size`?), or a thread for each job",
        );
        drop((busy, done));
        compare(
            "the four workers were set free, and of the four jobs that wait for each other have run",
            4,
            met.iter().count(),
            "a job was dropped",
        );
    });
}

#[test]
fn a_queue_without_a_limit_takes_a_thousand_jobs_and_keeps_their_order() {
    let hint = "a thousand jobs were queued while the only worker was busy, and then it was set free\n\
                likely    `execute` waits although there is no limit, or the worker does not go on";
    within(LIMIT, hint, || {
        let pool = pool(1);
        let busy = Busy::new(&pool);
        let (done, order) = mpsc::channel();
        for number in 0..1000 {
            let done = done.clone();
            execute(&pool, move || {
                let _ = done.send(number);
            });
        }
        drop((done, busy));
        let order: Vec<i32> = order.iter().collect();
        let difference = order
            .iter()
            .zip(0..)
            .position(|(yours, number)| *yours != number);
        compare(
            "jobs 0 to 999 were queued for one worker; how many ran, and where their order first differs",
            (1000, None),
            (order.len(), difference),
            "the newest job is run first: a worker receives one task at a time and runs it\n\
             a job is dropped",
        );
    });
}

#[test]
fn a_full_queue_gives_the_job_back_or_waits() {
    let hint = "two jobs wait in a queue with room for two, a thread waits in `execute` for room, and then the \
                worker was set free\n\
                likely    the worker does not go on, or `execute` is not woken by your channel's `recv`";
    within(LIMIT, hint, || {
        let pool = ThreadPool::with_limit(1, 2).expect("the operating system has a thread");
        let busy = Busy::new(&pool);
        let (done, order) = mpsc::channel();
        let job = |number| {
            let done = done.clone();
            move || {
                let _ = done.send(number);
            }
        };
        let taken = [0, 1, 2].map(|number| match pool.try_execute(job(number)) {
            Ok(()) => "taken",
            Err(TrySendError::Full(back)) => {
                back();
                "full"
            }
            Err(TrySendError::Disconnected(_)) => "disconnected",
        });
        compare(
            "the worker is busy, the queue has room for two, and three jobs come by `try_execute`",
            ["taken", "taken", "full"],
            taken,
            "the limit does not reach the channel: is the queue that `start` got the one in use?",
        );
        compare(
            "one job runs, two are queued, and one was given back; `pending` says",
            3,
            pool.pending(),
            "4: the job that was given back is still counted: its `Counted` must be dropped\n\
             2: the job that runs is not counted: `work` drops its `Counted` after the job, not before",
        );
        let (returned, is_returned) = mpsc::channel();
        thread::scope(|scope| {
            let job = job(3);
            let pool = &pool;
            scope.spawn(move || {
                let _ = returned.send(());
                let _ = pool.execute(job);
                let _ = returned.send(());
            });
            compare(
                "the queue is full, and a thread calls `execute`",
                "waits",
                call_waits(&is_returned),
                "`execute` does not use `send`, which waits for room",
            );
            drop(busy);
        });
        drop(pool);
        drop(done);
        compare(
            "job 2 was given back and called by the test; 0 and 1 were queued; 3 waited for room",
            vec![2, 0, 1, 3],
            order.iter().collect(),
            "a job is missing: `drop` threw away what was queued (it is a `shutdown`, not a `shutdown_now`), or \
             the worker left its loop\n\
             another order: a worker takes the oldest job first",
        );
    });
}

#[test]
fn a_panic_costs_no_worker() {
    // In a process of its own, whose panic hook is its own as well.
    let child = in_child("a_panic_costs_no_worker", || {
        static CALLS: AtomicUsize = AtomicUsize::new(0);
        let hint = "a job panicked, and what it captured is not dropped";
        within(LIMIT, hint, || {
            let pool = pool(1);
            let default = panic::take_hook();
            panic::set_hook(Box::new(move |panic| {
                CALLS.fetch_add(1, Ordering::Relaxed);
                default(panic);
            }));
            let (captured, unwound) = mpsc::channel();
            let captured = Reports(captured);
            execute(&pool, move || {
                let _captured = captured;
                panic!("this panic is part of the test");
            });
            let _ = unwound.recv();
            // The failure of the comparison is to be printed, whatever hook is set now.
            let _ = panic::take_hook();
            compare(
                "a process set a panic hook, and a job panicked; how often the hook was called",
                1,
                CALLS.load(Ordering::Relaxed),
                "the hook is replaced or taken away around `catch_unwind`: leave it. It is the process's, and tells \
                 where a job panicked\n\
                 the job was dropped and never ran",
            );
            // The process ends with it. The drop of a pool is for other tests.
            mem::forget(pool);
        });
    });
    if !child.status.success() {
        // Printed before the panic: another test may have lost the hook of this process, by the same mistake.
        eprintln!(
            "in a process of its own:\n{}{}",
            child.stdout(),
            child.stderr()
        );
        panic!("the process has failed, see above");
    }

    let hint = "three jobs panicked on a pool with one worker, the pool was dropped, and the drop does not return\n\
                likely    the worker is joined before the sender is dropped: it ends when that is gone";
    within(LIMIT, hint, || {
        let pool = pool(1);
        let (done, ran_on) = mpsc::channel();
        let where_it_runs = || {
            let done = done.clone();
            move || {
                let _ = done.send(thread::current().id());
            }
        };
        execute(&pool, where_it_runs());
        execute(&pool, || panic!("this panic is part of the test"));
        execute(&pool, || panic!("and so is number {}", 2));
        execute(&pool, || panic_any(PanicsWhenDropped));
        execute(&pool, where_it_runs());
        drop((done, pool));
        let ids: Vec<_> = ran_on.iter().collect();
        compare(
            "on one worker: a job, three that panic, and another job. The two that do not panic ran on",
            "the same thread",
            match ids[..] {
                [first, last] if first == last => "the same thread",
                [_, _] => "two threads",
                _ => "the last one did not run",
            },
            "a panic ended the worker: does `catch` turn it into an error, inside the loop?\n\
             a new thread was started in place of the old: catch the panic instead\n\
             what `catch_unwind` returned was dropped, and its own drop panicked: leave that to `panicked`\n\
             `drop` threw away what was queued: it is a `shutdown`, not a `shutdown_now`",
        );
    });

    let hint = "a job panicked, and what it captured is not dropped, or the pool was dropped after that, and the drop \
                does not return\n\
                likely    the worker is joined before the sender is dropped: it ends when that is gone";
    within(LIMIT, hint, || {
        let pool = pool(1);
        let (captured, unwound) = mpsc::channel();
        let captured = Reports(captured);
        execute(&pool, move || {
            let _captured = captured;
            panic!("this panic is part of the test");
        });
        let _ = unwound.recv();
        // The worker catches the panic meanwhile, and finds the queue empty.
        burn(Duration::from_millis(10));
        let (ran, log) = mpsc::channel();
        execute(&pool, move || {
            let _ = ran.send(());
        });
        drop(pool);
        compare(
            "the only job in the pool panicked, and its worker found the queue empty. Then another job was queued and \
             the pool dropped; how often the other job has run",
            1,
            log.iter().count(),
            "the worker ends after a panic when nothing is queued: it ends only when `recv` gives an error",
        );
    });
}

#[test]
fn then_gets_the_outcome_on_the_worker_right_after_the_job() {
    let hint = "five jobs were queued with `submit_then`, the pool was dropped, and the drop does not return\n\
                likely    the worker is joined before the sender is dropped: it ends when that is gone";
    within(LIMIT, hint, || {
        let pool = pool(1);
        let busy = Busy::new(&pool);
        let (log, entries) = mpsc::channel();
        let submit = |name: &'static str, job: fn() -> i32, panics: bool| {
            let (of_job, of_then) = (log.clone(), log.clone());
            let taken = pool.submit_then(
                move || {
                    let _ = of_job.send((format!("job {name}"), thread::current().id()));
                    job()
                },
                move |outcome| {
                    let outcome = outcome.map_err(|Panicked { message }| message);
                    let _ =
                        of_then.send((format!("then {name} {outcome:?}"), thread::current().id()));
                    if panics {
                        panic!("this panic of a `then` is part of the test");
                    }
                },
            );
            assert!(
                taken.is_ok(),
                "a job was submitted to a pool that is not shut down\n\
                 expected  Ok(Ticket)\n\
                 yours     {taken:?}\n\
                 likely    the error of `send` and its success are mixed up"
            );
        };
        submit("A", || 6 * 7, false);
        submit("B", || panic!("a text"), true);
        // `black_box`, because the compiler makes a `&'static str` of a text that it knows whole.
        submit("C", || panic!(" line {}\nline 2 ", black_box(1)), false);
        submit("D", || panic_any(PanicsWhenDropped), false);
        submit("E", || panic!(""), false);
        drop((log, busy, pool));
        let entries: Vec<_> = entries.iter().collect();
        let texts: Vec<&str> = entries.iter().map(|(text, _)| text.as_str()).collect();
        compare(
            "A returns 42; B panics with \"a text\", and its `then` panics as well; C panics with a formatted text of \
             two lines, D with a value that is no text, and E with \"\"",
            vec![
                "job A",
                "then A Ok(42)",
                "job B",
                "then B Err(\"a text\")",
                "job C",
                "then C Err(\" line 1\\nline 2 \")",
                "job D",
                "then D Err(\"a panic without a message\")",
                "job E",
                "then E Err(\"\")",
            ],
            texts,
            "no `then` after a panic: `catch` the job alone, and call `then` with either outcome\n\
             nothing after `then B`: its panic ended the worker, so `work` has to `catch` as well\n\
             all jobs first: `then` was queued as another job\n\
             another message in C: `panic!` throws a `String` when it formats, and a `&'static str` when it does not\n\
             another message: `catch` passes on what `panicked` makes of it, with all its lines and spaces, and also when it is \
             empty\n\
             nothing, or only the first: `drop` threw away what was queued (it is a `shutdown`)",
        );
        let first = entries.first().map(|(_, id)| *id);
        compare(
            "every job and every `then` of one worker ran on the worker's thread",
            true,
            entries.iter().all(|(_, id)| Some(*id) == first),
            "a thread was started for `then`",
        );
    });
}

#[test]
fn wait_returns_the_result_or_the_panic() {
    let hint = "a job has ended, by a return or by a panic, and `wait` does not return\n\
                likely    a panic is not passed on as an outcome, or a second sender of the outcome is kept";
    within(LIMIT, hint, || {
        let pool = pool(2);
        let handles = [
            pool.submit(|| -> i32 { panic!("this panic is part of the test") }),
            pool.submit(|| 7),
        ];
        let results = panic::catch_unwind(AssertUnwindSafe(|| {
            handles.map(|handle| handle.map(|handle| handle.wait()))
        }));
        let message = "this panic is part of the test".to_owned();
        compare(
            "one job panics and one returns 7; their handles were waited for",
            Some([
                Ok(Err(WaitError::Panicked(Panicked { message }))),
                Ok(Ok(7)),
            ]),
            results.ok(),
            "None: `wait` panicked in its turn. It returns a job's panic as an error\n\
             `Cancelled` for the panic: `then` was not called with it, or `wait` has one error for everything\n\
             another message: the one of `panic!` is lost on the way",
        );

        drop(pool.submit(|| "the handle of this one is dropped"));
        compare(
            "a handle was dropped, and the next job returns 8",
            Ok(Ok(8)),
            pool.submit(|| 8).map(|handle| handle.wait()),
            "a worker ended because nobody wanted its outcome",
        );
    });

    let hint = "the queue was full, a thread waits in `submit` for room, and then the worker was set free\n\
                likely    the job is not queued when there is room, or its outcome is not sent";
    within(LIMIT, hint, || {
        let pool = ThreadPool::with_limit(1, 1).expect("the operating system has a thread");
        let busy = Busy::new(&pool);
        execute(&pool, || ());
        let (returned, is_returned) = mpsc::channel();
        let handle = thread::scope(|scope| {
            let pool = &pool;
            let submitting = scope.spawn(move || {
                let _ = returned.send(());
                let handle = pool.submit(|| 9);
                let _ = returned.send(());
                handle
            });
            compare(
                "the worker is busy, the queue has room for one job and is full, and a thread calls `submit`",
                "waits",
                call_waits(&is_returned),
                "`submit_then` uses `try_send`, and takes a full queue for a pool that is shut down: `send` waits for room",
            );
            drop(busy);
            submitting.join()
        });
        let result = handle.map(|handle| handle.map(|handle| handle.wait()));
        compare(
            "the worker was set free, so there is room; `submit` returned a handle, and `wait` the job's 9",
            Some(Ok(Ok(9))),
            result.ok(),
            "None: `submit` panicked\n\
             an error: the job was not queued when there was room, or it was dropped",
        );
    });
}

#[test]
fn threads_that_wait_sleep() {
    // In a process of its own, where nobody else uses the processor.
    let child = in_child("threads_that_wait_sleep", || {
        let hint = "a job was queued in a pool whose workers had been idle for a while, and it does not run\n\
                    likely    a worker ended when it found the queue empty: `recv` waits, `try_recv` does not";
        within(LIMIT, hint, || {
            let idle = pool(8);
            drop(Busy::all(&idle, 8));
            others_sleep(
                "eight workers have nothing to do",
                "a worker asks again and again: a loop around `try_recv` or `is_empty` in place of `recv`",
            );
            drop(Busy::new(&idle));

            let busy_with_one = pool(1);
            let busy = Busy::new(&busy_with_one);
            let (begins, they_wait) = mpsc::channel::<()>();
            // More than below, because a look at the outcome costs so little.
            for _ in 0..48 {
                let handle = busy_with_one.submit(|| ()).expect("not shut down");
                let begins = begins.clone();
                thread::spawn(move || {
                    drop(begins);
                    let _ = handle.wait();
                });
            }

            let full = ThreadPool::with_limit(1, 1).expect("the operating system has a thread");
            let _busy = Busy::new(&full);
            execute(&full, || ());
            let full = Arc::new(full);
            for _ in 0..16 {
                let (full, begins) = (Arc::clone(&full), begins.clone());
                thread::spawn(move || {
                    drop(begins);
                    let _ = full.submit_then(|| (), |_| ());
                });
            }
            drop(begins);
            let _ = they_wait.recv();
            others_sleep(
                "48 threads wait for the handles of queued jobs, and 16 in `submit_then` for room in a full queue",
                "`wait` asks again and again: a loop around `try_recv` in place of `recv`\n\
                 `submit_then` does: a loop around `try_send` in place of `send`",
            );
            drop(busy);

            let (begins, they_wait) = mpsc::channel::<()>();
            for _ in 0..16 {
                let mut pool = pool(1);
                // A job that never ends. Not even the process waits for it.
                execute(&pool, || {
                    loop {
                        thread::park();
                    }
                });
                let begins = begins.clone();
                thread::spawn(move || {
                    drop(begins);
                    // As long as this is a `todo!`, it ends the thread, and there is nothing to measure.
                    pool.shutdown();
                });
            }
            drop(begins);
            let _ = they_wait.recv();
            others_sleep(
                "16 threads call `shutdown`, each for a pool whose worker is busy",
                "`shutdown` asks again and again: a loop around `is_finished` or `pending` in place of `join`",
            );
        });
    });
    assert!(
        child.status.success(),
        "in a process that does nothing else:\n{}{}",
        child.stdout(),
        child.stderr()
    );
}

#[test]
fn a_cancelled_job_never_runs() {
    let hint = "the only worker is busy, a queued job was cancelled, and `cancel` or `wait` does not return\n\
                likely    the job that was taken out of the slot is kept somewhere, and with it the sender of its outcome";
    within(LIMIT, hint, || {
        let pool = pool(1);
        let busy = Busy::new(&pool);
        let (ran, log) = mpsc::channel();
        let captured = Arc::new(());
        let submit = |name: &'static str| {
            let (job_ran, then_ran) = (ran.clone(), ran.clone());
            let (of_job, of_then) = (Arc::clone(&captured), Arc::clone(&captured));
            pool.submit_then(
                move || {
                    let _ = job_ran.send(format!("job {name}"));
                    drop(of_job);
                },
                move |_| {
                    let _ = then_ran.send(format!("then {name}"));
                    drop(of_then);
                },
            )
            .expect("not shut down")
        };
        let cancelled = submit("A");
        compare(
            "the worker is busy, and job A in the queue is cancelled twice; `cancel` returns",
            [true, false],
            [cancelled.cancel(), cancelled.cancel()],
            "[false, false]: the ticket has no slot, or one that nothing holds any more\n\
             [true, true]: `cancel` says what was asked for and not whether it took the job out",
        );
        compare(
            "job A is cancelled; of the values that A and its `then` captured there are left",
            0,
            Arc::strong_count(&captured) - 1,
            "the job is only marked and stays in the queue: `cancel` takes it out of the slot and drops it",
        );
        let (give, ticket) = mpsc::channel();
        let (report, answers) = mpsc::channel();
        let captured = CancelsItsJob { ticket, report };
        let ticket = pool.submit_then(move || drop(captured), |_| ());
        let ticket = Arc::new(ticket.expect("not shut down"));
        let _ = give.send(Arc::clone(&ticket));
        compare(
            "a job in the queue is cancelled, and what it captured is dropped. That drop has another thread cancel the \
             same job, and waits for the answer; the two `cancel` return",
            (true, Ok(Ok(false))),
            (ticket.cancel(), answers.recv()),
            "`Timeout`: `cancel` holds the slot's lock while it drops the job. Take the job out, free the lock, and \
             then drop the job",
        );
        let handle = pool.submit(|| "ran").expect("not shut down");
        compare(
            "a handle is cancelled while its job is in the queue, and then waited for",
            (true, Err(WaitError::Cancelled)),
            (handle.cancel(), handle.wait()),
            "`wait` mistakes an outcome that never comes for something else",
        );
        let kept = submit("B");
        drop((ran, busy));
        compare(
            "A was cancelled, B was not; then the worker went on and ran",
            vec!["job B".to_owned(), "then B".to_owned()],
            log.iter().collect(),
            "no B: the worker ended when it met the empty slot, and there may be more behind it",
        );
        compare(
            "job B has ended, and now it is cancelled; `cancel` returns",
            false,
            kept.cancel(),
            "the job is still in the slot after it has run",
        );
    });
}

#[test]
fn a_job_that_has_begun_cannot_be_cancelled() {
    let hint = "a job is running, and `cancel` does not return before the job ends\n\
                likely    the slot's lock is held while the job runs: in `if let Some(job) = \
                slot.lock()...take()` the guard lives until the end of the block. Use `take`.";
    within(LIMIT, hint, || {
        let pool = pool(1);
        let (begun, has_begun) = mpsc::channel();
        let (end, is_to_end) = mpsc::channel::<()>();
        let handle = pool
            .submit(move || {
                let _ = begun.send(());
                let _ = is_to_end.recv();
                "ended"
            })
            .expect("not shut down");
        let began = has_begun.recv();
        compare(
            "a job from `submit` has begun, and nothing else was queued; `pending` says",
            1,
            pool.pending(),
            "0: the closure of `submit_then` drops `counted` before it calls the job, where it should do so after it; or \
             the closure does not own it: `let _ = counted` moves nothing",
        );
        let cancelled = handle.cancel();
        let (returned, is_returned) = mpsc::channel();
        let waiting = thread::spawn(move || {
            let _ = returned.send(());
            let result = handle.wait();
            let _ = returned.send(());
            result
        });
        compare(
            "a job is running, and a thread calls `wait`",
            "waits",
            call_waits(&is_returned),
            "`wait` does not wait: it looks once (`try_recv`), where `recv` sleeps until the outcome comes",
        );
        drop(end);
        compare(
            "a job has begun; it is cancelled, and then it ends. `cancel` returns, and `wait` returns",
            (Ok(()), false, Some(Ok("ended"))),
            (began, cancelled, waiting.join().ok()),
            "(.., true, ..): the worker has taken the job out of the slot before, so `cancel` found nothing there\n\
             (.., false, Err(Cancelled)): `wait` does not wait, or it takes every error for a cancel",
        );
    });
}

#[test]
fn pending_counts_what_is_queued_or_running() {
    let hint =
        "a job was queued with `submit_then`, the worker was set free, and `then` is not called";
    within(LIMIT, hint, || {
        let pool = pool(1);
        let counts = |setup: &str, expected: usize, likely: &str| {
            compare(setup, expected, pool.pending(), likely);
        };
        counts(
            "`pending` of a new pool",
            0,
            "something else than jobs is counted",
        );
        let busy = Busy::new(&pool);
        counts(
            "`pending` while one job runs and nothing is queued",
            1,
            "only the queue is counted, or the count is given up when the job begins",
        );
        // The `then` reports that it has begun, and ends when it is told to.
        let submit = |job: fn()| {
            let (then, has_begun) = mpsc::channel();
            let (end, is_to_end) = mpsc::channel::<()>();
            let _ticket = pool.submit_then(job, move |_| {
                let _ = then.send(());
                let _ = is_to_end.recv();
            });
            (has_begun, end)
        };
        let (has_begun, end) = submit(|| ());
        let (after_a_panic, end_after_a_panic) =
            submit(|| panic!("this panic is part of the test"));
        execute(&pool, || ());
        let cancelled = pool.submit(|| ());
        counts(
            "`pending` while one job runs and four are queued",
            5,
            "more: a job is counted twice, once by its `Task` and once by itself\n\
             fewer: a job is not counted while it is queued. `let _ = counted` does not move the count into the \
             closure of `submit_then`; `drop(counted)` does",
        );
        let _ = cancelled.map(|handle| handle.cancel());
        counts(
            "`pending` while one job runs and four are queued, of which one is cancelled",
            4,
            "the count stays in the queue: the job must own its `Counted`, to be dropped with it",
        );
        drop(busy);
        let _ = has_begun.recv();
        counts(
            "`pending` when a job has ended, its `then` has begun, and two jobs are queued",
            2,
            "the job gives up its count after `then`: it has to do so before",
        );
        drop(end);
        compare(
            "the next job panics, and its `then` begins",
            Ok(()),
            after_a_panic.recv(),
            "no `then` after a panic: `catch` the job alone, and call `then` with either outcome",
        );
        counts(
            "`pending` when a job has panicked, its `then` has begun, and one job is queued",
            1,
            "after a panic the job gives up its count after `then`: it has to do so before, as after a result",
        );
        drop(end_after_a_panic);
        // The only worker has begun this job, so it is done with all others.
        let _last = Busy::new(&pool);
        counts(
            "`pending` when all jobs have ended, one of them by a panic, and a last one runs",
            1,
            "a panic skips the line that gives up the count, or it is given up twice",
        );
    });
}

#[test]
fn shutdown_runs_what_is_queued_and_joins_every_worker() {
    let hint = "all jobs have ended, and `shutdown` does not return\n\
                likely    the workers are joined before the sender is dropped; they end when it is gone\n\
                or        a worker does not end when `recv` gives an error";
    within(LIMIT, hint, || {
        // Three pools of three workers. In each, another worker has a job that lasts longer than the rest.
        let mut others = Vec::new();
        let mut pools: Vec<_> = (0..3)
            .map(|longest| {
                let mut pool = pool(3);
                let mut busy = Busy::all(&pool, 3);
                let (ran, log) = mpsc::channel();
                for _ in 0..5 {
                    let ran = ran.clone();
                    execute(&pool, move || {
                        let _ = ran.send(());
                    });
                }
                drop(ran);
                execute(&pool, || panic!("this panic is part of the test"));
                let longest = busy.remove(longest);
                others.push(busy);
                let (returned, is_returned) = mpsc::channel();
                let closing = thread::spawn(move || {
                    let _ = returned.send(());
                    pool.shutdown();
                    let _ = returned.send(());
                    pool
                });
                (longest, log, is_returned, closing)
            })
            .collect();
        for (_, _, is_returned, _) in &pools {
            let _ = is_returned.recv();
        }
        // Each `shutdown` has begun, and has the time to touch the queue before any worker is free.
        burn(Duration::from_millis(10));
        drop(others);
        for (busy, log, is_returned, _) in &pools {
            compare(
                "five jobs were queued when `shutdown` was called; of these have run",
                5,
                log.iter().count(),
                "what is queued is dropped: a worker goes on until `recv` gives an error",
            );
            compare(
                &format!("`shutdown` was called while {} runs a job", busy.worker),
                "waits",
                waits(is_returned),
                "that worker, or every one, is not joined: `join` each handle in the list",
            );
        }
        let (busy, _, _, closing) = pools.remove(0);
        drop((busy, pools));
        let mut pool = closing.join().expect("shutdown does not panic");
        let refused = match pool.execute(|| ()) {
            Err(SendError(job)) => {
                job();
                "given back"
            }
            Ok(()) => "taken",
        };
        let refused_too = match pool.try_execute(|| ()) {
            Err(TrySendError::Disconnected(_)) => "disconnected",
            Err(TrySendError::Full(_)) => "full",
            Ok(()) => "taken",
        };
        let (called, calls) = mpsc::channel();
        let then_called = called.clone();
        let refused_then = pool.submit_then(
            move || {
                let _ = called.send("job");
            },
            move |_| {
                let _ = then_called.send("then");
            },
        );
        compare(
            "after a shutdown: `execute`, `try_execute`, `submit`, `submit_then`, and `pending`",
            (
                "given back",
                "disconnected",
                Some(ShutDown),
                Some(ShutDown),
                0,
            ),
            (
                refused,
                refused_too,
                pool.submit(|| ()).err(),
                refused_then.err(),
                pool.pending(),
            ),
            "jobs are taken: the sender is still in the pool. `jobs` is `None` after a shutdown\n\
             another `pending`: a job that panicked still counts",
        );
        compare(
            "after a shutdown, `submit_then` refused a job and its `then`; of these were called",
            Vec::<&str>::new(),
            calls.iter().collect(),
            "the error tells the caller already: neither closure ever runs",
        );
        pool.shutdown();
        pool.shutdown_now();
    });
}

#[test]
fn the_workers_end_without_a_panic() {
    // In a process of its own, whose standard error is its own as well.
    let child = in_child("the_workers_end_without_a_panic", || {
        let hint = "the jobs of a pool of two workers have ended, and `shutdown` does not return\n\
                    likely    the workers are joined before the sender is dropped";
        within(LIMIT, hint, || {
            let mut pool = pool(2);
            let busy = Busy::all(&pool, 2);
            let cancelled = pool.submit(|| ()).expect("not shut down").cancel();
            assert!(
                cancelled,
                "a job in the queue could not be cancelled: see `a_cancelled_job_never_runs`"
            );
            execute(&pool, || ());
            drop(busy);
            pool.shutdown();
        });
    });
    let (stdout, stderr) = (child.stdout(), child.stderr());
    assert!(
        child.status.success() && !stderr.contains("panicked"),
        "a process makes both workers of a pool busy, queues a job and cancels it, queues another job, and shuts \
         the pool down\n\
         expected  exit status 0, and no panic on standard error\n\
         yours     {}; the panic below names its file\n\
         likely    src/worker.rs: what `recv` returns is unwrapped, but its error only says that the work is over\n\
         or        src/ticket.rs: what `take` returns is unwrapped, but the slot of a cancelled job is empty\n\
         {stdout}{stderr}",
        child.status
    );
}

#[test]
fn shutdown_now_drops_what_is_queued_and_finishes_what_runs() {
    let hint = "`shutdown_now` was called while both workers are busy, and a queued job is still not dropped\n\
                likely    the running jobs are joined first: drop the queued jobs before that\n\
                or        a ticket owns the slot (an `Arc` where a `Weak` belongs), so the job lives as long as its handle";
    let (busy, is_returned, closing) = within(LIMIT, hint, || {
        let mut pool = pool(2);
        let busy = Busy::all(&pool, 2);
        let handle = pool.submit(|| "ran").expect("not shut down");
        let (report, dropped) = mpsc::channel();
        for _ in 0..2 {
            let captured = ReportsAndPanics(report.clone());
            execute(&pool, move || drop(captured));
        }
        drop(report);
        execute(&pool, || ());
        let (then, outcome) = mpsc::channel();
        let ticket = pool
            .submit_then(|| "ran", move |outcome| drop(then.send(outcome)))
            .expect("not shut down");
        let (returned, is_returned) = mpsc::channel();
        let closing = thread::spawn(move || {
            pool.shutdown_now();
            let _ = returned.send(());
            pool.pending()
        });
        compare(
            "`shutdown_now` is called while both workers are busy and five jobs are queued: a handle's, two with \
             a value that panics when it is dropped, a plain one, and one with a `then`. `wait` returns; `then` gets; the last \
             ticket's `cancel` returns",
            (Err(WaitError::Cancelled), None, false),
            (handle.wait(), outcome.recv().ok(), ticket.cancel()),
            "the queued jobs are run: `take_all` empties the queue\n\
             `then` is called for a job that was dropped: it never runs",
        );
        compare(
            "two queued jobs have a value that panics when it is dropped. Each says whether another panic unwinds \
             the stack at that moment, and whether it is dropped on the thread that called `shutdown_now`",
            vec![(false, true), (false, true)],
            dropped
                .iter()
                .map(|(unwinds, id)| (unwinds, id == closing.thread().id()))
                .collect(),
            "(_, false): a worker or a new thread drops what is queued: it is dropped on the thread that calls\n\
             the second says (true, _): the panic of the first came out of its `catch`, or out of `shutdown_now`, and \
             the rest was dropped while it unwound. A second panic then ends the process, so drop each task \
             in a `catch` of its own",
        );
        compare(
            "the queued jobs are dropped, and both workers are still busy; `shutdown_now`",
            "waits",
            waits(&is_returned),
            "`is over`: the workers are not joined. Does `shutdown_now` end with `shutdown`, and does that join also \
             when `jobs` is `None` already?\n\
             `is over, without a report`: `shutdown_now` panicked",
        );
        (busy, is_returned, closing)
    });

    let hint = "both running jobs have ended, and `shutdown_now` does not return\n\
                likely    it joins the workers before it drops the sender: they end when that is gone";
    within(LIMIT, hint, move || {
        let (done, finished) = mpsc::channel();
        for busy in busy {
            let done = done.clone();
            busy.end_with(move || {
                let _ = done.send(());
            });
        }
        compare(
            "two jobs were running at `shutdown_now` and were then told to end; `shutdown_now`",
            Ok(()),
            is_returned.recv(),
            "an error: `shutdown_now` panicked. The `drop` of a queued job did: has each its own `catch`, also those after \
             the first that panics?",
        );
        compare(
            "`shutdown_now` has returned; of the two jobs that were running have ended before, and `pending` is",
            (2, Some(0)),
            (finished.try_iter().count(), closing.join().ok()),
            "fewer than 2: a worker is not joined\n\
             another `pending`: a job that was dropped still counts",
        );
    });

    let hint = "the only worker was set free while `shutdown_now` dropped a queued job, and `shutdown_now` does not \
                return\n\
                likely    a lock is held while a queued job is dropped";
    within(LIMIT, hint, || {
        let mut pool = pool(1);
        let captured = FreesAWorker(Some(Busy::new(&pool)));
        execute(&pool, move || drop(captured));
        let (ran, log) = mpsc::channel();
        execute(&pool, move || {
            let _ = ran.send(());
        });
        pool.shutdown_now();
        compare(
            "the only worker is busy, and two jobs are queued. `shutdown_now` drops the first, which sets the worker \
             free; how often the second has run",
            0,
            log.iter().count(),
            "the queue is emptied one by one (by `recv` or `try_recv`), and the worker takes from it meanwhile: \
             `take_all` empties it at once",
        );
    });
}

#[test]
fn drop_shuts_down_also_while_a_panic_unwinds() {
    let hint = "a pool was dropped and its jobs have ended, and the drop does not return\n\
                likely    the workers are joined before the sender is dropped: they end when it is gone";
    within(LIMIT, hint, || {
        for panics in [false, true] {
            let pool = pool(2);
            let busy = Busy::all(&pool, 2);
            let (ran, log) = mpsc::channel();
            for _ in 0..3 {
                let ran = ran.clone();
                execute(&pool, move || {
                    let _ = ran.send(());
                });
            }
            let (over, is_over) = mpsc::channel();
            let owner = thread::spawn(move || {
                // The one declared last is dropped first, in a panic too: the report that the drop of the pool
                // begins, the pool, the report that its drop is over.
                let _over = Reports(over.clone());
                let _pool = pool;
                let _begins = Reports(over);
                if panics {
                    panic!("this panic is part of the test");
                }
            });
            let (setup, likely) = match panics {
                false => (
                    "a thread drops its pool, whose two workers are busy; the drop",
                    "`drop` does not shut the pool down",
                ),
                true => (
                    "a thread panics, which drops its pool, whose two workers are busy; the drop",
                    "`drop` does nothing while a panic unwinds: it can and must join here too",
                ),
            };
            compare(setup, "waits", call_waits(&is_over), likely);
            drop(busy);
            let ended = owner.join();
            compare(
                "the owner of the pool ended in a panic",
                panics,
                ended.is_err(),
                "`drop` panicked",
            );
            compare(
                &format!("{setup} has returned. Three jobs were queued; of these have run"),
                3,
                log.try_iter().count(),
                "what is queued is dropped: `drop` is a `shutdown`, also while a panic unwinds, and not a `shutdown_now`",
            );
        }
    });

    let hint = "the `then` of the only job has ended, and the call that ends the pool does not return\n\
                likely    the worker is joined before the sender is dropped: it ends when that is gone";
    within(LIMIT, hint, || {
        for (call, end) in [
            ("a drop", drop as fn(ThreadPool)),
            ("`shutdown`", |mut pool| pool.shutdown()),
            ("`shutdown_now`", |mut pool| pool.shutdown_now()),
        ] {
            let pool = pool(1);
            let (begun, has_begun) = mpsc::channel();
            let (go_on, may_go_on) = mpsc::channel::<()>();
            let taken = pool.submit_then(
                || (),
                move |_| {
                    let _ = begun.send(());
                    let _ = may_go_on.recv();
                },
            );
            compare("`submit_then` takes a job", true, taken.is_ok(), "");
            let _ = has_begun.recv();
            let (returned, is_returned) = mpsc::channel();
            let closing = thread::spawn(move || {
                let _ = returned.send(());
                end(pool);
                let _ = returned.send(());
            });
            compare(
                &format!(
                    "the job has ended and its `then` runs, so `pending` is 0; {call} of the pool"
                ),
                "waits",
                call_waits(&is_returned),
                "the workers are joined only while `pending` is not 0: that says nothing of a `then`. Join them all",
            );
            drop(go_on);
            compare(
                &format!("the `then` has ended; {call} returns without a panic"),
                true,
                closing.join().is_ok(),
                "",
            );
        }
    });
}

#[test]
fn a_job_may_shut_down_another_pool() {
    let hint =
        "a job of pool B shut pool A down, the job in A has ended, and `shutdown` does not return";
    within(LIMIT, hint, || {
        let (mut a, b) = (pool(1), pool(1));
        let (in_a, in_b) = (Busy::new(&a), Busy::new(&b));
        let (returned, is_returned) = mpsc::channel();
        in_b.end_with(move || {
            let _ = returned.send(());
            a.shutdown();
            let _ = returned.send(());
        });
        compare(
            "a job on pool0 of pool B calls `shutdown` for pool A, whose pool0 runs a job",
            "waits",
            call_waits(&is_returned),
            "the own worker is found by its name, and both are called pool0: compare `thread().id()`\n\
             nobody is joined on a worker: only the worker itself is left out",
        );
        drop(in_a);
        compare(
            "the job in A has ended; `shutdown` in B's job returns",
            Ok(()),
            is_returned.recv(),
            "an error means that `shutdown` panicked",
        );
    });
}

#[test]
fn a_job_may_drop_the_last_reference_to_its_pool() {
    for (calls, end, runs, likely) in [
        (
            "drops",
            drop as fn(ThreadPool),
            3,
            "`shutdown` on a worker of the pool drops what is queued: it only leaves this worker out of the joins",
        ),
        (
            "calls `shutdown_now` for",
            |mut pool| pool.shutdown_now(),
            0,
            "`shutdown_now` on a worker of the pool is a `shutdown`: it drops what is queued there too",
        ),
    ] {
        let hint = format!(
            "a job on one of three workers {calls} its own pool, the other jobs have ended, and the call does not \
             return\n\
             likely    the worker joins itself: leave out the thread that runs `shutdown`\n\
             or        it waits for `pending` to become 0, and the job that calls it counts until it has ended\n\
             or        it joins the others before the sender is dropped: they end when that is gone"
        );
        // The list of the busy workers is sorted, as the pool's own list is: the first, the middle one, the last.
        for own in 0..3 {
            within(LIMIT, &hint, move || {
                let last = pool(3);
                let mut busy = Busy::all(&last, 3);
                let (returned, is_returned) = mpsc::channel();
                busy.remove(own).end_with(move || {
                    let _ = returned.send(());
                    end(last);
                    let _ = returned.send(());
                });
                compare(
                    &format!(
                        "a job on pool{own} {calls} its own pool while {} and {} run jobs; the call",
                        busy[0].worker, busy[1].worker
                    ),
                    "waits",
                    call_waits(&is_returned),
                    "`is over`: the loop ends at its own worker, where it should go on to the others; or `shutdown` does \
                 nothing when `jobs` is `None` already\n\
                 `is over, without a report`: the call panicked, because the worker joined itself. Leave it out \
                 wherever you join; `shutdown_now` can leave that to `shutdown`",
                );
                drop(busy);
                compare(
                    &format!("the jobs on the other two have ended; the call on pool{own} returns"),
                    Ok(()),
                    is_returned.recv(),
                    "an error means that the call panicked: the worker joined itself, which some systems refuse",
                );
            });
        }

        let hint = format!(
            "a job on the only worker {calls} its own pool, and then the queued jobs neither run nor are dropped\n\
             likely    the worker joins itself: leave out the thread that runs `shutdown`\n\
             or        the worker ends before the queue is empty: it ends when `recv` gives an error"
        );
        within(LIMIT, &hint, move || {
            let last = pool(1);
            let busy = Busy::new(&last);
            let (ran, log) = mpsc::channel();
            for _ in 0..3 {
                let ran = ran.clone();
                execute(&last, move || {
                    let _ = ran.send(());
                });
            }
            drop(ran);
            busy.end_with(move || end(last));
            compare(
                &format!(
                    "a job on the only worker {calls} its own pool while three jobs are queued; of these run"
                ),
                runs,
                log.iter().count(),
                likely,
            );
        });
    }
}
