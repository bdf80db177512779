//! Rule 19: timers come before the question whether the loop is alive.

use runtime::{set_immediate, set_timeout};

use super::{burn, say};

pub fn main() {
    set_immediate(|| {
        set_timeout(|| say("late"), 1).unref();
        burn(3);
    });
}
