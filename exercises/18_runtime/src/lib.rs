#![doc = include_str!("../README.md")]

mod current;
mod job;
mod pool;
pub mod process;
mod system_poller;
mod timing;
mod watch;
mod work;

pub use callbacks::{Error, Result};
pub use current::{kernel_waits, observe_jobs, run, set_observer};
pub use event_loop::{Delay, Event, Kind, Observer, Phase, Uncaught, throw};
pub use event_queue::{Interest, Source};
pub use job::JobTimes;
pub use pool::pool_size;
pub use system_poller::SystemPoller;
pub use timing::{
    Immediate, Timeout, clear_immediate, clear_interval, clear_timeout, close, next_tick,
    queue_microtask, set_immediate, set_interval, set_timeout,
};
pub use watch::{Readiness, Watch, watch};
pub use work::{Load, Work, load, work};
