//! Without a listener, an error is an uncaught exception. `close` comes all the same.

use net_module::{connect, create_server};
use runtime::{next_tick, process};

use super::say;

pub fn main() {
    process::on_uncaught_exception(|_| {
        say("uncaught");
        next_tick(|| say("tick"));
    });
    let server = create_server(|_| {});
    let own = server.clone();
    server.listen(("127.0.0.1", 0), move || {
        let address = own.local_addr().expect("it listens");
        own.close(move |_| {
            let socket = connect(address);
            socket.on_close(|had_error| say(format!("close {had_error}")));
        });
    });
}
