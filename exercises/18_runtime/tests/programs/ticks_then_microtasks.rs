//! Rules 2 and 3: after main, all ticks, then all microtasks, again and again.

use runtime::{next_tick, queue_microtask, set_timeout};

use super::say;

pub fn main() {
    next_tick(|| {
        say("n1");
        queue_microtask(|| say("m-in-n1"));
        next_tick(|| say("n-in-n1"));
    });
    queue_microtask(|| {
        say("m1");
        next_tick(|| say("n-in-m1"));
        queue_microtask(|| say("m-in-m1"));
    });
    next_tick(|| say("n2"));
    queue_microtask(|| say("m2"));
    set_timeout(|| say("timer"), 1);
    say("main");
}
