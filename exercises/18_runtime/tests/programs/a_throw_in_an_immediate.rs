//! Rule 18: the other immediates of the phase still run.

use runtime::{process, set_immediate, set_timeout, throw};

use super::say;

pub fn main() {
    process::on_uncaught_exception(|uncaught| say(format!("caught {}", uncaught.message())));
    set_immediate(|| {
        say("i1");
        throw("i1");
    });
    set_immediate(|| {
        say("i2");
        set_timeout(|| say("t"), 1);
    });
}
