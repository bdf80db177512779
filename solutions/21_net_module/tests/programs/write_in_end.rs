//! Rule 20: half-open is off, and a write inside of `end` still succeeds, as does one in its tick. After that: EPIPE.

use std::cell::RefCell;
use std::rc::Rc;

use net_module::{connect, create_server};
use runtime::next_tick;

use super::{cell, code, say, text};

pub fn main() {
    let (own, server_cell) = cell();
    let server = create_server(move |peer: net_module::Socket| {
        let server: net_module::Server = own.take().expect("it listens");
        server.close(|_| {});
        peer.resume();
        let own = peer.clone();
        peer.on_end(move || {
            say("end");
            let said = |result| say(format!("written {}", code(result)));
            say(format!("write {}", own.write_then(b"in end", said)));
            next_tick(move || {
                say(format!("write {}", own.write(b", in its tick")));
                next_tick(move || {
                    let said = |result| say(format!("callback {}", code(result)));
                    say(format!("write {}", own.write_then(b"too late", said)));
                });
            });
        });
        peer.on_error(|error| say(format!("error {}", error.code())));
        peer.on_close(|had_error| say(format!("close {had_error}")));
    });
    server_cell.set(Some(server.clone()));
    let own = server.clone();
    server.listen(("127.0.0.1", 0), move || {
        let socket = connect(own.local_addr().expect("it listens"));
        let all = Rc::new(RefCell::new(String::new()));
        let more = Rc::clone(&all);
        socket.end_with(b"hello");
        socket.on_error(|_| {});
        socket.on_data(move |data| more.borrow_mut().push_str(&text(data)));
        socket.on_close(move |_| say(format!("client {}", all.borrow())));
    });
}
