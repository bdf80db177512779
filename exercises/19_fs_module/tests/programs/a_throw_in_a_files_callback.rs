//! Rule 18: with a handler the program goes on, and other files call back as if nothing had happened.

use fs_module::read_to_string;
use runtime::{process, set_immediate, throw};

use super::{at, put, say};

pub fn main() {
    put("file", "text");
    process::on_uncaught_exception(|uncaught| say(format!("caught {}", uncaught.message())));
    read_to_string(at("file"), |text| {
        say(text.expect("it is there"));
        read_to_string(at("file"), |text| {
            say(format!("again {}", text.expect("it is there")));
        });
        set_immediate(|| say("immediate"));
        throw("it");
    });
}
