//! Rule 8: an interval is set again before its ticks run.

use runtime::{clear_interval, next_tick, set_interval, set_timeout};

use super::{burn, cell, say};

pub fn main() {
    let (own, id) = cell();
    let mut calls = 0;
    let interval = set_interval(
        move || {
            calls += 1;
            say(format!("i{calls}"));
            if calls == 1 {
                next_tick(|| {
                    set_timeout(|| say("timer"), 3);
                    burn(6);
                });
            }
            if calls == 2 {
                clear_interval(own.get().unwrap());
            }
        },
        3,
    );
    id.set(Some(interval));
}
