//! Traces made by hand.

use std::time::Duration;

use node_runtime::Kind;
use node_runtime::trace::{Call, Job, Span, Trace, Word};

pub fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

pub fn span(began: u64, ended: u64) -> Span {
    Span {
        began: ms(began),
        ended: ms(ended),
    }
}

pub fn call(kind: Kind, began: u64, ended: u64) -> Call {
    Call {
        kind,
        span: span(began, ended),
    }
}

/// A job, with the moments at which it was queued, began, ended and was answered.
pub fn job(worker: &str, [queued, began, ended, called]: [u64; 4]) -> Job {
    Job {
        worker: worker.to_owned(),
        queued: ms(queued),
        ran: span(began, ended),
        called: ms(called),
    }
}

/// Main asks for three jobs, of which two run at a time; an immediate, and a timer that blocks the loop while two results
/// wait.
pub fn example() -> Trace {
    Trace {
        calls: vec![
            call(Kind::Main, 0, 10),
            call(Kind::Tick, 10, 10),
            call(Kind::Immediate, 12, 15),
            call(Kind::Ready, 40, 42),
            call(Kind::Timer, 50, 80),
            call(Kind::Ready, 81, 85),
            call(Kind::Ready, 85, 88),
            call(Kind::Process, 100, 100),
        ],
        sleeps: vec![span(15, 40), span(42, 50), span(88, 100)],
        jobs: vec![
            job("pool1", [3, 5, 40, 40]),
            job("pool0", [2, 4, 60, 81]),
            job("pool1", [6, 41, 70, 85]),
        ],
        ..Trace::default()
    }
}

pub fn word(at: u64, text: &str) -> Word {
    Word {
        at: ms(at),
        text: text.to_owned(),
    }
}
