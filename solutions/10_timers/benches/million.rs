//! What a timer costs when a thousand, and when a million are set.
//!
//! `cargo bench -p timers` measures your queues, `cargo bench -p timers_solution` the reference's.

extern crate timers_solution as timers;

use std::hint::black_box;
use std::time::{Duration, Instant};

use timers::{TimerTree, Timers};

/// The shortest of this many measurements counts: other programs only ever make one longer.
const ROUNDS: usize = 5;

fn main() {
    // `cargo test --benches` runs this too, without `--bench`: only to see that it works.
    let measure = std::env::args().any(|argument| argument == "--bench");
    let sizes: &[usize] = if measure {
        &[1_000, 1_000_000]
    } else {
        &[1_000]
    };

    println!("nanoseconds for each timer, with `timers` of them set\n");
    println!("                             the tree                  the lists");
    println!("durations     timers     set   fire  cancel       set   fire  cancel");
    for (name, durations) in [("all 10 ms", same as Durations), ("1 to 60 s", mixed)] {
        for &size in sizes {
            let durations = durations(size);
            let tree = best(|| measure_tree(&durations));
            let lists = best(|| measure_lists(&durations));
            println!(
                "{name:9} {size:>10} {:>7.0} {:>6.0} {:>7.0}   {:>7.0} {:>6.0} {:>7.0}",
                tree[0], tree[1], tree[2], lists[0], lists[1], lists[2]
            );
        }
    }
}

type Durations = fn(usize) -> Vec<Duration>;

fn same(count: usize) -> Vec<Duration> {
    vec![Duration::from_millis(10); count]
}

/// Whole milliseconds, in no order: xorshift, Marsaglia 2003.
fn mixed(count: usize) -> Vec<Duration> {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    (0..count)
        .map(|_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            Duration::from_millis(1_000 + state % 59_000)
        })
        .collect()
}

/// Setting, firing and cancelling, in nanoseconds for each timer.
type Cost = [f64; 3];

fn best(measure: impl Fn() -> Cost) -> Cost {
    (0..ROUNDS).fold([f64::INFINITY; 3], |best, _| {
        let cost = measure();
        [0, 1, 2].map(|index| f64::min(best[index], cost[index]))
    })
}

/// One microsecond passes between two timers that are set.
fn start(index: usize) -> Duration {
    Duration::from_micros(index as u64)
}

const LATE: Duration = Duration::from_secs(3_600);

fn measure_tree(durations: &[Duration]) -> Cost {
    let mut tree = TimerTree::new();
    let mut ids = Vec::with_capacity(durations.len());
    let set = each(durations, || {
        for (index, duration) in durations.iter().enumerate() {
            tree.insert(start(index) + *duration, index);
        }
    });
    let fire = each(durations, || {
        while let Some(fired) = tree.pop_due(LATE) {
            black_box(fired);
        }
    });
    for (index, duration) in durations.iter().enumerate() {
        ids.push(tree.insert(start(index) + *duration, index));
    }
    let cancel = each(durations, || {
        for id in ids.drain(..) {
            black_box(tree.cancel(id));
        }
    });
    [set, fire, cancel]
}

fn measure_lists(durations: &[Duration]) -> Cost {
    let mut timers = Timers::new();
    let mut ids = Vec::with_capacity(durations.len());
    let set = each(durations, || {
        for (index, duration) in durations.iter().enumerate() {
            timers.set(start(index), *duration, index);
        }
    });
    let fire = each(durations, || {
        while let Some(fired) = timers.pop_due(LATE) {
            black_box(fired);
        }
    });
    for (index, duration) in durations.iter().enumerate() {
        ids.push(timers.set(start(index), *duration, index));
    }
    let cancel = each(durations, || {
        for id in ids.drain(..) {
            black_box(timers.cancel(id));
        }
    });
    [set, fire, cancel]
}

fn each(durations: &[Duration], work: impl FnOnce()) -> f64 {
    let start = Instant::now();
    work();
    start.elapsed().as_nanos() as f64 / durations.len() as f64
}
