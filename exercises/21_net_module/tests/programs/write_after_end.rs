//! A write after `end` is an error of the program: its callback hears of it first, then `error`, then `close`. When the
//! peer has ended, too, it is another one, and the listeners of `end` know that already.

use net_module::{connect, create_server};
use runtime::{next_tick, set_immediate};

use super::{cell, code, say};

pub fn main() {
    let (own, server_cell) = cell();
    let server = create_server(move |peer: net_module::Socket| {
        let server: net_module::Server = own.take().expect("it listens");
        server.close(|_| {});
        peer.on_error(|_| {});
        peer.resume();
    });
    server_cell.set(Some(server.clone()));
    let own = server.clone();
    server.listen(("127.0.0.1", 0), move || {
        let socket = connect(own.local_addr().expect("it listens"));
        let own = socket.clone();
        socket.on_connect(move || {
            own.end_with(b"hello");
            own.write_then(b"more", |result| say(format!("callback {}", code(result))));
            next_tick(|| say("tick"));
            set_immediate(|| say("immediate"));
            say(format!("destroyed {}", own.is_destroyed()));
        });
        socket.on_error(|error| say(format!("error {}", error.code())));
        socket.on_close(|had_error| {
            say(format!("close {had_error}"));
            second();
        });
    });
}

fn second() {
    let (own, place) = cell();
    let server = create_server(move |peer: net_module::Socket| {
        let server: net_module::Server = own.take().expect("it listens");
        server.close(|_| {});
        peer.on_error(|_| {});
        peer.resume();
        peer.end();
    });
    place.set(Some(server.clone()));
    let own = server.clone();
    server.listen(("127.0.0.1", 0), move || {
        let socket = connect(own.local_addr().expect("it listens"));
        socket.resume();
        let own = socket.clone();
        socket.on_end(move || {
            own.end();
            own.write_then(b"more", |result| say(format!("callback {}", code(result))));
        });
        socket.on_error(|error| say(format!("error {}", error.code())));
        socket.on_close(|had_error| say(format!("close {had_error}")));
    });
}
