#![doc = include_str!("../../../exercises/07_channel/README.md")]

mod channel;
mod error;

pub use channel::{Receiver, Sender, bounded, channel};
pub use error::{RecvError, RecvTimeoutError, SendError, TryRecvError, TrySendError};
