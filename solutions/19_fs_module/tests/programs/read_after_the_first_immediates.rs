//! Rules 11 and 14: a read takes several trips. Its callback has the immediate before the timer.

use fs_module::read_to_string;
use runtime::{next_tick, queue_microtask, set_immediate, set_timeout};

use super::{at, burn, put, say};

pub fn main() {
    put("short", "text");
    read_to_string(at("short"), |text| {
        say(format!("read {}", text.expect("it is there")));
        set_timeout(|| say("timer"), 0);
        set_immediate(|| say("second immediate"));
        queue_microtask(|| say("microtask"));
        next_tick(|| say("second tick"));
        burn(3);
    });
    set_immediate(|| say("immediate"));
    next_tick(|| say("tick"));
    // Long enough for a worker, if it could be done in one trip.
    burn(20);
    say("main");
}
