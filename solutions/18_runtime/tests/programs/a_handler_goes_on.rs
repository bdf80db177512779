//! Rule 18: with a handler, the next callback of the phase follows, and then the ticks of the one that threw.

use runtime::{next_tick, process, set_timeout, throw};

use super::{burn, say};

pub fn main() {
    process::on_uncaught_exception(|uncaught| say(format!("caught {}", uncaught.message())));
    set_timeout(
        || {
            say("t1");
            next_tick(|| say("n1"));
            throw("t1");
        },
        1,
    );
    set_timeout(
        || {
            say("t2");
            next_tick(|| say("n2"));
        },
        1,
    );
    burn(3);
}
