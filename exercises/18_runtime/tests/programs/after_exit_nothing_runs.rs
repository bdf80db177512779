//! Rule 17: listeners of exit run in their order. What they set never runs, microtasks excepted.

use runtime::{next_tick, process, queue_microtask, set_immediate, set_timeout};

use super::say;

pub fn main() {
    process::on_exit(|code| {
        say(format!("first {code}"));
        set_timeout(|| say("never"), 0);
        set_immediate(|| say("never"));
        next_tick(|| say("never"));
        queue_microtask(|| say("microtask"));
        process::set_exit_code(9);
    });
    process::on_exit(|_| say("second"));
}
