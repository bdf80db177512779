//! Rules 12 and 15: a refused connect is told later, the error first, `close` in the close phase.

use net_module::{connect, create_server};
use runtime::{next_tick, set_immediate};

use super::{say, without_port};

pub fn main() {
    let server = create_server(|_| {});
    let own = server.clone();
    server.listen(("127.0.0.1", 0), move || {
        let address = own.local_addr().expect("it listens");
        own.close(move |_| {
            let socket = connect(address);
            socket.on_connect(|| say("connect"));
            socket.on_error(move |error| {
                say(without_port(error, address));
                next_tick(|| say("tick"));
                set_immediate(|| say("immediate"));
            });
            socket.on_close(|had_error| say(format!("close {had_error}")));
            say("returned");
        });
    });
}
