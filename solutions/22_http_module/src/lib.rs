#![doc = include_str!("../../../exercises/22_http_module/README.md")]

mod client;
mod message;
mod parser;
mod server;

#[cfg(not(all(
    any(target_os = "linux", target_os = "macos", windows),
    any(target_arch = "x86_64", target_arch = "aarch64")
)))]
compile_error!("this workshop runs on Linux, macOS and Windows, on x86_64 and aarch64");

pub use client::{ClientOptions, ClientRequest, Incoming, get, request};
pub use parser::{Event, Framing, Head, Limits, ParseError, Parser};
pub use runtime::{Error, Result};
pub use server::{
    Pipeline, Request, Response, Rest, Server, ServerOptions, Time, Turn, Unread, WaitsFor,
    create_server,
};
