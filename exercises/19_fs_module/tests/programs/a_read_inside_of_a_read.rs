//! Rule 11: a read that a callback begins comes after the immediate that the same callback sets.

use fs_module::read_to_string;
use runtime::set_immediate;

use super::{at, put, say};

pub fn main() {
    put("one", "1");
    put("two", "2");
    read_to_string(at("one"), |text| {
        say(text.expect("it is there"));
        read_to_string(at("two"), |text| {
            say(text.expect("it is there"));
            read_to_string(at("three"), |text| {
                say(text.expect_err("it is missing").code())
            });
            say("in two");
        });
        set_immediate(|| say("immediate"));
        say("in one");
    });
}
