//! Takes out the time in which nobody works, so that a program of three seconds fits a line. All of it is given.

use std::time::Duration;

use super::{Span, Trace};

/// The same trace, where each pause is no longer than `longest`. A pause is a time without a callback and without a
/// job. In the middle of one that was shortened, the trace has a
/// cut.
pub fn squeeze(trace: &Trace, longest: Duration) -> Trace {
    let pauses = pauses(trace, longest);
    // A moment moves to the left by what was taken out before it.
    let moved = |at: Duration| {
        let out = pauses.iter().map(|pause| {
            let kept = pause.began + longest;
            at.clamp(kept, pause.ended) - kept
        });
        at - out.sum::<Duration>()
    };
    let span = |span: Span| Span {
        began: moved(span.began),
        ended: moved(span.ended),
    };
    let mut squeezed = trace.clone();
    squeezed
        .calls
        .iter_mut()
        .for_each(|call| call.span = span(call.span));
    squeezed
        .phases
        .iter_mut()
        .for_each(|(_, it)| *it = span(*it));
    squeezed.sleeps.iter_mut().for_each(|it| *it = span(*it));
    squeezed
        .words
        .iter_mut()
        .for_each(|word| word.at = moved(word.at));
    for job in &mut squeezed.jobs {
        job.queued = moved(job.queued);
        job.ran = span(job.ran);
        job.called = moved(job.called);
    }
    squeezed.cuts = pauses
        .iter()
        .map(|pause| moved(pause.began) + longest / 2)
        .collect();
    squeezed
}

/// The pauses that are too long.
fn pauses(trace: &Trace, longest: Duration) -> Vec<Span> {
    let calls = trace.calls.iter().map(|call| call.span);
    let jobs = trace.jobs.iter().map(|job| job.ran);
    let mut busy: Vec<Span> = calls.chain(jobs).collect();
    busy.sort_unstable_by_key(|span| span.began);
    let mut pauses = Vec::new();
    let mut ended = Duration::ZERO;
    for span in busy {
        if span.began.saturating_sub(ended) > longest {
            pauses.push(Span {
                began: ended,
                ended: span.began,
            });
        }
        ended = ended.max(span.ended);
    }
    pauses
}
