//! Rule 8: an interval that was late by many times its delay fires once a turn.

use runtime::{clear_interval, set_immediate, set_interval};

use super::{burn, cell, say};

pub fn main() {
    let (own, id) = cell();
    let mut calls = 0;
    let interval = set_interval(
        move || {
            calls += 1;
            say(format!("i{calls}"));
            set_immediate(|| say("immediate"));
            if calls == 3 {
                clear_interval(own.get().unwrap());
            } else {
                burn(12);
            }
        },
        3,
    );
    id.set(Some(interval));
    burn(12);
}
