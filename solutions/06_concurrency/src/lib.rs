#![doc = include_str!("../../../exercises/06_concurrency/README.md")]

mod chart;
mod model;
mod simulation;

pub use chart::Chart;
pub use model::{Burst, Machine, Policy, Task};
pub use simulation::simulate;
