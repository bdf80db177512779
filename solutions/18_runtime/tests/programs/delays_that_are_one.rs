//! Rule 4: what is not between 1 and 2^31 - 1 is 1 ms, so all of these share one list.

use runtime::set_timeout;

use super::{burn, say};

pub fn main() {
    for (name, delay) in [
        ("1", 1.0),
        ("0", 0.0),
        ("-5", -5.0),
        ("1.9", 1.9),
        ("NaN", f64::NAN),
        ("Infinity", f64::INFINITY),
        ("2147483648", 2_147_483_648.0),
    ] {
        set_timeout(move || say(format!("t({name})")), delay);
    }
    set_timeout(|| say("two"), 2);
    set_timeout(|| say("one"), 1);
    burn(4);
}
