//! The last millisecond before a deadline, on the real clock: rounded up, and cut off.
//!
//! `cargo run -p timers --example spin`

extern crate timers_solution as timers;

use std::thread;
use std::time::Duration;

use timers::{Clock, MonotonicClock, RESOLUTION, Timers, whole_milliseconds};

/// Neither a whole number of milliseconds, nor anywhere near one.
const DELAY: Duration = Duration::from_micros(20_900);

fn main() {
    println!("one timer of {DELAY:?}\n");
    run("rounded up", whole_milliseconds);
    // What a loop does that hands `left.as_millis()` to the system.
    run("cut off", |left| {
        let beyond = left.subsec_nanos() % RESOLUTION.subsec_nanos();
        left - Duration::from_nanos(beyond.into())
    });
}

/// A loop with one timer that waits in the operating system for what `wait` makes of the time that is
/// left.
fn run(name: &str, wait: fn(Duration) -> Duration) {
    let clock = MonotonicClock::new();
    let mut timers = Timers::new();
    let deadline = clock.now() + DELAY;
    timers.set(deadline - DELAY, DELAY, ());
    let mut turns = 0_u32;
    let mut first_wake = Duration::ZERO;
    loop {
        let now = clock.now();
        if turns == 1 {
            first_wake = now;
        }
        if timers.pop_due(now).is_some() {
            let late = now - deadline;
            print!("{name:12} {turns:>6} turns, {late:?} late");
            if turns > 1 {
                print!(", {:?} a turn", (now - first_wake) / (turns - 1));
            }
            println!();
            return;
        }
        turns += 1;
        // `sleep(0)` is no system call, so a turn of this loop is cheaper than a real one.
        thread::sleep(wait(deadline.saturating_sub(now)));
    }
}
