//! A paused socket hears of the end if no data stands before it.

use net_module::{connect, create_server};

use super::{cell, say};

pub fn main() {
    let (own, server_cell) = cell();
    let server = create_server(move |peer: net_module::Socket| {
        let server: net_module::Server = own.take().expect("it listens");
        server.close(|_| {});
        peer.pause();
        peer.on_data(|_| say("data"));
        let own = peer.clone();
        peer.on_end(move || say(format!("end {}", own.is_paused())));
        peer.on_close(|had_error| say(format!("close {had_error}")));
    });
    server_cell.set(Some(server.clone()));
    let own = server.clone();
    server.listen(("127.0.0.1", 0), move || {
        let socket = connect(own.local_addr().expect("it listens"));
        let own = socket.clone();
        socket.on_connect(move || own.end());
        socket.on_close(|had_error| say(format!("client close {had_error}")));
    });
}
