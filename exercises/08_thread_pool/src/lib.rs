#![doc = include_str!("../README.md")]

mod handle;
mod pool;

pub use channel::{SendError, TrySendError};
pub use handle::{Handle, Panicked};
pub use pool::{Job, ThreadPool};
