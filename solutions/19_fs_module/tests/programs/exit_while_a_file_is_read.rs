//! Rule 17: process.exit does not wait for files, and calls nobody but the listeners of exit.

use fs_module::read;
use runtime::{process, set_immediate};

use super::{at, put, say};

pub fn main() {
    put("file", "text");
    process::on_exit(|code| say(format!("exit {code}")));
    read(at("file"), |_| say("never"));
    set_immediate(|| process::exit(3));
}
