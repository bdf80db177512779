//! Rule 18: without a handler, a throw ends the program with code 1. Ticks and timers are dropped.

use runtime::{next_tick, process, set_timeout, throw};

use super::say;

pub fn main() {
    process::on_exit(|code| say(format!("exit {code}")));
    set_timeout(
        || {
            say("t1");
            next_tick(|| say("never"));
            throw("t1");
        },
        1,
    );
    set_timeout(|| say("never"), 1);
}
