//! Whoever ends in the listener of `end` has a socket until that callback's ticks are over. Whoever has ended before has
//! not.

use net_module::{connect, create_server};
use runtime::{next_tick, queue_microtask, set_immediate};

use super::{cell, say};

pub fn main() {
    let (own, place) = cell();
    let server = create_server(move |peer: net_module::Socket| {
        let server: net_module::Server = own.take().expect("it listens");
        server.close(|_| {});
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
            next_tick(move || say(format!("ended here, destroyed {}", own.is_destroyed())));
        });
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
        peer.resume();
    });
    place.set(Some(server.clone()));
    let own = server.clone();
    server.listen(("127.0.0.1", 0), move || {
        let socket = connect(own.local_addr().expect("it listens"));
        socket.set_allow_half_open(true);
        socket.resume();
        let own = socket.clone();
        socket.on_connect(move || own.end());
        let own = socket.clone();
        socket.on_end(move || {
            next_tick(move || say(format!("ended before, destroyed {}", own.is_destroyed())));
        });
        socket.on_close(|had_error| {
            say(format!("close {had_error}"));
            third();
        });
    });
}

fn third() {
    let (own, place) = cell();
    let server = create_server(move |peer: net_module::Socket| {
        let server: net_module::Server = own.take().expect("it listens");
        server.close(|_| {});
        peer.resume();
        peer.end();
    });
    place.set(Some(server.clone()));
    let own = server.clone();
    server.listen(("127.0.0.1", 0), move || {
        let socket = connect(own.local_addr().expect("it listens"));
        socket.set_allow_half_open(true);
        socket.resume();
        let own = socket.clone();
        let lives = move |when| {
            say(format!(
                "ended later, in {when} destroyed {}",
                own.is_destroyed()
            ));
        };
        let own = socket.clone();
        let later = move || {
            own.end();
            next_tick(move || {
                lives("a tick");
                queue_microtask(move || lives("a microtask"));
            });
        };
        socket.on_end(move || {
            set_immediate(later);
        });
        socket.on_close(|had_error| say(format!("close {had_error}")));
    });
}
