//! Rule 2: tasks have no limit. A long chain of them runs before a timer that is due.

use runtime::{next_tick, queue_microtask, set_timeout};

use super::{burn, say};

pub fn main() {
    set_timeout(|| say("timer"), 1);
    burn(3);
    queue_microtask(|| chain(1000));
}

fn chain(left: u32) {
    let left = left - 1;
    if left == 0 {
        say("end of the chain");
    } else if left % 2 == 1 {
        queue_microtask(move || chain(left));
    } else {
        next_tick(move || chain(left));
    }
}
