//! What `setTimeout` makes of the number that it gets.
//!
//! The rule: a delay that does not fit is 1 millisecond.

use std::time::Duration;

/// The longest delay: 2^31 - 1 milliseconds, about 25 days. It is what fits into a signed 32-bit number.
const LONGEST_MS: f64 = 2_147_483_647.0;

/// A delay of a timer: whole milliseconds, from 1 to 2,147,483,647.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Delay {
    milliseconds: u32,
    is_cut: bool,
}

impl Delay {
    /// Node's reading of a number of milliseconds: fractions are cut off. What is not between 1 and the longest
    /// delay, infinities and NaN included, is 1 millisecond. The comparison comes before the cut.
    pub fn from_milliseconds(milliseconds: f64) -> Delay {
        //> // TODO: keep to Node's rule.
        //> todo!("the delay of {milliseconds} ms")
        let is_in_range = (1.0..=LONGEST_MS).contains(&milliseconds);
        Delay {
            milliseconds: if is_in_range { milliseconds as u32 } else { 1 },
            is_cut: milliseconds > LONGEST_MS,
        }
        //<
    }

    /// The delay as a time.
    pub fn as_duration(self) -> Duration {
        Duration::from_millis(self.milliseconds.into())
    }

    /// Whether it was too long, and is 1 millisecond for that reason. Node prints a warning then.
    pub fn is_cut(self) -> bool {
        self.is_cut
    }
}

impl From<f64> for Delay {
    fn from(milliseconds: f64) -> Delay {
        Delay::from_milliseconds(milliseconds)
    }
}

// `i32` and no other whole number, so that `set_timeout(f, 100)` needs no type. It is what a literal is by default.
impl From<i32> for Delay {
    fn from(milliseconds: i32) -> Delay {
        Delay::from_milliseconds(milliseconds.into())
    }
}

impl From<Duration> for Delay {
    fn from(delay: Duration) -> Delay {
        // Up to 2^53 every whole number is an exact `f64`. 1001 ms in seconds, 1.001, is not.
        Delay::from_milliseconds(delay.as_millis() as f64)
    }
}
