#![doc = include_str!("../README.md")]

mod one_trip;
mod open;
mod read;
mod trips;
mod write;

pub use one_trip::{Stat, make_dir, read_dir, remove, rename, stat};
pub use read::{read, read_to_string, read_with};
pub use trips::CHUNK;
pub use write::{append, write, write_with};
