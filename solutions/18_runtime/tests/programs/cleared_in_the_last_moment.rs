//! Rule 9: what is cleared is not called, also when it is due, and by a tick. Clearing twice does nothing.

use runtime::{clear_immediate, clear_timeout, next_tick, set_immediate, set_timeout};

use super::{burn, cell, say};

pub fn main() {
    let ((second, second_id), (third, third_id), (next, next_id)) = (cell(), cell(), cell());
    set_timeout(
        move || {
            say("t1");
            clear_timeout(second.get().unwrap());
            clear_timeout(second.get().unwrap());
            next_tick(move || clear_timeout(third.get().unwrap()));
        },
        1,
    );
    second_id.set(Some(set_timeout(|| say("t2"), 1)));
    third_id.set(Some(set_timeout(|| say("t3"), 1)));
    set_timeout(|| say("t4"), 1);
    set_immediate(move || {
        say("i1");
        clear_immediate(next.get().unwrap());
    });
    next_id.set(Some(set_immediate(|| say("i2"))));
    set_immediate(|| say("i3"));
    burn(3);
}
