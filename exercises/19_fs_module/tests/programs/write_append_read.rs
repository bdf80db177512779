//! A write replaces, an append goes on, and both make the file.

use fs_module::{append, read_to_string, write};
use runtime::set_immediate;

use super::{at, say};

/// Reads the file, and goes on with `then`.
fn show(then: impl FnOnce() + 'static) {
    read_to_string(at("notes"), |text| {
        say(format!("[{}]", text.expect("it was made")));
        then();
    });
}

pub fn main() {
    let empty = || write(at("notes"), "", |_| show(|| {}));
    let third = move || write(at("notes"), "c", move |_| show(empty));
    let second = move || append(at("notes"), "b", move |_| show(third));
    append(at("notes"), "long ", move |_| {
        write(at("notes"), "a", move |_| show(second));
    });
    set_immediate(|| say("immediate"));
    say("main");
}
