//! Rule 17: beforeExit may begin something new, and is asked again.

use std::cell::Cell;

use runtime::{next_tick, process, set_immediate, set_timeout};

use super::say;

pub fn main() {
    let asked = Cell::new(0);
    process::on_before_exit(move |code| {
        say(format!("before exit {code}"));
        asked.set(asked.get() + 1);
        match asked.get() {
            1 => drop(set_timeout(|| say("timer"), 1)),
            2 => drop(set_immediate(|| say("immediate"))),
            3 => next_tick(|| say("tick")),
            _ => {}
        }
    });
    process::on_exit(|code| say(format!("exit {code}")));
    process::set_exit_code(3);
}
