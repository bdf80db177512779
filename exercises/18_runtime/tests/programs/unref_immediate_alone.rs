//! Rule 16: an immediate without a ref does not run when it is alone.

use runtime::{process, set_immediate};

use super::say;

pub fn main() {
    let alone = set_immediate(|| say("never"));
    alone.unref();
    say(alone.has_ref());
    process::on_exit(|_| say("exit"));
}
