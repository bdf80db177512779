//! Rule 19: an immediate without a ref that was left over runs when the loop goes on.

use std::cell::Cell;

use runtime::{process, set_immediate};

use super::say;

pub fn main() {
    set_immediate(|| say("left over")).unref();
    let asked = Cell::new(false);
    process::on_before_exit(move |_| {
        say("before exit");
        if asked.replace(true) {
            return;
        }
        set_immediate(|| say("immediate"));
    });
}
