use std::io::ErrorKind;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier, Mutex, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use support::{in_child, thread_count, within};
use thread_pool::{SendError, ThreadPool, TrySendError};

/// How long a test may take before it counts as hanging. Far more than any of them needs.
const LIMIT: Duration = Duration::from_secs(5);

#[track_caller]
fn pool(size: usize) -> ThreadPool {
    ThreadPool::new(size).expect("the operating system has some threads for a pool")
}

#[test]
fn a_job_runs_on_a_thread_of_the_pool() {
    let hint = "one job is in the queue of a pool with one worker, and it does not run. Does the worker \
                receive in a loop, from the receiver of the channel whose sender the pool has? Or does the job \
                run, and the pool's drop not return: is the sender dropped before the workers are joined?";
    within(LIMIT, hint, || {
        let pool = pool(1);
        let (done, ran_on) = mpsc::channel();
        let taken = pool.execute(move || {
            let _ = done.send(thread::current().id());
        });
        assert!(
            taken.is_ok(),
            "a pool that is not shut down takes a job; execute says {taken:?}. Do the workers keep the \
             receiver?"
        );
        let ran_on = ran_on.recv();
        assert!(
            ran_on.is_ok_and(|id| id != thread::current().id()),
            "the job runs, on another thread than the one that asks for it. It ran on {ran_on:?} (an error: \
             on none, it was dropped), and this is {:?}",
            thread::current().id()
        );

        for (what, result) in [
            ("new(0)", ThreadPool::new(0)),
            ("with_limit(1, 0)", ThreadPool::with_limit(1, 0)),
        ] {
            let kind = result.map(|_| ()).map_err(|error| error.kind());
            assert_eq!(
                kind,
                Err(ErrorKind::InvalidInput),
                "{what} would make a pool that never runs anything: an error. (left: yours)"
            );
        }
    });
}

