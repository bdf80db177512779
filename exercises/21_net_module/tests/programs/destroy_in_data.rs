//! Rule 12: `destroy` stops everything. A write that was taken is called back, a later one is refused.

use net_module::{connect, create_server};
use runtime::{next_tick, set_immediate};

use super::{cell, code, say};

pub fn main() {
    let (own, server_cell) = cell();
    let server = create_server(move |peer: net_module::Socket| {
        let server: net_module::Server = own.take().expect("it listens");
        server.close(|_| say("server closed"));
        let own = peer.clone();
        peer.on_data(move |_| {
            own.write_then(b"taken", |_| say("written"));
            next_tick(|| say("tick"));
            set_immediate(|| say("immediate"));
            own.destroy();
            say(format!("destroyed {}", own.is_destroyed()));
            let more = own.write_then(b"more", |result| say(code(result)));
            say(format!("write {more}"));
        });
        peer.on_end(|| say("end"));
        peer.on_error(|_| say("error"));
        peer.on_close(|had_error| say(format!("close {had_error}")));
    });
    server_cell.set(Some(server.clone()));
    let own = server.clone();
    server.listen(("127.0.0.1", 0), move || {
        let socket = connect(own.local_addr().expect("it listens"));
        socket.end_with(b"hello");
        socket.on_error(|_| {});
        socket.resume();
    });
}
