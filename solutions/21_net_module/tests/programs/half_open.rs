//! Half-open is on: our direction stays open until we end it. The listeners of `end` are early enough to say so.

use net_module::{connect, create_server};
use runtime::set_timeout;

use super::{cell, say, text};

pub fn main() {
    let (own, server_cell) = cell();
    let server = create_server(move |peer: net_module::Socket| {
        let server: net_module::Server = own.take().expect("it listens");
        server.close(|_| {});
        peer.set_allow_half_open(true);
        peer.on_data(|data| say(format!("server {}", text(data))));
        let own = peer.clone();
        peer.on_end(move || {
            say("server end");
            let late = move || {
                say(format!("write {}", own.write(b"late answer")));
                set_timeout(move || own.end(), 5);
            };
            set_timeout(late, 5);
        });
        peer.on_close(|had_error| say(format!("server close {had_error}")));
    });
    server_cell.set(Some(server.clone()));
    let own = server.clone();
    server.listen(("127.0.0.1", 0), move || {
        let socket = connect(own.local_addr().expect("it listens"));
        socket.end_with(b"question");
        socket.on_data(|data| say(format!("client {}", text(data))));
        socket.on_end(|| {
            say("client end");
            second();
        });
    });
}

fn second() {
    let (own, place) = cell();
    let server = create_server(move |peer: net_module::Socket| {
        let server: net_module::Server = own.take().expect("it listens");
        server.close(|_| {});
        peer.resume();
        let own = peer.clone();
        peer.on_end(move || {
            own.set_allow_half_open(true);
            let late = move || {
                say(format!("writable {}", own.is_writable()));
                own.end_with(b"late answer");
            };
            set_timeout(late, 5);
        });
    });
    place.set(Some(server.clone()));
    let own = server.clone();
    server.listen(("127.0.0.1", 0), move || {
        let socket = connect(own.local_addr().expect("it listens"));
        socket.end();
        socket.on_data(|data| say(format!("client {}", text(data))));
        socket.on_close(|had_error| say(format!("client close {had_error}")));
    });
}
