//! Rule 18: a tick that throws ends only itself; the ticks and microtasks behind it still run.

use runtime::{clear_timeout, next_tick, process, queue_microtask, set_timeout, throw};

use super::say;

pub fn main() {
    process::on_uncaught_exception(|uncaught| say(format!("caught {}", uncaught.message())));
    let alive = set_timeout(|| say("never"), 60_000);
    next_tick(|| {
        say("n1");
        throw("n1");
    });
    next_tick(|| say("n2"));
    queue_microtask(move || {
        say("m1");
        clear_timeout(alive);
    });
}
