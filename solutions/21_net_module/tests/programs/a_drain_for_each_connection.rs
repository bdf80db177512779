//! Rule 3: two connections come in one event, and between them the ticks and microtasks of the first one run.

use std::cell::Cell;

use net_module::{connect, create_server};
use runtime::{next_tick, queue_microtask};

use super::{burn, cell, say};

pub fn main() {
    let (own, server_cell) = cell();
    let count = Cell::new(0);
    let server = create_server(move |peer: net_module::Socket| {
        count.set(count.get() + 1);
        let number = count.get();
        say(format!("connection {number}"));
        next_tick(move || say(format!("tick {number}")));
        queue_microtask(move || say(format!("microtask {number}")));
        peer.resume();
        if number == 2 {
            let server: net_module::Server = own.take().expect("it listens");
            server.close(|_| {});
        }
    });
    server_cell.set(Some(server.clone()));
    let own = server.clone();
    server.listen(("127.0.0.1", 0), move || {
        for _ in 0..2 {
            let socket = connect(own.local_addr().expect("it listens"));
            let own = socket.clone();
            socket.on_connect(move || own.end());
        }
        next_tick(|| burn(20));
    });
}
