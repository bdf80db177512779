//! Rule 17: process.exit calls the listeners of exit at once, and nothing else.

use runtime::{next_tick, process, queue_microtask, set_immediate, set_timeout};

use super::say;

pub fn main() {
    process::on_before_exit(|_| say("never"));
    process::on_exit(|code| {
        say(format!("exit {code}"));
        queue_microtask(|| say("never"));
    });
    set_immediate(|| {
        say("immediate");
        next_tick(|| say("never"));
        process::exit(4);
    });
    set_immediate(|| say("never"));
    set_timeout(|| say("never"), 60_000);
}
