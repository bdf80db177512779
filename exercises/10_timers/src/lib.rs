#![doc = include_str!("../README.md")]

mod clock;
mod queue;

pub use clock::{Clock, MonotonicClock, VirtualClock};
pub use queue::{RESOLUTION, TimerId, Timers};
