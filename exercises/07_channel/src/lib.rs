#![doc = include_str!("../README.md")]

mod channel;
mod error;

pub use channel::{Receiver, Sender, bounded, channel};
pub use error::{RecvError, RecvTimeoutError, SendError, TryRecvError, TrySendError};
