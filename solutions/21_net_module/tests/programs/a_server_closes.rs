//! `listen` and `close` are told in ticks. A server that does not listen says so.

use net_module::create_server;
use runtime::{next_tick, set_immediate};

use super::{code, say, without_port};

pub fn main() {
    let idle = create_server(|_| {});
    idle.close(|result| say(format!("idle {}", code(result))));
    let server = create_server(|_| {});
    let own = server.clone();
    server.listen(("127.0.0.1", 0), move || {
        say(format!("listening {}", own.is_listening()));
        let address = own.local_addr().expect("it listens");
        let second = create_server(|_| {});
        second.on_error(move |error| {
            say(format!("second {}", without_port(error, address)));
            own.close(|result| {
                say(format!("closed {}", code(result)));
                next_tick(|| say("tick of closed"));
            });
            own.close(|result| say(format!("closed twice {}", code(result))));
            next_tick(|| say("tick"));
            set_immediate(|| say("immediate"));
            say(format!("listening {}", own.is_listening()));
        });
        second.listen(address, || {});
    });
    next_tick(|| say("tick of main"));
    say("main");
}
