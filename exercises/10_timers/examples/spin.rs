//! The last millisecond before a deadline, on the real clock: rounded up, and cut off.
//!
//! `cargo run -p timers --example spin`

use std::thread;
use std::time::Duration;

use timers::{Clock, MonotonicClock, Timers};

/// Neither a whole number of milliseconds, nor anywhere near one.
const DEADLINE: Duration = Duration::from_micros(20_900);

fn main() {
    println!("one timer, due after {DEADLINE:?}\n");
    run("rounded up", |timeout| timeout);
    // What a loop does that has the exact time left and hands `as_millis()` to the system.
    run("cut off", |timeout| {
        timeout.saturating_sub(Duration::from_millis(1))
    });
}

/// A loop with one timer that waits in the operating system for what `timeout` makes of the queue's
/// answer.
fn run(name: &str, timeout: fn(Duration) -> Duration) {
    let clock = MonotonicClock::new();
    let mut timers = Timers::new();
    timers.insert(DEADLINE, ());
    let mut waits = 0_u64;
    loop {
        let now = clock.now();
        if let Some((id, ())) = timers.pop_due(now) {
            let late = now - id.deadline();
            println!("{name:12} {waits:>7} waits, {late:?} late");
            return;
        }
        if let Some(left) = timers.next_timeout(now) {
            waits += 1;
            thread::sleep(timeout(left));
        }
    }
}
