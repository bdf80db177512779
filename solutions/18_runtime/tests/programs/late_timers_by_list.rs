//! Rules 5 and 6: late timers fire list by list, and not in the order of their deadlines.

use runtime::set_timeout;

use super::{burn, say};

pub fn main() {
    set_timeout(|| say("P20"), 20);
    set_timeout(|| say("Q22"), 22);
    burn(5);
    set_timeout(|| say("R20"), 20);
    burn(30);
}
