#![doc = include_str!("../../../exercises/17_event_loop/README.md")]

mod close_phase;
mod delay;
mod event_loop;
mod immediates;
mod observer;
mod poller;
mod process;
mod timeouts;
mod virtual_poller;

pub use delay::Delay;
pub use event_loop::EventLoop;
pub use immediates::Immediate;
pub use observer::{Event, Kind, Observer, Phase};
pub use poller::{Callback, Poller};
pub use process::{Uncaught, throw};
pub use timeouts::Timeout;
pub use virtual_poller::VirtualPoller;
