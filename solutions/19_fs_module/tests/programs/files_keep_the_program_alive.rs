//! Rule 16: a file that is read or written keeps the program alive until its callback has run.

use std::cell::Cell;

use fs_module::{read_to_string, write};
use runtime::{process, set_timeout};

use super::{at, say};

pub fn main() {
    let again = Cell::new(true);
    process::on_before_exit(move |_| {
        say("before exit");
        if again.replace(false) {
            read_to_string(at("file"), |text| say(text.expect("it was written")));
        }
    });
    write(at("file"), "text", |written| {
        say(written.map_or_else(|error| error.to_string(), |()| String::from("written")));
    });
    set_timeout(|| say("never"), 60_000).unref();
    say("main");
}
