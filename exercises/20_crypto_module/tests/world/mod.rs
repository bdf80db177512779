//! Times, and bytes as text.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

/// Far more than a program of these tests needs.
pub const LIMIT: Duration = Duration::from_secs(5);

pub fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a string has room");
        text
    })
}

/// Works for so long.
pub fn burn(time: Duration) {
    let end = Instant::now() + time;
    while Instant::now() < end {}
}

/// Whether the times are these, and the part is this one but for the grain of floats.
pub fn within_range(
    yours: &(Duration, Duration, f64),
    elapsed: Duration,
    idle: Duration,
    utilization: f64,
) -> bool {
    yours.0 == elapsed && yours.1 == idle && (yours.2 - utilization).abs() < 1e-9
}
