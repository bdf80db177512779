//! Does an operation take longer when there is more to search? A comparison, and no time limit.

use std::time::{Duration, Instant};

/// The two sizes that are compared, or the same part of both.
pub const FEW: usize = 500;
pub const MANY: usize = 8_000;

/// A search through all timers takes 16 times as long with `MANY`. A tree's or a hash map's answer
/// takes up to twice as long, because of the processor's caches.
const ALLOWED: f64 = 5.0;

/// Panics with `what` if `work` takes much longer for `many` than for `few`.
///
/// `work` is called several times, and the quickest call counts: another program can make a call slower
/// and never quicker. A bad result is not believed at once.
#[track_caller]
pub fn expect_flat<S>(what: &str, mut few: S, mut many: S, mut work: impl FnMut(&mut S)) {
    let mut seen = Vec::new();
    for _ in 0..3 {
        let ratio = quickest(&mut many, &mut work).as_secs_f64()
            / quickest(&mut few, &mut work).as_secs_f64().max(1e-9);
        if ratio < ALLOWED {
            return;
        }
        seen.push(format!("{ratio:.0}"));
    }
    panic!(
        "{what}, with few timers set and with {} times as many\n\
         expected: about the same time, at most {ALLOWED} times as long\n\
         \x20  yours: {} times as long (three attempts)\n\
         Something looks at every timer, or at every list. Neither the tree, nor a list, nor the lists \
         together have to be searched: by_delay knows the list of a duration.",
        MANY / FEW,
        seen.join(", ")
    );
}

fn quickest<S>(state: &mut S, work: &mut impl FnMut(&mut S)) -> Duration {
    let mut best = Duration::MAX;
    for _ in 0..4 {
        let start = Instant::now();
        work(state);
        best = best.min(start.elapsed());
    }
    best
}
