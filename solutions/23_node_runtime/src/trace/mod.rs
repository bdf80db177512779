//! What happened in a program, on which thread, from when to when.

mod chrome;
mod recorder;
mod squeeze;
mod timeline;

use std::time::Duration;

use runtime::{Kind, Phase};

pub use chrome::chrome_trace;
pub use recorder::Recorder;
pub use squeeze::squeeze;
pub use timeline::timeline;

/// What a [`Recorder`] has seen, in the order in which it ended. All times are on the loop's clock.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trace {
    /// The callbacks.
    pub calls: Vec<Call>,
    /// The phases in which something was called. A poll phase counts from the moment at which the loop was awake.
    pub phases: Vec<(Phase, Span)>,
    /// The sleeps in the kernel.
    pub sleeps: Vec<Span>,
    /// The jobs of the pool whose callbacks were called.
    pub jobs: Vec<Job>,
    /// What the program said.
    pub words: Vec<Word>,
    /// Where [`squeeze`] has taken time out.
    pub cuts: Vec<Duration>,
}

/// From when to when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// The beginning.
    pub began: Duration,
    /// The end.
    pub ended: Duration,
}

/// A callback.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Call {
    /// What was called.
    pub kind: Kind,
    /// When.
    pub span: Span,
}

/// A job of the pool, and the way of its result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    /// The name of the worker's thread.
    pub worker: String,
    /// When a callback asked for it.
    pub queued: Duration,
    /// When the worker did it.
    pub ran: Span,
    /// When its callback began.
    pub called: Duration,
}

/// Something that the program said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// When.
    pub at: Duration,
    /// What.
    pub text: String,
}

impl Trace {
    /// The end of whatever ended last.
    pub fn end(&self) -> Duration {
        let calls = self.calls.iter().map(|call| call.span.ended);
        let jobs = self.jobs.iter().map(|job| job.ran.ended);
        let sleeps = self.sleeps.iter().map(|sleep| sleep.ended);
        calls
            .chain(jobs)
            .chain(sleeps)
            .max()
            .unwrap_or(Duration::ZERO)
    }

    /// The names of the workers, each once, in order.
    pub fn workers(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self.jobs.iter().map(|job| job.worker.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        names
    }
}
