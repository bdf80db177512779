//! Rules 1 and 11: a timer that is due when main is over comes before the immediates.

use runtime::{next_tick, set_immediate, set_timeout};

use super::{burn, say};

pub fn main() {
    set_immediate(|| say("immediate"));
    set_timeout(|| say("timer"), 0);
    next_tick(|| say("tick"));
    burn(3);
}
