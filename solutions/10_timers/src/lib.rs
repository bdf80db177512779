#![doc = include_str!("../../../exercises/10_timers/README.md")]

mod clock;
mod list;
mod slots;
mod timeout;
mod timers;
mod tree;

pub use clock::{Clock, MonotonicClock, VirtualClock};
pub use slots::TimerId;
pub use timeout::{RESOLUTION, whole_milliseconds};
pub use timers::Timers;
pub use tree::{TimerTree, TreeId};
