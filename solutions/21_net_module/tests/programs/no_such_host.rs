//! Rule 15: a name that does not exist is an error that comes later.

use net_module::connect;
use runtime::next_tick;

use super::say;

pub fn main() {
    let socket = connect(("no such host", 80));
    socket.on_connect(|| say("connect"));
    socket.on_error(|error| say(error));
    socket.on_close(|had_error| say(format!("close {had_error}")));
    next_tick(|| say("tick"));
    say("main");
}
