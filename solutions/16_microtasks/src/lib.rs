#![doc = include_str!("../../../exercises/16_microtasks/README.md")]

mod queue;
mod task_queues;

pub use queue::Task;
pub use task_queues::{Panic, TaskQueues};
