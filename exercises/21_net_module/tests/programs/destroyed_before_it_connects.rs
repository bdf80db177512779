//! A socket can be destroyed at any time, with an error or without, once. What it has not sent fails before `close`.

use net_module::connect;
use runtime::{Error, next_tick, set_immediate};

use super::{code, say};

pub fn main() {
    let socket = connect(("127.0.0.1", 1));
    socket.on_connect(|| say("connect"));
    socket.on_error(|error| say(format!("error {}", error.code())));
    for name in ["a", "b"] {
        socket.write_then(name.as_bytes(), move |result| {
            let what = if result.is_err() { "failed" } else { "sent" };
            say(format!("{name} {what}"));
        });
    }
    // After the writes: Node's callbacks of such writes are listeners of `close` themselves.
    socket.on_close(|had_error| say(format!("close {had_error}")));
    socket.destroy_with(Error::new("ours", ""));
    socket.destroy_with(Error::new("second", ""));
    let said = |result| say(format!("callback {}", code(result)));
    say(format!("write {}", socket.write_then(b"more", said)));
    next_tick(|| say("tick"));
    set_immediate(|| say("immediate"));
    say(format!("destroyed {}", socket.is_destroyed()));
}
