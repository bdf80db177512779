//! Rule 18: a handler that throws ends the program with code 7, and nobody hears exit.

use runtime::{process, set_immediate, throw};

use super::say;

pub fn main() {
    process::on_exit(|_| say("never"));
    process::on_uncaught_exception(|_| {
        say("handler");
        throw("handler");
    });
    set_immediate(|| throw("immediate"));
}
