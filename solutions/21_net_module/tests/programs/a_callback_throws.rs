//! What a callback throws does not keep the socket from its work.

use net_module::{connect, create_server};
use runtime::{process, throw};

use super::{cell, say, text};

pub fn main() {
    process::on_uncaught_exception(|uncaught| say(format!("caught {}", uncaught.message())));
    let (own, server_cell) = cell();
    let server = create_server(move |peer: net_module::Socket| {
        let server: net_module::Server = own.take().expect("it listens");
        server.close(|_| {});
        peer.on_data(|data| {
            say(format!("server {}", text(data)));
            throw("data");
        });
        let own = peer.clone();
        peer.on_end(move || {
            say("server end");
            own.end();
            throw("end");
        });
        peer.on_close(|had_error| say(format!("server close {had_error}")));
    });
    server_cell.set(Some(server.clone()));
    let own = server.clone();
    server.listen(("127.0.0.1", 0), move || {
        let socket = connect(own.local_addr().expect("it listens"));
        let own = socket.clone();
        socket.on_connect(move || {
            let socket = own.clone();
            own.write_then(b"hello", move |_| {
                socket.end();
                throw("written");
            });
        });
        socket.on_close(|had_error| say(format!("close {had_error}")));
    });
}
