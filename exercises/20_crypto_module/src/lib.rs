#![doc = include_str!("../README.md")]

mod derivation;
mod histogram;
mod hmac;
mod lag;
mod monitor;
mod pbkdf2;
mod sha256;
mod utilization;

pub use derivation::Derivation;
pub use histogram::Histogram;
pub use hmac::hmac_sha256;
pub use lag::Lag;
pub use monitor::{LagMonitor, monitor_lag};
pub use pbkdf2::{pbkdf2, pbkdf2_in_slices, pbkdf2_sync};
pub use sha256::{LENGTH, Sha256};
pub use utilization::{Totals, Utilization};
