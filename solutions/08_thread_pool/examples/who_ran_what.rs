//! Which worker ran which job, drawn as it happened.
//!
//! Each letter is a job, each row a worker, each column ten milliseconds. The jobs sleep, as jobs do that
//! wait for a disk.

extern crate thread_pool_solution as thread_pool;

use std::io;
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;
use std::time::{Duration, Instant};

use thread_pool::ThreadPool;

/// One column.
const TICK: Duration = Duration::from_millis(10);

fn main() -> io::Result<()> {
    for size in [1, 3, 12] {
        println!("twelve jobs, workers: {size}");
        let chart = Chart::new();
        let pool = ThreadPool::new(size)?;
        for (name, ticks) in ('A'..).zip([6, 2, 4, 3, 5, 2, 6, 3, 2, 4, 3, 8]) {
            chart.queue(&pool, name, ticks);
        }
        drop(pool);
        chart.draw();
    }

    println!("three slow jobs, then three quick ones (x, y, z), workers: 3");
    let chart = Chart::new();
    let pool = ThreadPool::new(3)?;
    for (name, ticks) in [
        ('A', 14),
        ('B', 12),
        ('C', 16),
        ('x', 1),
        ('y', 1),
        ('z', 1),
    ] {
        chart.queue(&pool, name, ticks);
    }
    drop(pool);
    chart.draw();

    for (what, call) in [
        ("shutdown", ThreadPool::shutdown as fn(&mut ThreadPool)),
        ("shutdown_now", ThreadPool::shutdown_now),
    ] {
        println!("six jobs, and main calls {what} after 50 ms (s), workers: 2");
        let chart = Chart::new();
        let mut pool = ThreadPool::new(2)?;
        for (name, ticks) in ('A'..).zip([6, 4, 5, 4, 3, 3]) {
            chart.queue(&pool, name, ticks);
        }
        thread::sleep(5 * TICK);
        let called = chart.start.elapsed();
        call(&mut pool);
        let _ = chart
            .note
            .send(("main".to_owned(), 's', called, chart.start.elapsed()));
        chart.draw();
    }
    Ok(())
}

/// Who did what, from when to when.
type Span = (String, char, Duration, Duration);

/// Collects what the workers did, and draws it.
struct Chart {
    start: Instant,
    note: Sender<Span>,
    spans: Receiver<Span>,
}

impl Chart {
    fn new() -> Chart {
        let (note, spans) = mpsc::channel();
        let start = Instant::now();
        Chart { start, note, spans }
    }

    /// Queues a job that takes `ticks`.
    fn queue(&self, pool: &ThreadPool, name: char, ticks: u32) {
        let (start, note) = (self.start, self.note.clone());
        let job = move || {
            let from = start.elapsed();
            thread::sleep(TICK * ticks);
            let worker = thread::current().name().unwrap_or_default().to_owned();
            let _ = note.send((worker, name, from, start.elapsed()));
        };
        // The pool is not shut down, so it takes the job.
        let _ = pool.execute(job);
    }

    /// Draws a row for each thread that did something.
    fn draw(self) {
        drop(self.note);
        let mut rows: Vec<(String, String)> = Vec::new();
        let mut spans: Vec<Span> = self.spans.iter().collect();
        // By the thread's number, and main (which has none) last.
        let number = |name: &str| name.trim_start_matches("pool").parse().unwrap_or(u32::MAX);
        spans.sort_by_key(|(thread, _, from, _)| (number(thread), *from));
        for (thread, letter, from, to) in spans {
            if rows.last().is_none_or(|(name, _)| *name != thread) {
                rows.push((thread, String::new()));
            }
            if let Some((_, row)) = rows.last_mut() {
                let idle = ticks(from).saturating_sub(row.len());
                row.push_str(&".".repeat(idle));
                let busy = ticks(to).saturating_sub(row.len()).max(1);
                row.push_str(&letter.to_string().repeat(busy));
            }
        }
        for (thread, row) in rows {
            println!("  {thread:<6} |{row}");
        }
        println!();
    }
}

fn ticks(time: Duration) -> usize {
    usize::try_from(time.as_millis() / TICK.as_millis()).unwrap_or(0)
}
