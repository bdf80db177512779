#![doc = include_str!("../README.md")]

mod backlog;
mod chunk;
mod close;
mod connect;
mod end;
mod handle;
mod idle;
mod listeners;
mod lookup;
mod read;
mod server;
mod socket;
mod target;
mod turn;
mod write;

#[cfg(not(all(
    any(target_os = "linux", target_os = "macos", windows),
    any(target_arch = "x86_64", target_arch = "aarch64")
)))]
compile_error!("this workshop runs on Linux, macOS and Windows, on x86_64 and aarch64");

pub use listeners::Listener;
pub use lookup::lookup;
pub use runtime::{Error, Result};
pub use server::{Server, create_server};
pub use socket::{Socket, connect};
pub use target::Target;
