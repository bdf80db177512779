#![doc = include_str!("../../../exercises/14_echo_server/README.md")]

mod config;
mod connection;
mod server;
mod slab;
mod sockets;
mod stopper;

pub use config::Config;
pub use connection::{Connection, Turn};
pub use server::{Server, Stats};
pub use slab::Slab;
pub use sockets::{Listener, Stream};
pub use stopper::Stopper;
