//! The same work here and in the Node of this machine, one after the other.
//!
//! `cargo bench -p runtime` measures your runtime, `cargo bench -p runtime_solution` the reference's.

use std::cell::Cell;
use std::collections::HashMap;
use std::path::Path;
use std::process::{Command, Stdio};
use std::rc::Rc;
use std::time::Instant;

use runtime::{Error, clear_timeout, next_tick, process, run, set_immediate, set_timeout, work};

/// The shortest of this many measurements counts: other programs only ever make one longer.
const ROUNDS: usize = 5;

/// How many jobs of the pool are under way at the same time.
const AT_ONCE: u32 = 64;

/// Runs a program, and returns how many nanoseconds it took.
type Program = fn(u32) -> f64;

/// What is measured: the name as in `work.js`, the number of times, and the program.
const WORK: [(&str, u32, Program); 5] = [
    ("timers, set and fired", 1_000_000, timers_fired),
    ("timers, set and cleared", 1_000_000, timers_cleared),
    ("immediates, a chain", 1_000_000, immediates),
    ("ticks, a chain", 1_000_000, ticks),
    ("pool jobs, 64 at a time", 100_000, jobs),
];

fn main() {
    if std::env::args().any(|argument| argument == "--empty-program") {
        run(|| {});
        return;
    }
    // `cargo test --benches` runs this too, without `--bench`: only to see that it works.
    let measure = std::env::args().any(|argument| argument == "--bench");
    let (rounds, part) = if measure { (ROUNDS, 1) } else { (1, 1_000) };

    let node = nodes_times(rounds, part);
    println!(
        "nanoseconds for each one{:>27} {:>11} {:>9}",
        "here", "node", "ratio"
    );
    for (name, count, program) in WORK {
        let count = count / part;
        let here = shortest(rounds, || program(count)) / f64::from(count);
        print_line(
            name,
            here,
            node.as_ref().and_then(|times| times.get(name).copied()),
        );
    }
    let name = "an empty program, start to exit";
    let own = std::env::current_exe().expect("this program knows its own path");
    let here = shortest(rounds, || {
        time_of(Command::new(&own).arg("--empty-program"))
    });
    let there = node.map(|_| {
        shortest(rounds, || {
            time_of(Command::new("node").arg(file("empty.js")))
        })
    });
    print_line(name, here, there);
}

fn print_line(name: &str, here: f64, node: Option<f64>) {
    match node {
        Some(node) => println!("{name:<33} {here:>17.0} {node:>11.0} {:>9.1}", node / here),
        None => println!("{name:<33} {here:>17.0} {:>11} {:>9}", "-", "-"),
    }
}

fn shortest(rounds: usize, measure: impl Fn() -> f64) -> f64 {
    (0..rounds).fold(f64::INFINITY, |shortest, _| shortest.min(measure()))
}

/// Runs `work.js`. `None` when there is no Node here.
fn nodes_times(rounds: usize, part: u32) -> Option<HashMap<String, f64>> {
    let output = Command::new("node")
        .arg(file("work.js"))
        .args([rounds.to_string(), part.to_string()])
        .stdin(Stdio::null())
        .output()
        .ok()?;
    let lines = String::from_utf8_lossy(&output.stdout).into_owned();
    let times = lines.lines().filter_map(|line| {
        let (name, time) = line.split_once(": ")?;
        Some((name.to_owned(), time.parse().ok()?))
    });
    Some(times.collect())
}

fn file(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/against_node");
    folder.join(name).to_string_lossy().into_owned()
}

/// From the start of a program to its exit.
fn time_of(command: &mut Command) -> f64 {
    let start = Instant::now();
    let status = command.status();
    assert!(
        status.is_ok_and(|status| status.success()),
        "an empty program has exit code 0"
    );
    start.elapsed().as_nanos() as f64
}

/// Runs `main` to its end.
fn measured(main: impl FnOnce()) -> f64 {
    let start = Instant::now();
    run(main);
    start.elapsed().as_nanos() as f64
}

fn timers_fired(count: u32) -> f64 {
    let called = Rc::new(Cell::new(0));
    let theirs = Rc::clone(&called);
    let time = measured(move || {
        for _ in 0..count {
            let called = Rc::clone(&theirs);
            set_timeout(move || called.set(called.get() + 1), 1);
        }
    });
    assert_eq!(called.get(), count);
    time
}

fn timers_cleared(count: u32) -> f64 {
    measured(move || {
        let timers: Vec<_> = (0..count)
            .map(|_| set_timeout(|| process::exit(1), 10_000))
            .collect();
        timers.into_iter().for_each(clear_timeout);
    })
}

fn immediates(count: u32) -> f64 {
    fn next(left: u32) {
        if left > 0 {
            set_immediate(move || next(left - 1));
        }
    }
    measured(|| next(count))
}

fn ticks(count: u32) -> f64 {
    fn next(left: u32) {
        if left > 0 {
            next_tick(move || next(left - 1));
        }
    }
    measured(|| next(count))
}

fn jobs(count: u32) -> f64 {
    /// Asks about this folder on a worker, and begins another job when that is over.
    fn next(left: Rc<Cell<u32>>) {
        if left.get() == 0 {
            return;
        }
        left.set(left.get() - 1);
        let job = || std::fs::metadata(".").map_err(|error| Error::from_io(&error, "stat"));
        work(job, |_| next(left));
    }
    measured(|| {
        let left = Rc::new(Cell::new(count));
        for _ in 0..AT_ONCE {
            next(Rc::clone(&left));
        }
    })
}
