//! Rule 5: refresh lets a timer count from now on, behind the others of its list.

use runtime::set_timeout;

use super::{burn, say};

pub fn main() {
    let first = set_timeout(|| say("first"), 5);
    set_timeout(|| say("second"), 5);
    first.refresh();
    burn(8);
}
