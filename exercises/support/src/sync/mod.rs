//! What threads share, with the names and signatures of `std::sync` and `std::thread`.
//!
//! These types are std's own, with one question in front of each operation: does the explorer
//! ([`crate::explore`]) run this thread? If not, which is so in every ordinary program, they do at once
//! what std does.

pub mod atomic;
mod condvar;
mod mutex;
pub mod thread;
pub mod time;

pub use std::sync::{Arc, LockResult, PoisonError};

pub use condvar::{Condvar, WaitTimeoutResult};
pub use mutex::{Mutex, MutexGuard};
