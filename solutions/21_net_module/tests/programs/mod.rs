//! Small programs, each written twice: for Node in `NAME.js`, and for your sockets in `NAME.rs` beside it.
//!
//! None of them leaves its order to chance: two sides of a connection speak in turns.

use std::cell::Cell;
use std::net::SocketAddr;
use std::path::Path;
use std::rc::Rc;

use net_module::{Error, Result};
use support::node::Programs;
use support::words::last_word;
pub use support::words::{burn, say, taken};

mod a_callback_throws;
mod a_drain_for_each_connection;
mod a_refused_connect;
mod a_server_closes;
mod destroy_in_data;
mod destroyed_before_it_connects;
mod destroyed_by_its_server;
mod drain_before_its_callback;
mod echo_and_end;
mod end_in_end;
mod end_while_paused;
mod half_open;
mod no_such_host;
mod nobody_listens_for_the_error;
mod resume_tells_later;
mod write_after_end;
mod write_in_end;
mod written_in_ticks;

/// The same programs in Node.
pub fn in_node() -> Programs {
    Programs {
        folder: Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/programs"),
        // Written by the programs themselves: `node chain.js NAME...`. The first line says which Node it was.
        stored: include_str!("node_20.txt"),
        alone: &[],
    }
}

/// Their names and their main functions.
pub const ALL: [(&str, fn()); 18] = [
    ("echo_and_end", echo_and_end::main),
    ("a_refused_connect", a_refused_connect::main),
    ("no_such_host", no_such_host::main),
    (
        "nobody_listens_for_the_error",
        nobody_listens_for_the_error::main,
    ),
    (
        "destroyed_before_it_connects",
        destroyed_before_it_connects::main,
    ),
    ("destroyed_by_its_server", destroyed_by_its_server::main),
    ("a_callback_throws", a_callback_throws::main),
    ("resume_tells_later", resume_tells_later::main),
    ("end_while_paused", end_while_paused::main),
    ("end_in_end", end_in_end::main),
    ("written_in_ticks", written_in_ticks::main),
    ("drain_before_its_callback", drain_before_its_callback::main),
    ("half_open", half_open::main),
    ("write_in_end", write_in_end::main),
    ("write_after_end", write_after_end::main),
    ("destroy_in_data", destroy_in_data::main),
    (
        "a_drain_for_each_connection",
        a_drain_for_each_connection::main,
    ),
    ("a_server_closes", a_server_closes::main),
];

/// Bytes as JavaScript prints them.
pub fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The error's message. The system chose the port of `address`, so it is in no two runs the same.
fn without_port(error: &Error, address: SocketAddr) -> String {
    error
        .to_string()
        .replace(&address.port().to_string(), "PORT")
}

/// The code of an error, or what JavaScript says when there is none.
pub fn code(result: Result<()>) -> &'static str {
    result.map_or_else(|error| error.code(), |()| "undefined")
}

pub type Place<T> = Rc<Cell<Option<T>>>;

/// A place for something that a callback needs, and a copy for the callback itself.
pub fn cell<T>() -> (Place<T>, Place<T>) {
    let cell = Rc::new(Cell::new(None));
    (Rc::clone(&cell), cell)
}

/// Runs a program on your runtime. Returns its words, and at the end its exit code.
pub fn trace(main: fn()) -> Vec<String> {
    taken();
    let code = runtime::run(main);
    let mut words = taken();
    words.push(last_word(code));
    words
}
