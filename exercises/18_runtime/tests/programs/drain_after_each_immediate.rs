//! Rules 3 and 11: the same in the check phase.

use runtime::{next_tick, queue_microtask, set_immediate};

use super::say;

pub fn main() {
    for i in [0, 1] {
        set_immediate(move || {
            say(format!("i{i}"));
            queue_microtask(move || say(format!("m{i}")));
            next_tick(move || say(format!("n{i}")));
        });
    }
}
