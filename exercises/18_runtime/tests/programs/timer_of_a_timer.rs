//! Rule 7: a timer that a timer sets waits for the next turn, though it is due already.

use runtime::{set_immediate, set_timeout};

use super::{burn, say};

pub fn main() {
    set_timeout(
        || {
            say("t1");
            set_timeout(|| say("t2"), 1);
            set_immediate(|| say("immediate"));
            burn(3);
        },
        1,
    );
    set_timeout(|| say("t3"), 1);
    burn(3);
}
