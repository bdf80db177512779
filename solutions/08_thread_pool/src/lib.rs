#![doc = include_str!("../../../exercises/08_thread_pool/README.md")]

mod handle;
mod pool;

pub use channel::{SendError, TrySendError};
pub use handle::{Handle, Panicked};
pub use pool::{Job, ThreadPool};
