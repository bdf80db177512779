//! An immediate without a ref runs in the turn after the timers that came before all turns, also when they were the
//! last.

use runtime::{set_immediate, set_timeout};

use super::{burn, say};

pub fn main() {
    set_timeout(|| say("far"), 1000).unref();
    set_immediate(|| say("left over")).unref();
    set_timeout(|| say("timer"), 1);
    burn(5);
}
