#![doc = include_str!("../../../exercises/15_callbacks/README.md")]

mod callbacks;
mod codes;
mod emitter;
mod error;

pub use callbacks::{Call, CallbackId, Callbacks, Completion};
pub use emitter::{Emitter, ListenerId};
pub use error::{Error, Result};
