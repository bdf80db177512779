//! Rule 3: ticks and microtasks run after each timer, not after all of them.

use runtime::{next_tick, queue_microtask, set_timeout};

use super::{burn, say};

pub fn main() {
    for i in [0, 1] {
        set_timeout(
            move || {
                say(format!("t{i}"));
                queue_microtask(move || say(format!("m{i}")));
                next_tick(move || say(format!("n{i}")));
            },
            1,
        );
    }
    burn(3);
}
