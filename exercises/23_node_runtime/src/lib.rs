#![doc = include_str!("../README.md")]

mod program;
mod slow_site;
pub mod trace;

pub use crypto_module as crypto;
pub use fs_module as fs;
pub use http_module as http;
pub use net_module as net;
pub use program::{Say, World, javascript};
pub use runtime::*;
pub use slow_site::SlowSite;
