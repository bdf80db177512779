//! What a job costs: on a thread of its own, on an idle worker, and on a worker that is at work anyway.

extern crate thread_pool_solution as thread_pool;

use std::error::Error;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use thread_pool::ThreadPool;

const JOBS: u32 = 2_000;

fn main() -> Result<(), Box<dyn Error>> {
    let own_thread = each(|| {
        for _ in 0..JOBS {
            let _ = thread::spawn(|| ()).join();
        }
    });
    let pool = ThreadPool::new(1)?;
    let one_by_one = each(|| {
        for _ in 0..JOBS {
            let _ = pool.submit(|| ()).map(|handle| handle.wait());
        }
    });
    let (done, all_done) = mpsc::channel::<()>();
    let many = each(|| {
        for _ in 0..JOBS {
            let done = done.clone();
            let _ = pool.execute(|| drop(done));
        }
        drop(done);
        let _ = all_done.recv();
    });
    println!("start a thread, run an empty job, join it    {own_thread:>10.1?}");
    println!("wake an idle worker for it and wait          {one_by_one:>10.1?}");
    println!("queue it behind others                       {many:>10.1?}");
    Ok(())
}

/// The time for one of [`JOBS`] jobs.
fn each(run: impl FnOnce()) -> Duration {
    let start = Instant::now();
    run();
    start.elapsed() / JOBS
}
