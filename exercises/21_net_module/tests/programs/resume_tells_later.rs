//! Data that came while nobody wanted it is told in a tick, and the end after it.

use net_module::{connect, create_server};
use runtime::{next_tick, set_immediate};

use super::{cell, say, text};

pub fn main() {
    let (own, server_cell) = cell();
    let server = create_server(move |peer: net_module::Socket| {
        let server: net_module::Server = own.take().expect("it listens");
        server.close(|_| {});
        peer.on_end(|| say("end"));
        peer.on_close(|_| say("close"));
        look(peer);
    });
    server_cell.set(Some(server.clone()));
    let own = server.clone();
    server.listen(("127.0.0.1", 0), move || {
        let socket = connect(own.local_addr().expect("it listens"));
        socket.end_with(b"hello");
    });
}

fn look(peer: net_module::Socket) {
    if peer.bytes_read() == 0 {
        set_immediate(move || look(peer));
        return;
    }
    peer.on_data(|data| say(format!("data {}", text(data))));
    next_tick(|| say("tick"));
    say("listens");
}
