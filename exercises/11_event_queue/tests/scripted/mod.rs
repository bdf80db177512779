//! A kernel that does what a test has written down, on a clock that moves only while it sleeps.

use std::collections::VecDeque;
use std::io::{self, ErrorKind};
use std::time::{Duration, Instant};

use event_queue::wait::{Kernel, wait_until};

/// One sleep in the kernel: how long it lasts, and what it returns.
pub type Sleep = (Lasts, Result<usize, ErrorKind>);

#[derive(Clone, Copy, Debug)]
pub enum Lasts {
    /// As long as it was asked to.
    Whole,
    /// This long, whatever it was asked.
    For(Duration),
}

/// What came of a wait.
#[derive(Debug, PartialEq)]
pub struct Outcome {
    /// The time-outs that the kernel was given, in milliseconds.
    pub asked: Vec<Option<u32>>,
    pub answer: Result<usize, ErrorKind>,
}

struct Scripted {
    start: Instant,
    elapsed: Duration,
    script: VecDeque<Sleep>,
    asked: Vec<Option<u32>>,
}

/// Waits for `timeout` in a kernel that sleeps as `script` says. A sleep beyond the script is an error of the kind
/// `Other`.
pub fn wait_in(script: &[Sleep], timeout: Option<Duration>) -> Outcome {
    let mut kernel = Scripted {
        start: Instant::now(),
        elapsed: Duration::ZERO,
        script: script.iter().copied().collect(),
        asked: Vec::new(),
    };
    let answer = wait_until(&mut kernel, timeout).map_err(|error| error.kind());
    Outcome {
        asked: kernel.asked,
        answer,
    }
}

impl Kernel for Scripted {
    fn wait(&mut self, timeout_ms: Option<u32>) -> io::Result<usize> {
        self.asked.push(timeout_ms);
        let Some((lasts, answer)) = self.script.pop_front() else {
            return Err(ErrorKind::Other.into());
        };
        self.elapsed += match (lasts, timeout_ms) {
            (Lasts::For(time), _) => time,
            (Lasts::Whole, Some(timeout_ms)) => Duration::from_millis(u64::from(timeout_ms)),
            (Lasts::Whole, None) => Duration::ZERO,
        };
        answer.map_err(io::Error::from)
    }

    fn now(&self) -> Instant {
        self.start + self.elapsed
    }
}
