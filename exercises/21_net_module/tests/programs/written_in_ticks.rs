//! What the kernel takes at once is told in a tick, one for each write.

use net_module::{connect, create_server};
use runtime::{next_tick, queue_microtask, set_immediate};

use super::{cell, say};

pub fn main() {
    let (own, server_cell) = cell();
    let server = create_server(move |peer: net_module::Socket| {
        let server: net_module::Server = own.take().expect("it listens");
        server.close(|_| {});
        peer.resume();
    });
    server_cell.set(Some(server.clone()));
    let own = server.clone();
    server.listen(("127.0.0.1", 0), move || {
        let socket = connect(own.local_addr().expect("it listens"));
        let own = socket.clone();
        socket.on_connect(move || {
            own.on_drain(|| say("drain"));
            let a = own.write_then(b"a", |_| say("written a"));
            say(format!("a {a}"));
            next_tick(|| say("tick"));
            let b = own.write_then(&[0; 20000], |_| say("written b"));
            say(format!("b {b}"));
            queue_microtask(|| say("microtask"));
            set_immediate(move || {
                say("immediate");
                let c = own.write_then(&[0; 20000], |_| say("written c"));
                say(format!("c {c}"));
                next_tick(|| say("tick of immediate"));
                let socket = own.clone();
                let d = own.write_then(b"d", move |_| {
                    say("written d");
                    socket.end();
                });
                say(format!("d {d}"));
            });
        });
        let early = socket.write_then(b"early", |_| say("written early"));
        say(format!("early {early}"));
    });
}
