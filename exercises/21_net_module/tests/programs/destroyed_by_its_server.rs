//! The order of the three that hear of a `destroy`: the error's listeners, the server that waits, and `close`.

use net_module::{connect, create_server};
use runtime::{Error, next_tick, set_immediate};

use super::{cell, say};

pub fn main() {
    let (own, server_cell) = cell();
    let server = create_server(move |peer: net_module::Socket| {
        let server: net_module::Server = own.take().expect("it listens");
        server.close(|_| say("server closed"));
        peer.on_error(|error| say(format!("error {}", error.code())));
        peer.on_close(|had_error| say(format!("close {had_error}")));
        peer.destroy_with(Error::new("ours", ""));
        next_tick(|| say("tick"));
        set_immediate(|| say("immediate"));
    });
    server_cell.set(Some(server.clone()));
    let own = server.clone();
    server.listen(("127.0.0.1", 0), move || {
        let socket = connect(own.local_addr().expect("it listens"));
        socket.on_error(|_| {});
        socket.resume();
    });
}
