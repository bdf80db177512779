//! How often which duration came, in a few kilobytes, however many there were. All of it is given.
//!
//! The rule: durations are counted in microseconds. Short ones are exact, and long ones are cut by less than one part in
//! 32.

use std::time::Duration;

/// So many buckets for each doubling. Below twice as many microseconds each number has a bucket of its own.
const STEPS: u64 = 32;

/// Buckets for all numbers of 64 bits: 64 - 5 doublings, of which the first two share their buckets.
const BUCKETS: usize = (64 - STEPS.trailing_zeros() as usize + 1) * STEPS as usize;

/// Durations, counted.
#[derive(Clone, Debug)]
pub struct Histogram {
    buckets: Vec<u64>,
    count: u64,
    sum: Duration,
    max: Duration,
}

impl Histogram {
    /// No durations.
    pub fn new() -> Histogram {
        Histogram {
            buckets: vec![0; BUCKETS],
            count: 0,
            sum: Duration::ZERO,
            max: Duration::ZERO,
        }
    }

    /// Counts one duration.
    pub fn record(&mut self, duration: Duration) {
        self.buckets[bucket(duration)] += 1;
        self.count += 1;
        self.sum = self.sum.saturating_add(duration);
        self.max = self.max.max(duration);
    }

    /// How many durations there were.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The longest one, exactly. Zero when there was none.
    pub fn max(&self) -> Duration {
        self.max
    }

    /// The mean. Zero when there was none.
    pub fn mean(&self) -> Duration {
        self.sum.div_f64(self.count.max(1) as f64)
    }

    /// A duration that `percent` of all do not exceed: 50 is the median. Zero when there was none.
    pub fn percentile(&self, percent: f64) -> Duration {
        let wanted = (self.count as f64 * percent / 100.0).ceil().max(1.0) as u64;
        let mut seen = 0;
        for (bucket, count) in self.buckets.iter().enumerate() {
            seen += count;
            if seen >= wanted {
                return smallest(bucket).min(self.max);
            }
        }
        self.max
    }
}

impl Default for Histogram {
    fn default() -> Histogram {
        Histogram::new()
    }
}

/// The bucket of a duration: its highest six bits and where they stand.
fn bucket(duration: Duration) -> usize {
    let micros = u64::try_from(duration.as_micros()).unwrap_or(u64::MAX);
    let shift = (micros / STEPS).checked_ilog2().unwrap_or(0);
    (u64::from(shift) * STEPS + (micros >> shift)) as usize
}

/// The shortest duration of a bucket.
fn smallest(bucket: usize) -> Duration {
    let bucket = bucket as u64;
    let shift = (bucket / STEPS).saturating_sub(1);
    Duration::from_micros((bucket - shift * STEPS) << shift)
}