#[test]
fn one_worker_runs_the_jobs_in_order() {
    within(
        LIMIT,
        "ten short jobs for one worker are not done, or the pool's drop does not return",
        || {
            let pool = pool(1);
            // The worker is kept busy until all ten are in the queue.
            let (open, gate) = mpsc::channel::<()>();
            let _ = pool.execute(move || {
                let _ = gate.recv();
            });
            let (done, order) = mpsc::channel();
            for number in 0..10 {
                let done = done.clone();
                let _ = pool.execute(move || {
                    let _ = done.send(number);
                });
            }
            drop(done);
            drop(open);
            let order: Vec<i32> = order.iter().collect();
            assert_eq!(
                order,
                [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
                "who came first is served first. (left: yours) Your channel keeps the order; what does the pool \
             do with it?"
            );
        },
    );
}

#[test]
fn all_workers_work_at_the_same_time_and_have_names() {
    let hint = "four jobs wait for each other, and the pool has four workers, so all four can run at once. \
                Here they do not. Is a lock held while a job runs, so that the other workers cannot take \
                theirs? A guard in the head of `while let` lives until the end of the body. Or are there \
                fewer than four workers?";
    within(LIMIT, hint, || {
        let pool = pool(4);
        let meeting = Arc::new(Barrier::new(4));
        let (done, names) = mpsc::channel();
        for _ in 0..4 {
            let (meeting, done) = (Arc::clone(&meeting), done.clone());
            let _ = pool.execute(move || {
                meeting.wait();
                let _ = done.send(thread::current().name().map(str::to_owned));
            });
        }
        drop(done);
        let mut names: Vec<String> = names.iter().map(Option::unwrap_or_default).collect();
        names.sort();
        assert_eq!(
            names,
            ["pool0", "pool1", "pool2", "pool3"],
            "each worker's thread has a name, which panics, debuggers and your traces will show. (left: \
             yours) thread::Builder gives a name."
        );
    });
}

#[test]
fn a_result_comes_back() {
    within(LIMIT, "the job is done, and wait does not return", || {
        let pool = pool(2);
        let handles: Vec<_> = (1..=20_u64)
            .map(|number| pool.submit(move || number * number))
            .collect();
        let sum: u64 = handles
            .into_iter()
            .map(|handle| {
                let handle = handle.expect("a pool that is not shut down takes a job");
                handle.wait().expect("the job does not panic")
            })
            .sum();
        assert_eq!(
            sum, 2870,
            "20 jobs return the squares of 1 to 20, whose sum is 2870. (left: yours)"
        );

        let unwanted = pool.submit(|| "nobody waits for this");
        drop(unwanted);
        let next = pool.submit(|| "the next one").map(|handle| handle.wait());
        assert_eq!(
            next.ok(),
            Some(Ok("the next one")),
            "a handle may be dropped, and the job after it still runs. (left: yours)"
        );
    });
}

#[test]
fn a_job_that_panics_does_not_take_its_worker_along() {
    let hint = "a pool with one worker ran three jobs that panic, and the fourth does not run. Did a panic \
                end the worker?";
    within(LIMIT, hint, || {
        let pool = pool(1);
        let mut taken = Vec::new();
        for _ in 0..3 {
            taken.push(
                pool.execute(|| panic!("this panic is part of the test"))
                    .is_ok(),
            );
        }
        let (done, ran) = mpsc::channel();
        taken.push(
            pool.execute(move || {
                let _ = done.send(());
            })
            .is_ok(),
        );
        assert_eq!(
            (ran.recv(), taken),
            (Ok(()), vec![true; 4]),
            "three jobs panic, and the fourth is taken and runs all the same. (left: yours: an error is a \
             job that was dropped) Does catch_unwind stand around each job?"
        );
    });
}

#[test]
fn who_waits_for_a_job_learns_of_its_panic() {
    let hint = "the job panicked, and wait still waits. Is a panic sent as a result, or is a second sender \
                kept somewhere?";
    within(LIMIT, hint, || {
        let pool = pool(1);
        let count = 3;
        let results = [
            pool.submit(|| -> i32 { panic!("this panic is part of the test") }),
            pool.submit(move || -> i32 { panic!("and so is number {count}") }),
            pool.submit(|| 7),
        ]
        .map(|handle| {
            let handle = handle.expect("a pool that is not shut down takes a job");
            handle.wait().map_err(|panicked| panicked.message)
        });
        assert_eq!(
            results,
            [
                Err("this panic is part of the test".to_owned()),
                Err("and so is number 3".to_owned()),
                Ok(7)
            ],
            "two jobs panic, and their handles say with what message; the third returns 7. (left: yours)"
        );
    });
}

#[test]
fn a_queue_without_a_limit_takes_jobs_while_all_workers_are_busy() {
    within(LIMIT, "execute waits although there is no limit", || {
        let pool = pool(2);
        let gate = Arc::new(Barrier::new(3));
        let ran = Arc::new(AtomicUsize::new(0));
        for _ in 0..2 {
            let gate = Arc::clone(&gate);
            let _ = pool.execute(move || {
                let _ = gate.wait();
            });
        }
        let taken = (0..1000)
            .filter(|_| {
                let ran = Arc::clone(&ran);
                let job = move || {
                    let _ = ran.fetch_add(1, Ordering::Relaxed);
                };
                pool.execute(job).is_ok()
            })
            .count();
        assert_eq!(
            taken, 1000,
            "both workers are busy, and 1000 jobs more can wait: the pool is never out of threads. (left: \
             how many yours took)"
        );
        gate.wait();
        drop(pool);
        let ran = ran.load(Ordering::Relaxed);
        assert_eq!(
            ran, 1000,
            "all that were taken have run when the pool is gone. (left: how many of yours)"
        );
    });
}

#[test]
fn a_queue_with_a_limit_holds_no_more_than_that() {
    let hint = "the pool has room for two waiting jobs, and a worker takes one. Is execute, which waits for \
                room, woken?";
    within(LIMIT, hint, || {
        let pool =
            ThreadPool::with_limit(1, 2).expect("the operating system has a thread for a pool");
        let (started, has_started) = mpsc::channel();
        let (open, gate) = mpsc::channel::<()>();
        let _ = pool.execute(move || {
            let _ = started.send(());
            let _ = gate.recv();
        });
        let _ = has_started.recv();
        let (done, order) = mpsc::channel();
        let job = |number| {
            let done = done.clone();
            move || {
                let _ = done.send(number);
            }
        };
        let taken = [0, 1].map(|number| pool.try_execute(job(number)).is_ok());
        assert_eq!(
            taken,
            [true, true],
            "the worker is busy, and two jobs can wait. (left: yours)"
        );
        match pool.try_execute(job(2)) {
            Err(TrySendError::Full(back)) => back(),
            other => panic!(
                "two jobs wait, which is the limit, so a third one is given back in Full; yours says \
                 {other:?}"
            ),
        }
        // This one waits for room, and room there is as soon as the gate opens.
        drop(open);
        let _ = pool.execute(job(3));
        drop(pool);
        drop(done);
        let order: Vec<i32> = order.iter().collect();
        assert_eq!(
            order,
            [2, 0, 1, 3],
            "job 2 was given back and called here at once; 0 and 1 waited in the queue, and 3 for room in \
             it. (left: yours)"
        );
    });
}

#[test]
fn shutdown_runs_what_is_queued_and_waits_for_it() {
    let hint = "shutdown does not return. Is the sender dropped before the workers are joined? They end \
                when it is gone.";
    within(LIMIT, hint, || {
        let mut pool = pool(2);
        let ran = Arc::new(AtomicUsize::new(0));
        for _ in 0..20 {
            let ran = Arc::clone(&ran);
            let _ = pool.execute(move || {
                // Jobs that take their time: a shutdown that does not wait is back before them.
                thread::sleep(Duration::from_millis(5));
                ran.fetch_add(1, Ordering::Relaxed);
            });
        }
        pool.shutdown();
        let count = ran.load(Ordering::Relaxed);
        assert_eq!(
            count, 20,
            "20 jobs were taken, so 20 have run when shutdown returns, and yours ran {count}. Are the \
             workers joined? Does each of them go on until its recv fails?"
        );

        let (done, refused) = mpsc::channel();
        match pool.execute(move || {
            let _ = done.send("ran here");
        }) {
            Err(SendError(job)) => job(),
            Ok(()) => {
                panic!("after shutdown nobody runs a job, so execute gives it back; yours took it")
            }
        }
        assert_eq!(
            refused.recv(),
            Ok("ran here"),
            "the job that came back can still be called. (left: yours)"
        );
        assert!(
            pool.submit(|| ()).is_err(),
            "after shutdown nobody runs a job, so submit gives an error; yours took it"
        );
        pool.shutdown();
        pool.shutdown();
    });
}

#[test]
fn drop_shuts_down_too() {
    within(LIMIT, "the pool's drop does not return", || {
        let ran = Arc::new(AtomicUsize::new(0));
        let pool = pool(2);
        for _ in 0..20 {
            let ran = Arc::clone(&ran);
            let _ = pool.execute(move || {
                // As above: who does not wait for them is noticed, who does never depends on the time.
                thread::sleep(Duration::from_millis(5));
                ran.fetch_add(1, Ordering::Relaxed);
            });
        }
        drop(pool);
        let count = ran.load(Ordering::Relaxed);
        assert_eq!(
            count, 20,
            "20 jobs were taken, so 20 have run when the pool is gone, and yours ran {count}. Does drop \
             shut the pool down?"
        );
    });
}

#[test]
fn no_thread_is_left() {
    // In a process of its own, where no other test starts threads.
    let child = in_child("no_thread_is_left", || {
        let before = thread_count();
        let pools = [pool(3), pool(4)];
        let during = thread_count();
        assert_eq!(
            during,
            before + 7,
            "with a pool of 3 and one of 4, the operating system counts 7 threads more. (left: yours)"
        );
        drop(pools);
        // A thread that was joined may be on the system's list for a moment longer.
        let end = Instant::now() + Duration::from_secs(2);
        while thread_count() > before && Instant::now() < end {
            thread::yield_now();
        }
        assert_eq!(
            thread_count(),
            before,
            "both pools are gone, and their threads are not. (left: how many there are, right: how many \
             there were before) Does every worker see the end of the queue?"
        );
    });
    assert!(
        child.status.success(),
        "the child process that counts the threads failed:\n{}{}",
        child.stdout(),
        child.stderr()
    );
}

#[test]
fn a_pool_dropped_by_its_own_job_waits_for_the_other_workers() {
    let hint = "a job on pool0 dropped the last reference to its pool while two other jobs were running, and \
                the drop does not return when those are over. Does the worker join itself?";
    within(LIMIT, hint, || {
        let pool = Arc::new(pool(3));
        let last = Arc::new(Mutex::new(Some(Arc::clone(&pool))));
        // The three workers, and this thread when it has given up its own reference.
        let all_here = Arc::new(Barrier::new(4));
        let (report, reports) = mpsc::channel();
        let mut gates = Vec::new();
        for _ in 0..3 {
            let (last, all_here) = (Arc::clone(&last), Arc::clone(&all_here));
            let report = report.clone();
            let (open, gate) = mpsc::channel::<()>();
            gates.push(open);
            let taken = pool.execute(move || {
                all_here.wait();
                if thread::current().name() == Some("pool0") {
                    let last = last.lock().expect("nobody panics with the lock").take();
                    drop(last);
                    let _ = report.send("dropped");
                } else {
                    let _ = gate.recv();
                }
            });
            assert!(taken.is_ok(), "a pool that is not shut down takes a job");
        }
        drop((pool, report));
        all_here.wait();
        // The other two run until their gates are open, so a drop that waits for them cannot be over.
        let early = reports.recv_timeout(Duration::from_millis(50));
        assert!(
            early.is_err(),
            "the pool was dropped by a job on pool0, and the drop returned while pool1 and pool2 were still \
             running their jobs. Leaving out one's own worker is right, but the others are joined all the \
             same: does your loop end where it should go on?"
        );
        drop(gates);
        assert_eq!(
            reports.recv(),
            Ok("dropped"),
            "when the other workers are done, the drop returns and the job goes on. (left: yours; an error \
             means that drop panicked)"
        );
    });
}

#[test]
fn a_job_may_drop_the_last_reference_to_its_pool() {
    let hint = "a job dropped the last reference to its own pool, and the drop does not return. Does the \
                worker join itself?";
    within(LIMIT, hint, || {
        let pool = Arc::new(pool(3));
        let (open, gate) = mpsc::channel::<()>();
        let (report, reports) = mpsc::channel();
        let last = Arc::clone(&pool);
        let taken = pool.execute(move || {
            let _ = gate.recv();
            drop(last);
            let _ = report.send("the pool is dropped");
        });
        assert!(taken.is_ok(), "a pool that is not shut down takes a job");
        drop(pool);
        drop(open);
        assert_eq!(
            reports.recv(),
            Ok("the pool is dropped"),
            "the job goes on after the drop: the other workers are joined, and its own worker, which is \
             running it, is not. (left: yours; an error means that drop panicked: joining itself is refused \
             by some systems, and on others never ends)"
        );
        // The sender is dropped at the end of the job; now its worker ends, by itself.
        assert!(
            reports.recv().is_err(),
            "the job is over, and its sender is gone"
        );
    });
}
