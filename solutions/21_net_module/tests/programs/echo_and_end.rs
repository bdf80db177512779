//! Rules 12 and 15: the end of one side is answered by the other. A server's `close` is a tick.

use net_module::{connect, create_server};
use runtime::{next_tick, queue_microtask, set_immediate};

use super::{cell, say, text};

pub fn main() {
    let (own, server_cell) = cell();
    let server = create_server(move |peer: net_module::Socket| {
        let server: net_module::Server = own.take().expect("it listens");
        server.close(|_| say("server closed"));
        let own = peer.clone();
        peer.on_data(move |data| {
            say(format!("server {}", text(data)));
            set_immediate(|| say("immediate of data"));
            own.write(data);
        });
        peer.on_end(|| {
            say("server end");
            queue_microtask(|| say("microtask of end"));
            next_tick(|| say("tick of end"));
            set_immediate(|| say("immediate of end"));
        });
        peer.on_close(|had_error| say(format!("server close {had_error}")));
    });
    server_cell.set(Some(server.clone()));
    let own = server.clone();
    server.listen(("127.0.0.1", 0), move || {
        let socket = connect(own.local_addr().expect("it listens"));
        socket.write(b"hello");
        let own = socket.clone();
        socket.on_data(move |data| {
            say(format!("client {}", text(data)));
            own.end();
        });
        socket.on_end(|| say("client end"));
        socket.on_close(|had_error| say(format!("client close {had_error}")));
    });
}
