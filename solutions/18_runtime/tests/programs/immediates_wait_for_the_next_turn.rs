//! Rule 11: what the check phase sets waits until the next one, behind the timers.

use runtime::{set_immediate, set_timeout};

use super::{burn, say};

pub fn main() {
    set_immediate(|| {
        say("a");
        set_immediate(|| say("c"));
        set_timeout(|| say("timer"), 0);
        burn(3);
    });
    set_immediate(|| say("b"));
}
