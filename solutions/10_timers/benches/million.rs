//! What a timer costs when a thousand, and when a million are set.
//!
//! `cargo bench -p timers_solution`. Beside the queue of this chapter stands one that looks simpler,
//! a `Vec` that is kept in order, up to the size where it takes too long to watch.

use std::hint::black_box;
use std::time::{Duration, Instant};

use timers_solution::Timers;

/// Where the ordered `Vec` stops: ten times as many take a hundred times as long.
const VEC_LIMIT: usize = 100_000;

fn main() {
    // `cargo test --benches` runs this too, without `--bench`: only to see that it works.
    let measure = std::env::args().any(|argument| argument == "--bench");
    let sizes: &[usize] = if measure {
        &[1_000, 10_000, 100_000, 1_000_000]
    } else {
        &[1_000]
    };

    println!("nanoseconds for each operation, with `timers` of them set\n");
    println!("                     the queue of this chapter            a Vec in order");
    println!("     timers   insert   cancel  pop_due  next_timeout     insert   cancel");
    for &size in sizes {
        let queue = measure_queue(size);
        print!(
            "{size:>11} {:>8.0} {:>8.0} {:>8.0} {:>13.1}",
            queue.insert, queue.cancel, queue.pop, queue.timeout
        );
        if size <= VEC_LIMIT {
            let (insert, cancel) = measure_vec(size);
            println!(" {insert:>10.0} {cancel:>8.0}");
        } else {
            println!(" {:>10} {:>8}", "-", "-");
        }
    }
}

/// Nanoseconds for each operation.
struct Cost {
    insert: f64,
    cancel: f64,
    pop: f64,
    timeout: f64,
}

fn measure_queue(size: usize) -> Cost {
    let deadlines = deadlines(size);
    let mut timers = Timers::new();
    let mut ids = Vec::with_capacity(size);
    let insert = each(size, || {
        for &deadline in &deadlines {
            ids.push(timers.insert(deadline, ()));
        }
    });
    let asked = 1_000_000;
    let timeout = each(asked, || {
        for now in 0..asked {
            black_box(timers.next_timeout(Duration::from_nanos(now as u64)));
        }
    });
    // Half of them are cancelled, in the order in which they were set, which is none in the queue.
    let cancel = each(size / 2, || {
        for id in ids.iter().step_by(2) {
            black_box(timers.cancel(*id));
        }
    });
    let pop = each(size - size / 2, || {
        while let Some(fired) = timers.pop_due(Duration::MAX) {
            black_box(fired);
        }
    });
    Cost {
        insert,
        cancel,
        pop,
        timeout,
    }
}

/// The same with the timers in a `Vec`, the next one last, so that firing is `Vec::pop`.
fn measure_vec(size: usize) -> (f64, f64) {
    let deadlines = deadlines(size);
    let mut timers: Vec<(Duration, usize)> = Vec::with_capacity(size);
    let insert = each(size, || {
        for (id, &deadline) in deadlines.iter().enumerate() {
            let place = timers.partition_point(|timer| timer.0 > deadline);
            timers.insert(place, (deadline, id));
        }
    });
    // A sample is enough: all of them would take minutes.
    let cancelled = (size / 2).min(2_000);
    let cancel = each(cancelled, || {
        for id in (0..size).step_by(2).take(cancelled) {
            let place = timers.iter().position(|timer| timer.1 == id);
            black_box(timers.remove(place.expect("it is set")));
        }
    });
    (insert, cancel)
}

fn each(count: usize, work: impl FnOnce()) -> f64 {
    let start = Instant::now();
    work();
    start.elapsed().as_nanos() as f64 / count as f64
}

/// Deadlines within a minute, in no order: xorshift, Marsaglia 2003.
fn deadlines(count: usize) -> Vec<Duration> {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    (0..count)
        .map(|_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            Duration::from_nanos(state % 60_000_000_000)
        })
        .collect()
}
