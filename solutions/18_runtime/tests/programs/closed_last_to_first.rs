//! Rule 12: the close phase calls the handle that was closed last first, and ticks follow each.

use runtime::{close, next_tick, set_immediate};

use super::say;

pub fn main() {
    set_immediate(|| {
        close(|| {
            say("first");
            next_tick(|| say("tick"));
            close(|| say("next turn"));
            set_immediate(|| say("immediate"));
        });
        close(|| say("second"));
    });
    set_immediate(|| {
        close(|| {
            say("third");
            next_tick(|| say("tick"));
        });
        say("closed");
    });
}
