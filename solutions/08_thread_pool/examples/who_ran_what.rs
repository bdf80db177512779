//! Twelve jobs of different lengths on one worker, on three and on twelve, drawn as it happened.

extern crate thread_pool_solution as thread_pool;

use std::io;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use thread_pool::ThreadPool;

/// One letter in the picture.
const TICK: Duration = Duration::from_millis(10);

/// How many ticks each job takes; the first is called A. They sleep, as jobs do that wait for a disk.
const JOBS: [u32; 12] = [6, 2, 4, 3, 5, 2, 6, 3, 2, 4, 3, 8];

fn main() -> io::Result<()> {
    for size in [1, 3, 12] {
        run(size)?;
    }
    Ok(())
}

fn run(size: usize) -> io::Result<()> {
    let start = Instant::now();
    let (done, spans) = mpsc::channel();
    let mut pool = ThreadPool::new(size)?;
    for (name, ticks) in ('A'..).zip(JOBS) {
        let done = done.clone();
        let job = move || {
            let from = start.elapsed();
            thread::sleep(TICK * ticks);
            let worker = thread::current().name().unwrap_or_default().to_owned();
            let _ = done.send((worker, name, from, start.elapsed()));
        };
        // The pool is not shut down, so it takes the job.
        let _ = pool.execute(job);
    }
    drop(done);
    pool.shutdown();

    let end = start.elapsed();
    let workers = if size == 1 { "worker" } else { "workers" };
    println!("{size} {workers}: {} ms", end.as_millis());
    let mut rows = vec![vec!['.'; ticks(end)]; size];
    for (worker, name, from, to) in spans {
        let number: usize = worker.trim_start_matches("pool").parse().unwrap_or(0);
        let last = ticks(to).min(rows[number].len());
        rows[number][ticks(from).min(last)..last].fill(name);
    }
    for (number, row) in rows.into_iter().enumerate() {
        println!(
            "  {:<6} |{}|",
            format!("pool{number}"),
            String::from_iter(row)
        );
    }
    println!();
    Ok(())
}

fn ticks(time: Duration) -> usize {
    usize::try_from(time.as_millis() / TICK.as_millis()).unwrap_or(0)
}
