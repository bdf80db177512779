//! Rule 16: a timer without a ref runs while others keep the program alive. A ref can be given back.

use runtime::set_timeout;

use super::say;

pub fn main() {
    set_timeout(|| say("idle"), 2).unref();
    set_timeout(|| say("never"), 60_000).unref();
    let back = set_timeout(|| say("back"), 6).unref();
    back.ref_();
    say(back.has_ref());
    let gone = set_timeout(|| {}, 60_000);
    gone.unref();
    gone.unref();
    say(gone.has_ref());
}
