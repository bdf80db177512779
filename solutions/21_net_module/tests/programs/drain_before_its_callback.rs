//! Rule 20: `drain` comes before the callbacks of the writes that emptied the queue.

use std::cell::RefCell;
use std::rc::Rc;

use net_module::{connect, create_server};
use runtime::{next_tick, set_immediate};

use super::{cell, say};

pub fn main() {
    let (own, server_cell) = cell();
    let peer = Rc::new(RefCell::new(None));
    let theirs = Rc::clone(&peer);
    let server = create_server(move |socket: net_module::Socket| {
        let server: net_module::Server = own.take().expect("it listens");
        server.close(|_| {});
        socket.pause();
        theirs.replace(Some(socket));
    });
    server_cell.set(Some(server.clone()));
    let own = server.clone();
    server.listen(("127.0.0.1", 0), move || {
        let socket = connect(own.local_addr().expect("it listens"));
        let own = socket.clone();
        socket.on_connect(move || {
            own.on_drain(|| {
                say("drain");
                next_tick(|| say("tick of drain"));
            });
            let a = own.write_then(b"a", |_| say("written a"));
            say(format!("a {a}"));
            next_tick(|| say("tick"));
            let b = own.write_then(&vec![0; 32 * 1024 * 1024], |_| say("written b"));
            say(format!("b {b}"));
            let c = own.write_then(b"c", |_| say("written c"));
            say(format!("c {c}"));
            let socket = own.clone();
            let d = own.write_then(b"d", move |_| {
                say("written d");
                socket.end();
            });
            say(format!("d {d}"));
            resume(Rc::clone(&peer));
        });
    });
}

/// As soon as the server has it.
fn resume(peer: Rc<RefCell<Option<net_module::Socket>>>) {
    match peer.take() {
        Some(peer) => peer.resume(),
        None => drop(set_immediate(move || resume(peer))),
    }
}
