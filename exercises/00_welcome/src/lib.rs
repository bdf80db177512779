#![doc = include_str!("../README.md")]

use std::time::Duration;

/// How long it takes until every server has answered, when all of them are asked at the same moment
/// and `waits[i]` is the time that server `i` needs.
///
/// With nobody to ask there is nothing to wait for: [`Duration::ZERO`].
pub fn time_until_all_answered(waits: &[Duration]) -> Duration {
    // TODO: replace the next line with the time until the last answer is in.
    todo!("the time until all of {} waits are over", waits.len())
}
