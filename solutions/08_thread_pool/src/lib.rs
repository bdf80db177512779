#![doc = include_str!("../../../exercises/08_thread_pool/README.md")]

mod catch;
mod error;
mod handle;
mod pending;
mod pool;
mod ticket;
mod worker;

pub use channel::{SendError, TrySendError};
pub use error::{Panicked, ShutDown, WaitError};
pub use handle::Handle;
pub use pool::ThreadPool;
pub use ticket::Ticket;
pub use worker::Job;
